"""Attachments: upload in one piece or in chunks, and download (observed)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.other_types import ATTACHMENT, ENTITY_TYPES
from crmkit_mock.espocrm.refusals import bad_request, forbidden, header_text, not_found
from crmkit_mock.espocrm.shapes import read_shape
from crmkit_mock.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import Field
    from crmkit_mock.espocrm.session import Session

_DATA_URI = re.compile(rb"data:([^,;]*)[^,]*;base64,([A-Za-z0-9+/=\s]*)")
#: Largest file, in bytes: the setting attachmentUploadMaxSize, 256 MiB.
_LARGEST = 256 * 1024 * 1024
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def create(session: Session) -> dict[str, Any]:
    """Upload a file, or begin to.

    Raises:
        Problem: 400, the contents or the place of the file are missing; 403, the field does not
            exist or does not take the file.
    """
    body = session.body
    field_name = body.get("field")
    kind = body.get("parentType") or body.get("relatedType")
    in_pieces = body.get("isBeingUploaded") is True
    contents = b"" if in_pieces else _contents(body.get("file"))
    if not field_name or not isinstance(kind, str):
        raise bad_request("No `field` and `parentType`.")
    _require_field(session, kind, str(field_name), body)
    size = body.get("size") if in_pieces else len(contents)
    if not isinstance(size, int) or size > _LARGEST:
        raise forbidden("File size exceeded.") if isinstance(size, int) else bad_request("No size.")
    given = {
        "size": size,
        "isBeingUploaded": in_pieces,
        "storage": "EspoUploadDir",
        "role": body.get("role") or "Attachment",
        "field": str(field_name),
    }
    sent = {name: value for name, value in body.items() if name not in given}
    shown = records.create(session, ATTACHMENT, sent, given=given)
    session.data.write_file(shown["id"], contents)
    return shown


def _contents(file: object) -> bytes:
    if not isinstance(file, str) or not file:
        raise bad_request("No file contents.")
    return _decoded(file.encode("utf-8"))


def _decoded(uri: bytes) -> bytes:
    found = _DATA_URI.fullmatch(uri.strip())
    if found is None:
        raise bad_request("Bad file contents.")
    try:
        return base64.b64decode(found[2], validate=False)
    except binascii.Error:
        raise bad_request("Bad file contents.") from None


def _require_field(session: Session, kind: str, name: str, body: Mapping[str, Any]) -> None:
    entity = ENTITY_TYPES.get(kind)
    field = entity.by_name.get(name) if entity is not None else None
    if entity is None or field is None or field.family not in {"file", "attachmentMultiple"}:
        raise forbidden(f"Field '{name[:50]}' does not exist.")
    session.user.require_scope(kind, "create")
    _require_type(field, str(body.get("name") or ""))


def _require_type(field: Field, file_name: str) -> None:
    extension = file_name.rpartition(".")[2].lower()
    if field.accept and extension not in field.accept:
        raise forbidden("Not allowed file type.")


def add_chunk(session: Session, id: str) -> bool:
    """Add a piece to a file that is being uploaded.

    Raises:
        Problem: 400, it is no data URI or more than was announced; 403 or 404.
    """
    record = _own(session, id)
    if not record.get("isBeingUploaded"):
        raise forbidden("Attachment is not being-uploaded.")
    piece = _decoded(session.request.body)
    start = session.header("Start")
    there = session.data.read_file(id)
    if start is not None and start.isascii() and start.isdigit() and int(start) != len(there):
        raise bad_request("Bad chunk start.")
    whole = there + piece
    if len(whole) > record["size"]:
        raise bad_request("File size mismatch.")
    session.data.write_file(id, whole)
    if len(whole) == record["size"]:
        session.data.replace("Attachment", {**record, "isBeingUploaded": False})
    return True


def download(session: Session, id: str) -> Reply:
    """Return the bytes of a file.

    Raises:
        Problem: 403 or 404.
    """
    record = _own(session, id)
    name = record.get("name") or "file"
    plain = header_text(name).encode("ascii", "replace").decode("ascii").replace('"', "'")
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    kind = record.get("type") or ""
    if not _MEDIA_TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    media_type = f"{kind};charset=UTF-8" if kind.startswith("text/") else kind
    return Reply(
        200, session.data.read_file(id), {"Content-Disposition": disposition}, media_type, ""
    )


def read(session: Session, id: str) -> dict[str, Any]:
    """Return what is known of a file.

    Raises:
        Problem: 403 or 404.
    """
    return read_shape(session, ATTACHMENT, _own(session, id))


def delete(session: Session, id: str) -> None:
    """Delete a file softly.

    Raises:
        Problem: 403 or 404.
    """
    records.remove(session, ATTACHMENT, _own(session, id))


def _own(session: Session, id: str) -> Record:
    record = session.data.find("Attachment", id)
    if record is None:
        raise not_found()
    if not session.user.is_admin and not session.user.owns(record):
        parent = session.data.find(record.get("parentType") or "", record.get("parentId"))
        allowed = parent is not None and session.user.may(record["parentType"], "read", parent)
        if not allowed:
            raise forbidden("No 'read' access.")
    return record
