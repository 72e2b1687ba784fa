"""Emit a decoder and an encoder for each model, between wire tree and object.

Both are straight-line functions. A decoder takes a list of rows, so that a page costs one call; it
makes the objects without their `__init__` and keeps what it does not know in
`additional_properties`. It checks the type of every member: a value of another type than documented
is an error with a path, never a wrong object.
"""

from __future__ import annotations

from importlib import import_module
from inspect import isfunction
from typing import TYPE_CHECKING

from .decoding import decode_field
from .encoding import encode_field
from .imports import only_needed
from .kinds import parts

if TYPE_CHECKING:
    from .derive import Derived
    from .kinds import Model
    from .models import ModelSource

__all__ = ["IMPORTS", "emit_codec"]

_MODULES = (
    *("codec.datetimes", "codec.decode_errors", "codec.files", "codec.labeled", "codec.nested"),
    *("codec.numbers", "codec.strings", "codec.values"),
)
IMPORTS = (
    *(
        f"from crmkit.core.{module} import "
        + ", ".join(
            name
            for name, value in vars(import_module(f"crmkit.core.{module}")).items()
            # Functions of its own; classes come from the generated models.
            if isfunction(value) and value.__module__.endswith(module) and name[0] != "_"
        )
        for module in _MODULES
    ),
    "from crmkit.core.types import File",
)
"""What a codec may need."""

_HEAD = '''"""Decoder and encoder of `{name}`, between wire tree and object."""

from __future__ import annotations

import datetime
from typing import Any

from crmkit.core.types import UNSET as U
{runtime}

from ..models.{module} import {name}
{imports}

EMITTED = True'''


def emit_codec(derived: Derived, model: Model, sources: dict[str, ModelSource]) -> str:
    """Return the codec module of a model.

    Args:
        derived: The derived document.
        model: The model.
        sources: The generated classes by name.
    """
    source = sources[model.name]
    found = {part for field in model.fields for part in parts(field.kind) if part.ref}
    refs = sorted({kind.ref for kind in found if kind.ref in sources})
    enums = [ref for ref in refs if ref in derived.enums]
    models = [ref for ref in refs if ref in derived.models]
    imports = [f"from ..models.{sources[ref].module} import {ref}" for ref in [*enums, *models]]
    imports += [
        f"from . import {sources[ref].module} as {sources[ref].module}_codec" for ref in models
    ]
    tables = [f"_{sources[ref].module} = {{item.value: item for item in {ref}}}" for ref in enums]
    if model.mode == "write":
        names = [name for field in model.fields for name in (field.wire, *field.aliases)]
        listed = ", ".join(repr(name) for name in names)
        tables.append(f"MEMBERS = frozenset[str](({listed}{',' if names else ''}))")
    if _is_joined(derived, model):
        tables.append(f"ORDER = {tuple(field.wire for field in model.fields)!r}")
    head = _HEAD.format(
        name=model.name,
        module=source.module,
        imports="\n".join(imports),
        runtime="\n".join(IMPORTS),
    )
    return only_needed(
        "\n".join([head, *tables, "", "", *_decoder(model, sources), *_encoder(model, sources)])
    )


def _is_joined(derived: Derived, model: Model) -> bool:
    """Return whether a string holds a list of such models."""
    return any(
        part.between and part.items[0].ref == model.name
        for other in derived.models.values()
        for field in other.fields
        for part in parts(field.kind)
    )


def _decoder(model: Model, sources: dict[str, ModelSource]) -> list[str]:
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
        lines += decode_field(field, model, sources)
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


def _encoder(model: Model, sources: dict[str, ModelSource]) -> list[str]:
    encoded = [encode_field(field, model, sources) for field in model.fields]
    items = [item for item, _ in encoded if item]
    lines = [f"d: dict[str, Any] = {{{', '.join(items)}}}"]
    # A member that the document names wins over one of the same name beside them.
    lines += ["if o.additional_properties:"]
    lines += ["    encode_extras(o.additional_properties, d)"]
    lines += [line for _, more in encoded for line in more]
    return [
        "def encode(o: Any) -> dict[str, Any]:",
        f'    """Return the tree of a {model.name}, or raise ArgumentError."""',
        *(f"    {line}" for line in lines),
        "    return d",
    ]
