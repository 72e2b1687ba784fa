"""Each member of each model with values of other types."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit import DecodeError
from tests.clients.conftest import MakeClient
from tests.clients.harness import page
from tests.clients.test_golden import EXAMPLES, WIRE

LISTS = {
    "Contact": ("contacts", EXAMPLES["ContactPage"]),
    "Activity": ("activities", EXAMPLES["ActivityPage"]),
    "CustomField": ("custom_fields", EXAMPLES["CustomFieldList"]),
}
SCHEMAS = WIRE["components"]["schemas"]
MEMBERS = [(model, member) for model in LISTS for member in SCHEMAS[model]["properties"]]
WRONG: list[Any] = [0.5, {}, {"x": []}, [[]], True, False, 7, "not a datetime"]
BOOLEANS = {"do_not_mass_email", "all_day"}


def fits(member: str, value: Any) -> bool:
    """Return whether a value is of a member's type."""
    if member in BOOLEANS:
        return isinstance(value, bool)
    if member == "id":
        return type(value) is int
    if member == "choices":
        return bool(value == [])
    if member.startswith("dt_"):
        return False
    return isinstance(value, str)


@pytest.mark.parametrize(("model", "member"), MEMBERS)
def test_reads_member_of_another_type_as_none(client: MakeClient, model: str, member: str) -> None:
    """A member of another type than documented is None, and kept; an id is a DecodeError."""
    resource, rows = LISTS[model]
    odd = 0
    for value in WRONG:
        crm = client(page(rows[0], {**rows[1], member: value}), page())
        if member == "id" and not fits(member, value):
            with pytest.raises(DecodeError) as caught:
                crm(lambda crm: getattr(crm, resource).list())
            assert caught.value.path == "data[1].id", value
            assert caught.value.operation == f"{resource}.list"
            odd += 1
            continue
        records = crm(lambda crm: getattr(crm, resource).list())
        assert len(records) == 2, value
        if not fits(member, value):
            name = {"type": "type_", "from": "from_"}.get(member, member)
            assert getattr(records[1], name) in (None, []), value
            assert records[1].additional_properties[member] == value
            assert records[1].to_dict()[member] == value
            odd += 1

    assert odd >= 6


@pytest.mark.parametrize("absent", [False, True], ids=["null", "absent"])
@pytest.mark.parametrize(("model", "member"), MEMBERS)
def test_reads_null_and_absent_members(
    client: MakeClient,
    model: str,
    member: str,
    absent: bool,
) -> None:
    """Absent and null members are None or an empty list; only the id is required."""
    resource, rows = LISTS[model]
    row = {**rows[0], member: None}
    if absent:
        del row[member]
    crm = client(page(row), page())
    if member == "id":
        with pytest.raises(DecodeError) as caught:
            crm(lambda crm: getattr(crm, resource).list())
        assert caught.value.path == f"data[0].{member}"
        return
    (record,) = crm(lambda crm: getattr(crm, resource).list())
    is_list = "x-crmkit-separated" in SCHEMAS[model]["properties"][member] or member == "choices"
    name = {"type": "type_", "from": "from_"}.get(member, member)
    assert getattr(record, name) == ([] if is_list else None)


@pytest.mark.parametrize(
    "value", ["", " ", "x", "1x", "1.0", "1_0", "٣", "-1", "9" * 5000], ids=lambda id: ascii(id)[:9]
)
def test_rejects_id_that_is_not_digits(client: MakeClient, value: str) -> None:
    """An id is decimal digits: other strings that int() accepts are rejected."""
    crm = client(page({"id": value}), page())

    with pytest.raises(DecodeError) as caught:
        crm(lambda crm: crm.contacts.list())

    assert caught.value.path == "data[0].id"


@pytest.mark.parametrize("value", [33103982, "33103982", "9" * 18], ids=repr)
def test_reads_id_as_number_or_digits(client: MakeClient, value: int | str) -> None:
    """An id is an int, whether the server sends it as a number or as digits."""
    crm = client(page({"id": value}), page())

    (record,) = crm(lambda crm: crm.contacts.list())

    assert record.id == int(value)
    assert type(record.id) is int
