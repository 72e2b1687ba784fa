"""Documents and photos, which are uploaded as files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import re
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.forms import Upload
from crmkit_mock.monica import php_types
from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.resource import (
    ANY_CONTACT,
    KNOWN_CONTACT,
    ContactResource,
    OnBadId,
    Resource,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Rules,
    collect_errors,
    file,
    image,
    optional,
    picture_type,
    required,
    required_without,
    string,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_DATA_URL = re.compile(r"data:image/[a-zA-Z.-]+;base64,(?P<data>.+)")
_LINE_ENDS = re.compile(r"[\r\n]")
#: Extensions that the server has for media types where Python has others.
_EXTENSIONS = {"image/bmp": "bmp", "application/octet-stream": "bin", "image/webp": "webp"}
#: A picture of one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er"
    "kJggg=="
)
#: What stands before the pixels of a picture: one that is sent as text is opened, not only named.
_PIXELS = {"png": b"IDAT", "jpg": b"\xff\xda", "gif": b",", "webp": b"VP8"}


class Documents(ContactResource):
    """The documents of an account."""

    kind = "document"
    label = "document"
    namespace = "Contact\\"
    unknown_delete = OnBadId.NOT_FOUND
    rules: ClassVar[Rules] = {"contact_id": ANY_CONTACT, "document": required(file)}
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
        extension, media_type = _declared_type(upload)
        return {
            "contact_id": values["contact_id"],
            **_file_columns("documents", upload, extension or ""),
            "type": extension,
            "mime_type": media_type,
            "number_of_downloads": None,
        }

    def normalise(self, record: Record) -> bool:
        """Count downloads from 0, which the first reply does not do yet (seq 508 and 512)."""
        record["number_of_downloads"] = 0
        return True

    def find_for_delete(self, session: Session) -> Record:
        """Return the document to delete, which an archived contact does not keep."""
        return Resource.find_for_delete(self, session)


class Photos(ContactResource):
    """The photos of an account."""

    kind = "photo"
    label = "photo"
    namespace = "Contact\\"
    rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "photo": required_without("data", file, image),
        "data": required_without("photo", string()),
        "extension": optional(string()),
    }
    defaults: ClassVar[Tree] = {"photo": Upload("photo.png", "image/png", PIXEL)}

    def with_defaults(self, record: Mapping[str, Any]) -> Tree:
        """Return the members of a creation, with a picture if there is none."""
        return dict(record) if "data" in record else super().with_defaults(record)

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a photo."""
        return serialize_photo(session, record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new photo.

        Raises:
            Refusal: 500 or 422, the picture cannot be read.
        """
        upload: Upload | None = values["photo"]
        picture = None if upload is None else picture_type(upload.content)
        if upload is None or picture is None:
            message = 'Attempt to read property "id" on null'
            raise session.server_error_or(invalid("The data must be an image."), message)
        media_type = _declared_type(upload)[1]
        return {
            "contacts": [values["contact_id"]],
            **_file_columns("photos", upload, picture[0]),
            "mime_type": media_type,
        }

    def values_for_create(self, session: Session) -> Values:
        """Return contact and file, in whichever form the file comes.

        Raises:
            Refusal: 422, the file is missing or not a picture.
        """
        values, messages = collect_errors(self.rules, session.sent, session.records)
        data = values.get("data")
        if isinstance(data, list | dict) and data:
            crash = "App\\Services\\Account\\Photo\\UploadPhoto::isValidPhoto(): Argument #1 "
            crash += "($data) must be of type string, array given"
            raise session.server_error_or(invalid(*messages), crash)
        is_missing = data is None or isinstance(data, list | dict)
        content = None if is_missing else _decoded(php_types.to_str(data))
        if not is_missing and content is None:
            messages.append("validation.photo")
        if messages:
            raise invalid(*messages)
        if values.get("photo") is None:
            values["photo"] = _named(content or b"")
        return values

    def after_create(self, session: Session, record: Record) -> None:
        """Store the picture itself, apart from what lists read."""
        upload: Upload = self.values_for_create(session)["photo"]
        data = base64.b64encode(upload.content).decode("ascii")
        session.records.put("photo content", record, {"data": data})

    def find_for_delete(self, session: Session) -> Record:
        """Return the photo to delete, which an archived contact does not keep."""
        return Resource.find_for_delete(self, session)

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the picture with the photo."""
        session.records.remove("photo content", record)


def _decoded(text: str) -> bytes | None:
    """Return the bytes of a data: URL or of base64; None if a str is neither.

    A single character counts as the bytes of a picture, as it has the type of no text.
    """
    if len(text) == 1:
        return text.encode()
    match = _DATA_URL.fullmatch(text)
    try:
        return base64.b64decode(match["data"] if match else _LINE_ENDS.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        return None


def _named(content: bytes) -> Upload | None:
    """Return a picture as a file with the name that the server gives it; None if it is not one."""
    picture = picture_type(content)
    if picture is None or _PIXELS.get(picture[0], b"") not in content:
        return None
    extension, media_type = picture
    name = f"{hashlib.sha256(content).hexdigest()[:40]}.{extension}"
    return Upload(name, media_type, content)


def _declared_type(upload: Upload) -> tuple[str | None, str | None]:
    """Return extension and media type that the server takes from what the client declares."""
    media_type = upload.media_type or "application/octet-stream"
    guessed = (mimetypes.guess_extension(media_type) or "")[1:]
    extension = _EXTENSIONS.get(media_type, guessed) or None
    return extension, media_type if extension else None


def serialize_photo(session: Session, record: Record) -> Tree:
    """Build the response object of a photo, with the whole picture as a data: URL."""
    content = session.records.read("photo content", record["account_id"], record["id"])
    data = content["data"] if content else ""
    picture = picture_type(base64.b64decode(data))
    media_type = picture[1] if picture else record["mime_type"]
    contacts = (short_contact(session, id) for id in record["contacts"])
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "photo",
        "original_filename": record["original_filename"],
        "new_filename": record["new_filename"],
        "filesize": record["filesize"],
        "mime_type": record["mime_type"],
        "dataUrl": f"data:{media_type};base64,{data}",
        "link": f"{session.site}/store/{record['new_filename']}",
        "contact": next((contact for contact in contacts if contact is not None), None),
        **common_end(record),
    }


def _file_columns(folder: str, upload: Upload, extension: str) -> Tree:
    name = hashlib.sha256(upload.name.encode() + b"\0" + upload.content).hexdigest()[:40]
    return {
        "original_filename": upload.name,
        "new_filename": f"{folder}/{name}{'.' if extension else ''}{extension}",
        "filesize": len(upload.content),
    }
