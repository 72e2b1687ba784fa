"""Schemas and vendor extensions that the emitters do not know are refused in one line."""

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
    Refused,
    Spoil,
    added,
    all_of,
    for_each,
    put,
    query,
    without,
)

HERE = "Note/properties/title"
FORM = r".*CONTRIBUTING\.md"
TEXT = {"type": "string"}
SECONDS = {"type": "integer", "x-crmkit-format": "unix"}
MAP = {"type": "object", "additionalProperties": TEXT}
REF = {"$ref": "#/components/schemas/Note"}
BARS = {**TEXT, "x-crmkit-separated": {"by": ";", "element": "text"}}
BY_SEMICOLON = {"by": ";", "element": "text"}


def items(schema: Mapping[str, object]) -> Spoil:
    """Return what makes the title a list of something."""
    return put(*TITLE, value={"type": "array", "items": schema})


def either(*schemas: Mapping[str, object]) -> Spoil:
    """Return what makes the title one of several forms."""
    return put(*TITLE, value={"anyOf": list(schemas)})


def by_comma(element: str) -> dict[str, object]:
    """Return a text that holds a list, separated by commas."""
    between = {"between": "|"} if element[0].isupper() else {}
    return {**TEXT, "x-crmkit-separated": {"by": ",", "element": element, **between}}


def enum(*values: object, type_: str = "string") -> Spoil:
    """Return what makes the title an enum with a name of its own."""
    return all_of(
        put(*SCHEMAS, "Rank", value={"type": type_, "enum": list(values)}),
        put(*TITLE, value={"$ref": "#/components/schemas/Rank"}),
    )


@for_each(
    Case("unknown", put("x-crmkit-sorted", value=True), "top", "x-crmkit-sorted.*there are"),
    Case("somebody else's", put(*LIST, "x-internal", value=True), "/notes/get", "x-internal"),
    Case("misspelt", put(*TITLE, "x-crmkit-seperated", value={}), HERE, "x-crmkit-seperated"),
    Case(
        "another element",
        put(*TITLE, "x-crmkit-separated", value={"by": ";", "element": "number"}),
        HERE,
        f"x-crmkit-separated{FORM}",
    ),
    Case(
        "an unknown strategy",
        put(*LIST, "x-crmkit-paging", "strategy", value="cursor"),
        "/notes/get",
        f"x-crmkit-paging{FORM}",
    ),
    Case(
        "a page size of 0",
        put(*LIST, "x-crmkit-paging", "default_size", value=0),
        "/notes/get",
        FORM,
    ),
    Case("an unknown format", put(*TITLE, "x-crmkit-format", value="roman"), HERE, f"format{FORM}"),
    Case("an empty alias", put(*TITLE, "x-crmkit-alias", value=[]), HERE, f"alias{FORM}"),
    Case(
        "an effect that is none", put(*LIST, "x-crmkit-effect", value="maybe"), "/notes/get", FORM
    ),
    Case(
        "an envelope with a gap", put(*LIST, "x-crmkit-envelope", value="a..b"), "/notes/get", FORM
    ),
    Case("evidence as a sentence", put(*LIST, "x-crmkit-evidence", value=["I say"]), "/get", FORM),
    Case("evidence as a text", put(*LIST, "x-crmkit-evidence", value="page: N"), "/get", FORM),
    Case("evidence without words", put(*LIST, "x-crmkit-evidence", value=["page: "]), "/get", FORM),
    Case("an open enum: false", put(*TITLE, "x-crmkit-open-enum", value=False), HERE, FORM),
    Case(
        "an open enum without values",
        put(*TITLE, "x-crmkit-open-enum", value=True),
        HERE,
        "anyOf with an enum",
    ),
)
def test_an_extension_that_nobody_knows_is_refused(case: Case, refused: Refused) -> None:
    """A vendor extension is one of those in CONTRIBUTING.md, in the form that stands there."""
    refused(case)


@for_each(
    Case(
        "separators in a number",
        put(*TITLE, value={"type": "integer", "x-crmkit-separated": BY_SEMICOLON}),
        HERE,
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
        HERE,
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
def test_an_extension_where_it_means_nothing_is_refused(case: Case, refused: Refused) -> None:
    """A vendor extension stands where CONTRIBUTING.md says it may; elsewhere it would be lost."""
    refused(case)


@for_each(
    Case(
        "to nowhere",
        put(*TITLE, value={"$ref": "#/components/schemas/No"}),
        HERE,
        "leads nowhere.*name a",
    ),
    Case(
        "to another file",
        put(*TITLE, value={"$ref": "other.yaml#/No"}),
        HERE,
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
def test_a_reference_that_leads_to_nothing_is_refused(case: Case, refused: Refused) -> None:
    """A reference leads to a component of the same document."""
    refused(case)


@for_each(
    Case("an object inline", put(*TITLE, value=OBJECT), HERE, "inline.*components/schemas"),
    Case("an enum inline", put(*TITLE, "enum", value=["a"]), HERE, "inline.*components/schemas"),
    Case(
        "an enum of both", enum(1, "a", type_="integer"), HERE + "|Rank", "values that are not int"
    ),
    Case("values that differ by case", enum("a", "A"), HERE + "|Rank", "'A'|'a'"),
    Case("values that make one name", enum("a b", "a-b"), HERE + "|Rank", "'a.b'"),
    Case(
        "two kinds of text", either(TEXT, {**TEXT, "x-crmkit-format": "dmy"}), HERE, "are strings"
    ),
    Case("two kinds of number", either({"type": "integer"}, SECONDS), HERE, "are numbers"),
    Case("two maps", either(MAP, {"type": "object"}), HERE, "are objects|inline"),
    Case(
        "objects alike", either(REF, {"$ref": "#/components/schemas/Saved"}), HERE, "tells.*const"
    ),
    Case("a union of nothing", either({"type": "null"}), HERE, "without members.*besides null"),
    Case("allOf", put(*NOTE, "allOf", value=[OBJECT]), "schemas/Note", "allOf.*write the members"),
    Case("allOf at a member", put(*TITLE, value={"allOf": [{"type": "string"}]}), HERE, "type"),
    Case("an unknown type", put(*TITLE, "type", value="text"), HERE, "'text'|type text"),
    Case("no type", put(*TITLE, value={"minLength": 1}), HERE, "type"),
    Case("a list of lists in texts", items(BARS), f"{HERE}/items", "separated.*plain"),
    Case("a map inline", put(*TITLE, value=MAP), HERE, "inline.*components/schemas"),
    Case(
        "a format at another type",
        put(*TITLE, "x-crmkit-format", value="unix"),
        HERE,
        "is on string.*integers",
    ),
    Case("labels by commas", put(*TITLE, value=by_comma("labeled")), HERE, "labeled.*by ','.*';'"),
    Case("elements of no schema", put(*TITLE, value=by_comma("No")), HERE, "no schema No"),
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
def test_a_schema_that_the_emitter_does_not_know_is_refused(case: Case, refused: Refused) -> None:
    """A schema is one of the kinds that decoders and encoders are emitted for."""
    refused(case)


def model(name: str) -> Spoil:
    """Return what gives the input model another name."""
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
        "two members of one Python name",
        put(*NOTE, "properties", "$id", value={"type": "string"}),
        "schemas/Note",
        "id",
    ),
    Case("a model in small letters", model("note_input"), "note_input", "note_input|NoteInput"),
    Case("a model called like its resource", model("Notes"), "Notes", "Notes"),
    Case("a model called like an import", model("Options"), "Options", "Options"),
    Case("a model called like a type", model("Any"), "Any", "Any"),
)
def test_a_name_that_is_taken_is_refused(case: Case, refused: Refused) -> None:
    """Names that emitted code uses itself are free: none of the document's may hide them."""
    refused(case)
