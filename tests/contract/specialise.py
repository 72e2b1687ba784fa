"""Wire documents, specialised to the account that a mock is seeded with.

A wire document holds for every account of a vendor. What one account adds, such as custom fields
whose unknown keys are refused, no generator of requests can guess, so it is written into a copy.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

Tree = dict[str, Any]


def wire(crm: str) -> Tree:
    """Return a fresh copy of a CRM's wire document."""
    text = files(f"crmkit_generated.{crm}").joinpath("wire.json").read_text("utf-8")
    tree: Tree = json.loads(text)
    return tree


def custom_field(definition: Tree) -> Tree:
    """Return the schema of a Relenta custom field's value; null and an empty text clear it."""
    choices = [re.escape(choice) for choice in definition.get("choices", [])]
    match definition["type"]:
        case "Single choice":
            return {"enum": [*definition["choices"], "", None]}
        case "Multiple choice":
            one = f"(?:{'|'.join(choices)})"
            return {"type": ["string", "null"], "pattern": f"^(?:{one}(?:;{one})*)?$"}
        case "Number":
            return {"type": ["string", "null"], "pattern": r"^(?:-?[0-9]+(?:\.[0-9]+)?)?$"}
        case "Date":
            date = {"type": "string", "format": "date"}
            return {"anyOf": [date, {"const": ""}, {"type": "null"}]}
        case _:
            return {"type": ["string", "null"]}


def relenta(definitions: list[Tree]) -> Tree:
    """Return Relenta's document for a department with these custom fields.

    Three things differ from the wire document. Contacts have the department's custom fields and no
    others. Bodies come as application/json only: under the form's media type Relenta takes JSON
    text all the same, and a generator of form fields can make none, so that media type has tests
    of its own. Links tell that a saved record can be saved again, so that the stateful phase has
    something to follow.
    """
    tree = wire("relenta")
    contact = tree["components"]["schemas"]["ContactInput"]
    contact["properties"] |= {one["key"]: custom_field(one) for one in definitions}
    contact["additionalProperties"] = False
    for body in tree["components"]["requestBodies"].values():
        body["content"] = {"application/json": body["content"]["application/json"]}
    _link(tree, "contacts_save", "contacts_save")
    _link(tree, "contacts_create", "contacts_save")
    _link(tree, "activities_save", "activities_save")
    return tree


def _link(tree: Tree, source: str, target: str) -> None:
    """Say that the id in the success of one operation goes into the body of another."""
    again = {"operationId": target, "requestBody": {"id": "$response.body#/data/id"}}
    for item in tree["paths"].values():
        for operation in item.values():
            if operation["operationId"] == source:
                success = resolved(tree, operation["responses"]["200"])
                operation["responses"]["200"] = {**success, "links": {"again": again}}


def resolved(tree: Tree, node: Tree) -> Tree:
    """Follow the references of a node."""
    while "$ref" in node:
        target: Any = tree
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
