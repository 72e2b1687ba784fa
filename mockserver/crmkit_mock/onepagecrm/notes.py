"""OnePageCRM's notes and deals, which are notes of a type of their own in this version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes
from crmkit_mock.onepagecrm.values import read_day, write_day

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Record
    from crmkit_mock.onepagecrm.call import Call


def list_(call: Call) -> list[Record]:
    """Answer the notes and deals of a contact."""
    account = call.account
    contact = account.contacts.require(call.sent["cid"])
    return account.notes.of_contact(contact["id"])


def get(call: Call) -> Record:
    """Answer a note or deal."""
    return call.account.notes.require(call.path["id"])


def create(call: Call) -> Record:
    """Create a note or deal."""
    account = call.account
    account.contacts.require(call.sent["cid"])
    note = {
        "id": account.new_id(),
        "cid": call.sent["cid"],
        **_read(call),
        "type": call.sent.get("type", "note"),
    }
    if note["type"] == "deal":
        note["deal"] = _read_deal(call, None)
    account.notes.add(note)
    return note


def update(call: Call) -> Record:
    """Replace a note or deal: what was not sent is lost. Contact and type stay."""
    account = call.account
    note = account.notes.require(call.path["id"])
    if call.sent.get("type", note["type"]) != note["type"]:
        raise codes.refusal(codes.INVALID, f"type: a {note['type']} stays one")
    note |= _read(call)
    if note["type"] == "deal":
        note["deal"] = _read_deal(call, note["deal"]["closed"])
    account.notes.save(note)
    return note


def delete(call: Call) -> None:
    """Delete a note or deal."""
    account = call.account
    account.notes.remove(account.notes.require(call.path["id"])["id"])


def _read(call: Call) -> dict[str, Any]:
    return {"body": call.sent["body"], "date": read_day("date", call.sent["date"])}


def _read_deal(call: Call, closed: str | None) -> dict[str, Any]:
    """Read the deal's members of the form.

    Assumption, all of it but what the stage and the expected day depend on (page: API 1.2, List of
    contact notes): the members stand beside the note's; a deal is pending unless something else is
    said; an update without an amount leaves none.

    Args:
        call: The call.
        closed: The day on which the deal was closed before.
    """
    sent = call.sent
    status = sent.get("status", "pending")
    pending = status == "pending"
    mode = call.account.settings["pipeline_mode"]
    exp_close = read_day("exp_close", sent.get("exp_close"))
    return {
        "amount": float(sent.get("amount", 0)),
        "status": status,
        "closed": None if pending else closed or write_day(call.account.now.date()),
        "deal_stage": sent.get("deal_stage") if pending and mode == "full" else None,
        "exp_close": exp_close if pending and mode != "off" else None,
    }
