"""Every recorded reply of a real EspoCRM goes through the client."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest

from crmkit import BadRequestError
from crmkit.autocrm import EspoCRM
from crmkit.core.drive import drive
from crmkit.core.generated import GeneratedReply
from crmkit_generated.autocrm import operations
from tests.clients.conftest import ESPO_KEY
from tests.clients.harness import Canned, reply
from tests.contract.recorded import Checked, Pair, document, pairs

BYTES = {"attachments_download"}


@cache
def autocrm() -> Checked:
    """Return the document."""
    return Checked(document("autocrm.yaml"), "/api/v1", slash=True)


def replies(*, done: bool = True) -> list[Any]:
    """Return recorded successes, with their operations.

    Args:
        done: Those where the server did something; else those where it says `false`.
    """
    found = []
    for pair in pairs("espocrm"):
        operation = autocrm().operation(pair)
        if not pair.good or pair.cut is not None or operation is None:
            continue
        if pair.method != "OPTIONS" and (pair.body is False) is not done:  # no method asks that
            found.append(pytest.param(pair, operation, id=pair.label))
    return found


def decoded(pair: Pair, node: dict[str, Any]) -> Any:
    """Return what the client makes of a reply, by the way of any call."""
    name = node["operationId"]
    operation = getattr(operations, name.upper())
    body = json.dumps(pair.body) if pair.text is None else pair.text
    crm = EspoCRM(
        base_url="https://crm.example.com",
        api_key=ESPO_KEY,
        transport=Canned(reply(body.encode(), pair.status, pair.headers)),
    )
    with crm:
        url = urlsplit(pair.path).path.removeprefix("/api/v1")
        answer = drive(crm._sender.reply(operation, {"url": url}))
        if name in BYTES:
            return answer.content
        module: Any = import_module(f"crmkit_generated.autocrm.api.{node['tags'][0]}.{name}")
        if not hasattr(module, "_parse_response"):
            return answer.data
        return module._parse_response(
            client=crm.generated, response=GeneratedReply(operation, answer)
        )


def test_there_are_many() -> None:
    """Most recorded replies take part, of many operations."""
    assert len(replies()) > 200
    assert len({param.values[1]["operationId"] for param in replies()}) > 50


@pytest.mark.parametrize(("pair", "operation"), replies())
def test_a_reply_is_decoded(pair: Pair, operation: dict[str, Any]) -> None:
    """A reply comes as what the document says, and none of its members is lost."""
    result = decoded(pair, operation)

    if operation["operationId"] in BYTES:
        assert result == (pair.text or "").encode()
    elif "x-crmkit-envelope" in operation:
        rows = pair.body["list"]
        assert len(result) == len(rows)
        for one, row in zip(result, rows, strict=True):
            same(one, row)
    elif hasattr(result, "to_dict"):
        same(result, pair.body)
    elif isinstance(result, bool):
        assert result is pair.body


@pytest.mark.parametrize(("pair", "operation"), replies(done=False))
def test_false_is_told(pair: Pair, operation: dict[str, Any]) -> None:
    """A success that says `false` is an error: nothing was done."""
    with pytest.raises(BadRequestError, match="nothing"):
        decoded(pair, operation)


def same(one: Any, row: dict[str, Any]) -> None:
    """Check that an object writes back every member of a row that says anything."""
    written = one.to_dict()
    for name, value in row.items():
        if value not in (None, [], {}):
            assert told(written[name]) == told(value), name


def told(value: Any) -> Any:
    """Return a value without the members of objects that say nothing."""
    if isinstance(value, dict):
        return {name: told(one) for name, one in value.items() if one not in (None, [], {})}
    return [told(one) for one in value] if isinstance(value, list) else value
