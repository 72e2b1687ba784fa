"""EspoCRM's document in families of resources, specialised to the records that a mock holds.

Ids are those of records that exist, as no generator finds them, and half of those of a kind are
there to be deleted. PATCH does what PUT does, so only one of the two is gone through. Filters have
tests of their own: in brackets each member of an item is a parameter by itself, and hardly ever do
some of them fit together.
"""

from __future__ import annotations

from typing import Any

import httpx

from crmkit_mock.espocrm import seed
from tests.contract.specialise import Tree, resolved, wire

#: Tags that belong together, each once.
FAMILIES: dict[str, tuple[str, ...]] = {
    "accounts": ("accounts",),
    "sales": ("contacts", "leads", "opportunities", "cases"),
    "activities": ("tasks", "meetings", "calls", "emails"),
    "records": (
        *("records", "mass_actions", "actions", "exports", "kanban", "layouts"),
        *("notes", "stream", "followers", "stars", "attendees", "activities", "attachments"),
    ),
    "system": (
        *("app", "search", "settings", "currency_rates", "metadata", "i18n", "users"),
        *("lead_capture", "webhooks"),
    ),
}
#: Families that an administrator goes through, as parts of them are allowed to nobody else.
OF_ADMINISTRATORS = ("records", "system")
METHODS = ("get", "put", "post", "delete")
JANA = "6b0000000000000b6"
LEAD = "6593c9800000000e1"
#: Values of what is required.
GIVEN = {"name": "Given", "assignedUserId": JANA, "dateStart": "2024-05-01 10:00:00"}
#: Records of each kind that are made before a run, which deletes some of them.
COUNT = 12
#: What is enough to make a record of each kind.
BODIES: dict[str, tuple[str, Tree]] = {
    "accounts": ("Account", {"name": "Made"}),
    "contacts": ("Contact", {"lastName": "Made"}),
    "leads": ("Lead", {"lastName": "Made"}),
    "opportunities": ("Opportunity", {"name": "Made", "amount": 1, "closeDate": "2024-05-01"}),
    "cases": ("Case", {"name": "Made"}),
    "tasks": ("Task", {"name": "Made", "assignedUserId": JANA}),
    "meetings": (
        "Meeting",
        {
            "name": "Made",
            "assignedUserId": JANA,
            "dateStart": "2024-05-01 10:00:00",
        },
    ),
    "calls": ("Call", {"name": "Made", "assignedUserId": JANA}),
    "emails": ("Email", {"from": "a@b.example", "subject": "Made", "status": "Draft"}),
    "records": ("CGadget", {"name": "Made"}),
    "notes": ("Note", {"post": "Made", "parentType": "Account", "parentId": seed.ACCOUNT}),
    "attachments": (
        "Attachment",
        {
            "name": "made.txt",
            "relatedType": "Document",
            "field": "file",
            "file": "data:text/plain;base64,aGVsbG8=",
        },
    ),
    "webhooks": ("Webhook", {"event": "Account.create", "url": "https://hook.example"}),
}
#: What there is, by the member that takes its id; of other members none is known.
KNOWN: dict[str, str] = {
    "assignedUserId": JANA,
    "userId": JANA,
    "usersIds": JANA,
    "assignedUsersIds": JANA,
    "accountId": seed.ACCOUNT,
    "accountsIds": seed.ACCOUNT,
    "contactId": seed.CONTACT,
    "contactsIds": seed.CONTACT,
    "leadId": LEAD,
    "leadsIds": LEAD,
    "teamsIds": "6b0000000000000a1",
    "attachmentsIds": seed.ATTACHMENT,
    "parentId": seed.ACCOUNT,
    "relatedId": seed.DOCUMENT,
}
FIXED: dict[str, Tree] = {
    "parentType": {"enum": ["Account"]},
    "relatedType": {"enum": ["Document"]},
    "entityType": {"enum": ["Lead"]},
    "link": {"enum": ["leads", "contacts"]},
    "from": {"enum": ["crm@example.com"]},
    "to": {"enum": ["a@x.example", "a@x.example;b@x.example"]},
    **{name: {"enum": ["c@x.example", None]} for name in ("cc", "bcc", "replyTo")},
    "event": {"enum": ["Account.create", "Lead.fieldUpdate.status"]},
    "emailAddress": {"enum": ["any@x.example", None]},
    "phoneNumber": {"enum": ["+420601111222", None]},
    "emailAddressData": {"enum": [None]},
    "phoneNumberData": {"enum": [None]},
}
#: Members of single schemas.
OF_SCHEMAS: dict[str, Tree] = {
    "LeadConversionInput": {"id": {"enum": [LEAD]}, "records": {"enum": [{}]}},
    "ActionInput": {
        "entityType": {"enum": ["Account"]},
        "id": {"enum": [seed.ACCOUNT]},
        "action": {"enum": ["convertCurrency"]},
        "data": {"enum": [{}]},
    },
    "FollowersInput": {"ids": {"type": "array", "items": {"enum": [JANA]}, "minItems": 1}},
    "UnlinkAllInput": {"id": {"enum": [seed.TARGET_LIST]}, "link": {"enum": ["contacts"]}},
    "LinkInput": {"id": {"enum": [seed.CONTACT]}, "ids": {"enum": [[seed.SECOND_CONTACT]]}},
}
#: What is required by rules that the document leaves to the server.
REQUIRED = {
    **{name: ["name", "assignedUserId"] for name in ("TaskInput", "CallInput")},
    "MeetingInput": ["name", "assignedUserId", "dateStart"],
    "FollowersInput": ["ids"],
}
#: Settings of a run. Whatever is sent, some of it is coerced or passed over rather than refused;
#: and what is allowed by its schema may be refused by a rule that no schema tells.
SETTINGS = """
[checks.negative_data_rejection]
enabled = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "403", "404", "409"]

[phases.coverage]
unexpected-methods = ["TRACE"]
"""
#: All warnings but that most generated requests are refused, or find nothing: what one member
#: asks of another, no schema tells.
WARNINGS = [
    *("missing_auth", "base_url_mismatch", "missing_deserializer"),
    *("unused_openapi_auth", "unsupported_regex", "method_not_allowed", "unmatched_filter"),
    *("constants_extraction", "unresolvable_reference"),
]


def family(name: str, http: httpx.Client, lead_capture_key: str) -> Tree:
    """Return the document of a family, for the records that it makes in a mock.

    Args:
        name: Which family.
        http: A client of the mock for an administrator.
        lead_capture_key: Key of the mock's form.
    """
    tree = wire("autocrm")
    tree["paths"] = {
        path: {"parameters": item.get("parameters", []), **kept}
        for path, item in tree["paths"].items()
        if (kept := {method: node for method, node in item.items() if _is_in(node, method, name)})
    }
    made = _made(http, FAMILIES[name])
    for path, item in tree["paths"].items():
        for method in METHODS:
            if method in item:
                _specialise(tree, path, method, item, made, lead_capture_key)
        item["parameters"] = []
    for schema_name, schema in tree["components"]["schemas"].items():
        if schema_name.endswith("Input"):
            _inputs(schema)
    schemas = tree["components"]["schemas"]
    for schema_name, members in OF_SCHEMAS.items():
        schemas[schema_name]["properties"] |= members
    schemas["RecordReference"]["properties"]["id"] = {
        "enum": [LEAD if name == "sales" else seed.GADGET]
    }
    for schema_name, required in REQUIRED.items():
        schemas[schema_name]["required"] = required
        for member in {"name", "assignedUserId", "dateStart"} & set(required):
            schemas[schema_name]["properties"][member] = {"enum": [GIVEN[member]]}
    return tree


def _is_in(node: Any, method: str, name: str) -> bool:
    if method not in METHODS or node["tags"][0] not in FAMILIES[name]:
        return False
    return "espocrm" in node["x-crmkit-profile"] and node["operationId"] not in ELSEWHERE


#: Operations with tests of their own: a deleted record is brought back, a token destroyed once; a
#: piece of a file, and an action, has to be begun before.
ELSEWHERE = frozenset(
    {"attachments_chunk", "mass_actions_status", "app_openapi", "records_restore"}
)


def _made(http: httpx.Client, tags: tuple[str, ...]) -> dict[str, list[str]]:
    """Make records of each kind; return their ids by tag."""
    ids: dict[str, list[str]] = {}
    for tag in tags:
        if tag not in BODIES:
            continue
        entity, body = BODIES[tag]
        for number in range(COUNT):
            numbered = {**body, "lastName": f"Made {number}"} if "lastName" in body else dict(body)
            if entity == "Account":
                numbered["name"] = f"Made {number}"
            reply = http.post(f"/{entity}", json=numbered)
            assert reply.is_success, (entity, reply.headers)
            ids.setdefault(tag, []).append(reply.json()["id"])
    return ids


def _specialise(
    tree: Tree, path: str, method: str, item: Tree, made: dict[str, list[str]], key: str
) -> None:
    operation = item[method]
    tag = operation["tags"][0]
    values: dict[str, list[str]] = {
        "id": _ids(made.get(tag, [seed.ACCOUNT]), method),
        "entityType": ["CGadget"] if tag == "records" else ["Account"],
        "link": ["contacts"],
        "name": ["list"],
        "activityList": ["activities", "history"],
        "apiKey": [key],
    }
    if path.startswith("/{entityType}/{id}/{link}"):
        values |= {"entityType": ["Account"], "id": [seed.ACCOUNT]}
    if tag == "attendees":
        values |= {"entityType": ["Meeting"], "id": [seed.MEETING]}
    if tag == "kanban":
        values["entityType"] = ["Lead"]
    if tag == "users":
        values["id"] = [JANA]
    parameters: list[Tree] = []
    for node in (*item["parameters"], *operation.get("parameters", [])):
        found = resolved(tree, node)
        if found["in"] == "path":
            found = {**found, "schema": {"type": "string", "enum": values[found["name"]]}}
        elif found["name"].startswith("where"):
            continue
        found.pop("examples", None)
        found.pop("example", None)
        parameters.append(found)
    operation["parameters"] = parameters


def _ids(ids: list[str], method: str) -> list[str]:
    half = len(ids) // 2
    return ids if not half else ids[half:] if method == "delete" else ids[:half]


def _inputs(schema: Tree) -> None:
    for name in schema.get("properties", {}):
        if name in FIXED:
            schema["properties"][name] = FIXED[name]
        elif name.endswith("Ids"):
            known = {"enum": [KNOWN[name]]} if name in KNOWN else {"enum": ["none"]}
            limit = {"maxItems": 0} if name not in KNOWN else {"maxItems": 1}
            schema["properties"][name] = {"type": ["array", "null"], "items": known, **limit}
        elif name.endswith("Id"):
            schema["properties"][name] = {"enum": [KNOWN.get(name), None]}
        elif name.endswith("Columns"):
            schema["properties"][name] = {"enum": [None, {}]}
