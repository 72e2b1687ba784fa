"""`crmkit mock serve`: the same as `crmkit-mock serve`."""

from __future__ import annotations

import typer

__all__ = ["mock"]

mock = typer.Typer(
    help="Run mock servers of the CRMs.\n\ncrmkit mock serve --port 8600 --db mock.sqlite\n\n"
    "They answer as the CRMs do, keep what is written, and need no account. "
    "`crmkit mock serve --help` lists the switches."
)


@mock.callback()
def _group() -> None:
    """Keep `serve` a command of a group, although it is the only one."""


@mock.command(
    # All switches are those of the mock's own command, its --help included.
    context_settings={
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "help_option_names": [],
    },
    add_help_option=False,
)
def serve(context: typer.Context) -> None:
    """Serve the mock CRMs on a loopback port."""
    from crmkit_mock.cli import main

    try:
        code = main(["serve", *context.args], program="crmkit mock")
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    raise typer.Exit(code)
