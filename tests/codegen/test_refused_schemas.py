"""Schemas and extensions that the generator does not support are refused with one line."""

from __future__ import annotations

from collections.abc import Mapping

from tests.codegen.invalid_documents import (
    BODY,
    INPUT,
    LIST,
    NOTE,
    OBJECT,
    SCHEMAS,
    TITLE,
    Case,
    Change,
    Refused,
    added,
    all_of,
    for_each,
    put,
    query,
    without,
)

TITLE_PLACE = "Note/properties/title"
SEE_DOCS = r".*CONTRIBUTING\.md"
STRING = {"type": "string"}
SECONDS = {"type": "integer", "x-crmkit-format": "unix"}
MAP = {"type": "object", "additionalProperties": STRING}
REF = {"$ref": "#/components/schemas/Note"}
SEPARATED = {**STRING, "x-crmkit-separated": {"by": ";", "element": "text"}}
BY_SEMICOLON = {"by": ";", "element": "text"}


def items(schema: Mapping[str, object]) -> Change:
    """Return a change that makes the title a list."""
    return put(*TITLE, value={"type": "array", "items": schema})


def either(*schemas: Mapping[str, object]) -> Change:
    """Return a change that makes the title a union."""
    return put(*TITLE, value={"anyOf": list(schemas)})


def by_comma(element: str) -> dict[str, object]:
    """Return a string with a list in it, separated by commas."""
    between = {"between": "|"} if element[0].isupper() else {}
    return {**STRING, "x-crmkit-separated": {"by": ",", "element": element, **between}}


def enum(*values: object, type_: str = "string") -> Change:
    """Return a change that makes the title a named enum."""
    return all_of(
        put(*SCHEMAS, "Rank", value={"type": type_, "enum": list(values)}),
        put(*TITLE, value={"$ref": "#/components/schemas/Rank"}),
    )


@for_each(
    Case("unknown", put("x-crmkit-sorted", value=True), "top", "x-crmkit-sorted.*there are"),
    Case("of another project", put(*LIST, "x-internal", value=True), "/notes/get", "x-internal"),
    Case(
        "misspelled", put(*TITLE, "x-crmkit-seperated", value={}), TITLE_PLACE, "x-crmkit-seperated"
    ),
    Case(
        "another element",
        put(*TITLE, "x-crmkit-separated", value={"by": ";", "element": "number"}),
        TITLE_PLACE,
        f"x-crmkit-separated{SEE_DOCS}",
    ),
    Case(
        "an unknown strategy",
        put(*LIST, "x-crmkit-paging", "strategy", value="cursor"),
        "/notes/get",
        f"x-crmkit-paging{SEE_DOCS}",
    ),
    Case(
        "a page size of 0",
        put(*LIST, "x-crmkit-paging", "default_size", value=0),
        "/notes/get",
        SEE_DOCS,
    ),
    Case(
        "an unknown format",
        put(*TITLE, "x-crmkit-format", value="roman"),
        TITLE_PLACE,
        f"format{SEE_DOCS}",
    ),
    Case(
        "an empty alias", put(*TITLE, "x-crmkit-alias", value=[]), TITLE_PLACE, f"alias{SEE_DOCS}"
    ),
    Case("an unknown effect", put(*LIST, "x-crmkit-effect", value="maybe"), "/notes/get", SEE_DOCS),
    Case(
        "an envelope with an empty name",
        put(*LIST, "x-crmkit-envelope", value="a..b"),
        "/notes/get",
        SEE_DOCS,
    ),
    Case(
        "evidence without a kind",
        put(*LIST, "x-crmkit-evidence", value=["I say"]),
        "/get",
        SEE_DOCS,
    ),
    Case(
        "evidence as a string", put(*LIST, "x-crmkit-evidence", value="page: N"), "/get", SEE_DOCS
    ),
    Case(
        "evidence without words",
        put(*LIST, "x-crmkit-evidence", value=["page: "]),
        "/get",
        SEE_DOCS,
    ),
    Case(
        "an open enum: false", put(*TITLE, "x-crmkit-open-enum", value=False), TITLE_PLACE, SEE_DOCS
    ),
    Case(
        "an open enum without values",
        put(*TITLE, "x-crmkit-open-enum", value=True),
        TITLE_PLACE,
        "anyOf with an enum",
    ),
)
def test_rejects_unknown_or_malformed_extension(case: Case, refused: Refused) -> None:
    """An extension is one of those in CONTRIBUTING.md, with the values documented there."""
    refused(case)


@for_each(
    Case(
        "separators in a number",
        put(*TITLE, value={"type": "integer", "x-crmkit-separated": BY_SEMICOLON}),
        TITLE_PLACE,
        "x-crmkit-separated",
    ),
    Case(
        "paging at a schema",
        put(*NOTE, "x-crmkit-paging", value={"strategy": "none"}),
        "Note",
        "x-crmkit-paging",
    ),
    Case(
        "an envelope at a member",
        put(*TITLE, "x-crmkit-envelope", value="data"),
        TITLE_PLACE,
        "x-crmkit-envelope",
    ),
    Case(
        "an alias at an operation",
        put(*LIST, "x-crmkit-alias", value=["a"]),
        "/notes",
        "x-crmkit-alias",
    ),
    Case(
        "an effect at a parameter",
        put(*LIST, "parameters", 0, "x-crmkit-effect", value="read"),
        "/notes",
        "x-crmkit-effect",
    ),
    Case("an open enum at an object", put(*NOTE, "x-crmkit-open-enum", value=True), "Note", "enum"),
)
def test_rejects_misplaced_extension(case: Case, refused: Refused) -> None:
    """An extension is where CONTRIBUTING.md allows it; elsewhere it would have no effect."""
    refused(case)


@for_each(
    Case(
        "to nowhere",
        put(*TITLE, value={"$ref": "#/components/schemas/No"}),
        TITLE_PLACE,
        "leads nowhere.*name a",
    ),
    Case(
        "to another file",
        put(*TITLE, value={"$ref": "other.yaml#/No"}),
        TITLE_PLACE,
        r"other\.yaml.*name a",
    ),
    Case(
        "to itself",
        put(*NOTE, value={"$ref": "#/components/schemas/Note"}),
        "GET /notes",
        "itself.*break",
    ),
    Case(
        "in a circle",
        all_of(
            put(*NOTE, value={"$ref": "#/components/schemas/Other"}),
            put(*SCHEMAS, "Other", value={"$ref": "#/components/schemas/Note"}),
        ),
        "GET /notes",
        "itself.*break",
    ),
)
def test_rejects_broken_reference(case: Case, refused: Refused) -> None:
    """A reference leads to a component of the same document."""
    refused(case)


@for_each(
    Case("an object inline", put(*TITLE, value=OBJECT), TITLE_PLACE, "inline.*components/schemas"),
    Case(
        "an enum inline",
        put(*TITLE, "enum", value=["a"]),
        TITLE_PLACE,
        "inline.*components/schemas",
    ),
    Case(
        "an enum of mixed types",
        enum(1, "a", type_="integer"),
        TITLE_PLACE + "|Rank",
        "values that are not int",
    ),
    Case("values that differ by case", enum("a", "A"), TITLE_PLACE + "|Rank", "'A'|'a'"),
    Case("values with the same name", enum("a b", "a-b"), TITLE_PLACE + "|Rank", "'a.b'"),
    Case(
        "two string formats",
        either(STRING, {**STRING, "x-crmkit-format": "dmy"}),
        TITLE_PLACE,
        "are strings",
    ),
    Case("two number formats", either({"type": "integer"}, SECONDS), TITLE_PLACE, "are numbers"),
    Case("two maps", either(MAP, {"type": "object"}), TITLE_PLACE, "are objects|inline"),
    Case(
        "objects without a discriminator",
        either(REF, {"$ref": "#/components/schemas/Saved"}),
        TITLE_PLACE,
        "tells.*const",
    ),
    Case(
        "a union of nothing", either({"type": "null"}), TITLE_PLACE, "without members.*besides null"
    ),
    Case("allOf", put(*NOTE, "allOf", value=[OBJECT]), "schemas/Note", "allOf.*write the members"),
    Case(
        "allOf at a member", put(*TITLE, value={"allOf": [{"type": "string"}]}), TITLE_PLACE, "type"
    ),
    Case("an unknown type", put(*TITLE, "type", value="text"), TITLE_PLACE, "'text'|type text"),
    Case("no type", put(*TITLE, value={"minLength": 1}), TITLE_PLACE, "type"),
    Case(
        "a list of strings with lists", items(SEPARATED), f"{TITLE_PLACE}/items", "separated.*plain"
    ),
    Case("a map inline", put(*TITLE, value=MAP), TITLE_PLACE, "inline.*components/schemas"),
    Case(
        "a format at another type",
        put(*TITLE, "x-crmkit-format", value="unix"),
        TITLE_PLACE,
        "is on string.*integers",
    ),
    Case(
        "labeled values by commas",
        put(*TITLE, value=by_comma("labeled")),
        TITLE_PLACE,
        "labeled.*by ','.*';'",
    ),
    Case(
        "elements of an unknown schema",
        put(*TITLE, value=by_comma("No")),
        TITLE_PLACE,
        "no schema No",
    ),
    Case("open elements", put(*TITLE, value=by_comma("NoteInput")), "NoteInput", "'title'.*string"),
    Case(
        "required but missing",
        added(*NOTE, "required", value="rank"),
        "schemas/Note",
        "'rank'.*describe",
    ),
    Case(
        "read and written",
        put(*BODY, "$ref", value="#/components/schemas/Note"),
        "schemas/Note",
        "both read and written.*two schemas",
    ),
)
def test_rejects_unsupported_schema(case: Case, refused: Refused) -> None:
    """A schema is one that decoders and encoders can be generated for."""
    refused(case)


def model(name: str) -> Change:
    """Return a change that renames the input model."""
    return all_of(
        put(*SCHEMAS, name, value=OBJECT),
        put(*BODY, "$ref", value=f"#/components/schemas/{name}"),
        without(*INPUT),
    )


@for_each(
    *(
        Case(
            f"a member {name}",
            put(*INPUT, "properties", name, value={"type": "string"}),
            "NoteInput",
            rf"'{name}_?'",
        )
        for name in ("options", "extra", "input", "to_dict", "from_dict", "additional_properties")
    ),
    *(
        Case(
            f"a parameter {name}", added(*LIST, "parameters", value=query(name)), "GET /notes", name
        )
        for name in ("options", "start", "page_size")
    ),
    Case(
        "two members with the same Python name",
        put(*NOTE, "properties", "$id", value={"type": "string"}),
        "schemas/Note",
        "id",
    ),
    Case("a model in lower case", model("note_input"), "note_input", "note_input|NoteInput"),
    Case("a model called like its resource", model("Notes"), "Notes", "Notes"),
    Case("a model called like an import", model("Options"), "Options", "Options"),
    Case("a model called like a type", model("Any"), "Any", "Any"),
)
def test_rejects_reserved_name(case: Case, refused: Refused) -> None:
    """A name in the document must not hide a name that generated code uses."""
    refused(case)
