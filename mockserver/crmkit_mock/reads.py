"""What is read from the store for one result, so that it can be kept until that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Versioned(Protocol):
    """What counts its changes."""

    version: int


class Reads:
    """What was read for one result.

    Attributes:
        lasting: Whether the result stays the same as long as all of it does; False if it depends
            on the time.
    """

    __slots__ = ("_values", "_versions", "lasting")

    def __init__(self) -> None:
        self.lasting = True
        self._versions: dict[Versioned, int] = {}
        self._values: list[tuple[Callable[[], object], object]] = []

    def add(self, source: Versioned) -> None:
        """Note that something was read, as it is now."""
        self._versions[source] = source.version

    def add_value(self, read: Callable[[], object], value: object) -> None:
        """Note a value that was read by a function."""
        self._values.append((read, value))

    def are_current(self) -> bool:
        """Return whether all of it still is as it was."""
        for source, version in self._versions.items():
            if source.version != version:
                return False
        return all(read() == value for read, value in self._values)
