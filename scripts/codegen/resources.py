"""Emit resource classes, sync and async: `crm.contacts.save(...)`. Each is loaded when touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .codec import IMPORTS
from .imports import only_needed
from .methods import emit_method, emit_tables
from .models import doc
from .schemas import class_of
from .signatures import Signature

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .models import ModelSource
    from .signatures import Sources

__all__ = ["emit_resource", "emit_resources"]


def emit_resources(sources: Sources) -> str:
    """Return the module whose classes give a client its resources and its own methods."""
    derived = sources.derived
    title = doc(derived.tree["info"]["title"])
    plans = [plan for plan in derived.operations if not plan.source.hidden]
    tags = sorted({plan.source.tag for plan in plans if plan.source.public[0]})
    own = [plan for plan in plans if plan.source.public[0] is None]
    lines: list[str] = []
    for prefix in ("", "Async"):
        lines += [
            "",
            f"class {prefix}Resources(Client):",
            f'    """Resources of the {prefix.lower()} client."""'.replace("the  ", "the "),
        ]
        lines += [
            "",
            "    def _operations(self) -> Sequence[Operation]:",
            "        from ..operations import OPERATIONS",
            "",
            "        return OPERATIONS",
        ]
        for tag in tags:
            text = _tag_text(derived, tag)
            lines += [
                "",
                "    @cached_property",
                f"    def {tag}(self) -> {prefix}{class_of(tag)}:",
                f'        """{text}"""',
                f"        from .{tag} import {prefix}{class_of(tag)}",
                "",
                f"        return {prefix}{class_of(tag)}(self._sender)",
            ]
        for plan in own:
            lines += ["", *_delegate(plan, sources, prefix)]
    body = "\n".join(lines) + "\n"
    head = [
        f'"""The resources of the {title}, loaded when they are touched."""',
        "",
        "from __future__ import annotations",
        "",
        "import builtins",
        "import datetime",
        "from collections.abc import Sequence",
        "from functools import cached_property",
        "from typing import TYPE_CHECKING, Any",
        "from crmkit.core.client import Client",
        "from crmkit.core.operation import Operation",
        "from crmkit.core.types import UNSET, File, Unset",
        "",
        "if TYPE_CHECKING:",
        "    from collections.abc import Mapping",
        "    from pathlib import Path",
        "    from typing import BinaryIO",
        "    from crmkit.core.body import Stream as ByteStream",
        "    from crmkit.core.options import Options",
        "    from crmkit.core.paging import AsyncPager, Pager",
        *(f"    from .{tag} import Async{class_of(tag)}, {class_of(tag)}" for tag in tags),
        *(f"    {line}" for line in _model_imports(sources.models)),
        "",
    ]
    return only_needed("\n".join(head) + body)


def _delegate(plan: OperationPlan, sources: Sources, prefix: str) -> list[str]:
    """A method of the client itself, which loads its module when it is called."""
    signature = Signature(plan, sources)
    wait = "await " if prefix and plan.paging is None else ""
    passed = ", ".join(f"{name}={name}" for name in signature.names)
    back = "return " if plan.payload is not None else ""
    return [
        *(f"    {line}" for line in signature.lines(prefix)),
        f"        from .client_ import {prefix}Client_",
        "",
        f"        {back}{wait}{prefix}Client_(self._sender).{plan.source.public[1]}({passed})",
    ]


def _tag_text(derived: Derived, tag: str | None) -> str:
    tags = {one["name"]: doc(one["description"]) for one in derived.tree["tags"]}
    return tags[tag] if tag else "Methods of the client."


def _model_imports(models: dict[str, ModelSource]) -> list[str]:
    return [f"from ..models.{model.module} import {name}" for name, model in sorted(models.items())]


def emit_resource(sources: Sources, tag: str | None) -> str:
    """Return the module of one resource, with its sync and its async class.

    Args:
        sources: What the emitters read.
        tag: The resource's tag; None for the client's own methods.
    """
    derived, models = sources.derived, sources.models
    plans = [
        plan
        for plan in derived.operations
        if plan.source.public[0] == tag and not plan.source.hidden
    ]
    called = {plan.source.id for plan in plans} | {plan.replaces for plan in plans}
    named = {plan.source.id for plan in plans}
    reached = [
        plan
        for plan in derived.operations
        if plan.source.id in called or plan.source.narrows in named
    ]
    name = class_of(tag) if tag else "Client_"
    text = _tag_text(derived, tag)
    lines = [
        f'"""{text}"""',
        "",
        "from __future__ import annotations",
        "",
        "import builtins",
        "import datetime",
        "from collections.abc import Mapping, Sequence",
        "from functools import partial",
        "from pathlib import Path",
        "from typing import Any, BinaryIO",
        "",
        f"from crmkit.core.arguments import {', '.join(ARGUMENTS)}",
        "from crmkit.core.body import Stream as ByteStream",
        "from crmkit.core.drive import drive",
        "from crmkit.core.options import Options",
        "from crmkit.core.paging import AsyncPager, Pager, Walk",
        "from crmkit.core.replace import Member, Replacement, replaced",
        "from crmkit.core.resource import PLACEHOLDER, Resource, input_model, sole_member",
        "from crmkit.core.types import UNSET, File, Unset",
        *IMPORTS,
        "",
        "from .. import operations",
        *(f"from ..api.{plan.source.tag} import {plan.source.id}" for plan in reached),
        *(
            f"from ..codec import {model.module} as {model.module}_codec"
            for _, model in sorted(models.items())
        ),
        *_model_imports(models),
        "",
    ]
    lines += emit_tables([one for one in reached if one in plans or one.source.narrows], sources)
    for prefix in ("", "Async"):
        lines += ["", f"class {prefix}{name}(Resource):", f'    """{text}"""']
        for plan in plans:
            lines += ["", *(f"    {line}" for line in emit_method(plan, sources, prefix))]
    return only_needed("\n".join(lines))


ARGUMENTS = (
    "CARRIED",
    "alone",
    "carrying",
    "joined_texts",
    "segment",
    "texts",
    "with_parts",
)
"""What a method may need of `crmkit.core.arguments`."""
