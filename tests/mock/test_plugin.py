"""The pytest plugin: light to import, a fresh mock for each test, clients closed."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import crmkit
from crmkit_mock import MockCRMs, pytest_plugin
from crmkit_mock.catalogue import CATALOGUE
from crmkit_mock.documents import load_document

if TYPE_CHECKING:
    from crmkit_mock.pytest_plugin import RelentaFixture

HEAVY = {"starlette", "uvicorn", "jsonschema_rs", "httpx", "sqlite3", "crmkit", "asyncio"}


def run(code: str) -> str:
    """Run Python code in a process of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["crmkit_mock", "crmkit_mock.pytest_plugin"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """Neither package nor plugin loads the extra, httpx, sqlite3 or the clients."""
    code = f"""
import sys, pytest
before = set(sys.modules)
import {module}
print(" ".join(sorted(name.partition(".")[0] for name in set(sys.modules) - before)))
"""
    assert not HEAVY & set(run(code).split())


def test_without_the_extra_the_plugin_still_imports() -> None:
    """Whoever lacks the extra can run pytest, and is told how to install it when it is used."""
    code = """
import sys
for package in ("starlette", "uvicorn", "jsonschema_rs", "httptools", "multipart"):
    sys.modules[package] = None
import crmkit_mock.pytest_plugin
import crmkit_mock
for name in ("MockServer", "MockCRMs"):
    try:
        getattr(crmkit_mock, name)
    except ImportError as error:
        print(error)
"""
    lines = run(code).splitlines()
    assert len(lines) == 2
    assert all(line.endswith("pip install 'crmkit[mock]'") for line in lines)


def test_another_missing_module_is_not_blamed_on_the_extra() -> None:
    """An import that fails for another reason keeps its own error."""
    code = """
import sys
sys.modules["httpx"] = None
import crmkit_mock
try:
    crmkit_mock.MockCRMs
except ImportError as error:
    print(error)
"""
    assert "crmkit[mock]" not in run(code)


SUITE = '''
import asyncio

import pytest

clients = []

def test_one(relenta_mock):
    crm = relenta_mock.client()
    clients.append(crm)
    assert crm.contacts.save(full_name="Number Two") == 33104663
    assert [c.full_name for c in crm.contacts.list()][-1] == "Number Two"
    assert relenta_mock.journal[0].operation == "contacts_save"

def test_two(relenta_mock):
    """Nothing is left of the test before."""
    assert len(relenta_mock.journal) == 0
    with pytest.raises(Exception):
        clients[0].contacts.list().collect()
    assert len(relenta_mock.client().contacts.list().collect()) == 2

def test_departments(relenta_mock):
    crm = relenta_mock.client(**relenta_mock.departments["laboratory"])
    assert len(crm.contacts.list().collect()) == 3

def test_options(relenta_mock):
    relenta_mock.fail(status=503, times=3)
    crm = relenta_mock.client(max_retries=0)
    try:
        crm.contacts.list().collect()
    except Exception as error:
        assert error.status_code == 503
    assert relenta_mock.journal[0].operation == "contacts_list"

def test_pauses_move_the_mocks_clock(relenta_mock):
    """A client waits for Retry-After without any time passing but the mock's."""
    import time
    started, began = time.monotonic(), relenta_mock.clock.now()
    for times, read in (
        (1, lambda: relenta_mock.client().contacts.list().collect()),
        (2, lambda: asyncio.run(relenta_mock.async_client().contacts.list().collect())),
    ):
        relenta_mock.fail(status=503, retry_after=30, times=times)
        assert len(read()) == 2
    assert (relenta_mock.clock.now() - began).total_seconds() == 90
    assert time.monotonic() - started < 20

def test_async(relenta_mock):
    crm = relenta_mock.async_client()
    async def names():
        return [c.full_name async for c in crm.contacts.list()]
    assert asyncio.run(names()) == ["James Bond", "Dr. Evil"]

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_on_either_event_loop(monica_mock, anyio_backend):
    """Transport and clock serve asyncio and trio alike, retries included."""
    monica_mock.fail(status=503, retry_after=30)
    contacts = await monica_mock.async_client().contacts.list().collect()
    assert "Bailey" in [contact.first_name for contact in contacts]
'''


def test_the_fixture_hands_out_a_fresh_mock_and_clients(tmp_path: Path) -> None:
    """Each test gets its own mock; clients take options, speak to it, and are closed."""
    (tmp_path / "test_suite.py").write_text(SUITE, encoding="utf-8")
    installed = any(entry.name == "crmkit_mock" for entry in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "crmkit_mock.pytest_plugin"]
    quiet = ["-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, *plugin, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 passed" in done.stdout


def test_the_fixture_has_all_that_the_mock_has(relenta_mock: RelentaFixture) -> None:
    """Every public name of the mock is one of the fixture, and what is set there counts."""
    with MockCRMs() as mocks:
        for name in (name for name in dir(mocks.relenta) if not name.startswith("_")):
            assert type(getattr(relenta_mock, name)) is type(getattr(mocks.relenta, name)), name
            assert name in dir(relenta_mock)
    relenta_mock.fail(status=503)
    assert [fault.status for fault in relenta_mock.faults.waiting()] == [503]
    assert (relenta_mock.name, relenta_mock.document.paths) == (
        "relenta",
        load_document("relenta").paths,
    )
    relenta_mock.reset()
    relenta_mock.rate_limits = True
    assert "rate_limits" not in vars(relenta_mock)
    assert len(relenta_mock.client().contacts.list().collect()) == 2
    assert relenta_mock.journal[0].operation == "contacts_list"
    with pytest.raises(AttributeError, match="MockRelenta"):
        assert relenta_mock.nope  # type: ignore[attr-defined]  # refused here too


def test_every_crm_of_the_catalogue_has_a_fixture_and_clients(
    request: pytest.FixtureRequest,
) -> None:
    """The fixture of each CRM hands out clients of its class; their types are named by it."""
    for name, entry in CATALOGUE.items():
        fixture = request.getfixturevalue(f"{name}_mock")
        assert fixture.name == name
        assert isinstance(fixture, getattr(pytest_plugin, f"{entry.client}Fixture"))
        assert type(fixture.client()) is getattr(crmkit, entry.client)
        assert type(fixture.async_client()) is getattr(crmkit, f"Async{entry.client}")
        assert entry.base_path.split("/")[1] == name
        assert type(fixture._crm).__name__ == entry.class_name
