"""Emit the functions of operations: `contacts_list.sync(client=crm.generated)`.

Each operation has a module with four functions: `sync` and `asyncio` return the payload,
`sync_detailed` and `asyncio_detailed` a `Response` with status, headers and content beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .imports import only_needed
from .methods import dict_of, payload_decoder
from .models import doc
from .resources import model_imports
from .signatures import plain_body_type, returned, summary, wrapped

if TYPE_CHECKING:
    from .derive import OperationPlan
    from .signatures import Sources

__all__ = ["emit_functions"]

_KINDS = (
    ("sync", "call", False),
    ("sync_detailed", "detailed", False),
    ("asyncio", "acall", True),
    ("asyncio_detailed", "adetailed", True),
)


def emit_functions(plan: OperationPlan, sources: Sources) -> str:
    """Return the module of an operation.

    Args:
        plan: The operation.
        sources: What the emitters read.
    """
    lines = [
        f'"""{doc(plan.source.node["summary"])}"""',
        "",
        "from __future__ import annotations",
        "",
        "import datetime",
        "from collections.abc import Mapping, Sequence",
        "from typing import Any",
        "",
        "from crmkit.core.body import Stream as ByteStream",
        "from crmkit.core.generated import Client, encode_body",
        "from crmkit.core.types import UNSET, File, Response, Unset",
        "",
        "from ... import codec",
        f"from ...operations import {plan.module} as operations",
        *model_imports(sources.models, "..."),
        "",
    ]
    for name, method, waits in _KINDS:
        lines += ["", *_function(plan, sources, name, method, waits=waits), ""]
    return only_needed("\n".join(lines))


def _function(
    plan: OperationPlan, sources: Sources, name: str, method: str, *, waits: bool
) -> list[str]:
    path = [one for one in plan.parameters if one.place == "path"]
    others = [one for one in plan.parameters if one.place != "path"]
    texts = [f"{one.argument}: {one.annotation}" for one in path]
    texts += ["*", "client: Client"]
    if plan.body is not None:
        texts.append(f"body: {' | '.join(plan.body.models) or _plain(plan)}")
    for one in others:
        unset = "" if one.required else " | Unset = UNSET"
        texts.append(f"{one.argument}: {one.annotation}{unset}")
    back = returned(plan)
    if name.endswith("detailed"):
        back = f"Response[{back}]"
    call = f"client.{method}({_call(plan, sources)})"
    if waits:
        call = f"await {call}"
    if back != "None":
        call = f"return {call}"
    return [
        f"{'async ' if waits else ''}def {name}({', '.join(texts)}) -> {back}:",
        *(f"    {line}" if line else "" for line in _docstring(plan, name)),
        *_uploading(plan, sources, call),
        f"    {call}",
    ]


def _plain(plan: OperationPlan) -> str:
    assert plan.body is not None  # noqa: S101  # whoever asks has a body
    text = plain_body_type(plan.body)
    return f"File | {text}" if plan.body.media == "content" else text


def _call(plan: OperationPlan, sources: Sources, *, upload: bool = False) -> str:
    operation = f"operations.{plan.constant}{'_UPLOAD' if upload else ''}"
    arguments = dict_of(one.argument for one in plan.parameters)
    parts = [operation, arguments, payload_decoder(plan, sources)]
    body = plan.body
    if body is not None and body.model:
        model = body.upload if upload else body.model
        parts.append(f"body, codec.{sources.models[model].module}.encode")
    elif body is not None:
        parts.append("body" if body.media == "content" else "body, encode_body")
    return ", ".join(parts)


def _uploading(plan: OperationPlan, sources: Sources, call: str) -> list[str]:
    """Return the lines that make the call with files, where another one goes without."""
    if plan.body is None or not plan.body.upload:
        return []
    head, _, _ = call.partition("(")
    made = f"{head}({_call(plan, sources, upload=True)})"
    made = made if made.startswith("return ") else f"{made}\n        return"
    return [f"    if isinstance(body, {plan.body.upload}):", f"        {made}"]


def _docstring(plan: OperationPlan, name: str) -> list[str]:
    if name != "sync":
        result = "with status, headers and content" if name.endswith("detailed") else "awaited"
        if name == "asyncio_detailed":
            result = f"awaited, {result}"
        return [f'"""As `sync`, {result}."""']
    lines = [*summary(plan), "", "Args:"]
    for one in plan.parameters:
        if one.place == "path":
            lines += _argument(one.argument, one.description)
    lines += _argument("client", "`crm.generated` of a configured client.")
    if plan.body is not None:
        lines += _argument("body", "What is sent.")
    for one in plan.parameters:
        if one.place != "path":
            lines += _argument(one.argument, one.description)
    return [*lines, '"""']


def _argument(name: str, text: str) -> list[str]:
    return wrapped(f"{name}: {text or 'See the vendor page.'}", "    ", "        ")
