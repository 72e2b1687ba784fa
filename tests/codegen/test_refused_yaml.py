"""Documents that are not valid YAML, JSON or OpenAPI are refused with one line."""

from __future__ import annotations

from tests.codegen.invalid_documents import (
    CREATE,
    LIST,
    NOTE,
    TITLE,
    Case,
    Refused,
    added,
    for_each,
    put,
    replaced,
    whole_text,
    without,
)


@for_each(
    Case("broken YAML", whole_text("openapi: 3.1.0\npaths: {a: [1\n"), "line 3", "correct"),
    Case("a tab", whole_text("openapi: 3.1.0\ninfo:\n\ttitle: x\n"), "line 3", "correct"),
    Case("a YAML tag", replaced(("Notes API", "!python/name:os.system")), "line 3", "correct"),
    Case("a control character", replaced(("Notes API", "Notes \x01")), "read", "control.*correct"),
    Case("a key twice", replaced(("version:", "title: again\n  version:")), "line 4", "title"),
    Case("a number as a key", replaced(("'200':", "200:")), r"line \d+", "200.*quote"),
    Case("a date as a key", replaced(("'200':", "2026-01-01:")), r"line \d+", "quote"),
    Case("a boolean as a key", replaced(("title: Notes", "on: Notes")), "line 3", "quote"),
    Case("a date", replaced(("version: '1'", "version: 2026-01-01")), "info/version", "quote"),
    Case("NaN", put(*TITLE, "maxLength", value=float("nan")), "title/maxLength", ""),
    Case("an infinite number", put(*TITLE, "maxLength", value=float("inf")), "title/maxLength", ""),
    Case("a list", whole_text("- openapi\n"), "openapi", r"3\.1"),
    Case("an empty file", whole_text(""), "openapi", r"3\.1"),
    Case("another version", put("openapi", value="3.0.3"), "openapi", r"3\.1\.0"),
    Case("a version that is a number", put("openapi", value=3.1), "openapi", r"3\.1\.0"),
    Case("no version", without("openapi"), "openapi", r"3\.1\.0"),
)
def test_rejects_invalid_yaml(case: Case, refused: Refused) -> None:
    """YAML that cannot be read, or that parsers read differently, is refused with its line."""
    refused(case)


@for_each(
    Case("no info", without("info"), "info", "title"),
    Case("no title", without("info", "title"), "info", "title"),
    Case("no version", without("info", "version"), "info", "version"),
    Case("no paths", without("paths"), "paths", "operation"),
    Case("empty paths", put("paths", value={}), "paths", "operation"),
    Case("paths that are an array", put("paths", value=[]), "paths", "operation"),
    Case("a path without operations", put("paths", "/empty", value=None), "/empty", ""),
    Case(
        "parameters of a path that are null",
        put("paths", "/notes", "parameters", value=None),
        "^/notes",
        "paramet",
    ),
    Case("tags that are strings", put("tags", value=["notes"]), "tags", "name"),
    Case("a tag without a description", without("tags", 0, "description"), "tag", "description"),
    Case(
        "tags of an operation as a string",
        put(*LIST, "tags", value="notes"),
        "GET /notes",
        "array|list",
    ),
    Case("parameters that are null", put(*LIST, "parameters", value=None), "GET /notes", "paramet"),
    Case(
        "a parameter without a name",
        added(*LIST, "parameters", value={"in": "query"}),
        "GET /notes",
        "name",
    ),
    Case(
        "a parameter without a place",
        added(*LIST, "parameters", value={"name": "a", "schema": {"type": "string"}}),
        "GET /notes",
        "in\\b",
    ),
    Case("responses that are null", put(*LIST, "responses", value=None), "GET /notes", "respons"),
    Case(
        "a response without a description",
        put(*LIST, "responses", "404", value={}),
        "GET /notes",
        "descri",
    ),
    Case("an operation without a summary", without(*CREATE, "summary"), "POST /notes", "summary"),
    Case(
        "properties that are null", put(*NOTE, "properties", value=None), "schemas/Note", "propert"
    ),
    Case("a schema that is null", put(*NOTE, value=None), "Note|GET /notes", "Note"),
    Case(
        "a reference that is a number",
        put(*TITLE, value={"$ref": 5}),
        "Note/properties/title",
        "ref",
    ),
)
def test_rejects_invalid_openapi(case: Case, refused: Refused) -> None:
    """A document without what OpenAPI or the generator requires is refused with the place."""
    refused(case)
