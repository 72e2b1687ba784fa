"""The queries that a real EspoCRM answered with success are those that the document describes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from tests.contract.recorded import Checked, Pair, Tree
from tests.contract.test_recorded import ESPOCRM, read_document, read_pairs

#: Pairs whose query the server passed over, or read as something else, and answered all the same.
ASKED_IN_VAIN = {
    "list-select-array": "an array of names is passed over",
    "list-where-as-json-string-ignored": "a filter as a text is passed over",
    "read-with-select-ignored": "a read shows everything",
    "lead-read-after-convert": "a read shows everything",
    "list-maxsize-abc": "what is no number is 0",
    "list-offset-abc": "what is no number is 0",
    "where-assoc-key": "a list may have names for indexes, which no client needs",
}


def faults(measured: Checked, pair: Pair, operation: Tree) -> Iterator[str]:
    """Give what of a pair's query the document does not allow."""
    described = {
        one["name"]: one
        for one in (measured.resolve(node) for node in operation.get("parameters", ()))
        if one["in"] == "query"
    }
    for name, text in parse_qsl(pair.path.partition("?")[2], keep_blank_values=True):
        # The last brackets may count or be empty: they mean the same.
        found = described.get(name) or described.get(re.sub(r"\[[0-9]+\]$", "[]", name))
        if found is None:
            yield f"{pair.label}: there is no parameter {name}"
            continue
        content: Tree = found.get("content", {}).get("application/json", {})
        schema = content.get("schema") or found["schema"]
        value = json.loads(text) if content else read(measured.resolve(schema), text, found)
        for error in measured.validator(schema).iter_errors(value):
            yield f"{pair.label}: {name}: {error.message}"


def read(schema: Tree, text: str, parameter: Tree) -> Any:
    """Return a parameter's value as its schema means it; the text where it is of another kind."""
    match schema.get("type"):
        case "integer" if re.fullmatch("-?[0-9]+", text):
            return int(text)
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
        case "array":
            return text.split(",") if parameter.get("explode") is False else [text]
        case _:
            return text


def all_faults(measured: Checked) -> list[str]:
    """Return the faults of all queries that were answered with success."""
    return [
        fault
        for pair, operation in measured.covered(read_pairs(ESPOCRM.recorded))
        if pair.good
        for fault in faults(measured, pair, operation)
    ]


def test_queries_that_the_server_took_are_described() -> None:
    """Every parameter of a query with success is described, save those that had no effect."""
    found = all_faults(read_document(ESPOCRM.file))

    assert {fault.partition(":")[0] for fault in found} == ASKED_IN_VAIN.keys(), found


def test_a_parameter_that_is_not_described_is_seen() -> None:
    """A parameter that the document loses, or takes for another type, is found."""
    tree = copy.deepcopy(read_document(ESPOCRM.file).tree)
    tree["components"]["parameters"]["Offset"]["name"] = "start"
    tree["components"]["parameters"]["MaxSize"]["schema"]["maximum"] = 1
    found = all_faults(Checked(tree, ESPOCRM.base, slash=ESPOCRM.slash))

    assert any("there is no parameter offset" in fault for fault in found)
    assert any(": maxSize: " in fault for fault in found)
