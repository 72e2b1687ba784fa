"""The system's own routes: metadata, settings, language, layouts, rates, tokens, webhooks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists, records
from crmkit_mock.espocrm.metadata import metadata
from crmkit_mock.espocrm.other_types import ENTITY_TYPES, USER, WEBHOOK
from crmkit_mock.espocrm.profiles import SERVER_ZONE
from crmkit_mock.espocrm.refusals import bad_request, forbidden, not_found
from crmkit_mock.espocrm.search import MAX_SIZE, Search, read_params
from crmkit_mock.espocrm.session import BASE_CURRENCY
from crmkit_mock.espocrm.shapes import read_shape

if TYPE_CHECKING:
    from crmkit_mock.espocrm.doors import Doors
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Release whose replies the mock's are modelled on.
VERSION = "9.2.7"
_PUBLIC = {
    "applicationName": "EspoCRM",
    "dateFormat": "DD.MM.YYYY",
    "decimalMark": ".",
    "language": "en_US",
    "logoSrc": "client/img/logo-light.svg",
    "passwordRecoveryEnabled": True,
    "siteUrl": "https://espocrm.example",
    "theme": "Espo",
    "thousandSeparator": ",",
    "timeFormat": "HH:mm",
    "timeZone": SERVER_ZONE,
    "useCache": True,
    "useWebSocket": False,
    "weekStart": 0,
    "aclAllowDeleteCreated": False,
    "appTimestamp": 1706173200,
    "cacheTimestamp": 1706173200,
}
_FURTHER: dict[str, Any] = {
    "version": VERSION,
    "activitiesEntityList": ["Meeting", "Call"],
    "attachmentUploadChunkSize": 4,
    "attachmentUploadMaxSize": 256,
    "availableReactions": ["Like"],
    "baseCurrency": BASE_CURRENCY,
    "calendarEntityList": ["Meeting", "Call", "Task"],
    "currencyDecimalPlaces": 2,
    "currencyFormat": 2,
    "defaultCurrency": BASE_CURRENCY,
    "globalSearchEntityList": ["Account", "Contact", "Lead", "Opportunity", "Case"],
    "historyEntityList": ["Meeting", "Call", "Email"],
    "outboundEmailIsShared": True,
    "phoneNumberInternational": True,
    "recordListMaxSizeLimit": MAX_SIZE,
    "recordsPerPage": 20,
    "recordsPerPageSmall": 5,
}
_CHANGED = "changed settings"


def settings(session: Session | None) -> dict[str, Any]:
    """Return the settings; who is not let in sees a few of them.

    Args:
        session: The request; None if nobody is let in.
    """
    if session is None:
        return dict(_PUBLIC)
    rates = session.rates()
    own = {one: rate for one, rate in rates.items() if one != BASE_CURRENCY}
    money = {"currencyList": [BASE_CURRENCY, *sorted(own)], "currencyRates": own}
    return {**_PUBLIC, **_FURTHER, **money, **(session.settings.get(_CHANGED) or {})}


def change_settings(session: Session) -> dict[str, Any]:
    """Change settings; for administrators. What the mock itself acts on stays as it is.

    Raises:
        Problem: 403.
    """
    if not session.user.is_admin:
        raise forbidden("")
    fixed = {"timeZone", "baseCurrency", "currencyList", "currencyRates", "recordListMaxSizeLimit"}
    known = {**_PUBLIC, **_FURTHER}
    changed = {
        name: value
        for name, value in session.body.items()
        if name in known and name not in fixed and type(value) is type(known[name])
    }
    session.settings.set(_CHANGED, {**(session.settings.get(_CHANGED) or {}), **changed})
    return settings(session)


def language() -> dict[str, Any]:
    """Return the words for fields and options, as far as their names tell them."""
    return {
        "Global": {"scopeNames": {name: name for name in ENTITY_TYPES}},
        **{
            name: {"fields": {field.name: field.name for field in entity.fields}}
            for name, entity in ENTITY_TYPES.items()
        },
    }


def metadata_part(session: Session) -> Any:
    """Return the metadata, or what they have at a dotted key; nothing at an unknown one.

    Returns:
        A JSON tree, or "" for an empty body.
    """
    key = session.query.get("key")
    node: Any = metadata()
    if not isinstance(key, str) or not key:
        return node
    for step in key.split("."):
        if not isinstance(node, dict) or step not in node:
            return ""
        node = node[step]
    return node


def layout(session: Session, entity: EntityType, name: str) -> list[Any]:
    """Return a layout of an entity type.

    Raises:
        Problem: 403, or 404: there is no such layout.
    """
    session.user.require_scope(entity.name, "read")
    if name not in {"list", "listSmall", "filters", "detail"}:
        raise not_found()
    names = [field.name for field in entity.fields if field.family in {"varchar", "enum", "url"}]
    if name == "filters":
        return names
    columns: list[Any] = [{"name": "name", "link": True}]
    return columns + [{"name": one, "width": 20} for one in names if one != "name"][:3]


def me(session: Session, doors: Doors) -> dict[str, Any]:
    """Return who the user is and what it may do."""
    record = session.data.find("User", session.user.id) or {}
    user = read_shape(session, USER, record)
    # These are told of users elsewhere only.
    for name in ("accountsIds", "accountsNames", "rolesIds", "rolesNames", "emailAddressData",
                 "phoneNumberData", "portalsIds", "portalsNames", "portalRolesIds",
                 "portalRolesNames", "workingTimeCalendarName", "lastAccess"):  # fmt: skip
        user.pop(name, None)
    person = session.person
    token = doors.token_for(person) if person.password is not None else None
    return {
        "user": {**user, "emailAddressList": [], "userEmailAddressList": []},
        "acl": session.user.table(),
        "preferences": {"id": session.user.id, "timeZone": "", "dateFormat": ""},
        "token": token,
        "settings": settings(session),
        "language": "en_US",
        "appParams": {"maxUploadSize": 256, "isRestrictedMode": False},
    }


def token_cookie(session: Session) -> dict[str, str]:
    """Return the cookie that a browser gets with its token, if it asks for one."""
    asked = (session.header("Espo-Authorization-Create-Token-Secret") or "").lower()
    if asked != "true":
        return {}
    secret = hashlib.sha256(f"secret of {session.person.user_name}".encode()).hexdigest()[:32]
    return {"Set-Cookie": f"auth-token-secret={secret}; path=/; HttpOnly; SameSite=Lax"}


def rates(session: Session) -> dict[str, float]:
    """Return the currency rates."""
    return session.rates()


def change_rates(session: Session) -> bool:
    """Change currency rates.

    Raises:
        Problem: 400, a rate is no positive number or its currency is unknown.
    """
    known = session.rates()
    for code, rate in session.body.items():
        proper = isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0
        if code not in known or not proper:
            raise bad_request("Bad currency rate.")
    session.settings.set("rates", {**known, **session.body, BASE_CURRENCY: 1})
    return True


def export(session: Session) -> dict[str, Any]:
    """Write records into a file to download; return its id.

    Raises:
        Problem: 400, 403, or 404 for an unknown entity type.
    """
    body = session.body
    name = body.get("entityType")
    if not isinstance(name, str):
        raise bad_request("")
    entity = session.entity(name)
    if not session.user.may_export:
        raise forbidden("No export access.")
    session.user.require_scope(entity.name, "read")
    found = _exported(session, entity)
    chosen = body.get("attributeList") or body.get("fieldList")
    names = [str(one) for one in chosen] if isinstance(chosen, list) else ["id", "name"]
    rows = lists.page(session, entity, Search(max_size=len(found)), found, names=names)["list"]
    lines = [names, *([_cell(row.get(one)) for one in names] for row in rows)]
    text = "\r\n".join(",".join(line) for line in lines) + "\r\n"
    id = _csv_file(session, entity, text.encode("utf-8"))
    return {"id": id}


def _exported(session: Session, entity: EntityType) -> list[Any]:
    body = session.body
    ids = body.get("ids")
    if isinstance(ids, list):
        wanted = set(map(str, ids))
        pool = [one for one in session.data.all(entity.name) if one["id"] in wanted]
        return lists.matching(session, entity, Search(), pool)
    told: Any = body.get("searchParams")
    params: dict[str, Any] = dict(told) if isinstance(told, dict) else {}
    if isinstance(body.get("where"), list):
        params["where"] = body["where"]
    return lists.matching(session, entity, read_params(session, params))


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"'


def _csv_file(session: Session, entity: EntityType, content: bytes) -> str:
    id = session.new_id()
    now = session.now()
    record = {
        "id": id,
        "deleted": False,
        "name": f"Export_{entity.name}.csv",
        "type": "text/csv",
        "role": "Export File",
        "size": len(content),
        "createdAt": now,
        "modifiedAt": now,
        "createdById": session.user.id,
    }
    session.data.insert("Attachment", record)
    session.data.write_file(id, content)
    return id


def create_webhook(session: Session) -> dict[str, Any]:
    """Subscribe an address to an event.

    Raises:
        Problem: 400, or 403: it is not allowed, or there is no such event.
    """
    session.user.require_scope("Webhook", "create")
    event = session.body.get("event")
    parts = event.split(".") if isinstance(event, str) else []
    if event is not None and not _is_event(parts):
        raise forbidden("Not supported event.")
    number = session.settings.next_number("webhook", 1)
    given: dict[str, Any] = {
        "secretKey": hashlib.sha256(f"webhook {number}".encode()).hexdigest()[:32],
        "isActive": session.body.get("isActive", True) is True,
    }
    if parts:
        field = parts[2] if len(parts) == 3 else None
        given |= {"entityType": parts[0], "type": parts[1], "field": field}
    shown = records.create(session, WEBHOOK, session.body, given=given)
    return {"userId": None, **shown} if "userId" not in shown else shown


def _is_event(parts: list[str]) -> bool:
    entity = ENTITY_TYPES.get(parts[0]) if parts else None
    if entity is None:
        return False
    if len(parts) == 3:
        return parts[1] == "fieldUpdate" and parts[2] in entity.by_name
    return len(parts) == 2 and parts[1] in {"create", "update", "delete"}


def preferences(session: Session, id: str) -> dict[str, Any]:
    """Return a user's preferences.

    Raises:
        Problem: 403, they are another user's.
    """
    if id != session.user.id and not session.user.is_admin:
        raise forbidden("")
    name = session.data.name_of("User", id)
    if name is None:
        raise not_found()
    return {"id": id, "name": name, "timeZone": "", "weekStart": -1, "isPortalUser": False}
