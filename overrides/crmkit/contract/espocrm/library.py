"""The conversations held with EspoCRM and AutoCRM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.contract.conversation import Conversation, Talk

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["conversations"]


def _accounts(talk: Talk) -> None:
    created = talk.post("/Account", {"name": talk.unique("Acme"), "website": "acme.example"})
    account = created.id
    talk.get(f"/Account/{account}")
    talk.put(f"/Account/{account}", {"description": "two\nlines", "industry": "Apparel"})
    talk.get(f"/Account/{account}")
    talk.get(
        "/Account",
        [
            ("where[0][type]", "startsWith"),
            ("where[0][attribute]", "name"),
            ("where[0][value]", talk.marker),
            ("select", "name,industry"),
        ],
    )
    talk.delete(f"/Account/{account}")
    talk.get(f"/Account/{account}")


def conversations() -> Iterable[Conversation]:
    """Return the conversations, those that matter most first."""
    yield Conversation("records.account", _accounts)
