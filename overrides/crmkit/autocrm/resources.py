"""The resources of the clients: the generated ones, with what every entity type has besides.

A resource's module is loaded when it is touched.
"""

# Nobody assigns to a resource, so a narrower class may replace that of the base class.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crmkit.core.errors import in_operation
from crmkit_generated.autocrm.resources import AsyncResources, Resources

if TYPE_CHECKING:
    from .accounts import Accounts, AsyncAccounts
    from .attachments import AsyncAttachments, Attachments
    from .calls import AsyncCalls, Calls
    from .cases import AsyncCases, Cases
    from .contacts import AsyncContacts, Contacts
    from .emails import AsyncEmails, Emails
    from .entity import AsyncEntity, Entity
    from .leads import AsyncLeads, Leads
    from .meetings import AsyncMeetings, Meetings
    from .opportunities import AsyncOpportunities, Opportunities
    from .tasks import AsyncTasks, Tasks

T = TypeVar("T")


class _Resource(Generic[T]):
    """A resource of a client, whose class is loaded when it is touched.

    Args:
        class_name: Name of its class, in the module of the attribute's name.
    """

    def __init__(self, class_name: str) -> None:
        self._class_name = class_name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, client: Any, owner: type | None = None) -> T:
        make = getattr(import_module(f"{__package__}.{self._name}"), self._class_name)
        if client is None:  # of the class, as help() and create_autospec ask
            resource: T = make(None)
        else:
            resource = client.__dict__[self._name] = make(client._sender)  # noqa: SLF001  # its part
        return resource


class _EntityMethod(_Resource[Any]):
    """The method `entity` of a client; of its class, the class of what it returns.

    So `create_autospec` knows the methods of `crm.entity("CGadget")`.
    """

    def __get__(self, client: Any, owner: type | None = None) -> Any:
        make = getattr(import_module(f"{__package__}.entity"), self._class_name)
        if client is None:
            return make

        def entity(entity_type: str) -> Any:
            """Return the records of any entity type, custom ones included."""
            with in_operation("entity"):
                records = make(entity_type)
            records._sender = client._sender  # noqa: SLF001  # its part
            return records

        return entity


class Entities(Resources):
    """Resources of the sync clients."""

    accounts: _Resource[Accounts] = _Resource("Accounts")
    attachments: _Resource[Attachments] = _Resource("Attachments")
    calls: _Resource[Calls] = _Resource("Calls")
    cases: _Resource[Cases] = _Resource("Cases")
    contacts: _Resource[Contacts] = _Resource("Contacts")
    emails: _Resource[Emails] = _Resource("Emails")
    leads: _Resource[Leads] = _Resource("Leads")
    meetings: _Resource[Meetings] = _Resource("Meetings")
    opportunities: _Resource[Opportunities] = _Resource("Opportunities")
    tasks: _Resource[Tasks] = _Resource("Tasks")

    if TYPE_CHECKING:

        def entity(self, entity_type: str) -> Entity:
            """Return the records of any entity type, custom ones included.

            Args:
                entity_type: Name of the entity type, such as `CGadget`.

            Raises:
                ArgumentError: The name is not possible.
            """
            ...

    else:
        entity = _EntityMethod("Entity")


class AsyncEntities(AsyncResources):
    """Resources of the async clients."""

    accounts: _Resource[AsyncAccounts] = _Resource("AsyncAccounts")
    attachments: _Resource[AsyncAttachments] = _Resource("AsyncAttachments")
    calls: _Resource[AsyncCalls] = _Resource("AsyncCalls")
    cases: _Resource[AsyncCases] = _Resource("AsyncCases")
    contacts: _Resource[AsyncContacts] = _Resource("AsyncContacts")
    emails: _Resource[AsyncEmails] = _Resource("AsyncEmails")
    leads: _Resource[AsyncLeads] = _Resource("AsyncLeads")
    meetings: _Resource[AsyncMeetings] = _Resource("AsyncMeetings")
    opportunities: _Resource[AsyncOpportunities] = _Resource("AsyncOpportunities")
    tasks: _Resource[AsyncTasks] = _Resource("AsyncTasks")

    if TYPE_CHECKING:

        def entity(self, entity_type: str) -> AsyncEntity:
            """Return the records of any entity type, custom ones included.

            Args:
                entity_type: Name of the entity type, such as `CGadget`.

            Raises:
                ArgumentError: The name is not possible.
            """
            ...

    else:
        entity = _EntityMethod("AsyncEntity")
