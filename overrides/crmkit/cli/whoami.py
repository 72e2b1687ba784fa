"""`crmkit whoami`: whose credentials the environment has, or that they work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .complete import crm_argument
from .output import Format, default_format, write_record

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["whoami"]


def whoami(
    crm: Annotated[str, crm_argument()],
    *,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Format of the output; by default lines on a terminal, jsonl elsewhere.",
        ),
    ] = None,
) -> None:
    """Show whose credentials are in use.

    crmkit whoami espocrm

    It also shows the address of the server. Where the API does not say whose the credentials are
    (Relenta), the command says that they work.
    """
    from .crms import connected

    with connected(crm) as client:
        user = _USERS[crm](client)
        address = client._sender.settings.base_url  # noqa: SLF001  # its part
    write_record(format_ or default_format(), {"crm": crm, "base_url": address, **user})


def _espocrm(client: Any) -> dict[str, Any]:
    user = client.me().user
    return {"id": user.id, "user_name": user.user_name, "name": user.name, "type": user.type_}


def _monica(client: Any) -> dict[str, Any]:
    user = client.me()
    return {"id": user.id, "name": user.name, "email": user.email}


def _onepagecrm(client: Any) -> dict[str, Any]:
    user = client.settings.user()
    name = " ".join(part for part in (user.firstname, user.lastname) if part)
    return {"name": name, "email": user.email, "company": user.company}


def _relenta(client: Any) -> dict[str, Any]:
    client.custom_fields.list().first()  # small in any account, and one request
    return {"department_key": "works"}


_USERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "autocrm": _espocrm,
    "espocrm": _espocrm,
    "monica": _monica,
    "onepagecrm": _onepagecrm,
    "relenta": _relenta,
}
