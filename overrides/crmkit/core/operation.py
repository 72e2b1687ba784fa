"""What the document says of an operation, as far as a call needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

__all__ = ["Media", "Operation", "Paging"]

Media = Literal["json", "form", "multipart", "content"]


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list continues.

    Args:
        strategy: `page` counts pages, `offset` counts items, `none` has all items in one reply.
        number: Query parameter of the page or offset.
        size: Query parameter of the page size.
        default_size: Items a page to ask for by default; None leaves it to the server.
        first: Number of the first page, or the first offset.
        total: Member that counts all items, as a path from the top of the reply, or None. Where it
            is negative nothing was counted: -1 says that more follows, -2 that nothing does.
        last: Member that is the number of the last page, as a path from the top, or None.
    """

    strategy: Literal["page", "offset", "none"]
    number: str | None = None
    size: str | None = None
    default_size: int | None = None
    first: int = 1
    total: tuple[str, ...] | None = None
    last: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Args:
        name: What callers know it by, such as `contacts.save`.
        method: HTTP method in capitals.
        path: Path template relative to the base URL, such as `/contact.save.json`.
        envelope: Members that lead from the decoded body to the payload.
        payload: Python type of the payload as decoded from the wire; None if any will do.
        items: Python type of the elements of a payload that is a list; None if any will do.
        effect: `write` for what changes something on the server, else `read`.
        paging: How the list continues, or None for what is no list.
        open_form: Whether a reply may have any form, not only the vendor's.
        media: How a body is written: as JSON, as the fields of a form, with files among them, or as
            it is.
        content_type: Content-Type of a body that is written as it is.
        settings: Path parameters that are settings of the client: `:format` stands for one in the
            URLs of generated functions, `{format}` in `path`.
        profiles: The kinds of server that have the operation; empty for all.
    """

    name: str
    method: str
    path: str
    envelope: tuple[str, ...] = ()
    payload: type | None = None
    items: type | None = None
    effect: Literal["read", "write"] = "write"
    paging: Paging | None = None
    open_form: bool = False
    media: Media = "json"
    content_type: str = ""
    settings: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    @cached_property
    def repeatable(self) -> bool:
        """Whether a second execution does no harm, so that a lost reply may be retried."""
        return self.effect == "read" or self.method in {"PUT", "DELETE"}
