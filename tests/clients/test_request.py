"""`crm.request`: calls that no operation covers, with the same credentials, retries and errors."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit import AuthenticationError, NotFoundError, StatusError
from crmkit.core.reply import Reply
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import KEY, KEY_HEADER, envelope, refusal, reply


def test_a_reply_is_told_whole(client: MakeClient) -> None:
    """`request` gives status, headers, the decoded body with its envelope, and the bytes."""
    crm = client(reply(envelope({"x": 1}), 201, {"X-A": "b"}))

    found = crm(lambda crm: crm.request("POST", "/thing.json", json={"y": None}, query={"q": "ü"}))

    assert isinstance(found, Reply)
    assert found.status_code == 201
    assert found.headers["x-a"] == "b"
    assert found.data == envelope({"x": 1})
    assert found.content.startswith(b"{")
    (seen,) = crm.seen
    assert (seen.method, seen.path, seen.query) == ("POST", "/api/v3/thing.json", {"q": "ü"})
    assert seen.json == {"y": None}
    assert seen.headers[KEY_HEADER.lower()] == KEY
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("crmkit/")


@pytest.mark.parametrize(
    ("body", "status", "data"),
    [(None, 204, None), (b"", 200, None), ("<p>Hello", 200, None)],
    ids=["204", "empty", "html"],
)
def test_a_reply_of_another_form(client: MakeClient, body: Any, status: int, data: Any) -> None:
    """What no operation covers may answer in any form: empty, or without the vendor's envelope."""
    headers = {"Content-Type": "text/html"} if isinstance(body, str) else {}
    crm = client(reply(body, status, headers))

    found = crm(lambda crm: crm.request("DELETE", "/x"))

    assert found.status_code == status
    assert found.data == data


def test_what_is_sent(client: MakeClient) -> None:
    """Method, path, query and headers go out as they are given."""
    crm = client(reply(envelope([])))

    crm(lambda crm: crm.request("get", "/a%20b/c?x=1"))
    crm(lambda crm: crm.request("GET", "/a?x=1", query={"y": 2, "z": ["a", "b"]}))
    crm(
        lambda crm: crm.request("PUT", "/a", content=b"raw", headers={"Content-Type": "text/plain"})
    )
    crm(lambda crm: crm.request("PATCH", "/a", json=[1], headers={"Content-Type": "text/json"}))
    crm(lambda crm: crm.request("POST", "/a", headers={"accept": "text/csv"}))

    first, second, third, fourth, fifth = crm.seen
    assert (first.method, first.path, first.query) == ("GET", "/api/v3/a b/c", {"x": "1"})
    assert second.query["x"] == "1", "what stands in the path is sent as well"
    assert second.query["y"] == "2"
    assert (third.body, third.headers["content-type"]) == (b"raw", "text/plain")
    assert (fourth.body, fourth.headers["content-type"]) == (b"[1]", "text/json")
    assert (fifth.method, fifth.body, fifth.headers["accept"]) == ("POST", b"", "text/csv")


def test_the_key_of_the_caller_does_not_win(client: MakeClient) -> None:
    """The client's credential is put in last, over a header of the same name."""
    crm = client(reply(envelope([])))

    crm(lambda crm: crm.request("GET", "/x", headers={KEY_HEADER: "mine"}))

    assert crm.seen[0].headers[KEY_HEADER.lower()] == KEY


def test_its_errors_are_ours(client: MakeClient) -> None:
    """Errors of `request` are the same as those of operations, under the name request."""
    for answer, error in (
        (refusal(404, "Nothing"), NotFoundError),
        (reply({"status": False, "code": 401, "message": "Nothing"}), AuthenticationError),
        (reply({"status": False, "message": "Nothing"}), StatusError),
    ):
        with pytest.raises(error, match="Nothing") as caught:
            client(answer)(lambda crm: crm.request("POST", "/x"))
        assert caught.value.operation == "request"


def test_against_the_mock(mocked: MakeClient, mocks: MockCRMs) -> None:
    """`request` reads and writes what operations do."""
    crm = mocked()

    made = crm(lambda crm: crm.request("POST", "/contact.save.json", json={"full_name": "Scott"}))
    listed = crm(lambda crm: crm.request("GET", "/contact.list.json", query={"page_size": 3}))
    head = crm(lambda crm: crm.request("HEAD", "/contact.list.json"))

    assert made.data["data"]["id"] in {int(row["id"]) for row in listed.data["data"]}
    assert (head.status_code, head.data) == (200, None)
    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.request("GET", "/nothing.json"))
    assert [exchange.operation for exchange in mocks.relenta.journal][:2] == [
        "contacts_save",
        "contacts_list",
    ]
