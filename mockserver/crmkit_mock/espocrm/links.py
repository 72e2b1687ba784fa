"""Links of a record: who is at the other end, linking and unlinking (observed)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.other_types import ENTITY_TYPES
from crmkit_mock.espocrm.refusals import already_linked, forbidden, no_foreign_access, not_found

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session


def linked_records(session: Session, link: Link, record: Record) -> list[Record]:
    """Return the records at the other end of a link."""
    data = session.data
    match link.kind:
        case "belongs_to":
            found = [data.find(link.entity, record.get(link.key))]
        case "many_many":
            rows = data.linked(link, record["id"])
            found = [data.find(link.entity, row.far(link.near)) for row in rows]
        case "has_many":
            found = [one for one in data.all(link.entity) if one.get(link.key) == record["id"]]
        case _:
            found = [one for one in data.all(link.entity) if one.get("parentId") == record["id"]]
    return [one for one in found if one is not None]


def related(session: Session, entity: EntityType, id: str, name: str) -> dict[str, Any]:
    """Return a page of the records at the other end of a link.

    Raises:
        Problem: 404, there is no such record or link; 403 or 400 as for any list.
    """
    from crmkit_mock.espocrm import lists, records
    from crmkit_mock.espocrm.search import read_search
    from crmkit_mock.espocrm.shapes import list_names, selected_names

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
    search = read_search(session, session.query)
    if session.query.get("q") is None:
        # Related lists are counted also where X-No-Total asks otherwise.
        search = replace(search, counted=True)
    found = lists.matching(session, foreign, search, linked_records(session, link, record))
    columns = [attribute for attribute, _ in link.columns]
    if search.select is not None or link.bare:
        order = lists.order_of(foreign, search)
        names = selected_names(session, foreign, search.select or [], order, related=True)
        # Of the columns only those of target lists come unasked (recorded: rel-*).
        unasked = link.name in {"leads", "accounts", "contacts"} and entity.name == "TargetList"
        columns = [one for one in columns if unasked or one in (search.select or ())]
    else:
        names = list_names(session, foreign)
    shown = lists.page(session, foreign, search, found, names=names)
    if foreign.counted is False:
        shown["total"] = len(found)
    if link.kind == "many_many" and columns:
        _add_columns(session, link, record, shown["list"], columns)
    return shown


def _add_columns(
    session: Session, link: Link, record: Record, shown: list[dict[str, Any]], names: list[str]
) -> None:
    rows = {row.far(link.near): row.columns for row in session.data.linked(link, record["id"])}
    for one in shown:
        for attribute, column in link.columns:
            if attribute in names:
                value = rows[one["id"]].get(column)
                one[attribute] = bool(value) if column in {"optedOut", "isInactive"} else value


def link_all(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Link the records that the body names, or all that its search finds.

    Returns:
        Whether the body named anything.

    Raises:
        Problem: 404, there is no such record or link; 403, it is not allowed.
    """
    ids = named_ids(session.body)
    everything = session.body.get("massRelate") is True
    if not ids and not everything:
        return False
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
    others = _search_result(session, link) if everything else _named(session, link, ids)
    for other in others:
        _require_linkable(session, entity, link, other)
    for other in others:
        link_one(session, link, record, other)
    return True


def _named(session: Session, link: Link, ids: list[str]) -> list[Record]:
    found: list[Record] = []
    for id in ids:
        other = session.data.find(link.entity, id)
        if other is None:
            raise not_found()
        found.append(other)
    return found


def _search_result(session: Session, link: Link) -> list[Record]:
    from crmkit_mock.espocrm import lists
    from crmkit_mock.espocrm.search import read_chosen

    foreign = session.entity(link.entity)
    session.user.require_scope(foreign.name, "read")
    found = lists.matching(session, foreign, read_chosen(session, session.body))
    return [one for one in found if session.user.may(foreign.name, "edit", one)]


def _require_linkable(session: Session, entity: EntityType, link: Link, other: Record) -> None:
    if not session.user.may(link.entity, "edit", other):
        raise no_foreign_access(entity.name, link.name)
    if not link.takes_over and other.get(link.key) is not None:
        raise already_linked()


def link_one(session: Session, link: Link, record: Record, other: Record) -> None:
    """Link one record, if it is not linked yet."""
    data = session.data
    match link.kind:
        case "many_many":
            data.relate(link, record["id"], other["id"])
            of_account = link.name == "contacts" and link.relation == "accountContact"
            if of_account and other.get("accountId") is None:
                # The first account of a contact without one.
                data.replace("Contact", {**other, "accountId": record["id"]})
        case "has_many":
            data.replace(link.entity, {**other, link.key: record["id"]})
        case _:
            parent = {"parentId": record["id"], "parentType": _type_of(session, record)}
            data.replace(link.entity, {**other, **parent})
    session.clock.tick()


def _type_of(session: Session, record: Record) -> str:
    return next(name for name in ENTITY_TYPES if session.data.find(name, record["id"]) is not None)


def unlink_all(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Unlink the records that the body names; also the one in the query, where a server reads it.

    Returns:
        Whether anything was named.

    Raises:
        Problem: 404, there is no such record or link; 403, it is not allowed.
    """
    ids = named_ids(session.body)
    if not ids and session.profile.unlinks_by_query:
        ids = named_ids(session.query)
    if not ids:
        return False
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
    for other in _named(session, link, ids):
        unlink(session, link, record, other)
    return True


def unlink(session: Session, link: Link, record: Record, other: Record) -> None:
    """Undo one link, if it is there."""
    data = session.data
    key = {"has_many": link.key, "children": "parentId"}.get(link.kind)
    if link.kind == "many_many":
        data.unrelate(link, record["id"], other["id"])
        if link.name == "contacts" and link.relation == "accountContact":
            key = "accountId"
    if key is not None and other.get(key) == record["id"]:
        gone: dict[str, Any] = {key: None}
        if key == "parentId":
            gone["parentType"] = None
        data.replace(link.entity, {**other, **gone})
    session.clock.tick()


def named_ids(tree: Any) -> list[str]:
    """Return the ids in `id` or `ids` of a body or a query."""
    ids = tree.get("ids")
    if isinstance(ids, dict):
        ids = list(ids.values())
    if not isinstance(ids, list):
        ids = [tree["id"]] if tree.get("id") else []
    return list(dict.fromkeys(str(id) for id in ids if isinstance(id, str | int)))
