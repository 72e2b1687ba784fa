"""The search for contacts: by words, or by what begins a contact field."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crmkit_mock.monica.collation import folded

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session

_COLUMNS = ("first_name", "middle_name", "last_name", "nickname", "description", "job")
_BY_FIELD = re.compile(r"(?P<type>.+):(?P<start>.+)")


def has_any_word(contact: Record, query: str) -> bool:
    """Return whether one of the words of a search is somewhere in a contact's texts.

    Words are separated by single spaces; `%` stands for anything and `_` for one character.
    """
    texts = [folded(contact[name]) for name in _COLUMNS if contact[name] is not None]
    patterns = [_like(f"%{word}%") for word in query.split(" ")]
    return any(pattern.fullmatch(text) for pattern in patterns for text in texts)


def contacts_with_field(session: Session, query: str) -> set[int] | None:
    """Return the ids of contacts with a contact field of a type that begins as a search says.

    Returns:
        The ids; None if the search is not for a contact field, as in `Email:ada`.
    """
    match = _BY_FIELD.search(query)
    if match is None:
        return None
    records, account = session.records, session.account.id
    type_name, start = _like(match["type"]), _like(f"{match['start']}%")
    types = records.all("contactfieldtype", account)
    type_id = next(
        (type_["id"] for type_ in types if type_name.fullmatch(folded(type_["name"]))), 0
    )
    return {
        field["contact_id"]
        for field in records.all("contactfield", account)
        if field["contact_field_type_id"] == type_id and start.fullmatch(folded(field["content"]))
    }


@lru_cache(maxsize=256)
def _like(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern of the database."""
    parts: list[str] = []
    escaped = False
    for char in folded(pattern):
        if escaped:
            parts.append(re.escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
    return re.compile("".join(parts), re.DOTALL)
