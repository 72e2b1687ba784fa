"""Comparison of values that are not the same: their members and types alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from .difference import Difference, kind_of, typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .crm import CRM

__all__ = ["members", "shapes"]

_T = TypeVar("_T")

#: Values that say nothing of a shape.
_EMPTY: tuple[Any, ...] = (None, [], {})


def shapes(
    crm: CRM, server: Sequence[Any], mock: Sequence[Any], place: str
) -> Iterator[Difference]:
    """Yield the differences in members and types of values that stand at one place.

    None of them become pairs, as they have nothing to do with one another.

    Args:
        crm: Kind of server.
        server: What the server has there, such as in each row of a list.
        mock: What the mock has there.
        place: The place.
    """
    if crm.is_ignored(_plain(place)):
        return
    values = [[value for value in side if value not in _EMPTY] for side in (server, mock)]
    kinds = [{kind_of(value) for value in side} for side in values]
    if not kinds[0] or not kinds[1]:
        return
    if not kinds[0] & kinds[1]:
        yield Difference("types", place, typed(values[0][0]), typed(values[1][0]))
    items = [[item for rows in _all(side, list) for item in rows] for side in values]
    yield from shapes(crm, items[0], items[1], f"{place}[]")
    trees = [_all(side, dict) for side in values]
    variants = [{crm.variant(tree) for tree in side} for side in trees]
    for variant in sorted(variants[0] & variants[1]):
        left, right = ([tree for tree in side if crm.variant(tree) == variant] for side in trees)
        yield from _shapes_of_objects(crm, left, right, place)


def _shapes_of_objects(
    crm: CRM, server: Sequence[Mapping[str, Any]], mock: Sequence[Mapping[str, Any]], place: str
) -> Iterator[Difference]:
    left, right = (_by_name(crm, trees, _plain(place)) for trees in (server, mock))
    # What only some of the others have depends on what they are.
    missing = [n for n in left if n not in right and len(left[n]) >= len(server)]
    surplus = [n for n in right if n not in left and len(right[n]) >= len(mock)]
    yield from members(crm, missing, surplus, place)
    for name in sorted(left.keys() & right.keys()):
        yield from shapes(crm, left[name], right[name], f"{place}.{name}" if place else name)


def _by_name(crm: CRM, trees: Sequence[Mapping[str, Any]], plain: str) -> dict[str, list[Any]]:
    """Return the values of each member; members that are named by ids are one."""
    by_name: dict[str, list[Any]] = {}
    for tree in trees:
        for name, value in tree.items():
            is_id = crm.id_space(f"{plain}.*", name, None) is not None
            by_name.setdefault("*" if is_id else name, []).append(value)
    return by_name


def members(
    crm: CRM, missing: Iterable[str], surplus: Iterable[str], place: str
) -> Iterator[Difference]:
    """Yield the difference that one side lacks members of the other, if it does.

    Args:
        crm: Kind of server.
        missing: Members that the mock lacks.
        surplus: Members that only the mock has.
        place: Place of the object.
    """
    inner = f"{_plain(place)}." if _plain(place) else ""
    texts = [
        ", ".join(name for name in sorted(names) if not crm.is_ignored(f"{inner}{name}"))
        for names in (missing, surplus)
    ]
    if any(texts):
        yield Difference("members", place, *(f"has {t}" if t else "lacks them" for t in texts))


def _plain(place: str) -> str:
    return re.sub(r"\[\d*\]", "", place)


def _all(values: Iterable[Any], kind: type[_T]) -> list[_T]:
    return [value for value in values if isinstance(value, kind)]
