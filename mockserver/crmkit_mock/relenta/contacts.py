"""Relenta's contacts: how a save combines what is stored with what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.relenta.errors import bad_request, not_found, plan_limit_reached
from crmkit_mock.relenta.values import write_datetime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crmkit_mock.relenta.custom_fields import CustomFieldDefinition
    from crmkit_mock.relenta.session import Session

_NAMES: dict[str, Any] = {"full_name": "", "first_name": "", "last_name": ""}
_FURTHER: dict[str, Any] = {
    "emails": "",
    "title": None,
    "company": None,
    "comment": None,
    "phone": "",
    "url": "",
    "fax": "",
    "messenger": "",
    "twitter": "",
    "linkedin": "",
    "facebook": "",
    "text": "",
    "address": "",
    "do_not_mass_email": False,
}
#: What each member shows when it is empty, as James Bond does in the page's sample:
#: null for title and comment, an empty string for phone and most others.
EMPTY = {**_NAMES, **_FURTHER}
#: Members that a list leaves out while they are empty; so are custom fields.
ABSENT_WHEN_EMPTY = ("groups", "tags")
#: Members that the server sets; what is sent for them has no effect (assumption).
READ_ONLY = ("dt_created", "dt_modified")
#: The members that the document has. `do_no_mass_email` is another spelling that servers send.
MEMBERS = frozenset({"id", *EMPTY, *ABSENT_WHEN_EMPTY, *READ_ONLY, "do_no_mass_email"})

Contact = dict[str, Any]


def save_contact(session: Session) -> int:
    """Create or update a contact; return its id.

    Raises:
        Refusal: 400, as for `new_contact`; 401, the plan allows no further contact; 404, there is
            no such contact.
    """
    contacts, department = session.contacts, session.department
    id = session.body.pop("id", None)
    if id is None:
        return create_contact(session)
    number = int(id)
    stored = contacts.read(department, str(number))
    if stored is None:
        raise not_found("contact", id)
    contact = updated_contact(stored, session.body, session.definitions(), session.clock.tick())
    contacts.replace(department, str(number), contact)
    return number


def create_contact(session: Session) -> int:
    """Create a contact; return its id. Assumption: an id that was sent is ignored.

    Raises:
        Refusal: 400, as for `new_contact`; 401, the plan allows no further contact.
    """
    contacts = session.contacts
    session.body.pop("id", None)
    limit = session.settings.get("plan_limit")
    if limit is not None and contacts.count() >= limit:
        raise plan_limit_reached()
    number = session.new_id(contacts)
    contact = new_contact(number, session.body, session.definitions(), session.clock.tick())
    contacts.insert(session.department, str(number), contact)
    return number


def new_contact(
    id: int, sent: Contact, definitions: Sequence[CustomFieldDefinition], now: datetime
) -> Contact:
    """Build the contact that a save without an id creates.

    Custom fields that were not sent get the default value of their definition.

    Raises:
        Refusal: 400, an unknown member or a value that its definition does not allow.
    """
    time = write_datetime(now)
    contact: Contact = {
        "id": str(id),
        # In the order of the page's sample, which has the times behind the names.
        **_NAMES,
        "dt_created": time,
        "dt_modified": time,
        **_FURTHER,
    }
    for field in definitions:
        if field.default_value:
            contact[field.key] = field.default_value
    return _apply(contact, sent, definitions)


def updated_contact(
    stored: Contact, sent: Contact, definitions: Sequence[CustomFieldDefinition], now: datetime
) -> Contact:
    """Build the contact after a save with an id: members that were not sent keep their values.

    Raises:
        Refusal: 400, as for `new_contact`.
    """
    return _apply({**stored, "dt_modified": write_datetime(now)}, sent, definitions)


def _apply(
    contact: Contact, sent: Contact, definitions: Sequence[CustomFieldDefinition]
) -> Contact:
    custom = {field.key: field for field in definitions}
    for member, value in sent.items():
        if member in READ_ONLY:
            continue
        if member in EMPTY:
            contact[member] = EMPTY[member] if value in ("", None) else value
            continue
        if member in custom:
            custom[member].check(value or "")
        elif member not in ABSENT_WHEN_EMPTY:
            raise bad_request(f"{member[:100]} is neither a member nor a custom field of contacts")
        # Both null and an empty string clear, and what is clear is absent.
        if value:
            contact[member] = value
        else:
            contact.pop(member, None)
    _complete_names(contact, sent)
    return contact


def _complete_names(contact: Contact, sent: Contact) -> None:
    """Derive the full name from its parts or the parts from the full name.

    Assumption, after Relenta's e-mail interface: a full name alone is split at its first space;
    parts alone make up the full name; when both are sent, they stay as they were sent.
    """
    parts = "first_name" in sent or "last_name" in sent
    if "full_name" in sent and not parts:
        first, _, last = contact["full_name"].strip().partition(" ")
        contact |= {"first_name": first, "last_name": last.strip()}
    elif parts and "full_name" not in sent:
        contact["full_name"] = " ".join(
            part for part in (contact["first_name"], contact["last_name"]) if part
        )
