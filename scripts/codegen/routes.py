"""Emit the operations: all that the document says of how each is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .models import doc
from .parameters import CONVERTED, converter_imports
from .payloads import wire_type

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .parameters import Parameter

__all__ = ["emit_operations"]


def emit_operations(derived: Derived, module: str) -> str:
    """Return the module of one resource's operations.

    Args:
        derived: The derived document.
        module: Name of the module.
    """
    plans = [plan for plan in derived.operations if plan.module == module]
    title = doc(derived.tree["info"]["title"])
    used = {
        CONVERTED[parameter.kind.name]
        for plan in plans
        for parameter in plan.parameters
        if parameter.kind.name in CONVERTED
    }
    lines = [
        f'"""Operations of the {title}: {module.removesuffix("_")}."""',
        "",
        "from dataclasses import replace",
        "",
        *converter_imports(used),
        "from crmkit.core.operation import Operation, Paging, Param",
        "",
    ]
    for plan in plans:
        lines.append(f"{plan.constant} = Operation({', '.join(_arguments(plan))})")
        if plan.body and plan.body.upload:
            lines.append(f'{plan.constant}_UPLOAD = replace({plan.constant}, media="multipart")')
    return "\n".join(lines) + "\n"


def _arguments(plan: OperationPlan) -> list[str]:
    found = [repr(plan.public), repr(plan.source.method.upper()), repr(plan.source.path)]
    payload, body = plan.payload, plan.body
    if plan.parameters:
        found.append(f"({', '.join(_param(parameter) for parameter in plan.parameters)},)")
    if payload is not None:
        if payload.envelope:
            found.append(f"envelope={payload.envelope!r}")
        kind = wire_type(payload.kind)
        if kind and not payload.nullable:
            found.append(f"payload={kind}")
    if plan.effect != "write":
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


def _param(parameter: Parameter) -> str:
    parts = [repr(parameter.argument), repr(parameter.wire)]
    if parameter.place != "query":
        parts.append(repr(parameter.place))
    if parameter.style != "single":
        parts.append(f"style={parameter.style!r}")
    if parameter.separator not in {"", ","}:
        parts.append(f"separator={parameter.separator!r}")
    if parameter.kind.name in CONVERTED:
        parts.append(f"convert={CONVERTED[parameter.kind.name]}")
    return f"Param({', '.join(parts)})"


def _paging(paging: dict[str, Any]) -> str:
    dotted = {"total", "last"}
    if paging["strategy"] == "offset":
        paging = {"first": 0, **paging}
    parts = [
        f"{key}={tuple(value.split('.')) if key in dotted else value!r}"
        for key, value in paging.items()
    ]
    return f"Paging({', '.join(parts)})"
