"""`make`: the main job, on the vendors' own samples, against the mock CRMs on a loopback port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from crmkit import AsyncRelenta, Relenta
from crmkit.relenta import CustomFields, LabeledValue
from crmkit_mock import MockServer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.relenta import Activity, Contact


def main() -> None:
    """Run all parts, each on its own CRM."""
    with MockServer() as mock:
        print(f"The mock listens on {mock.relenta.base_url}, seeded with the vendor's own samples.")
        relenta(mock.relenta.base_url, mock.relenta.credentials)
    print("\nDone. Nothing left this machine.")


def relenta(base_url: str, credentials: dict[str, Any]) -> None:
    """List, create, update and read custom fields on Relenta, sync and async."""
    print("\n== Relenta API v3 ==")
    with Relenta(base_url=base_url, **credentials) as crm:
        print("\nContacts, sync:")
        show_contacts(crm.contacts.list())

        fields = CustomFields(crm.custom_fields.list())
        print(f"\nCustom fields of the department: {', '.join(fields.labels)}")
        evil = next(one for one in crm.contacts.list() if one.full_name == "Dr. Evil")
        for label, value in fields.read(evil).items():
            print(f"  {label:<13} {value!r}")

        created = crm.contacts.save(
            full_name="Vesper Lynd",
            emails=["vesper.lynd@treasury.gov.uk"],
            phone=[LabeledValue("+44 20 7946 0007", "Office")],
            tags=["Good guys"],
            extra=fields.write({"T-shirt size": "S", "Skills": "Arithmetic"}),
        )
        print(f"\nCreated contact {created}.")
        crm.contacts.save(id=created, title="Liaison officer", company="HM Treasury")
        print(f"Updated contact {created}: title and company; all else is kept:")
        vesper = next(one for one in crm.contacts.list() if one.id == created)
        show_contacts([vesper])
        print(f"  tags {vesper.tags}, T-shirt size {fields.read(vesper)['T-shirt size']!r}")
    asyncio.run(relenta_async(base_url, credentials))


async def relenta_async(base_url: str, credentials: dict[str, Any]) -> None:
    """List contacts and activities at the same time."""
    async with AsyncRelenta(base_url=base_url, **credentials) as crm:
        contacts, activities = await asyncio.gather(
            crm.contacts.list(page_size=2).collect(), crm.activities.list().collect()
        )
        print("\nContacts, async, two a page:")
        show_contacts(contacts)
        print("\nActivities, async:")
        show_activities(activities)


def show_contacts(contacts: Iterable[Contact]) -> None:
    """Print a line a contact, and one for each telephone number."""
    for one in contacts:
        modified = f"{one.dt_modified:%Y-%m-%d %H:%M}" if one.dt_modified else "never"
        print(f"  {one.id:>9}  {one.full_name:<12} {', '.join(one.emails):<28} {modified} UTC")
        for phone in one.phone:
            print(f"             {phone.label or 'phone'}: {phone.value}")


def show_activities(activities: Iterable[Activity]) -> None:
    """Print a line an activity."""
    for one in activities:
        people = ", ".join(str(person.name or person.address) for person in one.contacts)
        starts = f"{one.dt_start:%Y-%m-%d %H:%M}" if one.dt_start else "no date"
        print(f"  {one.id:>9}  {one.label} on {starts} UTC with {people}: {one.subject}")


if __name__ == "__main__":
    main()
