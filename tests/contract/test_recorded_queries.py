"""The document describes the queries that a real EspoCRM answered with success."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from crmkit.contract.schemas import Tree
from tests.contract.recorded import RecordedDocument, RecordedExchange
from tests.contract.test_recorded import ESPOCRM, read_document, read_pairs

#: Pairs whose query the server ignored, or read as something else, and answered all the same.
IGNORED = {
    "list-select-array": "an array of names is ignored",
    "list-where-as-json-string-ignored": "a filter as a string is ignored",
    "read-with-select-ignored": "a read returns all attributes",
    "lead-read-after-convert": "a read returns all attributes",
    "list-maxsize-abc": "what is not a number is 0",
    "list-offset-abc": "what is not a number is 0",
    "where-assoc-key": "a list may have names for indexes, which no client needs",
}


def errors(measured: RecordedDocument, pair: RecordedExchange, operation: Tree) -> Iterator[str]:
    """Yield where a pair's query differs from the document."""
    described = {
        param["name"]: param
        for param in (measured.resolve(node) for node in operation.get("parameters", ()))
        if param["in"] == "query"
    }
    for name, text in parse_qsl(pair.path.partition("?")[2], keep_blank_values=True):
        # The last brackets may have a number or be empty: that means the same.
        param = described.get(name) or described.get(re.sub(r"\[[0-9]+\]$", "[]", name))
        if param is None:
            yield f"{pair.label}: unknown parameter {name}"
            continue
        content: Tree = param.get("content", {}).get("application/json", {})
        schema = content.get("schema") or param["schema"]
        value = json.loads(text) if content else read(measured.resolve(schema), text, param)
        for error in measured.validator(schema).iter_errors(value):
            yield f"{pair.label}: {name}: {error.message}"


def read(schema: Tree, text: str, parameter: Tree) -> Any:
    """Return a parameter's value by its schema's type; the str where it is of another type."""
    match schema.get("type"):
        case "integer" if re.fullmatch("-?[0-9]+", text):
            return int(text)
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
        case "array":
            return text.split(",") if parameter.get("explode") is False else [text]
        case _:
            return text


def all_errors(measured: RecordedDocument) -> list[str]:
    """Return the errors of all queries that were answered with success."""
    return [
        error
        for pair, operation in measured.covered(read_pairs(ESPOCRM.recorded))
        if pair.succeeded
        for error in errors(measured, pair, operation)
    ]


def test_accepted_queries_are_documented() -> None:
    """Every parameter of a successful query is documented, save those that had no effect."""
    messages = all_errors(read_document(ESPOCRM.file))

    assert {error.partition(":")[0] for error in messages} == IGNORED.keys(), messages


def test_finds_undocumented_parameters() -> None:
    """A parameter that the document lacks, or has with another type, is found."""
    tree = copy.deepcopy(read_document(ESPOCRM.file).tree)
    tree["components"]["parameters"]["Offset"]["name"] = "start"
    tree["components"]["parameters"]["MaxSize"]["schema"]["maximum"] = 1
    messages = all_errors(RecordedDocument(tree, ESPOCRM.base, slash=ESPOCRM.slash))

    assert any("unknown parameter offset" in error for error in messages)
    assert any(": maxSize: " in error for error in messages)
