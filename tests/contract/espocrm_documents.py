"""EspoCRM's document in groups of operations, narrowed to the records and rules of a mock.

What differs from the wire document: Generic routes become those of one entity type, so that
its records, links and values fit together. Ids are those of records that exist, and values are
those that fields accept. Filters have tests of their own; here lists get a few,
as one JSON object. One kind of credentials is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract import espocrm_demo as demo
from tests.contract.account_documents import Tree, resolved, wire
from tests.contract.espocrm_records import CHANGED, READ, make_records
from tests.contract.espocrm_values import (
    DAY,
    TIME,
    Ids,
    narrow_others,
    narrow_records,
)

#: Settings of a run. No header is required. The server coerces what it can and ignores what it
#: does not know, so that hardly anything is invalid. What is valid succeeds, unless the run has
#: deleted the record or changed it since.
SETTINGS = """
[checks.negative_data_rejection]
enabled = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "409"]

[checks.missing_required_header]
enabled = false

[checks.use_after_free]
enabled = false

[phases.coverage]
unexpected-methods = ["TRACE"]

[phases.stateful.inference]
algorithms = []
"""
#: All warnings but those that follow from invalid data being accepted and records being deleted.
WARNINGS = [
    *("base_url_mismatch", "missing_deserializer", "unused_openapi_auth", "unsupported_regex"),
    *("method_not_allowed", "unmatched_filter", "constants_extraction", "unresolvable_reference"),
]
#: Operations that are refused whatever is sent, with the status: only the administrator may restore
#: records, and here none is deleted.
REFUSED = {"records_restore": "409"}
#: Operations that are refused whatever is sent by others than the administrator: who may see the
#: rights of users needs the right to manage users.
REFUSED_TO_OTHERS = {"records_restore": "403", "records_users_access": "403"}
METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Group:
    """Operations that belong together.

    Attributes:
        tags: Tags of the operations.
        entity: Entity type of the generic routes among them.
        link: Its link to which records are linked, and which they are.
        admin: Whether the administrator sends the requests, as others may not.
    """

    tags: tuple[str, ...]
    entity: str
    link: tuple[str, tuple[str, ...]] = ("teams", (demo.SALES_TEAM,))
    admin: bool = False


_CONTACTS = ("contacts", (demo.CONTACT, demo.SECOND_CONTACT))
_ANY = ("records", "mass_actions")
GROUPS: dict[str, Group] = {
    "accounts": Group(("accounts", *_ANY), "Account", _CONTACTS),
    "contacts": Group(("contacts", *_ANY), "Contact", ("opportunities", (demo.OPPORTUNITY,))),
    "leads": Group(("leads", *_ANY), "Lead", ("meetings", (demo.MEETING,))),
    "opportunities": Group(("opportunities", *_ANY), "Opportunity", _CONTACTS),
    "cases": Group(("cases", *_ANY), "Case", _CONTACTS),
    "tasks": Group(("tasks", *_ANY), "Task", admin=True),
    "meetings": Group(("meetings", "attendees", *_ANY), "Meeting", _CONTACTS),
    "calls": Group(("calls", *_ANY), "Call", _CONTACTS),
    "emails": Group(("emails", *_ANY), "Email", admin=True),
    "gadgets": Group(("layouts", *_ANY), "CGadget", admin=True),
    "attachments": Group(("attachments",), "Attachment", admin=True),
    "stream": Group(("stream", "notes", "followers", "stars"), "Account", admin=True),
    "webhooks": Group(("webhooks",), "Webhook", admin=True),
    "system": Group(
        (
            *("actions", "activities", "app", "currency_rates", "exports", "i18n", "kanban"),
            *("email_templates", "imports", "lead_capture", "metadata", "search", "settings"),
            *("target_lists", "users"),
        ),
        "Account",
        admin=True,
    ),
}
#: Parameters of lists that are kept; the other ones are where items, and old names.
_LISTING = ("select", "searchParams", "orderBy", "order", "offset", "maxSize", "textFilter", "q")
#: Parameters by name.
_PARAMETERS: dict[str, Tree] = {
    "name": {"enum": ["list", "listSmall", "filters", "detail"]},
    "apiKey": {"const": demo.LEAD_CAPTURE_KEY},
    "orderBy": {"enum": ["createdAt", "id"]},
    "userId": {"enum": [demo.JANA_ID, demo.INTEGRATOR_ID]},
    # Filters and reactions that an installation has; it refuses others.
    "filter": {"enum": ["all", "posts", "updates"]},
    "type": {"const": "Like"},
    "q": {"type": "string", "pattern": "^[A-Za-z*]{1,9}$"},
    # Names from replies are sent again, so all would be duplicates.
    "X-Skip-Duplicate-Check": {"type": "boolean", "enum": [True]},
    **{name: {"type": "string", "pattern": f"^{DAY} {TIME}$"} for name in ("from", "to", "after")},
}


def group_document(name: str, profile: str, http: httpx.Client) -> Tree:
    """Return the document of a group of operations, for the records that it creates in a mock.

    Args:
        name: Which group.
        profile: Kind of server: "espocrm" or "autocrm".
        http: A client of the mock, with the credentials of the run.
    """
    group = GROUPS[name]
    tree: Tree = _bare(wire("autocrm"))
    tree["paths"] = dict(_paths(tree, group, profile))
    scheme = "espoAuthorization" if group.admin else "apiKey"
    schemes = tree["components"]["securitySchemes"]
    tree["components"]["securitySchemes"] = {scheme: schemes[scheme]}
    tree["security"] = [{scheme: []}]
    if profile == "autocrm":
        _silent_deletions(tree)
    _links(tree)
    ids = make_records(tree, http)
    _parameters(tree, group, ids)
    narrow_records(tree)
    known = ids.get(group.entity) or [demo.ACCOUNT] * (READ + CHANGED + 1)
    deleted = known[READ + CHANGED :]
    if "file" in ids:
        schema = tree["components"]["schemas"]["ImportInput"]
        schema["properties"]["attachmentId"] = {"enum": ids["file"]}
    linked = [*group.link[1]]
    narrow_others(
        tree, group.entity, Ids(known[:READ], known[READ : READ + CHANGED], deleted, linked)
    )
    _prune(tree)
    return tree


def operation_ids(name: str, profile: str) -> set[str]:
    """Return the operations of a group that a kind of server has."""
    tree = {"paths": dict(_paths(wire("autocrm"), GROUPS[name], profile))}
    return {operation["operationId"] for _, _, operation in operations(tree)}


def operations(tree: Tree) -> Iterator[tuple[str, str, Tree]]:
    """Yield the operations of a document with path and method."""
    for path, item in tree["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _bare(node: Any, *, names: bool = False) -> Any:
    """Return a tree without examples and evidence.

    Args:
        node: The tree.
        names: Whether its keys are the vendor's names.
    """
    if isinstance(node, list):
        return [_bare(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _bare(child, names=not names and key in {"properties", "schemas", "parameters"})
        for key, child in node.items()
        if names or key not in {"examples", "example", "x-crmkit-evidence"}
    }


def _paths(tree: Tree, group: Group, profile: str) -> Iterator[tuple[str, Tree]]:
    """Yield the paths of a group, the generic ones for its entity type."""
    for path, item in tree["paths"].items():
        # Only entity types with a status have a board.
        entity = "Lead" if path.startswith("/Kanban") else group.entity
        special = path.replace("{entityType}", entity)
        if special != path and special in tree["paths"]:
            continue
        if path.startswith("/TargetList/action") and group.entity != "CGadget":
            continue
        kept = {
            method: {
                **node,
                "parameters": [
                    param
                    for ref in (*item.get("parameters", ()), *node.get("parameters", ()))
                    if (param := resolved(tree, ref))["name"] != "entityType"
                ],
            }
            for method, node in item.items()
            if method in METHODS
            and node["tags"][0] in group.tags
            and profile in node.get("x-crmkit-profile", [profile])
        }
        if kept:
            yield special, kept


def _silent_deletions(tree: Tree) -> None:
    """Allow empty replies to deletions (page: Delete Record), which clients read as true."""
    for path, method, operation in operations(tree):
        if method == "delete" and path.endswith("/{id}"):
            done = resolved(tree, operation["responses"]["200"])
            schema = {"anyOf": [{"const": True}, {"const": ""}]}
            empty = {"content": {"application/json": {"schema": schema}}}
            operation["responses"]["200"] = {**done, **empty}


def _links(tree: Tree) -> None:
    """Remove the entity type from links, as it is not a parameter here."""
    for _, _, operation in operations(tree):
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                link["parameters"].pop("entityType", None)


def _parameters(tree: Tree, group: Group, ids: dict[str, list[str]]) -> None:
    for path, method, operation in operations(tree):
        kind = "chunk" if "/chunk/" in path else path.split("/")[1]
        kept: list[Tree] = []
        names = {parameter["name"] for parameter in operation["parameters"]}
        for parameter in operation["parameters"]:
            name = parameter["name"]
            is_list = parameter["in"] == "query" and "orderBy" in names
            if (is_list and name not in _LISTING) or name == "Start":
                continue
            if "schema" not in parameter:
                kept.append(parameter)
                continue
            schema: Tree = _PARAMETERS[name] if name in _PARAMETERS else parameter["schema"]
            if name == "id":
                known = ids[kind]
                if len(known) > READ:
                    deleted = method == "delete" and path.endswith("/{id}")
                    known = known[READ + CHANGED :] if deleted else known[:READ]
                if parameter["in"] == "query":
                    known = [*group.link[1]]
                schema = {"type": "string", "enum": known}
            if name == "link":
                schema = {"type": "string", "enum": [group.link[0]]}
            always = name == "X-Skip-Duplicate-Check"
            kept.append(
                {
                    **parameter,
                    "schema": schema,
                    "required": always or parameter.get("required", False),
                }
            )
        operation["parameters"] = kept


def _prune(tree: Tree) -> None:
    """Remove the components that nothing refers to."""
    everything = tree["components"]
    kept: Tree = {"securitySchemes": everything["securitySchemes"]}
    to_do: list[Any] = [tree["paths"]]
    while to_do:
        node = to_do.pop()
        to_do += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            kind, name = node["$ref"].split("/")[2:]
            if name not in kept.setdefault(kind, {}):
                kept[kind][name] = everything[kind][name]
                to_do.append(kept[kind][name])
    tree["components"] = kept


def refused(name: str, profile: str) -> dict[str, str]:
    """Return the operations of a group that are refused whatever is sent, with the status."""
    known = REFUSED if GROUPS[name].admin else REFUSED_TO_OTHERS
    return {id: known[id] for id in operation_ids(name, profile) & known.keys()}


def settings(tree: Tree, refusals: dict[str, str]) -> str:
    """Return the settings of single operations, as TOML.

    Args:
        tree: The document.
        refusals: Statuses of the operations that are refused whatever is sent.
    """
    text = ""
    for path, _, operation in operations(tree):
        lines: list[str] = []
        if status := refusals.get(operation["operationId"]):
            statuses = f'["{status}", "404"]'
            lines.append(f"checks.positive_data_acceptance.expected-statuses = {statuses}")
        if "/action/" in path:
            # With another method it is an action that does not exist: 404.
            lines.append("checks.unsupported_method.enabled = false")
        if lines:
            head = ["[[operations]]", f'include-operation-id = "{operation["operationId"]}"']
            text += "\n".join(["", *head, *lines, ""])
    return text
