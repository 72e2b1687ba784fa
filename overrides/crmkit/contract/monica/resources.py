"""The resources that conversations are about: what a record needs, and what it may have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit.contract.conversation import Talk

__all__ = ["RESOURCES", "Resource", "Scene"]

CONTACT: dict[str, Any] = {
    "first_name": "Ada", "is_birthdate_known": False, "is_deceased": False,
    "is_deceased_date_known": False,
}  # fmt: skip


@dataclass(frozen=True)
class Resource:
    """A resource.

    Attributes:
        name: Name, the first segment of its paths.
        body: What a record needs; "{contact}" and the like stand for ids of a `Scene`.
        more: What else it may have.
        of_contact: Name of its list below a contact; empty for none.
        listed: Whether it has a list of its own.
    """

    name: str
    body: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    of_contact: str = ""
    listed: bool = True


class Scene:
    """What records refer to: a contact, and what each account has from its start.

    Args:
        talk: The conversation, which creates the contact.
    """

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._ids: dict[str, Any] = {"{contact}": self.contact()}

    def contact(self, **more: Any) -> str:
        """Create a contact and return its id."""
        body = {**CONTACT, "last_name": self._talk.unique(), **more}
        return self._talk.post("/contacts", body).id

    def fill(self, tree: Any) -> Any:
        """Return a body with ids in place of what stands for them."""
        if isinstance(tree, dict):
            return {name: self.fill(value) for name, value in tree.items()}
        if isinstance(tree, list):
            return [self.fill(value) for value in tree]
        if isinstance(tree, str) and tree in SOURCES:
            return self._id(tree)
        return self._ids.get(tree, tree) if isinstance(tree, str) else tree

    def _id(self, name: str) -> Any:
        if name not in self._ids:
            path, body = SOURCES[name]
            if body is None:
                self._ids[name] = self._talk.get(path).bind("data.0.id")
            else:
                self._ids[name] = self._talk.post(path, body).id
        return self._ids[name]


#: Where the ids come from that records refer to: the first of a list, or a new record.
SOURCES: dict[str, tuple[str, dict[str, Any] | None]] = {
    "{gender}": ("/genders", None),
    "{relationship type}": ("/relationshiptypes", None),
    "{field type}": ("/contactfieldtypes", None),
    "{category}": ("/activitytypecategories", None),
    "{activity type}": ("/activitytypes", None),
    "{company}": ("/companies", {"name": "Acme"}),
    "{other}": ("/contacts", {**CONTACT, "first_name": "Other"}),
}

RESOURCES = {
    resource.name: resource
    for resource in (
        Resource(
            "contacts", CONTACT,
            {
                "last_name": "Turing", "middle_name": "M", "nickname": "Prof",
                "email": "alan@crmkit.example", "description": "logician",
                "gender_id": "{gender}", "is_partial": False, "is_birthdate_known": True,
                "birthdate_day": 5, "birthdate_month": 3, "birthdate_year": 1980,
                "birthdate_is_age_based": False, "birthdate_age": 30,
                "birthdate_add_reminder": False, "is_deceased": True,
                "is_deceased_date_known": True, "deceased_date_day": 1, "deceased_date_month": 2,
                "deceased_date_year": 2001, "deceased_date_add_reminder": False,
            },
        ),
        Resource("notes", {"contact_id": "{contact}", "body": "hello"}, {"is_favorited": True},
                 "notes"),
        Resource("calls", {"contact_id": "{contact}", "called_at": "2026-01-05"},
                 {"content": "rang", "contact_called": True, "emotions": []}, "calls"),
        Resource(
            "activities",
            {"summary": "dinner", "happened_at": "2026-02-03", "contacts": ["{contact}"]},
            {"description": "good", "activity_type_id": "{activity type}", "emotions": []},
            "activities",
        ),
        Resource("activitytypes", {"activity_type_category_id": "{category}"}, {"name": "Chess"}),
        Resource("activitytypecategories", {}, {"name": "Sport"}),
        Resource("tasks", {"title": "do"}, {"description": "d", "contact_id": "{contact}",
                                            "completed": True}, "tasks"),
        Resource(
            "reminders",
            {"contact_id": "{contact}", "title": "call", "initial_date": "2027-02-03",
             "frequency_type": "year", "frequency_number": 1},
            {"description": "d", "delible": True}, "reminders",
        ),
        Resource("journal", {"title": "T", "post": "text"}),
        Resource(
            "contactfields",
            {"contact_id": "{contact}", "contact_field_type_id": "{field type}",
             "data": "a@crmkit.example"},
            {"labels": ["home"]}, "contactfields", listed=False,
        ),
        Resource("contactfieldtypes", {"name": "Signal"},
                 {"fontawesome_icon": "fa fa-x", "protocol": "sgnl:", "delible": 1, "type": "x"}),
        Resource(
            "addresses", {"contact_id": "{contact}"},
            {"name": "home", "street": "1 Main", "city": "Paris", "province": "X",
             "postal_code": "75002", "country": "US", "latitude": 1.5, "longitude": -2,
             "labels": ["home"]},
            "addresses",
        ),
        Resource("places", {}, {"street": "1 Main", "city": "Paris", "province": "X",
                                "postal_code": "1", "country": "US", "latitude": 1.5,
                                "longitude": -2}),
        Resource("companies", {"name": "Acme"},
                 {"website": "https://acme.example", "number_of_employees": 5}),
        Resource(
            "occupations",
            {"contact_id": "{contact}", "company_id": "{company}", "title": "Dev"},
            {"description": "d", "salary": 100, "salary_unit": "year",
             "currently_works_here": True, "start_date": "2020-01-01", "end_date": "2021-01-01"},
        ),
        Resource(
            "gifts", {"contact_id": "{contact}", "name": "Book", "status": "idea"},
            {"comment": "c", "url": "https://x.example", "amount": 12.5, "date": "2026-12-24",
             "recipient_id": "{other}"},
            "gifts",
        ),
        Resource(
            "debts",
            {"contact_id": "{contact}", "in_debt": "yes", "status": "inprogress", "amount": 5},
            {"reason": "r"}, "debts",
        ),
        Resource("pets", {"contact_id": "{contact}", "pet_category_id": 1}, {"name": "Rex"},
                 "pets"),
        Resource(
            "lifeevents",
            {"contact_id": "{contact}", "life_event_type_id": 1, "happened_at": "2026-02-03",
             "name": "n", "note": "t", "has_reminder": False, "happened_at_month_unknown": False,
             "happened_at_day_unknown": False},
        ),
        Resource(
            "conversations",
            {"contact_id": "{contact}", "happened_at": "2026-02-03",
             "contact_field_type_id": "{field type}"},
            {}, "conversations",
        ),
        Resource("genders", {"name": "Other", "type": "O"}),
        Resource("tags", {"name": "family"}),
        Resource("relationships",
                 {"contact_is": "{contact}", "relationship_type_id": "{relationship type}",
                  "of_contact": "{other}"}, {}, "relationships", listed=False),
        Resource("photos", {"contact_id": "{contact}",
                            "data": "data:image/png;base64,iVBORw0KGgo=", "extension": "png"}, {},
                 "photos"),
    )
}  # fmt: skip
