"""Emit operations and resource classes: `crm.contacts.save(...)`, sync and async.

Signatures are those of the generated functions; what a list, an envelope or an effect is comes from
the document.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .codec import IMPORTS, convert, expectation
from .models import doc
from .schemas import class_of, one_line

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .models import Argument, EndpointSource, ModelSource
    from .schemas import Kind

__all__ = ["emit_operations", "emit_resource", "emit_resources"]

_ERRORS = {
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "403": "PermissionDeniedError",
    "404": "NotFoundError",
}
_PAYLOADS = {
    "digits": "int",
    "text": "str",
    "boolean": "bool",
    "integer": "int",
    "model": "dict",
    "list": "list",
}


def _constant(plan: OperationPlan) -> str:
    return plan.source.id.upper()


def _public(plan: OperationPlan) -> str:
    resource, method = plan.source.public
    return f"{resource}.{method}" if resource else method


def emit_operations(derived: Derived) -> str:
    """Return the module that tells of each operation what a call needs to know."""
    lines = [
        f'"""The operations of the {doc(derived.tree["info"]["title"])}."""',
        "",
        "from crmkit.core.operation import Operation, Paging",
        "",
    ]
    for plan in derived.operations:
        arguments = [repr(_public(plan)), repr(plan.source.method.upper()), repr(plan.source.path)]
        if plan.envelope:
            arguments.append(f"envelope={plan.envelope!r}")
        if plan.payload is not None and plan.payload.name in _PAYLOADS:
            arguments.append(f"payload={_PAYLOADS[plan.payload.name]}")
            if plan.payload.items and plan.payload.items[0].name in _PAYLOADS:
                arguments.append(f"items={_PAYLOADS[plan.payload.items[0].name]}")
        arguments.append(f"effect={plan.effect!r}")
        if plan.paging is not None:
            arguments.append(f"paging={_paging(plan.paging)}")
        lines.append(f"{_constant(plan)} = Operation({', '.join(arguments)})")
    names = ", ".join(_constant(plan) for plan in derived.operations)
    return "\n".join([*lines, "", f"OPERATIONS = ({names},)"]) + "\n"


def _paging(paging: dict[str, Any]) -> str:
    dotted = {"total", "last"}
    if paging["strategy"] == "offset":
        paging = {"first": 0, **paging}
    parts = [
        f"{key}={tuple(value.split('.')) if key in dotted else value!r}"
        for key, value in paging.items()
    ]
    return f"Paging({', '.join(parts)})"


def emit_resources(
    derived: Derived, endpoints: dict[str, EndpointSource], models: dict[str, ModelSource]
) -> str:
    """Return the module whose classes give a client its resources and its own methods."""
    title = doc(derived.tree["info"]["title"])
    plans = [plan for plan in derived.operations if not plan.source.twin]
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
            lines += ["", *_delegate(plan, derived, endpoints, models, prefix)]
    body = "\n".join(lines) + "\n"
    needed = [
        "from collections.abc import Mapping",
        "from crmkit.core.options import Options",
        "from crmkit.core.paging import AsyncPager",
        "from crmkit.core.paging import Pager",
        *(
            f"from .{tag} import {prefix}{class_of(tag)}"
            for tag in tags
            for prefix in ("", "Async")
        ),
        *_model_imports(models),
    ]
    head = [
        f'"""The resources of the {title}, loaded when they are touched."""',
        "",
        "from __future__ import annotations",
        "",
        *_used(["import builtins", "import datetime"], body),
        "from collections.abc import Sequence",
        "from functools import cached_property",
        *(
            ["from typing import TYPE_CHECKING, Any"]
            if re.search(r"\bAny\b", body)
            else ["from typing import TYPE_CHECKING"]
        ),
        "from crmkit.core.client import Client",
        "from crmkit.core.operation import Operation",
        *_used(["from crmkit.core.types import UNSET, Unset"], body),
        "",
        "if TYPE_CHECKING:",
        *(f"    {line}" for line in _used(needed, body)),
        "",
    ]
    return "\n".join(head) + body


def _used(imports: list[str], body: str) -> list[str]:
    """Return those imports whose name the body uses: ruff takes none out of an `__init__`."""
    return [line for line in imports if re.search(rf"\b{line.split()[-1]}\b", body)]


def _delegate(
    plan: OperationPlan,
    derived: Derived,
    endpoints: dict[str, EndpointSource],
    models: dict[str, ModelSource],
    prefix: str,
) -> list[str]:
    """A method of the client itself, which loads its module when it is called."""
    signature, names = _signature(plan, derived, endpoints, models, prefix)
    wait = "await " if prefix and plan.paging is None else ""
    passed = ", ".join(f"{name}={name}" for name in names)
    back = "return " if plan.payload is not None else ""
    return [
        *(f"    {line}" for line in signature),
        f"        from .client_ import {prefix}Client_",
        "",
        f"        {back}{wait}{prefix}Client_(self._sender).{plan.source.public[1]}({passed})",
    ]


def _tag_text(derived: Derived, tag: str | None) -> str:
    tags = {one["name"]: doc(one["description"]) for one in derived.tree["tags"]}
    return tags[tag] if tag else "Methods of the client."


def _model_imports(models: dict[str, ModelSource]) -> list[str]:
    return [f"from ..models.{model.module} import {name}" for name, model in sorted(models.items())]


def emit_resource(
    derived: Derived,
    tag: str | None,
    endpoints: dict[str, EndpointSource],
    models: dict[str, ModelSource],
) -> str:
    """Return the module of one resource, with its sync and its async class.

    Args:
        derived: The derived document.
        tag: The resource's tag; None for the client's own methods.
        endpoints: Signatures by operationId.
        models: The generated classes by name.
    """
    plans = [
        plan for plan in derived.operations if plan.source.public[0] == tag and not plan.source.twin
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
        "from collections.abc import Mapping",
        "from functools import partial",
        "from typing import Any",
        "",
        "from crmkit.core.drive import drive",
        "from crmkit.core.options import Options",
        "from crmkit.core.paging import AsyncPager, Pager, Walk",
        "from crmkit.core.resource import PLACEHOLDER, Resource, input_model",
        "from crmkit.core.types import UNSET, Unset",
        *IMPORTS,
        "",
        "from .. import operations",
        *(f"from ..api.{plan.source.tag} import {plan.source.id}" for plan in plans),
        *(
            f"from ..codec import {model.module} as {model.module}_codec"
            for _, model in sorted(models.items())
        ),
        *_model_imports(models),
        "",
    ]
    for plan in plans:
        lines += _payload_decoder(plan, endpoints[plan.source.id], models)
    for prefix in ("", "Async"):
        lines += ["", f"class {prefix}{name}(Resource):", f'    """{text}"""']
        for plan in plans:
            lines += [
                "",
                *(f"    {line}" for line in _method(plan, derived, endpoints, models, prefix)),
            ]
    return "\n".join(lines) + "\n"


def _safe(annotation: str) -> str:
    # A method called `list` shadows the builtin for every annotation in its class.
    return re.sub(r"\b(list|dict|set|type)\[", r"builtins.\1[", annotation)


def _argument(one: Argument) -> str:
    default = f" = {one.default}" if one.default is not None else ""
    return f"{one.name}: {_safe(one.annotation)}{default}"


def _optional(one: Argument) -> str:
    annotation = _safe(one.annotation)
    # Required members may come in the model instead; the model's own __init__ asks for them.
    annotation = annotation if "Unset" in annotation else f"{annotation} | Unset"
    return f"{one.name}: {annotation} = UNSET"


def _returns(plan: OperationPlan, endpoint: EndpointSource, prefix: str) -> str:
    if plan.payload is None:
        return "None"
    if plan.paging is not None:
        return f"{prefix}Pager[{endpoint.returns.removeprefix('list[').removesuffix(']')}]"
    return _safe(endpoint.returns)


def _parameters(plan: OperationPlan, endpoint: EndpointSource) -> list[Argument]:
    """Return the keyword parameters of an operation, without those of paging."""
    paging = plan.paging or {}
    hidden = {endpoint.names[paging[key]] for key in ("number", "size") if key in paging}
    written = {endpoint.names[name]: kind for name, kind in plan.parameters.items()}
    types = {"instant": "datetime.datetime", "date": "datetime.date"}
    return [
        replace(one, annotation=one.annotation.replace("str", types[written[one.name].name]))
        if written[one.name].name in types
        else one
        for one in endpoint.keyword
        if one.name not in hidden
    ]


def _passed(plan: OperationPlan, endpoint: EndpointSource) -> list[str]:
    """Return the arguments for the generated `_get_kwargs`, moments and dates as text."""
    written = {endpoint.names[name]: kind for name, kind in plan.parameters.items()}
    passed: list[str] = []
    for one in [*endpoint.positional, *_parameters(plan, endpoint)]:
        value = {
            "instant": f"str(moment({one.name}, {one.name!r}, False))",
            "date": f"date_text({one.name}, {one.name!r})",
        }.get(written[one.name].name, one.name)
        if value != one.name and one.default is not None:
            value = f"{one.name} if isinstance({one.name}, Unset) else {value}"
        passed.append(f"{one.name}={value}")
    return passed


def _signature(
    plan: OperationPlan,
    derived: Derived,
    endpoints: dict[str, EndpointSource],
    models: dict[str, ModelSource],
    prefix: str,
) -> tuple[list[str], list[str]]:
    """Return the lines of a method from `def` to its docstring, and the names of its arguments."""
    endpoint = endpoints[plan.source.id]
    arguments = [(one.name, _argument(one)) for one in endpoint.positional]
    if plan.body:
        arguments.append(("input_", f"input_: {plan.body} | None = None"))
    arguments.append(("", "*"))
    arguments += [(one.name, _argument(one)) for one in _parameters(plan, endpoint)]
    if plan.paging and plan.paging.get("number"):
        arguments.append(("start", "start: int | Unset = UNSET"))
    if plan.paging and plan.paging.get("size"):
        arguments.append(("page_size", "page_size: int | Unset = UNSET"))
    if plan.body:
        members = models[plan.body].attributes
        arguments += [(one.name, _optional(one)) for one in members]
        arguments.append(("extra", "extra: Mapping[str, Any] | None = None"))
    arguments.append(("options", "options: Options | None = None"))
    _check_arguments(plan, derived, [name for name, _ in arguments if name])
    wait = "async " if prefix and plan.paging is None else ""
    listed = ", ".join(text for _, text in arguments)
    returns = _returns(plan, endpoint, prefix)
    head = f"{wait}def {plan.source.public[1]}(self, {listed},) -> {returns}:"
    names = [name for name, _ in arguments if name]
    return [
        head,
        *(
            f"    {line}" if line else ""
            for line in _docstring(plan, derived, endpoint, models, names)
        ),
    ], names


def _check_arguments(plan: OperationPlan, derived: Derived, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1} | {"self", "model_"} & set(names)
    members = {one.derived for one in derived.models[plan.body].fields} if plan.body else set()
    if twice:
        ours = min(twice).rstrip("_") in {name.rstrip("_") for name in members}
        derived.document.refuse(
            f"components/schemas/{plan.body}" if ours else plan.source.place,
            f"two arguments would be called {min(twice)!r}",
            "call the parameter differently, or the member by x-crmkit-name",
        )


def _method(
    plan: OperationPlan,
    derived: Derived,
    endpoints: dict[str, EndpointSource],
    models: dict[str, ModelSource],
    prefix: str,
) -> list[str]:
    endpoint = endpoints[plan.source.id]
    lines, _ = _signature(plan, derived, endpoints, models, prefix)
    passed = _passed(plan, endpoint)
    decode = _decode(plan, models)
    operation = f"operations.{_constant(plan)}"
    if plan.paging is not None:
        extra = "".join(
            f", {own}={own}"
            for own, key in (("start", "number"), ("page_size", "size"))
            if plan.paging.get(key)
        )
        kwargs = f"{plan.source.id}._get_kwargs({', '.join(passed)})"
        walk = f"Walk(self._sender, {operation}, {kwargs}, {decode}, options{extra})"
        return [*lines, f"    return {prefix}Pager({walk})"]
    back = "return " if plan.payload is not None else ""
    run = "await self._sender.call({})" if prefix else "drive(self._sender.call({}))"
    if not plan.body:
        kwargs = f"{plan.source.id}._get_kwargs({', '.join(passed)})"
        return [*lines, f"    {back}{run.format(f'{operation}, {kwargs}, {decode}, options')}"]
    members = models[plan.body].attributes
    given = "{" + ", ".join(f'"{one.name}": {one.name}' for one in members) + "}"
    codec = f"{models[plan.body].module}_codec"
    kwargs = f"{plan.source.id}._get_kwargs({', '.join([*passed, 'body=PLACEHOLDER'])})"
    call = f"{operation}, {kwargs}, {decode}, options"
    members_of = f"{codec}.MEMBERS"
    return [
        *lines,
        f"    model_ = input_model({plan.body}, {operation}, input_, {given}, {members_of}, extra)",
        f"    {back}{run.format(f'{call}, partial({codec}.encode, model_)')}",
    ]


def _decode(plan: OperationPlan, models: dict[str, ModelSource]) -> str:
    payload = plan.payload
    if payload is None or payload.name in {"any", "text", "integer", "boolean", "digits"}:
        return "None"
    if payload.name == "model":
        return f"{models[payload.ref].module}_codec.decode"
    if payload.name == "list" and payload.items[0].name == "model":
        return f"{models[payload.items[0].ref].module}_codec.decode_all"
    return f"_{plan.source.id}_payload"


def _payload_decoder(
    plan: OperationPlan, endpoint: EndpointSource, models: dict[str, ModelSource]
) -> list[str]:
    """Return the lines of a decoder for a payload that is no object and needs conversion."""
    if plan.payload is None or _decode(plan, models) != f"_{plan.source.id}_payload":
        return []
    lines = convert(plan.payload, "", models, empty=False)
    return [
        "",
        f"def _{plan.source.id}_payload(v: Any) -> {endpoint.returns}:",
        *(f"    {line}" for line in lines if line.strip() != "at = ''"),
        "    else:",
        f"        wrong(v, {expectation(plan.payload)!r})",
        f"    found: {endpoint.returns} = v",
        "    return found",
        "",
    ]


# -- docstrings ------------------------------------------------------------------------------------


def _docstring(
    plan: OperationPlan,
    derived: Derived,
    endpoint: EndpointSource,
    models: dict[str, ModelSource],
    names: list[str],
) -> list[str]:
    node = plan.source.node
    told = _descriptions(plan, derived, endpoint, models)
    lines = [f'"""{doc(node["summary"])}', ""]
    if node.get("description"):
        lines += [*_paragraphs(node["description"]), ""]
    lines.append("Args:")
    for name in names:
        lines += _wrapped(f"{name}: {told[name]}", "    ", "        ")
    if plan.payload is not None:
        lines += ["", "Returns:", *_wrapped(_returned(plan, plan.payload), "    ", "    ")]
    lines += ["", "Raises:"]
    if plan.body or endpoint.positional:
        lines.append("    ArgumentError: A value cannot be carried by the wire; nothing was sent.")
    for status in node.get("responses", {}):
        if status in _ERRORS:
            response = derived.document.resolve(node["responses"][status], plan.source.place)
            lines += _wrapped(f"{_ERRORS[status]}: {response['description']}", "    ", "        ")
    lines.append("    CRMError: The call failed in another way.")
    evidence = node.get("x-crmkit-evidence", [])
    if evidence:
        lines += ["", "Source:"]
        for one in evidence:
            lines += _wrapped(f"- {one}", "    ", "      ")
    return [*lines, '"""']


def _descriptions(
    plan: OperationPlan, derived: Derived, endpoint: EndpointSource, models: dict[str, ModelSource]
) -> dict[str, str]:
    told = {
        "input_": f"The whole input as one {plan.body}, in place of the keywords.",
        "start": "First page or offset; the first of all by default.",
        "page_size": "Items a page.",
        "extra": "Members beside the documented ones, such as custom fields, by wire name.",
        "options": "What this call does differently: timeout, max_retries, headers, query.",
    }
    if plan.paging:
        counted = (
            "offset of the first item"
            if plan.paging["strategy"] == "offset"
            else "number of the first page"
        )
        first = plan.paging.get("first", 0 if plan.paging["strategy"] == "offset" else 1)
        told["start"] = f"The {counted} to read, {first} by default."
        if "default_size" in plan.paging:
            told["page_size"] = f"Items a page, {plan.paging['default_size']} by default."
    for node in plan.source.node.get("parameters", []):
        parameter = derived.document.resolve(node, plan.source.place)
        for one in [*endpoint.positional, *endpoint.keyword]:
            if one.name == endpoint.names.get(parameter["name"]):
                told.setdefault(one.name, one_line(parameter.get("description", "")))
    if plan.body:
        python = models[plan.body].names
        told |= {
            python[one.derived]: one.description or "See the vendor's page."
            for one in derived.models[plan.body].fields
        }
    return told


def _returned(plan: OperationPlan, payload: Kind) -> str:
    if plan.paging is not None:
        return "A lazy pager; nothing is asked before it is iterated."
    if payload.name == "model":
        return f"The {payload.ref}."
    return f"The {plan.envelope[-1] if plan.envelope else 'value'}."


def _paragraphs(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        lines += [*_wrapped(" ".join(paragraph.split()), "", ""), ""]
    return lines[:-1]


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    return textwrap.wrap(
        safe, 88, initial_indent=first, subsequent_indent=rest, break_long_words=False
    )
