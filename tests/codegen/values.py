"""Values of every kind: in Python, on the wire, and invalid ones."""

from __future__ import annotations

from datetime import UTC
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from crmkit.core.codec.labeled import LabeledValue, Mailbox
from crmkit.core.types import UNSET
from tests.codegen.schema_cases import MEMBERS, Member

#: A string of any characters that UTF-8 can encode.
STRING = st.text(st.characters(codec="utf-8"), max_size=8)
#: An element of a `;` list, and one without a label or address.
ELEMENT = st.text(st.characters(codec="utf-8", exclude_characters=";"), max_size=8)
BARE = ELEMENT.filter(lambda string: string != "" and not {*string} & {*"()<>"})

DATETIME = st.datetimes(timezones=st.just(UTC))
SECOND = DATETIME.map(lambda value: value.replace(microsecond=0))
SHORT: dict[str, Any] = {"max_size": 3}


def values_of_kind(kind: str, part: type[Any], color: Any, mood: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for Python values of a kind.

    Args:
        kind: Name of the kind.
        part: Class of the nested model.
        color: Class of the closed enum.
        mood: Class of the open enum.
    """
    nested = part_values(part)
    closed, opened = st.sampled_from(list(color)), st.sampled_from([*mood, "so-so"])
    bare = {
        "str": STRING,
        "int": st.integers(),
        "float": st.floats(allow_nan=False, allow_infinity=False),
        "bool": st.booleans(),
        "datetime": DATETIME,
        "date": st.dates(),
        "digits": st.integers(0, 10**30),
        "mailbox": st.builds(Mailbox, BARE, st.none() | BARE),
        "unix": SECOND,
        "dmy": st.dates(),
        "bit": st.booleans(),
        "country": st.sampled_from(["GR", "DE"]),
        "espo_datetime": SECOND,
        "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=4),
        "scalars": STRING | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        "union": STRING | st.lists(st.integers(), **SHORT) | nested,
        "map": st.dictionaries(STRING, STRING, **SHORT),
        "comma_separated": st.lists(BARE.filter(lambda string: "," not in string), **SHORT),
        "dates": st.lists(st.dates(), **SHORT),
        "nested_lists": st.lists(st.lists(st.integers(), **SHORT), **SHORT),
        "optional_items": st.lists(st.none() | STRING, **SHORT),
        "enum": closed,
        "open_enum": opened,
        "semicolon_separated": st.lists(BARE, **SHORT),
        "labeled_values": st.lists(st.builds(LabeledValue, BARE, st.none() | BARE), **SHORT),
        "mailboxes": st.lists(st.builds(Mailbox, BARE, st.none() | BARE), **SHORT),
        "model": nested,
        "models": st.lists(nested, **SHORT),
        "strings": st.lists(STRING, **SHORT),
        "ints": st.lists(st.integers(), **SHORT),
        "floats": st.lists(st.floats(allow_nan=False, allow_infinity=False), **SHORT),
        "bools": st.lists(st.booleans(), **SHORT),
        "enums": st.lists(closed, **SHORT),
        "open_enums": st.lists(opened, **SHORT),
    }
    return bare[kind]


def part_values(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for nested models, read or written."""
    nothing = None if "Unset" not in str(cls.__annotations__["day"]) else UNSET
    return st.builds(cls, name=STRING, day=st.just(nothing) | st.dates())


LISTED = frozenset(
    {
        *(
            "semicolon_separated",
            "labeled_values",
            "mailboxes",
            "models",
            "strings",
            "comma_separated",
            "dates",
            "nested_lists",
            "optional_items",
        ),
        *("ints", "floats", "bools", "enums", "open_enums"),
    }
)


def values_of_member(member: Member, models: ModuleType, *, write: bool) -> st.SearchStrategy[Any]:
    """Return a strategy for the Python values of a member.

    Args:
        member: The member.
        models: The generated models.
        write: Whether it is the input model's.
    """
    part = f"Part{'Input' if write else ''}"
    if member.nullable and member.kind in {"model", "enum", "open_enum"}:
        part, color, mood = f"{part}OrNull", models.ColorOrNull, models.MoodOrNull
    else:
        color, mood = models.Color, models.Mood
    values = values_of_kind(member.kind, getattr(models, part), color, mood)
    if not member.required and write:
        values |= st.just(UNSET)
    if member.nullable and (write or member.kind not in LISTED):
        values |= st.none()
    if not member.required and not write and member.kind not in LISTED:
        values |= st.none()
    return values


#: One wire value of each kind, as servers send it.
WIRE: dict[str, Any] = {
    "str": "a;b",
    "int": -3,
    "float": 2.5,
    "bool": False,
    "datetime": "2016-01-05T12:03:32Z",
    "date": "2016-01-05",
    "digits": "33103982",
    "mailbox": "Austin Powers <austin@mi6.gov.uk>",
    "unix": 1314774000,
    "dmy": "16.06.2011",
    "bit": 1,
    "country": "EL",
    "espo_datetime": "2024-01-15 10:30:00",
    "decimal": "1234.5000",
    "scalars": "a",
    "union": [1, 2],
    "map": {"a": "b", "": ""},
    "comma_separated": "a,,b;c ",
    "dates": ["2016-01-05"],
    "nested_lists": [[1], [], [2, 3]],
    "optional_items": ["a", None],
    "enum": "red",
    "open_enum": "unheard of",
    "semicolon_separated": "a;;b ",
    "labeled_values": "1 (home);(b);c",
    "mailboxes": "Austin Powers <austin@mi6.gov.uk>;x@y.z",
    "model": {"name": "nut", "day": "2016-01-05"},
    "models": [{"name": "nut"}, {"name": "bolt", "more": [1]}],
    "strings": ["", "b"],
    "ints": [0, 1],
    "floats": [0.5, -1.5],
    "bools": [True, False],
    "enums": ["deep blue", "mauve"],
    "open_enums": ["glad", "so-so"],
}


def tree(**members: Any) -> dict[str, Any]:
    """Return the wire tree of Everything with every member."""
    return {**{member.wire: WIRE[member.kind] for member in MEMBERS}, **members}


def required() -> dict[str, Any]:
    """Return the wire tree of Everything with the required members."""
    return {member.wire: WIRE[member.kind] for member in MEMBERS if member.required}


def without_enums(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a tree of Everything whose enums have undocumented values."""
    unknown: dict[str, Any] = {"enum": "mauve", "open_enum": "so-so", "enums": [], "open_enums": []}
    kinds = {member.wire: member.kind for member in MEMBERS}
    return {name: unknown.get(kinds[name], value) for name, value in tree.items()}


#: Values of the JSON types, and the Python types that each kind accepts.
_SCALARS: tuple[Any, ...] = (True, 1, 1.5, "x", [], {})
_OF_TYPE: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "datetime": (),
    "date": (),
    "digits": (int,),
    "mailbox": (str,),
    "unix": (int,),
    "dmy": (),
    "bit": (bool, int),
    "country": (str,),
    "espo_datetime": (),
    "decimal": (int, float, str),
    "scalars": (str, int, float),
    "union": (str, list, dict),
    "map": (dict,),
    "comma_separated": (str,),
    "dates": (list,),
    "nested_lists": (list,),
    "optional_items": (list,),
    "enum": (str,),
    "open_enum": (str,),
    "semicolon_separated": (str,),
    "labeled_values": (str,),
    "mailboxes": (str,),
    "model": (dict,),
    "models": (list,),
    "strings": (list,),
    "ints": (list,),
    "floats": (list,),
    "bools": (list,),
    "enums": (list,),
    "open_enums": (list,),
}
_ELEMENTS: dict[str, tuple[Any, ...]] = {
    "strings": (1, None, []),
    "ints": ("1", True, 1.5, None),
    "floats": ("1", True, None),
    "bools": (1, "true", None),
    "enums": (1, None),
    "open_enums": (1, None),
}


_INSIDE: dict[str, list[tuple[Any, str]]] = {
    "unix": [(10**20, "")],
    "dmy": [("31.02.2011", ""), ("1.2.2011", ""), ("2011-06-16", ""), ("16.06.2011 ", "")],
    "bit": [(2, ""), (-1, "")],
    "espo_datetime": [("2024-13-01 00:00:00", "")],
    "decimal": [("1,5", ""), ("NaN", ""), ("1e9999", ""), (True, "")],
    "union": [([1, "x"], "[1]"), ({"name": 5}, ".name")],
    "map": [({"a": "b", "c": 1}, ".c")],
    "dates": [(["2016-01-05", 5], "[1]"), (["2016-02-30"], "[0]")],
    "nested_lists": [([[1], 2], "[1]"), ([[], [1, "2"]], "[1][1]"), ([None], "[0]")],
    "optional_items": [(["a", 1], "[1]")],
}


def invalid_values(kind: str) -> list[tuple[Any, str]]:
    """Return invalid values of a kind, with the path of the error below the member."""
    invalid = [(value, "") for value in _SCALARS if type(value) not in _OF_TYPE[kind]]
    invalid += [([value], "[0]") for value in _ELEMENTS.get(kind, ())]
    if kind == "model":
        invalid += [({}, ".name"), ({"name": 5}, ".name"), ({"name": "a", "day": "soon"}, ".day")]
    invalid += _INSIDE.get(kind, [])
    if kind == "models":
        invalid += [([1], "[0]"), ([{"name": "a"}, {"name": None}], "[1].name")]
    if kind == "datetime":
        invalid += [("2016-13-01T00:00:00Z", "")]
    if kind == "date":
        invalid += [("2016-02-30", "")]
    return invalid
