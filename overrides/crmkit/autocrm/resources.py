"""The resources of the clients: the generated ones, with what every entity type has besides.

A resource's modules are loaded when it is touched.
"""

# No one assigns to a cached property, so a narrower one may stand in its place.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from crmkit_generated.autocrm.resources import AsyncResources, Resources

if TYPE_CHECKING:
    from crmkit_generated.autocrm.resources import (
        accounts,
        calls,
        cases,
        contacts,
        meetings,
        opportunities,
        tasks,
    )

    from .attachments import AsyncAttachments, Attachments
    from .emails import AsyncEmails, Emails
    from .leads import AsyncLeads, Leads
    from .records import AsyncEntity, AsyncLinked, Entity, Linked

__all__ = ["AsyncEntities", "Entities"]

T = TypeVar("T")


class _Touched(cached_property[T]):
    """A resource of a client.

    Args:
        entity_type: Name of its entity type, for those that are made of a generated class and
            links; empty for those with a module in this room.
    """

    def __init__(self, entity_type: str = "") -> None:
        super().__init__(self._made)
        self._entity_type = entity_type

    def _made(self, client: Any) -> T:
        twin = "Async" if isinstance(client, AsyncResources) else ""
        sender = client._sender  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # its part
        made: T = _resource(twin, str(self.attrname), self._entity_type)(sender)
        return made


@cache
def _resource(twin: str, tag: str, entity_type: str) -> Any:
    name = f"{twin}{tag.capitalize()}"
    if not entity_type:
        return getattr(import_module(f"{__package__}.{tag}"), name)
    base = getattr(import_module(f"crmkit_generated.autocrm.resources.{tag}"), name)
    links = getattr(import_module(f"{__package__}.records"), f"{twin}Linked")
    members = {"entity_type": entity_type, "__doc__": base.__doc__, "__module__": __name__}
    return type(name, (links, base), members)


if TYPE_CHECKING:  # what `_resource` makes

    class Accounts(Linked, accounts.Accounts): ...

    class Calls(Linked, calls.Calls): ...

    class Cases(Linked, cases.Cases): ...

    class Contacts(Linked, contacts.Contacts): ...

    class Meetings(Linked, meetings.Meetings): ...

    class Opportunities(Linked, opportunities.Opportunities): ...

    class Tasks(Linked, tasks.Tasks): ...

    class AsyncAccounts(AsyncLinked, accounts.AsyncAccounts): ...

    class AsyncCalls(AsyncLinked, calls.AsyncCalls): ...

    class AsyncCases(AsyncLinked, cases.AsyncCases): ...

    class AsyncContacts(AsyncLinked, contacts.AsyncContacts): ...

    class AsyncMeetings(AsyncLinked, meetings.AsyncMeetings): ...

    class AsyncOpportunities(AsyncLinked, opportunities.AsyncOpportunities): ...

    class AsyncTasks(AsyncLinked, tasks.AsyncTasks): ...


class Entities(Resources):
    """Resources of the sync clients."""

    accounts: _Touched[Accounts] = _Touched("Account")
    attachments: _Touched[Attachments] = _Touched()
    calls: _Touched[Calls] = _Touched("Call")
    cases: _Touched[Cases] = _Touched("Case")
    contacts: _Touched[Contacts] = _Touched("Contact")
    emails: _Touched[Emails] = _Touched()
    leads: _Touched[Leads] = _Touched()
    meetings: _Touched[Meetings] = _Touched("Meeting")
    opportunities: _Touched[Opportunities] = _Touched("Opportunity")
    tasks: _Touched[Tasks] = _Touched("Task")

    def entity(self, entity_type: str) -> Entity:
        """Return the records of any entity type, custom ones included.

        Args:
            entity_type: Name of the entity type, such as `CGadget`.

        Raises:
            ArgumentError: The name is none.
        """
        from .records import Entity

        return Entity(self._sender, entity_type)


class AsyncEntities(AsyncResources):
    """Resources of the async clients."""

    accounts: _Touched[AsyncAccounts] = _Touched("Account")
    attachments: _Touched[AsyncAttachments] = _Touched()
    calls: _Touched[AsyncCalls] = _Touched("Call")
    cases: _Touched[AsyncCases] = _Touched("Case")
    contacts: _Touched[AsyncContacts] = _Touched("Contact")
    emails: _Touched[AsyncEmails] = _Touched()
    leads: _Touched[AsyncLeads] = _Touched()
    meetings: _Touched[AsyncMeetings] = _Touched("Meeting")
    opportunities: _Touched[AsyncOpportunities] = _Touched("Opportunity")
    tasks: _Touched[AsyncTasks] = _Touched("Task")

    def entity(self, entity_type: str) -> AsyncEntity:
        """Return the records of any entity type; see `Entities.entity`."""
        from .records import AsyncEntity

        return AsyncEntity(self._sender, entity_type)
