"""Emit what turns a value of Python into one of the wire: the expressions of an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import LISTED
from .unions import PLAIN

if TYPE_CHECKING:
    from .kinds import Field, Kind, Mode, Model
    from .models import ModelSource

__all__ = ["encode_field", "written"]

_PYTHON = {"str": "str", "bool": "bool", "int": "int", "float": "float"}
_CALLS = {
    "any": "encode_json",
    "bit": "encode_bit",
    "country": "encode_country",
    "date": "encode_date",
    "dmy": "encode_dmy",
    "espo_datetime": "encode_espo_datetime",
    "file": "encode_file",
    "mailbox": "encode_mailbox",
    "unix": "encode_unix",
    "date_or_str": "encode_date_or_str",
}
"""What writes values of a kind, given the value and its name."""

_TYPES = {
    "bit": ("bool",),
    "date": ("datetime.date",),
    "digits": ("int",),
    "dmy": ("datetime.date",),
    "espo_datetime": ("datetime.datetime",),
    "datetime": ("datetime.datetime",),
    "list": ("list", "tuple"),
    "mailbox": ("Mailbox",),
    "map": ("dict",),
    "float": ("float", "int"),
    "separated": ("list", "tuple"),
    "unix": ("datetime.datetime",),
    "date_or_str": ("datetime.datetime", "datetime.date", "str"),
}


def encode_field(one: Field, model: Model, sources: dict[str, ModelSource]) -> list[str]:
    """Return the lines of an encoder that write one member."""
    attribute = sources[model.name].names[one.derived]
    value = written(one.kind, sources, model.mode, "v", repr(one.derived))
    if model.mode == "read" and one.kind.name in PLAIN | {"scalars"}:
        value = "v"  # as the decoder left it; what callers make is checked in input models
    target = f"d[{one.wire!r}]"
    listed = one.kind.name in LISTED
    nothing = "None if v is None else " if one.nullable else ""
    if value == "v":
        nothing = ""
    elif nothing and value.startswith("v if type(v) is"):  # one test for the usual text
        nothing, value = "", value.replace(" else ", " or v is None else ", 1)
    if listed and model.mode == "read":
        nothing = ""
    # What is required may be missing, too: of an update's changes, or for the server to tell.
    if model.mode == "write":
        return [
            f"    v = o.{attribute}",
            "    if v is not U:",
            f"        {target} = {nothing}{value}",
        ]
    if one.required and value == "v":
        return [f"    {target} = o.{attribute}"]
    if one.required:
        return [f"    v = o.{attribute}", f"    {target} = {nothing}{value}"]
    # Absent when there is nothing, as the server has it.
    test = "v" if listed else "v is not None"
    bare = value.removeprefix('"" if not v and type(v) is list else ')
    return [f"    v = o.{attribute}", f"    if {test}:", f"        {target} = {bare}"]


def written(  # noqa: C901, PLR0911, PLR0912  # one case a kind
    kind: Kind, sources: dict[str, ModelSource], mode: Mode, value: str, at: str
) -> str:
    """Return the expression that turns a value into its wire form.

    Args:
        kind: What it holds.
        sources: The generated classes by name.
        mode: Whether replies or requests hold it.
        value: The expression of the value, a name.
        at: The expression of its name, for errors.
    """
    inner = [written(item, sources, mode, "x", "at") for item in kind.items]
    match kind.name:
        case "datetime":
            return f"encode_datetime({value}, {at})"
        case "digits":
            usual = f"type({value}) is int and {value} >= 0"
            return f"str({value}) if {usual} else encode_digits({value}, {at})"
        case "separated":
            return f'"" if not {value} and type({value}) is list else {_joined(kind, sources, at)}'
        case "model" if mode == "read":
            return f"{sources[kind.ref].module}_codec.encode({value})"
        case "model":
            codec = f"{sources[kind.ref].module}_codec.encode"
            return f"encode_model({value}, {at}, {kind.ref}, {codec})"
        case "list" if mode == "read" and kind.items[0].name == "model":
            return f"[{inner[0]} for x in {value}]"
        case "list" if kind.items[0].name in PLAIN | {"any", "enum", "open_enum", "scalars"}:
            return f"encode_items({value}, {at})"
        case "list":
            return f"encode_list({value}, {at}, lambda x, at: {inner[0]})"
        case "map":
            call = f"encode_dict({value}, {at}, lambda x, at: {inner[0]})"
            return f"{call} if {value} else []" if kind.empty_list_as_map else call
        case "optional":
            return f"None if {value} is None else {inner[0]}"
        case "float":
            return f"encode_plain({value}, float, {at})"
        case "scalars" | "lenient":
            names = dict.fromkeys(name for item in kind.items for name in _types(item, mode))
            return f"format_lenient({value}, {at}, {', '.join(names)})"
        case "discriminated" | "union":
            forms = ", ".join(
                f"{type_}: lambda x, at: {write}"
                for item, write in zip(kind.items, inner, strict=True)
                for type_ in _types(item, mode)
            )
            return f"encode_union({value}, {at}, {{{forms}}})"
        case name if name in _CALLS:
            return f"{_CALLS[name]}({value}, {at})"
        case name:
            python = _PYTHON.get(name, "str")
            return (
                f"{value} if type({value}) is {python} else encode_plain({value}, {python}, {at})"
            )


def _types(kind: Kind, mode: Mode) -> tuple[str, ...]:
    """Return the types whose values are written as a kind."""
    if kind.name == "model":
        return (kind.ref, "dict") if mode == "write" else (kind.ref,)
    if kind.name == "discriminated":
        return tuple(item.ref for item in kind.items)
    return _TYPES.get(kind.name, (_PYTHON.get(kind.name, "str"),))


def _joined(kind: Kind, sources: dict[str, ModelSource], at: str) -> str:
    item = kind.items[0]
    if item.name == "model":
        codec = f"{sources[item.ref].module}_codec"
        ways = f"{codec}.decode, {codec}.encode, {codec}.ORDER"
        return f"join_members(v, {at}, {ways}, {kind.by!r}, {kind.between!r})"
    if item.name == "str" and kind.by != ";":
        return f"join_strings(v, {at}, {kind.by!r})"
    calls = {"str": "join_strings", "labeled": "join_labeled", "mailbox": "join_mailboxes"}
    return f"{calls[item.name]}(v, {at})"
