"""OnePageCRM's contacts: listing, reading, writing, deleting and undoing that."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes, side
from crmkit_mock.onepagecrm.actions import closed_last, open_action
from crmkit_mock.onepagecrm.filters import passes
from crmkit_mock.onepagecrm.tags import require_tags
from crmkit_mock.onepagecrm.values import texts, typed, unix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.call import Call

#: The tag that stands for `vip` (page: API 1.2, List of contacts; WordPress plugin for API 1.2).
VIP = "VIP"
_NO_STATUS = "lead"
#: Members of the form by members of the reply.
_TEXTS = {
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


def list_(call: Call) -> dict[str, Any]:
    """Answer a page of the contacts that the parameters choose."""
    account, sent = call.account, call.sent
    found = _chosen(account, sent)
    page, size = sent.get("page", 1), account.settings["listing"]["size"]
    with_deal = side.with_pending_deal(account)
    actions = {one["cid"]: one for one in account.actions.all() if not one["done"]}
    return {
        "count": len(found),
        "page": page,
        # Assumption: there is always a first page.
        "maxpage": max(1, ceil(len(found) / size)),
        "contacts": [
            _listed(contact, actions.get(contact["id"]), with_deal)
            for contact in found[(page - 1) * size : page * size]
        ],
    }


def _chosen(account: Account, sent: Mapping[str, Any]) -> list[Record]:
    """Return the contacts that a list's parameters choose.

    Page: API 1.2, List of contacts: a filter makes the server ignore tag, system_tag and the mode
    of the user's list; a valid system_tag makes it ignore tag. Assumption: an unknown filter is
    not found, an unknown system_tag is ignored.
    """
    contacts = account.contacts.all()
    mode = account.settings["listing"]["mode"]
    system_tag = sent.get("system_tag")
    if "filter_id" in sent:
        system_tag = None
        chosen = account.filters.require(sent["filter_id"])
        deals = side.deals(account)
        contacts = [one for one in contacts if passes(chosen, one, deals)]
    else:
        if mode != "all":
            contacts = [one for one in contacts if one["status"] == mode]
        if system_tag in side.SYSTEM_TAGS:
            tagged = side.system_tagged(account)[system_tag]
            contacts = [one for one in contacts if one["id"] in tagged]
        elif sent.get("tag") == VIP:
            contacts = [one for one in contacts if one["vip"]]
        elif "tag" in sent:
            contacts = [one for one in contacts if sent["tag"] in one["tags"]]
    # Assumption: who asks for the system tag "waiting" wants those who wait.
    if system_tag != "waiting":
        waiting = side.waiting(account)
        wanted = sent.get("waiting") == 1
        contacts = [one for one in contacts if (one["id"] in waiting) == wanted]
    if "search" in sent:
        phrase = sent["search"].casefold()
        contacts = [
            one
            for one in contacts
            if any(
                phrase in (one[member] or "").casefold()
                for member in ("firstname", "lastname", "company")
            )
        ]
    return contacts


def get(call: Call) -> dict[str, Any]:
    """Answer a contact with all its details; it was viewed recently from now on."""
    account = call.account
    contact = account.contacts.require(call.path["id"])
    contact["viewed"] = unix(account.now)
    account.contacts.save(contact)
    return _detail(account, contact)


def create(call: Call) -> dict[str, Any]:
    """Create a contact."""
    account = call.account
    contact: Record = {
        "id": account.new_id(),
        **_read(call),
        "added": unix(account.now),
        "edited": None,
        "viewed": None,
        "imported": None,
    }
    require_tags(account, contact["tags"])
    account.contacts.add(contact)
    return _detail(account, contact)


def update(call: Call) -> dict[str, Any]:
    """Replace a contact: what was not sent is lost."""
    account = call.account
    contact = account.contacts.require(call.path["id"])
    contact |= {**_read(call), "edited": unix(account.now)}
    require_tags(account, contact["tags"])
    account.contacts.save(contact)
    return _detail(account, contact)


def delete(call: Call) -> None:
    """Delete a contact with its actions and notes; the one deleted before is gone for good."""
    account = call.account
    contact = account.contacts.require(call.path["id"])
    trash: Record = {"contact": contact}
    account.contacts.remove(contact["id"])
    for name, records in {"actions": account.actions, "notes": account.notes}.items():
        trash[name] = records.of_contact(contact["id"])
        for record in trash[name]:
            records.remove(record["id"])
    account.settings["trash"] = trash
    account.save_settings()


def undo_delete(call: Call) -> list[dict[str, Any]]:
    """Restore the contact that was deleted last, behind all others."""
    account = call.account
    trash = account.settings["trash"]
    if trash is None:
        raise codes.refusal(codes.NOT_FOUND, "There is nothing to restore")
    account.settings["trash"] = None
    account.save_settings()
    contact = trash["contact"]
    # Its tags may have been removed in the meantime.
    require_tags(account, contact["tags"])
    account.contacts.add(contact)
    for action in trash["actions"]:
        account.actions.add(action)
    for note in trash["notes"]:
        account.notes.add(note)
    action = open_action(account, contact["id"])
    return [_listed(contact, action, side.with_pending_deal(account))]


def _read(call: Call) -> Record:
    """Read the form into the members that a contact keeps."""
    sent = call.sent
    tags = texts(sent.get("tags", ""))
    country = sent.get("country")
    if country == "GR":
        # Page: API 1.2, Request message format: Greece is EL.
        raise codes.refusal(codes.INVALID, "country: Greece is EL")
    status = sent.get("status", _NO_STATUS)
    return {
        **{member: sent.get(name) for member, name in _TEXTS.items()},
        # Page: API 2.3 manual, Creating new contact: an invalid value becomes lead.
        "status": status if status in side.STATUSES else _NO_STATUS,
        "tags": [tag for tag in tags if tag != VIP],
        "vip": sent.get("vip") == 1 or VIP in tags,
        "phones": typed(sent.get("phones", ""), "number"),
        "emails": typed(sent.get("emails", ""), "address"),
        "urls": typed(sent.get("urls", ""), "address"),
    }


def _listed(contact: Record, action: Record | None, with_deal: set[str]) -> dict[str, Any]:
    """Show a contact as a list does."""
    shown = None
    if action is not None:
        shown = {"text": action["name"], "next": action["next"], "date": action["date"]}
    return {
        **{member: contact[member] for member in _LISTED},
        "pendingdeal": contact["id"] in with_deal,
        "vip": contact["vip"],
        "nextaction": shown or {},
    }


def _detail(account: Account, contact: Record) -> dict[str, Any]:
    """Show a contact with all its details."""
    id = contact["id"]
    return {
        **_listed(contact, None, side.with_pending_deal(account)),
        "nextaction": open_action(account, id) or {},
        "linked_company": None,
        **{member: contact[member] for member in list(_TEXTS)[3:]},
        "phones": contact["phones"],
        "company_phones": [],
        "emails": contact["emails"],
        "urls": contact["urls"],
        "actions": closed_last(account, id)[:2],
        "notes": account.notes.of_contact(id)[-3:],
    }
