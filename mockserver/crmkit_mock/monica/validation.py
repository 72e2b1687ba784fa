"""The validation of what clients send, and the messages for what is invalid.

Rules are judged in their order, and so are the checks of each, as the framework does it. Values are
returned as they came: what the database makes of them is in `columns`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from crmkit_mock.forms import Upload
from crmkit_mock.monica import php_types
from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.php_dates import is_date

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Records

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
    """A value is invalid; `args` are the messages, with `{}` in place of the field's name."""


#: Returns the value, or raises `InvalidValue`. Gets None where a field is not nullable.
Check = Callable[[Any, "Records"], Any]


@dataclass(frozen=True, slots=True)
class Required:
    """The check that a field is there and not empty, after which nothing else is checked.

    Attributes:
        when: Another field and its value, without which the field may be absent.
        without: Another field, which may take the place of this one.
    """

    when: tuple[str, str] | None = None
    without: str | None = None

    def message(self, field: str, data: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a field, or None."""
        if not _is_missing(data.get(field)):
            return None
        condition = ""
        if self.when is not None:
            name, value = self.when
            if data.get(name) != value:
                return None
            condition = f" when {_readable(name)} is {value}"
        if self.without is not None:
            if not _is_missing(data.get(self.without)):
                return None
            condition = f" when {_readable(self.without)} is not present"
        return f"The {_readable(field)} field is required{condition}."


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for one field.

    Attributes:
        checks: Checks, in their order.
        nullable: Whether null passes all of them but `Required`.
    """

    checks: tuple[Check | Required, ...]
    nullable: bool = False


Rules = Mapping[str, Rule]


def required(*checks: Check) -> Rule:
    """Return the rule for a field that must be sent."""
    return Rule((Required(), *checks))


def optional(*checks: Check) -> Rule:
    """Return the rule for a field that may be absent or null."""
    return Rule(checks, nullable=True)


def not_null(*checks: Check | Required) -> Rule:
    """Return the rule for a field that may be absent, but not null."""
    return Rule(checks)


def required_when(field: str, value: str, *checks: Check) -> Rule:
    """Return the rule for a field that must be sent if another field has a value."""
    return Rule((Required(when=(field, value)), *checks))


def required_without(field: str, *checks: Check) -> Rule:
    """Return the rule for a field that must be sent if another field is missing."""
    return Rule((Required(without=field), *checks))


def validate(rules: Rules, data: Mapping[str, Any], records: Records) -> Values:
    """Validate what was sent.

    Args:
        rules: Rules by field, in the order of their messages.
        data: What was sent; fields without a rule are ignored.
        records: The records, for rules that look for one.

    Returns:
        The values of the fields that were sent. Ids and bools have the type that they mean.

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
        if field in data:
            values[field] = data[field]
        failed = False
        for check in rule.checks:
            if isinstance(check, Required):
                message = check.message(field, data)
                if message is not None:
                    messages.append(message)
                    break
                continue
            # A record is looked for only by a valid id; the other checks all have their say.
            if field not in data or (rule.nullable and data[field] is None):
                continue
            if failed and isinstance(check, Exists):
                continue
            try:
                values[field] = check(values[field], records)
            except InvalidValue as error:
                messages += (message.format(_readable(field)) for message in error.args)
                failed = True
    return values, messages


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, list | dict) and not value)


def _readable(field: str) -> str:
    return field.replace("_", " ")


def string(max_length: int | None = None) -> Check:
    """Return the check for a str of at most `max_length` characters."""

    def check_string(value: Any, _: Records) -> str:
        messages = [] if isinstance(value, str) else ["The {} must be a string."]
        if max_length is not None and value is not None and php_types.size(value) > max_length:
            messages.append(f"The {{}} may not be greater than {max_length} characters.")
        if messages:
            raise InvalidValue(*messages)
        text: str = value
        return text

    return check_string


def at_most(max_length: int) -> Check:
    """Return the check for a value of any type that is not longer than `max_length`."""

    def check_length(value: Any, _: Records) -> Any:
        if value is not None and php_types.size(value) > max_length:
            raise InvalidValue(f"The {{}} may not be greater than {max_length} characters.")
        return value

    return check_length


def integer(value: Any, _: Records) -> Any:
    """Check an integer, which may come as a str or as true."""
    if php_types.to_integer(value) is None:
        raise InvalidValue("The {} must be an integer.")
    return value


def identifier(value: Any, _: Records) -> int:
    """Check an id as `integer` does, and return it as an int."""
    id = php_types.to_integer(value)
    if id is None:
        raise InvalidValue("The {} must be an integer.")
    return id


def number(value: Any, _: Records) -> Any:
    """Check a number, which may come as a str."""
    if not php_types.is_numeric(value):
        raise InvalidValue("The {} must be a number.")
    return value


def boolean(value: Any, _: Records) -> bool:
    """Check a bool, which may come as 1 or 0, also as a str."""
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
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


def any_date(value: Any, _: Records) -> Any:
    """Check a date or datetime in one of the many forms that PHP reads."""
    if not is_date(value):
        raise InvalidValue("The {} is not a valid date.")
    return value


def one_of(*allowed: str) -> Check:
    """Return the check for one of several strings."""

    def check_choice(value: Any, _: Records) -> Any:
        if not isinstance(value, str) or value not in allowed:
            raise InvalidValue("The selected {} is invalid.")
        return value

    return check_choice


def in_range(last: int) -> Check:
    """Return the check for the id of an entry of a static table, 1 to `last`."""

    def check_range(value: Any, _: Records) -> Any:
        # Of what is not an int, the check before this one has said so.
        if isinstance(value, int) and value is not False and not 1 <= value <= last:
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
    """Check a list, or an object, of which the values count."""
    if isinstance(value, dict):
        return list(value.values())
    if not isinstance(value, list):
        raise InvalidValue("The {} must be an array.")
    return value


def file(value: Any, _: Records) -> Upload:
    """Check a file of a multipart body."""
    if not isinstance(value, Upload):
        raise InvalidValue("The {} must be a file.")
    return value


def image(value: Any, _: Records) -> Any:
    """Check a file that is a picture by its first bytes."""
    if not isinstance(value, Upload) or picture_type(value.content) is None:
        raise InvalidValue("The {} must be an image.")
    return value


def picture_type(content: bytes) -> tuple[str, str] | None:
    """Return extension and media type of a picture, by its first bytes; None if it is not one."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", "image/webp"
    for signature, extension_and_type in _PICTURES.items():
        if content.startswith(signature):
            return extension_and_type
    return None
