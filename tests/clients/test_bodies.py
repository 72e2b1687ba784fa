"""Bodies other than JSON, and downloads that go to a file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, NotFoundError, ServerError, TransportError, ValidationError
from crmkit.core.body import Sink
from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.drive import drive
from crmkit.core.operation import Operation
from crmkit.core.types import File
from crmkit.core.vendor import Vendor
from tests.clients.harness import Canned, both, call_of, reply, sync_alone

asynchronous = sync_alone

FORM = Operation("things.update", "PUT", "/things", media="form")
UPLOAD = Operation("things.upload", "PUT", "/things", media="multipart")
RAW = Operation("things.put", "PUT", "/things", media="content")
FILE = Operation("things.file", "GET", "/file", payload=bytes, effect="read")

Make = Callable[..., Any]


class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in parts, which may end in an error."""

    def __init__(self, *parts: bytes | Exception) -> None:
        self._parts = parts
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True

    async def aclose(self) -> None:
        """Note that it was closed."""
        self.closed = True


@pytest.fixture
def make(asynchronous: bool, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return a function that makes a client over canned answers."""

    def made(*answers: Any, **settings: Any) -> Any:
        transport = Canned(*answers)
        cls: Any = AsyncClient if asynchronous else SyncClient
        crm = cls(Vendor(), "https://x.example", transport=transport, **settings)

        async def sleep(seconds: float) -> None:
            pass

        monkeypatch.setattr(crm._io, "sleep", sleep)
        crm.canned = transport
        crm.run = asyncio.run if asynchronous else drive
        return crm

    return made


def send(crm: Any, operation: Operation, tree: Any) -> Any:
    """Send a body as the wire has it."""
    return crm.run(crm._sender.reply(call_of(crm, operation, body=tree)))


def download(crm: Any, file: Any) -> Any:
    """Write a reply to a file."""
    call = call_of(crm, FILE)
    call.sink = Sink(file)
    return crm.run(crm._sender.reply(call))


def streamed(*parts: bytes | Exception, status: int = 200) -> tuple[Parts, Any]:
    """Return a body in parts and the answer that carries it."""
    body = Parts(*parts)
    return body, lambda request: httpx.Response(status, stream=body, request=request)


def fields(seen: Any) -> list[tuple[str, str | None, str, bytes]]:
    """Return name, file name, media type and content of each part of a multipart body."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + seen.body)
    found: list[tuple[str, str | None, str, bytes]] = []
    for part in message.iter_parts():
        name: Any = part.get_param("name", header="content-disposition")
        content: Any = part.get_payload(decode=True)
        found.append((name, part.get_filename(), part.get_content_type(), content))
    return found


def test_writes_form(make: Make) -> None:
    """A form has str alone: None is empty, true and false are words, lists are repeated."""
    crm = make(reply({}))
    send(crm, FORM, {"a": "x & y", "n": 1, "f": 1.5, "t": True, "none": None, "l": [1, "é"]})
    seen = crm.canned.seen[0]
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.body == b"a=x+%26+y&n=1&f=1.5&t=true&none=&l%5B%5D=1&l%5B%5D=%C3%A9"


def test_form_rejects_objects_and_surrogates(make: Make) -> None:
    """A value that a str cannot express is refused, and nothing is sent."""
    crm = make(reply({}))
    for value in ({"a": 1}, object(), "\ud800"):
        with pytest.raises(ArgumentError, match="a form"):
            send(crm, FORM, {"a": value})
    assert crm.canned.seen == []


@both
def test_multipart_has_files_and_fields(make: Make) -> None:
    """A multipart body has files with name and media type, and the other members as fields."""
    crm = make(reply({}))
    file = File(io.BytesIO(b"\x89PNG"), "a.png", "image/png")
    send(crm, UPLOAD, {"photo": file, "contact_id": 7, "tags": ["x", "y"]})
    seen = crm.canned.seen[0]
    assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert sorted(fields(seen), key=lambda field: field[0]) == [
        ("contact_id", None, "text/plain", b"7"),
        ("photo", "a.png", "image/png", b"\x89PNG"),
        ("tags[]", None, "text/plain", b"x"),
        ("tags[]", None, "text/plain", b"y"),
    ]


def test_names_file_without_a_name(make: Make, tmp_path: Path) -> None:
    """A file without a name gets that of its path, or else of the member.

    Servers read a part without a name as a str.
    """
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    crm = make(reply({}))
    with path.open("rb") as opened:
        for payload in (path, opened, io.BytesIO(b"x")):
            send(crm, UPLOAD, {"photo": File(payload)})
    assert [fields(seen)[0][1] for seen in crm.canned.seen] == ["a.png", "a.png", "photo"]


def test_retry_sends_the_whole_file(make: Make) -> None:
    """A retry sends the whole file once more."""
    crm = make(reply({}, 503), reply({}))
    send(crm, UPLOAD, {"photo": File(io.BytesIO(b"whole"), "a", "text/x")})
    first, second = crm.canned.seen
    assert [fields(seen)[0][3] for seen in (first, second)] == [b"whole", b"whole"]


def test_file_that_is_not_seekable_is_sent_once(make: Make) -> None:
    """A stream that cannot be read twice gets no second attempt, rather than an empty one."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    crm = make(reply({}, 503))
    with pytest.raises(ServerError):
        send(crm, UPLOAD, {"photo": File(Pipe(b"whole"), "a", "text/x")})
    assert len(crm.canned.seen) == 1


@both
@pytest.mark.parametrize("last", [200, 422], ids=["done", "refused"])
def test_opens_path_for_each_attempt_and_closes_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    """The file of a path is read from its beginning by each attempt, and closed in any case."""
    path = tmp_path / "a.png"
    path.write_bytes(b"whole")
    opened: list[Any] = []
    original = Path.open

    def noted(self: Path, *args: Any, **kwargs: Any) -> Any:
        file = original(self, *args, **kwargs)
        if self == path:  # Python itself opens others, such as what reports its release
            opened.append(file)
        return file

    monkeypatch.setattr(Path, "open", noted)
    crm = make(reply({}, 503), reply({}, last))
    try:
        send(crm, UPLOAD, {"photo": File(path, "a.png", "image/png")})
    except ValidationError:
        assert last == 422
    assert [fields(seen)[0][3] for seen in crm.canned.seen] == [b"whole", b"whole"]
    assert [file.closed for file in opened] == [True, True]


def test_missing_path_is_file_not_found(make: Make, tmp_path: Path) -> None:
    """A file that does not exist is Python's own error, before anything is sent."""
    crm = make(reply({}))
    with pytest.raises(FileNotFoundError):
        send(crm, UPLOAD, {"photo": File(tmp_path / "none", "a", "text/x")})
    assert crm.canned.seen == []


def test_sends_content_unchanged(make: Make) -> None:
    """Bytes and str are sent unchanged, with the media type of the operation."""
    plain = Operation("things.put", "PUT", "/things", media="content", content_type="text/plain")
    for content in (b"raw", "raw"):
        crm = make(reply({}))
        send(crm, plain, content)
        assert crm.canned.seen[0].body == b"raw"
        assert crm.canned.seen[0].headers["content-type"] == "text/plain"


@both
def test_sends_stream_in_parts(make: Make) -> None:
    """A stream is sent part by part, with its length, and anew for each attempt."""

    class Counted:
        length = 6

        def parts(self) -> Iterator[bytes]:
            yield b"abc"
            yield b"def"

    crm = make(reply({}, 503), reply({}))
    send(crm, RAW, Counted())
    assert [seen.body for seen in crm.canned.seen] == [b"abcdef"] * 2
    assert crm.canned.seen[0].headers["content-length"] == "6"
    assert "transfer-encoding" not in crm.canned.seen[0].headers


def test_reply_of_bytes_is_not_parsed(make: Make) -> None:
    """A reply of bytes is returned without being read as JSON."""
    crm = make(reply(b"\x00{not json"))
    assert crm.run(crm._sender.call(call_of(crm, FILE), None)) == b"\x00{not json"


@both
def test_download_is_written_at_the_position(make: Make) -> None:
    """A download is written at the position of the file, and the connection is released."""
    body, answer = streamed(b"one", b"two")
    crm = make(answer)
    sink = io.BytesIO(b"head")
    sink.seek(4)
    download(crm, sink)
    assert sink.getvalue() == b"headonetwo"
    assert body.closed


@both
def test_broken_download_begins_anew(make: Make) -> None:
    """The part of a broken body is cut off before the next attempt writes the whole."""
    body, broken = streamed(b"half", httpx.ReadError("reset"))
    _, whole = streamed(b"all")
    crm = make(broken, whole)
    sink = io.BytesIO(b"head")
    sink.seek(4)
    download(crm, sink)
    assert sink.getvalue() == b"headall"
    assert body.closed


def test_pipe_is_not_written_twice(make: Make) -> None:
    """Nothing is written twice into a pipe: the error is raised at once."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    _, broken = streamed(b"half", httpx.ReadError("reset"))
    crm = make(broken)
    sink = Pipe()
    with pytest.raises(TransportError):
        download(crm, sink)
    assert sink.getvalue() == b"half"
    assert len(crm.canned.seen) == 1


@both
def test_refused_download_writes_nothing(make: Make) -> None:
    """A refused download is the error with the server's message, and the file stays as it was."""
    body, answer = streamed(b'{"message": "gone"}', status=404)
    crm = make(answer)
    sink = io.BytesIO()
    with pytest.raises(NotFoundError, match="gone"):
        download(crm, sink)
    assert sink.getvalue() == b""
    assert body.closed
