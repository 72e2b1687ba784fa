"""Emit a decoder and an encoder for each model, between wire tree and object.

Both are straight-line functions. A decoder takes a list of rows, so that a page costs one call; it
makes the objects without their `__init__` and keeps what it does not know in
`additional_properties`. It checks the type of every member: a value of another type than documented
is an error with a path, never a wrong object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .derive import Derived
    from .models import ModelSource
    from .schemas import Field, Kind, Model

__all__ = ["emit_codec"]

_HEAD = '''"""Decoder and encoder of `{name}`, between the wire's tree and the object."""

from __future__ import annotations

import datetime
from typing import Any

from crmkit.core.types import UNSET as U
from crmkit.core.wire import {runtime}

from ..models.{module} import {name}
{imports}

EMITTED = True'''

RUNTIME = (
    "checked",
    "date_text",
    "digits_text",
    "each",
    "extras",
    "instant",
    "joined",
    "joined_labels",
    "joined_mailboxes",
    "labeled",
    "mailbox",
    "mailbox_text",
    "mailboxes",
    "moment",
    "new",
    "opened",
    "plain",
    "wrong",
)
"""What a codec may need of `crmkit.core.wire`; ruff takes out what it does not."""

_PLAIN = {
    "text": ("str", "a text"),
    "boolean": ("bool", "a boolean"),
    "number": ("float", "a number"),
}


def emit_codec(derived: Derived, model: Model, sources: dict[str, ModelSource]) -> str:
    """Return the codec module of a model.

    Args:
        derived: The derived document.
        model: The model.
        sources: The generated classes by name.
    """
    source = sources[model.name]
    refs = sorted({kind.ref for one in model.fields for kind in _parts(one.kind) if kind.ref})
    imports = "\n".join(
        f"from ..models.{sources[ref].module} import {ref}"
        if ref in derived.enums
        else f"from . import {sources[ref].module} as {sources[ref].module}_codec"
        for ref in refs
    )
    tables = "".join(
        f"_{sources[ref].module} = {{one.value: one for one in {ref}}}\n"
        for ref in refs
        if ref in derived.enums
    )
    if model.mode == "write":
        spellings = [name for one in model.fields for name in (one.wire, *one.aliases)]
        names = ", ".join(repr(name) for name in spellings)
        tables += f"MEMBERS = frozenset(({names},))\n" if names else "MEMBERS = frozenset[str]()\n"
    head = _HEAD.format(
        name=model.name, module=source.module, imports=imports, runtime=", ".join(RUNTIME)
    )
    return f"{head}\n{tables}\n\n{_decoder(model, sources)}\n\n{_encoder(model, sources)}"


def _parts(kind: Kind) -> list[Kind]:
    return [kind, *(part for item in kind.items for part in _parts(item))]


# -- decoding --------------------------------------------------------------------------------------


def _decoder(model: Model, sources: dict[str, ModelSource]) -> str:
    name = model.name
    lines = [
        f"def decode_all(rows: Any, cls: type[Any] = {name}) -> list[{name}]:",
        '    """Return the objects of an array of trees, which is left as it is."""',
        "    if type(rows) is not list:",
        '        wrong(rows, "an array")',
        f"    out: list[{name}] = []",
        "    add = out.append",
        "    for row in rows:",
        '        at = ""',
        "        if type(row) is not dict:",
        '            wrong(row, "an object")',
        "        s = row.copy()",
        "        pop = s.pop",
        "        o: Any = new(cls)",
    ]
    for one in model.fields:
        lines += [f"        {line}" for line in _decode_field(one, model, sources)]
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


def _decode_field(one: Field, model: Model, sources: dict[str, ModelSource]) -> list[str]:
    attribute = sources[model.name].names[one.derived]
    listed = one.kind.name in {"list", "separated"}
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
    return [f"    at = {one.wire!r}", f"    wrong(v, {expectation(one.kind)!r})"]


def expectation(kind: Kind) -> str:
    """Return how errors call what a value should be."""
    names = {
        "text": "a text",
        "boolean": "a boolean",
        "integer": "an integer",
        "number": "a number",
        "digits": "an id",
        "list": "an array",
        "model": "an object",
    }
    return names.get(kind.name, "a text")


def _or_none(lines: list[str]) -> list[str]:
    return ["    if v:", *(f"    {line}" for line in lines), "    else:", "        v = None"]


def convert(  # noqa: C901, PLR0911, PLR0912  # one case a kind
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
    match kind.name:
        case "text":
            return ["if type(v) is str:", "    pass"]
        case "boolean":
            return ["if type(v) is bool:", "    pass"]
        case "integer":
            return ["if type(v) is int:", "    pass"]
        case "number":
            return ["if type(v) is float or type(v) is int:", "    pass"]
        case "instant":
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
            return [
                "if type(v) is str:",
                *(_or_none(["    v = mailbox(v)"]) if empty else ["    v = mailbox(v)"]),
            ]
        case "separated":
            split = {"text": 'v.split(";")', "labeled": "labeled(v)", "mailbox": "mailboxes(v)"}[
                kind.items[0].name
            ]
            return ["if type(v) is str:", f"    v = {split} if v else []"]
        case "enum" | "open_enum":
            # Closed or open: an unknown value comes through as text.
            return ["if type(v) is str:", f"    v = _{sources[kind.ref].module}.get(v, v)"]
        case "model":
            return ["if type(v) is dict:", at, f"    v = {_codec(kind.ref, sources)}decode(v)"]
        case "list":
            return ["if type(v) is list:", at, *_convert_list(kind.items[0], sources)]
        case other:  # derive() refuses what is not here
            raise AssertionError(other)


def _convert_list(item: Kind, sources: dict[str, ModelSource]) -> list[str]:
    if item.name == "model":
        return [f"    v = {_codec(item.ref, sources)}decode_all(v)"]
    if item.name in {"enum", "open_enum"}:
        return [
            '    each(v, "a text", str)',
            f"    v = [_{sources[item.ref].module}.get(x, x) for x in v]",
        ]
    kind, expected = _PLAIN.get(item.name, ("int", "an integer"))
    kinds = "float, int" if item.name == "number" else kind
    return [f'    each(v, "{expected}", {kinds})', "    v = v.copy()"]


def _codec(ref: str, sources: dict[str, ModelSource]) -> str:
    return f"{sources[ref].module}_codec."


# -- encoding --------------------------------------------------------------------------------------


def _encoder(model: Model, sources: dict[str, ModelSource]) -> str:
    lines = [
        f"def encode(o: {model.name}, raw: bool = False) -> dict[str, Any]:",
        '    """Return the tree of an object.',
        "",
        "    Args:",
        "        o: The object.",
        "        raw: Leave moments in UTC as datetimes, which the JSON writer writes with Z.",
        "",
        "    Raises:",
        "        ArgumentError: A value cannot be written in the wire's form.",
        '    """',
        "    d = extras(o.additional_properties)",
        "    v: Any",
    ]
    for one in model.fields:
        attribute = sources[model.name].names[one.derived]
        value = _written(one, sources)
        if model.mode == "read" and one.kind.name in {"text", "boolean", "integer", "number"}:
            value = "v"  # as the decoder left it; what callers make is checked in input models
        target = f"d[{one.wire!r}]"
        listed = one.kind.name in {"list", "separated"}
        nothing = "None if v is None else " if one.nullable else ""
        if value == "v":
            nothing = ""
        elif nothing and value.startswith("v if type(v) is"):  # one test for the usual text
            nothing, value = "", value.replace(" else ", " or v is None else ", 1)
        if listed and model.mode == "read":
            nothing = ""
        if model.mode == "write" and not one.required:
            lines.append(f"    if (v := o.{attribute}) is not U:")
            lines.append(f"        {target} = {nothing}{value}")
        elif one.required:
            lines += (
                [f"    {target} = o.{attribute}"]
                if value == "v"
                else [f"    v = o.{attribute}", f"    {target} = {nothing}{value}"]
            )
        else:
            # Absent when there is nothing, as the server has it.
            test = "v" if listed else "v is not None"
            bare = value.removeprefix('"" if not v and type(v) is list else ')
            lines += [f"    v = o.{attribute}", f"    if {test}:", f"        {target} = {bare}"]
    return "\n".join([*lines, "    return d"]) + "\n"


def _written(  # noqa: PLR0911  # one case a kind
    one: Field, sources: dict[str, ModelSource]
) -> str:
    kind, wire = one.kind, one.wire
    match kind.name:
        case "instant":
            usual = "raw and type(v) is datetime.datetime and v.tzinfo is datetime.UTC"
            return f"v if {usual} else moment(v, {wire!r}, raw)"
        case "date":
            return f"date_text(v, {wire!r})"
        case "digits":
            return f"str(v) if type(v) is int and v >= 0 else digits_text(v, {wire!r})"
        case "mailbox":
            return f"mailbox_text(v, {wire!r})"
        case "separated":
            call = {"text": "joined", "labeled": "joined_labels", "mailbox": "joined_mailboxes"}[
                kind.items[0].name
            ]
            return f'"" if not v and type(v) is list else {call}(v, {wire!r})'
        case "model":
            return f"{_codec(kind.ref, sources)}encode(v, raw)"
        case "list":
            if kind.items[0].name == "model":
                return f"[{_codec(kind.items[0].ref, sources)}encode(x, raw) for x in v]"
            return f"plain(v, {wire!r})"
        case "any":
            return f"opened(v, {wire!r})"
        case "number":
            return f"checked(v, float, {wire!r})"
        case other:
            python = {"boolean": "bool", "integer": "int"}.get(other, "str")
            return f"v if type(v) is {python} else checked(v, {python}, {wire!r})"
