"""Emit what converts a wire value to Python: the lines of a decoder, or an expression.

Plain values are checked in line, as most members are plain; all others go through the functions of
`crmkit.core.codec`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import LISTED
from .unions import PLAIN, wire_types

if TYPE_CHECKING:
    from .kinds import Field, Kind, Model
    from .models import ModelSource

__all__ = ["decode_expression", "decode_field", "expectation", "payload_decoder"]

_EXPECTED = {
    "bit": "0 or 1",
    "digits": "an id",
    "file": "File",
    "list": "list",
    "map": "dict",
    "model": "dict",
    "discriminated": "dict",
    "unix": "int",
}
_FUNCTIONS = {"espo_datetime": "datetime"}
"""Kinds that a function of `crmkit.core.codec` of another name than theirs reads."""


def expectation(kind: Kind) -> str:
    """Return how errors name what a value should be."""
    if kind.name in PLAIN:
        return kind.name
    if kind.name in {"scalars", "lenient", "union"}:
        return " or ".join(dict.fromkeys(map(expectation, kind.items)))
    return _EXPECTED.get(kind.name, "str")


def decode_field(field: Field, model: Model, sources: dict[str, ModelSource]) -> list[str]:
    """Return the lines of a decoder that read one member."""
    kind = field.kind
    attribute = f"o.{sources[model.name].names[field.derived]}"
    listed = kind.name in LISTED and model.mode == "read"
    null = field.nullable or (model.mode == "read" and (listed or not field.required))
    needed = field.required and not (null and model.mode == "read")
    default = "" if needed else ", U" if model.mode == "write" else ", None"
    names = [repr(name) for name in (field.wire, *field.aliases)]
    pop = f"pop({names[-1]}{default})"
    for name in reversed(names[:-1]):
        pop = f"pop({name}) if {name} in s else {pop}"
    if kind.name == "any":
        return [f"{attribute} = {pop}"]
    unset = model.mode == "write" and not needed
    if kind.name in PLAIN | {"scalars", "file"}:
        types = ("File",) if kind.name == "file" else wire_types(kind)
        tests = ["v is not U"] * unset + ["v is not None"] * null
        tests += [f"type(v) is not {type_}" for type_ in types]
        return [
            f"v = {attribute} = {pop}",
            f"if {' and '.join(tests)}:",
            f"    reject(v, {expectation(kind)!r}, {field.wire!r})",
        ]
    value = decode_expression(kind, sources)
    # An empty string of what is otherwise a value stands for null.
    may_be_empty = null and wire_types(kind) == ("str",) and kind.name not in {"enum", "open_enum"}
    if kind.name == "separated":
        empty = f"v == ''{' or v is None' if listed else ''}"
        value = f"[] if {empty} else {value} if type(v) is str else reject(v, 'str')"
    elif kind.name == "digits":  # in line, as every record has an id
        value = f"int(v) if type(v) is str and v.isdigit() and v.isascii() else {value}"
    elif may_be_empty:
        value = f"{value} if v else decode_empty(v)"
    kept = ["v is U"] * unset
    if listed:
        value = value if kind.name == "separated" else f"[] if v is None else {value}"
    elif null:
        kept.append("v is None")
    if kept:
        value = f"v if {' or '.join(kept)} else {value}"
    return [f"at = {field.wire!r}", f"v = {pop}", f"{attribute} = {value}"]


def payload_decoder(kind: Kind, sources: dict[str, ModelSource]) -> str:
    """Return the expression that converts `v`, a payload that is not an object."""
    value = decode_expression(kind, sources)
    if kind.name == "separated":
        return f"[] if v == '' else {value} if type(v) is str else reject(v, 'str')"
    return value


def decode_expression(  # noqa: PLR0911  # one case a kind
    kind: Kind, sources: dict[str, ModelSource], value: str = "v"
) -> str:
    """Return the expression that converts a value.

    Args:
        kind: What it holds.
        sources: The generated classes by name.
        value: The expression of the value, a name.
    """
    inner = [_decoder(item, sources) for item in kind.items]
    match kind.name:
        case name if name in PLAIN | {"scalars"}:
            return f"check_type({value}, {expectation(kind)!r}, {', '.join(wire_types(kind))})"
        case "any":
            return value
        case "lenient":
            return f"parse_lenient({value}, {kind.items[0].name})"
        case "enum" | "open_enum":
            return f"decode_enum({value}, {_table(kind, sources)})"
        case "model":
            return f"{sources[kind.ref].module}_codec.decode({value})"
        case "separated":
            return _split(kind, sources, value)
        case "list":
            return _list(kind.items[0], sources, value)
        case "map":
            empty = f"{{}} if {value} == [] else " if kind.empty_list_as_map else ""
            return f"{empty}decode_dict({value}, {inner[0]})"
        case "optional":
            return f"decode_optional({value}, {inner[0]})"
        case "discriminated":
            pairs = zip(map(repr, kind.values), inner, strict=True)
            decoders = ", ".join(f"{constant}: {decode}" for constant, decode in pairs)
            return f"decode_discriminated({value}, {kind.member!r}, {{{decoders}}})"
        case "union":
            decoders = ", ".join(
                f"{type_}: {decode}"
                for item, decode in zip(kind.items, inner, strict=True)
                for type_ in wire_types(item)
            )
            return f"decode_union({value}, {{{decoders}}})"
        case name:
            return f"decode_{_FUNCTIONS.get(name, name)}({value})"


def _decoder(kind: Kind, sources: dict[str, ModelSource]) -> str:
    """Return an expression for the function that converts values of a kind."""
    expression = decode_expression(kind, sources, "x")
    name, _, rest = expression.partition("(")
    return name if rest == "x)" else f"lambda x: {expression}"


def _split(kind: Kind, sources: dict[str, ModelSource], value: str) -> str:
    """Return the expression that splits a string that holds a list."""
    item = kind.items[0]
    match item.name:
        case "labeled":
            return f"split_labeled({value})"
        case "mailbox":
            return f"split_mailboxes({value})"
        case "model":
            codec = f"{sources[item.ref].module}_codec"
            split = f"split_members({value}, {codec}.ORDER, {kind.by!r}, {kind.between!r})"
            return f"{codec}.decode_all({split})"
        case _:
            return f"{value}.split({kind.by!r})"


def _list(item: Kind, sources: dict[str, ModelSource], value: str) -> str:
    match item.name:
        case "model":
            return f"{sources[item.ref].module}_codec.decode_all({value})"
        case name if name in PLAIN:
            return f"decode_items({value}, {name!r}, {', '.join(wire_types(item))})"
        case _:
            return f"decode_list({value}, {_decoder(item, sources)})"


def _table(kind: Kind, sources: dict[str, ModelSource]) -> str:
    return f"_{sources[kind.ref].module}"
