"""How many requests a run will send, found by holding its conversations with nobody."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from .conversation import Talk
from .exchange import Reply
from .names import Names, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .conversation import Conversation, Step
    from .crm import CRM
    from .exchange import Request
    from .server import Server

__all__ = ["planned_requests"]


class _EnoughError(Exception):
    """There are as many requests as were asked for."""


class _Nobody:
    """Takes the place of a server: it counts requests and answers each with nothing."""

    def __init__(self, users: Mapping[str, object], most: int) -> None:
        self.users = users
        self.names = Names()
        self.count = 0
        self._most = most

    def note(self, step: Step) -> None:
        """Count a step, and the deletion of what it would create."""
        is_creation = step.request.method == "POST" and not (
            step.operation is None or step.operation.is_read
        )
        self.count += 1 + int(is_creation and step.talk.crm.deletes)
        if self.count >= self._most:
            raise _EnoughError

    def send(self, request: Request) -> Reply:
        return Reply(200, {}, b"")


def planned_requests(
    crm: CRM,
    conversations: Iterable[Conversation],
    *,
    users: Mapping[str, object],
    writes: bool,
    most: int,
) -> int:
    """Return how many requests conversations will send, about.

    Args:
        crm: Kind of server.
        conversations: The conversations.
        users: The users by name.
        writes: Whether they may change anything on the server.
        most: Where to stop counting.
    """
    nobody = _Nobody({"nobody": None, **users}, most)
    document = crm.document()
    with suppress(_EnoughError):
        for conversation in conversations:
            has_users = all(user in nobody.users for user in conversation.users)
            if not has_users or (conversation.writes and not writes):
                continue
            talk = Talk(
                conversation,
                servers=[cast("Server", nobody)],
                crm=crm,
                document=document,
                judge=None,
                pairs=Pairs(),
                marker="crmkit",
                shape_only=True,
                on_step=nobody.note,
                undo=[{}],
                stays=set(),
            )
            # One that reads on in a reply of nobody's ends early: the number is a rough one.
            with suppress(KeyError, IndexError, TypeError, AttributeError, ValueError):
                conversation.hold(talk)
    return min(nobody.count, most)
