"""What a run has found, as text; and the folder with the masked report of a run."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .har import har
from .junit import junit
from .names import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conversation import Step
    from .judge import Difference
    from .masking import Masker
    from .runner import Held, Summary

__all__ = ["Plain", "prepare_folder", "report_lines", "summary_line", "write_report"]

_LEFT_SHOWN = 20


class _Shows(Protocol):
    """Puts what was found into words."""

    def request_line(self, step: Step) -> str:
        """Return a step in one line."""
        ...

    def difference(self, difference: Difference) -> str:
        """Return a difference in one line."""
        ...

    def sentence(self, text: str) -> str:
        """Return a sentence of the server's."""
        ...


class Plain:
    """Shows everything as it was, for the user's own terminal."""

    def request_line(self, step: Step) -> str:
        """Return a step in one line."""
        names, request = step.talk.servers[0].names, step.request
        text = str(request)
        return str(names.fill(text)) if not names.missing(text) else readable(text)

    def difference(self, difference: Difference) -> str:
        """Return a difference in one line."""
        return _printable(str(difference))

    def sentence(self, text: str) -> str:
        """Return a sentence of the server's."""
        return _printable(text)


def report_lines(summary: Summary, show: _Shows) -> Iterator[str]:
    """Yield the lines of a report: differences by conversation and step, then the rest.

    Args:
        summary: The run.
        show: Puts what was found into words.
    """
    for held in summary.held:
        yield from _held_lines(held, show)
    accepted = Counter(
        difference.accepted
        for step in summary.steps
        for difference in step.differences
        if difference.accepted
    )
    if accepted:
        yield "known and accepted:"
        yield from (f"  {count} x {reason}" for reason, count in accepted.most_common())
    refused = [held for held in summary.refused if not summary.may_not_write]
    if refused:
        yield "not held, since the user has no rights for what they begin with:"
        for reason, count in Counter(held.refused for held in refused).most_common():
            yield f"  {count} x {show.sentence(reason)}"
    if summary.may_not_write:
        yield (
            "the user may not write: every conversation that writes was refused at its beginning "
            f"({show.sentence(summary.may_not_write)}); give a user who may, or leave out --write"
        )
    yield from _left_lines(summary)


def _held_lines(held: Held, show: _Shows) -> Iterator[str]:
    unequal = [] if held.refused else held.unequal
    if unequal or held.error:
        yield held.conversation.name
    missing: Counter[str] = Counter()
    for step in unequal:
        found = [difference for difference in step.differences if not difference.accepted]
        if all(difference.kind == "missing" for difference in found):
            missing.update({show.difference(difference) for difference in found})
            continue
        yield f"  {step.number}: {show.request_line(step)}"
        yield from (f"     {show.difference(difference)}" for difference in found)
    for text, count in missing.items():
        yield f"  {count} steps: {text}"
    if held.error:
        yield f"  ended after {len(held.steps)} steps: {show.sentence(held.error)}"


def _left_lines(summary: Summary) -> Iterator[str]:
    if summary.stays:
        yield (
            f"{len(summary.stays)} records stay, as the API deletes nothing; their names begin "
            f"with {summary.marker}:"
        )
        yield from _some(sorted(summary.stays))
    if summary.left:
        yield f"not removed; names begin with {summary.marker}:"
        yield from _some(summary.left)


def _some(lines: list[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_LEFT_SHOWN])
    if len(lines) > _LEFT_SHOWN:
        yield f"  and {len(lines) - _LEFT_SHOWN} more"


def summary_line(summary: Summary) -> str:
    """Return how many steps were taken, how many are equal, and of which kinds the others are."""
    steps, unequal = len(summary.steps), len(summary.unequal)
    what = "equal" if summary.against_mock else "as documented"
    line = f"{len(summary.held)} conversations, {steps} steps, {steps - unequal} {what}"
    counts = sorted(summary.kinds().items(), key=lambda item: (-item[1], item[0]))
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts)
    return f"{line}; steps that differ by kind: {kinds}" if kinds else line


def prepare_folder(path: Path) -> None:
    """Create a folder if need be, and make sure that files can be written into it.

    Raises:
        OSError: It cannot be used.
    """
    path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path):
        pass


def write_report(folder: Path, summary: Summary, masker: Masker, heading: list[str]) -> list[Path]:
    """Write report.txt, junit.xml and exchanges.har, each whole or not at all.

    Args:
        folder: Folder; files of these names in it are replaced.
        summary: The run.
        masker: Masks it.
        heading: First lines of report.txt.

    Returns:
        The files.

    Raises:
        OSError: A file cannot be written.
    """
    lines = [*heading, "", *report_lines(summary, masker), summary_line(summary)]
    if summary.interrupted:
        lines.append("interrupted")
    if summary.error:
        lines.append(masker.sentence(summary.error))
    contents = {
        "report.txt": "\n".join(lines) + "\n",
        "junit.xml": junit(summary, masker),
        "exchanges.har": json.dumps(har(summary, masker), ensure_ascii=False, indent=1) + "\n",
    }
    return [_write(folder / name, masker.scrub(text)) for name, text in contents.items()]


def _write(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _printable(text: str) -> str:
    """Return a text in one line, without what would steer a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
