"""What a request carries: JSON, a form, files, or bytes that are read while they are sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from .codec import json
from .codec.values import encode_extras, encode_json
from .errors import ArgumentError
from .types import File

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from .operation import Operation

__all__ = ["Body", "Sink", "Stream", "body_of"]


class Sink(Protocol):
    """What a body is written to."""

    def write(self, part: bytes) -> None:
        """Write a part of the body."""


class Stream(Protocol):
    """Bytes that need not be in memory at one time.

    Attributes:
        length: Their number, which the server is told.
    """

    @property
    def length(self) -> int:
        """Number of bytes."""
        ...

    def parts(self) -> Iterator[bytes]:
        """Yield all bytes, from the first on whenever it is called."""
        ...


class Body:
    """The body of a call, from which each attempt's request is made.

    Args:
        content: The bytes; None for no body, or for one of the others.
        stream: Bytes to be read while they are sent.
        fields: Texts by name, of a form with files.
        files: Files by name, of such a form.
        media: Content-Type; None where httpx knows it, or where there is none.
    """

    def __init__(
        self,
        content: bytes | None = None,
        *,
        stream: Stream | None = None,
        fields: dict[str, Any] | None = None,
        files: dict[str, File] | None = None,
        media: str | None = None,
    ) -> None:
        self.content = content
        self.stream = stream
        self.fields = fields
        self.files = files
        self.media = media
        self._own: list[BinaryIO] = []

    def arguments(self) -> dict[str, Any]:
        """Return what httpx builds a request of.

        Raises:
            OSError: A file cannot be opened.
        """
        if self.files is None:
            return {"content": self.content}
        self.close()
        files = {
            name: self._opened(_named(name, file)).to_tuple() for name, file in self.files.items()
        }
        return {"data": self.fields, "files": files}

    def _opened(self, file: File) -> File:
        if isinstance(file.payload, Path):
            self._own.append(file.payload.open("rb"))
            return replace(file, payload=self._own[-1])
        return file

    def close(self) -> None:
        """Close the files that were opened here, from their paths."""
        while self._own:
            self._own.pop().close()

    @property
    def repeatable(self) -> bool:
        """Whether it can be sent a second time: files must be able to go back."""
        payloads = [file.payload for file in (self.files or {}).values()]
        return all(isinstance(one, Path) or one.seekable() for one in payloads)


def _named(field: str, file: File) -> File:
    """Return a file with a name: without one, a server takes its part for a text."""
    if file.file_name is not None:
        return file
    told = file.payload if isinstance(file.payload, Path) else getattr(file.payload, "name", None)
    return replace(file, file_name=Path(told).name if isinstance(told, str | Path) else field)


def body_of(operation: Operation, kwargs: dict[str, Any], body: Any) -> Body:
    """Return the body of a call.

    Args:
        operation: The operation; its `media` says which form the body has.
        kwargs: What the generated `_get_kwargs` returned.
        body: Encodes the body in place of the one in `kwargs`; or None.

    Raises:
        ArgumentError: It cannot be written.
    """
    if body is None and "json" not in kwargs:
        content = kwargs.get("content")
        if isinstance(content, str):
            content = content.encode()
        media = operation.content_type or None
        if content is None or isinstance(content, bytes):
            return Body(content, media=media)
        return Body(stream=content, media=media)
    tree = kwargs["json"] if body is None else body
    if operation.media == "json":
        return Body(_json(tree), media="application/json")
    tree = tree() if callable(tree) else tree
    return _form(tree) if operation.media == "form" else _multipart(tree)


def _form(tree: dict[str, Any]) -> Body:
    pairs = [pair for name, value in tree.items() for pair in _pairs(name, value)]
    try:
        return Body(urlencode(pairs).encode(), media="application/x-www-form-urlencoded")
    except UnicodeError:
        raise ArgumentError("body", "a form cannot hold it: UnicodeEncodeError") from None


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [pair for one in value for pair in _pairs(f"{name}[]", one)]
    return [(name, _text(name, value))]


def _text(name: str, value: Any) -> str:
    """Return a value as the text of a form's field; None is an empty one."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise ArgumentError(name, f"a form cannot hold it: {type(value).__name__}")


def _multipart(tree: dict[str, Any]) -> Body:
    files = {name: value for name, value in tree.items() if isinstance(value, File)}
    rest = {name: value for name, value in tree.items() if name not in files}
    pairs = [pair for name, value in rest.items() for pair in _pairs(name, value)]
    fields: dict[str, list[str]] = {}
    for name, text in pairs:
        fields.setdefault(name, []).append(text)
    return Body(fields=fields, files=files)


def _json(body: Any) -> bytes:
    tree: Any = None
    try:
        if callable(body):
            tree = body()
        else:
            tree = encode_extras(body) if type(body) is dict else encode_json(body, "body")
        return json.dumps(tree)
    except ArgumentError:
        raise
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ArgumentError(*_culprit(tree, error)) from None


def _culprit(tree: Any, error: Exception) -> tuple[str, str]:
    """Return which member of a body JSON cannot hold, and why; its value is not told."""
    for name, value in tree.items() if isinstance(tree, dict) else ():
        try:
            json.dumps({name: value})
        except (TypeError, ValueError) as wrong:
            return ascii(name)[1:-1], f"JSON cannot hold it: {type(wrong).__name__}"
    return "body", f"cannot be written: {type(error).__name__}"
