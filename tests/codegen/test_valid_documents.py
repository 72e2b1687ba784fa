"""Small documents with one unusual feature each, which the generator supports."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import generate

from tests.codegen.checkout import ROOT, Checkout, base
from tests.codegen.invalid_documents import (
    CREATE,
    INPUT,
    LIST,
    NOTE,
    SCHEMAS,
    TITLE,
    Change,
    added,
    all_of,
    at,
    put,
    query,
    update,
)
from tests.codegen.loops import for_each

#: Makes a client of the base document's API whose server replies with `answers` in order.
PROGRAM = """\
import importlib, json, pkgutil
from datetime import UTC, date, datetime
import httpx
import crmkit_generated.notes as package
from crmkit.core.client import SyncClient
from crmkit.core.errors import DecodeError
from crmkit.core.vendor import Vendor
from crmkit.core.codec.labeled import Mailbox
from crmkit_generated.notes import models
from crmkit_generated.notes.resources import Resources

for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)

class Client(Resources, SyncClient):
    pass

requests, answers = [], []

def answer(request):
    requests.append(request)
    return httpx.Response(200, json={"data": answers.pop(0) if answers else []})

crm = Client(Vendor(), "https://notes.mock.invalid", transport=httpx.MockTransport(answer))
"""


def check_works(checkout: Checkout, change: Change, program: str) -> None:
    """Check that a changed base document can be generated and imported, and run a program on it."""
    tree = base()
    text = change(tree)
    checkout.write(tree if text is None else text)
    # In this process, where a run takes half of the time and warnings are errors.
    assert generate.main(["--root", str(checkout.root)]) == 0
    roots = [str(ROOT / "overrides"), str(checkout.package.parent)]
    # Without compiled modules: the next case of a test writes the same files, often within the
    # second and of the same size, which is all that a compiled module knows its source by.
    ran = subprocess.run(
        [
            *(sys.executable, "-B", "-W", "error", "-c"),
            f"import sys\nsys.path[:0] = {roots!r}\n{PROGRAM}{program}",
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


PAGING = at(base(), *LIST, "parameters")


@for_each(
    "number, size",
    [("pageNumber", "pageSize"), ("page[number]", "page[size]"), ("from", "max")],
)
def test_accepts_any_paging_parameter_name(checkout: Checkout, number: str, size: str) -> None:
    """Whatever the vendor's paging parameters are called, the arguments are start and page_size."""
    check_works(
        checkout,
        all_of(
            put(*LIST, "parameters", 0, "name", value=number),
            put(*LIST, "parameters", 1, "name", value=size),
            put(*LIST, "x-crmkit-paging", "number", value=number),
            put(*LIST, "x-crmkit-paging", "size", value=size),
        ),
        "assert crm.notes.list(start=3, page_size=7).collect() == []\n"
        f"assert dict(requests[0].url.params) == {{{number!r}: '3', {size!r}: '7'}}\n",
    )


@for_each(
    "name, argument",
    [
        ("textFilter", "text_filter"),
        ("class", "class_"),
        ("filter", "filter_"),
        ("id", "id"),
    ],
)
def test_accepts_any_query_parameter_name(checkout: Checkout, name: str, argument: str) -> None:
    """An argument is the parameter's name in snake_case, and is sent under its wire name."""
    check_works(
        checkout,
        added(*LIST, "parameters", value=query(name, description="Which ones.")),
        f"crm.notes.list({argument}='x').collect()\n"
        f"assert requests[0].url.params[{name!r}] == 'x'\n"
        f"assert '{argument}: Which ones.' in crm.notes.list.__doc__\n",
    )


def test_header_parameter_is_keyword(checkout: Checkout) -> None:
    """A header parameter is a keyword argument, sent as a header."""
    check_works(
        checkout,
        added(*LIST, "parameters", value={**query("X-Trace"), "in": "header"}),
        "crm.notes.list(x_trace='t').collect()\nassert requests[0].headers['X-Trace'] == 't'\n",
    )


def test_accepts_path_parameter_in_camel_case(checkout: Checkout) -> None:
    """A path parameter is positional under its name in snake_case, whatever the vendor's."""

    def camel(tree: dict[str, Any]) -> None:
        update(tree)
        tree["paths"]["/notes/{noteId}"] = tree["paths"].pop("/notes/{id}")
        tree["paths"]["/notes/{noteId}"]["put"]["parameters"][0]["name"] = "noteId"

    check_works(
        checkout,
        camel,
        "answers[:] = [5, 6]\n"
        "assert crm.notes.update(7, title='x') == 5\n"
        "assert crm.notes.update(note_id=7, title='x') == 6\n"
        "assert requests[0].url.path == '/notes/7'\n",
    )


def test_path_parameters_apply_to_its_operations(checkout: Checkout) -> None:
    """Parameters of a path apply to all its operations."""

    def shared(tree: dict[str, Any]) -> None:
        update(tree)
        item = tree["paths"]["/notes/{id}"]
        item["parameters"] = item["put"].pop("parameters")

    check_works(
        checkout,
        shared,
        "answers[:] = [5]\n"
        "assert crm.notes.update(7, title='x') == 5\n"
        "assert requests[0].url.path == '/notes/7'\n",
    )


def test_patch_beside_put_has_no_method(checkout: Checkout) -> None:
    """A PATCH that does the same as a PUT gets neither a method nor functions."""

    def with_patch(tree: dict[str, Any]) -> None:
        update(tree)
        item = tree["paths"]["/notes/{id}"]
        item["patch"] = {**item["put"], "operationId": "notes_update_patch"}

    check_works(
        checkout,
        with_patch,
        "answers[:] = [5]\n"
        "assert crm.notes.update(7, title='x') == 5\n"
        "assert requests[0].method == 'PUT'\n"
        "assert not hasattr(crm.notes, 'update_patch')\n"
        "from crmkit_generated.notes.api import notes\n"
        "assert hasattr(notes, 'notes_update')\n"
        "assert not hasattr(notes, 'notes_update_patch')\n",
    )


def test_does_not_send_defaults(checkout: Checkout) -> None:
    """A documented default is not sent."""
    check_works(
        checkout,
        added(
            *LIST,
            "parameters",
            value={**query("order"), "schema": {"type": "string", "default": "asc"}},
        ),
        "crm.notes.list().collect()\nassert 'order' not in requests[0].url.params\n",
    )


SPECIAL = 'Say """notes""" in C:\\data \\d \'so\' {x} % "end"'


@for_each(
    "place",
    [
        ("tags", 0, "description"),
        ("info", "title"),
        (*LIST, "summary"),
        (*LIST, "description"),
        (*LIST, "parameters", 0, "description"),
        (*NOTE, "description"),
        (*TITLE, "description"),
        (*INPUT, "properties", "title", "description"),
        (*LIST, "responses", "200", "description"),
    ],
    lambda place: "/".join(map(str, place[-4:])),
)
def test_accepts_any_character_in_descriptions(
    checkout: Checkout, place: tuple[str | int, ...]
) -> None:
    """Quotes, backslashes and braces in a description do not break the generated code."""
    check_works(
        checkout,
        put(*place, value=SPECIAL),
        "answers[:] = [[{'id': 1}]]\n"
        "assert [note.id for note in crm.notes.list().take(1)] == [1]\n",
    )


def test_docstring_has_summary_unchanged(checkout: Checkout) -> None:
    """A docstring's first line is the document's summary, quotes and backslashes included."""
    summary = 'List "all" notes of C:\\data.'
    check_works(
        checkout,
        put(*LIST, "summary", value=summary),
        f"assert crm.notes.list.__doc__.startswith({summary!r})\n",
    )


@for_each("name", ['a"b', "a'b", "a\\b", "größe", "2nd", "x y", "a.b", "$key", "@type"])
def test_accepts_any_member_name(checkout: Checkout, name: str) -> None:
    """A member may have any name that JSON allows, and is read and written under it."""
    check_works(
        checkout,
        all_of(
            put(*NOTE, "properties", name, value={"type": "string"}),
            put(*INPUT, "properties", name, value={"type": "string"}),
        ),
        f"wire = {{'id': 1, {name!r}: 'x'}}\n"
        "assert models.Note.from_dict(wire).to_dict() == wire\n"
        "assert not models.Note.from_dict(wire).additional_properties\n"
        f"wire = {{{name!r}: 'x'}}\n"
        "assert models.NoteInput.from_dict(wire).to_dict() == wire\n",
    )


def test_accepts_members_that_differ_by_case(checkout: Checkout) -> None:
    """Two members that differ by case only are two attributes."""
    check_works(
        checkout,
        put(*NOTE, "properties", "Title", value={"type": "string"}),
        "wire = {'id': 1, 'title': 'x', 'Title': 'y'}\n"
        "assert models.Note.from_dict(wire).to_dict() == wire\n",
    )


@for_each("word", ["anyOf", "oneOf"])
@for_each(
    "schema, value",
    [
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "x"}),
        ({"type": "string", "enum": ["x", "y"]}, "x"),
        ({"type": "string", "format": "date"}, "2016-01-05"),
    ],
)
def test_accepts_reference_or_null(checkout: Checkout, word: str, schema: Any, value: Any) -> None:
    """A reference may be nullable by anyOf or oneOf with the type null."""
    check_works(
        checkout,
        all_of(
            put(*SCHEMAS, "Other", value=schema),
            put(*TITLE, value={word: [{"$ref": "#/components/schemas/Other"}, {"type": "null"}]}),
        ),
        f"wire = {{'id': 1, 'title': {value!r}}}\n"
        "assert models.Note.from_dict(wire).to_dict() == wire\n"
        "assert models.Note.from_dict({'id': 1, 'title': None}).title is None\n",
    )


@for_each(
    "schema, wire, expression",
    [
        ({"type": "string"}, "x", "'x'"),
        ({"type": "integer"}, 5, "5"),
        ({"type": "number"}, 1, "1"),
        ({"type": "boolean"}, False, "False"),
        ({"type": "string", "format": "date"}, "2016-01-05", "date(2016, 1, 5)"),
        (
            {"type": "string", "format": "date-time"},
            "2016-01-05T12:03:32Z",
            "datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)",
        ),
        ({"type": "string", "x-crmkit-format": "digits"}, "5", "5"),
        ({"type": "string", "x-crmkit-format": "mailbox"}, "A <a@b.c>", "Mailbox('a@b.c', 'A')"),
        (
            {"type": "string", "x-crmkit-separated": {"by": ";", "element": "text"}},
            "a;b",
            "['a', 'b']",
        ),
    ],
)
def test_returns_payload_of_any_kind(
    checkout: Checkout, schema: Any, wire: Any, expression: str
) -> None:
    """A payload is returned as the annotated type, or is an error."""
    check_works(
        checkout,
        put(*SCHEMAS, "Saved", "properties", "data", value=schema),
        f"answers[:] = [{wire!r}, {{}}]\n"
        f"value, expected = crm.notes.create(title='x'), {expression}\n"
        "assert (value, type(value)) == (expected, type(expected))\n"
        "try: crm.notes.create(title='x')\n"
        "except DecodeError as error: assert error.path == 'data', error.path\n"
        "else: raise AssertionError('an object was taken')\n",
    )


def test_accepts_operation_without_envelope(checkout: Checkout) -> None:
    """Without an envelope the payload is the whole reply."""

    def bare(tree: dict[str, Any]) -> None:
        del tree["x-crmkit-envelope"]
        schema = {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}
        at(tree, *LIST, "responses", "200", "content", "application/json")["schema"] = schema
        at(tree, *CREATE)["x-crmkit-envelope"] = "data"

    check_works(
        checkout,
        bare,
        "crm = Client(Vendor(), 'https://notes.mock.invalid', transport=httpx.MockTransport(\n"
        "    lambda request: httpx.Response(200, json=[{'id': 1}])))\n"
        "assert [note.id for note in crm.notes.list().take(1)] == [1]\n",
    )
