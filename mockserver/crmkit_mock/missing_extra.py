"""The optional packages that the mock needs, and the error where one is missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

#: Import names of the packages that the extra `crmkit[mock]` brings.
PACKAGES = frozenset({"httptools", "jinja2", "jsonschema_rs", "multipart", "starlette", "uvicorn"})

MISSING = "crmkit_mock needs the package {package}: pip install 'crmkit[mock]'"


@contextmanager
def explain_missing_extra() -> Generator[None]:
    """Turn the failed import of one of the extra's packages into an error with the remedy.

    Raises:
        ImportError: a package of the extra is missing; the message is the command that installs it.
            Failed imports of anything else pass unchanged.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in PACKAGES:
            raise
        raise ImportError(MISSING.format(package=package), name=package) from error
