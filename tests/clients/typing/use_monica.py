"""What type checkers must accept and infer of Monica's clients."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import assert_type

from crmkit import AsyncMonica, AsyncPager, File, Monica, Pager
from crmkit.monica import (
    Company,
    Contact,
    ContactInput,
    ContactPartial,
    ContactShort,
    Country,
    Document,
    Note,
    Relationship,
    RelationshipType,
    UpcomingReminder,
    User,
)


def sync_use() -> None:
    """Use the sync client."""
    with Monica(token="t", base_url="https://crm.example", timeout=None) as crm:
        assert_type(crm, Monica)
        assert_type(crm.me(), User)
        assert_type(crm.contacts.list(query="ada", page_size=50), Pager[Contact])
        assert_type(crm.contacts.get(1), Contact | ContactPartial)
        assert_type(crm.contacts.update(1, nickname=None), Contact | ContactPartial)
        crm.contacts.create(
            ContactInput(
                first_name="Ada",
                is_birthdate_known=False,
                is_deceased=False,
                is_deceased_date_known=False,
            )
        )
        assert_type(crm.contacts.set_tags(1, ["Family"]), Contact | ContactPartial)
        assert_type(crm.contacts.unset_tags(1, [2, 3]), Contact | ContactPartial)
        assert_type(crm.notes.list(contact_id=1), Pager[Note])
        uncle = crm.relationship_types.find("uncle")
        assert_type(uncle, RelationshipType | None)
        relationship = crm.relationships.create(contact_is=1, relationship_type_id=2, of_contact=3)
        assert_type(relationship, Relationship)
        assert_type(relationship.contact_is, ContactShort | None)
        assert_type(relationship.created_at, datetime | None)
        assert_type(crm.relationships.reverse(relationship.id), Relationship | None)
        assert_type(crm.relationships.list(contact_id=1), Pager[Relationship])
        assert_type(crm.relationships.delete(relationship.id), None)
        assert_type(crm.countries.list(), dict[str, Country])
        assert_type(crm.reminders.upcoming(0), Pager[UpcomingReminder])
        assert_type(crm.companies.update(1, name="Acme"), Company)
        for file in (Path("a.pdf"), b"bytes", BytesIO(b""), File(Path("a.pdf"), "b.pdf")):
            assert_type(crm.documents.create(contact_id=1, document=file), Document)
        crm.activities.create(summary="lunch", happened_at=date(2026, 2, 3), contacts=[1, 2])


async def async_use() -> None:
    """Use the async client."""
    async with AsyncMonica(token="t") as crm:
        assert_type(crm.contacts.list(), AsyncPager[Contact])
        async for contact in crm.contacts.list(sort="-created_at"):
            assert_type(contact, Contact)
        assert_type(await crm.relationship_types.find("uncle"), RelationshipType | None)
        assert_type(await crm.relationships.reverse(1), Relationship | None)
        assert_type(await crm.contacts.update(1, description="x"), Contact | ContactPartial)
        assert_type(await crm.countries.list(), dict[str, Country])
