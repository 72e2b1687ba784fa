"""Moments as Relenta writes them: UTC, to the second, with Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crmkit_mock.messages import Refusal

_LEAP_SECOND = re.compile(r"(?<=T[0-9]{2}:[0-9]{2}:)60")


def write_instant(moment: datetime) -> str:
    """Write an aware moment in the form of the lists, such as 2016-01-05T12:03:32Z."""
    text = moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    return f"{text}Z"


def read_instant(member: str, text: str) -> str:
    """Turn an RFC 3339 moment into the form of the lists; fractions of a second are dropped.

    Args:
        member: Name of the member, for the refusal.
        text: A moment whose form the document has checked already.

    Raises:
        Refusal: 400, the moment lies outside the years 1 to 9999.
    """
    text = text.upper()
    # A leap second is the first of the next minute: datetime has no second 60.
    plain = _LEAP_SECOND.sub("59", text)
    try:
        moment = datetime.fromisoformat(plain)
        if plain != text:
            moment += timedelta(seconds=1)
        return write_instant(moment)
    except (ValueError, OverflowError):
        raise Refusal(400, f"{member} is out of range") from None
