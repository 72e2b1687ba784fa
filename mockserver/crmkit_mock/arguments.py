"""Checks of the arguments that tests pass to a mock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def require_choice(argument: str, value: object, choices: Iterable[str]) -> None:
    """Check that a value is one of several.

    Args:
        argument: Name of the argument, for the message.
        value: The value.
        choices: What it may be.

    Raises:
        ValueError: it is not one of them.
    """
    names = list(choices)
    if value not in names:
        raise ValueError(f"{argument} must be one of {', '.join(names)}, got {value!r}")


def require_record(kind: str, record: object, names: Iterable[str] | None = None) -> None:
    """Check that what is to be added is a record of members by name.

    Args:
        kind: What the record is, for the message.
        record: The record.
        names: Names of the members that it may have; None: any.

    Raises:
        ValueError: it is not a mapping of JSON values, or has a member that is not among the names.
    """
    if not isinstance(record, Mapping):
        raise ValueError(f"{kind}: expected a mapping of members, got {type(record).__name__}")  # noqa: TRY004 - add() raises one type
    known = None if names is None else list(names)
    for name in record:
        if not isinstance(name, str):
            raise ValueError(f"{kind}: names of members must be str, got {name!r}")  # noqa: TRY004 - as above
        if known is not None and name not in known:
            close = get_close_matches(name, known, 1, 0.7)
            hint = f"; did you mean {close[0]!r}?" if close else f", only {', '.join(known)}"
            raise ValueError(f"{kind} has no member {name!r}{hint}")
    try:
        json.dumps(dict(record), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{kind}: {error}") from None
