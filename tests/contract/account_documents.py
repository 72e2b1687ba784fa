"""Wire documents narrowed to the account that a mock is seeded with.

A wire document describes every account of a vendor. What one account adds, such as custom fields,
a generator of requests cannot guess, so it is written into a copy of the document.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from importlib.resources import files
from typing import Any

Tree = dict[str, Any]


def wire(crm: str) -> Tree:
    """Return a fresh copy of a CRM's wire document."""
    text = files(f"crmkit_generated.{crm}").joinpath("wire.json").read_text("utf-8")
    tree: Tree = json.loads(text)
    return tree


def custom_field(definition: Tree) -> Tree:
    """Return the schema of a Relenta custom field's value; null and an empty string clear it."""
    choices = [re.escape(choice) for choice in definition.get("choices", [])]
    match definition["type"]:
        case "Single choice":
            return {"enum": [*definition["choices"], "", None]}
        case "Multiple choice":
            any_choice = f"(?:{'|'.join(choices)})"
            return {"type": ["string", "null"], "pattern": f"^(?:{any_choice}(?:;{any_choice})*)?$"}
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
    all the same, which a generator of form fields cannot make, so that media type has tests of its
    own. Links say that a saved record can be saved again, so that the stateful phase has something
    to follow.
    """
    tree = wire("relenta")
    contact = tree["components"]["schemas"]["ContactInput"]
    contact["properties"] |= {
        definition["key"]: custom_field(definition) for definition in definitions
    }
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


def onepagecrm(extension: str) -> Tree:
    """Return OnePageCRM's document for the account "solar" of the mock, in one format.

    Ids, tags, dates, countries and codes are those that the account has or takes, as a generator
    cannot guess them. Members that two inputs must agree on are left out or fixed: passwords, the
    contact of an action that is updated, the type of a note. Links do not lead to calls that the
    state of the record forbids.

    Args:
        extension: The only format.
    """
    tree = wire("onepagecrm")
    schemas, parameters = tree["components"]["schemas"], tree["components"]["parameters"]
    schemas["Format"]["enum"] = [extension]
    contacts = [f"4e00465263819c{number:010x}" for number in (1, 2, 3, 4)]
    for name in ("ContactId", "OfContact", "AssignContact"):
        parameters[name]["schema"] = {"type": "string", "enum": contacts}
    parameters["NoteId"]["schema"] = {
        "type": "string",
        "enum": [f"4e00465263819d{n:010x}" for n in (1, 2, 3, 4)],
    }
    # An open one and a done one, both of the first contact.
    actions = [f"4e00465263819a{number:010x}" for number in (1, 4)]
    parameters["ActionId"]["schema"] = {"type": "string", "enum": actions}
    for name in ("FilterId", "ByFilter"):
        parameters[name]["schema"] = {"type": "string", "enum": ["4e00465263819f0000000001"]}
    parameters["TagName"]["schema"] = {"type": "string", "enum": ["Solar", "Wholesale", "Unused"]}
    day = "(0[1-9]|1[0-9]|2[0-8])[.](0[1-9]|1[0-2])[.](19|20)[0-9][0-9]"
    schemas["Date"]["pattern"], schemas["DateInput"]["pattern"] = f"^{day}$", f"^({day})?$"
    schemas["CountryInput"] = {"type": "string", "enum": ["", "EL", "IE", "US"]}
    schemas["ReminderType"] = {"type": "string", "enum": ["never", "every_day", "new_task"]}
    schemas["SystemDateFormat"] = {"type": "string", "enum": ["%d/%m/%Y", "%m/%d/%Y"]}
    for (schema, member), choice in {
        ("SystemSettingsInput", "timezone"): {"type": "string", "enum": ["athens", "dublin"]},
        ("SystemSettingsInput", "currency"): {"type": "string", "enum": ["EUR", "USD"]},
        ("LoginInput", "login"): {"type": "string", "const": "eleni@solar.example"},
        ("LoginInput", "password"): {"type": "string", "const": "helios"},
        ("ActionInput", "cid"): {"type": "string", "enum": contacts},
        ("NoteInput", "cid"): {"type": "string", "enum": contacts},
        ("ContactIdInput", "cid"): {"type": "string", "enum": contacts},
        ("TagAssignmentInput", "id"): {"type": "string", "enum": contacts},
    }.items():
        schemas[schema]["properties"][member] = choice
    for name in ("password", "confirm_password"):
        del schemas["UserSettingsInput"]["properties"][name]
    del schemas["NoteUpdateInput"]["properties"]["type"]
    # A contact without an open action, one that has one, and one whose action is done.
    for name, cid in {
        "/actions.{format}": contacts[1],
        "/misc/mark_action_as_done.{format}": contacts[0],
        "/misc/undo_action_completion.{format}": contacts[2],
    }.items():
        _narrow(tree, tree["paths"][name]["post"], cid={"type": "string", "const": cid})
    _only_done_actions_are_deleted(tree)
    _an_action_stays_with_its_contact(tree, contacts[0])
    _only_known_tags_are_unassigned(tree)
    # The examples of the document are of another account.
    _without(tree, "examples")
    return tree


_DONE_ACTIONS = ["4e00465263819a0000000002", "4e00465263819a0000000004"]


def _only_done_actions_are_deleted(tree: Tree) -> None:
    path = tree["paths"]["/actions/{id}.{format}"]
    done = {
        **tree["components"]["parameters"]["ActionId"],
        "schema": {"type": "string", "enum": _DONE_ACTIONS},
    }
    path["delete"]["parameters"] = [done, *path["delete"]["parameters"][1:]]
    del tree["components"]["responses"]["ActionCreated"]["links"]["delete"]


def _an_action_stays_with_its_contact(tree: Tree, cid: str) -> None:
    path = tree["paths"]["/actions/{id}.{format}"]
    _narrow(tree, path["put"], cid={"type": "string", "const": cid})
    del tree["components"]["responses"]["ActionCreated"]["links"]["update"]


def _only_known_tags_are_unassigned(tree: Tree) -> None:
    path = tree["paths"]["/misc/unassign_tag.{format}"]
    name = {"type": "string", "enum": ["Solar", "Wholesale", "VIP"]}
    known = {**tree["components"]["parameters"]["AssignName"], "schema": name}
    of, _, extension = path["get"]["parameters"]
    path["get"]["parameters"] = [of, known, extension]
    _narrow(tree, path["post"], name=name)


def _narrow(tree: Tree, operation: Tree, **members: Tree) -> None:
    """Give the form of one operation other schemas for some of its members."""
    # Other operations may refer to the same body.
    operation["requestBody"] = deepcopy(resolved(tree, operation["requestBody"]))
    (form,) = operation["requestBody"]["content"].values()
    body = resolved(tree, form["schema"])
    form["schema"] = {**body, "properties": {**body["properties"], **members}}


def _without(node: Any, name: str) -> None:
    """Take the members of a name out of a tree, except where it is a property's."""
    if isinstance(node, dict):
        node.pop(name, None)
        for child in node.values():
            _without(child, name)
    elif isinstance(node, list):
        for child in node:
            _without(child, name)


def resolved(tree: Tree, node: Tree) -> Tree:
    """Follow the references of a node."""
    while "$ref" in node:
        target: Any = tree
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
