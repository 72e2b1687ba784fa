"""The repository: what files may name, the lock, the commands, the environment of the tests."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lock
import oldest
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = [
    ROOT / package for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
]

# Written so that no pattern matches itself.
FOREIGN = {
    "a registry": r"pypi[.]org|files[.]pythonhosted|registry[.]npmjs|(?<!emit-)index[-]url",
    "an absolute path of one machine": r"(?<![\w.{}-])/(?:work|root|home|Users|opt)[/]",
}
# An exception to a checker's rules, and a reason: a comment of its own, or after a dash.
EXCEPTION = re.compile(
    r"#\s*(?:(?:ruff:\s*)?[n]oqa\b(?::\s*[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)?"
    r"|(?:[t]ype|pyright):\s*ignore\b(?:\[[^]]*\])?)"
)
REASON = re.compile(r"\s(?:#|-)\s+\w")

in_a_checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="unpacked from an sdist, where no file is tracked"
)


def tracked_files() -> list[Path]:
    """Return the files that are tracked, or would be after `git add .`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git there is
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


# -- files -------------------------------------------------------------------------------------


def foreign(line: str) -> list[str]:
    """Return what a line names that is not part of the project."""
    return [what for what, pattern in FOREIGN.items() if re.search(pattern, line)]


@in_a_checkout
def test_files_name_no_machine_and_no_registry() -> None:
    """No file names a registry or a folder of one machine."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:120]}"
        for path in tracked_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        for what in foreign(line)
    ]

    assert found == []


def test_sees_registries_and_paths_of_machines() -> None:
    """A registry and a folder of one machine are seen; the path of a URL is nobody's folder."""
    for line in ("see https://pypi." + "org/simple", "cd /wo" + "rk/main", '"/ro' + 'ot/x"'):
        assert foreign(line), line
    for line in ("/api/v1/home/", "https://app.example/opt/in", "a/work/b"):
        assert not foreign(line), line


def unexplained(line: str) -> bool:
    """Return whether a line makes an exception to a rule and does not say why."""
    _, *after = EXCEPTION.split(line)
    return bool(after) and not REASON.search("".join(after))


@in_a_checkout
def test_exceptions_to_rules_have_reasons() -> None:
    """Hand-written code makes no exception to a checker's rules without a reason beside it."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked_files()
        if path.suffix in {".py", ".pyi"} and path.relative_to(ROOT).parts[0] != "generated"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if unexplained(line)
    ]

    assert found == []


def test_sees_exceptions_without_a_reason() -> None:
    """A reason is a comment of its own or follows a dash; another exception is not one."""
    for line in (
        "x()  # no" + "qa",
        "x()  # no" + "qa: S310",
        "x()  # no" + "qa: S310, FBT001",
        "x()  # ty" + "pe: ignore",
        "x()  # ty" + "pe: ignore[arg-type]",
        "x()  # no" + "qa: SLF001  # py" + "right: ignore[reportPrivateUsage]",
        "# ru" + "ff: no" + "qa: S310",
    ):
        assert unexplained(line), line
    for line in (
        "x()  # no" + "qa: S310 - loopback",
        "x()  # no" + "qa: S310  # loopback",
        "x()  # no" + "qa: C901, PLR0911  # one case a type",
        "x()  # ty" + "pe: ignore[arg-type]  # callers without a checker",
        "x()  # no" + "qa: SLF001  # py" + "right: ignore[reportPrivateUsage]  # builds",
        "x()  # the type: ignored",
    ):
        assert not unexplained(line), line


def test_import_packages_have_names_of_their_own() -> None:
    """The import packages are ours by name; `overrides` exists on the package index."""
    assert [package.name for package in PACKAGES] == ["crmkit", "crmkit_generated", "crmkit_mock"]


def test_packages_are_typed() -> None:
    """Every package that ships is marked as typed."""
    for package in PACKAGES:
        assert (package / "py.typed").read_bytes() == b"", package


# -- the lock ----------------------------------------------------------------------------------


def test_lock_is_pinned_hashed_and_names_no_place() -> None:
    """The lock installs from any registry, and only what was locked."""
    assert lock.problems((ROOT / "requirements-dev.txt").read_text("utf-8")) == []


def test_rejects_locks_that_work_in_one_place_only() -> None:
    """A lock without pin or hash, or with the address of anything, is not accepted."""
    hashed = "    --hash=sha256:" + "0" * 64
    for text in (
        "",
        f"attrs>=22 \\\n{hashed}\n",
        "attrs==26.1.0\n",
        f"attrs @ file:///wheels/attrs.whl \\\n{hashed}\n",
        f"--find-links wheels\nattrs==26.1.0 \\\n{hashed}\n",
        f"# https://registry.example/simple\nattrs==26.1.0 \\\n{hashed}\n",
        f"./attrs\nattrs==26.1.0 \\\n{hashed}\n",
    ):
        assert lock.problems(text), text
    assert lock.problems(f"attrs==26.1.0 \\\n{hashed}\n") == []


def locked() -> dict[str, str]:
    """Return the locked versions by normalised name."""
    text = (ROOT / "requirements-dev.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", text, re.MULTILINE))


def test_lock_has_all_dependencies() -> None:
    """Every dependency is locked, and every exact pin is the locked version."""
    groups = PROJECT["project"]["optional-dependencies"]
    wanted = [
        *PROJECT["project"]["dependencies"],
        *(requirement for extra in groups.values() for requirement in extra),
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["build-system"]["requires"],
    ]
    versions = locked()
    for requirement in wanted:
        match = re.match(r"([\w.-]+)(==)?([\w.]*)", requirement)
        assert match is not None
        name = re.sub(r"[-_.]+", "-", match[1]).lower()

        assert name in versions, requirement
        assert not match[2] or versions[name] == match[3], requirement


# -- commands and versions ---------------------------------------------------------------------

COMMANDS = ("demo", "test", "contract", "test-long", "generate", "bench", "lint", "format")


def test_makefile_has_every_command() -> None:
    """Each command of the Makefile is described at its top and runs something that is there."""
    text = (ROOT / "Makefile").read_text("utf-8")
    for command in COMMANDS:
        rule = re.search(rf"^{command}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
        assert rule is not None, command
        named = re.findall(r"(?:scripts|tests)/[\w./]+", rule[1])

        assert re.search(rf"^#     make(?: {command})? +[a-zA-Z]", text, re.MULTILINE), command
        assert [path for path in named if not (ROOT / path).exists()] == [], command


def workflow() -> dict[str, Any]:
    """Return the workflow that runs the tests."""
    tree: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    return tree


def test_ci_runs_every_tier_of_the_tests() -> None:
    """.ci/run runs the tests and the contract suite; the workflow runs the long tests as well."""
    script = (ROOT / ".ci/run").read_text("utf-8")
    steps = [step.get("run", "") for job in workflow()["jobs"].values() for step in job["steps"]]

    assert re.findall(r"^make .*?([\w-]+)(?: <.*)?$", script, re.MULTILINE) == ["test", "contract"]
    assert any(".ci/run" in step for step in steps)
    assert any("make test-long" in step for step in steps)


def test_a_nightly_run_draws_new_requests() -> None:
    """What the contract suite draws is fixed in CI, and new each night; the log names the seed."""
    text = (ROOT / ".github/workflows/nightly.yml").read_text("utf-8")
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
    script = next(step["run"] for step in steps if "make contract" in step.get("run", ""))

    assert "CRMKIT_SEED=$(date" in script
    assert "echo" in script
    files = (ROOT / "tests" / "contract").glob("*.py")
    used = [path.name for path in files if "CRMKIT_SEED" in path.read_text("utf-8")]
    assert {*used} >= {"test_laws.py", "schemathesis_runner.py"}


def test_workflow_runs_every_promised_python() -> None:
    """The interpreters of the classifiers and those of the workflow are the same."""
    prefix = "Programming Language :: Python :: 3."
    promised = [
        "3." + classifier.removeprefix(prefix)
        for classifier in PROJECT["project"]["classifiers"]
        if classifier.startswith(prefix)
    ]

    assert workflow()["jobs"]["test"]["strategy"]["matrix"]["python"] == promised
    assert PROJECT["project"]["requires-python"] == f">={promised[0]}"


def test_changelog_describes_the_version() -> None:
    """The version that the package has is the newest that the changelog describes."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert PROJECT["project"]["version"] == next(name for name in headings if name != "Unreleased")


def test_oldest_dependencies_are_exact() -> None:
    """The workflow's job with the oldest dependencies pins each of them."""
    pins = oldest.oldest()

    assert len(pins) == len(PROJECT["project"]["dependencies"])
    assert [pin for pin in pins if not re.fullmatch(r"[a-z]+==[\d.]+", pin)] == []


# -- the tests themselves ----------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # what is refused is left open
def test_tests_cannot_reach_the_network() -> None:
    """A test that connects to, or asks for, another machine fails, and says which."""
    attempts: list[Callable[[], object]] = [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("crm.example", 443),
        lambda: socket.gethostbyname("crm.example"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
    ]
    for attempt in attempts:
        with pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1|crm\.example"):
            attempt()


def test_tests_can_reach_this_machine() -> None:
    """Servers of the tests' own, on loopback, are reachable."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


def test_tests_see_no_setting_of_the_machine() -> None:
    """Proxies, certificates and credentials of whoever runs the tests are out of sight."""
    names = {name.lower() for name in os.environ}

    assert names & {"http_proxy", "https_proxy", "all_proxy", "ssl_cert_file"} == set()
    assert [name for name in names if name.startswith(("relenta_", "crmkit_"))] == []
