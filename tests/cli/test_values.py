"""Values between text, JSON and Python: of the command line, of cells, of rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import File
from crmkit.cli.errors import InputError
from crmkit.cli.field_types import FieldType, Kind, read_type
from crmkit.cli.values import cell_text, json_value, parse_json, parse_text, plain
from crmkit.relenta import Contact, LabeledValue, Mailbox

STRS = FieldType("list", FieldType("str"))
LABELED = FieldType("object", model=LabeledValue)
MAILBOX = FieldType("object", model=Mailbox)
NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)

PARSED: list[tuple[FieldType, str, Any]] = [
    (FieldType("str"), " x ", " x "),
    (FieldType("int"), " 007 ", 7),
    (FieldType("float"), "1.5", 1.5),
    (FieldType("decimal"), "1234.50", Decimal("1234.50")),
    (FieldType("date"), "2024-02-29", date(2024, 2, 29)),
    (FieldType("date"), "29.2.2024", date(2024, 2, 29)),
    (FieldType("datetime"), "2024-07-01T12:00:00Z", NOON),
    (FieldType("datetime"), "2024-07-01 14:00+02:00", NOON),
    *((FieldType("bool"), text, True) for text in ("true", "Yes", "1")),
    *((FieldType("bool"), text, False) for text in ("FALSE", "no", "0")),
    (STRS, "a; b ;", ["a", "b"]),
    (STRS, "", []),
    (STRS, '["a;b", ""]', ["a;b", ""]),
    (FieldType("list", FieldType("int")), "1;2", [1, 2]),
    (FieldType("list", LABELED), "1 (Cell); 2", [LabeledValue("1", "Cell"), LabeledValue("2")]),
    (FieldType("list", LABELED), '[{"value": "1", "label": null}]', [LabeledValue("1")]),
    (MAILBOX, "Ada <a@example.com>", Mailbox("a@example.com", "Ada")),
    (FieldType("object"), '{"a": 1.5}', {"a": 1.5}),
    (FieldType("any"), "[1, null]", [1, None]),
]
REFUSED: list[tuple[Kind, tuple[str, ...]]] = [
    ("int", ("", "x", "1.0", "1_0", "1e3", "9" * 5000)),
    ("float", ("", "nan", "inf", "1,5", "1e999")),
    ("decimal", ("", "NaN", "1,5", "1e99999")),
    ("bool", ("", "2", "ja")),
    ("date", ("", "31.02.2024", "31.02.", "2024-02-30", "01/02/2024", "2024-01-01T00:00:00Z")),
    ("datetime", ("", "2024-01-01T10:00", "2024-01-01", "now", "2024-13-01T00:00Z")),
    ("object", ("", "x", "[1]", '"x"')),
    ("file", ("", "/nope", ".")),
]


@pytest.mark.parametrize(("type_", "text", "value"), PARSED)
def test_reads_text(type_: FieldType, text: str, value: Any) -> None:
    """Text becomes a value of the field's type."""
    parsed = parse_text(text, type_, "field")

    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(("kind", "texts"), REFUSED)
def test_refuses_text_of_another_type(kind: Kind, texts: tuple[str, ...]) -> None:
    """Text that is not of the type is an error that names the field as it was written."""
    for text in texts:
        with pytest.raises(InputError, match=r"^closeDate: expected ") as caught:
            parse_text(text, FieldType(kind), "closeDate")
        assert caught.value.field == "closeDate"
        assert len(str(caught.value)) < 160


def test_takes_a_time_zone_for_datetimes_without_one() -> None:
    """Where the caller says in which zone datetimes are, they need not say it."""
    zone = timezone(timedelta(hours=2))

    assert parse_text("2024-07-01T14:00", FieldType("datetime"), "x", zone) == NOON


def test_reads_a_file(tmp_path: Path) -> None:
    """A file is named by its path."""
    path = tmp_path / "a.txt"
    path.write_text("x")

    assert parse_text(str(path), FieldType("file"), "document") == File(path)


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("int", True, "expected an int, got true"),
        ("str", ["x"], "expected a str, got"),
        ("bool", "x", "expected true or false"),
        ("list", "x", "expected a list, got 'x'"),
        ("object", 1, "expected an object, got 1"),
    ],
)
def test_refuses_json_of_another_type(kind: Kind, value: Any, problem: str) -> None:
    """A JSON value that is not of the type is an error that names the field."""
    with pytest.raises(InputError, match=f"^field: {problem}"):
        parse_json(value, FieldType(kind), "field")


def test_names_the_item_of_a_list() -> None:
    """An error within a list names the item."""
    with pytest.raises(InputError, match=r"^ids\[1\]: expected an int"):
        parse_json([1, "x"], FieldType("list", FieldType("int")), "ids")


def test_keeps_all_digits_of_json() -> None:
    """An amount in JSON keeps digits that a float would lose."""
    digits = "0.12345678901234567890"

    assert parse_text(f"[{digits}]", FieldType("list", FieldType("decimal")), "x") == [
        Decimal(digits)
    ]


TEXTS = st.text(st.characters(codec="utf-8"))
VALUES: list[tuple[FieldType, st.SearchStrategy[Any]]] = [
    (FieldType("str"), TEXTS),
    (FieldType("int"), st.integers()),
    (FieldType("bool"), st.booleans()),
    (FieldType("decimal"), st.decimals(allow_nan=False, allow_infinity=False, places=4)),
    (FieldType("date"), st.dates()),
    (FieldType("datetime"), st.datetimes(timezones=st.just(UTC))),
    (STRS, st.lists(TEXTS)),
    (FieldType("list", LABELED), st.lists(st.builds(LabeledValue, TEXTS, st.none() | TEXTS))),
    (FieldType("list", MAILBOX), st.lists(st.builds(Mailbox, TEXTS, st.none() | TEXTS))),
]


@pytest.mark.parametrize(("type_", "values"), VALUES, ids=str)
def test_cells_read_back(type_: FieldType, values: st.SearchStrategy[Any]) -> None:
    """What is written into a cell is read as the same value."""

    @given(values)
    def check(value: Any) -> None:
        assert parse_text(cell_text(plain(value)), type_, "x") == value

    check()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ([], ""),
        (True, "true"),
        (Decimal("1E+3"), "1000"),
        (["a", "b"], "a; b"),
        (["a;b"], '["a;b"]'),
        (["[a]"], '["[a]"]'),
        ([{"value": "{", "label": None}], '[{"value": "{", "label": null}]'),
        ({"a": Decimal("1.50")}, '{"a": 1.5}'),
        ("=1+1", "=1+1"),
    ],
)
def test_writes_cells(value: Any, expected: str) -> None:
    """Cells are plain where they can be, JSON where they must be, and formulas stay as they are."""
    assert cell_text(value) == expected


def test_json_keeps_digits() -> None:
    """A Decimal is a number in JSON where that keeps its value, a str else."""
    numbers = [Decimal("1500.50"), Decimal(3), Decimal("0.1234567890123456789"), Decimal(2**60)]

    assert json_value(numbers) == [1500.5, 3, "0.1234567890123456789", str(2**60)]
    assert type(json_value(numbers[1])) is int


def test_rows_are_dicts_by_the_names_of_attributes() -> None:
    """A model becomes a dict, models within it too; unknown members and odd values are kept."""
    contact = Contact.from_dict(
        {"id": "1", "phone": "007 (Cell)", "do_not_mass_email": "perhaps", "new": {"x": [1]}}
    )

    values = plain(contact)

    assert values["id"] == 1
    assert values["phone"] == [{"value": "007", "label": "Cell"}]
    assert values["new"] == {"x": [1]}
    assert values["do_not_mass_email"] == "perhaps"


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("None | str | Unset", "str"),
        ("datetime.datetime | None", "datetime"),
        ("Decimal | float | None | Unset", "decimal"),
        ("AccountType | builtins.list[str] | None | str | Unset", "str"),
        ("File | BinaryIO | bytes | Path | Unset", "file"),
        ("Mapping[str, Any]", "object"),
        ("int | RelationshipUpdateInput | Relationship", "int"),
        ("Any", "any"),
    ],
)
def test_reads_annotations(annotation: str, kind: Kind) -> None:
    """The type of a field is what its annotation says, a str where it may be several things."""
    found = {"Relationship": Contact, "RelationshipUpdateInput": Contact}

    assert read_type(annotation, found.get).kind == kind
