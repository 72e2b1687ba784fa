"""Errors of decoding, with the place in the reply where they happened.

An emitted decoder stores the name of the member it is about to convert in a local `at` and the
objects done so far in `out`; when a conversion fails, `error_path` reads the place from the frames
of the traceback. While all goes well that costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from crmkit.core.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "DECODE_ERRORS",
    "Located",
    "MalformedValue",
    "decode_model",
    "error_path",
    "reject",
    "to_decode_error",
]

T = TypeVar("T")

DECODE_ERRORS = (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError)
"""What decoding a malformed reply can raise."""

_KINDS: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a text",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


class MalformedValue(TypeError):
    """A wire value is not of the documented type; the message names types only.

    Attributes:
        path: Place in the reply, where the raiser knows it; else empty.
    """

    path = ""


def reject(value: object, expected: str) -> NoReturn:
    """Raise the error for a wire value of another type than documented.

    Args:
        value: The value; the message shows its type only, as replies hold personal data.
        expected: What the document says, such as `str`.

    Raises:
        MalformedValue: Always.
    """
    found = "null" if value is None else _KINDS.get(type(value), type(value).__name__)
    raise MalformedValue(f"expected {expected}, found {found}")


class Located(dict[str, Any]):
    """An object of a reply that knows its place, for errors of a model's `from_dict`.

    Args:
        tree: The object.
        path: Its path in the reply.
        operation: Name of the operation.
        response: The HTTP response.
    """

    def __init__(self, tree: dict[str, Any], path: str, operation: str, response: Any) -> None:
        super().__init__(tree)
        self.location = path, operation, response


def decode_model(
    decode_all: Callable[[Any, type[Any]], list[Any]], tree: object, cls: type[T]
) -> T:
    """Decode one object for a model's `from_dict`.

    Args:
        decode_all: The model's decoder.
        tree: The object's tree.
        cls: The class to make, the model or a subclass.

    Raises:
        DecodeError: The tree is not in the documented format.
    """
    try:
        # dict() only for other mappings: decoders copy, and they check that it is a dict.
        rows = [dict(tree) if isinstance(tree, Mapping) and type(tree) is not dict else tree]
        value: T = decode_all(rows, cls)[0]
    except DECODE_ERRORS as error:
        location = tree.location if isinstance(tree, Located) else ("", None, None)
        failure = to_decode_error(error, prefix=location[0], skip=1)
        _, failure.operation, failure.response = location
        raise failure from error
    return value


def to_decode_error(
    error: BaseException, *, prefix: str = "", base: int = 0, skip: int = 0
) -> DecodeError:
    """Return the error that tells where a decoder failed.

    Args:
        error: What the decoder raised.
        prefix: Path of the decoded tree, such as `data`.
        base: Index of the first decoded row, when rows come in parts.
        skip: Number of parts to leave out at the start of the path.
    """
    parts = error_path(error)[skip:]
    if base and parts and isinstance(parts[0], int):
        parts[0] += base
    path = prefix
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    problem = (
        str(error) if isinstance(error, MalformedValue) else "the value has not the documented form"
    )
    if isinstance(error, KeyError):
        problem = "a required member is missing"
    return DecodeError(problem, path=path)


def error_path(error: BaseException) -> list[str | int]:
    """Return the place where an emitted decoder failed, as member names and indexes."""
    path: list[str | int] = []
    single = False
    trace = error.__traceback__
    while trace is not None:
        frame, trace = trace.tb_frame, trace.tb_next
        if frame.f_globals.get("EMITTED") is not True:
            continue
        seen = frame.f_locals
        if "tree" in seen:  # decode(tree), which calls decode_all([tree])
            single = True
        if "rows" not in seen:
            continue
        if "out" in seen and not single:
            path.append(len(seen["out"]))
        if seen.get("at"):
            path.append(seen["at"])
        single = False
    return path
