"""Emit what converts a Python value for the wire: the lines of an encoder, or an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import ENUMS, LISTED, PLAIN, PLURALS, written_types

if TYPE_CHECKING:
    from .derive import Derived
    from .kinds import Field, Kind, Mode, Model

__all__ = ["encode_expression", "encode_field"]

_IN_LINE = {"str", "int", "bool", *ENUMS}
"""Kinds whose values are checked in line."""


def encode_field(field: Field, model: Model, derived: Derived) -> tuple[str, list[str]]:
    """Return how an encoder writes one member: an expression, or lines, of those that may lack."""
    attribute = derived.classes[model.name].names[field.derived]
    kind, target, at = field.kind, f"d[{field.wire!r}]", repr(attribute)
    bound = f"(v := o.{attribute})"
    if model.mode == "write":  # required members may be missing: the server reports them
        null = "v is None or " if field.nullable and kind.name in _IN_LINE else ""
        value = encode_expression(kind, derived, "write", "v", at, null)
        if field.nullable and not null:
            value = f"None if v is None else {value}"
        return "", [f"if {bound} is not U:", f"    {target} = {value}"]
    # Read models hold plain values as the decoder left them; input models what callers pass.
    as_is = kind.name in PLAIN | {"scalars"}
    value = "v" if as_is else encode_expression(kind, derived, "read", "v", at)
    if kind.name == "separated":
        value = _join(kind, at)
    if not field.required:  # absent when there is nothing, as the server has it
        test = f"v := o.{attribute}" if kind.name in LISTED else f"{bound} is not None"
        return "", [f"if {test}:", f"    {target} = {value}"]
    if as_is:
        return f"o.{attribute}", []
    if kind.name == "separated":
        return f'"" if not {bound} and type(v) is list else {value}', []
    if kind.name not in LISTED:
        return f"None if {bound} is None else {value}", []
    return f"[] if type({bound}) is list and not v else {value}", []


def encode_expression(  # noqa: C901, PLR0911, PLR0912  # one case a kind
    kind: Kind, derived: Derived, mode: Mode, value: str, at: str, null: str = ""
) -> str:
    """Return the expression that converts a value.

    Args:
        kind: What it holds.
        derived: What is made of the document.
        mode: Whether replies or requests hold it.
        value: The expression of the value, a name.
        at: The expression of its name, for errors.
        null: A test before that of the type, of plain values that stay as they are.
    """
    inner = [encode_expression(item, derived, mode, "x", "at") for item in kind.items]
    member = f"{value}._value_ if type({value}) is "  # the property `value` takes longer
    enums = [item.ref for item in (kind, *kind.items) if item.name in ENUMS]
    members = "".join(f"{member}{derived.held(enum)} else " for enum in enums)
    match kind.name:
        case "digits":
            usual = f"type({value}) is int and {value} >= 0"
            return f"str({value}) if {usual} else encode_digits({value}, {at})"
        case "separated":
            return f'"" if not v and type(v) is list else {_join(kind, at)}'
        case "country" if mode == "read":  # as servers have it, which is not always a code
            return f"'EL' if {value} == 'GR' else {value}"
        case "model" if mode == "read":
            return f"encode_{kind.ref}({value})"
        case "model":
            return f"encode_model({value}, {at}, {derived.held(kind.ref)}, encode_{kind.ref})"
        case "list" if mode == "read" and kind.items[0].name == "model":
            return f"[{inner[0]} for x in {value}]"
        case "any":
            return f"{derived.encode_json}({value}, {at})"
        case "list" if kind.items[0].name in PLAIN | {"enum", "open_enum", "scalars"}:
            return f"encode_items({value}, {at})"
        case "list":
            return f"encode_list({value}, {at}, {_encoder(inner[0])})"
        case "map":
            call = f"encode_dict({value}, {at}, {_encoder(inner[0])})"
            return f"{call} if {value} else []" if kind.empty_list_as_map else call
        case "optional":
            return f"None if {value} is None else {inner[0]}"
        case "float":
            return f"encode_plain({value}, float, {at})"
        case "scalars" | "lenient":
            names = dict.fromkeys(name for item in kind.items for name in written_types(item, mode))
            return f"format_lenient({value}, {at}, {', '.join(map(derived.held, names))})"
        case "discriminated" | "union":
            encoders = ", ".join(
                f"{derived.held(type_)}: {_encoder(encode)}"
                for item, encode in zip(kind.items, inner, strict=True)
                for type_ in written_types(item, mode)
            )
            return f"{members}encode_union({value}, {at}, {{{encoders}}})"
        case name if name in _IN_LINE:
            type_ = written_types(kind, mode)[0]
            call = f"encode_plain({value}, {type_}, {at})"
            return f"{members}{value} if {null}type({value}) is {type_} else {call}"
        case name:
            return f"encode_{name}({value}, {at})"


def _encoder(expression: str) -> str:
    """Return an expression for a function of a value and its name."""
    name, _, rest = expression.partition("(")
    return name if rest == "x, at)" and name.isidentifier() else f"lambda x, at: {expression}"


def _join(kind: Kind, at: str) -> str:
    item = kind.items[0]
    if item.name == "model":
        functions = f"decode_{item.ref}, encode_{item.ref}, ORDER_{item.ref}"
        return f"join_members(v, {at}, {functions}, {kind.by!r}, {kind.between!r})"
    if item.name in PLURALS:
        return f"join_{PLURALS[item.name]}(v, {at})"
    return f"join_strings(v, {at}, {kind.by!r})"
