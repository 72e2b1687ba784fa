"""The conversations held with EspoCRM and AutoCRM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.contract.runner import shuffled

from .drawn import drawn_conversations
from .fields import field_conversations
from .filters import filter_conversations
from .links import link_conversations
from .rights import right_conversations
from .stories import story_conversations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.conversation import Conversation

__all__ = ["conversations"]


def conversations(*, custom: bool, seed: int = 0) -> Iterator[Conversation]:
    """Yield the conversations: stories first, then generated ones in random order.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
        seed: Decides the order, and the values that are drawn.
    """
    yield from story_conversations()
    generated = [
        *field_conversations(custom=custom),
        *drawn_conversations(custom=custom, seed=seed),
        *filter_conversations(custom=custom),
        *link_conversations(custom=custom),
        *right_conversations(custom=custom),
    ]
    yield from shuffled(generated, seed)
