"""Mass actions: one change or deletion of many records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import FOLLOWERS, value_of
from crmkit_mock.espocrm.currency_conversion import convert_amounts, target_currency
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, bad_request, forbidden, not_found
from crmkit_mock.espocrm.locking import is_lockable, may_lock, require_lockable
from crmkit_mock.espocrm.rules import normalise
from crmkit_mock.espocrm.search import Search, parse_selection
from crmkit_mock.espocrm.validation import accept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

    #: Applies the action to one record; raises APIError if it cannot.
    Job = Callable[[Record], None]
    #: Ids of records, or a search for them.
    Selection = list[str] | Search
    #: Returns what an action does with one record; takes whether a search selects the records.
    ActionOfType = Callable[[Session, EntityType, Mapping[str, Any], bool], Job | None]

_IDLE = "idle mass actions"


def run(session: Session) -> dict[str, Any]:
    """Run the action of `POST /MassAction`.

    An idle action is done at once too, but is reported as pending until its status was requested
    once: the mock has no cron.

    Raises:
        APIError: 400, 403, 404, or 500 for an unknown entity type and for no ids.
    """
    body = session.body
    name, action, params = body.get("entityType"), body.get("action"), body.get("params")
    if not isinstance(name, str) or not isinstance(action, str) or not isinstance(params, dict):
        raise bad_request("")
    if not name or not action:
        raise bad_request("")
    selection = _selection(session, params)
    entity = ENTITY_TYPES.get(name)
    if entity is None:
        raise session.server_error_or(f"There is no entity type {name[:50]}.")
    if not session.user.has_scope(name):
        raise forbidden("")
    data: Any = body.get("data")
    data = data if isinstance(data, dict) else {}
    if body.get("idle"):
        return {"id": _store_idle(session, _run_idle(session, entity, action, data, selection))}
    job = _job(session, entity, action, data, selection)
    done = [] if job is None else _run(session, entity, selection, job)
    # Locking does not say which records it locked.
    by_ids = isinstance(selection, list) and action not in _SINCE_10
    return _to_response(done, by_ids=by_ids)


def _selection(session: Session, params: Mapping[str, Any]) -> Selection:
    """Return the ids or the search that params select by; a search wins over ids.

    Raises:
        APIError: 400 or 403, the params select nothing, or a search is invalid.
    """
    where = params.get("where")
    if where is not None and not isinstance(where, list | dict):
        raise bad_request("Bad 'where'.")
    search = params.get("searchParams", params.get("selectData"))
    if search is not None and not isinstance(search, dict | list):
        raise bad_request("Bad 'searchParams'.")
    if where is not None or search is not None:
        tree = {"searchParams": search or {}}
        return parse_selection(session, tree if where is None else {**tree, "where": where})
    ids = params.get("ids")
    if ids is None:
        raise bad_request("Bad search params for mass action.")
    if not isinstance(ids, list):
        raise bad_request("Bad 'ids'.")
    return [str(id) for id in ids]


def _run_idle(
    session: Session,
    entity: EntityType,
    action: str,
    data: Mapping[str, Any],
    selection: Selection,
) -> int:
    """Run an action whose checks fail it later, not its request; return how many it changed."""
    try:
        job = _job(session, entity, action, data, selection)
        return 0 if job is None else len(_run(session, entity, selection, job))
    except APIError:
        return 0


def status(session: Session, id: str) -> dict[str, Any]:
    """Return the status of an idle action: pending at first, then done.

    Raises:
        APIError: 404, there is no such action.
    """
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    if id not in idle:
        raise not_found()
    action: dict[str, Any] = idle[id]
    if action["userId"] != session.user.id:
        raise forbidden("")
    count = action["count"]
    done = {**action, "status": "Success", "processedCount": count}
    session.settings.set(_IDLE, {**idle, id: done})
    return {"status": action["status"], "processedCount": action["processedCount"]}


def _store_idle(session: Session, count: int) -> str:
    id = session.new_id()
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    action = {
        "status": "Pending",
        "processedCount": 0,
        "count": count,
        "userId": session.user.id,
    }
    session.settings.set(_IDLE, {**idle, id: action})
    return id


def mass_update(session: Session, entity: EntityType) -> dict[str, Any]:
    """Run a mass update in the page's form, which EspoCRM had until 6.1.

    Raises:
        APIError: 400 or 403.
    """
    attributes = session.body.get("attributes")
    if not isinstance(attributes, dict):
        raise bad_request("")
    return _run_old(session, entity, "update", {"values": attributes})


def mass_delete(session: Session, entity: EntityType) -> dict[str, Any]:
    """Run a mass deletion in the page's form.

    Raises:
        APIError: 400 or 403.
    """
    return _run_old(session, entity, "delete", {})


def _run_old(
    session: Session, entity: EntityType, action: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    body = session.body
    params: dict[str, Any] = {"where": body.get("where") or []}
    if body.get("byWhere") is not True:
        params = {"ids": body.get("ids")}
        if not isinstance(params["ids"], list) or not params["ids"]:
            raise bad_request("")
    selection = _selection(session, params)
    job = _job(session, entity, action, data, selection)
    done = [] if job is None else _run(session, entity, selection, job)
    return _to_response(done, by_ids="ids" in params)


def _job(
    session: Session,
    entity: EntityType,
    action: str,
    data: Mapping[str, Any],
    selection: Selection,
) -> Job | None:
    """Return what an action does with one record; None if it changes nothing.

    Raises:
        APIError: 400, 403 or 404.
    """
    if action not in _ACTIONS or (action in _SINCE_10 and session.release < (10, 0)):
        raise not_found(f"Mass action '{action[:50]}' not found.")
    if entity.name in _NO_OBJECTS and (entity.name, action) not in _ALLOWED:
        raise forbidden(f"Mass action '{action}' is disabled for '{entity.name}'.")
    by_search = not isinstance(selection, list)
    return _ACTIONS[action](session, entity, data, by_search)


def _require_mass_update(session: Session) -> None:
    if not session.user.may_mass_update:
        raise forbidden("No mass-update permission.")


def _require_edit(session: Session, entity: EntityType) -> None:
    if session.user.level(entity.name, "edit") == "no":
        raise forbidden(f"No edit access for '{entity.name}'.")
    _require_mass_update(session)


def _delete_job(
    session: Session,
    entity: EntityType,
    _data: Mapping[str, Any],
    by_search: bool,  # noqa: FBT001 - every action of the table gets it by position
) -> Job:
    if session.user.level(entity.name, "delete") == "no":
        raise forbidden(f"No delete access for '{entity.name}'.")
    if by_search:
        _require_mass_update(session)
    return lambda record: _delete(session, entity, record)


def _user_id(session: Session, data: Mapping[str, Any]) -> str:
    """Return the id of the user who is to follow: another one for administrators."""
    id = data.get("userId")
    if id and not session.user.is_admin:
        raise forbidden("")
    return str(id or session.user.id)


def _follow_job(
    session: Session,
    entity: EntityType,
    data: Mapping[str, Any],
    _by_search: bool,  # noqa: FBT001 - as above
) -> Job:
    user = _user_id(session, data)
    if session.user.level(entity.name, "stream") == "no":
        raise forbidden(f"No stream access for '{entity.name}'.")

    def follow(record: Record) -> None:
        if not entity.stream or not session.user.may(entity.name, "stream", record):
            raise forbidden("")
        session.data.relate(FOLLOWERS, record["id"], user)

    return follow


def _unfollow_job(
    session: Session,
    _entity: EntityType,
    data: Mapping[str, Any],
    _by_search: bool,  # noqa: FBT001 - as above
) -> Job:
    user = _user_id(session, data)
    return lambda record: session.data.unrelate(FOLLOWERS, record["id"], user)


def _recalculation_job(
    session: Session,
    entity: EntityType,
    _data: Mapping[str, Any],
    _by_search: bool,  # noqa: FBT001 - as above
) -> Job:
    if not session.user.is_admin:
        raise forbidden("")
    return lambda record: records.save_as_system(session, entity, record)


def _conversion_job(
    session: Session,
    entity: EntityType,
    data: Mapping[str, Any],
    _by_search: bool,  # noqa: FBT001 - as above
) -> Job:
    _require_edit(session, entity)
    target, rates = target_currency(session, data)

    def convert(record: Record) -> None:
        session.user.require(entity.name, "edit", record)
        convert_amounts(session, entity, record, target, rates)

    return convert


def _lock_job(locked: bool) -> ActionOfType:  # noqa: FBT001 - lock or unlock
    def prepare(
        session: Session,
        entity: EntityType,
        _data: Mapping[str, Any],
        _by_search: bool,  # noqa: FBT001 - as above
    ) -> Job:
        if not is_lockable(session, entity):
            raise APIError(500, "Not enabled.")
        if not may_lock(session, entity):
            raise forbidden("Not allowed.")
        if not session.user.may_mass_update:
            raise forbidden("No mass update permission.")

        def lock(record: Record) -> None:
            require_lockable(session, entity, record, locked=locked)
            records.save_lock(session, entity, record, locked=locked)

        return lock

    return prepare


def _update_job(
    session: Session,
    entity: EntityType,
    data: Mapping[str, Any],
    _by_search: bool,  # noqa: FBT001 - as above
) -> Job | None:
    _require_edit(session, entity)
    return _updating(session, entity, data)


#: What each action does.
_ACTIONS: dict[str, ActionOfType] = {
    "update": _update_job,
    "delete": _delete_job,
    "follow": _follow_job,
    "unfollow": _unfollow_job,
    "recalculateFormula": _recalculation_job,
    "convertCurrency": _conversion_job,
    "lock": _lock_job(True),
    "unlock": _lock_job(False),
}
_SINCE_10 = frozenset({"lock", "unlock"})
#: Entity types that have no mass actions, save those allowed.
_NO_OBJECTS = frozenset({"Role", "Team", "Attachment", "Note", "Webhook", "Notification"})
_ALLOWED = frozenset({("Role", "delete"), ("Team", "delete"), ("Attachment", "delete")})


#: Attributes that no write sets.
_SYSTEM_ATTRIBUTES = frozenset({"id", "deleted", "versionNumber"})


def _updating(session: Session, entity: EntityType, data: Mapping[str, Any]) -> Job | None:
    # The values may also be members of the data itself.
    values = data.get("values", data)
    actions: Any = data.get("actions")
    if not isinstance(values, dict) or not isinstance(actions, dict | None):
        raise session.server_error_or("The values or the actions are not an object.")
    actions = actions or {}
    hidden = session.user.hidden(entity.name)
    # Unknown attributes are ignored later, but count as values.
    known = {
        name: value
        for name, value in values.items()
        if name not in _SYSTEM_ATTRIBUTES
        and not (
            (field := entity.by_attribute.get(name)) is not None
            and (field.read_only or field.name in hidden)
        )
    }
    if not known:
        return None

    def update(record: Record) -> None:
        session.user.require(entity.name, "edit", record)
        changes = {
            name: _combined(session, entity, record, name, value, actions.get(name))
            for name, value in known.items()
        }
        changes = normalise(session, entity, changes)
        accepted = accept(session, entity, changes, record)
        records.change(session, entity, record, accepted, changes)

    return update


def _combined(
    session: Session, entity: EntityType, record: Record, name: str, value: Any, action: object
) -> Any:
    """Return a list with items added or removed, as the action of its field says."""
    if action not in {"add", "remove"} or not isinstance(value, list):
        return value
    stored: list[Any] = list(value_of(session, entity, record, name) or [])
    if action == "add":
        return stored + [item for item in value if item not in stored]
    return [item for item in stored if item not in value]


def _delete(session: Session, entity: EntityType, record: Record) -> None:
    session.user.require(entity.name, "delete", record)
    records.mark_deleted(session, entity, record)


def _run(session: Session, entity: EntityType, selection: Selection, job: Job) -> list[str]:
    """Apply a job to one record after the other; return the ids of those that it was applied to.

    Missing and invalid records are skipped.
    """
    done: list[str] = []
    for record in _records(session, entity, selection):
        try:
            job(record)
        except APIError:
            continue
        done.append(record["id"])
    return done


def _records(session: Session, entity: EntityType, selection: Selection) -> list[Record]:
    if not isinstance(selection, list):
        return lists.matching(session, entity, selection)
    if not selection:
        raise session.server_error_or("There are no ids.")
    found = (session.data.find(entity.name, id) for id in dict.fromkeys(selection))
    named = [record for record in found if record is not None]
    return lists.matching(session, entity, Search(), named)


def _to_response(done: list[str], *, by_ids: bool) -> dict[str, Any]:
    return {"count": len(done), "ids": sorted(done)} if by_ids else {"count": len(done)}
