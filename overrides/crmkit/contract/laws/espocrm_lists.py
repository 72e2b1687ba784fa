"""Lists of EspoCRM as laws see them: orders, filters, searches and selections."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.contract.espocrm.entities import ENTITIES, flatten

from .conditions import Condition
from .resources import value_at
from .scene import Query, Scene
from .values import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crmkit.contract.exchange import Reply

    from .resources import Listing, Member, Resource
    from .scene import Record

__all__ = ["EspoLists", "folded"]

_SORTABLE = frozenset({"integer", "number", "flag", "date", "datetime"})
#: What lists are sorted by where nothing else is asked for.
_DEFAULT_ORDERS = {
    "Case": ("-number",), "Meeting": ("-dateStart", "-id"), "Call": ("-dateStart", "-id"),
    "Email": ("-dateSent", "-id"),
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "greaterThan": lambda value, other: value > other,
    "lessThan": lambda value, other: value < other,
    "greaterThanOrEquals": lambda value, other: value >= other,
    "lessThanOrEquals": lambda value, other: value <= other,
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda value, other: other in value,
    "notContains": lambda value, other: other not in value,
    "startsWith": lambda value, other: value.startswith(other),
    "endsWith": lambda value, other: value.endswith(other),
}
_MORE_FOLLOW, _NO_MORE = -1, -2


def folded(text: str) -> str:
    """Return a str without case and accents, as the database compares it."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(char for char in parts if not unicodedata.combining(char)).lower()


class EspoLists(Scene):
    """What lists take, and what they find."""

    filters: ClassVar[bool] = True
    offsets: ClassVar[bool] = True
    # Cases and e-mails are searched otherwise than by how a name begins.
    searchable: ClassVar[frozenset[str]] = frozenset(ENTITIES) - {"Case", "Email"}

    def orders(self, resource: Resource, listing: Listing) -> Iterator[tuple[Sequence[str], Query]]:
        """Yield the orders of a list: keys, and the parameters."""
        yield _DEFAULT_ORDERS.get(resource.name, ("-createdAt", "-id")), ()
        keys = [m.name for m in resource.plain_members() if m.kind in _SORTABLE]
        named = (resource.naming,) if listing.is_own else ()
        for key in (*keys, "createdAt", *named):
            yield (key, "id"), (("orderBy", key),)
            yield (key, "id"), (("orderBy", key), ("order", "asc"))
            yield (f"-{key}", "-id"), (("orderBy", key), ("order", "desc"))

    def sort_key(self, resource: Resource, key: str, value: Any) -> Any:
        """Return what the server sorts a value by."""
        if value is None:
            return (False, "")
        return (True, value.lower() if isinstance(value, str) else value)

    def total(self, listing: Listing, reply: Reply) -> Any:
        """Return how many rows a page says that the list has; None if it does not say."""
        total = value_at(reply.tree, listing.total)
        return None if total in (_MORE_FOLLOW, _NO_MORE) else total

    def counted(self, listing: Listing, reply: Reply, count: int) -> Iterator[str]:
        """Yield what a page says of a number of rows other than the list has."""
        yield from super().counted(listing, reply, count)
        total = value_at(reply.tree, listing.total)
        if total in (_MORE_FOLLOW, _NO_MORE):
            offset = int(dict(self.query_of(reply)).get(listing.number, 0))
            follows = offset + len(self.rows_in(reply)) < count
            if follows != (total == _MORE_FOLLOW):
                yield f"it says {total} where {'more' if follows else 'no'} rows follow"

    def narrowings(
        self, resource: Resource, listing: Listing, records: Sequence[Record]
    ) -> Iterator[Query]:
        """Yield parameters that narrow a list."""
        if listing.path != resource.collection:
            return
        yield (("textFilter", "{marker}"),)
        for member in [m for m in resource.plain_members() if m.kind in {"choice", "flag"}][:2]:
            yield self.filtered({"type": "equals", "attribute": member.name,
                                 "value": records[0].body.get(member.name)})  # fmt: skip
        yield (("boolFilterList[]", "onlyMy"),)

    def searched(self, resource: Resource) -> list[dict[str, Any]]:
        """Return the bodies of records that searches look for."""
        texts = (f"{self.word}one", f"{self.word}Tw\u00f6")
        return [{**self.body(resource), resource.naming: text} for text in texts]

    def searches(self, resource: Resource) -> Iterator[tuple[Listing, Query, Sequence[int]]]:
        """Yield searches: list, parameters, and the indexes of what they find."""
        word = self.word
        for text, found in (
            (word, (0, 1)), (word.upper(), (0, 1)), (f"{word}ONE", (0,)), (f"{word}two", (1,)),
            (f"{word[2:]}one", ()), (f"*{word[2:]}one*", (0,)), (f"{word}none", ()),
        ):  # fmt: skip
            for name in ("textFilter", "q"):
                yield resource.lists[0], ((name, text),), found

    def joined(self, items: list[Any], *, is_or: bool) -> Any:
        """Return a condition that joins others."""
        return {"type": "or" if is_or else "and", "value": items}

    def filtered(self, item: Any) -> Query:
        """Return the parameters of a condition."""
        # The first item narrows the list to the conversation's own records.
        return tuple(
            (name.replace("where[0]", "where[1]", 1), _text(value))
            for name, value in flatten("where", [item])
        )

    def conditions(self, resource: Resource, rows: Sequence[Any]) -> Iterator[Condition]:
        """Yield conditions on rows of a resource."""
        for member in resource.plain_members():
            if member.name == resource.naming or f"{resource.name}.{member.name}" in _UNFILTERED:
                continue
            values = [v for row in rows if (v := member.of(row)) is not None]
            yield from _on_null(member)
            if values:
                yield from _on_values(member, values)


#: Members that a list does not show as they are compared, or cannot be filtered by.
_UNFILTERED = frozenset({"Email.body", "Email.isHtml"})


def _item(kind: str, member: Member, value: Any = None) -> dict[str, Any]:
    item = {"type": kind, "attribute": member.name}
    return item if value is None else {**item, "value": value}


def _on_null(member: Member) -> Iterator[Condition]:
    if member.kind != "flag":
        yield Condition(_item("isNull", member), lambda row: member.of(row) is None)
        yield Condition(_item("isNotNull", member), lambda row: member.of(row) is not None)
    else:
        yield Condition(_item("isTrue", member), lambda row: member.of(row) is True)
        yield Condition(_item("isFalse", member), lambda row: member.of(row) is False)


def _on_values(member: Member, values: list[Any]) -> Iterator[Condition]:
    first, last = min(values), max(values)
    if member.kind in {"line", "text"}:
        yield from _on_text(member, first)
        return
    if member.kind == "choice" and isinstance(first, str):
        yield from _in(member, first, last)
        return
    if member.kind == "flag":
        return
    wire = _wire if member.kind == "datetime" else _same
    middle = sorted(values)[len(values) // 2]
    yield from _in(member, first, last)
    for kind, compare in _COMPARISONS.items():
        yield Condition(_item(kind, member, wire(middle)), _compared(member, compare, middle))
    yield Condition(
        _item("between", member, [wire(first), wire(middle)]),
        lambda row: member.of(row) is not None and _at(first) <= _at(member.of(row)) <= _at(middle),
    )


def _in(member: Member, first: Any, last: Any) -> Iterator[Condition]:
    wire = _wire if member.kind == "datetime" else _same
    both = [wire(first), wire(last)]
    yield Condition(_item("equals", member, wire(first)), lambda row: member.of(row) == first)
    yield Condition(
        _item("notEquals", member, wire(first)),
        lambda row: member.of(row) not in (None, first),
    )
    yield Condition(_item("in", member, both), lambda row: member.of(row) in (first, last))
    yield Condition(
        _item("notIn", member, both), lambda row: member.of(row) not in (None, first, last)
    )


def _on_text(member: Member, value: str) -> Iterator[Condition]:
    parts = {
        "startsWith": value[:3], "endsWith": value[-3:], "contains": value[2:6],
        "notContains": value[2:6],
    }  # fmt: skip
    for kind, part in parts.items():
        if part.isascii() and part.isalnum():
            for text in {part.upper(), part.lower()}:
                yield Condition(_item(kind, member, text), _fits(member, _TEXTS[kind], text))


def _fits(member: Member, test: Callable[[str, str], bool], text: str) -> Callable[[Any], bool]:
    def fits(row: Any) -> bool:
        value = member.of(row)
        return value is not None and test(folded(value), folded(text))

    return fits


def _compared(
    member: Member, compare: Callable[[Any, Any], bool], other: Any
) -> Callable[[Any], bool]:
    def fits(row: Any) -> bool:
        value = member.of(row)
        return value is not None and compare(_at(value), _at(other))

    return fits


def _at(value: Any) -> Any:
    """Return a value as it is compared: a datetime as a time, whatever offset it is written in."""
    return instant(value) if isinstance(value, str) and ":" in value else value


def _wire(value: str) -> str:
    return instant(value).strftime("%Y-%m-%d %H:%M:%S")


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
