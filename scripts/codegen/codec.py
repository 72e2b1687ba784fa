"""Emit a decoder and an encoder for each model, between wire tree and object.

Both are straight-line functions. A decoder takes a list of rows, so that a page costs one call; it
makes the objects without their `__init__` and keeps what it does not know in
`additional_properties`. It checks the type of every member: a value of another type than documented
is an error with a path, never a wrong object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding import convert, decode_field, expectation
from .encoding import encode_field
from .imports import only_needed
from .kinds import parts

if TYPE_CHECKING:
    from .derive import Derived
    from .kinds import Kind, Model
    from .models import ModelSource

__all__ = ["IMPORTS", "convert", "emit_codec", "expectation"]

_HEAD = '''"""Decoder and encoder of `{name}`, between the wire's tree and the object."""

from __future__ import annotations

import datetime
from typing import Any

from crmkit.core.types import UNSET as U
{runtime}

from ..models.{module} import {name}
{imports}

EMITTED = True'''

_RUNTIME = {
    "codec.datetimes": (
        "decode_date",
        "decode_date_or_str",
        "decode_datetime",
        "decode_dmy",
        "decode_unix",
        "encode_date",
        "encode_date_or_str",
        "encode_datetime",
        "encode_dmy",
        "encode_espo_datetime",
        "encode_unix",
    ),
    "codec.decode_errors": ("reject",),
    "codec.files": ("encode_file",),
    "codec.labeled": (
        "decode_mailbox",
        "encode_mailbox",
        "join_labeled",
        "join_mailboxes",
        "split_labeled",
        "split_mailboxes",
    ),
    "codec.nested": (
        "check_type",
        "decode_dict",
        "decode_discriminated",
        "decode_enum",
        "decode_list",
        "decode_optional",
        "decode_union",
        "encode_dict",
        "encode_list",
        "encode_model",
        "encode_union",
        "join_members",
        "split_members",
    ),
    "codec.numbers": (
        "decode_bit",
        "decode_country",
        "decode_digits",
        "encode_bit",
        "encode_country",
        "encode_digits",
        "format_lenient",
        "parse_lenient",
    ),
    "codec.strings": ("join_strings",),
    "codec.values": ("check_items", "encode_extras", "encode_items", "encode_json", "encode_plain"),
    "types": ("File",),
}
IMPORTS = tuple(
    f"from crmkit.core.{module} import {', '.join(names)}" for module, names in _RUNTIME.items()
)
"""What a codec may need."""


def emit_codec(derived: Derived, model: Model, sources: dict[str, ModelSource]) -> str:
    """Return the codec module of a model.

    Args:
        derived: The derived document.
        model: The model.
        sources: The generated classes by name.
    """
    source = sources[model.name]
    found = {part for one in model.fields for part in parts(one.kind) if part.ref}
    classes = sorted({one.ref for one in found if one.ref in sources})
    enums = [ref for ref in classes if ref in derived.enums]
    models = [ref for ref in classes if ref in derived.models]
    imports = [f"from ..models.{sources[ref].module} import {ref}" for ref in [*enums, *models]]
    imports += [
        f"from . import {sources[ref].module} as {sources[ref].module}_codec" for ref in models
    ]
    tables = "".join(
        f"_{sources[ref].module} = {{one.value: one for one in {ref}}}\n" for ref in enums
    )
    if model.mode == "write":
        spellings = [name for one in model.fields for name in (one.wire, *one.aliases)]
        names = ", ".join(repr(name) for name in spellings)
        tables += f"MEMBERS = frozenset(({names},))\n" if names else "MEMBERS = frozenset[str]()\n"
    if any(
        part.between and part.items[0].ref == model.name
        for one in derived.models.values()
        for field in one.fields
        for part in parts(field.kind)
    ):
        tables += f"ORDER = {tuple(one.wire for one in model.fields)!r}\n"
    head = _HEAD.format(
        name=model.name,
        module=source.module,
        imports="\n".join(imports),
        runtime="\n".join(IMPORTS),
    )
    return only_needed(
        f"{head}\n{tables}\n\n{_decoder(model, sources)}\n\n{_encoder(model, sources)}"
    )


def _parts(kind: Kind) -> list[Kind]:
    return [kind, *(part for item in kind.items for part in _parts(item))]


def _decoder(model: Model, sources: dict[str, ModelSource]) -> str:
    name = model.name
    lines = [
        f"def decode_all(rows: Any, cls: type[Any] = {name}) -> list[{name}]:",
        '    """Return the objects of an array of trees, which is left as it is."""',
        "    if type(rows) is not list:",
        '        reject(rows, "an array")',
        f"    out: list[{name}] = []",
        "    add = out.append",
        "    for row in rows:",
        '        at = ""',
        "        if type(row) is not dict:",
        '            reject(row, "an object")',
        "        s = row.copy()",
        "        pop = s.pop",
        "        o: Any = object.__new__(cls)",
    ]
    for one in model.fields:
        lines += [f"        {line}" for line in decode_field(one, model, sources)]
    lines += [
        # A copy of the rest, because a dict keeps its size when members are taken out.
        "        o.additional_properties = dict(s) if s else {}",
        "        add(o)",
        "    return out",
        "",
        "",
        f"def decode(tree: Any) -> {name}:",
        '    """Return the object of one tree, which is left as it is."""',
        "    return decode_all([tree])[0]",
    ]
    return "\n".join(lines)


def _encoder(model: Model, sources: dict[str, ModelSource]) -> str:
    lines = [
        f"def encode(o: {model.name}) -> dict[str, Any]:",
        '    """Return the tree of an object.',
        "",
        "    Raises:",
        "        ArgumentError: A value cannot be written in the wire's form.",
        '    """',
        "    d = encode_extras(o.additional_properties)",
        "    v: Any",
    ]
    for one in model.fields:
        lines += encode_field(one, model, sources)
    return "\n".join([*lines, "    return d"]) + "\n"
