"""Gifts and debts: what has an amount of money."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.resource import (
    CREATED_AT,
    ContactResource,
    OnBadId,
    id_error,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.uploads import serialize_photo
from crmkit_mock.monica.validation import (
    Rules,
    amount,
    any_datetime,
    integer,
    one_of,
    optional,
    required,
    string,
)
from crmkit_mock.monica.values import serialize_money

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values


class Gifts(ContactResource):
    """The gifts of an account."""

    kind = "gift"
    label = "gift"
    text_delete = OnBadId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "name": required(string(255)),
        "status": required(one_of("idea", "offered", "received")),
        "comment": optional(string(65_535)),
        "url": optional(string(65_535)),
        "amount": optional(amount),
        "date": optional(any_datetime),
        "recipient_id": optional(integer),
    }
    defaults: ClassVar[Tree] = {"name": "Gift", "status": "idea"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a gift."""
        photos = (
            session.records.read("photo", record["account_id"], id) for id in record["photos"]
        )
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "gift",
            "name": record["name"],
            "comment": record["comment"],
            "url": record["url"],
            **serialize_money(record["amount"], session.account.currency),
            "status": record["status"],
            "date": record["date"] and record["date"][:10],
            "recipient": short_contact(session, record["recipient_id"]),
            "photos": [serialize_photo(session, photo) for photo in photos if photo is not None],
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new gift."""
        _check_recipient(session, values)
        return {**super().new_record(session, values), "photos": []}

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a gift; what is not sent is cleared, but photos stay."""
        _check_recipient(session, values)
        super().apply(session, record, values)

    def set_photo(self, session: Session) -> Reply:
        """Add a photo to a gift.

        Raises:
            Refusal: 422, gift or photo do not exist; 404, they are another account's.
        """
        errors = (self.id_error(session), id_error(session, "photo_id", "photo", "photo"))
        messages = [message for message in errors if message]
        if messages:
            raise invalid(*messages)
        record = session.load(self.kind, int(session.path_params["id"]))
        photo = session.read("photo", int(session.path_params["photo_id"]))
        if photo["id"] not in record["photos"]:
            record["photos"].append(photo["id"])
            session.records.save(self.kind, record)
        return session.data_reply(self.serialize(session, record))


def _check_recipient(session: Session, values: Values) -> None:
    if values.get("recipient_id") is not None:
        session.read("contact", values["recipient_id"])


class Debts(ContactResource):
    """The debts of an account."""

    kind = "debt"
    label = "debt"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    raw_crash = True
    update_rules: ClassVar[Rules] = {
        "in_debt": required(string(), one_of("yes", "no")),
        "status": required(one_of("inprogress", "completed")),
        "amount": required(amount),
        "reason": optional(string(1_000_000)),
        "contact_id": required(integer),
    }
    rules: ClassVar[Rules] = {**update_rules, **CREATED_AT}
    defaults: ClassVar[Tree] = {"in_debt": "yes", "status": "inprogress", "amount": 1}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a debt."""
        return {
            "id": record["id"],
            "uuid": record["uuid"],
            "object": "debt",
            "in_debt": record["in_debt"],
            "status": record["status"],
            **serialize_money(record["amount"], session.account.currency),
            "reason": record["reason"],
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a debt; its reason stays if none is sent (recorded: seq 393)."""
        self.assign(session, record, values["contact_id"])
        record.update(values)
