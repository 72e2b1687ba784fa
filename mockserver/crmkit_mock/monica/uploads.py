"""Documents and photos, which are uploaded as files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.forms import Upload
from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.resource import ContactResource, OnBadId
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Rules,
    file,
    image,
    integer,
    optional,
    picture_type,
    required,
    string,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)?(?:;[^,;]+)*;base64,(.*)", re.DOTALL)
#: A picture of one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er"
    "kJggg=="
)


class Documents(ContactResource):
    """The documents of an account."""

    kind = "document"
    label = "document"
    unknown_delete = OnBadId.NOT_FOUND
    rules: ClassVar[Rules] = {"contact_id": required(integer), "document": required(file)}
    defaults: ClassVar[Tree] = {"document": Upload("document.txt", "text/plain", b"Document")}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a document."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "document",
            "original_filename": record["original_filename"],
            "new_filename": record["new_filename"],
            "filesize": record["filesize"],
            "type": record["type"],
            "mime_type": record["mime_type"],
            "number_of_downloads": record["number_of_downloads"],
            "link": f"{session.site}/store/{record['new_filename']}",
            "url": session.url(f"documents/{record['id']}"),
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new document, without its content, which no reply has."""
        del session
        upload: Upload = values["document"]
        extension = PurePosixPath(upload.name).suffix[1:].lower()
        return {
            "contact_id": values["contact_id"],
            **_file_columns("documents", upload, extension),
            "type": extension or None,
            "mime_type": upload.media_type or "application/octet-stream",
            "number_of_downloads": None,
        }

    def normalise(self, record: Record) -> bool:
        """Count downloads from 0, which the first reply does not do yet (seq 508 and 512)."""
        record["number_of_downloads"] = 0
        return True


class Photos(ContactResource):
    """The photos of an account."""

    kind = "photo"
    label = "photo"
    rules: ClassVar[Rules] = {"contact_id": required(integer), "photo": required(image)}
    #: Rules for a photo that is sent as a data: URL.
    data_rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "data": required(string()),
        "extension": optional(string()),
    }
    defaults: ClassVar[Tree] = {"photo": Upload("photo.png", "image/png", PIXEL)}

    def members_for_create(self) -> list[str]:
        """Return the names of the members that a creation takes."""
        return list({**self.rules, **self.data_rules})

    def with_defaults(self, record: Mapping[str, Any]) -> Tree:
        """Return the members of a creation, with a picture if there is none."""
        return dict(record) if "data" in record else super().with_defaults(record)

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a photo."""
        return serialize_photo(session, record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new photo."""
        del session
        upload: Upload = values["photo"]
        extension, media_type = picture_type(upload.content) or ("", "")
        return {
            "contact_id": values["contact_id"],
            **_file_columns("photos", upload, extension),
            "mime_type": media_type,
        }

    def values_for_create(self, session: Session) -> Values:
        """Return contact and file, in whichever form the file comes.

        Raises:
            Refusal: 422, the file is missing or not a picture.
        """
        if session.sent.get("data") is None or "photo" in session.sent:
            return session.validate(self.rules)
        values = session.validate(self.data_rules)
        match = _DATA_URL.fullmatch(values["data"])
        try:
            content = base64.b64decode(match[2] if match else "", validate=True)
        except binascii.Error:
            content = b""
        picture = picture_type(content)
        if picture is None:
            raise invalid("The data must be an image.")
        extension, media_type = picture
        name = f"photo.{values.get('extension') or extension}"
        return {
            "contact_id": values["contact_id"],
            "photo": Upload(name, media_type, content),
        }

    def after_create(self, session: Session, record: Record) -> None:
        """Store the picture itself, apart from what lists read."""
        upload: Upload = self.values_for_create(session)["photo"]
        data = base64.b64encode(upload.content).decode("ascii")
        session.records.put("photo content", record, {"data": data})

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the picture with the photo."""
        session.records.remove("photo content", record)


def serialize_photo(session: Session, record: Record) -> Tree:
    """Build the response object of a photo, with the whole picture as a data: URL."""
    content = session.records.read("photo content", record["account_id"], record["id"])
    data = content["data"] if content else ""
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "photo",
        "original_filename": record["original_filename"],
        "new_filename": record["new_filename"],
        "filesize": record["filesize"],
        "mime_type": record["mime_type"],
        "dataUrl": f"data:{record['mime_type']};base64,{data}",
        "link": f"{session.site}/store/{record['new_filename']}",
        "contact": short_contact(session, record["contact_id"]),
        **common_end(record),
    }


def _file_columns(folder: str, upload: Upload, extension: str) -> Tree:
    name = hashlib.sha256(upload.name.encode() + b"\0" + upload.content).hexdigest()[:40]
    return {
        "original_filename": upload.name,
        "new_filename": f"{folder}/{name}{'.' if extension else ''}{extension}",
        "filesize": len(upload.content),
    }
