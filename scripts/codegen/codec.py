"""Emit a decoder and an encoder for each model, between wire tree and object.

All of what is read stands in one module, and all of what is written in another: many small modules
take more room than what they hold, and more time than a large one. Neither loads a model before it
makes an object of it.

Both functions are straight-line. A decoder makes an object without its `__init__` and keeps what it
does not know in `additional_properties`. It checks the type of every member, so that no object is
wrong: a member that cannot be read is None and kept as well, which costs nothing where all can.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .decoding import decode_field, payload_expression
from .encoding import encode_field
from .imports import CODEC, CORE, STANDARD, module
from .methods import payload_decoder

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .kinds import Mode, Model
    from .payloads import Payload

__all__ = ["emit_codec_package", "emit_codecs"]

_HELD = {"read": "replies", "write": "requests"}


def emit_codecs(derived: Derived, mode: Mode) -> str:
    """Return the module of the codecs of what replies or requests hold."""
    models = derived.schemas.models.values()
    body = [line for model in models if model.mode == mode for line in _codec(model, derived)]
    body += _payloads(derived) if mode == "read" else []
    held = sorted({*re.findall(r" if (_\w+) is None else ", "\n".join(body))})
    head = ["EMITTED = True", "load, load_values = loaders(globals(), models)"]
    head += [f"{name}: Any = None" for name in held]
    text = f"Decoders and encoders of what {_HELD[mode]} hold, between wire tree and object."
    imports = [*STANDARD, *CODEC, "from .. import models"]
    return module(text, [*head, *body], imports, derived.class_imports("..models."))


def emit_codec_package(derived: Derived) -> str:
    """Return the package of codecs, whose modules are loaded when one of theirs is first used."""
    homes = {name: f"{model.mode}:{name}_codec" for name, model in derived.schemas.models.items()}
    homes |= dict.fromkeys(_own_payloads(derived), "read")
    lazy = [
        f"    {name} = {module}.{own or name}"
        for name, home in sorted(homes.items())
        for module, _, own in [home.partition(":")]
    ]
    code = ["if TYPE_CHECKING:", "    from . import read, write", *lazy, "else:"]
    code.append(f"    __all__, __getattr__, __dir__ = lazily(__name__, {homes!r})")
    text = f"Codecs of the models of the {derived.title}, each loaded when it is used."
    return module(text, code, (*STANDARD, *CORE), future=False)


def _own_payloads(derived: Derived) -> dict[str, tuple[OperationPlan, Payload]]:
    """Return the first of the operations whose payload has a decoder of its own, by its name."""
    return {
        name: (plan, plan.payload)
        for plan in derived.operations
        for name in [f"{plan.source.id}_payload"]
        if plan.payload and payload_decoder(plan, derived) == f"codec.{name}"
    }


def _payloads(derived: Derived) -> list[str]:
    """Return the decoders of payloads that are not plain models."""
    lines: list[str] = []
    for name, (plan, payload) in _own_payloads(derived).items():
        lines += [
            "",
            "",
            f"def {name}(v: Any) -> {plan.returned}:",
            f'    """Return what `{plan.source.name}` returns."""',
            *(["    if v is None:", "        return None"] if payload.nullable else []),
            f"    found: Any = {payload_expression(payload.kind, derived)}",
            f"    value: {plan.returned} = found",
            "    return value",
        ]
    return lines


def _codec(model: Model, derived: Derived) -> list[str]:
    """Return the codec of a model."""
    tables: list[str] = []
    name = model.name
    attributes = derived.classes[model.name].names
    names = {wire: attributes[f.derived] for f in model.fields for wire in (f.wire, *f.aliases)}
    if model.mode == "read" and all(wire == own.rstrip("_") for wire, own in names.items()):
        names = {}
    # Members are looked up where most replies have just those required, else taken out of a copy.
    optional = sum(not field.required for field in model.fields)
    if lookup := model.mode == "read" and optional <= 10:
        tables.append(f"_own_{name} = frozenset({[field.wire for field in model.fields]!r})")
        required = [field.wire for field in model.fields if field.required]
        tables += [f"_required_{name}: frozenset[str] = frozenset({required!r})"] * model.more
    if f"{model.name}OrMapping" in derived.schemas.aliases:  # a string holds a list of them
        tables.append(f"ORDER_{name} = {tuple(field.wire for field in model.fields)!r}")
    decoder = _decoder(model, derived, lookup=lookup)
    codec = f"{name}_codec = Codec(decode_{name}, decode_all_{name}, encode_{name}, {names!r})"
    return [*tables, "", "", *decoder, *_encoder(model, derived), "", "", codec]


def _decoder(model: Model, derived: Derived, *, lookup: bool) -> list[str]:
    name, fields, own = model.name, model.fields, f"_own_{model.name}"
    first, others = list[str](), list[str]()
    for field in fields:
        lines = decode_field(field, model, derived, lookup=lookup)
        (first if field.identifies else others).extend(lines)
    head = [
        f"if {alias!r} in row and {field.wire!r} not in row: "
        f"row = renamed(row, {alias!r}, {field.wire!r})"
        for field in fields
        for alias in field.aliases
    ]
    if lookup:
        none = f"len(row) == {sum(field.required for field in fields)}"
        rest = f"{{}} if {own}.issuperset(row) else others(row, {own})"
        rest = f"others(row, {own}, _required_{name})" if model.more else rest
        first.insert(0, f"s = o.additional_properties = {{}} if {none} else {rest}")
        if any(" row[" in line for line in others):
            others = ["try:", *(f"    {line}" for line in others), "except KeyError:"]
            others.append(f"    return decode_{name}(dict.fromkeys({own}) | row, cls)")
    else:
        head += ["s = row.copy()", "pop = s.pop"]
        # A copy of the rest, because a dict keeps its size when members are taken out.
        others.append("o.additional_properties = dict(s) if s else {}")
    lines = [
        *head,
        f"o: Any = new(cls or {derived.held(name)})",
        *first,
        *others,
        f"made: {name} = o",
        "return made",
    ]
    return [
        f"def decode_{name}(row: Any, cls: type[Any] | None = None) -> {name}:",
        '    """Return the object of a tree, which is left as it is."""',
        "    if type(row) is not dict:",
        "        reject(row, 'dict')",
        *(f"    {line}" for line in lines),
        *("", "", f"decode_all_{name} = decode_rows(decode_{name})", "", ""),
    ]


def _encoder(model: Model, derived: Derived) -> list[str]:
    name = model.name
    encoded = {field.wire: encode_field(field, model, derived) for field in model.fields}
    items = {wire: value for wire, (value, _) in encoded.items() if value}
    display = ", ".join(f"{wire!r}: {value}" for wire, value in items.items())
    lines = [f"d: dict[str, Any] = {{{display}}}"]
    if template := len(items) > 15:  # Python makes displays of more in parts, which it merges
        lines = [
            f"d = _tree_{name}.copy()",
            *(f"d[{wire!r}] = {value}" for wire, value in items.items()),
        ]
    more = [line for _, lines in encoded.values() for line in lines]
    function = "encode_extras" if model.mode == "write" else "encode_kept"
    espo = ", encode_espo_datetime" if derived.encode_json == "encode_espo_json" else ""
    extras = ["if o.additional_properties:", f"    {function}(o.additional_properties, d{espo})"]
    # What is passed wins over a member of the same name beside it; what was not read, does not.
    lines += [*extras, *more] if model.mode == "write" else [*more, *extras]
    return [
        *([f"_tree_{name}: dict[str, Any] = dict.fromkeys({[*items]!r})", "", ""] * template),
        f"def encode_{name}(o: Any) -> dict[str, Any]:",
        f'    """Return the tree of a {name}, or raise ArgumentError."""',
        *(f"    {line}" for line in lines),
        "    return d",
    ]
