"""The table of operations: what each does, and which side elements its reply carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from crmkit_mock.onepagecrm import (
    actions,
    auth,
    contacts,
    filters,
    notes,
    sales,
    settings,
    side_elements,
    tags,
)
from crmkit_mock.onepagecrm.account import Account  # noqa: TC001 - the aliases below need both
from crmkit_mock.onepagecrm.session import Session

#: Returns `data`, or None for a reply without.
Handler = Callable[[Session], object]


class Behaviour(NamedTuple):
    """What an operation does.

    Attributes:
        run: The handler.
        side: Names of the side elements that its reply carries, beside notifications.
        writes: Whether it changes something; then the clock moves on.
        adds: Whether it adds a contact or a deal, which a full account refuses. Notes become deals
            by their form.
        frozen: Whether an account with too many contacts refuses it.
    """

    run: Handler
    side: tuple[str, ...] = ()
    writes: bool = False
    adds: bool = False
    frozen: bool = False


#: What returns each side element. Notifications are in every reply while there are any.
SIDE: dict[str, Callable[[Account], Any]] = {
    "tags": side_elements.tags,
    "statuses": side_elements.statuses,
    "sales": side_elements.sales,
}

_ALL = tuple(SIDE)


def _read(run: Handler) -> Behaviour:
    return Behaviour(run)


def _edit(run: Handler, *side: str, adds: bool = False) -> Behaviour:
    return Behaviour(run, side, writes=True, adds=adds, frozen=True)


_ASSIGN, _UNASSIGN = _edit(tags.assign, "tags"), _edit(tags.unassign, "tags")
_REMOVE_UNUSED = _edit(tags.remove_unused, "tags")
_UNDO_DELETE = _edit(contacts.undo_delete, *_ALL, adds=True)

#: By operationId. Pages: login carries all three (JSON samples, login), what changes tags carries
#: `tags` (API 2.3 manual, User custom tags). Assumption: other writes carry what they can change.
OPERATIONS: dict[str, Behaviour] = {
    "auth_login": Behaviour(auth.login, _ALL),
    "auth_logout": Behaviour(auth.logout, writes=True),
    "auth_change_api_key": Behaviour(auth.change_api_key, writes=True),
    "contacts_list": _read(contacts.list_),
    "contacts_get": _read(contacts.get),
    "contacts_create": _edit(contacts.create, "tags", "statuses", adds=True),
    "contacts_update": _edit(contacts.update, "tags", "statuses"),
    # Page: too_many_contacts: "Only contact deletion is allowed".
    "contacts_delete": Behaviour(contacts.delete, _ALL, writes=True),
    "contacts_undo_delete": _UNDO_DELETE,
    "contacts_undo_delete_post": _UNDO_DELETE,
    "actions_list": _read(actions.list_),
    "actions_get": _read(actions.get),
    "actions_create": _edit(actions.create, "tags"),
    "actions_update": _edit(actions.update, "tags"),
    "actions_delete": _edit(actions.delete),
    "actions_mark_done": _edit(actions.mark_done, "tags"),
    "actions_undo_done": _edit(actions.undo_done, "tags"),
    "notes_list": _read(notes.list_),
    "notes_get": _read(notes.get),
    "notes_create": _edit(notes.create, "tags", "sales"),
    "notes_update": _edit(notes.update, "tags", "sales"),
    "notes_delete": _edit(notes.delete, "tags", "sales"),
    "tags_list": _read(tags.list_),
    "tags_get": _read(tags.get),
    "tags_create": _edit(tags.create, "tags"),
    "tags_rename": _edit(tags.rename, "tags"),
    "tags_delete": _edit(tags.delete, "tags"),
    "tags_assign": _ASSIGN,
    "tags_assign_post": _ASSIGN,
    "tags_unassign": _UNASSIGN,
    "tags_unassign_post": _UNASSIGN,
    "tags_remove_unused": _REMOVE_UNUSED,
    "tags_remove_unused_post": _REMOVE_UNUSED,
    "filters_list": _read(filters.list_),
    "filters_get": _read(filters.get),
    "settings_user": _read(settings.user),
    "settings_update_user": Behaviour(settings.update_user, writes=True),
    "settings_system": _read(settings.system),
    "settings_update_system": Behaviour(settings.update_system, writes=True),
    "settings_subscription": _read(settings.subscription),
    "settings_timezones": _read(settings.timezones),
    "settings_currencies": _read(settings.currencies),
    "sales_summary": _read(sales.summary),
    "sales_closed_deals": _read(sales.closed_deals),
    "sales_closed_deals_post": _read(sales.closed_deals),
    "api_version": _read(settings.api_version),
}
