"""Attachments: uploaded at once or in chunks, and downloaded (observed)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, header_value, not_found
from crmkit_mock.espocrm.responses import read_response
from crmkit_mock.espocrm.system_types import ATTACHMENT
from crmkit_mock.messages import Reply

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

_DATA_URI = re.compile(rb"data:([^,;]*)[^,]*;base64,([A-Za-z0-9+/=\s]*)")
#: Maximum size of a file in bytes: the setting attachmentUploadMaxSize, 256 MiB.
_MAX_SIZE = 256 * 1024 * 1024
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def create(session: Session) -> dict[str, Any]:
    """Upload a file, or begin to.

    Raises:
        APIError: 400, the content or the field of the file is missing; 403, the field does not
            exist or does not accept the file.
    """
    body = session.body
    field_name = body.get("field")
    parent_type = body.get("parentType") or body.get("relatedType")
    in_chunks = body.get("isBeingUploaded") is True
    content = b"" if in_chunks else _content(body.get("file"))
    if not field_name or not isinstance(parent_type, str):
        raise bad_request("No `field` and `parentType`.")
    _require_field(session, parent_type, str(field_name), str(body.get("name") or ""))
    size = body.get("size") if in_chunks else len(content)
    if not isinstance(size, int):
        raise bad_request("No size.")
    if size > _MAX_SIZE:
        raise forbidden("File size exceeded.")
    extra = {
        "size": size,
        "isBeingUploaded": in_chunks,
        "storage": "EspoUploadDir",
        "role": body.get("role") or "Attachment",
        "field": str(field_name),
    }
    sent = {name: value for name, value in body.items() if name not in extra}
    response = records.create(session, ATTACHMENT, sent, extra=extra)
    session.data.write_file(response["id"], content)
    return response


def _content(file: object) -> bytes:
    if not isinstance(file, str) or not file:
        raise bad_request("No file contents.")
    return _decode(file.encode("utf-8"))


def _decode(uri: bytes) -> bytes:
    match = _DATA_URI.fullmatch(uri.strip())
    if match is None:
        raise bad_request("Bad file contents.")
    try:
        return base64.b64decode(match[2], validate=False)
    except binascii.Error:
        raise bad_request("Bad file contents.") from None


def _require_field(session: Session, parent_type: str, name: str, file_name: str) -> None:
    entity = ENTITY_TYPES.get(parent_type)
    field = entity.by_name.get(name) if entity is not None else None
    if field is None or field.family not in {"file", "attachmentMultiple"}:
        raise forbidden(f"Field '{name[:50]}' does not exist.")
    session.user.require_scope(parent_type, "create")
    if field.accept and file_name.rpartition(".")[2].lower() not in field.accept:
        raise forbidden("Not allowed file type.")


def add_chunk(session: Session, id: str) -> bool:
    """Add a chunk to a file that is being uploaded.

    Raises:
        APIError: 400, it is not a data URI, or exceeds the announced size; 403 or 404.
    """
    record = _find(session, id)
    if not record.get("isBeingUploaded"):
        raise forbidden("Attachment is not being-uploaded.")
    chunk = _decode(session.request.body)
    start = session.header("Start")
    content = session.data.read_file(id)
    if start is not None and start.isascii() and start.isdigit() and int(start) != len(content):
        raise bad_request("Bad chunk start.")
    content += chunk
    if len(content) > record["size"]:
        raise bad_request("File size mismatch.")
    session.data.write_file(id, content)
    if len(content) == record["size"]:
        session.data.replace("Attachment", {**record, "isBeingUploaded": False})
    return True


def copy(session: Session, id: str) -> dict[str, Any]:
    """Copy a file for another field; return the copy.

    Raises:
        APIError: 400, the field is missing; 403, the field does not exist or takes no such file;
            404.
    """
    body = session.body
    field_name = body.get("field")
    if not field_name:
        raise bad_request("No `field`.")
    parent_type, related_type = body.get("parentType"), body.get("relatedType")
    target = parent_type or related_type
    if not isinstance(target, str):
        raise bad_request("No parentType or relatedType.")
    _require_field(session, target, str(field_name), "")
    file = _find(session, id)
    changes = {
        "parentType": parent_type,
        "relatedType": related_type,
        "field": str(field_name),
        "role": "Attachment",
    }
    record = duplicate(session, file, changes)
    shown = {name: record[name] for name in _COPIED if name in record}
    return {"isBeingUploaded": False, "storageFilePath": None, "global": False, **shown}


def duplicate(session: Session, file: Record, changes: dict[str, Any]) -> Record:
    """Insert a copy of a file with changes; return its record."""
    now = session.now()
    record = {
        **{name: value for name, value in file.items() if name not in _OWN},
        **changes,
        "id": session.new_id(),
        "createdAt": now,
        "modifiedAt": now,
        "createdById": session.user.id,
        "sourceId": file.get("sourceId") or file["id"],
    }
    session.data.insert("Attachment", record)
    session.data.write_file(record["id"], session.data.read_file(file["id"]))
    return record


#: Attributes that the reply to a copy has, if they are set.
_COPIED = (
    "id", "name", "deleted", "type", "size", "field", "isBeingUploaded", "createdAt", "modifiedAt",
    "role", "storage", "parentType", "relatedType", "sourceId", "createdById",
)  # fmt: skip
#: Attributes of a file that its copy does not have.
_OWN = frozenset({"parentId", "relatedId", "modifiedById"})


def download(session: Session, id: str) -> Reply:
    """Return the content of a file.

    Raises:
        APIError: 403 or 404.
    """
    record = _find(session, id)
    name = record.get("name") or "file"
    ascii_name = header_value(name).encode("ascii", "replace").decode("ascii").replace('"', "'")
    disposition = f'attachment; filename="{ascii_name}"'
    if ascii_name != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    media_type = record.get("type") or ""
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += ";charset=UTF-8"
    headers = {"Content-Disposition": disposition}
    return Reply(200, session.data.read_file(id), headers, media_type, "")


def read(session: Session, id: str) -> dict[str, Any]:
    """Return the record of a file.

    Raises:
        APIError: 403 or 404.
    """
    return read_response(session, ATTACHMENT, _find(session, id))


def delete(session: Session, id: str) -> None:
    """Delete a file.

    Raises:
        APIError: 403 or 404.
    """
    records.mark_deleted(session, ATTACHMENT, _find(session, id))


def _find(session: Session, id: str) -> Record:
    record = session.data.find("Attachment", id)
    if record is None:
        raise not_found()
    if not session.user.is_admin and not session.user.owns(record):
        parent = session.data.find(record.get("parentType") or "", record.get("parentId"))
        if parent is None or not session.user.may(record["parentType"], "read", parent):
            raise forbidden("No 'read' access.")
    return record
