"""Mass actions: one change or one deletion of many records (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.attributes import FOLLOWERS
from crmkit_mock.espocrm.other_types import ENTITY_TYPES
from crmkit_mock.espocrm.php import items
from crmkit_mock.espocrm.refusals import Problem, bad_request, forbidden, not_found
from crmkit_mock.espocrm.rules import settle
from crmkit_mock.espocrm.search import Search, read_chosen
from crmkit_mock.espocrm.values import accept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

    #: Does one record; raises if it cannot.
    Job = Callable[[Record], None]

_IDLE = "idle mass actions"


def run(session: Session) -> dict[str, Any]:
    """Run what `POST /MassAction` asks for.

    An idle action is done at once as well, but told to be pending until its status was asked for
    once: the mock has no cron.

    Raises:
        Problem: 400, 403, 404, or a crash for an unknown entity type and for no ids.
    """
    body = session.body
    name, kind, params = body.get("entityType"), body.get("action"), body.get("params")
    if not isinstance(name, str) or not isinstance(kind, str) or not isinstance(params, dict):
        raise bad_request("")
    entity = ENTITY_TYPES.get(name)
    if entity is None:
        raise session.crash(f"There is no entity type {name[:50]}.")
    if all(params.get(name) is None for name in ("ids", "where", "searchParams")):
        raise bad_request("Bad search params for mass action.")
    data = body.get("data")
    job = _job(session, entity, kind, data if isinstance(data, dict) else {}, params)
    done = _run(session, entity, params, job)
    if body.get("idle") is True:
        return {"id": _note_idle(session, len(done))}
    return _told(done, by_ids="ids" in params)


def status(session: Session, id: str) -> dict[str, Any]:
    """Return how far an idle action is: pending at first, then done.

    Raises:
        Problem: 404, there is no such action.
    """
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    if id not in idle:
        raise not_found()
    told: dict[str, Any] = idle[id]
    session.settings.set(
        _IDLE,
        {
            **idle,
            id: {"status": "Success", "processedCount": told["count"], "count": told["count"]},
        },
    )
    return {"status": told["status"], "processedCount": told["processedCount"]}


def _note_idle(session: Session, count: int) -> str:
    id = session.new_id()
    idle: dict[str, Any] = session.settings.get(_IDLE) or {}
    told = {"status": "Pending", "processedCount": 0, "count": count}
    session.settings.set(_IDLE, {**idle, id: told})
    return id


def update_by_page(session: Session, entity: EntityType) -> dict[str, Any]:
    """Run a mass update in the page's form, which EspoCRM had until 6.1.

    Raises:
        Problem: 400 or 403.
    """
    attributes = session.body.get("attributes")
    if not isinstance(attributes, dict):
        raise bad_request("")
    job = _job(session, entity, "update", {"values": attributes}, _old_params(session))
    params = _old_params(session)
    return _told(_run(session, entity, params, job), by_ids="ids" in params)


def delete_by_page(session: Session, entity: EntityType) -> dict[str, Any]:
    """Run a mass deletion in the page's form.

    Raises:
        Problem: 400 or 403.
    """
    params = _old_params(session)
    job = _job(session, entity, "delete", {}, params)
    return _told(_run(session, entity, params, job), by_ids="ids" in params)


def _old_params(session: Session) -> dict[str, Any]:
    body = session.body
    if body.get("byWhere") is True:
        return {"where": body.get("where") or []}
    ids = body.get("ids")
    if not isinstance(ids, list) or not ids:
        raise bad_request("")
    return {"ids": ids}


def _job(
    session: Session,
    entity: EntityType,
    kind: str,
    data: Mapping[str, Any],
    params: Mapping[str, Any],
) -> Job:
    match kind:
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
            return lambda record: _follow(session, record, follow=kind == "follow")
        case "recalculateFormula" | "convertCurrency":
            session.user.require_scope(entity.name, "edit")
            return lambda _record: None
        case _:
            raise not_found(f"Mass action '{kind[:50]}' does not exist.")


def _updating(session: Session, entity: EntityType, data: Mapping[str, Any]) -> Job:
    # The values may also stand in the data themselves.
    values = data.get("values")
    flat = values if isinstance(values, dict) else data
    actions: Any = data.get("actions")
    actions = actions if isinstance(actions, dict) else {}

    def update(record: Record) -> None:
        session.user.require(entity.name, "edit", record)
        changes = {
            name: _combined(record, name, value, actions.get(name))
            for name, value in flat.items()
            if name not in {"values", "actions"}
        }
        settled = settle(session, entity, changes)
        accepted = accept(session, entity, settled, record)
        records.change(session, entity, record, accepted, settled)

    return update


def _combined(record: Record, name: str, value: Any, action: object) -> Any:
    """Return a list with members added or removed, as a field's action says."""
    if action not in {"add", "remove"} or not isinstance(value, list):
        return value
    there: list[Any] = list(record.get(name) or [])
    if action == "add":
        return there + [one for one in value if one not in there]
    return [one for one in there if one not in value]


def _delete(session: Session, entity: EntityType, record: Record) -> None:
    session.user.require(entity.name, "delete", record)
    records.remove(session, entity, record)


def _follow(session: Session, record: Record, *, follow: bool) -> None:
    if follow:
        session.data.relate(FOLLOWERS, record["id"], session.user.id)
    else:
        session.data.unrelate(FOLLOWERS, record["id"], session.user.id)


def _run(session: Session, entity: EntityType, params: Mapping[str, Any], job: Job) -> list[str]:
    """Do one record after the other; return the ids of those that were done.

    Missing and invalid records are skipped without a word.
    """
    done: list[str] = []
    for record in _records(session, entity, params):
        try:
            job(record)
        except Problem:
            continue
        done.append(record["id"])
    return done


def _records(session: Session, entity: EntityType, params: Mapping[str, Any]) -> list[Record]:
    if "ids" in params:
        ids = {str(one) for one in items(params["ids"])}
        if not ids:
            raise session.crash("There are no ids.")
        pool = [one for one in session.data.all(entity.name) if one["id"] in ids]
        return lists.matching(session, entity, Search(), pool)
    return lists.matching(session, entity, read_chosen(session, params))


def _told(done: list[str], *, by_ids: bool) -> dict[str, Any]:
    return {"count": len(done), "ids": sorted(done)} if by_ids else {"count": len(done)}
