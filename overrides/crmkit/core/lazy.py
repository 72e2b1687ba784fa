"""Packages whose names are loaded when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["lazily", "submodules"]


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
