"""A document with every kind of value that the generator supports, in every variant."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.codegen.checkout import Tree

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """Return an array."""
    return {"type": "array", "items": items}


def separated(element: str, by: str = ";", **more: str) -> Schema:
    """Return a string with a list in it."""
    return {"type": "string", "x-crmkit-separated": {"by": by, "element": element, **more}}


def formatted(name: str, type_: str | list[str] = "string") -> Schema:
    """Return a value in a vendor's format."""
    return {"type": type_, "x-crmkit-format": name}


def schemas_by_kind(part: str) -> dict[str, Schema]:
    """Return a schema of every kind, by name.

    Args:
        part: Name of the nested model, which differs between reading and writing.
    """
    return {
        "str": {"type": "string"},
        "int": {"type": "integer"},
        "float": {"type": "number"},
        "bool": {"type": "boolean"},
        "datetime": {"type": "string", "format": "date-time"},
        "date": {"type": "string", "format": "date"},
        "digits": formatted("digits"),
        "mailbox": formatted("mailbox"),
        "unix": formatted("unix", "integer"),
        "dmy": formatted("dmy"),
        "bit": formatted("bit", "integer"),
        "country": formatted("country"),
        "espo_datetime": formatted("espo_datetime"),
        "decimal": formatted("decimal", ["number", "string"]),
        "scalars": {"type": ["string", "number"]},
        "union": {"anyOf": [{"type": "string"}, listed({"type": "integer"}), ref(part)]},
        "map": ref("StringMap"),
        "comma_separated": separated("text", ","),
        "dates": listed({"type": "string", "format": "date"}),
        "nested_lists": listed(listed({"type": "integer"})),
        "optional_items": listed({"type": ["string", "null"]}),
        "enum": ref("Color"),
        "open_enum": ref("Mood"),
        "semicolon_separated": separated("text"),
        "labeled_values": separated("labeled"),
        "mailboxes": separated("mailbox"),
        "model": ref(part),
        "models": listed(ref(part)),
        "strings": listed({"type": "string"}),
        "ints": listed({"type": "integer"}),
        "floats": listed({"type": "number"}),
        "bools": listed({"type": "boolean"}),
        "enums": listed(ref("Color")),
        "open_enums": listed(ref("Mood")),
    }


INTEGER = {"type": "integer"}
NULL = {"type": "null"}


class Variant(NamedTuple):
    """Whether a member is required, and whether it may be null."""

    suffix: str
    required: bool
    nullable: bool


VARIANTS = (
    Variant("required", required=True, nullable=False),
    Variant("required_nullable", required=True, nullable=True),
    Variant("optional", required=False, nullable=False),
    Variant("optional_nullable", required=False, nullable=True),
)


class Member(NamedTuple):
    """A member of Everything and EverythingInput."""

    wire: str
    kind: str
    required: bool
    nullable: bool


MEMBERS = [
    Member(f"{kind}_{variant.suffix}", kind, variant.required, variant.nullable)
    for kind in schemas_by_kind("")
    for variant in VARIANTS
]

#: Member names that are keywords, builtins or not identifiers.
ODD = ("type", "from", "class", "id", "list", "None", "self", "fullName", "T-shirt size")


def or_null(schema: Schema) -> Schema:
    """Return a nullable schema; for a reference, one to the nullable schema."""
    if "$ref" in schema:
        return {"$ref": f"{schema['$ref']}OrNull"}
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], NULL]}
    types = schema["type"]
    return {**schema, "type": [*types, "null"] if isinstance(types, list) else [types, "null"]}


def model(part: str) -> Schema:
    """Return an object with a member of every kind in every variant."""
    known = schemas_by_kind(part)
    properties = {
        member.wire: or_null(known[member.kind]) if member.nullable else known[member.kind]
        for member in MEMBERS
    }
    return {
        "type": "object",
        "description": "One of everything.",
        "required": [member.wire for member in MEMBERS if member.required],
        "properties": properties,
    }


def part(*, nullable: bool = False) -> Schema:
    """Return a small object."""
    return {
        "type": ["object", "null"] if nullable else "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "day": {"type": "string", "format": "date"}},
    }


def odd(*, required: bool) -> Schema:
    """Return an object with odd names."""
    return {
        "type": "object",
        "required": [*ODD] if required else [],
        "properties": {name: {"type": "string"} for name in ODD},
    }


def loose() -> Schema:
    """Return an object with members of any type, aliases and free objects."""
    return {
        "type": "object",
        "required": ["anything"],
        "properties": {
            "anything": {"description": "Any value."},
            "undescribed": {},
            "new_name": {"type": ["string", "null"], "x-crmkit-alias": ["old_name", "oldest_name"]},
            "free": ref("Free"),
            "inline": {"type": "object"},
            "anythings": listed({}),
            "blank_date": {"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]},
        },
    }


def pet(kind: bool | str, **members: Schema) -> Schema:
    """Return an object that its member `tame` distinguishes from others."""
    return {
        "type": "object",
        "required": ["tame", *members],
        "properties": {"tame": {"const": kind}, **members},
    }


def lenient() -> Schema:
    """Return an input whose members servers accept in several formats."""
    digits = {"type": "string", "pattern": "^[0-9]+$"}
    integer, string, flag = {"type": "integer"}, {"type": "string"}, {"type": "boolean"}
    return {
        "type": "object",
        "properties": {
            "count": {"anyOf": [integer, digits, NULL]},
            "counts": listed({"anyOf": [integer, digits]}),
            "ratio": {"anyOf": [{"type": "number"}, string]},
            "flag": {"anyOf": [flag, integer, digits]},
            "due": {
                "anyOf": [
                    {"type": "string", "format": "date"},
                    {"type": "string", "format": "date-time"},
                    string,
                ]
            },
            "phones": separated("PhoneInput", ",", between="|"),
            "upload": {"type": "string", "format": "binary"},
            "made": {"type": "string", "readOnly": True},
            "zip_code": {"type": "string", "x-crmkit-name": "zip"},
            "stage": {"type": "integer", "enum": [10, 25, 50], "description": "How far it is."},
        },
    }


def schemas() -> dict[str, Schema]:
    """Return all schemas."""
    return {
        "StringMap": {"type": "object", "additionalProperties": {"type": "string"}},
        "StringMapOrNull": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        "Years": {
            "anyOf": [
                {"$ref": "#/components/schemas/YearMap"},
                {"type": "array", "maxItems": 0, "items": {}},
            ]
        },
        "YearMap": {
            "type": "object",
            "additionalProperties": listed({"type": ["string", "null"], "format": "date"}),
        },
        "Noise": {
            "anyOf": [
                {"type": "string", "enum": ["calm", "loud"]},
                {"type": "string"},
                listed({"type": "string"}),
            ],
            "x-crmkit-open-enum": True,
        },
        "Dog": pet(kind=True, name={"type": "string"}),
        "Wolf": pet(kind=False, pack=listed(ref("Wolf"))),
        "Zoo": {
            "type": "object",
            "required": ["star", "animals", "births"],
            "properties": {
                "star": {"anyOf": [ref("Dog"), ref("Wolf")]},
                "animals": listed({"anyOf": [ref("Dog"), ref("Wolf"), {"type": "string"}]}),
                "births": ref("Years"),
                "noises": ref("Noise"),
                "password": {"type": "string", "writeOnly": True},
            },
        },
        "PhoneInput": {
            "type": "object",
            "required": ["type", "number"],
            "properties": {"type": ref("Mood"), "number": {"type": "string"}},
        },
        "LenientInput": lenient(),
        "Color": {"type": "string", "enum": ["red", "green", "deep blue"]},
        "Mood": {
            "anyOf": [{"type": "string", "enum": ["glad", "sad"]}, {"type": "string"}],
            "x-crmkit-open-enum": True,
        },
        "ColorOrNull": {"type": ["string", "null"], "enum": ["red", "green", None]},
        "MoodOrNull": {
            "anyOf": [{"type": "string", "enum": ["glad", "sad"]}, {"type": "string"}, NULL],
            "x-crmkit-open-enum": True,
        },
        "Part": part(),
        "PartInput": part(),
        "PartOrNull": part(nullable=True),
        "PartInputOrNull": part(nullable=True),
        "Everything": model("Part"),
        "EverythingInput": model("PartInput"),
        "Odd": odd(required=True),
        "OddInput": odd(required=False),
        "Loose": loose(),
        "Free": {"type": "object", "description": "Any members."},
        "Sealed": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}},
            "additionalProperties": False,
        },
        "Branch": {
            "type": "object",
            "required": ["name", "twigs"],
            "properties": {
                "name": {"type": "string"},
                "trunk": ref("Branch"),
                "twigs": listed(ref("Branch")),
                "leaf": ref("Leaf"),
            },
        },
        "Leaf": {"type": "object", "properties": {"branch": ref("Branch")}},
    }


def json_body(schema: Schema) -> Schema:
    """Return content that is JSON."""
    return {"content": {"application/json": {"schema": schema}}}


def answer(schema: Schema | None = None, status: str = "200") -> Schema:
    """Return responses with one successful reply."""
    return {status: {"description": "Done.", **(json_body(schema) if schema else {})}}


def wrapped(**members: Schema) -> Schema:
    """Return an envelope."""
    return {"type": "object", "properties": members}


def operation(name: str, tag: str, responses: Schema, **more: Any) -> Schema:
    """Return an operation."""
    return {
        "operationId": name,
        "tags": [tag],
        "summary": f"Do {name.replace('_', ' ')}.",
        **more,
        "responses": responses,
    }


def parameter(name: str, place: str = "query", **schema: Any) -> Schema:
    """Return a parameter, a string by default."""
    described = {"name": name, "in": place, "schema": schema or {"type": "string"}}
    return {**described, "required": True} if place == "path" else described


THINGS = wrapped(
    data=listed(ref("Everything")),
    meta=wrapped(total=INTEGER, last=INTEGER),
)


def paths() -> dict[str, Schema]:
    """Return all operations."""
    thing_id = parameter("thing_id", "path", type="integer")
    return {
        "/things": {
            "get": operation(
                "things_list",
                "things",
                answer(THINGS),
                **{
                    "x-crmkit-paging": {
                        "strategy": "page",
                        "number": "page",
                        "size": "size",
                        "default_size": 2,
                        "total": "meta.total",
                        "last": "meta.last",
                    }
                },
                parameters=[
                    parameter("page", type="integer"),
                    parameter("size", type="integer"),
                    parameter("text_filter"),
                    parameter("type"),
                    parameter("from", type="string", format="date"),
                    parameter("since", type="string", format="date-time"),
                    parameter("heavy", type="boolean"),
                    parameter("ratio", type="number"),
                ],
            ),
            "post": operation(
                "things_create",
                "things",
                answer(wrapped(data=wrapped(id=INTEGER))),
                **{"x-crmkit-envelope": "data.id"},
                requestBody=json_body(ref("EverythingInput")),
            ),
        },
        "/things/{thing_id}": {
            "get": operation(
                "things_get",
                "things",
                answer(wrapped(data=ref("Everything"))),
                parameters=[thing_id],
            ),
            "put": operation(
                "things_update",
                "things",
                answer(wrapped(data=ref("Odd"))),
                parameters=[thing_id],
                requestBody=json_body(ref("OddInput")),
            ),
            "delete": operation("things_delete", "things", answer(), parameters=[thing_id]),
        },
        "/things/{thing_id}/touch": {
            "post": operation("things_touch", "things", answer(status="204"), parameters=[thing_id])
        },
        "/things/search": {
            "get": operation(
                "things_search",
                "things",
                answer(wrapped(data=listed(ref("Loose")), total=INTEGER)),
                **{
                    "x-crmkit-paging": {
                        "strategy": "offset",
                        "number": "offset",
                        "size": "limit",
                        "total": "total",
                    }
                },
                parameters=[
                    parameter("offset", type="integer"),
                    parameter("limit", type="integer"),
                ],
            )
        },
        "/zoo": {
            "get": operation("branches_zoo", "branches", answer(wrapped(data=ref("Zoo")))),
            "put": operation(
                "branches_feed", "branches", answer(), requestBody=json_body(ref("LenientInput"))
            ),
        },
        "/things/sealed": {
            "get": operation("things_sealed", "things", answer(wrapped(data=ref("Sealed"))))
        },
        "/branches": {
            "get": operation(
                "branches_list",
                "branches",
                answer(wrapped(data=listed(ref("Branch")))),
                **{"x-crmkit-paging": {"strategy": "none"}},
            )
        },
        "/branches/names": {
            "get": operation(
                "branches_names",
                "branches",
                answer(wrapped(data=listed({"type": "string"}))),
                **{"x-crmkit-paging": {"strategy": "none"}},
            )
        },
        "/branches/find": {
            "post": operation(
                "branches_find",
                "branches",
                answer(wrapped(data={"type": "boolean"})),
                **{"x-crmkit-effect": "read"},
                requestBody=json_body(ref("PartInput")),
            )
        },
        "/version": {
            "get": operation("version", "branches", answer(wrapped(data={"type": "string"})))
        },
        "/everyone": {
            "get": operation(
                "everyone",
                "branches",
                answer(wrapped(data=listed(ref("Leaf")))),
                **{"x-crmkit-paging": {"strategy": "none"}},
            )
        },
    }


def document() -> Tree:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things API", "version": "1"},
        "tags": [
            {"name": "things", "description": "Things of every kind."},
            {"name": "branches", "description": "Branches of a tree."},
        ],
        "x-crmkit-envelope": "data",
        "paths": paths(),
        "components": {"schemas": schemas()},
    }
