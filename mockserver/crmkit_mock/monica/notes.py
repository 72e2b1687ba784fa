"""Notes, journal entries and tasks: what users write down."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import LONGTEXT, MEDIUMTEXT, varchar
from crmkit_mock.monica.errors import invalid, not_found
from crmkit_mock.monica.lists import COMMON_COLUMNS
from crmkit_mock.monica.resource import ANY_CONTACT, ContactResource, OnBadId, Resource, id_rule
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Rules,
    at_most,
    boolean,
    identifier,
    not_null,
    optional,
    required,
    string,
)
from crmkit_mock.monica.values import start_of_day, with_microseconds

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values


_NO_SUCH_KEY = "SQLSTATE[23000]: Integrity constraint violation: 1452"


class Notes(ContactResource):
    """The notes of an account."""

    kind = "note"
    label = "note"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    sortable = COMMON_COLUMNS | {"favorited_at"}
    contact_sortable = sortable
    #: The account's notes come newest first, whatever order is asked for.
    order = ("-created_at",)
    contact_raw_crash = True
    is_readonly_when_archived = False
    #: Recorded: seq 141.
    shows_former_contact = True
    rules: ClassVar[Rules] = {
        "body": required(at_most(100_000)),
        "contact_id": ANY_CONTACT,
        "is_favorited": not_null(boolean),
    }
    update_rules: ClassVar[Rules] = rules
    columns: ClassVar[Columns] = {"body": MEDIUMTEXT}
    defaults: ClassVar[Tree] = {"body": "Note"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a note."""
        return serialize_note(session, record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new note."""
        columns = super().new_record(session, values)
        columns["is_favorited"] = bool(values.get("is_favorited"))
        columns["favorited_at"] = session.now if columns["is_favorited"] else None
        return columns

    def normalise(self, record: Record) -> bool:
        """Store only the date of `favorited_at`.

        Recorded: `favorited_at` with its time at first and as a date later (seq 694 and 126).
        """
        favorited_at = record["favorited_at"] and start_of_day(record["favorited_at"])
        differs = favorited_at != record["favorited_at"]
        record["favorited_at"] = favorited_at
        return super().normalise(record) or differs

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a note; without `is_favorited` it stays a favorite, but loses the datetime."""
        self.assign(session, record, values["contact_id"])
        record["body"] = values["body"]
        record["is_favorited"] = bool(values.get("is_favorited", record["is_favorited"]))
        record["favorited_at"] = session.now if values.get("is_favorited") else None


class Journal(Resource):
    """The journal of an account."""

    kind = "entry"
    label = "entry"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    rules: ClassVar[Rules] = {
        "title": required(at_most(255)),
        "post": required(at_most(1_000_000)),
    }
    update_rules: ClassVar[Rules] = rules
    columns: ClassVar[Columns] = {"title": varchar(), "post": LONGTEXT}
    defaults: ClassVar[Tree] = {"title": "Entry", "post": "Post"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of an entry, whose date is when it was created."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "entry",
            "title": record["title"],
            "post": record["post"],
            "date": with_microseconds(record["date"]),
            "url": session.url(f"journal/{record['id']}"),
            **common_end(record),
        }

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new entry."""
        return {"date": session.now, **super().new_record(session, values)}


class Tasks(ContactResource):
    """The tasks of an account; they may belong to no contact."""

    kind = "task"
    label = "task"
    created_status = 200
    reads_back = True
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.INVALID
    echoes_id = True
    sortable = COMMON_COLUMNS | {"completed_at"}
    contact_sortable = sortable
    contact_raw_crash = True
    is_readonly_when_archived = False
    rules: ClassVar[Rules] = {
        "contact_id": optional(identifier),
        "title": required(string()),
        "description": optional(string()),
    }
    update_rules: ClassVar[Rules] = {
        "contact_id": optional(identifier),
        "task_id": id_rule("task"),
        "title": required(string()),
        "description": optional(string()),
        "completed": required(boolean),
    }
    columns: ClassVar[Columns] = {"title": varchar(), "description": LONGTEXT}
    defaults: ClassVar[Tree] = {"title": "Task"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a task, whose uuid never appears."""
        return {
            "id": record["id"],
            "uuid": None,
            "object": "task",
            "title": record["title"],
            "description": record["description"],
            "completed": record["completed"],
            "completed_at": record["completed_at"],
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def create(self, session: Session) -> Reply:
        """Create a task, which is open whatever was sent; a contact is optional."""
        # False stands for none, as the empty str does.
        sent = session.sent
        session.body = {name: None if value is False else value for name, value in sent.items()}
        del session.sent
        values = self.values_for_create(session)
        if values.get("contact_id") == 0:
            refusal = invalid("The selected contact id is invalid.")
            raise session.server_error_or(refusal, _NO_SUCH_KEY)
        if values.get("contact_id") is not None:
            session.read("contact", values["contact_id"])
        state = {"completed": False, "completed_at": None}
        record = self.insert(session, {**self.new_record(session, values), **state})
        return self.to_response(session, record, self.created_status)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a task; a completed one is completed now.

        Raises:
            Refusal: 404, code 31, `contact_id` is another contact than the task's own.
        """
        if (values.get("contact_id") or record["contact_id"]) != record["contact_id"]:
            raise not_found()
        record["title"] = values["title"]
        record["description"] = values.get("description")
        record["completed"] = values["completed"]
        record["completed_at"] = session.now if values["completed"] else None


def serialize_note(session: Session, record: Record) -> Tree:
    """Build the response object of a note."""
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "note",
        "body": record["body"],
        "is_favorited": record["is_favorited"],
        "favorited_at": record["favorited_at"],
        "url": session.url(f"notes/{record['id']}"),
        "contact": short_contact(session, record["contact_id"]),
        **common_end(record),
    }
