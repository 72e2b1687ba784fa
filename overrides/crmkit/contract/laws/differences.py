"""Where two records differ, by dotted paths: no values, which may be somebody's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .resources import ABSENT
from .values import is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from .resources import Member, Resource

__all__ = ["differing", "pruned", "unequal_members"]


def differing(
    left: Any, right: Any, ignored: Collection[str] = (), place: str = ""
) -> Iterator[str]:
    """Yield the places in which two trees differ.

    Args:
        left: A tree.
        right: Another.
        ignored: Patterns of places, without indexes, that may differ.
        place: Where the trees are.
    """
    plain = re.sub(r"\[\d+\]", "", place)
    if any(re.fullmatch(pattern, plain) for pattern in ignored):
        return
    if isinstance(left, dict) and isinstance(right, dict):
        for name in {**left, **right}:
            inner = f"{place}.{name}" if place else str(name)
            yield from differing(left.get(name, ABSENT), right.get(name, ABSENT), ignored, inner)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differing(one, other, ignored, f"{place}[{index}]")
    elif type(left) is not type(right) or left != right:
        yield f"{place or 'the whole'} differs"


def pruned(tree: Any, id: Any) -> Any:
    """Return a tree without what it says of a record that it refers to, such as its name."""
    if isinstance(tree, list):
        return [pruned(item, id) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("id") == id:
        return {"id": id}
    named = {name.removesuffix("Id") for name, value in tree.items() if value == id}
    return {
        name: pruned(value, id)
        for name, value in tree.items()
        if name != id and not (name.removesuffix("Name") in named and name.endswith("Name"))
    }


def unequal_members(
    resource: Resource,
    sent: Mapping[str, Any],
    record: Any,
    normal: Callable[[Member, Any], Any],
) -> Iterator[str]:
    """Yield the members whose value in a record is not the one that was sent.

    Args:
        resource: The resource.
        sent: The body that was sent.
        record: The record as it was read.
        normal: Returns the value that a server makes of one that it takes.
    """
    for member in resource.plain_members():
        if member.name not in sent:
            continue
        value = normal(member, sent[member.name])
        read = member.of(record)
        if read is ABSENT or value is ABSENT:
            if read is not value:
                yield member.name
        elif ((value is None or read is None) and value is not read) or (
            value is not None and not is_same(member, value, read)
        ):
            yield member.name
