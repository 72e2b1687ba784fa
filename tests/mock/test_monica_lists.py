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
def many(monica: Monica) -> list[int]:
    """The ids of seven contacts of an otherwise empty account."""
    monica.mock.seed("empty")
    return [monica.contact(f"N{number}") for number in range(7)]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_paged(monica: Monica, path: str) -> None:
    """Pages of one hold what a page of 100 holds, and meta tells the truth of each."""
    whole = monica.page(path, limit=100)
    total = whole["meta"]["total"]
    for page, item in enumerate(whole["data"][:3], 1):
        one = monica.page(path, limit=1, page=page)
        assert one["data"] == [item]
        meta = one["meta"]
        assert (meta["from"], meta["to"], meta["total"]) == (page, page, total)
        assert (meta["current_page"], meta["last_page"], meta["per_page"]) == (page, total, 1)


def test_fifteen_is_the_default(many: list[int], monica: Monica) -> None:
    """Without a limit, with 0 or a blank one, a page holds 15."""
    many += [monica.contact(f"M{number}") for number in range(10)]
    for query in ("", "?limit=0", "?limit=", "?page=1"):
        page = monica.page(f"/contacts{query}")
        assert page["meta"]["per_page"] == 15
        assert [one["id"] for one in page["data"]] == many[:15]


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1.5"])
def test_pages_that_are_none_are_the_first(many: list[int], monica: Monica, page: str) -> None:
    """Text, zero and negative numbers count as page 1."""
    assert monica.ids("/contacts", page=page, limit=2) == many[:2]


def test_beyond_the_end_is_an_empty_page(many: list[int], monica: Monica) -> None:
    """It is 200, and from and to are null."""
    page = monica.page("/contacts", page=9, limit=2)
    assert page["data"] == []
    assert (page["meta"]["from"], page["meta"]["to"]) == (None, None)
    assert page["meta"]["total"] == len(many)
    assert page["links"]["next"] is None
    assert page["links"]["prev"].endswith("page=8")


def test_links_forget_all_but_the_page(many: list[int], monica: Monica) -> None:
    """Whoever follows links.next of pages of 2 gets a page of 15."""
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
    assert len(many) == 7


def test_the_bar_of_pages(monica: Monica) -> None:
    """It names all pages of a short list, and leaves some out of a long one."""

    def labels(**query: int) -> list[str]:
        links = monica.page("/currencies", **query)["meta"]["links"]
        assert sum(link["active"] for link in links) == 1
        return [link["label"] for link in links][1:-1]

    assert labels(limit=50) == ["1", "2", "3", "4"]
    ends = ["...", "152", "153"]
    assert labels(limit=1) == [*map(str, range(1, 11)), *ends]
    assert labels(limit=1, page=70) == ["1", "2", "...", *map(str, range(67, 74)), *ends]
    assert labels(limit=1, page=153) == ["1", "2", "...", *map(str, range(144, 154))]


@pytest.mark.parametrize("limit", ["101", "x", "1e3", "99999999999999999999", "1 0", "١"])
@pytest.mark.parametrize("path", ["/contacts", "/me", "/notes/1", "/currencies"])
def test_limits_too_big(monica: Monica, path: str, limit: str) -> None:
    """More than 100 and what is no number is refused, on single objects and public routes too."""
    reply = monica.http.get(path, params={"limit": limit})
    assert reply.status_code == 400
    error = {"message": "The limit parameter is too big", "error_code": 30}
    assert reply.json() == {"error": error}
    assert monica.http.get(f"{path}?limit[]=1").status_code == 400


@pytest.mark.parametrize("sort", ["name", "", "id", "--created_at", "created_at,id", "CREATED_AT"])
@pytest.mark.parametrize("path", ["/contacts", "/me", "/relationshiptypes", "/contacts/1/notes"])
def test_orders_that_do_not_exist(monica: Monica, path: str, sort: str) -> None:
    """An unknown order is refused on every route, a blank one as well."""
    error = {"message": "The sorting criteria is invalid", "error_code": 39}
    assert monica.http.get(path, params={"sort": sort}).json() == {"error": error}


def test_crashes_are_refusals_unless_they_are_asked_for(monica: Monica) -> None:
    """A negative limit and a column that the table has not crash a real server."""
    paths = {
        "/notes?limit=-1": (400, 30, 500, 40),
        "/contacts?sort=called_at": (400, 39, 500, 40),
        "/contacts/1/notes?sort=called_at": (400, 39, 500, None),
        "/contacts/1/gifts?sort=called_at": (400, 39, 500, 40),
    }
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        for path, (status, code, crash, crash_code) in paths.items():
            assert monica.tree("GET", path, status=status)["error"]["error_code"] == code
            reply = http.get(path)
            assert reply.status_code == crash
            body = reply.json()
            assert body.get("error", {}).get("error_code") == crash_code
            assert crash_code is not None or "called_at" in body["message"]


def test_orders(many: list[int], monica: Monica) -> None:
    """Oldest first, or by the change, each also the other way round."""
    assert monica.ids("/contacts") == many
    assert monica.ids("/contacts", sort="-created_at") == many[::-1]
    monica.put(f"/contacts/{many[0]}", **PLAIN, first_name="changed")
    assert monica.ids("/contacts", sort="-updated_at")[0] == many[0]
    assert monica.ids("/contacts", sort="updated_at")[-1] == many[0]
    for day, contact in (("02", 1), ("01", 2), ("03", 3)):
        monica.post("/calls", contact_id=many[contact], called_at=f"2024-01-{day}")
    assert monica.ids("/calls", sort="called_at") == [2, 1, 3]
    assert monica.ids("/calls", sort="-called_at", limit=1) == [3]


def test_created_at_orders_what_was_dated_back(many: list[int], monica: Monica) -> None:
    """Notes take their moment of creation from the sender; debts, pets and entries too."""
    new = monica.post("/notes", contact_id=many[0], body="new")["id"]
    old = monica.post("/notes", contact_id=many[0], body="old", created_at="2001-02-03 04:05:06")
    assert old["created_at"] == "2001-02-03T04:05:06Z"
    assert monica.ids("/notes") == [old["id"], new]
    assert monica.ids(f"/contacts/{many[0]}/notes") == [old["id"], new]
    entry = monica.post("/journal", title="t", post="p", created_at="2001-02-03", date="1999-01-01")
    assert entry["created_at"] == "2001-02-03T00:00:00Z"
    assert entry["date"].startswith("2024-")


def test_statistics(monica: Monica) -> None:
    """Lists of calls and activities count them by year: an empty list where there are none."""
    monica.post("/calls", contact_id=1, called_at="2023-01-01")
    assert monica.page("/calls", limit=1)["meta"]["statistics"] == {"2024": 1, "2023": 1}
    assert monica.page("/contacts/1/calls")["meta"]["statistics"] == {"2023": 1}
    assert monica.page("/contacts/2/activities")["meta"]["statistics"] == {"2024": 1}
    monica.mock.seed("empty")
    for path in ("/calls", "/activities"):
        assert monica.page(path)["meta"]["statistics"] == []


def test_what_lists_of_contacts_leave_out(monica: Monica) -> None:
    """Partial, archived and deleted contacts; a search finds archived ones."""
    shown, archived, partial, deleted = (
        monica.contact(f"Zoe{number}", is_partial=number == 2) for number in range(4)
    )
    monica.mock.archive(archived)
    monica.delete(f"/contacts/{deleted}")
    listed = monica.ids("/contacts", limit=100)
    assert shown in listed
    assert not {archived, partial, deleted} & {*listed}
    assert monica.ids("/contacts", query="zoe") == [shown, archived]
    monica.mock.archive(archived, archived=False)
    assert archived in monica.ids("/contacts", limit=100)


def test_search_by_words(monica: Monica) -> None:
    """Words are found anywhere in names, description and job, in any order, whatever their case."""
    for query in ("olfs", "ROLFSON bail", "keeps", "bee keeper", "Bay"):
        found = monica.page("/contacts", query=query)
        assert found["meta"]["query"] == query
        assert 1 in [one["id"] for one in found["data"]], query
    for query in ("bailey@example.org", "nobody", "Bailey Ziemann"):
        assert monica.ids("/contacts", query=query) == []
    assert "query" not in monica.page("/contacts", query="")["meta"]


def test_search_by_words_shows_less(monica: Monica) -> None:
    """A hit of a search by words is thinner than the same contact, read directly."""
    rosa = monica.get("/contacts/3")
    (found,) = monica.page("/contacts", query="Maria")["data"]
    assert rosa["complete_name"] == f"{found['complete_name']} ⚰"
    assert (rosa["is_active"], found["is_active"]) == (True, False)
    assert (rosa["is_dead"], found["is_dead"]) == (True, False)
    assert found["information"]["dates"]["deceased_date"]["date"] is None
    (worker,) = monica.page("/contacts", query="hives")["data"] or [None]
    assert worker is None
    (worker,) = monica.page("/contacts", query="Bee keeper")["data"]
    assert worker["information"]["career"] == {"job": None, "company": None}


def test_search_by_field(monica: Monica) -> None:
    """Type:beginning finds contact fields, and shows contacts as they are."""
    for query in ("Email:bai", "email:BAILEY@"):
        (found,) = monica.page("/contacts", query=query)["data"]
        assert found == monica.get("/contacts/1")
    for query in ("Email:ailey", "Phone:bai", "Nope:bai"):
        assert monica.ids("/contacts", query=query) == []


def test_with_contactfields(monica: Monica) -> None:
    """Contact fields and the three newest notes come on request only, and with a tag's contacts."""
    for number in range(4):
        monica.post("/notes", contact_id=1, body=f"note {number}")
    assert "contactFields" not in monica.get("/contacts/1")
    assert "notes" not in monica.get("/contacts/1?with=notes")
    whole = monica.get("/contacts/1?with=contactfields")
    assert [one["content"] for one in whole["contactFields"]] == ["bailey@example.org"]
    assert [one["body"] for one in whole["notes"]] == ["note 3", "note 2", "note 1"]
    assert monica.page("/contacts", **{"with": "contactfields"})["data"][0] == whole
    assert monica.page("/tags/1/contacts")["data"][0] == whole


def test_countries(monica: Monica) -> None:
    """All 250 come at once, by code in small letters; lang translates names."""
    countries = monica.get("/countries?limit=1")
    assert len(countries) == 250
    assert countries["us"] == {
        "id": "US",
        "object": "country",
        "name": "United States",
        "iso": "US",
    }
    assert monica.get("/countries?lang=fr")["us"]["name"] == "États-Unis"
