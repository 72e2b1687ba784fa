"""Values of a record's fields: what a request sends, converted to what is stored."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import parse_date, parse_datetime
from crmkit_mock.espocrm.errors import invalid
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

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
class FieldInput:
    """What a request sends for one field.

    Attributes:
        session: The request.
        entity: The entity type.
        field: The field.
        attributes: All attributes sent.
        record: The record as it is stored; empty for a new one.
        out: Where results are put.
    """

    session: Session
    entity: EntityType
    field: Field
    attributes: Mapping[str, Any]
    record: Mapping[str, Any]
    out: Accepted

    @property
    def value(self) -> Any:
        """The value sent for the attribute with the field's own name."""
        return self.attributes[self.field.name]

    def accept(self, value: object) -> None:
        """Store a value under the field's own name."""
        self.out.values[self.field.name] = value

    def invalid(self, kind: str) -> Exception:
        """Return the error of a failed check."""
        return invalid(self.entity.name, self.field.name, kind)


def is_blank(value: object) -> bool:
    """Return whether a value is None or only whitespace."""
    return value is None or (isinstance(value, str) and not value.strip())


def _to_str(sent: FieldInput, attribute: str) -> str | None:
    value = sent.attributes[attribute]
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


def accept_text(sent: FieldInput) -> None:
    """Accept a string or, for an address, its parts."""
    for attribute in sent.field.attributes:
        if attribute in sent.attributes:
            sent.out.values[attribute] = _to_str(sent, attribute)


def accept_person_name(sent: FieldInput) -> None:
    """Accept the parts of a person's name."""
    for attribute in ("firstName", "middleName", "lastName"):
        if attribute in sent.attributes:
            sent.out.values[attribute] = _to_str(sent, attribute)


def accept_bool(sent: FieldInput) -> None:
    """Accept a bool; anything other than true is False."""
    sent.accept(sent.value is True or sent.value in (1, "1", "true"))
    if sent.value is None:
        sent.out.echo[sent.field.name] = None


def accept_number(sent: FieldInput) -> None:
    """Accept an int or a float."""
    sent.accept(_to_number(sent, sent.value, integer=sent.field.family == "int"))


def _to_number(sent: FieldInput, value: object, *, integer: bool = False) -> int | float | None:
    if is_blank(value):
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


def accept_enum(sent: FieldInput) -> None:
    """Accept one of the options."""
    value = sent.value
    if is_blank(value):
        value = None
    elif sent.field.options and value not in sent.field.options:
        raise sent.invalid("valid")
    sent.accept(None if value is None else str(value))


def accept_array(sent: FieldInput) -> None:
    """Accept a list of strings."""
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


def accept_date(sent: FieldInput) -> None:
    """Accept a date."""
    _accept_date_attribute(sent, sent.field.name)


def _accept_date_attribute(sent: FieldInput, attribute: str) -> None:
    value = sent.attributes[attribute]
    parsed = parse_date(value)
    if value is not None and parsed is None:
        raise sent.invalid("valid")
    sent.out.values[attribute] = parsed


def accept_datetime(sent: FieldInput) -> None:
    """Accept a datetime."""
    value = sent.value
    parsed = parse_datetime(value)
    if value is not None and parsed is None:
        raise sent.invalid("valid")
    sent.accept(parsed)
    if isinstance(value, str) and len(value) == 16:
        # Without seconds it is returned as it was sent; the next read has them.
        sent.out.echo[sent.field.name] = value


def accept_datetime_optional(sent: FieldInput) -> None:
    """Accept a datetime, a date or both."""
    if sent.field.name in sent.attributes:
        accept_datetime(sent)
    if f"{sent.field.name}Date" in sent.attributes:
        _accept_date_attribute(sent, f"{sent.field.name}Date")


def accept_currency(sent: FieldInput) -> None:
    """Accept an amount and its currency."""
    name = sent.field.name
    code_name = f"{name}Currency"
    amount = sent.record.get(name)
    if name in sent.attributes:
        amount = _to_number(sent, sent.value)
    code = sent.attributes.get(code_name, sent.record.get(code_name)) or BASE_CURRENCY
    if not isinstance(code, str) or code not in sent.session.rates():
        raise sent.invalid("validCurrency")
    sent.accept(amount)
    sent.out.values[code_name] = None if amount is None else code
