"""Every function of the generated package works with the configured client."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import pkgutil
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from crmkit import (
    AsyncRelenta,
    AuthenticationError,
    ConfigError,
    CRMError,
    DecodeError,
    NotFoundError,
    RateLimitError,
    Relenta,
    ServerError,
)
from crmkit.core.client import SyncClient
from crmkit.core.operation import Operation, Param
from crmkit.core.types import Response
from crmkit.core.vendor import Vendor
from crmkit_generated.relenta import api
from crmkit_generated.relenta.api.contacts import contacts_list, contacts_save
from crmkit_generated.relenta.models import (
    Activity,
    ActivityInput,
    Contact,
    ContactInput,
    CustomField,
)
from crmkit_mock import MockCRMs
from tests.clients.harness import (
    ACCOUNT,
    KEY,
    Canned,
    Clock,
    contact,
    envelope,
    failures,
    page,
    refusal,
    reply,
    saved,
)

OPERATIONS: dict[str, Any] = {
    name: value
    for info in pkgutil.walk_packages(api.__path__, api.__name__ + ".")
    for name, value in vars(importlib.import_module(info.name)).items()
    if inspect.isclass(value) and value.__module__ == info.name
}
FUNCTIONS = ["sync", "sync_detailed", "asyncio", "asyncio_detailed"]
ARGUMENTS: dict[str, dict[str, Any]] = {
    "contacts_list": {"page": 1, "page_size": 1},
    "contacts_save": {"body": ContactInput(full_name="James")},
    "contacts_create": {"body": ContactInput(full_name="James")},
    "activities_list": {},
    "activities_save": {"body": ActivityInput(subject="Lunch")},
    "custom_fields_list": {},
}
CREDENTIALS: dict[str, Any] = {"account": ACCOUNT, "department_key": KEY}


def call(operation: Any, function: str, client: Any, **arguments: Any) -> Any:
    """Call a function of an operation with a client's `generated`."""
    result = getattr(operation, function)(client=client.generated, **arguments)
    return asyncio.run(result) if function.startswith("asyncio") else result


def client_for(function: str, transport: Any, **settings: Any) -> Any:
    """Return a client of the kind that a function is for."""
    settings = {**CREDENTIALS, **settings}
    if "base_url" in settings:
        del settings["account"]
    cls = AsyncRelenta if function.startswith("asyncio") else Relenta
    return cls(transport=transport, **settings)


def test_has_functions_for_each_operation() -> None:
    """The package has one class of functions for each operation of the document."""
    assert set(OPERATIONS) == set(ARGUMENTS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_returns_typed_values(mocks: MockCRMs, function: str) -> None:
    """Each function returns typed values, and uses the client's base URL and credential."""
    relenta = mocks.relenta
    crm = client_for(function, relenta.transport, base_url=relenta.base_url, **relenta.credentials)
    types = {"contacts": Contact, "activities": Activity, "custom_fields": CustomField}

    def check(name: str) -> None:
        relenta.journal.clear()
        result: Any = call(OPERATIONS[name], function, crm, **ARGUMENTS[name])
        if function.endswith("detailed"):
            assert isinstance(result, Response)
            assert result.status_code == HTTPStatus.OK
            assert json.loads(result.content)["status"] is True
            assert result.headers["content-type"] == "application/json"
        payload: Any = result.parsed if function.endswith("detailed") else result
        if name.endswith("list"):
            assert {type(item) for item in payload} == {types[name.removesuffix("_list")]}
            assert len(payload) == 1 or name != "contacts_list", "page_size has no effect"
        else:
            assert type(payload) is int
        assert [exchange.operation for exchange in relenta.journal] == [name]

    assert failures(check, [(name,) for name in ARGUMENTS]) == []


def test_rejects_client_of_the_other_kind() -> None:
    """A sync function refuses an async client and vice versa, before anything is sent."""
    transport = Canned(saved())

    def check(name: str, function: str) -> None:
        other = "sync" if function.startswith("asyncio") else "asyncio"
        with pytest.raises(ConfigError, match=r"this is an? (a?)sync client: call"):
            call(OPERATIONS[name], function, client_for(other, transport), **ARGUMENTS[name])

    assert failures(check, [(name, function) for name in ARGUMENTS for function in FUNCTIONS]) == []
    assert transport.seen == []


ERRORS: list[tuple[Any, type[CRMError]]] = [
    (refusal(401), AuthenticationError),
    (refusal(404), NotFoundError),
    (refusal(429), RateLimitError),
    (refusal(500), ServerError),
    (reply({"status": False, "code": 404}), NotFoundError),
    (reply("<html>"), DecodeError),
    (reply(None, 204), DecodeError),
    (reply(envelope(None)), DecodeError),
    (reply(envelope([None])), DecodeError),
    (reply(envelope([{"id": {}}])), DecodeError),
    (reply(None, 302, {"Location": "/login"}), AuthenticationError),
    (httpx.ReadTimeout("slow"), CRMError),
]


def test_raises_the_errors_of_crmkit() -> None:
    """Errors are raised as everywhere in crmkit; nothing is returned as None or undecoded."""

    def check(function: str, number: int) -> None:
        answer, error = ERRORS[number]
        crm = client_for(function, Canned(answer), max_retries=0)
        with pytest.raises(error) as caught:
            call(contacts_list, function, crm)
        assert getattr(caught.value, "operation", None) == "contacts.list"

    cases = [(function, number) for function in FUNCTIONS for number in range(len(ERRORS))]
    assert failures(check, cases) == []


def test_decode_error_has_operation_and_path() -> None:
    """A DecodeError from a generated function has operation and path, as from a method."""
    for function in FUNCTIONS:
        crm = client_for(function, Canned(page(contact(1), {"full_name": "x"})))
        with pytest.raises(DecodeError) as caught:
            call(contacts_list, function, crm)
        assert caught.value.operation == "contacts.list"
        assert caught.value.path == "data[1].id"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_uses_the_clients_settings(function: str, clock: Clock) -> None:
    """Retries, timeouts, headers and middleware of the client apply to generated functions."""
    notes = []

    async def note(request: httpx.Request, call_next: Any) -> httpx.Response:
        notes.append(request.url.path)
        response: httpx.Response = await call_next(request)
        return response

    transport = Canned(refusal(503, headers={"Retry-After": "2"}), saved(9))
    crm = client_for(function, transport, timeout=3, middleware=[note])
    view = crm.with_options(headers={"X-A": "b"})

    result = call(contacts_save, function, view, body=ContactInput(id=9, title=None))

    assert (result.parsed if function.endswith("detailed") else result) == 9
    assert clock.waits == [2.0]
    assert notes == ["/api/v3/contact.save.json"] * 2
    assert [seen.json for seen in transport.seen] == [{"id": "9", "title": None}] * 2
    assert transport.seen[0].headers["x-a"] == "b"
    assert transport.seen[0].timeout["read"] == 3


def test_any_2xx_is_a_success() -> None:
    """A success that HTTP's registry does not know is a success."""
    for status in (201, 206, 299):
        for function in ("sync_detailed", "asyncio_detailed"):
            crm = client_for(function, Canned(reply(envelope({"id": 3}), status)))
            assert call(contacts_save, function, crm, body=ContactInput()).parsed == 3


def test_repeated_delete_that_finds_nothing_is_a_success() -> None:
    """A retried DELETE that is answered by 404 is a success without a payload."""
    operation = Operation("files.delete", "DELETE", "/files/{id}", (Param("id", "id", "path"),))
    transport = Canned(refusal(500), refusal(404))
    crm = SyncClient(Vendor(), "https://files.example", transport=transport)

    result: Response[None] = crm.generated.detailed(operation, {"id": 7}, None)

    assert (result.status_code, result.parsed) == (204, None)
    assert [seen.path for seen in transport.seen] == ["/files/7"] * 2


def test_repr_shows_no_credentials() -> None:
    """The generated client shows its address and no credential."""
    with Relenta(**CREDENTIALS, transport=Canned(saved())) as crm:
        assert KEY not in repr(crm.generated)
        assert "acme" in repr(crm.generated)
