"""Notes that are pinned, and reactions to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.espocrm.attributes import REACTIONS
from crmkit_mock.espocrm.errors import APIError, forbidden, not_found

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: Most pinned notes of a record, and the reactions that there are: the vendor's defaults of the
#: settings notePinnedMaxCount and availableReactions.
_MOST_PINNED = 5
_AVAILABLE = ("Like",)
_PINNED_TYPES = ("Post", "EmailReceived", "EmailSent")


def pin(session: Session, id: str) -> bool:
    """Pin a note to the top of its record's stream.

    Raises:
        APIError: 404, or 403: the note cannot be pinned, the user may not edit its record, or
            too many notes are pinned.
    """
    note = _find(session, id)
    if note.get("type") not in _PINNED_TYPES:
        raise forbidden("Cannot pin note.")
    _require_parent(session, note)
    pinned = sum(
        bool(other.get("isPinned"))
        for other in session.data.with_value("Note", note["parentId"], "parentId")
        if other.get("parentType") == note["parentType"]
    )
    if pinned >= _MOST_PINNED:
        body = {
            "label": "pinnedMaxCountExceeded",
            "scope": "Note",
            "data": {"count": str(pinned)},
        }
        raise APIError(403, "Pinned notes max count exceeded.", {"messageTranslation": body})
    _set_pinned(session, note, is_pinned=True)
    return True


def unpin(session: Session, id: str) -> bool:
    """Unpin a note.

    Raises:
        APIError: 404, or 403: the user may not edit its record.
    """
    note = _find(session, id)
    _require_parent(session, note)
    _set_pinned(session, note, is_pinned=False)
    return True


def _set_pinned(session: Session, note: Record, *, is_pinned: bool) -> None:
    if bool(note.get("isPinned")) != is_pinned:
        stamps = {"modifiedAt": session.now(), "modifiedById": session.user.id}
        session.data.replace("Note", {**note, **stamps, "isPinned": is_pinned})


def react(session: Session, id: str, kind: str) -> bool:
    """Set the user's reaction to a post, in place of another one.

    Raises:
        APIError: 404, or 403: there is no such reaction, or the note is not a post.
    """
    note = _find(session, id, "")
    if kind not in _AVAILABLE:
        raise forbidden(f"Not allowed reaction '{kind}'.")
    if note.get("type") != "Post":
        raise forbidden("Cannot react on non-post note.")
    reactions = {**note.get(REACTIONS, {}), session.user.id: kind}
    session.data.replace("Note", {**note, REACTIONS: reactions})
    return True


def unreact(session: Session, id: str, kind: str) -> bool:
    """Withdraw the user's reaction to a note, if it is of the kind.

    Raises:
        APIError: 404 or 403.
    """
    note = _find(session, id, "")
    reactions = dict(note.get(REACTIONS, {}))
    if reactions.get(session.user.id) == kind:
        del reactions[session.user.id]
        session.data.replace("Note", {**note, REACTIONS: reactions})
    return True


def _find(session: Session, id: str, reason: str = "No read access.") -> Record:
    note = session.data.find("Note", id)
    if note is None:
        raise not_found()
    parent = session.data.find(note.get("parentType") or "", note.get("parentId"))
    is_visible = parent is None or session.user.may(note["parentType"], "stream", parent)
    if not session.user.is_admin and not session.user.owns(note) and not is_visible:
        raise forbidden(reason)
    return note


def _require_parent(session: Session, note: Record) -> None:
    if not note.get("parentType") or not note.get("parentId"):
        raise forbidden("No parent.")
    parent = session.data.find(note["parentType"], note["parentId"])
    if parent is None:
        raise forbidden("Parent not found.")
    if not session.user.may(note["parentType"], "edit", parent):
        raise forbidden("No parent edit access.")
