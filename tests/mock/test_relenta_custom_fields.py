"""Relenta's custom contact fields."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock.documents import load_document
from tests.mock.plain import Relenta, client_for

#: Values that a definition of each type allows, and values that it does not.
VALUES: dict[str, tuple[list[str], list[str]]] = {
    "Text": (["x", "a;b", " "], []),
    "Number": (
        ["0", "-1", "3.14", "007"],
        ["x", "1e5", "1,5", "+1", " 1", "1.", "\uff11", "NaN"],
    ),
    "Date": (
        ["2016-02-29"],
        ["2015-02-29", "2016-2-1", "01.02.2016", "2016-02-01T00:00:00Z"],
    ),
    "Single choice": (["Red", "Dark blue"], ["red", "Red;Dark blue", " Red"]),
    "Multiple choice": (["Red", "Red;Dark blue"], ["Green", "Red;", ";", "Red; Dark blue"]),
    "Colour of a later release": (["anything"], []),
}


def test_values_are_checked_by_type(relenta: Relenta) -> None:
    """A value is stored if its definition allows it, else refused naming the field."""
    for type_, (valid, invalid) in VALUES.items():
        relenta.mock.reset()
        key = relenta.mock.add_custom_field("My field", type=type_, choices=["Red", "Dark blue"])
        assert key == "My_field"
        for value in valid:
            assert relenta.contact(relenta.save(**{key: value}))[key] == value
        before = relenta.mock.snapshot()
        for value in invalid:
            assert key in relenta.refused(400, **{key: value}), type_
            assert key in relenta.refused(400, id=33103982, **{key: value}), type_
        assert relenta.mock.snapshot() == before


def test_an_unknown_member_is_refused_by_name(relenta: Relenta) -> None:
    """A member that is neither documented nor defined is refused, naming it."""
    before = relenta.mock.snapshot()
    for member in ("Nope", "t-shirt_size", "do_no_mass_email", "ID", ""):
        assert member in relenta.refused(400, **{member: "x"})
        assert relenta.mock.snapshot() == before


def test_new_contacts_get_default_values(relenta: Relenta) -> None:
    """A default value fills a new contact where nothing was sent, and no later save."""
    with client_for(relenta.mock, "laboratory") as http:
        laboratory = Relenta(relenta.mock, http)
        assert laboratory.contact(laboratory.save())["Site"] == "London"
        assert laboratory.contact(laboratory.save(Site="Nassau"))["Site"] == "Nassau"
        id = laboratory.save(Site="")
        assert "Site" not in laboratory.contact(id)
        laboratory.save(id=id, title="Guard")
        assert "Site" not in laboratory.contact(id)


def test_definitions_can_be_added(relenta: Relenta) -> None:
    """A field that a test defines is listed, in its department only, and its key is taken."""
    relenta.mock.add_custom_field("Eye colour", type="Single choice", choices=["Blue"])
    last = relenta.http.get("/custom_field.list.json").json()["data"][-1]
    assert last == {
        "id": "33104663",
        "type": "Single choice",
        "key": "Eye_colour",
        "label": "Eye colour",
        "default_value": "",
        "choices": ["Blue"],
    }
    with pytest.raises(ValueError, match="Eye_colour"):
        relenta.mock.add_custom_field("Eye colour")
    relenta.mock.add_custom_field("Eye colour", department="laboratory")
    with pytest.raises(ValueError, match="kitchen"):
        relenta.mock.add_custom_field("Eye colour", department="kitchen")


def members() -> list[str]:
    """Return the names of a contact's members, aliases included, as the document has them."""
    names: set[str] = set()
    for schema in ("Contact", "ContactInput"):
        for name, member in (
            load_document("relenta").tree["components"]["schemas"][schema]["properties"].items()
        ):
            names |= {name, *member.get("x-crmkit-alias", ())}
    return sorted(names)


def test_rejects_invalid_definitions(relenta: Relenta) -> None:
    """A definition that would clash with a member or could not be kept is refused, whole."""
    cases: list[tuple[dict[str, Any], str]] = [
        *(({"label": name.replace("_", " ")}, name) for name in members()),
        ({"label": ""}, "label must be"),
        ({"label": "x", "type": "Single choice"}, "choices must not be empty"),
        ({"label": "x", "type": "Multiple choice", "choices": []}, "choices must not be empty"),
        (
            {"label": "x", "type": "Single choice", "choices": ["a"], "default_value": "b"},
            "default_value",
        ),
        ({"label": "x", "type": "Number", "default_value": "one"}, "default_value"),
        ({"label": "x", "type": "Date", "default_value": "2015-02-29"}, "default_value"),
    ]
    before = relenta.mock.snapshot()
    for definition, reason in cases:
        with pytest.raises(ValueError, match=reason):
            relenta.mock.add_custom_field(**definition)
        assert relenta.mock.snapshot() == before, definition
