"""Lazy loading of names of packages (PEP 562) and of resources of clients."""

from __future__ import annotations

import sys
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
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
        homes: Module of each name: below the package, or absolute if it has a dot.
    """

    def load(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home if "." in home else f"{package}.{home}"), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return sorted(homes), load, names


def submodules(package: str) -> Callable[[str], object]:
    """Return the `__getattr__` of a package whose modules are loaded when they are first used.

    Args:
        package: The package's `__name__`.
    """

    def load(name: str) -> object:
        home = f"{package}.{name}"
        if find_spec(home) is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return import_module(home)

    return load
