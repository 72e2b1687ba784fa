"""OnePageCRM's actions: what is to be done for contacts, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes
from crmkit_mock.onepagecrm.values import read_day, unix

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.call import Call


def open_action(account: Account, cid: str) -> Record | None:
    """Return the action of a contact that is not done; there is at most one."""
    return next((one for one in account.actions.of_contact(cid) if not one["done"]), None)


def closed_last(account: Account, cid: str) -> list[Record]:
    """Return the actions of a contact that are done, the one closed last first."""
    done = [one for one in account.actions.of_contact(cid) if one["done"]]
    # Of two that were closed in the same second, the one made later comes first.
    order = sorted(enumerate(done), key=lambda pair: (pair[1]["closed"], pair[0]), reverse=True)
    return [one for _, one in order]


def list_(call: Call) -> list[Record]:
    """Answer the actions of a contact."""
    account = call.account
    contact = account.contacts.require(call.sent["cid"])
    return account.actions.of_contact(contact["id"])


def get(call: Call) -> Record:
    """Answer an action."""
    return call.account.actions.require(call.path["id"])


def create(call: Call) -> Record:
    """Create an action."""
    account = call.account
    account.contacts.require(call.sent["cid"])
    action = {"id": account.new_id(), **_read(call)}
    _require_alone(account, action)
    account.actions.add(action)
    return action


def update(call: Call) -> Record:
    """Replace an action: what was not sent is lost."""
    account = call.account
    kept = account.actions.require(call.path["id"])
    if call.sent["cid"] != kept["cid"]:
        account.contacts.require(call.sent["cid"])
        # Assumption: an action stays with its contact.
        raise codes.refusal(codes.INVALID, "cid: an action stays with its contact")
    action = {"id": kept["id"], **_read(call)}
    _require_alone(account, action)
    account.actions.save(action)
    return action


def delete(call: Call) -> None:
    """Delete an action that is done."""
    account = call.account
    action = account.actions.require(call.path["id"])
    if not action["done"]:
        raise codes.refusal(codes.INVALID, "An action that is not done cannot be deleted")
    account.actions.remove(action["id"])


def mark_done(call: Call) -> Record:
    """Mark the open action of a contact as done."""
    account = call.account
    contact = account.contacts.require(call.sent["cid"])
    action = open_action(account, contact["id"])
    if action is None:
        raise codes.refusal(codes.NOT_FOUND, "The contact has no open action")
    action |= {"done": True, "closed": unix(account.now)}
    account.actions.save(action)
    return action


def undo_done(call: Call) -> Record:
    """Open the action of a contact again that was marked as done last."""
    account = call.account
    contact = account.contacts.require(call.sent["cid"])
    done = closed_last(account, contact["id"])
    if not done:
        raise codes.refusal(codes.NOT_FOUND, "The contact has no action that is done")
    action = {**done[0], "done": False, "closed": None}
    _require_alone(account, action)
    account.actions.save(action)
    return action


def _read(call: Call) -> dict[str, Any]:
    """Read the form into an action without its id."""
    sent = call.sent
    next_, waiting = sent.get("next") == 1, sent.get("waiting") == 1
    if next_ and waiting:
        raise codes.refusal(codes.INVALID, "next and waiting exclude each other")
    date = read_day("date", sent.get("date"))
    if date is None and not (next_ or waiting):
        raise codes.refusal(codes.INCOMPLETE, "An action needs a date, next or waiting")
    done = sent.get("done") == 1
    return {
        "cid": sent["cid"],
        "name": sent["name"],
        "date": None if next_ else date,
        "next": next_,
        "waiting": waiting,
        "done": done,
        "closed": sent.get("closed", unix(call.account.now)) if done else None,
    }


def _require_alone(account: Account, action: Record) -> None:
    """Check that a contact would have no second open action.

    Raises:
        Refusal: 107, it would.
    """
    if action["done"]:
        return
    other = open_action(account, action["cid"])
    if other is not None and other["id"] != action["id"]:
        raise codes.refusal(codes.EXISTS, "The contact has an open action already")
