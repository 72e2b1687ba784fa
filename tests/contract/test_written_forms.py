"""OnePageCRM's document: one tree in three formats, and writing schemas that know reading ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from crmkit.contract.schemas import Schemas
from tests.contract.recorded import document
from tests.contract.written_forms import FormatWriter, Tree

DOCUMENT = FormatWriter(document("onepagecrm.yaml"))
VALIDATORS = Schemas(DOCUMENT.tree)
SCHEMAS: dict[str, Tree] = DOCUMENT.tree["components"]["schemas"]
RESPONSES: dict[str, Tree] = DOCUMENT.tree["components"]["responses"]
FORMATS = {"application/json", "application/xml", "text/yaml"}

PROMISED = {
    "auth": "login logout change_api_key",
    "contacts": "list get create update delete undo_delete",
    "actions": "list get create update delete mark_done undo_done",
    "notes": "list get create update delete",
    "tags": "list get create rename delete assign unassign remove_unused",
    "filters": "list get",
    "settings": "user update_user system update_system subscription timezones currencies",
    "sales": "summary closed_deals",
    "": "api_version",
}


def operations() -> Iterator[tuple[str, Tree]]:
    """Yield every operation with its method."""
    for item in DOCUMENT.tree["paths"].values():
        yield from item.items()


def examples() -> Iterator[tuple[str, str, Tree, Any]]:
    """Yield the examples of replies: name, media type, schema, value."""
    for response in RESPONSES.values():
        for media, body in response.get("content", {}).items():
            for example in body.get("examples", {}).values():
                name = example.get("$ref", "").rpartition("/")[2]
                yield name, media, body["schema"], DOCUMENT.resolve(example)["value"]


def errors(schema: Tree, value: Any) -> list[str]:
    """Return the errors of a value."""
    validator = VALIDATORS.validator(schema)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def read(media: str, schema: Tree, text: Any) -> Any:
    """Return the tree that an example writes."""
    if media == "application/xml":
        return DOCUMENT.from_xml(text, schema)
    return DOCUMENT.from_yaml(text, schema) if media == "text/yaml" else text


# -- formats -----------------------------------------------------------------------------------


def test_replies_have_every_format() -> None:
    """A reply with one format has all of them, with the same schema."""
    for name, response in RESPONSES.items():
        if name == "NotAcceptable":
            assert "content" not in response
            continue
        assert response["content"].keys() == FORMATS, name
        assert len({json.dumps(body["schema"]) for body in response["content"].values()}) == 1, name


def test_examples_in_xml_and_yaml_equal_those_in_json() -> None:
    """An example in XML or YAML, read by the schema, is valid and equals that in JSON."""
    trees = {name: value for name, media, _, value in examples() if media == "application/json"}
    seen: set[str] = set()
    for name, media, schema, value in examples():
        tree = read(media, schema, value)
        seen.add(media)

        assert errors(schema, tree) == [], name
        if media != "application/json":
            assert tree == trees[re.sub("(Xml|Yaml)$", "", name)], name

    assert seen == FORMATS


def test_examples_in_json_survive_the_other_formats() -> None:
    """Examples in JSON are the same after being written and read in XML and in YAML."""
    for name, media, schema, value in examples():
        if media == "application/json":
            assert DOCUMENT.from_xml(DOCUMENT.to_xml(value, schema), schema) == value, name
            assert DOCUMENT.from_yaml(DOCUMENT.to_yaml(value), schema) == value, name


def test_arrays_name_their_items() -> None:
    """Every array names its items for XML, unless their schema has a name."""
    nameless = [
        f"{name}.{member}"
        for name, schema in SCHEMAS.items()
        for member, member_schema in schema.get("properties", {}).items()
        if DOCUMENT.kind(member_schema)[0] == "array"
        and "name" not in DOCUMENT.resolve(member_schema)["items"].get("xml", {})
        and "name" not in DOCUMENT.resolve(DOCUMENT.resolve(member_schema)["items"]).get("xml", {})
    ]

    assert nameless == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("off", "string", "off"),
        ("12e34", "string", "12e34"),
        ("07018", "string", "07018"),
        ("-08:00", "string", "-08:00"),
        ("1338797714", "integer", 1338797714),
        ('"1338797714"', "integer", 1338797714),
        ("true", "boolean", True),
        ("", "string", ""),
    ],
)
def test_schema_decides_on_the_types_of_plain_scalars(text: str, kind: str, value: object) -> None:
    """A scalar that YAML 1.1 would read as something else has the type of the schema."""
    schema = {"type": "object", "properties": {"it": {"type": kind}}}

    assert DOCUMENT.from_yaml(f"it: {text}\n", schema) == {"it": value}


# -- names -------------------------------------------------------------------------------------


def test_operations_give_the_promised_methods() -> None:
    """Operations give the promised methods; a second HTTP method of one gives no method."""
    methods: dict[str, set[str]] = {}
    ids = {node["operationId"] for _, node in operations()}
    for method, node in operations():
        name, (tag,) = node["operationId"], node["tags"]
        if name.endswith(f"_{method}") and name.removesuffix(f"_{method}") in ids:
            continue
        resource = tag if name.startswith(f"{tag}_") else ""
        methods.setdefault(resource, set()).add(name.removeprefix(f"{tag}_"))

    assert methods == {tag: set(names.split()) for tag, names in PROMISED.items()}


def test_written_members_can_be_read() -> None:
    """Every member of a write schema is in the read schema of the record."""
    missing: list[str] = []
    tied = 0
    for name, schema in SCHEMAS.items():
        if "x-crmkit-read-schema" not in schema:
            continue
        for member, member_schema in schema["properties"].items():
            if DOCUMENT.resolve(member_schema).get("writeOnly"):
                continue
            tied += 1
            node: Tree | None = SCHEMAS[schema["x-crmkit-read-schema"]]
            for part in member_schema.get("x-crmkit-read-as", member).split("."):
                node = DOCUMENT.resolve(node).get("properties", {}).get(part) if node else None
            missing += [f"{name}.{member}"] if node is None else []

    assert tied
    assert missing == []


def test_replacing_updates_name_their_read_schema() -> None:
    """The body of every update that replaces names the schema by which the record is read."""
    bodies = [
        node["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        for _, node in operations()
        if node.get("x-crmkit-replace")
    ]

    assert bodies
    for body in bodies:
        assert DOCUMENT.resolve(body).get("x-crmkit-read-schema") in SCHEMAS, body


def test_schemas_have_descriptions_and_evidence() -> None:
    """Every schema and member has a description and evidence, itself or by its reference."""
    undescribed: list[str] = []
    for name, schema in SCHEMAS.items():
        members = {f"{name}.{key}": member for key, member in schema.get("properties", {}).items()}
        for place, described in {name: schema, **members}.items():
            node = DOCUMENT.resolve(described)
            payload = place.endswith("Reply.data")  # which is described by its schema
            if not node.get("description") or not (payload or node.get("x-crmkit-evidence")):
                undescribed.append(place)

    assert undescribed == []


# -- the signature -----------------------------------------------------------------------------


def test_example_of_the_signature_is_correct() -> None:
    """The example's signature is the one that the description computes."""
    schemes = DOCUMENT.tree["components"]["securitySchemes"]
    words = " ".join(schemes["signature"]["description"].split())
    shown = re.search(
        r"user (\w+) with the key (\S+) sends at (\d+) a PUT of the body `(\S+)` to (\S+)\. "
        r"The signature is (\w+)\.",
        words,
    )
    assert shown is not None
    uid, key, time, body, url, signature = shown.groups()
    hashes = [hashlib.sha1(part.encode()).hexdigest() for part in (url, body)]  # noqa: S324  # the vendor's way
    message = ".".join([uid, time, "PUT", *hashes])
    made = hmac.new(base64.b64decode(key), message.encode(), hashlib.sha256).hexdigest()

    assert made == signature
