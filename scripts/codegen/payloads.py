"""Payloads: what an operation's success brings, without the envelope around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bodies import JSON
from .kinds import Kind, python_type
from .unions import wire_types

if TYPE_CHECKING:
    from .document import OperationSource
    from .schemas import Schemas

__all__ = ["PLAIN_PAYLOADS", "Payload", "payload_of", "returned_type", "wire_type"]

PLAIN_PAYLOADS = {"any", "str", "int", "bool", "digits", "bytes"}
"""Kinds that the sender checks by the type of the payload, and that need no decoder."""


class Payload:
    """What an operation's success brings.

    Args:
        envelope: Members that lead to it.
        kind: What it is.
        nullable: Whether it may be null.
        description: What the document says of the reply.
    """

    def __init__(
        self, envelope: tuple[str, ...], kind: Kind, *, nullable: bool, description: str
    ) -> None:
        self.envelope = envelope
        self.kind = kind
        self.nullable = nullable
        self.description = description


def payload_of(source: OperationSource, schemas: Schemas) -> Payload | None:
    """Return the payload of an operation; None for none.

    Raises:
        DocumentError: The reply is not described, or in a form that the emitters do not know.
    """
    document, place = schemas.document, f"{source.place} responses"
    good = sorted(
        status for status in source.node.get("responses", {}) if str(status).startswith("2")
    )
    if not good:
        document.refuse(place, "has no success", "add the 2xx response")
    response = document.resolve(source.node["responses"][good[0]], place)
    content = response.get("content", {})
    dotted = source.node.get("x-crmkit-envelope", document.tree.get("x-crmkit-envelope", ""))
    if not content or source.method == "delete" or dotted is None:
        return None
    text = " ".join(response["description"].split())
    if JSON not in content:
        schema = document.resolve(next(iter(content.values())).get("schema", {}), place)
        if schema.get("format") != "binary":
            document.refuse(
                place,
                f"the success has no {JSON}",
                "add it, or say type: string, format: binary of what are bytes",
            )
        return Payload((), Kind("bytes"), nullable=False, description=text)
    envelope = tuple(dotted.split(".")) if dotted else ()
    schema = content[JSON].get("schema", {})
    for member in envelope:
        properties = document.resolve(schema, place).get("properties", {})
        if member not in properties:
            document.refuse(
                place, f"the envelope has no member {member!r}", "correct x-crmkit-envelope"
            )
        schema = properties[member]
    kind, nullable, _ = schemas.kind(schema, place, "read")
    inner = kind.items[0].name if kind.name == "list" else kind.name
    if inner in {"enum", "open_enum"}:
        document.refuse(place, "the payload is an enum", "describe it as a plain string")
    return Payload(envelope, kind, nullable=nullable, description=text)


def returned_type(kind: Kind) -> str:
    """Return how annotations call what is made of a payload."""
    return "bytes" if kind.name == "bytes" else python_type(kind)


def wire_type(kind: Kind) -> str | None:
    """Return the type of a kind's values as decoded from the wire; None if there are several."""
    match kind.name:
        case "any" | "optional":
            return None
        case "digits":  # as a str, and read as a number all the same
            return "int"
        case "bytes":
            return "bytes"
        case _:
            types = wire_types(kind)
            return types[0] if len(types) == 1 else None
