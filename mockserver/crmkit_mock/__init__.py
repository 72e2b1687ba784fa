"""Stateful mocks of the CRMs that crmkit speaks to: Relenta, AutoCRM, EspoCRM, OnePageCRM, Monica.

`MockServer` listens on a loopback port, `MockCRMs` answers inside the process, without a socket:

    from crmkit_mock import MockServer, MockCRMs

    with MockServer() as mock:
        crm = Relenta(base_url=mock.relenta.base_url, **mock.relenta.credentials)

    mocks = MockCRMs()
    crm = Relenta(
        base_url=mocks.relenta.base_url,
        transport=mocks.relenta.transport,
        **mocks.relenta.credentials,
    )

The package needs the extra: `pip install 'crmkit[mock]'`. Importing it loads nothing else; the
names below are looked up on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmkit_mock.inprocess import MockCRMs
    from crmkit_mock.server import MockServer

__all__ = ["MockCRMs", "MockServer"]

_HOMES = {"MockCRMs": "crmkit_mock.inprocess", "MockServer": "crmkit_mock.server"}


def __getattr__(name: str) -> object:
    """Import the module of a public name on first use.

    Raises:
        AttributeError: the package has no such name.
        ImportError: the packages of the extra `crmkit[mock]` are not installed.
    """
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    from crmkit_mock.missing_extra import explain_missing_extra

    with explain_missing_extra():
        value: object = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
