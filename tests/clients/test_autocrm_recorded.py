"""The client decodes every recorded reply of a real EspoCRM."""

from __future__ import annotations

import inspect
import json
import re
from decimal import Decimal
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
from tests.clients.harness import Canned, call_of, failures, reply
from tests.contract.recorded import ROOT, RecordedDocument, RecordedExchange, pairs

BYTES = {"attachments_download"}


@cache
def autocrm() -> RecordedDocument:
    """Return the document."""
    path = (
        ROOT / "generated" / "crmkit_generated" / "autocrm" / "wire.json"
    )  # read faster than YAML
    return RecordedDocument(json.loads(path.read_text("utf-8")), "/api/v1", slash=True)


def replies(*, done: bool = True) -> list[tuple[str, RecordedExchange, dict[str, Any]]]:
    """Return the labels of recorded successes, the successes, and their operations.

    Args:
        done: Whether the server did something; else those where it answered `false`.
    """
    found: list[tuple[str, RecordedExchange, dict[str, Any]]] = []
    for pair in [*pairs("espocrm"), *pairs("espocrm-live")]:
        operation = autocrm().operation(pair)
        if not pair.succeeded or pair.cut is not None or operation is None:
            continue
        is_refusal = pair.body is False and pair.method != "GET"
        if pair.method != "OPTIONS" and is_refusal is not done:  # no method sends that
            found.append((pair.label, pair, operation))
    return found


def decoded(pair: RecordedExchange, node: dict[str, Any]) -> Any:
    """Return what the client decodes a reply to, as in any call."""
    # A PATCH or POST that does what another operation does is read as that one.
    name = re.sub("_patch$|(?<!stream)_post$", "", node["operationId"])
    body = json.dumps(pair.body) if pair.text is None else pair.text
    crm = EspoCRM(
        base_url="https://crm.example.com",
        api_key=ESPO_KEY,
        transport=Canned(reply(body.encode(), pair.status, pair.headers)),
    )
    with crm:
        module = import_module(f"crmkit_generated.autocrm.api.{node['tags'][0]}")
        sync = getattr(module, name).sync
        spy = Spy()
        sync(**required(sync), client=spy)
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
    """Return a value for each required argument of a function, but the client."""
    params = inspect.signature(function).parameters.values()
    return {
        param.name: "x"
        for param in params
        if param.default is param.empty and param.name != "client"
    }


def test_decodes_every_recorded_success() -> None:
    """A reply is decoded to what the document says, and none of its members is lost."""
    cases = replies()
    assert len(cases) > 200
    assert len({operation["operationId"] for _, _, operation in cases}) > 50

    def check(_: str, pair: RecordedExchange, operation: dict[str, Any]) -> None:
        result = decoded(pair, operation)
        if operation["operationId"] in BYTES:
            assert result == (pair.text or "").encode()
        elif "x-crmkit-envelope" in operation:
            for item, row in zip(result, pair.body["list"], strict=True):
                check_members(item, row)
        elif hasattr(result, "to_dict"):
            check_members(result, pair.body)
        elif isinstance(result, bool):
            assert result is pair.body

    assert failures(check, cases) == []


def test_every_recorded_false_is_an_error() -> None:
    """A write whose success is `false` is an error: nothing was done."""

    def check(_: str, pair: RecordedExchange, operation: dict[str, Any]) -> None:
        with pytest.raises(BadRequestError, match="nothing"):
            decoded(pair, operation)

    assert failures(check, replies(done=False)) == []


def check_members(item: Any, row: dict[str, Any]) -> None:
    """Check that an object writes back every member of a row that is not empty."""
    written = item.to_dict()
    for name, value in row.items():
        if type(value) in {int, float} and type(written[name]) is str:  # money
            assert Decimal(written[name]) == Decimal(str(value)), name
        elif value not in (None, [], {}):
            assert without_empty(written[name]) == without_empty(value), name


def without_empty(value: Any) -> Any:
    """Return a value without the empty members of its objects."""
    if isinstance(value, dict):
        return {
            name: without_empty(item) for name, item in value.items() if item not in (None, [], {})
        }
    return [without_empty(item) for item in value] if isinstance(value, list) else value
