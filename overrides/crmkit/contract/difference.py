"""What differs between two replies, as it is said in one line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["SHOWN", "Difference", "Kind", "kind_of", "shown", "typed"]

Kind = Literal[
    "status", "class", "reason", "members", "types", "order", "count", "values",
    "missing", "document", "law",
]  # fmt: skip

#: The most characters that are shown of a value.
SHOWN = 120


@dataclass(frozen=True)
class Difference:
    """One difference, or one fault of a reply.

    Attributes:
        kind: What differs. "missing": a step could not be taken on one of the servers, since an
            earlier one gave it no value; "document": a reply is not as documented; "law": a reply
            is not what an earlier one promised.
        place: Where in the body; empty for the whole reply.
        server: What the server has.
        mock: What the mock has; empty if only one server was asked.
        accepted: Why it is accepted; empty if it is not.
    """

    kind: Kind
    place: str = ""
    server: str = ""
    mock: str = ""
    accepted: str = ""

    def __str__(self) -> str:
        """The difference in one line."""
        where = f" at {self.place}" if self.place else ""
        if self.kind == "missing":
            side = "mock" if self.server.startswith("could be") else "server"
            return f"missing: an earlier step gave the {side} no value that this one needs"
        if self.kind in ("document", "law"):
            side = " (mock)" if self.mock else ""
            return f"{self.kind}{side}{where}: {self.mock or self.server}"
        return f"{self.kind}{where}: {self.server} on the server, {self.mock} on the mock"


def kind_of(value: Any) -> str:
    """Return the JSON type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def typed(value: Any) -> str:
    """Return a value with its type."""
    return "null" if value is None else f"{kind_of(value)} {shown(value)}"


def shown(value: Any) -> str:
    """Return a value as a line shows it, cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
