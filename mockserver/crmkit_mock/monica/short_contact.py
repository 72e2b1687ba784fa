"""The form in which other records show a contact, and what it shares with the longer ones."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row

_COLORS = (
    *("#fdb660", "#93521e", "#bd5067", "#b3d5fe", "#ff9807", "#709512"),
    *("#5f479a", "#e5e5cd", "#2f6f9f", "#4b8b6f"),
)
_NO_DATE = {"is_age_based": None, "is_year_unknown": None, "date": None}
#: Avatars that Monica draws itself come as data: URLs; real ones are pictures of several kB.
_DRAWN = "data:image/svg+xml;base64," + base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
).decode("ascii")
_BASE_62 = re.compile(r"[+/=]")


def short_contact(call: Call, contact_id: int | None) -> Tree | None:
    """Build the short form of a contact of the account; None if it has none or it is deleted."""
    if contact_id is None:
        return None
    known = call.short_contacts
    if contact_id not in known:
        row = call.records.get("contact", call.account.id, contact_id)
        known[contact_id] = None if row is None or row["deleted_at"] else _build(call, row)
    return known[contact_id]


def _build(call: Call, row: Row) -> Tree:
    tree = identity(call, row)
    tree["information"] = {
        "birthdate": special_date(row["birthdate"]),
        "deceased_date": special_date(row["deceased_date"]),
        "avatar": avatar(call, row),
    }
    if not row["is_partial"]:
        # A partial contact has no page of its own: the member is absent, not null.
        tree["url"] = call.url(f"contacts/{row['id']}")
    tree["account"] = {"id": row["account_id"]}
    return tree


def identity(call: Call, row: Row) -> Tree:
    """Build the members by which every form of a contact begins."""
    gender = row["gender_id"] and call.named("gender", row["gender_id"])
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "contact",
        "hash_id": hash_id(call, row),
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "nickname": row["nickname"],
        "complete_name": complete_name(row),
        "initials": initials(row),
        "gender": gender["name"] if gender else None,
        "gender_type": gender["type"] if gender else None,
        "is_starred": row["is_starred"],
        "is_partial": row["is_partial"],
        "is_active": row["is_active"],
        "is_dead": row["is_dead"],
        "is_me": call.settings.get(f"me {row['account_id']}") == row["id"],
    }


def complete_name(row: Row) -> str:
    """Return all names, the nickname in parentheses, and a coffin for the dead."""
    names = [row["first_name"], row["middle_name"], row["last_name"]]
    nickname = f"({row['nickname']})" if row["nickname"] else None
    return " ".join(part for part in (*names, nickname, "⚰" if row["is_dead"] else None) if part)


def initials(row: Row) -> str:
    """Return the first letters of the names."""
    names = (row["first_name"], row["middle_name"], row["last_name"])
    words = " ".join(name for name in names if name).split()
    return "".join(word[0].upper() for word in words)


def hash_id(call: Call, row: Row) -> str:
    """Return the hash of a contact; a partial one has that of the contact it belongs to."""
    id: int = row["id"]
    if row["is_partial"]:
        owner = next(iter(call.records.attached(row).get("relationship", [])), None)
        if owner is None:
            return ""
        relationship = call.own("relationship", owner)
        id = relationship["of_contact"]
    digest = base64.b64encode(hashlib.sha256(b"contact/%d" % id).digest()).decode("ascii")
    return f"h:{_BASE_62.sub('x', digest)[:18]}"


def special_date(date: Row | None) -> dict[str, Any]:
    """Build what is shown of the day of a birth, a death or a first meeting."""
    if date is None:
        return dict(_NO_DATE)
    return {
        "is_age_based": date["is_age_based"],
        "is_year_unknown": date["is_year_unknown"],
        "date": f"{date['date']}T00:00:00Z",
    }


def avatar(call: Call, row: Row) -> Tree:
    """Build what is shown of a contact's picture."""
    source = row["avatar_source"]
    url: str | None = f"{call.site}/store/avatars/{row['uuid']}.jpg?{row['id']}"
    if source == "adorable":
        url = _DRAWN
    elif source == "photo":
        photo = call.records.get("photo", row["account_id"], row["avatar_photo_id"] or 0)
        url = f"{call.site}/store/{photo['new_filename']}" if photo else url
    return {
        "url": url,
        "source": source,
        "default_avatar_color": _COLORS[row["id"] % len(_COLORS)],
    }


def account_of(row: Row) -> Tree:
    """Build the reference to a row's account."""
    return {"id": row["account_id"]}
