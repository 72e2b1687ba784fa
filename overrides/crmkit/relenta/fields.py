"""Custom fields by the label that people see, with values of real types."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit.core.codec.datetimes import encode_date
from crmkit.core.codec.strings import join_strings
from crmkit.core.errors import ArgumentError, DecodeError, expected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit_generated.relenta.models import Contact, CustomField

_NUMBER = re.compile(r"\s*[+-]?([0-9]{1,4000}\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?\s*")
# assumption: YYYY-MM-DD, as the page's date-times begin; no sample has a date
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?")
_MOST_DIGITS = 1000

Value = str | int | Decimal | date | list[str] | tuple[str, ...] | None


class _Field(NamedTuple):
    """A definition that is whole."""

    key: str
    label: str
    type_: str | None
    choices: list[str]


class CustomFields:
    """The custom contact fields of a department.

        fields = CustomFields(crm.custom_fields.list())
        fields.read(contact)["T-shirt size"]                        # "XL"
        crm.contacts.save(id=contact.id, extra=fields.write({"T-shirt size": "L"}))

    Args:
        definitions: The definitions, as `custom_fields.list()` gives them.

    Raises:
        ArgumentError: Two definitions have the same label.
    """

    def __init__(self, definitions: Iterable[CustomField]) -> None:
        self._by_label: dict[str, _Field] = {}
        for definition in definitions:
            label, key = definition.label, definition.key
            if label in self._by_label:
                raise ArgumentError("definitions", f"two fields have the label {label!r}")
            if label is not None and key is not None:  # both could be read
                field = _Field(key, label, definition.type_, definition.choices)
                self._by_label[label] = field

    @property
    def labels(self) -> list[str]:
        """The labels of all fields."""
        return list(self._by_label)

    def read(self, contact: Contact) -> dict[str, Any]:
        """Return a contact's values by label; None for a field without a value.

        Number gives int or Decimal, Date gives date, Multiple choice gives list[str] (empty without
        a value), all others give str.

        Args:
            contact: The contact.

        Raises:
            DecodeError: A value does not have the form of its field's type. The value itself stays
                readable in `contact.additional_properties`.
        """
        return {
            label: _read(field, contact.additional_properties.get(field.key))
            for label, field in self._by_label.items()
        }

    def write(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Return the `extra=` of a save for values by label. None, or an empty list, clears.

        Args:
            values: Values by label: int or Decimal for Number, date for Date, list[str] for
                Multiple choice, str for all others.

        Raises:
            ArgumentError: There is no field of that label, the value has another type, or is not
                one of the field's choices.
        """
        extra: dict[str, str] = {}
        for label, value in values.items():
            field = self._by_label.get(label)
            if field is None:
                raise ArgumentError(
                    label, f"unknown custom field, expected one of {', '.join(self._by_label)}"
                )
            extra[field.key] = (
                "" if value is None else _WRITERS.get(field.type_ or "", _text)(field, value)
            )
        return extra


def _read(field: _Field, wire: object) -> Any:
    if wire is None or wire == "":
        return [] if field.type_ == "Multiple choice" else None
    if not isinstance(wire, str):
        raise DecodeError(f"expected str, got {type(wire).__name__}", path=field.key)
    try:
        if field.type_ == "Number" and _NUMBER.fullmatch(wire):
            # An int if it is written as one: int(Decimal("1e99999999")) would fill the memory.
            return int(wire) if wire.strip().lstrip("+-").isdigit() else Decimal(wire)
        if field.type_ == "Date" and _DATE.fullmatch(wire):
            return date.fromisoformat(wire[:10])
        if field.type_ in {"Number", "Date"}:
            raise ValueError  # noqa: TRY301  # reported in one place
    except ValueError:
        raise DecodeError(f"not a {field.type_}", path=field.key) from None
    return wire.split(";") if field.type_ == "Multiple choice" else wire


def _number(field: _Field, value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise expected(field.label, "int or Decimal", value)
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ArgumentError(field.label, f"must be a number of at most {_MOST_DIGITS} digits")
    return format(number, "f")


def _date(field: _Field, value: Value) -> str:
    return encode_date(value, field.label)


def _text(field: _Field, value: Value) -> str:
    if not isinstance(value, str):
        raise expected(field.label, "str", value)
    return value


def _choice(field: _Field, value: Value) -> str:
    text = _text(field, value)
    if text and text not in field.choices:
        raise ArgumentError(
            field.label,
            f"expected one of {', '.join(field.choices)}, got {text!r}",
        )
    return text


def _choices(field: _Field, value: Value) -> str:
    text = join_strings(value, field.label)
    for part in value if isinstance(value, list | tuple) else ():
        _choice(field, part)
    return text


_WRITERS: dict[str, Callable[[_Field, Value], str]] = {
    "Number": _number,
    "Date": _date,
    "Single choice": _choice,
    "Multiple choice": _choices,
}
