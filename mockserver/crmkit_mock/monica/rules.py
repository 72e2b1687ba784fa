"""The rules that Monica holds sent values against, and the sentences of those that fail."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from crmkit_mock.monica.errors import invalid
from crmkit_mock.monica.instants import read_moment, write_instant
from crmkit_mock.monica.multipart import Upload

if TYPE_CHECKING:
    from crmkit_mock.monica.records import Records

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FLAGS: dict[object, bool] = {"0": False, "1": True}

Values = dict[str, Any]


class Wrong(Exception):
    """A value breaks a rule; `str()` is the sentence, with `{}` for the field's name."""


#: Turns a value into the one to keep, or raises `Wrong`. Null never comes here.
Check = Callable[[Any, "Records"], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field has to be.

    Attributes:
        checks: Checks, each of which gets what the one before it returned.
        required: Whether the field must be there and not be empty.
        when: Another field and its value, without which `required` does not count.
    """

    checks: tuple[Check, ...]
    required: bool = False
    when: tuple[str, str] | None = None


Rules = Mapping[str, Rule]


def required(*checks: Check) -> Rule:
    """Return the rule of a field that must be sent."""
    return Rule(checks, required=True)


def optional(*checks: Check) -> Rule:
    """Return the rule of a field that may be left out or null."""
    return Rule(checks)


def required_when(field: str, value: str, *checks: Check) -> Rule:
    """Return the rule of a field that must be sent if another has a value."""
    return Rule(checks, required=True, when=(field, value))


def check(rules: Rules, given: Mapping[str, Any], records: Records) -> Values:
    """Hold sent values against rules.

    Args:
        rules: Rules by field, in the order of their sentences.
        given: What was sent; fields without a rule are ignored.
        records: For the rules that look for a row.

    Returns:
        The values of the fields that were sent, as they are to be kept.

    Raises:
        Refusal: 422, code 32, with a sentence for every rule that is broken.
    """
    values, sentences = judge(rules, given, records)
    if sentences:
        raise invalid(*sentences)
    return values


def judge(rules: Rules, given: Mapping[str, Any], records: Records) -> tuple[Values, list[str]]:
    """Do the same as `check`, but return the sentences beside the values."""
    values: Values = {}
    sentences: list[str] = []
    for field, rule in rules.items():
        value = given.get(field)
        if value is None or value == []:
            if rule.required and (rule.when is None or given.get(rule.when[0]) == rule.when[1]):
                condition = f" when {_said(rule.when[0])} is {rule.when[1]}" if rule.when else ""
                sentences.append(f"The {_said(field)} field is required{condition}.")
            elif field in given:
                values[field] = value
            continue
        failed = _failures(rule, value, records, values, field)
        sentences += [sentence.format(_said(field)) for sentence in failed]
    return values, sentences


def _failures(rule: Rule, value: Any, records: Records, values: Values, field: str) -> list[str]:
    failed: list[str] = []
    for one in rule.checks:
        # A row is only looked for by a proper id; the other rules all have their say.
        if failed and isinstance(one, Exists):
            continue
        try:
            value = one(value, records)
        except Wrong as wrong:
            failed.append(str(wrong))
    values[field] = value
    return failed


def _said(field: str) -> str:
    return field.replace("_", " ")


def text(longest: int | None = None) -> Check:
    """Return the check of a text of at most so many characters."""

    def is_text(value: Any, _: Records) -> str:
        if not isinstance(value, str):
            raise Wrong("The {} must be a string.")
        if longest is not None and len(value) > longest:
            raise Wrong(f"The {{}} may not be greater than {longest} characters.")
        return value

    return is_text


def loose_text(longest: int) -> Check:
    """Return the check of a text that may come as a number, and is shown as it came."""

    def is_text_or_number(value: Any, records: Records) -> str | float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        checked: str = text(longest)(value, records)
        return checked

    return is_text_or_number


def integer(value: Any, _: Records) -> int:
    """Check a whole number, which may come as a text."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise Wrong("The {} must be an integer.")


def number(value: Any, _: Records) -> float:
    """Check a number, which may come as a text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return float(value)
    raise Wrong("The {} must be a number.")


def amount(value: Any, records: Records) -> float:
    """Check a sum of money.

    Assumption: what the database cannot keep is refused like what is no number.
    """
    checked = number(value, records)
    if abs(checked) >= 10**12:
        raise Wrong("The {} must be a number.")
    return checked


def flag(value: Any, _: Records) -> bool:
    """Check true or false, which may come as 1 or 0, also as texts."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return value == 1
    if isinstance(value, str) and value in _FLAGS:
        return _FLAGS[value]
    raise Wrong("The {} field must be true or false.")


def day(value: Any, _: Records) -> str:
    """Check a day, strictly YYYY-MM-DD."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Wrong("The {} does not match the format Y-m-d.")


def moment(value: Any, _: Records) -> str:
    """Check a day or moment in one of several forms; it is kept as replies show moments."""
    found = read_moment(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong("The {} is not a valid date.")
    return write_instant(found)


def one_of(*allowed: str) -> Check:
    """Return the check of one of some texts."""

    def is_allowed(value: Any, _: Records) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise Wrong("The selected {} is invalid.")
        return value

    return is_allowed


@dataclass(frozen=True, slots=True)
class Exists:
    """The check that there is a row of an id, in whatever account, deleted contacts included.

    Attributes:
        kind: Kind of the row.
    """

    kind: str

    def __call__(self, value: Any, records: Records) -> Any:
        """Return the id."""
        if records.find(self.kind, value) is None:
            raise Wrong("The selected {} is invalid.")
        return value


def array(value: Any, _: Records) -> list[Any]:
    """Check a list of whatever."""
    if not isinstance(value, list):
        raise Wrong("The {} must be an array.")
    return value


def array_of(*checks: Check) -> Check:
    """Return the check of a list whose items pass checks.

    Assumption: what is wrong within a list is said of the whole.
    """

    def is_array(value: Any, records: Records) -> list[Any]:
        items = array(value, records)
        for one in checks:
            items = [one(item, records) for item in items if item is not None]
        return items

    return is_array


def upload(value: Any, _: Records) -> Upload:
    """Check a file of a multipart body."""
    if not isinstance(value, Upload):
        raise Wrong("The {} must be a file.")
    return value


def image(value: Any, records: Records) -> Upload:
    """Check a file that is a picture by its first bytes."""
    file = upload(value, records)
    if file.picture is None:
        raise Wrong("The {} must be an image.")
    return file
