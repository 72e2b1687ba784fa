"""Objects that lack members, have others, or have some under another name."""

from __future__ import annotations

from typing import Any

from crmkit_generated.monica.models import Contact as MonicaContact
from crmkit_generated.onepagecrm.models import Contact, NextAction

ROW: dict[str, Any] = {
    "id": "4e5dea11638190102c000361",
    "firstname": "Joe",
    "lastname": "Bloggs",
    "company": None,
    "status": "prospect",
    "tags": ["a"],
    "pendingdeal": True,
    "vip": False,
    "nextaction": {"text": "Call", "date": "31.08.2011"},
}


def test_member_that_is_not_documented_is_kept_where_another_is_absent() -> None:
    """What the document does not name is kept, though as many members came as it names."""
    row = {name: value for name, value in ROW.items() if name != "lastname"} | {"new": [1]}
    contact = Contact.from_dict(row)
    assert contact.lastname is None
    assert contact.additional_properties == {"new": [1]}
    assert contact.to_dict() == row | {"lastname": None, "nextaction": ROW["nextaction"]}


def test_members_that_are_absent_are_none() -> None:
    """All that is absent beside the id reads as None, or as an empty list."""
    contact = Contact.from_dict({"id": "4e5dea11638190102c000361"})
    assert (contact.firstname, contact.tags, contact.nextaction) == (None, [], None)
    assert contact.additional_properties == {}


def test_other_spelling_is_read_and_kept_only_beside_the_usual_one() -> None:
    """A member under its other name is read, and beside the usual one it is kept as it came."""
    assert MonicaContact.from_dict({"id": 1, "hash_ID": "a"}).hash_id == "a"
    both = MonicaContact.from_dict({"id": 1, "hash_ID": "a", "hash_id": "b"})
    assert (both.hash_id, both.additional_properties) == ("b", {"hash_ID": "a"})


def test_date_with_dots_is_read_digit_by_digit() -> None:
    """A date that is not dd.mm.yyyy in ASCII digits is None, and is kept."""
    for text in ("31-08-2011", "31.08.11", "01.W5.2024", "٣١.08.2011", "32.08.2011"):
        action = NextAction.from_dict({"date": text})
        assert (action.date, action.additional_properties) == (None, {"date": text})
