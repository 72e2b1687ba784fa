"""The mock's part of `make bench`: speed, start and memory against Prism, for each CRM."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from bench_mock_load import CASES, CREATE, LIST, Load

from crmkit_mock.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
#: Contacts of a mock that has many.
RECORDS = 5_000
#: The servers answer in turns, so that what else the machine does strikes all of them.
ROUNDS = 5
SECONDS = 1.0
OURS = [sys.executable, "-c", "import sys; from crmkit_mock.cli import main; sys.exit(main())"]
PRISM = "@stoplight/prism-cli@5.14.2"


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_answering(port: int, path: str) -> bool:
    """Return whether a server answers a GET, with whatever status."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:  # loopback
            reply.read()
    except HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


class Server:
    """A running server.

    Attributes:
        port: Its port.
        start: Seconds until it answered.
        memory: Resident megabytes of the process and its children then.
    """

    def __init__(self, port: int, start: float, memory: float) -> None:
        self.port = port
        self.start = start
        self.memory = memory


@contextlib.contextmanager
def running(command: list[str], path: str) -> Generator[Server]:
    """Run a server until the block ends; its port is added to the command."""
    port = free_port()
    started = time.perf_counter()
    with subprocess.Popen(
        [*command, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            while not is_answering(port, path):
                if process.poll() is not None or time.perf_counter() - started > 120:
                    raise RuntimeError(f"{command[0]} does not start")
                time.sleep(0.004)
            yield Server(port, time.perf_counter() - started, memory(process.pid))
        finally:
            with contextlib.suppress(ProcessLookupError):  # it did not come up
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)


def memory(pid: int) -> float:
    """Return the resident megabytes of a process and its children."""
    total = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(entry.name) == pid or os.getpgid(int(entry.name)) == pid:
                total += int(fields[21]) * os.sysconf("SC_PAGESIZE") / 2**20
    return total


def prism(folder: Path) -> list[str] | None:
    """Install Prism and return its command, or None without npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    flags = ["--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
    if subprocess.run([npm, "install", *flags, PRISM], check=False, capture_output=True).returncode:
        return None
    return [str(folder / "node_modules/.bin/prism"), "mock", "--errors"]


def rates(loads: dict[str, Load], what: str) -> dict[str, float]:
    """Return the requests per second that servers answer, the median of some rounds."""
    for load in loads.values():
        load.run(what, seconds=SECONDS / 2)  # to warm up
    found: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(ROUNDS):
        for name, load in loads.items():
            found[name].append(load.run(what, seconds=SECONDS))
    return {name: statistics.median(results) for name, results in found.items()}


def compare(crm: str, theirs: Server, row: Callable[..., None]) -> None:
    """Print the rows of one CRM."""
    path = CATALOGUE[crm].base_path
    ours = [*OURS, "serve", "--seed", "empty", "--no-rate-limits"]
    with running(ours, path) as few, running(ours, path) as many:
        loads = {
            "few": Load(crm, few.port, path),
            "many": Load(crm, many.port, path),
            "prism": Load(crm, theirs.port, ""),
        }
        loads["many"].run(CREATE, times=RECORDS)
        # Before the creations, that is, with nothing in the one.
        for what in (LIST, CREATE):
            found = rates(loads, what)
            reference = found["prism"]
            for name, records in (("few", 0), ("many", RECORDS)):
                row(
                    f"mock of {crm}: {what} at {records:,} contacts, requests/s / Prism",
                    f"{found[name] / reference:.1f} ({found[name]:.0f}/s)",
                    "≥ 4",
                    reference=f"Prism {reference:.0f}/s",
                )
        row(
            f"mock of {crm}: create at {RECORDS:,} contacts / at 0",
            f"{found['few'] / found['many']:.2f}",
            "1.5",
        )


def main(row: Callable[..., None], crms: list[str] | None = None) -> None:
    """Print the mock's rows."""
    with tempfile.TemporaryDirectory() as folder:
        command = prism(Path(folder))
        if command is None:
            row("mock / Prism", "", "", reference="npm has no Prism here")
            return
        for crm in crms or list(CASES):
            document = str(ROOT / f"openapi/{CASES[crm].document}.yaml")
            with running([*command, document], "/") as theirs:
                compare(crm, theirs, row)
        starts: dict[str, list[Server]] = {"ours": [], "prism": []}
        document = str(ROOT / "openapi/relenta.yaml")
        for _ in range(ROUNDS):
            with running([*OURS, "serve"], "/relenta/api/v3/contact.list.json") as server:
                starts["ours"].append(server)
            with running([*command, document], "/contact.list.json") as server:
                starts["prism"].append(server)
    for what, unit, factor in (("start", "ms", 1e3), ("memory", "MB", 1)):
        found = {
            name: statistics.median(getattr(server, what) for server in servers)
            for name, servers in starts.items()
        }
        row(
            f"mock: {what if what == 'start' else 'idle memory'} / Prism",
            f"{found['ours'] / found['prism']:.2f} ({found['ours'] * factor:.0f} {unit})",
            "0.4" if what == "start" else "0.5",
            reference=f"Prism {found['prism'] * factor:.0f} {unit}",
        )


if __name__ == "__main__":
    main(
        lambda *cells, reference="": print(*cells, reference, sep=" | ", flush=True),
        sys.argv[1:],
    )
