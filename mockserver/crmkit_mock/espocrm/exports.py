"""Exports of records to a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.errors import bad_request, forbidden
from crmkit_mock.espocrm.search import Search, parse_params

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session


def create(session: Session) -> dict[str, Any]:
    """Write records to a file that can be downloaded; return its id.

    Raises:
        APIError: 400, 403, or 404 for an unknown entity type.
    """
    body = session.body
    name = body.get("entityType")
    if not isinstance(name, str):
        raise bad_request("")
    entity = session.entity(name)
    if not session.user.may_export:
        raise forbidden("No export access.")
    session.user.require_scope(entity.name, "read")
    found = _records(session, entity)
    attributes = body.get("attributeList") or body.get("fieldList")
    names = [str(name) for name in attributes] if isinstance(attributes, list) else ["id", "name"]
    rows = lists.page(session, entity, Search(max_size=len(found)), found, names=names)["list"]
    lines = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    csv = "\r\n".join(",".join(line) for line in lines) + "\r\n"
    return {"id": _insert_file(session, entity, csv.encode("utf-8"))}


def _records(session: Session, entity: EntityType) -> list[Record]:
    body = session.body
    ids = body.get("ids")
    if isinstance(ids, list):
        found = (session.data.find(entity.name, id) for id in dict.fromkeys(map(str, ids)))
        named = [record for record in found if record is not None]
        return lists.matching(session, entity, Search(), named)
    params = body.get("searchParams")
    params = dict(params) if isinstance(params, dict) else {}
    if isinstance(body.get("where"), list):
        params["where"] = body["where"]
    return lists.matching(session, entity, parse_params(session, params))


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"'


def _insert_file(session: Session, entity: EntityType, content: bytes) -> str:
    id = session.new_id()
    now = session.now()
    record = {
        "id": id,
        "deleted": False,
        "name": f"Export_{entity.name}.csv",
        "type": "text/csv",
        "role": "Export File",
        "size": len(content),
        "createdAt": now,
        "modifiedAt": now,
        "createdById": session.user.id,
    }
    session.data.insert("Attachment", record)
    session.data.write_file(id, content)
    return id
