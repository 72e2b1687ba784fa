"""Tags, and setting them on contacts and taking them off."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.contact_shapes import any_contact, full_contact
from crmkit_mock.monica.contact_store import is_listed
from crmkit_mock.monica.errors import archived_by_framework, invalid_by_field, plain
from crmkit_mock.monica.listing import page_of
from crmkit_mock.monica.resource import Resource, TextId, Unknown
from crmkit_mock.monica.rules import Rules, Wrong, array, check, integer, required, text
from crmkit_mock.monica.tag_shape import tag_shape

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Handler, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")


class Tags(Resource):
    """The tags of an account."""

    kind = "tag"
    label = "tag"
    prefix = "tags"
    unknown_update = Unknown.MISSING
    unknown_delete = Unknown.MISSING
    text_delete = TextId.INVALID
    echoes_id = True
    rules: ClassVar[Rules] = {"name": required(text())}
    #: A number in the path may be a text here, as the tag of a list of contacts.
    verbs: ClassVar[tuple[str, ...]] = ("list", "get", "create", "update", "delete", "contacts")

    def operations(self) -> dict[str, Handler]:
        """Return the handlers by operationId, those of a contact's tags included."""
        return {
            **super().operations(),
            "contacts_set_tags": self.set,
            "contacts_unset_tags": self.unset,
            "contacts_clear_tags": self.clear,
        }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a tag."""
        del call
        return tag_shape(row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new tag."""
        del call
        return {"name": values["name"], "name_slug": slug(values["name"])}

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Rename a tag."""
        row.update(self.columns_of(call, values))

    def dropped(self, call: Call, row: Row) -> None:
        """Take a tag off all contacts."""
        for contact in call.records.all("contact", row["account_id"]):
            call.records.detach(contact, "tag", row["id"])

    def contacts(self, call: Call) -> Reply:
        """Answer the contacts that have a tag; an unknown tag has none."""
        tag = call.number()
        rows = [
            row
            for row in call.records.all("contact", call.account.id)
            if is_listed(row) and call.records.is_attached(row, "tag", tag)
        ]
        return page_of(call, rows, lambda row: full_contact(call, row, with_fields=True))

    def set(self, call: Call) -> Reply:
        """Add tags, by name, to those that a contact has; create the ones that are new.

        Raises:
            Refusal: 422 in the framework's shape, an item is no text.
        """
        contact = _writable(call)
        for name in call.values(_TAGS)["tags"]:
            if name is None:
                continue
            if not isinstance(name, str):
                raise invalid_by_field({"name": ["The name must be a string."]})
            tag = self._named(call, name)
            if not call.records.is_attached(contact, "tag", tag["id"]):
                call.records.attach(contact, "tag", tag["id"])
        return call.data(any_contact(call, contact))

    def unset(self, call: Call) -> Reply:
        """Take tags, by id, off a contact.

        Raises:
            Refusal: in the framework's shape; 422, an item is no number; 404, an unknown tag.
        """
        contact = _writable(call)
        for item in call.values(_TAGS)["tags"]:
            try:
                id: int = integer(item, call.records)
            except Wrong as wrong:
                raise invalid_by_field({"tag_id": [str(wrong).format("tag id")]}) from None
            if call.records.get("tag", call.account.id, id) is None:
                raise plain(404, f"No query results for model [Tag] {id}")
            call.records.detach(contact, "tag", id)
        return call.data(any_contact(call, contact))

    def clear(self, call: Call) -> Reply:
        """Take all tags off a contact."""
        contact = _writable(call)
        for id in call.records.attached(contact).get("tag", []):
            call.records.detach(contact, "tag", id)
        return call.data(any_contact(call, contact))

    def _named(self, call: Call, name: str) -> Row:
        """Return the tag of a name, whatever its case (assumption); a new one if there is none."""
        for row in call.records.all(self.kind, call.account.id):
            if row["name"].casefold() == name.casefold():
                return row
        return self.add(
            call, self.columns_of(call, check(self.rules, {"name": name}, call.records))
        )


#: The items have rules of their own, whose refusals come in the framework's shape.
_TAGS: Rules = {"tags": required(array)}


def slug(name: str) -> str:
    """Return a name in small letters without accents, dashes for all else."""
    plain_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return _NOT_IN_SLUGS.sub("-", plain_name.lower()).strip("-")


def _writable(call: Call) -> Row:
    contact = call.own("contact", call.number())
    if not contact["is_active"]:
        raise archived_by_framework()
    return contact
