"""The version of the installed package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]


def _version() -> str:
    try:
        return version("crmkit")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "0"


__version__: str = _version()
