"""Records that tests put into the OnePageCRM mock without a request."""

from __future__ import annotations

from typing import Any

from tests.mock.plain_onepagecrm import ACME, EMPTY_REPLY, FULL_REPLY, JOE, OnePage, case


def test_add_fills_in_defaults(onepage: OnePage) -> None:
    """Records of every kind are added by their names in replies, without a request."""
    mock = onepage.mock
    cid = mock.add("contacts", {"lastname": "Doe"})
    full = mock.add("contacts", {name: FULL_REPLY[name] for name in FULL_REPLY if name in ADDED})
    form_names = mock.add("contacts", {"company": "x", "job_title": "CEO", "zip_code": "1"})
    vip = mock.add("contacts", {"company": "x", "tags": ["VIP", "T", "T"]})
    action = mock.add("actions", {"cid": cid, "name": "Call", "date": "01.07.2012"})
    done = mock.add("actions", {"cid": cid, "name": "Call", "next": 1, "done": 1, "closed": 7})
    now = int(mock.clock.now().timestamp())
    just_done = mock.add("actions", {"cid": vip, "name": "x", "next": True, "done": True})
    note = mock.add("notes", {"cid": full, "body": "b", "date": "01.06.2012"})
    deal = {"cid": full, "body": "b", "date": "01.06.2012"}
    pending = mock.add("notes", {**deal, "amount": 5})
    won = mock.add("notes", {**deal, "deal": {"amount": 1.5, "status": "won"}})
    assert mock.add("tags", {"name": "New"}) == "New"
    filter_ = mock.add("filters", {"name": "f", "tags": ["T"]})

    assert onepage.mock.journal[-1:] == []
    empty_action = {"date": None, "next": False, "waiting": False, "done": False, "closed": None}
    assert onepage.ok("GET", f"/actions?cid={cid}") == [
        {"id": action, "cid": cid, "name": "Call", **empty_action, "date": "01.07.2012"},
        {
            **empty_action,
            "id": done,
            "cid": cid,
            "name": "Call",
            "next": True,
            "done": True,
            "closed": 7,
        },
    ]
    assert onepage.ok("GET", f"/actions/{just_done}")["closed"] == now
    empty_deal = {"status": "pending", "closed": None, "deal_stage": None, "exp_close": None}
    notes = onepage.ok("GET", f"/notes?cid={full}")
    assert [record["id"] for record in notes] == [note, pending, won]
    assert [record.get("deal") for record in notes] == [
        None,
        {**empty_deal, "amount": 5.0},
        {**empty_deal, "amount": 1.5, "status": "won", "closed": "04.06.2012"},
    ]
    assert onepage.ok("GET", "/tags")[-1] == {"name": "New", "count": 0}
    assert onepage.ok("GET", f"/filters/{filter_}") == {
        "id": filter_,
        "name": "f",
        "contacts": [],
        "tags": ["T"],
        "deals": [],
        "address": {},
    }
    contact = onepage.ok("GET", f"/contacts/{cid}")
    for name in ("actions", "nextaction"):
        contact[name] = EMPTY_REPLY[name]
    assert contact == {**EMPTY_REPLY, "id": cid, "lastname": "Doe"}
    contact = onepage.ok("GET", f"/contacts/{full}")
    assert contact == {**FULL_REPLY, "id": full, "pendingdeal": True, "notes": notes}
    contact = onepage.ok("GET", f"/contacts/{form_names}")
    assert (contact["jobtitle"], contact["zip"]) == ("CEO", "1")
    contact = onepage.ok("GET", f"/contacts/{vip}")
    assert (contact["vip"], contact["tags"]) == (True, ["T"])
    assert onepage.counts()["recently_added"] == 4


#: The fields of a contact that can be written.
ADDED = {
    *("firstname", "lastname", "company", "status", "tags", "vip", "jobtitle", "address", "city"),
    *("state", "zip", "country", "description", "phones", "emails", "urls"),
}


def test_add_refuses_invalid_records(onepage: OnePage) -> None:
    """A ValueError names the kind and what is wrong; nothing is stored."""
    mock, before = onepage.mock, onepage.mock.snapshot()
    note = {"cid": JOE, "body": "x", "date": "01.06.2012"}
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("deals", {}, "kind must be one of contacts, actions, notes, tags, filters, got 'deals'"),
        ("contacts", {}, "lastname or company is missing"),
        ("contacts", {"lastname": " \x01"}, "lastname or company is missing"),
        ("contacts", {"lastname": "x", "email": "a@b.c"}, "unknown field 'email'"),
        ("contacts", {"lastname": "x", "phones": "work|1"}, "phones"),
        ("contacts", {"lastname": "x", "phones": [{"type": "work"}]}, "phones.0"),
        ("contacts", {"lastname": "x", "tags": "A"}, "tags must be a list, got str"),
        ("contacts", {"lastname": "x", "tags": [["A"]]}, "tags: expected a str without commas"),
        ("contacts", {"lastname": "x", "tags": ["A,B"]}, "tags: expected a str without commas"),
        ("contacts", {"lastname": "x", "tags": [" "]}, "tags: expected a str without commas"),
        ("contacts", {"lastname": "x", "status": ["lead"]}, "status"),
        ("contacts", {"lastname": "x", "vip": "yes"}, "vip"),
        ("contacts", {"lastname": 5}, "lastname"),
        ("contacts", {"lastname": "x", "added": "now"}, "added must be an int, got 'now'"),
        ("actions", {"cid": JOE}, "name is missing"),
        ("actions", {"cid": "0" * 24, "name": "x", "next": True}, "contact not found"),
        ("actions", {"cid": [JOE], "name": "x", "next": True}, "contact not found"),
        ("actions", {"cid": ACME, "name": "x"}, "date, next or waiting is missing"),
        ("actions", {"cid": ACME, "name": "x", "date": "1.1.12"}, "date: expected a date"),
        ("actions", {"cid": ACME, "name": "x", "date": 1}, "date: expected a str"),
        ("actions", {"cid": ACME, "name": "x", "next": 1, "waiting": 1}, "exclude each other"),
        ("actions", {"cid": JOE, "name": "x", "next": True}, "has an open action"),
        ("notes", {"cid": JOE, "body": "x"}, "date is missing"),
        ("notes", {**note, "type": "deal"}, "amount is missing"),
        ("notes", {**note, "status": "won"}, "amount is missing"),
        ("notes", {**note, "amount": "1"}, "deal.amount"),
        ("notes", {**note, "amount": 1, "status": "won", "closed": "99.99.2012"}, "closed: exp"),
        ("notes", {**note, "type": "letter"}, "type"),
        ("tags", {"name": "a,b"}, "name: expected a str without commas, got 'a,b'"),
        ("tags", {"name": "VIP"}, "tag already exists: VIP"),
        ("filters", {}, "name is missing"),
        ("filters", {"name": "f", "contacts": ["boss"]}, "contacts.0"),
        ("filters", {"name": "f", "address": {"type": "zip_code"}}, "address"),
        ("filters", {"name": "f", "address": {"type": "street", "value": "x"}}, "address"),
    ]
    for kind, record, message in cases:
        with case(f"{kind} {record}"):
            error = refused_record(onepage, kind, record)
            assert message in error
            assert error.startswith((f"{kind}: ", "kind "))
            assert mock.snapshot() == before


def refused_record(crm: OnePage, kind: str, record: dict[str, Any]) -> str:
    """Add what must be refused; return the message."""
    try:
        id = crm.mock.add(kind, record)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"added {id}")
