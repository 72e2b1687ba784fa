"""Imports: records made from the rows of an uploaded CSV file, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.csv_text import read_csv
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, bad_request, forbidden, not_found
from crmkit_mock.espocrm.import_values import Formats, InvalidCellError, read_row
from crmkit_mock.espocrm.rules import normalise
from crmkit_mock.espocrm.validation import accept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_IMPORTS = "imports"
_UPDATES = ("update", "createAndUpdate")


def upload(session: Session) -> dict[str, Any]:
    """Keep the body as a file to import; return its id.

    Raises:
        APIError: 403.
    """
    _require_scope(session)
    id, now = session.new_id(), session.now()
    content = session.request.body
    file = {
        "id": id,
        "deleted": False,
        "name": "import-file.csv",
        "type": "text/csv",
        "role": "Import File",
        "size": len(content),
        "createdAt": now,
        "createdById": session.user.id,
    }
    session.data.insert("Attachment", file)
    session.data.write_file(id, content)
    return {"attachmentId": id}


def run(session: Session) -> dict[str, Any]:
    """Import the rows of a file; rows that fail are left out.

    An idle import is done at once too, but reported as one whose counts are not known yet.

    Raises:
        APIError: 400, a member is missing, or where a real server answers 500: the file is
            missing or empty; 403.
    """
    _require_scope(session)
    body = session.body
    attributes = body.get("attributeList")
    if not isinstance(attributes, list):
        raise bad_request("No `attributeList`.")
    for member in ("attachmentId", "entityType"):
        if not body.get(member):
            raise bad_request(f"No `{member}`.")
    name = str(body["entityType"])
    if name not in ENTITY_TYPES:
        raise session.server_error_or(f"There is no entity type {name[:50]!r}.")
    if session.user.level(name, "create") == "no":
        raise forbidden(f"No create access for '{name}'.")
    entity = session.entity(name)
    content = _content(session, body["attachmentId"])
    result: dict[str, Any] = {"id": session.new_id(), "countCreated": 0, "countUpdated": 0}
    result["manualMode"] = bool(body.get("manualMode"))
    created: list[str] = []
    if not result["manualMode"]:
        created, updated = _run(session, entity, [*map(str, attributes)], content)
        if not body.get("idleMode"):
            result |= {"countCreated": len(created), "countUpdated": updated}
    imports: dict[str, Any] = session.settings.get(_IMPORTS) or {}
    done = {"entityType": entity.name, "ids": created, "createdById": session.user.id}
    session.settings.set(_IMPORTS, {**imports, result["id"]: done})
    return result


def revert(session: Session, id: str) -> bool:
    """Delete the records that an import created, and the import.

    Raises:
        APIError: 403, or 404: there is no such import.
    """
    _require_scope(session)
    imports: dict[str, Any] = session.settings.get(_IMPORTS) or {}
    if id not in imports:
        raise not_found("Could not find import record.")
    done: dict[str, Any] = imports.pop(id)
    if not session.user.is_admin and done["createdById"] != session.user.id:
        raise forbidden("No access to import record.")
    entity = session.entity(done["entityType"])
    for record_id in done["ids"]:
        record = session.data.find(entity.name, record_id)
        if record is not None:
            records.mark_deleted(session, entity, record)
    session.settings.set(_IMPORTS, imports)
    return True


def _require_scope(session: Session) -> None:
    if session.user.level("Import", "read") == "no":
        raise forbidden("")


def _content(session: Session, id: object) -> str:
    file = session.data.find("Attachment", id)
    if file is None:
        raise _failure(session, "Attachment not found.")
    content = session.data.read_file(file["id"])
    if not content:
        raise _failure(session, "Empty contents.")
    return content.decode("utf-8", "replace")


def _failure(session: Session, reason: str) -> APIError:
    prefix = "" if session.release >= (9, 3) else "Import: "
    return session.server_error_or(reason, says=f"{prefix}{reason}")


def _run(
    session: Session, entity: EntityType, attributes: list[str], content: str
) -> tuple[list[str], int]:
    """Import rows; return the ids of the created records and the number of updated ones."""
    body = session.body
    delimiter = str(body.get("delimiter") or ",").replace("\\t", "\t")
    qualifier = str(body.get("textQualifier") or '"')
    hidden = session.user.hidden(entity.name)
    names = [name if _is_column(entity, name, hidden) else "" for name in attributes]
    created: list[str] = []
    updated = 0
    for number, row in enumerate(read_csv(content, delimiter[:1], qualifier[:1])):
        if number == 0 and body.get("headerRow"):
            continue
        try:
            id, is_new = _import_row(session, entity, names, row)
        except (APIError, InvalidCellError):
            continue
        if id is not None and is_new:
            created.append(id)
        elif id is not None:
            updated += 1
    return created, updated


def _is_column(entity: EntityType, name: str, hidden: frozenset[str]) -> bool:
    field = entity.by_attribute.get(name)
    return name == "id" if field is None else field.name not in hidden


def _import_row(
    session: Session, entity: EntityType, names: list[str], row: list[str]
) -> tuple[str | None, bool]:
    """Import one row; return the id of its record, None if there is none, and whether it is new.

    Raises:
        APIError: a value is invalid, or the record may not be written.
        InvalidCellError: a cell cannot be read.
    """
    body = session.body
    cells = dict(zip(names, row, strict=False))
    cells.pop("", None)
    defaults = body.get("defaultValues")
    formats = Formats.of(body)
    sent = {**(defaults if isinstance(defaults, dict) else {})}
    sent |= read_row(session, entity, cells, formats)
    before: Record | None = None
    if body.get("action") in _UPDATES:
        keys = _keys(body, names)
        if not keys:
            return None, False
        before = _find(session, entity, keys, cells)
        if before is None and body["action"] == "update":
            return None, False
        if before is not None:
            session.user.require(entity.name, "edit", before)
            changes = {name: value for name, value in sent.items() if name not in keys}
            accepted = accept(session, entity, normalise(session, entity, changes), before)
            records.change(session, entity, before, accepted, changes)
            return before["id"], False
    record, _ = records.insert(session, entity, sent, skip_duplicate_check=True)
    return record["id"], True


def _keys(body: Mapping[str, Any], names: list[str]) -> list[str]:
    positions = body.get("updateBy")
    if not isinstance(positions, list):
        return []
    return [names[index] for index in positions if isinstance(index, int) and index < len(names)]


def _find(
    session: Session, entity: EntityType, keys: list[str], cells: Mapping[str, str]
) -> Record | None:
    for record in session.data.all(entity.name):
        if all(str(_value(record, key) or "") == cells.get(key, "") for key in keys):
            return record
    return None


def _value(record: Record, key: str) -> Any:
    if key in {"emailAddress", "phoneNumber"}:
        entries = record.get(f"{key}Data") or []
        return next((entry[key] for entry in entries if entry["primary"]), None)
    return record.get(key)
