"""Exports of records to a file, at once or in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.csv_text import write_csv
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, not_found
from crmkit_mock.espocrm.search import Search, parse_params
from crmkit_mock.espocrm.spreadsheet import XLSX_TYPE, write_xlsx

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_IDLE = "idle exports"
#: Attributes that no file has.
_NOT_EXPORTED = frozenset(
    {
        "deleted", "emailAddressData", "phoneNumberData", "isFollowed", "followersIds",
        "followersNames", "isStarred", "versionNumber",
    }
)  # fmt: skip
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
    if not name:
        raise bad_request("No entityType.")
    if not isinstance(name, str):
        raise session.server_error_or("entityType is not a str.", by_router=True)
    if not session.user.may_export:
        raise forbidden("No 'export' permission.")
    if name not in ENTITY_TYPES:
        raise session.server_error_or(f"There is no entity type {name[:50]!r}.")
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
        selected = (session.data.find(entity.name, id) for id in dict.fromkeys(map(str, named)))
        known = [record for record in selected if record is not None]
        return lists.matching(session, entity, Search(), known)
    search = dict(params) if isinstance(params, dict) else {}
    search.pop("select", None)
    if where:
        search["where"] = where
    found = lists.matching(session, entity, parse_params(session, search))
    first, size = search.get("offset", 0), search.get("maxSize")
    # Live 10.0.0: an offset without a size has no effect.
    return found if size is None else found[first : first + size]


def _attributes(session: Session, entity: EntityType) -> list[str]:
    """Return the attributes to export, without those that the user may not see."""
    attributes, fields = session.body.get("attributeList"), session.body.get("fieldList")
    for member, value in (("attributeList", attributes), ("fieldList", fields)):
        if value is not None and not isinstance(value, list):
            raise session.server_error_or(f"{member} is not an array.", by_router=True)
    names: list[str] = []
    if attributes is not None:
        names = [str(name) for name in attributes]
    elif fields is not None:
        known = (entity.by_name.get(name) for name in fields if isinstance(name, str))
        id = ["id"] if "id" in fields else []
        names = [*id, *(name for field in known if field for name in _of_field(field))]
    else:
        names = ["id", *(name for field in entity.fields for name in _of_field(field))]
    hidden = session.user.hidden(entity.name)
    return [
        name
        for name in dict.fromkeys(names)
        if name not in _NOT_EXPORTED
        and not (name in entity.by_attribute and entity.by_attribute[name].name in hidden)
    ]


def _of_field(field: Field) -> tuple[str, ...]:
    """Return the attributes that stand for a field in a file, in their order there."""
    name = field.name
    match field.family:
        case "personName":
            return ("salutationName", "firstName", "lastName", "middleName", "name")
        case "currency":
            return (f"{name}Currency", name)
        case "email" | "phone":
            return (f"{name}IsOptedOut", f"{name}IsInvalid", name)
        case _:
            return tuple(field.attributes)


def _insert_file(session: Session, name: str, content: bytes, file_format: str) -> str:
    id = session.new_id()
    now = session.now()
    record = {
        "id": id,
        "deleted": False,
        "name": name,
        "type": _MEDIA_TYPES[file_format],
        "role": "Export File",
        "storage": "EspoUploadDir",
        "size": len(content),
        "createdAt": now,
        "modifiedAt": now,
        "createdById": session.user.id,
    }
    session.data.insert("Attachment", record)
    session.data.write_file(id, content)
    return id
