"""Every operation of Monica's document, once each on the demo: it works and fits the document."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from crmkit_mock.documents import load_document
from crmkit_mock.monica.operations import OPERATIONS
from tests.mock.plain_monica import Monica

METHODS = ("get", "post", "put", "patch", "delete")
#: Bodies for which the document's example names records that the demo does not have.
BODIES: dict[str, Any] = {
    f"activity_types_{verb}": {"activity_type_category_id": 1, "name": "Chess"}
    for verb in ("create", "update", "update_patch")
}
FILES = {"document": ("a.txt", b"hello doc", "text/plain")}


def operations() -> dict[str, tuple[str, str, Any]]:
    """Return method, path and an example of the body by operationId."""
    document = load_document("monica")
    found: dict[str, tuple[str, str, Any]] = {}
    for path, item in document.tree["paths"].items():
        for method in METHODS:
            if method in item:
                node = item[method]
                content = document.resolve(node.get("requestBody", {})).get("content", {})
                body = _example(content.get("application/json"))
                found[node["operationId"]] = (method.upper(), path, body)
    return found


def _example(media: dict[str, Any] | None) -> Any:
    if media is None:
        return None
    if "example" in media:
        return media["example"]
    return load_document("monica").resolve(next(iter(media["examples"].values())))["value"]


def test_there_are_190_operations_and_no_handlers_beside_them() -> None:
    """The mock has a handler for each operation of the document, and for nothing else."""
    assert len(operations()) == 190
    assert OPERATIONS.keys() == operations().keys()


@pytest.mark.parametrize("operation", operations().keys())
def test_each_operation_works_on_the_demo(monica: Monica, operation: str) -> None:
    """An operation with the document's own example is answered 200 or 201, as described."""
    method, path, body = operations()[operation]
    monica.mock.publish_statistics()
    if path.startswith("/documents"):
        reply = monica.http.post("/documents", data={"contact_id": "1"}, files=FILES)
        assert reply.status_code == 201, reply.text
        if operation == "documents_create":
            return
    options = {} if body is None else {"json": BODIES.get(operation, body)}
    reply = monica.http.request(method, re.sub(r"\{[^}]+\}", "1", path), **options)
    # The frame answers 500 if a reply does not fit the document.
    assert reply.status_code in {200, 201}, reply.text
    (exchange,) = [one for one in monica.mock.journal if one.method == method][-1:]
    assert exchange.operation == operation
    assert json.loads(reply.text)


def test_reading_changes_nothing(monica: Monica) -> None:
    """No GET writes anything, not even the time."""
    before = monica.mock.snapshot()
    for method, path, _ in operations().values():
        if method == "GET":
            monica.http.get(re.sub(r"\{[^}]+\}", "1", path))
    assert monica.mock.snapshot() == before
