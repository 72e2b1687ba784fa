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

from crmkit.core.drive import drive, driven
from crmkit.core.errors import ArgumentError
from crmkit.core.types import File
from crmkit_generated.autocrm import operations
from crmkit_generated.autocrm.codec import attachment
from crmkit_generated.autocrm.resources import attachments as generated

from .records import sent

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from crmkit.core.options import Options
    from crmkit.core.sender import Sender
    from crmkit_generated.autocrm.models import Attachment

    Target = BinaryIO | os.PathLike[str] | str

__all__ = ["AsyncAttachments", "Attachments"]

CHUNK = 3 << 20
"""Bytes of a file that are sent at a time: 4 MiB as base64."""


class AsyncAttachments(generated.AsyncAttachments):
    """Files of records, notes and e-mails, for async clients; disks are not awaited."""

    async def upload(
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
        `attachmentsIds`. Files above 3 MiB go in parts of that size, so that none has to fit into
        memory; where a part fails, nothing refers to those before it.

        Args:
            file: Bytes, a path, or a file that is open in binary mode, from where it stands.
            field: Name of the field that the file is for, such as `file` of Document.
            related_type: Entity type of that field, if it holds one file.
            parent_type: Entity type of that field, if it holds several; or `Note` or `Email`.
            parent_id: Id of the record that the file hangs at.
            name: Name of the file; else that of the path or open file.
            type_: Media type; else what the name tells.
            role: What it is there for.
            options: What the calls do differently: timeout, max_retries, headers, query.

        Returns:
            The attachment.

        Raises:
            ArgumentError: The file has no name, is no file, or is large and cannot tell its size.
            OSError: The file cannot be read.
            PermissionDeniedError: There is no such field, or it takes no files of the type.
            CRMError: The call failed in another way.
        """
        create, chunk = operations.ATTACHMENTS_CREATE, operations.ATTACHMENTS_CHUNK
        with _opened(file) as opened:
            named = name or opened.file_name
            if not named:
                raise ArgumentError("name", "is missing: the file has none of its own")
            media = type_ or opened.mime_type or guess_type(named)[0]
            media = media or "application/octet-stream"
            body: dict[str, Any] = {"name": named, "type": media, "role": role, "field": field}
            body |= {"relatedType": related_type, "parentType": parent_type, "parentId": parent_id}
            body = {member: value for member, value in body.items() if value is not None}
            size = _size(opened.payload)
            if size is None or size <= CHUNK:
                content = opened.payload.read(CHUNK + 1)
                if len(content) > CHUNK:
                    raise ArgumentError("file", f"has above {CHUNK} bytes and cannot tell how many")
                body["file"] = f"data:{media};base64,{b64encode(content).decode()}"
                return await self._sender.call(
                    create, sent(create, body), attachment.decode, options
                )
            body |= {"isBeingUploaded": True, "size": size}
            made = await self._sender.call(create, sent(create, body), attachment.decode, options)
            place = opened.payload.tell()
            for start in range(0, size, CHUNK):
                kwargs = sent(chunk, id=made.id)
                kwargs["content"] = _Part(opened.payload, place + start, min(CHUNK, size - start))
                kwargs["headers"] = {"Start": str(start), "Content-Type": "text/plain"}
                await self._sender.reply(chunk, kwargs, options)
            made.is_being_uploaded = False  # which it was when the server said so
            return made

    async def download(
        self, id: str, to: Target | None = None, *, options: Options | None = None
    ) -> bytes:
        """Download a file; see `Attachments.download`."""
        return await _downloaded(self._sender, id, to, options)


class Attachments(generated.Attachments):
    """Files of records, notes and e-mails."""

    upload = driven(AsyncAttachments.upload)

    def download(
        self, id: str, to: Target | None = None, *, options: Options | None = None
    ) -> bytes:
        """Download a file.

        Args:
            id: Id of the attachment.
            to: A path, under which the file appears when it is whole, or a file that is open for
                writing bytes; None for the bytes themselves.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The bytes; none where they went to a file.

        Raises:
            NotFoundError: There is no such file.
            OSError: The file cannot be written.
            CRMError: The call failed in another way.
        """
        return drive(_downloaded(self._sender, id, to, options))


async def _downloaded(sender: Sender, id: str, to: Target | None, options: Options | None) -> bytes:
    operation = operations.ATTACHMENTS_DOWNLOAD
    kwargs = sent(operation, id=id)
    if to is None:
        return (await sender.reply(operation, kwargs, options)).content
    if not isinstance(to, str | os.PathLike):
        await sender.download(operation, kwargs, options, to)
        return b""
    target = Path(to)
    # Beside it, so that it appears under its name when it is whole, and not before.
    part = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        with part.open("xb") as sink:
            await sender.download(operation, kwargs, options, sink)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return b""


@contextmanager
def _opened(source: Any) -> Generator[Any]:
    """Open what an upload takes, and close what was opened here."""
    file: Any = source if isinstance(source, File) else File(source)
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
        kind = type(file.payload).__name__
        raise ArgumentError("file", f"takes bytes, a path or an open file, not {kind}")


def _size(file: BinaryIO) -> int | None:
    """Return how many bytes an open file still has; None if it cannot tell."""
    if not isinstance(file.read(0), bytes):
        raise ArgumentError("file", "gives texts; open it in binary mode")
    if not file.seekable():
        return None
    place = file.tell()
    size = file.seek(0, os.SEEK_END) - place
    file.seek(place)
    return size


class _Part:
    """A part of a file as a data URI, which is made while it is sent.

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
                raise ArgumentError("file", "ended before its size while it was sent")
            left -= len(block)
            yield b64encode(block)
