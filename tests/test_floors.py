"""The floors that import-linter cannot see: who names whom, file by file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {
    "crmkit": ROOT / "overrides" / "crmkit",
    "crmkit_generated": ROOT / "generated" / "crmkit_generated",
    "crmkit_mock": ROOT / "mockserver" / "crmkit_mock",
}
CRMS = sorted(path.stem for path in (ROOT / "openapi").glob("*.yaml"))


def imports_of(path: Path, module: str) -> set[str]:
    """Return the full names of what a file imports, wherever in the file, by whatever form."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found.add(source)
            found.update(f"{source}.{alias.name}" for alias in node.names)
    return found


def modules(package: str) -> dict[str, Path]:
    """Return the modules of a package that ships, by full name."""
    root = SHIPPED[package]
    return {
        ".".join([package, *path.relative_to(root).with_suffix("").parts]).removesuffix(
            ".__init__"
        ): path
        for path in sorted(root.rglob("*.py"))
    }


def test_imports_are_seen_in_every_form(tmp_path: Path) -> None:
    """The reader of imports understands every form, inside functions and for checkers only too."""
    path = tmp_path / "sender.py"
    path.write_text(
        "from . import retry\n"
        "from ..errors import CRMError as E\n"
        "if TYPE_CHECKING:\n    import httpx._client\n"
        "def f():\n    from a.b import c\n",
        "utf-8",
    )

    assert imports_of(path, "crmkit.core.sender") == {
        *("crmkit.core", "crmkit.core.retry"),
        *("crmkit.errors", "crmkit.errors.CRMError"),
        "httpx._client",
        *("a.b", "a.b.c"),
    }


@pytest.mark.parametrize("package", SHIPPED)
def test_what_ships_stands_on_its_own(package: str) -> None:
    """Nothing that ships imports the tests or the scripts, which do not."""
    inside = {
        "tests",
        "scripts",
        "conftest",
        *(path.stem for path in (ROOT / "scripts").iterdir()),
    }
    found = {
        (module, name)
        for module, path in modules(package).items()
        for name in imports_of(path, module)
        if name.partition(".")[0] in inside
    }

    assert found == set()


@pytest.mark.parametrize("package", ["crmkit", "crmkit_generated"])
def test_the_room_of_a_crm_knows_no_other_crm(package: str) -> None:
    """No CRM's room imports another's, neither hand-written nor generated."""
    found = {
        (module, name)
        for module, path in modules(package).items()
        for name in imports_of(path, module)
        if module.count(".")
        and module.split(".")[1] in CRMS
        and name.split(".")[0] in SHIPPED
        and name.split(".")[1:2] != []
        and name.split(".")[1] in CRMS
        and name.split(".")[1] != module.split(".")[1]
    }

    assert found == set()


@pytest.mark.parametrize(
    ("package", "only"),
    [("crmkit", "crmkit.core._httpx"), ("crmkit_mock", "crmkit_mock.transport")],
)
def test_httpx_has_one_door(package: str, only: str) -> None:
    """One hand-written module of a package imports httpx, so that a successor changes one."""
    found = {
        module
        for module, path in modules(package).items()
        if any(name.partition(".")[0] == "httpx" for name in imports_of(path, module))
    }

    assert found == {only}
