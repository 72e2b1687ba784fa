"""Names of values that differ between servers, such as the id of what a step has created."""

from __future__ import annotations

import re
from typing import Any, Self

__all__ = ["MISSING", "Bound", "Names", "Pairs", "bound_names", "readable"]

# Private-use characters, which no server sends and no conversation writes.
_TOKEN = re.compile("\ue000([^\ue001]+)\ue001")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""The value of a name on a server that has not given one."""


class Bound(str):
    """A value that each server has given its own, to be used like the value itself.

    It may stand for a whole value or within a longer str: in paths, queries and bodies alike.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> Self:
        """Return the token of a name."""
        return super().__new__(cls, f"\ue000{name}\ue001")

    @property
    def name(self) -> str:
        """Name of the value, unique within a conversation."""
        return self[1:-1]


def bound_names(tree: Any) -> set[str]:
    """Return the names that stand anywhere in a tree."""
    if isinstance(tree, str):
        return set(_TOKEN.findall(tree))
    if isinstance(tree, dict):
        return bound_names(list(tree.keys())) | bound_names(list(tree.values()))
    if isinstance(tree, list | tuple):
        return {name for item in tree for name in bound_names(item)}
    return set()


def readable(text: str) -> str:
    """Return a str for people, with the place that each value comes from in place of its name."""
    return _TOKEN.sub(lambda match: f"{{{match[1].rpartition(' ')[2]}}}", text)


class Names:
    """The values of the names on one server."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def bind(self, name: str, value: Any) -> None:
        """Give a name its value; `MISSING` if the server has not given one."""
        self._values[name] = value

    def missing(self, tree: Any) -> set[str]:
        """Return the names in a tree that have no value here."""
        return {
            name
            for name in bound_names(tree)
            if isinstance(self._values.get(name, MISSING), _Missing)
        }

    def fill(self, tree: Any) -> Any:
        """Return a tree with the values in place of their names.

        A str that is a name becomes the value with its type; within a longer str the value is
        written out.
        """
        if isinstance(tree, str):
            whole = _TOKEN.fullmatch(tree)
            if whole is not None:
                return self._values[whole[1]]
            return _TOKEN.sub(lambda match: str(self._values[match[1]]), tree)
        if isinstance(tree, dict):
            return {self.fill(key): self.fill(value) for key, value in tree.items()}
        if isinstance(tree, list | tuple):
            return [self.fill(item) for item in tree]
        return tree


class Pairs:
    """Which value of one server stands for which value of the other.

    Two values of the same place are a pair when neither has another partner yet; from then on they
    have to appear together. Values of different kinds, such as the numbers of a contact and of a
    note, do not meet: each kind is a space.
    """

    def __init__(self) -> None:
        self._names: tuple[dict[tuple[str, Any], str], ...] = {}, {}

    def agree(self, space: str, server: Any, mock: Any) -> bool:
        """Return whether two values are a pair; two that are new become one."""
        left, right = self._names
        if (space, server) in left or (space, mock) in right:
            return left.get((space, server)) == right.get((space, mock))
        left[space, server] = right[space, mock] = f"#{len(left) + 1}"
        return True

    def name(self, side: int, space: str, value: Any) -> str | None:
        """Return what stands for a value of a side (0 server, 1 mock); None if it is new."""
        return self._names[side].get((space, value))

    def partner(self, space: str, value: Any) -> Any:
        """Return the mock's value that stands for one of the server; None if it has none."""
        name = self._names[0].get((space, value))
        mine = (key[1] for key, other in self._names[1].items() if other == name)
        return None if name is None else next(mine, None)
