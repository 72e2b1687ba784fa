"""The promised names: where they are, and what they take."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import subprocess
import sys
from typing import Any

import pytest

import crmkit
import crmkit.relenta
import crmkit_mock
from crmkit import AsyncChanges, AsyncPager, AsyncRelenta, Changes, Page, Pager, Relenta, Reply
from crmkit_generated.relenta import models
from crmkit_mock import MockCRMs, MockServer
from tests.clients.harness import KEY, Canned, failures, saved

NAMES = {
    "crmkit": {
        *("Relenta", "AsyncRelenta", "UNSET", "CRMError", "ConfigError", "ArgumentError"),
        *("TransportError", "CallTimeoutError", "StatusError", "BadRequestError"),
        *("AuthenticationError", "PermissionDeniedError", "NotFoundError", "ConflictError"),
        *("ValidationError", "QuotaExceededError", "RateLimitError", "ServerError"),
        *("DecodeError", "PaginationError"),
        *("Pager", "AsyncPager", "Changes", "AsyncChanges", "Page", "Reply", "Options", "File"),
    },
    "crmkit.relenta": {
        *("Contact", "ContactInput", "Activity", "ActivityInput", "CustomField"),
        *("CustomFields", "LabeledValue", "Mailbox", "Relenta", "AsyncRelenta"),
    },
    "crmkit.autocrm": {"AutoCRM", "EspoCRM", "Account", "Record", "RecordInput"},
    "crmkit.espocrm": {"EspoCRM", "AsyncEspoCRM", "where", "Account"},
    "crmkit_generated.relenta.models": {
        *("Contact", "ContactInput", "Activity", "ActivityInput", "CustomField"),
        *("CustomFieldType", "LabeledValue", "Mailbox"),
    },
    "crmkit_mock": {"MockServer", "MockCRMs"},
}
METHODS: dict[str, dict[str, set[str]]] = {
    "contacts": {
        "list": {"start", "page_size", "options"},
        "save": {"input_", "full_name", "emails", "extra", "options", "id", "phone", "tags"},
        "create": {"input_", "full_name", "emails", "extra", "options", "phone", "tags"},
    },
    "activities": {
        "list": {"start", "page_size", "options"},
        "save": {"input_", "subject", "dt_start", "users", "contacts", "extra", "options", "id"},
    },
    "custom_fields": {"list": {"options"}},
}


def test_packages_have_their_names() -> None:
    """Every promised name can be imported, by a star as well, and is in `__all__` and `dir()`."""

    def check(package: str, names: set[str]) -> None:
        module = importlib.import_module(package)
        assert names <= set(module.__all__)
        assert set(module.__all__) <= set(dir(module))
        for name in module.__all__:
            assert getattr(module, name) is not None
        assert dir(module) == sorted(dir(module))
        assert len(set(module.__all__)) == len(module.__all__)

        space: dict[str, Any] = {}
        exec(f"from {package} import *", space)  # noqa: S102 - a star cannot stand in a function
        del space["__builtins__"]
        assert names <= set(space)
        assert not any(name.startswith("_") for name in space)

    assert failures(check, NAMES.items()) == []


def test_unknown_name_is_an_attribute_error() -> None:
    """An unknown name is an AttributeError with package and name, and an ImportError on import."""

    def check(package: str) -> None:
        module = importlib.import_module(package)
        with pytest.raises(AttributeError, match=rf"'{package}' has no attribute 'nothing'"):
            _ = module.nothing
        assert not hasattr(module, "__path")
        with pytest.raises(ImportError, match="nothing"):
            exec(f"from {package} import nothing")  # noqa: S102 - an import that fails

    assert failures(check, [(package,) for package in NAMES]) == []


def test_name_in_two_packages_is_one_object() -> None:
    """A name that is in two places is one object."""
    assert crmkit.relenta.Relenta is crmkit.Relenta
    assert crmkit.relenta.AsyncRelenta is crmkit.AsyncRelenta
    for name in ("Contact", "ContactInput", "Activity", "CustomField", "LabeledValue", "Mailbox"):
        assert getattr(crmkit.relenta, name) is getattr(models, name)


def test_names_are_listed_before_their_first_use() -> None:
    """In a fresh interpreter `dir` and `__all__` list names that are not loaded yet."""
    program = (
        "import crmkit, crmkit.relenta, sys\n"
        "assert 'Relenta' in dir(crmkit) and 'Contact' in dir(crmkit.relenta)\n"
        "assert 'Relenta' not in vars(crmkit) and 'Contact' not in vars(crmkit.relenta)\n"
        "assert not [name for name in sys.modules if 'generated' in name or name == 'httpx']\n"
        "try: crmkit.nothing\n"
        "except AttributeError: pass\n"
        "assert not [name for name in sys.modules if 'generated' in name or name == 'httpx']\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("cls", [Relenta, AsyncRelenta])
def test_resources_have_documented_methods(cls: Any) -> None:
    """Each resource has its methods, each method its promised keywords, and all are documented."""
    crm = cls(account="acme", department_key=KEY, transport=Canned(saved()))

    for resource, methods in METHODS.items():
        group = getattr(crm, resource)
        assert group is getattr(crm, resource)
        assert group.__doc__
        public = {name for name in dir(type(group)) if not name.startswith("_")}
        assert public == set(methods)
        for method, keywords in methods.items():
            function = getattr(group, method)
            parameters = inspect.signature(function).parameters
            assert keywords <= set(parameters)
            assert {
                name
                for name, parameter in parameters.items()
                if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            } <= {"input_"}
            for part in ("Args:", "Returns:"):
                assert part in (function.__doc__ or ""), (resource, method)
            assert "Source:" not in (function.__doc__ or "")


def test_sync_and_async_clients_are_alike() -> None:
    """Sync and async clients have the same resources, methods, keywords and docstrings."""
    for resource, methods in METHODS.items():
        sync, asynchronous = (
            type(getattr(cls(account="acme", department_key=KEY), resource))
            for cls in (Relenta, AsyncRelenta)
        )
        assert asynchronous.__name__ == f"Async{sync.__name__}"
        for method in methods:
            functions = getattr(sync, method), getattr(asynchronous, method)
            first, second = (list(inspect.signature(one).parameters) for one in functions)
            assert first == second
            assert inspect.getdoc(functions[0]) == inspect.getdoc(functions[1])
    for cls, own in ((Relenta, {"close"}), (AsyncRelenta, {"aclose"})):
        public = {name for name in dir(cls) if not name.startswith("_")}
        assert public == {*METHODS, "generated", "request", "with_options", *own}


def test_pager_page_and_reply_have_their_members() -> None:
    """A pager has its promised methods, and a page and a reply their attributes."""
    for cls in (Pager, AsyncPager):
        public = {name for name in dir(cls) if not name.startswith("_")}
        assert public == {"pages", "take", "first", "collect", "count"}
        assert all(getattr(cls, name).__doc__ for name in public)
    for changes, pager in ((Changes, Pager), (AsyncChanges, AsyncPager)):
        assert issubclass(changes, pager)
        assert changes.cursor.__doc__
    assert hasattr(Pager, "__iter__")
    assert not hasattr(AsyncPager, "__iter__")
    assert hasattr(AsyncPager, "__aiter__")
    assert {"items", "total", "number", "reply"} <= set(Page.__slots__)
    assert {"status_code", "headers", "data", "content"} <= set(dir(Reply))


def test_request_and_with_options_take_their_arguments() -> None:
    """`request` and `with_options` take what is promised."""
    for cls in (Relenta, AsyncRelenta):
        request = inspect.signature(cls.request).parameters
        assert {"method", "path", "query", "json", "content", "headers", "options"} <= set(request)
        assert {"timeout", "max_retries", "headers"} <= set(
            inspect.signature(cls.with_options).parameters
        )


def test_mocks_have_their_names() -> None:
    """Both kinds of mock have what tests use."""
    common = {
        *("base_url", "credentials", "transport", "journal", "fail", "seed", "reset"),
        *("snapshot", "restore"),
    }
    with MockCRMs() as mocks:
        assert common <= set(dir(mocks.relenta))
        assert mocks.relenta.base_url.startswith("https://")
        assert mocks.relenta.base_url.endswith("/relenta/api/v3")
        assert set(mocks.relenta.credentials) == {"department_key"}
        mocks.reset()
    with MockServer() as server:
        assert common <= set(dir(server.relenta))
        assert server.relenta.base_url.startswith("http://127.0.0.1:")
        assert server.relenta.base_url.endswith("/relenta/api/v3")
        server.reset()
    assert crmkit_mock.MockServer is MockServer


def test_fixture_makes_sync_and_async_clients(relenta_mock: Any) -> None:
    """The pytest fixture makes sync and async clients, and has the mock's own methods."""
    relenta_mock.fail(status=429, retry_after=2, times=1)
    assert len(relenta_mock.client().contacts.list().collect()) == 2
    crm = relenta_mock.async_client()

    async def read() -> int:
        return len(await crm.contacts.list().collect())

    assert asyncio.run(read()) == 2
    assert relenta_mock.journal[0].status == 429
    assert relenta_mock.async_client() is not crm
