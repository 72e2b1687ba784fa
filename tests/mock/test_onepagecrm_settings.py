"""OnePageCRM's settings and limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.mock.plain_onepagecrm import ACME, JOE, UNSIGNED, OnePage, case

SYSTEM = {
    "status": "client",
    "reminder_type": "every_day",
    "reminder_hour": 23,
    "timezone": "kathmandu",
    "currency": "PLN",
    "date_format": "%d/%m/%Y",
}
DEAL = {"body": "x", "date": "01.06.2012", "type": "deal", "amount": 1}


# -- settings ----------------------------------------------------------------------------------


def test_update_of_the_users_settings_replaces(onepage: OnePage) -> None:
    """What is not sent is lost, except the password; login takes the new address."""
    settings = onepage.ok("POST", "/settings/user", email="new@example.com", lastname="New")

    shown = {"firstname": None, "lastname": "New", "company": None, "email": "new@example.com"}
    assert settings == onepage.ok("GET", "/settings/user") == shown
    form = {"login": "new@example.com", "password": "secret"}
    session = onepage.http.post("/auth/login.json", data=form, auth=UNSIGNED).json()
    assert session["data"]["lastname"] == "New"


def test_password_is_changed_by_sending_it_twice(onepage: OnePage) -> None:
    """One that is not repeated is refused; the old one is wrong afterwards."""
    email = {"email": "api@example.com"}
    onepage.refused(108, "POST", "/settings/user", **email, password="a", confirm_password="b")
    onepage.refused(108, "POST", "/settings/user", **email, password="a")
    onepage.refused(108, "POST", "/settings/user", **email, confirm_password="a")
    onepage.ok("POST", "/settings/user", **email, password="", confirm_password="")
    onepage.login()
    onepage.ok("POST", "/settings/user", **email, password="new", confirm_password="new")
    for password, status in (("secret", 103), ("new", 0)):
        form = {"login": email["email"], "password": password}
        reply = onepage.http.post("/auth/login.json", data=form, auth=UNSIGNED)
        assert reply.json()["status"] == status


def test_user_needs_an_address_of_their_own(onepage: OnePage) -> None:
    """Users log in by it."""
    cases: list[tuple[int, dict[str, str]]] = [
        (109, {}),
        (109, {"email": " "}),
        (107, {"email": "eleni@solar.example"}),
    ]
    for code, form in cases:
        with case(form):
            onepage.refused(code, "POST", "/settings/user", firstname="x", **form)


def test_login_shows_the_system_settings(onepage: OnePage) -> None:
    """What is set is read again and shown by login, in its own words."""
    assert onepage.ok("POST", "/settings/system", **SYSTEM) == SYSTEM
    assert onepage.ok("GET", "/settings/system") == SYSTEM
    session = onepage.login()["data"]
    assert session["customerlabel"] == "client"
    assert session["timezone"] == "+05:45"
    assert session["currency"] == {"symbol": "zł", "code": "PLN"}
    assert session["dateformat"] == "dd/mm/yyyy"


def test_rejects_incomplete_or_unknown_system_settings(onepage: OnePage) -> None:
    """109 names the field that is missing, 108 the one whose value no list has."""
    for missing in SYSTEM:
        form = {name: value for name, value in SYSTEM.items() if name != missing}
        assert missing in onepage.refused(109, "POST", "/settings/system", **form)
    for name, value in (
        ("reminder_type", "sometimes"),
        ("reminder_hour", 24),
        ("reminder_hour", -1),
        ("reminder_hour", "6.5"),
        ("timezone", "mars"),
        ("currency", "usd"),
        ("date_format", "%Y"),
    ):
        with case(f"{name}={value}"):
            message = onepage.refused(108, "POST", "/settings/system", **{**SYSTEM, name: value})
            assert name in message


def test_settings_take_all_that_the_lists_have(onepage: OnePage) -> None:
    """Each time zone and currency of the lists can be set."""
    for name, path in (("timezone", "timezone_list"), ("currency", "currency_list")):
        for choice in onepage.ok("GET", f"/settings/{path}"):
            onepage.ok("POST", "/settings/system", **{**SYSTEM, name: choice["code"]})


# -- limits ------------------------------------------------------------------------------------


def notifications(crm: OnePage) -> list[str] | None:
    """Return the notifications that an ordinary read carries."""
    carried: list[str] | None = crm.envelope("GET", "/contacts").get("notifications")
    return carried


def test_full_account_takes_neither_contacts_nor_deals(onepage: OnePage) -> None:
    """At contacts_list_full 201 refuses what would be added; the rest works."""
    onepage.mock.limit(contacts=3)
    assert notifications(onepage) is None
    envelope = onepage.envelope("POST", "/contacts", company="x")
    assert envelope["notifications"] == notifications(onepage) == ["contacts_list_full"]
    assert onepage.login()["notifications"] == ["contacts_list_full"]
    refused = onepage.call("POST", "/contacts", {"company": "y"})
    assert refused["notifications"] == ["contacts_list_full"]
    onepage.refused(201, "POST", "/contacts", company="y")
    onepage.refused(201, "POST", "/notes", cid=JOE, **DEAL)
    onepage.ok("POST", "/notes", cid=JOE, body="x", date="01.06.2012")
    onepage.ok("PUT", f"/contacts/{JOE}", company="y")
    onepage.ok("POST", "/tags", name="T")
    envelope = onepage.envelope("DELETE", f"/contacts/{JOE}")
    assert "notifications" not in envelope
    onepage.ok("POST", "/contacts", company="z")
    onepage.refused(201, "GET", "/misc/undo_contact_deletion")


def test_too_many_deals_stop_deals_and_contacts(onepage: OnePage) -> None:
    """At deals_limit_reached 202 refuses what would be added; the rest works."""
    onepage.mock.limit(deals=2)
    envelope = onepage.envelope("POST", "/notes", cid=JOE, **DEAL)
    assert envelope["notifications"] == notifications(onepage) == ["deals_limit_reached"]
    onepage.refused(202, "POST", "/notes", cid=JOE, **DEAL)
    onepage.refused(202, "POST", "/contacts", company="x")
    onepage.ok("POST", "/notes", cid=JOE, body="x", date="01.06.2012")
    path = f"/notes/{envelope['data']['id']}"
    onepage.ok("PUT", path, body="x", date="01.06.2012", amount=2)
    envelope = onepage.envelope("DELETE", path)
    assert "notifications" not in envelope
    onepage.ok("POST", "/contacts", company="x")


def test_with_too_many_contacts_only_their_deletion_works(onepage: OnePage) -> None:
    """At too_many_contacts 201 refuses every edit of contacts, notes, tags and actions."""
    onepage.ok("POST", "/tags", name="T")
    onepage.mock.limit(contacts=1)
    assert notifications(onepage) == ["too_many_contacts"]
    for method, path, form in (
        ("POST", "/contacts", {"company": "x"}),
        ("PUT", f"/contacts/{JOE}", {"company": "x"}),
        ("POST", "/actions", {"cid": ACME, "name": "x", "next": 1}),
        ("PUT", "/actions/4e5dea11638190102c00036e", {"cid": JOE, "name": "x", "next": 1}),
        ("DELETE", "/actions/4e5dea11638190102c000364", {}),
        ("POST", "/misc/mark_action_as_done", {"cid": JOE}),
        ("POST", "/misc/undo_action_completion", {"cid": ACME}),
        ("POST", "/notes", {"cid": ACME, "body": "x", "date": "01.06.2012"}),
        ("PUT", "/notes/4f7053c563819060f30000d0", {"body": "x", "date": "01.06.2012"}),
        ("DELETE", "/notes/4f7053c563819060f30000d0", {}),
        ("POST", "/tags", {"name": "x"}),
        ("PUT", "/tags/T", {"name": "x"}),
        ("DELETE", "/tags/T", {}),
        ("GET", f"/misc/assign_tag?id={JOE}&name=T", {}),
        ("POST", "/misc/assign_tag", {"id": JOE, "name": "T"}),
        ("GET", f"/misc/unassign_tag?id={JOE}&name=T", {}),
        ("POST", "/misc/unassign_tag", {"id": JOE, "name": "T"}),
        ("GET", "/misc/remove_unused_tags", {}),
        ("POST", "/misc/remove_unused_tags", {}),
        ("GET", "/misc/undo_contact_deletion", {}),
        ("POST", "/misc/undo_contact_deletion", {}),
    ):
        with case(f"{method} {path}"):
            onepage.refused(201, method, path, **form)
    onepage.ok("GET", f"/contacts/{JOE}")
    onepage.ok("POST", "/settings/system", **SYSTEM)
    envelope = onepage.envelope("DELETE", f"/contacts/{ACME}")
    assert envelope["notifications"] == ["contacts_list_full"]
    onepage.ok("PUT", f"/contacts/{JOE}", company="x")
    onepage.mock.limit()
    assert notifications(onepage) is None


def test_limits_are_per_account(onepage: OnePage, solar: OnePage) -> None:
    """One account's limit does not stop another, and reset lifts it."""
    onepage.mock.limit(contacts=0, deals=0)
    assert notifications(onepage) == ["deals_limit_reached", "too_many_contacts"]
    assert notifications(solar) is None
    onepage.mock.reset()
    assert notifications(onepage) is None


def test_rejects_impossible_limits_lists_and_accounts(onepage: OnePage) -> None:
    """A ValueError names the argument, what it must be, and what it is."""
    mock, before = onepage.mock, onepage.mock.snapshot()
    cases: dict[str, Callable[[], Any]] = {
        "contacts must be >= 0, got -1": lambda: mock.limit(contacts=-1),
        "deals must be >= 0, got -1": lambda: mock.limit(deals=-1),
        "account must be one of samples, solar, got 'x'": lambda: mock.limit(account="x"),
        "size must be >= 1, got 0": lambda: mock.listing(size=0),
        "mode must be one of all, general, lead": lambda: mock.listing(mode="boss"),
        "mode must be one of off, simple, full, got 'long'": lambda: mock.pipeline("long"),
        "account must be one of samples, solar, got 'y'": lambda: mock.add_filter("x", account="y"),
        "account must be one of samples, solar, got 'z'": lambda: mock.add("tags", {}, account="z"),
    }
    for message, call in cases.items():
        with case(message), pytest.raises(ValueError, match=message):
            call()
    assert mock.snapshot() == before
