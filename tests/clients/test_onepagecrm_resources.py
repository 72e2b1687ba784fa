"""All resources against the mock, in three formats: equal objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from operator import attrgetter
from typing import Any

import pytest

from crmkit import NotFoundError, PaginationError
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeOnePageCRM
from tests.clients.harness import Answer, Driver, both, failures, reply, sync_alone

asynchronous = sync_alone

FORMS = ["json", "xml", "yaml"]
JOE = "4e5dea11638190102c000361"
TODAY = date(2012, 6, 4)


def call(crm: Driver, method: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method by its name, such as `tags.create`."""
    return crm(lambda crm: attrgetter(method)(crm)(*args, **kwargs))


READS: dict[str, Callable[[Any], Any]] = {
    "contacts": lambda crm: crm.contacts.list(),
    "important contacts": lambda crm: crm.contacts.list(tag="VIP"),
    "found contacts": lambda crm: crm.contacts.list(search="joe", waiting=False),
    "contact": lambda crm: crm.contacts.get(JOE),
    "actions": lambda crm: crm.actions.list(cid=JOE),
    "notes": lambda crm: crm.notes.list(cid=JOE),
    "tags": lambda crm: crm.tags.list(),
    "filters": lambda crm: crm.filters.list(),
    "user": lambda crm: crm.settings.user(),
    "system": lambda crm: crm.settings.system(),
    "subscription": lambda crm: crm.settings.subscription(),
    "timezones": lambda crm: crm.settings.timezones(),
    "currencies": lambda crm: crm.settings.currencies(),
    "summary": lambda crm: crm.sales.summary(),
    "closed deals": lambda crm: crm.sales.closed_deals(),
    "version": lambda crm: crm.api_version(),
}


OF_JOE = {"contact", "actions", "notes"}  # the other account does not have this contact
EVERYTHING = [
    *(("samples", read) for read in READS),
    *(("solar", read) for read in READS if read not in OF_JOE),
]


def test_reads_are_equal_in_all_formats(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """Every read returns objects equal to those from JSON, of the same types."""

    def check(format_: str, account: str, read: str) -> None:
        credentials = mocks.onepagecrm.accounts[account]
        plain, other = (
            mocked_onepagecrm(**credentials),
            mocked_onepagecrm(**credentials, format=format_),
        )

        expected, result = plain(READS[read]), other(READS[read])

        assert result == expected
        assert repr(result) == repr(expected)

    assert failures(check, [(a, *b) for a, b in product(FORMS, EVERYTHING)]) == []


def test_values_have_python_types(mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs) -> None:
    """Dates, datetimes, countries, flags and lists have Python's types."""
    crm = mocked_onepagecrm()
    joe = crm(lambda crm: crm.contacts.get(JOE))
    action = crm(lambda crm: crm.actions.list(cid=JOE))
    summary = crm(lambda crm: crm.sales.summary())

    assert joe.vip is False
    assert joe.jobtitle is None or isinstance(joe.jobtitle, str)
    assert {type(record.number) for record in joe.phones} <= {str}
    assert all(record.date is None or type(record.date) is date for record in action)
    assert all(record.closed is None or record.closed.tzinfo is not None for record in action)
    assert isinstance(summary.breakdown.days_30.won, Decimal)

    solar = mocked_onepagecrm(**mocks.onepagecrm.accounts["solar"])
    eleni = next(
        record for record in solar(lambda crm: crm.contacts.list()) if record.lastname == "Παπαδάκη"
    )
    assert solar(lambda crm: crm.contacts.get(eleni.id)).country == "GR"
    assert solar(lambda crm: crm.contacts.get(eleni.id)).zip == "07018"


@both
def test_contact_in_all_formats(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, asynchronous: bool
) -> None:
    """A contact is created with the read names, read, listed, deleted and restored."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(format=format_)
        params: dict[str, Any] = {
            "firstname": "Zoë",
            "lastname": "<O'Neil> & Söhne",
            "company": "off",
            "jobtitle": "CEO",
            "address": "1 Main St\nBack door",
            "city": "Χανιά",
            "state": "12e34",
            "zip": "07018",
            "country": "GR",
            "description": "=1+1; 100% ~ null",
            "status": "prospect",
            "vip": True,
        }
        phones = [{"type": "work", "number": "+353 91 1"}, {"type": "fax", "number": "2"}]
        emails = [{"type": "home", "address": "zoe+x@example.com"}]
        urls = [{"type": "website", "address": "http://example.com/?a=1&b=2"}]

        created = crm(
            lambda crm: crm.contacts.create(
                **params, phones=phones, emails=emails, urls=urls, tags=["Solar", "Ünïted"]
            )
        )
        read = crm(lambda crm: crm.contacts.get(created.id))

        assert read == created
        assert {name: getattr(read, name) for name in params} == params
        assert [{"type": record.type_, "number": record.number} for record in read.phones] == phones
        assert [
            {"type": record.type_, "address": record.address} for record in read.emails
        ] == emails
        assert [{"type": record.type_, "address": record.address} for record in read.urls] == urls
        assert read.tags == ["Solar", "Ünïted"]
        assert created.id in [
            record.id for record in crm(lambda crm: crm.contacts.list(tag="Solar"))
        ]

        crm(lambda crm: crm.contacts.delete(created.id))
        with pytest.raises(NotFoundError):
            crm(lambda crm: crm.contacts.get(created.id))
        assert [record.id for record in crm(lambda crm: crm.contacts.undo_delete())] == [created.id]
        assert crm(lambda crm: crm.contacts.get(created.id)).tags == ["Solar", "Ünïted"]

    assert failures(check, product(["json"] if asynchronous else FORMS)) == []


@both
def test_action_in_all_formats(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, asynchronous: bool
) -> None:
    """An action is created, updated, done, reopened and deleted."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(format=format_)
        contact = crm(lambda crm: crm.contacts.create(lastname="Busy")).id

        created = crm(
            lambda crm: crm.actions.create(cid=contact, name="Call", date=date(2012, 8, 31))
        )
        assert (created.cid, created.name, created.date, created.done) == (
            contact,
            "Call",
            date(2012, 8, 31),
            False,
        )
        assert crm(lambda crm: crm.actions.get(created.id)) == created
        assert [record.id for record in crm(lambda crm: crm.actions.list(cid=contact))] == [
            created.id
        ]

        moved = crm(lambda crm: crm.actions.update(created.id, name="Call again"))
        assert (moved.name, moved.date) == ("Call again", date(2012, 8, 31))

        done = crm(lambda crm: crm.actions.mark_done(cid=contact))
        assert done.done
        assert isinstance(done.closed, datetime)
        assert done.closed.tzinfo is UTC
        assert not crm(lambda crm: crm.actions.undo_done(cid=contact)).done

        crm(lambda crm: crm.actions.mark_done(cid=contact))
        crm(lambda crm: crm.actions.delete(created.id))
        assert crm(lambda crm: crm.actions.list(cid=contact)) == []

    assert failures(check, product(["json"] if asynchronous else FORMS)) == []


@both
def test_notes_and_deals_in_all_formats(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, asynchronous: bool
) -> None:
    """Notes and deals are one list; a deal has amount and status, and sales include it."""

    def check(format_: str) -> None:
        mocks.reset()
        mocks.onepagecrm.pipeline("full")
        crm = mocked_onepagecrm(format=format_)
        note = crm(lambda crm: crm.notes.create(cid=JOE, body="Met him.\n", date=TODAY))
        deal = crm(
            lambda crm: crm.notes.create(
                cid=JOE,
                body="Roof",
                date=TODAY,
                type_="deal",
                amount=1250.5,
                status="pending",
                deal_stage=50,
                exp_close=date(2012, 9, 1),
            )
        )

        assert note.deal is None
        assert (deal.deal.amount, deal.deal.status, deal.deal.deal_stage) == (1250.5, "pending", 50)
        assert (deal.deal.exp_close, deal.deal.closed) == (date(2012, 9, 1), None)
        assert crm(lambda crm: crm.notes.get(deal.id)) == deal
        assert crm.crm.view.sales is not None

        won = crm(lambda crm: crm.notes.update(deal.id, status="won"))
        assert (won.deal.amount, won.deal.status, won.body) == (1250.5, "won", "Roof")
        assert type(won.deal.closed) is date
        assert deal.id in [record.id for record in crm(lambda crm: crm.sales.closed_deals())]

        for record in (note, deal):
            call(crm, "notes.delete", record.id)
        assert not {note.id, deal.id} & {
            record.id for record in crm(lambda crm: crm.notes.list(cid=JOE))
        }

    assert failures(check, product(["json"] if asynchronous else FORMS)) == []


@both
def test_tags_in_all_formats(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, asynchronous: bool
) -> None:
    """Tags are created, assigned, renamed, unassigned and removed where unused."""

    def check(format_: str) -> None:
        mocks.reset()
        crm = mocked_onepagecrm(format=format_)

        def names() -> list[str]:
            return [record.name for record in crm(lambda crm: crm.tags.list())]

        for name in ("Solar panels", "a.b", "100 % & ?", "R/D", "Ünïted"):
            tags = call(crm, "tags.create", name=name)
            assert name in [record.name for record in tags.custom]
            assert call(crm, "tags.get", name).name == name
            call(crm, "tags.assign", id=JOE, name=name)
        assert {"Solar panels", "a.b", "100 % & ?", "R/D", "Ünïted"} <= set(
            crm(lambda crm: crm.contacts.get(JOE)).tags
        )

        crm(lambda crm: crm.tags.rename("100 % & ?", name="off"))
        assert crm(lambda crm: crm.tags.get("off")).count == 1
        crm(lambda crm: crm.tags.unassign(id=JOE, name="off"))
        crm(lambda crm: crm.tags.remove_unused())
        assert "off" not in names()
        crm(lambda crm: crm.tags.delete("a.b"))
        assert "a.b" not in crm(lambda crm: crm.contacts.get(JOE)).tags
        assert [record.name for record in crm.crm.view.tags.custom] == names()

    assert failures(check, product(["json"] if asynchronous else FORMS)) == []


@both
def test_filters_and_settings_in_all_formats(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, asynchronous: bool
) -> None:
    """A stored filter narrows the list; settings keep what is not passed."""

    def check(format_: str) -> None:
        mocks.reset()
        id = mocks.onepagecrm.add_filter("Mine", contacts=["prospect"])
        crm = mocked_onepagecrm(format=format_)

        assert crm(lambda crm: crm.filters.get(id)).contacts == ["prospect"]
        assert {record.status for record in crm(lambda crm: crm.contacts.list(filter_id=id))} == {
            "prospect"
        }

        before = crm(lambda crm: crm.settings.user())
        after = crm(lambda crm: crm.settings.update_user(company="New Ltd"))
        assert (after.company, after.firstname, after.email) == (
            *("New Ltd", before.firstname, before.email),
        )
        system = crm(lambda crm: crm.settings.update_system(reminder_hour=7))
        assert (system.reminder_hour, system.currency) == (7, "USD")

    assert failures(check, product(["json"] if asynchronous else FORMS)) == []


# -- pages -------------------------------------------------------------------------------------


@both
def test_pages_in_all_formats(
    mocked_onepagecrm: MakeOnePageCRM, mocks: MockCRMs, asynchronous: bool
) -> None:
    """A list crosses pages of the account's own size, and requests none after the last."""

    def check(format_: str) -> None:
        mocks.reset()
        mocks.onepagecrm.listing(size=2)
        crm = mocked_onepagecrm(format=format_)
        for number in range(5):
            call(crm, "contacts.create", lastname=f"Clone {number}")
        before = len(mocks.onepagecrm.journal)

        assert len({record.id for record in crm(lambda crm: crm.contacts.list())}) == 7

        asked = [request.query for request in mocks.onepagecrm.journal][before:]
        # Each page is read again after the next one, to see whether it has shifted.
        assert [int(query.removeprefix("page=")) for query in asked] == [1, 2, 1, 3, 2, 4, 3]
        pages = crm(lambda crm: crm.contacts.list().pages())
        assert [len(page.items) for page in pages] == [2, 2, 2, 1]
        assert {page.total for page in pages} == {7}
        assert len(crm(lambda crm: crm.contacts.list(start=3))) == 3

    assert failures(check, product(["json"] if asynchronous else FORMS)) == []


def test_has_no_page_size(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """The page size is the account's: `page_size` is a TypeError."""
    with pytest.raises(TypeError, match="page_size"):
        mocked_onepagecrm()(lambda crm: crm.contacts.list(page_size=10))


def _page(number: int, last: int, *ids: str) -> Answer:
    head = {"id": "", "firstname": None, "lastname": None, "company": None, "status": "lead"}
    rest: dict[str, Any] = {"tags": [], "pendingdeal": False, "vip": False, "nextaction": {}}
    rows = [{**head, **rest, "id": id} for id in ids]
    data = {"count": 9, "page": number, "maxpage": last, "contacts": rows}
    return reply({"timestamp": 7, "status": 0, "message": "OK", "data": data})


@both
def test_repeated_page_is_pagination_error(onepagecrm: MakeOnePageCRM) -> None:
    """The same page twice is a PaginationError, not an endless list."""
    crm = onepagecrm(_page(1, 9, "a"))

    with pytest.raises(PaginationError):
        crm(lambda crm: crm.contacts.list())


@both
def test_empty_page_ends_list(onepagecrm: MakeOnePageCRM) -> None:
    """An empty page ends the list once the one before, read twice, shows that nothing moved."""
    crm = onepagecrm(_page(1, 3, "a"), _page(2, 3))

    assert [record.id for record in crm(lambda crm: crm.contacts.list())] == ["a"]
    assert [seen.query["page"] for seen in crm.seen] == ["1", "2", "1", "1"]
