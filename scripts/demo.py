"""`make`: the main job, on the vendors' own samples, against the mock CRMs on a loopback port."""

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
    """Run all parts, each on its own CRM."""
    with MockServer() as mock:
        print(f"The mock listens on {mock.relenta.base_url} and so on, seeded with sample records.")
        relenta(mock.relenta.base_url, mock.relenta.credentials)
        with AutoCRM(base_url=mock.autocrm.base_url, **mock.autocrm.credentials) as autocrm:
            espocrm("AutoCRM", autocrm)
        with EspoCRM(base_url=mock.espocrm.base_url, **mock.espocrm.credentials) as espo:
            espocrm("EspoCRM", espo)
        onepagecrm(mock.onepagecrm.base_url, mock.onepagecrm.credentials)
        monica(mock.monica.base_url, mock.monica.credentials)
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


def espocrm(title: str, crm: AutoCRM | EspoCRM) -> None:
    """Filter, meet a duplicate, link and convert on either kind of server."""
    print(f"\n== {title} ==")
    accounts = crm.accounts.list(where=[where.is_not_null("name")], order_by="name").take(3)
    print(f"Accounts by name: {', '.join(str(one.name) for one in accounts)}")
    lead = crm.leads.create(first_name="Vesper", last_name="Lynd", status="New")
    try:
        crm.leads.create(first_name="Vesper", last_name="Lynd")
    except ConflictError as error:
        print(f"A second {lead.name} is refused with {error.status_code}: {error.current!r:.60}…")
    done = crm.leads.convert(lead.id, records={"Contact": {"lastName": "Lynd"}})
    print(f"The lead is {done.status}; her contact has the id {done.created_contact_id}.")


def onepagecrm(base_url: str, credentials: dict[str, Any]) -> None:
    """Read the same objects in three formats, and change one member of one."""
    print("\n== OnePageCRM API 1.2 ==")
    with OnePageCRM(base_url=base_url, **credentials) as crm:
        made = crm.contacts.create(
            lastname="Lynd",
            company="HM Treasury",
            phones=[{"type": "work", "number": "020 7946 0007"}],
        )
        after = crm.contacts.update(made.id, jobtitle="Liaison officer")
        print(f"{after.lastname}, {after.jobtitle} of {after.company}: {after.phones[0].number}")
        print(f"Statuses: {', '.join(f'{one.name} {one.count}' for one in crm.view.statuses)}")
    found: list[list[Any]] = []
    for form in ("json", "xml", "yaml"):
        with OnePageCRM(base_url=base_url, format=form, **credentials) as crm:
            found.append(crm.contacts.list().collect())
    same = all(one == found[0] for one in found)
    print(f"{len(found[0])} contacts in JSON, XML and YAML: {'the same' if same else 'different'}")


def monica(base_url: str, credentials: dict[str, Any]) -> None:
    """Relate two contacts, and see both sides of it."""
    print("\n== Monica 4 ==")
    with Monica(base_url=base_url, **credentials) as crm:
        kind = crm.relationship_types.find("parent")
        one, other = crm.contacts.list().take(2)
        if kind is None:
            return
        tie = crm.relationships.create(
            contact_is=one.id, relationship_type_id=kind.id, of_contact=other.id
        )
        back = crm.relationships.reverse(tie.id)
        for side in (tie, back):
            if side is not None:
                is_, of, name = side.contact_is, side.of_contact, side.relationship_type.name
                print(f"{is_.complete_name} is {name} of {of.complete_name}")


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
