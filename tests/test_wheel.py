"""What users install: wheel and sdist, in an environment with only the declared dependencies."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import textwrap
import venv
import zipfile
from collections.abc import Iterable
from email import message_from_bytes
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crmkit", "crmkit_generated", "crmkit_mock")

# One worker builds once for all of these.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("wheel")]


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return its output; fail with all of its output if it fails."""
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{command} failed:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# -- building ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sdist_and_wheel(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build an sdist from the checkout and a wheel from that sdist, as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(sdist_and_wheel: tuple[Path, Path]) -> Path:
    """Return the wheel that was built from the sdist."""
    return sdist_and_wheel[1]


def test_sdist_and_checkout_give_the_same_wheel(
    sdist_and_wheel: tuple[Path, Path], tmp_path: Path
) -> None:
    """The sdist lacks nothing that the wheel needs, and nothing is built differently."""
    _, from_sdist = sdist_and_wheel
    options = ("--no-isolation", "--wheel", "--outdir", tmp_path)
    run(sys.executable, "-m", "build", *options, ROOT, cwd=tmp_path)
    (from_checkout,) = tmp_path.glob("*.whl")

    assert from_checkout.name == from_sdist.name
    assert contents(from_checkout) == contents(from_sdist)


def test_sdist_has_what_maintainers_need(sdist_and_wheel: tuple[Path, Path]) -> None:
    """From an sdist everything can be generated and tested again."""
    with tarfile.open(sdist_and_wheel[0]) as archive:
        names = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in archive.getnames()}

    wanted = {
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
        *("pyproject.toml", "requirements-dev.txt", "Makefile"),
        *("scripts/generate.py", "tests/conftest.py"),
    }
    assert wanted <= names
    assert {f"openapi/{path.name}" for path in (ROOT / "openapi").glob("*.yaml")} <= names


def test_wheel_has_the_packages_only(wheel: Path) -> None:
    """The wheel has three typed packages, the documents as JSON, and the licence."""
    files = contents(wheel)
    tops = {name.partition("/")[0] for name in files}
    (info,) = tops - set(PACKAGES)

    assert tops - {info} == set(PACKAGES)
    assert {f"{package}/py.typed" for package in PACKAGES} <= files.keys()
    assert f"{info}/licenses/LICENSE" in files
    for path in (ROOT / "openapi").glob("*.yaml"):
        assert f"crmkit_generated/{path.stem}/wire.json" in files


def test_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    """No module or data file of the packages is left out."""
    roots = {"crmkit": "overrides", "crmkit_generated": "generated", "crmkit_mock": "mockserver"}
    wanted = {
        path.relative_to(ROOT / root).as_posix()
        for package, root in roots.items()
        for path in (ROOT / root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert wanted <= contents(wheel).keys()


# -- installing --------------------------------------------------------------------------------


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """Return the names of all distributions that requirements need, their own included."""
    pending = [(wanted, extra) for wanted in requirements for extra in {"", *wanted.extras}]
    seen: set[tuple[str, str]] = set()
    while pending:
        wanted, extra = pending.pop()
        name = canonicalize_name(wanted.name)
        if (name, extra) not in seen:
            seen.add((name, extra))
            inner = map(Requirement, metadata.requires(name) or [])
            pending += [
                (need, more) for need in applying(inner, extra) for more in {"", *need.extras}
            ]
    return {name for name, _ in seen}


def applying(requirements: Iterable[Requirement], extra: str) -> list[Requirement]:
    """Return the requirements that apply to this interpreter and an extra."""
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra})
    ]


def environment(folder: Path, wheel: Path, extra: str = "") -> Path:
    """Create an environment with the wheel and its dependencies, and return its interpreter.

    The dependencies are copied from the environment that runs the tests, where they were installed
    by hash: the test needs no registry, and a dependency that is not declared is missing.
    """
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    (site,) = (folder / "lib").glob("python*/site-packages")
    (described,) = [data for name, data in contents(wheel).items() if name.endswith("/METADATA")]
    requires = message_from_bytes(described).get_all("Requires-Dist", [])
    for name in closure(applying(map(Requirement, requires), extra)):
        for file in metadata.files(name) or []:
            # Neither scripts nor bytecode, which may be gone.
            if ".." not in file.parts and not file.is_absolute() and file.suffix != ".pyc":
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    return python


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with `crmkit` alone."""
    return environment(tmp_path_factory.mktemp("clean") / "venv", wheel)


@pytest.fixture(scope="module")
def python_with_mock(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with `crmkit[mock]`."""
    return environment(tmp_path_factory.mktemp("mock") / "venv", wheel, "mock")


@pytest.fixture(scope="module")
def python_with_command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with `crmkit[cli]`."""
    return environment(tmp_path_factory.mktemp("cli") / "venv", wheel, "cli")


def test_every_promised_name_can_be_imported(python: Path, tmp_path: Path) -> None:
    """Every public name of the installed package can be imported, with only httpx and attrs."""
    code = """
        import crmkit, crmkit.autocrm, crmkit.monica, crmkit.onepagecrm, crmkit.relenta
        import importlib, pkgutil
        from crmkit import AsyncAutoCRM, AsyncEspoCRM, AsyncMonica, AsyncOnePageCRM, AsyncRelenta
        from crmkit import AutoCRM, EspoCRM, Monica, OnePageCRM, Relenta, UNSET
        from crmkit import (
            ArgumentError, AuthenticationError, BadRequestError, CallTimeoutError, ConfigError,
            ConflictError, CRMError, DecodeError, NotFoundError, PaginationError,
            PermissionDeniedError, QuotaExceededError, RateLimitError, ServerError, StatusError,
            TransportError, ValidationError,
        )
        from crmkit.relenta import (
            Activity, Contact, ContactInput, CustomField, CustomFields, LabeledValue, Mailbox,
        )
        import crmkit_generated

        packages = (crmkit.autocrm, crmkit.monica, crmkit.onepagecrm, crmkit.relenta)
        for package in (crmkit, *packages):
            assert {*package.__all__} <= {*dir(package)}
            for name in package.__all__:
                getattr(package, name)
        for package in (crmkit, crmkit_generated):
            for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
                if module.name.startswith(("crmkit.cli.", "crmkit.contract.", "crmkit.freezing.")):
                    continue  # they have extras of their own, or are PyInstaller's
                try:
                    importlib.import_module(module.name)
                except ConfigError as error:
                    assert module.name == "crmkit.onepagecrm.yaml" and "crmkit[yaml]" in str(error)
        client = Relenta(account="acme", department_key="0" * 32)
        client.contacts, client.activities, client.custom_fields
        client.close()
        print("every name")
    """

    # -I: neither the checkout nor environment variables have an effect.
    command = (python, "-I", "-W", "error", "-c", textwrap.dedent(code))
    assert run(*command, cwd=tmp_path) == "every name\n"


def test_mock_names_the_missing_extra(python: Path, tmp_path: Path) -> None:
    """Without the extra, the mock's first use names the extra to install."""
    code = """
        import crmkit_mock
        try:
            crmkit_mock.MockServer
        except ImportError as error:
            print(error)
    """

    assert "crmkit[mock]" in run(python, "-I", "-c", textwrap.dedent(code), cwd=tmp_path)


def test_installed_mock_answers(python_with_mock: Path, tmp_path: Path) -> None:
    """The extra has all that the mock needs, in process and on a socket, without a checkout."""
    code = """
        from crmkit import Relenta
        from crmkit_mock import MockCRMs, MockServer

        mock = MockCRMs().relenta
        with Relenta(
            base_url=mock.base_url, transport=mock.transport, **mock.credentials
        ) as crm:
            assert crm.contacts.list().first() is not None
        with MockServer() as server:
            with Relenta(base_url=server.relenta.base_url, **server.relenta.credentials) as crm:
                assert crm.contacts.list().first() is not None
        print("answered")
    """

    assert run(python_with_mock, "-I", "-c", textwrap.dedent(code), cwd=tmp_path) == "answered\n"


def test_command_is_installed(python_with_mock: Path, tmp_path: Path) -> None:
    """`crmkit-mock` is among the environment's scripts and prints its help."""
    assert "serve" in run(python_with_mock.with_name("crmkit-mock"), "--help", cwd=tmp_path)


def test_command_of_contract_checks_is_installed(
    python: Path, python_with_command: Path, tmp_path: Path
) -> None:
    """`crmkit` answers, and names the extra that it or a command of it lacks."""
    command = python_with_command.with_name("crmkit")
    assert run(command, "--version", cwd=tmp_path) == f"crmkit {metadata.version('crmkit')}\n"
    for script, extra, arguments in (
        (python.with_name("crmkit"), "cli", ["--version"]),
        (command, "contract", ["contract", "monica"]),
    ):
        done = subprocess.run(
            [script, *arguments], check=False, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert f"pip install 'crmkit[{extra}]'" in done.stderr
