"""The validator of exchanges sees every way in which one can differ from its document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contract.account_documents import wire
from tests.contract.exchange_validation import ExchangeValidator
from tests.contract.exchanges import Exchange

KEY = {"x-relenta-department-key": "0" * 32}
JSON = {"content-type": "application/json"}
LIST = Exchange(
    "GET",
    "/contact.list.json",
    (("page", "1"), ("page_size", "10")),
    KEY,
    b"",
    200,
    JSON,
    b'{"status": true, "code": 200, "data": []}',
)
SAVE = Exchange(
    "POST",
    "/contact.save.json",
    (),
    {**KEY, **JSON},
    b'{"full_name": "Dr. Evil", "Occupation": "Evil doctor"}',
    200,
    JSON,
    b'{"status": true, "code": 200, "data": {"id": 1}}',
)
REFUSED = replace(
    LIST, status=400, response_body=b'{"status": false, "code": 400, "message": "no"}'
)


@pytest.fixture(scope="module")
def validator() -> ExchangeValidator:
    """Return the validator of Relenta's exchanges."""
    return ExchangeValidator(wire("relenta"))


@pytest.mark.parametrize("exchange", [LIST, SAVE, REFUSED], ids=["list", "save", "refused"])
def test_accepts_documented_exchanges(validator: ExchangeValidator, exchange: Exchange) -> None:
    """An exchange as the document describes it is not found error with."""
    assert validator.errors(exchange) == []


@pytest.mark.parametrize(
    ("exchange", "changes", "message"),
    [
        (LIST, {"path": "/contact.list"}, "unknown operation"),
        (LIST, {"method": "POST"}, "unknown operation"),
        (LIST, {"headers": {}}, "lacks x-relenta-department-key"),
        (LIST, {"query": (("sort", "id"),)}, "unknown parameter sort"),
        (LIST, {"query": (("page", "1"), ("page", "2"))}, "page is repeated"),
        (LIST, {"query": (("page", "0"),)}, "page at the top"),
        (LIST, {"query": (("page", "+1"),)}, "page at the top"),
        (LIST, {"query": (("page_size", "501"),)}, "page_size at the top"),
        (LIST, {"query": (("page_size", "ten"),)}, "page_size at the top"),
        (LIST, {"body": b"{}"}, "takes no body"),
        (SAVE, {"headers": KEY}, "media type"),
        (SAVE, {"body": b""}, "body is not JSON"),
        (SAVE, {"body": b"[]"}, "body at the top"),
        (SAVE, {"body": b'{"id": "abc"}'}, "body at id"),
        (SAVE, {"body": b'{"phone": ["1"]}'}, "body at phone"),
        (SAVE, {"body": b'{"dt_created": "yesterday"}'}, "body at dt_created"),
        (SAVE, {"body": b'{"Hours": 5}'}, "body at"),
        (LIST, {"status": 418}, "418 is not documented"),
        (LIST, {"response_headers": {"content-type": "text/html"}}, "media type"),
        (LIST, {"response_body": b"<html>"}, "reply is not JSON"),
        (LIST, {"response_body": b'{"status": true, "code": 200}'}, "reply at the top"),
        (LIST, {"response_body": b'{"status": true, "code": 200, "data": {}}'}, "reply at data"),
        (SAVE, {"response_body": b'{"status": true, "code": 200, "data": {"id": "1"}}'}, "data.id"),
        (REFUSED, {"response_body": b'{"status": true, "code": 400, "message": ""}'}, "status"),
    ],
)
def test_finds_deviations_from_the_document(
    validator: ExchangeValidator, exchange: Exchange, changes: dict[str, Any], message: str
) -> None:
    """Each deviation of a request or a reply is found, and message by its place."""
    errors = validator.errors(replace(exchange, **changes))

    assert errors
    assert message in errors[0]
