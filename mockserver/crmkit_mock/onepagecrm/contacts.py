"""OnePageCRM's contacts: listing, reading, writing, deleting and undoing that."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.actions import closed_last, open_action
from crmkit_mock.onepagecrm.contact_lists import VIP, select
from crmkit_mock.onepagecrm.errors import Code, refusal
from crmkit_mock.onepagecrm.indexes import OF_CONTACT, PENDING
from crmkit_mock.onepagecrm.side_elements import STATUSES
from crmkit_mock.onepagecrm.tags import require_tags
from crmkit_mock.onepagecrm.values import split_labeled, split_list, unix_time
from crmkit_mock.rows import RowPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.session import Session

_DEFAULT_STATUS = "lead"
#: Names of a form's fields by those of a reply.
_STRINGS = {
    "firstname": "firstname",
    "lastname": "lastname",
    "company": "company",
    "jobtitle": "job_title",
    "address": "address",
    "city": "city",
    "state": "state",
    "zip": "zip_code",
    "country": "country",
    "description": "description",
}
_LISTED = ("id", "firstname", "lastname", "company", "status", "tags")
#: A contact of which nothing is known, with the hidden fields behind those of replies.
EMPTY: Record = {
    **dict.fromkeys(_STRINGS),
    "status": _DEFAULT_STATUS,
    "tags": [],
    "vip": False,
    "phones": [],
    "emails": [],
    "urls": [],
    "added": None,
    "edited": None,
    "viewed": None,
    "imported": None,
}


def list_(session: Session) -> RowPage:
    """Return a page of the contacts that the parameters choose."""
    account, params = session.account, session.params
    page, size = params.get("page", 1), account.settings["listing"]["size"]
    count, contacts = select(account, params).part(limit=size, offset=(page - 1) * size)

    def render(contact: Record) -> dict[str, Any]:
        return _listed(account, contact)

    envelope = {
        "count": count,
        "page": page,
        # Assumption: there is always a first page.
        "maxpage": max(1, ceil(count / size)),
        "contacts": [],
    }
    rows = [account.contacts.row(contact, render) for contact in contacts]
    return RowPage(envelope, "contacts", rows)


def get(session: Session) -> dict[str, Any]:
    """Return a contact with all its details; it was viewed recently from now on."""
    account = session.account
    contact = account.contacts.require(session.path_params["id"])
    contact["viewed"] = unix_time(account.now)
    account.contacts.save(contact)
    return detailed(account, contact)


def create(session: Session) -> dict[str, Any]:
    """Create a contact."""
    contact = new_contact(session.account, _read(session.params))
    add_contact(session.account, contact)
    return detailed(session.account, contact)


def new_contact(account: Account, fields: Mapping[str, Any]) -> Record:
    """Return a new contact.

    Args:
        account: The account that it is for.
        fields: Its fields by their names in replies; others are empty.
    """
    return {"id": account.new_id(), **EMPTY, "added": unix_time(account.now), **fields}


def add_contact(account: Account, contact: Record) -> None:
    """Add a contact to an account, and those of its tags that do not exist yet."""
    require_tags(account, contact["tags"])
    account.contacts.add(contact)


def update(session: Session) -> dict[str, Any]:
    """Replace a contact: what was not sent is lost."""
    account = session.account
    contact = account.contacts.require(session.path_params["id"])
    contact |= {**_read(session.params), "edited": unix_time(account.now)}
    require_tags(account, contact["tags"])
    account.contacts.save(contact)
    return detailed(account, contact)


def delete(session: Session) -> None:
    """Delete a contact with its actions and notes; the one deleted before is lost for good."""
    account = session.account
    contact = account.contacts.require(session.path_params["id"])
    trash: Record = {"contact": contact}
    account.contacts.remove(contact["id"])
    for name, records in {"actions": account.actions, "notes": account.notes}.items():
        trash[name] = records.find(OF_CONTACT, contact["id"])
        for record in trash[name]:
            records.remove(record["id"])
    account.settings["trash"] = trash
    account.save_settings()


def undo_delete(session: Session) -> list[dict[str, Any]]:
    """Restore the contact that was deleted last, behind all others."""
    account = session.account
    trash = account.settings["trash"]
    if trash is None:
        raise refusal(Code.NOT_FOUND, "There is no deleted contact to restore")
    account.settings["trash"] = None
    account.save_settings()
    contact = trash["contact"]
    # Its tags may have been removed in the meantime.
    add_contact(account, contact)
    for action in trash["actions"]:
        account.actions.add(action)
    for note in trash["notes"]:
        account.notes.add(note)
    return [_listed(account, contact)]


def _read(params: Mapping[str, Any]) -> Record:
    """Read a form into the fields that a contact keeps."""
    tags = split_list(params.get("tags", ""))
    if params.get("country") == "GR":
        # Page: API 1.2, Request message format: Greece is EL.
        raise refusal(Code.INVALID, "country: expected EL for Greece, got GR")
    status = params.get("status", _DEFAULT_STATUS)
    return {
        **{field: params.get(name) for field, name in _STRINGS.items()},
        # Page: API 2.3 manual, Creating new contact: an invalid value becomes lead.
        "status": status if status in STATUSES else _DEFAULT_STATUS,
        "tags": [tag for tag in tags if tag != VIP],
        "vip": params.get("vip") == 1 or VIP in tags,
        "phones": split_labeled(params.get("phones", ""), "number"),
        "emails": split_labeled(params.get("emails", ""), "address"),
        "urls": split_labeled(params.get("urls", ""), "address"),
    }


def _listed(account: Account, contact: Record) -> dict[str, Any]:
    """Return a contact as lists show it."""
    action = open_action(account, contact["id"])
    next_action = {}
    if action is not None:
        next_action = {"text": action["name"], "next": action["next"], "date": action["date"]}
    return {
        **{field: contact[field] for field in _LISTED},
        "pendingdeal": account.notes.count(PENDING, contact["id"]) > 0,
        "vip": contact["vip"],
        "nextaction": next_action,
    }


def detailed(account: Account, contact: Record) -> dict[str, Any]:
    """Return a contact with all its details."""
    id = contact["id"]
    return {
        **_listed(account, contact),
        "nextaction": open_action(account, id) or {},
        "linked_company": None,
        **{field: contact[field] for field in list(_STRINGS)[3:]},
        "phones": contact["phones"],
        "company_phones": [],
        "emails": contact["emails"],
        "urls": contact["urls"],
        "actions": closed_last(account, id)[:2],
        "notes": account.notes.find(OF_CONTACT, id, limit=3, reverse=True)[::-1],
    }
