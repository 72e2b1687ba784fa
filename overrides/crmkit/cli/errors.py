"""The errors of commands: one line each, with what to do, and an exit code."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import IO

    from crmkit.core.errors import CRMError

_WRITES = {"save", "create", "update", "delete"}

__all__ = ["CommandError", "InputError", "concerns_record", "discard", "say", "translated"]


class CommandError(Exception):
    """A command that cannot do what it was asked.

    Args:
        message: One line: what is wrong, and what to do.
        exit_code: Exit code of the program.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class InputError(CommandError):
    """A value that cannot be what its field takes.

    Args:
        field: Name of the field, as the caller wrote it.
        problem: What was expected and what came.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def say(line: str) -> None:
    """Write a line to stderr. That nobody reads it, or the disk is full, ends no run."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def discard(stream: IO[str]) -> None:
    """Let what is still to be written to a stream go nowhere, once it cannot be written.

    The interpreter would complain of it at its end.
    """
    with suppress(OSError):  # of a stream that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def translated(crm: str) -> Generator[None]:
    """Turn what a client raises into the error of a command.

    Args:
        crm: Name of the CRM on the command line.

    Raises:
        CommandError: Its exit code is 2 if nothing could be sent, 3 if the server refused or could
            not be reached.
    """
    from crmkit.core.errors import ArgumentError, ConfigError, CRMError

    try:
        yield
    except (ConfigError, ArgumentError) as error:
        raise CommandError(_for_a_shell(str(error), crm)) from error
    except CRMError as error:
        advice = _advice(error, crm)
        message = _for_a_shell(str(error), crm)
        raise CommandError(f"{message.rstrip('.')}; {advice}" if advice else message, 3) from error


def concerns_record(error: CRMError) -> bool:
    """Return whether an error is about one record, so that others may go better.

    The credential, the connection, the server's state and its limits concern all of them.
    """
    from crmkit.core import errors

    own = (
        errors.ArgumentError,
        errors.BadRequestError,
        errors.ConflictError,
        errors.NotFoundError,
        errors.PermissionDeniedError,
        errors.ValidationError,
    )
    return isinstance(error, own)


def _for_a_shell(message: str, crm: str) -> str:
    """Return a message for Python's users as one for those of the command."""
    message = re.sub(r"pass \w+=… or set", "set", message)
    message = re.sub(r"\(or \w+=…, (\w+)\)", r"or \1", message)
    message = message.replace("use https, or allow_insecure=True", "use https")
    return re.sub(r"\bbase_url (must|http|right)", rf"{crm.upper()}_BASE_URL \1", message)


def _advice(error: CRMError, crm: str) -> str:
    """Return what to do, or an empty str."""
    prefix = crm.upper()
    name = str(error.operation).rpartition(".")[2]
    if error.maybe_processed and name in _WRITES:
        return "look whether it was done before you do it again"
    wait = getattr(error, "retry_after", None)
    advice = {
        "AuthenticationError": f"check {_credentials(prefix)}",
        "ConflictError": "skip_duplicate_check=true creates it all the same",
        "RateLimitError": f"try again in {wait:.0f} s" if wait else "try again later",
        "ServerError": "try again later",
        "TransportError": f"is the server up, and {prefix}_BASE_URL right?",
    }
    if name != "create":
        del advice["ConflictError"]
    names = [cls.__name__ for cls in type(error).__mro__]
    return next((advice[each] for each in names if each in advice), "")


def _credentials(prefix: str) -> str:
    """Return the names of the variables that are set and may be wrong."""
    names = [name for name in sorted(os.environ) if name.startswith(f"{prefix}_")]
    return " and ".join(name for name in names if not name.endswith("_BASE_URL")) or prefix
