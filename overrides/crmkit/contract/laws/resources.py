"""What laws know of a resource: its operations, its lists, and what its members hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit.contract.document import Document, Operation

__all__ = ["ABSENT", "Listing", "Member", "Resource", "listing_of", "members_of", "value_at"]

_SPELLINGS = ("PUT", "PATCH", "POST")


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
"""The value of a member that a record does not have."""


@dataclass(frozen=True)
class Member:
    """A member that can be written.

    Attributes:
        name: Name in bodies.
        kind: `text` (several lines), `line`, `integer`, `number`, `flag`, `bit` (sent as 1 or 0),
            `date`, `datetime`, `choice`, or `other`, of which laws draw no values.
        read_as: Dotted path of its value in the record; empty if it is not read back.
        nullable: Whether null may be sent.
        longest: The most characters it may have; None: unlimited, or not documented.
        choices: Its documented values.
        avoids: Characters that it does not take.
        form: Its `x-crmkit-format`; empty for none.
        digits: The most significant digits of a number that are kept; 0: those of an amount, with
            two decimals.
        updated: Whether only updates have it, and no creation.
    """

    name: str
    kind: str
    read_as: str
    nullable: bool = False
    longest: int | None = None
    choices: tuple[Any, ...] = ()
    avoids: str = ""
    form: str = ""
    digits: int = 0
    updated: bool = False

    def of(self, record: Any) -> Any:
        """Return its value in a record; `ABSENT` if the record does not have it."""
        return value_at(record, self.read_as)


@dataclass(frozen=True)
class Listing:
    """A list.

    Attributes:
        path: Its path; "{contact}" and the like stand for ids of a scene's records.
        number: Query parameter of the page or offset; empty: one reply holds everything.
        size: Query parameter of the page size; empty for none.
        first: Number of the first page.
        by_offset: Whether items are counted, and not pages.
        total: Dotted path of the number of items; empty if the list does not say.
        last: Dotted path of the number of the last page.
        most: The most rows that a page is asked for.
        largest: The largest page that the server gives; 0: not documented.
        query: What narrows the list to the conversation's own records, where it can be narrowed.
        sorts: The keys that it can be sorted by.
        is_own: Whether it shows none but the conversation's own records.
    """

    path: str
    number: str = ""
    size: str = ""
    first: int = 1
    by_offset: bool = False
    total: str = ""
    last: str = ""
    most: int = 100
    largest: int = 0
    query: tuple[tuple[str, Any], ...] = ()
    sorts: tuple[str, ...] = ()
    is_own: bool = False


@dataclass(frozen=True)
class Resource:
    """A resource.

    Attributes:
        name: Name in reports.
        collection: Path of a creation.
        record: Path of a record, with "{id}"; empty if no record is read by itself.
        needs: What a record needs; "{contact}" and the like stand for ids.
        members: The members that can be written, by name.
        naming: Member that carries the conversation's marker; empty for none.
        updates: Methods that update a record, at its path.
        replaces: Whether an update needs or clears what is not sent.
        completes: What an update needs besides what a creation does.
        deletes: Whether a record can be deleted.
        lists: The lists that show its records.
    """

    name: str
    collection: str
    record: str
    needs: Mapping[str, Any]
    members: Mapping[str, Member] = field(default_factory=dict[str, Member])
    naming: str = ""
    updates: tuple[str, ...] = ()
    replaces: bool = False
    completes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    deletes: bool = True
    lists: tuple[Listing, ...] = ()

    def plain_members(self) -> Iterator[Member]:
        """Yield the members that laws draw values of and that are read back."""
        for member in self.members.values():
            if member.kind != "other" and member.read_as:
                yield member


def updates_of(document: Document, record: str) -> tuple[str, ...]:
    """Return the methods that update a record."""
    found = (document.operation(method, record.replace("{id}", "1")) for method in _SPELLINGS)
    return tuple(operation.method for operation in found if operation is not None)


def listing_of(document: Document, operation: Operation, path: str = "", **more: Any) -> Listing:
    """Return the list of an operation, as `x-crmkit-paging` describes it.

    Args:
        document: The wire document.
        operation: The operation.
        path: Its path, with what stands for ids; empty: that of the document.
        more: Further attributes.
    """
    paging = operation.node.get("x-crmkit-paging", {"strategy": "none"})
    by_offset = paging["strategy"] == "offset"
    return Listing(
        path or operation.path,
        number=paging.get("number", ""),
        size=paging.get("size", ""),
        first=paging.get("first", 0 if by_offset else 1),
        by_offset=by_offset,
        total=paging.get("total", ""),
        last=paging.get("last", ""),
        largest=_largest(document, operation, paging.get("size", "")),
        **more,
    )


def _largest(document: Document, operation: Operation, size: str) -> int:
    for param in map(document.resolve, operation.node.get("parameters", ())):
        if param["name"] == size:
            return int(document.resolve(param["schema"]).get("maximum", 0))
    return 0


def members_of(document: Document, operation: Operation | None) -> dict[str, Member]:
    """Return the members of a request's body, as its schema describes them."""
    if operation is None:
        return {}
    body = document.resolve(operation.node.get("requestBody", {}))
    for media in body.get("content", {}).values():
        schema = document.resolve(media.get("schema", {}))
        if schema.get("properties"):
            return {
                name: _member(document, name, node)
                for name, node in schema["properties"].items()
                if not node.get("writeOnly")
            }
    return {}


def _member(document: Document, name: str, node: Any) -> Member:
    read_as = node.get("x-crmkit-read-as", name)
    parts = [document.resolve(part) for part in _parts(document, node)]
    nullable = any("null" in _types(part) for part in parts)
    values = [part for part in parts if _types(part) != {"null"}]
    schema = {**values[0], **{key: value for key, value in node.items() if key != "$ref"}}
    choices = tuple(value for value in schema.get("enum", ()) if value is not None)
    form = str(schema.get("x-crmkit-format", ""))
    longest = schema.get("maxLength")
    return Member(
        name, _kind(schema, node), read_as, nullable, longest, choices, form=form
    )  # fmt: skip


def _parts(document: Document, node: Any) -> list[Any]:
    node = document.resolve(node)
    if "anyOf" not in node:
        return [node]
    return [kind for part in node["anyOf"] for kind in _parts(document, part)]


def _types(schema: Any) -> set[str]:
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types)


def _kind(schema: Any, node: Any) -> str:  # noqa: PLR0911 - a value for each kind
    types = _types(schema) - {"null"}
    marked = {key for key in (*schema, *node) if key.startswith("x-crmkit-separated")}
    if schema.get("enum"):
        return "choice"
    if marked or "array" in types or "object" in types:
        return "other"
    form = schema.get("x-crmkit-format", schema.get("format", ""))
    if form in {"date", "dmy"}:
        return "date"
    if form in {"date-time", "datetime", "espo_datetime"}:
        return "datetime"
    if form == "bit":
        return "bit"
    if "boolean" in types:
        return "flag"
    if types & {"integer", "number"}:
        return "integer" if "integer" in types else "number"
    return "text" if types == {"string"} and not form else "other"


def value_at(tree: Any, path: str) -> Any:
    """Return the value at a dotted path, through lists into each of their elements."""
    for index, part in enumerate(parts := path.split(".") if path else []):
        if isinstance(tree, list):
            rest = ".".join(parts[index:])
            return [value_at(item, rest) for item in tree]
        if not isinstance(tree, dict) or part not in tree:
            return None if tree is None and index else ABSENT
        tree = tree[part]
    return tree
