"""Values as OnePageCRM writes and reads them: strings, dates, times, lists within a string.

Page: API 1.2, Request message format.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from crmkit_mock.onepagecrm.errors import Code, refusal

_DATE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", re.ASCII)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WHITESPACE = " \t\r\n"


def clean(value: str) -> str:
    """Remove characters that cannot be shown, and whitespace at either end.

    Page: strings are trimmed; "invalid data will be ignored". Assumption: what counts as invalid
    are the characters that XML 1.0 cannot carry. So the three formats always show the same.
    """
    return _NOT_XML.sub("", value).strip(_WHITESPACE)


def require_date(field: str, value: str | None) -> str | None:
    """Check a date that was sent as dd.mm.yyyy; return None for an empty string.

    Args:
        field: Name of the field that was sent.
        value: Its value, or None.

    Raises:
        Refusal: 108, it is not a date.
    """
    if not value:
        return None
    try:
        if _DATE.fullmatch(value):
            parse_date(value)
            return value
    except ValueError:
        pass
    raise refusal(Code.INVALID, f"{field}: expected a date as dd.mm.yyyy, got {value[:100]!r}")


def parse_date(value: str) -> date:
    """Parse a stored date, dd.mm.yyyy."""
    return date(int(value[6:]), int(value[3:5]), int(value[:2]))


def format_date(value: date) -> str:
    """Format a date as dd.mm.yyyy."""
    return f"{value.day:02}.{value.month:02}.{value.year:04}"


def unix_time(value: datetime) -> int:
    """Return a datetime as Unix time in whole seconds."""
    return int(value.timestamp())


def midnight(value: date) -> datetime:
    """Return the datetime at which a date begins, in UTC."""
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def split_list(value: str) -> list[str]:
    """Split a string at its commas; whitespace, empty items and repeated ones are dropped."""
    return list(dict.fromkeys(filter(None, (item.strip(_WHITESPACE) for item in value.split(",")))))


def split_labeled(value: str, name: str) -> list[dict[str, str]]:
    """Split a list of `type|value` whose form the document has checked.

    Args:
        value: The list.
        name: Name of the value, "number" or "address".
    """
    pairs = (item.partition("|") for item in value.split(",") if item)
    return [
        {"type": label.strip(_WHITESPACE), name: rest.strip(_WHITESPACE)}
        for label, _, rest in pairs
    ]
