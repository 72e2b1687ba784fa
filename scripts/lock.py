"""Write requirements-dev.txt: every package of the development environment, by hash.

    .venv/bin/python scripts/lock.py              # keep what is locked, add and drop what changed
    .venv/bin/python scripts/lock.py --upgrade    # the newest release of everything

The file is for CPython 3.11 to 3.14 on Linux, macOS and Windows. It names no registry: pip installs
from the one that it is configured for, and checks the hashes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-dev.txt"

# What a lock for any machine must not have: an address, a local path, an option that sets either.
FOREIGN = re.compile(r"://|^\s*(?:-|\.|/)(?!-hash=sha256:)| @ ", re.MULTILINE)


def problems(text: str) -> list[str]:
    """Return the reasons why a lock would not work on every machine."""
    found = [
        f"line {number} has an address: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if FOREIGN.search(line)
    ]
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    if not entries:
        found.append("no package is locked")
    for entry in entries:
        requirement = entry.split("\\", 1)[0].strip()
        if "==" not in requirement:
            found.append(f"{requirement} is not pinned")
        if "--hash=sha256:" not in entry:
            found.append(f"{requirement} has no hash")
    return found


def main(arguments: list[str]) -> int:
    """Write the lock and return the exit status."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python"))
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, *project["dependency-groups"]["lock"]], check=True)
        compile_ = [
            *(python, "-m", "uv", "pip", "compile", "pyproject.toml"),
            *("--group", "dev", "--all-extras"),
            # Wheels only: a fresh machine has no compiler.
            *("--universal", "--python-version", "3.11", "--only-binary", ":all:"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
            *("--custom-compile-command", "scripts/lock.py", "--no-config", "--quiet"),
            *("--output-file", LOCK.name),
        ]
        subprocess.run([*compile_, *arguments], check=True, cwd=ROOT)
    found = problems(LOCK.read_text("utf-8"))
    for problem in found:
        print(f"{LOCK.name}: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
