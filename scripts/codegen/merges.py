"""Emit the tables that say where a record shows what an update, which replaces it, writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .methods import payload_decoder

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .kinds import Field

__all__ = ["emit_merge"]


def emit_merge(plan: OperationPlan, derived: Derived) -> list[str]:
    """Return the table of an update."""
    document = derived.document
    schema = document.schemas[plan.model]
    shown = schema.get("x-crmkit-read-schema")
    if shown is None:
        problem = "replaces a record and does not say how it is read"
        place = f"components/schemas/{plan.model}"
        document.refuse(place, problem, "add x-crmkit-read-schema")
    rows: list[str] = []
    names = derived.classes[plan.model].names
    for member in derived.models[plan.model].fields:
        node = document.resolve(schema["properties"][member.wire], plan.model)
        path = tuple(str(node.get("x-crmkit-read-as", member.wire)).split("."))
        if _is_shown(path, shown, derived):
            name = names[member.derived]
            argument = f", argument={name!r}" if name != member.wire else ""
            rows.append(f"Member({member.wire!r}, {path!r}{_form(member, derived)}{argument}),")
    read = derived.operation(plan.replaces)
    return [
        "",
        f"_{plan.constant} = Merge(",
        f"    operations.{read.constant},",
        f"    operations.{plan.constant},",
        f"    lambda tree: {payload_decoder(read, derived)}(tree),",
        f"    ({' '.join(rows)}),",
        ")",
        "",
    ]


def _is_shown(path: tuple[str, ...], shown: str, derived: Derived) -> bool:
    document = derived.document
    node = document.schemas[shown]
    for part in path:
        node = document.resolve(node, shown)
        alternatives = [document.resolve(other, shown) for other in node.get("anyOf", [])]
        node = next((other for other in alternatives if other.get("type") != "null"), node)
        if "items" in node:
            node = document.resolve(node["items"], shown)
        if part not in node.get("properties", {}):
            return False
        node = node["properties"][part]
    return True


def _form(member: Field, derived: Derived) -> str:
    """Return what `Member` has to know of a member's form beside its place."""
    parts = []
    if member.nullable:
        parts.append("nullable=True")
    if member.kind.name == "separated":
        parts.append(f"by={member.kind.by!r}")
        item = member.kind.items[0]
        if item.name == "model":
            names = tuple(field.wire for field in derived.models[item.ref].fields)
            parts.append(f"between={member.kind.between!r}, members={names!r}")
    elif member.kind.name in {"bit", "date"}:
        parts.append(f"form={member.kind.name!r}")
    return "".join(f", {part}" for part in parts)
