"""The state of e-mails for each user who has them: read, important, in the trash, in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.activity_types import EMAIL, EMAIL_STATE
from crmkit_mock.espocrm.email_addresses import ADDRESSED, address_attributes, owners
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.plain_text import to_plain_text
from crmkit_mock.espocrm.responses import read_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

_USERS = EMAIL.all_links["users"]


def set_state(session: Session, state: Mapping[str, Any]) -> bool:
    """Set the state of the e-mails that the body names, for the user; unknown ones are ignored.

    Raises:
        APIError: 400, no ids.
    """
    for id in _ids(session):
        _set(session, id, state)
    return True


def mark_read(session: Session) -> bool:
    """Mark e-mails as read, with `all` every one that the user has.

    Raises:
        APIError: 400, no ids.
    """
    if not session.body.get("all"):
        return set_state(session, {"isRead": True})
    for email in session.data.all("Email"):
        _set(session, email["id"], {"isRead": True})
    return True


def move_to_folder(session: Session, folder: str) -> bool:
    """Move e-mails to a folder, for the user.

    Raises:
        APIError: 400, no ids; 404, the only e-mail is unknown, or the folder of a group is; 403,
            the user may not read the only e-mail, which the archive requires.
    """
    ids = _ids(session)
    if len(ids) == 1:
        _require_movable(session, ids[0], folder)
    state = {"folderId": None if folder in {"inbox", "archive"} else folder, "inTrash": False}
    state["inArchive"] = folder == "archive"
    if not folder.startswith("group:"):
        for id in ids:
            _set(session, id, state)
    return True


def _require_movable(session: Session, id: str, folder: str) -> None:
    email = session.data.find("Email", id)
    if email is None:
        raise not_found()
    if folder.startswith("group:"):
        raise not_found("Group folder not found.")
    if folder == "archive" and not session.user.may("Email", "read", email):
        raise forbidden("No read access to email.")


def unread_counts(session: Session) -> dict[str, int]:
    """Return the number of e-mails that the user has not read in the inbox, and of its drafts."""
    counts = {"inbox": 0, "drafts": 0}
    for email in session.data.all("Email"):
        if not session.user.may("Email", "read", email):
            continue
        if email.get("status") == "Draft":
            counts["drafts"] += email.get("createdById") == session.user.id
            continue
        state = state_of(session, email)
        if state is None or state.get("isRead") or email.get("status") == "Sending":
            continue
        counts["inbox"] += not (
            state.get("inTrash") or state.get("inArchive") or state.get("folderId")
        )
    return counts


def state_of(session: Session, email: Record) -> Mapping[str, Any] | None:
    """Return the state of an e-mail for the user, None if it does not have it."""
    row = session.data.related(_USERS, email["id"], session.user.id)
    return None if row is None else row.columns


def flags(session: Session, email: Record) -> dict[str, bool]:
    """Return the state of an e-mail as replies show it, nothing if the user does not have it."""
    state = state_of(session, email)
    if state is None:
        return {}
    return {
        **{name: bool(state.get(name)) for name in EMAIL_STATE},
        "isRead": bool(state.get("isRead")),
        "isUsers": True,
    }


def plain_body(email: Record) -> str | None:
    """Return the body of an e-mail without tags."""
    body = email.get("body")
    if email.get("bodyPlain"):
        return str(email["bodyPlain"])
    return body if not email.get("isHtml", True) else to_plain_text(body or "")


def add_user(
    session: Session, email_id: str, user_id: str, state: Mapping[str, Any] | None = None
) -> None:
    """Let a user have an e-mail."""
    session.data.relate(_USERS, email_id, user_id, state)


def mark_as_read(session: Session, id: str) -> None:
    """Mark an e-mail as read by the user, if it has it."""
    _set(session, id, {"isRead": True})


def read(session: Session, id: str) -> dict[str, Any]:
    """Return an e-mail, which is read by that.

    Raises:
        APIError: 403 or 404.
    """
    shown = response(session, records.find(session, EMAIL, id, "read"))
    # The reply still has the state before.
    mark_as_read(session, id)
    return shown


def response(session: Session, email: Record) -> dict[str, Any]:
    """Return an e-mail as reading shows it."""
    email = {**email, **_addresses(session, email)}
    replies = session.data.with_value("Email", email["id"], "repliedId")
    shown = {
        **read_response(session, EMAIL, email),
        **owners(session, email),
        "repliesIds": [reply["id"] for reply in replies],
        "repliesNames": {reply["id"]: reply.get("name") for reply in replies},
        "repliesColumns": {reply["id"]: {"status": reply.get("status")} for reply in replies},
        "bodyPlain": plain_body(email),
        "folderId": (state_of(session, email) or {}).get("folderId"),
    }
    for name in (*EMAIL_STATE, "isUsersSent"):
        del shown[name]
    if email["deleted"]:
        del shown["folderId"]
    state = flags(session, email)
    if state:
        shown |= {**state, "isUsersSent": email.get("sentById") == session.user.id}
    return shown


def _addresses(session: Session, email: Record) -> dict[str, Any]:
    """Return what is not stored of an e-mail's addresses, since it came without a request."""
    if "toEmailAddressesIds" in email:
        return {}
    lists = {name: email.get(name) or "" for name in ("from", *ADDRESSED)}
    return address_attributes(session, lists)


def _set(session: Session, id: str, state: Mapping[str, Any]) -> None:
    if session.data.related(_USERS, id, session.user.id) is not None:
        session.data.relate(_USERS, id, session.user.id, state)


def _ids(session: Session) -> list[str]:
    ids, id = session.body.get("ids"), session.body.get("id")
    if ids is None and isinstance(id, str):
        ids = [id]
    if not isinstance(ids, list):
        raise bad_request("No `ids`.")
    return [to_str(id) or "" for id in ids]
