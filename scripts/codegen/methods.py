"""Bodies of emitted methods: how the call is made, and what decodes its payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .signatures import ChangesSignature, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .derive import Derived, OperationPlan
    from .kinds import Field
    from .parameters import Parameter

__all__ = ["dict_of", "emit_merge", "emit_method", "payload_decoder"]


def emit_method(
    plan: OperationPlan, derived: Derived, prefix: str, bound: Parameter | None = None
) -> list[str]:
    """Return the lines of a method.

    Args:
        plan: The operation.
        derived: What is made of the document.
        prefix: `Async` for the async class, empty for the sync one.
        bound: The parameter whose value belongs to the resource; None for none.
    """
    narrow = next(
        (other for other in derived.operations if other.source.narrows == plan.source.id), None
    )
    signature = Signature(plan, derived, narrow, bound.key if bound else None)
    body = _Body(signature, prefix)
    lines = [*signature.lines(prefix), *(f"    {line}" for line in body.lines())]
    if plan.changes:
        # Of the narrower list only if it is sorted so as well.
        narrow = narrow if narrow and narrow.changes else None
        changes = _Body(ChangesSignature(plan, derived, narrow, signature.bound), prefix)
        lines += ["", *changes.signature.lines(prefix)]
        lines += (f"    {line}" for line in changes.lines())
    return lines


class _Body:
    """The lines of a method after its docstring."""

    def __init__(self, signature: Signature, prefix: str) -> None:
        self.signature = signature
        self.plan = signature.plan
        self.derived = signature.derived
        self.prefix = prefix
        self.operation = f"operations.{self.plan.constant}"
        self.decode = payload_decoder(self.plan, self.derived)

    def lines(self) -> list[str]:
        body = self.plan.body
        if self.plan.paging is not None:
            narrow = self.signature.narrow
            return [*(self._narrowed(narrow) if narrow else []), self._pager(self.plan)]
        if self.plan.replaces:
            parts = (f"_{self.plan.constant}", self._arguments(self.plan), "options", "body_")
            call = f"self._merge({', '.join(parts)}, {self.decode})"
            return [f"body_ = {self._tree(self.plan.model)}", self._returned(call)]
        if body is None:
            return [self._run(self.operation)]
        if body.model:
            upload = self._uploading(body.model, body.upload) if body.upload else []
            tree = f"body_ = {self._tree(body.model)}"
            return [*upload, tree, self._run(self.operation, "body_")]
        encode = self.derived.encode_json
        more = "" if encode == "encode_json" else f", {encode}"
        tree = f"plain_tree({self.operation}, input_{more})"
        tree = "content" if body.media == "content" else tree
        return [self._run(self.operation, tree)]

    # -- lists -------------------------------------------------------------------------------------

    def _pager(self, plan: OperationPlan) -> str:
        call = f"operations.{plan.constant}, {self._arguments(plan)}, options"
        decode = payload_decoder(plan, self.derived)
        if isinstance(self.signature, ChangesSignature):
            call = f"self._changes({call}, since, settle, page_size)"
            return f"return {self.prefix}Changes({call}, {decode})"
        paged = "".join(f", {name}={name}" for name in plan.paging_arguments)
        return f"return {self.prefix}Pager(self._list({call}{paged}), {decode})"

    def _narrowed(self, narrow: OperationPlan) -> list[str]:
        if narrow.returned != self.plan.returned:
            problem = "x-crmkit-narrows names a list of others"
            self.derived.document.refuse(narrow.source.place, problem, "name its own list")
        known = {parameter.key for parameter in narrow.parameters}
        lost = [param.argument for param in self.signature.parameters if param.key not in known]
        name = self.signature.narrowing[0].argument
        refuse = f"    refuse_beside({self.operation}, {name!r}, {dict_of(lost)})"
        return [
            f"if not isinstance({name}, Unset):",
            *([refuse] if lost else []),
            f"    {self._pager(narrow)}",
        ]

    # -- calls -------------------------------------------------------------------------------------

    def _run(self, operation: str, body: str = "") -> str:
        more = f", {body}" if body else ""
        call = f"self._call({operation}, {self._arguments(self.plan)}, options{more})"
        return self._returned(f"self._sender.call({call}, {self.decode})")

    def _returned(self, call: str) -> str:
        back = "return " if self.plan.payload is not None else ""
        return f"{back}await {call}" if self.prefix else f"{back}drive({call})"

    def _tree(self, model: str, operation: str = "") -> str:
        """Return the expression of the body of a write."""
        what = f"{operation or self.operation}, models.{model}, codec.{model}"
        if self.signature.sole is not None:
            name = self.signature.members[0].name
            return f"member_tree({what}, {name!r}, {name}, extra)"
        members = dict_of(member.name for member in self.signature.members)
        return f"request_tree({what}, input_, {members}, extra)"

    def _uploading(self, model: str, upload: str) -> list[str]:
        """Return the lines that make the call with files, where another one goes without."""
        known = {attribute.name for attribute in self.derived.classes[model].attributes}
        files = [
            f"{attribute.name} is not UNSET"
            for attribute in self.derived.classes[upload].attributes
            if attribute.name not in known
        ]
        operation, passed = f"{self.operation}_UPLOAD", " or ".join(files)
        return [
            f"if isinstance(input_, models.{upload}) or (input_ is None and ({passed})):",
            f"    upload_ = {self._tree(upload, operation)}",
            f"    {self._run(operation, 'upload_')}",
            *(["    return"] if self.plan.payload is None else []),
        ]

    def _arguments(self, plan: OperationPlan) -> str:
        own = (*self.signature.parameters, *self.signature.narrowing)
        known = {parameter.key for parameter in own}
        bound = self.signature.bound
        parts = [
            f'"{param.argument}": {"self._bound" if param.key == bound else param.argument}'
            for param in plan.parameters
            if param.key in known or param.key == bound
        ]
        return f"{{{', '.join(parts)}}}"


def dict_of(names: Iterable[str]) -> str:
    """Return the expression of a dict of variables by their names."""
    return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"


def payload_decoder(plan: OperationPlan, derived: Derived) -> str:
    """Return the expression of the function that decodes an operation's payload."""
    payload = plan.payload
    if payload is None or payload.plain:
        return "None"
    kind = payload.kind
    item = kind.items[0] if kind.name == "list" else kind
    if item.name == "model" and not payload.nullable:
        function = "decode" if item is kind else "decode_all"
        return f"codec.{item.ref}.{function}"
    first = next(other for other in derived.operations_of(plan.module) if other.decodes_as(payload))
    return f"codec.{first.source.id}_payload"


# -- updates that replace --------------------------------------------------------------------------


def emit_merge(plan: OperationPlan, derived: Derived) -> list[str]:
    """Return the table that says where a record shows what an update, which replaces it, writes."""
    document = derived.document
    schema = document.schemas[plan.model]
    shown = schema.get("x-crmkit-read-schema")
    if shown is None:
        problem = "replaces a record and does not say how it is read"
        place = f"components/schemas/{plan.model}"
        document.refuse(place, problem, "add x-crmkit-read-schema")
    rows: list[str] = []
    names = derived.classes[plan.model].names
    for member in derived.schemas.models[plan.model].fields:
        node = document.resolve(schema["properties"][member.wire], plan.model)
        path = tuple(str(node.get("x-crmkit-read-as", member.wire)).split("."))
        if _is_shown(path, shown, derived):
            name = names[member.derived]
            argument = f", argument={name!r}" if name != member.wire else ""
            rows.append(f"Member({member.wire!r}, {path!r}{_form(member, derived)}{argument}),")
    read = derived.operation(plan.replaces)
    return [
        "",
        f"_{plan.constant} = Merge(",
        f"    operations.{read.constant},",
        f"    operations.{plan.constant},",
        f"    lambda tree: {payload_decoder(read, derived)}(tree),",
        f"    ({' '.join(rows)}),",
        ")",
        "",
    ]


def _is_shown(path: tuple[str, ...], shown: str, derived: Derived) -> bool:
    document = derived.document
    node = document.schemas[shown]
    for part in path:
        node = document.resolve(node, shown)
        alternatives = [document.resolve(other, shown) for other in node.get("anyOf", [])]
        node = next((other for other in alternatives if other.get("type") != "null"), node)
        if "items" in node:
            node = document.resolve(node["items"], shown)
        if part not in node.get("properties", {}):
            return False
        node = node["properties"][part]
    return True


def _form(member: Field, derived: Derived) -> str:
    """Return what `Member` has to know of a member's form beside its place."""
    parts = []
    if member.nullable:
        parts.append("nullable=True")
    if member.kind.name == "separated":
        parts.append(f"by={member.kind.by!r}")
        item = member.kind.items[0]
        if item.name == "model":
            names = tuple(field.wire for field in derived.schemas.models[item.ref].fields)
            parts.append(f"between={member.kind.between!r}, members={names!r}")
    elif member.kind.name in {"bit", "date"}:
        parts.append(f"form={member.kind.name!r}")
    return "".join(f", {part}" for part in parts)
