"""Files to upload."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from crmkit.core.errors import ArgumentError, expected
from crmkit.core.types import File


def encode_file(value: object, argument: str) -> File:
    """Return the `File` for a `File`, a path, bytes, or a file that is open for reading.

    Raises:
        ArgumentError: It is not one of them, or does not give bytes.
    """
    if isinstance(value, File):
        if not isinstance(value.payload, Path | bytes | bytearray):
            _require_bytes(value.payload, argument)
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


def _require_bytes(file: Any, argument: str) -> None:
    if not callable(getattr(file, "read", None)):
        raise expected(argument, "a File, a Path, bytes or a file open for reading", file)
    try:
        nothing = file.read(0)
    except (OSError, ValueError) as error:  # closed, or open for writing
        raise ArgumentError(argument, f"cannot be read: {type(error).__name__}") from None
    if not isinstance(nothing, bytes):
        raise ArgumentError(argument, "must be open in binary mode")
