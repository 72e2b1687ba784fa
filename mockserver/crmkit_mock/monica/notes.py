"""Notes, journal entries and tasks: what users write down."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.lists import COMMON_COLUMNS
from crmkit_mock.monica.resource import CREATED_AT, ContactResource, OnBadId, Resource
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.validation import (
    Rules,
    boolean,
    integer,
    optional,
    required,
    string,
    string_or_number,
)
from crmkit_mock.monica.values import start_of_day, with_microseconds

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values


class Notes(ContactResource):
    """The notes of an account."""

    kind = "note"
    label = "note"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    columns = COMMON_COLUMNS | {"favorited_at"}
    contact_columns = columns
    raw_crash = True
    update_rules: ClassVar[Rules] = {
        "body": required(string_or_number(100_000)),
        "contact_id": required(integer),
        "is_favorited": optional(boolean),
    }
    rules: ClassVar[Rules] = {**update_rules, **CREATED_AT}
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
        """Store the body as a str, and only the date of `favorited_at`.

        Recorded: a number as body comes back as a number at first and as a str later (seq 138
        and 139), `favorited_at` with its time at first and as a date later (seq 694 and 126).
        """
        body = str(record["body"])
        favorited_at = record["favorited_at"] and start_of_day(record["favorited_at"])
        differs = (body, favorited_at) != (record["body"], record["favorited_at"])
        record["body"], record["favorited_at"] = body, favorited_at
        return differs

    def update(self, session: Session) -> Reply:
        """Change a note; the reply still has the contact from which it was moved (seq 141)."""
        record, values = self.find_for_update(session)
        former = short_contact(session, record["contact_id"])
        self.apply(session, record, values)
        self.save(session, record)
        return self.to_response(session, record, contact=former)

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
    update_rules: ClassVar[Rules] = {
        "title": required(string(255)),
        "post": required(string(1_000_000)),
    }
    rules: ClassVar[Rules] = {**update_rules, **CREATED_AT}
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
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.INVALID
    echoes_id = True
    columns = COMMON_COLUMNS | {"completed_at"}
    contact_columns = columns
    raw_crash = True
    rules: ClassVar[Rules] = {
        "title": required(string()),
        "description": optional(string()),
        "contact_id": optional(integer),
    }
    update_rules: ClassVar[Rules] = {
        "title": required(string()),
        "description": optional(string()),
        "completed": required(boolean),
        "contact_id": optional(integer),
    }
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
        values = session.validate(self.rules)
        if values.get("contact_id") is not None:
            session.read("contact", values["contact_id"])
        state = {"completed": False, "completed_at": None}
        record = self.insert(session, {**self.new_record(session, values), **state})
        return self.to_response(session, record, self.created_status)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a task; one that becomes completed is completed now.

        Raises:
            Refusal: 404, code 31, `contact_id` is another contact than the task's own.
        """
        if values.get("contact_id") not in (None, record["contact_id"]):
            raise not_found()
        record["title"] = values["title"]
        record["description"] = values.get("description")
        if values["completed"] != record["completed"]:
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
