"""Uploads of files, whole and in parts, and both ways on the mock."""

from __future__ import annotations

import io
import os
import tracemalloc
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest

from crmkit import ArgumentError, BadRequestError, PermissionDeniedError, ServerError
from crmkit.autocrm import AsyncEspoCRM, EspoCRM
from crmkit.core.types import File
from tests.clients.conftest import ESPO_KEY, MakeEspo
from tests.clients.harness import Canned, Driver, both, failures, reply, sync_alone

ATTACHMENT = reply({"id": "f1", "name": "note.txt"})
CHUNK = 3 << 10
LARGE = CHUNK * 2 + 5
FOR: dict[str, Any] = {"field": "file", "related_type": "Document"}

asynchronous = sync_alone


@pytest.fixture(autouse=True)
def chunk(monkeypatch: pytest.MonkeyPatch) -> int:
    """Send files in smaller parts, and return the usual size of a part."""
    from crmkit.autocrm import attachments

    usual = attachments.CHUNK
    monkeypatch.setattr(attachments, "CHUNK", CHUNK)
    return usual


class Zeros(io.RawIOBase):
    """A file of zeros that takes no memory.

    Args:
        size: Its size in bytes.
        seekable: Whether it can tell its size.
    """

    def __init__(self, size: int, *, seekable: bool = True) -> None:
        self._size = size
        self._position = 0
        self._seekable = seekable

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return whether it can tell its size."""
        return self._seekable

    def seek(self, offset: int, whence: int = 0) -> int:
        """Change the position."""
        self._position = offset + (self._size if whence == os.SEEK_END else 0)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return zeros."""
        part = min(size, self._size - self._position) if size >= 0 else self._size - self._position
        self._position += part
        return bytes(part)


def bytes_of(uri: str) -> bytes:
    """Return the bytes of a data URI."""
    return b64decode(uri.partition(",")[2])


def test_sends_small_file_as_data_uri(espo: MakeEspo) -> None:
    """A file is sent as a data URI, with the field that it is for."""
    crm = espo(ATTACHMENT)

    attachment = crm(lambda crm: crm.attachments.upload(b"hello", name="note.txt", **FOR))

    assert attachment.id == "f1"
    assert (crm.seen[0].method, crm.seen[0].path) == ("POST", "/api/v1/Attachment")
    assert crm.seen[0].json == {
        "name": "note.txt",
        "type": "text/plain",
        "role": "Attachment",
        "field": "file",
        "relatedType": "Document",
        "file": "data:text/plain;base64,aGVsbG8=",
    }


def sources(path: Path) -> Iterator[Any]:
    """Yield a file in each of the forms that an upload takes."""
    path.write_bytes(b"hello")
    yield path
    yield File(path)
    yield File(io.BytesIO(b"hello"), "note.txt")
    with path.open("rb") as file:
        yield file
    with path.open("rb") as file:
        yield File(file)


def uploaded(crm: Driver, source: Any, **about: Any) -> Any:
    """Upload a file and return the body that was sent."""
    crm(lambda crm: crm.attachments.upload(source, **about, **FOR))
    return crm.seen[0].json


def test_takes_every_form_of_a_file(espo: MakeEspo, tmp_path: Path) -> None:
    """A path, an open file and a `File` have names, which tell the media type."""
    for source in sources(tmp_path / "note.txt"):
        body = uploaded(espo(ATTACHMENT), source)
        assert (body["name"], body["type"]) == ("note.txt", "text/plain")
        assert bytes_of(body["file"]) == b"hello"


@both
def test_arguments_win_over_the_files_own_name(espo: MakeEspo, tmp_path: Path) -> None:
    """A name and type that are passed win over those of the file."""
    crm = espo(ATTACHMENT)
    path = tmp_path / "note.txt"
    path.write_bytes(b"x")

    crm(
        lambda crm: crm.attachments.upload(
            path,
            name="a.bin",
            type_="x/y",
            role="Inline Attachment",
            parent_type="Note",
            parent_id="n1",
            field="attachments",
        )
    )

    assert crm.seen[0].json == {
        "name": "a.bin",
        "type": "x/y",
        "role": "Inline Attachment",
        "field": "attachments",
        "parentType": "Note",
        "parentId": "n1",
        "file": "data:x/y;base64,eA==",
    }


def test_unknown_suffix_is_sent_as_bytes(espo: MakeEspo) -> None:
    """A name without a known suffix is sent as `application/octet-stream`."""
    crm = espo(ATTACHMENT)

    crm(lambda crm: crm.attachments.upload(b"", name="unknown", **FOR))

    assert crm.seen[0].json["file"] == "data:application/octet-stream;base64,"


@both
def test_sends_large_file_in_parts(espo: MakeEspo, tmp_path: Path) -> None:
    """A large file is announced with its size; its parts follow, each with its offset."""
    content = bytes(range(251)) * (LARGE // 251 + 1)
    path = tmp_path / "large.bin"
    path.write_bytes(content[:LARGE])
    crm = espo(reply({"id": "f1", "isBeingUploaded": True}), reply(b"true"))

    attachment = crm(lambda crm: crm.attachments.upload(path, **FOR))

    assert attachment.is_being_uploaded is False
    first, *parts = crm.seen
    assert (first.json["isBeingUploaded"], first.json["size"]) == (True, LARGE)
    assert "file" not in first.json
    assert {seen.path for seen in parts} == {"/api/v1/Attachment/chunk/f1"}
    assert [seen.headers["start"] for seen in parts] == ["0", str(CHUNK), str(CHUNK * 2)]
    assert all(seen.body.startswith(b"data:application/octet-stream;base64,") for seen in parts)
    assert b"".join(bytes_of(seen.body.decode()) for seen in parts) == content[:LARGE]


def test_splits_above_the_size_of_a_part(espo: MakeEspo) -> None:
    """A file of just a part's size is sent whole, and one byte more makes two parts."""
    for size, requests in ((CHUNK - 1, 1), (CHUNK, 1), (CHUNK + 1, 3)):
        crm = espo(ATTACHMENT, reply(b"true"))
        uploaded(crm, bytes(size), name="a")
        assert len(crm.seen) == requests


def test_part_is_three_mebibytes(chunk: int) -> None:
    """A part is 3 MiB, as the docstring says, which is 4 MiB as base64."""
    assert chunk == 3 << 20


def test_sends_open_file_from_its_position(espo: MakeEspo) -> None:
    """An open file is sent from its position on, and stays open."""
    file = io.BytesIO(b"head" + bytes(CHUNK + 1))
    file.seek(4)
    crm = espo(ATTACHMENT, reply(b"true"))

    crm(lambda crm: crm.attachments.upload(file, name="a", **FOR))

    assert crm.seen[0].json["size"] == CHUNK + 1
    assert not file.closed


@both
def test_large_file_takes_little_memory(
    asynchronous: bool, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file nor a part of it is ever in memory as a whole."""
    monkeypatch.setattr("crmkit.autocrm.attachments.CHUNK", chunk)
    total = 2 * chunk + 5
    sizes: list[int] = []

    def answer(_: object, request: httpx.Request) -> httpx.Response:
        stream: Any = request.stream
        sizes.append(sum(len(part) for part in stream))
        return (ATTACHMENT if len(sizes) == 1 else reply(b"true"))(request)

    async def aanswer(self: object, request: httpx.Request) -> httpx.Response:
        return answer(self, request)

    monkeypatch.setattr(Canned, "handle_request", answer)
    monkeypatch.setattr(Canned, "handle_async_request", aanswer)
    settings = {"base_url": "https://crm.example.com", "api_key": ESPO_KEY}
    crm = Driver(asynchronous, Canned(ATTACHMENT), (EspoCRM, AsyncEspoCRM), **settings)
    crm(lambda crm: crm.attachments.upload(b"warm", name="a", **FOR))
    sizes.clear()
    tracemalloc.start()
    try:
        crm(lambda crm: crm.attachments.upload(Zeros(total), name="zeros", **FOR))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        crm.end()

    assert len(sizes) == 1 + 3
    assert sum(sizes) > total * 4 // 3
    assert peak < 2 << 20


def test_failed_part_is_not_repeated(espo: MakeEspo) -> None:
    """A part that the server may have stored is not sent again; its error is raised."""
    crm = espo(ATTACHMENT, reply(b"true"), reply(None, 500))

    with pytest.raises(ServerError):
        crm(lambda crm: crm.attachments.upload(Zeros(LARGE), name="a", **FOR))

    assert len(crm.seen) == 3


class Shrinking(Zeros):
    """A file that becomes shorter while it is read."""

    def read(self, size: int = -1) -> bytes:
        """Return nothing after the first part."""
        return b"" if self._position >= CHUNK else super().read(size)


def test_rejects_file_that_shrinks(espo: MakeEspo) -> None:
    """A file that shrinks while it is sent is an error, not a shorter file."""
    crm = espo(ATTACHMENT, reply(b"true"))

    with pytest.raises(ArgumentError, match="must not shrink"):
        crm(lambda crm: crm.attachments.upload(Shrinking(LARGE), name="a", **FOR))


NOT_FILES: list[tuple[Any, str]] = [
    (b"hello", "name"),
    ("hello", "file"),
    (None, "file"),
    (io.StringIO("hello"), "binary mode"),
    (Zeros(LARGE, seekable=False), "must be seekable"),
]


def test_rejects_what_is_not_a_file(espo: MakeEspo) -> None:
    """What cannot be sent as a file, or has no name, is refused before anything is sent."""
    crm = espo(ATTACHMENT)

    def check(source: Any, message: str) -> None:
        name = {} if message == "name" else {"name": "a"}
        with pytest.raises(ArgumentError, match=message) as caught:
            crm(lambda crm: crm.attachments.upload(source, **name, **FOR))
        assert caught.value.operation == "attachments.upload"
        assert caught.value.argument == ("name" if message == "name" else "file")

    assert failures(check, NOT_FILES) == []
    assert crm.seen == []


def test_missing_path_is_file_not_found(espo: MakeEspo, tmp_path: Path) -> None:
    """A file that does not exist is Python's own error, before anything is sent."""
    crm = espo(ATTACHMENT)

    with pytest.raises(FileNotFoundError):
        crm(lambda crm: crm.attachments.upload(tmp_path / "none", **FOR))

    assert crm.seen == []


# -- on the mock -----------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
def test_upload_and_download_on_the_mock(
    mocked_espo: MakeEspo, tmp_path: Path, profile: str
) -> None:
    """What was uploaded, small or in parts, comes back as it was, and a record can hold it."""
    crm = mocked_espo(profile=profile)

    def upload_and_download(content: bytes) -> str:
        target = tmp_path / "back"
        attachment = crm(lambda crm: crm.attachments.upload(content, name="a.txt", **FOR))
        crm(lambda crm: crm.attachments.download(attachment.id, target))
        assert target.read_bytes() == content
        assert crm(lambda crm: crm.attachments.download(attachment.id)) == content
        return str(attachment.id)

    for content in (b"", b"hello"):
        upload_and_download(content)
    id = upload_and_download(bytes(range(256)) * (LARGE // 256))

    document = crm.crm.entity("Document")
    extra = {"fileId": id, "publishDate": "2024-01-25"}
    record = crm.finish(lambda: document.create(name="Doc", extra=extra))
    assert record.additional_properties["fileId"] == id


def test_servers_refusals_are_raised(mocked_espo: MakeEspo) -> None:
    """The server refuses unknown fields and media types, in its words."""
    crm = mocked_espo()

    def upload(name: str, **about: str) -> None:
        crm(lambda crm: crm.attachments.upload(b"x", name=name, **about))

    with pytest.raises(PermissionDeniedError, match="Field 'nope' does not exist"):
        upload("a.txt", field="nope", related_type="Document")
    with pytest.raises(PermissionDeniedError, match="Not allowed file type"):
        upload("a.png", field="file", related_type="Document")
    with pytest.raises(BadRequestError, match="No `field` and `parentType`"):
        upload("a.txt")


def test_body_above_the_servers_limit(
    mocked_espo: MakeEspo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that is too large for the server is an error of its status; in parts it fits."""
    limit = 3 * CHUNK
    for module in ("app", "messages"):
        monkeypatch.setattr(f"crmkit_mock.{module}.BODY_CAP", limit)
    crm = mocked_espo()
    uri = "data:text/plain;base64," + "YWFh" * (limit // 4)

    with pytest.raises(BadRequestError) as caught:
        crm(lambda crm: crm.attachments.create(name="a.txt", file=uri, **FOR))
    assert caught.value.status_code == 413

    large: BinaryIO = Zeros(2 * limit)  # type: ignore[assignment]  # all that is asked of one
    attachment = crm(lambda crm: crm.attachments.upload(large, name="a.txt", **FOR))
    assert len(crm(lambda crm: crm.attachments.download(attachment.id))) == 2 * limit
