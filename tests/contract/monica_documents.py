"""Monica's document in groups of resources, narrowed to the records that a mock has.

Three things differ from the wire document. Ids are those of records that exist, as a generator
cannot guess them. What the server accepts though it has no effect counts as valid. Links say that
a created record can be read, updated and deleted: records come in an envelope, so their ids cannot
be inferred. PATCH follows the rules of PUT, member by member, so only one of the two is tested;
bodies are sent as JSON only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from tests.contract.account_documents import Tree, resolved, wire

#: Tags that belong together.
GROUPS: dict[str, tuple[str, ...]] = {
    "relationships": ("relationships", "relationship_types", "relationship_type_groups"),
    "people": ("contacts", "tags", "genders", "contact_fields", "contact_field_types"),
    "events": (
        *("notes", "calls", "tasks", "reminders", "journal", "life_events", "conversations"),
        *("activities", "activity_types", "activity_type_categories"),
    ),
    "things": (
        *("addresses", "places", "companies", "occupations"),
        *("gifts", "debts", "documents", "photos", "pets"),
    ),
    "server": ("countries", "currencies", "compliance", "logs", "server"),
}
#: The settings of a run. It asks for JSON, as errors are HTML pages otherwise, and names
#: the statuses expected beside success: most routes answer 422 for a record that a run has deleted.
_SETTINGS = """
[headers]
Accept = "application/json"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "422"]

[phases.coverage]
unexpected-methods = ["TRACE"]
"""
METHODS = ("get", "put", "post", "patch", "delete")
#: All warnings but that most generated requests are refused: no schema says
#: what a date or a flag requires of other members.
WARNINGS = [
    *("missing_auth", "missing_test_data", "base_url_mismatch", "missing_deserializer"),
    *("unused_openapi_auth", "unsupported_regex", "method_not_allowed", "unmatched_filter"),
    *("constants_extraction", "unresolvable_reference"),
]
#: Records of each kind that are created before a run, which deletes most of them.
COUNT = 30
#: Records that exist from the beginning, by the member that takes their ids: kind and ids.
KNOWN: dict[str, tuple[str, range]] = {
    **dict.fromkeys(("contact_id", "contact_is", "of_contact"), ("contacts", range(1, 5))),
    **dict.fromkeys(("recipient_id", "met_through_contact_id"), ("contacts", range(1, 5))),
    "contacts": ("contacts", range(1, 5)),
    "relationship_type_id": ("relationship_types", range(1, 28)),
    "gender_id": ("genders", range(1, 4)),
    "contact_field_type_id": ("contact_field_types", range(1, 8)),
    "activity_type_category_id": ("activity_type_categories", range(1, 5)),
    "activity_type_id": ("activity_types", range(1, 5)),
    "pet_category_id": ("pet_categories", range(1, 12)),
    "life_event_type_id": ("life_event_types", range(1, 20)),
    "company_id": ("companies", range(1, 2)),
    "emotions": ("emotions", range(1, 20)),
}
#: Numbers that come back as strings from the request that has sent them so, by schema.
_ECHOED = {
    "Reminder": ("frequency_number",),
    "Company": ("number_of_employees",),
    "Occupation": ("salary",),
    "Place": ("latitude", "longitude"),
}
Ids = dict[str, list[int]]


def group_document(name: str, http: httpx.Client) -> Tree:
    """Return the document of a group of resources, for the records that it creates in a mock.

    Args:
        name: Which group.
        http: A client of the mock, with its token.
    """
    tree = wire("monica")
    tree["paths"] = {
        path: kept
        for path, item in tree["paths"].items()
        if (kept := {method: node for method, node in item.items() if _is_in(node, method, name)})
    }
    _bodies(tree)
    _ids(tree, _records(tree, http))
    _lenient(tree)
    _links(tree)
    return tree


def settings(tree: Tree) -> str:
    """Return the settings of a run, as TOML.

    Where a body has no required members, nothing that is sent is invalid: the server reads broken
    JSON as an empty body.
    """
    text = _SETTINGS
    for _, _, operation in _operations(tree):
        body = resolved(tree, operation.get("requestBody", {})).get("content", {})
        if body and not any(
            resolved(tree, content["schema"]).get("required") for content in body.values()
        ):
            text += f"""
[[operations]]
include-operation-id = "{operation["operationId"]}"
checks.negative_data_rejection.enabled = false
"""
    return text


def _operations(tree: Tree) -> Iterator[tuple[str, str, Tree]]:
    for path, item in tree["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _is_in(node: Tree, method: str, name: str) -> bool:
    return method != "patch" and node["tags"][0] in GROUPS[name]


def _bodies(tree: Tree) -> None:
    """Leave only JSON of the media types, where there is JSON, and one picture."""
    bodies = tree["components"]["requestBodies"]
    for body in bodies.values():
        if "application/json" in body["content"]:
            body["content"] = {"application/json": body["content"]["application/json"]}
    picture = bodies["Photo"]["content"]["application/json"]["examples"]["body"]["value"]["data"]
    tree["components"]["schemas"]["PhotoInput"]["properties"]["data"] = {"enum": [picture]}


def _records(tree: Tree, http: httpx.Client) -> Ids:
    """Create records of each kind from the document's examples, and return all ids by tag."""
    ids: Ids = {}
    lists = {op["operationId"]: path for path, _, op in _operations(tree)}
    for path, method, operation in _operations(tree):
        if method != "post" or not operation["operationId"].endswith(("_create", "_message")):
            continue
        content = resolved(tree, operation["requestBody"])["content"].get("application/json")
        for _ in range(COUNT):
            if content is None:
                sent: dict[str, Any] = {"data": {"contact_id": 1}, "files": {"document": b"text"}}
            else:
                sent = {"json": _existing(content["examples"]["body"]["value"])}
            made = http.post(path.replace("{id}", "1"), **sent)
            assert made.status_code in {200, 201}, (path, made.text)
            payload = made.json()["data"]
            if "messages" in path:
                ids["messages"] = [message["id"] for message in payload["messages"]]
            else:
                ids.setdefault(operation["tags"][0], []).append(payload["id"])
    for id, path in lists.items():
        tag = id.removesuffix("_list")
        if id.endswith("_list") and "{" not in path and tag != "countries":
            rows = http.get(path, params={"limit": 100}).json()["data"]
            ids[tag] = [row["id"] for row in rows]
    return ids


def _existing(body: Tree) -> Tree:
    """Return a body with ids of records that exist."""
    known = {name: KNOWN[name][1][0] for name in body if name in KNOWN}
    return body | {name: [id] if isinstance(body[name], list) else id for name, id in known.items()}


def _ids(tree: Tree, ids: Ids) -> None:
    """Narrow parameters and members to ids of records that exist."""
    contact = tree["components"]["parameters"]["ContactId"]
    contact["schema"] = {"type": "integer", "enum": [*KNOWN["contact_id"][1]]}
    made = {operation["tags"][0] for _, _, operation in _operations(tree)}
    for path, method, operation in _operations(tree):
        tag = "messages" if "messages" in path else operation["tags"][0]
        for index, parameter in enumerate(operation.get("parameters", ())):
            resolved_param = resolved(tree, parameter)
            if resolved_param["in"] != "path" or resolved_param["name"] not in {"id", "message_id"}:
                continue
            known = (
                [1] if tag == "messages" and resolved_param["name"] == "id" else ids.get(tag, [])
            )
            if len(known) > COUNT // 2:  # what is deleted cannot be read by others
                half = len(known) // 3
                known = known[half:] if method == "delete" else known[:half]
            if known:
                schema = {"type": "integer", "enum": known}
                operation["parameters"][index] = {**resolved_param, "schema": schema}
    for name, schema in tree["components"]["schemas"].items():
        for member, member_schema in (
            schema.get("properties", {}).items() if name[-5:] == "Input" else ()
        ):
            kind, numbers = KNOWN.get(member, ("", range(0)))
            # The run creates more of the other kinds.
            if kind and kind not in made:
                _known(member_schema, {"type": "integer", "enum": [*numbers]})


def _known(member: Tree, schema: Tree) -> None:
    if member.get("type") == "array":
        member["items"] = schema
        return
    nullable = {"type": "null"} in member.pop("anyOf", [])
    member.pop("$ref", None)
    member["anyOf"] = [schema, {"type": "null"}] if nullable else [schema]


def _lenient(tree: Tree) -> None:
    """Allow what the server accepts though it has no effect.

    Any page, a limit of 0 or with a fraction, empty strings in the place of null, and labels of any
    form.
    """
    components = tree["components"]
    for name in ("Page", "Month", "With"):
        components["parameters"][name]["schema"] = {"examples": [1]}
    limit = components["parameters"]["Limit"]["schema"]
    limit |= {"type": "number", "minimum": 0}
    for name in ("IdInput", "IntegerInput", "NumberInput", "AmountInput", "BooleanInput"):
        for option in components["schemas"][name]["anyOf"]:
            if "pattern" in option:
                option["pattern"] = f"^({option['pattern'].strip('^$')})?$"
    for name, members in _ECHOED.items():
        for member in members:
            properties = components["schemas"][name]["properties"]
            properties[member] = {**properties[member], "type": ["number", "string", "null"]}
    for schema in components["schemas"].values():
        if "labels" in schema.get("properties", {}):
            schema["properties"]["labels"] = {}
    for _, _, operation in _operations(tree):
        if operation["operationId"] == "relationships_list":  # which answers anything, by no rows
            contact = resolved(tree, operation["parameters"][0])
            operation["parameters"] = [{**contact, "schema": {"examples": [1]}}]


def _links(tree: Tree) -> None:
    by_id = {operation["operationId"]: operation for _, _, operation in _operations(tree)}
    for id, operation in by_id.items():
        tag, _, verb = id.rpartition("_")
        links = {
            name: {"operationId": f"{tag}_{name}", "parameters": {"id": "$response.body#/data/id"}}
            for name in ("get", "update", "delete", "update_work", "set_tags", "contacts")
            if verb == "create" and f"{tag}_{name}" in by_id
        }
        for status in ("200", "201"):
            if links and status in operation["responses"]:
                success = resolved(tree, operation["responses"][status])
                operation["responses"][status] = {**success, "links": links}
