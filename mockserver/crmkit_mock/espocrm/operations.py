"""Which function handles which operation of the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import (
    actions,
    activities,
    attachments,
    calendars,
    currency_rates,
    email_templates,
    emails,
    exports,
    followers,
    global_search,
    imports,
    inbox,
    kanban,
    layouts,
    leads,
    links,
    lists,
    mass_actions,
    me,
    metadata,
    notes,
    record_access,
    records,
    settings,
    stream,
    stream_lists,
    target_lists,
    user_records,
    webhooks,
)
from crmkit_mock.espocrm.controllers import PREFERENCES
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden
from crmkit_mock.espocrm.preferences import read_preferences, update_preferences
from crmkit_mock.espocrm.responses import to_reply
from crmkit_mock.espocrm.search import parse_query
from crmkit_mock.espocrm.session import Session
from crmkit_mock.messages import JSON_TYPE, Reply, row_reply
from crmkit_mock.rows import RowPage

if TYPE_CHECKING:
    from crmkit_mock.espocrm.fields import EntityType

Params = Mapping[str, str]
#: Takes the path parameters too; returns a JSON tree, or a reply that is not 200 with JSON.
Handler = Callable[[Session, Params], Any]

_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_ANY_ORIGIN,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept",
}
#: Entity type by tag, where operations have routes of their own.
_ENTITIES = {
    "accounts": "Account",
    "contacts": "Contact",
    "leads": "Lead",
    "opportunities": "Opportunity",
    "cases": "Case",
    "tasks": "Task",
    "meetings": "Meeting",
    "calls": "Call",
    "emails": "Email",
    "attachments": "Attachment",
    "notes": "Note",
    "webhooks": "Webhook",
}
#: Operations that these entity types have no route for.
_WITHOUT_ROUTE = frozenset({"attachments_update", "attachments_update_patch", "notes_create"})


def answer(session: Session, operation_id: str, params: Params) -> Reply:
    """Answer a request.

    Raises:
        APIError: it is not fulfilled; nothing of it is stored.
        PartiallyApplied: it is not fulfilled; what it stored remains.
    """
    result = OPERATIONS[operation_id](session, params)
    if isinstance(result, RowPage):
        return row_reply(result)
    return result if isinstance(result, Reply) else to_reply(session, result)


# Records of any entity type.


def _list(session: Session, entity: EntityType) -> RowPage:
    search = parse_query(session, session.query)
    if entity.name == "Attachment" and not session.user.is_admin:
        raise forbidden("")
    session.user.require_scope(entity.name, "read")
    if session.has_flag("X-No-Total"):
        search = replace(search, counted=False)
    return lists.list_all(session, entity, search)


def _list_files(session: Session, entity: EntityType) -> RowPage:
    # Only administrators list files.
    if not session.user.is_admin:
        raise forbidden("")
    return _list(session, entity)


def _create(session: Session, entity: EntityType) -> dict[str, Any]:
    if entity.name == "User":
        return user_records.create(session)
    body = dict(session.body)
    skip = body.pop("_skipDuplicateCheck", False) is True
    if session.header("X-Skip-Duplicate-Check") is not None:
        skip = session.has_flag("X-Skip-Duplicate-Check")
    return records.create(session, entity, body, skip_duplicate_check=skip)


def _get(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    return records.read(session, entity, id)


def _update(session: Session, entity: EntityType, id: str) -> dict[str, Any]:
    if entity.name == "User":
        return user_records.update(session, id)
    return records.update(session, entity, id, session.body)


def _delete(session: Session, entity: EntityType, id: str) -> Reply | bool:
    if entity.name == "User":
        user_records.delete(session, id)
    else:
        records.delete(session, entity, id)
    return _deleted(session)


def _deleted(session: Session) -> Reply | bool:
    if session.profile.silent_delete:
        # The empty body stands for true.
        return Reply(200, b"", media_type=JSON_TYPE, tree=True)
    return True


def _of_type(action: Callable[[Session, EntityType], Any], name: str | None = None) -> Handler:
    return lambda session, params: action(session, session.entity(name or params["entityType"]))


def _of_record(
    action: Callable[[Session, EntityType, str], Any], name: str | None = None
) -> Handler:
    return lambda session, params: action(
        session, session.entity(name or params["entityType"]), params["id"]
    )


def _of_known(action: Callable[[Session, EntityType, str], Any]) -> Handler:
    """Return the handler of a route that crashes at an unknown entity type."""

    def handle(session: Session, params: Params) -> Any:
        name = params["entityType"]
        name = name[:1].upper() + name[1:]
        if name not in ENTITY_TYPES:
            raise session.server_error_or(f"There is no entity type {name[:50]}.")
        return action(session, ENTITY_TYPES[name], params["id"])

    return handle


def _of_link(action: Callable[[Session, EntityType, str, str], Any]) -> Handler:
    return lambda session, params: action(
        session, session.entity(params["entityType"]), params["id"], params["link"]
    )


def _by_id(action: Callable[[Session, str], Any]) -> Handler:
    return lambda session, params: action(session, params["id"])


def _plain(action: Callable[[Session], Any]) -> Handler:
    return lambda session, _params: action(session)


def _record_operations(tag: str, name: str | None = None) -> dict[str, Handler]:
    return {
        f"{tag}_list": _of_type(_list, name),
        f"{tag}_create": _of_type(_create, name),
        f"{tag}_get": _of_record(_get, name),
        f"{tag}_update": _of_record(_update, name),
        f"{tag}_update_patch": _of_record(_update, name),
        f"{tag}_delete": _of_record(_delete, name),
    }


def _or_preferences(handler: Handler, action: Callable[[Session, str], Any]) -> Handler:
    """Return the handler of an operation on a record of any type, or on a user's preferences."""

    def handle(session: Session, params: Params) -> Any:
        if params["entityType"][1:] == PREFERENCES[1:]:
            return action(session, params["id"])
        return handler(session, params)

    return handle


# Records with rules of their own.


def _delete_attachment(session: Session, id: str) -> Reply | bool:
    attachments.delete(session, id)
    return _deleted(session)


def _delete_note(session: Session, id: str) -> Reply | bool:
    stream.delete(session, id)
    return _deleted(session)


def _create_webhook(session: Session) -> Reply:
    return to_reply(session, webhooks.create(session), 201)


def _capture_lead(session: Session, params: Params) -> Reply:
    return to_reply(session, leads.capture(session, params["apiKey"]), headers=_ANY_ORIGIN)


def _state(**state: bool) -> Handler:
    """Return the handler that sets the state of e-mails for the user."""
    return lambda session, _params: inbox.set_state(session, state)


def _lead_capture_preflight(session: Session, params: Params) -> Reply:
    leads.require_form(params["apiKey"])
    return to_reply(session, tree=True, headers=_PREFLIGHT)


# The system.


def _me(session: Session) -> Reply:
    return to_reply(session, me.read(session), headers=me.token_cookie(session))


def _metadata(session: Session) -> Any:
    tree = metadata.metadata_at_key(session)
    return Reply(200, b"", tree="") if tree is None else tree


def _open_api(session: Session) -> dict[str, Any]:
    if not session.user.is_admin:
        raise forbidden("No access to OpenApi scope.")
    return {"openapi": "3.1.1", "info": {"title": "EspoCRM", "version": settings.version(session)}}


#: Handler by operationId, for the operations of either profile.
OPERATIONS: dict[str, Handler] = {
    **{
        operation_id: handler
        for tag, name in _ENTITIES.items()
        for operation_id, handler in _record_operations(tag, name).items()
        if operation_id not in _WITHOUT_ROUTE
    },
    **_record_operations("records"),
    "records_get": _or_preferences(_of_record(_get), read_preferences),
    "records_update": _or_preferences(_of_record(_update), update_preferences),
    "leads_convert": lambda session, _: leads.convert(session, session.body.get("id")),
    "leads_convert_by_id": _by_id(leads.convert),
    "leads_convert_attributes": lambda session, _: leads.conversion_attributes(
        session, session.body.get("id")
    ),
    "emails_create": _plain(emails.create),
    "emails_get": _by_id(inbox.read),
    "emails_update": _by_id(emails.update),
    "emails_update_patch": _by_id(emails.update),
    "emails_mark_read": _plain(inbox.mark_read),
    "emails_mark_unread": _state(isRead=False),
    "emails_mark_important": _state(isImportant=True),
    "emails_unmark_important": _state(isImportant=False),
    "emails_move_to_trash": _state(inTrash=True),
    "emails_restore_from_trash": _state(inTrash=False),
    "emails_move_to_folder": lambda session, params: inbox.move_to_folder(
        session, params["folderId"]
    ),
    "emails_unread_counts": _plain(inbox.unread_counts),
    "attachments_list": _of_type(_list_files, "Attachment"),
    "attachments_create": _plain(attachments.create),
    "attachments_copy": _by_id(attachments.copy),
    "attachments_get": _by_id(attachments.read),
    "attachments_delete": _by_id(_delete_attachment),
    "attachments_download": _by_id(attachments.download),
    "attachments_chunk": _by_id(attachments.add_chunk),
    "stream_post": _plain(stream.post),
    "notes_get": _by_id(stream.read),
    "notes_update": _by_id(stream.update),
    "notes_update_patch": _by_id(stream.update),
    "notes_delete": _by_id(_delete_note),
    "notes_pin": _by_id(notes.pin),
    "notes_unpin": _by_id(notes.unpin),
    "notes_react": lambda session, params: notes.react(session, params["id"], params["type"]),
    "notes_unreact": lambda session, params: notes.unreact(session, params["id"], params["type"]),
    "webhooks_create": _plain(_create_webhook),
    "webhooks_update": _by_id(webhooks.update),
    "webhooks_update_patch": _by_id(webhooks.update),
    "records_related": _of_link(links.list_linked),
    "records_link": _of_link(links.link_records),
    "records_unlink": _of_link(links.unlink_records),
    "records_unlink_all": _plain(links.empty_target_list),
    "records_duplicate_attributes": _of_type(records.duplicate_attributes),
    "records_restore": _of_type(records.restore),
    "mass_actions_run": _plain(mass_actions.run),
    "mass_actions_status": _by_id(mass_actions.status),
    "records_mass_update": _of_type(mass_actions.mass_update),
    "records_mass_delete": _of_type(mass_actions.mass_delete),
    "actions_run": _plain(actions.run),
    "exports_create": _plain(exports.create),
    "exports_status": _by_id(exports.status),
    "imports_upload": _plain(imports.upload),
    "imports_run": _plain(imports.run),
    "imports_revert": _by_id(imports.revert),
    "email_templates_prepare": _by_id(email_templates.prepare),
    "target_lists_opted_out": _by_id(target_lists.opted_out),
    "stream_list": _plain(stream_lists.list_own),
    "stream_list_all": _plain(stream_lists.list_all),
    "stream_record": _of_known(stream_lists.list_of_record),
    "stream_posts": _of_known(stream_lists.list_posts),
    "stream_attachments": lambda session, params: record_access.stream_attachments(
        session, params["entityType"], params["id"]
    ),
    "records_users_access": lambda session, params: record_access.users_access(
        session, params["entityType"], params["id"]
    ),
    "follow": _of_record(followers.follow),
    "unfollow": _of_record(followers.unfollow),
    "followers_list": _of_known(followers.list_followers),
    "followers_add": _of_known(followers.add_followers),
    "followers_remove": _of_known(followers.remove_followers),
    "stars_add": _of_known(followers.add_star),
    "stars_remove": _of_known(followers.remove_star),
    "attendees_list": _of_record(activities.attendees),
    "activities_calendar": _plain(calendars.calendar),
    "activities_busy_ranges": _plain(calendars.busy_ranges),
    "activities_upcoming": _plain(activities.upcoming),
    "activities_list": lambda session, params: activities.list_of_record(
        session, params["entityType"], params["id"], params["activityList"]
    ),
    "search_records": _plain(global_search.search_records),
    "search_email_addresses": _plain(global_search.search_email_addresses),
    "kanban_get": lambda session, params: kanban.kanban(session, params["entityType"]),
    "app_greeting": lambda _session, _params: "EspoCRM REST API",
    "app_about": lambda session, _params: {
        "text": "A mock of EspoCRM.",
        "version": settings.version(session),
    },
    "app_openapi": _plain(_open_api),
    "app_destroy_token": _plain(me.destroy_token),
    "me": _plain(_me),
    "users_acl": _by_id(me.access),
    "metadata_get": _plain(_metadata),
    "i18n_get": lambda _session, _params: metadata.labels(),
    "layouts_get": lambda session, params: layouts.layout(
        session, params["entityType"], params["name"]
    ),
    "settings_get": _plain(settings.settings),
    "settings_update": _plain(settings.update_settings),
    "currency_rates_get": _plain(currency_rates.read),
    "currency_rates_update": _plain(currency_rates.update),
    "lead_capture_submit": _capture_lead,
    "lead_capture_preflight": _lead_capture_preflight,
}
