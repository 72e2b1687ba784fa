"""Bodies of emitted methods: what is passed to the generated function, and how the call is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding import payload_decoder
from .encoding import encode_expression
from .parameters import WRITTEN
from .payloads import PLAIN_PAYLOADS
from .signatures import Signature, argument_name, returned

if TYPE_CHECKING:
    from .derive import OperationPlan
    from .parameters import Parameter
    from .schemas import Field
    from .signatures import Sources

__all__ = ["emit_method", "emit_tables"]


def emit_tables(plans: list[OperationPlan], sources: Sources) -> list[str]:
    """Return what stands in a resource's module for its methods: decoders, tables of members."""
    decoders = [tuple(_payload_decoder(plan, sources)) for plan in plans]
    tables = [_replacement(plan, sources) for plan in plans]
    return [line for one in [*dict.fromkeys(decoders), *tables] for line in one]


def emit_method(plan: OperationPlan, sources: Sources, prefix: str) -> list[str]:
    """Return the lines of a method.

    Args:
        plan: The operation.
        sources: What the emitters read.
        prefix: `Async` for the async class, empty for the sync one.
    """
    narrow = next(
        (one for one in sources.derived.operations if one.source.narrows == plan.source.id), None
    )
    signature = Signature(plan, sources, narrow)
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
        self.decode = _decode(self.plan, self.sources)

    def lines(self) -> list[str]:
        if self.plan.paging is not None:
            narrow = self.signature.narrow
            return [*(self._narrowed(narrow) if narrow else []), self._pager(self.plan)]
        return self._call()

    # -- lists -------------------------------------------------------------------------------------

    def _pager(self, plan: OperationPlan) -> str:
        extra = "".join(
            f", {own}={own}"
            for own, key in (("start", "number"), ("page_size", "size"))
            if plan.paging and plan.paging.get(key)
        )
        kwargs = self._kwargs(plan)
        decode = _decode(plan, self.sources)
        walk = f"Walk(self._sender, operations.{plan.constant}, {kwargs}, {decode}, options{extra})"
        return f"return {self.prefix}Pager({walk})"

    def _narrowed(self, narrow: OperationPlan) -> list[str]:
        document = self.sources.derived.document
        if returned(narrow) != returned(self.plan):
            document.refuse(
                narrow.source.place, "x-crmkit-narrows names a list of others", "name its own list"
            )
        known = {(one.place, one.wire) for one in narrow.parameters}
        lost = [
            argument_name(one)
            for one in self.signature.parameters
            if (one.place, one.wire) not in known
        ]
        names = [argument_name(one) for one in self.signature.narrowing]
        refuse = [f"    alone({self.operation}, {names[0]!r}, {_dict(lost)})"] if lost else []
        return [
            f"if not isinstance({names[0]}, Unset):",
            *refuse,
            f"    {self._pager(narrow)}",
        ]

    # -- calls -------------------------------------------------------------------------------------

    def _call(self) -> list[str]:
        plan, body = self.plan, self.plan.body
        if plan.replaces:
            return self._replacing()
        if body is None:
            return [self._run(f"{self.operation}, {self._kwargs(plan)}, {self.decode}, options")]
        if body.upload:
            return self._uploading()
        if body.media == "content":
            kwargs = f"carrying(content, {self._kwargs(plan, body='CARRIED')})"
            return [self._run(f"{self.operation}, {kwargs}, {self.decode}, options")]
        kwargs = self._kwargs(plan, body="PLACEHOLDER")
        call = f"{self.operation}, {kwargs}, {self.decode}, options"
        if not plan.model:
            return [self._run(f'{call}, lambda: encode_json(input_, "input_")')]
        codec = self._codec(plan.model)
        return [*self._model(), self._run(f"{call}, partial({codec}.encode, model_)")]

    def _run(self, call: str) -> str:
        back = "return " if self.plan.payload is not None else ""
        call = f"self._sender.call({call})"
        return f"{back}await {call}" if self.prefix else f"{back}drive({call})"

    def _codec(self, model: str) -> str:
        return f"{self.sources.models[model].module}_codec"

    def _given(self) -> str:
        return _dict([one.name for one in self.signature.members])

    def _model(self) -> list[str]:
        """Return the lines that make the input model."""
        model = self.plan.model
        members_of = f"{self._codec(model)}.MEMBERS"
        sole = self.signature.sole
        if sole is not None:
            name = self.signature.members[0].name
            given = f"{name!r}, {name}, {members_of}, extra"
            return [f"model_ = sole_member({model}, {self.operation}, {given})"]
        given = f"input_, {self._given()}, {members_of}, extra"
        return [f"model_ = input_model({model}, {self.operation}, {given})"]

    def _uploading(self) -> list[str]:
        body = self.plan.body
        assert body is not None  # noqa: S101  # a plan with an upload has one
        only = self._only(body.upload, body.model)
        kwargs = self._kwargs(self.plan, body="PLACEHOLDER")
        lines = []
        for model, operation, ahead in (
            (body.upload, f"{self.operation}_UPLOAD", "    "),
            (body.model, self.operation, ""),
        ):
            codec = self._codec(model)
            given = f"input_, {self._given()}, {codec}.MEMBERS, extra"
            call = f"{operation}, {kwargs}, {self.decode}, options"
            name = "upload_" if ahead else "model_"
            lines += [
                f"{ahead}{name} = input_model({model}, {operation}, {given})",
                f"{ahead}{self._run(f'{call}, partial({codec}.encode, {name})')}",
                *(["    return"] if ahead and self.plan.payload is None else []),
            ]
        given = " or ".join(f"{name} is not UNSET" for name in only)
        test = f"isinstance(input_, {body.upload}) or (input_ is None and ({given}))"
        return [f"if {test}:", *lines]

    def _only(self, model: str, other: str) -> list[str]:
        known = {one.name for one in self.sources.models[other].attributes}
        return [one.name for one in self.sources.models[model].attributes if one.name not in known]

    def _replacing(self) -> list[str]:
        read = self.sources.derived.operation(self.plan.replaces)
        codec = self._codec(self.plan.model)
        path = [one for one in self.plan.parameters if one.place == "path"]
        passed = ", ".join(
            f"{self._python(read, one)}={_written(one, narrowing=False)}" for one in path
        )
        call = ", ".join(
            [
                "self._sender",
                "self._replaced",
                f"_{self.plan.constant}",
                f"{read.source.id}._get_kwargs({passed})",
                self._kwargs(self.plan, body="PLACEHOLDER"),
                f"partial({codec}.encode, model_)",
                self.decode,
                "options",
            ]
        )
        back = "return " if self.plan.payload is not None else ""
        call = f"await replaced({call})" if self.prefix else f"drive(replaced({call}))"
        return [*self._model(), f"{back}{call}"]

    # -- arguments ---------------------------------------------------------------------------------

    def _python(self, plan: OperationPlan, one: Parameter) -> str:
        return self.sources.endpoints[plan.source.id].names[one.place, one.wire]

    def _kwargs(self, plan: OperationPlan, **more: str) -> str:
        """Return the call of a generated `_get_kwargs` with the method's arguments."""
        paging = plan.paging or {}
        hidden = {("query", paging[key]) for key in ("number", "size") if key in paging}
        known = {(one.place, one.wire) for one in self.signature.parameters}
        known |= {(one.place, one.wire) for one in self.signature.narrowing}
        passed: list[str] = []
        parts: list[str] = []
        for one in plan.parameters:
            if (one.place, one.wire) in hidden or (one.place, one.wire) not in known:
                continue
            if one.place == "parts":
                parts.append(argument_name(one))
            else:
                value = _written(one, narrowing=one in self.signature.narrowing)
                passed.append(f"{self._python(plan, one)}={value}")
        passed += [f"{name}={value}" for name, value in more.items()]
        call = f"{plan.source.id}._get_kwargs({', '.join(passed)})"
        return f"with_parts({call}, {_dict(parts)})" if parts else call


def _dict(names: list[str]) -> str:
    return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"


def _written(one: Parameter, *, narrowing: bool) -> str:
    """Return the expression that writes an argument in the wire's form."""
    name = argument_name(one)
    value = name
    if one.kind.name == "list":
        joined = f", {one.separator!r}" if one.separator else ""
        value = f"{'joined_texts' if joined else 'texts'}({name}, {name!r}{joined})"
    elif one.kind.name in WRITTEN:
        value = f"str({encode_expression(one.kind, {}, 'write', name, repr(name))})"
    elif one.place == "path":
        value = f"segment({name}, {name!r})"
    if value != name and not one.required and not narrowing:
        value = f"{name} if isinstance({name}, Unset) else {value}"
    return value


# -- payloads --------------------------------------------------------------------------------------


def _decode(plan: OperationPlan, sources: Sources) -> str:
    if plan.payload is None or _as_it_is(plan):
        return "None"
    kind, models = plan.payload.kind, sources.models
    if plan.payload.nullable:
        return _decoder_name(plan, sources)
    if kind.name == "model":
        return f"{models[kind.ref].module}_codec.decode"
    if kind.name == "list" and kind.items[0].name == "model":
        return f"{models[kind.items[0].ref].module}_codec.decode_all"
    return _decoder_name(plan, sources)


def _decoder_name(plan: OperationPlan, sources: Sources) -> str:
    """Return the name of a payload's decoder: that of the first operation in the same module."""
    tag = plan.source.public[0]
    first = next(
        one
        for one in sources.derived.operations
        if one.source.public[0] == tag
        and one.payload
        and returned(one) == returned(plan)
        and one.payload.kind == plan.payload.kind  # type: ignore[union-attr]  # it has one
    )
    return f"_{first.source.id}_payload"


def _as_it_is(plan: OperationPlan) -> bool:
    payload = plan.payload
    if payload is None or payload.nullable:
        return False
    return payload.kind.name in PLAIN_PAYLOADS


def _payload_decoder(plan: OperationPlan, sources: Sources) -> list[str]:
    """Return the lines of a decoder for a payload that is no object and needs conversion."""
    payload = plan.payload
    if payload is None or not _decode(plan, sources).endswith("_payload"):
        return []
    null = ["if v is None:", "    return None"] if payload.nullable else []
    return [
        "",
        f"def {_decoder_name(plan, sources)}(v: Any) -> {returned(plan)}:",
        *(f"    {line}" for line in null),
        f"    found: {returned(plan)} = {payload_decoder(payload.kind, sources.models)}",
        "    return found",
        "",
    ]


# -- updates that replace --------------------------------------------------------------------------


def _replacement(plan: OperationPlan, sources: Sources) -> list[str]:
    """Return the table that tells where a record shows what an update writes."""
    if not plan.replaces:
        return []
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
    for one in derived.models[plan.model].fields:
        node = document.resolve(schema["properties"][one.wire], plan.model)
        path = tuple(str(node.get("x-crmkit-read-as", one.wire)).split("."))
        if not _is_shown(path, shown, sources):
            continue
        rows.append(f"Member({one.wire!r}, {path!r}{_form(one, sources)}),")
    read = derived.operation(plan.replaces)
    return [
        "",
        f"_{plan.constant} = Replacement(",
        f"    operations.{read.constant},",
        f"    operations.{plan.constant},",
        f"    {_decode(read, sources)},",
        f"    ({' '.join(rows)}),",
        ")",
        "",
    ]


def _is_shown(path: tuple[str, ...], shown: str, sources: Sources) -> bool:
    document = sources.derived.document
    node = document.schemas[shown]
    for part in path:
        node = document.resolve(node, shown)
        for one in node.get("anyOf", []):
            resolved = document.resolve(one, shown)
            if resolved.get("type") != "null":
                node = resolved
                break
        if "items" in node:
            node = document.resolve(node["items"], shown)
        if part not in node.get("properties", {}):
            return False
        node = node["properties"][part]
    return True


def _form(one: Field, sources: Sources) -> str:
    """Return what `Member` has to know of a member's form beside its place."""
    parts = []
    if one.nullable:
        parts.append("nullable=True")
    if one.kind.name == "separated":
        parts.append(f"by={getattr(one.kind, 'by', '') or ';'!r}")
        item = one.kind.items[0]
        if item.name == "model":
            names = tuple(field.wire for field in sources.derived.models[item.ref].fields)
            parts.append(f"between={one.kind.between!r}, members={names!r}")
    elif one.kind.name in {"bit", "date"}:
        parts.append(f"form={one.kind.name!r}")
    return "".join(f", {part}" for part in parts)
