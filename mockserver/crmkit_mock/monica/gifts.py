"""Gifts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.money import money
from crmkit_mock.monica.resource import OfContact, TextId
from crmkit_mock.monica.rules import (
    Rules,
    Wrong,
    amount,
    integer,
    moment,
    one_of,
    optional,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact
from crmkit_mock.monica.uploads import photo_shape

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Gifts(OfContact):
    """The gifts of an account."""

    kind = "gift"
    label = "gift"
    prefix = "gifts"
    verbs: ClassVar[tuple[str, ...]] = (*OfContact.verbs, "set_photo")
    text_delete = TextId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "name": required(text(255)),
        "status": required(one_of("idea", "offered", "received")),
        "comment": optional(text(65_535)),
        "url": optional(text(65_535)),
        "amount": optional(amount),
        "date": optional(moment),
        "recipient_id": optional(integer),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a gift."""
        photos = (call.records.get("photo", row["account_id"], id) for id in row["photos"])
        return {
            "id": row["id"],
            "uuid": row["uuid"],
            "object": "gift",
            "name": row["name"],
            "comment": row["comment"],
            "url": row["url"],
            **money(call, row["amount"]),
            "status": row["status"],
            "date": row["date"] and row["date"][:10],
            "recipient": short_contact(call, row["recipient_id"]),
            "photos": [photo_shape(call, photo) for photo in photos if photo is not None],
            "contact": short_contact(call, row["contact_id"]),
            "account": account_of(row),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new gift."""
        self._require_recipient(call, values)
        return {**{name: values.get(name) for name in self.rules}, "photos": []}

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change a gift; what is not sent is cleared, but photos stay."""
        self._require_recipient(call, values)
        super().change(call, row, values)

    def _require_recipient(self, call: Call, values: Values) -> None:
        if values.get("recipient_id") is not None:
            call.own("contact", values["recipient_id"])

    def set_photo(self, call: Call) -> Reply:
        """Show a photo with a gift.

        Raises:
            Refusal: 422, gift or photo do not exist; 404, they are another account's.
        """
        sentences = [sentence for sentence in (self.wrong_id(call), _wrong_photo(call)) if sentence]
        if sentences:
            raise invalid(*sentences)
        row = call.own(self.kind, int(call.parameters["id"]))
        photo = call.own("photo", int(call.parameters["photo_id"]))
        if photo["id"] not in row["photos"]:
            row["photos"].append(photo["id"])
            call.records.keep(self.kind, row)
        return call.data(self.shape(call, row))


def _wrong_photo(call: Call) -> str | None:
    try:
        id: int = integer(call.parameters["photo_id"], call.records)
    except Wrong as wrong:
        return str(wrong).format("photo id")
    known = call.records.find("photo", id)
    return "The selected photo id is invalid." if known is None else None
