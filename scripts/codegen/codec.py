"""Emit a decoder and an encoder for each model, between wire tree and object.

Both are straight-line functions. A decoder takes a list of rows, so that a page costs one call; it
makes the objects without their `__init__` and keeps what it does not know in
`additional_properties`. It checks the type of every member: a value of another type than documented
is an error with a path, never a wrong object.
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
    if f"{model.name}OrMapping" in derived.schemas.aliases:  # a string holds a list of them
        tables.append(f"ORDER = {tuple(field.wire for field in model.fields)!r}")
    body = ["EMITTED = True", *tables, "", "", *_decoder(model, derived), *_encoder(model, derived)]
    text = f"Decoder and encoder of `{model.name}`, between wire tree and object."
    return module(text, body, codec_imports(derived))


def _decoder(model: Model, derived: Derived) -> list[str]:
    name = model.name
    lines = [
        "at = ''",
        "if type(row) is not dict:",
        "    reject(row, 'dict')",
        "s = row.copy()",
        "pop = s.pop",
        "o: Any = object.__new__(cls)",
    ]
    for field in model.fields:
        lines += decode_field(field, model, derived)
    # A copy of the rest, because a dict keeps its size when members are taken out.
    lines += ["o.additional_properties = dict(s) if s else {}", "add(o)"]
    return [
        f"def decode_all(rows: Any, cls: type[Any] = {name}) -> list[{name}]:",
        '    """Return the objects of a list of trees, which is left as it is."""',
        "    if type(rows) is not list:",
        "        reject(rows, 'list')",
        f"    out: list[{name}] = []",
        "    add = out.append",
        "    for row in rows:",
        *(f"        {line}" for line in lines),
        "    return out",
        "",
        "",
        "decode = decode_single(decode_all)",
        "",
        "",
    ]


def _encoder(model: Model, derived: Derived) -> list[str]:
    encoded = [encode_field(field, model, derived) for field in model.fields]
    items = [item for item, _ in encoded if item]
    lines = [f"d: dict[str, Any] = {{{', '.join(items)}}}"]
    # A member that the document names wins over one of the same name beside them.
    lines += ["if o.additional_properties:"]
    # Members that it does not name have times as EspoCRM writes them where those of changes are so.
    espo = ", encode_espo_datetime" if derived.document.changes.get("time_format") else ""
    lines += [f"    encode_extras(o.additional_properties, d{espo})"]
    lines += [line for _, more in encoded for line in more]
    return [
        "def encode(o: Any) -> dict[str, Any]:",
        f'    """Return the tree of a {model.name}, or raise ArgumentError."""',
        *(f"    {line}" for line in lines),
        "    return d",
    ]
