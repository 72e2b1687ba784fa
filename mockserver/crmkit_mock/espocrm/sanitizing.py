"""What EspoCRM does with the attributes of a request before it validates them.

First it cleans the values of each field, then it casts them to the types of the attributes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import read_date, read_datetime
from crmkit_mock.espocrm.phone_numbers import sanitize_number
from crmkit_mock.espocrm.php_types import cast_float, cast_int, to_str, trim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

#: Attributes that a request can set, by family: the suffix, and how its value is cast.
#: "raw" values are kept as they are.
_SETTABLE: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(("varchar", "text", "url", "enum", "addressList"), (("", "str"),)),
    "personName": (("", "str"),),
    "bool": (("", "bool"),),
    "int": (("", "int"),),
    "duration": (("", "int"),),
    "autoincrement": (("", "int"),),
    "float": (("", "float"),),
    **dict.fromkeys(("multiEnum", "array", "urlMultiple", "jsonArray"), (("", "array"),)),
    "jsonObject": (("", "object"),),
    "foreignId": (("", "id"),),
    "date": (("", "raw"),),
    "datetime": (("", "raw"),),
    "datetimeOptional": (("", "raw"), ("Date", "raw")),
    "currency": (("", "float"), ("Currency", "str")),
    "link": (("Id", "id"),),
    "file": (("Id", "id"),),
    "linkParent": (("Id", "id"), ("Type", "raw")),
    "linkMultiple": (("Ids", "array"), ("Columns", "object")),
    "attachmentMultiple": (("Ids", "array"),),
    "email": (("", "str"), ("Data", "array"), ("IsOptedOut", "bool"), ("IsInvalid", "bool")),
    "phone": (("", "str"), ("Data", "array"), ("IsOptedOut", "bool"), ("IsInvalid", "bool")),
}


@cache
def settable(field: Field) -> tuple[tuple[str, str], ...]:
    """Return the attributes of a field that a request can set, and how each is cast."""
    return tuple(
        (field.name + suffix, kind)
        for suffix, kind in _SETTABLE.get(field.family, ())
        if suffix != "Columns" or field.columns
    )


@cache
def _places(entity: EntityType) -> dict[str, list[int]]:
    """Return the numbers of the fields that an attribute sets, by its name."""
    places: dict[str, list[int]] = {}
    for number, field in enumerate(entity.fields):
        for name, _ in settable(field):
            places.setdefault(name, []).append(number)
    return places


def fields_set(entity: EntityType, names: Iterable[str]) -> list[Field]:
    """Return the fields of which some attributes set one or more, in their order."""
    places = _places(entity)
    numbers = {number for name in names for number in places.get(name, ())}
    return [entity.fields[number] for number in sorted(numbers)]


def sanitize(
    session: Session, entity: EntityType, sent: Mapping[str, Any], *, new: bool
) -> dict[str, Any]:
    """Return the attributes sent that can be set, cleaned but not yet cast.

    Unknown, read-only and hidden ones are dropped.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        new: Whether they are of a new record.

    Raises:
        APIError: 500, or 400 in its place: a value has a type that crashes a real server.
    """
    data: dict[str, Any] = {}
    hidden = session.user.hidden(entity.name)
    for field in fields_set(entity, sent):
        if field.read_only or field.name in hidden or field.since > session.release:
            continue
        if field.final and not new:
            continue
        values = {name: sent[name] for name, _ in settable(field) if name in sent}
        clean = _CLEAN.get(field.family)
        data |= values if clean is None else clean(session, field, values)
    return data


def cast(entity: EntityType, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned attributes in the types of their attributes."""
    values: dict[str, Any] = {}
    for field in fields_set(entity, data):
        for name, kind in settable(field):
            if name in data:
                values[name] = None if data[name] is None else _CASTS[kind](data[name])
    return values


def _cast_bool(value: object) -> bool:
    # Anything else, even "yes", is false.
    return value is True or (value in (1, "1", "true") and not isinstance(value, float))


def cast_array(value: object) -> list[Any] | None:
    """Return a value as EspoCRM casts it to an array: a list, or JSON that holds one."""
    value = _decoded(value)
    return list(value) if isinstance(value, list) else None


def _cast_object(value: object) -> dict[str, Any] | None:
    value = _decoded(value)
    return dict(value) if isinstance(value, dict) else None


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


_CASTS: dict[str, Callable[[Any], Any]] = {
    "str": to_str,
    "bool": _cast_bool,
    "int": cast_int,
    "float": cast_float,
    "array": cast_array,
    "object": _cast_object,
    # Only the database makes strings of ids.
    **dict.fromkeys(("raw", "id"), lambda value: value),
}


def _trimmed(_session: Session, field: Field, values: dict[str, Any]) -> dict[str, Any]:
    value = values.get(field.name)
    if isinstance(value, str):
        values[field.name] = trim(value) or None
    return values


def _text(_session: Session, field: Field, values: dict[str, Any]) -> dict[str, Any]:
    # Unlike a varchar a text keeps its whitespace.
    if values[field.name] == "":
        values[field.name] = None
    return values


def _array(_session: Session, field: Field, values: dict[str, Any]) -> dict[str, Any]:
    value = values[field.name]
    if value is None:
        values[field.name] = []
    elif isinstance(value, list):
        values[field.name] = [trim(item) if isinstance(item, str) else item for item in value]
    return values


def _phone(session: Session, field: Field, values: dict[str, Any]) -> dict[str, Any]:
    number = values.get(field.name)
    if number is not None:
        _require_scalar(session, field, number)
        values[field.name] = sanitize_number(to_str(number) or "") or None
    entries = values.get(f"{field.name}Data")
    if isinstance(entries, list):
        values[f"{field.name}Data"] = [_phone_entry(entry) for entry in entries]
    return values


def _phone_entry(entry: object) -> object:
    if not isinstance(entry, dict):
        return entry
    number = entry.get("phoneNumber")
    if number is None or isinstance(number, list | dict):
        return entry
    return {**entry, "phoneNumber": sanitize_number(to_str(number) or "")}


def _moments(session: Session, field: Field, values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if value is not None:
            _require_scalar(session, field, value)
            is_date = field.family == "date" or name != field.name
            values[name] = read_date(value) if is_date else read_datetime(value)
    return values


def _require_scalar(session: Session, field: Field, value: object) -> None:
    if isinstance(value, list | dict):
        raise session.server_error_or(f"{field.name} is a list or an object.", by_router=True)


_CLEAN: dict[str, Callable[[Session, Field, dict[str, Any]], dict[str, Any]]] = {
    **dict.fromkeys(("varchar", "url", "email", "addressList"), _trimmed),
    "text": _text,
    **dict.fromkeys(("multiEnum", "array", "urlMultiple"), _array),
    "phone": _phone,
    **dict.fromkeys(("date", "datetime", "datetimeOptional"), _moments),
}
