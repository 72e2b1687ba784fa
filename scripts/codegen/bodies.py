"""Bodies of requests: JSON where the document has it, else a form, files, or bytes as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .kinds import python_type

if TYPE_CHECKING:
    from .document import OperationSource
    from .kinds import Kind
    from .schemas import Schemas

__all__ = ["Body", "body_of"]

JSON = "application/json"
FILES = "multipart/form-data"
MEDIA = {JSON: "json", "application/x-www-form-urlencoded": "form", FILES: "multipart"}


@dataclass(frozen=True)
class Body:
    """The body of an operation.

    Args:
        media: How it is written: `json`, `form`, `multipart` or `content`.
        model: Name of the input model; empty for what is not a model.
        upload: Name of the input model that the same operation takes with files in it; empty for
            none.
        kind: What it holds where it is not a model; None for `content`.
        content_type: Content-Type of `content`.
    """

    media: str
    model: str = ""
    upload: str = ""
    kind: Kind | None = None
    content_type: str = ""

    @property
    def models(self) -> list[str]:
        """Names of the input models: one, or one without and one with files."""
        return [name for name in (self.model, self.upload) if name]

    @property
    def plain_type(self) -> str:
        """The type of a body that is not a model."""
        if self.media == "content":
            return f"{'str | ' if self.content_type.startswith('text/') else ''}bytes | ByteStream"
        return re.sub("^dict", "Mapping", python_type(self.kind) if self.kind else "Any")


def body_of(source: OperationSource, schemas: Schemas) -> Body | None:
    """Return the body of an operation; None if it has none.

    Raises:
        DocumentError: It cannot be made of arguments.
    """
    if "requestBody" not in source.node:
        return None
    document = schemas.document
    place = f"{source.place} requestBody"
    content = document.resolve(source.node["requestBody"], place).get("content", {})
    nodes = {media: node.get("schema", {}) for media, node in content.items()}
    objects = {
        media for media in nodes if document.resolve(nodes[media], place).get("type") == "object"
    }
    for media, written in MEDIA.items():
        if media not in ({*nodes} if media == JSON else objects):
            continue
        kind, _ = schemas.kind(nodes[media], place, "write")
        if kind.name == "model":
            upload = ""
            if media == JSON and FILES in objects:
                files, _ = schemas.kind(nodes[FILES], place, "write")
                upload = files.ref if files.ref != kind.ref else ""
            return Body(written, kind.ref, upload)
        if media != JSON or kind.name not in {"map", "any"}:
            document.refuse(place, f"is not an object but {kind.name}", "refer to an object schema")
        return Body(written, kind=kind)
    for media in nodes:
        if media not in MEDIA:
            return Body("content", content_type=media)
    return document.refuse(place, "has no media type", f"add {JSON}, or the one that it has")
