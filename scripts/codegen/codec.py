"""Emit a decoder and an encoder for each model, between wire tree and object.

Both are straight-line functions. A decoder makes an object without its `__init__` and keeps what it
does not know in `additional_properties`. It checks the type of every member, so that no object is
wrong: a member that cannot be read is None and kept as well, which costs nothing where all can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding import decode_field
from .encoding import encode_field
from .imports import CODEC, STANDARD, module
from .kinds import parts

if TYPE_CHECKING:
    from .derive import Derived
    from .kinds import Model

__all__ = ["codec_imports", "emit_codec"]


def codec_imports(derived: Derived) -> list[str]:
    """Return all imports of which a module of codecs may need some."""
    codecs = [
        f"from . import {derived.classes[name].module} as {derived.codec(name)}"
        for name in derived.schemas.models
    ]
    return [*STANDARD, *CODEC, *codecs, *derived.class_imports("..models.")]


def emit_codec(derived: Derived, model: Model) -> str:
    """Return the codec module of a model."""
    refs = {part.ref for field in model.fields for part in parts(field.kind)}
    tables = [
        f"_{derived.classes[ref].module} = {{item.value: item for item in {ref}}}"
        for ref in sorted(refs & derived.schemas.enums)
    ]
    attributes = derived.classes[model.name].names
    names = {name: attributes[f.derived] for f in model.fields for name in (f.wire, *f.aliases)}
    if model.mode == "write" or any(name != names[name].rstrip("_") for name in names):
        tables.append(f"MEMBERS: dict[str, str] = {names!r}")
    # Members are looked up where most replies have just those required, else taken out of a copy.
    optional = sum(not field.required for field in model.fields)
    if lookup := model.mode == "read" and optional <= 10:
        tables.append(f"_own = frozenset({[field.wire for field in model.fields]!r})")
        required = [field.wire for field in model.fields if field.required]
        tables += [f"_required: frozenset[str] = frozenset({required!r})"] * model.more
    if f"{model.name}OrMapping" in derived.schemas.aliases:  # a string holds a list of them
        tables.append(f"ORDER = {tuple(field.wire for field in model.fields)!r}")
    decoder = _decoder(model, derived, lookup=lookup)
    body = ["EMITTED = True", *tables, "", "", *decoder, *_encoder(model, derived)]
    text = f"Decoder and encoder of `{model.name}`, between wire tree and object."
    return module(text, body, codec_imports(derived))


def _decoder(model: Model, derived: Derived, *, lookup: bool) -> list[str]:
    name, fields = model.name, model.fields
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
        rest = "{} if _own.issuperset(row) else others(row, _own)"
        rest = "others(row, _own, _required)" if model.more else rest
        first.insert(0, f"s = o.additional_properties = {{}} if {none} else {rest}")
        if any(" row[" in line for line in others):
            others = ["try:", *(f"    {line}" for line in others), "except KeyError:"]
            others.append("    return decode(dict.fromkeys(_own) | row, cls)")
    else:
        head += ["s = row.copy()", "pop = s.pop"]
        # A copy of the rest, because a dict keeps its size when members are taken out.
        others.append("o.additional_properties = dict(s) if s else {}")
    lines = [*head, "o: Any = new(cls)", *first, *others, f"made: {name} = o", "return made"]
    return [
        f"def decode(row: Any, cls: type[Any] = {name}) -> {name}:",
        '    """Return the object of a tree, which is left as it is."""',
        "    if type(row) is not dict:",
        "        reject(row, 'dict')",
        *(f"    {line}" for line in lines),
        *("", "", "decode_all = decode_rows(decode)", "", ""),
    ]


def _encoder(model: Model, derived: Derived) -> list[str]:
    encoded = {field.wire: encode_field(field, model, derived) for field in model.fields}
    items = {wire: value for wire, (value, _) in encoded.items() if value}
    display = ", ".join(f"{wire!r}: {value}" for wire, value in items.items())
    lines = [f"d: dict[str, Any] = {{{display}}}"]
    if template := len(items) > 15:  # Python makes displays of more in parts, which it merges
        lines = ["d = _tree.copy()", *(f"d[{wire!r}] = {value}" for wire, value in items.items())]
    more = [line for _, lines in encoded.values() for line in lines]
    function = "encode_extras" if model.mode == "write" else "encode_kept"
    espo = ", encode_espo_datetime" if derived.encode_json == "encode_espo_json" else ""
    extras = ["if o.additional_properties:", f"    {function}(o.additional_properties, d{espo})"]
    # What is passed wins over a member of the same name beside it; what was not read, does not.
    lines += [*extras, *more] if model.mode == "write" else [*more, *extras]
    return [
        *([f"_tree: dict[str, Any] = dict.fromkeys({[*items]!r})", "", ""] if template else []),
        "def encode(o: Any) -> dict[str, Any]:",
        f'    """Return the tree of a {model.name}, or raise ArgumentError."""',
        *(f"    {line}" for line in lines),
        "    return d",
    ]
