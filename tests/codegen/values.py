"""Values of every kind: as Python has them, as the wire has them, and wrong ones."""

from __future__ import annotations

from datetime import UTC
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from crmkit.core.codec.labeled import LabeledValue, Mailbox
from crmkit.core.types import UNSET
from tests.codegen.schema_cases import MEMBERS, Member

#: A text of any characters that UTF-8 can carry.
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
#: An element of a `;` list, and one that no label or address can be read out of.
ELEMENT = st.text(st.characters(codec="utf-8", exclude_characters=";"), max_size=8)
BARE = ELEMENT.filter(lambda text: text != "" and not {*text} & {*"()<>"})

INSTANT = st.datetimes(timezones=st.just(UTC))
SECOND = INSTANT.map(lambda moment: moment.replace(microsecond=0))
SHORT: dict[str, Any] = {"max_size": 3}


def python(kind: str, part: type[Any], color: Any, mood: Any) -> st.SearchStrategy[Any]:
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
        "text": TEXT,
        "integer": st.integers(),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "instant": INSTANT,
        "date": st.dates(),
        "digits": st.integers(0, 10**30),
        "mailbox": st.builds(Mailbox, BARE, st.none() | BARE),
        "unix": SECOND,
        "dmy": st.dates(),
        "bit": st.booleans(),
        "country": st.sampled_from(["GR", "DE"]),
        "espo": SECOND,
        "plain": TEXT | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        "either": TEXT | st.lists(st.integers(), **SHORT) | nested,
        "map": st.dictionaries(TEXT, TEXT, **SHORT),
        "commas": st.lists(BARE.filter(lambda text: "," not in text), **SHORT),
        "dates": st.lists(st.dates(), **SHORT),
        "grid": st.lists(st.lists(st.integers(), **SHORT), **SHORT),
        "gaps": st.lists(st.none() | TEXT, **SHORT),
        "closed": closed,
        "open": opened,
        "words": st.lists(BARE, **SHORT),
        "labels": st.lists(st.builds(LabeledValue, BARE, st.none() | BARE), **SHORT),
        "people": st.lists(st.builds(Mailbox, BARE, st.none() | BARE), **SHORT),
        "part": nested,
        "parts": st.lists(nested, **SHORT),
        "texts": st.lists(TEXT, **SHORT),
        "integers": st.lists(st.integers(), **SHORT),
        "numbers": st.lists(st.floats(allow_nan=False, allow_infinity=False), **SHORT),
        "booleans": st.lists(st.booleans(), **SHORT),
        "colors": st.lists(closed, **SHORT),
        "moods": st.lists(opened, **SHORT),
    }
    return bare[kind]


def part_values(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for nested models, of either mode."""
    nothing = None if "Unset" not in str(cls.__annotations__["day"]) else UNSET
    return st.builds(cls, name=TEXT, day=st.just(nothing) | st.dates())


LISTED = frozenset(
    {
        *("words", "labels", "people", "parts", "texts", "commas", "dates", "grid", "gaps"),
        *("integers", "numbers", "booleans", "colors", "moods"),
    }
)


def member(one: Member, models: ModuleType, *, write: bool) -> st.SearchStrategy[Any]:
    """Return a strategy for the Python values of a member.

    Args:
        one: The member.
        models: The generated models.
        write: Whether it is the input model's.
    """
    part = f"Part{'Input' if write else ''}"
    if one.nullable and one.kind in {"part", "closed", "open"}:
        part, color, mood = f"{part}OrNull", models.ColorOrNull, models.MoodOrNull
    else:
        color, mood = models.Color, models.Mood
    values = python(one.kind, getattr(models, part), color, mood)
    if not one.required and write:
        values |= st.just(UNSET)
    if one.nullable and (write or one.kind not in LISTED):
        values |= st.none()
    if not one.required and not write and one.kind not in LISTED:
        values |= st.none()
    return values


#: One plain wire value of each kind, in the form that servers send.
WIRE: dict[str, Any] = {
    "text": "a;b",
    "integer": -3,
    "number": 2.5,
    "boolean": False,
    "instant": "2016-01-05T12:03:32Z",
    "date": "2016-01-05",
    "digits": "33103982",
    "mailbox": "Austin Powers <austin@mi6.gov.uk>",
    "unix": 1314774000,
    "dmy": "16.06.2011",
    "bit": 1,
    "country": "EL",
    "espo": "2024-01-15 10:30:00",
    "plain": "a",
    "either": [1, 2],
    "map": {"a": "b", "": ""},
    "commas": "a,,b;c ",
    "dates": ["2016-01-05"],
    "grid": [[1], [], [2, 3]],
    "gaps": ["a", None],
    "closed": "red",
    "open": "unheard of",
    "words": "a;;b ",
    "labels": "1 (home);(b);c",
    "people": "Austin Powers <austin@mi6.gov.uk>;x@y.z",
    "part": {"name": "nut", "day": "2016-01-05"},
    "parts": [{"name": "nut"}, {"name": "bolt", "more": [1]}],
    "texts": ["", "b"],
    "integers": [0, 1],
    "numbers": [0.5, -1.5],
    "booleans": [True, False],
    "colors": ["deep blue", "mauve"],
    "moods": ["glad", "so-so"],
}


def tree(**members: Any) -> dict[str, Any]:
    """Return a wire tree of the big models, with every member."""
    return {**{one.wire: WIRE[one.kind] for one in MEMBERS}, **members}


def required() -> dict[str, Any]:
    """Return a wire tree of the big models, with the members that have to be there."""
    return {one.wire: WIRE[one.kind] for one in MEMBERS if one.required}


def without_enums(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a tree of the big models whose enums hold values that nobody knows."""
    unknown: dict[str, Any] = {"closed": "mauve", "open": "so-so", "colors": [], "moods": []}
    return {name: unknown.get(name.partition("_")[0], value) for name, value in tree.items()}


#: Values that no member of the kind may have, with the path of what is wrong below the member.
_SCALARS: tuple[Any, ...] = (True, 1, 1.5, "x", [], {})
_OF_TYPE: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "instant": (),
    "date": (),
    "digits": (int,),
    "mailbox": (str,),
    "unix": (int,),
    "dmy": (),
    "bit": (bool, int),
    "country": (str,),
    "espo": (),
    "plain": (str, int, float),
    "either": (str, list, dict),
    "map": (dict,),
    "commas": (str,),
    "dates": (list,),
    "grid": (list,),
    "gaps": (list,),
    "closed": (str,),
    "open": (str,),
    "words": (str,),
    "labels": (str,),
    "people": (str,),
    "part": (dict,),
    "parts": (list,),
    "texts": (list,),
    "integers": (list,),
    "numbers": (list,),
    "booleans": (list,),
    "colors": (list,),
    "moods": (list,),
}
_ELEMENTS: dict[str, tuple[Any, ...]] = {
    "texts": (1, None, []),
    "integers": ("1", True, 1.5, None),
    "numbers": ("1", True, None),
    "booleans": (1, "true", None),
    "colors": (1, None),
    "moods": (1, None),
}


_INSIDE: dict[str, list[tuple[Any, str]]] = {
    "unix": [(10**20, "")],
    "dmy": [("31.02.2011", ""), ("1.2.2011", ""), ("2011-06-16", ""), ("16.06.2011 ", "")],
    "bit": [(2, ""), (-1, "")],
    "espo": [("2024-13-01 00:00:00", "")],
    "either": [([1, "x"], "[1]"), ({"name": 5}, ".name")],
    "map": [({"a": "b", "c": 1}, ".c")],
    "dates": [(["2016-01-05", 5], "[1]"), (["2016-02-30"], "[0]")],
    "grid": [([[1], 2], "[1]"), ([[], [1, "2"]], "[1][1]"), ([None], "[0]")],
    "gaps": [(["a", 1], "[1]")],
}


def wrong(kind: str) -> list[tuple[Any, str]]:
    """Return wrong values of a kind, with the path of what is wrong below the member."""
    found = [(value, "") for value in _SCALARS if type(value) not in _OF_TYPE[kind]]
    found += [([value], "[0]") for value in _ELEMENTS.get(kind, ())]
    if kind == "part":
        found += [({}, ".name"), ({"name": 5}, ".name"), ({"name": "a", "day": "soon"}, ".day")]
    found += _INSIDE.get(kind, [])
    if kind == "parts":
        found += [([1], "[0]"), ([{"name": "a"}, {"name": None}], "[1].name")]
    if kind == "instant":
        found += [("2016-13-01T00:00:00Z", "")]
    if kind == "date":
        found += [("2016-02-30", "")]
    return found
