"""Conversations that only read: each list that a document has, and the first of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entry import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conversation import Talk
    from .document import Document, Operation

__all__ = ["read_conversations"]

_ROWS = 5


def read_conversations(document: Document) -> Iterator[Conversation]:
    """Yield a conversation for each list that needs no argument.

    The replies show records that are not the conversation's own, so only types are compared.

    Args:
        document: The wire document.
    """
    by_path = {
        operation.path: operation
        for operation in document.operations.values()
        if operation.method == "GET"
    }
    for path, operation in by_path.items():
        if _is_plain_list(document, operation):
            one = by_path.get(f"{path}/{{id}}")
            yield Conversation(f"reads.{operation.id}", _reads(operation, one), writes=False)


def _is_plain_list(document: Document, operation: Operation) -> bool:
    paging = operation.node.get("x-crmkit-paging", {"strategy": "none"})
    needed = [
        param
        for node in operation.node.get("parameters", ())
        if (param := document.resolve(node)).get("required")
    ]
    return paging["strategy"] != "none" and "{" not in operation.path and not needed


def _reads(operation: Operation, one: Operation | None) -> Callable[[Talk], None]:
    size = operation.node["x-crmkit-paging"].get("size")

    def hold(talk: Talk) -> None:
        talk.get(operation.path)
        rows = talk.get(operation.path, {size: _ROWS} if size else {})
        if one is not None:
            record = rows.bind(f"{talk.crm.rows_path}.0.id".removeprefix("."))
            if talk.knows(record):
                talk.get(one.path.replace("{id}", record))

    return hold
