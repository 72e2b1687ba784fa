"""OnePageCRM's contacts: listing, reading, replacing, deleting and undoing that."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.plain_onepagecrm import ACME, JOE, OnePage, written

ELENI, OFF, ANN, WAITS = (f"4e00465263819c{n:010x}" for n in (1, 2, 3, 4))
WHOLE = {
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
SHOWN = {
    "firstname": "Joe",
    "lastname": "Doe",
    "company": "Ltd",
    "status": "customer",
    "tags": ["Solar", "Big one"],
    "pendingdeal": False,
    "vip": True,
    "nextaction": {},
    "linked_company": None,
    "jobtitle": "CEO",
    "address": "Here 1",
    "city": "There",
    "state": "NJ",
    "zip": "07018",
    "country": "EL",
    "description": "a\n b",
    "phones": [{"type": "work", "number": "+353 91 123"}, {"type": "mobile", "number": "0"}],
    "company_phones": [],
    "emails": [{"type": "work", "address": "a@b.c"}],
    "urls": [{"type": "website", "address": "http://a.b/?c=d&e"}],
    "actions": [],
    "notes": [],
}


def ids(crm: OnePage, query: str = "") -> list[str]:
    """Return the ids of the first page of a list."""
    return [one["id"] for one in crm.ok("GET", f"/contacts?{query}".rstrip("?"))["contacts"]]


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("/contacts", "ContactListPage"),
        (f"/contacts/{JOE}", "ContactContact"),
        (f"/actions?cid={JOE}", "ActionListActions"),
        (f"/notes?cid={JOE}", "NoteListNotes"),
        ("/filters", "FilterListFilters"),
        ("/settings/user", "UserSettingsUser"),
        ("/settings/system", "SystemSettingsSystem"),
        ("/settings/subscription", "SubscriptionPro"),
        ("/misc/api_version", "ApiVersionVersion"),
    ],
)
def test_the_demo_is_the_vendors_own_sample(onepage: OnePage, path: str, example: str) -> None:
    """The first account answers what the vendor's samples show, at their very second."""
    assert onepage.call("GET", path) == written().tree["components"]["examples"][example]["value"]


def test_a_contact_is_created(onepage: OnePage) -> None:
    """A new contact shows all that was sent, trimmed and split, and is read and listed so."""
    envelope = onepage.envelope("POST", "/contacts", **WHOLE)
    id = envelope["data"]["id"]

    assert envelope["data"] == {"id": id, **SHOWN}
    assert onepage.ok("GET", f"/contacts/{id}") == {"id": id, **SHOWN}
    assert onepage.ok("GET", "/contacts")["contacts"][-1] == {
        member: {"id": id, **SHOWN}[member]
        for member in onepage.ok("GET", "/contacts")["contacts"][0]
    }
    assert envelope["timestamp"] == onepage.call("GET", "/contacts")["timestamp"] == 1338797715


def test_a_lastname_or_a_company_is_enough(onepage: OnePage) -> None:
    """Everything else is empty then; the status is lead."""
    for member in ("lastname", "company"):
        data = onepage.ok("POST", "/contacts", **{member: "X"})
        assert data == {
            **{one: [] if isinstance(value, list) else None for one, value in SHOWN.items()},
            "id": data["id"],
            member: "X",
            "status": "lead",
            "nextaction": {},
            "pendingdeal": False,
            "vip": False,
        }


def test_an_update_replaces(onepage: OnePage) -> None:
    """What an update does not send is lost; actions and notes stay."""
    id = onepage.ok("POST", "/contacts", **WHOLE)["id"]
    onepage.ok("POST", "/actions", cid=id, name="Call", next=1)
    before = onepage.ok("GET", f"/contacts/{id}")

    after = onepage.ok("PUT", f"/contacts/{id}", lastname="Doe", city="Cork")

    assert after == {
        **{one: [] if isinstance(value, list) else None for one, value in SHOWN.items()},
        "id": id,
        "lastname": "Doe",
        "city": "Cork",
        "status": "lead",
        "pendingdeal": False,
        "vip": False,
        "nextaction": before["nextaction"],
    }
    assert onepage.ok("GET", f"/contacts/{id}") == after
    assert len(ids(onepage)) == 3


def test_an_empty_text_clears(onepage: OnePage) -> None:
    """A member that is sent empty is as one that is not sent."""
    id = onepage.ok("POST", "/contacts", **WHOLE)["id"]
    empty = dict.fromkeys(WHOLE, "")
    del empty["vip"]

    after = onepage.ok("PUT", f"/contacts/{id}", **{**empty, "lastname": "Doe"})

    assert after == onepage.ok("PUT", f"/contacts/{id}", lastname="Doe")
    assert after["city"] is None


@pytest.mark.parametrize("status", ["boss", "LEAD", " ", "all"])
def test_an_unknown_status_becomes_lead(onepage: OnePage, status: str) -> None:
    """The vendor takes lead for a status that it does not know."""
    assert onepage.ok("POST", "/contacts", company="x", status=status)["status"] == "lead"


def test_the_tag_vip_sets_vip(onepage: OnePage) -> None:
    """VIP among the tags is no tag, but makes the contact important."""
    data = onepage.ok("POST", "/contacts", company="x", tags="VIP,Solar", vip=0)

    assert (data["vip"], data["tags"]) == (True, ["Solar"])
    assert onepage.ok("GET", "/tags") == [{"name": "Solar", "count": 1}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [ELENI, OFF, ANN]),
        ("waiting=0", [ELENI, OFF, ANN]),
        ("waiting=1", [WAITS]),
        ("system_tag=waiting", [WAITS]),
        ("system_tag=pending_deals", [OFF]),
        ("system_tag=vip", [ELENI]),
        ("system_tag=recently_viewed", []),
        ("system_tag=nonsense", [ELENI, OFF, ANN]),
        ("system_tag=nonsense&tag=Wholesale", [ELENI]),
        ("system_tag=pending_deals&tag=Wholesale", [OFF]),
        ("tag=Solar", [ELENI, OFF]),
        ("tag=solar", []),
        ("tag=VIP", [ELENI]),
        ("search=neil", [ANN]),
        ("search=%CE%A0%CE%91%CE%A0%CE%91", [ELENI]),
        ("search=OFF&tag=Solar", [OFF]),
        ("search=Solar", []),
        ("search=waits&waiting=1", [WAITS]),
        ("filter_id=4e00465263819f0000000001", [ELENI]),
        ("filter_id=4e00465263819f0000000001&tag=nonsense&system_tag=waiting", [ELENI]),
        ("filter_id=4e00465263819f0000000001&search=off", []),
    ],
)
def test_a_list_is_chosen(solar: OnePage, query: str, expected: list[str]) -> None:
    """Tags, filters, search and waiting choose as the vendor's page says."""
    assert ids(solar, query) == expected
    assert solar.ok("GET", f"/contacts?{query}".rstrip("?"))["count"] == len(expected)


def test_the_mode_of_the_list_chooses(solar: OnePage) -> None:
    """The user's list shows one status, or all; a filter does not look at it."""
    solar.mock.listing(mode="lead", account="solar")

    assert ids(solar) == [OFF]
    assert ids(solar, "tag=Solar") == [OFF]
    assert ids(solar, "filter_id=4e00465263819f0000000001") == [ELENI]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, [ELENI, OFF, ANN]),
        ({"contacts": ["lead", "inactive"]}, [OFF, ANN]),
        ({"tags": ["Wholesale", "None"]}, [ELENI]),
        ({"deals": ["pending"]}, [OFF]),
        ({"deals": ["won"]}, [ELENI, ANN]),
        ({"deals": ["won"], "contacts": ["inactive"]}, [ANN]),
        ({"address": {"type": "country_code", "value": "IE"}}, [ANN]),
        ({"address": {"type": "city_state", "value": "12E34"}}, [OFF]),
        ({"address": {"type": "zip_code", "value": "07018"}}, [ELENI]),
    ],
)
def test_a_filter_chooses(solar: OnePage, chosen: dict[str, Any], expected: list[str]) -> None:
    """A filter shows the contacts that meet all it names."""
    id = solar.mock.add_filter("f", **chosen, account="solar")

    assert ids(solar, f"filter_id={id}") == expected
    shown = {"contacts": [], "tags": [], "deals": [], "address": {}, **chosen}
    assert solar.ok("GET", f"/filters/{id}") == {"id": id, "name": "f", **shown}
    assert solar.ok("GET", "/filters")[-1]["id"] == id


def test_pages_make_up_the_whole(onepage: OnePage) -> None:
    """The page size is the account's; pages beyond the last are empty and no error."""
    made = [onepage.ok("POST", "/contacts", company=f"c{n}")["id"] for n in range(5)]
    onepage.mock.listing(size=3)

    pages = [onepage.ok("GET", f"/contacts?page={n}") for n in (1, 2, 3, 4, 2147483647)]

    assert [page["page"] for page in pages] == [1, 2, 3, 4, 2147483647]
    assert {(page["count"], page["maxpage"]) for page in pages} == {(7, 3)}
    assert [len(page["contacts"]) for page in pages] == [3, 3, 1, 0, 0]
    assert [one["id"] for page in pages for one in page["contacts"]] == [JOE, ACME, *made]
    assert onepage.ok("GET", "/contacts?search=nobody") == {
        "count": 0,
        "page": 1,
        "maxpage": 1,
        "contacts": [],
    }
    assert onepage.login()["data"]["listing"] == {"mode": "all", "size": 3}


def test_one_deletion_can_be_undone(onepage: OnePage) -> None:
    """The contact deleted last comes back with its actions, notes and tags, once."""
    onepage.ok("GET", f"/misc/assign_tag?id={JOE}&name=Solar")
    joe, listed = onepage.ok("GET", f"/contacts/{JOE}"), ids(onepage)
    onepage.ok("DELETE", f"/contacts/{ACME}")
    onepage.ok("DELETE", f"/contacts/{JOE}")
    assert ids(onepage) == []
    onepage.ok("DELETE", "/tags/Solar")
    for path in (f"/contacts/{JOE}", f"/actions/{joe['actions'][0]['id']}", f"/notes?cid={JOE}"):
        onepage.refused(106, "GET", path)

    restored = onepage.ok("GET", "/misc/undo_contact_deletion")

    assert [one["id"] for one in restored] == ids(onepage) == [JOE]
    assert restored == onepage.ok("GET", "/contacts")["contacts"]
    assert onepage.ok("GET", f"/contacts/{JOE}") == joe
    assert onepage.ok("GET", "/tags") == [{"name": "Solar", "count": 1}]
    onepage.refused(106, "GET", "/misc/undo_contact_deletion")
    onepage.refused(106, "GET", f"/contacts/{ACME}")
    assert listed == [JOE, ACME]


def test_undo_takes_post_as_well(onepage: OnePage) -> None:
    """The twin by POST does the same."""
    onepage.refused(106, "POST", "/misc/undo_contact_deletion")
    onepage.ok("DELETE", f"/contacts/{JOE}")

    assert onepage.ok("POST", "/misc/undo_contact_deletion")[0]["id"] == JOE


def test_accounts_are_apart(onepage: OnePage, solar: OnePage) -> None:
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
        ("GET", "/filters/4e00465263819f0000000001", {}),
    ):
        onepage.refused(106, method, path, **form)
    onepage.ok("DELETE", f"/contacts/{JOE}")
    solar.refused(106, "GET", "/misc/undo_contact_deletion")
    assert solar.ok("GET", "/contacts") == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("id", ["0" * 24, "1", "zzz", "a.b", "%2e%2e", "4E5DEA11638190102C000361"])
def test_an_unknown_contact_is_106(onepage: OnePage, method: str, id: str) -> None:
    """An id that no contact has is not found, whatever it looks like."""
    form = {"company": "x"} if method == "PUT" else {}
    onepage.refused(106, method, f"/contacts/{id}", **form)


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
    assert {one for one, count in onepage.counts().items() if count} == {
        *("pending_deals", "waiting", "vip", "#A", "#B")
    }


@pytest.mark.parametrize(
    ("method", "path", "form", "side"),
    [
        ("GET", "/contacts", {}, ""),
        ("GET", f"/contacts/{JOE}", {}, ""),
        ("POST", "/contacts", {"company": "x", "tags": "T"}, "tags statuses"),
        ("PUT", f"/contacts/{JOE}", {"company": "x", "status": "customer"}, "tags statuses"),
        ("DELETE", f"/contacts/{JOE}", {}, "tags statuses sales"),
        ("POST", "/actions", {"cid": ACME, "name": "x", "waiting": 1}, "tags"),
        ("POST", "/misc/mark_action_as_done", {"cid": JOE}, "tags"),
        (
            *("POST", "/notes"),
            {"cid": ACME, "body": "b", "date": "01.01.2012", "type": "deal", "amount": 1},
            "tags sales",
        ),
        ("POST", "/tags", {"name": "T"}, "tags"),
        ("GET", f"/misc/assign_tag?id={JOE}&name=T", {}, "tags"),
        ("GET", "/settings/user", {}, ""),
        ("GET", "/auth/change_api_key", {}, ""),
    ],
)
def test_side_elements_tell_the_newest_state(
    onepage: OnePage, method: str, path: str, form: dict[str, Any], side: str
) -> None:
    """A reply to a change carries what it changed, in the state after it."""
    envelope = onepage.envelope(method, path, **form)

    after = onepage.login()
    found = {name: envelope[name] for name in ("tags", "statuses", "sales") if name in envelope}
    assert found == {name: after[name] for name in side.split()}
    assert "notifications" not in envelope
