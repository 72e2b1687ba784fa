"""The cells of an imported file as values of attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.datetimes import format_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_DIRECTIVES = {
    "YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S",
    "a": "%p", "A": "%p",
}  # fmt: skip
_TOKEN = re.compile("|".join(_DIRECTIVES))
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ARRAYS = frozenset({"multiEnum", "array", "urlMultiple", "checklist"})


class InvalidCellError(Exception):
    """A cell cannot be read as a value of its attribute."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How a file writes its values.

    Attributes:
        date: Form of dates, as Python's directives.
        time: Form of times.
        zone: Time zone of the times.
        decimal_mark: Mark between an integer and its fraction.
        currency: Currency of amounts without one; None for the system's.
        person_name: Order of the parts of whole names, such as "f l".
    """

    date: str
    time: str
    zone: ZoneInfo
    decimal_mark: str
    currency: str | None
    person_name: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Formats:
        """Return the formats that the body of a request names."""
        try:
            zone = ZoneInfo(str(body.get("timezone") or "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        return cls(
            date=_directives(str(body.get("dateFormat") or "YYYY-MM-DD")),
            time=_directives(str(body.get("timeFormat") or "")),
            zone=zone,
            decimal_mark=str(body.get("decimalMark") or "."),
            currency=str(body["currency"]) if body.get("currency") else None,
            person_name=str(body.get("personNameFormat") or ""),
        )


def read_row(
    session: Session, entity: EntityType, cells: Mapping[str, str], formats: Formats
) -> dict[str, Any]:
    """Return the attributes of a row; an empty cell has none, but for bools.

    Args:
        session: The request.
        entity: The entity type.
        cells: Texts by attribute.
        formats: How the file writes values.

    Raises:
        InvalidCellError: a cell cannot be read.
    """
    sent: dict[str, Any] = {}
    for name, text in cells.items():
        field = entity.by_attribute.get(name)
        if field is None:
            continue
        if field.family == "personName" and name == field.name and text:
            sent = {**_person(text, formats.person_name), **sent}
        elif field.family == "link" and name == f"{field.name}Name":
            sent |= _by_name(session, field, text)
        elif text or field.family == "bool":
            sent[name] = _value(field, name, text, formats)
            if field.family == "currency" and name == field.name and formats.currency:
                sent.setdefault(f"{name}Currency", formats.currency)
    return sent


def _value(field: Field, name: str, text: str, formats: Formats) -> Any:
    if field.family in {"date", "datetime", "datetimeOptional"}:
        is_date = field.family == "date" or name.endswith("Date")
        return _date(text, formats) if is_date else _datetime(text, formats)
    if field.family in _ARRAYS:
        return [part.strip() for part in text.split(",")]
    if field.family == "currency" and name != field.name:
        return text
    reader = _READERS.get(field.family)
    if reader is not None:
        return reader(text, formats)
    return text[: field.max_length] if field.family in {"varchar", "url"} else text


def _bool(text: str, _formats: Formats) -> bool:
    return text not in {"", "0"} and text.lower() != "false"


def _integer(text: str, formats: Formats) -> int:
    digits = _without_groups(text, formats)
    if formats.decimal_mark in digits or not _NUMBER.fullmatch(digits):
        raise InvalidCellError(text)
    return int(float(digits))


def _date(text: str, formats: Formats) -> str:
    return _parsed(text, formats.date).date().isoformat()


def _datetime(text: str, formats: Formats) -> str:
    moment = _parsed(text, f"{formats.date} {formats.time}".rstrip())
    return format_datetime(moment.replace(tzinfo=formats.zone).astimezone(UTC))


def _without_groups(text: str, formats: Formats) -> str:
    other = "," if formats.decimal_mark == "." else "."
    return text.replace(" ", "").replace(other, "")


def _number(text: str, formats: Formats) -> float:
    left, mark, right = text.partition(formats.decimal_mark)
    digits = _without_groups(left, formats) + ("." + right if mark else "")
    if not _NUMBER.fullmatch(digits):
        raise InvalidCellError(text)
    return float(digits)


_READERS: dict[str, Callable[[str, Formats], Any]] = {
    "bool": _bool,
    "int": _integer,
    "float": _number,
    "currency": _number,
}


def _parsed(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the file's zone is put in later
    except ValueError:
        raise InvalidCellError(text) from None


def _directives(form: str) -> str:
    return _TOKEN.sub(lambda match: _DIRECTIVES[match[0]], form.replace("%", "%%"))


def _person(text: str, order: str) -> dict[str, str]:
    """Return the parts of a whole name; without an order all of it is the last name."""
    names = [_PARTS[part] for part in order.replace(",", "").split() if part in _PARTS]
    separator = "," if "," in order else " "
    parts = [part.strip() for part in text.split(separator, max(len(names) - 1, 0))]
    if len(parts) < 2 or not parts[0]:
        return {"lastName": text}
    if len(parts) < len(names):
        names.remove("middleName")
    return dict(zip(names, parts, strict=True))


_PARTS = {"f": "firstName", "m": "middleName", "l": "lastName"}


def _by_name(session: Session, field: Field, text: str) -> dict[str, Any]:
    """Return the id of the first record of a name, for a column with names of linked records."""
    for record in session.data.all(field.entity) if text else ():
        if display_name(record) == text:
            return {f"{field.name}Id": record["id"]}
    return {}
