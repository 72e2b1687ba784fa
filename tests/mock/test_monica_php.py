"""PHP's idea of types and dates, and what a lax database stores, as the mock of Monica has them."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock.monica import php_types
from crmkit_mock.monica.columns import datetime_column, double, int_column, timestamp, varchar
from crmkit_mock.monica.php_dates import is_date
from tests.mock.plain_monica import Monica

ZERO = "-0001-11-30T00:00:00Z"
#: Datetimes as they are stored, by what is sent; None where a rule refuses it (all asked of PHP).
DATES: dict[Any, str | None] = {
    "2024-05-06": "2024-05-06T00:00:00Z",
    "2024-5-6": "2024-05-06T00:00:00Z",
    "31.12.2023": "2023-12-31T00:00:00Z",
    "06-05-2024": "2024-05-06T00:00:00Z",
    "12/31/2023": "2023-12-31T00:00:00Z",
    "5/6/24": "2024-05-06T00:00:00Z",
    "2024/05/06": "2024-05-06T00:00:00Z",
    "20240506T101112": "2024-05-06T10:11:12Z",
    "6 May 2024": "2024-05-06T00:00:00Z",
    "Monday, May 6, 2024": "2024-05-06T00:00:00Z",
    "4th May 2024": "2024-05-04T00:00:00Z",
    "May 2024": "2024-05-01T00:00:00Z",
    "2024-05": "2024-05-01T00:00:00Z",
    "2024-W19-1": "2024-05-06T00:00:00Z",
    "10000-01-01": "2000-01-01T10:00:00Z",
    "@1714982400": "2024-05-06T08:00:00Z",
    "2024-05-06T10:11:12+02:00": "2024-05-06T10:11:12Z",
    "2024-05-06 10:11 PM": "2024-05-06T22:11:00Z",
    "2024-05-06 noon": "2024-05-06T12:00:00Z",
    "2024-05-06T24:00:00Z": "2024-05-07T00:00:00Z",
    "1999-12-31T23:59:60Z": "2000-01-01T00:00:00Z",
    "Mon, 06 May 2024 10:00:00 GMT": "2024-05-06T10:00:00Z",
    **dict.fromkeys(
        ("now", "tomorrow", "next monday", "1 week ago", "10:00", "2024", "05.06", "6 May", "abc")
    ),
    **dict.fromkeys(("2024-02-30", "2024-13-01", "13/05/2024", "2024-05-06 25:00", "0000-00-00")),
    **dict.fromkeys(("2024.05.06", "2024-05-06 at 10:11", "2024-05-06 2024-05-07", 1.5, True)),
}


@pytest.mark.parametrize("value", DATES)
def test_reads_dates_as_php_does(value: Any) -> None:
    """A date names an existing day; its time is kept as written."""
    stored = DATES[value]
    assert is_date(value) is (stored is not None)
    if stored is not None:
        assert datetime_column(value) == stored


def test_reads_integers_and_numbers_as_php_does() -> None:
    """Integers may be str without leading zeros, or true; numbers may have an exponent."""
    integers: list[tuple[Any, int | None]] = [
        *((7, 7), ("7", 7), ("+7", 7), ("-3", -3), (7.0, 7), (True, 1), ("-0", 0)),
        *(("007", None), ("7.0", None), (1.5, None), (False, None), ("", None), ([], None)),
        *((2**63, None), (1e20, None), (None, None)),
    ]
    for value, expected in integers:
        assert php_types.to_integer(value) == expected, value
    for value in ("1e3", ".5", "5.", " 3 ", "-0", 7, 1.5):
        assert php_types.is_numeric(value), value
    for value in ("1,5", "0x1A", "12abc", "", True, None, []):
        assert not php_types.is_numeric(value), value
    assert [php_types.to_str(value) for value in (1e20, 0.5, 7.0, True, ["a"])] == [
        *("1.0E+20", "0.5", "7", "1", '["a"]')
    ]


def test_stores_values_as_a_lax_database_does() -> None:
    """What does not fit is cut, clamped, or becomes the zero date."""
    assert varchar(3)("abcd") == "abc"
    assert [int_column(value) for value in ("12abc", 1.5, 10**12, -(10**12), "x")] == [
        *(12, 2, 2**31 - 1, -(2**31), 0)
    ]
    assert [double(value) for value in ("1e1", 7.0, "1e400")] == [10, 7, 1.7976931348623157e308]
    assert [timestamp(day) for day in ("1969-12-31", "2038-01-20")] == [ZERO, ZERO]


#: Requests with `[]` for a member that may be absent, and the message.
LISTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("/contacts", {"first_name": "x"}, "gender_id", "must be an integer"),
    ("/contacts", {"first_name": "x"}, "middle_name", "must be a string"),
    ("/notes", {"contact_id": 1, "body": "x"}, "is_favorited", "field must be true or false"),
    ("/calls", {"contact_id": 1, "called_at": "2024-05-06"}, "content", "must be a string"),
    ("/tasks", {"title": "x"}, "description", "must be a string"),
    ("/places", {}, "latitude", "must be a number"),
    ("/companies", {"name": "x"}, "number_of_employees", "must be an integer"),
    ("/gifts", {"contact_id": 1, "name": "x", "status": "idea"}, "date", "is not a valid date"),
    ("/pets", {"contact_id": 1}, "pet_category_id", "must be an integer"),
]


def test_refuses_lists_for_single_values(monica: Monica) -> None:
    """An empty list is not an absent value, and no list makes the mock fail."""
    plain = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
    for path, body, member, message in LISTS:
        messages = monica.expect_invalid("POST", path, {**plain, **body, member: []})
        assert messages[0] == f"The {member.replace('_', ' ')} {message}.", (path, member)
    for path, wrong in (("/journal", {"title": ["a"], "post": "p"}), ("/pets", {"name": ["a"]})):
        members = {"contact_id": 1, "pet_category_id": 1, **wrong}
        assert monica.http.post(path, json=members).status_code == 422, path


def test_gives_back_values_of_another_type_once(monica: Monica) -> None:
    """The reply to a write has them as they came, later ones as they are stored."""
    created = monica.post("/companies", name="Co", number_of_employees="7")
    assert created["number_of_employees"] == "7"
    assert monica.get(f"/companies/{created['id']}")["number_of_employees"] == 7
    entry = monica.post("/journal", title=7.0, post="p")
    assert (entry["title"], monica.get(f"/journal/{entry['id']}")["title"]) == (7, "7")
    changed = monica.put(f"/journal/{entry['id']}", title=["a"], post="p")
    assert changed["title"] == ["a"]
    assert monica.get(f"/journal/{entry['id']}")["title"] == '["a"]'
