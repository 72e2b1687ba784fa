"""Tables on terminals of all widths, and what the command asks there."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import socket
import struct
import subprocess
import termios

import pytest
from rich.cells import cell_len

from crmkit.cli.output import Format, open_writer, write_record
from crmkit_mock import MockServer
from tests.cli.conftest import PROGRAM, program_environment

ROWS = [
    {
        "id": number,
        "name": f"名前 {number}\x1b[31m\n",
        "empty": None,
        "nested": {"a": 1},
        "note": "x" * 90,
    }
    for number in range(98, 103)
]


@pytest.mark.parametrize("width", [1, 20, 40, 200])
@pytest.mark.parametrize("are_chosen", [False, True])
def test_tables_fit(
    width: int,
    are_chosen: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No line is wider than the terminal, save for an id that came late, which is never cut."""
    monkeypatch.setenv("COLUMNS", str(width))
    writer = open_writer(Format.TABLE, ROWS[0], are_chosen=are_chosen)
    for row in ROWS:
        writer.write(row)
    writer.close()

    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert all(cell_len(line) <= width for line in lines)
    assert "\x1b" not in out
    assert are_chosen or "nested" not in out
    assert ("more columns" in err) == (not are_chosen or width < 40)


def test_ids_that_come_late_are_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An id that is longer than those by which the widths were chosen is not cut."""
    monkeypatch.setenv("COLUMNS", "40")
    writer = open_writer(Format.TABLE, ["id", "name"])
    for number in range(1, 101):
        writer.write({"id": number, "name": "x"})
    writer.close()

    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "1   x"
    assert lines[-1].split() == ["100", "x"]


@pytest.mark.parametrize("width", [8, 20, 200])
def test_records_are_shown_in_full(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a single record every value is there in full, on as many lines as it takes."""
    monkeypatch.setenv("COLUMNS", str(width))
    write_record(Format.TABLE, ROWS[0])

    out = capsys.readouterr().out
    assert all(cell_len(line) <= width for line in out.splitlines())
    assert out.count("x") == 90
    assert "empty" not in out


class Terminal:
    """Runs the command as a program on a terminal."""

    def __init__(self, *arguments: str, columns: int = 80, **environment: str) -> None:
        self._own, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        base = {name: value for name, value in program_environment().items() if name != "COLUMNS"}
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=other,
            stdout=other,
            stderr=subprocess.PIPE,
            text=True,
            env={**base, "TERM": "xterm-256color", **environment},
        )
        os.close(other)

    def type(self, text: str) -> None:
        """Type on the terminal."""
        os.write(self._own, text.encode())

    def finish(self) -> tuple[int, str, str]:
        """Return exit code, what the terminal shows, and stderr."""
        shown = b""
        try:
            while part := os.read(self._own, 4096):
                shown += part
        except OSError:  # the other side is closed
            pass
        os.close(self._own)
        _, err = self.process.communicate()
        return self.process.returncode, shown.decode(), err


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_a_table(no_color: str, live: MockServer) -> None:
    """On a terminal rows are a table as wide as it is, its head bold unless NO_COLOR is set."""
    del live
    code, shown, _ = Terminal(
        "list", "monica", "countries", "--limit", "2", columns=20, NO_COLOR=no_color
    ).finish()

    assert code == 0
    assert ("\x1b[1m" in shown) == (not no_color)
    lines = shown.replace("\x1b[1m", "").replace("\x1b[0m", "").split("\r\n")
    assert lines[0].startswith("id  ")
    assert all(len(line) <= 20 for line in lines)


@pytest.mark.parametrize("answer", ["n", "y"])
def test_asks_before_it_deletes(answer: str, live: MockServer) -> None:
    """On a terminal a deletion is asked about; no answer but yes deletes anything."""
    id = live.monica.add("tags", {"name": "x"})
    terminal = Terminal("delete", "monica", "tags", str(id))
    terminal.type(f"{answer}\n")
    code, _, err = terminal.finish()

    assert f"Delete {id} of monica's tags?" in err
    deleted = any(each.method == "DELETE" for each in live.monica.journal)
    assert (code, deleted) == ((0, True) if answer == "y" else (1, False))


def test_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a run with one line and exit code 3."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("MONICA_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.setenv("MONICA_TOKEN", "x")
        process = subprocess.Popen(
            [*PROGRAM, "list", "monica", "tags"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=program_environment(),
        )
        connection, _ = server.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()

    assert (process.returncode, out, err) == (3, "", "crmkit: interrupted\n")
