"""EspoCRM's lists: pages, totals, order, attributes, filters by name, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, brackets, client_for, refusal, where

ITEM = {"type": "equals", "attribute": "status", "value": "New"}


def test_pages_by_offset_hold_every_record_once(espocrm: Espo) -> None:
    """Pages one after the other give all records in order, and an empty one past the end."""
    names = [one["name"] for one in espocrm.records("/Lead", orderBy="name")]
    paged: list[str] = []
    for offset in range(0, 40, 7):
        page = espocrm.get("/Lead", orderBy="name", maxSize=7, offset=offset)
        assert page["total"] == 25
        paged += [one["name"] for one in page["list"]]
    assert paged == names == sorted(names)


def test_equal_records_are_ordered_by_id_in_the_same_direction(espocrm: Espo) -> None:
    """The id is the second key, so that pages are stable."""
    leads = [(one["source"], one["id"]) for one in espocrm.records("/Lead", orderBy="source")]
    ids = [id for source, id in leads if source == "Email"]
    assert ids == sorted(ids)
    down = espocrm.records("/Lead", orderBy="source", order="desc")
    assert [(one["source"], one["id"]) for one in down] == leads[::-1]


def test_totals_are_counted_unless_that_is_declined(espocrm: Espo) -> None:
    """X-No-Total and q have -1 for more and -2 for no more; links are counted all the same."""
    headers = {"X-No-Total": "true"}
    assert espocrm.http.get("/Lead?maxSize=2", headers=headers).json()["total"] == -1
    last = espocrm.http.get("/Lead?maxSize=5&offset=20", headers=headers).json()
    assert (last["total"], len(last["list"])) == (-2, 5)
    assert espocrm.get("/Lead", q="Lead0", maxSize=2)["total"] == -1
    assert espocrm.get("/Lead", q="Lead0", maxSize=20)["total"] == -2
    assert espocrm.get("/Email")["total"] == -2
    related = espocrm.http.get(f"/Account/{seed.ACCOUNT}/contacts", headers=headers).json()
    assert related["total"] == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"select": "id"}, {"id", "createdAt", "createdById", "assignedUserId"}),
        ({"select": "id,nope"}, {"id", "createdAt", "createdById", "assignedUserId"}),
        ({"select": "id, status"}, {"id", "createdAt", "createdById", "assignedUserId"}),
        (
            {"attributeSelect": "status", "orderBy": "status"},
            {"id", "status", "createdById", "assignedUserId"},
        ),
        (
            {"searchParams": json.dumps({"select": ["status"], "orderBy": "status"})},
            {"id", "status", "createdById", "assignedUserId"},
        ),
    ],
)
def test_a_selection_brings_more_than_was_asked_for(
    espocrm: Espo, query: dict[str, str], names: set[str]
) -> None:
    """Selected attributes come with id, owner and what the list is sorted by."""
    assert espocrm.records("/Lead", maxSize=1, **query)[0].keys() == names


def test_a_selection_in_brackets_is_passed_over(espocrm: Espo) -> None:
    """`select[]` selects nothing: everything comes."""
    few = espocrm.records("/Lead", maxSize=1, **{"select[0]": "id"})[0]
    assert few.keys() == espocrm.records("/Lead", maxSize=1)[0].keys()


def test_where_as_json_text_is_passed_over(espocrm: Espo) -> None:
    """`where=[{...}]` filters nothing: all records come."""
    assert espocrm.get("/Lead", where=json.dumps([ITEM]))["total"] == 25


def test_search_params_win_over_everything_else(espocrm: Espo) -> None:
    """Beside searchParams all other parameters are ignored."""
    params = {"where": [ITEM], "maxSize": 1}
    page = espocrm.get("/Lead", searchParams=json.dumps(params), offset=100, maxSize=0)
    assert (page["total"], len(page["list"])) == (5, 1)


@pytest.mark.parametrize(
    ("path", "query", "status", "reason"),
    [
        ("/Lead", {"maxSize": "201"}, 403, "Max size should not exceed 200. Use offset and limit."),
        ("/Lead", {"orderBy": "nope"}, 400, "Order by non-existing field 'nope'."),
        ("/Lead", {"orderBy": "name", "order": "up"}, 400, "order value is bad."),
        ("/Lead", {"searchParams": "{"}, 400, "Invalid search params JSON."),
        ("/Lead", {"searchParams": "[]"}, 400, "Invalid search params JSON."),
        ("/Lead", {"searchParams": '{"select": "id"}'}, 400, "select should be array."),
        ("/Lead", {"searchParams": '{"maxSize": "2"}'}, 400, "maxSize must be integer."),
        ("/Lead", {"searchParams": '{"offset": true}'}, 400, "offset must be integer."),
        ("/Lead", {"searchParams": '{"where": {}}'}, 400, "where should be array."),
        ("/Lead", {"primaryFilter": "nope"}, 400, "No primary filter 'nope' for 'Lead'."),
        ("/Lead", {"boolFilterList[0]": "nope"}, 400, "No bool filter 'nope' for 'Lead'."),
        ("/Nope", {}, 404, "Controller 'Nope' does not exist."),
        ("/Attachment", {}, 403, "No read access."),
    ],
)
def test_improper_parameters_are_refused_with_a_reason(
    espocrm: Espo, path: str, query: dict[str, str], status: int, reason: str
) -> None:
    """What a list cannot be asked for is refused, with an empty body."""
    reply = espocrm.http.get(path, params=query)
    assert refusal(reply, status) == reason
    assert reply.content == b""


def test_what_is_no_number_is_none(espocrm: Espo) -> None:
    """A size that is no number is 0: nothing but the total."""
    assert espocrm.get("/Lead", maxSize="abc") == {"total": 25, "list": []}
    assert espocrm.get("/Lead", maxSize="0") == {"total": 25, "list": []}
    assert len(espocrm.records("/Lead", offset="abc")) == 25


@pytest.mark.parametrize(
    ("order_by", "first", "last"),
    [
        ("createdAt", "F00 Lead00", "F24 Lead24"),
        ("opportunityAmount", "F00 Lead00", "F24 Lead24"),
        ("status", "F00 Lead00", "F23 Lead23"),
        ("address", "F01 Lead01", "F24 Lead24"),
        ("lastName", "F00 Lead00", "F24 Lead24"),
    ],
)
def test_lists_are_sorted_by_fields(espocrm: Espo, order_by: str, first: str, last: str) -> None:
    """A field sorts by its values: null first, choices as they are listed."""
    names = [one["name"] for one in espocrm.records("/Lead", orderBy=order_by)]
    assert (names[0], names[-1]) == (first, last)


def test_a_link_sorts_by_name(espocrm: Espo) -> None:
    """Sorting by a link sorts by the name of the record there, and shows it."""
    accounts = espocrm.records("/Account", select="name", orderBy="assignedUser", order="desc")
    assert accounts[0]["assignedUserName"] == "limited"
    assert accounts[-1]["assignedUserName"] is None


def test_the_old_way_to_sort_still_works(espocrm: Espo) -> None:
    """SortBy with asc is an older name of orderBy with order."""
    down = espocrm.records("/Lead", sortBy="name", asc="false", maxSize=1)
    assert down[0]["name"] == "F24 Lead24"


@pytest.mark.parametrize(
    ("entity", "query", "names"),
    [
        ("Account", {"primaryFilter": "customers"}, ["Alza s.r.o."]),
        ("Account", {"primaryFilter": "partners"}, ["Černý & synové"]),
        ("Lead", {"primaryFilter": "converted"}, []),
        ("Opportunity", {"primaryFilter": "open"}, ["Fleet of gadgets"]),
        ("Opportunity", {"primaryFilter": "won"}, []),
        ("Case", {"primaryFilter": "open"}, ["Gadget does not start"]),
        ("Task", {"primaryFilter": "actual"}, ["Call back"]),
        ("Task", {"primaryFilter": "overdue"}, []),
        ("Meeting", {"primaryFilter": "planned"}, ["Demonstration"]),
        ("Call", {"primaryFilter": "held"}, ["First call"]),
        ("Account", {"boolFilterList[0]": "onlyMy"}, []),
        ("Account", {"boolFilterList[0]": "followed"}, []),
        ("Account", {"textFilter": "cerny"}, ["Černý & synové"]),
        ("Account", {"textFilter": "synov"}, []),
        ("Account", {"textFilter": "*synov*"}, ["Černý & synové"]),
        ("Account", {"textFilter": "*synov"}, []),
        ("Account", {"textFilter": "info@"}, ["Alza s.r.o."]),
        ("Contact", {"textFilter": "Petr Sv"}, ["Petr Svoboda"]),
    ],
)
def test_filters_by_name_find(
    espocrm: Espo, entity: str, query: dict[str, str], names: list[str]
) -> None:
    """Primary filters, bool filters and the text filter find what they are for."""
    assert [one["name"] for one in espocrm.records(f"/{entity}", **query)] == names


def test_an_associative_where_and_older_names_are_taken(espocrm: Espo) -> None:
    """Keys of where may be anything, `field` is `attribute`, and whereGroup is where."""
    names = {"where[a][type]": "equals", "where[a][field]": "status", "where[a][value]": "New"}
    assert espocrm.get("/Lead", **names)["total"] == 5
    assert espocrm.get("/Lead", **brackets({"whereGroup": [ITEM]}))["total"] == 5


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"type": "fuzzy", "attribute": "status"}, "Unknown where item type 'fuzzy'."),
        ({"type": "equals", "attribute": "nope"}, "Not existing attribute 'nope' in where."),
        ({"type": "in", "attribute": "status", "value": "New"}, "Bad where item. No value."),
        (
            {"type": "between", "attribute": "createdAt", "value": ["2024-01-01"]},
            "Bad where item. Bad between value.",
        ),
        (
            {"type": "linkedWith", "attribute": "teamsIds", "value": ["x"]},
            "Not existing relation 'teamsIds' in where.",
        ),
        (
            {"type": "today", "attribute": "createdAt", "dateTime": "true", "timeZone": "No/X"},
            "Bad timezone",
        ),
        ({"type": "columnEquals", "attribute": "status", "value": "x"}, "Bad where item 'column'."),
        (
            {"type": "not", "value": [ITEM]},
            "Sub-queries are forbidden in where. Sub-queries are forbidden in where.",
        ),
        (
            {"type": "equals", "attribute": "createdBy.userName", "value": "x"},
            " ".join(["Complex expressions are forbidden in where."] * 2),
        ),
    ],
)
def test_improper_items_are_refused_with_a_reason(
    espocrm: Espo, item: dict[str, Any], reason: str
) -> None:
    """Items that no server takes are refused with its words, for administrators too."""
    assert refusal(espocrm.http.get("/Lead", params=where(item)), 400) == reason
    with client_for(espocrm.mock, "admin") as admin:
        assert refusal(admin.get("/Lead", params=where(item)), 400) == reason


def test_deep_nesting_is_refused(espocrm: Espo) -> None:
    """A filter nested beyond reason is refused, and the server lives on."""
    item: dict[str, Any] = ITEM
    for _ in range(60):
        item = {"type": "and", "value": [item]}
    params = json.dumps({"where": [item]})
    assert refusal(espocrm.http.get("/Lead", params={"searchParams": params}), 400)
    assert espocrm.get("/Lead")["total"] == 25
