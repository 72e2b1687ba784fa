"""Decode a reply's Content-Encoding in small parts, so that memory stays bounded."""

from __future__ import annotations

import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCEPTED = "gzip, deflate"
"""The Accept-Encoding of requests: codings whose decoders can bound their output."""

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_MOST_CODINGS = 5
_IN, _OUT = 16_384, 65_536


class BodyError(Exception):
    """A body is too large, or is not what its Content-Encoding says."""


class Decoder:
    """Undoes the codings of one body.

    Args:
        header: The Content-Encoding: codings in the order in which they were applied.
    """

    def __init__(self, header: str) -> None:
        names = [name.strip().lower() for name in header.split(",")]
        windows = [_WINDOWS.get(name, 0) for name in names if name not in {"", "identity"}]
        self._known = all(windows) and len(windows) <= _MOST_CODINGS
        self._steps = [_Step(window) for window in reversed(windows)]

    def parts(self, raw: bytes) -> Iterable[bytes]:
        """Return what bytes of the body hold, in parts of at most 64 KiB if it is coded.

        Raises:
            BodyError: They cannot be read.
        """
        if not self._known:
            raise BodyError("the body's Content-Encoding is neither gzip nor deflate")
        if not self._steps:
            return (raw,)
        # In slices: zlib copies its unused input at each call.
        parts: Iterable[Any] = (raw[i : i + _IN] for i in range(0, len(raw), _IN))
        for step in self._steps:
            parts = chain.from_iterable(map(step.parts, parts))
        return parts

    def finish(self) -> None:
        """Check that the body ends where its codings do.

        Raises:
            BodyError: It was cut off.
        """
        if not all(step.complete for step in self._steps):
            raise BodyError("the body ends before its Content-Encoding does")


class _Step:
    def __init__(self, window: int) -> None:
        self._window = window  # zlib's name for the coding
        self._zlib = zlib.decompressobj(window)
        self._head = b""  # the first two bytes

    @property
    def complete(self) -> bool:
        return self._zlib.eof or not self._head

    def parts(self, raw: bytes) -> Iterator[bytes]:
        part = b""
        # zlib may keep output back although it has consumed all input.
        while raw or len(part) == _OUT:
            if self._zlib.eof:
                if self._window != 31 or raw[:1] != b"\x1f":
                    return  # padding, which everybody ignores
                self._zlib = zlib.decompressobj(self._window)  # gzip may have several members
            try:
                part = self._zlib.decompress(raw, _OUT)
            except zlib.error:
                if self._window != 15 or len(self._head) == 2:
                    raise BodyError("the body does not match its Content-Encoding") from None
                self._window, self._zlib = -15, zlib.decompressobj(-15)  # some servers' deflate
                raw = self._head + raw
                continue
            self._head = (self._head + raw[:2])[:2]
            raw = self._zlib.unconsumed_tail or self._zlib.unused_data
            if part:
                yield part
