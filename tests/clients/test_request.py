"""`crm.request`: calls that no operation covers, with the same credentials, retries and errors."""

from __future__ import annotations

import pytest

from crmkit import AuthenticationError, NotFoundError, Reply, StatusError
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    CREDENTIALS,
    KEY,
    KEY_HEADER,
    Canned,
    both,
    envelope,
    failures,
    new_client,
    refusal,
    reply,
    sync_alone,
)

asynchronous = sync_alone


@both
def test_returns_whole_reply(client: MakeClient) -> None:
    """`request` returns status, headers, the decoded body with its envelope, and the bytes."""
    crm = client(reply(envelope({"x": 1}), 201, {"X-A": "b"}))

    result = crm(lambda crm: crm.request("POST", "/thing.json", json={"y": None}, query={"q": "ü"}))

    assert isinstance(result, Reply)
    assert result.status_code == 201
    assert result.headers["x-a"] == "b"
    assert result.data == envelope({"x": 1})
    assert result.content.startswith(b"{")
    (seen,) = crm.seen
    assert (seen.method, seen.path, seen.query) == ("POST", "/api/v3/thing.json", {"q": "ü"})
    assert seen.json == {"y": None}
    assert seen.headers[KEY_HEADER.lower()] == KEY
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("crmkit/")


def test_reply_may_have_any_form(client: MakeClient) -> None:
    """What no operation covers may be answered by nothing, or without the vendor's envelope."""
    for body, status in ((None, 204), (b"", 200), ("<p>Hello", 200)):
        headers = {"Content-Type": "text/html"} if isinstance(body, str) else {}
        crm = client(reply(body, status, headers))
        result = crm(lambda crm: crm.request("DELETE", "/x"))
        assert (result.status_code, result.data) == (status, None)


def test_sends_arguments_unchanged(client: MakeClient) -> None:
    """Method, path, query and headers are sent as they are passed."""
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


def test_sends_queries_as_they_are_passed() -> None:
    """No client rewrites a query, also where a parameter is called as one that methods encode."""
    query = {
        "select": "name,emailAddress",
        "where": '[{"type": "isNull", "attribute": "name"}]',
        "where[0][type]": "equals",
        "per_page": "2",
        "flag": True,
    }

    def check(name: str) -> None:
        transport = Canned(reply({"status": 0, "data": {}}))
        with new_client(name, transport=transport) as crm:
            crm.request("GET", "/thing", query=query)
        assert transport.seen[0].query == {**query, "flag": "true"}

    assert failures(check, [(name,) for name in CREDENTIALS]) == []


def test_clients_credential_wins_over_header(client: MakeClient) -> None:
    """The client's credential is put in last, over a header of the same name."""
    crm = client(reply(envelope([])))

    crm(lambda crm: crm.request("GET", "/x", headers={KEY_HEADER: "mine"}))

    assert crm.seen[0].headers[KEY_HEADER.lower()] == KEY


def test_raises_the_errors_of_operations(client: MakeClient) -> None:
    """Errors of `request` are those of operations, with the operation `request`."""
    for answer, error in (
        (refusal(404, "Nothing"), NotFoundError),
        (reply({"status": False, "code": 401, "message": "Nothing"}), AuthenticationError),
        (reply({"status": False, "message": "Nothing"}), StatusError),
    ):
        with pytest.raises(error, match="Nothing") as caught:
            client(answer)(lambda crm: crm.request("POST", "/x"))
        assert caught.value.operation == "request"


@both
def test_reads_and_writes_on_the_mock(mocked: MakeClient, mocks: MockCRMs) -> None:
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
