"""Records that a test puts into Relenta's mock without a request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.plain import Relenta, client_for


def test_adds_records_with_defaults(relenta: Relenta) -> None:
    """A record that was added is listed as one that was saved, and no request is journaled."""
    mock = relenta.mock
    saved = relenta.save(full_name="A B", emails="a@b.example", Occupation="Spy")
    mock.journal.clear()
    added = mock.add("contacts", {"full_name": "A B", "emails": "a@b.example", "Occupation": "Spy"})
    assert list(mock.journal) == []
    first, second = relenta.contact(saved), relenta.contact(added)
    assert {**first, "id": str(added)} == {
        **second,
        "dt_created": first["dt_created"],
        "dt_modified": first["dt_modified"],
    }
    activity = mock.add("activities", {"label": "Lunch", "dt_start": "2016-03-01T10:00:00+01:00"})
    assert relenta.activity(activity)["dt_start"] == "2016-03-01T09:00:00Z"
    mock.add("custom_fields", {"label": "Eye colour", "default_value": "blue"})
    assert relenta.contact(mock.add("contacts", {}))["Eye_colour"] == "blue"
    with client_for(mock, "laboratory") as http:
        laboratory = Relenta(mock, http)
        id = mock.add("contacts", {"Site": "Nassau"}, department="laboratory")
        assert laboratory.contact(id)["Site"] == "Nassau"


def test_added_ids_and_times_are_kept_and_never_given_again(relenta: Relenta) -> None:
    """An id and times that are part of a record stay; ids of later records avoid it."""
    times = {"dt_created": "2001-01-01T00:00:00Z", "dt_modified": "2002-01-01T00:00:00Z"}
    assert relenta.mock.add("contacts", {"id": "33104663", **times}) == 33104663
    assert relenta.contact(33104663).items() >= times.items()
    assert relenta.save(full_name="Next") == 33104664


def test_rejects_what_could_not_be_saved(relenta: Relenta) -> None:
    """A record that a request could not have saved is a ValueError and stores nothing."""
    before = relenta.mock.snapshot()
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("contact", {}, "kind must be"),
        ("contacts", {"Nope": "x"}, "Nope"),
        ("contacts", {"full_name": 5}, "full_name"),
        ("contacts", {"id": "x"}, "id"),
        ("contacts", {"id": 33103982}, "33103982"),
        ("activities", {"dt_start": "x"}, "dt_start"),
        ("custom_fields", {}, "label"),
        ("custom_fields", {"label": "a", "type": 5}, "type"),
        ("custom_fields", {"label": "Skills"}, "Skills"),
    ]
    for kind, record, reason in cases:
        with pytest.raises(ValueError, match=reason):
            relenta.mock.add(kind, record)
    with pytest.raises(ValueError, match="kitchen"):
        relenta.mock.add("contacts", {}, department="kitchen")
    assert relenta.mock.snapshot() == before
