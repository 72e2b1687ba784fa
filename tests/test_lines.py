"""How many lines the packages of `crmkit`, and the code that generates, may have."""

from __future__ import annotations

import ast
import io
import tokenize
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OVERRIDES = ROOT / "overrides" / "crmkit"
CODEGEN = ROOT / "scripts" / "codegen"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["crmkit"]
LIMITS: dict[str, int] = SETTINGS["lines"]
PACKAGES = sorted(path.name for path in OVERRIDES.iterdir() if (path / "__init__.py").exists())

_LAYOUT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def code_lines(source: str) -> int:
    """Count the lines of code: neither blank nor only a comment nor part of a docstring."""
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


def test_counts_code_only() -> None:
    """Blank lines, comments and docstrings are free; a string over three lines is three lines."""
    free = '"""Module.\n\nMore."""\n\n# why\n\n'
    text = 'x = """a\nb\nc"""  # why\n\n'
    function = 'def f():\n    """Doc."""\n    return x\n'

    assert code_lines(free + text + function) == 5


def test_packages_keep_to_their_limits(record_property: Callable[[str, object], None]) -> None:
    """A package grows past its figure in pyproject.toml only by a decision to raise it."""
    assert LIMITS.keys() == {*PACKAGES}
    over: list[str] = []
    for package in PACKAGES:
        paths = (OVERRIDES / package).rglob("*.py")
        files = {path: code_lines(path.read_text("utf-8")) for path in paths}
        lines = sum(files.values())
        text = f"lines of code in crmkit.{package}: {lines}, at most {LIMITS[package]}"
        record_property("figure", text)
        if lines > LIMITS[package]:
            longest = sorted(files.items(), key=lambda item: -item[1])[:5]
            names = (f"{path.relative_to(OVERRIDES)} {count}" for path, count in longest)
            over.append(f"{text}; {', '.join(names)}")

    assert over == []


def test_code_that_generates_keeps_to_its_limit(
    record_property: Callable[[str, object], None],
) -> None:
    """The lines of scripts/codegen, all of them counted, grow only by a decision as well."""
    files = {path.name: len(path.read_text("utf-8").splitlines()) for path in CODEGEN.glob("*.py")}
    lines, most = sum(files.values()), SETTINGS["codegen_lines"]
    record_property("figure", f"lines of scripts/codegen: {lines}, at most {most}")

    assert len(files) > 20
    assert lines <= most, sorted(files.items(), key=lambda item: -item[1])[:5]
