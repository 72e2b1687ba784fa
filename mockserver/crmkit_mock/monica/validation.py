"""The validation of what clients send, and the messages for what is invalid."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from crmkit_mock.forms import Upload
from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.values import format_datetime, parse_datetime

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Records

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_BOOLEANS: dict[object, bool] = {"0": False, "1": True}
#: Extension and media type of pictures by their first bytes.
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"GIF87a": ("gif", "image/gif"),
    b"GIF89a": ("gif", "image/gif"),
    b"BM": ("bmp", "image/bmp"),
}

Values = dict[str, Any]


class InvalidValue(Exception):
    """A value is invalid; `str()` is the message, with `{}` in place of the field's name."""


#: Returns the value to store, or raises `InvalidValue`. Never gets None.
Check = Callable[[Any, "Records"], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for one field.

    Attributes:
        checks: Checks, each of which gets what the one before it returned.
        required: Whether the field must be sent and not be empty.
        when: Another field and its value, without which `required` has no effect.
    """

    checks: tuple[Check, ...]
    required: bool = False
    when: tuple[str, str] | None = None


Rules = Mapping[str, Rule]


def required(*checks: Check) -> Rule:
    """Return the rule for a field that must be sent."""
    return Rule(checks, required=True)


def optional(*checks: Check) -> Rule:
    """Return the rule for a field that may be absent or null."""
    return Rule(checks)


def required_when(field: str, value: str, *checks: Check) -> Rule:
    """Return the rule for a field that must be sent if another field has a value."""
    return Rule(checks, required=True, when=(field, value))


def validate(rules: Rules, data: Mapping[str, Any], records: Records) -> Values:
    """Validate what was sent.

    Args:
        rules: Rules by field, in the order of their messages.
        data: What was sent; fields without a rule are ignored.
        records: The records, for rules that look for one.

    Returns:
        The values of the fields that were sent, as they are stored.

    Raises:
        Refusal: 422, code 32, with a message for every broken rule.
    """
    values, messages = collect_errors(rules, data, records)
    if messages:
        raise invalid(*messages)
    return values


def collect_errors(
    rules: Rules, data: Mapping[str, Any], records: Records
) -> tuple[Values, list[str]]:
    """Validate as `validate` does, and return the messages beside the values."""
    values: Values = {}
    messages: list[str] = []
    for field, rule in rules.items():
        value = data.get(field)
        is_required = rule.required and (
            rule.when is None or data.get(rule.when[0]) == rule.when[1]
        )
        if value is None or (is_required and value == []):
            if is_required:
                condition = (
                    f" when {_readable(rule.when[0])} is {rule.when[1]}" if rule.when else ""
                )
                messages.append(f"The {_readable(field)} field is required{condition}.")
            elif field in data:
                values[field] = value
            continue
        values[field], failures = _apply(rule, value, records)
        messages += [message.format(_readable(field)) for message in failures]
    return values, messages


def _apply(rule: Rule, value: Any, records: Records) -> tuple[Any, list[str]]:
    failures: list[str] = []
    for check in rule.checks:
        # A record is looked for only by a valid id; the other checks all have their say.
        if failures and isinstance(check, Exists):
            continue
        try:
            value = check(value, records)
        except InvalidValue as error:
            failures.append(str(error))
    return value, failures


def _readable(field: str) -> str:
    return field.replace("_", " ")


def string(max_length: int | None = None) -> Check:
    """Return the check for a str of at most `max_length` characters."""

    def check_string(value: Any, _: Records) -> str:
        if not isinstance(value, str):
            raise InvalidValue("The {} must be a string.")
        if max_length is not None and len(value) > max_length:
            raise InvalidValue(f"The {{}} may not be greater than {max_length} characters.")
        return value

    return check_string


def string_or_number(max_length: int) -> Check:
    """Return the check for a str that may come as a number, and is returned as it came."""

    def check_string_or_number(value: Any, records: Records) -> str | float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        checked: str = string(max_length)(value, records)
        return checked

    return check_string_or_number


def integer(value: Any, _: Records) -> int:
    """Check an integer, which may come as a str."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise InvalidValue("The {} must be an integer.")


def number(value: Any, _: Records) -> float:
    """Check a number, which may come as a str."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return float(value)
    raise InvalidValue("The {} must be a number.")


def amount(value: Any, records: Records) -> float:
    """Check an amount of money.

    Assumption: what the database cannot store gets the message for what is not a number.
    """
    checked = number(value, records)
    if abs(checked) >= 10**12:
        raise InvalidValue("The {} must be a number.")
    return checked


def boolean(value: Any, _: Records) -> bool:
    """Check a bool, which may come as 1 or 0, also as a str."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return value == 1
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise InvalidValue("The {} field must be true or false.")


def iso_date(value: Any, _: Records) -> str:
    """Check a date, strictly YYYY-MM-DD."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise InvalidValue("The {} does not match the format Y-m-d.")


def any_datetime(value: Any, _: Records) -> str:
    """Check a date or datetime in one of several formats; it is stored as replies have it."""
    parsed = parse_datetime(value) if isinstance(value, str) else None
    if parsed is None:
        raise InvalidValue("The {} is not a valid date.")
    return format_datetime(parsed)


def one_of(*allowed: str) -> Check:
    """Return the check for one of several strings."""

    def check_choice(value: Any, _: Records) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise InvalidValue("The selected {} is invalid.")
        return value

    return check_choice


def in_range(last: int) -> Check:
    """Return the check for the id of an entry of a static table, 1 to `last`."""

    def check_range(value: Any, _: Records) -> Any:
        # Of what is not an int, the check before this one has said so.
        if isinstance(value, int) and not 1 <= value <= last:
            raise InvalidValue("The selected {} is invalid.")
        return value

    return check_range


@dataclass(frozen=True, slots=True)
class Exists:
    """The check that a record exists, in any account, deleted contacts included.

    Attributes:
        kind: Kind of the record.
    """

    kind: str

    def __call__(self, value: Any, records: Records) -> Any:
        """Return the id."""
        if records.find(self.kind, value) is None:
            raise InvalidValue("The selected {} is invalid.")
        return value


def array(value: Any, _: Records) -> list[Any]:
    """Check a list of anything."""
    if not isinstance(value, list):
        raise InvalidValue("The {} must be an array.")
    return value


def array_of(check: Check) -> Check:
    """Return the check for a list whose items pass a check.

    Assumption: the message for an invalid item speaks of the whole list.
    """

    def check_array(value: Any, records: Records) -> list[Any]:
        return [check(item, records) for item in array(value, records) if item is not None]

    return check_array


def file(value: Any, _: Records) -> Upload:
    """Check a file of a multipart body."""
    if not isinstance(value, Upload):
        raise InvalidValue("The {} must be a file.")
    return value


def image(value: Any, records: Records) -> Upload:
    """Check a file that is a picture by its first bytes."""
    upload = file(value, records)
    if picture_type(upload.content) is None:
        raise InvalidValue("The {} must be an image.")
    return upload


def picture_type(content: bytes) -> tuple[str, str] | None:
    """Return extension and media type of a picture, by its first bytes; None if it is not one."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", "image/webp"
    for signature, extension_and_type in _PICTURES.items():
        if content.startswith(signature):
            return extension_and_type
    return None
