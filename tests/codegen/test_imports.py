"""An emitted module imports what it needs and nothing else."""

from __future__ import annotations

from codegen.imports import only_needed

from tests.codegen.loops import for_each


@for_each(
    "imports, body, kept",
    [
        ("import json", "json.loads(x)", "import json"),
        ("import json", "x = 1", ""),
        ("from a import b, c", "c()", "from a import c"),
        ("from a import b as c", "c()", "from a import b as c"),
        ("from a import b as c", "b()", ""),
        ("    from .a import b", "def f() -> b: ...", "    from .a import b"),
        ("from a import date", "update_date = 1", ""),
        ("from __future__ import annotations", "x = 1", "from __future__ import annotations"),
    ],
)
def test_removes_unused_imports(imports: str, body: str, kept: str) -> None:
    """An import stays if the module uses its name as a whole word."""
    expected = f"{kept}\n{body}\n" if kept else f"{body}\n"

    assert only_needed(f"{imports}\n{body}") == expected
