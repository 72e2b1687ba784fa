"""`crmkit contract`: checks a server against its document, and the mock against the server."""

from __future__ import annotations

import re
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from types import FrameType

    from crmkit.contract.check import Check
    from crmkit.contract.conversation import Step
    from crmkit.contract.crm import CRM, Probe
    from crmkit.contract.runner import Summary

__all__ = ["contract"]


def contract(
    crm: Annotated[
        str,
        typer.Argument(
            metavar="CRM",
            help="Kind of server: autocrm, espocrm, monica, onepagecrm or relenta.",
            show_default=False,
        ),
    ],
    *,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Address of the API; else that of <CRM>_BASE_URL, or the vendor's own.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help="Create, change and delete records of its own, named crmkit-…; else only read.",
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Agree to --write on a server that others can reach.")
    ] = False,
    as_: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="NAME=PREFIX",
            help="A further user, with the credentials of PREFIX_…; rights are checked between "
            "users. May be given several times.",
            show_default=False,
        ),
    ] = None,
    requests: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many requests to send, about.")
    ] = 300,
    against_mock: Annotated[
        bool,
        typer.Option(
            "--against-mock", help="Hold the same conversations with the mock and compare."
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write report.txt, junit.xml and exchanges.har there, with credentials and "
            "personal data masked.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a server against its document.

    crmkit contract espocrm --against-mock --report report

    Credentials come from the environment, such as ESPOCRM_API_KEY, as for the clients. It says
    first what it will do. Exit codes: 0 no differences; 1 differences; 2 usage or configuration;
    3 the server refused or could not be reached, or the run was interrupted.
    """
    kind = _kind(crm)
    users = dict(map(_user, as_ or ()))
    if report is not None:
        _prepare(report)
    from crmkit.contract.check import Check
    from crmkit.contract.crm import ContractError

    try:
        with Check(
            kind,
            base_url,
            users=users,
            writes=write,
            agreed=yes,
            against_mock=against_mock,
            requests=requests,
        ) as check:
            raise typer.Exit(_checked(check, report))
    except ContractError as error:
        raise CommandError(_for_a_shell(str(error)), error.exit_code) from None


def _for_a_shell(message: str) -> str:
    """Return a message for Python's users as one for those of the command."""
    message = re.sub(r"pass \w+=… or set", "set", message)
    return message.replace("base_url must", "--base-url must").replace("base_url=…", "--base-url")


def _kind(name: str) -> CRM:
    try:
        from crmkit.contract.catalogue import CRMS
    except ImportError as error:
        raise CommandError(str(error)) from None
    if name not in CRMS:
        raise CommandError(f"CRM must be one of {', '.join(sorted(CRMS))}, got {name!r}")
    return CRMS[name]()


def _user(text: str) -> tuple[str, str]:
    name, mark, prefix = (part.strip() for part in text.partition("="))
    if not (name and mark and prefix.isidentifier()):
        raise CommandError(f"--as must be NAME=PREFIX, as in --as sales=SALES, got {text!r}")
    if name == "nobody":
        raise CommandError("--as: 'nobody' is the user without credentials; take another name")
    return name, prefix


def _prepare(folder: Path) -> None:
    from crmkit.contract.report import prepare_folder

    try:
        prepare_folder(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"--report {folder}: cannot write there: {reason}") from None


def _checked(check: Check, folder: Path | None) -> int:
    from .progress import progress

    probe = check.probe()
    check.start_mock(probe.version)
    count, seconds = check.plan()
    if not count:
        raise CommandError(f"there is nothing to check of {check.crm.client} without --write")
    heading = list(_heading(check, probe, count, seconds))
    for line in [f"{heading[0]}{_as(probe)}", *heading[1:]]:
        typer.echo(line)
    for note in check.notes():
        typer.echo(f"note: {note}")
        heading.append(f"note: {note}")
    with _interrupts(check) as interrupts:
        with progress(count) as shown:

            def on_step(step: Step) -> None:
                shown.on_step(step)
                interrupts.after_step()

            summary = check.hold(
                on_step=on_step,
                on_held=shown.on_held,
                on_wait=shown.on_wait,
                may_go_on=interrupts.may_go_on,
            )
        _say(summary)
        if folder is not None:
            _write(folder, check, summary, heading)
    return _exit_code(summary)


def _heading(check: Check, probe: Probe, count: int, seconds: float) -> Iterable[str]:
    client = check.crm.client
    yield f"{client}{f' {probe.version}' if probe.version else ''} at {check.base_url}"
    if not check.writes:
        yield "reads only: nothing is changed there"
    elif check.crm.deletes:
        yield "creates records named crmkit-…, changes them, and removes them afterwards"
    else:
        yield f"creates records named crmkit-… that stay: {client} has no call that deletes"
    rate = check.server.rate
    pace = f"at {rate:.3g} requests a second" if rate else "as fast as it answers"
    yield f"about {count} requests, about {_duration(seconds)} {pace}"
    if check.mock_release:
        yield f"the same with {check.mock_release}"


def _as(probe: Probe) -> str:
    return f", as {probe.user}" if probe.user else ""


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _say(summary: Summary) -> None:
    from crmkit.contract.report import Plain, report_lines, summary_line

    for line in report_lines(summary, Plain()):
        typer.echo(line)
    typer.echo(summary_line(summary))


def _write(folder: Path, check: Check, summary: Summary, heading: list[str]) -> None:
    from crmkit.contract.masking import Masker
    from crmkit.contract.report import write_report

    masker = Masker(summary, check.secrets())
    heading = [line.replace(check.base_url, masker.base_url()) for line in heading]
    try:
        paths = write_report(folder, summary, masker, heading)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"--report {folder}: cannot write there: {reason}") from None
    typer.echo(f"report: {', '.join(map(str, paths))}")


def _exit_code(summary: Summary) -> int:
    if summary.interrupted:
        count = len(summary.left)
        what = "1 record is" if count == 1 else f"{count} records are"
        left = f"; {what} left, see above" if count else ""
        raise CommandError(f"interrupted after {len(summary.steps)} steps{left}", 3)
    if summary.error:
        raise CommandError(summary.error, 3)
    if summary.may_not_write:
        raise CommandError("the user may not write; see above", 3)
    return int(bool(summary.unequal or summary.broken or summary.left))


class _Interrupts:
    """Ctrl-C, and SIGTERM by which CI systems end a job, from the first request to the report.

    The first ends the conversations, wherever they are; while something is being created, once the
    reply has come that says what to remove. The second only asks to remove no more, so that what is
    left is still listed. A third one ends the program.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self._count = 0
        self._is_due = False

    def may_go_on(self) -> bool:
        """Return whether what was created may be removed."""
        return self._count < 2

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        self._count += 1
        if self._count == 1:
            self._is_due = self._check.server.writing
        if not self._is_due and self._count != 2:
            raise KeyboardInterrupt

    def after_step(self) -> None:
        """End the conversations if the first signal came while the step was taken."""
        if self._is_due:
            self._is_due = False
            raise KeyboardInterrupt


@contextmanager
def _interrupts(check: Check) -> Generator[_Interrupts]:
    """Take the signals while the context lasts."""
    taken = _Interrupts(check)
    if threading.current_thread() is not threading.main_thread():
        yield taken
        return
    previous = {each: signal.signal(each, taken) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield taken
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
