"""The command `crmkit`: its options, its errors in one line, and what it loads."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from crmkit_mock.catalogue import CATALOGUE
from tests.cli.conftest import PROGRAM, Command, program_environment, run_without

WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "missing command; see crmkit --help"),
    "no such command": (("nope",), "no such command 'nope'; see crmkit --help"),
    "no such option": (("contract", "monica", "--nope"), "no such option: --nope"),
    "no CRM": (("contract",), "missing argument 'CRM'; see crmkit contract --help"),
    "no such CRM": (("contract", "nope"), "CRM must be one of autocrm, espocrm, monica"),
    "no requests": (("contract", "monica", "--requests", "0"), "'--requests': 0 is not in the"),
    "--as without a prefix": (("contract", "monica", "--as", "x"), "--as must be NAME=PREFIX"),
    "--as nobody": (("contract", "monica", "--as", "nobody=X"), "the user without credentials"),
    "no credentials": (("contract", "monica"), "MONICA_TOKEN is not set"),
    "no account": (("contract", "relenta"), "account is missing: set RELENTA_ACCOUNT"),
    "no address": (("contract", "espocrm"), "base_url is missing: set ESPOCRM_BASE_URL"),
    "no key": (
        ("contract", "espocrm", "--base-url", "http://127.0.0.1:1"),
        "api_key is missing: set ESPOCRM_API_KEY",
    ),
    "no http address": (
        ("contract", "espocrm", "--base-url", "ftp://crm.example.com"),
        "--base-url must be an address like https://crm.example.com, got 'ftp://",
    ),
    "plain http": (
        ("contract", "espocrm", "--base-url", "http://crm.example.com"),
        "--base-url must begin with https",
    ),
    "credentials in the address": (
        ("contract", "monica", "--base-url", "https://u:p@crm.example.com"),
        "--base-url must not hold credentials",
    ),
    "an unknown switch of the mock": (
        ("mock", "serve", "--nope"),
        "unrecognized arguments: --nope",
    ),
    "an unknown release": (
        ("mock", "serve", "--espocrm-version", "8.4"),
        "argument --espocrm-version: invalid choice: '8.4'",
    ),
    "an unknown seed": (("mock", "serve", "--port", "0", "--seed", "nope"), "seed must be one of"),
}


@pytest.mark.parametrize("case", WRONG)
def test_says_what_is_wrong_in_one_line(case: str, command: Command) -> None:
    """A mistake in the arguments or the environment is one line and exit code 2."""
    arguments, reason = WRONG[case]

    assert reason in command.refused(2, *arguments)


def test_prints_version(command: Command) -> None:
    """--version prints the version of the package."""
    done = command("--version")

    assert (done.code, done.out) == (0, f"crmkit {version('crmkit')}\n")


def test_help_names_all_options(command: Command) -> None:
    """--help lists the commands and what each takes."""
    assert "contract" in command("--help").out
    text = command("contract", "--help").out
    for option in ("--base-url", "--write", "--yes", "--as", "--requests", "--against-mock"):
        assert option in text
    assert "--espocrm-version" in command("mock", "serve", "--help").out


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_reports_missing_packages_of_the_command(package: str) -> None:
    """Without the extra the command says how to install it."""
    done = run_without(package, "--version")

    assert done.code == 2
    expected = f"crmkit: the command needs the package {package}: pip install 'crmkit[cli]'\n"
    assert done.err == expected


@pytest.mark.parametrize(
    ("package", "arguments", "extra"),
    [
        ("jsonschema_rs", ("contract", "monica"), "crmkit[contract]"),
        ("starlette", ("contract", "monica", "--against-mock"), "crmkit[mock]"),
        ("uvicorn", ("mock", "serve", "--port", "0"), "crmkit[mock]"),
    ],
)
def test_reports_missing_packages_of_a_subcommand(
    package: str, arguments: tuple[str, ...], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra of a subcommand that says how to install it, before it sends anything."""
    monkeypatch.setenv("MONICA_TOKEN", "mock")
    done = run_without(package, *arguments)

    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert f"pip install '{extra}'" in done.err


def test_loads_nothing_heavy_before_it_is_needed() -> None:
    """Version and help answer without httpx, the clients or the mock."""
    code = (
        "import sys; from crmkit.cli import main; main(['contract', '--help']); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=program_environment(),
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}

    assert not loaded & {"httpx", "attrs", "jsonschema_rs", "starlette", "crmkit_generated"}


def test_a_closed_pipe_is_no_error_of_ours() -> None:
    """Whoever reads only the beginning of the output gets no traceback."""
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" | true', "sh", *PROGRAM, "contract", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env=program_environment(),
    )

    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_a_stderr_that_cannot_be_written_changes_no_exit_code() -> None:
    """Where nobody can be told what is wrong, the exit code still says it."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "list", "nope", "contacts"],
            stderr=full,
            check=False,
            env=program_environment(),
        )

    assert done.returncode == 2


def test_serves_the_mocks() -> None:
    """`crmkit mock serve` prints where the mocks are, and ends with 0 when it is stopped."""
    process = subprocess.Popen(
        [*PROGRAM, "mock", "serve", "--port", "0", "--espocrm-version", "9.2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=program_environment(),
    )
    assert process.stdout is not None
    names: list[str] = []
    while "control" not in names:
        names.append(process.stdout.readline().partition(" ")[0])
    process.terminate()
    _, err = process.communicate(timeout=120)

    assert names == [*CATALOGUE, "control"]
    assert (process.returncode, err) == (0, "")
