"""A server that is killed in the middle of a long run, and comes back with what it had stored."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx
import pytest

from crmkit import EspoCRM, Monica
from tests.cli.conftest import PROGRAM, Done, program_environment

pytestmark = pytest.mark.long

ROUNDS = 6


class Server:
    """Mock CRMs as a program of their own, which keeps what it has in a file.

    Attributes:
        environment: The variables by which the command finds it.
        delay: Seconds that each reply of EspoCRM takes, from the next start on, so that a run is
            longer than it takes until it is killed, however fast the machine is.
    """

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._db = folder / "mock.sqlite"
        self.environment: dict[str, str] = {}
        self.delay = 0.0
        self.start()

    def start(self) -> None:
        """Start it, on the same port and with the same data as before."""
        arguments = ["mock", "serve", "--no-rate-limits", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*PROGRAM, *arguments, "--db", str(self._db)],
            env=program_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            crm, base_url, *credentials = line.split()
            if crm == "control":
                break
            self.environment[f"{crm}_base_url".upper()] = base_url
            for credential in credentials:
                name, _, value = credential.partition("=")
                self.environment[f"{crm}_{name}".upper()] = value
        else:
            pytest.fail("the mock has ended")
        if self.delay:
            fault = {"crm": "espocrm", "delay": self.delay, "times": None}
            url = f"http://127.0.0.1:{self._port}/__mock__/faults"
            httpx.post(url, json=fault).raise_for_status()

    def kill(self) -> None:
        """End it by SIGKILL, if it runs."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server, to which the environment points."""
    running = Server(tmp_path)
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def until_done(server: Server, tmp_path: Path) -> Callable[..., Counter[int]]:
    """Return what runs a command again and again, while the server is killed, until it is done."""

    def run(*arguments: str, after: Callable[[Done], None] = lambda _: None) -> Counter[int]:
        chance = random.Random(7)  # noqa: S311  # of no secret
        codes: Counter[int] = Counter()
        for attempt in range(ROUNDS + 1):
            killer = threading.Timer(chance.uniform(0.5, 2.5), server.kill)
            if attempt < ROUNDS:
                killer.start()
            made = subprocess.run(
                [*PROGRAM, *arguments],
                env={**program_environment(), **server.environment},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            done = Done(made.returncode, made.stdout, made.stderr)
            codes[done.code] += 1
            assert done.code in {0, 3}, done
            assert done.code == 0 or len(done.err.splitlines()) == 1, done
            killer.cancel()
            if attempt < ROUNDS:
                killer.join()
                server.kill()
                server.start()
            after(done)
        assert done.code == 0, done
        return codes

    return run


def add_leads(server: Server, count: int) -> None:
    """Create leads; then make the server slow."""
    with EspoCRM() as crm:
        for number in range(count):
            crm.leads.create(last_name=f"Lead {number}", skip_duplicate_check=True)
    server.kill()
    server.delay = 0.25
    server.start()


@pytest.mark.parametrize("form", ["jsonl", "duckdb"])
def test_export_goes_on(
    form: str, server: Server, until_done: Callable[..., Counter[int]], tmp_path: Path
) -> None:
    """What was read before the server went is kept; in the end all is there, and once."""
    add_leads(server, 1500)
    arguments = ["export", "espocrm", "leads", "--out", "out", "--format", form]
    codes = until_done(*arguments)
    assert codes[3], "no kill has hit a run"
    with EspoCRM() as crm:
        ids = sorted(lead.id for lead in crm.leads.list())
    if form == "jsonl":
        lines = (tmp_path / "out" / "leads.jsonl").read_text("utf-8").splitlines()
        assert sorted(json.loads(line)["id"] for line in lines) == ids
        return
    with duckdb.connect(str(tmp_path / "out" / "espocrm.duckdb"), read_only=True) as database:
        assert [
            id for (id,) in database.execute("SELECT id FROM leads ORDER BY 1").fetchall()
        ] == ids


def test_sync_goes_on(
    server: Server, until_done: Callable[..., Counter[int]], tmp_path: Path
) -> None:
    """Rows and cursor stay as of one instant, so that the table has all in the end, and once."""
    add_leads(server, 1500)
    turn = iter(range(100))

    def change(_: Done) -> None:
        with EspoCRM() as crm:
            number = next(turn)
            for lead in crm.leads.list(start=number).take(5):
                crm.leads.update(lead.id, last_name=f"turn {number}")

    arguments = ["sync", "espocrm", "leads", "--to", "crm.duckdb"]
    codes = until_done(*arguments, after=change)
    assert codes[3], "no kill has hit a run"
    full = subprocess.run(
        [*PROGRAM, *arguments, "--full"],
        env=program_environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    # Changes of the last seconds settle later than this run.
    assert full.stdout.startswith("leads: 0 new, "), full
    with EspoCRM() as crm:
        names = {lead.id: lead.last_name for lead in crm.leads.list()}
    with duckdb.connect(str(tmp_path / "crm.duckdb"), read_only=True) as database:
        rows = database.execute("SELECT id, last_name FROM leads WHERE _gone_at IS NULL").fetchall()
    assert len(rows) == len(names)
    assert dict(rows) == names


@pytest.mark.parametrize(
    ("crm", "resource", "field", "options"),
    [
        ("espocrm", "contacts", "last_name", []),
        ("espocrm", "cases", "name", ["--key", "name"]),
        ("monica", "tags", "name", ["--key", "name"]),
    ],
)
def test_import_makes_each_record_once(
    crm: str,
    resource: str,
    field: str,
    options: list[str],
    until_done: Callable[..., Counter[int]],
    tmp_path: Path,
) -> None:
    """A row that was sent when the server went is looked up, and comes once in the end."""
    names = [f"N{number:04}" for number in range(800)]
    (tmp_path / "in.csv").write_text("\n".join([field, *names, ""]))
    codes = until_done("import", crm, resource, "in.csv", *options)
    assert codes[3], "no kill has hit a run"
    client = EspoCRM() if crm == "espocrm" else Monica()
    with client:
        made = Counter(getattr(row, field) for row in getattr(client, resource).list())
    assert {name: made[name] for name in names} == dict.fromkeys(names, 1)
