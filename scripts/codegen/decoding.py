"""Emit what converts a wire value to Python: the lines of a decoder, or an expression.

Plain values are checked in line, as most members are plain; all others go through the functions of
`crmkit.core.codec`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import ENUMS, LISTED, PLAIN, PLURALS, expectation, wire_types

if TYPE_CHECKING:
    from .derive import Derived
    from .kinds import Field, Kind, Model

__all__ = ["decode_expression", "decode_field", "payload_expression"]


def decode_field(field: Field, model: Model, derived: Derived, *, lookup: bool) -> list[str]:
    """Return the lines of a decoder that look one member up, or take it out of a copy."""
    kind, read = field.kind, model.mode == "read"
    attribute = f"o.{derived.classes[model.name].names[field.derived]}"
    listed = kind.name in LISTED and read
    null = field.nullable or (read and not field.identifies)
    needed = field.required and not (null and read)
    get = f"pop({field.wire!r}{'' if needed else ', None' if read else ', U'})"
    if lookup:
        get = f"row[{field.wire!r}]" if field.required else f"row.get({field.wire!r})"
    if kind.name == "any":
        return [f"{attribute} = {get}"]
    unset = not read and not needed
    # Without its id, or with an input of another form, the whole object is worth nothing.
    strict = not read or field.wire == "id"
    kept = f"keep_odd(o, s, {field.wire!r}, v, "
    if kind.name in PLAIN | {"scalars", "file"}:
        tests = ["v is not None"] * null + ["v is not U"] * unset
        tests += [f"type(v) is not {type_}" for type_ in wire_types(kind)]
        odd = f"{attribute} = {kept}{expectation(kind)!r})"
        odd = f"reject(v, {expectation(kind)!r}, {field.wire!r})" if strict else odd
        return [f"v = {attribute} = {get}", f"if {' and '.join(tests)}:", f"    {odd}"]
    value = decode_expression(kind, derived)
    if kind.name == "separated":
        value = _split_or_empty(value, null=listed)
    elif null and kind.name == "decimal":  # of which 0 is not empty
        value = f"None if v == '' else {value}"
    elif null and wire_types(kind) == ("str",) and kind.name not in ENUMS:  # empty means null
        value = f"{value} if v else decode_empty(v)"
    if listed and kind.name != "separated":
        value = f"[] if v is None else {'[] if v == [] else ' * ('decode_all' in value)}{value}"
    if as_is := ["v is U"] * unset + ["v is None"] * (null and not listed):
        value = f"v if {' or '.join(as_is)} else {value}"
    if strict:
        return [f"at = {field.wire!r}", f"v = {get}", f"{attribute} = {value}"]
    odd = f"    {attribute} = {kept}e){' or []' if listed else ''}"
    return [f"v = {get}", "try:", f"    {attribute} = {value}", "except ODD_ERRORS as e:", odd]


def payload_expression(kind: Kind, derived: Derived) -> str:
    """Return the expression that converts `v`, a payload that is not an object."""
    value = decode_expression(kind, derived)
    return _split_or_empty(value, null=False) if kind.name == "separated" else value


def _split_or_empty(value: str, *, null: bool) -> str:
    other = "[] if v is None else " if null else ""
    return f"({value} if v else []) if type(v) is str else {other}reject(v, 'str')"


def decode_expression(kind: Kind, derived: Derived, value: str = "v") -> str:  # noqa: C901, PLR0911, PLR0912  # one case a kind
    """Return the expression that converts a value, which is a name itself."""
    inner = [_decoder(item, derived) for item in kind.items]
    match kind.name:
        case name if name in PLAIN | {"scalars"}:
            return f"check_type({value}, {expectation(kind)!r}, {', '.join(wire_types(kind))})"
        case "any":
            return value
        case "lenient":
            return f"parse_lenient({value}, {kind.items[0].name})"
        case name if name in ENUMS:
            values = derived.held(kind.ref, "_values")
            read = f"{values}.get({value}, {value})"
            return f"{read} if type({value}) is str else reject({value}, 'str')"
        case "digits":  # in line, as every record has an id
            usual = f"type({value}) is str and {value}.isdigit() and {value}.isascii()"
            return f"int({value}) if {usual} else decode_digits({value})"
        case "model":
            return f"decode_{kind.ref}({value})"
        case "separated":
            return _split(kind, value)
        case "list" if kind.items[0].name == "model":
            return f"decode_all_{kind.items[0].ref}({value})"
        case "list" if kind.items[0].name in PLAIN:
            types = ", ".join(wire_types(kind.items[0]))
            items = f"decode_items({value}, {kind.items[0].name!r}, {types})"
            return f"[] if {value} == [] else {items}"
        case "map":
            empty = f"{{}} if {value} == [] else " if kind.empty_list_as_map else ""
            return f"{empty}decode_dict({value}, {inner[0]})"
        case "list":
            return f"decode_list({value}, {inner[0]})"
        case "optional":
            item = decode_expression(kind.items[0], derived, value)
            return f"None if {value} is None else {item}"
        case "discriminated":
            pairs = zip(map(repr, kind.values), inner, strict=True)
            decoders = ", ".join(f"{constant}: {decode}" for constant, decode in pairs)
            return f"decode_discriminated({value}, {kind.member!r}, {{{decoders}}})"
        case "union":
            tried = [
                f"({decode_expression(item, derived, value)}) if type({value}) is {type_} else "
                for item in kind.items
                for type_ in wire_types(item)
            ]
            return f"{''.join(tried)}reject({value}, {expectation(kind)!r})"
        case name:
            return f"decode_{name.removeprefix('espo_')}({value})"


def _decoder(kind: Kind, derived: Derived) -> str:
    """Return an expression for the function that converts values of a kind."""
    expression = decode_expression(kind, derived, "x")
    name, _, rest = expression.partition("(")
    is_call = rest == "x)" and name.replace(".", "").isidentifier()
    return name if is_call else f"lambda x: {expression}"


def _split(kind: Kind, value: str) -> str:
    """Return the expression that splits a string that holds a list."""
    item = kind.items[0]
    if item.name == "model":
        split = f"split_members({value}, ORDER_{item.ref}, {kind.by!r}, {kind.between!r})"
        return f"decode_all_{item.ref}({split})"
    if item.name in PLURALS:
        return f"split_{PLURALS[item.name]}({value})"
    return f"{value}.split({kind.by!r})"
