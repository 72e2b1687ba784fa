"""An emitted module imports what it needs and nothing else."""

from __future__ import annotations

from codegen.imports import TAKEN, module, needed

from tests.codegen.loops import for_each


@for_each(
    "line, body, kept",
    [
        ("import json", "json.loads(x)", "import json"),
        ("import json", "x = 1", ""),
        ("from a import b, c", "c()", "from a import c"),
        ("from a import b as c", "c()", "from a import b as c"),
        ("from a import b as c", "b()", ""),
        ("from a import date", "update_date = 1", ""),
        ("from a import b", 'def f() -> None:\n    """Return b."""', ""),
    ],
)
def test_removes_unused_imports(line: str, body: str, kept: str) -> None:
    """An import stays if code says its name, as a word of its own."""
    assert needed([line], body) == ([kept] if kept else [])


@for_each("body, block", [("x: b", "if TYPE_CHECKING:\n    from .a import b\n"), ("x: int", "")])
def test_imports_for_annotations_only(body: str, block: str) -> None:
    """What only type checkers need is imported below TYPE_CHECKING, which is there for it alone."""
    typing = "from typing import TYPE_CHECKING\n" if block else ""
    head = '"""Doc."""\n\nfrom __future__ import annotations\n\n'

    assert module("Doc.", [body], lazy=["from .a import b"]) == f"{head}{typing}{block}\n{body}\n"


def test_knows_the_names_that_emitted_modules_import() -> None:
    """A schema cannot be called like a class that emitted modules import."""
    assert {"Options", "Pager", "AsyncPager", "ByteStream", "Path", "Any", "File"} <= TAKEN
    assert not TAKEN & {"Contact", "Note"}
