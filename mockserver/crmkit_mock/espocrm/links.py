"""The routes of links: lists of linked records, linking and unlinking (observed)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import (
    already_linked,
    bad_request,
    forbidden,
    no_foreign_access,
    not_found,
)
from crmkit_mock.espocrm.ordering import order_by
from crmkit_mock.espocrm.relations import add_link, detach, linked_records
from crmkit_mock.espocrm.responses import list_attributes, selected_attributes
from crmkit_mock.espocrm.sales_types import TARGET_LIST
from crmkit_mock.espocrm.search import parse_query, parse_selection

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session


def list_linked(session: Session, entity: EntityType, id: str, name: str) -> dict[str, Any]:
    """Return a page of the records at the other end of a link.

    Raises:
        APIError: 404, the record or the link does not exist; 403 or 400 as for any list.
    """
    session.user.require_scope(entity.name, "read")
    link = entity.all_links.get(name)
    if link is None:
        raise not_found("Link does not exist.")
    foreign = ENTITY_TYPES.get(link.entity)
    if foreign is not None and link.kind != "belongs_to":
        session.user.require_scope(foreign.name, "read")
    record = records.find(session, entity, id, "read")
    if foreign is None or link.kind == "belongs_to":
        return {"total": 0, "list": []}
    search = parse_query(session, session.query)
    if session.query.get("q") is None:
        # Linked records are counted even if X-No-Total is sent.
        search = replace(search, counted=True)
    found = lists.matching(session, foreign, search, linked_records(session, link, record))
    columns = [attribute for attribute, _ in link.columns]
    if search.select is not None or link.bare:
        by = order_by(foreign, search)
        names = selected_attributes(session, foreign, search.select or [], by, related=True)
        # Only the columns of target lists are returned without being selected (recorded: rel-*).
        always = link.name in {"leads", "accounts", "contacts"} and entity.name == "TargetList"
        columns = [column for column in columns if always or column in (search.select or ())]
    else:
        names = list_attributes(session, foreign)
    page = lists.page(session, foreign, search, found, names=names)
    if foreign.counted is False:
        page["total"] = len(found)
    if link.kind == "many_many" and columns:
        _add_columns(session, link, record, page["list"], columns)
    return page


def _add_columns(
    session: Session, link: Link, record: Record, page: list[dict[str, Any]], names: list[str]
) -> None:
    rows = {row.far(link.near): row.columns for row in session.data.linked(link, record["id"])}
    for other in page:
        for attribute, column in link.columns:
            if attribute in names:
                value = rows[other["id"]].get(column)
                is_flag = column in {"optedOut", "isInactive"}
                other[attribute] = bool(value) if is_flag else value


def link_records(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Link the records that the body names, or all that its search finds.

    Returns:
        Whether the body names any.

    Raises:
        APIError: 404, the record or the link does not exist; 403, it is not allowed.
    """
    ids = ids_in(session.body)
    by_search = session.body.get("massRelate") is True
    if not ids and not by_search:
        return False
    record, link = _linkable(session, entity, id, name)
    others = _find_search(session, link) if by_search else _find_ids(session, link, ids)
    for other in others:
        _require_linkable(session, entity, link, other)
    for other in others:
        add_link(session, entity, link, record, other)
    return True


def _linkable(session: Session, entity: EntityType, id: str, name: str) -> tuple[Record, Link]:
    session.user.require_scope(entity.name, "edit")
    link = entity.all_links.get(name)
    if link is None:
        raise not_found(f"Entity {entity.name} does not have link {name}.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    session.user.require(entity.name, "edit", record)
    if link.kind == "belongs_to":
        raise forbidden("Only manyMany, hasMany & hasChildren relations are allowed.")
    return record, link


def _find_ids(session: Session, link: Link, ids: list[str]) -> list[Record]:
    found: list[Record] = []
    for id in ids:
        other = session.data.find(link.entity, id)
        if other is None:
            raise not_found()
        found.append(other)
    return found


def _find_search(session: Session, link: Link) -> list[Record]:
    foreign = session.entity(link.entity)
    session.user.require_scope(foreign.name, "read")
    found = lists.matching(session, foreign, parse_selection(session, session.body))
    return [other for other in found if session.user.may(foreign.name, "edit", other)]


def _require_linkable(session: Session, entity: EntityType, link: Link, other: Record) -> None:
    if not session.user.may(link.entity, "edit", other):
        raise no_foreign_access(entity.name, link.name)
    if not link.takes_over and other.get(link.key) is not None:
        raise already_linked()


def unlink_records(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Unlink the records that the body names, or the query where the server reads it.

    Returns:
        Whether any are named.

    Raises:
        APIError: 404, the record or the link does not exist; 403, it is not allowed.
    """
    ids = ids_in(session.body)
    if not ids and session.profile.unlinks_by_query:
        ids = ids_in(session.query)
    if not ids:
        return False
    record, link = _linkable(session, entity, id, name)
    for other in _find_ids(session, link, ids):
        detach(session, link, record, other)
    return True


def empty_target_list(session: Session) -> bool:
    """Remove all records of one link of a target list.

    Raises:
        APIError: 400, 403 or 404.
    """
    id, name = session.body.get("id"), session.body.get("link")
    if not isinstance(id, str) or not isinstance(name, str):
        raise bad_request("")
    record = records.find(session, TARGET_LIST, id, "edit")
    link = TARGET_LIST.all_links.get(name)
    if link is None or link.kind != "many_many":
        raise not_found()
    for other in linked_records(session, link, record):
        detach(session, link, record, other)
    return True


def ids_in(tree: Any) -> list[str]:
    """Return the ids in `id` or `ids` of a body or a query, each once."""
    ids = tree.get("ids")
    if isinstance(ids, dict):
        ids = list(ids.values())
    if not isinstance(ids, list):
        ids = [tree["id"]] if tree.get("id") else []
    return list(dict.fromkeys(str(id) for id in ids if isinstance(id, str | int)))
