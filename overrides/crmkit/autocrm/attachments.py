"""Files: uploads in parts that fit into memory, downloads to a file."""

from __future__ import annotations

import os
from base64 import b64encode
from contextlib import contextmanager
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, BinaryIO

from crmkit.core.body import Sink
from crmkit.core.codec.files import checked_names
from crmkit.core.drive import awaitable
from crmkit.core.errors import ArgumentError, expected, in_operation, processed
from crmkit.core.resource import Resource
from crmkit.core.types import File
from crmkit_generated.autocrm import codec
from crmkit_generated.autocrm.operations import (
    ATTACHMENTS_CHUNK,
    ATTACHMENTS_CREATE,
    ATTACHMENTS_DOWNLOAD,
)
from crmkit_generated.autocrm.resources import attachments as generated

from .records import wire_members

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from crmkit.core.options import Options
    from crmkit_generated.autocrm.models import Attachment

    Target = BinaryIO | os.PathLike[str] | str

_ARGUMENTS = ("field", "related_type", "parent_type", "parent_id", "name", "type_", "role")

CHUNK = 3 << 20
"""Bytes of a file that are sent at a time: 4 MiB as base64."""


class _Transfers(Resource):
    async def _upload(
        self, file: Any, members: tuple[Any, ...], options: Options | None
    ) -> Attachment:
        with in_operation("attachments.upload"), _opened(file) as opened:
            body = _members(members, opened)
            size = _size(opened.payload)
            if size is None or size <= CHUNK:
                content = opened.payload.read(CHUNK + 1)
                if len(content) > CHUNK:
                    problem = f"has more than {CHUNK} bytes and must be seekable"
                    raise ArgumentError("file", problem)
                body["file"] = f"data:{body['type']};base64,{b64encode(content).decode()}"
                return await self._create(body, options)
            attachment = await self._create(
                {**body, "isBeingUploaded": True, "size": size}, options
            )
            begin = opened.payload.tell()
            with processed(True):
                for start in range(0, size, CHUNK):
                    part = _Part(opened.payload, begin + start, min(CHUNK, size - start))
                    arguments = {"id": attachment.id, "start": start}
                    call = self._call(ATTACHMENTS_CHUNK, arguments, options, part)
                    await self._sender.reply(call)
            attachment.is_being_uploaded = False  # it was, when the server replied
            return attachment

    async def _create(self, body: dict[str, Any], options: Options | None) -> Attachment:
        call = self._call(ATTACHMENTS_CREATE, {}, options, body)
        return await self._sender.call(call, codec.Attachment.decode)

    async def _download(self, id: str, to: Target | None, options: Options | None) -> bytes:
        call = self._call(ATTACHMENTS_DOWNLOAD, {"id": id}, options)
        if to is None:
            return (await self._sender.reply(call)).content
        if not isinstance(to, str | os.PathLike):
            if not hasattr(to, "write"):
                problem = f"expected a path or an open file, got {type(to).__name__}"
                raise ArgumentError("to", problem, operation=ATTACHMENTS_DOWNLOAD.name)
            call.sink = Sink(to)
            await self._sender.reply(call)
            return b""
        target = Path(to)
        # Written under another name beside it, so that it appears when it is complete.
        part = target.with_name(f".{target.name}.{token_hex(4)}")
        try:
            os.fsencode(part)
        except UnicodeEncodeError:
            name = ATTACHMENTS_DOWNLOAD.name
            raise ArgumentError(
                "to", "must be a path that can be encoded", operation=name
            ) from None
        try:
            with part.open("xb") as file:
                call.sink = Sink(file)
                await self._sender.reply(call)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return b""


class Attachments(_Transfers, generated.Attachments):
    """Files of records, notes and e-mails."""

    def upload(
        self,
        file: File | BinaryIO | bytes | os.PathLike[str],
        *,
        field: str | None = None,
        related_type: str | None = None,
        parent_type: str | None = None,
        parent_id: str | None = None,
        name: str | None = None,
        type_: str | None = None,
        role: str = "Attachment",
        options: Options | None = None,
    ) -> Attachment:
        """Upload a file.

        Put the id of what comes back into the field that the file is for, such as `fileId` or
        `attachmentsIds`. Files above 3 MiB go in parts of that size, so that they need not fit into
        memory; where a part fails, nothing refers to those before it.

        Args:
            file: Bytes, a path, or a file that is open in binary mode, from its position on.
            field: Name of the field that the file is for, such as `file` of Document.
            related_type: Entity type of that field, if it holds one file.
            parent_type: Entity type of that field, if it holds several; or `Note` or `Email`.
            parent_id: Id of the record that the file belongs to.
            name: Name of the file; by default that of the path or open file.
            type_: Media type; by default what the name says.
            role: What it is there for.
            options: What the calls do differently; see `Options`.

        Returns:
            The attachment.

        Raises:
            OSError: The file cannot be read.
            PermissionDeniedError: The field does not exist, or does not take files of the type.
        """
        members = (field, related_type, parent_type, parent_id, name, type_, role)
        return self._run(self._upload(file, members, options))

    def download(
        self, id: str, to: Target | None = None, *, options: Options | None = None
    ) -> bytes:
        """Download a file.

        Args:
            id: Id of the attachment.
            to: A path, under which the file appears when it is complete, or a file that is open for
                writing bytes; None for the bytes themselves.
            options: What this call does differently; see `Options`.

        Returns:
            The bytes; empty where they went to a file.

        Raises:
            NotFoundError: The file does not exist.
            OSError: The file cannot be written.
        """
        return self._run(self._download(id, to, options))


class AsyncAttachments(_Transfers, generated.AsyncAttachments):
    """Files of records, notes and e-mails, for async clients; disks are not awaited."""

    upload = awaitable(Attachments.upload)

    async def download(
        self, id: str, to: Target | None = None, *, options: Options | None = None
    ) -> bytes:
        """Download a file.

        Args:
            id: Id of the attachment.
            to: A path, under which the file appears when it is complete, or a file that is open for
                writing bytes; None for the bytes themselves.
            options: What this call does differently; see `Options`.

        Returns:
            The bytes; empty where they went to a file.

        Raises:
            NotFoundError: The file does not exist.
            OSError: The file cannot be written.
        """
        return await self._download(id, to, options)


def _members(members: tuple[Any, ...], file: File) -> dict[str, Any]:
    """Return the members of an attachment, completed by its file's name and media type."""
    arguments = dict(zip(_ARGUMENTS, members, strict=True))
    for argument, value in arguments.items():
        if value is not None and not isinstance(value, str):
            raise expected(argument, "str", value)
    name = arguments["name"] or file.file_name
    if not name:
        raise ArgumentError("name", "is missing: the file has no name of its own")
    type_ = arguments["type_"] or file.mime_type or guess_type(name)[0]
    completed = {"name": name, "type_": type_ or "application/octet-stream"}
    return wire_members({**arguments, **completed})


@contextmanager
def _opened(source: Any) -> Generator[Any]:
    """Open the file of an upload, and close what was opened here."""
    file: Any = checked_names(source if isinstance(source, File) else File(source), "file")
    if isinstance(file.payload, os.PathLike):
        with Path(file.payload).open("rb") as payload:
            yield File(payload, file.file_name or Path(payload.name).name, file.mime_type)
    elif isinstance(file.payload, bytes):
        yield File(BytesIO(file.payload), file.file_name, file.mime_type)
    elif hasattr(file.payload, "read"):
        name = getattr(file.payload, "name", None)
        own = Path(name).name if isinstance(name, str) else None
        yield File(file.payload, file.file_name or own, file.mime_type)
    else:
        raise expected("file", "bytes, a path or an open file", file.payload)


def _size(file: BinaryIO) -> int | None:
    """Return how many bytes an open file still has; None if it is not seekable."""
    if not isinstance(file.read(0), bytes):
        raise ArgumentError("file", "must be open in binary mode")
    if not file.seekable():
        return None
    begin = file.tell()
    size = file.seek(0, os.SEEK_END) - begin
    file.seek(begin)
    return size


class _Part:
    """A part of a file as a data URI, encoded while it is sent.

    Args:
        file: The file.
        start: Where the part begins.
        size: Number of its bytes.
    """

    _HEAD = b"data:application/octet-stream;base64,"
    _BLOCK = 3 << 14  # a multiple of three, so that no padding falls between two blocks

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self.length = len(self._HEAD) + (size + 2) // 3 * 4

    def parts(self) -> Iterator[bytes]:
        """Yield the data URI."""
        self._file.seek(self._start)
        yield self._HEAD
        left = self._size
        while left:
            block = self._file.read(min(self._BLOCK, left))
            if len(block) < min(self._BLOCK, left):
                raise ArgumentError("file", "must not shrink while it is sent")
            left -= len(block)
            yield b64encode(block)
