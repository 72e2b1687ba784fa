"""Install into .venv what requirements-dev.txt and pyproject.toml say; do nothing if it is there.

The Makefile runs this with the machine's python, whatever its age, so the file has only what every
Python since 3.6 can parse, and imports nothing newer before it has checked the version.
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
# In the environment, so that removing the environment removes its stamps.
INSTALLED_LOCK = VENV / "installed-lock"
INSTALLED_PROJECT = VENV / "installed-project"


def fingerprint(*parts: bytes) -> str:
    """Return a string that differs when any part does."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(stamp: Path, expected: str) -> bool:
    """Return whether a stamp was left by an installation of what is asked for now."""
    with suppress(OSError):
        return PYTHON.exists() and stamp.read_text("ascii") == expected
    return False


@contextmanager
def locked() -> Generator[None]:
    """Let one process at a time change the environment; others wait, then find it done."""
    try:
        import fcntl
    except ImportError:  # Windows, where make is rare and two at once are rarer
        yield
        return
    # The checkout's folder is the lock: a lock file would be one more file to ignore.
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install(*arguments: str) -> None:
    """Install into the environment, without output unless it fails."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    # -qq: warnings are about the machine's configuration of pip, not about us; errors stay.
    subprocess.run([*pip, "-qq", *arguments], check=True, cwd=ROOT)


def main() -> None:
    """Bring the environment up to date."""
    lock = fingerprint(LOCK.read_bytes(), sys.version.encode(), os.fsencode(ROOT))
    project = fingerprint(lock.encode(), (ROOT / "pyproject.toml").read_bytes())
    if is_current(INSTALLED_PROJECT, project):
        return
    with locked():
        if not is_current(INSTALLED_LOCK, lock):
            print(f"Setting up {VENV.name} from {LOCK.name} …", file=sys.stderr, flush=True)
            # A symlink to the machine's python, not to that of an active environment, which may
            # be the one that is cleared here.
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
