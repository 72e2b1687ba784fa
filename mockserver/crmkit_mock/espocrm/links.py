"""The routes of links: lists of linked records, linking and unlinking (observed)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import (
    APIError,
    PartiallyApplied,
    already_linked,
    bad_request,
    forbidden,
    no_foreign_access,
    no_record_access,
    not_found,
    required_link,
)
from crmkit_mock.espocrm.list_responses import list_attributes, selected_attributes
from crmkit_mock.espocrm.ordering import order_by
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.relations import add_link, detach, linked_records
from crmkit_mock.espocrm.responses import has_stars
from crmkit_mock.espocrm.sales_types import TARGET_LIST
from crmkit_mock.espocrm.search import MAX_SIZE, Search, parse_query, parse_selection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.access import User
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType, Link
    from crmkit_mock.espocrm.session import Session

_TO_ONE = frozenset({"belongs_to", "has_one", "parent"})
#: Columns that hold a flag and are false until set.
_FLAGS = frozenset({"optedOut", "isInactive"})


def find_link(session: Session, entity: EntityType, name: str) -> Link | None:
    """Return a link that the server's release has, or None."""
    link = entity.all_links.get(name)
    return link if link is not None and session.release >= link.since else None


def list_linked(session: Session, entity: EntityType, id: str, name: str) -> dict[str, Any]:
    """Return a page of the records at the other end of a link.

    Raises:
        APIError: 404, the record or the link does not exist; 403 or 400 as for any list.
    """
    search = parse_query(session, session.query)
    # Linked records are always counted.
    search = replace(search, counted=True)
    record, link = _find_readable(session, entity, id, name)
    foreign = ENTITY_TYPES.get(link.entity)
    if foreign is None:
        return {"total": 0, "list": []}
    if link.kind == "belongs_to":
        # The one record comes whatever page is asked for.
        search = replace(search, offset=0, max_size=MAX_SIZE)
    linked = linked_records(session, link, record)
    is_active_filter = search.primary_filter == "accountActive" and foreign.name == "Contact"
    if is_active_filter and link.relation == "accountContact":
        # This filter is of the relation, which only such a list reads.
        linked = _active(session, link, record, linked)
        search = replace(search, primary_filter=None)
    found = lists.matching(session, foreign, search, linked)
    columns = [attribute for attribute, _ in link.columns]
    if search.select is None and not link.always:
        names = list_attributes(session, foreign)
    else:
        names = _selected(session, foreign, link, search)
        shown = (*link.always, *(search.select or ()))
        columns = [column for column in columns if column in shown]
    if has_stars(session, foreign) and "isStarred" not in names:
        names = [*names, "isStarred"]
    page = lists.page(session, foreign, search, found, names=names)
    if foreign.counted is False:
        page["total"] = len(found)
    if link.kind == "many_many" and columns:
        _add_columns(session, link, record, page["list"], columns)
    return page


def _active(session: Session, link: Link, record: Record, linked: list[Record]) -> list[Record]:
    rows = {row.far(link.near): row.columns for row in session.data.linked(link, record["id"])}
    return [other for other in linked if not rows[other["id"]].get("isInactive")]


def _find_readable(session: Session, entity: EntityType, id: str, name: str) -> tuple[Record, Link]:
    """Return a record and its link, if the user may read both, in the order of servers' checks."""
    user = session.user
    if user.level(entity.name, "read") == "no":
        raise forbidden("No access.")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not user.may(entity.name, "read", record):
        raise forbidden("No read access.")
    link = find_link(session, entity, name)
    if link is None:
        raise not_found("Link does not exist.")
    if not _may_read(user, entity, link):
        raise forbidden("")
    if link.kind == "parent":
        raise session.server_error_or(f"The link {name[:50]} leads to records of any type.")
    if user.level(link.entity, "read") == "no":
        raise forbidden("")
    return record, link


def _selected(session: Session, foreign: EntityType, link: Link, search: Search) -> list[str]:
    """Return the attributes of a list of linked records that has not all of them."""
    by = order_by(foreign, search)
    joined = link.kind == "many_many"
    names = selected_attributes(session, foreign, search.select or [], by, related=joined)
    if search.select is None:
        # Without a selection what else always comes is missing (recorded: rel-list).
        left_out = {*foreign.selected, "accountIsInactive"} - {"isStarred", by}
        names = [name for name in names if name not in left_out]
    return list(dict.fromkeys([*names, *link.always]))


def _may_read(user: User, entity: EntityType, link: Link) -> bool:
    return (link.readable or user.is_admin) and link.name not in user.hidden(entity.name)


def _add_columns(
    session: Session, link: Link, record: Record, page: list[dict[str, Any]], names: list[str]
) -> None:
    rows = {row.far(link.near): row.columns for row in session.data.linked(link, record["id"])}
    for other in page:
        for attribute, column in link.columns:
            if attribute in names:
                value = rows[other["id"]].get(column)
                other[attribute] = bool(value) if column in _FLAGS else value


def link_records(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Link the records that the body names, or all that its search finds.

    Returns:
        Whether the body names any.

    Raises:
        APIError: 404, the record or the link does not exist; 403, it is not allowed.
        PartiallyApplied: so, and some records are linked.
    """
    _require_scope(session, entity)
    if (entity.name, name) == ("Email", "users"):
        return _give_email(session, entity, id)
    if session.body.get("massRelate"):
        return _link_found(session, entity, id, name)
    ids = _ids_to_link(session.body)
    return _for_each(session, ids, lambda other: _link(session, entity, id, name, other))


def _as_html(error: APIError) -> APIError:
    """Give an error the content type of those of action classes."""
    error.html = True
    return error


def _give_email(session: Session, entity: EntityType, id: str) -> bool:
    """Give an e-mail to users, by a route of its own."""
    user, data = session.user, session.data
    record = data.find("Email", id)
    if record is None:
        raise _as_html(not_found())
    if not user.may("Email", "read", record):
        raise _as_html(forbidden(""))
    if not user.may("Email", "edit", record):
        raise _as_html(forbidden("No edit access to email."))
    users = [data.find("User", other) for other in ids_in(session.body)]
    if None in users:
        raise _as_html(not_found("Users not found."))
    for other in users:
        if other is None or not user.may("User", "read", other):
            raise _as_html(forbidden("No access to user."))
        if other.get("type") not in {"regular", "admin"}:
            raise _as_html(forbidden("Only regular and admin users allowed."))
        data.relate(entity.all_links["users"], id, other["id"])
    return True


def unlink_records(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Unlink the records that the body names, or the query where the server reads it.

    Returns:
        Whether any are named.

    Raises:
        APIError: 404, the record or the link does not exist; 403, it is not allowed.
        PartiallyApplied: so, and some records are unlinked.
    """
    _require_scope(session, entity)
    ids = _ids_to_link(session.body)
    if not ids and session.profile.unlinks_by_query:
        ids = [*ids_in(session.query)]
    return _for_each(session, ids, lambda other: _unlink(session, entity, id, name, other))


def _ids_to_link(body: Mapping[str, Any]) -> list[Any]:
    """Return what `id` and `ids` name, of any type; only a list is taken for `ids`."""
    id, ids = body.get("id"), body.get("ids")
    return [*([] if id is None else [id]), *(ids if isinstance(ids, list) else ())]


def _require_scope(session: Session, entity: EntityType) -> None:
    """Check that the user may link records of an entity type at all."""
    if entity.name == "User" and not session.user.is_admin:
        raise forbidden("")


def _for_each(session: Session, ids: list[Any], job: Callable[[str], None]) -> bool:
    """Do a job for one id after the other; those before one that fails remain done."""
    for number, id in enumerate(ids):
        try:
            if id is None or isinstance(id, list | dict):
                raise session.server_error_or("An id is not a str.", by_router=True)
            job(to_str(id) or "")
        except APIError as error:
            if number:
                raise PartiallyApplied(error) from error
            raise
    return bool(ids)


def _link(session: Session, entity: EntityType, id: str, name: str, other_id: str) -> None:
    record, link, other = _find_both(session, entity, id, name, other_id)
    if not link.takes_over and other.get(link.key) is not None:
        raise already_linked(entity.name, link.name)
    add_link(session, entity, link, record, other)


def _unlink(session: Session, entity: EntityType, id: str, name: str, other_id: str) -> None:
    record, link, other = _find_both(session, entity, id, name, other_id)
    foreign = ENTITY_TYPES.get(link.entity)
    field = foreign.by_name.get(link.foreign) if foreign is not None else None
    if link.kind == "has_many" and field is not None and field.required:
        raise required_link(link.entity, link.foreign)
    detach(session, entity, link, record, other)


def _find_both(
    session: Session, entity: EntityType, id: str, name: str, other_id: str
) -> tuple[Record, Link, Record]:
    """Return what a request wants to link or to unlink."""
    if not session.user.has_scope(entity.name):
        raise forbidden("")
    if not other_id:
        raise bad_request("")
    record, link = _find_near(session, entity, id, name)
    other = session.data.find(link.entity, other_id)
    if other is None:
        raise not_found()
    if not session.user.may(link.entity, link.foreign_access, other):
        raise no_foreign_access(entity.name, link.name, link.foreign_access)
    return record, link, other


def _find_near(session: Session, entity: EntityType, id: str, name: str) -> tuple[Record, Link]:
    """Return the record of a request and its link, in the order in which servers check them."""
    link = find_link(session, entity, name)
    if link is not None:
        if link.kind in _TO_ONE:
            raise forbidden("Only manyMany, hasMany & hasChildren relations are allowed.")
        if not _may_write(session.user, entity, link):
            raise forbidden("")
    record = session.data.find(entity.name, id)
    if record is None:
        raise not_found()
    if not session.user.may(entity.name, "edit", record):
        raise no_record_access(entity.name, name)
    if link is None:
        raise not_found(f"Entity {entity.name} does not have link {name}.")
    return record, link


def _may_write(user: User, entity: EntityType, link: Link) -> bool:
    is_allowed = {"all": True, "admin": user.is_admin, "nobody": False}[link.writable]
    return is_allowed and link.name not in user.hidden(entity.name)


def _link_found(session: Session, entity: EntityType, id: str, name: str) -> bool:
    """Link all records that the search in the body finds; return whether there are any."""
    user = session.user
    if not isinstance(session.body.get("where"), list | dict | None):
        # The missing quote is the vendor's.
        raise bad_request("Bad 'where.")
    search = parse_selection(session, session.body)
    if user.level(entity.name, "edit") == "no":
        raise forbidden("")
    link = find_link(session, entity, name)
    if link is None or not link.by_search:
        raise forbidden("Mass link is not allowed.")
    record, link = _find_near(session, entity, id, name)
    if user.level(link.entity, link.foreign_access) == "no":
        raise forbidden("")
    foreign = ENTITY_TYPES[link.entity]
    others = [
        other
        for other in lists.matching(session, foreign, search)
        if user.may(foreign.name, link.foreign_access, other)
    ]
    for other in others:
        add_link(session, entity, link, record, other)
    # Only records that are checked one by one are counted, since 10.0.
    is_counted = (
        session.release >= (10, 0) and user.level(foreign.name, link.foreign_access) != "all"
    )
    return bool(others) or not is_counted


def empty_target_list(session: Session) -> bool:
    """Remove all records of one link of a target list.

    Raises:
        APIError: 400, 403 or 404.
    """
    id, name = session.body.get("id"), session.body.get("link")
    if not isinstance(id, str) or not isinstance(name, str):
        raise bad_request("")
    record = session.data.find(TARGET_LIST.name, id)
    if record is None:
        raise not_found()
    if not session.user.may(TARGET_LIST.name, "edit", record):
        raise forbidden("")
    link = TARGET_LIST.all_links.get(name)
    if link is None or not link.by_search:
        raise bad_request("Not supported link.")
    for other in linked_records(session, link, record):
        detach(session, TARGET_LIST, link, record, other)
    return True


def ids_in(tree: Any) -> list[str]:
    """Return the ids in `id` and `ids` of a body or a query, each once."""
    ids = tree.get("ids")
    if isinstance(ids, dict):
        ids = list(ids.values())
    if not isinstance(ids, list):
        ids = []
    if tree.get("id") is not None:
        ids = [tree["id"], *ids]
    return list(dict.fromkeys(str(id) for id in ids if isinstance(id, str | int)))
