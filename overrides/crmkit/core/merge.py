"""Updates where the server clears what is not sent: read the record, merge, write it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .codec.decode_errors import DECODE_ERRORS
from .errors import ArgumentError, CRMError, DecodeError, processed
from .sender import decoded, misformed, payload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .call import Call
    from .operation import Operation
    from .sender import Sender

    Tree = dict[str, Any]
    Merged = Callable[[str, Any, Tree, Mapping[str, Any]], Awaitable[Tree]]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """A member that is written, and where replies show it.

    Args:
        name: Its name where it is written.
        path: Members that lead to it in the record as read; through a list, into each element.
        nullable: Whether null may be written.
        by: What separates the elements of a str that holds a list; empty if it is not a list.
        between: What separates the members of such an element.
        members: Those members; empty if the elements are plain.
        form: `bit` for true and false as 1 and 0, `date` for the date of a datetime, or empty.
        argument: Name of the keyword that writes it; empty where it is that on the wire.
    """

    name: str
    path: tuple[str, ...]
    nullable: bool = False
    by: str = ""
    between: str = ""
    members: tuple[str, ...] = ()
    form: str = ""
    argument: str = ""

    def written(self, tree: Any) -> Any:
        """Return the value in the form in which it is written, or None.

        Args:
            tree: The record as read.

        Raises:
            ArgumentError: A part of it holds what separates parts, or is a list or an object.
        """
        value = _at(tree, self.path)
        if self.by and isinstance(value, list):
            return self.by.join(self._element(item) for item in value)
        if self.form == "bit" and isinstance(value, bool):
            return int(value)
        if self.form == "date" and isinstance(value, str):
            return value[:10]
        return value

    def _element(self, value: Any) -> str:
        parts = [value]
        if self.members and isinstance(value, dict):
            parts = [value.get(name) for name in self.members]
        texts = ["" if part is None else str(part) for part in parts]
        plain = all(isinstance(part, str | int | float | None) for part in parts)
        separators = [separator for separator in (self.by, self.between) if separator]
        if not plain or any(separator in text for separator in separators for text in texts):
            problem = "cannot be written back as the server has it: pass its new value"
            raise ArgumentError(self.argument or self.name, problem)
        return self.between.join(texts)


@dataclass(frozen=True, slots=True)
class Merge:
    """An update that replaces the whole record.

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

    def fields_to_keep(self, tree: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of a record as read, in the form in which it is written.

        Args:
            tree: The record as read.
            changes: What is changed, by name; what the server has of it need not be writable.
        """
        kept: dict[str, Any] = {}
        for member in self.members:
            value = _ABSENT if member.name in changes else member.written(tree)
            if value is not _ABSENT and (value is not None or member.nullable):
                kept[member.name] = value
        return kept


_ABSENT: Any = object()


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for depth, name in enumerate(path):
        if isinstance(tree, list):
            values = [_at(item, path[depth:]) for item in tree]
            return [value for value in values if value is not None and value is not _ABSENT]
        if tree is None:
            return None
        if not isinstance(tree, dict) or name not in tree:
            return _ABSENT
        tree = tree[name]
    return tree


async def merge_update(
    sender: Sender,
    merge: Merge,
    read: Call,
    write: Call,
    changes: dict[str, Any],
    merged: Merged,
    decode: Callable[[Any], T] | None,
) -> T:
    """Read a record, put changes over it, and write all of it.

    Args:
        sender: The client's sender.
        merge: What is read and written.
        read: The call that reads.
        write: The call that writes, so far with the changes alone.
        changes: The changes as the wire has them.
        merged: The resource's hook, which has the last word on what is written.
        decode: Turns the payload into the result.

    Raises:
        CRMError: The update failed.
    """
    with processed(False):
        reply = await sender.reply(read)
        # A record that callers could not read is not written back: members would be lost.
        decoded(merge.read, reply, merge.decode)
        tree = payload(merge.read, reply)
        try:
            body = {**merge.fields_to_keep(tree, changes), **changes}
            body = await merged(merge.write.name, tree, body, changes)
            write = write.with_body(body)
        except CRMError as error:
            error.operation = error.operation or merge.write.name
            raise
        except DECODE_ERRORS as error:
            problem = "the record cannot be written back as it was read"
            raise misformed(DecodeError(problem), merge.read, reply) from error
    return await sender.call(write, decode)
