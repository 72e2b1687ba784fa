"""The client reads every recorded reply of a real server."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import Any

from crmkit.monica import Country
from tests.clients.conftest import MakeClient
from tests.clients.harness import both, failures, operations_of, reply, sync_alone
from tests.clients.monica_wire import CLIENT, recorded

asynchronous = sync_alone

SUCCESSES = {pair["label"]: pair for pair in recorded() if 200 <= pair["status"] < 300}


def path_of(pair: dict[str, Any]) -> str:
    """Return the path of a recorded request below the API, without query and last slash."""
    path: str = pair["path"].partition("?")[0].removeprefix("/api").rstrip("/")
    return path or "/"


def operation_of(pair: dict[str, Any]) -> Any:
    """Return the operation of a recorded request; None where there is none."""
    # HEAD and PATCH are other ways to do what GET and PUT do.
    method = {"HEAD": "GET", "PATCH": "PUT"}.get(pair["method"], pair["method"])
    path = path_of(pair)
    fitting = [
        operation
        for operation in operations_of("monica").values()
        if operation.method == method
        and re.fullmatch(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(operation.path)), path)
    ]
    return min(fitting, key=lambda operation: operation.path.count("{"), default=None)


KNOWN = {
    label: operation_of(pair)
    for label, pair in SUCCESSES.items()
    if pair["method"] != "OPTIONS" and "body" in pair
}
#: The operation that reads the record of a write's reply, where it is not `get` of the resource.
READERS = {"compliance.sign": "compliance.get_signed"}


def normalised(tree: Any) -> Any:
    """Drop null and empty members from a tree, and spell times in one way."""
    if isinstance(tree, dict):
        members = {name: normalised(value) for name, value in tree.items()}
        return {name: value for name, value in members.items() if value not in (None, [], {})}
    if isinstance(tree, list):
        return [normalised(value) for value in tree]
    return tree.replace(".000000Z", "Z") if isinstance(tree, str) else tree


def call_of(operation: Any, pair: dict[str, Any]) -> Any:
    """Return a function that makes a client read the reply of a recorded request."""
    names = re.findall(r"{([^}]+)}", operation.path)
    pattern = re.sub(r"{[^}]+}", "([^/]+)", operation.path)
    match = re.fullmatch(pattern, path_of(pair))
    assert match is not None
    # A server takes any str as an id; a client takes ints.
    ids = [int(part) if part.isdigit() else 1 for part in match.groups()]
    resource, _, method = operation.name.rpartition(".")
    if method == "list" and names:
        return lambda crm: getattr(crm, resource).list(**{names[0]: ids[0]})
    if operation.method in {"GET", "DELETE"}:
        return lambda crm: getattr(getattr(crm, resource) if resource else crm, method)(*ids)
    if operation.name == "set_me_contact":
        return lambda crm: crm.set_me_contact(1)
    resource, _, method = READERS.get(operation.name, f"{resource}.get").partition(".")
    return lambda crm: getattr(getattr(crm, resource), method)(1)


def test_recorded_successes_have_operations() -> None:
    """All recorded successes but OPTIONS belong to operations, of most resources."""
    assert [label for label, operation in KNOWN.items() if operation is None] == []
    resources = Counter(operation.name.partition(".")[0] for operation in KNOWN.values())
    assert len(KNOWN) > 150
    assert len(resources) > 25


@both
def test_recorded_successes(client: MakeClient) -> None:
    """The objects of a recorded reply have its values, and write them back."""

    def check(label: str) -> None:
        operation, pair = KNOWN[label], SUCCESSES[label]
        body = pair["body"]
        end = reply({"data": [], "links": {}, "meta": {}})
        crm = client(reply(body, pair["status"]), end, **CLIENT)

        result = crm(call_of(operation, pair))

        expected = body["data"] if isinstance(body, dict) and "data" in body else body
        if operation.method == "DELETE" or operation.name == "set_me_contact":
            assert result is None
        elif operation.name == "countries.list":
            assert {code: type(record) for code, record in result.items()} == dict.fromkeys(
                expected, Country
            )
            assert normalised(
                {code: record.to_dict() for code, record in result.items()}
            ) == normalised(expected)
        elif isinstance(expected, list):
            assert [normalised(record.to_dict()) for record in result] == [
                normalised(record) for record in expected
            ]
        else:
            assert normalised(result.to_dict()) == normalised(expected)

    assert failures(check, product(KNOWN)) == []
