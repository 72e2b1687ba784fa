"""What the mock's modules may import: no circles, and no CRM of another."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2] / "mockserver"
#: Packages of the frame.
FRAME_PACKAGES = {"crmkit_mock.pages"}
CRM_PACKAGES = {
    f"crmkit_mock.{path.parent.name}" for path in ROOT.glob("crmkit_mock/*/__init__.py")
} - FRAME_PACKAGES


def module_name(path: Path) -> str:
    """Return the full name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports() -> dict[str, set[str]]:
    """Return the modules of the mock with those that they import, in functions and types too."""
    paths = {module_name(path): path for path in ROOT.glob("crmkit_mock/**/*.py")}
    graph: dict[str, set[str]] = {}
    for module, path in paths.items():
        names = graph[module] = set[str]()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module}: a relative import"
                for alias in node.names:
                    # A module of a package, or a name in a module.
                    name = f"{node.module}.{alias.name}"
                    names.add(name if name in paths else str(node.module))
        names &= paths.keys() - {module}
    return graph


def crm_of(module: str) -> str | None:
    """Return the package of the CRM that a module belongs to; None in the frame."""
    package = ".".join(module.split(".")[:2])
    return package if package in CRM_PACKAGES else None


def test_the_mock_has_no_import_circles() -> None:
    """No module imports itself over others, imports in functions and for types included."""
    circle: list[str] = []
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == []


def test_a_crm_imports_the_frame_and_itself() -> None:
    """No CRM's package imports another's, and of the frame only the catalogue and plugin do."""
    assert {f"crmkit_mock.{name}" for name in ("relenta", "espocrm", "monica")} <= CRM_PACKAGES
    foreign = {
        (module, name)
        for module, names in imports().items()
        for name in names
        if crm_of(name) not in (None, crm_of(module))
        and module not in ("crmkit_mock.catalogue", "crmkit_mock.pytest_plugin")
    }
    assert foreign == set()


def test_all_crms_have_the_same_skeleton() -> None:
    """Each CRM's package has the modules that `crm.py` describes; its own only re-exports."""
    roles = {"server", "operations", "authentication", "session", "errors", "values", "seed"}
    graph = imports()
    for package in sorted(CRM_PACKAGES):
        missing = {role for role in roles if f"{package}.{role}" not in graph}
        assert missing == set(), package
        assert graph[package] == {f"{package}.server"}
