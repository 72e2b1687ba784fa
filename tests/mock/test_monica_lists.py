"""Monica's lists: limit, page, order, search, and the envelope around them."""

from __future__ import annotations

import pytest

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import PLAIN, Monica, client_for

LISTS = (
    *("/contacts", "/tags", "/notes", "/calls", "/activities", "/activitytypes", "/tasks"),
    *("/activitytypecategories", "/reminders", "/journal", "/contactfieldtypes", "/addresses"),
    *("/places", "/companies", "/occupations", "/gifts", "/debts", "/documents", "/photos"),
    *("/pets", "/lifeevents", "/conversations", "/genders", "/relationshiptypes", "/logs"),
    *("/relationshiptypegroups", "/currencies", "/compliance", "/tags/1/contacts"),
)


@pytest.fixture
def contacts(monica: Monica) -> list[int]:
    """The ids of seven contacts of an otherwise empty account."""
    monica.mock.seed("empty")
    return [monica.contact(f"N{number}") for number in range(7)]


def test_pages_every_list(monica: Monica) -> None:
    """Pages of one have what a page of 100 has, and meta describes each correctly."""
    for path in LISTS:
        whole = monica.page(path, limit=100)
        total = whole["meta"]["total"]
        for number, item in enumerate(whole["data"][:3], 1):
            page = monica.page(path, limit=1, page=number)
            assert page["data"] == [item], path
            meta = page["meta"]
            assert (meta["from"], meta["to"], meta["total"]) == (number, number, total), path
            place = (meta["current_page"], meta["last_page"], meta["per_page"])
            assert place == (number, total, 1), path


def test_has_fifteen_items_a_page_by_default(contacts: list[int], monica: Monica) -> None:
    """Without a limit, with 0 or an empty one, a page has 15 items."""
    contacts += [monica.contact(f"M{number}") for number in range(10)]
    for query in ("", "?limit=0", "?limit=", "?page=1"):
        page = monica.page(f"/contacts{query}")
        assert page["meta"]["per_page"] == 15, query
        assert [contact["id"] for contact in page["data"]] == contacts[:15], query


def test_takes_invalid_pages_as_the_first(contacts: list[int], monica: Monica) -> None:
    """Zero, negative numbers and what is not an integer count as page 1."""
    for page in ("0", "-1", "x", "", "1.5"):
        assert monica.ids("/contacts", page=page, limit=2) == contacts[:2], page


def test_answers_an_empty_page_beyond_the_end(contacts: list[int], monica: Monica) -> None:
    """It is 200, and from and to are null."""
    page = monica.page("/contacts", page=9, limit=2)
    assert page["data"] == []
    assert (page["meta"]["from"], page["meta"]["to"]) == (None, None)
    assert page["meta"]["total"] == len(contacts)
    assert page["links"]["next"] is None
    assert page["links"]["prev"].endswith("page=8")


def test_leaves_all_but_the_page_out_of_links(contacts: list[int], monica: Monica) -> None:
    """A client that follows links.next of pages of 2 gets a page of 15."""
    page = monica.page("/contacts", limit=2, sort="-created_at", page=2)
    url = f"{monica.mock.base_url}/contacts"
    assert page["links"] == {
        "first": f"{url}?page=1",
        "last": f"{url}?page=4",
        "prev": f"{url}?page=1",
        "next": f"{url}?page=3",
    }
    assert page["meta"]["path"] == url
    assert monica.page(page["links"]["prev"])["meta"]["per_page"] == 15
    assert len(contacts) == 7


def test_leaves_pages_of_a_long_list_out_of_its_links(monica: Monica) -> None:
    """`meta.links` has all pages of a short list, and gaps in a long one."""

    def labels(**query: int) -> list[str]:
        links = monica.page("/currencies", **query)["meta"]["links"]
        assert sum(link["active"] for link in links) == 1
        return [link["label"] for link in links][1:-1]

    assert labels(limit=50) == ["1", "2", "3", "4"]
    ends = ["...", "152", "153"]
    assert labels(limit=1) == [*map(str, range(1, 11)), *ends]
    assert labels(limit=1, page=70) == ["1", "2", "...", *map(str, range(67, 74)), *ends]
    assert labels(limit=1, page=153) == ["1", "2", "...", *map(str, range(144, 154))]


def test_rejects_invalid_limits_on_every_route(monica: Monica) -> None:
    """More than 100 and what is not a number is 400, on single objects and public routes too."""
    error = {"message": "The limit parameter is too big", "error_code": 30}
    for path in ("/contacts", "/me", "/notes/1", "/currencies"):
        for limit in ("101", "x", "1e3", "99999999999999999999", "2 0", "١"):
            reply = monica.http.get(path, params={"limit": limit})
            assert (reply.status_code, reply.json()) == (400, {"error": error}), (path, limit)
        assert monica.http.get(f"{path}?limit[]=1").status_code == 400, path


def test_rejects_unknown_orders_on_every_route(monica: Monica) -> None:
    """An unknown order is 400 on every route, an empty one as well."""
    error = {"message": "The sorting criteria is invalid", "error_code": 39}
    for path in ("/contacts", "/me", "/relationshiptypes", "/contacts/1/notes"):
        for sort in ("name", "", "id", "--created_at", "created_at,id", "CREATED_AT"):
            reply = monica.http.get(path, params={"sort": sort})
            assert (reply.status_code, reply.json()) == (400, {"error": error}), (path, sort)


def test_crashes_faithfully_where_the_database_does(monica: Monica) -> None:
    """A negative limit and a column that the table does not have are 400, or 500 if asked for."""
    paths = {
        "/notes?limit=-1": (400, 30, 500, 40),
        "/contacts?sort=called_at": (400, 39, 500, 40),
        "/contacts/1/notes?sort=called_at": (400, 39, 500, None),
        "/contacts/2/gifts?sort=called_at": (400, 39, 500, 40),
    }
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        for path, (status, code, crash, crash_code) in paths.items():
            assert monica.tree("GET", path, status=status)["error"]["error_code"] == code
            reply = http.get(path)
            assert reply.status_code == crash, path
            body = reply.json()
            assert body.get("error", {}).get("error_code") == crash_code, path
            assert crash_code is not None or "called_at" in body["message"]
        # Of an empty list the server only counts the records.
        for path in ("/contacts/1/gifts?sort=called_at", "/contacts/3/notes?limit=-1"):
            assert http.get(path).status_code == 200, path


def test_sorts_in_both_directions(contacts: list[int], monica: Monica) -> None:
    """Lists come oldest first, or in the order of a column, or in its reverse."""
    assert monica.ids("/contacts") == contacts
    assert monica.ids("/contacts", sort="-created_at") == contacts[::-1]
    monica.put(f"/contacts/{contacts[0]}", **PLAIN, first_name="changed")
    assert monica.ids("/contacts", sort="-updated_at")[0] == contacts[0]
    assert monica.ids("/contacts", sort="updated_at")[-1] == contacts[0]
    for day, contact in (("02", 1), ("01", 2), ("03", 3)):
        monica.post("/calls", contact_id=contacts[contact], called_at=f"2024-01-{day}")
    # Calls come in an order of their own, and so do notes and tags.
    for sort in ("called_at", "-called_at", "created_at"):
        assert monica.ids("/calls", sort=sort) == [3, 1, 2]


def test_sorts_null_first_and_ties_by_id(monica: Monica) -> None:
    """Equal values come in the order of their ids in either direction; null counts as least."""
    monica.mock.seed("empty")
    contact = monica.mock.add("contacts", {})
    for favorite in (True, False, True, False):
        monica.mock.add("notes", {"contact_id": contact, "is_favorited": favorite})
    path = f"/contacts/{contact}/notes"
    assert monica.ids(path, sort="favorited_at") == [2, 4, 1, 3]
    assert monica.ids(path, sort="-favorited_at") == [1, 3, 2, 4]
    assert monica.ids("/notes", sort="favorited_at") == [4, 3, 2, 1]


def test_takes_the_time_of_creation_from_the_client(contacts: list[int], monica: Monica) -> None:
    """Calls, debts and pets have the `created_at` that was sent; notes and entries do not."""
    note = monica.post(
        "/notes", contact_id=contacts[0], body="old", created_at="2001-02-03 04:05:06"
    )
    entry = monica.post("/journal", title="t", post="p", created_at="2001-02-03", date="1999-01-01")
    for time in (note["created_at"], entry["created_at"], entry["date"]):
        assert time.startswith("2024-")
    call = {"contact_id": contacts[0], "called_at": "2024-05-06"}
    debt = {"contact_id": contacts[0], "in_debt": "no", "status": "completed", "amount": 1}
    pet = {"contact_id": contacts[0], "pet_category_id": 1}
    for path, body in (("/debts", debt), ("/pets", pet), ("/calls", call)):
        created = monica.post(path, **body, created_at="2001-02-03")
        assert created["created_at"] == "2001-02-03T00:00:00Z", path


def test_counts_calls_and_activities_by_year(monica: Monica) -> None:
    """The statistics are of the whole account, newest year first; `[]` if there is nothing."""
    monica.post("/calls", contact_id=1, called_at="2021-01-01")
    statistics = monica.page("/calls", limit=1)["meta"]["statistics"]
    assert [*statistics.items()] == [("2024", 1), ("2021", 1)]
    assert monica.page("/contacts/1/calls")["meta"]["statistics"] == {"2024": 1, "2021": 1}
    assert monica.page("/contacts/2/activities")["meta"]["statistics"] == {"2024": 1}
    monica.mock.seed("empty")
    for path in ("/calls", "/activities"):
        assert monica.page(path)["meta"]["statistics"] == []


def test_hides_partial_archived_and_deleted_contacts(monica: Monica) -> None:
    """Lists have none of them; a search finds archived ones."""
    active, archived, partial, deleted = (
        monica.contact(f"Zoe{number}", is_partial=number == 2) for number in range(4)
    )
    monica.mock.archive(archived)
    monica.delete(f"/contacts/{deleted}")
    listed = monica.ids("/contacts", limit=100)
    assert active in listed
    assert not {archived, partial, deleted} & {*listed}
    assert monica.ids("/contacts", query="zoe") == [active, archived]
    monica.mock.archive(archived, archived=False)
    assert archived in monica.ids("/contacts", limit=100)


def test_searches_by_words(monica: Monica) -> None:
    """Any of the words is found in names, description or job; `%` and `_` are wildcards."""
    for query in (
        "olfs",
        "ROLFSON bail",
        "keeps",
        "bee keeper",
        "Bay",
        "B%y",
        "B_iley",
        "x BAILÉY",
    ):
        page = monica.page("/contacts", query=query)
        assert page["meta"]["query"] == query
        assert 1 in [contact["id"] for contact in page["data"]], query
    for query in ("bailey@example.org", "nobody", "hives", "B_y_"):
        assert monica.ids("/contacts", query=query) == [], query
    assert "query" not in monica.page("/contacts", query="")["meta"]


def test_answers_less_of_a_contact_found_by_words(monica: Monica) -> None:
    """What a search by words finds has fewer values than the same contact, read directly."""
    rosa = monica.get("/contacts/3")
    (found,) = monica.page("/contacts", query="Maria")["data"]
    assert rosa["complete_name"] == f"{found['complete_name']} ⚰"
    assert (rosa["is_active"], found["is_active"]) == (True, False)
    assert (rosa["is_dead"], found["is_dead"]) == (True, False)
    assert found["information"]["dates"]["deceased_date"]["date"] is None
    (worker,) = monica.page("/contacts", query="Bee keeper")["data"]
    assert worker["information"]["career"] == {"job": None, "company": None}


def test_searches_by_contact_field(monica: Monica) -> None:
    """`Type:beginning` finds contact fields, and answers whole contacts."""
    for query in ("Email:bai", "email:BAILEY@"):
        (found,) = monica.page("/contacts", query=query)["data"]
        assert found == monica.get("/contacts/1")
    for query in ("Email:ailey", "Phone:bai", "Nope:bai"):
        assert monica.ids("/contacts", query=query) == [], query


def test_includes_contact_fields_on_request(monica: Monica) -> None:
    """Contact fields and the three newest notes come with `with`, and in lists of a tag."""
    for number in range(4):
        monica.post("/notes", contact_id=1, body=f"note {number}")
    assert "contactFields" not in monica.get("/contacts/1")
    assert "notes" not in monica.get("/contacts/1?with=notes")
    whole = monica.get("/contacts/1?with=contactfields")
    assert [field["content"] for field in whole["contactFields"]] == ["bailey@example.org"]
    assert [note["body"] for note in whole["notes"]] == ["note 3", "note 2", "note 1"]
    assert monica.page("/contacts", **{"with": "contactfields"})["data"][0] == whole
    assert monica.page("/tags/1/contacts")["data"][0] == whole


def test_lists_all_countries_at_once(monica: Monica) -> None:
    """All 250 come in one reply, by code in lower case; lang translates names."""
    countries = monica.get("/countries?limit=1")
    assert len(countries) == 250
    assert countries["us"] == {
        "id": "US",
        "object": "country",
        "name": "United States",
        "iso": "US",
    }
    assert monica.get("/countries?lang=fr")["us"]["name"] == "États-Unis"
