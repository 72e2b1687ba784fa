"""Emit resource classes, sync and async: `crm.contacts.save(…)`. Each is loaded when touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .codec import IMPORTS
from .imports import only_needed
from .methods import emit_merges, emit_method, emit_payload_decoders
from .models import doc
from .schemas import class_of
from .signatures import Signature

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .models import ModelSource
    from .parameters import Parameter
    from .signatures import Sources

__all__ = ["emit_payloads", "emit_resource", "emit_resources"]
__all__ += ["emit_codec_package", "model_imports"]


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
        f'"""The resources of the {title}, each loaded when it is touched."""',
        "",
        "from __future__ import annotations",
        "",
        "import builtins",
        "import datetime",
        "from functools import cached_property",
        "from typing import TYPE_CHECKING, Any",
        "from crmkit.core.client import Client",
        "from crmkit.core.types import UNSET, File, Unset",
        "",
        "if TYPE_CHECKING:",
        "    from collections.abc import Mapping, Sequence",
        "    from pathlib import Path",
        "    from typing import BinaryIO",
        "    from crmkit.core.body import Stream as ByteStream",
        "    from crmkit.core.options import Options",
        "    from crmkit.core.paging import AsyncPager, Pager",
        *(f"    from .{tag} import Async{class_of(tag)}, {class_of(tag)}" for tag in tags),
        *(f"    {line}" for line in model_imports(sources.models, "..")),
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


def model_imports(models: dict[str, ModelSource], above: str) -> list[str]:
    """Return the imports of all models, of which a module needs some.

    Args:
        models: The generated classes by name.
        above: The dots that lead to the package.
    """
    return [
        f"from {above}models.{model.module} import {name}" for name, model in sorted(models.items())
    ]


def emit_codec_package(title: str, modules: list[str]) -> str:
    """Return the package of codecs, each of which is loaded when it is first used.

    Args:
        title: What the package is called.
        modules: Its modules.
    """
    return (
        f'"""Decoders and encoders of the models of the {title}, each loaded when it is used."""'
        "\n\nfrom typing import TYPE_CHECKING\n\nfrom crmkit.core.lazy import submodules\n\n"
        "if TYPE_CHECKING:\n"
        + "".join(f"    from . import {module} as {module}\n" for module in sorted(modules))
        + "else:\n    __getattr__ = submodules(__name__)\n"
    )


def emit_resource(sources: Sources, module: str) -> str:
    """Return the module of one resource, with its sync and its async class.

    Args:
        sources: What the emitters read.
        module: Its name: the resource's tag, or `client_` for the client's own methods.
    """
    derived, models = sources.derived, sources.models
    plans = [
        plan for plan in derived.operations if plan.module == module and not plan.source.hidden
    ]
    tag = None if module == "client_" else module
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
        "from pathlib import Path",
        "from typing import TYPE_CHECKING, Any, BinaryIO",
        "",
        "from crmkit.core.body import Stream as ByteStream",
        "from crmkit.core.call import refuse_beside",
        "from crmkit.core.drive import drive",
        "from crmkit.core.merge import Member, Merge",
        "from crmkit.core.options import Options",
        "from crmkit.core.paging import AsyncPager, Pager",
        "from crmkit.core.resource import Resource, member_tree, plain_tree, request_tree",
        "from crmkit.core.sender import Sender",
        "from crmkit.core.types import UNSET, File, Unset",
        "",
        "from .. import codec, models",
        f"from ..operations import {module} as operations",
        "",
        "if TYPE_CHECKING:",
        *(f"    {line}" for line in model_imports(models, "..")),
        "    pass",
        "",
    ]
    lines += emit_merges(plans, sources)
    for prefix in ("", "Async"):
        lines += ["", f"class {prefix}{name}(Resource):", f'    """{text}"""']
        for plan in plans:
            lines += ["", *(f"    {line}" for line in emit_method(plan, sources, prefix))]
        if bound := _bound(plans):
            lines += _bound_class(f"{prefix}{name}", text, bound)
            for plan in plans:
                if plan.source.public[1] in _RECORD_METHODS:
                    method = emit_method(plan, sources, prefix, bound)
                    lines += ["", *(f"    {line}" for line in method)]
    return only_needed("\n".join(lines))


_RECORD_METHODS = {"list", "get", "create", "update", "delete"}


def _bound(plans: list[OperationPlan]) -> Parameter | None:
    """Return the first path parameter of all methods that read and write records, if it is one.

    Such a resource has another class, whose objects belong to one value of the parameter.
    """
    records = [plan for plan in plans if plan.source.public[1] in _RECORD_METHODS]
    path = [[one for one in plan.parameters if one.place == "path"] for plan in records]
    if len(records) < len(_RECORD_METHODS) or not all(path):
        return None
    return path[0][0] if len({one[0].key for one in path}) == 1 else None


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


def emit_payloads(sources: Sources, module: str) -> str:
    """Return the module of decoders for payloads that are not plain models; empty for none.

    Args:
        sources: What the emitters read.
        module: Name of the module of operations.
    """
    decoders = emit_payload_decoders(sources, module)
    if not decoders:
        return ""
    lines = [
        f'"""Decoders of payloads of {module.removesuffix("_")}."""',
        "",
        "from __future__ import annotations",
        "",
        "import datetime",
        "from typing import Any",
        "",
        *IMPORTS,
        "",
        *(
            f"from . import {model.module} as {model.module}_codec"
            for _, model in sorted(sources.models.items())
        ),
        *model_imports(sources.models, ".."),
        "",
        "EMITTED = True",
        "",
        *decoders,
    ]
    return only_needed("\n".join(lines))
