"""The operations: lists by page, and saves that create or update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Reply
from crmkit_mock.relenta.activities import save_activity
from crmkit_mock.relenta.contacts import create_contact, save_contact

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.collection import Collection
    from crmkit_mock.relenta.session import Session

    Handler = Callable[[Session], Reply]

#: Assumption: the default page size, which the page does not state.
_PAGE_SIZE = 100


def _list(session: Session, collection: Collection, limit: int, offset: int) -> Reply:
    """Put a page of records, which are kept as lists show them, into the envelope."""
    department = session.department
    text = collection.page_text(department, limit=limit, offset=offset)
    data = collection.all(department, limit=limit, offset=offset)
    body = f'{{"status":true,"code":200,"data":{text}}}'.encode("ascii")
    return Reply(200, body, tree={"status": True, "code": 200, "data": data})


def _list_page(session: Session, collection: Collection) -> Reply:
    size = session.query.get("page_size", _PAGE_SIZE)
    return _list(session, collection, size, (session.query.get("page", 1) - 1) * size)


def _saved(id: int) -> Reply:
    tree: dict[str, Any] = {"status": True, "code": 200, "data": {"id": id}}
    return Reply(200, b'{"status":true,"code":200,"data":{"id":%d}}' % id, tree=tree)


OPERATIONS: dict[str, Handler] = {
    "contacts_list": lambda session: _list_page(session, session.contacts),
    "contacts_save": lambda session: _saved(save_contact(session)),
    "contacts_create": lambda session: _saved(create_contact(session)),
    "activities_list": lambda session: _list_page(session, session.activities),
    "activities_save": lambda session: _saved(save_activity(session)),
    # Page: this list has no pages.
    "custom_fields_list": lambda session: _list(session, session.custom_fields, -1, 0),
}
