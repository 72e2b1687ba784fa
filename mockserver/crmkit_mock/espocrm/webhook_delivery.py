"""Sends webhooks, signed as the vendor signs them, to receivers on this machine only."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crmkit_mock.access import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.webhook_events import Event

#: Seconds that a receiver may take, as the vendor has it.
_TIMEOUT = 10.0
#: Deliveries that are kept to be looked at.
_KEPT = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to a receiver.

    Attributes:
        webhook_id: Id of the webhook.
        url: Where it went.
        headers: Its headers.
        body: Its body: a list with what is sent of each event.
        status: Status of the reply; None: there was none, or the receiver is not on this machine.
        error: Why there was none; empty if there was one.
    """

    webhook_id: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes
    status: int | None = None
    error: str = ""


def signatures(webhook_id: str, secret_key: str, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body.

    Source: the vendor's `Core/Webhook/Sender.php`; X-Signature is the older form, sent until 11.0.
    """
    mac = hmac.new(secret_key.encode(), body, "sha256")
    head = f"{webhook_id}:".encode()
    return {
        "Signature": base64.b64encode(head + mac.hexdigest().encode()).decode(),
        "X-Signature": base64.b64encode(head + mac.digest()).decode(),
    }


class Deliveries:
    """Deliveries of one mock, sent one after the other beside the requests that caused them.

    A real server sends them by a job every five minutes, several events of a webhook in one POST;
    the mock sends those of each request as soon as it is answered, and does not repeat what failed.

    Args:
        remove: Removes the webhook of an id, whose receiver answered that it is gone.
    """

    def __init__(self, remove: Callable[[str], None]) -> None:
        self._remove = remove
        self._waiting: deque[tuple[Record, list[dict[str, Any]]]] = deque()
        self._sent: deque[Delivery] = deque(maxlen=_KEPT)
        self._changed = threading.Condition()
        self._is_running = False

    def queue(self, webhooks: Sequence[Record], events: Sequence[Event], user_id: str) -> None:
        """Send events to the webhooks that subscribe to them, later and from another thread.

        Args:
            webhooks: All webhooks, as they are stored.
            events: The events of a request.
            user_id: Id of the user who caused them.
        """
        for webhook in webhooks:
            is_own = bool(webhook.get("skipOwn")) and webhook.get("userId") == user_id
            data = [event.data for event in events if event.name == webhook.get("event")]
            if webhook.get("isActive") and data and not is_own:
                with self._changed:
                    self._waiting.append((webhook, data))
                    if not self._is_running:
                        self._is_running = True
                        name = "crmkit-mock-webhooks"
                        threading.Thread(target=self._run, name=name, daemon=True).start()

    def wait(self, timeout: float = _TIMEOUT) -> list[Delivery]:
        """Wait until all that is queued was sent; return the last deliveries, oldest first.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            TimeoutError: not all was sent by then.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._is_running, timeout):
                raise TimeoutError(f"webhooks were not sent within {timeout:g} s")
            return list(self._sent)

    def clear(self) -> None:
        """Forget what is queued and what was sent."""
        with self._changed:
            self._waiting.clear()
            self._sent.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    # The thread ends with the queue: nothing is left of it after a test.
                    self._is_running = False
                    self._changed.notify_all()
                    return
                webhook, data = self._waiting.popleft()
            delivery = send(webhook, data)
            if delivery.status == 410:
                self._remove(webhook["id"])
            with self._changed:
                self._sent.append(delivery)


def send(webhook: Record, data: list[dict[str, Any]]) -> Delivery:
    """Send one POST of a webhook; what goes wrong is part of the delivery."""
    # As PHP encodes: slashes and characters beyond ASCII are escaped.
    body = json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode("ascii")
    headers = {"Content-Type": "application/json"}
    if webhook.get("secretKey"):
        headers |= signatures(webhook["id"], webhook["secretKey"], body)
    url: str = webhook["url"]
    try:
        parts = urlsplit(url)
        if parts.hostname is None or not is_loopback(parts.hostname):
            reason = "the mock sends to receivers on this machine only"
            return Delivery(webhook["id"], url, headers, body, None, reason)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Delivery(webhook["id"], url, headers, body, None, str(error) or type(error).__name__)
    return Delivery(webhook["id"], url, headers, body, status)
