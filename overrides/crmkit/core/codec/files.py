"""Files to upload."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from crmkit.core.errors import ArgumentError, expected
from crmkit.core.types import File

_NAMES = {
    "file_name": (re.compile(r"[^\ud800-\udfff]*"), "a str without lone surrogates"),
    # It stands in a header of its part of the body, which a line end would end.
    "mime_type": (re.compile(r"[!-~](?:[ -~]*[!-~])?"), "printable ASCII such as 'image/png'"),
}


def encode_file(value: object, argument: str) -> File:
    """Return the `File` for a `File`, a path, bytes, or a file that is open for reading.

    Raises:
        ArgumentError: It is not one of them, does not give bytes, or its name or media type cannot
            be sent.
    """
    if isinstance(value, File):
        checked_names(value, argument)
        payload: Any = value.payload
        if isinstance(payload, bytes | bytearray):
            return File(BytesIO(payload), value.file_name or argument, value.mime_type)
        if not isinstance(payload, Path):
            _require_bytes(payload, argument)
        return value
    if isinstance(value, bytes | bytearray):
        return File(BytesIO(value), argument)
    if isinstance(value, Path):
        return File(value, value.name)
    _require_bytes(value, argument)
    opened: Any = value
    # Servers take a part without a file name for a string.
    name = getattr(value, "name", None)
    return File(opened, Path(name).name if isinstance(name, str) else argument)


def checked_names(file: File, argument: str) -> File:
    """Return a file whose name and media type can be sent.

    Raises:
        ArgumentError: One is not a str, the name holds half a character, or the media type is not
            printable ASCII.
    """
    for name, (pattern, needed) in _NAMES.items():
        text: object = getattr(file, name)
        if text is not None and not (isinstance(text, str) and pattern.fullmatch(text)):
            raise expected(f"{argument}.{name}", needed, text)
    return file


def _require_bytes(file: Any, argument: str) -> None:
    if not callable(getattr(file, "read", None)):
        raise expected(argument, "a File, a Path, bytes or a file open for reading", file)
    try:
        nothing = file.read(0)
    except (OSError, ValueError) as error:  # closed, or open for writing
        raise ArgumentError(argument, f"cannot be read: {type(error).__name__}") from None
    if not isinstance(nothing, bytes):
        raise ArgumentError(argument, "must be open in binary mode")
