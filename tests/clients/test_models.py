"""Models: `from_dict` and `to_dict` speak the wire, whoever calls them."""

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
MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the zone is drawn
    timezones=st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def value_of(member: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a table
    """Return the strategy of a member's wire values."""
    if member == "id":
        return st.integers(1, 10**17).map(str)
    if member == "choices":
        return st.lists(TEXTS, min_size=1, max_size=3)
    if member == "type":
        return st.sampled_from([one.value for one in CustomFieldType]) | TEXTS
    if member.startswith("dt_"):
        return MOMENTS.map(lambda m: m.astimezone(UTC).replace(microsecond=0)).map(
            lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
    if schema.get("type") in ("boolean", ["boolean", "null"]):
        return st.booleans()
    if member in ("key", "label"):
        return TEXTS
    return TEXTS | st.none()


def rows_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return the strategy of a model's wire trees."""
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
        TEXTS | st.integers() | st.none(),
        max_size=2,
    )
    known = st.fixed_dictionaries(
        {member: one for member, one in members.items() if member in required},
        optional={member: one for member, one in members.items() if member not in required},
    )
    return st.tuples(more, known).map(lambda both: {**both[0], **both[1]})


@pytest.mark.parametrize("name", MODELS)
def test_any_tree_comes_back(name: str) -> None:
    """What `from_dict` reads, `to_dict` writes back, unknown members and all."""
    model = MODELS[name]

    @given(rows_of(name))
    @settings(max_examples=50)
    def check(row: dict[str, Any]) -> None:
        before = json.dumps(row)
        found = model.from_dict(row)

        assert without_empty(found.to_dict()) == without_empty(row)
        assert json.dumps(row) == before
        assert model.from_dict(MappingProxyType(row)) == found
        assert model.from_dict(found.to_dict()) == found
        assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)
        assert repr(found).startswith(name)
        if name.endswith("Input"):
            assert found.to_dict().keys() == row.keys()

    check()


@given(MOMENTS)
def test_any_moment_comes_back(moment: datetime) -> None:
    """A moment of any offset is written with Z and read back as the same moment, aware."""
    wire = ActivityInput(dt_start=moment).to_dict()
    assert wire["dt_start"].endswith("Z")
    found = ActivityInput.from_dict(wire).dt_start

    assert isinstance(found, datetime)
    assert found == moment
    assert found.tzinfo is not None
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-01-05T12:03:32Z", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05T14:03:32+02:00", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05T12:03:32", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05 12:03:32", datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)),
        ("2016-01-05T12:03:32.5Z", datetime(2016, 1, 5, 12, 3, 32, 500_000, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_moment_of_the_wire(text: str, moment: datetime | None) -> None:
    """A moment is read as an aware datetime; without an offset it is in UTC; empty is none."""
    found = Contact.from_dict({"id": "1", "dt_created": text}).dt_created

    assert found == moment
    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize(
    "text", ["soon", "2016-13-05T12:03:32Z", "2016-01-05T25:03:32Z", "0000-00-00 00:00:00", " "]
)
def test_a_moment_that_is_none(text: str) -> None:
    """A moment that cannot be read is an error with its name, not a text in its place."""
    with pytest.raises(DecodeError) as caught:
        Activity.from_dict({"id": "1", "dt_end": text})

    assert caught.value.path == "dt_end"


def test_the_other_spelling() -> None:
    """`do_no_mass_email`, as the page's table spells it, is read; the samples' spelling wins."""
    read = Contact.from_dict

    assert read({"id": "1", "do_no_mass_email": True}).do_not_mass_email is True
    assert read({"id": "1", "do_not_mass_email": False}).do_not_mass_email is False
    both = read({"id": "1", "do_not_mass_email": True, "do_no_mass_email": False})
    assert both.do_not_mass_email is True
    assert read({"id": "1", "do_no_mass_email": True}).to_dict()["do_not_mass_email"] is True
    with pytest.raises(DecodeError) as caught:
        read({"id": "1", "do_no_mass_email": "yes"})
    assert caught.value.path in {"do_not_mass_email", "do_no_mass_email"}


def test_a_type_that_is_new() -> None:
    """A value that an enum of the document does not know comes through as text."""
    row = {"id": "1", "type": "Rating", "key": "k", "label": "l", "default_value": None}

    field = CustomField.from_dict(row)

    assert field.type_ == "Rating"
    assert type(field.type_) is str
    assert field.to_dict()["type"] == "Rating"
    known = CustomField.from_dict({**row, "type": "Single choice"})
    assert known.type_ is CustomFieldType.SINGLE_CHOICE
    assert f"{known.type_}" == "Single choice"
    assert json.dumps(known.to_dict()["type"]) == '"Single choice"'


def test_unknown_members_are_kept() -> None:
    """Members that the document does not know are kept, may be changed, and are written back."""
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
def test_a_tree_of_another_form(name: str, tree: Any) -> None:
    """What is no tree of the model is a DecodeError, never a bare error."""
    with pytest.raises(DecodeError):
        MODELS[name].from_dict(tree)


def test_a_contact_is_sent_back_as_input() -> None:
    """What a list gave can be changed and given to a save: both forms are the same on the wire."""
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
    """A member that the document names is written from its attribute, whatever stands beside it."""
    contact = Contact.from_dict({"id": "1", "title": "Agent"})
    contact.additional_properties.update({"title": "Spy", "Occupation": "Agent"})
    tree = contact.to_dict()

    assert (tree["title"], tree["Occupation"]) == ("Agent", "Agent")


def test_rejects_number_that_is_not_finite() -> None:
    """A number that JSON cannot hold is an ArgumentError that names the member."""
    contact = ContactInput()
    contact.additional_properties["Score"] = [float("nan")]

    with pytest.raises(ArgumentError, match="expected a finite number, got nan") as caught:
        contact.to_dict()
    assert caught.value.argument == "Score"
