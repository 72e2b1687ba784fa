"""The access of a user as `App/user` and `User/{id}/acl` show it (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import MANDATORY, Action, Row, User
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.users import INTEGRATOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ACTIONS: tuple[Action, ...] = ("read", "stream", "edit", "delete", "create")
_ALL = {"read": "all", "stream": "all", "edit": "all", "delete": "all", "create": "yes"}
#: Scopes of administrators alone, beside those that others may have.
_ADMIN_RECORDS = (
    "AddressCountry", "AppLogRecord", "AppSecret", "ArrayValue", "AuthLogRecord", "AuthToken",
    "AuthenticationProvider", "Autofollow", "DashboardTemplate", "EmailAddress",
    "EmailTemplateCategory", "InboundEmail", "Integration", "LayoutRecord", "LayoutSet",
    "LeadCapture", "LeadCaptureLogRecord", "OAuthAccount", "OAuthProvider",
    "PasswordChangeRequest", "PhoneNumber", "Portal", "PortalRole", "Role", "ScheduledJob",
    "ScheduledJobLogRecord", "StreamSubscription", "Template", "UniqueId", "UserData",
    "UserReaction", "WebhookEventQueueItem", "WebhookQueueItem", "WorkingTimeRange",
    "DocumentFolder", "KnowledgeBaseArticle", "KnowledgeBaseCategory", "Reminder",
    "TargetListCategory", "ImportError",
)  # fmt: skip
#: Scopes that are granted as a whole, and those that are not records.
_ADMIN_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(
        ("EmailAccountScope", "ExternalAccount", "Webhook", "WorkingTimeCalendar"), True
    ),
    **dict.fromkeys(
        ("Dashboard", "Export", "Formula", "LastViewed", "MassAction", "PortalUser", "Target"),
        False,
    ),
}
_READ_DELETE = {"read": "all", "stream": "no", "edit": "no", "delete": "all", "create": "no"}
_READ_ALL = {"read": "all", "stream": "no", "edit": "no", "delete": "no", "create": "no"}
_READ_EDIT = {"read": "yes", "stream": "no", "edit": "yes", "delete": "no", "create": "no"}
#: Scopes in which fields have no access of their own.
_WITHOUT_FIELDS = frozenset(
    {"Activities", "Calendar", "EmailAccountScope", "GlobalStream", "ImportEml", "OpenApi",
     "Stream"}
)  # fmt: skip
_NO = {"read": "no", "edit": "no"}
_READ_ONLY = {"read": "yes", "edit": "no"}
#: Access to fields that nobody but administrators has, by entity type.
_FIELDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "ActionHistoryRecord": {"authToken": _NO, "authLogRecord": _NO},
    "Call": {"uid": _NO},
    "Email": {"inboundEmails": _NO, "emailAccounts": _NO},
    "EmailAccount": {"assignedUser": _READ_ONLY},
    "EmailFolder": {"assignedUser": _READ_ONLY},
    "Meeting": {"uid": _NO},
    "User": {
        "password": _NO,
        "passwordConfirm": _NO,
        "authMethod": _NO,
        "apiKey": _NO,
        "secretKey": _NO,
        "token": _NO,
        "avatarColor": _READ_ONLY,
        "gender": _NO,
        "dashboardTemplate": _NO,
        "workingTimeCalendar": _READ_ONLY,
        "auth2FA": _NO,
    },
}
#: Attributes of the fields above that have other ones than their names.
_LINK_FIELDS = frozenset(
    {"assignedUser", "authToken", "authLogRecord", "dashboardTemplate", "workingTimeCalendar"}
)
_LINKS_FIELDS = frozenset({"inboundEmails", "emailAccounts"})
#: Permissions and the highest level of each.
_PERMISSIONS: Mapping[str, str] = {
    "assignment": "all",
    "message": "all",
    "mention": "yes",
    "userCalendar": "all",
    "audit": "yes",
    "export": "yes",
    "massUpdate": "yes",
    "user": "all",
    "portal": "yes",
    "groupEmailAccount": "all",
    "followerManagement": "all",
    "dataPrivacy": "yes",
    "lock": "yes",
}


def access_table(user: User, release: tuple[int, ...], *, complete: bool = False) -> dict[str, Any]:
    """Return the access of a user.

    Args:
        user: The user.
        release: Release of EspoCRM that is imitated.
        complete: Whether to name the scopes that the user does not have too.
    """
    rows = _admin_rows(release) if user.is_admin else _rows(user, release)
    if complete and not user.is_admin:
        rows = {**dict.fromkeys(_admin_rows(release), False), "Portal": dict(_READ_ALL), **rows}
    without = {scope for scope, row in rows.items() if row is False and not complete}
    without |= {*_WITHOUT_FIELDS, *(name for name, row in _ADMIN_FLAGS.items() if not row)}
    fields = {
        scope: {} if user.is_admin else _fields(user, scope)
        for scope in rows
        if scope not in without
    }
    permissions = {
        f"{name}Permission": highest if user.is_admin else user.permission(name)
        for name, highest in _PERMISSIONS.items()
        if name != "lock" or release >= (10, 0)
    }
    return {
        "table": rows,
        "fieldTable": fields,
        "fieldTableQuickAccess": {
            scope: _quick_access(scope, access) for scope, access in fields.items()
        },
        **permissions,
    }


def _rows(user: User, release: tuple[int, ...]) -> dict[str, Any]:
    rows: dict[str, Row] = {**MANDATORY, **(user.role.table if user.role else {})}
    if release >= (10, 0):
        rows |= {"Pipeline": True, "PipelineStage": True}
        if "Currency" in rows:
            rows |= {"CurrencyRecord": True, "CurrencyRecordRate": rows["Currency"]}
    return {
        scope: row
        if isinstance(row, bool)
        else {action: row.get(action, "no") for action in _ACTIONS}
        for scope, row in rows.items()
        if row is not False
    }


def _admin_rows(release: tuple[int, ...]) -> dict[str, Any]:
    rows: dict[str, Any] = {
        scope: row if row is True else dict(_ALL)
        for scope, row in {**MANDATORY, **INTEGRATOR.table}.items()
    }
    rows |= {scope: dict(_ALL) for scope in _ADMIN_RECORDS}
    rows |= _ADMIN_FLAGS
    rows |= {name: {**_ALL, "stream": "no"} for name in ("Team", "User")}
    rows |= {
        "Currency": dict(_READ_EDIT),
        "Job": dict(_READ_DELETE),
        "Extension": dict(_READ_DELETE),
    }
    if release >= (9, 3):
        rows["OpenApi"] = True
    if release >= (10, 0):
        rows |= {"CurrencyRecord": dict(_ALL), "CurrencyRecordRate": dict(_READ_EDIT)}
        rows |= {"Pipeline": True, "PipelineStage": True}
    return rows


def _fields(user: User, scope: str) -> dict[str, Any]:
    if scope == "Email" and not user.has_scope(scope):
        return {}
    access = {name: dict(levels) for name, levels in _FIELDS.get(scope, {}).items()}
    # Sets of layouts are hidden as records that only administrators read.
    hidden = user.hidden(scope) - {"layoutSet"}
    return access | {name: dict(_NO) for name in sorted(hidden)}


def _quick_access(scope: str, access: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the restricted fields of a scope, and their attributes, by action and level."""
    attributes = {name: _attributes(scope, name) for name in access}

    def names(action: str, level: str) -> list[str]:
        return [name for name, levels in access.items() if levels[action] == level]

    def flat(fields: Iterable[str]) -> list[str]:
        return [attribute for name in fields for attribute in attributes[name]]

    return {
        "attributes": {
            action: {level: flat(names(action, level)) for level in ("yes", "no")}
            for action in ("read", "edit")
        },
        "fields": {
            action: {level: names(action, level) for level in ("yes", "no")}
            for action in ("read", "edit")
        },
    }


def _attributes(scope: str, name: str) -> tuple[str, ...]:
    if name in _LINK_FIELDS:
        return (f"{name}Id", f"{name}Name")
    if name in _LINKS_FIELDS:
        return (f"{name}Ids", f"{name}Names")
    entity = ENTITY_TYPES.get(scope)
    field = entity.by_name.get(name) if entity is not None else None
    return (name,) if field is None else field.attributes
