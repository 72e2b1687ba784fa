"""Payloads: what an operation's success brings, without the envelope around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bodies import JSON
from .kinds import Kind, python_type, wire_types

if TYPE_CHECKING:
    from .document import OperationSource
    from .schemas import Schemas

__all__ = ["Payload", "payload_of", "wire_type"]

_PLAIN = {"any", "str", "int", "bool", "digits", "bytes"}
"""Kinds that the sender checks by the type of the payload, and that need no decoder."""


@dataclass(frozen=True)
class Payload:
    """What an operation's success brings.

    Args:
        envelope: Members that lead to it.
        kind: What it is.
        nullable: Whether it may be null.
        description: What the document says of the reply.
    """

    envelope: tuple[str, ...]
    kind: Kind
    nullable: bool
    description: str

    @property
    def annotation(self) -> str:
        """How annotations call what is made of it."""
        return python_type(self.kind) + (" | None" if self.nullable else "")

    @property
    def plain(self) -> bool:
        """Whether it needs no decoder."""
        return self.kind.name in _PLAIN and not self.nullable


def payload_of(source: OperationSource, schemas: Schemas) -> Payload | None:
    """Return the payload of an operation; None for none.

    Raises:
        DocumentError: The reply is not described, or in a form that the emitters do not know.
    """
    document, place = schemas.document, f"{source.place} responses"
    good = sorted(status for status in source.node["responses"] if status.startswith("2"))
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
            remedy = "add it, or say type: string, format: binary of what are bytes"
            document.refuse(place, f"the success has no {JSON}", remedy)
        return Payload((), Kind("bytes"), nullable=False, description=text)
    envelope = tuple(filter(None, dotted.split(".")))
    schema = content[JSON].get("schema", {})
    for member in envelope:
        properties = document.resolve(schema, place).get("properties", {})
        if member not in properties:
            problem = f"the envelope has no member {member!r}"
            document.refuse(place, problem, "correct x-crmkit-envelope")
        schema = properties[member]
    kind, nullable = schemas.kind(schema, place, "read")
    inner = kind.items[0].name if kind.name == "list" else kind.name
    if inner in {"enum", "open_enum"}:
        document.refuse(place, "the payload is an enum", "describe it as a plain string")
    return Payload(envelope, kind, nullable, text)


def wire_type(kind: Kind) -> str | None:
    """Return the type of a kind's values as decoded from the wire; None if there are several."""
    if kind.name in {"any", "optional"}:
        return None
    if kind.name in {"digits", "bytes"}:  # digits come as a str, and are read as a number
        return python_type(kind)
    types = wire_types(kind)
    return types[0] if len(types) == 1 else None
