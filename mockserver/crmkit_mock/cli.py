"""The command `crmkit-mock`."""

from __future__ import annotations

import argparse
import signal
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

from crmkit_mock.behavior import ESPOCRM_VERSIONS, NEWEST_ESPOCRM
from crmkit_mock.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

_EPILOG = """\
base URLs: {paths}
control plane: /__mock__/ (health, reset, seed, snapshot, faults, journal, clock)
documents: /__mock__/openapi/<name>.json
"""


def main(argv: Sequence[str] | None = None, *, program: str = "crmkit-mock") -> int:
    """Run the command.

    Args:
        argv: Arguments without the program's name; None takes those of the process.
        program: The program's name in messages.

    Returns:
        0 after a stop by Ctrl-C or SIGTERM; 2 if it cannot start, with the reason in one line on
        stderr.
    """
    arguments = _parser(program).parse_args(argv)
    try:
        from crmkit_mock.missing_extra import explain_missing_extra

        with explain_missing_extra():
            from crmkit_mock.serve import serve
            from crmkit_mock.store import StoreError
    except ImportError as error:
        return _fail(program, str(error))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # uvicorn handles the signal, then sends it again: without this the process would die of it
    # before the store is closed.
    previous = signal.signal(signal.SIGTERM, stop)
    try:
        serve(
            arguments.host,
            arguments.port,
            token=arguments.token,
            db=arguments.db,
            seed=arguments.seed,
            rate_limits=arguments.rate_limits,
            faithful_crashes=arguments.faithful_crashes,
            espocrm_version=arguments.espocrm_version,
        )
    except KeyboardInterrupt:
        return 0
    except (StoreError, ValueError) as error:
        return _fail(program, str(error))
    except OSError as error:
        # What Python adds to it in parentheses is the address again.
        reason = str(error.strerror or error).partition(" (")[0]
        return _fail(program, f"{arguments.host}:{arguments.port}: {reason}")
    finally:
        signal.signal(signal.SIGTERM, previous)
    return 0


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        program = self.prog.partition(" ")[0]
        self.exit(2, f"{program}: {message}; see {self.prog} --help\n")


def _parser(program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="Stateful mocks of CRM APIs.",
        epilog=_EPILOG.format(paths=" ".join(entry.base_path for entry in CATALOGUE.values())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('crmkit')}")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve the mock CRMs on a port")
    command.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; one that others can reach gets a token (%(default)s)",
    )
    command.add_argument("--port", type=int, default=8600, help="0: a free one (%(default)s)")
    command.add_argument(
        "--token", help="what control requests need as Authorization: Bearer TOKEN"
    )
    command.add_argument("--db", metavar="FILE", help="keep the state in this file")
    command.add_argument(
        "--seed",
        default="demo",
        metavar="NAME|FILE.json",
        help="data of a fresh state: demo, empty, or records of your own (%(default)s)",
    )
    command.add_argument(
        "--no-rate-limits",
        dest="rate_limits",
        action="store_false",
        help="do not limit the rate of requests as the vendors do",
    )
    command.add_argument(
        "--faithful-crashes",
        action="store_true",
        help="answer 500 where the vendor's server crashes, instead of a clear 4xx",
    )
    command.add_argument(
        "--espocrm-version",
        choices=ESPOCRM_VERSIONS,
        default=NEWEST_ESPOCRM,
        help="release that EspoCRM and AutoCRM imitate (%(default)s)",
    )
    return parser


def _fail(program: str, reason: str) -> int:
    sys.stderr.write(f"{program.partition(' ')[0]}: {reason}\n")
    return 2
