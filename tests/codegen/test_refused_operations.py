"""Operations that cannot become methods are refused with one line."""

from __future__ import annotations

from tests.codegen.checkout import Tree
from tests.codegen.invalid_documents import (
    BODY,
    CREATE,
    LIST,
    OBJECT,
    SCHEMAS,
    Case,
    Change,
    Refused,
    all_of,
    at,
    for_each,
    put,
    replaced,
    update,
    without,
)
from tests.codegen.schema_cases import listed

PAGE = (*LIST, "parameters", 0, "schema")
STRINGS = listed({"type": "string"})
ID = ("paths", "/notes/{id}", "put", "parameters", 0, "schema")


def operation(name: str) -> Tree:
    """Return an operation whose reply has no body."""
    return {
        "operationId": name,
        "tags": ["notes"],
        "summary": "Do it.",
        "responses": {"204": {"description": "Done."}},
    }


def renamed(tag: str) -> Change:
    """Return a change that renames the base document's only tag, also in the operationIds."""
    prefix = tag.lower().replace(" ", "_")
    return all_of(
        put("tags", 0, "name", value=tag),
        *(put(*place, "tags", value=[tag]) for place in (LIST, CREATE)),
        *(put(*place, "operationId", value=f"{prefix}_{place[-1]}") for place in (LIST, CREATE)),
    )


@for_each(
    Case("no operationId", without(*LIST, "operationId"), "GET /notes", "operationId.*such as"),
    Case("camel case", put(*LIST, "operationId", value="notesList"), "GET /notes", "snake_case"),
    Case(
        "with a hyphen", put(*LIST, "operationId", value="notes-list"), "GET /notes", "snake_case"
    ),
    Case(
        "twice",
        put(*CREATE, "operationId", value="notes_list"),
        "POST /notes",
        r"notes\.list.*GET /notes.*another operationId",
    ),
    Case(
        "a counterpart twice",
        all_of(
            put("paths", "/a", value={"post": operation("notes_list_post")}),
            put("paths", "/b", value={"post": operation("notes_list_post")}),
        ),
        "POST /b",
        "operationId of POST /a.*another operationId",
    ),
    Case("the resource's name", put(*CREATE, "operationId", value="notes"), "POST /notes", "notes"),
    Case("a keyword", put(*CREATE, "operationId", value="notes_import"), "POST /notes", "import"),
    Case(
        "the client's own", put(*CREATE, "operationId", value="request"), "POST /notes", "request"
    ),
    # Their classes would hide what the module of functions uses.
    Case("a builtin", put(*CREATE, "operationId", value="list"), "POST /notes", "list"),
    Case("an import", put(*CREATE, "operationId", value="codec"), "POST /notes", "codec"),
)
def test_rejects_operation_id_that_cannot_be_a_method(case: Case, refused: Refused) -> None:
    """An operationId is required, in snake_case, and must give a method name that is free."""
    refused(case)


@for_each(
    Case("no tag", without(*LIST, "tags"), "GET /notes", "tag.*give it one"),
    Case("two", put(*LIST, "tags", value=["notes", "more"]), "GET /notes", "2 tags.*give it one"),
    Case("undeclared", put(*LIST, "tags", value=["note"]), "GET /notes", "'note'.*add it to tags"),
    Case("with a space", renamed("my notes"), "", "my notes"),
    Case("upper case", renamed("Notes"), "", "Notes"),
    Case("a keyword", renamed("import"), "", "import"),
    Case("the client's own", renamed("close"), "", "close"),
)
def test_rejects_tag_that_cannot_be_a_resource(case: Case, refused: Refused) -> None:
    """An operation has one tag, which is declared and can name a resource."""
    refused(case)


@for_each(
    Case(
        "no success",
        put(*LIST, "responses", value={"404": {"description": "No."}}),
        "GET /notes",
        "2xx",
    ),
    Case("no JSON", replaced(("application/json", "text/csv")), "GET /notes", "application/json"),
    Case(
        "paging of a reply that is not a list",
        put(*CREATE, "x-crmkit-paging", value={"strategy": "none"}),
        "POST /notes",
        "x-crmkit-paging.*x-crmkit-envelope",
    ),
    Case(
        "paging that names no parameter",
        put(*LIST, "x-crmkit-paging", "size", value="limit"),
        "GET /notes",
        "'limit'.*parameter",
    ),
    Case(
        "changes of which the document does not say how they are sorted",
        put(*LIST, "x-crmkit-paging", "changes", value=True),
        "GET /notes",
        "x-crmkit-changes",
    ),
    Case(
        "an envelope without its member",
        put("x-crmkit-envelope", value="rows"),
        "GET /notes",
        "'rows'.*x-crmkit-envelope",
    ),
    Case(
        "a reference that leads nowhere",
        put(*LIST, "responses", "200", value={"$ref": "#/components/responses/No"}),
        "GET /notes",
        "#/components/responses/No leads nowhere",
    ),
)
def test_rejects_unusable_responses(case: Case, refused: Refused) -> None:
    """An operation documents its reply, the payload's place in it, and how a list is paged."""
    refused(case)


@for_each(
    Case("a body that is a string", put(*BODY, value={"type": "string"}), "POST /notes", "object"),
    Case("a body inline", put(*BODY, value=OBJECT), "POST /notes", "components/schemas"),
    Case(
        "a body without a media type",
        put(*CREATE, "requestBody", "content", value={}),
        "POST /notes",
        "application/json",
    ),
    Case(
        "a nullable parameter",
        put(*PAGE, "type", value=["integer", "null"]),
        "GET /notes.*page",
        "null",
    ),
    Case("a list of lists", put(*PAGE, value=listed(STRINGS)), "GET /notes.*page", "list"),
    Case(
        "a list in the path", all_of(update, put(*ID, value=STRINGS)), r"PUT /notes/\{id\}", "list"
    ),
    Case("no schema", without(*PAGE), "GET /notes.*page", "schema"),
    Case("an object", put(*PAGE, value=OBJECT), "GET /notes.*page", "object"),
    Case(
        "a path parameter that is not described",
        all_of(update, without("paths", "/notes/{id}", "put", "parameters")),
        r"PUT /notes/\{id\}",
        "parameter",
    ),
    Case(
        "a path parameter that is a member as well",
        all_of(
            update,
            put(*SCHEMAS, "NoteInput", "properties", "id", value={"type": "integer"}),
        ),
        r"PUT /notes/\{id\}|NoteInput",
        "'id'",
    ),
)
def test_rejects_unusable_requests(case: Case, refused: Refused) -> None:
    """Parameters are plain values, bodies are named objects, and argument names are unique."""
    refused(case)


NARROWS, REPLACE = "x-crmkit-narrows", "x-crmkit-replace"
PUT = ("paths", "/notes/{id}", "put")
PART = {"argument": "where", "items": "object"}


def update_and_read(tree: Tree) -> None:
    """Add an update with a path parameter, and the read of the same record."""
    update(tree)
    item = tree["paths"]["/notes/{id}"]
    item["get"] = {
        **item["put"],
        "operationId": "notes_get",
        "responses": {"204": {"description": "Nothing."}},
    }
    del item["get"]["requestBody"]


def narrower_list(tag: str, name: str = "more") -> Change:
    """Return what adds a list that narrows the one of notes.

    Args:
        tag: Its tag.
        name: Name of its path.
    """

    def change(tree: Tree) -> None:
        if tag not in [known["name"] for known in tree["tags"]]:
            tree["tags"].append({"name": tag, "description": "Further notes."})
        node = {"operationId": f"{tag}_list_{name}", "tags": [tag], NARROWS: "notes_list"}
        tree["paths"][f"/{name}"] = {"get": {**at(tree, *LIST), **node}}

    return change


@for_each(
    Case(
        "narrows an unknown operation",
        put(*LIST, NARROWS, value="notes_all"),
        "GET /notes",
        "no operation.*all",
    ),
    Case(
        "narrows an operation that is not a list",
        put(*LIST, NARROWS, value="notes_create"),
        "GET /notes",
        "for lists",
    ),
    Case("narrows itself", put(*LIST, NARROWS, value="notes_list"), "GET /notes", "narrow it once"),
    Case(
        "narrows a list of another tag", narrower_list("more"), "GET /more", "list of the same tag"
    ),
    Case(
        "narrows a list that another one narrows",
        all_of(narrower_list("notes", "mine"), narrower_list("notes", "yours")),
        "GET /(mine|yours)",
        "narrow it once",
    ),
    Case(
        "replaces without a read",
        all_of(update, put(*PUT, REPLACE, value="notes_get")),
        r"PUT /notes/\{id\}",
        "no operation.*notes_get",
    ),
    Case(
        "replaces with the read of another path",
        all_of(update, put(*PUT, REPLACE, value="notes_list")),
        r"PUT /notes/\{id\}",
        "same path parameters",
    ),
    Case(
        "replaces without a read schema",
        all_of(update_and_read, put(*PUT, REPLACE, value="notes_get")),
        "NoteInput",
        "x-crmkit-read-schema",
    ),
    Case(
        "replaces without a body",
        all_of(
            update_and_read, put(*PUT, REPLACE, value="notes_get"), without(*PUT, "requestBody")
        ),
        r"PUT /notes/\{id\}",
        "body",
    ),
    Case(
        "a setting in the query",
        put(*LIST, "parameters", 0, "x-crmkit-setting", value="page"),
        "GET /notes.*page",
        "path parameters",
    ),
    Case(
        "parts that differ",
        all_of(
            put(*LIST, "parameters", 0, "x-crmkit-part-of", value=PART),
            put(*LIST, "parameters", 1, "x-crmkit-part-of", value={**PART, "items": "text"}),
        ),
        "GET /notes.*size",
        "other items",
    ),
)
def test_rejects_invalid_relation_between_operations(case: Case, refused: Refused) -> None:
    """An operation that narrows or replaces names a suitable one; settings and parts agree."""
    refused(case)
