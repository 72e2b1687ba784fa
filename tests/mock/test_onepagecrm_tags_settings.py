"""OnePageCRM's tags, settings and limits, and input that is bad wherever it is sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.mock.plain_onepagecrm import ACME, JOE, UNSIGNED, OnePage, Signed

WHOLE = {
    "status": "client",
    "reminder_type": "every_day",
    "reminder_hour": 23,
    "timezone": "kathmandu",
    "currency": "PLN",
    "date_format": "%d/%m/%Y",
}
DEAL = {"body": "x", "date": "01.06.2012", "type": "deal", "amount": 1}


def tags(crm: OnePage) -> dict[str, int]:
    """Return the counts of the custom tags."""
    listed = {one["name"]: one["count"] for one in crm.ok("GET", "/tags")}
    for name, count in listed.items():
        assert crm.ok("GET", f"/tags/{name}") == {"name": name, "count": count}
    assert {f"#{name}": count for name, count in listed.items()} == {
        name: count for name, count in crm.counts().items() if name.startswith("#")
    }
    return listed


# -- tags --------------------------------------------------------------------------------------


def test_tags_are_made_renamed_and_deleted(solar: OnePage) -> None:
    """A tag keeps its contacts and its place under a new name, and goes from them when deleted."""
    eleni = "4e00465263819c0000000001"
    assert [one["name"] for one in solar.ok("GET", "/tags")] == ["Solar", "Wholesale", "Unused"]

    assert solar.ok("POST", "/tags", name=" New & more ") is None
    assert solar.ok("PUT", "/tags/Solar", name="Sun") is None
    assert solar.ok("PUT", "/tags/Sun", name="Sun") is None

    assert [(one["name"], one["count"]) for one in solar.ok("GET", "/tags")] == [
        *(("Sun", 2), ("Wholesale", 1), ("Unused", 0), ("New & more", 0))
    ]
    assert solar.ok("GET", f"/contacts/{eleni}")["tags"] == ["Sun", "Wholesale"]
    solar.refused(106, "GET", "/tags/Solar")
    assert solar.ok("DELETE", "/tags/Sun") is None
    assert solar.ok("GET", f"/contacts/{eleni}")["tags"] == ["Wholesale"]
    assert solar.ok("GET", "/contacts?tag=Sun")["count"] == 0


def test_a_tag_may_hold_a_slash(solar: OnePage) -> None:
    """A slash that comes as %2F is part of the name; one that comes bare parts the path."""
    solar.ok("POST", "/tags", name="R/D")

    assert solar.ok("GET", "/tags/R%2FD") == {"name": "R/D", "count": 0}
    assert solar.ok("PUT", "/tags/R%2fD", name="R/D/Q") is None
    assert solar.ok("DELETE", "/tags/R%2FD%2FQ") is None
    solar.refused(106, "GET", "/tags/R%2FD")
    assert solar.http.get("/tags/R/D.json").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_tags_are_assigned_and_unassigned(onepage: OnePage, method: str) -> None:
    """Both ways do the same: a tag more, a tag less, VIP instead of a tag."""

    def call(path: str, name: str, id: str = JOE) -> None:
        if method == "GET":
            assert onepage.ok("GET", f"{path}?id={id}&name={name}") is None
        else:
            assert onepage.ok("POST", path, id=id, name=name) is None

    for name in ("A", "B", "A", "VIP"):
        call("/misc/assign_tag", name)
    call("/misc/assign_tag", "A", ACME)
    joe = onepage.ok("GET", f"/contacts/{JOE}")
    assert (joe["tags"], joe["vip"]) == (["A", "B"], True)
    assert tags(onepage) == {"A": 2, "B": 1}
    for name in ("A", "B", "B", "VIP"):
        call("/misc/unassign_tag", name)
    joe = onepage.ok("GET", f"/contacts/{JOE}")
    assert (joe["tags"], joe["vip"]) == ([], False)
    assert tags(onepage) == {"A": 1, "B": 0}
    assert onepage.ok(method, "/misc/remove_unused_tags") is None
    assert tags(onepage) == {"A": 1}


@pytest.mark.parametrize(
    ("code", "method", "path", "form"),
    [
        (107, "POST", "/tags", {"name": "Solar"}),
        (107, "POST", "/tags", {"name": "VIP"}),
        (108, "POST", "/tags", {"name": "a,b"}),
        (109, "POST", "/tags", {"name": " \t"}),
        (109, "POST", "/tags", {}),
        (106, "PUT", "/tags/None", {"name": "x"}),
        (107, "PUT", "/tags/Solar", {"name": "Unused"}),
        (107, "PUT", "/tags/Solar", {"name": "VIP"}),
        (108, "PUT", "/tags/Solar", {"name": "a,b"}),
        (106, "DELETE", "/tags/None", {}),
        (106, "DELETE", "/tags/VIP", {}),
        (106, "GET", "/tags/VIP", {}),
        (109, "GET", "/misc/assign_tag?id=4e00465263819c0000000001", {}),
        (109, "GET", "/misc/assign_tag?name=x", {}),
        (108, "GET", "/misc/assign_tag?id=4e00465263819c0000000001&name=a%2Cb", {}),
        (108, "GET", "/misc/assign_tag?id=4e00465263819c0000000001&name=+", {}),
        (106, "GET", f"/misc/assign_tag?id={'0' * 24}&name=x", {}),
        (106, "POST", "/misc/assign_tag", {"id": "0" * 24, "name": "x"}),
        (108, "POST", "/misc/assign_tag", {"id": "4e00465263819c0000000001", "name": "a,b"}),
        (109, "POST", "/misc/assign_tag", {"id": "4e00465263819c0000000001"}),
        (106, "GET", "/misc/unassign_tag?id=4e00465263819c0000000001&name=None", {}),
        (106, "POST", "/misc/unassign_tag", {"id": "0" * 24, "name": "Solar"}),
    ],
)
def test_a_bad_tag_is_refused(
    solar: OnePage, code: int, method: str, path: str, form: dict[str, str]
) -> None:
    """106, 107, 108 or 109, and no tag is other than before."""
    solar.refused(code, method, path, **form)


# -- settings ----------------------------------------------------------------------------------


def test_the_users_settings_are_replaced(onepage: OnePage) -> None:
    """What is not sent is lost, the password excepted; login knows the new address."""
    data = onepage.ok("POST", "/settings/user", email="new@example.com", lastname="New")

    shown = {"firstname": None, "lastname": "New", "company": None, "email": "new@example.com"}
    assert data == onepage.ok("GET", "/settings/user") == shown
    form = {"login": "new@example.com", "password": "secret"}
    session = onepage.http.post("/auth/login.json", data=form, auth=UNSIGNED).json()
    assert session["data"]["lastname"] == "New"


def test_a_password_is_changed_by_sending_it_twice(onepage: OnePage) -> None:
    """One that is not repeated is refused; the old one opens nothing afterwards."""
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


@pytest.mark.parametrize(
    ("code", "form"),
    [(109, {}), (109, {"email": " "}), (107, {"email": "eleni@solar.example"})],
)
def test_an_address_is_needed_and_belongs_to_one_user(
    onepage: OnePage, code: int, form: dict[str, str]
) -> None:
    """Users log in by it."""
    onepage.refused(code, "POST", "/settings/user", firstname="x", **form)


def test_the_system_settings_show_at_login(onepage: OnePage) -> None:
    """What is set is read again and told by login, in its own words."""
    assert onepage.ok("POST", "/settings/system", **WHOLE) == WHOLE
    assert onepage.ok("GET", "/settings/system") == WHOLE
    data = onepage.login()["data"]
    assert data["customerlabel"] == "client"
    assert data["timezone"] == "+05:45"
    assert data["currency"] == {"symbol": "zł", "code": "PLN"}
    assert data["dateformat"] == "dd/mm/yyyy"


@pytest.mark.parametrize("missing", WHOLE)
def test_all_system_settings_must_be_sent(onepage: OnePage, missing: str) -> None:
    """One that is absent or empty is 109."""
    rest = {name: value for name, value in WHOLE.items() if name != missing}

    assert missing in onepage.refused(109, "POST", "/settings/system", **rest)


@pytest.mark.parametrize(
    "change",
    [
        {"reminder_type": "sometimes"},
        {"reminder_hour": 24},
        {"reminder_hour": -1},
        {"reminder_hour": "6.5"},
        {"timezone": "mars"},
        {"currency": "usd"},
        {"date_format": "%Y"},
    ],
)
def test_unknown_system_settings_are_refused(onepage: OnePage, change: dict[str, Any]) -> None:
    """A value that the lists do not have is 108."""
    assert next(iter(change)) in onepage.refused(
        108, "POST", "/settings/system", **{**WHOLE, **change}
    )


def test_the_lists_are_what_the_settings_take(onepage: OnePage) -> None:
    """Each time zone and currency of the lists can be set."""
    for name, path in (("timezone", "timezone_list"), ("currency", "currency_list")):
        for one in onepage.ok("GET", f"/settings/{path}"):
            onepage.ok("POST", "/settings/system", **{**WHOLE, name: one["code"]})


# -- limits ------------------------------------------------------------------------------------


def state(crm: OnePage) -> list[str] | None:
    """Return the notifications that an ordinary read carries."""
    notifications: list[str] | None = crm.envelope("GET", "/contacts").get("notifications")
    return notifications


def test_a_full_list_takes_neither_contacts_nor_deals(onepage: OnePage) -> None:
    """At contacts_list_full 201 refuses what would be added; the rest works."""
    onepage.mock.limit(contacts=3)
    assert state(onepage) is None
    told = onepage.envelope("POST", "/contacts", company="x")
    assert told["notifications"] == state(onepage) == ["contacts_list_full"]
    assert onepage.login()["notifications"] == ["contacts_list_full"]
    refused = onepage.call("POST", "/contacts", {"company": "y"})
    assert refused["notifications"] == ["contacts_list_full"]
    onepage.refused(201, "POST", "/contacts", company="y")
    onepage.refused(201, "POST", "/notes", cid=JOE, **DEAL)
    onepage.ok("POST", "/notes", cid=JOE, body="x", date="01.06.2012")
    onepage.ok("PUT", f"/contacts/{JOE}", company="y")
    onepage.ok("POST", "/tags", name="T")
    told = onepage.envelope("DELETE", f"/contacts/{JOE}")
    assert "notifications" not in told
    onepage.ok("POST", "/contacts", company="z")
    onepage.refused(201, "GET", "/misc/undo_contact_deletion")


def test_too_many_deals_stop_deals_and_contacts(onepage: OnePage) -> None:
    """At deals_limit_reached 202 refuses what would be added; the rest works."""
    onepage.mock.limit(deals=2)
    told = onepage.envelope("POST", "/notes", cid=JOE, **DEAL)
    assert told["notifications"] == state(onepage) == ["deals_limit_reached"]
    onepage.refused(202, "POST", "/notes", cid=JOE, **DEAL)
    onepage.refused(202, "POST", "/contacts", company="x")
    onepage.ok("POST", "/notes", cid=JOE, body="x", date="01.06.2012")
    onepage.ok("PUT", f"/notes/{told['data']['id']}", body="x", date="01.06.2012", amount=2)
    told = onepage.envelope("DELETE", f"/notes/{told['data']['id']}")
    assert "notifications" not in told
    onepage.ok("POST", "/contacts", company="x")


def test_with_too_many_contacts_only_their_deletion_works(onepage: OnePage) -> None:
    """At too_many_contacts 201 refuses every edit of contacts, notes, tags and actions."""
    onepage.ok("POST", "/tags", name="T")
    onepage.mock.limit(contacts=1)
    assert state(onepage) == ["too_many_contacts"]
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
        onepage.refused(201, method, path, **form)
    onepage.ok("GET", f"/contacts/{JOE}")
    onepage.ok("POST", "/settings/system", **WHOLE)
    told = onepage.envelope("DELETE", f"/contacts/{ACME}")
    assert told["notifications"] == ["contacts_list_full"]
    onepage.ok("PUT", f"/contacts/{JOE}", company="x")
    onepage.mock.limit()
    assert state(onepage) is None


def test_limits_are_an_accounts_own(onepage: OnePage, solar: OnePage) -> None:
    """One account's limit does not stop another, and reset lifts it."""
    onepage.mock.limit(contacts=0, deals=0)
    assert state(onepage) == ["deals_limit_reached", "too_many_contacts"]
    assert state(solar) is None
    onepage.mock.reset()
    assert state(onepage) is None


def test_what_tests_set_is_checked(onepage: OnePage) -> None:
    """Impossible limits, lists, pipelines and accounts are refused."""
    mock, before = onepage.mock, onepage.mock.snapshot()
    for wrong in (
        lambda: mock.limit(contacts=-1),
        lambda: mock.limit(deals=-1),
        lambda: mock.limit(account="nobody"),
        lambda: mock.listing(size=0),
        lambda: mock.listing(mode="boss"),
        lambda: mock.pipeline("long"),
        lambda: mock.add_filter("x", account="nobody"),
    ):
        with pytest.raises(ValueError, match="must be"):
            wrong()
    assert mock.snapshot() == before


# -- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "form"),
    [
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
    ],
)
def test_a_bad_contact_is_refused(onepage: OnePage, code: int, form: dict[str, str]) -> None:
    """109 without a lastname and a company, 108 where something is wrong."""
    onepage.refused(code, "POST", "/contacts", **form)
    onepage.refused(code, "PUT", f"/contacts/{JOE}", **form)


@pytest.mark.parametrize("length", [("lastname", 25), ("firstname", 25), ("company", 55)])
def test_the_longest_texts_are_taken(onepage: OnePage, length: tuple[str, int]) -> None:
    """Lengths count characters, and those that are documented are allowed."""
    member, number = length
    data = onepage.ok("POST", "/contacts", **{"company": "x", member: "ü" * number})
    assert data[member] == "ü" * number


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=-1", "page=x", "page=", "page=1&page=2", "page=99999999999999999999"),
        *("waiting=2", "waiting=true", "filter_id=x", "size=5", "search=%ff"),
    ],
)
def test_a_bad_query_is_108(onepage: OnePage, query: str) -> None:
    """Parameters that are wrong, repeated or unknown are refused."""
    onepage.refused(108, "GET", f"/contacts?{query}")


@pytest.mark.parametrize("path", ["/actions", "/notes"])
def test_a_missing_parameter_is_109(onepage: OnePage, path: str) -> None:
    """Lists of a contact need the contact."""
    onepage.refused(109, "GET", path)
    onepage.refused(108, "GET", f"{path}?cid=x")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"company": "x"}', "application/json"),
        (b"company=x", "text/plain"),
        (b"company=x", None),
        (b"company=x", "multipart/form-data; boundary=x"),
        (b"company=x", "application/x-www-form-urlencoded; charset=latin-1"),
        (b"company=%ff", "application/x-www-form-urlencoded"),
        (b"company=\xff", "application/x-www-form-urlencoded"),
        (b"company=x&company=x", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_108(
    onepage: OnePage, body: bytes, media_type: str | None
) -> None:
    """Requests are form-encoded, in UTF-8, each member once."""
    before = onepage.mock.snapshot()
    headers = {"content-type": media_type} if media_type else {}

    reply = onepage.http.post("/contacts.json", content=body, headers=headers)

    assert reply.status_code == 200
    assert reply.json()["status"] == 108
    assert onepage.mock.snapshot() == before


def test_members_that_no_form_has_are_ignored(onepage: OnePage) -> None:
    """Invalid data are ignored, says the page; later versions have more members."""
    assert onepage.ok("POST", "/contacts", company="x", starred=1, id="7")["company"] == "x"


def test_a_body_beyond_the_cap_is_413(onepage: OnePage) -> None:
    """It is not read, and refused in the format of the URL."""
    auth = Signed(onepage.mock, *onepage.mock.credentials.values())
    reply = onepage.http.post("/contacts.yaml", content=b"x" * (20 * 1024 * 1024 + 1), auth=auth)

    assert reply.status_code == 413
    assert reply.text.startswith("---\ntimestamp: ")


def test_what_a_refused_call_began_is_undone(
    onepage: OnePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that fails on its way leaves nothing behind, not even a tick of the clock."""
    before = onepage.mock.snapshot()

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("crmkit_mock.onepagecrm.contacts.detailed", fail)
    reply: httpx.Response = onepage.http.post("/contacts.json", data={"company": "x", "tags": "T"})
    assert reply.status_code == 500
    assert reply.json()["status"] == 999
    assert "boom" in reply.json()["message"]
    assert onepage.mock.snapshot() == before
