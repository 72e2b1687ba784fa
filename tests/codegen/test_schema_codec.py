"""Emitted decoders and encoders: every kind of value, both ways, and nothing wrong let through."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.errors import DecodeError
from crmkit.core.types import UNSET
from tests.codegen import values
from tests.codegen.loops import for_each
from tests.codegen.schema_cases import MEMBERS, ODD, VARIANTS, Member, schemas_by_kind
from tests.codegen.values import required, tree

MODELS = ("Everything", "EverythingInput")
KINDS = list(schemas_by_kind(""))

for_each_model = for_each("name", MODELS)
for_each_kind = for_each("kind", KINDS)


# -- round trips -------------------------------------------------------------------------------


@for_each("one", MEMBERS, lambda one: one.wire)
@for_each_model
@settings(max_examples=15)
@given(data=st.data())
def test_round_trips_python_values(
    name: str, one: Member, models: ModuleType, data: st.DataObject
) -> None:
    """An object comes back equal from its tree, and from the JSON text of its tree."""
    cls = getattr(models, name)
    thing = cls.from_dict(values.without_enums(required()))
    value = data.draw(values.member(one, models, write=name.endswith("Input")))
    setattr(thing, one.wire, value)
    wire = thing.to_dict()

    assert cls.from_dict(json.loads(json.dumps(wire))) == thing
    assert cls.from_dict(wire) == thing


@for_each_model
def test_round_trips_wire_trees(name: str, models: ModuleType) -> None:
    """A full tree of the wire comes back value by value, unknown members included."""
    wire = tree(unknown={"a": [None]}, also=None)

    assert getattr(models, name).from_dict(wire).to_dict() == wire


@for_each_model
def test_does_not_write_absent_members(name: str, models: ModuleType) -> None:
    """A member that is not there and need not be is not written either."""
    wire = required()

    assert getattr(models, name).from_dict(wire).to_dict() == wire


@for_each_model
def test_decoding_does_not_change_the_tree(name: str, models: ModuleType) -> None:
    """Decoding changes nothing in the tree, and later changes of the object neither."""
    wire = tree(unknown=[1])
    text = json.dumps(wire)
    thing = getattr(models, name).from_dict(wire)
    thing.strings_required.append("later")
    thing.additional_properties["later"] = 1

    assert json.dumps(wire) == text


@for_each_kind
@for_each_model
def test_reads_every_json_form_of_a_kind(name: str, kind: str, models: ModuleType) -> None:
    """Every form that JSON has for a value of a kind is taken: 1 is a number as 1.0 is."""
    forms: dict[str, list[Any]] = {
        "float": [1, 1.0, -0.0, 1e300],
        "floats": [[1, 2.5], [], [0]],
        "digits": ["0", 7],
        "datetime": ["2016-01-05T12:03:32+01:00", "2016-01-05T12:03:32.123456Z"],
        "str": ["", "\x00", "\U0001f600"],
        "unix": [0, -1],
        "bit": [0, 1, True, False],
        "espo_datetime": [
            "2024-01-15T10:30:00+01:00",
            "2024-01-15 10:30",
            "2024-01-15T10:30:00.5Z",
        ],
        "scalars": ["", 0, 1.5],
        "map": [{}, {"a": ""}],
        "open_enum": ["", "glad"],
        "enum": ["unheard of"],
    }
    for form in forms.get(kind, [values.WIRE[kind]]):
        thing = getattr(models, name).from_dict(tree(**{f"{kind}_required": form}))
        assert getattr(thing, f"{kind}_required") is not None


# -- null and absence --------------------------------------------------------------------------


@for_each("one", MEMBERS, lambda one: one.wire)
def test_reads_null_and_absent_members_of_replies(one: Member, models: ModuleType) -> None:
    """In a reply absence and null read as None or [], save where a value has to be there."""
    nothing: list[Any] | None = [] if one.kind in values.LISTED else None
    absent = tree()
    del absent[one.wire]
    listed = one.kind in values.LISTED

    for wire, allowed in (
        (tree(**{one.wire: None}), listed or one.nullable or not one.required),
        (absent, listed or one.nullable or not one.required),
    ):
        if allowed:
            assert getattr(models.Everything.from_dict(wire), one.wire) == nothing
        else:
            with pytest.raises(DecodeError) as caught:
                models.Everything.from_dict(wire)
            assert caught.value.path == one.wire


@for_each("one", MEMBERS, lambda one: one.wire)
def test_keeps_null_and_absent_members_of_inputs(one: Member, models: ModuleType) -> None:
    """In an input absence reads as UNSET, null as None, and both are written as they were."""
    if not one.required:
        absent = tree()
        del absent[one.wire]
        thing = models.EverythingInput.from_dict(absent)
        assert getattr(thing, one.wire) is UNSET
        assert one.wire not in thing.to_dict()
    if one.nullable:
        thing = models.EverythingInput.from_dict(tree(**{one.wire: None}))
        assert getattr(thing, one.wire) is None
        assert thing.to_dict()[one.wire] is None
    else:
        with pytest.raises(DecodeError):
            models.EverythingInput.from_dict(tree(**{one.wire: None}))


def test_document_has_every_kind_in_every_variant() -> None:
    """The document has every kind in every variant, so that no test above runs on nothing."""
    assert len(MEMBERS) == len(KINDS) * len(VARIANTS) == 132
    assert values.WIRE.keys() == {*KINDS}


# -- wrong values ------------------------------------------------------------------------------


@for_each_kind
@for_each("variant", VARIANTS, lambda one: one.suffix)
@for_each_model
def test_rejects_wire_values_of_another_type(
    name: str, variant: Any, kind: str, models: ModuleType
) -> None:
    """A value of another type than documented is a DecodeError with its path."""
    member = f"{kind}_{variant.suffix}"
    for value, below in values.wrong(kind):
        with pytest.raises(DecodeError) as caught:
            getattr(models, name).from_dict(tree(**{member: value}))
        assert caught.value.path == member + below, value


@for_each("wire", [None, [], "x", 5, True])
@for_each_model
def test_rejects_tree_that_is_not_a_dict(name: str, wire: Any, models: ModuleType) -> None:
    """A tree that is no object is a DecodeError, whatever else it is."""
    with pytest.raises(DecodeError):
        getattr(models, name).from_dict(wire)


@settings(max_examples=150)
@given(
    wire=st.fixed_dictionaries(
        {},
        optional={
            one.wire: st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
                lambda inner: (
                    st.lists(inner, max_size=2)
                    | st.dictionaries(st.sampled_from(["name", "day", "x"]), inner, max_size=2)
                ),
                max_leaves=3,
            )
            for one in MEMBERS
            if not one.required
        },
    )
)
def test_decodes_any_tree_or_raises_decode_error(wire: dict[str, Any], models: ModuleType) -> None:
    """Whatever a member holds, decoding gives an object or a DecodeError, and nothing else."""
    for name in MODELS:
        try:
            thing = getattr(models, name).from_dict({**required(), **wire})
        except DecodeError as error:
            assert error.path.partition(".")[0].partition("[")[0] in wire
        else:
            assert isinstance(thing.to_dict(), dict)


# -- odds and ends -----------------------------------------------------------------------------


def test_odd_names_keep_their_wire_names(models: ModuleType) -> None:
    """Keywords, builtins and blanks become Python names and stay themselves on the wire."""
    wire = dict.fromkeys(ODD, "x")
    thing = models.OddInput.from_dict(wire)

    names = {name for name in models.OddInput.__annotations__ if name != "additional_properties"}
    assert {"type_", "from_", "class_", "id", "list_", "full_name"} < names
    assert all(name.isidentifier() and getattr(thing, name) == "x" for name in names)
    assert thing.to_dict() == wire
    assert models.OddInput(from_="y").to_dict() == {"from": "y"}


@for_each("spelling", ["new_name", "old_name", "oldest_name"])
def test_reads_aliases(spelling: str, models: ModuleType) -> None:
    """An alias is read like the name itself, and written under the name."""
    thing = models.Loose.from_dict({"anything": 1, spelling: "x"})

    assert thing.new_name == "x"
    assert thing.to_dict() == {"anything": 1, "new_name": "x"}


def test_documented_name_wins_over_alias(models: ModuleType) -> None:
    """Where a server sends both spellings, the documented one counts and nothing is lost."""
    thing = models.Loose.from_dict({"anything": 1, "old_name": "old", "new_name": "new"})

    assert thing.new_name == "new"
    assert thing.additional_properties == {"old_name": "old"}


@for_each("value", [None, 0, "", [], {"a": [None]}, 1.5])
def test_keeps_values_of_any_type(value: Any, models: ModuleType) -> None:
    """A member of which nothing is said holds whatever the server sent."""
    thing = models.Loose.from_dict({"anything": value, "free": {"deep": value}})

    assert thing.anything == value
    assert thing.free == {"deep": value}
    assert thing.to_dict() == {"anything": value, "free": {"deep": value}}


def test_reads_empty_string_as_no_date(models: ModuleType) -> None:
    """Where the document lets an empty text stand for no value, it reads as None."""
    assert models.Loose.from_dict({"anything": 1, "blank_date": ""}).blank_date is None


def test_reads_closed_objects_like_others(models: ModuleType) -> None:
    """A model of which the document says that it has no further members is read like any other."""
    assert models.Sealed.from_dict({"name": "x"}).to_dict() == {"name": "x"}


def test_converts_recursive_models(models: ModuleType) -> None:
    """Models may hold their own kind, directly and through others."""
    wire = {
        "name": "a",
        "trunk": {"name": "b", "twigs": []},
        "twigs": [{"name": "c", "twigs": []}],
        "leaf": {"branch": {"name": "d", "twigs": []}},
    }
    branch = models.Branch.from_dict(wire)

    assert (branch.trunk.name, branch.twigs[0].name, branch.leaf.branch.name) == ("b", "c", "d")
    assert branch.to_dict() == wire


def test_rejects_tree_that_is_nested_too_deeply(models: ModuleType) -> None:
    """Nesting beyond Python's stack is a DecodeError, not a crash."""
    wire: dict[str, Any] = {"name": "x", "twigs": []}
    for _ in range(5000):
        wire = {"name": "x", "twigs": [], "trunk": wire}

    with pytest.raises(DecodeError):
        models.Branch.from_dict(wire)
