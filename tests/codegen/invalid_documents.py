"""Changes that make the base document invalid, and the check that the script refuses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import generate
import pytest

from tests.codegen import loops
from tests.codegen.checkout import Checkout, Tree, base, to_yaml

Change = Callable[[Tree], str | None]
Refused = Callable[["Case"], None]

# Places of the base document.
LIST = ("paths", "/notes", "get")
CREATE = ("paths", "/notes", "post")
SCHEMAS = ("components", "schemas")
NOTE = (*SCHEMAS, "Note")
INPUT = (*SCHEMAS, "NoteInput")
TITLE = (*NOTE, "properties", "title")
BODY = (*CREATE, "requestBody", "content", "application/json", "schema")

OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}


@dataclass(frozen=True)
class Case:
    """A change that makes the base document invalid.

    Args:
        name: What is wrong.
        change: Changes the tree, or returns the YAML to use instead.
        place: Pattern of the place that the line must name.
        message: Pattern of what the line must say about problem and remedy.
    """

    name: str
    change: Change
    place: str
    message: str


def for_each(*cases: Case) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that runs a test for each case."""
    return loops.for_each("case", cases, lambda case: case.name)


def refuse(case: Case, checkout: Checkout, capfd: pytest.CaptureFixture[str]) -> None:
    """Check that the script refuses an invalid document with one line and writes nothing."""
    tree = base()
    text = case.change(tree)
    checkout.write(tree if text is None else text)
    # In this process, where a run takes a tenth of the time and warnings are errors.
    code = generate.main(["--root", str(checkout.root)])
    out, err = capfd.readouterr()

    assert (code, out) == (1, "")
    assert err.count("\n") == 1, err
    assert re.match(r"openapi/notes\.yaml: [^;]+: \S.*; \S", err), err
    place, message = re.fullmatch(r"openapi/notes\.yaml: ([^;]+?): (.*)\n", err).groups()  # type: ignore[union-attr]  # it has just matched
    assert re.search(case.place, place), err
    assert re.search(case.message, message), err
    assert not (checkout.root / "generated").exists()


def at(tree: Tree, *path: str | int) -> Any:
    """Return a node of a document."""
    node: Any = tree
    for step in path:
        node = node[step]
    return node


def put(*path: str | int, value: Any) -> Change:
    """Return a change that sets the value at a path."""

    def change(tree: Tree) -> None:
        at(tree, *path[:-1])[path[-1]] = value

    return change


def without(*path: str | int) -> Change:
    """Return a change that removes the value at a path."""

    def change(tree: Tree) -> None:
        del at(tree, *path[:-1])[path[-1]]

    return change


def added(*path: str | int, value: Any) -> Change:
    """Return a change that appends to the array at a path."""

    def change(tree: Tree) -> None:
        at(tree, *path).append(value)

    return change


def all_of(*changes: Change) -> Change:
    """Return a change that makes several changes."""

    def change(tree: Tree) -> None:
        for step in changes:
            step(tree)

    return change


def replaced(*pairs: tuple[str, str]) -> Change:
    """Return a change that replaces strings in the YAML, each of which must occur."""

    def change(tree: Tree) -> str:
        text = to_yaml(tree)
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return text

    return change


def whole_text(text: str) -> Change:
    """Return a change that puts a string in place of the YAML."""
    return lambda _: text


def query(name: str, **more: Any) -> dict[str, Any]:
    """Return an optional query parameter that is a string."""
    return {"name": name, "in": "query", "schema": {"type": "string"}, **more}


def update(tree: Tree) -> None:
    """Add an operation with a path parameter and a body."""
    tree["paths"]["/notes/{id}"] = {
        "put": {
            "operationId": "notes_update",
            "tags": ["notes"],
            "summary": "Update a note.",
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "requestBody": at(tree, *CREATE, "requestBody"),
            "responses": at(tree, *CREATE, "responses"),
        }
    }


def rename_to_snake_case(tree: Tree) -> None:
    """Give the input model a name in snake_case, which the generator does not keep."""
    schemas = at(tree, *SCHEMAS)
    schemas["note_input"] = schemas.pop("NoteInput")
    at(tree, *BODY)["$ref"] = "#/components/schemas/note_input"
