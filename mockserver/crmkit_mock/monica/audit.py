"""The audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.listing import page_of

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Handler, Tree
    from crmkit_mock.monica.records import Row


def operations() -> dict[str, Handler]:
    """Return the handlers by operationId."""
    return {"logs_list": _list, "logs_list_of_contact": _list_of_contact}


def _list(call: Call) -> Reply:
    return _page(call, call.records.all("auditlog", call.account.id))


def _list_of_contact(call: Call) -> Reply:
    contact = call.own("contact", call.number("contact_id"))
    rows = call.records.all("auditlog", call.account.id)
    return _page(call, [row for row in rows if row["contact_id"] == contact["id"]])


def _page(call: Call, rows: list[Row]) -> Reply:
    return page_of(call, rows, lambda row: _shape(call, row))


def _shape(call: Call, row: Row) -> Tree:
    objects: dict[str, Any] = {
        "contact_name": row["contact_name"],
        "contact_id": row["contact_id"],
    }
    return {
        "id": row["id"],
        "object": "auditlog",
        "author": {
            "id": call.account.id,
            "name": f"{call.account.first_name} {call.account.last_name}",
        },
        "action": row["action"],
        "objects": objects,
        "audited_at": row["created_at"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
