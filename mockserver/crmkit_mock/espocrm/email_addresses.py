"""Addresses of e-mails: their spelling, the records that they belong to, and the users."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.addresses import entries_of
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.text_formats import is_email

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: Setting that holds the state of the mail server: "shared", "missing" or "not shared".
MAIL_SERVER = "smtp"
#: Address of the system's mail account, its name, and the name that it sends under.
SYSTEM_ADDRESS = "crm@example.com"
SYSTEM_NAME = "System"
SENDER_NAME = "EspoCRM"
SYSTEM_ACCOUNT = "6b0000000000000f1"

RECIPIENTS = ("to", "cc", "bcc")
ADDRESSED = (*RECIPIENTS, "replyTo")
#: Entity types whose records have e-mail addresses, in the order in which they are looked up.
_OWNERS = ("User", "Contact", "Lead", "Account")
_BOOK = "spellings of addresses"


def split(value: object) -> list[str]:
    """Return the addresses of a list that is separated by semicolons."""
    return [address for part in str(value or "").split(";") if (address := part.strip())]


def address_attributes(session: Session, email: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored of the addresses of an e-mail: ids, and spellings known before.

    Args:
        session: The request.
        email: The attributes, with the address lists that are to be stored.
    """
    attributes: dict[str, Any] = {}
    for name in ("from", *ADDRESSED):
        if name not in email:
            continue
        spelt = [_spelling(session, address) for address in split(email[name]) if is_email(address)]
        ids = {_address_id(address): address for address in spelt}
        if name == "from":
            attributes |= {"fromEmailAddressId": next(iter(ids))} if ids else {}
        else:
            attributes[f"{name}EmailAddressesIds"] = list(ids)
            attributes[f"{name}EmailAddressesNames"] = ids
        attributes[name] = ";".join(ids.values()) or (None if name == "from" else "")
    return attributes


def owners(session: Session, email: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return id, name and type of the records that the addresses of an e-mail belong to."""
    hashes: dict[str, dict[str, Any]] = {"nameHash": {}, "typeHash": {}, "idHash": {}}
    for name in ("from", *ADDRESSED):
        for address in split(email.get(name)):
            owner = _owner(session, address)
            if owner is not None:
                hashes["idHash"][address] = owner[1]["id"]
                hashes["nameHash"][address] = display_name(owner[1])
                hashes["typeHash"][address] = owner[0]
    return hashes


def account_of(session: Session, parent_type: object, parent_id: object) -> str | None:
    """Return the id of the account that is the parent of an e-mail, or the parent's account."""
    if not isinstance(parent_type, str) or not isinstance(parent_id, str):
        return None
    parent = session.data.find(parent_type, parent_id)
    if parent is None:
        return None
    return parent_id if parent_type == "Account" else parent.get("accountId")


def users_of(session: Session, value: object) -> list[str]:
    """Return the ids of the users who have an address of a list."""
    return [
        user["id"]
        for address in split(value)
        for user in session.data.with_address("User", address.lower())
    ]


def may_send_from(session: Session, address: str) -> bool:
    """Return whether the user may write e-mails from an address, its own or the system's."""
    user = session.user
    if user.is_admin or user.level("Import", "read") != "no":
        return True
    return address.lower() == SYSTEM_ADDRESS or user.id in users_of(session, address)


def _owner(session: Session, address: str) -> tuple[str, Record] | None:
    for entity in _OWNERS:
        for record in session.data.with_address(entity, address.lower()):
            return entity, record
    is_shared = (session.settings.get(MAIL_SERVER) or "shared") == "shared"
    if is_shared and address.lower() == SYSTEM_ADDRESS:
        return "InboundEmail", {"id": SYSTEM_ACCOUNT, "name": SYSTEM_NAME}
    return None


def _spelling(session: Session, address: str) -> str:
    """Return an address as it was spelt first: by a record that has it, or in an e-mail."""
    lower = address.lower()
    for entity in _OWNERS:
        for record in session.data.with_address(entity, lower):
            field = ENTITY_TYPES[entity].by_name["emailAddress"]
            for entry in entries_of(session.data, field, record):
                if entry["lower"] == lower:
                    return str(entry["emailAddress"])
    book: dict[str, str] = session.settings.get(_BOOK) or {}
    if lower not in book:
        session.settings.set(_BOOK, {**book, lower: address})
        return address
    return book[lower]


def _address_id(address: str) -> str:
    """Return the id of an address, which is not a record of the mock."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:17]
