"""The commands, and how their errors are said."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .contract import contract
from .errors import CommandError, discard, say
from .export import export
from .import_ import import_records
from .mock import mock
from .records import create, delete, get, list_records, update
from .sync import sync
from .whoami import whoami

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "run"]

app = typer.Typer(
    name="crmkit",
    help="Read, change, export, import and synchronise the records of CRMs.\n\n"
    "A CRM's address and credentials come from the environment, such as MONICA_TOKEN. "
    "`crmkit COMMAND --help` shows examples.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(whoami)
app.command("list")(list_records)
_command: Any
for _command in (get, create, update, delete, export):
    app.command()(_command)
app.command("import")(import_records)
app.command()(sync)
app.command()(contract)
app.add_typer(mock, name="mock")

# Typer carries its own copy of click since 0.25 and names no more of its errors than these two.
_UsageError: Any = typer.BadParameter.__base__
_ClickException: Any = _UsageError.__base__
_BY_SIGINT = 130


def _print_version(value: bool) -> None:  # noqa: FBT001 - as typer calls it
    if value:
        from crmkit.core.version import __version__

        typer.echo(f"crmkit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Take the options that come before the command."""


def run(argv: Sequence[str] | None) -> int:
    """Run a command and say its errors, a line each.

    Args:
        argv: Arguments; None takes those of the process.

    Returns:
        The exit code.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    streams: list[Any] = [sys.stdout, sys.stderr]
    for stream in streams:
        if hasattr(stream, "reconfigure"):  # a server may say what the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    code = _run(arguments)
    try:
        sys.stdout.flush()  # where a full disk or a closed pipe shows at last
    except OSError as error:
        code = _cannot_write(error) or code
    return code


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name="crmkit", standalone_mode=False)
    except CommandError as error:
        return _fail(str(error), error.exit_code)
    except _ClickException as error:
        return _fail(_usage(error))
    except (typer.Abort, KeyboardInterrupt):
        code = _BY_SIGINT
    except OSError as error:
        return _cannot_write(error)
    except SystemExit as stop:
        if not isinstance(stop.__context__, BrokenPipeError):  # which typer turns into exit code 1
            raise
        return _cannot_write(stop.__context__)
    # To which typer turns Ctrl-C, where click raises Abort.
    return _fail("interrupted", 3) if code == _BY_SIGINT else int(code or 0)


def _usage(error: Any) -> str:
    message: str = error.format_message()
    if not isinstance(error, _UsageError):
        return message
    path = error.ctx.command_path if error.ctx is not None else "crmkit"
    return f"{message[:1].lower()}{message[1:].rstrip('.')}; see {path} --help"


def _cannot_write(error: OSError) -> int:
    if error.filename is None:
        discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return 0  # whoever reads has what they wanted
    reason = os.strerror(error.errno) if error.errno else str(error)
    return _fail(f"{error.filename or 'cannot write the output'}: {reason}")


def _fail(message: str, code: int = 2) -> int:
    say(f"crmkit: {' '.join(message.split())}")
    return code
