"""Ways to spoil the base document, and the check that the script refuses what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import generate
import pytest

from tests.codegen import loops
from tests.codegen.checkout import Checkout, Tree, base, to_yaml

Spoil = Callable[[Tree], str | None]
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
    """A way to spoil the base document.

    Args:
        name: What is wrong.
        spoil: Changes the tree, or returns the text to use instead.
        place: Pattern of the place that the line has to name.
        told: Pattern of what the line has to say of problem and remedy.
    """

    name: str
    spoil: Spoil
    place: str
    told: str


def for_each(*cases: Case) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the decorator that runs a test for each case."""
    return loops.for_each("case", cases, lambda case: case.name)


def refuse(case: Case, checkout: Checkout, capfd: pytest.CaptureFixture[str]) -> None:
    """Check that the script refuses a spoilt document in one line and writes nothing."""
    tree = base()
    text = case.spoil(tree)
    checkout.write(tree if text is None else text)
    # In this process, where a run takes a tenth of the time and warnings are errors.
    code = generate.main(["--root", str(checkout.root)])
    out, err = capfd.readouterr()

    assert (code, out) == (1, "")
    assert err.count("\n") == 1, err
    assert re.match(r"openapi/notes\.yaml: [^;]+: \S.*; \S", err), err
    place, told = re.fullmatch(r"openapi/notes\.yaml: ([^;]+?): (.*)\n", err).groups()  # type: ignore[union-attr]  # it has just matched
    assert re.search(case.place, place), err
    assert re.search(case.told, told), err
    assert not (checkout.root / "generated").exists()


def at(tree: Tree, *path: str | int) -> Any:
    """Return a node of a document."""
    node: Any = tree
    for step in path:
        node = node[step]
    return node


def put(*path: str | int, value: Any) -> Spoil:
    """Return what puts a value at a place of a document."""

    def spoil(tree: Tree) -> None:
        at(tree, *path[:-1])[path[-1]] = value

    return spoil


def without(*path: str | int) -> Spoil:
    """Return what takes out a place of a document."""

    def spoil(tree: Tree) -> None:
        del at(tree, *path[:-1])[path[-1]]

    return spoil


def added(*path: str | int, value: Any) -> Spoil:
    """Return what adds a value to an array of a document."""

    def spoil(tree: Tree) -> None:
        at(tree, *path).append(value)

    return spoil


def all_of(*spoils: Spoil) -> Spoil:
    """Return what spoils a document in several ways."""

    def spoil(tree: Tree) -> None:
        for one in spoils:
            one(tree)

    return spoil


def replaced(*pairs: tuple[str, str]) -> Spoil:
    """Return what replaces texts of the YAML, which have to be there."""

    def spoil(tree: Tree) -> str:
        text = to_yaml(tree)
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return text

    return spoil


def written(text: str) -> Spoil:
    """Return what puts another text in place of the document."""
    return lambda _: text


def query(name: str, **more: Any) -> dict[str, Any]:
    """Return an optional query parameter that is a text."""
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


def small_letters(tree: Tree) -> None:
    """Give the input model a name that the generator does not keep."""
    schemas = at(tree, *SCHEMAS)
    schemas["note_input"] = schemas.pop("NoteInput")
    at(tree, *BODY)["$ref"] = "#/components/schemas/note_input"
