"""The house itself: what travels with the checkout, what may be named, what an import costs."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import lock
import oldest
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = [
    ROOT / package for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
]

# Written so that no pattern finds itself.
FOREIGN = {
    "a registry": r"pypi[.]org|files[.]pythonhosted|registry[.]npmjs|(?<!emit-)index[-]url",
    "an absolute path of one machine": r"(?<![\w.{}-])/(?:work|root|home|Users|opt)[/]",
    "a path out of the checkout": r"(?:\.\./)+(?:shared|seeds|facts)\b",
}
# What a reader of the project has never seen: who built it, in which sittings, to which orders.
BACKSTAGE = {
    "a builder": r"\bsub-?[a]gents?\b|\b[c]oding (?:agent|assistant)\b|\b[c]laude[ .](?:code|md)\b",
    "a sitting": r"\b(?:this|in (?:an earlier|the last|the previous|the next)) [s]ession\b",
    "an order": r"\bth[e] issue\b|\bthe [b]rief (?:says|asks|wants)\b|\btask [s]tatement\b",
    "a plan": r"\bdesign[.]md\b|\bwork [p]ackage \d",
}
# An exception that a checker is asked to make, and a reason: a comment of its own, or after a dash.
EXCEPTION = re.compile(
    r"#\s*(?:(?:ruff:\s*)?[n]oqa\b(?::\s*[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)?"
    r"|(?:[t]ype|pyright):\s*ignore\b(?:\[[^]]*\])?)"
)
REASON = re.compile(r"\s(?:#|-)\s+\w")


def unexplained(line: str) -> bool:
    """Return whether a line makes an exception to a rule and does not say why."""
    _, *after = EXCEPTION.split(line)
    return bool(after) and not REASON.search("".join(after))


def checkout() -> list[Path]:
    """Return the files of the checkout: what is tracked, and what would be on `git add .`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git there is
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


# -- the checkout ------------------------------------------------------------------------------


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="unpacked from an sdist")
def test_the_checkout_knows_no_machine_and_no_registry() -> None:
    """No file names a registry, one machine's folders or anything outside the checkout."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:120]}"
        for path in checkout()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        for what, pattern in FOREIGN.items()
        if re.search(pattern, line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "see https://pypi." + "org/simple",
        "cd /wo" + "rk/main",
        "../sha" + "red/x",
        '"/ro' + 'ot/x"',
    ],
)
def test_the_patterns_see_what_they_are_for(line: str) -> None:
    """A line that names a registry or a folder of one machine is seen."""
    assert any(re.search(pattern, line) for pattern in FOREIGN.values())


@pytest.mark.parametrize("line", ["/api/v1/home/", "https://app.example/opt/in", "a/work/b"])
def test_the_patterns_leave_addresses_alone(line: str) -> None:
    """The path of a URL is nobody's folder."""
    assert not any(re.search(pattern, line) for pattern in FOREIGN.values())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="unpacked from an sdist")
def test_every_exception_to_a_rule_has_its_reason_beside_it() -> None:
    """No checker is told to look away without a word on why, in what is written by hand."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in checkout()
        if path.suffix in {".py", ".pyi"} and path.relative_to(ROOT).parts[0] != "generated"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if unexplained(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("x()  # no" + "qa", True),
        ("x()  # no" + "qa: S310", True),
        ("x()  # no" + "qa: S310, FBT001", True),
        ("x()  # ty" + "pe: ignore", True),
        ("x()  # ty" + "pe: ignore[arg-type]", True),
        ("x()  # no" + "qa: SLF001  # py" + "right: ignore[reportPrivateUsage]", True),
        ("# ru" + "ff: no" + "qa: S310", True),
        ("x()  # no" + "qa: S310 - loopback", False),
        ("x()  # no" + "qa: S310  # loopback", False),
        ("x()  # no" + "qa: C901, PLR0911  # one case a kind", False),
        ("x()  # ty" + "pe: ignore[arg-type]  # callers without a checker", False),
        ("x()  # no" + "qa: SLF001  # py" + "right: ignore[reportPrivateUsage]  # builds", False),
        ("x()  # the type: ignored", False),
    ],
)
def test_an_exception_without_a_reason_is_seen(line: str, wrong: bool) -> None:
    """A reason is a comment of its own or stands after a dash; another exception is none."""
    assert unexplained(line) is wrong


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="unpacked from an sdist")
def test_the_checkout_does_not_speak_of_how_it_is_built() -> None:
    """Every file speaks to whoever uses or changes the project, none of the work on it."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:120]}"
        for path in checkout()
        if path.suffix != ".jsonl"  # what servers have sent
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        for what, pattern in BACKSTAGE.items()
        if re.search(pattern, line, re.IGNORECASE)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("found by a sub" + "agent", True),
        ("not done in this ses" + "sion", True),
        ("the iss" + "ue asks for it", True),
        ("see des" + "ign.md 6", True),
        ("Open an issue first", False),
        ('scope="session"', False),
        ("the brief description", False),
        ("the session that POST /login opens", False),
        ("the department of agents", False),
        ("Jean-Claude Van Damme", False),
        ("the User-Agent header", False),
    ],
)
def test_talk_of_the_work_is_told_from_talk_of_the_product(line: str, wrong: bool) -> None:
    """Words that a CRM, a server or pytest also use are left alone."""
    assert any(re.search(each, line, re.IGNORECASE) for each in BACKSTAGE.values()) is wrong


def test_no_import_package_takes_a_name_that_others_have() -> None:
    """The import packages are ours by name; `overrides` exists on the package index."""
    assert [package.name for package in PACKAGES] == ["crmkit", "crmkit_generated", "crmkit_mock"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_is_typed(package: Path) -> None:
    """Every package that ships tells type checkers to read its annotations."""
    assert (package / "py.typed").read_bytes() == b""


# -- the lock ----------------------------------------------------------------------------------


def test_the_lock_is_pinned_hashed_and_names_no_place() -> None:
    """The lock installs from any registry, and only what was locked."""
    assert lock.problems((ROOT / "requirements-dev.txt").read_text("utf-8")) == []


HASH = "    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"attrs>=22 \\\n{HASH}\n",
        "attrs==26.1.0\n",
        f"attrs @ file:///wheels/attrs.whl \\\n{HASH}\n",
        f"--find-links wheels\nattrs==26.1.0 \\\n{HASH}\n",
        f"# https://registry.example/simple\nattrs==26.1.0 \\\n{HASH}\n",
        f"./attrs\nattrs==26.1.0 \\\n{HASH}\n",
    ],
)
def test_a_lock_that_would_not_travel_is_refused(text: str) -> None:
    """A lock without pin or hash, or with the place of anything, is not accepted."""
    assert lock.problems(text)


def locked() -> dict[str, str]:
    """Return the locked versions by normalised name."""
    text = (ROOT / "requirements-dev.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", text, re.MULTILINE))


def test_the_lock_holds_what_the_project_asks_for() -> None:
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


# -- what the project says of itself -----------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["demo", "test", "generate", "contract", "bench", "lint", "format"]
)
def test_make_has_the_commands_that_are_promised(command: str) -> None:
    """Each command of the Makefile is described at its top and runs something that is there."""
    text = (ROOT / "Makefile").read_text("utf-8")
    rule = re.search(rf"^{command}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    assert rule is not None
    named = re.findall(r"(?:scripts|tests)/[\w./]+", rule[1])

    assert re.search(rf"^#     make(?: {command})? +[a-zA-Z]", text, re.MULTILINE)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_workflow_runs_every_python_that_is_promised() -> None:
    """The interpreters of the classifiers and those of the workflow are the same."""
    prefix = "Programming Language :: Python :: 3."
    promised = [
        "3." + classifier.removeprefix(prefix)
        for classifier in PROJECT["project"]["classifiers"]
        if classifier.startswith(prefix)
    ]
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))

    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == promised
    assert PROJECT["project"]["requires-python"] == f">={promised[0]}"


def test_the_changelog_knows_the_version() -> None:
    """The version that the package has is the newest that the changelog describes."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert PROJECT["project"]["version"] == next(name for name in headings if name != "Unreleased")


def test_the_oldest_dependencies_are_exact() -> None:
    """The workflow's job with the oldest dependencies pins each of them."""
    pins = oldest.oldest()

    assert len(pins) == len(PROJECT["project"]["dependencies"])
    assert [pin for pin in pins if not re.fullmatch(r"[a-z]+==[\d.]+", pin)] == []


# -- imports -----------------------------------------------------------------------------------


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a statement loads in an interpreter of its own."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def tops(modules: set[str]) -> set[str]:
    """Return the top-level names of modules."""
    return {module.partition(".")[0] for module in modules}


def test_importing_crmkit_loads_nothing() -> None:
    """`import crmkit` loads neither a dependency nor a module of its own."""
    loaded = loaded_by("import crmkit")

    assert {name for name in loaded if name.startswith("crmkit")} == {"crmkit"}
    assert tops(loaded) & {"httpx", "attrs", "attr", "orjson", "asyncio", "ssl"} == set()


def test_an_error_can_be_named_without_loading_a_client() -> None:
    """Code that only catches our errors pays for neither httpx nor attrs."""
    loaded = loaded_by("from crmkit import CRMError, NotFoundError")

    assert tops(loaded) & {"httpx", "attrs", "attr", "crmkit_generated"} == set()


def test_constructing_a_client_loads_no_model() -> None:
    """A client costs little more than httpx: models and attrs come with the first resource."""
    loaded = loaded_by("from crmkit import Relenta; Relenta(account='acme', department_key='0')")

    assert tops(loaded) & {"attrs", "attr"} == set()
    assert {name for name in loaded if ".models." in name} == set()


def test_the_pytest_plugin_costs_nothing_until_it_is_used() -> None:
    """Every pytest run of everyone who has crmkit loads the plugin: it brings nothing along."""
    loaded = loaded_by("import pytest; before = set(sys.modules); import crmkit_mock.pytest_plugin")

    heavy = {"crmkit", "httpx", "attrs", "starlette", "uvicorn", "jsonschema_rs", "sqlite3", "ssl"}
    assert tops(loaded) & heavy == set()


# -- the tests themselves ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("crm.example", 443),
        lambda: socket.gethostbyname("crm.example"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
    ],
    ids=["connect", "resolve", "resolve-old", "datagram"],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # what is refused is left open
def test_a_test_cannot_reach_the_network(reach: Callable[[], object]) -> None:
    """A test that connects to, or asks for, another machine fails, and says which."""
    with pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1|crm\.example"):
        reach()


def test_a_test_reaches_this_machine() -> None:
    """Servers of the tests' own, on loopback, are reachable."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


def test_a_test_sees_no_setting_of_the_machine() -> None:
    """Proxies, certificates and credentials of whoever runs the tests are out of sight."""
    names = {name.lower() for name in os.environ}

    assert names & {"http_proxy", "https_proxy", "all_proxy", "ssl_cert_file"} == set()
    assert [name for name in names if name.startswith(("relenta_", "crmkit_"))] == []
