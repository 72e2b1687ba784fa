"""Checks of the arguments that tests pass to a mock."""

from __future__ import annotations

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
