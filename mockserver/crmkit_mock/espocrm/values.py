"""From what is sent for a field to what is kept: coercion, checks and their failures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.addresses import read_emails, read_phones
from crmkit_mock.espocrm.instants import read_day, read_instant
from crmkit_mock.espocrm.refusals import invalid, no_such_foreign
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class Accepted:
    """What becomes of the values that were sent.

    Attributes:
        values: Attributes as they are kept.
        echo: Attributes that the reply shows otherwise than they are kept.
    """

    values: dict[str, Any] = field(default_factory=dict)
    echo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Job:
    """One field of one request."""

    session: Session
    entity: EntityType
    field: Field
    sent: Mapping[str, Any]
    kept: Mapping[str, Any]
    out: Accepted

    def invalid(self, kind: str) -> Exception:
        return invalid(self.entity.name, self.field.name, kind)


def accept(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    kept: Mapping[str, Any] | None = None,
) -> Accepted:
    """Check what is sent for a record, and turn it into what is kept.

    What is unknown, read-only or hidden from the user is dropped.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes that were sent.
        kept: The record as it is; None for a new one.

    Raises:
        Problem: 400 for the first field that fails; 403 for an id that no record has.
    """
    out = Accepted()
    hidden = session.user.hidden(entity.name)
    for one in entity.fields:
        if one.read_only or one.name in hidden:
            continue
        job = _Job(session, entity, one, sent, kept or {}, out)
        if kept is None or any(attribute in sent for attribute in one.attributes):
            _require(job)
        if any(attribute in sent for attribute in one.attributes):
            _BY_FAMILY[one.family](job)
    return out


def _require(job: _Job) -> None:
    name = job.field.name
    if not job.field.required or (name == "closeDate" and job.session.profile.lenient):
        return
    attributes = {
        "link": (f"{name}Id",),
        "datetimeOptional": (name, f"{name}Date"),
    }.get(job.field.family, (name,))
    values = [job.sent.get(one, job.kept.get(one)) for one in attributes]
    if all(_is_blank(value) for value in values):
        raise job.invalid("required")


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text_of(job: _Job, attribute: str) -> str | None:
    value = job.sent[attribute]
    if isinstance(value, list | dict):
        # As PHP turns an array into text.
        return "Array"
    text = _written(value).strip()
    if not text:
        return None
    if job.field.max_length is not None and len(text) > job.field.max_length:
        raise job.invalid("maxLength")
    if not job.field.plain and job.field.family != "text" and _MARKUP.search(text):
        raise job.invalid("pattern")
    return text


def _written(value: object) -> str:
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


def _text(job: _Job) -> None:
    for attribute in job.field.attributes:
        if attribute in job.sent:
            job.out.values[attribute] = _text_of(job, attribute)


def _person_name(job: _Job) -> None:
    parts = [one for one in ("firstName", "middleName", "lastName") if one in job.sent]
    for attribute in parts:
        job.out.values[attribute] = _text_of(job, attribute)


def _bool(job: _Job) -> None:
    value = job.sent[job.field.name]
    truth = value is True or value in (1, "1", "true")
    job.out.values[job.field.name] = truth
    if value is None:
        job.out.echo[job.field.name] = None


def _number(job: _Job) -> None:
    name = job.field.name
    value = _checked_number(job, job.sent[name], whole=job.field.family == "int")
    job.out.values[name] = value


def _checked_number(job: _Job, value: object, *, whole: bool = False) -> int | float | None:
    if _is_blank(value):
        return None
    number: int | float
    if isinstance(value, str) and (_WHOLE if whole else _NUMERIC).fullmatch(value):
        number = int(value) if _WHOLE.fullmatch(value) else float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    else:
        raise job.invalid("valid")
    if whole and number != int(number):
        raise job.invalid("valid")
    if job.field.minimum is not None and number < job.field.minimum:
        raise job.invalid("min")
    if job.field.maximum is not None and number > job.field.maximum:
        raise job.invalid("max")
    return int(number) if whole else number


def _enum(job: _Job) -> None:
    value = job.sent[job.field.name]
    if _is_blank(value):
        value = None
    elif job.field.options and value not in job.field.options:
        raise job.invalid("valid")
    job.out.values[job.field.name] = None if value is None else str(value)


def _array(job: _Job) -> None:
    name, value = job.field.name, job.sent[job.field.name]
    chosen = job.field.family == "multiEnum"
    if value is None:
        job.out.values[name] = [] if chosen else None
        return
    if not isinstance(value, list):
        raise job.invalid("array")
    if not all(isinstance(one, str) for one in value):
        raise job.invalid("valid")
    if job.field.options and not set(value) <= set(job.field.options):
        raise job.invalid("valid")
    job.out.values[name] = value


def _day(job: _Job, attribute: str) -> None:
    value = job.sent[attribute]
    day = read_day(value)
    if value is not None and day is None:
        raise job.invalid("valid")
    job.out.values[attribute] = day


def _moment(job: _Job, attribute: str) -> None:
    value = job.sent[attribute]
    moment = read_instant(value)
    if value is not None and moment is None:
        raise job.invalid("valid")
    job.out.values[attribute] = moment
    if isinstance(value, str) and len(value) == 16:
        # Without seconds it comes back as it was sent; the next read has them.
        job.out.echo[attribute] = value


def _date(job: _Job) -> None:
    _day(job, job.field.name)


def _datetime(job: _Job) -> None:
    _moment(job, job.field.name)


def _datetime_optional(job: _Job) -> None:
    name = job.field.name
    if name in job.sent:
        _moment(job, name)
    if f"{name}Date" in job.sent:
        _day(job, f"{name}Date")


def _currency(job: _Job) -> None:
    name = job.field.name
    code_name = f"{name}Currency"
    amount = job.kept.get(name)
    if name in job.sent:
        amount = _checked_number(job, job.sent[name])
    code = job.sent.get(code_name, job.kept.get(code_name)) or BASE_CURRENCY
    if not isinstance(code, str) or code not in job.session.rates():
        raise job.invalid("validCurrency")
    job.out.values[name] = amount
    job.out.values[code_name] = None if amount is None else code


def _link(job: _Job) -> None:
    attribute = f"{job.field.name}Id"
    if attribute not in job.sent:
        return
    id = job.sent[attribute] or None
    if id is not None and job.session.data.find(job.field.entity, id) is None:
        raise no_such_foreign(job.entity.name, job.field.name, job.field.entity)
    job.out.values[attribute] = id


def _parent(job: _Job) -> None:
    name = job.field.name
    id = job.sent.get(f"{name}Id", job.kept.get(f"{name}Id")) or None
    kind = job.sent.get(f"{name}Type", job.kept.get(f"{name}Type")) or None
    if id is None:
        # A type alone says nothing yet: an attachment gets its parent later.
        job.out.values[f"{name}Id"] = None
        job.out.values[f"{name}Type"] = kind if isinstance(kind, str) else None
        return
    if not isinstance(kind, str):
        raise job.invalid("required")
    if job.session.data.find(kind, id) is None:
        raise no_such_foreign(job.entity.name, name, kind)
    job.out.values[f"{name}Id"] = id
    job.out.values[f"{name}Type"] = kind


def _links(job: _Job) -> None:
    name = job.field.name
    columns_name = f"{name}Columns"
    if f"{name}Ids" in job.sent:
        ids: Any = job.sent[f"{name}Ids"]
        ids = [] if ids is None else ids
        if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
            raise job.invalid("valid")
        for id in ids:
            if job.session.data.find(job.field.entity, id) is None:
                raise no_such_foreign(job.entity.name, name, job.field.entity)
        job.out.values[f"{name}Ids"] = list(dict.fromkeys(ids))
    columns = job.sent.get(columns_name)
    if job.field.columns and isinstance(columns, dict):
        job.out.values[columns_name] = {
            id: {one: row[one] for one in job.field.columns if one in row}
            for id, row in columns.items()
            if isinstance(row, dict)
        }


def _emails(job: _Job) -> None:
    job.out.values |= read_emails(job.field, job.sent, job.kept, job.invalid)
    _echo_list(job)


def _phones(job: _Job) -> None:
    # What a number is for when nobody says, as recorded for accounts.
    usual = "Office" if job.entity.name == "Account" else "Mobile"
    job.out.values |= read_phones(job.field, job.sent, job.kept, job.invalid, usual)
    _echo_list(job)


def _echo_list(job: _Job) -> None:
    # The list comes back as it was sent; the next read has what was left out of it
    # (recorded: update-phoneNumberData).
    name = f"{job.field.name}Data"
    if isinstance(job.sent.get(name), list):
        job.out.echo[name] = [_echoed(one) for one in job.sent[name] if isinstance(one, dict)]


def _echoed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of such a list with values of other types coerced, as they are kept."""
    told = dict(entry)
    for name, kind in (("primary", bool), ("optOut", bool), ("invalid", bool), ("type", str)):
        if told.get(name) is not None:
            told[name] = kind(told[name])
    return told


def _reminders(job: _Job) -> None:
    value = job.sent[job.field.name]
    listed = value if isinstance(value, list) else []
    job.out.values[job.field.name] = [one for one in listed if _is_reminder(one)]


def _is_reminder(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    return type(one.get("seconds")) is int and isinstance(one.get("type"), str)


_BY_FAMILY: dict[str, Callable[[_Job], None]] = {
    "varchar": _text,
    "text": _text,
    "url": _text,
    "address": _text,
    "personName": _person_name,
    "bool": _bool,
    "int": _number,
    "float": _number,
    "enum": _enum,
    "multiEnum": _array,
    "array": _array,
    "urlMultiple": _array,
    "date": _date,
    "datetime": _datetime,
    "datetimeOptional": _datetime_optional,
    "currency": _currency,
    "link": _link,
    "file": _link,
    "linkParent": _parent,
    "linkMultiple": _links,
    "attachmentMultiple": _links,
    "email": _emails,
    "phone": _phones,
    "jsonArray": _reminders,
}
