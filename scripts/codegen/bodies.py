"""Bodies of requests: JSON where the document has it, else a form, files, or bytes as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .document import Document, OperationSource
    from .kinds import Kind
    from .schemas import Schemas

__all__ = ["JSON", "Body", "body_of"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"
MEDIA = {JSON: "json", FORM: "form", FILES: "multipart"}


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
    for media, written in MEDIA.items():
        if media not in content or (media != JSON and not _is_object(content[media], document)):
            continue
        node = content[media].get("schema", {})
        kind, _, _ = schemas.kind(node, place, "write")
        if kind.name == "model":
            return Body(written, kind.ref, _upload(media, content, schemas, place))
        if media != JSON or kind.name not in {"map", "any"}:
            document.refuse(place, f"is not an object but {kind.name}", "refer to an object schema")
        return Body(written, kind=kind)
    other = next((media for media in content if media not in MEDIA), None)
    if other is None:
        document.refuse(place, "has no media type", f"add {JSON}, or the one that it has")
    return Body("content", content_type=other)


def _is_object(node: dict[str, Any], document: Document) -> bool:
    return document.resolve(node.get("schema", {}), "requestBody").get("type") == "object"


def _upload(media: str, content: dict[str, Any], schemas: Schemas, place: str) -> str:
    """Return the input model of a call with files, where there is another one without."""
    if media != JSON or FILES not in content or not _is_object(content[FILES], schemas.document):
        return ""
    kind, _, _ = schemas.kind(content[FILES].get("schema", {}), place, "write")
    plain, _, _ = schemas.kind(content[media]["schema"], place, "write")
    return "" if kind.ref == plain.ref else kind.ref
