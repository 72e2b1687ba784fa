"""The command `crmkit-mock serve`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.catalogue import CATALOGUE
from crmkit_mock.cli import main
from tests.mock.test_store import foreign_files

PROGRAM = [sys.executable, "-c", "from crmkit_mock.cli import main; raise SystemExit(main())"]


@contextmanager
def serving(*arguments: str, stop: signal.Signals = signal.SIGTERM) -> Generator[dict[str, str]]:
    """Run `crmkit-mock serve --port 0`; yield the address and key that it prints."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        printed: dict[str, list[str]] = {}
        while "control" not in printed:
            name, *rest = process.stdout.readline().split()
            printed[name] = rest
        url, credentials = printed["relenta"]
        yield {
            "url": url,
            "origin": url.removesuffix("/relenta/api/v3"),
            "key": credentials.removeprefix("department_key="),
            "token": printed.get("token", [""])[0],
        }
        process.send_signal(stop)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def names(served: dict[str, str]) -> list[str]:
    """List the names of the contacts that a served mock has."""
    reply = httpx.get(
        f"{served['url']}/contact.list.json",
        headers={"X-Relenta-Department-Key": served["key"]},
        trust_env=False,
    )
    return [contact["full_name"] for contact in reply.json()["data"]]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serves_and_stops(stop: signal.Signals) -> None:
    """It prints addresses and credentials, serves, and ends with 0 on a signal."""
    with serving(stop=stop) as served:
        assert names(served) == ["James Bond", "Dr. Evil"]
        health = httpx.get(f"{served['origin']}/__mock__/health", trust_env=False).json()
        paths = {name: entry.base_path for name, entry in CATALOGUE.items()}
        assert health == {"status": "ok", "crms": paths}


def test_keeps_its_state_in_a_file(tmp_path: Path) -> None:
    """With --db a restart finds what was saved; --seed fills a fresh file only."""
    path = str(tmp_path / "crm.db")
    with serving("--db", path, "--seed", "empty") as served:
        assert names(served) == []
        reply = httpx.post(
            f"{served['url']}/contact.save.json",
            json={"full_name": "Kept"},
            headers={"X-Relenta-Department-Key": served["key"]},
            trust_env=False,
        )
        assert reply.status_code == 200
    with serving("--db", path, "--seed", "demo") as served:
        assert names(served) == ["Kept"]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that has to end with 2 and one line on stderr; return the line."""
    assert main(["serve", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("crmkit-mock: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_rejects_foreign_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A foreign file ends the command with 2 and the reason in a line; it is untouched."""
    paths = foreign_files(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for reason, path in paths.items():
        line = refused(capsys, "--port", "0", "--db", str(path))
        assert reason.strip() in line
        assert str(path) in line
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_makes_a_token_where_others_can_reach_it() -> None:
    """On an address of all networks a token is made and printed; control requests need it."""
    with serving("--host", "0.0.0.0") as served:  # noqa: S104 - what is tested
        assert len(served["token"]) >= 32
        assert served["origin"].startswith("http://127.0.0.1:")
        health = f"{served['origin']}/__mock__/health"
        assert httpx.get(health, trust_env=False).status_code == 401
        headers = {"Authorization": f"Bearer {served['token']}", "Host": "crm.test"}
        assert httpx.get(health, headers=headers, trust_env=False).status_code == 200
        assert names(served) == ["James Bond", "Dr. Evil"]
    with serving("--token", "abc") as served:
        assert served["token"] == "abc"
        health = f"{served['origin']}/__mock__/health"
        assert httpx.get(health, trust_env=False).status_code == 401


def test_rejects_unusable_hosts_and_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be listened on, or sent as a header, is one line."""
    for arguments, reason in (
        (["--host", ""], "host must not be empty"),
        (["--host", "192.0.2.1"], "192.0.2.1"),
        (["--host", "not-a-host.invalid"], "not-a-host.invalid"),
        (["--token", ""], "token must be"),
        (["--token", "a b"], "token must not have spaces"),
        (["--token", "\u017e"], "token must be ASCII"),
    ):
        assert reason in refused(capsys, *arguments, "--port", "0"), arguments


def test_reports_an_unusable_port(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that is in use or out of range is one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in refused(capsys, "--port", str(port))
    assert "99999" in refused(capsys, "--port", "99999")


def test_rejects_an_unknown_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A seed that does not exist is one line, and no file is created."""
    path = tmp_path / "crm.db"
    assert "nope" in refused(capsys, "--port", "0", "--db", str(path), "--seed", "nope")
    assert not path.exists()


def test_help_lists_all_base_paths(capsys: pytest.CaptureFixture[str]) -> None:
    """--help names every CRM's base path and the control plane; --version the version."""
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for entry in CATALOGUE.values():
        assert entry.base_path in text
    assert "/__mock__/" in text
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"crmkit-mock {version('crmkit')}\n"


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "jsonschema_rs", "multipart"])
def test_reports_a_missing_extra_in_one_line(package: str) -> None:
    """Without one of the extra's packages the command says how to install them."""
    code = f"""
import sys
sys.modules[{package!r}] = None
from crmkit_mock.cli import main
raise SystemExit(main(["serve", "--port", "0"]))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"crmkit-mock: crmkit_mock needs the package {package}: pip install 'crmkit[mock]'\n"
    )


def test_switches_reach_the_crms() -> None:
    """Rate limits are on unless switched off; crashes and the release of EspoCRM are as asked."""
    token = {"Authorization": "Bearer mock-token-of-ada", "Accept": "application/json"}
    with serving() as usual, serving("--no-rate-limits", "--faithful-crashes") as other:
        for served, is_limited, crash in ((usual, True, 404), (other, False, 500)):
            monica = f"{served['origin']}/monica/api"
            reply = httpx.get(f"{monica}/me", headers=token, trust_env=False)
            assert ("x-ratelimit-limit" in reply.headers) is is_limited
            reply = httpx.get(f"{monica}/logs/1", headers=token, trust_env=False)
            assert reply.status_code == crash


def test_rejects_unknown_release(capsys: pytest.CaptureFixture[str]) -> None:
    """A release that the mock does not imitate is a usage error that lists those it does."""
    with pytest.raises(SystemExit, match="2"):
        main(["serve", "--espocrm-version", "8.4"])
    assert "choose from 9.2, 10.0" in capsys.readouterr().err.replace("'", "")
    with pytest.raises(ValueError, match=r"espocrm_version must be one of '9.2', '10.0', got '8'"):
        MockCRMs(espocrm_version="8")
