"""Conversations about lists: each operator, order and selection, over data of each type."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .entities import CUSTOM_FIELDS, CUSTOM_OPTIONS, ENTITIES, Entity
from .values import attributes_of, written_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["filter_conversations"]

_NO_VALUE = ("isNull", "isNotNull", "isTrue", "isFalse")
_ONE_VALUE = (
    "equals", "notEquals", "like", "notLike", "contains", "notContains", "startsWith", "endsWith",
    "greaterThan", "lessThan", "greaterThanOrEquals", "lessThanOrEquals",
)  # fmt: skip
_LISTS = ("in", "notIn", "between")
_DATES = (
    "on", "notOn", "before", "after", "between", "today", "past", "future", "lastSevenDays",
    "currentMonth", "lastMonth", "nextMonth", "currentQuarter", "lastQuarter", "currentYear",
    "lastYear", "lastXDays", "nextXDays", "olderThanXDays", "afterXDays", "ever",
)  # fmt: skip
_ARRAYS = ("arrayAnyOf", "arrayNoneOf", "arrayAllOf", "arrayIsEmpty", "arrayIsNotEmpty")
_LINKS = ("linkedWith", "notLinkedWith", "linkedWithAll", "isLinked", "isNotLinked",
          "isUserFromTeams")  # fmt: skip
_TEXTS = ("Alpha", "alpha", "alpha ", "ärger", "Arger", "%", "_", "\\", "😀", "", None, 5)
_BY_TYPE: dict[str, tuple[Any, ...]] = {
    "int": (0, 5, "5", "abc", 5.0, None),
    "float": (0, 1.5, "1.5", "abc", None),
    "currency": (0, 20, "20", "abc"),
    "bool": (True, False, 1, 0, "true", "abc"),
    "date": ("2027-01-01", "2026-12-31", "abc", "", None, "2027-01-01 10:00:00"),
    "datetime": ("2026-12-31 23:30:00", "2027-01-01", "abc", "", None),
}
_ZONE = "Europe/Prague"


def filter_conversations(*, custom: bool) -> Iterator[Conversation]:
    """Yield the conversations about lists.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
    """
    for entity in ENTITIES.values():
        if entity.custom and not custom:
            continue
        yield Conversation(f"lists.{entity.name}", partial(_lists, entity=entity))
        for name, kind in entity.fields.items():
            if kind not in {"jsonArray", "attachmentMultiple"}:
                yield _conversation(entity, name, kind, entity.options.get(name, ()))
    if custom:
        for name, kind in CUSTOM_FIELDS.items():
            if kind not in {"number", "attachmentMultiple"}:
                options = CUSTOM_OPTIONS.get(name, ())
                yield _conversation(ENTITIES["Account"], name, kind, options)


def _conversation(entity: Entity, name: str, kind: str, options: tuple[str, ...]) -> Conversation:
    def hold(talk: Talk) -> None:
        me = talk.get("/App/user").bind("user.id")
        _populate(talk, entity, name, kind, options, me)
        attribute = attributes_of(name, kind)
        select = ("select", f"{entity.naming},{attribute}")
        order = ("orderBy", entity.naming)
        for condition in _conditions(name, kind, options, me):
            query = [*entity.marked(talk, condition), select, order]
            talk.get(f"/{entity.name}", query)
        for direction in ("asc", "desc"):
            orders = [("orderBy", attribute), ("order", direction)]
            talk.get(f"/{entity.name}", [*entity.marked(talk), select, *orders])

    return Conversation(f"filters.{entity.name}.{name}", hold)


def _populate(
    talk: Talk, entity: Entity, name: str, kind: str, options: tuple[str, ...], me: str
) -> None:
    """Create records that have different values."""
    path = f"/{entity.name}"
    attribute = attributes_of(name, kind)
    if name == entity.naming:
        for value in ("b", "a", "Ä", "a ", "😀", "%x"):
            talk.post(path, {**entity.record(talk, me), name: talk.unique(value)})
        return
    values = written_values(kind, options)
    if kind == "link" and name == "assignedUser":
        values = [None, me]
    if kind == "linkMultiple" and name == "users":
        values = [[], [me]]
    if kind == "linkParent":
        parent = talk.post("/Account", {"name": talk.unique("parent")}).id
        talk.post(path, entity.record(talk, me, "none"))
        talk.post(path, entity.record(talk, me, "one", parentType="Account", parentId=parent))
        return
    for index, value in enumerate(values or [None]):
        talk.post(path, {**entity.record(talk, me, str(index)), attribute: value})


def _conditions(
    name: str, kind: str, options: tuple[str, ...], me: str
) -> Iterator[dict[str, Any]]:
    """Yield conditions on a field."""
    attribute = f"{name}Id" if kind == "linkParent" else attributes_of(name, kind)
    values: Sequence[Any] = _BY_TYPE.get(kind, _TEXTS)
    if kind == "enum":
        values = (*options[:2], "Nope", "")
    if kind == "link":
        values = (me, "nope")
    yield from _compared(attribute, values)
    if kind in {"date", "datetime"}:
        yield from _on_dates(attribute, values)
    if kind in {"array", "multiEnum", "urlMultiple"}:
        items: Sequence[Any] = ([], ["a"], [options[0] if options else "b"], ["VIP"], "a")
        yield from _each(_ARRAYS, attribute, items)
    if kind in {"link", "linkMultiple", "linkParent"}:
        yield from _each(_LINKS, name, ([me], ["nope"], me))
    yield {"type": "nope", "attribute": attribute, "value": "x"}
    is_null = {"type": "isNull", "attribute": attribute}
    equals = {"type": "equals", "attribute": attribute, "value": values[0]}
    yield {"type": "or", "value": [is_null, equals]}
    yield {"type": "and", "value": [{"type": "isNotNull", "attribute": attribute}]}


def _compared(attribute: str, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for operator in _NO_VALUE:
        yield {"type": operator, "attribute": attribute}
    yield from _each(_ONE_VALUE, attribute, values)
    yield from _each(_LISTS, attribute, ([values[0], values[1]], [values[0]], [], "x"))


def _each(
    operators: Sequence[str], attribute: str, values: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    for operator in operators:
        for value in values:
            yield {"type": operator, "attribute": attribute, "value": value}


def _on_dates(attribute: str, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for operator in _DATES:
        for value in [5] if "X" in operator else [values[0], values[1]]:
            for more in ({}, {"dateTime": True, "timeZone": _ZONE}):
                given = [value, values[0]] if operator == "between" else value
                yield {"type": operator, "attribute": attribute, "value": given, **more}


def _lists(talk: Talk, entity: Entity) -> None:
    """Pages, selections, searches and orders of one entity type."""
    me = talk.get("/App/user").bind("user.id")
    path = f"/{entity.name}"
    for index in range(4):
        talk.post(path, entity.record(talk, me, f"row {index}"))
    own = entity.marked(talk)
    order = [("orderBy", entity.naming)]
    talk.get(path, [*own, *order])
    for page in ((0, 2), (2, 2), (3, 5), (9, 2), (0, 0), (-1, 2), (0, -1), (0, 201), ("x", 2)):
        talk.get(path, [*own, *order, ("offset", page[0]), ("maxSize", page[1])])
    for select in (
        "id",
        "name",
        "createdAt,nope",
        "teamsIds",
        "assignedUserName",
        "isFollowed",
        "",
    ):
        talk.get(path, [*own, *order, ("select", select)])
    for attribute in ("createdAt", "modifiedAt", "id", "nope", "assignedUser", "createdById"):
        for direction in ("asc", "desc", "DESC", "true", "nope"):
            talk.get(
                path,
                [*own, ("orderBy", attribute), ("order", direction), ("select", "id")],
                any_order=attribute in {"createdAt", "modifiedAt", "id"},
            )
    for text in (talk.marker, f"{talk.marker} row 1", f"{talk.marker}*", "nope-nope", "%", ""):
        talk.get(path, [("textFilter", text), *order, *own])
        talk.get(path, [("q", text), *order, *own])
    for name in ("onlyMy", "followed", "onlyMyTeam", "nope"):
        talk.get(path, [*own, ("boolFilterList[]", name), ("select", "id")])
    for name in ("open", "actual", "active", "planned", "held", "todays", "completed", "nope"):
        talk.get(path, [*own, ("primaryFilter", name), ("select", "id")])
