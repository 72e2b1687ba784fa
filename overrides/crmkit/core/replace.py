"""Updates where the server clears what is not sent: read the record, change it, write it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .codec.decode_errors import DECODE_ERRORS
from .errors import ArgumentError, CRMError, DecodeError
from .sender import decoded, misformed, payload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .operation import Operation
    from .options import Options
    from .sender import Sender

__all__ = ["Member", "Replacement", "replaced"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """A member that is written, and where replies show it.

    Args:
        name: Its name where it is written.
        path: Members that lead to it in the record as read; through a list, into each element.
        nullable: Whether null may be written.
        by: What separates the elements of a text that holds a list; empty if it is none.
        between: What separates the members of such an element.
        members: Those members; empty if the elements are texts.
        form: `bit` for true and false as 1 and 0, `date` for the day of a moment, or empty.
    """

    name: str
    path: tuple[str, ...]
    nullable: bool = False
    by: str = ""
    between: str = ""
    members: tuple[str, ...] = ()
    form: str = ""

    def written(self, tree: Any) -> Any:
        """Return the value in the form in which it is written; None for nothing.

        Args:
            tree: The record as read.

        Raises:
            ArgumentError: A part of it holds what separates parts.
        """
        value = _at(tree, self.path)
        if self.by and isinstance(value, list):
            return self.by.join(self._element(one) for one in value)
        if self.form == "bit" and isinstance(value, bool):
            return int(value)
        if self.form == "date" and isinstance(value, str):
            return value[:10]
        return value

    def _element(self, value: Any) -> str:
        parts = [value]
        if self.members:
            tree = value if isinstance(value, dict) else {}
            parts = [tree.get(name) for name in self.members]
        found = ["" if one is None else str(one) for one in parts]
        if any(self.by in one or (self.between and self.between in one) for one in found):
            raise ArgumentError(self.name, "cannot be sent as the server has it; pass it anew")
        return self.between.join(found)


@dataclass(frozen=True, slots=True)
class Replacement:
    """An update that replaces.

    Args:
        read: The operation that reads the record.
        write: The update.
        decode: Reads the record as callers get it.
        members: What is written, and where it is read.
    """

    read: Operation
    write: Operation
    decode: Callable[[Any], object]
    members: tuple[Member, ...]

    def form(self, tree: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of a record as read, in the form in which it is written.

        Args:
            tree: The record as read.
            given: What is changed, by name; what the server has of it need not be writable.
        """
        kept = [one for one in self.members if one.name not in given]
        found = {one.name: (one, one.written(tree)) for one in kept}
        return {
            name: value
            for name, (one, value) in found.items()
            if value is not _ABSENT and (value is not None or one.nullable)
        }


_ABSENT: Any = object()


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for depth, name in enumerate(path):
        if isinstance(tree, list):
            found = [_at(one, path[depth:]) for one in tree]
            return [one for one in found if one is not None and one is not _ABSENT]
        if tree is None:
            return None
        if not isinstance(tree, dict) or name not in tree:
            return _ABSENT
        tree = tree[name]
    return tree


async def replaced(
    sender: Sender,
    adapt: Callable[[str, Any, dict[str, Any], dict[str, Any]], Awaitable[dict[str, Any]]],
    plan: Replacement,
    read: dict[str, Any],
    write: dict[str, Any],
    body: Callable[[], dict[str, Any]],
    decode: Callable[[Any], T] | None,
    options: Options | None,
) -> T:
    """Read a record, put changes over it, and write all of it.

    Args:
        sender: The client's sender.
        adapt: The resource's `_replaced`, which has the last word on what is kept.
        plan: What is read and written.
        read: What the generated `_get_kwargs` returned for the read.
        write: The same for the update.
        body: Encodes the changes.
        decode: Turns the payload into the result.
        options: What both calls do differently; `query` goes to the update alone.

    Raises:
        CRMError: Anything went wrong.
    """
    try:
        given = body()  # before anything is sent: a value may be impossible
    except ArgumentError as error:
        error.operation = error.operation or plan.write.name
        raise
    reading: Any = {name: value for name, value in (options or {}).items() if name != "query"}
    reply = await sender.reply(plan.read, read, reading)
    # What callers could not read is not written back: what it lacks would be lost.
    decoded(plan.read, reply, plan.decode)
    tree = payload(plan.read, reply)
    try:
        kept = await adapt(plan.write.name, tree, plan.form(tree, given), given)
    except CRMError as error:
        error.operation = error.operation or plan.write.name
        raise
    except DECODE_ERRORS as error:
        problem = "the record cannot be written back as it was read"
        raise misformed(DecodeError(problem), plan.read, reply) from error
    return await sender.call(plan.write, write, decode, options, lambda: {**kept, **given})
