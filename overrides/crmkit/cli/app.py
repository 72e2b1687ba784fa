"""The commands, and how their errors are said."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .contract import contract
from .errors import CommandError
from .mock import mock

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "run"]

app = typer.Typer(
    name="crmkit",
    help="Clients, mock servers and contract checks of CRMs.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
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
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name="crmkit", standalone_mode=False)
    except CommandError as error:
        return _fail(str(error), error.exit_code)
    except _UsageError as error:
        path = error.ctx.command_path if error.ctx is not None else "crmkit"
        message = error.format_message().rstrip(".")
        return _fail(f"{message[:1].lower()}{message[1:]}; see {path} --help")
    except _ClickException as error:
        return _fail(error.format_message())
    except (typer.Abort, KeyboardInterrupt):
        return _fail("interrupted", 3)
    except BrokenPipeError:
        # Whoever reads has what they wanted; the interpreter would complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    # To which typer turns Ctrl-C, where click raises Abort.
    return _fail("interrupted", 3) if code == _BY_SIGINT else int(code or 0)


def _fail(message: str, code: int = 2) -> int:
    line = " ".join(message.split())
    typer.echo(f"crmkit: {line}", err=True)
    return code
