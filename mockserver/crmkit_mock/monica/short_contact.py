"""The short response object of a contact, and what it shares with the longer ones."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from crmkit_mock.monica.collation import to_ascii
from crmkit_mock.monica.records import BY_OWNER

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree

_COLORS = (
    *("#fdb660", "#93521e", "#bd5067", "#b3d5fe", "#ff9807", "#709512"),
    *("#5f479a", "#e5e5cd", "#2f6f9f", "#4b8b6f"),
)
_NO_DATE = {"is_age_based": None, "is_year_unknown": None, "date": None}
#: Avatars that Monica draws itself come as data: URLs; real ones are pictures of several kB.
_DRAWN = "data:image/svg+xml;base64," + base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
).decode("ascii")
_FIRST_LETTERS = re.compile(r"(?<!\S)[a-zA-Z0-9]", re.ASCII)
_NOT_IN_HASHES = re.compile(r"[+/=]")


def short_contact(session: Session, contact_id: int | None) -> Tree | None:
    """Build the short object of a contact of the account; None if there is none or it is deleted.

    It is built once per reply.
    """
    if contact_id is None:
        return None
    cache = session.short_contacts
    if contact_id not in cache:
        contact = session.records.read("contact", session.account.id, contact_id)
        is_missing = contact is None or contact["deleted_at"]
        cache[contact_id] = None if contact is None or is_missing else _build(session, contact)
    return cache[contact_id]


def _build(session: Session, contact: Record) -> Tree:
    tree = common_members(session, contact)
    tree["information"] = {
        "birthdate": serialize_date(contact["birthdate"]),
        "deceased_date": serialize_date(contact["deceased_date"]),
        "avatar": serialize_avatar(session, contact),
    }
    if not contact["is_partial"]:
        # A partial contact has no page of its own: the member is absent, not null.
        tree["url"] = session.url(f"contacts/{contact['id']}")
    tree["account"] = account_reference(contact)
    return tree


def common_members(session: Session, contact: Record) -> Tree:
    """Build the members that every response object of a contact has."""
    gender_id = contact["gender_id"]
    gender = session.records.find("gender", gender_id) if gender_id else None
    me = session.settings.get(f"me {contact['account_id']}")
    return {
        "id": contact["id"],
        "uuid": contact["uuid"],
        "object": "contact",
        "hash_id": _hash_id(session, contact),
        "first_name": contact["first_name"],
        "last_name": contact["last_name"],
        "nickname": contact["nickname"],
        "complete_name": complete_name(contact),
        "initials": _initials(contact),
        "gender": gender["name"] if gender else None,
        "gender_type": gender["type"] if gender else None,
        "is_starred": contact["is_starred"],
        "is_partial": contact["is_partial"],
        "is_active": contact["is_active"],
        "is_dead": contact["is_dead"],
        "is_me": me == contact["id"],
    }


def complete_name(contact: Record) -> str:
    """Return all names, the nickname in parentheses, and a coffin for the dead."""
    names = [contact["first_name"], contact["middle_name"], contact["last_name"]]
    nickname = f"({contact['nickname']})" if contact["nickname"] else None
    coffin = "⚰" if contact["is_dead"] else None
    return " ".join(part for part in (*names, nickname, coffin) if part).strip()


def _initials(contact: Record) -> str:
    return "".join(_FIRST_LETTERS.findall(to_ascii(complete_name(contact))))


def _hash_id(session: Session, contact: Record) -> str:
    """Return the hash of a contact; a partial one has that of the contact it belongs to."""
    id: int = contact["id"]
    if contact["is_partial"]:
        first = session.records.select("relationship", contact["account_id"], BY_OWNER, id, limit=1)
        if not first:
            return ""
        id = first[0]["of_contact"]
    digest = base64.b64encode(hashlib.sha256(b"contact/%d" % id).digest()).decode("ascii")
    return f"h:{_NOT_IN_HASHES.sub('x', digest)[:18]}"


def serialize_date(date: Record | None) -> Tree:
    """Build the response object of the date of a birth, a death or a first meeting."""
    if date is None:
        return dict(_NO_DATE)
    return {
        "is_age_based": date["is_age_based"],
        "is_year_unknown": date["is_year_unknown"],
        "date": f"{date['date']}T00:00:00Z",
    }


def serialize_avatar(session: Session, contact: Record) -> Tree:
    """Build the response object of a contact's picture."""
    source = contact["avatar_source"]
    # A contact whose creation ended early has no picture yet.
    color = _COLORS[contact["id"] % len(_COLORS)]
    # The picture is of the name; its time makes browsers load it anew when that has changed.
    file = f"avatars/{contact['uuid']}.jpg?{contact['avatar_drawn_at']}"
    url: str | None = f"{session.site}/store/{file}" if contact["avatar_drawn_at"] else ""
    if source == "adorable":
        url = _DRAWN
    elif source == "gravatar":
        # Gravatar has no picture for an address that nobody registered there.
        url = None
    elif source == "photo":
        photo_id = contact["avatar_photo_id"] or 0
        photo = session.records.read("photo", contact["account_id"], photo_id)
        url = f"{session.site}/store/{photo['new_filename']}" if photo else url
    return {
        "url": url,
        "source": source,
        "default_avatar_color": color if contact["avatar_drawn_at"] else "",
    }


def account_reference(record: Record) -> Tree:
    """Build the reference to a record's account."""
    return {"id": record["account_id"]}


def common_end(record: Record) -> Tree:
    """Build the members with which the response objects of nearly all kinds end."""
    return {
        "account": account_reference(record),
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }
