"""The error of a command."""

from __future__ import annotations

__all__ = ["CommandError"]


class CommandError(Exception):
    """A command that cannot do what it was asked.

    Args:
        message: One line: what is wrong, and what to do.
        exit_code: Exit code of the program.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
