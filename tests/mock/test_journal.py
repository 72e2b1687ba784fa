"""The journal: what was asked and answered, bounded, without the key."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from crmkit_mock import journal as journal_module
from crmkit_mock.journal import REDACTED, Journal

if TYPE_CHECKING:
    from tests.mock.plain import Relenta


def record(journal: Journal, body: bytes = b"") -> None:
    """Record an exchange."""
    journal.record(
        method="GET",
        path="/",
        query="",
        headers={},
        body=body,
        operation=None,
        status=200,
        response_headers={},
        response_body=b"",
        processed=True,
        fault=None,
    )


def test_records_request_and_reply(either: Relenta) -> None:
    """An exchange holds request and reply, each with its body."""
    id = either.save(full_name="Žižka")
    either.contacts(page=1, page_size=5)
    save, listing = either.mock.journal
    assert (save.method, save.path, save.query) == ("POST", "/contact.save.json", "")
    assert save.operation == "contacts_save"
    assert save.json == {"full_name": "Žižka"}
    assert save.headers["content-type"] == "application/json"
    assert (save.status, save.processed, save.fault) == (200, True, None)
    assert save.response_json == {"status": True, "code": 200, "data": {"id": id}}
    assert listing.query == "page=1&page_size=5"
    assert listing.json is None
    assert [save.number, listing.number] == [1, 2]


def test_head_is_the_operation_that_answers_it(either: Relenta) -> None:
    """The journal names the operation of HEAD, answered or hit by a fault, and None for 405."""
    either.http.head("/contact.list.json")
    either.mock.fail(status=503)
    either.http.head("/contact.list.json")
    either.http.head("/contact.save.json")
    assert [(one.method, one.operation, one.status) for one in either.mock.journal] == [
        ("HEAD", "contacts_list", 200),
        ("HEAD", "contacts_list", 503),
        ("HEAD", None, 405),
    ]


def test_redacts_credentials(either: Relenta) -> None:
    """Neither a valid key nor a wrong one nor other credentials are in the journal."""
    key = either.mock.credentials["department_key"]
    either.contacts()
    either.http.get(
        "/contact.list.json",
        headers={
            "X-RELENTA-Department-Key": "wrong-key-0",
            "Authorization": "Bearer wrong-key-1",
            "Cookie": "wrong-key-2",
        },
    )
    either.mock.fail(error="reset")
    with pytest.raises(Exception, match="reset"):
        either.http.get("/contact.list.json")
    text = repr(list(either.mock.journal)).encode() + pickle.dumps(list(either.mock.journal))
    assert key.encode() not in text
    assert b"wrong-key" not in text
    assert either.mock.journal[0].headers["x-relenta-department-key"] == REDACTED


def test_records_failed_requests(relenta: Relenta) -> None:
    """Requests that are refused, unknown or hit by a fault are in the journal as well."""
    relenta.http.get("/nope")
    relenta.http.put("/contact.save.json")
    relenta.mock.fail(status=503)
    relenta.http.get("/contact.list.json")
    relenta.mock.fail(error="disconnect")
    with pytest.raises(Exception, match="disconnected"):
        relenta.http.get("/contact.list.json")
    unknown, method, faulty, broken = relenta.mock.journal
    assert (unknown.status, unknown.operation) == (404, None)
    assert (method.status, method.response_headers["Allow"]) == (405, "POST")
    assert (faulty.status, faulty.processed, faulty.fault) == (503, False, "status 503")
    assert (broken.status, broken.processed, broken.fault) == (None, False, "disconnect")
    assert broken.response_json is None


def test_a_journal_is_a_sequence(relenta: Relenta) -> None:
    """A journal has a length, is is indexed, sliced and iterated, and clears."""
    journal = relenta.mock.journal
    for _ in range(3):
        relenta.contacts()
    assert len(journal) == 3
    assert journal[-1].number == 3
    assert [exchange.number for exchange in journal[1:]] == [2, 3]
    assert journal[0] in journal
    assert "GET /contact.list.json -> 200" in repr(journal)
    journal.clear()
    assert not journal
    assert journal.total == 0
    relenta.contacts()
    assert journal[0].number == 1


def test_a_journal_is_bounded_by_number() -> None:
    """The oldest exchanges go when there are more than a thousand."""
    journal = Journal()
    for _ in range(1_500):
        record(journal)
    assert len(journal) == 1_000
    assert journal.total == 1_500
    assert [journal[0].number, journal[-1].number] == [501, 1_500]


def test_a_journal_is_bounded_by_size() -> None:
    """A body is cut at a mebibyte, and all bodies together stay within 16."""
    journal = Journal()
    for _ in range(40):
        record(journal, b"x" * 3 * 1024 * 1024)
    assert {len(exchange.body) for exchange in journal} == {journal_module.BODY_LIMIT}
    assert len(journal) == 16
