"""From the values sent for a record's fields to the stored ones: coercion and validation."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.addresses import parse_emails, parse_phones
from crmkit_mock.espocrm.datetimes import parse_date, parse_datetime
from crmkit_mock.espocrm.errors import foreign_record_not_found, invalid
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class Accepted:
    """The result of validation.

    Attributes:
        values: Attributes as they are stored.
        echo: Attributes whose value in the response differs from the stored one.
    """

    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    echo: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Input:
    """What a request sends for one field."""

    session: Session
    entity: EntityType
    field: Field
    sent: Mapping[str, Any]
    stored: Mapping[str, Any]
    out: Accepted

    @property
    def value(self) -> Any:
        """The value sent for the attribute with the field's own name."""
        return self.sent[self.field.name]

    def accept(self, value: object) -> None:
        """Store a value under the field's own name."""
        self.out.values[self.field.name] = value

    def invalid(self, kind: str) -> Exception:
        """Return the error of a failed check."""
        return invalid(self.entity.name, self.field.name, kind)


def accept(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
) -> Accepted:
    """Validate the attributes sent for a record, and convert them to stored ones.

    Unknown, read-only and hidden ones are ignored.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        stored: The record as it is stored; None for a new one.

    Raises:
        APIError: 400 for the first field that fails; 403 for the id of a record that does not
            exist.
    """
    out = Accepted()
    hidden = session.user.hidden(entity.name)
    for field in entity.fields:
        if field.read_only or field.name in hidden:
            continue
        is_sent = any(attribute in sent for attribute in field.attributes)
        sent_field = _Input(session, entity, field, sent, stored or {}, out)
        if stored is None or is_sent:
            _require(sent_field)
        if is_sent:
            _BY_FAMILY[field.family](sent_field)
    return out


def _require(sent: _Input) -> None:
    name = sent.field.name
    if not sent.field.required or (name == "closeDate" and sent.session.profile.lenient):
        return
    attributes = {
        "link": (f"{name}Id",),
        "datetimeOptional": (name, f"{name}Date"),
    }.get(sent.field.family, (name,))
    values = [sent.sent.get(attribute, sent.stored.get(attribute)) for attribute in attributes]
    if all(_is_blank(value) for value in values):
        raise sent.invalid("required")


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _to_str(sent: _Input, attribute: str) -> str | None:
    value = sent.sent[attribute]
    if isinstance(value, list | dict):
        # As PHP casts an array to a string.
        return "Array"
    text = ("" if value is None or value is False else "1" if value is True else str(value)).strip()
    if not text:
        return None
    if sent.field.max_length is not None and len(text) > sent.field.max_length:
        raise sent.invalid("maxLength")
    if not sent.field.plain and sent.field.family != "text" and _MARKUP.search(text):
        raise sent.invalid("pattern")
    return text


def _text(sent: _Input) -> None:
    for attribute in sent.field.attributes:
        if attribute in sent.sent:
            sent.out.values[attribute] = _to_str(sent, attribute)


def _person_name(sent: _Input) -> None:
    for attribute in ("firstName", "middleName", "lastName"):
        if attribute in sent.sent:
            sent.out.values[attribute] = _to_str(sent, attribute)


def _bool(sent: _Input) -> None:
    sent.accept(sent.value is True or sent.value in (1, "1", "true"))
    if sent.value is None:
        sent.out.echo[sent.field.name] = None


def _number(sent: _Input) -> None:
    sent.accept(_to_number(sent, sent.value, integer=sent.field.family == "int"))


def _to_number(sent: _Input, value: object, *, integer: bool = False) -> int | float | None:
    if _is_blank(value):
        return None
    number: int | float
    if isinstance(value, str) and (_INTEGER if integer else _NUMERIC).fullmatch(value):
        number = int(value) if _INTEGER.fullmatch(value) else float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    else:
        raise sent.invalid("valid")
    if integer and number != int(number):
        raise sent.invalid("valid")
    if sent.field.minimum is not None and number < sent.field.minimum:
        raise sent.invalid("min")
    if sent.field.maximum is not None and number > sent.field.maximum:
        raise sent.invalid("max")
    return int(number) if integer else number


def _enum(sent: _Input) -> None:
    value = sent.value
    if _is_blank(value):
        value = None
    elif sent.field.options and value not in sent.field.options:
        raise sent.invalid("valid")
    sent.accept(None if value is None else str(value))


def _array(sent: _Input) -> None:
    value = sent.value
    if value is None:
        sent.accept([] if sent.field.family == "multiEnum" else None)
        return
    if not isinstance(value, list):
        raise sent.invalid("array")
    if not all(isinstance(item, str) for item in value):
        raise sent.invalid("valid")
    if sent.field.options and not set(value) <= set(sent.field.options):
        raise sent.invalid("valid")
    sent.accept(value)


def _date(sent: _Input) -> None:
    _accept_date(sent, sent.field.name)


def _accept_date(sent: _Input, attribute: str) -> None:
    value = sent.sent[attribute]
    parsed = parse_date(value)
    if value is not None and parsed is None:
        raise sent.invalid("valid")
    sent.out.values[attribute] = parsed


def _datetime(sent: _Input) -> None:
    value = sent.value
    parsed = parse_datetime(value)
    if value is not None and parsed is None:
        raise sent.invalid("valid")
    sent.accept(parsed)
    if isinstance(value, str) and len(value) == 16:
        # Without seconds it is returned as it was sent; the next read has them.
        sent.out.echo[sent.field.name] = value


def _datetime_optional(sent: _Input) -> None:
    if sent.field.name in sent.sent:
        _datetime(sent)
    if f"{sent.field.name}Date" in sent.sent:
        _accept_date(sent, f"{sent.field.name}Date")


def _currency(sent: _Input) -> None:
    name = sent.field.name
    code_name = f"{name}Currency"
    amount = sent.stored.get(name)
    if name in sent.sent:
        amount = _to_number(sent, sent.value)
    code = sent.sent.get(code_name, sent.stored.get(code_name)) or BASE_CURRENCY
    if not isinstance(code, str) or code not in sent.session.rates():
        raise sent.invalid("validCurrency")
    sent.accept(amount)
    sent.out.values[code_name] = None if amount is None else code


def _link(sent: _Input) -> None:
    attribute = f"{sent.field.name}Id"
    if attribute not in sent.sent:
        return
    id = sent.sent[attribute] or None
    if id is not None:
        _require_foreign(sent, sent.field.entity, id)
    sent.out.values[attribute] = id


def _require_foreign(sent: _Input, foreign: str, id: object) -> None:
    if sent.session.data.find(foreign, id) is None:
        raise foreign_record_not_found(sent.entity.name, sent.field.name, foreign)


def _parent(sent: _Input) -> None:
    id_name, type_name = f"{sent.field.name}Id", f"{sent.field.name}Type"
    id = sent.sent.get(id_name, sent.stored.get(id_name)) or None
    foreign = sent.sent.get(type_name, sent.stored.get(type_name)) or None
    if id is None:
        # A type without an id is stored: an attachment gets its parent later.
        sent.out.values[id_name] = None
        sent.out.values[type_name] = foreign if isinstance(foreign, str) else None
        return
    if not isinstance(foreign, str):
        raise sent.invalid("required")
    _require_foreign(sent, foreign, id)
    sent.out.values[id_name] = id
    sent.out.values[type_name] = foreign


def _links(sent: _Input) -> None:
    ids_name, columns_name = f"{sent.field.name}Ids", f"{sent.field.name}Columns"
    if ids_name in sent.sent:
        ids: Any = sent.sent[ids_name]
        ids = [] if ids is None else ids
        if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
            raise sent.invalid("valid")
        for id in ids:
            _require_foreign(sent, sent.field.entity, id)
        sent.out.values[ids_name] = list(dict.fromkeys(ids))
    columns = sent.sent.get(columns_name)
    if sent.field.columns and isinstance(columns, dict):
        sent.out.values[columns_name] = {
            id: {name: row[name] for name in sent.field.columns if name in row}
            for id, row in columns.items()
            if isinstance(row, dict)
        }


def _emails(sent: _Input) -> None:
    sent.out.values |= parse_emails(sent.field, sent.sent, sent.stored, sent.invalid)
    _echo_entries(sent)


def _phones(sent: _Input) -> None:
    # Types of numbers without one, as recorded for accounts.
    default_type = "Office" if sent.entity.name == "Account" else "Mobile"
    sent.out.values |= parse_phones(sent.field, sent.sent, sent.stored, sent.invalid, default_type)
    _echo_entries(sent)


def _echo_entries(sent: _Input) -> None:
    # The list is returned as it was sent; the next read has the defaults of its entries
    # (recorded: update-phoneNumberData).
    name = f"{sent.field.name}Data"
    entries = sent.sent.get(name)
    if isinstance(entries, list):
        sent.out.echo[name] = [_coerced(entry) for entry in entries if isinstance(entry, dict)]


def _coerced(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of such a list with its values in the types in which they are stored."""
    coerced = dict(entry)
    for name, kind in (("primary", bool), ("optOut", bool), ("invalid", bool), ("type", str)):
        if coerced.get(name) is not None:
            coerced[name] = kind(coerced[name])
    return coerced


def _reminders(sent: _Input) -> None:
    items = sent.value if isinstance(sent.value, list) else []
    sent.accept([item for item in items if _is_reminder(item)])


def _is_reminder(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    return type(item.get("seconds")) is int and isinstance(item.get("type"), str)


_BY_FAMILY: dict[str, Callable[[_Input], None]] = {
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
