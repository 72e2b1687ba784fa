"""Records that a run on an EspoCRM's mock starts from."""

from __future__ import annotations

import httpx

from tests.contract import espocrm_demo as demo
from tests.contract.account_documents import Tree
from tests.contract.espocrm_values import ADDRESSES, WEBHOOK_URL

#: Records of the group's entity type that are created before a run: some to be read, some to be
#: changed by many, the rest to be deleted.
READ, CHANGED, DELETED = 4, 4, 22
_EVENT: Tree = {
    "name": "Made",
    "assignedUserId": demo.JANA_ID,
    "dateStart": "2027-01-15 09:00:00",
    "dateEnd": "2027-01-15 10:00:00",
}
#: Bodies that create a record of each type; `{}` is replaced by a number.
BODIES: dict[str, Tree] = {
    "Account": {"name": "Made {}"},
    "Contact": {"lastName": "Made {}"},
    "Lead": {"lastName": "Made {}"},
    "Opportunity": {"name": "Made", "amount": 1, "closeDate": "2027-01-31"},
    "Case": {"name": "Made"},
    "Task": {"name": "Made", "assignedUserId": demo.JANA_ID},
    "Meeting": _EVENT,
    "Call": _EVENT,
    "Email": {"name": "Made", "from": ADDRESSES[0], "to": ADDRESSES[1], "status": "Archived"},
    "CGadget": {"name": "Made"},
    "Attachment": {
        "name": "made.txt",
        "type": "text/plain",
        "role": "Attachment",
        "field": "file",
        "relatedType": "Document",
        "file": "data:text/plain;base64,bWFkZQ==",
    },
    "Note": {"parentType": "Account", "parentId": demo.ACCOUNT, "post": "Made"},
    "Webhook": {"event": "Account.create", "url": WEBHOOK_URL},
}


def make_records(tree: Tree, http: httpx.Client) -> dict[str, list[str]]:
    """Create records of every type that the paths name, and return their ids.

    Args:
        tree: The document.
        http: A client of the mock.
    """
    kinds = {path.split("/")[1] for path in tree["paths"]}
    ids: dict[str, list[str]] = {}
    for kind in sorted(kinds & BODIES.keys()):
        for number in range(READ + CHANGED + DELETED):
            body = {
                name: value.format(number) if isinstance(value, str) else value
                for name, value in BODIES[kind].items()
            }
            made = http.post(f"/{kind}", json=body, headers={"X-Skip-Duplicate-Check": "true"})
            assert made.is_success, (kind, made.status_code, made.headers)
            ids.setdefault(kind, []).append(made.json()["id"])
    if "/Attachment/chunk/{id}" in tree["paths"]:
        body = BODIES["Attachment"] | {"isBeingUploaded": True, "size": 10**6}
        ids["chunk"] = [http.post("/Attachment", json=body).json()["id"]]
    if "/Export/{id}/status" in tree["paths"]:
        ids |= _system_records(http)
    if "/MassAction/{id}/status" in tree["paths"]:
        (kind,) = ids
        params = {"ids": ids[kind][:1]}
        body = {"entityType": kind, "action": "update", "params": params, "idle": True}
        ids["MassAction"] = [http.post("/MassAction", json=body).json()["id"]]
    ids["User"] = [demo.JANA_ID, demo.INTEGRATOR_ID]
    ids["Activities"] = [demo.ACCOUNT]
    return ids


def _system_records(http: httpx.Client) -> dict[str, list[str]]:
    """Create what exports, imports and templates need, and return their ids."""
    export = {"entityType": "Account", "ids": [demo.ACCOUNT], "format": "csv", "idle": True}
    template = {"name": "Made", "subject": "Made", "body": "Dear {Person.name}", "isHtml": False}
    made = {
        "Export": http.post("/Export", json=export),
        "EmailTemplate": http.post("/EmailTemplate", json=template),
    }
    csv = {"Content-Type": "text/csv"}
    file = http.post("/Import/file", content="Imported\n", headers=csv).json()["attachmentId"]
    body = {"attachmentId": file, "entityType": "Lead", "attributeList": ["lastName"]}
    made["Import"] = http.post("/Import", json=body)
    known = {kind: [_id(response.json())] for kind, response in made.items()}
    return known | {"file": [file], "TargetList": [demo.TARGET_LIST]}


def _id(made: Tree) -> str:
    """Return the id of what was made; an export in the background has one of another name."""
    id: str = made["exportId"] if "exportId" in made else made["id"]
    return id
