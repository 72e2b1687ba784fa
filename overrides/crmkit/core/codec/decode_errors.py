"""Errors of decoding, with the place in the reply where they happened.

Decoders of lists keep what is done so far in a local `out`, others the name of the member that they
are about to convert in `at`; when a conversion fails, `error_path` reads the place from the frames
of the traceback. While all goes well that costs next to nothing.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from crmkit.core.errors import DecodeError, type_name

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")

# OSError is raised for a time that the system's calendar does not reach.
ODD_ERRORS = (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError)
"""What decoding one malformed value can raise."""
DECODE_ERRORS = (*ODD_ERRORS, RecursionError, MemoryError)
"""What decoding a malformed reply can raise."""


class MalformedValue(TypeError):
    """A wire value is not of the documented type; the message names types only.

    Attributes:
        path: Place in the reply, where the raiser knows it; else empty.
        member: Name of the member that holds the value, where the raiser knows it; else None.
    """

    path = ""
    member: str | None = None


def reject(value: object, expected: str, member: str | None = None) -> NoReturn:
    """Raise the error for a wire value of another type than documented.

    Args:
        value: The value; the message shows its type only, as replies hold personal data.
        expected: What the document says, such as `str`.
        member: Name of the member that holds it; None if `at` of the calling decoder names it.

    Raises:
        MalformedValue: Always.
    """
    error = MalformedValue(f"expected {expected}, got {type_name(value)}")
    error.member = member
    raise error


def decode_model(decode: Callable[[Any, type[Any]], Any], tree: object, cls: type[T]) -> T:
    """Decode one object for a model's `from_dict`.

    Args:
        decode: The model's decoder.
        tree: The object's tree.
        cls: The class to make, the model or a subclass.

    Raises:
        DecodeError: The tree is not in the documented format.
    """
    try:
        # dict() only for other mappings: decoders copy, and they check that it is a dict.
        row = dict(tree) if isinstance(tree, Mapping) and type(tree) is not dict else tree
        value: T = decode(row, cls)
    except DECODE_ERRORS as error:
        raise to_decode_error(error) from error
    return value


def to_decode_error(error: BaseException, *, prefix: str = "", base: int = 0) -> DecodeError:
    """Return the error that tells where a decoder failed.

    Args:
        error: What the decoder raised.
        prefix: Path of the decoded tree, such as `data`.
        base: Index of the first decoded row, when rows come in parts.
    """
    parts = error_path(error)
    if base and parts and isinstance(parts[0], int):
        parts[0] += base
    path = prefix
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    forget_frames(error)
    problem = "the value is not in the documented format"
    if isinstance(error, MalformedValue):
        problem = str(error)
    elif isinstance(error, KeyError):
        problem = "a required member is missing"
    return DecodeError(problem, path=path)


def forget_frames(error: BaseException | None) -> None:
    """Take the decoders' frames from an error: they hold half-built objects, which have no repr.

    Tools that show local variables would fail on them, or show what a record holds.
    """
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def error_path(error: BaseException) -> list[str | int]:
    """Return the place where an emitted decoder failed, as member names and indexes."""
    path: list[str | int] = []
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    decoders = [frame for frame in frames if frame.f_globals.get("EMITTED") is True]
    for frame in decoders:
        variables = frame.f_locals
        if "out" in variables:
            path.append(len(variables["out"]))
        member = variables.get("at")
        if frame is frames[-1] and isinstance(error, KeyError):
            member = error.args[0]  # of a required member, which is not stored in `at` before
        elif frame is decoders[-1] and isinstance(error, MalformedValue) and error.member:
            member = error.member
        if member:
            path.append(member)
    return path
