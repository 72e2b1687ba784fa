"""Tags, and adding them to contacts and removing them."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.collation import folded, to_ascii
from crmkit_mock.monica.columns import varchar
from crmkit_mock.monica.contact_responses import full_contact, serialize_contact, serialize_tag
from crmkit_mock.monica.errors import archived_contact, framework_error, invalid_by_field
from crmkit_mock.monica.lists import index_page_reply
from crmkit_mock.monica.php_types import is_empty, to_integer
from crmkit_mock.monica.records import visibility
from crmkit_mock.monica.resource import OnBadId, Resource
from crmkit_mock.monica.validation import Rules, array, identifier, required, string, validate
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_NOT_IN_SLUGS = re.compile(r"[^-a-z0-9\s]+")
#: The items have rules of their own, whose errors come in the framework's form.
_TAGS: Rules = {"tags": required(array)}
_BY_NAME = Index(lambda tag: [folded(tag["name"])])
_CONTACTS_BY_TAG = Index(lambda contact: contact["tags"])
_LISTED_BY_TAG = Index(lambda contact: contact["tags"] if "listed" in visibility(contact) else ())


class Tags(Resource):
    """The tags of an account. The ids of a contact's tags are stored with the contact."""

    kind = "tag"
    label = "tag"
    unknown_update = OnBadId.NOT_FOUND
    unknown_delete = OnBadId.NOT_FOUND
    text_delete = OnBadId.INVALID
    echoes_id = True
    #: Tags come by name, whatever order is asked for.
    order = ("name",)
    rules: ClassVar[Rules] = {"name": required(string())}
    update_rules: ClassVar[Rules] = {"tag_id": required(identifier), **rules}
    columns: ClassVar[Columns] = {"name": varchar(), "name_slug": varchar()}
    defaults: ClassVar[Tree] = {"name": "Tag"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a tag."""
        del session
        return serialize_tag(record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new tag."""
        del session
        name = values["name"]
        return {"name": name, "name_slug": _slug(name) or html.escape(name)}

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Rename a tag."""
        del session
        record.update(name=values["name"], name_slug=_slug(values["name"]))

    def find_for_update(self, session: Session) -> tuple[Record, Values]:
        """Return the tag to rename, and what was sent.

        Raises:
            Refusal: 500 or 404, the id is not a number, or there is no such tag; 422, values are
                invalid.
        """
        session.path_params = {"id": str(session.path_int("ApiTagController::update"))}
        values = self.validate_with_id(session, self.update_rules)
        return session.load(self.kind, values["tag_id"]), values

    def before_delete(self, session: Session, record: Record) -> None:
        """Remove a tag from all contacts."""
        account, id = record["account_id"], record["id"]
        for contact in session.records.select("contact", account, _CONTACTS_BY_TAG, id):
            tags = [tag for tag in contact["tags"] if tag != id]
            session.records.save("contact", {**contact, "tags": tags})

    def contacts(self, session: Session) -> Reply:
        """Answer the contacts that have a tag; an unknown tag has none."""
        return index_page_reply(
            session,
            "contact",
            _LISTED_BY_TAG,
            session.path_int("ApiTagController::contacts", "#2 ($tagId)"),
            lambda contact: full_contact(session, contact, with_fields=True),
        )

    def set_tags(self, session: Session) -> Reply:
        """Add tags by name to those that a contact has; create the ones that are new.

        Raises:
            Refusal: 422 in the framework's form, an item is not a str.
        """
        contact = session.load("contact", session.path_id())
        for name in session.validate(_TAGS)["tags"]:
            if is_empty(name):
                continue
            if not isinstance(name, str):
                raise invalid_by_field({"name": ["The name must be a string."]})
            _require_active(contact)
            tag = self._find_or_create(session, name)
            # A tag that the contact has already becomes the last one.
            contact["tags"] = [*(id for id in contact["tags"] if id != tag["id"]), tag["id"]]
        return _saved(session, contact)

    def unset_tags(self, session: Session) -> Reply:
        """Remove tags by id from a contact.

        Raises:
            Refusal: in the framework's form; 422, an item is not an integer; 404, an unknown tag.
        """
        contact = session.load("contact", session.path_id())
        for item in session.validate(_TAGS)["tags"]:
            if is_empty(item):
                continue
            id = to_integer(item)
            if id is None:
                raise invalid_by_field({"tag_id": ["The tag id must be an integer."]})
            _require_active(contact)
            if session.records.read("tag", session.account.id, id) is None:
                model = "App\\Models\\Contact\\Tag"
                raise framework_error(404, f"No query results for model [{model}] {id}")
            contact["tags"] = [tag for tag in contact["tags"] if tag != id]
        return _saved(session, contact)

    def clear_tags(self, session: Session) -> Reply:
        """Remove all tags from a contact."""
        contact = session.load("contact", session.path_id())
        if contact["tags"]:
            _require_active(contact)
        contact["tags"] = []
        return _saved(session, contact)

    def _find_or_create(self, session: Session, name: str) -> Record:
        """Return the tag of a name, whatever its case and accents; a new one if there is none."""
        known = session.records.select(
            self.kind, session.account.id, _BY_NAME, folded(name), limit=1
        )
        if known:
            return known[0]
        values = validate(self.rules, {"name": name}, session.records)
        return self.insert(session, self.new_record(session, values))


def _slug(name: str) -> str:
    """Return a name in lower case without accents, with dashes between the words."""
    dashed = re.sub("_+", "-", to_ascii(name)).replace("@", "-at-").lower()
    return re.sub(r"[-\s]+", "-", _NOT_IN_SLUGS.sub("", dashed)).strip("-")


def _require_active(contact: Record) -> None:
    if not contact["is_active"]:
        raise archived_contact()


def _saved(session: Session, contact: Record) -> Reply:
    session.records.save("contact", contact)
    return session.data_reply(serialize_contact(session, contact))
