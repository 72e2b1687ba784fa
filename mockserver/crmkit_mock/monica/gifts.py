"""Gifts and debts: what has an amount of money."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.columns import LONGTEXT, datetime_column, int_column, timestamp, varchar
from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.php_types import to_str
from crmkit_mock.monica.resource import (
    ANY_CONTACT,
    KNOWN_CONTACT,
    ContactResource,
    OnBadId,
    id_error,
    id_rule,
    require_active_owner,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.uploads import serialize_photo
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    any_date,
    identifier,
    number,
    one_of,
    optional,
    required,
    string,
)
from crmkit_mock.monica.values import minor_units, serialize_money

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
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
        "contact_id": KNOWN_CONTACT,
        "name": required(string(255)),
        "status": required(one_of("idea", "offered", "received")),
        "comment": optional(string(1_000_000)),
        "url": optional(string(1_000_000)),
        "amount": optional(number),
        "date": optional(any_date),
        "recipient_id": optional(identifier, Exists("contact")),
    }
    update_rules: ClassVar[Rules] = {"gift_id": id_rule("gift"), **rules}
    columns: ClassVar[Columns] = {"name": varchar(), "comment": LONGTEXT, "url": LONGTEXT}
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
        return {**super().new_record(session, self._checked(session, values)), "photos": []}

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a gift; what is not sent is cleared, but photos stay."""
        super().apply(session, record, self._checked(session, values))

    def _checked(self, session: Session, values: Values) -> Values:
        """Return the columns of a gift from what was sent.

        Raises:
            Refusal: 404, there is no such recipient; 500 or 422, the amount cannot be stored.
        """
        if values.get("recipient_id") is not None:
            session.read("contact", values["recipient_id"])
        moment = values.get("date")
        values["date"] = None if moment is None else datetime_column(moment)
        if values.get("amount") is not None:
            values["amount"] = _amount(session, values["amount"])
        return values

    def set_photo(self, session: Session) -> Reply:
        """Add a photo to a gift.

        Raises:
            Refusal: 422, gift or photo do not exist; 404, they are another account's.
        """
        errors = (id_error(session, "photo_id", "photo", "photo"), self.id_error(session))
        messages = [message for message in errors if message]
        if messages:
            raise invalid(*messages)
        record = session.load(self.kind, int(session.path_params["id"]))
        photo = session.read("photo", int(session.path_params["photo_id"]))
        require_active_owner(session, record)
        if photo["id"] not in record["photos"]:
            record["photos"].append(photo["id"])
            session.records.save(self.kind, record)
        return session.data_reply(self.serialize(session, record))


def _amount(session: Session, value: object) -> int:
    """Return an amount of money in cents.

    Raises:
        Refusal: 500 or 422, the server cannot read it or it is too large.
    """
    amount = minor_units(value)
    if amount is None:
        refusal = invalid("The amount must be a number.")
        raise session.server_error_or(refusal, f'Cannot parse "{to_str(value)}" to Money.')
    return amount


class Debts(ContactResource):
    """The debts of an account."""

    kind = "debt"
    label = "debt"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.NOT_FOUND
    contact_raw_crash = True
    is_readonly_when_archived = False
    shows_former_contact = True
    rules: ClassVar[Rules] = {
        "in_debt": required(string(), one_of("yes", "no")),
        "status": required(string(), one_of("inprogress", "completed")),
        "amount": required(number),
        "reason": optional(string(1_000_000)),
        "contact_id": ANY_CONTACT,
    }
    update_rules: ClassVar[Rules] = rules
    columns: ClassVar[Columns] = {"reason": LONGTEXT, "created_at": timestamp}
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

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new debt."""
        values["amount"] = _amount(session, values["amount"])
        return super().new_record(session, values)

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change a debt; its reason stays if none is sent (recorded: seq 393)."""
        self.assign(session, record, values["contact_id"])
        record.update({**values, "amount": _amount(session, values["amount"])})

    def normalise(self, record: Record) -> bool:
        """Store an amount as the database does, which has a largest one."""
        amount = int_column(record["amount"])
        differs = amount != record["amount"]
        record["amount"] = amount
        return super().normalise(record) or differs
