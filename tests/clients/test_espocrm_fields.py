"""Custom fields of EspoCRM: attributes by their names on the wire, with values of real types."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crmkit import ArgumentError, DecodeError
from crmkit.autocrm import Account, Record
from crmkit.autocrm import CustomFields as OtherName
from crmkit.espocrm import CustomFields
from tests.clients.conftest import MakeEspo
from tests.clients.harness import both, failures, sync_alone

asynchronous = sync_alone
NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


def fields(**types: Any) -> CustomFields:
    """Return custom fields of types, or of whole definitions."""
    definitions: dict[str, Any] = {"name": {"type": "varchar"}}
    for name, type_ in types.items():
        definition = type_ if type(type_) is dict else {"type": type_}
        definitions[name] = {"isCustom": True, **definition}
    return CustomFields(definitions)


VALUES: list[tuple[str, str, Any, Any]] = [
    ("datetime", "cX", NOON, "2024-07-01 12:00:00"),
    ("date", "cX", date(2024, 2, 29), "2024-02-29"),
    ("datetimeOptional", "cX", NOON, "2024-07-01 12:00:00"),
    ("datetimeOptional", "cXDate", date(2024, 2, 29), "2024-02-29"),
    ("currency", "cX", Decimal("1234.50"), "1234.50"),
    ("currency", "cXCurrency", "EUR", "EUR"),
    ("decimal", "cX", Decimal("0.10"), "0.10"),
    ("multiEnum", "cX", ["a", "b"], ["a", "b"]),
    ("array", "cX", [], []),
    ("checklist", "cX", ["a"], ["a"]),
    ("urlMultiple", "cX", ["https://a.example"], ["https://a.example"]),
    ("link", "cXId", "1", "1"),
    ("linkOne", "cXId", "1", "1"),
    ("linkParent", "cXType", "Account", "Account"),
    ("linkMultiple", "cXIds", ["1"], ["1"]),
    ("file", "cXId", "1", "1"),
    ("image", "cXId", "1", "1"),
    ("attachmentMultiple", "cXIds", ["1", "2"], ["1", "2"]),
    ("address", "cXPostalCode", "110 00", "110 00"),
    ("rangeInt", "fromCX", 1, 1),
    ("rangeFloat", "toCX", 1.5, 1.5),
    ("int", "cX", 2**60, 2**60),
    ("enumInt", "cX", 0, 0),
    ("float", "cX", 1.5, 1.5),
    ("bool", "cX", False, False),
    ("varchar", "cX", "", ""),
    ("enum", "cX", "C", "C"),
    ("jsonObject", "cX", {"a": [1]}, {"a": [1]}),
    ("of an extension", "cX", ["any", 1], ["any", 1]),
]


def test_values_go_both_ways() -> None:
    """What is written as one type reads back as it, for each type of field."""
    assert OtherName is CustomFields

    def check(type_: str, name: str, value: Any, wire: Any) -> None:
        custom = fields(cX=type_)
        assert custom.write({name: value}) == {name: wire}
        record = Record.from_dict({"id": "1", name: wire})
        for source in (record, {name: wire}):
            read = custom.read(source)[name]
            assert read == value
            assert type(read) is type(value)
        assert custom.write({name: None}) == {name: None}
        assert custom.read({})[name] in (None, [])

    assert failures(check, VALUES) == []


def test_reads_money_of_either_setting_exactly() -> None:
    """A currency is a Decimal, sent as a number or as text."""
    custom = fields(cX="currency")

    for wire in (1234.5, "1234.50", 1234, 0.1):
        assert custom.read({"cX": wire})["cX"] == Decimal(str(wire))
    assert custom.write({"cX": 1.5}) == {"cX": 1.5}


def test_takes_fields_of_links_by_their_names() -> None:
    """A link, a file and a list of them are written by the field's name as well."""
    custom = fields(cOne="link", cFile="file", cMany="linkMultiple", cPapers="attachmentMultiple")

    written = custom.write({"cOne": "1", "cFile": None, "cMany": ("2",), "cPapers": []})

    assert written == {"cOneId": "1", "cFileId": None, "cManyIds": ["2"], "cPapersIds": []}


def test_knows_custom_fields_only() -> None:
    """Fields that are not custom are left to the model; there may be none."""
    assert fields().names == CustomFields([]).names == CustomFields({}).names == []
    assert fields(cX="currency").names == ["cX", "cXCurrency", "cXConverted"]


def test_reads_custom_fields_that_a_model_documents() -> None:
    """A custom field that a model has as an attribute is read all the same."""
    account = Account.from_dict({"id": "1", "vatId": "CZ1"})

    assert fields(vatId="varchar").read(account) == {"vatId": "CZ1"}


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    ("date", {"cY": 1}, "cY: unknown custom field; did you mean 'cX'?"),
    ("link", {"cXid": "1"}, "cXid: unknown custom field; did you mean 'cXId'?"),
    ("date", {1: 1}, "1: unknown custom field"),
    ("datetime", {"cX": "2024-07-01"}, "cX: expected an aware datetime, got str"),
    ("datetime", {"cX": datetime(2024, 1, 1)}, "cX: expected an aware datetime, got a naive"),  # noqa: DTZ001  # naive is the point
    ("date", {"cX": NOON}, "cX: expected a date, got datetime"),
    ("int", {"cX": "1"}, "cX: expected int, got str"),
    ("int", {"cX": True}, "cX: expected int, got bool"),
    ("float", {"cX": float("nan")}, "cX: expected a finite number, got nan"),
    ("currency", {"cX": "12"}, "cX: expected float, got str"),
    ("bool", {"cX": 1}, "cX: expected bool, got int"),
    ("multiEnum", {"cX": "a"}, "cX: expected a list, got str"),
    ("multiEnum", {"cX": ["a", 1]}, "cX[1]: expected str, got int"),
    ("linkMultiple", {"cX": "1"}, "cX: expected a list, got str"),
    ("jsonObject", {"cX": {"a": [object()]}}, "cX['a'][0]: expected what JSON can hold"),
    ("number", {"cX": "1"}, "cX: is read-only: the server sets it"),
    ("autoincrement", {"cX": 1}, "cX: is read-only: the server sets it"),
    ("foreign", {"cX": 1}, "cX: is read-only: the server sets it"),
    ("currency", {"cXConverted": 1}, "cXConverted: is read-only: the server sets it"),
    ("link", {"cXName": "A"}, "cXName: is read-only: the server sets it"),
    ({"type": "varchar", "readOnly": True}, {"cX": "a"}, "cX: is read-only"),
    ("date", [], "values: expected a dict, got list"),
]


def test_refuses_what_a_field_does_not_take() -> None:
    """Unknown and read-only attributes and values of another type are refused by name."""

    def check(type_: Any, values: Any, message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            fields(cX=type_).write(values)
        assert str(caught.value).startswith(message)

    assert failures(check, REFUSED) == []


MALFORMED = [
    *[("datetime", "cX", wire) for wire in (5, "soon", ["2024"])],
    *[("date", "cX", wire) for wire in (5, "2024-02-30", {})],
    *[("int", "cX", wire) for wire in ("1", 1.5, True)],
    *[("currency", "cX", wire) for wire in ("much", True, [])],
    *[("multiEnum", "cX", wire) for wire in ("a", [1], {"a": 1})],
    *[("linkMultiple", "cXIds", wire) for wire in ("1", [None])],
    ("bool", "cX", 1),
    ("varchar", "cX", 1),
]


def test_malformed_values_are_named() -> None:
    """A value of another form than its type's is a DecodeError that names the attribute."""

    def check(type_: str, name: str, wire: Any) -> None:
        with pytest.raises(DecodeError) as caught:
            fields(cX=type_).read({name: wire})
        assert caught.value.path == name

    assert failures(check, MALFORMED) == []


@pytest.mark.parametrize("definitions", [None, 5, "fields", [1], {"cX": 5}, {"cX": None}])
def test_refuses_what_defines_no_fields(definitions: Any) -> None:
    """What is not the fields of an entity type, such as a missing key's None, is refused."""
    with pytest.raises(ArgumentError, match="definitions"):
        CustomFields(definitions)


def test_takes_definitions_of_types_that_are_odd() -> None:
    """A definition without a type, or with one that is no str, is of any type."""
    custom = fields(cX={}, cY={"type": ["x"]})

    assert custom.write({"cX": 1, "cY": "a"}) == {"cX": 1, "cY": "a"}


@both
@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
def test_custom_fields_on_the_mock(mocked_espo: MakeEspo, profile: str) -> None:
    """What the metadata defines is written to a record and read from the reply and a list."""
    crm = mocked_espo(profile=profile)
    custom = CustomFields(crm(lambda crm: crm.metadata.get(key="entityDefs.Account.fields")))
    values = {"cLastVisit": NOON, "cBudget": Decimal("1.50"), "cTags": ["vip"], "cIsKey": True}

    account = crm(lambda crm: crm.accounts.create(name="Wayne", extra=custom.write(values)))
    listed = crm(lambda crm: crm.accounts.list(order_by="created_at", order="desc"))

    for record in (account, listed[0]):
        assert custom.read(record).items() >= values.items()
