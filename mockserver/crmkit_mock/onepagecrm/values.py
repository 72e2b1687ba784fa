"""Values as OnePageCRM writes and reads them: texts, days, times, lists in a text.

Page: API 1.2, Request message format.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from crmkit_mock.onepagecrm import codes

_DAY = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", re.ASCII)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = " \t\r\n"


def clean(text: str) -> str:
    """Take from a text what cannot be shown, and the blanks around it.

    Page: texts are trimmed; "invalid data will be ignored". Assumption: what counts as invalid
    are the characters that XML 1.0 cannot carry. So the three formats always show the same.
    """
    return _NOT_XML.sub("", text).strip(_BLANKS)


def read_day(member: str, text: str | None) -> str | None:
    """Check a day that was sent, dd.mm.yyyy; an empty text is none.

    Raises:
        Refusal: 108, there is no such day.
    """
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            day(text)
            return text
    except ValueError:
        pass
    raise codes.refusal(codes.INVALID, f"{member} is no day, dd.mm.yyyy")


def day(text: str) -> date:
    """Return the day that a stored text writes."""
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def write_day(value: date) -> str:
    """Write a day, dd.mm.yyyy."""
    return f"{value.day:02}.{value.month:02}.{value.year:04}"


def unix(moment: datetime) -> int:
    """Write a moment, unix time in whole seconds."""
    return int(moment.timestamp())


def midnight(value: date) -> datetime:
    """Return the moment at which a day begins, in UTC."""
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def texts(text: str) -> list[str]:
    """Split a list of texts at its commas; blanks around them, blank ones and repeats go."""
    return list(dict.fromkeys(filter(None, (part.strip(_BLANKS) for part in text.split(",")))))


def typed(text: str, name: str) -> list[dict[str, str]]:
    """Split a list of `type|value` whose form the document has checked.

    Args:
        text: The list.
        name: Name of the value, "number" or "address".
    """
    pairs = (part.partition("|") for part in text.split(",") if part)
    return [{"type": kind.strip(_BLANKS), name: value.strip(_BLANKS)} for kind, _, value in pairs]
