"""`make`: every client at work on the mock CRMs, which have the vendors' own sample records."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from crmkit import AsyncRelenta, AutoCRM, ConflictError, EspoCRM, Monica, OnePageCRM, Relenta
from crmkit.autocrm import where
from crmkit.relenta import CustomFields, LabeledValue
from crmkit_mock import MockServer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.relenta import Activity, Contact


def main() -> None:
    """Run the demonstration of each CRM."""
    with MockServer() as mock:
        print(f"Mock CRMs with sample records are running, Relenta's at {mock.relenta.base_url}.")
        relenta(mock.relenta.base_url, mock.relenta.credentials)
        with AutoCRM(base_url=mock.autocrm.base_url, **mock.autocrm.credentials) as autocrm:
            espocrm("AutoCRM", autocrm)
        with EspoCRM(base_url=mock.espocrm.base_url, **mock.espocrm.credentials) as espo:
            espocrm("EspoCRM", espo)
        onepagecrm(mock.onepagecrm.base_url, mock.onepagecrm.credentials)
        monica(mock.monica.base_url, mock.monica.credentials)
    print("\nDone. No request left this machine.")


def relenta(base_url: str, credentials: dict[str, Any]) -> None:
    """List, create and update contacts and read custom fields, sync and async."""
    print("\n== Relenta API v3 ==")
    with Relenta(base_url=base_url, **credentials) as crm:
        print("\nContacts, sync:")
        show_contacts(crm.contacts.list())

        fields = CustomFields(crm.custom_fields.list())
        print(f"\nCustom fields of the department: {', '.join(fields.labels)}")
        evil = next(contact for contact in crm.contacts.list() if contact.full_name == "Dr. Evil")
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
        print("Updated its title and company; everything else is unchanged:")
        vesper = next(contact for contact in crm.contacts.list() if contact.id == created)
        show_contacts([vesper])
        print(f"  tags {vesper.tags}, T-shirt size {fields.read(vesper)['T-shirt size']!r}")
    asyncio.run(relenta_async(base_url, credentials))


async def relenta_async(base_url: str, credentials: dict[str, Any]) -> None:
    """List contacts and activities at the same time."""
    async with AsyncRelenta(base_url=base_url, **credentials) as crm:
        contacts, activities = await asyncio.gather(
            crm.contacts.list(page_size=2).collect(), crm.activities.list().collect()
        )
        print("\nContacts, async, two per page:")
        show_contacts(contacts)
        print("\nActivities, async:")
        show_activities(activities)


def espocrm(title: str, crm: AutoCRM | EspoCRM) -> None:
    """Filter accounts, create a duplicate lead and convert a lead."""
    print(f"\n== {title} ==")
    accounts = crm.accounts.list(where=[where.is_not_null("name")], order_by="name").take(3)
    print(f"Accounts by name: {', '.join(str(account.name) for account in accounts)}")
    lead = crm.leads.create(first_name="Vesper", last_name="Lynd", status="New")
    try:
        crm.leads.create(first_name="Vesper", last_name="Lynd")
    except ConflictError as error:
        duplicates = error.current if isinstance(error.current, list) else []
        print(
            f"A second lead named {lead.name} is refused with status {error.status_code}:"
            f" {len(duplicates)} duplicate found."
        )
    converted = crm.leads.convert(lead.id, records={"Contact": {"lastName": "Lynd"}})
    print(f"The lead is now {converted.status}, with contact {converted.created_contact_id}.")


def onepagecrm(base_url: str, credentials: dict[str, Any]) -> None:
    """Create and update a contact, and read the contacts in three formats."""
    print("\n== OnePageCRM API 1.2 ==")
    with OnePageCRM(base_url=base_url, **credentials) as crm:
        created = crm.contacts.create(
            lastname="Lynd",
            company="HM Treasury",
            phones=[{"type": "work", "number": "020 7946 0007"}],
        )
        updated = crm.contacts.update(created.id, jobtitle="Liaison officer")
        print(
            f"Created and updated {updated.lastname}, {updated.jobtitle} at {updated.company},"
            f" phone {updated.phones[0].number}."
        )
        statuses = (f"{status.name} {status.count}" for status in crm.view.statuses)
        print(f"Contacts by status: {', '.join(statuses)}")
    lists: list[list[Any]] = []
    for format_ in ("json", "xml", "yaml"):
        with OnePageCRM(base_url=base_url, format=format_, **credentials) as crm:
            lists.append(crm.contacts.list().collect())
    same = all(contacts == lists[0] for contacts in lists)
    print(
        f"{len(lists[0])} contacts, {'the same' if same else 'not the same'} in JSON, XML and YAML"
    )


def monica(base_url: str, credentials: dict[str, Any]) -> None:
    """Relate two contacts, and read both sides of the relationship."""
    print("\n== Monica 4 ==")
    with Monica(base_url=base_url, **credentials) as crm:
        parent = crm.relationship_types.find("parent")
        first, second = crm.contacts.list().take(2)
        if parent is None:
            return
        relationship = crm.relationships.create(
            contact_is=first.id, relationship_type_id=parent.id, of_contact=second.id
        )
        reverse = crm.relationships.reverse(relationship.id)
        for side in (relationship, reverse):
            if side and side.contact_is and side.of_contact and side.relationship_type:
                is_, of = side.contact_is.complete_name, side.of_contact.complete_name
                print(f"{is_} is the {side.relationship_type.name} of {of}.")


def show_contacts(contacts: Iterable[Contact]) -> None:
    """Print a line for each contact, and one for each phone number."""
    for contact in contacts:
        modified = f"{contact.dt_modified:%Y-%m-%d %H:%M} UTC" if contact.dt_modified else "never"
        emails = ", ".join(contact.emails)
        print(f"  {contact.id:>9}  {contact.full_name:<12} {emails:<28} {modified}")
        for phone in contact.phone:
            print(f"             {phone.label or 'phone'}: {phone.value}")


def show_activities(activities: Iterable[Activity]) -> None:
    """Print a line for each activity."""
    for activity in activities:
        people = ", ".join(str(person.name or person.address) for person in activity.contacts)
        start = f"{activity.dt_start:%Y-%m-%d %H:%M} UTC" if activity.dt_start else "no date"
        print(f"  {activity.id:>9}  {activity.label}, {start}, with {people}: {activity.subject}")


if __name__ == "__main__":
    main()
