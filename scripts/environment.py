"""Make .venv what requirements-dev.txt and pyproject.toml say, and do nothing if it is already.

The Makefile runs this with the python of the machine, whatever its age, so it keeps to what every
Python since 3.6 can parse and imports nothing newer until it has looked at the version.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older one may well be running this
    sys.exit(
        f"crmkit needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}. "
        "Name another: make PYTHON=python3.12"
    )

import hashlib
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / "python"
LOCK = ROOT / "requirements-dev.txt"
# Beside the environment's files, so that removing the environment removes its stamps.
INSTALLED_LOCK = VENV / "installed-lock"
INSTALLED_PROJECT = VENV / "installed-project"


def fingerprint(*parts: bytes) -> str:
    """Return a text that differs when any part does."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(stamp: Path, expected: str) -> bool:
    """Tell whether a stamp was left by an installation from what stands there now."""
    with suppress(OSError):
        return PYTHON.exists() and stamp.read_text("ascii") == expected
    return False


@contextmanager
def alone() -> Generator[None]:
    """Let one process at a time work on the environment; others wait, then find it done."""
    try:
        import fcntl
    except ImportError:  # Windows, where make is rare and two at once are rarer
        yield
        return
    # The checkout's own folder is the lock: a lock file would be one more thing to ignore.
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install(*arguments: str) -> None:
    """Install into the environment, saying nothing unless it fails."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    # -qq: warnings are about the machine's configuration of pip, not about us; errors stay.
    subprocess.run([*pip, "-qq", *arguments], check=True, cwd=ROOT)


def main() -> None:
    """Bring the environment up to date."""
    lock = fingerprint(LOCK.read_bytes(), sys.version.encode(), os.fsencode(ROOT))
    project = fingerprint(lock.encode(), (ROOT / "pyproject.toml").read_bytes())
    if is_current(INSTALLED_PROJECT, project):
        return
    with alone():
        if not is_current(INSTALLED_LOCK, lock):
            print(f"Setting up {VENV.name} from {LOCK.name} …", file=sys.stderr, flush=True)
            # A symlink to the machine's python, not to that of an environment we may be in and
            # are about to clear.
            base = getattr(sys, "_base_executable", sys.executable)
            subprocess.run([base, "-m", "venv", "--clear", VENV], check=True)
            install("--only-binary", ":all:", "--require-hashes", "--requirement", LOCK.name)
            INSTALLED_LOCK.write_text(lock, "ascii")
        if not is_current(INSTALLED_PROJECT, project):
            # Its dependencies and its build back end are in the lock already.
            install("--no-deps", "--no-build-isolation", "--editable", ".")
            INSTALLED_PROJECT.write_text(project, "ascii")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd))} failed with status {error.returncode}")
