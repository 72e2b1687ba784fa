"""Input that the OnePageCRM mock refuses, wherever it is sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.mock.plain_onepagecrm import JOE, OnePage, Signed, case

FORM_TYPE = "application/x-www-form-urlencoded"


def test_rejects_invalid_contact(onepage: OnePage) -> None:
    """109 without a lastname and a company, 108 where something is invalid."""
    cases: list[tuple[int, dict[str, Any]]] = [
        (109, {}),
        (109, {"firstname": "x"}),
        (109, {"lastname": " ", "company": "\x01\t"}),
        (108, {"lastname": "x" * 26}),
        (108, {"lastname": "x", "firstname": "x" * 26}),
        (108, {"company": "é" * 56}),
        (108, {"lastname": "x", "phones": "work|1|2"}),
        (108, {"lastname": "x", "phones": "12345"}),
        (108, {"lastname": "x", "phones": "work|"}),
        (108, {"lastname": "x", "phones": "work| ,home|1"}),
        (108, {"lastname": "x", "phones": "work|1,"}),
        (108, {"lastname": "x", "emails": "|a@b.c"}),
        (108, {"lastname": "x", "urls": ","}),
        (108, {"lastname": "x", "country": "Ireland"}),
        (108, {"lastname": "x", "country": "ie"}),
        (108, {"lastname": "x", "country": "GR"}),
        (108, {"lastname": "x", "vip": "true"}),
        (108, {"lastname": "x", "vip": "2"}),
        (108, {"lastname": "x", "vip": ""}),
    ]
    for code, form in cases:
        with case(form):
            onepage.refused(code, "POST", "/contacts", **form)
            onepage.refused(code, "PUT", f"/contacts/{JOE}", **form)


def test_takes_strings_of_the_greatest_length(onepage: OnePage) -> None:
    """Lengths count characters, and those that are documented are allowed."""
    for name, length in (("lastname", 25), ("firstname", 25), ("company", 55)):
        contact = onepage.ok("POST", "/contacts", **{"company": "x", name: "ü" * length})
        assert contact[name] == "ü" * length


def test_rejects_invalid_query(onepage: OnePage) -> None:
    """Parameters that are invalid, repeated or unknown are 108."""
    for query in (
        *("page=0", "page=-1", "page=x", "page=", "page=1&page=2", "page=99999999999999999999"),
        *("waiting=2", "waiting=true", "filter_id=x", "size=5", "search=%ff"),
    ):
        with case(query):
            onepage.refused(108, "GET", f"/contacts?{query}")


def test_missing_parameter_is_109(onepage: OnePage) -> None:
    """Lists of a contact need the contact."""
    for path in ("/actions", "/notes"):
        with case(path):
            onepage.refused(109, "GET", path)
            onepage.refused(108, "GET", f"{path}?cid=x")


def test_rejects_body_that_is_not_a_form(onepage: OnePage) -> None:
    """Requests are form-encoded, in UTF-8, each field once; all else is 108."""
    before = onepage.mock.snapshot()
    for body, media_type in (
        (b'{"company": "x"}', "application/json"),
        (b"company=x", "text/plain"),
        (b"company=x", None),
        (b"company=x", "multipart/form-data; boundary=x"),
        (b"company=x", f"{FORM_TYPE}; charset=latin-1"),
        (b"company=%ff", FORM_TYPE),
        (b"company=\xff", FORM_TYPE),
        (b"company=x&company=x", FORM_TYPE),
    ):
        headers = {"content-type": media_type} if media_type else {}
        reply = onepage.http.post("/contacts.json", content=body, headers=headers)
        assert reply.status_code == 200, (body, media_type)
        assert reply.json()["status"] == 108, (body, media_type)
        assert onepage.mock.snapshot() == before, (body, media_type)


def test_unknown_fields_are_ignored(onepage: OnePage) -> None:
    """Invalid data are ignored, says the page; later versions have more fields."""
    assert onepage.ok("POST", "/contacts", company="x", starred=1, id="7")["company"] == "x"


def test_body_beyond_the_cap_is_413(onepage: OnePage) -> None:
    """It is not read, and refused in the format of the URL."""
    auth = Signed(onepage.mock, *onepage.mock.credentials.values())
    reply = onepage.http.post("/contacts.yaml", content=b"x" * (20 * 1024 * 1024 + 1), auth=auth)

    assert reply.status_code == 413
    assert reply.text.startswith("---\ntimestamp: ")


def test_failed_call_leaves_nothing_behind(
    onepage: OnePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a call wrote before it failed is undone, with the tick of the clock."""
    before, counts = onepage.mock.snapshot(), onepage.counts()

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("crmkit_mock.onepagecrm.contacts.detailed", fail)
    reply: httpx.Response = onepage.http.post("/contacts.json", data={"company": "x", "tags": "T"})
    assert reply.status_code == 500
    assert reply.json()["status"] == 999
    assert "boom" in reply.json()["message"]
    assert onepage.mock.snapshot() == before
    assert onepage.counts() == counts
