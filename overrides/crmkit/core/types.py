"""Types that generated code and clients share: the unset value, files, and a typed response.

Imported by every generated package in place of the generator's own copy, so that there is one
`UNSET` for all CRMs.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final, Generic, Literal, TypeVar

T = TypeVar("T")


class Unset:
    """Type of `UNSET`. False in a condition, so `value or default` works."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        # By name, so that copy, deepcopy and pickle give the one UNSET back and `is` stays true.
        return "UNSET"


UNSET: Final[Unset] = Unset()
"""A member that is not passed: it is not sent, and the server keeps what it has."""


@dataclass(slots=True)
class File:
    """A file to upload.

    Args:
        payload: The open file, read in binary mode and left open; or its path, from which it is
            opened for each attempt to send it, and closed.
        file_name: Name that is sent; None for that of the file, or of its argument.
        mime_type: Media type that is sent, such as `image/png`, or None.
    """

    payload: BinaryIO | Path
    file_name: str | None = None
    mime_type: str | None = None


@dataclass(slots=True)
class Response(Generic[T]):
    """What the `*_detailed` functions of a generated package return.

    Args:
        status_code: HTTP status.
        content: The body as it came over the wire.
        headers: The response's headers.
        parsed: The decoded payload.
    """

    status_code: HTTPStatus
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None
