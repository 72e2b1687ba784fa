"""Bodies of requests: JSON where the document has it, else a form, files, or bytes as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .document import Document, OperationSource
    from .kinds import Kind
    from .schemas import Schemas

__all__ = ["ANY_VALUE", "JSON", "Body", "body_of"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"
MEDIA = {JSON: "json", FORM: "form", FILES: "multipart"}

ANY_VALUE: dict[str, Any] = {"anyOf": [{}, {"type": "string"}]}
"""Any value, for the generator: it would not even look at a reply whose schema is empty."""


@dataclass(frozen=True)
class Body:
    """The body of an operation.

    Args:
        media: How it is written: `json`, `form`, `multipart` or `content`.
        model: Name of the input model; empty for what is none.
        upload: Name of the input model that the same operation takes with files in it; empty for
            none.
        kind: What it holds where it is no model; None for `content`.
        content_type: Content-Type of `content`.
    """

    media: str
    model: str = ""
    upload: str = ""
    kind: Kind | None = None
    content_type: str = ""


def body_of(source: OperationSource, schemas: Schemas) -> tuple[Body | None, dict[str, Any]]:
    """Return the body of an operation, and its derived form; None and nothing if it has none.

    Generated functions write every body but `content` as JSON; the sender puts it into the form
    that the wire has.

    Raises:
        DocumentError: It cannot be made of arguments.
    """
    if "requestBody" not in source.node:
        return None, {}
    document = schemas.document
    place = f"{source.place} requestBody"
    content = document.resolve(source.node["requestBody"], place).get("content", {})
    for media, form in MEDIA.items():
        if media not in content or (media != JSON and not _is_object(content[media], document)):
            continue
        node = content[media].get("schema", {})
        kind, _, _ = schemas.kind(node, place, "write")
        if kind.name == "model":
            upload = _upload(media, content, schemas, place)
            forms = [{"$ref": f"#/components/schemas/{one}"} for one in (kind.ref, upload) if one]
            schema = {"anyOf": forms} if upload else forms[0]
            return Body(form, kind.ref, upload), _derived(JSON, schema)
        if media != JSON or kind.name not in {"map", "any"}:
            document.refuse(place, f"is no object but {kind.name}", "refer to an object schema")
        return Body(form, kind=kind), _derived(JSON, {})
    other = next((media for media in content if media not in MEDIA), None)
    if other is None:
        document.refuse(place, "has no media type", f"add {JSON}, or the one that it has")
    binary = {"type": "string", "format": "binary"}
    return Body("content", content_type=other), _derived("application/octet-stream", binary)


def _derived(media: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {media: {"schema": schema}}}


def _is_object(node: dict[str, Any], document: Document) -> bool:
    return document.resolve(node.get("schema", {}), "requestBody").get("type") == "object"


def _upload(media: str, content: dict[str, Any], schemas: Schemas, place: str) -> str:
    """Return the input model of a call with files, where there is another one without."""
    if media != JSON or FILES not in content or not _is_object(content[FILES], schemas.document):
        return ""
    kind, _, _ = schemas.kind(content[FILES].get("schema", {}), place, "write")
    return (
        ""
        if kind.ref == schemas.kind(content[media]["schema"], place, "write")[0].ref
        else kind.ref
    )
