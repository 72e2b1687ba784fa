"""Monica's resources on the mock: lists, Python types, tags, uploads."""

from __future__ import annotations

import base64
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from crmkit import ArgumentError
from crmkit.monica import (
    Contact,
    ContactPartial,
    Country,
    File,
    Photo,
    Reminder,
    UpcomingReminder,
    User,
)
from crmkit_mock import MockCRMs
from tests.clients.conftest import MakeClient
from tests.clients.harness import Canned, Driver, both, failures, reply, sync_alone
from tests.clients.monica_wire import CLIENT, data, listed

asynchronous = sync_alone

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


@both
def test_requests_pages_by_number(client: MakeClient) -> None:
    """Each page is requested by number, and begins with rows that were read before."""
    tag = {
        "object": "tag",
        "name": "t",
        "name_slug": "t",
        "account": {"id": 1},
        **dict.fromkeys(("created_at", "updated_at"), "2026-01-02T03:04:05Z"),
    }
    crm = client(
        listed({**tag, "id": 1}, {**tag, "id": 2}, page=1, last=2, total=3),
        listed(*({**tag, "id": id} for id in (1, 2, 3)), page=1, last=1, total=3),
        **CLIENT,
    )
    tags = crm(lambda crm: crm.tags.list(page_size=2, sort="-created_at"))
    assert [record.id for record in tags] == [1, 2, 3]
    assert [seen.query for seen in crm.seen] == [
        {"limit": "2", "page": "1", "sort": "-created_at"},
        {"limit": "4", "page": "1", "sort": "-created_at"},
    ]


def test_page_size_is_largest_by_default(client: MakeClient) -> None:
    """The page size is the largest by default: requests count under a rate limit."""
    crm = client(listed(), **CLIENT)
    crm(lambda crm: crm.contacts.list())
    assert crm.seen[0].query == {"limit": "100", "page": "1"}


def test_list_is_complete_with_any_page_size(monica: MakeClient) -> None:
    """All currencies come once, and the pages have the total."""

    def check(page_size: int) -> None:
        crm = monica()
        currencies = crm(lambda crm: crm.currencies.list(page_size=page_size))
        assert len({record.iso for record in currencies}) == len(currencies) == 153
        first = crm(lambda crm: crm.currencies.list(page_size=page_size).pages())[0]
        assert first.total == 153
        assert len(first.items) == page_size

    assert failures(check, product([1, 7, 100])) == []


PARTS: dict[str, dict[str, Any]] = {
    "notes": {"body": "x"},
    "calls": {"called_at": date(2026, 3, 1)},
    "tasks": {"title": "x"},
    "reminders": {
        "title": "x",
        "initial_date": date(2027, 1, 1),
        "frequency_type": "week",
        "frequency_number": 1,
    },
    "addresses": {"name": "x"},
    "gifts": {"name": "x", "status": "idea"},
    "debts": {"in_debt": "no", "status": "inprogress", "amount": 1},
    "documents": {"document": b"x"},
    "photos": {"photo": PIXEL},
    "pets": {"pet_category_id": 1},
    "conversations": {"happened_at": date(2026, 1, 1), "contact_field_type_id": 1},
}


@both
def test_lists_records_of_contact(monica: MakeClient) -> None:
    """`list(contact_id=…)` returns that contact's records, and no others."""

    def check(name: str) -> None:
        crm = monica()
        if name == "activities":
            params: Any = {"summary": "x", "happened_at": date(2026, 1, 1), "contacts": [3]}
        elif name == "contact_fields":
            params = {"contact_id": 3, "contact_field_type_id": 1, "data": "x@example.com"}
        else:
            params = {"contact_id": 3, **PARTS[name]}
        created = crm(lambda crm: getattr(crm, name).create(**params))
        own = crm(lambda crm: getattr(crm, name).list(contact_id=3))
        others = crm(lambda crm: getattr(crm, name).list(contact_id=2))
        assert [record.id for record in own] == [created.id]
        assert created.id not in {record.id for record in others}
        if name != "contact_fields":  # which have no list over all contacts
            complete = crm(lambda crm: getattr(crm, name).list())
            assert {created.id, *(record.id for record in others)} <= {
                record.id for record in complete
            }
        assert crm(lambda crm: getattr(crm, name).delete(created.id)) is None
        assert crm(lambda crm: getattr(crm, name).list(contact_id=3)) == []

    assert failures(check, product([*PARTS, "activities", "contact_fields"])) == []


@both
def test_countries_are_dict(monica: MakeClient) -> None:
    """All 250 countries by their codes, in one request."""
    crm = monica()
    countries = crm(lambda crm: crm.countries.list())
    assert len(countries) == 250
    assert type(countries["fr"]) is Country
    assert (countries["fr"].iso, countries["fr"].name) == ("FR", "France")


def test_full_and_partial_contacts_have_types(monica: MakeClient) -> None:
    """A partial contact has a type of its own; the list has none."""
    crm = monica()
    assert type(crm(lambda crm: crm.contacts.get(1))) is Contact
    assert type(crm(lambda crm: crm.contacts.get(4))) is ContactPartial
    assert {type(record) for record in crm(lambda crm: crm.contacts.list())} == {Contact}


def test_with_fields_on_request(monica: MakeClient) -> None:
    """Contact fields and notes come on request only."""
    crm = monica()
    plain = crm(lambda crm: crm.contacts.get(1))
    complete = crm(lambda crm: crm.contacts.get(1, with_="contactfields"))
    assert plain.contact_fields == plain.notes == []
    assert [record.content for record in complete.contact_fields] == ["bailey@example.org"]
    assert [record.body for record in complete.notes] == ["Ask for a queen."]


def test_searches_name_and_contact_field(monica: MakeClient) -> None:
    """A search matches names, and the beginning of a contact field."""
    crm = monica()
    by_name = crm(lambda crm: crm.contacts.list(query="rolfson"))
    by_field = crm(lambda crm: crm.contacts.list(query="Email:bailey"))
    assert {record.first_name for record in by_name} == {"Bailey", "Rosa"}
    assert [record.first_name for record in by_field] == ["Bailey"]


@both
def test_sets_and_unsets_tags(monica: MakeClient) -> None:
    """Tags are added by name, removed by id, and cleared."""
    crm = monica()
    after = crm(lambda crm: crm.contacts.set_tags(3, ["Family", "New one"]))
    tags = {record.name: record.id for record in after.tags}
    assert sorted(tags) == ["Family", "New one"]
    more = crm(lambda crm: crm.contacts.set_tags(3, names=["third"]))
    assert sorted(record.name for record in more.tags) == ["Family", "New one", "third"]
    members = crm(lambda crm: crm.tags.contacts(tags["Family"]))
    assert 3 in {record.id for record in members}
    less = crm(lambda crm: crm.contacts.unset_tags(3, [tags["Family"]]))
    assert sorted(record.name for record in less.tags) == ["New one", "third"]
    assert crm(lambda crm: crm.contacts.clear_tags(3)).tags == []


def test_rejects_tag_names_that_are_not_a_list(client: MakeClient) -> None:
    """A str in the place of a list would be a tag for each character; it is not sent."""

    def check(names: Any) -> None:
        crm = client(data({}), **CLIENT)
        with pytest.raises((ArgumentError, TypeError)):
            crm(lambda crm: crm.contacts.set_tags(1, names))
        assert crm.seen == []

    assert failures(check, product(["Family", b"x", {"a": 1}, 5, None])) == []


@both
def test_sets_and_unsets_contact_of_user(monica: MakeClient) -> None:
    """The user's own contact is set and unset."""
    crm = monica()
    me = crm(lambda crm: crm.me())
    assert type(me) is User
    assert me.me_contact is None
    assert crm(lambda crm: crm.set_me_contact(2)) is None
    assert crm(lambda crm: crm.me()).me_contact.id == 2
    assert crm(lambda crm: crm.unset_me_contact()) is None
    assert crm(lambda crm: crm.me()).me_contact is None


@both
def test_messages_of_conversation(monica: MakeClient) -> None:
    """A message is added, updated and deleted; each reply is the conversation."""
    crm = monica()
    params = {"written_at": date(2026, 1, 2), "written_by_me": False, "content": "yo"}
    after = crm(lambda crm: crm.conversations.add_message(1, **params))
    (message,) = [record for record in after.messages if record.content == "yo"]
    changed = crm(
        lambda crm: crm.conversations.update_message(1, message.id, **{**params, "content": "hi"})
    )
    assert "hi" in {record.content for record in changed.messages}
    assert crm(lambda crm: crm.conversations.delete_message(1, message.id)) is None
    assert message.id not in {
        record.id for record in crm(lambda crm: crm.conversations.get(1)).messages
    }


def test_values_have_python_types(monica: MakeClient) -> None:
    """Datetimes are aware, dates are dates, amounts are the server's str, ids are int."""
    crm = monica()
    contact = crm(lambda crm: crm.contacts.get(2))
    assert contact.information.dates.birthdate.date == datetime(1939, 4, 5, tzinfo=UTC)
    assert contact.created_at.tzinfo is UTC
    gift = crm(
        lambda crm: crm.gifts.create(
            contact_id=1, name="x", status="offered", date=date(2026, 12, 24), amount=12.5
        )
    )
    assert (gift.date, gift.amount, gift.contact.id) == (date(2026, 12, 24), Decimal("12.50"), 1)
    activity = crm(lambda crm: crm.activities.list())[0]
    assert type(activity.happened_at) is date
    reminder = crm(lambda crm: crm.reminders.list())[0]
    assert type(reminder) is Reminder
    upcoming = crm(lambda crm: crm.reminders.upcoming(2))
    assert {type(record) for record in upcoming} <= {UpcomingReminder}


def test_notes_outlive_contact(monica: MakeClient) -> None:
    """The notes of a deleted contact stay, without the contact."""
    crm = monica()
    notes = crm(lambda crm: crm.notes.list(contact_id=1))
    crm(lambda crm: crm.contacts.delete(1))
    assert crm(lambda crm: crm.notes.get(notes[0].id)).contact is None


@both
def test_uploads_document(monica: MakeClient, tmp_path: Path) -> None:
    """A document may be a path, bytes, an open file or a File; its name is sent."""

    def check(kind: str) -> None:
        path = tmp_path / "letter.txt"
        path.write_bytes(b"Dear Ada")
        crm = monica()
        with path.open("rb") as opened:
            document: Any = {
                "path": path,
                "bytes": b"Dear Ada",
                "open": opened,
                "file": File(io.BytesIO(b"Dear Ada"), "letter.txt", "text/plain"),
            }[kind]
            created = crm(lambda crm: crm.documents.create(contact_id=1, document=document))
        assert created.filesize == 8
        assert created.original_filename == ("document" if kind == "bytes" else "letter.txt")
        assert created.contact.id == 1
        assert crm(lambda crm: crm.documents.get(created.id)).id == created.id

    assert failures(check, product(["path", "bytes", "open", "file"])) == []


def test_uploads_photo(monica: MakeClient, mocks: MockCRMs) -> None:
    """A photo is a file or a data URL, and becomes an avatar or a gift's photo."""

    def check(kind: str) -> None:
        mocks.reset()
        crm = monica()
        if kind == "photo":
            created = crm(
                lambda crm: crm.photos.create(
                    contact_id=1, photo=File(io.BytesIO(PIXEL), "dot.png", "image/png")
                )
            )
        else:
            url = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
            created = crm(lambda crm: crm.photos.create(contact_id=1, data=url, extension="png"))
        assert type(created) is Photo
        assert created.filesize == len(PIXEL)
        after = crm(lambda crm: crm.contacts.update_avatar(1, source="photo", photo_id=created.id))
        assert after.information.avatar.source == "photo"
        gift = crm(lambda crm: crm.gifts.create(contact_id=1, name="x", status="idea"))
        assert [
            record.id for record in crm(lambda crm: crm.gifts.set_photo(gift.id, created.id)).photos
        ] == [created.id]

    assert failures(check, product(["photo", "data"])) == []


@both
def test_upload_is_read_in_parts(asynchronous: bool, tmp_path: Path) -> None:
    """An upload is read in parts while it is sent, so that it may be larger than memory."""
    sizes: list[int] = []

    class Watched(io.FileIO):
        def read(self, size: int | None = -1) -> bytes | None:  # type: ignore[override]  # FileIO's own stub says int
            sizes.append(-1 if size is None else size)
            return super().read(-1 if size is None else size)

    path = tmp_path / "big.bin"
    path.write_bytes(b"x" * 3_000_000)
    transport = Canned(reply({"error": {"message": ["no"], "error_code": 32}}, 422))
    crm = Driver(asynchronous, transport, **CLIENT)
    with Watched(path) as opened, pytest.raises(Exception, match="no"):
        crm(lambda crm: crm.documents.create(contact_id=1, document=opened))
    assert len(transport.seen[0].body) > 3_000_000
    assert sizes
    assert all(0 <= size <= 1_000_000 for size in sizes)
    crm.end()


def test_accounts_are_separate(monica: MakeClient, mocks: MockCRMs) -> None:
    """Each token sees the records of its own account."""
    ada, grace = monica(), monica(**mocks.monica.accounts["grace"])
    own = {record.id for record in ada(lambda crm: crm.contacts.list())}
    others = {record.id for record in grace(lambda crm: crm.contacts.list())}
    assert own
    assert others
    assert not own & others
