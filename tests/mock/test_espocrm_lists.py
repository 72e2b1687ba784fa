"""EspoCRM's lists: pages, totals, order, attributes, named filters, invalid searches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmkit_mock.espocrm import seed
from crmkit_mock.espocrm.data import Data, Record
from tests.mock.espo import Espo, brackets, client_for, error_reason, where

ITEM = {"type": "equals", "attribute": "status", "value": "New"}


def test_pages_have_each_record_once(espocrm: Espo) -> None:
    """Consecutive pages have all records in order; one past the end is empty."""
    names = [lead["name"] for lead in espocrm.records("/Lead", orderBy="name")]
    paged: list[str] = []
    for offset in range(0, 40, 7):
        page = espocrm.get("/Lead", orderBy="name", maxSize=7, offset=offset)
        assert page["total"] == 25
        paged += [lead["name"] for lead in page["list"]]
    assert paged == names == sorted(names)


def test_breaks_ties_by_id_in_the_same_direction(espocrm: Espo) -> None:
    """The id is the second sort key, so that pages are stable."""
    leads = [(lead["source"], lead["id"]) for lead in espocrm.records("/Lead", orderBy="source")]
    ids = [id for source, id in leads if source == "Email"]
    assert ids == sorted(ids)
    down = espocrm.records("/Lead", orderBy="source", order="desc")
    assert [lead["id"] for lead in down if lead["source"] == "Email"] == ids[::-1]


def test_sorts_options_by_their_place_and_null_last(espocrm: Espo) -> None:
    """Options come in the order of their definition; no option is last in either direction."""
    options = ["Call", "Email", "Web Site"]
    for order, expected in (("asc", options), ("desc", options[::-1])):
        leads = espocrm.records("/Lead", orderBy="source", order=order)
        assert list(dict.fromkeys(lead["source"] for lead in leads)) == [*expected, None]


def test_counts_totals_unless_declined(espocrm: Espo) -> None:
    """With X-No-Total or q the total is -1 before further pages, else -2; links are counted."""
    headers = {"X-No-Total": "true"}
    assert espocrm.http.get("/Lead?maxSize=2", headers=headers).json()["total"] == -1
    last = espocrm.http.get("/Lead?maxSize=5&offset=20", headers=headers).json()
    assert (last["total"], len(last["list"])) == (-2, 5)
    assert espocrm.get("/Lead", q="Lead0", maxSize=2)["total"] == -1
    assert espocrm.get("/Lead", q="Lead0", maxSize=20)["total"] == -2
    assert espocrm.get("/Email")["total"] == -2
    related = espocrm.http.get(f"/Account/{seed.ACCOUNT}/contacts", headers=headers).json()
    assert related["total"] == 2


def test_select_returns_more_than_selected(espocrm: Espo) -> None:
    """Selected attributes come with id, owner and what the list is sorted by."""
    by_creation = {"id", "createdAt", "createdById", "assignedUserId"}
    by_status = {"id", "status", "createdById", "assignedUserId"}
    by_name = {"id", "name", "firstName", "lastName", "createdById", "assignedUserId"}
    params = {"select": ["status"], "orderBy": "status"}
    cases: list[tuple[dict[str, str], set[str]]] = [
        ({"select": "id"}, by_creation),
        ({"select": "id,nope"}, by_creation),
        ({"select": "id, status"}, by_creation),
        ({"attributeSelect": "status", "orderBy": "status"}, by_status),
        ({"searchParams": json.dumps(params)}, by_status),
        ({"select": "lastName,firstName", "orderBy": "lastName"}, by_name),
        ({"select": "lastName", "orderBy": "lastName"}, by_name - {"firstName", "name"}),
    ]
    for query, names in cases:
        assert espocrm.records("/Lead", maxSize=1, **query)[0].keys() == names, query


def test_ignores_select_in_brackets(espocrm: Espo) -> None:
    """`select[]` selects nothing: all attributes are returned."""
    few = espocrm.records("/Lead", maxSize=1, **{"select[0]": "id"})[0]
    assert few.keys() == espocrm.records("/Lead", maxSize=1)[0].keys()


def test_ignores_where_as_json(espocrm: Espo) -> None:
    """`where=[{...}]` filters nothing: all records are returned."""
    assert espocrm.get("/Lead", where=json.dumps([ITEM]))["total"] == 25


def test_search_params_override_other_parameters(espocrm: Espo) -> None:
    """Beside searchParams all other parameters are ignored."""
    params = {"where": [ITEM], "maxSize": 1}
    page = espocrm.get("/Lead", searchParams=json.dumps(params), offset=100, maxSize=0)
    assert (page["total"], len(page["list"])) == (5, 1)


def test_rejects_invalid_parameters_with_a_reason(espocrm: Espo) -> None:
    """An invalid parameter of a list is an error with the vendor's reason and an empty body."""
    cases: list[tuple[str, dict[str, str], int, str]] = [
        ("/Lead", {"maxSize": "201"}, 403, "Max size should not exceed 200. Use offset and limit."),
        ("/Lead", {"orderBy": "nope"}, 400, "Order by non-existing field 'nope'."),
        ("/Lead", {"orderBy": "name", "order": "up"}, 400, "order value is bad."),
        ("/Lead", {"searchParams": "{"}, 400, "Invalid search params JSON."),
        ("/Lead", {"searchParams": '{"select": "id"}'}, 400, "select should be array."),
        ("/Lead", {"searchParams": '{"maxSize": "2"}'}, 400, "maxSize must be integer."),
        ("/Lead", {"searchParams": '{"offset": true}'}, 400, "offset should be int."),
        ("/Lead", {"searchParams": '{"where": "x"}'}, 400, "where should be array."),
        ("/Lead", {"searchParams": '{"q": 5}'}, 400, "q must be string."),
        ("/Lead", {"primaryFilter": "nope"}, 400, "No primary filter 'nope' for 'Lead'."),
        ("/Lead", {"boolFilterList[0]": "nope"}, 400, "No bool filter 'nope' for 'Lead'."),
        ("/Nope", {}, 404, "Controller 'Nope' does not exist."),
        ("/Attachment", {}, 403, ""),
    ]
    for path, query, status, reason in cases:
        reply = espocrm.http.get(path, params=query)
        assert error_reason(reply, status) == reason, query
        assert reply.content == b"", query


def test_reads_sizes_that_are_not_numbers_as_0(espocrm: Espo) -> None:
    """With a size of 0 only the total is returned."""
    assert espocrm.get("/Lead", maxSize="abc") == {"total": 25, "list": []}
    assert espocrm.get("/Lead", maxSize="0") == {"total": 25, "list": []}
    assert len(espocrm.records("/Lead", offset="abc")) == 25


def test_sorts_by_fields(espocrm: Espo) -> None:
    """A field sorts by its values: null first, options in the order of their definition."""
    cases = (
        ("createdAt", "F00 Lead00", "F24 Lead24"),
        ("opportunityAmount", "F00 Lead00", "F24 Lead24"),
        ("status", "F00 Lead00", "F23 Lead23"),
        ("address", "F01 Lead01", "F24 Lead24"),
        ("lastName", "F00 Lead00", "F24 Lead24"),
    )
    for order_by, first, last in cases:
        names = [lead["name"] for lead in espocrm.records("/Lead", orderBy=order_by)]
        assert (names[0], names[-1]) == (first, last), order_by


def test_order_follows_changes(espocrm: Espo) -> None:
    """Created, renamed, deleted and restored records are in their place in every order."""
    accounts = {account["id"]: account["name"] for account in espocrm.records("/Account")}

    def names(**query: str) -> list[str]:
        page = espocrm.get("/Account", select="name", **query)
        assert page["total"] == len(page["list"])
        return [account["name"] for account in page["list"]]

    first = espocrm.create("Account", name="aaa")["id"]
    assert names(orderBy="name") == ["aaa", "Alza s.r.o.", "Černý & synové", "Limited's own",
                                     "Oslo Ventures"]  # fmt: skip
    espocrm.update(f"/Account/{first}", name="Zzz")
    assert names(orderBy="name", order="desc")[0] == "Zzz"
    assert names(orderBy="modifiedAt", order="desc")[0] == "Zzz"
    espocrm.http.delete(f"/Account/{first}")
    assert sorted(names(orderBy="name")) == sorted(accounts.values())
    with client_for(espocrm.mock, "admin") as admin:
        admin.post("/Account/action/restoreDeleted", json={"id": first})
    assert names()[0] == "Zzz"
    assert espocrm.http.post("/Account", json={"name": "<b>"}).status_code == 400
    assert len(names()) == 5


def test_creates_and_lists_without_reading_all_records(
    espocrm: Espo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a create nor a list without filters reads all records, whatever its order."""

    def read_all(_data: Data, entity: str) -> list[Record]:
        raise AssertionError(f"all records of {entity} were read")

    monkeypatch.setattr(Data, "all", read_all)
    body = {"emailAddress": "new@x.example", "phoneNumber": "+420601111222"}
    contact = espocrm.create("Contact", firstName="New", lastName="One", **body)["id"]
    assert espocrm.http.post("/Contact", json={"lastName": "x", **body}).status_code == 409
    for order_by in (None, "name", "id", "modifiedAt", "lastName", "emailAddress"):
        query = {} if order_by is None else {"orderBy": order_by}
        if order_by == "emailAddress":
            reply = espocrm.http.get("/Contact", params=query)
            assert "all records of Contact were read" in reply.headers["x-status-reason"]
        else:
            assert espocrm.get("/Contact", maxSize=1, **query)["total"] == 3, order_by
    with client_for(espocrm.mock, "limited") as limited:
        assert limited.get("/Account").json()["total"] == 1
    for path in (f"/Contact/{contact}", f"/Account/{seed.ACCOUNT}/contacts"):
        assert espocrm.http.get(path).status_code == 200, path
    email = {"from": "new@x.example", "to": "petr@work.example", "subject": "Hello"}
    assert espocrm.create("Email", **email)["idHash"]["new@x.example"] == contact


def test_sorts_links_by_name(espocrm: Espo) -> None:
    """Sorting by a link sorts by the name of the linked record, and returns it."""
    accounts = espocrm.records("/Account", select="name", orderBy="assignedUser", order="desc")
    assert accounts[0]["assignedUserName"] == "limited"
    assert accounts[-1]["assignedUserName"] is None


def test_accepts_sort_by_with_asc(espocrm: Espo) -> None:
    """SortBy with asc is an older form of orderBy with order."""
    down = espocrm.records("/Lead", sortBy="name", asc="false", maxSize=1)
    assert down[0]["name"] == "F24 Lead24"


def test_filters_by_name(espocrm: Espo) -> None:
    """Primary filters, bool filters and the text filter find the records that they are for."""
    cases: list[tuple[str, dict[str, str], list[str]]] = [
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
        # Operators of a full-text search count within words, too.
        ("Case", {"textFilter": "gadget-start does"}, []),
        ("Case", {"textFilter": "gadget+start nope"}, ["Gadget does not start"]),
        ("Case", {"textFilter": "gadget+nope start"}, []),
        ("Case", {"textFilter": "gadget~nope x"}, ["Gadget does not start"]),
    ]
    for entity, query, names in cases:
        found = espocrm.records(f"/{entity}", **query)
        assert [record["name"] for record in found] == names, (entity, query)


def test_accepts_any_keys_and_older_names_of_where(espocrm: Espo) -> None:
    """Keys of where are free, `field` is `attribute`, and whereGroup is where."""
    names = {"where[a][type]": "equals", "where[a][field]": "status", "where[a][value]": "New"}
    assert espocrm.get("/Lead", **names)["total"] == 5
    assert espocrm.get("/Lead", **brackets({"whereGroup": [ITEM]}))["total"] == 5


def test_rejects_invalid_where_items_with_a_reason(espocrm: Espo) -> None:
    """Items that no server accepts are errors with its reason, for administrators too."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"type": "fuzzy", "attribute": "status"}, "Unknown where item type 'fuzzy'."),
        ({"type": "equals", "attribute": "nope"}, "Not existing attribute 'nope' in where."),
        ({"type": "in", "attribute": "status", "value": "New"}, "Bad where item 'in'."),
        (
            {"type": "between", "attribute": "createdAt", "value": ["2024-01-01"]},
            "Bad where item 'between'.",
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
            "Sub-queries are forbidden in where.",
        ),
        (
            {"type": "equals", "attribute": "createdBy.userName", "value": "x"},
            "Complex expressions are forbidden in where.",
        ),
    ]
    with client_for(espocrm.mock, "admin") as admin:
        for item, reason in cases:
            for http in (espocrm.http, admin):
                assert error_reason(http.get("/Lead", params=where(item)), 400) == reason, item


def test_rejects_deeply_nested_where(espocrm: Espo) -> None:
    """A deeply nested filter is an error, and the server stays up."""
    item: dict[str, Any] = ITEM
    for depth in range(250):
        item = {"type": "and", "value": [item]}
        if depth in (60, 190, 249):
            params = json.dumps({"where": [item]})
            reply = espocrm.http.get("/Lead", params={"searchParams": params})
            assert reply.status_code == (400 if depth == 249 else 200), depth
    assert espocrm.get("/Lead")["total"] == 25
