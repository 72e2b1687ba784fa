"""Bodies of requests: JSON, forms, files, or bytes that are read while they are sent."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from .codec import json
from .errors import ArgumentError, digits, encodable, expected
from .types import UNSET, File

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import BinaryIO

    from .operation import Operation


class RequestTree(dict[str, Any]):
    """The tree of a write, with the names by which its caller knows the members.

    Args:
        attributes: The attribute of each documented member, by wire name.
        extra: Names of the members that were passed in `extra`.
    """

    def __init__(self, attributes: Mapping[str, str], extra: Collection[str]) -> None:
        super().__init__()
        self._attributes, self._extra = attributes, extra

    def name_of(self, argument: str) -> str:
        """Return a member, or a place in one such as `phones[0]`, as the caller wrote it."""
        member, bracket, place = argument.partition("[")
        name = self._attributes.get(member, member)
        if member in self._extra:
            name = f"extra[{member!r}]"
        return name + bracket + place


class Sink:
    """A file that the body of a reply goes to, and the position at which it began.

    Args:
        file: The file, open for writing bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell() if file.seekable() else None
        self._begun = False

    def write(self, part: bytes) -> None:
        """Write a part of the body."""
        self._begun = True
        self._file.write(part)

    def rewind(self) -> bool:
        """Truncate the file to where it began; return whether another attempt can be made."""
        if self._begun and self._start is not None:
            self._file.seek(self._start)
            self._file.truncate()
            self._begun = False
        return not self._begun


class Stream(Protocol):
    """Bytes that need not be in memory at one time.

    Attributes:
        length: Their number, sent as Content-Length.
    """

    @property
    def length(self) -> int:
        """Number of bytes."""
        ...

    def parts(self) -> Iterator[bytes]:
        """Yield all bytes, from the first on whenever it is called."""
        ...


@dataclass(slots=True, eq=False, repr=False)
class Body:
    """The body of a call, from which each attempt's request is made.

    Args:
        content: The bytes; None for no body, or for one of the others.
        stream: Bytes to be read while they are sent.
        fields: Values by name, of a form with files.
        files: Files by name, of such a form.
        media: Content-Type; None where httpx knows it, or where there is none.
    """

    content: bytes | None = None
    _: KW_ONLY
    stream: Stream | None = None
    fields: dict[str, Any] | None = None
    files: dict[str, File] | None = None
    media: str | None = None
    _opened: list[BinaryIO] = field(default_factory=list["BinaryIO"], init=False)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments from which httpx builds a request.

        Raises:
            OSError: A file cannot be opened.
        """
        if self.files is None:
            return {"content": self.content}
        self.close()
        files = {name: self._part(name, file) for name, file in self.files.items()}
        return {"data": self.fields, "files": files}

    def _part(self, member: str, file: File) -> tuple[str, BinaryIO, str | None]:
        """Return name, open file and media type; without a name a server reads it as a str."""
        payload, name = file.payload, file.file_name
        if name is None:
            path = payload if isinstance(payload, Path) else getattr(payload, "name", None)
            name = Path(path).name if isinstance(path, str | Path) else member
        if isinstance(payload, Path):
            payload = payload.open("rb")
            self._opened.append(payload)
        return name, payload, file.mime_type

    def close(self) -> None:
        """Close the files that were opened here, from their paths."""
        while self._opened:
            self._opened.pop().close()

    @property
    def repeatable(self) -> bool:
        """Whether it can be sent a second time: files must be seekable."""
        payloads = [file.payload for file in (self.files or {}).values()]
        return all(isinstance(file, Path) or file.seekable() for file in payloads)


def body_of(operation: Operation, value: Any) -> Body:
    """Return the encoded body of a call.

    Args:
        operation: The operation; its `media` says how the body is written.
        value: A tree as the wire has it; for `content` bytes, a str or a `Stream`; UNSET for none.

    Raises:
        ArgumentError: It cannot be written.
    """
    if value is UNSET:
        return Body()
    if operation.media == "content":
        return _content(value, operation.content_type or None)
    try:
        if operation.media == "json":
            return Body(_json(value), media="application/json")
        return _form(value) if operation.media == "form" else _multipart(value)
    except ArgumentError as error:
        if isinstance(value, RequestTree):
            error.argument = value.name_of(error.argument)
        raise


def _content(value: Any, media: str | None) -> Body:
    content: Any = value
    if isinstance(value, File) and not isinstance(value.payload, Path):
        content = value.payload.read()
    if isinstance(content, str | bytes):
        if isinstance(content, str):
            content = encodable(content, "content", "written as UTF-8").encode()
        return Body(content, media=media)
    if not hasattr(content, "parts"):
        raise expected("content", "str, bytes or a stream of bytes", value)
    return Body(stream=content, media=media)


def _form(tree: dict[str, Any]) -> Body:
    pairs = [pair for name, value in tree.items() for pair in _pairs(name, value, name)]
    return Body(urlencode(pairs).encode(), media="application/x-www-form-urlencoded")


def _pairs(name: str, value: Any, argument: str) -> list[tuple[str, str]]:
    if isinstance(value, list):
        items = enumerate(value)
        return [pair for n, item in items for pair in _pairs(f"{name}[]", item, f"{argument}[{n}]")]
    if value is not None and not isinstance(value, str | int | float):
        raise ArgumentError(argument, f"a form cannot hold a {type(value).__name__}")
    text = digits(value, argument) if type(value) is int else plain_text(value)
    for part in (name, text):
        encodable(part, argument, "written in a form")
    return [(name, text)]


def plain_text(value: Any) -> str:
    """Return a value as part of a form or query; None is an empty str."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _multipart(tree: dict[str, Any]) -> Body:
    files = {name: value for name, value in tree.items() if isinstance(value, File)}
    fields: dict[str, list[str]] = {}
    for name, value in tree.items():
        for member, text in () if name in files else _pairs(name, value, name):
            fields.setdefault(member, []).append(text)
    return Body(fields=fields, files=files)


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(*_unwritable_member(value, error)) from None


def _unwritable_member(tree: Any, error: Exception) -> tuple[str, str]:
    """Return which member of a body JSON cannot hold, and why; its value is not shown."""
    for name, value in tree.items() if isinstance(tree, dict) else ():
        try:
            json.dumps({name: value})
        except (TypeError, ValueError) as member_error:
            return name, _not_json(member_error)
    return "body", _not_json(error)


def _not_json(error: Exception) -> str:
    surrogate = isinstance(error, UnicodeError)
    reason = "it holds a lone surrogate" if surrogate else type(error).__name__
    return f"cannot be written as JSON: {reason}"
