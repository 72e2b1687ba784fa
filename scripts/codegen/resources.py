"""Emit resource classes, sync and async: `crm.contacts.save(…)`. Each is loaded when touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .imports import CLIENT, CORE, STANDARD, module
from .methods import emit_merge, emit_method
from .prose import doc
from .schemas import class_of
from .signatures import Signature

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .parameters import Parameter

__all__ = ["emit_resource", "emit_resources"]


def emit_resources(derived: Derived) -> str:
    """Return the module whose classes give a client its resources and its own methods."""
    plans = [plan for plan in derived.operations if not plan.source.hidden]
    tags = sorted({plan.source.tag for plan in plans if plan.source.public[0]})
    lines: list[str] = []
    for prefix in ("", "Async"):
        lines += [
            "",
            f"class {prefix}Resources(Client):",
            f'    """Resources of the {"async client" if prefix else "client"}."""',
        ]
        for tag in tags:
            name = f"{prefix}{class_of(tag)}"
            lines += [
                "",
                "    @resource",
                f"    def {tag}(self) -> {name}:",
                f'        """{_tag_text(derived, tag)}"""',
                f"        from .{tag} import {name}",
                "",
                f"        return {name}(self._sender)",
            ]
        for plan in plans:
            if plan.source.public[0] is None:
                lines += ["", *_delegate(plan, derived, prefix)]
    lazy = [
        *CORE,
        *(f"from .{tag} import Async{class_of(tag)}, {class_of(tag)}" for tag in tags),
        *derived.class_imports("..models."),
    ]
    text = f"The resources of the {derived.title}, each loaded when it is touched."
    return module(text, lines, (*STANDARD, CLIENT[0]), lazy)


def _delegate(plan: OperationPlan, derived: Derived, prefix: str) -> list[str]:
    """Return the lines of a method of the client itself, which loads its module when called."""
    signature = Signature(plan, derived)
    wait = "await " if prefix and plan.paging is None else ""
    passed = ", ".join(f"{name}={name}" for name in signature.names)
    back = "return " if plan.payload is not None else ""
    return [
        *(f"    {line}" for line in signature.lines(prefix)),
        f"        from .client_ import {prefix}Client_",
        "",
        f"        {back}{wait}{prefix}Client_(self._sender).{plan.source.public[1]}({passed})",
    ]


def _tag_text(derived: Derived, name: str) -> str:
    tags = {tag["name"]: doc(tag["description"]) for tag in derived.document.tree["tags"]}
    return tags.get(name, "Methods of the client.")


def emit_resource(derived: Derived, name: str) -> str:
    """Return the module of one resource, or of the client's own methods, sync and async."""
    plans = [plan for plan in derived.operations_of(name) if not plan.source.hidden]
    class_name = "Client_" if name == "client_" else class_of(name)
    text = _tag_text(derived, name)
    lines = [line for plan in plans if plan.replaces for line in emit_merge(plan, derived)]
    bound = _bound(plans)
    for prefix in ("", "Async"):
        lines += ["", f"class {prefix}{class_name}(Resource):", f'    """{text}"""']
        for plan in plans:
            lines += ["", *(f"    {line}" for line in emit_method(plan, derived, prefix))]
        if bound:
            lines += _bound_class(f"{prefix}{class_name}", text, bound)
            for plan in plans:
                if plan.source.public[1] in _RECORD_METHODS:
                    method = emit_method(plan, derived, prefix, bound)
                    lines += ["", *(f"    {line}" for line in method)]
    imports = [
        *STANDARD,
        *CORE,
        "from .. import codec, models, operations",
    ]
    return module(text, lines, imports, derived.class_imports("..models."))


_RECORD_METHODS = {"list", "get", "create", "update", "delete"}


def _bound(plans: list[OperationPlan]) -> Parameter | None:
    """Return the first path parameter of all methods that read and write records, if it is one.

    Such a resource has another class, whose objects belong to one value of the parameter.
    """
    records = [plan for plan in plans if plan.source.public[1] in _RECORD_METHODS]
    path = [[param for param in plan.parameters if param.place == "path"] for plan in records]
    if len(records) < len(_RECORD_METHODS) or not all(path):
        return None
    return path[0][0] if len({params[0].key for params in path}) == 1 else None


def _bound_class(name: str, text: str, bound: Parameter) -> list[str]:
    return [
        "",
        f"class {name}Of(Resource):",
        f'    """{text} Of one {bound.argument}.',
        "",
        "    Args:",
        "        sender: The client's sender.",
        f"        {bound.argument}: {bound.description}",
        '    """',
        "",
        f"    def __init__(self, sender: Sender, {bound.argument}: {bound.annotation}) -> None:",
        "        super().__init__(sender)",
        f"        self._bound = {bound.argument}",
    ]
