"""Emit the functions of operations: `contacts_list.sync(client=crm.generated)`.

Each operation is a class with four functions, in one module with the others of its tag: many small
modules take more room than what they hold. `sync` and `asyncio` return the payload,
`sync_detailed` and `asyncio_detailed` a `Response` with status, headers and content beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .imports import CLIENT, CORE, STANDARD, module
from .methods import dict_of, payload_decoder
from .prose import doc, docstring, section
from .signatures import summary

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan

__all__ = ["emit_functions"]

_FUNCTIONS = {
    "sync": ("call", ""),
    "sync_detailed": ("detailed", "with status, headers and content"),
    "asyncio": ("acall", "awaited"),
    "asyncio_detailed": ("adetailed", "awaited, with status, headers and content"),
}
"""The functions, with the method of the client that each calls and how it differs from `sync`."""


def emit_functions(derived: Derived, tag: str) -> str:
    """Return the module of a tag's operations."""
    plans = [plan for plan in derived.operations if plan.source.tag == tag]
    lines: list[str] = []
    for plan in plans:
        lines += ["", f"class {plan.source.id}:", f'    """{doc(plan.source.node["summary"])}"""']
        for name in _FUNCTIONS:
            lines += ["", *(f"    {line}" for line in _function(plan, derived, name))]
    imports = [
        *STANDARD,
        *CORE,
        CLIENT[1],
        "from .. import codec, models, operations",
    ]
    # Annotations are not evaluated: whoever calls one function loads the models of that one.
    return module(f"Functions of {tag}.", lines, imports, derived.class_imports("..models."))


def _function(plan: OperationPlan, derived: Derived, name: str) -> list[str]:
    method, difference = _FUNCTIONS[name]
    path = [param for param in plan.parameters if param.place == "path"]
    others = [param for param in plan.parameters if param.place != "path"]
    texts = [f"{param.argument}: {param.annotation}" for param in path]
    texts += ["*", "client: Client"]
    described = [(param.argument, param.description) for param in path]
    described.append(("client", "`crm.generated` of a configured client."))
    if plan.body is not None:
        file = "File | " if plan.body.media == "content" else ""
        texts.append(f"body: {' | '.join(plan.models) or file + plan.body.plain_type}")
        described.append(("body", "What is sent."))
    for param in others:
        unset = "" if param.required else " | Unset = UNSET"
        texts.append(f"{param.argument}: {param.annotation}{unset}")
        described.append((param.argument, param.description))
    waits = name.startswith("asyncio")
    back = f"Response[{plan.returned}]" if name.endswith("detailed") else plan.returned
    head = f"{'await ' if waits else ''}client.{method}"
    head = head if back == "None" else f"return {head}"
    text = [f'"""As `sync`, {difference}."""']
    if not difference:
        text = [*docstring(*summary(plan)), *section("Args", described), '"""']
    lines = [*text, f"{head}({_call(plan, derived, plan.model)})"]
    if plan.body is not None and plan.body.upload:
        upload = plan.body.upload
        lines[-1:-1] = [
            f"if isinstance(body, models.{upload}):",
            f"    {head}({_call(plan, derived, upload)})",
            *(["    return"] if back == "None" else []),
        ]
    return [
        "@staticmethod",
        f"{'async ' if waits else ''}def {name}({', '.join(texts)}) -> {back}:",
        *(f"    {line}" for line in lines),
    ]


def _call(plan: OperationPlan, derived: Derived, model: str) -> str:
    """Return the arguments of a call whose body, if it is a model, is of a class."""
    operation = f"operations.{plan.constant}{'_UPLOAD' if model != plan.model else ''}"
    arguments = dict_of(param.argument for param in plan.parameters)
    parts = [operation, arguments, payload_decoder(plan, derived)]
    if model:
        parts.append(f"body, codec.{model}.encode")
    elif plan.body is not None:
        encode = derived.encode_json.replace("json", "body")
        parts.append("body" if plan.body.media == "content" else f"body, {encode}")
    return ", ".join(parts)
