"""OnePageCRM's actions: what is to be done for contacts, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.errors import Code, refusal
from crmkit_mock.onepagecrm.indexes import OF_CONTACT, OPEN
from crmkit_mock.onepagecrm.values import require_date, unix_time

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.session import Session


def open_action(account: Account, cid: str) -> Record | None:
    """Return the action of a contact that is not done; there is at most one."""
    return account.actions.first(OPEN, cid)


def closed_last(account: Account, cid: str) -> list[Record]:
    """Return the actions of a contact that are done, the one closed last first."""
    done = [action for action in account.actions.find(OF_CONTACT, cid) if action["done"]]
    # Of two that were closed in the same second, the one made later comes first.
    order = sorted(enumerate(done), key=lambda pair: (pair[1]["closed"], pair[0]), reverse=True)
    return [action for _, action in order]


def list_(session: Session) -> list[Record]:
    """Return the actions of a contact."""
    account = session.account
    contact = account.contacts.require(session.params["cid"])
    return account.actions.find(OF_CONTACT, contact["id"])


def get(session: Session) -> Record:
    """Return an action."""
    return session.account.actions.require(session.path_params["id"])


def create(session: Session) -> Record:
    """Create an action."""
    account = session.account
    account.contacts.require(session.params["cid"])
    action = {"id": account.new_id(), **_read(session)}
    add_action(account, action)
    return action


def add_action(account: Account, action: Record) -> None:
    """Add an action to an account.

    Raises:
        Refusal: 107, it is open and the contact has an open action.
    """
    _require_only_open(account, action)
    account.actions.add(action)


def update(session: Session) -> Record:
    """Replace an action: what was not sent is lost."""
    account = session.account
    former = account.actions.require(session.path_params["id"])
    if session.params["cid"] != former["cid"]:
        account.contacts.require(session.params["cid"])
        # Assumption: an action stays with its contact.
        raise refusal(Code.INVALID, "cid: an action stays with its contact")
    action = {"id": former["id"], **_read(session)}
    _require_only_open(account, action)
    account.actions.save(action)
    return action


def delete(session: Session) -> None:
    """Delete an action that is done."""
    account = session.account
    action = account.actions.require(session.path_params["id"])
    if not action["done"]:
        raise refusal(Code.INVALID, "An action that is not done cannot be deleted")
    account.actions.remove(action["id"])


def mark_done(session: Session) -> Record:
    """Mark the open action of a contact as done."""
    account = session.account
    contact = account.contacts.require(session.params["cid"])
    action = open_action(account, contact["id"])
    if action is None:
        raise refusal(Code.NOT_FOUND, "The contact has no open action")
    done = {**action, "done": True, "closed": unix_time(account.now)}
    account.actions.save(done)
    return done


def undo_done(session: Session) -> Record:
    """Open the action of a contact again that was marked as done last."""
    account = session.account
    contact = account.contacts.require(session.params["cid"])
    done = closed_last(account, contact["id"])
    if not done:
        raise refusal(Code.NOT_FOUND, "The contact has no action that is done")
    action = {**done[0], "done": False, "closed": None}
    _require_only_open(account, action)
    account.actions.save(action)
    return action


def _read(session: Session) -> dict[str, Any]:
    """Read the form into an action without its id."""
    params = session.params
    next_, waiting = params.get("next") == 1, params.get("waiting") == 1
    if next_ and waiting:
        raise refusal(Code.INVALID, "next and waiting exclude each other")
    date = require_date("date", params.get("date"))
    if date is None and not (next_ or waiting):
        raise refusal(Code.INCOMPLETE, "An action needs a date, next or waiting")
    done = params.get("done") == 1
    return {
        "cid": params["cid"],
        "name": params["name"],
        "date": None if next_ else date,
        "next": next_,
        "waiting": waiting,
        "done": done,
        "closed": params.get("closed", unix_time(session.account.now)) if done else None,
    }


def _require_only_open(account: Account, action: Record) -> None:
    """Check that a contact would not have a second open action.

    Raises:
        Refusal: 107, it would.
    """
    if action["done"]:
        return
    other = open_action(account, action["cid"])
    if other is not None and other["id"] != action["id"]:
        raise refusal(Code.EXISTS, "The contact has an open action already")
