"""AutoCRM's page, sample by sample: its requests are sent, and its replies are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmkit.autocrm import where
from tests.clients.conftest import MakeEspo
from tests.clients.harness import reply, sync_alone

asynchronous = sync_alone

PROFILES = ("autocrm", "espocrm")
CONTACT = {
    "id": "123abc",
    "name": "John Doe",
    "emailAddress": "john@example.com",
    "phoneNumber": "+420123456789",
    "createdAt": "2024-01-15T10:30:00+01:00",
    "modifiedAt": "2024-01-20T14:45:00+01:00",
}
PAGE = {
    "total": 150,
    "list": [{"id": "123abc", "name": "John Doe"}, {"id": "456def", "name": "Jane Smith"}],
}
CREATED = {
    "id": "789ghi",
    "name": "John Doe",
    "emailAddress": "john@example.com",
    "createdAt": "2024-01-25T09:00:00+01:00",
}


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    """Return a profile: the clients of both read what the page shows."""
    return str(request.param)


def test_reads_record(espo: MakeEspo, profile: str) -> None:
    """A record has the page's values, its times as datetimes, and None for all else."""
    crm = espo(reply(CONTACT), profile=profile)

    contact = crm(lambda crm: crm.contacts.get("123abc"))

    assert (crm.seen[0].method, crm.seen[0].path) == ("GET", "/api/v1/Contact/123abc")
    assert (contact.id, contact.name) == ("123abc", "John Doe")
    assert (contact.email_address, contact.phone_number) == ("john@example.com", "+420123456789")
    assert contact.created_at == datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
    assert contact.modified_at == datetime(2024, 1, 20, 13, 45, tzinfo=UTC)
    assert contact.created_at.utcoffset() is not None
    assert (contact.last_name, contact.account_id, contact.description) == (None, None, None)


def test_lists_records(espo: MakeEspo, profile: str) -> None:
    """A list takes all parameters of the page, and reads its reply."""
    crm = espo(reply(PAGE), profile=profile)

    pages = crm(
        lambda crm: (
            crm.contacts.list(
                select=["id", "name", "email"],
                where=[where.equals("status", "Active")],
                order_by="createdAt",
                order="desc",
                start=0,
                page_size=50,
            )
            .take(2)
            .pages()
        )
    )
    page = next(iter(pages))

    assert [(contact.id, contact.name) for contact in page.items] == [
        ("123abc", "John Doe"),
        ("456def", "Jane Smith"),
    ]
    assert (page.total, page.number) == (150, 0)
    assert (crm.seen[0].method, crm.seen[0].path) == ("GET", "/api/v1/Contact")
    assert crm.seen[0].query == {
        "select": "id,name,email",
        "where[0][type]": "equals",
        "where[0][attribute]": "status",
        "where[0][value]": "Active",
        "orderBy": "createdAt",
        "order": "desc",
        "offset": "0",
        "maxSize": "50",
    }


def test_creates_record(espo: MakeEspo, profile: str) -> None:
    """A contact is created with what the page sends, `name` alone among it, and nothing else."""
    crm = espo(reply(CREATED), profile=profile)

    contact = crm(
        lambda crm: crm.contacts.create(
            name="John Doe",
            email_address="john@example.com",
            phone_number="+420123456789",
            account_id="acc123",
        )
    )

    assert (crm.seen[0].method, crm.seen[0].path) == ("POST", "/api/v1/Contact")
    assert crm.seen[0].json == {
        "name": "John Doe",
        "emailAddress": "john@example.com",
        "phoneNumber": "+420123456789",
        "accountId": "acc123",
    }
    assert (contact.id, contact.phone_number) == ("789ghi", None)
    assert contact.created_at == datetime(2024, 1, 25, 8, tzinfo=UTC)


def test_updates_record(espo: MakeEspo, profile: str) -> None:
    """An update sends the changes by PUT, and nothing else."""
    crm = espo(reply(CONTACT), profile=profile)

    crm(
        lambda crm: crm.contacts.update(
            "123abc", phone_number="+420987654321", description="Updated description"
        )
    )

    assert (crm.seen[0].method, crm.seen[0].path) == ("PUT", "/api/v1/Contact/123abc")
    assert crm.seen[0].json == {
        "phoneNumber": "+420987654321",
        "description": "Updated description",
    }


def test_deletes_record(espo: MakeEspo, profile: str) -> None:
    """A deletion succeeds with an empty 200."""
    crm = espo(reply(None), profile=profile)

    assert crm(lambda crm: crm.contacts.delete("123abc")) is None

    assert (crm.seen[0].method, crm.seen[0].path) == ("DELETE", "/api/v1/Contact/123abc")


def test_lists_links_and_unlinks(espo: MakeEspo, profile: str) -> None:
    """Linked records are listed, linked by id and unlinked by `?id=`."""
    crm = espo(reply(PAGE), reply(None), profile=profile)

    linked = crm(lambda crm: crm.accounts.related("123", "contacts").take(2))
    crm(lambda crm: crm.accounts.link("123", "contacts", "contact456"))
    crm(lambda crm: crm.accounts.unlink("123", "contacts", "contact456"))

    assert [contact.name for contact in linked] == ["John Doe", "Jane Smith"]
    assert {seen.path for seen in crm.seen} == {"/api/v1/Account/123/contacts"}
    assert [seen.method for seen in crm.seen] == ["GET", "POST", "DELETE"]
    assert crm.seen[1].json == {"id": "contact456"}
    assert crm.seen[2].query == {"id": "contact456"}


def test_mass_updates(espo: MakeEspo) -> None:
    """AutoCRM's client sends the page's mass update."""
    attributes = {"status": "Active", "assignedUserId": "user123"}
    crm = espo(reply({"count": 3}), profile="autocrm")

    crm(lambda crm: crm.leads.mass_update(ids=["id1", "id2", "id3"], attributes=attributes))

    assert (crm.seen[0].method, crm.seen[0].path) == ("PUT", "/api/v1/Lead/action/massUpdate")
    assert crm.seen[0].json == {"ids": ["id1", "id2", "id3"], "attributes": attributes}


def test_mass_deletes(espo: MakeEspo) -> None:
    """AutoCRM's client sends the page's mass delete, whatever success looks like there."""
    for body, count in ((None, None), (b"true", None), ({"count": 3}, 3)):
        crm = espo(reply(body), profile="autocrm")
        result = crm(lambda crm: crm.leads.mass_delete(ids=["id1", "id2", "id3"]))
        assert result.count == count
        assert (crm.seen[0].method, crm.seen[0].path) == ("POST", "/api/v1/Lead/action/massDelete")
        assert crm.seen[0].json == {"ids": ["id1", "id2", "id3"]}


def test_converts_lead(espo: MakeEspo) -> None:
    """AutoCRM's client sends the page's conversion."""
    records = {
        "Account": {"name": "New Company"},
        "Contact": {"firstName": "John", "lastName": "Doe"},
        "Opportunity": {"name": "New Opportunity", "amount": 100000},
    }
    crm = espo(reply({"id": "1", "status": "Converted"}), profile="autocrm")

    crm(lambda crm: crm.leads.convert("1", records=records))

    assert (crm.seen[0].method, crm.seen[0].path) == ("POST", "/api/v1/Lead/1/action/convert")
    assert crm.seen[0].json == {"records": records}


def test_sends_email(espo: MakeEspo, profile: str) -> None:
    """An e-mail without a sender is sent as the page has it, and with the status it lacks."""
    crm = espo(reply({"id": "1", "status": "Sent"}), profile=profile)
    page = {
        "to": "recipient@example.com",
        "subject": "Email Subject",
        "body": "<p>Email content in HTML</p>",
        "isHtml": True,
        "parentType": "Contact",
        "parentId": "contact123",
    }
    keywords = {
        "to": "recipient@example.com",
        "subject": "Email Subject",
        "body": "<p>Email content in HTML</p>",
        "is_html": True,
        "parent_type": "Contact",
        "parent_id": "contact123",
    }

    crm(lambda crm: crm.emails.send(**keywords))
    crm(lambda crm: crm.emails.create(**keywords))

    assert {(seen.method, seen.path) for seen in crm.seen} == {("POST", "/api/v1/Email")}
    assert crm.seen[0].json == {**page, "status": "Sending"}
    assert crm.seen[1].json == page
