"""Attachments: uploaded at once or in chunks, and downloaded (observed)."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden, header_value, invalid, not_found
from crmkit_mock.espocrm.php_types import cast_int, is_numeric, to_str
from crmkit_mock.espocrm.responses import read_response
from crmkit_mock.espocrm.system_types import ATTACHMENT
from crmkit_mock.espocrm.validation import validate
from crmkit_mock.messages import JSON_TYPE, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import Field
    from crmkit_mock.espocrm.session import Session

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_ROLES = frozenset({"Attachment", "Inline Attachment"})
#: Fields of text that take images alone.
_WITH_IMAGES = frozenset({("Email", "body"), ("EmailTemplate", "body")})
#: Maximum size of a file in bytes: the setting attachmentUploadMaxSize, 256 MiB.
_MAX_SIZE = 256 * 1024 * 1024
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def create(session: Session) -> dict[str, Any]:
    """Upload a file, or begin to.

    Raises:
        APIError: 400, the content or the field of the file is missing; 403, the role or the field
            does not exist, or the field does not accept the file.
    """
    body = session.body
    in_chunks = body.get("isBeingUploaded") is True
    content = b"" if in_chunks else _content(body)
    field_name = body.get("field")
    parent_type = body.get("parentType") or body.get("relatedType")
    role = body["role"] if body.get("role") is not None else "Attachment"
    if not field_name or not parent_type:
        raise bad_request("No `field` and `parentType`.")
    if isinstance(role, list | dict):
        raise session.server_error_or("role is a list or an object.", by_router=True)
    if role not in _ROLES:
        raise forbidden("Role not allowed.")
    field = _require_field(session, str(parent_type), str(field_name))
    validate(session, ATTACHMENT, {"name": body.get("name"), "type": body.get("type")})
    if body.get("size") is not None and not is_numeric(body["size"]):
        raise invalid("Attachment", "size", "valid")
    if "role" in body and body["role"] is None:
        raise invalid("Attachment", "role", "valid")
    name = to_str(body.get("name"))
    if name:
        _require_accepted(field, name)
    size = cast_int(body["size"]) if in_chunks and "size" in body else len(content)
    if size > _MAX_SIZE:
        raise forbidden("Attachment size exceeds `attachmentUploadMaxSize`.")
    extra = {
        **({} if in_chunks and "size" not in body else {"size": size}),
        "isBeingUploaded": in_chunks,
        "storage": "EspoUploadDir",
        "role": role,
        "field": str(field_name),
    }
    sent = {name: value for name, value in body.items() if name not in {*extra, "parentId"}}
    response = records.create(session, ATTACHMENT, sent, extra=extra)
    session.data.write_file(response["id"], content)
    return response


def _content(body: Mapping[str, Any]) -> bytes:
    if "file" not in body:
        raise bad_request("No file contents.")
    file = body["file"]
    if not isinstance(file, str):
        raise bad_request("Non-string file contents.")
    return _decode(file, "Bad file contents.")


def _decode(uri: str, reason: str) -> bytes:
    """Return the content of a data URI: what follows its first comma, as PHP decodes base64.

    Raises:
        APIError: 400 with the reason, there is no comma.
    """
    _, comma, encoded = uri.partition(",")
    if not comma:
        raise bad_request(reason)
    digits = _NOT_BASE64.sub("", encoded)
    # What is not base64 is skipped, and the bits of an incomplete last group are dropped.
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


def _require_field(session: Session, parent_type: str, name: str) -> Field:
    """Return the field that a file is for.

    Raises:
        APIError: 403, the user may not use it, or it takes no files.
    """
    entity = ENTITY_TYPES.get(parent_type)
    field = entity.by_name.get(name) if entity is not None else None
    if field is None:
        raise forbidden(f"Field '{name[:50]}' does not exist.")
    if "no" == session.user.level(parent_type, "create") == session.user.level(parent_type, "edit"):
        raise forbidden(f"No access to {parent_type}.")
    if (parent_type, name) in _WITH_IMAGES:
        raise forbidden("Not allowed file type.")
    if field.family not in {"file", "attachmentMultiple"}:
        raise forbidden(f"Field type '{field.family}' is not allowed for Attachment.")
    return field


def _require_accepted(field: Field, file_name: str) -> None:
    if field.accept and file_name.rpartition(".")[2].lower() not in field.accept:
        raise forbidden("Not allowed file type.")


def add_chunk(session: Session, id: str) -> bool:
    """Add a chunk to a file that is being uploaded.

    Raises:
        APIError: 400, it is empty or not a data URI, or where a real server answers 500: it
            exceeds the announced size; 403 or 404.
    """
    body = session.request.body
    if not body:
        raise bad_request("")
    record = _find(session, id)
    if not record.get("isBeingUploaded"):
        raise forbidden("Attachment is not being-uploaded.")
    chunk = _decode(body.decode("utf-8", "replace"), "Bad file data.")
    content = session.data.read_file(id) + chunk
    size = record.get("size") or 0
    if len(content) > size:
        raise session.server_error_or("File size mismatch.", says="File size mismatch.")
    session.data.write_file(id, content)
    if len(content) == size:
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
        raise bad_request("No parentType and relatedType.")
    _require_field(session, target, str(field_name))
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
    if not media_type:
        media_type = JSON_TYPE
    elif not _MEDIA_TYPE.fullmatch(media_type):
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
    record = _find(session, id, f"Record {id} does not exist.")
    response = read_response(session, ATTACHMENT, record)
    user = _user_of(session, record)
    if user is not None:
        response |= {"relatedId": user["id"], "relatedName": display_name(user)}
    return response


def delete(session: Session, id: str) -> None:
    """Delete a file.

    Raises:
        APIError: 403 or 404.
    """
    record = session.data.find("Attachment", id)
    if record is None:
        raise not_found(f"Record {id} not found.")
    if not session.user.is_admin and not session.user.owns(record):
        raise forbidden("No delete access.")
    records.mark_deleted(session, ATTACHMENT, record)


def _find(session: Session, id: str, reason: str = "") -> Record:
    """Return a file that the user may read: an own one, or that of a record it may read.

    Raises:
        APIError: 403, or 404 with the reason.
    """
    record = session.data.find("Attachment", id)
    if record is None:
        raise not_found(reason)
    if session.user.is_admin or session.user.owns(record):
        return record
    kind, parent = record.get("parentType") or "", None
    if kind:
        parent = session.data.find(kind, record.get("parentId"))
    else:
        kind, parent = record.get("relatedType") or "", _user_of(session, record)
    if parent is None or not session.user.may(kind, "read", parent):
        raise forbidden("No 'read' access.")
    return record


def _user_of(session: Session, file: Record) -> Record | None:
    """Return the record whose field of one file has a file, or None."""
    kind, field = file.get("relatedType"), file.get("field")
    if not kind or kind not in ENTITY_TYPES:
        return None
    found = session.data.with_value(kind, file["id"], f"{field}Id")
    return found[0] if found else None
