"""Which function answers which operation of the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import (
    actions,
    activities,
    attachments,
    conversion,
    links,
    lists,
    mail,
    mass,
    records,
    stream,
    system,
)
from crmkit_mock.espocrm.people import PEOPLE
from crmkit_mock.espocrm.refusals import bad_request, forbidden, not_found
from crmkit_mock.espocrm.search import read_search
from crmkit_mock.espocrm.session import Session

if TYPE_CHECKING:
    from crmkit_mock.espocrm.doors import Doors
    from crmkit_mock.espocrm.fields import EntityType

Params = Mapping[str, str]
Route = Callable[[Session, Params], Any]


def list_records(session: Session, entity: EntityType) -> dict[str, Any]:
    """Return a page of an entity type's records."""
    session.user.require_scope(entity.name, "read")
    search = read_search(session, session.query)
    if (session.header("X-No-Total") or "").lower() == "true":
        search = replace(search, counted=False)
    found = lists.matching(session, entity, search)
    return lists.page(session, entity, search, found)


def create_record(session: Session, entity: EntityType) -> Any:
    """Make a record of what the body holds."""
    match entity.name:
        case "Email":
            return mail.create(session, session.body)
        case "Note":
            return stream.post(session, session.body)
        case "Attachment":
            return attachments.create(session)
        case "Webhook":
            return system.create_webhook(session)
        case _:
            body = dict(session.body)
            header = (session.header("X-Skip-Duplicate-Check") or "").lower()
            skip = header == "true" or body.pop("_skipDuplicateCheck", False) is True
            return records.create(session, entity, body, skip_duplicate_check=skip)


def read_record(session: Session, entity: EntityType, id: str) -> Any:
    """Return a record."""
    if entity.name == "Attachment":
        return attachments.read(session, id)
    return stream.read(session, id) if entity.name == "Note" else records.read(session, entity, id)


def update_record(session: Session, entity: EntityType, id: str) -> Any:
    """Change a record."""
    match entity.name:
        case "Email":
            return mail.update(session, id, session.body)
        case "Note":
            return stream.update(session, id, session.body)
        case _:
            return records.update(session, entity, id, session.body)


def delete_record(session: Session, entity: EntityType, id: str) -> bool:
    """Delete a record."""
    match entity.name:
        case "Attachment":
            attachments.delete(session, id)
        case "Note":
            stream.delete(session, id)
        case _:
            records.delete(session, entity, id)
    return True


def _of_type(action: Callable[[Session, EntityType], Any]) -> Route:
    return lambda session, params: action(session, session.entity(params["entityType"]))


def _of_record(action: Callable[[Session, EntityType, str], Any]) -> Route:
    return lambda session, params: action(
        session, session.entity(params["entityType"]), params["id"]
    )


def _of_link(action: Callable[[Session, EntityType, str, str], Any]) -> Route:
    return lambda session, params: action(
        session, session.entity(params["entityType"]), params["id"], params["link"]
    )


def _restore(session: Session, entity: EntityType) -> bool:
    records.restore(session, entity, session.body.get("id"))
    return True


def _open_api(session: Session) -> dict[str, Any]:
    if not session.user.is_admin:
        raise forbidden("")
    return {"openapi": "3.1.1", "info": {"title": "EspoCRM", "version": system.VERSION}}


def _acl(session: Session, id: str) -> dict[str, Any]:
    if not session.user.is_admin and id != session.user.id:
        raise forbidden("")
    for person in PEOPLE.values():
        if person.user.id == id:
            return person.user.table()
    raise not_found()


def token_destroyer(doors: Doors) -> Route:
    """Return the route that ends a token."""

    def destroy(session: Session, _params: Params) -> bool:
        token = session.body.get("token")
        if not isinstance(token, str) or not token:
            raise bad_request("")
        doors.destroy_token(token)
        return True

    return destroy


#: Answers by operationId. Operations that are not here are those of the records of a type.
ROUTES: dict[str, Route] = {
    "leads_convert": lambda session, _: conversion.convert(session, session.body.get("id")),
    "leads_convert_by_id": lambda session, params: conversion.convert(session, params["id"]),
    "leads_convert_attributes": lambda session, _: conversion.attributes(
        session, session.body.get("id")
    ),
    "records_unlink_all": lambda session, _: actions.unlink_all(session),
    "mass_actions_run": lambda session, _: mass.run(session),
    "mass_actions_status": lambda session, params: mass.status(session, params["id"]),
    "records_mass_update": _of_type(mass.update_by_page),
    "records_mass_delete": _of_type(mass.delete_by_page),
    "actions_run": lambda session, _: actions.run(session),
    "exports_create": lambda session, _: system.export(session),
    "attachments_chunk": lambda session, params: attachments.add_chunk(session, params["id"]),
    "stream_list": lambda session, _: stream.everywhere(session, mine=True),
    "stream_list_all": lambda session, _: stream.everywhere(session, mine=False),
    "stream_record": _of_record(
        lambda session, entity, id: stream.of_record(session, entity, id, posts=False)
    ),
    "stream_posts": _of_record(
        lambda session, entity, id: stream.of_record(session, entity, id, posts=True)
    ),
    "follow": _of_record(stream.follow),
    "unfollow": _of_record(stream.unfollow),
    "followers_list": _of_record(stream.followers),
    "followers_add": _of_record(
        lambda session, entity, id: stream.change_followers(session, entity, id, add=True)
    ),
    "followers_remove": _of_record(
        lambda session, entity, id: stream.change_followers(session, entity, id, add=False)
    ),
    "stars_add": _of_record(lambda session, entity, id: stream.star(session, entity, id, add=True)),
    "stars_remove": _of_record(
        lambda session, entity, id: stream.star(session, entity, id, add=False)
    ),
    "attendees_list": _of_record(activities.attendees),
    "search_records": lambda session, _: activities.global_search(session),
    "search_email_addresses": lambda session, _: activities.email_addresses(session),
    "activities_calendar": lambda session, _: activities.calendar(session),
    "activities_upcoming": lambda session, _: activities.upcoming(session),
    "activities_list": lambda session, params: activities.of_record(
        session, session.entity(params["entityType"]), params["id"], params["activityList"]
    ),
    "kanban_get": _of_type(activities.kanban),
    "app_greeting": lambda _session, _params: "EspoCRM REST API",
    "app_about": lambda _session, _params: {"version": system.VERSION, "text": "A mock."},
    "app_openapi": lambda session, _: _open_api(session),
    "metadata_get": lambda session, _: system.metadata_part(session),
    "settings_get": lambda session, _: system.settings(session),
    "settings_update": lambda session, _: system.change_settings(session),
    "i18n_get": lambda _session, _params: system.language(),
    "currency_rates_get": lambda session, _: system.rates(session),
    "currency_rates_update": lambda session, _: system.change_rates(session),
    "users_acl": lambda session, params: _acl(session, params["id"]),
    "lead_capture_submit": lambda session, params: actions.capture_lead(session, params["apiKey"]),
    "lead_capture_preflight": lambda _session, _params: True,
    "records_duplicate_attributes": _of_type(
        lambda session, entity: records.duplicate_attributes(
            session, entity, session.body.get("id")
        )
    ),
    "records_restore": _of_type(_restore),
    "layouts_get": lambda session, params: system.layout(
        session, session.entity(params["entityType"]), params["name"]
    ),
    "records_related": _of_link(links.related),
    "records_link": _of_link(links.link_all),
    "records_unlink": _of_link(links.unlink_all),
}
