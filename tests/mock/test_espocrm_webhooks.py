"""Webhooks that the mock sends: to this machine only, signed, of what a request changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from crmkit import SignatureError
from crmkit.espocrm import webhooks
from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.espocrm import MockEspoCRM
from tests.mock.espo import Espo, client_for


@dataclass
class Receiver:
    """A server that takes webhooks, and what it was sent."""

    url: str = ""
    status: int = 200
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self, index: int = -1) -> list[dict[str, Any]]:
        """Return the events of a call."""
        events: list[dict[str, Any]] = json.loads(self.calls[index][1])
        return events


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append((dict(self.headers.items()), body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?x=1"
        yield receiver
        server.shutdown()
        thread.join()


def subscribe(mock: MockEspoCRM, event: str, url: str) -> dict[str, Any]:
    """Create a webhook as the administrator."""
    with client_for(mock, "admin") as admin:
        reply = admin.post("/Webhook", json={"event": event, "url": url})
        assert reply.status_code == 201, reply.headers
        hook: dict[str, Any] = reply.json()
        return hook


def signed(hook: dict[str, Any], headers: dict[str, str], body: bytes) -> bool:
    """Return whether both signatures are right, by the vendor's recipe."""
    digest = hmac.new(hook["secretKey"].encode(), body, hashlib.sha256)
    head = f"{hook['id']}:".encode()
    return (
        headers["Signature"] == base64.b64encode(head + digest.hexdigest().encode()).decode()
        and headers["X-Signature"] == base64.b64encode(head + digest.digest()).decode()
    )


@pytest.mark.parametrize("version", ["9.2", "10.0"])
def test_sends_each_kind_of_event_signed(version: str, receiver: Receiver) -> None:
    """A creation, a change, a change of a field and a deletion are sent, to their webhooks only."""
    with MockCRMs(espocrm_version=version) as mocks, client_for(mocks.espocrm) as http:
        espo, mock = Espo(mocks.espocrm, http), mocks.espocrm
        hooks = {
            kind: subscribe(mock, f"Account.{kind}", receiver.url)
            for kind in ("create", "update", "delete", "fieldUpdate.website")
        }
        subscribe(mock, "Contact.create", receiver.url)
        id = espo.create("Account", name="A/Ž", website="https://a.example")["id"]
        mock.webhooks.wait()
        (created,) = receiver.events()
        assert (created["id"], created["name"]) == (id, "A/Ž")
        assert None not in created.values()
        assert b"A\\/\\u017d" in receiver.calls[0][1]
        assert signed(hooks["create"], *receiver.calls[0])
        assert receiver.calls[0][0]["Content-Type"] == "application/json"

        http.put(f"/Account/{id}", json={"description": "d"})
        mock.webhooks.wait()
        assert len(receiver.calls) == 2
        assert receiver.events() == [{"description": "d", "id": id}]
        assert signed(hooks["update"], *receiver.calls[1])

        http.put(f"/Account/{id}", json={"website": "https://b.example", "name": "A/Ž"})
        deliveries = mock.webhooks.wait()
        assert receiver.events(2) == [{"website": "https://b.example", "id": id}]
        assert receiver.events(3) == [{"website": "https://b.example", "id": id}]
        assert [one.webhook_id for one in deliveries[2:]] == [
            hooks["update"]["id"],
            hooks["fieldUpdate.website"]["id"],
        ]

        http.delete(f"/Account/{id}")
        mock.webhooks.wait()
        assert receiver.events() == [{"id": id}]
        assert signed(hooks["delete"], *receiver.calls[4])
        assert len(receiver.calls) == 5


def test_sends_nothing_of_what_was_not_stored(receiver: Receiver, espocrm: Espo) -> None:
    """Refused writes, reads, writes that change nothing, seeds and add() send nothing."""
    mock = espocrm.mock
    for kind in ("create", "update"):
        subscribe(mock, f"Account.{kind}", receiver.url)
    mock.add("Account", {"name": "Added"})
    assert espocrm.http.post("/Account", json={}).status_code == 400
    id = espocrm.records("/Account")[0]["id"]
    name = espocrm.get(f"/Account/{id}")["name"]
    espocrm.http.put(f"/Account/{id}", json={"name": name})
    assert mock.webhooks.wait() == []
    mock.fail(status=503, times=1)
    espocrm.http.post("/Account", json={"name": "Fault"})
    assert mock.webhooks.wait() == []
    assert receiver.calls == []
    mock.reset()
    espocrm.create("Account", name="After the reset")
    assert mock.webhooks.wait() == []


def test_sends_to_this_machine_only(espocrm: Espo) -> None:
    """A receiver elsewhere is never connected to; its delivery says so, as when nobody listens."""
    mock = espocrm.mock
    for url in ("https://hooks.example.com/x", "http://127.0.0.1:9/x"):
        subscribe(mock, "Account.create", url)
    espocrm.create("Account", name="New")
    elsewhere, nobody = mock.webhooks.wait()
    assert (elsewhere.status, nobody.status) == (None, None)
    assert "on this machine only" in elsewhere.error
    assert "refused" in nobody.error


def test_a_receiver_that_is_gone_ends_its_webhook(espocrm: Espo, receiver: Receiver) -> None:
    """410 removes the webhook; inactive ones are not sent; other statuses change nothing."""
    mock = espocrm.mock
    hook = subscribe(mock, "Account.create", receiver.url)
    receiver.status = 500
    espocrm.create("Account", name="First")
    assert [one.status for one in mock.webhooks.wait()] == [500]
    receiver.status = 410
    espocrm.create("Account", name="Second")
    mock.webhooks.wait()
    with client_for(mock, "admin") as admin:
        hooks = admin.get("/Webhook").json()["list"]
        assert hook["id"] not in [one["id"] for one in hooks]
        receiver.status = 200
        other = subscribe(mock, "Account.create", receiver.url)
        assert admin.put(f"/Webhook/{other['id']}", json={"isActive": False}).status_code == 200
    espocrm.create("Account", name="Third")
    assert len(mock.webhooks.wait()) == 2
    assert len(receiver.calls) == 2


def test_sends_from_a_server_and_leaves_no_thread(receiver: Receiver) -> None:
    """Behind a socket they are sent as well; a receiver may call the mock back meanwhile."""
    before = set(threading.enumerate())
    with MockServer() as server, client_for(server.autocrm) as http:
        hook = subscribe(server.autocrm, "Lead.create", receiver.url)
        assert http.post("/Lead", json={"lastName": "New"}).status_code == 200
        server.autocrm.webhooks.wait()
        assert signed(hook, *receiver.calls[0])
        assert httpx.get(f"{server.url}/__mock__/health", trust_env=False).status_code == 200
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
    assert set(threading.enumerate()) == before


def test_the_clients_check_accepts_what_the_mock_sends(receiver: Receiver) -> None:
    """`webhooks.verify` takes each delivery in either form, and refuses one changed byte."""
    with MockCRMs() as mocks, client_for(mocks.espocrm) as http:
        hook = subscribe(mocks.espocrm, "Contact.create", receiver.url)
        Espo(mocks.espocrm, http).create("Contact", firstName="Ada", lastName="Žižka")
        mocks.espocrm.webhooks.wait()
    ((headers, body),) = receiver.calls
    keys = {"webhook_id": hook["id"], "secret_key": hook["secretKey"]}
    for name in ("Signature", "X-Signature"):
        (event,) = webhooks.verify(body, headers[name], **keys)
        assert (event["firstName"], event["lastName"]) == ("Ada", "Žižka")
        for spoilt in (body.replace(b"Ada", b"Adb"), body + b" ", body[1:]):
            with pytest.raises(SignatureError):
                webhooks.verify(spoilt, headers[name], **keys)
    with pytest.raises(SignatureError):
        webhooks.verify(body, headers["Signature"], webhook_id="x", secret_key=hook["secretKey"])
