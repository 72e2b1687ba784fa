"""Who may import whom, which import-linter cannot check alone, and what an import loads."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

import grimp
import pytest
from grimp import Layer

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {
    "crmkit": ROOT / "overrides" / "crmkit",
    "crmkit_generated": ROOT / "generated" / "crmkit_generated",
    "crmkit_mock": ROOT / "mockserver" / "crmkit_mock",
}
#: The packages that are written by hand.
WRITTEN = {
    "crmkit": SHIPPED["crmkit"],
    "crmkit_mock": SHIPPED["crmkit_mock"],
    "codegen": ROOT / "scripts" / "codegen",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
#: The packages of the CRMs. AutoCRM and EspoCRM are one, and `crmkit.espocrm` is its other name.
CRMS = sorted(PROJECT["tool"]["crmkit"]["lines"].keys() - {"core", "contract", "cli", "freezing"})
#: A package imports only from those below it, and none of the same layer. The root module crmkit is
#: the parent of several and cannot be listed; its laziness has tests below.
LAYERS = [
    Layer("crmkit.cli"),
    Layer("crmkit.contract"),
    Layer("crmkit.espocrm"),
    Layer(*(f"crmkit.{crm}" for crm in CRMS)),
    Layer(*(f"crmkit_generated.{crm}" for crm in CRMS)),
    Layer("crmkit.core"),
    Layer("crmkit.freezing"),  # for PyInstaller, and imported by nobody
]


@cache
def imports_of(path: Path, module: str) -> frozenset[str]:
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
    return frozenset(found)


def modules(package: str, root: Path) -> dict[str, Path]:
    """Return the modules of a package, by full name."""
    return {
        ".".join([package, *path.relative_to(root).with_suffix("").parts]).removesuffix(
            ".__init__"
        ): path
        for path in sorted(root.rglob("*.py"))
    }


def test_sees_imports_in_every_form(tmp_path: Path) -> None:
    """Imports are found in every form, inside functions and under TYPE_CHECKING too."""
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


# -- layers ------------------------------------------------------------------------------------


def test_packages_import_only_from_layers_below() -> None:
    """No package imports from a layer above it or from another one of its own layer."""
    graph = grimp.build_graph("crmkit", "crmkit_generated", cache_dir=None)

    assert graph.find_illegal_dependencies_for_layers(layers=LAYERS) == set()


def test_every_package_has_a_layer() -> None:
    """Every module below `crmkit` and package below `crmkit_generated` is in a layer."""
    layered = {name for layer in LAYERS for name in layer.module_tails}
    inside = {
        f"{package}.{path.stem}"
        for package in ("crmkit", "crmkit_generated")
        for path in SHIPPED[package].iterdir()
        if (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")
    }

    assert layered == inside
    assert {path.stem for path in (ROOT / "openapi").glob("*.yaml")} == {*CRMS}


def test_contract_knows_of_the_clients_only_the_credentials() -> None:
    """What checks servers speaks HTTP by itself, so that it does not share the clients' faults."""
    clients = {f"crmkit.{crm}.{name}" for crm in CRMS for name in ("login", "vendor", "signature")}
    mock = {"crmkit_mock", "crmkit_mock.behavior"}
    allowed = {"crmkit", "crmkit.core.errors", "crmkit.core.version", *clients, *mock}
    root = SHIPPED["crmkit"] / "contract"
    files = modules("crmkit.contract", root)
    everything = {name for package in SHIPPED for name in modules(package, SHIPPED[package])}
    found = {
        (module, name)
        for module, path in files.items()
        for name in imports_of(path, module) & everything - files.keys()
        if name not in allowed
    }

    assert found == set()


#: What starts a mock, and with which options; the names are of attributes or modules.
STARTERS = frozenset(
    {"crmkit_mock", "crmkit_mock.MockCRMs", "crmkit_mock.MockServer"}
    | {"crmkit_mock.behavior", "crmkit_mock.behavior.ESPOCRM_VERSIONS"}
)
#: What else those who judge the mock name of it, by file: the runner of seeded faults puts itself
#: between the mock and the rest, and a replay gives new records the recorded ids.
WRAPPED = {
    "faults/suite.py": {
        "crmkit_mock.app",
        *(f"crmkit_mock.app.{name}" for name in ("Message", "MockApp", "Receive", "Scope", "Send")),
    },
    "faults/fault.py": {"crmkit_mock."},
    "test_espocrm_replay.py": {"crmkit_mock.espocrm.session.Session.new_id"},
}


_NAMED = re.compile(r"crmkit_mock\.[\w.]*")


def test_judges_use_nothing_of_the_mock() -> None:
    """What judges the mock has oracles of its own: of the mock it names only what starts one."""
    folders = (ROOT / "tests" / "contract", SHIPPED["crmkit"] / "contract")
    judges = {path: path.relative_to(folder) for folder in folders for path in folder.rglob("*.py")}
    assert len(judges) > 100
    # Helpers of other tests, which judges import.
    pending = [*judges]
    while pending:
        for name in imports_of(pending.pop(), ""):
            path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if name.startswith("tests.") and path not in judges and path.exists():
                judges[path] = path.relative_to(ROOT)
                pending.append(path)
    assert ROOT / "tests" / "mock" / "espo.py" in judges

    found = {
        (file.as_posix(), name)
        for path, file in judges.items()
        for name in named_of_the_mock(path) - STARTERS - WRAPPED.get(file.as_posix(), set())
    }

    assert found == set()
    used = {file.as_posix() for path, file in judges.items() if named_of_the_mock(path)}
    assert used >= WRAPPED.keys()


def named_of_the_mock(path: Path) -> set[str]:
    """Return what a file imports of the mock, and what of it it names in strings.

    Imports for type checkers alone do not count, nor does the name of the package, as that of a
    logger.
    """
    tree = ast.parse(path.read_text("utf-8"))
    typing = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for child in block.body
        for node in ast.walk(child)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module))
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and _NAMED.fullmatch(str(node.value)):
            found.add(str(node.value))
    return {name for name in found if name.partition(".")[0] == "crmkit_mock"}


def test_sees_what_is_named_of_the_mock(tmp_path: Path) -> None:
    """Imports in functions and in strings are found, those for type checkers are not."""
    path = tmp_path / "judge.py"
    path.write_text(
        "from crmkit_mock import MockCRMs as M\n"
        "if TYPE_CHECKING:\n    from crmkit_mock.crm import MockCRM\n"
        "def f():\n    import crmkit_mock.clock\n    from crmkit_mock.espocrm import seed\n"
        "import_module('crmkit_mock.app'); x = 'crmkit_mock is the name'\n",
        "utf-8",
    )

    assert named_of_the_mock(path) == {
        *("crmkit_mock", "crmkit_mock.MockCRMs", "crmkit_mock.clock", "crmkit_mock.app"),
        *("crmkit_mock.espocrm", "crmkit_mock.espocrm.seed"),
    }


def test_shipped_packages_import_neither_tests_nor_scripts() -> None:
    """Nothing that ships imports the tests or the scripts, which do not."""
    inside = {
        "tests",
        "scripts",
        "conftest",
        *(path.stem for path in (ROOT / "scripts").iterdir()),
    }
    found = {
        (module, name)
        for package, root in SHIPPED.items()
        for module, path in modules(package, root).items()
        for name in imports_of(path, module)
        if name.partition(".")[0] in inside
    }

    assert found == set()


def test_one_module_of_each_package_imports_httpx() -> None:
    """A successor of httpx changes one hand-written module of each package.

    What checks servers has one of its own, as it speaks HTTP by itself.
    """
    found = [
        module
        for package in ("crmkit", "crmkit_mock")
        for module, path in modules(package, SHIPPED[package]).items()
        if any(name.partition(".")[0] == "httpx" for name in imports_of(path, module))
    ]

    assert [*map(_owner, found)] == ["contract", "core", "crmkit_mock"], found


def _owner(module: str) -> str:
    package, part = module.split(".")[:2]
    return part if package == "crmkit" else package


# -- cycles ------------------------------------------------------------------------------------


def import_graph(files: dict[str, Path]) -> dict[str, set[str]]:
    """Return which of the modules each of them imports.

    `from a import b` imports `a.b` where that is a module, else `a`.
    """
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        imported = imports_of(path, module)
        graph[module] = {
            name
            for name in imported & files.keys()
            if name != module and not is_only_a_prefix(name, imported, files.keys())
        }
    return graph


def is_only_a_prefix(name: str, imported: AbstractSet[str], files: AbstractSet[str]) -> bool:
    """Return whether a package is named only because modules are imported from it."""
    members = {other for other in imported if other.rpartition(".")[0] == name}
    return bool(members) and members <= files


def cycles(graph: dict[str, set[str]]) -> Iterator[set[str]]:
    """Yield the groups of modules that reach one another."""
    reach = {module: reachable(graph, module) for module in graph}
    seen: set[str] = set()
    for module in sorted(graph):
        if module not in seen and module in reach[module]:
            group = {other for other in reach[module] if module in reach[other]}
            seen |= group
            yield group


def reachable(graph: dict[str, set[str]], module: str) -> set[str]:
    """Return the modules that a module imports, directly or not."""
    found: set[str] = set()
    pending = [module]
    while pending:
        new = graph[pending.pop()] - found
        found |= new
        pending += new
    return found


def test_sees_cycles() -> None:
    """A circle is found however long it is; modules beside it are not part of it."""
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set[str](), "e": {"a"}, "f": {"f"}}

    assert [*cycles(graph)] == [{"a", "b", "c"}, {"f"}]


def test_sees_cycles_through_packages(tmp_path: Path) -> None:
    """`from package import module` counts for the module, `from package import name` does not."""
    sources = {
        "p": "from p.b import f\n",
        "p.a": "from p import b\n",
        "p.b": "def f():\n    from p import c\n",
        "p.c": "if TYPE_CHECKING:\n    from p import f, b\n",
    }
    files: dict[str, Path] = {}
    for module, source in sources.items():
        files[module] = tmp_path / module / ("__init__.py" if module == "p" else "module.py")
        files[module].parent.mkdir()
        files[module].write_text(source, "utf-8")

    assert import_graph(files) == {
        "p": {"p.b"},
        "p.a": {"p.b"},
        "p.b": {"p.c"},
        "p.c": {"p", "p.b"},
    }
    assert [*cycles(import_graph(files))] == [{"p", "p.b", "p.c"}]


def test_there_are_no_import_cycles() -> None:
    """No module imports itself by way of others, in a function or under TYPE_CHECKING either."""
    found = [
        group
        for package, root in WRITTEN.items()
        for group in cycles(import_graph(modules(package, root)))
    ]

    assert found == []


# -- what an import loads ----------------------------------------------------------------------


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a statement loads in an interpreter of its own."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def tops(names: set[str]) -> set[str]:
    """Return the top-level names of modules."""
    return {module.partition(".")[0] for module in names}


def test_importing_crmkit_loads_nothing() -> None:
    """`import crmkit` loads neither a dependency nor a module of its own."""
    loaded = loaded_by("import crmkit")

    assert {name for name in loaded if name.startswith("crmkit")} == {"crmkit"}
    assert tops(loaded) & {"httpx", "attrs", "attr", "orjson", "asyncio", "ssl"} == set()


def test_naming_an_error_loads_no_client() -> None:
    """Code that only catches our errors pays for neither httpx nor attrs."""
    loaded = loaded_by("from crmkit import CRMError, NotFoundError")

    assert tops(loaded) & {"httpx", "attrs", "attr", "crmkit_generated"} == set()


def test_constructing_a_client_loads_no_model() -> None:
    """A client costs little more than httpx: models and attrs come with the first resource."""
    loaded = loaded_by("from crmkit import Relenta; Relenta(account='acme', department_key='0')")

    assert tops(loaded) & {"attrs", "attr"} == set()
    assert {name for name in loaded if ".models." in name} == set()


@pytest.mark.parametrize("plugin", ["crmkit_mock", "crmkit.contract"])
def test_pytest_plugins_load_nothing_until_they_are_used(plugin: str) -> None:
    """Every pytest run of everyone who has crmkit loads the plugins: they bring nothing along."""
    code = f"import pytest; before = set(sys.modules); import {plugin}.pytest_plugin"
    loaded = loaded_by(code)

    own = {"crmkit", "crmkit.contract", "crmkit.contract.pytest_plugin"}
    assert {name for name in loaded if name.partition(".")[0] == "crmkit"} <= own
    heavy = {"httpx", "attrs", "starlette", "uvicorn", "jsonschema_rs", "sqlite3", "ssl"}
    assert tops(loaded) & heavy == set()
