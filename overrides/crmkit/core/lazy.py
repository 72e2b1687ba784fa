"""Lazy loading of names of packages (PEP 562) and of resources of clients."""

from __future__ import annotations

import sys
from functools import cached_property
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


if TYPE_CHECKING:
    resource = cached_property
else:

    class resource(cached_property):  # noqa: N801  # a decorator
        """A resource of a client, made when it is touched.

        Of the class it is one without a client, so that `help()` and `create_autospec` see its
        methods.
        """

        def __get__(self, client: object, owner: type | None = None) -> object:
            """Return the resource."""
            none = SimpleNamespace(_sender=None)
            return self.func(none) if client is None else super().__get__(client, owner)


def lazily(
    package: str, homes: Mapping[str, str]
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Return `__all__`, `__getattr__` and `__dir__` of a package.

    Args:
        package: The package's `__name__`.
        homes: Module of each name: below the package, or absolute if it has a dot; with the name
            there after a colon, if that is another.
    """

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home, _, other = homes[name].partition(":")
        value = getattr(import_module(home if "." in home else f"{package}.{home}"), other or name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return sorted(homes), load, names
