"""Type checkers infer what integrators write, and find what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "typing"
ROOT = HERE.parents[2]
USES = sorted(HERE.glob("use*.py"))


@pytest.fixture
def misuse(tmp_path: Path) -> Path:
    """Return the file of wrong lines, under a name that checkers read."""
    path = tmp_path / "misuse.py"
    path.write_text((HERE / "misuse.txt").read_text("utf-8"), "utf-8")
    return path


def wrong_lines() -> set[int]:
    """Return the numbers of the lines that must be found."""
    lines = (HERE / "misuse.txt").read_text("utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}


def test_mypy_infers_types_and_finds_wrong_lines(misuse: Path, tmp_path: Path) -> None:
    """Mypy --strict infers the right types, and finds every wrong line and no other."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--no-error-summary"),
            *("--cache-dir", str(tmp_path), "--follow-imports", "silent"),
            *map(str, [*USES, misuse]),
        ],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = re.findall(r"^(.*?):(\d+): error", done.stdout, re.MULTILINE)

    assert {(path, line) for path, line in found if Path(path).name.startswith("use")} == set()
    assert {int(line) for path, line in found if path.endswith("misuse.py")} == wrong_lines()


def test_pyright_infers_types_and_finds_wrong_lines(misuse: Path, tmp_path: Path) -> None:
    """Pyright's strict mode infers the right types, and finds every wrong line and no other."""
    config = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(ROOT / name) for name in ("overrides", "generated", "mockserver")],
        "venvPath": str(Path(sys.prefix).parent),
        "venv": Path(sys.prefix).name,
        "include": [str(path) for path in [*USES, misuse]],
        # Nothing is known of a name that cannot be imported, as is to be expected.
        "reportUnknownVariableType": False,
        "reportUnusedImport": False,
        "reportUnusedExpression": False,
        "reportUnusedCoroutine": False,
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "-p", str(tmp_path)],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout)
    found = {
        (Path(diagnostic["file"]).name, diagnostic["range"]["start"]["line"] + 1)
        for diagnostic in report["generalDiagnostics"]
        if diagnostic["severity"] == "error"
    }

    assert report["summary"]["filesAnalyzed"] == len(USES) + 1
    assert {(name, line) for name, line in found if name.startswith("use")} == set()
    assert {line for name, line in found if name == "misuse.py"} == wrong_lines()
