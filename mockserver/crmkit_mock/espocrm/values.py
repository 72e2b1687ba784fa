"""The checks of a field's values, by its family, in the order in which the server makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import is_date, is_datetime
from crmkit_mock.espocrm.php_types import is_numeric, to_str
from crmkit_mock.espocrm.text_formats import has_markup, is_email, is_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

_MAX_LENGTH = 255
_MAX_ITEM_LENGTH, _MAX_URL_LENGTH = 100, 255
_INTEGERS = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class FieldInput:
    """A field of a record that is being written.

    Attributes:
        session: The request.
        entity: The entity type.
        field: The field.
        data: The attributes sent, cleaned but not cast.
        values: The record with all that was sent.
        new: Whether the record is being created; a field of an existing one always has a value.
    """

    session: Session
    entity: EntityType
    field: Field
    data: Mapping[str, Any]
    values: Mapping[str, Any]
    new: bool

    @property
    def value(self) -> Any:
        """The value of the attribute with the field's own name."""
        return self.values.get(self.field.name)

    def get(self, suffix: str) -> Any:
        """Return the value of another attribute of the field."""
        return self.values.get(self.field.name + suffix)

    def has(self, suffix: str = "") -> bool:
        """Return whether an attribute of the field has a value, even None."""
        return not self.new or self.field.name + suffix in self.values


#: A check, and the type of the failure if it returns False.
Check = tuple[str, "Callable[[FieldInput], bool]"]


def _is_set(sent: FieldInput) -> bool:
    return sent.value not in (None, "")


def _is_not_null(sent: FieldInput) -> bool:
    return sent.value is not None


def _has_length(sent: FieldInput) -> bool:
    limit = sent.field.max_length
    if limit is None:
        if not sent.field.stored or sent.field.family == "text":
            return True
        limit = _MAX_LENGTH
    return not isinstance(sent.value, str) or len(sent.value) <= limit


def _has_no_markup(sent: FieldInput) -> bool:
    return not (sent.field.no_markup and isinstance(sent.value, str) and has_markup(sent.value))


def _is_url(sent: FieldInput) -> bool:
    value = sent.value
    return value is None or (isinstance(value, str) and is_url(value, full=sent.field.full_url))


def _is_option(sent: FieldInput) -> bool:
    # Null stands for the empty option, and an empty string equals null.
    if not sent.field.options or not sent.has():
        return True
    return (sent.value or "") in sent.field.options


def _is_array(sent: FieldInput) -> bool:
    value = sent.data.get(sent.field.name)
    return value is None or isinstance(value, list)


def _items(sent: FieldInput) -> list[Any]:
    return sent.value if isinstance(sent.value, list) else []


def _has_strings(sent: FieldInput) -> bool:
    return all(isinstance(item, str) for item in _items(sent))


def _has_options(sent: FieldInput) -> bool:
    return not sent.field.options or all(item in sent.field.options for item in _items(sent))


def _has_items(sent: FieldInput) -> bool:
    return bool(_items(sent))


def _has_short_items(sent: FieldInput) -> bool:
    limit = _MAX_URL_LENGTH if sent.field.family == "urlMultiple" else _MAX_ITEM_LENGTH
    return all(len(item) <= limit for item in _items(sent))


def _has_urls(sent: FieldInput) -> bool:
    return all(item == "" or is_url(item) for item in _items(sent))


def _has_no_empty_item(sent: FieldInput) -> bool:
    return "" not in _items(sent) or "" in sent.field.options


def _is_number(sent: FieldInput) -> bool:
    value = sent.data.get(sent.field.name)
    return value in (None, "") or is_numeric(value)


def _is_amount(sent: FieldInput) -> bool:
    return sent.value is not None and bool(sent.get("Currency"))


def _is_at_least(sent: FieldInput) -> bool:
    limit = sent.field.minimum
    return limit is None or sent.value is None or sent.value >= limit


def _is_at_most(sent: FieldInput) -> bool:
    limit = sent.field.maximum
    return limit is None or sent.value is None or sent.value <= limit


def _is_in_range(sent: FieldInput) -> bool:
    return sent.value is None or sent.value in _INTEGERS


def _of_amounts(check: Callable[[FieldInput], bool]) -> Callable[[FieldInput], bool]:
    """Return a check of an amount, which counts only with its currency."""
    return lambda sent: not _is_amount(sent) or check(sent)


def _has_currency(sent: FieldInput) -> bool:
    if not sent.has("Currency"):
        return True
    code = sent.get("Currency")
    if code is None and (sent.value is None if sent.has() else sent.new):
        return True
    return code in sent.session.rates()


def _is_date(sent: FieldInput) -> bool:
    return sent.value is None or is_date(to_str(sent.value))


def _is_datetime(sent: FieldInput) -> bool:
    return sent.value is None or is_datetime(to_str(sent.value))


def _is_datetime_or_date(sent: FieldInput) -> bool:
    date = sent.get("Date")
    return (date is None or is_date(to_str(date))) and _is_datetime(sent)


def _has_datetime_or_date(sent: FieldInput) -> bool:
    return sent.value is not None or sent.get("Date") is not None


def _has_recipients(sent: FieldInput) -> bool:
    return sent.values.get("status") == "Draft" or _is_set(sent)


def _has_addresses(sent: FieldInput) -> bool:
    value = sent.value
    # To PHP the digit zero is no list.
    if not value or value == "0":
        return True
    return all(is_email(address.strip()) for address in str(value).split(";"))


_REQUIRED: Check = ("required", _is_set)
_NOT_NULL: Check = ("required", _is_not_null)
_NUMBER: tuple[Check, ...] = (
    _NOT_NULL,
    ("min", _is_at_least),
    ("max", _is_at_most),
    ("valid", _is_number),
)
_LIST: tuple[Check, ...] = (
    ("array", _is_array),
    ("arrayOfString", _has_strings),
    ("valid", _has_options),
)

#: Checks of values that are neither links nor addresses, in their order.
VALUE_CHECKS: dict[str, tuple[Check, ...]] = {
    "varchar": (_REQUIRED, ("maxLength", _has_length), ("pattern", _has_no_markup)),
    "text": (_REQUIRED, ("maxLength", _has_length)),
    "url": (_REQUIRED, ("maxLength", _has_length), ("valid", _is_url)),
    "enum": (_NOT_NULL, ("valid", _is_option), ("maxLength", _has_length)),
    "multiEnum": (
        *_LIST,
        ("required", _has_items),
        ("maxItemLength", _has_short_items),
        ("noEmptyString", _has_no_empty_item),
    ),
    "array": (*_LIST, ("required", _has_items), ("maxItemLength", _has_short_items)),
    "urlMultiple": (
        ("required", _has_items),
        *_LIST,
        ("maxItemLength", _has_short_items),
        ("pattern", _has_urls),
        ("noEmptyString", _has_no_empty_item),
    ),
    "int": (*_NUMBER, ("rangeInternal", _is_in_range)),
    "float": _NUMBER,
    "currency": (
        ("required", _is_amount),
        ("min", _of_amounts(_is_at_least)),
        ("max", _of_amounts(_is_at_most)),
        ("valid", _is_number),
        ("validCurrency", _has_currency),
    ),
    "date": (_NOT_NULL, ("valid", _is_date)),
    "datetime": (_NOT_NULL, ("valid", _is_datetime)),
    "datetimeOptional": (("required", _has_datetime_or_date), ("valid", _is_datetime_or_date)),
    "addressList": (
        ("required", _has_recipients),
        ("valid", _has_addresses),
        ("maxLength", _has_length),
    ),
}
