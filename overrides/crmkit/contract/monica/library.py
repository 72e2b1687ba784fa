"""The conversations held with Monica."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.contract.conversation import Conversation, Talk

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["conversations"]


def _contacts(talk: Talk) -> None:
    body = {
        "first_name": talk.unique("Ada"),
        "is_birthdate_known": False,
        "is_deceased": False,
        "is_deceased_date_known": False,
    }
    contact = talk.post("/contacts", body).id
    talk.get(f"/contacts/{contact}")
    note = talk.post("/notes", {"contact_id": contact, "body": "one"}).id
    talk.get(f"/contacts/{contact}/notes")
    talk.put(f"/notes/{note}", {"contact_id": contact, "body": "two"})
    talk.delete(f"/notes/{note}")
    talk.delete(f"/contacts/{contact}")
    talk.get(f"/contacts/{contact}")


def conversations() -> Iterable[Conversation]:
    """Return the conversations, those that matter most first."""
    yield Conversation("records.contact", _contacts)
