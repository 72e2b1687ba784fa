"""What type checkers must accept and infer of OnePageCRM's clients."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import assert_type

from crmkit import AsyncOnePageCRM, AsyncPager, OnePageCRM, Pager
from crmkit.onepagecrm import (
    Action,
    Contact,
    ContactDetail,
    ContactInput,
    Note,
    Phone,
    Session,
    StatusCount,
    Tag,
    TagCounts,
    View,
)


def sync_use() -> None:
    """Use the sync client."""
    with OnePageCRM(uid="u", key="AAAA", format="xml", timeout=None) as crm:
        assert_type(crm, OnePageCRM)
        assert_type(crm.contacts.list(tag="VIP", waiting=True), Pager[Contact])
        contact = crm.contacts.get("4e5dea11638190102c000361")
        assert_type(contact, ContactDetail)
        assert_type(contact.zip, str | None)
        assert_type(contact.vip, bool | None)
        assert_type(contact.phones, list[Phone])
        assert_type(crm.contacts.undo_delete(), list[Contact])
        made = crm.contacts.create(
            lastname="Bloggs", jobtitle="CEO", phones=[{"type": "work", "number": "1"}]
        )
        assert_type(made, ContactDetail)
        crm.contacts.create(ContactInput(lastname="Bloggs", zip="07018", country=None))
        assert_type(crm.contacts.update(made.id, zip="07019", firstname=None), ContactDetail)
        assert_type(crm.contacts.delete(made.id), None)
        action = crm.actions.create(cid=made.id, name="Call", date=date(2012, 8, 31))
        assert_type(action, Action)
        assert_type(action.date, date | None)
        assert_type(action.closed, datetime | None)
        assert_type(crm.notes.list(cid=made.id), Pager[Note])
        assert_type(crm.tags.list(), Pager[Tag])
        assert_type(crm.tags.rename("Solar", name="Sun"), TagCounts)
        breakdown = crm.sales.summary().breakdown
        if breakdown is not None and breakdown.days_30 is not None:
            assert_type(breakdown.days_30.won, Decimal | None)
        assert_type(crm.auth.login(login="a@b.c", password="p"), Session)
        assert_type(crm.auth.change_api_key(), str)
        assert_type(crm.api_version(), str)
        watch(crm.view)


def watch(view: View) -> None:
    """Use the view."""
    assert_type(view.timestamp, datetime | None)
    assert_type(view.tags, TagCounts | None)
    assert_type(view.statuses, list[StatusCount])
    assert_type(view.notifications, list[str])
    end = view.watch(lambda view: view.sales)
    end()


async def async_use() -> None:
    """Use the async client."""
    async with AsyncOnePageCRM(login="a@b.c", password="p", format="yaml") as crm:
        assert_type(crm.contacts.list(), AsyncPager[Contact])
        async for contact in crm.contacts.list(start=2):
            assert_type(contact, Contact)
        assert_type(await crm.contacts.update("a", city="Cork"), ContactDetail)
        assert_type(await crm.api_version(), str)
        watch(crm.view)
