"""A conversation as a library offers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Conversation"]


@dataclass(frozen=True)
class Conversation:
    """A conversation: a function that takes steps.

    What it does may depend on the replies of the first server only through the steps that it
    takes; a value that differs between servers is bound to a name.

    Attributes:
        name: Name in reports, such as "records.create".
        hold: Holds it; takes the `Talk` whose steps it takes.
        writes: Whether it changes anything on the server.
        users: Names of the users that it needs beside the run's own.
        is_compared: Whether the mock is asked the same beside the server. A conversation that
            states what is true of one server's replies needs no other to compare them with.
    """

    name: str
    hold: Callable[[Any], None]
    writes: bool = True
    users: tuple[str, ...] = ()
    is_compared: bool = True
