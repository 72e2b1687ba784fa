"""Relenta's contacts: saving, listing, departments, the plan's limit."""

from __future__ import annotations

import json

import httpx
import pytest

from crmkit_mock.documents import load_document
from tests.mock.plain import Relenta, client_for, refusal


def test_the_demo_is_the_pages_own_sample(either: Relenta) -> None:
    """The demo department lists what the vendor's page shows."""
    document = load_document("relenta")
    for path, example in {
        "contact": "ContactPage",
        "activity": "ActivityPage",
        "custom_field": "CustomFieldList",
    }.items():
        assert either.http.get(f"/{path}.list.json").json() == document.example(example)


def test_the_first_save_gets_the_pages_id(either: Relenta) -> None:
    """The first record that a client creates has the id of the page's sample reply."""
    reply = either.http.post("/contact.save.json", json={"full_name": "Number Two"})
    assert reply.json() == {"status": True, "code": 200, "data": {"id": 33104663}}


def test_a_save_without_an_id_creates(relenta: Relenta) -> None:
    """A new contact has what was sent and shows everything else as empty."""
    id = relenta.save(full_name="Number Two", emails="two@virtucon.biz;no2@virtucon.biz")
    assert relenta.contact(id) == {
        "id": str(id),
        "full_name": "Number Two",
        "first_name": "Number",
        "last_name": "Two",
        "dt_created": "2016-02-01T09:00:00Z",
        "dt_modified": "2016-02-01T09:00:00Z",
        "emails": "two@virtucon.biz;no2@virtucon.biz",
        "title": None,
        "company": None,
        "comment": None,
        "phone": "",
        "url": "",
        "fax": "",
        "messenger": "",
        "twitter": "",
        "linkedin": "",
        "facebook": "",
        "text": "",
        "address": "",
        "do_not_mass_email": False,
    }


def test_a_save_with_an_id_updates(relenta: Relenta) -> None:
    """An update, its id as str, int or float, keeps what was not sent."""
    before = relenta.contact(33077973)
    for second, id in enumerate(["33077973", 33077973, 33077973.0]):
        assert relenta.save(id=id, company=f"Virtucon {id!r}") == 33077973
        assert relenta.contact(33077973) == {
            **before,
            "company": f"Virtucon {id!r}",
            "dt_modified": f"2016-02-01T09:00:0{second}Z",
        }
        assert len(relenta.contacts()) == 2


def test_the_whole_record_can_be_sent_back(relenta: Relenta) -> None:
    """A contact that was read can be saved as it is: only dt_modified changes."""
    before = relenta.contact(33077973)
    relenta.save(**before)
    after = relenta.contact(33077973)
    assert after.pop("dt_modified") != before.pop("dt_modified")
    assert after == before


def test_an_unknown_id_is_404(relenta: Relenta) -> None:
    """Saving to an id that no contact has is 404 and stores nothing."""
    before = relenta.mock.snapshot()
    for id in (1, "1", 999_999_999_999_999_999):
        assert str(id) in relenta.refused(404, id=id, full_name="Nobody")
        assert relenta.mock.snapshot() == before


def test_a_malformed_id_is_400(relenta: Relenta) -> None:
    """An invalid id, or one beyond the document's bounds, is refused, never an overflow."""
    before = relenta.mock.snapshot()
    ids: tuple[object, ...] = (
        *(0, -1, "", "0", "01", "x", " 1", "+1", "\uff11"),
        *(2**63, 2**64, 10**30, 1.5, True, None, [1], {}),
    )
    for id in ids:
        relenta.refused(400, id=id, full_name="Nobody")
        assert relenta.mock.snapshot() == before, id


def test_create_never_updates(relenta: Relenta) -> None:
    """contact.create.json creates a contact, whatever id is sent."""
    before = relenta.contact(33103982)
    id = relenta.save("contact.create", id=33103982, full_name="Double")
    assert id == 33104663
    assert relenta.contact(33103982) == before


def test_a_value_is_cleared(relenta: Relenta) -> None:
    """An empty string and null both clear; groups and custom fields are absent then."""
    members = ["title", "phone", "groups", "tags", "Skills", "T-shirt_size"]
    for empty in ("", None):
        relenta.mock.reset()
        assert relenta.contact(33077973).keys() >= set(members)
        relenta.save(id=33077973, **dict.fromkeys(members, empty))
        contact = relenta.contact(33077973)
        assert contact["title"] is None
        assert contact["phone"] == ""
        assert not contact.keys() & {"groups", "tags", "Skills", "T-shirt_size"}
        assert contact["Occupation"] == "Evil doctor and a nice guy"


def test_the_server_sets_the_times(relenta: Relenta) -> None:
    """dt_created and dt_modified may be sent and have no effect."""
    id = relenta.save(dt_created="2001-01-01T00:00:00Z", dt_modified="2001-01-01T00:00:00Z")
    assert relenta.contact(id)["dt_created"] == "2016-02-01T09:00:00Z"
    relenta.save(id=id)
    contact = relenta.contact(id)
    assert contact["dt_created"] == "2016-02-01T09:00:00Z"
    assert contact["dt_modified"] == "2016-02-01T09:00:01Z"


def test_full_name_and_parts_agree(relenta: Relenta) -> None:
    """A full name alone is split, parts alone are put together, all three stay as sent."""
    cases: list[tuple[dict[str, str], tuple[str, str, str]]] = [
        (
            {"full_name": "Ludwig van Beethoven"},
            ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ),
        ({"full_name": "Madonna"}, ("Madonna", "Madonna", "")),
        ({"first_name": "Ernst", "last_name": "Blofeld"}, ("Ernst Blofeld", "Ernst", "Blofeld")),
        ({"last_name": "Blofeld"}, ("Blofeld", "", "Blofeld")),
        (
            {"full_name": "E. S. Blofeld", "first_name": "Ernst", "last_name": "Blofeld"},
            ("E. S. Blofeld", "Ernst", "Blofeld"),
        ),
        ({}, ("", "", "")),
    ]
    for sent, names in cases:
        contact = relenta.contact(relenta.save(**sent))
        assert (contact["full_name"], contact["first_name"], contact["last_name"]) == names


def test_a_part_of_a_name_is_updated(relenta: Relenta) -> None:
    """Changing one part of a name changes the full name with it."""
    relenta.save(id=33103982, first_name="Jimmy")
    assert relenta.contact(33103982)["full_name"] == "Jimmy Bond"


def test_pages_start_at_1_and_end_empty(either: Relenta) -> None:
    """Pages are cut by page and page_size; the page behind the last is empty."""
    ids = [either.save(full_name=f"Agent {number}") for number in range(5)]
    every = [33103982, 33077973, *ids]
    sizes = {1: 7, 3: 3, 7: 1, 500: 1}
    for size, pages in sizes.items():
        read = [
            int(contact["id"])
            for page in range(1, pages + 1)
            for contact in either.contacts(page=page, page_size=size)
        ]
        assert read == every
        assert either.contacts(page=pages + 1, page_size=size) == []
    assert either.contacts(page=2_147_483_647, page_size=500) == []


def test_a_page_holds_100_by_default(relenta: Relenta) -> None:
    """Without page_size a page holds 100 contacts."""
    for number in range(100):
        relenta.save(full_name=f"Agent {number}")
    assert len(relenta.contacts()) == 100
    assert len(relenta.contacts(page=2)) == 2


def test_departments_never_see_each_other(relenta: Relenta) -> None:
    """A department neither lists nor updates the other's records, nor shares its custom fields."""
    with client_for(relenta.mock, "laboratory") as http:
        laboratory = Relenta(relenta.mock, http)
        theirs = laboratory.contacts()
        assert {one["id"] for one in theirs}.isdisjoint(one["id"] for one in relenta.contacts())
        before = relenta.mock.snapshot()
        laboratory.refused(404, id=33103982, full_name="Not Bond")
        relenta.refused(404, id=theirs[0]["id"], full_name="Not Basil")
        laboratory.refused(404, "activity.save", id=33104113)
        assert "Occupation" in laboratory.refused(400, Occupation="Spy")
        assert "Clearance" in relenta.refused(400, Clearance="7")
        assert relenta.mock.snapshot() == before
        id = laboratory.save(full_name="Mini-Me")
        assert str(id) not in {one["id"] for one in relenta.contacts()}
        assert {one["key"] for one in http.get("/custom_field.list.json").json()["data"]} == {
            "Clearance",
            "Site",
        }


def test_the_plans_limit_is_401(relenta: Relenta) -> None:
    """At the plan's limit no contact is created, and existing ones can still be updated."""
    relenta.mock.plan_limit(contacts=6)
    relenta.save(full_name="The sixth")
    before = relenta.contacts()
    assert "limit" in relenta.refused(401, full_name="The seventh")
    assert "plan" in relenta.refused(401, "contact.create", full_name="The seventh")
    assert relenta.contacts() == before
    relenta.save(id=33103982, title="Agent")
    relenta.save("activity.save", label="Lunch")
    relenta.mock.plan_limit(contacts=None)
    relenta.save(full_name="The seventh")


def test_reset_lifts_the_plans_limit(relenta: Relenta) -> None:
    """A limit is part of the state."""
    relenta.mock.plan_limit(contacts=0)
    relenta.mock.reset()
    relenta.save(full_name="Welcome")
    with pytest.raises(ValueError, match="contacts must be >= 0, got -1"):
        relenta.mock.plan_limit(contacts=-1)


def test_every_operation_needs_a_key(relenta: Relenta) -> None:
    """Every operation answers 401 without a key and with a wrong one, before it looks further."""
    document = load_document("relenta")
    for id in document.operation_ids:
        operation = document.operation(id)
        for key in (None, "", "x", "8E222F0167DF75F78449921176C570CA", "x" * 5000):
            headers = {} if key is None else {"X-Relenta-Department-Key": key}
            with httpx.Client(transport=relenta.mock.transport) as http:
                url = f"{relenta.mock.base_url}{operation.path}?page=x"
                reply = http.request(operation.method, url, headers=headers, content=b"{")
            assert "key" in refusal(reply, 401), (id, key)


def test_a_key_that_is_sent_twice_is_invalid(relenta: Relenta) -> None:
    """Two headers with the right key are not one."""
    key = relenta.mock.credentials["department_key"]
    name = "X-Relenta-Department-Key"
    with httpx.Client(base_url=relenta.mock.base_url, transport=relenta.mock.transport) as http:
        reply = http.get("/contact.list.json", headers=[(name, key), (name, key)])
    refusal(reply, 401)


def test_the_form_type_carries_json_text(either: Relenta) -> None:
    """The page's curl sends JSON text as a form; the mock reads it like JSON."""
    for content_type in (
        "application/x-www-form-urlencoded",
        "application/json",
        "Application/JSON; Charset=UTF-8",
    ):
        reply = either.http.post(
            "/contact.save.json",
            content=json.dumps({"full_name": "Frau Farbissina", "tags": "Evil"}).encode(),
            headers={"Content-Type": content_type},
        )
        assert either.contact(reply.json()["data"]["id"])["last_name"] == "Farbissina"


def test_text_of_any_script_survives(either: Relenta) -> None:
    """Text comes back as it was sent, line breaks, quotes and emoji included."""
    text = 'Žižkov\r\n\t"quoted" \\ / 日本語 😀 \u2028\x7f \'; DROP TABLE records; --'
    assert either.contact(either.save(comment=text))["comment"] == text


def test_head_is_get_without_a_body(either: Relenta) -> None:
    """HEAD answers the head of GET."""
    get, head = (either.http.request(method, "/contact.list.json") for method in ("GET", "HEAD"))
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == get.headers


def test_members_come_in_the_samples_order(relenta: Relenta) -> None:
    """A new contact lists its members in the order of the page's sample."""
    new = list(relenta.contact(relenta.save(title="Agent", full_name="x")))
    bond = list(relenta.contacts()[0])
    assert [member for member in bond if member in new] == new
