"""Documents and photos, which come as files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.multipart import Upload, picture
from crmkit_mock.monica.resource import OfContact, Unknown
from crmkit_mock.monica.rules import Rules, image, integer, optional, required, text, upload
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)?(?:;[^,;]+)*;base64,(.*)", re.DOTALL)
_NO_UPDATE = ("list", "list_of_contact", "get", "create", "delete")


class Documents(OfContact):
    """The documents of an account."""

    kind = "document"
    label = "document"
    prefix = "documents"
    verbs: ClassVar[tuple[str, ...]] = _NO_UPDATE
    unknown_delete = Unknown.MISSING
    rules: ClassVar[Rules] = {"contact_id": required(integer), "document": required(upload)}

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a document."""
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "document",
            "original_filename": row["original_filename"],
            "new_filename": row["new_filename"],
            "filesize": row["filesize"],
            "type": row["type"],
            "mime_type": row["mime_type"],
            "number_of_downloads": row["number_of_downloads"],
            "link": f"{call.site}/store/{row['new_filename']}",
            "url": call.url(f"documents/{row['id']}"),
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new document. Its bytes are not kept: the API never shows them."""
        del call
        file: Upload = values["document"]
        extension = PurePosixPath(file.name).suffix[1:].lower()
        return {
            "contact_id": values["contact_id"],
            **_file_columns("documents", file, extension),
            "type": extension or None,
            "mime_type": file.media_type or "application/octet-stream",
            "number_of_downloads": None,
        }

    def settle(self, row: Row) -> bool:
        """Count downloads from 0, which the first reply does not know yet (seq 508 and 512)."""
        row["number_of_downloads"] = 0
        return True


class Photos(OfContact):
    """The photos of an account."""

    kind = "photo"
    label = "photo"
    prefix = "photos"
    verbs: ClassVar[tuple[str, ...]] = _NO_UPDATE
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "photo": required(image),
    }
    #: Rules of a photo that comes as a data: URL.
    data_rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "data": required(text()),
        "extension": optional(text()),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a photo."""
        return photo_shape(call, row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new photo."""
        del call
        file: Upload = values["photo"]
        extension, media_type = file.picture or ("", "")
        return {
            "contact_id": values["contact_id"],
            **_file_columns("photos", file, extension),
            "mime_type": media_type,
        }

    def values_of(self, call: Call) -> Values:
        """Return contact and file, however the file comes.

        Raises:
            Refusal: 422, the file is missing or no picture.
        """
        if call.given.get("data") is None or "photo" in call.given:
            return call.values(self.rules)
        values = call.values(self.data_rules)
        found = _DATA_URL.fullmatch(values["data"])
        try:
            content = base64.b64decode(found[2] if found else "", validate=True)
        except binascii.Error:
            content = b""
        kind = picture(content)
        if kind is None:
            raise invalid("The data must be an image.")
        name = f"photo.{values.get('extension') or kind[0]}"
        return {"contact_id": values["contact_id"], "photo": Upload(name, kind[1], content)}

    def attached(self, call: Call, contact: Row, row: Row) -> None:
        """Keep the picture itself, apart from what lists sort."""
        del contact
        file: Upload = self.values_of(call)["photo"]
        data = base64.b64encode(file.content).decode("ascii")
        call.records.put("photo content", row, {"data": data})

    def dropped(self, call: Call, row: Row) -> None:
        """Take a photo that is going to be deleted from its contact."""
        super().dropped(call, row)
        call.records.remove("photo content", row)


def photo_shape(call: Call, row: Row) -> Tree:
    """Build what replies show of a photo: all of the picture, as a data: URL."""
    content = call.records.get("photo content", row["account_id"], row["id"])
    data = content["data"] if content else ""
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "photo",
        "original_filename": row["original_filename"],
        "new_filename": row["new_filename"],
        "filesize": row["filesize"],
        "mime_type": row["mime_type"],
        "dataUrl": f"data:{row['mime_type']};base64,{data}",
        "link": f"{call.site}/store/{row['new_filename']}",
        "account": account_of(row),
        "contact": short_contact(call, row["contact_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _file_columns(folder: str, file: Upload, extension: str) -> dict[str, Any]:
    name = hashlib.sha256(file.name.encode() + b"\0" + file.content).hexdigest()[:40]
    return {
        "original_filename": file.name,
        "new_filename": f"{folder}/{name}{'.' if extension else ''}{extension}",
        "filesize": len(file.content),
    }
