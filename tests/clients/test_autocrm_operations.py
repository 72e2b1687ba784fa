"""What integrators do beside records: inbox, imports, exports, files, calendars, templates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crmkit import BadRequestError, EspoCRM, NotFoundError, PermissionDeniedError
from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import MockEspoCRM, seed
from crmkit_mock.espocrm.users import INTEGRATOR_ID


@pytest.fixture
def mock() -> Iterator[MockEspoCRM]:
    """Return a mock with the demo data."""
    with MockCRMs() as mocks:
        yield mocks.espocrm


def client(mock: MockEspoCRM, user: str = "integrator") -> EspoCRM:
    """Return a client of a mock, as a user."""
    return EspoCRM(base_url=mock.base_url, transport=mock.transport, **mock.users[user])


def test_inbox_of_the_user(mock: MockEspoCRM) -> None:
    """E-mails are marked, moved and counted for the user who asks."""
    with client(mock) as crm:
        sent = crm.emails.send(
            to="petr@work.example", subject="Hi", body="x", from_="crm@example.com"
        )
        crm.emails.mark_unread([sent.id])
        assert crm.emails.unread_counts()["inbox"] == 1
        assert crm.emails.mark_read([sent.id])
        assert crm.emails.unread_counts()["inbox"] == 0
        for mark, unmark, flag in (
            (crm.emails.mark_important, crm.emails.unmark_important, "is_important"),
            (crm.emails.move_to_trash, crm.emails.restore_from_trash, "in_trash"),
        ):
            assert mark([sent.id])
            assert getattr(crm.emails.get(sent.id), flag) is True
            unmark([sent.id])
            assert getattr(crm.emails.get(sent.id), flag) is False
        assert crm.emails.move_to_folder("archive", [sent.id])
        assert crm.emails.get(sent.id).in_archive is True
        with pytest.raises(NotFoundError):
            crm.emails.move_to_folder("archive", ["nope"])


def test_import_and_revert(mock: MockEspoCRM) -> None:
    """A CSV text becomes records, and reverting deletes them."""
    with client(mock) as crm:
        file = crm.imports.upload("first,last\nAnna,Imported\nBert,Imported\n")
        result = crm.imports.run(
            attachment_id=file.attachment_id or "",
            entity_type="Lead",
            attribute_list=["firstName", "lastName"],
            header_row=True,
        )
        assert (result.count_created, result.count_updated) == (2, 0)
        assert len(crm.leads.list(text_filter="Imported").collect()) == 2
        assert crm.imports.revert(result.id)
        assert crm.leads.list(text_filter="Imported").collect() == []
        with pytest.raises(BadRequestError, match="attachmentId"):
            crm.imports.run(entity_type="Lead", attribute_list=[], attachment_id="")
    with client(mock, "limited") as limited, pytest.raises(PermissionDeniedError):
        limited.imports.upload("x")


def test_waits_for_an_export(mock: MockEspoCRM) -> None:
    """An idle export is asked for until it is done; then its file is downloaded."""
    with client(mock) as crm:
        job = crm.exports.create(entity_type="Lead", attribute_list=["lastName"], idle=True)
        assert (job.id, job.export_id is None) == (None, False)
        assert crm.exports.status(job.export_id or "").status == "Pending"
        done = crm.exports.status(job.export_id or "")
        assert done.status == "Success"
        content = crm.attachments.download(done.attachment_id or "")
        assert content.startswith(b"lastName\n")


def test_copies_files_and_fills_in_templates(mock: MockEspoCRM) -> None:
    """A file is copied for another record; a template is read with the values of records."""
    with client(mock) as crm:
        copy = crm.attachments.copy(seed.ATTACHMENT, field="attachments", parent_type="Note")
        assert (copy.name, copy.parent_type) == ("note.txt", "Note")
        template = crm.entity("EmailTemplate").create(
            name="Greeting",
            extra={"subject": "For {Account.name}", "body": "Dear {Person.firstName}"},
        )
        prepared = crm.email_templates.prepare(
            template.id,
            email_address="petr@work.example",
            parent_type="Account",
            parent_id=seed.ACCOUNT,
        )
        assert (prepared.subject, prepared.body) == ("For Alza s.r.o.", "Dear Petr")


def test_busy_ranges_of_users(mock: MockEspoCRM) -> None:
    """Busy times come by the id of the user, with datetimes."""
    first, last = datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 2, 2, tzinfo=UTC)
    with client(mock) as crm:
        start = datetime(2024, 2, 1, 9, tzinfo=UTC)
        crm.meetings.create(
            name="Own",
            date_start=start,
            date_end=datetime(2024, 2, 1, 10, tzinfo=UTC),
            assigned_user_id=INTEGRATOR_ID,
        )
        (busy,) = crm.activities.busy_ranges(first, last, [INTEGRATOR_ID])[INTEGRATOR_ID]
        assert busy.date_start == start


def test_notes_are_pinned_and_liked(mock: MockEspoCRM) -> None:
    """Pins and reactions are set and withdrawn; an unknown reaction is refused."""
    with client(mock) as crm:
        assert crm.notes.pin(seed.NOTE) is True
        crm.notes.unpin(seed.NOTE)
        assert crm.notes.react(seed.NOTE, "Like") is True
        assert crm.notes.get(seed.NOTE).my_reactions == ["Like"]
        crm.notes.unreact(seed.NOTE, "Like")
        assert crm.notes.get(seed.NOTE).my_reactions == []
        with pytest.raises(PermissionDeniedError, match="Not allowed reaction"):
            crm.notes.react(seed.NOTE, "Nope")


def test_lists_around_a_record(mock: MockEspoCRM) -> None:
    """Files of a stream, targets that opted out and rights of users come as pages."""
    with client(mock) as crm:
        assert crm.stream.attachments("Account", seed.ACCOUNT).collect() == []
        assert crm.target_lists.opted_out(seed.TARGET_LIST).collect() == []
        with pytest.raises(PermissionDeniedError, match="No user permission"):
            crm.records.users_access("Account", seed.ACCOUNT).first()
    with client(mock, "admin") as admin:
        names = {user["userName"] for user in admin.records.users_access("Account", seed.ACCOUNT)}
        assert {"admin", "jana"} <= names
