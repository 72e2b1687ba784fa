"""What shells complete: names of CRMs, resources and fields. Nothing is sent for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from .crms import CRMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .resources import Field, Resource

__all__ = ["complete_clear", "complete_field", "complete_resource", "complete_select"]
__all__ += ["complete_where", "crm_argument"]


def crm_argument() -> Any:
    """Return the argument CRM of a command."""
    return typer.Argument(
        metavar="CRM",
        help=f"Kind of server: {', '.join(CRMS)}. Its address and credentials come from the "
        "environment, such as ESPOCRM_BASE_URL and ESPOCRM_API_KEY.",
        show_default=False,
        autocompletion=_complete_crm,
    )


def _complete_crm(incomplete: str) -> list[str]:
    return [name for name in CRMS if name.startswith(incomplete)]


def complete_resource(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the resources of the CRM that has been named."""
    from .crms import resource_names

    crm = ctx.params.get("crm")
    names = resource_names(crm) if crm in CRMS else []
    return [name for name in names if name.startswith(incomplete)]


def complete_field(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the fields that the command can write, each with what comes after it."""
    return [f"{name}=" for name in complete_clear(ctx, incomplete)]


def complete_clear(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the fields that the command can write."""
    found = _resource(ctx)
    method = found.find(str(ctx.info_name)) if found is not None else None
    return _matching(method.fields if method is not None else (), incomplete)


def complete_where(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the fields that a list can filter by, each with what comes after it."""
    found = _resource(ctx)
    method = found.find("list") if found is not None else None
    if found is None or method is None:
        return []
    columns = found.columns if method.takes_where else []
    return [f"{name}=" for name in _matching([*columns, *method.fields], incomplete)]


def complete_select(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the columns of a list, each after those that stand before it."""
    found = _resource(ctx)
    before, comma, name = incomplete.rpartition(",")
    columns = found.columns if found is not None else ()
    return [f"{before}{comma}{each}" for each in _matching(columns, name)]


def _resource(ctx: typer.Context) -> Resource | None:
    from .crms import resource
    from .errors import CommandError

    # Before an option that still lacks its value, arguments have not got their names yet.
    named = [ctx.params[name] for name in ("crm", "resource") if ctx.params.get(name)]
    try:
        return resource(*(named or ctx.args)[:2])
    except (CommandError, TypeError):
        return None


def _matching(fields: Iterable[Field], incomplete: str) -> list[str]:
    return [field.name for field in fields if field.name.startswith(incomplete)]
