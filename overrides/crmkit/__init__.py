"""Typed clients, sync and async, for CRMs, generated from OpenAPI documents.

    from crmkit import Relenta

    with Relenta(account="mycompany", department_key="…") as crm:
        for contact in crm.contacts.list():
            print(contact.full_name)

Names are loaded when they are first used: importing crmkit imports nothing else of it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, whose import takes longer than all the rest here
if TYPE_CHECKING:
    from .autocrm.client import AsyncAutoCRM as AsyncAutoCRM
    from .autocrm.client import AsyncEspoCRM as AsyncEspoCRM
    from .autocrm.client import AutoCRM as AutoCRM
    from .autocrm.client import EspoCRM as EspoCRM
    from .core.changes import AsyncChanges as AsyncChanges
    from .core.changes import Changes as Changes
    from .core.errors import ArgumentError as ArgumentError
    from .core.errors import AuthenticationError as AuthenticationError
    from .core.errors import BadRequestError as BadRequestError
    from .core.errors import CallTimeoutError as CallTimeoutError
    from .core.errors import ConfigError as ConfigError
    from .core.errors import ConflictError as ConflictError
    from .core.errors import CRMError as CRMError
    from .core.errors import DecodeError as DecodeError
    from .core.errors import NotFoundError as NotFoundError
    from .core.errors import PaginationError as PaginationError
    from .core.errors import PermissionDeniedError as PermissionDeniedError
    from .core.errors import QuotaExceededError as QuotaExceededError
    from .core.errors import RateLimitError as RateLimitError
    from .core.errors import ServerError as ServerError
    from .core.errors import SignatureError as SignatureError
    from .core.errors import StatusError as StatusError
    from .core.errors import TransportError as TransportError
    from .core.errors import ValidationError as ValidationError
    from .core.options import Options as Options
    from .core.paging import AsyncPager as AsyncPager
    from .core.paging import Page as Page
    from .core.paging import Pager as Pager
    from .core.reply import Reply as Reply
    from .core.types import UNSET as UNSET
    from .core.types import File as File
    from .core.version import __version__ as __version__
    from .monica.client import AsyncMonica as AsyncMonica
    from .monica.client import Monica as Monica
    from .onepagecrm.client import AsyncOnePageCRM as AsyncOnePageCRM
    from .onepagecrm.client import OnePageCRM as OnePageCRM
    from .relenta.client import AsyncRelenta as AsyncRelenta
    from .relenta.client import Relenta as Relenta

_HOMES = {
    "crmkit.core.errors": (
        "ArgumentError",
        "AuthenticationError",
        "BadRequestError",
        "CRMError",
        "CallTimeoutError",
        "ConfigError",
        "ConflictError",
        "DecodeError",
        "NotFoundError",
        "PaginationError",
        "SignatureError",
        "PermissionDeniedError",
        "QuotaExceededError",
        "RateLimitError",
        "ServerError",
        "StatusError",
        "TransportError",
        "ValidationError",
    ),
    "crmkit.core.changes": ("AsyncChanges", "Changes"),
    "crmkit.core.options": ("Options",),
    "crmkit.core.paging": ("AsyncPager", "Page", "Pager"),
    "crmkit.core.reply": ("Reply",),
    "crmkit.core.types": ("UNSET", "File"),
    "crmkit.core.version": ("__version__",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "UNSET",
    "ArgumentError",
    "AsyncAutoCRM",
    "AsyncChanges",
    "AsyncEspoCRM",
    "AsyncMonica",
    "AsyncOnePageCRM",
    "AsyncPager",
    "AsyncRelenta",
    "AuthenticationError",
    "AutoCRM",
    "BadRequestError",
    "CRMError",
    "CallTimeoutError",
    "Changes",
    "ConfigError",
    "ConflictError",
    "DecodeError",
    "EspoCRM",
    "File",
    "Monica",
    "NotFoundError",
    "OnePageCRM",
    "Options",
    "Page",
    "Pager",
    "PaginationError",
    "PermissionDeniedError",
    "QuotaExceededError",
    "RateLimitError",
    "Relenta",
    "Reply",
    "ServerError",
    "SignatureError",
    "StatusError",
    "TransportError",
    "ValidationError",
]


if not TYPE_CHECKING:  # else a checker would take any name

    def __getattr__(name: str) -> object:
        from importlib import import_module
        from importlib.util import find_spec

        # A client is in the package that has its name in lower case.
        home = _HOME.get(name, f"{__name__}.{name.removeprefix('Async').lower()}")
        is_known = name in _HOME or (name[:1].isupper() and find_spec(home) is not None)
        value = getattr(import_module(home), name, None) if is_known else None
        if value is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
