"""The command `crmkit`; needs the extra `crmkit[cli]`, files and databases `crmkit[data]`.

Each command is a module: to add one, write it and add a line to `crmkit.cli.app`. Nothing is
imported before it is needed, so that `crmkit --help` answers at once.

Exit codes: 0 done; 1 some rows failed, or differences were found; 2 usage or configuration; 3 the
server refused or could not be reached, or the run was interrupted.
"""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_EXTRAS = {
    **dict.fromkeys(("click", "rich", "shellingham", "typer"), "cli"),
    **dict.fromkeys(("duckdb", "pyarrow"), "data"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Arguments without the program's name; None takes those of the process.

    Returns:
        The exit code. Every error is one line on stderr.
    """
    try:
        import_module("rich")  # which is needed later, for progress
        from .app import run

        return run(argv)
    except KeyboardInterrupt:  # before there was anybody else to notice
        sys.stderr.write("crmkit: interrupted\n")
        return 3
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRAS:
            raise
        extra = _EXTRAS[package]
        sys.stderr.write(
            f"crmkit: the command needs the package {package}: pip install 'crmkit[{extra}]'\n"
        )
        return 2
