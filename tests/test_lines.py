"""The figure behind "small overrides": how many hand-written lines each room may have."""

from __future__ import annotations

import ast
import io
import tokenize
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OVERRIDES = ROOT / "overrides" / "crmkit"
LIMITS: dict[str, int] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
    "crmkit"
]["lines"]
ROOMS = sorted(path.name for path in OVERRIDES.iterdir() if (path / "__init__.py").exists())

_LAYOUT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def code_lines(source: str) -> int:
    """Count the lines that hold code: not blank, not only a comment, no part of a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            docstring = node.body[0]
            lines.difference_update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return len(lines)


def test_only_code_is_counted() -> None:
    """Blank lines, comments and docstrings are free; a text over three lines is three lines."""
    free = '"""Module.\n\nMore."""\n\n# why\n\n'
    text = 'x = """a\nb\nc"""  # why\n\n'
    function = 'def f():\n    """Doc."""\n    return x\n'

    assert code_lines(free + text + function) == 5


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_keeps_to_its_line(
    room: str, record_property: Callable[[str, object], None]
) -> None:
    """A room grows past its figure in pyproject.toml only by a decision to raise it."""
    files = {path: code_lines(path.read_text("utf-8")) for path in (OVERRIDES / room).rglob("*.py")}
    lines = sum(files.values())
    record_property("figure", f"lines of code in crmkit.{room}: {lines}, at most {LIMITS[room]}")

    longest = ", ".join(
        f"{path.relative_to(OVERRIDES)} {count}"
        for path, count in sorted(files.items(), key=lambda item: -item[1])[:5]
    )
    assert lines <= LIMITS[room], f"{room} has {lines} lines, {LIMITS[room]} allowed; {longest}"
