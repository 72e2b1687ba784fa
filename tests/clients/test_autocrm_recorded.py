"""Every recorded reply of a real EspoCRM goes through the client."""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from crmkit import BadRequestError
from crmkit.autocrm import EspoCRM
from crmkit.core.drive import drive
from crmkit.core.operation import Operation
from crmkit.core.sender import decoded as read
from tests.clients.conftest import ESPO_KEY
from tests.clients.harness import Canned, call_of, reply
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
    # A PATCH or POST that does what another operation does is read as that one.
    name = re.sub("_patch$|(?<!stream)_post$", "", node["operationId"])
    body = json.dumps(pair.body) if pair.text is None else pair.text
    crm = EspoCRM(
        base_url="https://crm.example.com",
        api_key=ESPO_KEY,
        transport=Canned(reply(body.encode(), pair.status, pair.headers)),
    )
    with crm:
        module: Any = import_module(f"crmkit_generated.autocrm.api.{node['tags'][0]}.{name}")
        spy = Spy()
        module.sync(**required(module.sync), client=spy)
        operation, decode = spy.operation, spy.decode
        path = {param.argument: "x" for param in operation.params if param.place == "path"}
        answer = drive(crm._sender.reply(call_of(crm, operation, path)))
        return (
            answer.data if decode is None and name not in BYTES else read(operation, answer, decode)
        )


class Spy:
    """Takes a generated function's call, and keeps its operation and its decoder."""

    operation: Operation
    decode: Any

    def call(self, operation: Operation, _: Any, decode: Any, *_body: Any) -> None:
        """Keep them."""
        self.operation, self.decode = operation, decode


def required(function: Any) -> dict[str, Any]:
    """Return a value for each argument that a function must have, but the client."""
    parameters = inspect.signature(function).parameters.values()
    return {
        one.name: "x" for one in parameters if one.default is one.empty and one.name != "client"
    }


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
