"""E-mail templates: their texts with the placeholders replaced."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import attachments
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.datetimes import (
    SERVER_TIME_ZONE,
    parse_date,
    parse_datetime,
    time_zone,
)
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden, not_found
from crmkit_mock.espocrm.records import find_readable

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: Entity types whose records are found by an e-mail address, in this order, and the people.
_ADDRESSED = ("Contact", "Lead", "Account", "User")
_PEOPLE = frozenset({"Contact", "Lead", "User"})
_LINKS = frozenset({"link", "linkParent"})


def prepare(session: Session, id: str) -> dict[str, Any]:
    """Return subject and body of a template with the values of the records that the body names.

    Raises:
        APIError: 404, or 403 without a reason.
    """
    template = session.data.find("EmailTemplate", id)
    if template is None:
        raise not_found()
    if not session.user.may("EmailTemplate", "read", template):
        raise forbidden("")
    subject, body = (str(template.get(name) or "") for name in ("subject", "body"))
    is_html = bool(template.get("isHtml", True))
    for prefix, (entity_type, record) in _records(session).items():
        for name, value in _values(session, entity_type, record).items():
            text = value.replace("\n", "<br />\n") if is_html else value
            subject = subject.replace(f"{{{prefix}.{name}}}", text)
            body = body.replace(f"{{{prefix}.{name}}}", text)
    for name, value in _placeholders(session).items():
        subject, body = subject.replace(f"{{{name}}}", value), body.replace(f"{{{name}}}", value)
    copies = [
        attachments.duplicate(session, file, {"parentType": None, "parentId": None})
        for file in (
            session.data.find("Attachment", file) for file in template.get("attachmentsIds") or ()
        )
        if file is not None
    ]
    return {
        "subject": subject,
        "body": body,
        "isHtml": is_html,
        "attachmentsIds": [file["id"] for file in copies],
        "attachmentsNames": {file["id"]: file.get("name") for file in copies},
    }


def _records(session: Session) -> dict[str, tuple[str, Record]]:
    """Return the records that fill in a template, by the prefix of their placeholders."""
    body = session.body
    found: dict[str, tuple[str, Record]] = {}
    user = session.data.find("User", session.user.id)
    if user is not None:
        found["User"] = ("User", user)
    address = body.get("emailAddress")
    if isinstance(address, str) and address:
        owner = _owner(session, address.lower())
        if owner is not None:
            if owner[0] in _PEOPLE:
                found["Person"] = owner
            found.setdefault(owner[0], owner)
    parent = find_readable(session, body.get("parentType"), body.get("parentId"))
    if parent is not None:
        found[parent[0]] = found["Parent"] = parent
        if parent[0] in _PEOPLE:
            found.setdefault("Person", parent)
    related = find_readable(session, body.get("relatedType"), body.get("relatedId"))
    if related is not None:
        found[related[0]] = related
    return found


def _owner(session: Session, address: str) -> tuple[str, Record] | None:
    for name in _ADDRESSED:
        for record in session.data.with_address(name, address):
            if session.user.may(name, "read", record):
                return name, record
    return None


def _values(session: Session, entity_type: str, record: Record) -> dict[str, str]:
    """Return the values of a record as a template shows them, those of its links included."""
    values = _own_values(session, entity_type, record)
    for field in ENTITY_TYPES[entity_type].fields:
        if field.family not in _LINKS:
            continue
        target = record.get(f"{field.name}Type") if field.family == "linkParent" else field.entity
        linked = find_readable(session, target, record.get(f"{field.name}Id"))
        if linked is not None:
            own = _own_values(session, *linked)
            values |= {f"{field.name}.{name}": value for name, value in own.items()}
    return values


def _own_values(session: Session, entity_type: str, record: Record) -> dict[str, str]:
    entity = ENTITY_TYPES[entity_type]
    hidden = session.user.hidden(entity_type)
    values = {"id": record["id"], "deleted": ""}
    for field in entity.fields:
        for name in field.attributes if field.name not in hidden else ():
            value = value_of(session, entity, record, name)
            if not isinstance(value, dict):
                values[name] = _text(field.family, value)
    return values


def _text(family: str, value: object) -> str:
    """Return a value as people read it, in the formats of the settings."""
    if value is None or value is False:
        text = ""
    elif value is True:
        text = "1"
    elif isinstance(value, list):
        text = ", ".join(str(item) for item in value if not isinstance(item, dict))
    elif isinstance(value, int | float):
        text = _number(family, value)
    else:
        text = _date(family, str(value))
    return text


def _number(family: str, value: float) -> str:
    if family not in {"int", "float", "currency"}:
        return str(value)
    # Live 10.0.0: two decimals, also of whole numbers, and no minus before zero.
    return f"{value:,}" if family == "int" else f"{round(value, 2) + 0.0:,.2f}"


def _date(family: str, text: str) -> str:
    if family == "date" and parse_date(text):
        return datetime.fromisoformat(text).strftime(_DATE)
    if family in {"datetime", "datetimeOptional"} and parse_datetime(text):
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return moment.astimezone(time_zone(SERVER_TIME_ZONE)).strftime(_DATETIME)
    return text


#: The settings dateFormat and timeFormat, as Python's directives.
_DATE, _DATETIME = "%d.%m.%Y", "%d.%m.%Y %H:%M"


def _placeholders(session: Session) -> dict[str, str]:
    now = session.clock.now().astimezone(time_zone(SERVER_TIME_ZONE))
    return {
        "today": now.strftime(_DATE),
        "now": now.strftime(_DATETIME),
        "currentYear": now.strftime("%Y"),
    }
