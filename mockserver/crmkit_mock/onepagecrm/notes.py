"""OnePageCRM's notes and deals, which are notes of a type of their own in this version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.errors import Code, refusal
from crmkit_mock.onepagecrm.indexes import OF_CONTACT
from crmkit_mock.onepagecrm.values import format_date, require_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.session import Session


def list_(session: Session) -> list[Record]:
    """Return the notes and deals of a contact."""
    account = session.account
    contact = account.contacts.require(session.params["cid"])
    return account.notes.find(OF_CONTACT, contact["id"])


def get(session: Session) -> Record:
    """Return a note or deal."""
    return session.account.notes.require(session.path_params["id"])


def create(session: Session) -> Record:
    """Create a note or deal."""
    account, params = session.account, session.params
    account.contacts.require(params["cid"])
    note = {
        "id": account.new_id(),
        "cid": params["cid"],
        **_read(params),
        "type": params.get("type", "note"),
    }
    if note["type"] == "deal":
        note["deal"] = _read_deal(account, params, None)
    account.notes.add(note)
    return note


def update(session: Session) -> Record:
    """Replace a note or deal: what was not sent is lost. Contact and type stay."""
    account, params = session.account, session.params
    note = account.notes.require(session.path_params["id"])
    if params.get("type", note["type"]) != note["type"]:
        raise refusal(Code.INVALID, f"type: a {note['type']} cannot change its type")
    note |= _read(params)
    if note["type"] == "deal":
        note["deal"] = _read_deal(account, params, note["deal"]["closed"])
    account.notes.save(note)
    return note


def delete(session: Session) -> None:
    """Delete a note or deal."""
    account = session.account
    account.notes.remove(account.notes.require(session.path_params["id"])["id"])


def _read(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"body": params["body"], "date": require_date("date", params["date"])}


def _read_deal(account: Account, params: Mapping[str, Any], closed: str | None) -> dict[str, Any]:
    """Read the deal's fields of the form.

    Assumption, all of it but what the stage and the expected date depend on (page: API 1.2, List of
    contact notes): the fields stand beside the note's; a deal is pending unless another status is
    sent; an update without an amount leaves none.

    Args:
        account: The account.
        params: What was sent.
        closed: The date on which the deal was closed before.
    """
    status = params.get("status", "pending")
    pending = status == "pending"
    mode = account.settings["pipeline_mode"]
    exp_close = require_date("exp_close", params.get("exp_close"))
    return {
        "amount": float(params.get("amount", 0)),
        "status": status,
        "closed": None if pending else closed or format_date(account.now.date()),
        "deal_stage": params.get("deal_stage") if pending and mode == "full" else None,
        "exp_close": exp_close if pending and mode != "off" else None,
    }
