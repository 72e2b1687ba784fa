"""Custom fields by their labels, with values of real types."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import ArgumentError, DecodeError
from crmkit.relenta import Contact, CustomField, CustomFields
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import both, failures, sync_alone
from tests.clients.test_golden import EXAMPLES

asynchronous = sync_alone

SAMPLES = [CustomField.from_dict(row) for row in EXAMPLES["CustomFieldList"]]


def field(label: str, type_: str, *choices: str, id: int = 1) -> CustomField:
    """Return a definition."""
    return CustomField.from_dict(
        {
            "id": str(id),
            "type": type_,
            "key": label.replace(" ", "_"),
            "label": label,
            "default_value": "",
            "choices": list(choices),
        }
    )


FIELDS = CustomFields(
    [
        field("Shoe size", "Number"),
        field("Born", "Date"),
        field("Shirt", "Single choice", "S", "M"),
        field("Films", "Multiple choice", "Goldmember", "Austin Powers 4", "Mystery"),
        field("Note", "Text"),
        field("Rating", "Stars"),
    ]
)


def contact(**members: Any) -> Contact:
    """Return a contact with custom fields."""
    return Contact.from_dict({"id": "1", **members})


def test_reads_vendor_examples() -> None:
    """The vendor's contacts and definitions give labels and values of real types."""
    fields = CustomFields(SAMPLES)
    bond, evil = (Contact.from_dict(row) for row in EXAMPLES["ContactPage"])

    assert fields.read(evil) == {
        "Occupation": "Evil doctor and a nice guy",
        "T-shirt size": "XL",
        "Featured in": ["The Spy Who Shagged Me", "Austin Powers 4"],
        "Hours": None,
        "Skills": "Startups and Entrepreneurship",
        "DOB": None,
    }
    assert fields.read(bond) == {
        **dict.fromkeys(("Occupation", "T-shirt size", "Hours", "Skills", "DOB")),
        "Featured in": [],
    }
    assert fields.labels == [record.label for record in SAMPLES]


def test_reads_values_by_type() -> None:
    """Number gives int or Decimal, Date a date, choices str; an absent value is None or []."""
    cases: list[tuple[Any, ...]] = [
        ("Shoe_size", "42", 42),
        ("Shoe_size", "-7", -7),
        ("Shoe_size", "0", 0),
        ("Shoe_size", "42.5", Decimal("42.5")),
        ("Shoe_size", "42.0", Decimal("42.0")),
        ("Shoe_size", "1" * 40, int("1" * 40)),
        ("Shoe_size", "", None),
        ("Shoe_size", None, None),
        ("Born", "1997-05-02", date(1997, 5, 2)),
        ("Born", "", None),
        ("Shirt", "M", "M"),
        ("Shirt", "an old choice", "an old choice"),
        ("Films", "Mystery", ["Mystery"]),
        ("Films", "Mystery;Goldmember", ["Mystery", "Goldmember"]),
        ("Films", "", []),
        ("Films", None, []),
        ("Note", "a;b", "a;b"),
        ("Note", "42", "42"),
        ("Rating", "5", "5"),
    ]

    def check(member: str, wire: str | None, value: Any) -> None:
        label = member.replace("_", " ")

        result = FIELDS.read(contact(**{member: wire}))[label]

        assert result == value
        assert type(result) is type(value)

    assert failures(check, cases) == []


def test_huge_exponent_is_not_expanded() -> None:
    """A number with a huge exponent is a Decimal as written, not expanded."""
    result = FIELDS.read(contact(Shoe_size="1e99999999"))["Shoe size"]

    assert result == Decimal("1e99999999")


def test_rejects_invalid_wire_value() -> None:
    """A value that does not match its field's type is a DecodeError with the field's key."""
    cases: list[tuple[Any, ...]] = [
        *(("Shoe_size", text) for text in ("many", "1,5", "NaN", "Infinity", "1 2", "0x1", "1_0")),
        *(
            ("Born", text)
            for text in ("soon", "1997-05-02x", "02.05.1997", "1997-02-30", "1997-05", "19970502x")
        ),
        ("Shoe_size", 42),
        ("Films", ["Mystery"]),
        ("Note", 5),
    ]

    def check(member: str, wire: Any) -> None:
        record = contact(**{member: wire})

        with pytest.raises(DecodeError) as caught:
            FIELDS.read(record)

        assert caught.value.path == member
        assert str(wire) not in str(caught.value) or not isinstance(wire, str)
        assert record.additional_properties[member] == wire, "the wire's value stays readable"

    assert failures(check, cases) == []


def test_writes_wire_values() -> None:
    """`write` returns the `extra` of a save: the vendor's keys and wire values."""
    cases: list[tuple[Any, ...]] = [
        ("Shoe size", 42, "Shoe_size", "42"),
        ("Shoe size", Decimal("42.50"), "Shoe_size", "42.50"),
        ("Shoe size", Decimal("1E+3"), "Shoe_size", "1000"),
        ("Shoe size", Decimal("-1E-7"), "Shoe_size", "-0.0000001"),
        ("Shoe size", None, "Shoe_size", ""),
        ("Born", date(1997, 5, 2), "Born", "1997-05-02"),
        ("Born", None, "Born", ""),
        ("Shirt", "M", "Shirt", "M"),
        ("Shirt", None, "Shirt", ""),
        ("Films", ["Mystery", "Goldmember"], "Films", "Mystery;Goldmember"),
        ("Films", [], "Films", ""),
        ("Films", None, "Films", ""),
        ("Note", "a;b", "Note", "a;b"),
        ("Note", "", "Note", ""),
        ("Rating", "5", "Rating", "5"),
    ]

    def check(label: str, value: Any, key: str, wire: str) -> None:
        assert FIELDS.write({label: value}) == {key: wire}

    assert failures(check, cases) == []


def test_rejects_invalid_values() -> None:
    """An unknown label, a wrong type or a value that is not a choice is an ArgumentError."""
    cases: list[tuple[Any, ...]] = [
        ("Shoe size", "42", "Shoe size"),
        ("Shoe size", 42.5, "Shoe size"),
        ("Shoe size", True, "Shoe size"),
        ("Shoe size", Decimal("NaN"), "Shoe size"),
        ("Shoe size", Decimal("Infinity"), "Shoe size"),
        ("Shoe size", Decimal("1e99999999"), "Shoe size"),
        ("Shoe size", 10**1500, "Shoe size"),
        ("Born", "1997-05-02", "Born"),
        ("Born", datetime(1997, 5, 2, tzinfo=UTC), "Born"),
        ("Shirt", "XXXL", "Shirt"),
        ("Shirt", "m", "Shirt"),
        ("Shirt", ["M"], "Shirt"),
        ("Films", "Mystery", "Films"),
        ("Films", ["Mystery", "Unknown"], "Films"),
        ("Films", ("Unknown",), "Films"),
        ("Films", ["Mystery;Goldmember"], "Films"),
        ("Films", [1], "Films"),
        ("Films", {"Mystery"}, "Films"),
        ("Note", 5, "Note"),
        ("Note", ["x"], "Note"),
        ("Shoe_size", 5, "Shoe_size"),
        ("nothing", "x", "nothing"),
    ]

    def check(label: str, value: Any, place: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            FIELDS.write({label: value})

        assert caught.value.argument.startswith(place)

    assert failures(check, cases) == []


def test_rejects_ambiguous_label() -> None:
    """Two fields with the same label are refused."""
    with pytest.raises(ArgumentError, match="Note"):
        CustomFields([field("Note", "Text"), field("Note", "Date")])


labeled_values = st.fixed_dictionaries(
    {},
    optional={
        "Shoe size": st.none()
        | st.integers(-(10**30), 10**30)
        | st.decimals(allow_nan=False, allow_infinity=False, places=3),
        "Born": st.none() | st.dates(),
        "Shirt": st.none() | st.sampled_from(["S", "M"]),
        "Films": st.lists(
            st.sampled_from(["Goldmember", "Austin Powers 4", "Mystery"]), unique=True
        ),
        "Note": st.none() | st.text(min_size=1),
    },
)


@given(labeled_values)
def test_written_values_read_back(values_by_label: dict[str, Any]) -> None:
    """Values that were written are read back as the same values."""
    record = contact(**FIELDS.write(values_by_label))

    result = FIELDS.read(record)

    assert {label: result[label] for label in values_by_label} == values_by_label


def test_custom_fields_end_to_end(mocked: MakeClient, mocks: MockCRMs) -> None:
    """Definitions from the server, values by label to a save, and the same values back."""
    mocks.relenta.add_custom_field("Shoe size", type="Number")
    crm = mocked()
    fields = CustomFields(crm(lambda crm: crm.custom_fields.list()))
    values_by_label: dict[str, Any] = {
        "Occupation": "Agent; secret",
        "T-shirt size": "L",
        "Featured in": ["Goldmember", "Austin Powers 4"],
        "DOB": date(1930, 8, 25),
        "Shoe size": 44,
    }

    id = crm(
        lambda crm: crm.contacts.save(full_name="Nigel Powers", extra=fields.write(values_by_label))
    )

    (result,) = [record for record in crm(lambda crm: crm.contacts.list()) if record.id == id]
    assert fields.read(result) == {**dict.fromkeys(fields.labels), **values_by_label}
    cleared: dict[str, Any] = {
        "T-shirt size": None,
        "Featured in": [],
        "Shoe size": Decimal("44.5"),
    }
    crm(lambda crm: crm.contacts.save(id=id, extra=fields.write(cleared)))
    (result,) = [record for record in crm(lambda crm: crm.contacts.list()) if record.id == id]
    assert fields.read(result)["T-shirt size"] is None
    assert fields.read(result)["Featured in"] == []
    assert fields.read(result)["Shoe size"] == Decimal("44.5")
    assert fields.read(result)["DOB"] == date(1930, 8, 25)


@both
def test_accepts_sync_pager(mocked: MakeClient) -> None:
    """The sync client's pager can be passed as it is; the async one is a TypeError."""
    crm = mocked()
    if crm.asynchronous:
        with pytest.raises(TypeError):
            CustomFields(crm.crm.custom_fields.list())
    else:
        assert len(CustomFields(crm.crm.custom_fields.list()).labels) == 6
