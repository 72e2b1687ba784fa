"""Every operation of the document is answered by the kinds of server that have it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.documents import Operation, load_document
from crmkit_mock.espocrm import MockEspoCRM, seed
from crmkit_mock.espocrm.operations import OPERATIONS as HANDLERS
from tests.mock.espo import client_for

DOCUMENT = load_document("autocrm")
OPERATIONS: dict[str, Operation] = {
    operation.id: operation
    for path in DOCUMENT.paths
    for operation in (DOCUMENT.match(path.replace("{", "").replace("}", "")) or ({}, {}))[
        0
    ].values()
}
JANA = "6b0000000000000b6"
#: The record of each tag's operations, and enough attributes to create another one.
RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "accounts": (seed.ACCOUNT, {"name": "One more"}),
    "contacts": (seed.CONTACT, {"firstName": "One", "lastName": "More"}),
    "leads": ("6593c9800000001e1", {"lastName": "More"}),
    "opportunities": (
        seed.OPPORTUNITY,
        {"name": "One more", "amount": 1, "closeDate": "2024-05-01"},
    ),
    "cases": (seed.CASE, {"name": "One more"}),
    "tasks": (seed.TASK, {"name": "One more", "assignedUserId": JANA}),
    "meetings": (
        seed.MEETING,
        {"name": "One more", "assignedUserId": JANA, "dateStart": "2024-03-01 09:00:00"},
    ),
    "calls": (
        seed.CALL,
        {
            "name": "One more",
            "assignedUserId": JANA,
            "dateStart": "2024-03-01 09:00:00",
            "dateEnd": "2024-03-01 09:05:00",
        },
    ),
    "emails": (seed.EMAIL, {"from": "crm@example.com", "to": "a@b.example", "subject": "Hello"}),
    "records": (seed.GADGET, {"name": "One more"}),
}
CSV = "data:text/csv;base64,YSxiCg=="
WHERE = [{"type": "equals", "attribute": "status", "value": "New"}]
CONVERTED = {"Account": {"name": "Conv Co"}}


class Sample(NamedTuple):
    """What an operation is called with."""

    path: dict[str, str] = {}  # noqa: RUF012 - a tuple's default, never changed
    query: dict[str, str] = {}  # noqa: RUF012 - as above
    body: object = None
    user: str = "integrator"
    headers: dict[str, str] = {}  # noqa: RUF012 - as above


ACCOUNT = {"entityType": "Account", "id": seed.ACCOUNT}
LEAD = "6593c9800000001e1"
SAMPLES: dict[str, Sample] = {
    "leads_convert": Sample(body={"id": LEAD, "records": CONVERTED}),
    "leads_convert_by_id": Sample({"id": LEAD}, body={"records": CONVERTED}),
    "leads_convert_attributes": Sample(body={"id": LEAD}),
    "records_unlink_all": Sample(body={"id": seed.TARGET_LIST, "link": "contacts"}),
    "mass_actions_run": Sample(
        body={
            "entityType": "Lead",
            "action": "update",
            "params": {"where": WHERE},
            "data": {"values": {"source": "Call"}},
        }
    ),
    "actions_run": Sample(
        body={
            "entityType": "Account",
            "id": seed.ACCOUNT,
            "action": "merge",
            "data": {"sourceIdList": [seed.SECOND_ACCOUNT], "attributes": {"industry": "Retail"}},
        }
    ),
    "exports_create": Sample(
        body={"entityType": "Lead", "attributeList": ["name"], "where": WHERE}
    ),
    "imports_upload": Sample(body="lastName\nOne more\n", headers={"Content-Type": "text/csv"}),
    **dict.fromkeys(
        (
            "emails_mark_read",
            "emails_mark_unread",
            "emails_mark_important",
            "emails_unmark_important",
            "emails_move_to_trash",
            "emails_restore_from_trash",
        ),
        Sample(body={"ids": [seed.EMAIL]}),
    ),
    "emails_move_to_folder": Sample({"folderId": "archive"}, body={"ids": [seed.EMAIL]}),
    "attachments_copy": Sample(
        {"id": seed.ATTACHMENT}, body={"field": "attachments", "parentType": "Note"}
    ),
    "activities_busy_ranges": Sample(
        query={"from": "2024-01-01 00:00:00", "to": "2024-01-05 00:00:00", "userIdList": JANA}
    ),
    "target_lists_opted_out": Sample({"id": seed.TARGET_LIST}),
    "stream_attachments": Sample(ACCOUNT),
    "records_users_access": Sample(ACCOUNT, user="admin"),
    "notes_pin": Sample({"id": seed.NOTE}),
    "notes_unpin": Sample({"id": seed.NOTE}),
    "notes_react": Sample({"id": seed.NOTE, "type": "Like"}),
    "notes_unreact": Sample({"id": seed.NOTE, "type": "Like"}),
    "attachments_list": Sample(user="admin"),
    "attachments_create": Sample(
        body={"name": "a.csv", "relatedType": "Document", "field": "file", "file": CSV}
    ),
    "attachments_get": Sample({"id": seed.ATTACHMENT}),
    "attachments_delete": Sample({"id": seed.ATTACHMENT}),
    "attachments_download": Sample({"id": seed.ATTACHMENT}),
    "stream_post": Sample(
        body={"post": "Hello", "parentType": "Account", "parentId": seed.ACCOUNT}
    ),
    "notes_get": Sample({"id": seed.NOTE}),
    "notes_update": Sample({"id": seed.NOTE}, body={"post": "Changed"}, user="jana"),
    "notes_update_patch": Sample({"id": seed.NOTE}, body={"post": "Changed"}, user="jana"),
    "notes_delete": Sample({"id": seed.NOTE}, user="jana"),
    "search_records": Sample(query={"q": "alza"}),
    "search_email_addresses": Sample(query={"q": "petr"}),
    "activities_calendar": Sample(
        query={"from": "2024-01-01 00:00:00", "to": "2024-04-01 00:00:00"}, user="jana"
    ),
    "activities_upcoming": Sample(user="jana"),
    "activities_list": Sample({**ACCOUNT, "activityList": "activities"}),
    "kanban_get": Sample({"entityType": "Lead"}),
    "app_destroy_token": Sample(body={"token": "unknown"}),
    "app_openapi": Sample(user="admin"),
    "metadata_get": Sample(query={"key": "entityDefs.Lead.fields.status"}),
    "settings_update": Sample(body={"dateFormat": "YYYY-MM-DD"}, user="admin"),
    "currency_rates_update": Sample(body={"EUR": 1.2}),
    "users_acl": Sample({"id": "6b0000000000000b1"}),
    "webhooks_list": Sample(user="admin"),
    "webhooks_create": Sample(
        body={"event": "Account.create", "url": "https://hooks.example.com"}, user="admin"
    ),
    "lead_capture_submit": Sample(
        {"apiKey": "5e1f0c9ad7b84236a1c05de8f7b3942c"}, body={"lastName": "Visitor"}
    ),
    "lead_capture_preflight": Sample({"apiKey": "5e1f0c9ad7b84236a1c05de8f7b3942c"}),
    "records_mass_update": Sample(
        {"entityType": "Lead"}, body={"ids": [LEAD], "attributes": {"source": "Call"}}
    ),
    "records_mass_delete": Sample({"entityType": "Lead"}, body={"ids": [LEAD]}),
    "records_duplicate_attributes": Sample({"entityType": "Account"}, body={"id": seed.ACCOUNT}),
    "layouts_get": Sample({"entityType": "Account", "name": "list"}),
    "followers_list": Sample(ACCOUNT),
    "followers_add": Sample(ACCOUNT, body={"ids": ["6b0000000000000b1"]}),
    "followers_remove": Sample(ACCOUNT, body={"ids": [JANA]}),
    "stars_add": Sample(ACCOUNT, user="jana"),
    "stars_remove": Sample(ACCOUNT, user="jana"),
    "attendees_list": Sample({"entityType": "Meeting", "id": seed.MEETING}),
    "records_related": Sample({**ACCOUNT, "link": "opportunities"}),
    "records_link": Sample(
        {"entityType": "TargetList", "id": seed.TARGET_LIST, "link": "leads"}, body={"id": LEAD}
    ),
    "records_unlink": Sample({**ACCOUNT, "link": "contacts"}, body={"id": seed.CONTACT}),
    **dict.fromkeys(("follow", "unfollow", "stream_record", "stream_posts"), Sample(ACCOUNT)),
}
#: Path and body of a request that creates what an operation works on, and its user.
PREPARATIONS: dict[str, tuple[str, dict[str, Any], str]] = {
    "mass_actions_status": (
        "/MassAction",
        {
            "entityType": "Lead",
            "action": "update",
            "idle": True,
            "params": {"where": WHERE},
            "data": {"values": {"source": "Call"}},
        },
        "integrator",
    ),
    "attachments_chunk": (
        "/Attachment",
        {
            "name": "a.csv",
            "relatedType": "Document",
            "field": "file",
            "isBeingUploaded": True,
            "size": 4,
        },
        "integrator",
    ),
    **dict.fromkeys(
        ("webhooks_get", "webhooks_update", "webhooks_update_patch", "webhooks_delete"),
        ("/Webhook", {"event": "Account.create", "url": "https://hooks.example.com"}, "admin"),
    ),
    "records_restore": ("/CGadget", {"name": "Deleted"}, "admin"),
    "email_templates_prepare": (
        "/EmailTemplate",
        {"name": "Greeting", "subject": "Hello {User.name}", "body": "Hi"},
        "integrator",
    ),
    "exports_status": ("/Export", {"entityType": "Lead", "idle": True}, "integrator"),
}
IMPORT = {"entityType": "Lead", "attributeList": ["lastName"]}


def sample_of(mock: MockEspoCRM, operation: Operation) -> Sample:
    """Return what to call an operation with, after creating what it needs."""
    if operation.id in SAMPLES:
        return SAMPLES[operation.id]
    if operation.id in {"imports_run", "imports_revert"}:
        return _imported(mock, operation)
    if operation.id in PREPARATIONS:
        return _prepared(mock, operation)
    tag = operation.node["tags"][0]
    if tag not in RECORDS:
        return Sample()
    id, body = RECORDS[tag]
    path = {"id": id, "entityType": "CGadget"}
    if operation.method in {"PUT", "PATCH"}:
        return Sample(path, body={"description": "Changed"})
    return Sample(path, body=body if operation.method == "POST" else None)


def _prepared(mock: MockEspoCRM, operation: Operation) -> Sample:
    path, attributes, user = PREPARATIONS[operation.id]
    with client_for(mock, user) as http:
        created = http.post(path, json=attributes)
        assert created.status_code in (200, 201), created.headers
        id = created.json().get("id") or created.json()["exportId"]
        if operation.id == "records_restore":
            http.delete(f"/CGadget/{id}")
            return Sample({"entityType": "CGadget"}, body={"id": id}, user="admin")
    if operation.id == "attachments_chunk":
        return Sample({"id": id}, body=CSV, headers={"Content-Type": "text/plain"})
    if operation.id == "email_templates_prepare":
        return Sample({"id": id}, body={})
    body = {"isActive": False} if operation.method in {"PUT", "PATCH"} else None
    return Sample({"id": id}, body=body, user=user)


def _imported(mock: MockEspoCRM, operation: Operation) -> Sample:
    with client_for(mock) as http:
        file = http.post("/Import/file", content="One more").json()
        if operation.id == "imports_run":
            return Sample(body={**IMPORT, **file})
        return Sample({"id": http.post("/Import", json={**IMPORT, **file}).json()["id"]})


@pytest.mark.parametrize("profile", ["espocrm", "autocrm"])
def test_answers_every_operation(mocks: MockCRMs, profile: str) -> None:
    """Each operation answers as the document says where the server has it, else with 404."""
    mock = mocks.espocrm if profile == "espocrm" else mocks.autocrm
    initial = mock.snapshot()
    for operation in OPERATIONS.values():
        mock.restore(initial)
        sample = sample_of(mock, operation)
        body = sample.body
        with client_for(mock, sample.user) as http:
            reply = http.request(
                operation.method,
                operation.path.format(**sample.path),
                params=sample.query,
                json=None if isinstance(body, str) else body,
                content=body if isinstance(body, str) else None,
                headers=sample.headers,
            )
        expected = 404
        if profile in operation.node.get("x-crmkit-profile", [profile]):
            expected = 201 if operation.id == "webhooks_create" else 200
            assert mock.journal[-1].operation == operation.id
        assert reply.status_code == expected, (operation.id, reply.headers, reply.text)


def test_has_a_handler_for_each_operation_and_no_other() -> None:
    """The table of handlers has exactly the operations of the document, of both profiles."""
    assert OPERATIONS.keys() == HANDLERS.keys()
