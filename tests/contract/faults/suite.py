"""The part of the contract suite that is about one CRM, held in this process on a faulty mock."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import re
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, configuration, settings

from tests.contract.faults.catalogue import FAULTS
from tests.contract.faults.wire import WireExchange

#: Names of the CRMs, as tests have them in the name of their file or of their case. AutoCRM's mock
#: has the source of EspoCRM's, and its files.
NAMES = ("relenta", "autocrm", "espocrm", "onepagecrm", "monica")
#: Files that look at documents, recordings or the suite itself, and at no mock.
_NOT_OF_MOCKS = (
    *("test_conversations.py", "test_contract_fixture.py", "test_exchange_validation.py"),
    *("test_recorded.py", "test_recorded_queries.py", "test_written_forms.py"),
    *("test_seeded_faults.py",),
)
#: Tests of the suite's own checks, which damage replies themselves.
_OF_THE_SUITE = re.compile(r"test_(?:finds|notices)_")
#: What runs first sees most, or is quickest. What is not listed runs before what takes longest.
_FIRST = ("test_every_operation", "_side_elements", "_replay", "_laws", "_filters", "_model")
_LAST = ("test_schemathesis",)
#: Laws that take long, which are held after the others.
_LONG = (
    *("deletion]", "frame]", "sorting]", "totals]", "transitions]", "spellings]", "links]"),
    *("limits]", "_another_tenant["),
)

_FOLDER = Path(__file__).resolve().parents[1]


def hold(
    crm: str, fault_id: str | None, folder: str, arguments: Sequence[str] = ()
) -> dict[str, Any]:
    """Hold the part of the suite that is about a CRM until the first test fails.

    Args:
        crm: Name of the CRM.
        fault_id: Id of a fault of it; None for the clean mock.
        folder: Folder for what hypothesis keeps of the sources from one run to the next.
        arguments: Further arguments of pytest's, such as which tests do not count.

    Returns:
        `outcome`: "caught", "passed" or "broken", where the suite could not run; `check`, the test
        that failed; `message`, the last line that it says.
    """
    if fault_id is not None:
        _seed(crm, fault_id)
    part = _Part(crm, folder)
    code = pytest.main(
        [
            *("-x", "-q", "-p", "no:xdist", "-p", "no:randomly", "-m", "not long", "--tb=short"),
            # Nobody reads what an assertion compared, and the mock's sources are quicker to load.
            "--assert=plain",
            *("-W", "ignore::pytest.PytestAssertRewriteWarning", str(_FOLDER), *arguments),
        ],
        plugins=[part],
    )
    if _mistakes:
        return {"outcome": "broken", "message": f"the fault itself failed: {_mistakes[0]}"}
    if code == pytest.ExitCode.OK:
        return {"outcome": "passed", "tests": part.count}
    if code == pytest.ExitCode.TESTS_FAILED and part.failed is not None:
        return {"outcome": "caught", "tests": part.count, **part.failed}
    return {"outcome": "broken", "message": f"pytest ended with {code!r}"}


#: Errors of faults of the wire themselves, which must not pass for being seen.
_mistakes: list[str] = []

# -- putting the fault in ------------------------------------------------------------------------


def _seed(crm: str, fault_id: str) -> None:
    """Let the mock have a fault from its first import on."""
    fault = next(fault for fault in FAULTS[crm] if fault.id == fault_id)
    if fault.wire is not None:
        _intercept(fault.wire)
        return
    assert fault.module not in sys.modules
    sys.meta_path.insert(0, _Patched(fault.module, fault.patched()))
    # A patch that cannot even be loaded would be seen by everybody, and is no fault.
    importlib.import_module(fault.module)


def _intercept(change: Callable[[WireExchange], None]) -> None:
    """Let a fault change every exchange with the mocks of this process, by socket or without."""
    from crmkit_mock.app import Message, MockApp, Receive, Scope, Send

    answer = MockApp.__call__
    memory: dict[Any, Any] = {}

    async def call(self: MockApp, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/__mock__"):
            await answer(self, scope, receive, send)
            return
        sent: list[Message] = []
        replies: list[Message] = []

        async def received() -> Message:
            sent.append(await receive())
            return sent[-1]

        async def replied(message: Message) -> None:
            replies.append(message)

        await answer(self, scope, received, replied)
        exchange = WireExchange(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            b"".join(message.get("body", b"") for message in sent),
            replies[0]["status"],
            {name.decode().lower(): text.decode("latin-1") for name, text in replies[0]["headers"]},
            b"".join(message.get("body", b"") for message in replies[1:]),
            memory,
        )
        try:
            change(exchange)
        except Exception as error:
            _mistakes.append(repr(error))
            raise
        body = exchange.written()
        if scope["method"] != "HEAD" and "content-length" in exchange.headers:
            exchange.headers["content-length"] = str(len(body))
        headers = [
            (name.encode(), text.encode("latin-1")) for name, text in exchange.headers.items()
        ]
        await send({**replies[0], "status": exchange.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    MockApp.__call__ = call  # type: ignore[method-assign]  # put in for one run


class _Patched(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, and loads it from a changed copy of its source."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of the module, which says where its source really is."""
        if name != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        assert spec is not None
        spec.loader = self
        return spec

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the changed source."""
        assert module.__spec__ is not None
        origin = module.__spec__.origin or ""
        exec(compile(self._source, origin, "exec"), module.__dict__)  # noqa: S102 - it is ours


# -- choosing and ordering tests -----------------------------------------------------------------


class _Part:
    """Plugin of pytest's that keeps the tests of one CRM, the likeliest to fail first.

    Args:
        crm: Name of the CRM.
        folder: As for `hold`.
    """

    def __init__(self, crm: str, folder: str) -> None:
        self._folder = folder
        self._crm = crm
        self.count = 0
        self.failed: dict[str, str] | None = None

    def pytest_sessionstart(self) -> None:
        """Let hypothesis end at the first example that fails: nobody reads a smaller one."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "faults", settings.get_profile("same"), phases=phases, report_multiple_bugs=False
        )
        settings.load_profile("faults")
        configuration.set_hypothesis_home_dir(self._folder)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out files that cannot be about the CRM."""
        name = collection_path.name
        if not name.startswith("test_"):
            return None
        return name in _NOT_OF_MOCKS or not is_about(self._crm, name) or None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out tests of other CRMs and of the suite itself, and sort the rest."""
        items[:] = sorted(
            (
                item
                for item in items
                if is_about(self._crm, item.nodeid) and not _OF_THE_SUITE.match(item.name)
            ),
            key=_rank,
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first failure, and count the tests."""
        self.count += report.when == "call"
        if report.failed and self.failed is None:
            crash = getattr(report.longrepr, "reprcrash", None)
            text = str(report.longrepr) if crash is None else crash.message
            self.failed = {"check": report.nodeid, "message": _first_line(text)}


def is_about(crm: str, node: str) -> bool:
    """Return whether a test, or a file of them, is about a CRM: one that names no CRM is.

    Args:
        crm: Name of the CRM.
        node: The test's id, or the name of the file.
    """
    file, _, case = node.lower().partition("::")
    named = {name for name in NAMES if name in case}
    if named:
        return crm in named
    files = {name for name in NAMES if name in file}
    return not files or crm in files or (crm == "autocrm" and "espocrm" in files)


def _rank(item: pytest.Item) -> float:
    file = item.nodeid.partition("::")[0]
    if any(name in file for name in _LAST):
        return len(_FIRST) + 1
    if item.name.endswith("[long]") or any(name in item.nodeid for name in _LONG):
        return len(_FIRST) + 0.5
    return next((rank for rank, name in enumerate(_FIRST) if name in file), len(_FIRST))


def _first_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0][:300] if lines else ""
