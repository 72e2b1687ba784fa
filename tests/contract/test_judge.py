"""The second judge of exchanges sees every way in which one can differ from its document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contract.account_documents import wire
from tests.contract.exchanges import Exchange
from tests.contract.validation import Judge

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
def judge() -> Judge:
    """The judge of Relenta's exchanges."""
    return Judge(wire("relenta"))


@pytest.mark.parametrize("exchange", [LIST, SAVE, REFUSED], ids=["list", "save", "refused"])
def test_a_right_exchange_has_no_faults(judge: Judge, exchange: Exchange) -> None:
    """An exchange as the document describes it is not found fault with."""
    assert judge.faults(exchange) == []


@pytest.mark.parametrize(
    ("exchange", "changes", "told"),
    [
        (LIST, {"path": "/contact.list"}, "no such operation"),
        (LIST, {"method": "POST"}, "no such operation"),
        (LIST, {"headers": {}}, "lacks x-relenta-department-key"),
        (LIST, {"query": (("sort", "id"),)}, "no parameter sort"),
        (LIST, {"query": (("page", "1"), ("page", "2"))}, "page stands twice"),
        (LIST, {"query": (("page", "0"),)}, "page at its top"),
        (LIST, {"query": (("page", "+1"),)}, "page at its top"),
        (LIST, {"query": (("page_size", "501"),)}, "page_size at its top"),
        (LIST, {"query": (("page_size", "ten"),)}, "page_size at its top"),
        (LIST, {"body": b"{}"}, "takes no body"),
        (SAVE, {"headers": KEY}, "media type"),
        (SAVE, {"body": b""}, "body is no JSON"),
        (SAVE, {"body": b"[]"}, "body at its top"),
        (SAVE, {"body": b'{"id": "abc"}'}, "body at id"),
        (SAVE, {"body": b'{"phone": ["1"]}'}, "body at phone"),
        (SAVE, {"body": b'{"dt_created": "yesterday"}'}, "body at dt_created"),
        (SAVE, {"body": b'{"Hours": 5}'}, "body at"),
        (LIST, {"status": 418}, "418 is not described"),
        (LIST, {"response_headers": {"content-type": "text/html"}}, "media type"),
        (LIST, {"response_body": b"<html>"}, "reply is no JSON"),
        (LIST, {"response_body": b'{"status": true, "code": 200}'}, "reply at its top"),
        (LIST, {"response_body": b'{"status": true, "code": 200, "data": {}}'}, "reply at data"),
        (SAVE, {"response_body": b'{"status": true, "code": 200, "data": {"id": "1"}}'}, "data.id"),
        (REFUSED, {"response_body": b'{"status": true, "code": 400, "message": ""}'}, "status"),
    ],
)
def test_a_wrong_exchange_is_seen(
    judge: Judge, exchange: Exchange, changes: dict[str, Any], told: str
) -> None:
    """Each deviation of a request or a reply is found, and told by its place."""
    faults = judge.faults(replace(exchange, **changes))

    assert faults
    assert told in faults[0]
