"""Webhooks: what EspoCRM posts to a URL of yours, and how to know that it was EspoCRM.

from crmkit.espocrm import webhooks

signature = headers.get("Signature") or headers.get("X-Signature")
events = webhooks.verify(body, signature, webhook_id=hook.id, secret_key=hook.secret_key)
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import Any

from crmkit.core.codec import json
from crmkit.core.errors import ArgumentError, DecodeError, SignatureError, expected


def verify(
    body: bytes | str, signature: str | None, *, webhook_id: str, secret_key: str
) -> list[dict[str, Any]]:
    """Return the events of a request of a webhook, if its signature is right.

    Nothing in the request says when it was made: who has caught one can send it again.

    Args:
        body: The body as it came, byte for byte.
        signature: The header `Signature`, which servers send from 8.4.1 on; or `X-Signature`, which
            they send up to 10.0.
        webhook_id: Id of the webhook, as `webhooks.create` returned it.
        secret_key: Its secret key, from there as well.

    Returns:
        One record for each event, by wire names: of a creation the attributes that are set, of a
        change the id and what has changed, of a deletion the id.

    Raises:
        SignatureError: It is missing or wrong.
        DecodeError: The body, though signed, is not a list of records.
        ArgumentError: An argument is of another type, or empty.
    """
    for name, value in (("webhook_id", webhook_id), ("secret_key", secret_key)):
        if not isinstance(value, str):
            raise expected(name, "str", value)
        if not value:
            raise ArgumentError(name, "must not be empty")
    if not isinstance(body, str | bytes | bytearray):
        raise expected("body", "bytes or str", body)
    if signature is not None and not isinstance(signature, str):
        raise expected("signature", "str", signature)
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    digest = hmac.digest(secret_key.encode("utf-8", "surrogatepass"), content, "sha256")
    sent = (signature or "").strip().encode("utf-8", "surrogatepass")
    head = f"{webhook_id}:".encode("utf-8", "surrogatepass")
    # recorded: webhook deliveries; both are compared, whatever the first comparison says.
    right = [
        hmac.compare_digest(sent, b64encode(head + form))
        for form in (digest.hex().encode(), digest)
    ]
    if not any(right):
        raise SignatureError("the signature is missing" if not sent else "the signature is wrong")
    try:
        events = json.loads(content)
    except (ValueError, RecursionError):
        raise DecodeError("the body is not JSON") from None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise DecodeError("expected a list of records")
    return events
