"""Emit what turns a value of the wire into one of Python: lines in a decoder, or a function.

A decoder is one straight line over the members of a model. Only what holds other values (lists of
lists, maps, values of several forms) is read by the functions of `crmkit.core.codec.nested`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import LISTED
from .unions import PLAIN, wire_types

if TYPE_CHECKING:
    from .kinds import Field, Kind, Model
    from .models import ModelSource

__all__ = ["convert", "decode_field", "expectation", "reader"]

_PLAIN = {
    "str": ("str", "a text"),
    "bool": ("bool", "a boolean"),
    "int": ("int", "an integer"),
    "float": ("float, int", "a number"),
}
_EXPECTED = {
    **{name: expected for name, (_, expected) in _PLAIN.items()},
    "bit": "0 or 1",
    "digits": "an id",
    "file": "a file",
    "list": "an array",
    "map": "an object",
    "model": "an object",
    "scalars": "a plain value",
    "lenient": "a plain value",
    "discriminated": "an object",
    "union": "a value of another type",
    "unix": "an integer",
}
_FUNCTIONS = {"espo_datetime": "datetime"}
"""Kinds that a function of `crmkit.core.codec` of another name than theirs reads."""


def decode_field(one: Field, model: Model, sources: dict[str, ModelSource]) -> list[str]:
    """Return the lines of a decoder that read one member."""
    attribute = sources[model.name].names[one.derived]
    listed = one.kind.name in LISTED
    null = one.nullable or (model.mode == "read" and (listed or not one.required))
    needed = one.required and not (null and model.mode == "read")
    absent = "" if needed else ", U" if model.mode == "write" else ", None"
    spellings = [repr(name) for name in (one.wire, *one.aliases)]
    pop = f"pop({spellings[-1]}{absent})"
    for name in reversed(spellings[:-1]):
        pop = f"pop({name}) if {name} in s else {pop}"
    lines = [f"v = {pop}"]
    if one.kind.name != "any":
        lines += convert(one.kind, one.wire, sources, empty=null)
        others = [] if needed or model.mode == "read" else ["v is not U"]
        if null and not (listed and model.mode == "read"):
            others.append("v is not None")
        if listed and model.mode == "read":
            lines += ["elif v is None:", "    v = []"]
        lines += [f"elif {' and '.join(others)}:" if others else "else:", *_wrong(one)]
        if one.kind.name == "digits":  # on the wire a text, or a number after all
            lines = [line.replace("elif ", "elif type(v) is not int and ") for line in lines]
            lines = ["elif type(v) is not int:" if line == "else:" else line for line in lines]
    if needed:  # a missing member is told by its name, too
        place = f"at = {one.wire!r}"
        lines = [place, *(line for line in lines if line.strip() != place)]
    return [*_folded(lines), f"o.{attribute} = v"]


def _folded(lines: list[str]) -> list[str]:
    """Turn `if A: pass / elif B: wrong` into `if not A and B: wrong`."""
    for index, line in enumerate(lines):
        if line == "    pass":
            test, rest = lines[index - 1], lines[index + 1]
            negated = (
                test.removeprefix("if ")
                .removesuffix(":")
                .replace(" is ", " is not ")
                .replace(" or ", " and ")
            )
            more = "" if rest == "else:" else " and " + rest.removeprefix("elif ").removesuffix(":")
            return [*lines[: index - 1], f"if {negated}{more}:", *lines[index + 2 :]]
    return lines


def _wrong(one: Field) -> list[str]:
    return [f"    at = {one.wire!r}", f"    reject(v, {expectation(one.kind)!r})"]


def expectation(kind: Kind) -> str:
    """Return how errors call what a value should be."""
    return _EXPECTED.get(kind.name, "a text")


def _or_none(lines: list[str]) -> list[str]:
    return ["    if v:", *(f"    {line}" for line in lines), "    else:", "        v = None"]


def convert(  # noqa: PLR0911  # one case a kind
    kind: Kind, wire: str, sources: dict[str, ModelSource], *, empty: bool
) -> list[str]:
    """Return the lines that turn `v` from its documented wire form into its Python form.

    Args:
        kind: What `v` holds.
        wire: Its name, for errors.
        sources: The generated classes by name.
        empty: Whether an empty text stands for nothing.
    """
    at = f"    at = {wire!r}"
    test = f"if {' or '.join(f'type(v) is {one}' for one in wire_types(kind))}:"
    match kind.name:
        case "str" | "bool" | "int" | "float" | "scalars":
            return [test, "    pass"]
        case "file":
            return ["if type(v) is File:", "    pass"]
        case "datetime":
            read = [
                "    v = datetime.datetime.fromisoformat(v)",
                "    if v.tzinfo is None:",
                "        v = v.replace(tzinfo=datetime.UTC)",
            ]
            return ["if type(v) is str:", at, *(_or_none(read) if empty else read)]
        case "date":
            read = ["    v = datetime.date.fromisoformat(v)"]
            return ["if type(v) is str:", at, *(_or_none(read) if empty else read)]
        case "digits":
            return ["if type(v) is str and v.isdigit() and v.isascii():", at, "    v = int(v)"]
        case "mailbox":
            read = ["    v = decode_mailbox(v)"]
            return ["if type(v) is str:", *(_or_none(read) if empty else read)]
        case "separated":
            guard = [] if kind.items[0].name in {"str", "labeled", "mailbox"} else [at]
            return ["if type(v) is str:", *guard, f"    v = {_split(kind, sources)} if v else []"]
        case "enum" | "open_enum":
            # Closed or open: an unknown value comes through as text.
            return ["if type(v) is str:", f"    v = {_enum_table(kind, sources)}.get(v, v)"]
        case "list":
            return ["if type(v) is list:", at, *_convert_list(kind.items[0], sources)]
        case _:
            read = [f"    v = {_applied(kind, sources)}"]
            may_be_empty = empty and wire_types(kind) == ("str",)
            return [test, at, *(_or_none(read) if may_be_empty else read)]


def _split(kind: Kind, sources: dict[str, ModelSource]) -> str:
    """Return the expression that splits `v`, a text that holds a list."""
    item = kind.items[0]
    match item.name:
        case "labeled":
            return "split_labeled(v)"
        case "mailbox":
            return "split_mailboxes(v)"
        case "model":
            codec = f"{sources[item.ref].module}_codec"
            split = f"split_members(v, {codec}.ORDER, {kind.by!r}, {kind.between!r})"
            return f"{codec}.decode_all({split})"
        case _:
            return f'v.split("{kind.by}")'


def _enum_table(kind: Kind, sources: dict[str, ModelSource]) -> str:
    return f"_{sources[kind.ref].module}"


def _convert_list(item: Kind, sources: dict[str, ModelSource]) -> list[str]:
    match item.name:
        case "model":
            return [f"    v = {sources[item.ref].module}_codec.decode_all(v)"]
        case "enum" | "open_enum":
            table = _enum_table(item, sources)
            return ['    check_items(v, "a text", str)', f"    v = [{table}.get(x, x) for x in v]"]
        case "any":
            return ["    v = v.copy()"]
        case name if name in PLAIN:
            kinds, expected = _PLAIN[name]
            return [f'    check_items(v, "{expected}", {kinds})', "    v = v.copy()"]
        case _:
            return [f"    v = decode_list(v, {reader(item, sources)})"]


def _applied(  # noqa: PLR0911  # one case a kind
    kind: Kind, sources: dict[str, ModelSource], value: str = "v"
) -> str:
    """Return the expression that reads a value."""
    inner = [reader(item, sources) for item in kind.items]
    match kind.name:
        case name if name in PLAIN:
            kinds, expected = _PLAIN[name]
            return f'check_type({value}, "{expected}", {kinds})'
        case "any":
            return value
        case "scalars":
            return f'check_type({value}, "a plain value", {", ".join(wire_types(kind))})'
        case "lenient":
            return f"parse_lenient({value}, {_PLAIN[kind.items[0].name][0].partition(',')[0]})"
        case "enum" | "open_enum":
            return f"decode_enum({value}, {_enum_table(kind, sources)})"
        case "model":
            return f"{sources[kind.ref].module}_codec.decode({value})"
        case "list":
            return f"decode_list({value}, {inner[0]})"
        case "map":
            empty = f"{{}} if {value} == [] else " if kind.empty_list_as_map else ""
            return f"{empty}decode_dict({value}, {inner[0]})"
        case "optional":
            return f"decode_optional({value}, {inner[0]})"
        case "discriminated":
            forms = ", ".join(
                f"{one!r}: {read}" for one, read in zip(kind.values, inner, strict=True)
            )
            return f"decode_discriminated({value}, {kind.member!r}, {{{forms}}})"
        case "union":
            forms = ", ".join(
                f"{type_}: {read}"
                for item, read in zip(kind.items, inner, strict=True)
                for type_ in wire_types(item)
            )
            return f"decode_union({value}, {{{forms}}})"
        case name:
            return f"decode_{_FUNCTIONS.get(name, name)}({value})"


def reader(kind: Kind, sources: dict[str, ModelSource]) -> str:
    """Return an expression for the function that reads values of a kind.

    Args:
        kind: The kind.
        sources: The generated classes by name.
    """
    applied = _applied(kind, sources, "x")
    name, _, rest = applied.partition("(")
    return name if rest == "x)" and name.isidentifier() else f"lambda x: {applied}"
