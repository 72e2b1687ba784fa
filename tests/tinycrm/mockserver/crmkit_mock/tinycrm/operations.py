"""The operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.messages import Reply, json_reply
from crmkit_mock.tinycrm.errors import not_found
from crmkit_mock.tinycrm.values import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.tinycrm.session import Session

ACCOUNT = "account"


def _list(session: Session) -> Reply:
    size = session.query.get("per_page", 50)
    offset = (session.query.get("page", 1) - 1) * size
    return json_reply(200, {"data": session.people.all(ACCOUNT, limit=size, offset=offset)})


def _create(session: Session) -> Reply:
    id = session.settings.next_number("id", 1)
    record = person(id, session.body)
    session.people.insert(ACCOUNT, str(id), record)
    return json_reply(201, {"data": record})


def _get(session: Session) -> Reply:
    record = session.people.read(ACCOUNT, session.path["id"])
    if record is None:
        raise not_found(session.path["id"])
    return json_reply(200, {"data": record})


OPERATIONS: dict[str, Callable[[Session], Reply]] = {
    "people_list": _list,
    "people_create": _create,
    "people_get": _get,
}
