"""The control plane: the same as the Python names, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmkit_mock.catalogue import CATALOGUE
from crmkit_mock.documents import load_document
from crmkit_mock.faults import Body
from tests.mock.plain import Relenta, refusal


@pytest.fixture
def control(either: Relenta) -> Iterator[httpx.Client]:
    """A client for the control plane of the mock under test."""
    origin = either.mock.base_url.removesuffix(either.mock.base_path)
    with httpx.Client(
        base_url=f"{origin}/__mock__", transport=either.mock.transport, trust_env=False
    ) as http:
        yield http


def tree(reply: httpx.Response) -> Any:
    """Return the JSON of a reply, which must be 200."""
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_health(control: httpx.Client) -> None:
    """Health lists the CRMs with their base paths."""
    assert tree(control.get("/health")) == {
        "status": "ok",
        "crms": {name: entry.base_path for name, entry in CATALOGUE.items()},
    }


@pytest.mark.parametrize("body", [None, {"crm": "relenta"}], ids=["all", "one"])
def test_reset_and_seed(
    either: Relenta, control: httpx.Client, body: dict[str, str] | None
) -> None:
    """Seed and reset act on one CRM or on all."""
    tree(control.post("/seed", json={**(body or {}), "seed": "empty"}))
    assert either.contacts() == []
    expected = list(body.values()) if body else list(CATALOGUE)
    assert tree(control.post("/reset", json=body)) == {"reset": expected}
    assert len(either.contacts()) == 2
    assert len(either.mock.journal) == 1


def test_snapshot_and_restore(either: Relenta, control: httpx.Client) -> None:
    """Putting a snapshot restores the state."""
    snapshot = tree(control.get("/snapshot", params={"crm": "relenta"}))
    either.save(full_name="X")
    assert tree(control.put("/snapshot", json=snapshot)) == {"restored": ["relenta"]}
    assert len(either.contacts()) == 2
    assert snapshot["relenta"] == tree(control.get("/snapshot"))["relenta"]


def test_faults(either: Relenta, control: httpx.Client) -> None:
    """Faults are added with the arguments of fail(), listed and cleared."""
    fault = {"crm": "relenta", "status": 429, "retry_after": 3, "times": 2, "after": True}
    assert tree(control.post("/faults", json=fault))["retry_after"] == 3
    assert refusal(either.http.get("/contact.list.json"), 429)
    (waiting,) = tree(control.get("/faults"))["relenta"]
    assert waiting["times"] == 1
    tree(control.delete("/faults"))
    assert either.contacts()


def test_faults_of_any_body_are_listed(either: Relenta, control: httpx.Client) -> None:
    """The list of faults shows whatever body a waiting one has; bytes as str."""
    bodies: list[tuple[Body | None, object]] = [
        (b"\xff{", "\ufffd{"),
        ("text", "text"),
        ("\ud800", "\ud800"),
        ({"a": (1, "\u017e")}, {"a": [1, "\u017e"]}),
        (None, None),
    ]
    for body, listed in bodies:
        either.mock.fail(status=502, body=body)
        (waiting,) = tree(control.get("/faults"))["relenta"]
        assert waiting == {
            "status": 502,
            "retry_after": None,
            "body": listed,
            "headers": {},
            "times": 1,
            "delay": 0.0,
            "error": None,
            "path": None,
            "method": None,
            "after": False,
        }
        tree(control.delete("/faults"))


def test_journal(either: Relenta, control: httpx.Client) -> None:
    """The journal is read without the key, and cleared."""
    either.save(full_name="X")
    reply = control.get("/journal", params={"crm": "relenta"})
    (exchange,) = tree(reply)["relenta"]
    assert exchange["body"] == '{"full_name":"X"}'
    assert exchange["status"] == 200
    assert either.mock.credentials["department_key"] not in reply.text
    tree(control.delete("/journal"))
    assert list(either.mock.journal) == []


def test_clock(either: Relenta, control: httpx.Client) -> None:
    """The clock is read, set and advanced."""
    assert tree(control.get("/clock"))["relenta"] == "2016-02-01T09:00:00+00:00"
    tree(control.post("/clock", json={"set": "2030-01-01T00:00:00Z"}))
    tree(control.post("/clock", json={"crm": "relenta", "advance": 1.5}))
    assert either.contact(either.save())["dt_created"] == "2030-01-01T00:00:01Z"


def test_documents(either: Relenta, control: httpx.Client) -> None:
    """The wire document is served, with this mock as its server."""
    document = tree(control.get("/openapi/relenta.json"))
    assert document["servers"][0]["url"] == either.mock.base_path
    assert document["paths"] == load_document("relenta").tree["paths"]
    assert control.get("/openapi/nope.json").status_code == 404


def test_rejects_mistakes(either: Relenta, control: httpx.Client) -> None:
    """A mistake is 4xx with a sentence, and changes nothing."""
    before = either.mock.snapshot()
    for method, path, body, status in (
        ("GET", "/nope", None, 404),
        ("GET", "/health/", None, 404),
        ("POST", "/health", None, 405),
        ("POST", "/reset", b"{", 400),
        ("POST", "/reset", b"[]", 400),
        ("POST", "/reset", b'{"crm": "nope"}', 400),
        ("POST", "/reset", b'{"crm": 1}', 400),
        ("POST", "/reset", b'{"crm": ["relenta"]}', 400),
        ("POST", "/reset", b'{"x": 1}', 400),
        ("POST", "/seed", b'{"seed": "nope"}', 400),
        ("POST", "/seed", b'{"seed": 1}', 400),
        ("PUT", "/snapshot", b'{"relenta": {}}', 400),
        ("PUT", "/snapshot", b'{"nope": {}}', 400),
        ("POST", "/faults", b'{"status": 500}', 400),
        ("POST", "/faults", b'{"crm": "relenta"}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "status": "x"}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "stat": 500}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "status": 500, "headers": [1]}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "status": 500, "times": 1.5}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "status": 500, "path": 5}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "status": 500.0}', 400),
        ("POST", "/faults", b'{"crm": "relenta", "status": 500, "headers": {"X Y": "1"}}', 400),
        ("POST", "/clock", b"{}", 400),
        ("POST", "/clock", b'{"set": "x"}', 400),
        ("POST", "/clock", b'{"set": "2030-01-01T00:00:00"}', 400),
        ("POST", "/clock", b'{"advance": "1"}', 400),
        ("POST", "/clock", b'{"advance": 1e300}', 400),
        ("POST", "/clock", b'{"advance": 1, "set": "2030-01-01T00:00:00Z"}', 400),
    ):
        reply = control.request(method, path, content=body)
        assert reply.status_code == status, (method, path, body, reply.text)
        assert isinstance(reply.json()["error"], str)
        assert either.mock.snapshot() == before
        assert either.mock.faults.waiting() == []


def test_a_wrong_method_names_the_right_ones(control: httpx.Client) -> None:
    """405 of the control plane carries Allow."""
    assert set(control.patch("/faults").headers["allow"].split(", ")) == {
        *("GET", "HEAD", "POST", "DELETE")
    }


def test_paths_outside_are_404(either: Relenta) -> None:
    """What is neither a CRM nor the control plane is 404; so is a CRM's path beside its API."""
    origin = either.mock.base_url.removesuffix(either.mock.base_path)
    for path in ("/favicon.ico", "/relentax", "/__mock__"):
        assert either.http.get(f"{origin}{path}").status_code == 404
    for path in ("/relenta", "/relenta/", "/relenta/api/v3", "/relenta/api/v4/contact.list.json"):
        refusal(either.http.get(f"{origin}{path}"), 404)
