"""The mock's part of `make bench`: speed, start and memory against Prism, and growth."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.request import Request, urlopen

import bench_mock_growth

ROOT = Path(__file__).resolve().parent.parent
KEY = "8e222f0167df75f78449921176c570ca"
CONNECTIONS = 4
PIPELINE = 16
"""Requests written at once: otherwise most of what is measured would be the load's own work."""
SECONDS = 3.0
SERVE = "import sys; from crmkit_mock.cli import main; sys.exit(main())"
PRISM = "@stoplight/prism-cli@5.14.2"


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: list[str], port: int, path: str) -> Generator[tuple[int, float]]:
    """Run a server; yield its process id and the seconds until it answered."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            request = Request(
                f"http://127.0.0.1:{port}{path}", headers={"X-Relenta-Department-Key": KEY}
            )
            while True:
                with contextlib.suppress(OSError), urlopen(request, timeout=1) as reply:  # noqa: S310  # loopback
                    reply.read()
                    break
                if process.poll() is not None or time.perf_counter() - started > 60:
                    raise RuntimeError(f"{command[0]} does not start")
                time.sleep(0.004)
            yield process.pid, time.perf_counter() - started
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


async def load(port: int, request: bytes, seconds: float) -> float:
    """Return the requests per second that a server answers on a few persistent connections."""
    done = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(request * PIPELINE)
            for _ in range(PIPELINE):
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(head.split(b"\r\n")[0].decode())
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await reader.readexactly(int(length))
            done += PIPELINE
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return done / seconds


def rate(port: int, request: bytes, seconds: float) -> float:
    """Return the requests per second that a server answers: by wrk if installed, else by `load`.

    wrk takes little CPU time, which leaves more to the server.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        return asyncio.run(load(port, request, seconds))
    head, _, body = request.decode().partition("\r\n\r\n")
    first, *headers = head.split("\r\n")
    method, path, _ = first.split(" ")
    fields = [
        f"wrk.headers[{name!r}] = {value!r}" for name, value in (h.split(": ") for h in headers)
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join([f"wrk.method = {method!r}", f"wrk.body = {body!r}", *fields]))
        script.flush()
        url = f"http://127.0.0.1:{port}{path}"
        command = [wrk, "-t1", "-c16", f"-d{seconds:.0f}s", "-s", script.name, url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"{first}: not all replies were 200")
    return float(done.stdout.partition("Requests/sec:")[2].split()[0])


def requests(prefix: str) -> dict[str, bytes]:
    """Return a list and a save as bytes of HTTP."""
    head = (
        f"HTTP/1.1\r\nHost: localhost\r\nX-Relenta-Department-Key: {KEY}\r\n"
        "Accept: application/json\r\n"
    )
    body = json.dumps({"full_name": "Vesper Lynd", "emails": "vesper@treasury.gov.uk"})
    post = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    return {
        "GET list": f"GET {prefix}/contact.list.json?page=1&page_size=2 {head}\r\n".encode(),
        "POST save": f"POST {prefix}/contact.save.json {head}{post}".encode(),
    }


def measured(command: list[str], port: int, prefix: str) -> dict[str, float]:
    """Return requests per second by request, seconds to start, and idle megabytes."""
    with running(command, port, f"{prefix}/contact.list.json") as (pid, start):
        results = {"start": start, "memory": memory(pid)}
        for name, request in requests(prefix).items():
            rate(port, request, 1.0)  # to warm up
            results[name] = rate(port, request, SECONDS)
        return results


def prism(folder: Path) -> list[str] | None:
    """Install Prism and return its command, or None without npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    install = [
        npm,
        "install",
        "--no-audit",
        "--no-fund",
        "--silent",
        "--prefix",
        str(folder),
        PRISM,
    ]
    if subprocess.run(install, check=False, capture_output=True).returncode:
        return None
    return [str(folder / "node_modules/.bin/prism"), "mock", "--errors"]


def main(row: Callable[..., None]) -> None:
    """Print the mock's rows."""
    bench_mock_growth.main(row)
    port = free_port()
    ours = measured(
        [sys.executable, "-c", SERVE, "serve", "--port", str(port)],
        port,
        "/relenta/api/v3",
    )
    with tempfile.TemporaryDirectory() as folder:
        command = prism(Path(folder))
        if command is None:
            row(
                "mock / Prism",
                f"{ours['GET list']:.0f} GET/s",
                "4",
                reference="npm has no Prism here",
            )
            return
        port = free_port()
        document = ROOT / "openapi/relenta.yaml"
        theirs = measured([*command, "--port", str(port), str(document)], port, "")
    for name in ("GET list", "POST save"):
        row(
            f"mock: {name}, requests/s / Prism",
            f"{ours[name] / theirs[name]:.1f} ({ours[name]:.0f}/s)",
            "≥ 4",
            reference=f"Prism {theirs[name]:.0f}/s",
        )
    row(
        "mock: start / Prism",
        f"{ours['start'] / theirs['start']:.2f}",
        "0.4",
        reference=f"Prism {theirs['start'] * 1e3:.0f} ms",
    )
    row(
        "mock: idle memory / Prism",
        f"{ours['memory'] / theirs['memory']:.2f}",
        "0.5",
        reference=f"Prism {theirs['memory']:.0f} MB",
    )
