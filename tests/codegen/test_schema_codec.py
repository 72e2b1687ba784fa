"""Generated decoders and encoders: every kind of value in both directions, and invalid values."""

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


@for_each("member", MEMBERS, lambda member: member.wire)
@for_each_model
@settings(max_examples=15)
@given(data=st.data())
def test_round_trips_python_values(
    name: str, member: Member, models: ModuleType, data: st.DataObject
) -> None:
    """An object is equal after a round trip through its tree, and through the tree as JSON."""
    cls = getattr(models, name)
    thing = cls.from_dict(values.without_enums(required()))
    value = data.draw(values.values_of_member(member, models, write=name.endswith("Input")))
    setattr(thing, member.wire, value)
    wire = thing.to_dict()

    assert cls.from_dict(json.loads(json.dumps(wire))) == thing
    assert cls.from_dict(wire) == thing


@for_each_model
def test_round_trips_wire_trees(name: str, models: ModuleType) -> None:
    """A full wire tree is equal after a round trip, unknown members included."""
    wire = tree(unknown={"a": [None]}, also=None)

    assert getattr(models, name).from_dict(wire).to_dict() == wire


@for_each_model
def test_does_not_write_absent_members(name: str, models: ModuleType) -> None:
    """An optional member that is absent is not written."""
    wire = required()

    assert getattr(models, name).from_dict(wire).to_dict() == wire


@for_each_model
def test_decoding_does_not_change_the_tree(name: str, models: ModuleType) -> None:
    """Neither decoding nor a later change of the object changes the tree."""
    wire = tree(unknown=[1])
    text = json.dumps(wire)
    thing = getattr(models, name).from_dict(wire)
    thing.strings_required.append("later")
    thing.additional_properties["later"] = 1

    assert json.dumps(wire) == text


@for_each_kind
@for_each_model
def test_reads_every_json_form_of_a_kind(name: str, kind: str, models: ModuleType) -> None:
    """Every JSON form of a kind's value is read: 1 is a float as 1.0 is."""
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
        "decimal": [0, -1.5, "-0.10", "1e3"],
        "scalars": ["", 0, 1.5],
        "map": [{}, {"a": ""}],
        "open_enum": ["", "glad"],
        "enum": ["unheard of"],
    }
    for form in forms.get(kind, [values.WIRE[kind]]):
        thing = getattr(models, name).from_dict(tree(**{f"{kind}_required": form}))
        assert getattr(thing, f"{kind}_required") is not None


# -- null and absence --------------------------------------------------------------------------


@for_each("member", MEMBERS, lambda member: member.wire)
def test_reads_null_and_absent_members_of_replies(member: Member, models: ModuleType) -> None:
    """In a reply, absent and null members are None or [], whatever the document requires."""
    nothing: list[Any] | None = [] if member.kind in values.LISTED else None
    absent = tree()
    del absent[member.wire]

    for wire in (tree(**{member.wire: None}), absent):
        thing = models.Everything.from_dict(wire)
        assert getattr(thing, member.wire) == nothing
        assert thing.additional_properties == {}


@for_each("member", MEMBERS, lambda member: member.wire)
def test_keeps_null_and_absent_members_of_inputs(member: Member, models: ModuleType) -> None:
    """In an input, an absent member is UNSET and null is None; both are written back."""
    if not member.required:
        absent = tree()
        del absent[member.wire]
        thing = models.EverythingInput.from_dict(absent)
        assert getattr(thing, member.wire) is UNSET
        assert member.wire not in thing.to_dict()
    if member.nullable:
        thing = models.EverythingInput.from_dict(tree(**{member.wire: None}))
        assert getattr(thing, member.wire) is None
        assert thing.to_dict()[member.wire] is None
    else:
        with pytest.raises(DecodeError):
            models.EverythingInput.from_dict(tree(**{member.wire: None}))


def test_document_has_every_kind_in_every_variant() -> None:
    """The document has every kind in every variant, so that no test above is empty."""
    assert len(MEMBERS) == len(KINDS) * len(VARIANTS) == 136
    assert values.WIRE.keys() == {*KINDS}


# -- wrong values ------------------------------------------------------------------------------


@for_each_kind
@for_each("variant", VARIANTS, lambda variant: variant.suffix)
def test_inputs_reject_wire_values_of_another_type(
    variant: Any, kind: str, models: ModuleType
) -> None:
    """In an input, a value of another type than documented is a DecodeError with its path."""
    member = f"{kind}_{variant.suffix}"
    for value, below in values.invalid_values(kind):
        with pytest.raises(DecodeError) as caught:
            models.EverythingInput.from_dict(tree(**{member: value}))
        assert caught.value.path == member + below, value


@for_each_kind
@for_each("variant", VARIANTS, lambda variant: variant.suffix)
def test_odd_values_of_replies_are_none_and_written_back(
    variant: Any, kind: str, models: ModuleType
) -> None:
    """In a reply, a value of another type is None, or []; as it came it is kept and written."""
    member = f"{kind}_{variant.suffix}"
    nothing: list[Any] | None = [] if kind in values.LISTED else None
    for value, below in values.invalid_values(kind):
        wire = tree(**{member: value})
        thing = models.Everything.from_dict(wire)
        holder, name = thing, member
        if below.endswith((".name", ".day")):  # a nested object loses no more than its own member
            holder, name = getattr(thing, member), below.rpartition(".")[2]
            holder = holder[-1] if isinstance(holder, list) else holder
        assert getattr(holder, name) == (nothing if holder is thing else None), value
        written = {"name": None} if kind == "model" and value == {} else value
        assert thing.to_dict() == {**wire, member: written}
        if holder is thing:
            assert thing.additional_properties == {member: value}
            setattr(thing, member, getattr(models.Everything.from_dict(tree()), member))
            assert thing.to_dict() == tree()


@for_each("wire", [None, [], "x", 5, True])
@for_each_model
def test_rejects_tree_that_is_not_a_dict(name: str, wire: Any, models: ModuleType) -> None:
    """A tree that is not an object is a DecodeError."""
    with pytest.raises(DecodeError):
        getattr(models, name).from_dict(wire)


@settings(max_examples=150)
@given(
    wire=st.fixed_dictionaries(
        {},
        optional={
            member.wire: st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats(allow_nan=False, allow_infinity=False)
                | st.text(max_size=3),
                lambda inner: (
                    st.lists(inner, max_size=2)
                    | st.dictionaries(st.sampled_from(["name", "day", "x"]), inner, max_size=2)
                ),
                max_leaves=3,
            )
            for member in MEMBERS
            if not member.required
        },
    )
)
def test_decodes_any_tree_or_raises_decode_error(wire: dict[str, Any], models: ModuleType) -> None:
    """Decoding any member value returns an object or raises a DecodeError, never another error."""
    for name in MODELS:
        try:
            thing = getattr(models, name).from_dict({**required(), **wire})
        except DecodeError as error:
            assert name == "EverythingInput"
            assert error.path.partition(".")[0].partition("[")[0] in wire
        else:
            assert isinstance(thing.to_dict(), dict)


# -- names, aliases and open types -------------------------------------------------------------


def test_odd_names_keep_their_wire_names(models: ModuleType) -> None:
    """Keywords, builtins and names with spaces become Python names and keep their wire names."""
    wire = dict.fromkeys(ODD, "x")
    thing = models.OddInput.from_dict(wire)

    names = {name for name in models.OddInput.__annotations__ if name != "additional_properties"}
    assert {"type_", "from_", "class_", "id", "list_", "full_name"} < names
    assert all(name.isidentifier() and getattr(thing, name) == "x" for name in names)
    assert thing.to_dict() == wire
    assert models.OddInput(from_="y").to_dict() == {"from": "y"}


@for_each("name", ["new_name", "old_name", "oldest_name"])
def test_reads_aliases(name: str, models: ModuleType) -> None:
    """An alias is read like the documented name, and written under the documented name."""
    thing = models.Loose.from_dict({"anything": 1, name: "x"})

    assert thing.new_name == "x"
    assert thing.to_dict() == {"anything": 1, "new_name": "x"}


def test_documented_name_wins_over_alias(models: ModuleType) -> None:
    """If a server sends both names, the documented one is used and nothing is lost."""
    thing = models.Loose.from_dict({"anything": 1, "old_name": "old", "new_name": "new"})

    assert thing.new_name == "new"
    assert thing.additional_properties == {"old_name": "old"}


@for_each("value", [None, 0, "", [], {"a": [None]}, 1.5])
def test_keeps_values_of_any_type(value: Any, models: ModuleType) -> None:
    """A member without a documented type keeps what the server sent."""
    thing = models.Loose.from_dict({"anything": value, "free": {"deep": value}})

    assert thing.anything == value
    assert thing.free == {"deep": value}
    assert thing.to_dict() == {"anything": value, "free": {"deep": value}}


def test_reads_empty_string_as_no_date(models: ModuleType) -> None:
    """An empty string is read as None where the document allows it."""
    assert models.Loose.from_dict({"anything": 1, "blank_date": ""}).blank_date is None


def test_reads_closed_objects_like_others(models: ModuleType) -> None:
    """A model with `additionalProperties: false` is read like any other."""
    assert models.Sealed.from_dict({"name": "x"}).to_dict() == {"name": "x"}


def test_converts_recursive_models(models: ModuleType) -> None:
    """Models may contain themselves, directly and through others."""
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


def test_odd_values_are_reported_once_for_the_process(
    models: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names an odd member once, what was expected and what came, and shows no value."""
    for _ in range(2):
        models.Sealed.from_dict({"name": ["secret"]})

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("crmkit", "WARNING")
    text = record.getMessage()
    assert text.startswith("Sealed.name cannot be read: expected str, got list; it is None")
    assert "secret" not in text
