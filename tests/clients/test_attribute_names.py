"""Names of attributes as callers write them: Python's or the wire's, none lost in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crmkit import ArgumentError
from crmkit.espocrm import where as w
from tests.clients.conftest import MakeEspo
from tests.clients.harness import both, failures, reply, sync_alone

asynchronous = sync_alone
EMPTY = reply({"total": 0, "list": []}, headers={"Date": "Mon, 15 Jan 2024 12:00:00 GMT"})
ID = "65b21500000000001"
SINCE = datetime(2024, 1, 1, tzinfo=UTC)

SENT: dict[str, tuple[Callable[[Any], Any], dict[str, str]]] = {
    "select": (
        lambda crm: crm.contacts.list(select=["first_name", "createdAt", "cType"]),
        {"select": "firstName,createdAt,cType"},
    ),
    "a set": (lambda crm: crm.contacts.list(select={"first_name"}), {"select": "firstName"}),
    "a keyword's name": (lambda crm: crm.accounts.list(select=["type_"]), {"select": "type"}),
    "order_by": (lambda crm: crm.leads.list(order_by="created_at"), {"orderBy": "createdAt"}),
    "a link": (lambda crm: crm.leads.list(order_by="assigned_user"), {"orderBy": "assignedUser"}),
    "a custom field": (
        lambda crm: crm.leads.list(order_by="cRating", select=["cVisit"]),
        {"orderBy": "cRating", "select": "cVisit"},
    ),
    "where": (
        lambda crm: crm.contacts.list(where=[w.equals("last_name", "x")]),
        {"where[0][attribute]": "lastName"},
    ),
    "where by hand": (
        lambda crm: crm.contacts.list(where=[{"type": "isNull", "field": "last_name"}]),
        {"where[0][field]": "lastName"},
    ),
    "where nested": (
        lambda crm: crm.contacts.list(where=[w.or_(w.and_(w.is_null("last_name")))]),
        {"where[0][value][0][value][0][attribute]": "lastName"},
    ),
    "where of a link": (
        lambda crm: crm.contacts.list(where=[w.linked_with("assigned_user", ID)]),
        {"where[0][attribute]": "assignedUser"},
    ),
    "dates": (
        lambda crm: crm.tasks.list(where=[w.on("created_at", date(2024, 1, 2))]),
        {"where[0][attribute]": "createdAt", "where[0][dateTime]": "true"},
    ),
    "any entity type": (
        lambda crm: crm.entity("CGadget").list(select=["modified_at", "close_date"]),
        {"select": "modifiedAt,closeDate"},
    ),
    "a documented entity type": (
        lambda crm: crm.entity("Contact").list(order_by="first_name"),
        {"orderBy": "firstName"},
    ),
    "related": (
        lambda crm: crm.accounts.related(ID, "contacts", select=["first_name"], order_by="name"),
        {"select": "firstName", "orderBy": "name"},
    ),
    "changes": (
        lambda crm: crm.contacts.changes(SINCE, where=[w.is_true("do_not_call")]),
        {"where[0][attribute]": "doNotCall"},
    ),
}


@both
@pytest.mark.parametrize("case", SENT)
def test_sends_wire_names_for_python_names(espo: MakeEspo, case: str) -> None:
    """A documented attribute goes out under its wire name, wherever a list takes names."""
    crm = espo(EMPTY)
    work, query = SENT[case]

    crm(work)

    assert query.items() <= crm.seen[0].query.items()


REFUSED: list[tuple[Callable[[Any], Any], str, str]] = [
    (lambda crm: crm.contacts.list(select=["id", "frist_name"]), "select[1]", "first_name"),
    (lambda crm: crm.contacts.list(select=["close_date"]), "select[0]", "'close_date'"),
    (lambda crm: crm.contacts.list(order_by="create_at"), "order_by", "created_at"),
    (
        lambda crm: crm.contacts.list(where=[w.or_(w.is_null("lastname_"))]),
        "where[0]['value'][0]['attribute']",
        "last_name",
    ),
    (lambda crm: crm.contacts.changes(SINCE, select=["frist_name"]), "select[0]", "first_name"),
    (lambda crm: crm.entity("CGadget").list(order_by="create_at"), "order_by", "created_at"),
    (lambda crm: crm.accounts.related(ID, "x", select=["frist_name"]), "select[0]", "first_name"),
    (
        lambda crm: crm.contacts.mass_update(ids=[ID], attributes={"frist_name": 1}),
        "attributes['frist_name']",
        "first_name",
    ),
    (
        lambda crm: crm.contacts.mass_delete(where=[w.is_null("frist_name")]),
        "where[0]['attribute']",
        "first_name",
    ),
]


@both
def test_refuses_misspelt_names_with_the_nearest(espo: MakeEspo) -> None:
    """A name that can be none of the wire is refused where it stands; nothing is sent."""
    crm = espo(EMPTY)

    def check(work: Callable[[Any], Any], argument: str, hint: str) -> None:
        with pytest.raises(ArgumentError, match="did you mean") as caught:
            crm(work)
        assert caught.value.argument == argument
        assert hint in str(caught.value)

    assert failures(check, REFUSED) == []
    assert crm.seen == []


@both
def test_mass_update_takes_python_names(espo: MakeEspo) -> None:
    """Attributes to change go by either name, ids in any collection."""
    crm = espo(reply({"count": 1}))

    crm(
        lambda crm: crm.opportunities.mass_update(
            ids={ID}, attributes={"close_date": date(2024, 5, 1), "cRating": 1, "description": None}
        )
    )

    sent = crm.seen[0].json
    assert sent["data"]["values"] == {"closeDate": "2024-05-01", "cRating": 1, "description": None}
    assert sent["params"]["ids"] == [ID]


EXTRAS: list[tuple[Callable[..., Any], str, str]] = [
    (lambda crm, **extra: crm.contacts.create(extra=extra), "first_name", "first_name="),
    (lambda crm, **extra: crm.contacts.create(extra=extra), "firstName", "first_name="),
    (lambda crm, **extra: crm.accounts.update(ID, extra=extra), "type", "type_="),
    (lambda crm, **extra: crm.accounts.update(ID, extra=extra), "type_", "type_="),
    (lambda crm, **extra: crm.entity("CX").create(extra=extra), "assignedUserId", "user_id="),
]


@both
def test_extra_names_the_keyword_of_a_documented_member(espo: MakeEspo) -> None:
    """`extra` takes no member that is a keyword, by neither of its names, and says which it is."""
    crm = espo(EMPTY)

    def check(work: Callable[..., Any], name: str, keyword: str) -> None:
        with pytest.raises(ArgumentError, match=f"pass it as .*{keyword}") as caught:
            crm(lambda crm: work(crm, **{name: "x"}))
        assert caught.value.argument == f"extra[{name!r}]"

    assert failures(check, EXTRAS) == []
    assert crm.seen == []


@both
def test_extra_writes_times_as_the_server_does(espo: MakeEspo) -> None:
    """A datetime in `extra` has EspoCRM's own form, which every release reads."""
    crm = espo(reply({"id": ID}))

    crm(lambda crm: crm.accounts.create(name="A", extra={"cVisit": SINCE, "cAll": [SINCE]}))

    assert crm.seen[0].json["cVisit"] == "2024-01-01 00:00:00"
    assert crm.seen[0].json["cAll"] == ["2024-01-01 00:00:00"]
