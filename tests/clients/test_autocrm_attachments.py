"""Files: uploads whole and in parts, downloads to memory and to disk."""

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

from crmkit import ArgumentError, BadRequestError, NotFoundError, PermissionDeniedError, ServerError
from crmkit.autocrm import AsyncEspoCRM, EspoCRM
from crmkit.autocrm.attachments import CHUNK
from crmkit.core.types import File
from tests.clients.conftest import ESPO_KEY, MakeEspo
from tests.clients.harness import Canned, Twin, reply

MADE = reply({"id": "f1", "name": "note.txt"})
LARGE = CHUNK * 2 + 5
FOR: dict[str, Any] = {"field": "file", "related_type": "Document"}


class Zeros(io.RawIOBase):
    """A file of zeros that takes no memory.

    Args:
        size: Its size in bytes.
        seekable: Whether it can tell its size.
    """

    def __init__(self, size: int, *, seekable: bool = True) -> None:
        self._size = size
        self._place = 0
        self._seekable = seekable

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def seekable(self) -> bool:
        """Return whether it is."""
        return self._seekable

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move."""
        self._place = offset + (self._size if whence == os.SEEK_END else 0)
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Return zeros."""
        part = min(size, self._size - self._place) if size >= 0 else self._size - self._place
        self._place += part
        return bytes(part)


def bytes_of(uri: str) -> bytes:
    """Return the bytes of a data URI."""
    return b64decode(uri.partition(",")[2])


def test_a_small_file(espo: MakeEspo) -> None:
    """A file goes as a data URI, with what it is for."""
    crm = espo(MADE)

    made = crm(lambda crm: crm.attachments.upload(b"hello", name="note.txt", **FOR))

    assert made.id == "f1"
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
    """Give a file in each of the forms that an upload takes."""
    path.write_bytes(b"hello")
    yield path
    yield File(path)
    yield File(io.BytesIO(b"hello"), "note.txt")
    with path.open("rb") as file:
        yield file
    with path.open("rb") as file:
        yield File(file)


def uploaded(crm: Twin, source: Any) -> Any:
    """Upload a file and return the body that went."""
    crm(lambda crm: crm.attachments.upload(source, **FOR))
    return crm.seen[0].json


def test_every_form_of_a_file(espo: MakeEspo, tmp_path: Path) -> None:
    """A path, an open file and a `File` know their names, which tell the media type."""
    for source in sources(tmp_path / "note.txt"):
        body = uploaded(espo(MADE), source)
        assert (body["name"], body["type"]) == ("note.txt", "text/plain")
        assert bytes_of(body["file"]) == b"hello"


def test_what_is_said_wins(espo: MakeEspo, tmp_path: Path) -> None:
    """Name and type that are passed win over those of the file."""
    crm = espo(MADE)
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


def test_an_unknown_type(espo: MakeEspo) -> None:
    """A name that tells nothing makes a file of bytes."""
    crm = espo(MADE)

    crm(lambda crm: crm.attachments.upload(b"", name="unknown", **FOR))

    assert crm.seen[0].json["file"] == "data:application/octet-stream;base64,"


def test_a_large_file_goes_in_parts(espo: MakeEspo, tmp_path: Path) -> None:
    """A large file is announced with its size; its parts follow, each with its place."""
    content = bytes(range(251)) * (LARGE // 251 + 1)
    path = tmp_path / "large.bin"
    path.write_bytes(content[:LARGE])
    crm = espo(reply({"id": "f1", "isBeingUploaded": True}), reply(b"true"))

    made = crm(lambda crm: crm.attachments.upload(path, **FOR))

    assert made.is_being_uploaded is False
    first, *parts = crm.seen
    assert (first.json["isBeingUploaded"], first.json["size"]) == (True, LARGE)
    assert "file" not in first.json
    assert {seen.path for seen in parts} == {"/api/v1/Attachment/chunk/f1"}
    assert [seen.headers["start"] for seen in parts] == ["0", str(CHUNK), str(CHUNK * 2)]
    assert all(seen.body.startswith(b"data:application/octet-stream;base64,") for seen in parts)
    assert b"".join(bytes_of(seen.body.decode()) for seen in parts) == content[:LARGE]


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1])
def test_where_parts_begin(espo: MakeEspo, size: int) -> None:
    """A file of just a part's size goes whole, and one byte more makes two parts."""
    crm = espo(MADE, reply(b"true"))

    crm(lambda crm: crm.attachments.upload(bytes(size), name="a", **FOR))

    assert len(crm.seen) == (1 if size <= CHUNK else 3)


def test_a_file_from_its_place_on(espo: MakeEspo) -> None:
    """An open file is sent from where it stands."""
    file = io.BytesIO(b"head" + bytes(CHUNK + 1))
    file.seek(4)
    crm = espo(MADE, reply(b"true"))

    crm(lambda crm: crm.attachments.upload(file, name="a", **FOR))

    assert crm.seen[0].json["size"] == CHUNK + 1
    assert not file.closed


def test_a_large_file_takes_little_memory(
    asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of 64 MB is never in memory at one time, nor is a part of it."""
    sizes: list[int] = []

    def answer(_: object, request: httpx.Request) -> httpx.Response:
        stream: Any = request.stream
        sizes.append(sum(len(part) for part in stream))
        return (MADE if len(sizes) == 1 else reply(b"true"))(request)

    async def aanswer(self: object, request: httpx.Request) -> httpx.Response:
        return answer(self, request)

    monkeypatch.setattr(Canned, "handle_request", answer)
    monkeypatch.setattr(Canned, "handle_async_request", aanswer)
    settings = {"base_url": "https://crm.example.com", "api_key": ESPO_KEY}
    crm = Twin(asynchronous, Canned(MADE), (EspoCRM, AsyncEspoCRM), **settings)
    crm(lambda crm: crm.attachments.upload(b"warm", name="a", **FOR))
    sizes.clear()
    tracemalloc.start()
    try:
        crm(lambda crm: crm.attachments.upload(Zeros(64 << 20), name="zeros", **FOR))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        crm.end()

    assert len(sizes) == 1 + -(-(64 << 20) // CHUNK)
    assert sum(sizes) > (64 << 20) * 4 // 3
    assert peak < 2 << 20


def test_a_part_that_fails(espo: MakeEspo) -> None:
    """A part whose fate nobody knows is not sent again; the error comes through."""
    crm = espo(MADE, reply(b"true"), reply(None, 500))

    with pytest.raises(ServerError):
        crm(lambda crm: crm.attachments.upload(Zeros(LARGE), name="a", **FOR))

    assert len(crm.seen) == 3


class Shrinking(Zeros):
    """A file that ends before its size."""

    def read(self, size: int = -1) -> bytes:
        """Return nothing after the first part."""
        return b"" if self._place >= CHUNK else super().read(size)


def test_a_file_that_ends_early(espo: MakeEspo) -> None:
    """A file that is cut off while it is sent is an error, not a shorter file."""
    crm = espo(MADE, reply(b"true"))

    with pytest.raises(ArgumentError, match="must not shrink"):
        crm(lambda crm: crm.attachments.upload(Shrinking(LARGE), name="a", **FOR))


NONE: dict[str, tuple[Any, str]] = {
    "no name": (b"hello", "name"),
    "text": ("hello", "file"),
    "nothing": (None, "file"),
    "open as text": (io.StringIO("hello"), "binary mode"),
    "no size": (Zeros(LARGE, seekable=False), "must be seekable"),
}


@pytest.mark.parametrize(("source", "told"), NONE.values(), ids=NONE)
def test_what_is_no_file(espo: MakeEspo, source: Any, told: str) -> None:
    """What cannot be sent as a file is refused before anything is sent."""
    crm = espo(MADE)
    name = {} if told == "name" else {"name": "a"}

    with pytest.raises(ArgumentError, match=told):
        crm(lambda crm: crm.attachments.upload(source, **name, **FOR))

    assert crm.seen == []


def test_a_path_that_leads_nowhere(espo: MakeEspo, tmp_path: Path) -> None:
    """A file that is not there is Python's own error, before anything is sent."""
    crm = espo(MADE)

    with pytest.raises(FileNotFoundError):
        crm(lambda crm: crm.attachments.upload(tmp_path / "none", **FOR))

    assert crm.seen == []


# -- downloads -------------------------------------------------------------------------------------

CONTENT = "Příliš žluťoučký".encode() + bytes(range(256))
FILE = reply(CONTENT, 200, {"Content-Type": "text/plain"})


def test_bytes(espo: MakeEspo) -> None:
    """Without a target the bytes come back, whatever the reply says of them."""
    crm = espo(FILE)

    assert crm(lambda crm: crm.attachments.download("f1")) == CONTENT
    assert crm.seen[0].path == "/api/v1/Attachment/file/f1"


@pytest.mark.parametrize("kind", [Path, str])
def test_a_path(espo: MakeEspo, tmp_path: Path, kind: Any) -> None:
    """A file appears under its name, in place of one that was there, and nothing else does."""
    target = tmp_path / "note.txt"
    target.write_text("old")
    crm = espo(FILE)

    assert crm(lambda crm: crm.attachments.download("f1", kind(target))) == b""

    assert target.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [target]


def test_an_open_file(espo: MakeEspo) -> None:
    """An open file gets the bytes where it stands, and stays open."""
    sink = io.BytesIO()
    sink.write(b"head")
    crm = espo(FILE)

    crm(lambda crm: crm.attachments.download("f1", sink))

    assert sink.getvalue() == b"head" + CONTENT


def test_a_download_that_fails_leaves_nothing(espo: MakeEspo, tmp_path: Path) -> None:
    """Where a download fails the old file stays, and no part of the new one."""
    target = tmp_path / "note.txt"
    target.write_text("old")
    crm = espo(reply(None, 404, {"X-Status-Reason": ""}))

    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.attachments.download("f1", target))

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there(espo: MakeEspo, tmp_path: Path) -> None:
    """A target that cannot be written is Python's own error, before anything is asked."""
    crm = espo(FILE)

    with pytest.raises(FileNotFoundError):
        crm(lambda crm: crm.attachments.download("f1", tmp_path / "none" / "x"))

    assert crm.seen == []


# -- on the mock -----------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)) * (LARGE // 256)])
def test_there_and_back(
    mocked_espo: MakeEspo, tmp_path: Path, profile: str, content: bytes
) -> None:
    """What was uploaded, small or in parts, comes back as it was, and a record can hold it."""
    crm = mocked_espo(profile=profile)
    target = tmp_path / "back"

    made = crm(lambda crm: crm.attachments.upload(content, name="a.txt", **FOR))
    crm(lambda crm: crm.attachments.download(made.id, target))
    assert target.read_bytes() == content
    assert crm(lambda crm: crm.attachments.download(made.id)) == content

    document = crm.crm.entity("Document")
    record = crm.finish(lambda: document.create(name="Doc", extra={"fileId": made.id}))
    assert record.additional_properties["fileId"] == made.id


def test_what_the_server_refuses(mocked_espo: MakeEspo) -> None:
    """A field that does not exist, or a type that it does not take, is refused in its words."""
    crm = mocked_espo()

    def upload(name: str, **about: str) -> None:
        crm(lambda crm: crm.attachments.upload(b"x", name=name, **about))

    with pytest.raises(PermissionDeniedError, match="Field 'nope' does not exist"):
        upload("a.txt", field="nope", related_type="Document")
    with pytest.raises(PermissionDeniedError, match="Not allowed file type"):
        upload("a.png", field="file", related_type="Document")
    with pytest.raises(BadRequestError, match="No `field` and `parentType`"):
        upload("a.txt")


def test_a_body_above_the_cap(mocked_espo: MakeEspo) -> None:
    """A body that the server finds too large is an error of its status; in parts it goes."""
    crm = mocked_espo()
    uri = "data:text/plain;base64," + "YWFh" * (7 << 20)

    with pytest.raises(BadRequestError) as caught:
        crm(lambda crm: crm.attachments.create(name="a.txt", file=uri, **FOR))
    assert caught.value.status_code == 413

    large: BinaryIO = Zeros(30 << 20)  # type: ignore[assignment]  # all that is asked of one
    made = crm(lambda crm: crm.attachments.upload(large, name="a.txt", **FOR))
    assert len(crm(lambda crm: crm.attachments.download(made.id))) == 30 << 20
