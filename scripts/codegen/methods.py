"""Bodies of emitted methods: how the call is made, and what decodes its payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding import payload_decoder as payload_expression
from .payloads import PLAIN_PAYLOADS
from .signatures import Signature, returned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .derive import OperationPlan
    from .parameters import Parameter
    from .schemas import Field
    from .signatures import Sources

__all__ = ["dict_of", "emit_merges", "emit_method", "emit_payload_decoders", "payload_decoder"]


def emit_method(
    plan: OperationPlan, sources: Sources, prefix: str, bound: Parameter | None = None
) -> list[str]:
    """Return the lines of a method.

    Args:
        plan: The operation.
        sources: What the emitters read.
        prefix: `Async` for the async class, empty for the sync one.
        bound: The parameter whose value belongs to the resource; None for none.
    """
    narrow = next(
        (other for other in sources.derived.operations if other.source.narrows == plan.source.id),
        None,
    )
    signature = Signature(plan, sources, narrow, bound.key if bound else None)
    body = _Body(signature, prefix)
    return [*signature.lines(prefix), *(f"    {line}" for line in body.lines())]


class _Body:
    """The lines of a method after its docstring."""

    def __init__(self, signature: Signature, prefix: str) -> None:
        self.signature = signature
        self.plan = signature.plan
        self.sources = signature.sources
        self.prefix = prefix
        self.operation = f"operations.{self.plan.constant}"
        self.decode = payload_decoder(self.plan, self.sources)

    def lines(self) -> list[str]:
        if self.plan.paging is not None:
            narrow = self.signature.narrow
            return [*(self._narrowed(narrow) if narrow else []), self._pager(self.plan)]
        if self.plan.replaces:
            return self._merging()
        body = self.plan.body
        if body is None:
            return self._run(self.operation)
        if body.upload:
            return self._uploading(body.model, body.upload)
        if body.model:
            return [f"body_ = {self._tree(body.model)}", *self._run(self.operation, "body_")]
        tree = "content" if body.media == "content" else f"plain_tree({self.operation}, input_)"
        return self._run(self.operation, tree)

    # -- lists -------------------------------------------------------------------------------------

    def _pager(self, plan: OperationPlan) -> str:
        paged = "".join(
            f", {own}={own}"
            for own, key in (("start", "number"), ("page_size", "size"))
            if plan.paging and plan.paging.get(key)
        )
        call = f"operations.{plan.constant}, {self._arguments(plan)}, options{paged}"
        return (
            f"return {self.prefix}Pager(self._list({call}), {payload_decoder(plan, self.sources)})"
        )

    def _narrowed(self, narrow: OperationPlan) -> list[str]:
        document = self.sources.derived.document
        if returned(narrow) != returned(self.plan):
            document.refuse(
                narrow.source.place, "x-crmkit-narrows names a list of others", "name its own list"
            )
        known = {parameter.key for parameter in narrow.parameters}
        lost = [one.argument for one in self.signature.parameters if one.key not in known]
        name = self.signature.narrowing[0].argument
        refuse = f"    refuse_beside({self.operation}, {name!r}, {dict_of(lost)})"
        return [
            f"if not isinstance({name}, Unset):",
            *([refuse] if lost else []),
            f"    {self._pager(narrow)}",
        ]

    # -- calls -------------------------------------------------------------------------------------

    def _run(self, operation: str, body: str = "") -> list[str]:
        more = f", {body}" if body else ""
        call = f"self._call({operation}, {self._arguments(self.plan)}, options{more})"
        return [self._returned(f"self._sender.call({call}, {self.decode})")]

    def _returned(self, call: str) -> str:
        back = "return " if self.plan.payload is not None else ""
        return f"{back}await {call}" if self.prefix else f"{back}drive({call})"

    def _tree(self, model: str, operation: str = "") -> str:
        """Return the expression of the body of a write."""
        codec = f"codec.{self.sources.models[model].module}"
        what = f"{operation or self.operation}, models.{model}, {codec}"
        if self.signature.sole is not None:
            name = self.signature.members[0].name
            return f"member_tree({what}, {name!r}, {name}, extra)"
        members = dict_of(member.name for member in self.signature.members)
        return f"request_tree({what}, input_, {members}, extra)"

    def _uploading(self, model: str, upload: str) -> list[str]:
        known = {attribute.name for attribute in self.sources.models[model].attributes}
        files = [
            f"{attribute.name} is not UNSET"
            for attribute in self.sources.models[upload].attributes
            if attribute.name not in known
        ]
        operation, passed = f"{self.operation}_UPLOAD", " or ".join(files)
        return [
            f"if isinstance(input_, models.{upload}) or (input_ is None and ({passed})):",
            f"    upload_ = {self._tree(upload, operation)}",
            *(f"    {line}" for line in self._run(operation, "upload_")),
            *(["    return"] if self.plan.payload is None else []),
            f"body_ = {self._tree(model)}",
            *self._run(self.operation, "body_"),
        ]

    def _merging(self) -> list[str]:
        call = f"_{self.plan.constant}, {self._arguments(self.plan)}, options, body_, {self.decode}"
        return [
            f"body_ = {self._tree(self.plan.model)}",
            self._returned(f"self._merge({call})"),
        ]

    def _arguments(self, plan: OperationPlan) -> str:
        own = (*self.signature.parameters, *self.signature.narrowing)
        known = {parameter.key for parameter in own}
        bound = self.signature.bound
        parts = [
            f'"{one.argument}": {"self._bound" if one.key == bound else one.argument}'
            for one in plan.parameters
            if one.key in known or one.key == bound
        ]
        return f"{{{', '.join(parts)}}}"


def dict_of(names: Iterable[str]) -> str:
    """Return the expression of a dict of variables by their names."""
    return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"


# -- payloads --------------------------------------------------------------------------------------


def payload_decoder(plan: OperationPlan, sources: Sources) -> str:
    """Return the expression of the function that decodes an operation's payload."""
    payload, models = plan.payload, sources.models
    if payload is None or (payload.kind.name in PLAIN_PAYLOADS and not payload.nullable):
        return "None"
    kind = payload.kind
    if not payload.nullable and kind.name == "model":
        return f"codec.{models[kind.ref].module}.decode"
    if not payload.nullable and kind.name == "list" and kind.items[0].name == "model":
        return f"codec.{models[kind.items[0].ref].module}.decode_all"
    return f"codec.{plan.module}_payloads.{_first_alike(plan, sources)}"


def _first_alike(plan: OperationPlan, sources: Sources) -> str:
    """Return the id of the first operation of the same module with such a payload."""
    return next(
        other.source.id
        for other in sources.derived.operations
        if other.module == plan.module
        and other.payload
        and returned(other) == returned(plan)
        and other.payload.kind == (plan.payload and plan.payload.kind)
    )


def emit_payload_decoders(sources: Sources, module: str) -> list[str]:
    """Return the lines of decoders for the payloads of a module that are not plain models.

    Args:
        sources: What the emitters read.
        module: Name of the module of operations.
    """
    lines: list[str] = []
    for plan in sources.derived.operations:
        name = plan.source.id
        payload = plan.payload
        if plan.module != module or payload is None:
            continue
        if payload_decoder(plan, sources) != f"codec.{module}_payloads.{name}":
            continue
        null = ["    if v is None:", "        return None"] if payload.nullable else []
        lines += [
            "",
            f"def {name}(v: Any) -> {returned(plan)}:",
            f'    """Return what `{plan.public}` returns."""',
            *null,
            f"    found: Any = {payload_expression(payload.kind, sources.models)}",
            f"    value: {returned(plan)} = found",
            "    return value",
            "",
        ]
    return lines


# -- updates that replace --------------------------------------------------------------------------


def emit_merges(plans: list[OperationPlan], sources: Sources) -> list[str]:
    """Return the tables that say where a record shows what an update writes."""
    return [line for plan in plans if plan.replaces for line in _merge(plan, sources)]


def _merge(plan: OperationPlan, sources: Sources) -> list[str]:
    derived = sources.derived
    document = derived.document
    schema = document.schemas[plan.model]
    shown = schema.get("x-crmkit-read-schema")
    if shown is None:
        document.refuse(
            f"components/schemas/{plan.model}",
            "replaces a record and does not say how it is read",
            "add x-crmkit-read-schema",
        )
    rows: list[str] = []
    names = sources.models[plan.model].names
    for member in derived.models[plan.model].fields:
        node = document.resolve(schema["properties"][member.wire], plan.model)
        path = tuple(str(node.get("x-crmkit-read-as", member.wire)).split("."))
        if not _is_shown(path, shown, sources):
            continue
        name = names[member.derived]
        argument = f", argument={name!r}" if name != member.wire else ""
        rows.append(f"Member({member.wire!r}, {path!r}{_form(member, sources)}{argument}),")
    read = derived.operation(plan.replaces)
    return [
        "",
        f"_{plan.constant} = Merge(",
        f"    operations.{read.constant},",
        f"    operations.{plan.constant},",
        f"    lambda tree: {payload_decoder(read, sources)}(tree),",
        f"    ({' '.join(rows)}),",
        ")",
        "",
    ]


def _is_shown(path: tuple[str, ...], shown: str, sources: Sources) -> bool:
    document = sources.derived.document
    node = document.schemas[shown]
    for part in path:
        node = document.resolve(node, shown)
        for alternative in node.get("anyOf", []):
            resolved = document.resolve(alternative, shown)
            if resolved.get("type") != "null":
                node = resolved
                break
        if "items" in node:
            node = document.resolve(node["items"], shown)
        if part not in node.get("properties", {}):
            return False
        node = node["properties"][part]
    return True


def _form(member: Field, sources: Sources) -> str:
    """Return what `Member` has to know of a member's form beside its place."""
    parts = []
    if member.nullable:
        parts.append("nullable=True")
    if member.kind.name == "separated":
        parts.append(f"by={member.kind.by or ';'!r}")
        item = member.kind.items[0]
        if item.name == "model":
            names = tuple(field.wire for field in sources.derived.models[item.ref].fields)
            parts.append(f"between={member.kind.between!r}, members={names!r}")
    elif member.kind.name in {"bit", "date"}:
        parts.append(f"form={member.kind.name!r}")
    return "".join(f", {part}" for part in parts)
