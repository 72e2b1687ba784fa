"""Models: `from_dict` reads the wire and `to_dict` writes it."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import ArgumentError, DecodeError
from crmkit.relenta import (
    Activity,
    ActivityInput,
    Contact,
    ContactInput,
    CustomField,
    CustomFieldType,
)
from tests.clients.test_golden import WIRE, without_empty

SCHEMAS = WIRE["components"]["schemas"]
MODELS: dict[str, Any] = {
    "Contact": Contact,
    "Activity": Activity,
    "CustomField": CustomField,
    "ContactInput": ContactInput,
    "ActivityInput": ActivityInput,
}
DATETIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the zone is drawn
    timezones=st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def value_of(member: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a table
    """Return a strategy for a member's wire values."""
    if member == "id":
        return st.integers(1, 10**17).map(str)
    if member == "choices":
        return st.lists(STRINGS, min_size=1, max_size=3)
    if member == "type":
        return st.sampled_from([type_.value for type_ in CustomFieldType]) | STRINGS
    if member.startswith("dt_"):
        return DATETIMES.map(lambda m: m.astimezone(UTC).replace(microsecond=0)).map(
            lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
    if schema.get("type") in ("boolean", ["boolean", "null"]):
        return st.booleans()
    if member in ("key", "label"):
        return STRINGS
    return STRINGS | st.none()


def rows_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for a model's wire trees."""
    members = {
        member: value_of(member, schema) for member, schema in SCHEMAS[name]["properties"].items()
    }
    required = {"id"} if name in ("Contact", "Activity") else set()
    if name == "CustomField":
        required = {"id", "type", "key", "label"}
    more = st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=9, max_size=12).filter(
            lambda member: member not in members and member != "do_no_mass_email"
        ),
        STRINGS | st.integers() | st.none(),
        max_size=2,
    )
    known = st.fixed_dictionaries(
        {member: values for member, values in members.items() if member in required},
        optional={member: values for member, values in members.items() if member not in required},
    )
    return st.tuples(more, known).map(lambda both: {**both[0], **both[1]})


@pytest.mark.parametrize("name", MODELS)
def test_round_trips_any_tree(name: str) -> None:
    """`to_dict` writes what `from_dict` read, unknown members included."""
    model = MODELS[name]

    @given(rows_of(name))
    @settings(max_examples=50)
    def check(row: dict[str, Any]) -> None:
        before = json.dumps(row)
        read = model.from_dict(row)

        assert without_empty(read.to_dict()) == without_empty(row)
        assert json.dumps(row) == before
        assert model.from_dict(MappingProxyType(row)) == read
        assert model.from_dict(read.to_dict()) == read
        assert pickle.loads(pickle.dumps(read)) == read == copy.deepcopy(read)
        assert repr(read).startswith(name)
        if name.endswith("Input"):
            assert read.to_dict().keys() == row.keys()

    check()


@given(DATETIMES)
def test_round_trips_any_datetime(value: datetime) -> None:
    """A datetime with any offset is written with Z and read back equal and aware."""
    wire = ActivityInput(dt_start=value).to_dict()
    assert wire["dt_start"].endswith("Z")
    read = ActivityInput.from_dict(wire).dt_start

    assert isinstance(read, datetime)
    assert read == value
    assert read.tzinfo is not None
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-01-05T12:03:32Z", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05T14:03:32+02:00", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05T12:03:32", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05 12:03:32", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05T12:03:32.5Z", datetime(2016, 1, 5, 12, 3, 32, 500_000, tzinfo=UTC)),
        ("", None),
    ],
)
def test_reads_datetime_in_utc(text: str, expected: datetime | None) -> None:
    """A datetime is read as aware, in UTC without an offset; an empty string is None."""
    read = Contact.from_dict({"id": "1", "dt_created": text}).dt_created

    assert read == expected
    assert read is None or read.tzinfo is not None


@pytest.mark.parametrize(
    "text", ["soon", "2016-13-05T12:03:32Z", "2016-01-05T25:03:32Z", "0000-00-00 00:00:00", " "]
)
def test_reads_invalid_datetime_as_none(text: str) -> None:
    """An invalid datetime is None, not a str, and is written as it came."""
    wire = {"id": "1", "dt_end": text}
    activity = Activity.from_dict(wire)

    assert activity.dt_end is None
    assert activity["dt_end"] == text
    assert activity.to_dict()["dt_end"] == text


def test_reads_alias_of_do_not_mass_email() -> None:
    """`do_no_mass_email`, the name in the page's table, is read; the samples' name wins."""
    read = Contact.from_dict

    assert read({"id": "1", "do_no_mass_email": True}).do_not_mass_email is True
    assert read({"id": "1", "do_not_mass_email": False}).do_not_mass_email is False
    both = read({"id": "1", "do_not_mass_email": True, "do_no_mass_email": False})
    assert both.do_not_mass_email is True
    assert read({"id": "1", "do_no_mass_email": True}).to_dict()["do_not_mass_email"] is True
    odd = read({"id": "1", "do_no_mass_email": "yes"})
    assert odd.do_not_mass_email is None
    assert odd.to_dict()["do_not_mass_email"] == "yes"


def test_keeps_unknown_enum_value() -> None:
    """A value that is not in the document's enum is read as str."""
    row = {"id": "1", "type": "Rating", "key": "k", "label": "l", "default_value": None}

    field = CustomField.from_dict(row)

    assert field.type_ == "Rating"
    assert type(field.type_) is str
    assert field.to_dict()["type"] == "Rating"
    known = CustomField.from_dict({**row, "type": "Single choice"})
    assert known.type_ is CustomFieldType.SINGLE_CHOICE
    assert f"{known.type_}" == "Single choice"
    assert json.dumps(known.to_dict()["type"]) == '"Single choice"'


def test_keeps_unknown_members_wherever_they_stand() -> None:
    """Unknown members are kept in their order, before, between and after documented ones."""
    row = {**WIRE["components"]["examples"]["ContactPage"]["value"]["data"][0], "groups": "a;b"}
    usual = Contact.from_dict(row)
    items = list(row.items())

    for at in range(len(items) + 1):
        for absent in (None, "title", "groups"):
            rows = [*items[:at], ("x", 1), ("a", 2), *items[at:], ("m", [3])]
            contact = Contact.from_dict({key: value for key, value in rows if key != absent})

            assert list(contact.additional_properties.items()) == [("x", 1), ("a", 2), ("m", [3])]
            contact.additional_properties.clear()
            if absent == "groups":
                contact.groups = ["a", "b"]
            assert contact == usual  # its title is None


def test_unknown_members_are_kept() -> None:
    """Undocumented members are kept, may be changed, and are written back."""
    contact = Contact.from_dict({"id": "1", "Skills": "Spying", "nested": {"a": [1]}})

    assert contact.additional_properties == {"Skills": "Spying", "nested": {"a": [1]}}
    assert contact["Skills"] == "Spying"
    assert "Skills" in contact
    assert "full_name" not in contact
    assert contact.additional_keys == ["Skills", "nested"]
    contact["Skills"] = "Dancing"
    del contact["nested"]
    assert contact.to_dict()["Skills"] == "Dancing"
    assert "nested" not in contact.to_dict()


@pytest.mark.parametrize("tree", [None, [], "x", 5, True, {}, {"id": None}, {"id": 1.0}], ids=repr)
@pytest.mark.parametrize("name", ["Contact", "Activity", "CustomField"])
def test_rejects_tree_of_another_type(name: str, tree: Any) -> None:
    """A value that is not a tree of the model is a DecodeError."""
    with pytest.raises(DecodeError):
        MODELS[name].from_dict(tree)


def test_reads_listed_contact_as_input() -> None:
    """A listed contact can be read as an input: both models are the same on the wire."""
    row = {
        "id": "5",
        "full_name": "Dr. Evil",
        "phone": "1 (a);2",
        "tags": "x;y",
        "dt_created": "2016-01-05T12:03:32Z",
        "Skills": "Startups",
    }

    model = ContactInput.from_dict(Contact.from_dict(row).to_dict())

    assert without_empty(model.to_dict()) == row


def test_documented_member_wins_over_additional_property() -> None:
    """A documented member is written from its attribute, not from additional_properties."""
    contact = Contact.from_dict({"id": "1", "title": "Agent"})
    contact.additional_properties.update({"title": "Spy", "Occupation": "Agent"})
    tree = contact.to_dict()

    assert (tree["title"], tree["Occupation"]) == ("Agent", "Agent")


def test_rejects_number_that_is_not_finite() -> None:
    """A number that JSON cannot express is an ArgumentError that names the member."""
    contact = ContactInput()
    contact.additional_properties["Score"] = [float("nan")]

    with pytest.raises(ArgumentError, match="expected a finite number, got nan") as caught:
        contact.to_dict()
    assert caught.value.argument == "Score[0]"
