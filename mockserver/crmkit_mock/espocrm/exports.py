"""Exports of records to a file, at once or in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.csv_text import write_csv
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.search import Search, parse_params
from crmkit_mock.espocrm.spreadsheet import XLSX_TYPE, write_xlsx

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_IDLE = "idle exports"
_MEDIA_TYPES = {"csv": "text/csv", "xlsx": XLSX_TYPE}


def create(session: Session) -> dict[str, Any]:
    """Write records to a file that can be downloaded; return its id.

    An idle export is done at once too, but its id is that of a job, which is reported as pending
    until its status was requested once.

    Raises:
        APIError: 400, the entity type is missing or a condition is invalid; 403.
    """
    body = session.body
    name = body.get("entityType")
    if not isinstance(name, str) or not name:
        raise bad_request("No entityType.")
    if not session.user.may_export:
        raise forbidden("No 'export' permission.")
    if session.user.level(name, "read") == "no":
        raise forbidden("No 'read' access.")
    entity = session.entity(name)
    file_format = body.get("format") or "csv"
    if file_format not in _MEDIA_TYPES:
        raise session.server_error_or(f"There is no format {str(file_format)[:50]!r}.")
    found = _records(session, entity)
    names = _attributes(session, entity)
    page = lists.page(session, entity, Search(max_size=len(found)), found, names=names)
    rows = [[row.get(name) for name in names] for row in page["list"]]
    content = (
        write_csv(names, rows).encode("utf-8") if file_format == "csv" else write_xlsx(names, rows)
    )
    id = _insert_file(session, f"Export_{entity.name}.{file_format}", content, file_format)
    if not body.get("idle"):
        return {"id": id}
    job = session.new_id()
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    pending = {"status": "Pending", "attachmentId": id, "createdById": session.user.id}
    session.settings.set(_IDLE, {**idle, job: pending})
    return {"exportId": job}


def status(session: Session, id: str) -> dict[str, Any]:
    """Return the status of an idle export: pending at first, then done, with the id of the file.

    Raises:
        APIError: 404, there is no such export; 403, it is another user's.
    """
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    if id not in idle:
        raise not_found()
    export: dict[str, Any] = idle[id]
    if export["createdById"] != session.user.id:
        raise forbidden("")
    session.settings.set(_IDLE, {**idle, id: {**export, "status": "Success"}})
    is_done = export["status"] == "Success"
    return {
        "status": export["status"],
        "attachmentId": export["attachmentId"] if is_done else None,
    }


def _records(session: Session, entity: EntityType) -> list[Record]:
    body = session.body
    params = body.get("searchParams", body.get("selectData"))
    where, ids = body.get("where"), body.get("ids")
    for member, value in (("where", where), ("searchParams", params), ("ids", ids)):
        if value and not isinstance(value, list | dict):
            raise session.server_error_or(f"{member} is not an array.")
    if not where and not params and ids:
        named = ids.values() if isinstance(ids, dict) else ids
        found = (session.data.find(entity.name, str(id)) for id in dict.fromkeys(map(str, named)))
        known = [record for record in found if record is not None]
        return lists.matching(session, entity, Search(), known)
    search = dict(params) if isinstance(params, dict) else {}
    search.pop("select", None)
    if where:
        search["where"] = where
    return lists.matching(session, entity, parse_params(session, search))


def _attributes(session: Session, entity: EntityType) -> list[str]:
    """Return the attributes to export, without those that the user may not see."""
    body = session.body
    names = body.get("attributeList")
    if not isinstance(names, list):
        fields = body.get("fieldList")
        if not isinstance(fields, list):
            fields = [field.name for field in entity.fields]
            names = ["id"]
        else:
            names = []
        for name in fields:
            field = entity.by_name.get(name) if isinstance(name, str) else None
            names += [name] if field is None else field.attributes
    hidden = session.user.hidden(entity.name)
    return [
        name
        for name in map(str, names)
        if name != "deleted"
        and (name not in entity.by_attribute or _is_shown(entity, name, hidden))
    ]


def _is_shown(entity: EntityType, name: str, hidden: frozenset[str]) -> bool:
    return entity.by_attribute[name].name not in hidden


def _insert_file(session: Session, name: str, content: bytes, file_format: str) -> str:
    id = session.new_id()
    now = session.now()
    record = {
        "id": id,
        "deleted": False,
        "name": name,
        "type": _MEDIA_TYPES[file_format],
        "role": "Export File",
        "size": len(content),
        "createdAt": now,
        "modifiedAt": now,
        "createdById": session.user.id,
    }
    session.data.insert("Attachment", record)
    session.data.write_file(id, content)
    return id
