"""Emit the operations: all that the document says of how each is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .imports import CODEC, CORE, module
from .kinds import CONVERTED, parts
from .payloads import wire_type

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .kinds import Kind
    from .parameters import Parameter

__all__ = ["emit_operations"]


def emit_operations(derived: Derived) -> str:
    """Return the module of the operations."""
    lines: list[str] = []
    if any(plan.changes for plan in derived.operations):
        lines.append(f"CHANGES = ChangeOrder({_changes(derived.document.changes)})")
    for plan in derived.operations:
        lines.append(f"{plan.constant} = Operation({', '.join(_arguments(plan, derived))})")
        if plan.body and plan.body.upload:
            lines.append(f'{plan.constant}_UPLOAD = replace({plan.constant}, media="multipart")')
    return module(f"Operations of the {derived.title}.", lines, (*CORE, *CODEC), future=False)


def _arguments(plan: OperationPlan, derived: Derived) -> list[str]:
    source, payload, body = plan.source, plan.payload, plan.body
    arguments = [repr(source.name), repr(source.method.upper()), repr(source.path)]
    if plan.parameters:
        arguments.append(f"({', '.join(map(_param, plan.parameters))},)")
    keywords = {
        "envelope": payload and payload.envelope,
        "payload": payload and not payload.nullable and wire_type(payload.kind),
        "effect": source.node.get("x-crmkit-effect", "read" if source.method == "get" else ""),
        "paging": plan.paging and _paging(plan.paging),
        "media": body and body.media,
        "content_type": body and body.content_type,
        "settings": plan.settings,
        "profiles": source.profiles,
        "exact": payload and _holds_decimal(payload.kind, derived, set()),
    }
    usual = {"effect": "write", "media": "json"}
    as_code = {"payload", "paging"}
    return arguments + [
        f"{name}={value if name in as_code else repr(value)}"
        for name, value in keywords.items()
        if value and value != usual.get(name)
    ]


def _holds_decimal(kind: Kind, derived: Derived, seen: set[str]) -> bool:
    """Return whether values of a kind hold numbers that must be read exactly."""
    for part in parts(kind):
        if part.name == "decimal":
            return True
        if part.name == "model" and part.ref not in seen:
            seen.add(part.ref)
            fields = derived.schemas.models[part.ref].fields
            if any(_holds_decimal(field.kind, derived, seen) for field in fields):
                return True
    return False


def _param(parameter: Parameter) -> str:
    parts = [repr(parameter.argument), repr(parameter.wire)]
    if parameter.place != "query":
        parts.append(repr(parameter.place))
    if parameter.style != "single":
        parts.append(f"style={parameter.style!r}")
    if parameter.separator not in {"", ","}:
        parts.append(f"separator={parameter.separator!r}")
    if parameter.kind.name in CONVERTED:
        parts.append(f"convert=encode_{parameter.kind.name}")
    return f"Param({', '.join(parts)})"


def _paging(paging: dict[str, Any]) -> str:
    dotted = {"total", "last"}
    if paging["strategy"] == "offset":
        paging = {"first": 0, **paging}
    parts = [
        f"{key}={tuple(value.split('.')) if key in dotted else value!r}"
        for key, value in paging.items()
        if key not in {"changes", "order"}
    ]
    if "changes" in paging:
        parts.append("changes=CHANGES")
    return f"Paging({', '.join(parts)})"


def _changes(changes: dict[str, Any]) -> str:
    return ", ".join(
        f"{key}={tuple(value.items()) if isinstance(value, dict) else value!r}"
        for key, value in changes.items()
        if key != "unseen"
    )
