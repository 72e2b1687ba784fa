"""Values as Relenta's wire has them: datetimes in UTC, to the second, with Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crmkit_mock.relenta.errors import bad_request

_LEAP_SECOND = re.compile(r"(?<=T[0-9]{2}:[0-9]{2}:)60")


def write_datetime(value: datetime) -> str:
    """Write an aware datetime in the form of the lists, such as 2016-01-05T12:03:32Z."""
    text = value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    return f"{text}Z"


def normalise_datetime(member: str, text: str) -> str:
    """Turn an RFC 3339 datetime into the form of the lists; fractions of a second are dropped.

    Args:
        member: Name of the member, for the refusal.
        text: A datetime whose form the document has checked already.

    Raises:
        Refusal: 400, the datetime lies outside the years 1 to 9999.
    """
    text = text.upper()
    # A leap second is the first of the next minute: datetime has no second 60.
    plain = _LEAP_SECOND.sub("59", text)
    try:
        value = datetime.fromisoformat(plain)
        if plain != text:
            value += timedelta(seconds=1)
        return write_datetime(value)
    except (ValueError, OverflowError):
        raise bad_request(f"{member} is out of range") from None
