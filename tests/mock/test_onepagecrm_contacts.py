"""OnePageCRM's contacts: listing, reading, replacing, deleting and undoing that."""

from __future__ import annotations

from typing import Any

from tests.mock.plain_onepagecrm import (
    ACME,
    EMPTY_REPLY,
    FULL_REPLY,
    JOE,
    OnePage,
    case,
    written,
)

ELENI, OFF, ANN, WAITS = (f"4e00465263819c{n:010x}" for n in (1, 2, 3, 4))
GREEKS = "4e00465263819f0000000001"
FULL_FORM = {
    "firstname": " Joe ",
    "lastname": "Doe",
    "company": "Ltd",
    "job_title": "CEO",
    "address": "Here 1",
    "city": "There",
    "state": "NJ",
    "zip_code": "07018",
    "country": "EL",
    "description": "a\n b",
    "phones": "work|+353 91 123 , mobile| 0",
    "emails": "work|a@b.c",
    "urls": "website|http://a.b/?c=d&e",
    "vip": 1,
    "status": "customer",
    "tags": " Solar , Big one,,Solar",
}


def ids(crm: OnePage, query: str = "") -> list[str]:
    """Return the ids of the first page of a list."""
    page = crm.ok("GET", f"/contacts?{query}".rstrip("?"))
    return [contact["id"] for contact in page["contacts"]]


# -- reading and writing -----------------------------------------------------------------------


def test_demo_data_is_the_vendors_sample(onepage: OnePage) -> None:
    """The first account answers what the vendor's samples show, at their very second."""
    for path, example in {
        "/contacts": "ContactListPage",
        f"/contacts/{JOE}": "ContactContact",
        f"/actions?cid={JOE}": "ActionListActions",
        f"/notes?cid={JOE}": "NoteListNotes",
        "/filters": "FilterListFilters",
        "/settings/user": "UserSettingsUser",
        "/settings/system": "SystemSettingsSystem",
        "/settings/subscription": "SubscriptionPro",
        "/misc/api_version": "ApiVersionVersion",
    }.items():
        sample = written().tree["components"]["examples"][example]["value"]
        assert onepage.call("GET", path) == sample, path


def test_create_shows_all_that_was_sent(onepage: OnePage) -> None:
    """A new contact shows all that was sent, trimmed and split, and is read and listed so."""
    envelope = onepage.envelope("POST", "/contacts", **FULL_FORM)
    contact = {"id": envelope["data"]["id"], **FULL_REPLY}

    assert envelope["data"] == contact
    assert onepage.ok("GET", f"/contacts/{contact['id']}") == contact
    first, *_, last = onepage.ok("GET", "/contacts")["contacts"]
    assert last == {name: contact[name] for name in first}
    assert envelope["timestamp"] == onepage.call("GET", "/contacts")["timestamp"] == 1338797715


def test_create_needs_a_lastname_or_a_company_only(onepage: OnePage) -> None:
    """Everything else is empty then; the status is lead."""
    for name in ("lastname", "company"):
        contact = onepage.ok("POST", "/contacts", **{name: "X"})
        assert contact == {**EMPTY_REPLY, "id": contact["id"], name: "X"}


def test_update_replaces(onepage: OnePage) -> None:
    """What an update does not send is lost; actions and notes stay."""
    id = onepage.ok("POST", "/contacts", **FULL_FORM)["id"]
    onepage.ok("POST", "/actions", cid=id, name="Call", next=1)
    before = onepage.ok("GET", f"/contacts/{id}")

    after = onepage.ok("PUT", f"/contacts/{id}", lastname="Doe", city="Cork")

    expected = {"id": id, "lastname": "Doe", "city": "Cork", "nextaction": before["nextaction"]}
    assert after == {**EMPTY_REPLY, **expected}
    assert onepage.ok("GET", f"/contacts/{id}") == after
    assert len(ids(onepage)) == 3


def test_empty_string_clears(onepage: OnePage) -> None:
    """A field that is sent empty is like one that is not sent."""
    id = onepage.ok("POST", "/contacts", **FULL_FORM)["id"]
    empty = dict.fromkeys(FULL_FORM, "")
    del empty["vip"]

    after = onepage.ok("PUT", f"/contacts/{id}", **{**empty, "lastname": "Doe"})

    assert after == onepage.ok("PUT", f"/contacts/{id}", lastname="Doe")
    assert after["city"] is None


def test_unknown_status_becomes_lead(onepage: OnePage) -> None:
    """The vendor stores lead for a status that it does not know."""
    for status in ("boss", "LEAD", " ", "all"):
        contact = onepage.ok("POST", "/contacts", company="x", status=status)
        assert contact["status"] == "lead", status


def test_tag_vip_sets_vip(onepage: OnePage) -> None:
    """VIP among the tags is not a tag, but makes the contact important."""
    contact = onepage.ok("POST", "/contacts", company="x", tags="VIP,Solar", vip=0)

    assert (contact["vip"], contact["tags"]) == (True, ["Solar"])
    assert onepage.ok("GET", "/tags") == [{"name": "Solar", "count": 1}]


def test_unknown_contact_is_106(onepage: OnePage) -> None:
    """An id that no contact has is not found, whatever it looks like."""
    for id in ("0" * 24, "1", "zzz", "a.b", "%2e%2e", "4E5DEA11638190102C000361"):
        for method, form in (("GET", {}), ("PUT", {"company": "x"}), ("DELETE", {})):
            with case(f"{method} {id}"):
                onepage.refused(106, method, f"/contacts/{id}", **form)


def test_accounts_are_separate(onepage: OnePage, solar: OnePage) -> None:
    """One account neither sees nor changes what another one has."""
    before = solar.ok("GET", "/contacts")
    for method, path, form in (
        ("GET", f"/contacts/{ELENI}", {}),
        ("PUT", f"/contacts/{ELENI}", {"company": "x"}),
        ("DELETE", f"/contacts/{ELENI}", {}),
        ("GET", f"/notes?cid={ELENI}", {}),
        ("POST", "/actions", {"cid": ELENI, "name": "x", "next": 1}),
        ("GET", f"/misc/assign_tag?id={ELENI}&name=x", {}),
        ("GET", "/tags/Solar", {}),
        ("GET", f"/filters/{GREEKS}", {}),
    ):
        with case(f"{method} {path}"):
            onepage.refused(106, method, path, **form)
    onepage.ok("DELETE", f"/contacts/{JOE}")
    solar.refused(106, "GET", "/misc/undo_contact_deletion")
    assert solar.ok("GET", "/contacts") == before


# -- lists -------------------------------------------------------------------------------------


def test_list_parameters_choose(solar: OnePage) -> None:
    """Tags, filters, search and waiting choose as the vendor's page says."""
    for query, expected in {
        "": [ELENI, OFF, ANN],
        "waiting=0": [ELENI, OFF, ANN],
        "waiting=1": [WAITS],
        "system_tag=waiting": [WAITS],
        "system_tag=pending_deals": [OFF],
        "system_tag=vip": [ELENI],
        "system_tag=recently_viewed": [],
        "system_tag=nonsense": [ELENI, OFF, ANN],
        "system_tag=nonsense&tag=Wholesale": [ELENI],
        "system_tag=pending_deals&tag=Wholesale": [OFF],
        "tag=Solar": [ELENI, OFF],
        "tag=solar": [],
        "tag=VIP": [ELENI],
        "search=neil": [ANN],
        "search=%CE%A0%CE%91%CE%A0%CE%91": [ELENI],
        "search=OFF&tag=Solar": [OFF],
        "search=Solar": [],
        "search=waits&waiting=1": [WAITS],
        f"filter_id={GREEKS}": [ELENI],
        f"filter_id={GREEKS}&tag=nonsense&system_tag=waiting": [ELENI],
        f"filter_id={GREEKS}&search=off": [],
    }.items():
        assert ids(solar, query) == expected, query
        assert solar.ok("GET", f"/contacts?{query}".rstrip("?"))["count"] == len(expected), query


def test_list_mode_chooses(solar: OnePage) -> None:
    """The user's list shows one status, or all; a filter ignores it."""
    solar.mock.listing(mode="lead", account="solar")

    assert ids(solar) == [OFF]
    assert ids(solar, "tag=Solar") == [OFF]
    assert ids(solar, "system_tag=vip") == []
    assert ids(solar, f"filter_id={GREEKS}") == [ELENI]
    solar.mock.listing(mode="general", account="solar")
    assert ids(solar) == []
    assert ids(solar, "system_tag=waiting") == ids(solar, "waiting=1") == [WAITS]


def test_filter_shows_contacts_that_meet_all_it_names(solar: OnePage) -> None:
    """A filter shows the contacts that meet all it names."""
    tables: list[tuple[dict[str, Any], list[str]]] = [
        ({}, [ELENI, OFF, ANN]),
        ({"contacts": ["lead", "inactive"]}, [OFF, ANN]),
        ({"tags": ["Wholesale", "None"]}, [ELENI]),
        ({"deals": ["pending"]}, [OFF]),
        ({"deals": ["won"]}, [ELENI, ANN]),
        ({"deals": ["won"], "contacts": ["inactive"]}, [ANN]),
        ({"address": {"type": "country_code", "value": "IE"}}, [ANN]),
        ({"address": {"type": "city_state", "value": "12E34"}}, [OFF]),
        ({"address": {"type": "zip_code", "value": "07018"}}, [ELENI]),
    ]
    for fields, expected in tables:
        id = solar.mock.add_filter("f", **fields, account="solar")
        assert ids(solar, f"filter_id={id}") == expected, fields
        filter_ = {"contacts": [], "tags": [], "deals": [], "address": {}, **fields}
        assert solar.ok("GET", f"/filters/{id}") == {"id": id, "name": "f", **filter_}
        assert solar.ok("GET", "/filters")[-1]["id"] == id


def test_pages_add_up_to_the_list(onepage: OnePage) -> None:
    """The page size is the account's; pages beyond the last are empty and not an error."""
    created = [onepage.ok("POST", "/contacts", company=f"c{n}")["id"] for n in range(5)]
    onepage.mock.listing(size=3)

    pages = [onepage.ok("GET", f"/contacts?page={n}") for n in (1, 2, 3, 4, 2147483647)]

    assert [page["page"] for page in pages] == [1, 2, 3, 4, 2147483647]
    assert {(page["count"], page["maxpage"]) for page in pages} == {(7, 3)}
    assert [len(page["contacts"]) for page in pages] == [3, 3, 1, 0, 0]
    listed = [contact["id"] for page in pages for contact in page["contacts"]]
    assert listed == [JOE, ACME, *created]
    empty = {"count": 0, "page": 1, "maxpage": 1, "contacts": []}
    assert onepage.ok("GET", "/contacts?search=nobody") == empty
    assert onepage.login()["data"]["listing"] == {"mode": "all", "size": 3}


def test_pages_skip_contacts_that_wait(onepage: OnePage) -> None:
    """Contacts that wait are left out of pages and counts, wherever they are in the order."""
    onepage.mock.listing(size=100)
    contacts = [onepage.mock.add("contacts", {"company": "x", "tags": ["T"]}) for _ in range(250)]
    waiting = contacts[90:110] + contacts[240:]
    for cid in waiting:
        onepage.mock.add("actions", {"cid": cid, "name": "x", "waiting": True})
    expected = [JOE, ACME, *(id for id in contacts if id not in waiting)]

    pages = [ids(onepage, f"page={n}") for n in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [100, 100, 22, 0]
    assert [id for page in pages for id in page] == expected
    assert onepage.ok("GET", "/contacts")["count"] == 222
    assert ids(onepage, "waiting=1") == waiting
    assert onepage.ok("GET", "/contacts?waiting=1")["count"] == 30
    tagged = [ids(onepage, f"tag=T&page={n}") for n in (1, 2, 3)]
    assert [id for page in tagged for id in page] == expected[2:]
    assert onepage.ok("GET", "/contacts?tag=T")["count"] == 220
    assert ids(onepage, "tag=T&waiting=1") == waiting
    assert onepage.ok("GET", "/contacts?tag=T&waiting=1")["count"] == 30


# -- deleting ----------------------------------------------------------------------------------


def test_last_deletion_can_be_undone(onepage: OnePage) -> None:
    """The contact deleted last comes back with its actions, notes and tags, once."""
    onepage.ok("GET", f"/misc/assign_tag?id={JOE}&name=Solar")
    joe = onepage.ok("GET", f"/contacts/{JOE}")
    assert ids(onepage) == [JOE, ACME]
    onepage.ok("DELETE", f"/contacts/{ACME}")
    onepage.ok("DELETE", f"/contacts/{JOE}")
    assert ids(onepage) == []
    onepage.ok("DELETE", "/tags/Solar")
    for path in (f"/contacts/{JOE}", f"/actions/{joe['actions'][0]['id']}", f"/notes?cid={JOE}"):
        onepage.refused(106, "GET", path)

    restored = onepage.ok("GET", "/misc/undo_contact_deletion")

    assert [contact["id"] for contact in restored] == ids(onepage) == [JOE]
    assert restored == onepage.ok("GET", "/contacts")["contacts"]
    assert onepage.ok("GET", f"/contacts/{JOE}") == joe
    assert onepage.ok("GET", "/tags") == [{"name": "Solar", "count": 1}]
    onepage.refused(106, "GET", "/misc/undo_contact_deletion")
    onepage.refused(106, "GET", f"/contacts/{ACME}")


def test_undo_takes_post_as_well(onepage: OnePage) -> None:
    """The spelling by POST does the same; the restored contact is behind all others."""
    onepage.refused(106, "POST", "/misc/undo_contact_deletion")
    onepage.ok("DELETE", f"/contacts/{JOE}")

    assert onepage.ok("POST", "/misc/undo_contact_deletion")[0]["id"] == JOE
    assert ids(onepage) == [ACME, JOE]


# -- counts ------------------------------------------------------------------------------------


def test_counts_follow_the_contacts(onepage: OnePage) -> None:
    """Statuses and tags count what lists show; contacts are recent for seven days."""
    assert onepage.statuses() == {"all": 2, "prospect": 2}
    assert onepage.counts() == {
        "recently_added": 0,
        "recently_edited": 0,
        "recently_viewed": 2,
        "recently_imported": 0,
        "pending_deals": 1,
        "waiting": 0,
        "vip": 0,
    }
    id = onepage.ok("POST", "/contacts", company="x", status="customer", tags="VIP,A,B")["id"]
    onepage.ok("GET", f"/contacts/{id}")
    onepage.ok("PUT", f"/contacts/{ACME}", company="Acme", tags="A")
    onepage.ok("POST", "/actions", cid=ACME, name="Wait", waiting=1)
    assert onepage.statuses() == {"all": 3, "prospect": 1, "customer": 1, "lead": 1}
    assert onepage.counts() == {
        "recently_added": 1,
        "recently_edited": 1,
        "recently_viewed": 3,
        "recently_imported": 0,
        "pending_deals": 1,
        "waiting": 1,
        "vip": 1,
        "#A": 2,
        "#B": 1,
    }
    assert ids(onepage, "system_tag=recently_added") == [id]
    onepage.mock.clock.advance(7 * 86400 + 10)
    assert {name for name, count in onepage.counts().items() if count} == {
        *("pending_deals", "waiting", "vip", "#A", "#B")
    }


def test_contact_is_recent_for_seven_days_to_the_second(onepage: OnePage) -> None:
    """What happened exactly seven days ago is not recent, a second later is."""
    now, week = 1338797714, 7 * 86400
    for age in (0, 1, week - 1, week, week + 1, 2 * week):
        onepage.mock.add("contacts", {"company": "x", "imported": now - age})
        onepage.mock.clock.advance(-1)

    assert onepage.counts()["recently_imported"] == 3
    onepage.mock.listing(size=100)
    assert len(ids(onepage, "system_tag=recently_imported")) == 3


def test_side_elements_report_the_newest_state(onepage: OnePage) -> None:
    """A reply to a change carries what it changed, in the state after it."""
    deal = {"cid": ACME, "body": "b", "date": "01.01.2012", "type": "deal", "amount": 1}
    cases: list[tuple[str, str, dict[str, Any], str]] = [
        ("GET", "/contacts", {}, ""),
        ("GET", f"/contacts/{JOE}", {}, ""),
        ("POST", "/contacts", {"company": "x", "tags": "T"}, "tags statuses"),
        ("PUT", f"/contacts/{JOE}", {"company": "x", "status": "customer"}, "tags statuses"),
        ("POST", "/actions", {"cid": ACME, "name": "x", "waiting": 1}, "tags"),
        ("POST", "/misc/mark_action_as_done", {"cid": JOE}, "tags"),
        ("POST", "/notes", deal, "tags sales"),
        ("POST", "/tags", {"name": "New"}, "tags"),
        ("GET", f"/misc/assign_tag?id={JOE}&name=T", {}, "tags"),
        ("DELETE", f"/contacts/{JOE}", {}, "tags statuses sales"),
        ("GET", "/settings/user", {}, ""),
    ]
    for method, path, form, names in cases:
        envelope = onepage.envelope(method, path, **form)
        after = onepage.login()
        carried = {
            name: envelope[name] for name in ("tags", "statuses", "sales") if name in envelope
        }
        assert carried == {name: after[name] for name in names.split()}, f"{method} {path}"
        assert "notifications" not in envelope
    changed = onepage.envelope("GET", "/auth/change_api_key")
    assert changed.keys() == {"timestamp", "status", "message", "data"}
