"""Emit the table of operations: what a call needs to know of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .models import doc
from .payloads import wire_type

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan

__all__ = ["emit_operations"]


def emit_operations(derived: Derived) -> str:
    """Return the module that tells of each operation what a call needs to know."""
    lines = [
        f'"""The operations of the {doc(derived.tree["info"]["title"])}."""',
        "",
        "from dataclasses import replace",
        "",
        "from crmkit.core.operation import Operation, Paging",
        "",
    ]
    for plan in derived.operations:
        lines.append(f"{plan.constant} = Operation({', '.join(_arguments(plan))})")
        if plan.body and plan.body.upload:
            lines.append(f'{plan.constant}_UPLOAD = replace({plan.constant}, media="multipart")')
    names = ", ".join(plan.constant for plan in derived.operations)
    return "\n".join([*lines, "", f"OPERATIONS = ({names},)"]) + "\n"


def _arguments(plan: OperationPlan) -> list[str]:
    found = [repr(plan.public), repr(plan.source.method.upper()), repr(plan.source.path)]
    payload, body = plan.payload, plan.body
    if payload is not None:
        if payload.envelope:
            found.append(f"envelope={payload.envelope!r}")
        kind = wire_type(payload.kind)
        if kind and not payload.nullable:
            found.append(f"payload={kind}")
        items = wire_type(payload.kind.items[0]) if payload.kind.name == "list" else None
        if items:
            found.append(f"items={items}")
    found.append(f"effect={plan.effect!r}")
    if plan.paging is not None:
        found.append(f"paging={_paging(plan.paging)}")
    if body and body.media != "json":
        found.append(f"media={body.media!r}")
    if body and body.content_type:
        found.append(f"content_type={body.content_type!r}")
    if plan.settings:
        found.append(f"settings={plan.settings!r}")
    profiles = tuple(plan.source.node.get("x-crmkit-profile", ()))
    if profiles:
        found.append(f"profiles={profiles!r}")
    return found


def _paging(paging: dict[str, Any]) -> str:
    dotted = {"total", "last"}
    if paging["strategy"] == "offset":
        paging = {"first": 0, **paging}
    parts = [
        f"{key}={tuple(value.split('.')) if key in dotted else value!r}"
        for key, value in paging.items()
    ]
    return f"Paging({', '.join(parts)})"
