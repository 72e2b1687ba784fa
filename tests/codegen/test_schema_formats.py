"""Unions, vendors' formats, and inputs that servers accept in several formats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crmkit.core.errors import ArgumentError, DecodeError
from crmkit.core.types import UNSET, File
from tests.codegen.loops import for_each
from tests.codegen.values import required

NOW = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
DOG = {"tame": True, "name": "Rex"}
WOLF: dict[str, Any] = {"tame": False, "pack": []}
ZOO: dict[str, Any] = {"star": DOG, "animals": [], "births": []}


# -- reading -----------------------------------------------------------------------------------


def test_discriminates_models_by_constant(models: ModuleType) -> None:
    """A constant member decides which model an object is read as."""
    wire = {**ZOO, "star": WOLF, "animals": [DOG, "a fish", {**WOLF, "pack": [WOLF]}]}
    zoo = models.Zoo.from_dict(wire)

    assert type(zoo.star) is models.Wolf
    assert [type(animal) for animal in zoo.animals] == [models.Dog, str, models.Wolf]
    assert type(zoo.animals[2].pack[0]) is models.Wolf
    assert zoo.to_dict() == wire


@for_each(
    "name, value",
    [
        ("star", "Rex"),
        ("animals", ["a fish", 5]),
        ("births", {"2024": ["2024-01-15", "soon"]}),
        ("births", [1]),
        ("noises", [1]),
    ],
)
def test_value_outside_union_is_not_read_but_kept(
    name: str, value: Any, models: ModuleType
) -> None:
    """A value of none of the documented types is None, or [], and is written as it came."""
    zoo = models.Zoo.from_dict({**ZOO, name: value})

    assert getattr(zoo, name) in (None, [])
    assert zoo.additional_properties == {name: value}
    assert zoo.to_dict() == {**ZOO, name: value}


@for_each("tame", ["no", None, 5, [1], {}])
def test_unknown_constant_is_read_as_the_first_model(tame: Any, models: ModuleType) -> None:
    """An object whose constant is none of those documented, or absent, is the first model's."""
    for star in ({"tame": tame, "name": "Rex"}, {"name": "Rex"}):
        zoo = models.Zoo.from_dict({**ZOO, "star": star})

        assert (type(zoo.star), zoo.star.name, zoo.star.tame) == (models.Dog, "Rex", None)
        assert zoo.to_dict() == {**ZOO, "star": {"tame": None, **star}}


def test_odd_member_of_a_discriminated_model_is_its_own(models: ModuleType) -> None:
    """Of a model told apart by a constant, only the odd member itself is None."""
    zoo = models.Zoo.from_dict({**ZOO, "animals": [{**DOG, "name": 5}, {**WOLF, "pack": 1}]})

    assert [(type(zoo.animals[0]), zoo.animals[0].name)] == [(models.Dog, None)]
    assert zoo.animals[1].pack == []
    assert zoo.animals[1].to_dict() == {**WOLF, "pack": 1}


@for_each(
    "wire, births",
    [
        ([], {}),
        ({"2024": ["2024-01-15", None], "": []}, {"2024": [date(2024, 1, 15), None], "": []}),
    ],
)
def test_reads_empty_list_as_map(wire: Any, births: dict[str, Any], models: ModuleType) -> None:
    """An empty array for an empty object is read as a dict and written back."""
    zoo = models.Zoo.from_dict({**ZOO, "births": wire})

    assert zoo.births == births
    assert zoo.to_dict()["births"] == wire


@for_each("wire", ["calm", "unheard of", ["calm", "unheard of"], []])
def test_reads_open_enum_or_list(wire: Any, models: ModuleType) -> None:
    """A choice that may be several is a value or a list, as the server sent it."""
    zoo = models.Zoo.from_dict({**ZOO, "noises": wire})

    assert zoo.noises == wire
    assert isinstance(zoo.noises, models.Noise) is (wire == "calm")
    assert zoo.to_dict()["noises"] == wire


def test_models_have_the_members_of_their_direction(models: ModuleType) -> None:
    """A writeOnly member is not read, and a readOnly member is not written."""
    assert not hasattr(models.Zoo, "password")
    assert not hasattr(models.LenientInput, "made")


# -- single values -----------------------------------------------------------------------------


@for_each(
    "kind, wire, python, back",
    [
        ("unix", 1314774000, datetime(2011, 8, 31, 7, 0, tzinfo=UTC), 1314774000),
        ("dmy", "16.06.2011", date(2011, 6, 16), "16.06.2011"),
        ("dmy", "01.02.0003", date(3, 2, 1), "01.02.0003"),
        ("bit", 1, True, 1),
        ("bit", False, False, 0),
        ("country", "EL", "GR", "EL"),
        ("country", "DE", "DE", "DE"),
        ("espo_datetime", "2024-01-15 10:30:00", NOW, "2024-01-15 10:30:00"),
        ("espo_datetime", "2024-01-15T11:30:00+01:00", NOW, "2024-01-15 10:30:00"),
        ("decimal", "1234.5000", Decimal("1234.5000"), "1234.5000"),
        ("decimal", 0.1, Decimal("0.1"), "0.1"),
        ("decimal", 1e22, Decimal("1e22"), "10000000000000000000000"),
    ],
)
@for_each("name", ["Everything", "EverythingInput"])
def test_converts_wire_formats_both_ways(
    name: str, kind: str, wire: Any, python: Any, back: Any, models: ModuleType
) -> None:
    """A value in a vendor's format is read as a Python value and written in that format."""
    thing = getattr(models, name).from_dict({**required(), f"{kind}_required": wire})
    value = getattr(thing, f"{kind}_required")

    assert value == python
    assert type(value) is type(python)
    written = thing.to_dict()[f"{kind}_required"]
    assert (written, type(written)) == (back, type(back))


@for_each(
    "kind, value, wire",
    [
        ("unix", NOW.astimezone(timezone(timedelta(hours=5))), 1705314600),
        ("unix", NOW + timedelta(seconds=0.9), 1705314600),
        ("espo_datetime", NOW.astimezone(timezone(timedelta(hours=5))), "2024-01-15 10:30:00"),
        ("espo_datetime", NOW + timedelta(seconds=0.9), "2024-01-15 10:30:00"),
        ("country", "", ""),
        ("decimal", 12.5, 12.5),
        ("decimal", 3, 3),
        ("scalars", 1, 1),
        ("union", [1], [1]),
        ("union", {"name": "nut"}, {"name": "nut"}),
        ("model", {"name": "nut", "more": NOW}, {"name": "nut", "more": "2024-01-15T10:30:00Z"}),
        ("map", {}, {}),
        ("nested_lists", ([1], (2,)), [[1], [2]]),
        ("optional_items", [None], [None]),
    ],
)
def test_encodes_equivalent_values(kind: str, value: Any, wire: Any, models: ModuleType) -> None:
    """A value with only one meaning is encoded, whatever its Python type."""
    thing = models.EverythingInput.from_dict(required())
    setattr(thing, f"{kind}_required", value)

    assert thing.to_dict()[f"{kind}_required"] == wire


@for_each(
    "kind, value, place",
    [
        ("unix", NOW.replace(tzinfo=None), ""),
        ("unix", 1314774000, ""),
        ("unix", NOW.date(), ""),
        ("unix", datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))), ""),
        ("espo_datetime", NOW.replace(tzinfo=None), ""),
        ("espo_datetime", "2024-01-15 10:30:00", ""),
        ("dmy", NOW, ""),
        ("dmy", "16.06.2011", ""),
        ("bit", 1, ""),
        ("bit", "yes", ""),
        ("country", "gr", ""),
        ("country", "Greece", ""),
        ("country", 5, ""),
        ("scalars", True, ""),
        ("scalars", None, ""),
        ("scalars", float("nan"), ""),
        ("scalars", [], ""),
        ("union", 1.5, ""),
        ("union", True, ""),
        ("union", {1: 2}, ""),
        ("map", [("a", "b")], ""),
        ("map", {1: "b"}, ""),
        ("map", {"a": 1}, "['a']"),
        ("comma_separated", ["a", "b,c"], "[1]"),
        ("comma_separated", "a", ""),
        ("comma_separated", [1], "[0]"),
        ("dates", ["2016-01-05"], "[0]"),
        ("dates", [NOW], "[0]"),
        ("dates", date(2016, 1, 5), ""),
        ("nested_lists", [[1], 2], "[1]"),
        ("optional_items", "a", ""),
        ("optional_items", ["a", 1], "[1]"),
        ("model", 5, ""),
        ("model", None, ""),
    ],
)
def test_rejects_values_that_cannot_be_encoded(
    kind: str, value: Any, place: str, models: ModuleType
) -> None:
    """A value without a wire format is an ArgumentError that names the attribute."""
    thing = models.EverythingInput.from_dict(required())
    setattr(thing, f"{kind}_required", value)

    with pytest.raises(ArgumentError) as caught:
        thing.to_dict()

    assert caught.value.argument == f"{kind}_required{place}"


# -- inputs in several formats -----------------------------------------------------------------


@for_each(
    "name, wire_values, value",
    [
        ("count", [7, "7", "007"], 7),
        ("counts", [[7], ["7"]], [7]),
        ("ratio", [0.5, "0.5", ".5"], 0.5),
        ("ratio", [2], 2),
        ("ratio", ["2", "2.0"], 2.0),
        ("flag", [True, 1, "1"], True),
        ("flag", [False, 0, "0"], False),
        ("due", ["2024-01-15"], date(2024, 1, 15)),
        ("due", ["2024-01-15T10:30:00Z", "2024-01-15T11:30:00+01:00"], NOW),
        ("due", ["tomorrow", "15.01.2024", "2024-01-15 10:30"], None),
    ],
)
def test_parses_lenient_inputs(
    name: str, wire_values: list[Any], value: Any, models: ModuleType
) -> None:
    """An input in any documented format is read as the first documented type."""
    for wire in wire_values:
        parsed = getattr(models.LenientInput.from_dict({name: wire}), name)
        expected = wire if value is None else value
        assert (parsed, type(parsed)) == (expected, type(expected))


@for_each(
    "name, value, wire",
    [
        ("count", 7, 7),
        ("count", "08", "08"),
        ("count", None, None),
        ("counts", [7, "8"], [7, "8"]),
        ("ratio", 0.5, 0.5),
        ("ratio", 2, 2),
        ("flag", True, True),
        ("flag", 0, 0),
        ("due", date(2024, 1, 15), "2024-01-15"),
        ("due", NOW, "2024-01-15T10:30:00Z"),
        ("due", "tomorrow", "tomorrow"),
        ("stage", 25, 25),
        ("phones", [], ""),
    ],
)
def test_formats_lenient_inputs(name: str, value: Any, wire: Any, models: ModuleType) -> None:
    """A value that a server accepts in several formats is sent in the caller's format."""
    written = models.LenientInput(**{name: value}).to_dict()[name]

    assert (written, type(written)) == (wire, type(wire))


@for_each(
    "name, wire",
    [
        ("count", "seven"),
        ("count", "٧"),
        ("count", " 7"),
        ("count", "1_0"),
        ("count", 1.5),
        ("count", True),
        ("counts", [7, None]),
        ("ratio", "nan"),
        ("ratio", True),
        ("flag", "true"),
        ("flag", 2),
        ("due", 5),
        ("stage", "25"),
        ("phones", "work|1|2"),
        ("phones", "1"),
        ("phones", [{"type": "work", "number": "1"}]),
        ("upload", "bytes"),
    ],
)
def test_rejects_wire_values_in_undocumented_format(
    name: str, wire: Any, models: ModuleType
) -> None:
    """A value in an undocumented format is a DecodeError with its path."""
    with pytest.raises(DecodeError) as caught:
        models.LenientInput.from_dict({name: wire})

    assert caught.value.path.partition("[")[0] == name


@for_each(
    "name, value, place",
    [
        ("count", 1.5, ""),
        ("count", True, ""),
        ("counts", [7, None], "[1]"),
        ("ratio", float("inf"), ""),
        ("flag", None, ""),
        ("due", NOW.replace(tzinfo=None), ""),
        ("due", 5, ""),
        ("upload", "text", ""),
        ("upload", None, ""),
        ("phones", "work|1", ""),
        ("phones", ["work|1"], "[0]"),
        ("phones", [{"type": "work"}], "[0]"),
        ("phones", [{"type": "work", "number": 1}], "[0]"),
        ("phones", [{"type": "work", "number": "1", "note": "x"}], "[0]"),
        ("phones", [{"type": "work", "number": "1"}, {"type": "a|b", "number": "1"}], "[1].type"),
        ("phones", [{"type": "work", "number": "1,2"}], "[0].number"),
        ("phones", [{"type": "work", "number": ""}], "[0].number"),
    ],
)
def test_rejects_inputs_in_undocumented_format(
    name: str, value: Any, place: str, models: ModuleType
) -> None:
    """An input in an undocumented format is an ArgumentError that names the attribute."""
    with pytest.raises(ArgumentError) as caught:
        models.LenientInput(**{name: value}).to_dict()

    assert caught.value.argument == name + place


def test_accepts_elements_as_models_or_mappings(models: ModuleType) -> None:
    """Elements of a separated string may be models or mappings, and are read as models."""
    phones = [models.PhoneInput("work", "+353 1"), {"number": "2", "type": "home"}]
    wire = models.LenientInput(phones=phones).to_dict()

    assert wire == {"phones": "work|+353 1,home|2"}
    assert models.LenientInput.from_dict(wire).phones == [
        models.PhoneInput("work", "+353 1"),
        models.PhoneInput("home", "2"),
    ]


def test_accepts_files_paths_and_bytes(models: ModuleType) -> None:
    """A file to upload may be a File, a path, bytes, or a binary stream."""
    file = File(BytesIO(b"x"), "x.txt")
    uploads = (file, b"x", BytesIO(b"x"))
    sent = [models.LenientInput(upload=upload).to_dict()["upload"] for upload in uploads]

    assert sent[0] is file
    assert [upload.payload.read() for upload in sent] == [b"x", b"x", b"x"]
    assert models.LenientInput().upload is UNSET
    path = Path("files/a.txt")
    assert models.LenientInput(upload=path).to_dict() == {"upload": File(path, "a.txt")}


def test_describes_numbers_of_an_enum(models: ModuleType) -> None:
    """The description of an integer enum lists its values."""
    assert "stage: How far it is. 10, 25 or 50." in models.LenientInput.__doc__


def test_uses_x_crmkit_name_as_the_name(models: ModuleType) -> None:
    """`x-crmkit-name` names the attribute, also like a builtin, and is the name in errors."""
    assert models.LenientInput(zip="07018").to_dict() == {"zip_code": "07018"}
    assert models.LenientInput.from_dict({"zip_code": "07018"}).zip == "07018"
    with pytest.raises(ArgumentError) as caught:
        models.LenientInput(zip=7018).to_dict()
    assert caught.value.argument == "zip"
