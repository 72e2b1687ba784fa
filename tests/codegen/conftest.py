"""Fixtures for the tests of the generator."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import crmkit_generated
from tests.codegen import operation_cases, schema_cases
from tests.codegen.checkout import Checkout, base
from tests.codegen.invalid_documents import Case, Refused, refuse
from tests.codegen.server import Server


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with the base document and nothing generated."""
    checkout = Checkout(tmp_path)
    checkout.write(base())
    return checkout


@pytest.fixture
def refused(checkout: Checkout, capfd: pytest.CaptureFixture[str]) -> Refused:
    """Return a check that a case is refused with one line, and that nothing is written."""

    def check(case: Case) -> None:
        refuse(case, checkout, capfd)

    return check


@pytest.fixture(scope="session")
def schemas_checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with the document of schema cases, generated. Tests must not change it."""
    checkout = Checkout(tmp_path_factory.mktemp("schemas"))
    checkout.write(schema_cases.document(), "schema_cases")
    done = checkout.generate(PYTHONHASHSEED="1")
    assert (done.code, done.err) == (0, "")
    return checkout


def imported(checkout: Checkout, name: str) -> Iterator[ModuleType]:
    """Import the package of a document, and remove it from `sys.modules` afterwards."""
    crmkit_generated.__path__.append(str(checkout.package))
    yield importlib.import_module(f"crmkit_generated.{name}")
    crmkit_generated.__path__.remove(str(checkout.package))
    for module in [key for key in sys.modules if key.startswith(f"crmkit_generated.{name}")]:
        del sys.modules[module]


@pytest.fixture(scope="session")
def schemas_package(schemas_checkout: Checkout) -> Iterator[ModuleType]:
    """The package of the document of schema cases, imported."""
    yield from imported(schemas_checkout, "schema_cases")


@pytest.fixture(scope="session")
def operations_checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with the document of operation cases, generated. Tests must not change it."""
    checkout = Checkout(tmp_path_factory.mktemp("operations"))
    checkout.write(operation_cases.document(), "operation_cases")
    done = checkout.generate(PYTHONHASHSEED="1")
    assert (done.code, done.err) == (0, "")
    return checkout


@pytest.fixture(scope="session")
def operations_package(operations_checkout: Checkout) -> Iterator[ModuleType]:
    """The package of the document of operation cases, imported."""
    yield from imported(operations_checkout, "operation_cases")


@pytest.fixture
def server() -> Server:
    """A server that answers with what a function returns."""
    return Server()


@pytest.fixture(scope="session")
def models(schemas_package: ModuleType) -> ModuleType:
    """The models of the document of schema cases."""
    from crmkit_generated.schema_cases import models  # type: ignore[import-not-found]  # made by a fixture

    assert models.__name__.startswith(schemas_package.__name__)
    return models  # type: ignore[no-any-return]  # it has no types here
