"""Mass actions: one change or deletion of many records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import FOLLOWERS
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, bad_request, forbidden, not_found
from crmkit_mock.espocrm.php_types import to_list
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
    entity = ENTITY_TYPES.get(name)
    if entity is None:
        raise session.server_error_or(f"There is no entity type {name[:50]}.")
    if all(params.get(key) is None for key in ("ids", "where", "searchParams")):
        raise bad_request("Bad search params for mass action.")
    data = body.get("data")
    job = _job(session, entity, action, data if isinstance(data, dict) else {}, params)
    done = _run(session, entity, params, job)
    if body.get("idle") is True:
        return {"id": _store_idle(session, len(done))}
    return _to_response(done, by_ids="ids" in params)


def status(session: Session, id: str) -> dict[str, Any]:
    """Return the status of an idle action: pending at first, then done.

    Raises:
        APIError: 404, there is no such action.
    """
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    if id not in idle:
        raise not_found()
    action: dict[str, Any] = idle[id]
    count = action["count"]
    done = {"status": "Success", "processedCount": count, "count": count}
    session.settings.set(_IDLE, {**idle, id: done})
    return {"status": action["status"], "processedCount": action["processedCount"]}


def _store_idle(session: Session, count: int) -> str:
    id = session.new_id()
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    action = {"status": "Pending", "processedCount": 0, "count": count}
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
    job = _job(session, entity, action, data, params)
    return _to_response(_run(session, entity, params, job), by_ids="ids" in params)


def _job(
    session: Session,
    entity: EntityType,
    action: str,
    data: Mapping[str, Any],
    params: Mapping[str, Any],
) -> Job:
    match action:
        case "update":
            session.user.require_scope(entity.name, "edit")
            if not session.user.may_mass_update:
                raise forbidden("No mass-update permission.")
            return _updating(session, entity, data)
        case "delete":
            by_search = "ids" not in params
            allowed = session.user.level(entity.name, "delete") != "no"
            if not allowed or (by_search and not session.user.may_mass_update):
                raise forbidden(f"No delete access for '{entity.name}'.")
            return lambda record: _delete(session, entity, record)
        case "follow" | "unfollow" if entity.stream:
            session.user.require_scope(entity.name, "stream")
            change = session.data.relate if action == "follow" else session.data.unrelate
            return lambda record: change(FOLLOWERS, record["id"], session.user.id)
        case "recalculateFormula" | "convertCurrency":
            session.user.require_scope(entity.name, "edit")
            return lambda _record: None
        case _:
            raise not_found(f"Mass action '{action[:50]}' does not exist.")


def _updating(session: Session, entity: EntityType, data: Mapping[str, Any]) -> Job:
    # The values may also be members of the data itself.
    values = data.get("values")
    values = values if isinstance(values, dict) else data
    actions: Any = data.get("actions")
    actions = actions if isinstance(actions, dict) else {}

    def update(record: Record) -> None:
        session.user.require(entity.name, "edit", record)
        changes = {
            name: _combined(record, name, value, actions.get(name))
            for name, value in values.items()
            if name not in {"values", "actions"}
        }
        changes = normalise(session, entity, changes)
        accepted = accept(session, entity, changes, record)
        records.change(session, entity, record, accepted, changes)

    return update


def _combined(record: Record, name: str, value: Any, action: object) -> Any:
    """Return a list with items added or removed, as the action of its field says."""
    if action not in {"add", "remove"} or not isinstance(value, list):
        return value
    stored: list[Any] = list(record.get(name) or [])
    if action == "add":
        return stored + [item for item in value if item not in stored]
    return [item for item in stored if item not in value]


def _delete(session: Session, entity: EntityType, record: Record) -> None:
    session.user.require(entity.name, "delete", record)
    records.mark_deleted(session, entity, record)


def _run(session: Session, entity: EntityType, params: Mapping[str, Any], job: Job) -> list[str]:
    """Apply a job to one record after the other; return the ids of those that it was applied to.

    Missing and invalid records are skipped.
    """
    done: list[str] = []
    for record in _records(session, entity, params):
        try:
            job(record)
        except APIError:
            continue
        done.append(record["id"])
    return done


def _records(session: Session, entity: EntityType, params: Mapping[str, Any]) -> list[Record]:
    if "ids" not in params:
        return lists.matching(session, entity, parse_selection(session, params))
    ids = dict.fromkeys(str(id) for id in to_list(params["ids"]))
    if not ids:
        raise session.server_error_or("There are no ids.")
    found = (session.data.find(entity.name, id) for id in ids)
    named = [record for record in found if record is not None]
    return lists.matching(session, entity, Search(), named)


def _to_response(done: list[str], *, by_ids: bool) -> dict[str, Any]:
    return {"count": len(done), "ids": sorted(done)} if by_ids else {"count": len(done)}
