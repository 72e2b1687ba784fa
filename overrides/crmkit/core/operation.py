"""Operations of a document: what is needed to make requests from arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Media = Literal["json", "form", "multipart", "content"]

Convert = Callable[[Any, str], Any]
"""Returns the wire form of a value; the second argument is its name in errors."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of an operation.

    Args:
        argument: Name of the Python argument.
        wire: Name on the wire.
        place: Where it goes.
        style: How it is written: `single`, one value; of a list, `joined` to one value by the
            separator, or `repeated` once for each item; `spread` over many parameters by the
            vendor.
        separator: What joins the items.
        convert: Returns the wire form of a value; None for a str, number or boolean.
    """

    argument: str
    wire: str
    place: Literal["path", "query", "header"] = "query"
    style: Literal["single", "joined", "repeated", "spread"] = "single"
    separator: str = ","
    convert: Convert | None = None


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """How a list is sorted by the time at which its records changed.

    Args:
        time: Member of a record that has its time of change.
        query: Query parameters, with their values, that sort the list so, oldest change first if
            the server can filter as well, else newest first.
        after: Query parameters that leave out what does not come after a record: `{time}` and
            `{id}` in their values stand for its time of change, and for its id or an empty str.
            Empty where the server cannot.
        time_format: How a time is written there, as `strftime` has it.
    """

    time: str
    query: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...] = ()
    time_format: str = ""


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list continues.

    Args:
        strategy: `page` counts pages, `offset` counts items, `key` asks for what comes after an
            item, `none` has all items in one reply.
        number: Query parameter of the page or offset.
        size: Query parameter of the page size.
        default_size: Page size to ask for by default; None leaves it to the server.
        first: Number of the first page, or the first offset.
        total: Path from the top of the reply to the number of all items, or None. Where that is
            negative nothing was counted: -1 says that more follows, -2 that nothing does.
        last: Path from the top of the reply to the number of the last page, or None.
        changes: How it is sorted by time of change, or None where the server cannot.
        after: Of `key`, the query parameter that asks for what comes after an item.
        by: Of `key`, the integer of the item that goes there; no two have the same, and it stays.
    """

    strategy: Literal["page", "offset", "key", "none"]
    number: str | None = None
    size: str | None = None
    default_size: int | None = None
    first: int = 1
    total: tuple[str, ...] | None = None
    last: tuple[str, ...] | None = None
    changes: ChangeOrder | None = None
    after: str | None = None
    by: str = "id"


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Args:
        name: What callers know it by, such as `contacts.save`.
        method: HTTP method in upper case.
        path: Path template relative to the base URL, such as `/contact.save.{format}`.
        params: Its parameters, without those that are settings of the client.
        envelope: Members that lead from the decoded body to the payload.
        payload: Python type of the payload as decoded from the wire; None if any will do.
        effect: `write` for what changes something on the server, `once` where a second execution
            does something else whatever the method says, else `read`.
        paging: How the list continues, or None for what is not a list.
        open_form: Whether a reply may have any form, not only the vendor's.
        media: How a body is written: as JSON, as the fields of a form, with files among them, or as
            it is.
        content_type: Content-Type of a body that is written as it is.
        settings: Path parameters that are settings of the client.
        profiles: The kinds of server that have the operation; empty for all.
        exact: Whether its payload holds numbers that must keep all their digits, such as money.
    """

    name: str
    method: str
    path: str
    params: tuple[Param, ...] = ()
    envelope: tuple[str, ...] = ()
    payload: type | None = None
    effect: Literal["read", "write", "once"] = "write"
    paging: Paging | None = None
    open_form: bool = False
    media: Media = "json"
    content_type: str = ""
    settings: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    exact: bool = False

    @cached_property
    def repeatable(self) -> bool:
        """Whether a second execution does no harm, so that a lost reply may be retried."""
        harmless = self.effect == "write" and self.method in {"PUT", "DELETE"}
        return self.effect == "read" or harmless
