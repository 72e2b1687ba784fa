"""The CRMs of the command line: their clients, opened from the environment, and resources."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import CommandError, translated

if TYPE_CHECKING:
    from collections.abc import Generator

    from .resources import Resource

__all__ = ["CRMS", "client_class", "connected", "resource", "resource_names"]

#: The client of each CRM, by the CRM's name on the command line.
CRMS = {
    "autocrm": "AutoCRM",
    "espocrm": "EspoCRM",
    "monica": "Monica",
    "onepagecrm": "OnePageCRM",
    "relenta": "Relenta",
}
_ENTITY_TYPE = re.compile(r"[A-Z][A-Za-z0-9]*")


def client_class(crm: str) -> Any:
    """Return the client of a CRM.

    Raises:
        CommandError: There is no such CRM.
    """
    if crm not in CRMS:
        raise CommandError(f"CRM must be one of {', '.join(CRMS)}, got {crm!r}")
    import crmkit

    return getattr(crmkit, CRMS[crm])


@contextmanager
def connected(crm: str) -> Generator[Any]:
    """Open the client of a CRM, configured by the environment, while the context lasts.

    What the client raises there becomes a `CommandError`: one line, with what to do.

    Args:
        crm: Name of the CRM on the command line.

    Raises:
        CommandError: A variable is missing, or a call failed.
    """
    make = client_class(crm)
    with translated(crm), make() as client:
        yield client


def resource_names(crm: str) -> list[str]:
    """Return the names of a CRM's resources of which records can be listed, read or written."""
    return [each.name for each in _all(crm)]


def resource(crm: str, name: str) -> Resource:
    """Return a resource of a CRM.

    Args:
        crm: Name of the CRM on the command line.
        name: Name of the resource, as in `crm.contacts`; of EspoCRM also that of an entity type.

    Raises:
        CommandError: There is no such CRM or resource.
    """
    found = _find(crm, name.replace("-", "_"))
    if found is None:
        from .resources import nearest

        raise CommandError(f"{crm} has no resource {name!r}{nearest(name, resource_names(crm))}")
    return found


def _all(crm: str) -> list[Resource]:
    names = [name for name in dir(client_class(crm)) if not name.startswith("_")]
    return [found for found in (_find(crm, name) for name in names) if found is not None]


def _find(crm: str, name: str) -> Resource | None:
    from .resources import ACTIONS, Resource

    client = client_class(crm)
    if hasattr(client, "entity") and _ENTITY_TYPE.fullmatch(name):
        own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        for plural in (f"{own}s", f"{own[:-1]}ies"):  # contacts for Contact
            if getattr(getattr(client, plural, None), "entity_type", "") == name:
                name = plural
                break
        else:
            return Resource(crm, name, name, client.entity(name))
    instance = getattr(client, name, None) if name.isidentifier() else None
    if not hasattr(instance, "_sender") or name.startswith("_"):
        return None
    found = Resource(crm, name, getattr(instance, "entity_type", ""), instance)
    return found if any(map(found.find, ACTIONS)) else None
