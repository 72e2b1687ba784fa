"""The size of replies, decoded in small parts, and the status before the body."""

from __future__ import annotations

import gc
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from typing import Any
from weakref import ReferenceType, ref

import httpx
import pytest

from crmkit import (
    AsyncEspoCRM,
    ConflictError,
    DecodeError,
    EspoCRM,
    Relenta,
    ServerError,
    StatusError,
)
from crmkit.core.content_coding import Decoder
from tests.clients.harness import (
    CREDENTIALS,
    Answer,
    Canned,
    Driver,
    both,
    envelope,
    failures,
    open_driver,
)
from tests.clients.raw_server import Connection, RawServer

LIMIT = 10_000
SAVED = json.dumps(envelope({"id": 5})).encode()
BOMB = gzip.compress(b"\0" * 100_000_000)


def raw_deflate(data: bytes) -> bytes:
    """Return data as servers send it that leave zlib's header out."""
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(data) + coder.flush()


def coded(
    body: bytes,
    coding: str = "",
    status: int = 200,
    chunk: int = 50,
    error: Exception | None = None,
) -> Answer:
    """Answer with a body that comes in chunks, and perhaps ends in an error."""

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for start in range(0, len(body), chunk):
                yield body[start : start + chunk]
            if error is not None:
                raise error

        async def __aiter__(self) -> Any:
            for part in self:
                yield part

    headers = {"Content-Type": "application/json"} | (
        {"Content-Encoding": coding} if coding else {}
    )
    return lambda _: httpx.Response(status, headers=headers, stream=Stream())


def save(crm: Any) -> Any:
    """Make a call whose good reply is short."""
    return crm.contacts.save(full_name="x")


DECODED = {
    "identity": SAVED,
    "gzip": gzip.compress(SAVED),
    "GZip": gzip.compress(SAVED),
    "x-gzip": gzip.compress(SAVED),
    "deflate": zlib.compress(SAVED),
    "deflate, gzip": gzip.compress(zlib.compress(SAVED)),
    "gzip,gzip , identity": gzip.compress(gzip.compress(SAVED)),
    " deflate": raw_deflate(SAVED),
    "gzip ": gzip.compress(SAVED[:20]) + gzip.compress(SAVED[20:]),
    " gzip": gzip.compress(SAVED) + b"\0" * 30,
}


@both
def test_undoes_codings(asynchronous: bool) -> None:
    """Gzip and deflate are undone, one in the other, in members and with padding, in any parts."""

    def check(coding: str, chunk: int) -> None:
        with open_driver(asynchronous, coded(DECODED[coding], coding, chunk=chunk)) as crm:
            assert crm(save) == 5
            assert crm.seen[0].headers["accept-encoding"] == "gzip, deflate"

    assert failures(check, product(DECODED, [1, 7, 100_000])) == []


def six_times(content: bytes) -> bytes:
    """Return content in six codings of gzip."""
    for _ in range(6):
        content = gzip.compress(content)
    return content


UNREADABLE = {
    "not gzip": ("gzip", SAVED),
    "not deflate": ("deflate", SAVED),
    "cut off": ("gzip", gzip.compress(SAVED)[:-9]),
    "damaged": ("gzip", gzip.compress(SAVED)[:30] + b"\xff" * 30),
    "unknown": ("br", SAVED),
    "one unknown": ("zstd, gzip", gzip.compress(SAVED)),
    "too many": (", ".join(["gzip"] * 6), six_times(SAVED)),
}


def test_decodes_bodies_of_any_size_whole() -> None:
    """What zlib keeps back when it has taken all of the input comes as well."""
    sizes = [65_536 * parts + more for parts in (1, 3) for more in range(-3, 100)]
    for size, encode in product(sizes, (gzip.compress, raw_deflate)):
        decoder = Decoder("gzip" if encode is gzip.compress else "deflate")
        assert sum(map(len, decoder.parts(encode(bytes(size))))) == size
        decoder.finish()


@both
def test_unreadable_coding_is_decode_error_or_status(asynchronous: bool) -> None:
    """A success whose coding cannot be undone is a DecodeError; any other status stays itself."""

    def check(kind: str, status: int) -> None:
        coding, body = UNREADABLE[kind]
        with open_driver(asynchronous, coded(body, coding, status), max_retries=2) as crm:
            with pytest.raises(StatusError if status >= 300 else DecodeError) as caught:
                crm(lambda crm: crm.request("GET", "/x"))
            assert len(crm.seen) == (3 if status in {408, 502} else 1)
            if isinstance(caught.value, StatusError):
                assert caught.value.status_code == status
                assert caught.value.attempts == len(crm.seen)

    assert failures(check, product(UNREADABLE, [200, 201, 302, 404, 408, 409, 422, 502])) == []


@both
def test_keeps_plain_error_page_with_wrong_coding(asynchronous: bool) -> None:
    """A plain error reply that claims to be coded says what it says."""
    body = json.dumps({"status": False, "code": 409, "message": "taken"}).encode()
    answer = coded(body, "gzip", 409, chunk=1000)
    with open_driver(asynchronous, answer) as crm, pytest.raises(ConflictError, match="taken"):
        crm(save)


def test_wrong_coding_keeps_what_a_conflict_found() -> None:
    """A conflict of EspoCRM keeps the duplicates, whatever its Content-Encoding says."""
    duplicates = [{"id": "1", "name": "A", "_entityType": "Account"}]
    answer = coded(json.dumps(duplicates).encode(), "gzip", 409, chunk=1000)
    with EspoCRM(**CREDENTIALS["EspoCRM"], transport=Canned(answer)) as crm:
        with pytest.raises(ConflictError) as caught:
            crm.accounts.create(name="A")
        assert caught.value.current


@both
def test_broken_body_of_error_is_that_error(asynchronous: bool) -> None:
    """An error reply whose body breaks off or comes too late is that error, and retried."""
    for error in (httpx.ReadError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")):
        answer = coded(b'{"status": fal', status=503, error=error)
        with open_driver(asynchronous, answer, max_retries=1) as crm:
            with pytest.raises(ServerError) as caught:
                crm(lambda crm: crm.request("GET", "/x"))
            assert (caught.value.status_code, len(crm.seen)) == (503, 2)


SIZES = {
    "plain": ("", b" " * LIMIT + SAVED),
    "gzip": ("gzip", gzip.compress(b" " * LIMIT + SAVED)),
    "gzip in gzip": ("gzip, gzip", gzip.compress(gzip.compress(b" " * LIMIT + SAVED))),
    "bomb": ("gzip", BOMB),
    "bomb in gzip": ("gzip, gzip", gzip.compress(BOMB)),
}


@both
def test_larger_reply_is_refused_or_cut(asynchronous: bool) -> None:
    """A larger success is a DecodeError that names the setting; of an error the body is cut."""

    def check(kind: str, status: int) -> None:
        coding, body = SIZES[kind]
        answer = coded(body, coding, status, chunk=20_000)
        with open_driver(asynchronous, answer, max_retries=0, max_reply_bytes=LIMIT) as crm:
            with pytest.raises(StatusError if status >= 400 else DecodeError) as caught:
                crm(save)
            if isinstance(caught.value, StatusError):
                assert caught.value.response is not None
                assert len(caught.value.response.content) == LIMIT
            else:
                assert f"max_reply_bytes={LIMIT}" in str(caught.value)
                assert caught.value.operation == "contacts.save"

    assert failures(check, product(SIZES, [200, 404, 503])) == []


@both
def test_size_of_replies_in_memory_counts_too(asynchronous: bool) -> None:
    """A transport that has the whole body at once is bounded like any other."""
    body = b" " * LIMIT + SAVED
    for status in (200, 500):
        answer: Answer = lambda _, status=status: httpx.Response(status, content=body)  # type: ignore[misc]  # noqa: E731  # mypy infers no default
        with open_driver(asynchronous, answer, max_retries=0, max_reply_bytes=LIMIT) as crm:
            with pytest.raises(StatusError if status == 500 else DecodeError) as caught:
                crm(save)
            response = getattr(caught.value, "response", None)
            assert response is None or len(response.content) == LIMIT


@both
def test_reply_of_the_limit_is_read(asynchronous: bool) -> None:
    """A reply of exactly the limit is read, and one byte less is not enough for it."""
    for coding, body in (("", SAVED), ("gzip", gzip.compress(SAVED))):
        with open_driver(asynchronous, coded(body, coding), max_reply_bytes=len(SAVED)) as crm:
            assert crm(save) == 5
        with (
            open_driver(asynchronous, coded(body, coding), max_reply_bytes=len(SAVED) - 1) as crm,
            pytest.raises(DecodeError, match="max_reply_bytes"),
        ):
            crm(save)


def test_bomb_takes_little_memory() -> None:
    """100 MB out of 100 KB cost no more than the limit and a few parts."""
    transport = Canned(coded(gzip.compress(BOMB), "gzip, gzip", chunk=100_000))
    with Relenta(**CREDENTIALS["Relenta"], transport=transport, max_reply_bytes=1_000_000) as crm:
        tracemalloc.start()
        try:
            with pytest.raises(DecodeError):
                crm.contacts.save(full_name="x")
            assert tracemalloc.get_traced_memory()[1] < 5_000_000
        finally:
            tracemalloc.stop()


@both
def test_downloads_to_a_file_have_no_limit(asynchronous: bool) -> None:
    """A download to a file is decoded whatever its size; into memory it is bounded."""
    content = bytes(range(256)) * 1000
    answer = coded(gzip.compress(content), "gzip", chunk=1000)
    settings: dict[str, Any] = {**CREDENTIALS["EspoCRM"], "crms": (EspoCRM, AsyncEspoCRM)}
    settings["max_reply_bytes"] = LIMIT
    with open_driver(asynchronous, answer, answer, coded(content, "", 404), **settings) as crm:
        to = BytesIO()
        crm(lambda crm: crm.attachments.download("a", to))
        assert to.getvalue() == content
        with pytest.raises(DecodeError, match="max_reply_bytes"):
            crm(lambda crm: crm.attachments.download("a"))
        with pytest.raises(StatusError) as caught:
            crm(lambda crm: crm.attachments.download("a", BytesIO()))
        assert caught.value.response is not None
        assert len(caught.value.response.content) == LIMIT


def test_truncated_download_is_decode_error() -> None:
    """A download whose coding breaks off is a DecodeError, not a shorter file."""
    answer = coded(gzip.compress(bytes(range(256)) * 1000)[:-20], "gzip")
    with (
        EspoCRM(**CREDENTIALS["EspoCRM"], transport=Canned(answer)) as crm,
        pytest.raises(DecodeError, match="Content-Encoding"),
    ):
        crm.attachments.download("a", BytesIO())


@both
def test_body_without_end_over_socket(asynchronous: bool) -> None:
    """A body without end is given up at the limit, and the next call is good."""

    def answer(connection: Connection) -> None:
        connection.request()
        if connection.number == 0:
            connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.drip(b"10000\r\n" + b" " * 65536 + b"\r\n", 0)
        else:
            connection.reply(SAVED)

    with RawServer(answer) as server:
        driver = Driver(asynchronous, base_url=server.url, max_reply_bytes=1_000_000)
        with pytest.raises(DecodeError, match="max_reply_bytes"):
            driver(save)
        assert driver(save) == 5
        driver.end()


def test_middleware_sees_the_decoded_body() -> None:
    """Middleware reads the same body as the client."""
    seen: list[bytes] = []

    async def middleware(request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append(response.content)
        assert response.elapsed.total_seconds() >= 0
        return response

    with open_driver(False, coded(gzip.compress(SAVED), "gzip"), middleware=[middleware]) as crm:
        assert crm(save) == 5
    assert seen == [SAVED]


@both
def test_reply_is_freed_without_the_garbage_collector(asynchronous: bool) -> None:
    """A reply that nobody holds is gone at once, sent in pieces or in memory already."""
    seen: list[ReferenceType[httpx.Response]] = []

    async def middleware(request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append(ref(response))
        return response

    answers = [coded(gzip.compress(SAVED), "gzip"), lambda _: httpx.Response(200, content=SAVED)]
    with open_driver(asynchronous, *answers, middleware=[middleware]) as crm:
        gc.disable()
        try:
            crm(save)
            crm(save)
            assert [response() for response in seen] == [None, None]
        finally:
            gc.enable()
