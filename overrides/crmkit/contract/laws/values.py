"""Values of members, drawn from a seed, and whether a value read is the one that was sent."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from .resources import Member

__all__ = ["draw", "instant", "is_same", "others"]

#: What a str may be besides plain letters: decomposed letters, zeros in front, the separators of
#: every format that a server writes or stores.
_PIECES = (
    "Zoë", "Zoe\u0308 e\u0301", "007", "日本", "😀", "a & b", "O'Neil", 'say "x"', "50% _x_", "1e3",
    "a: b", "- a", "#1", "true", "null", "~", "<b>", "[x]", "{y}", "ß", "İ", "back\\slash",
)  # fmt: skip
_SEPARATORS = ("a;b", "a,b", "a|b", "a=b&c=d", "(x)")
#: How long texts are drawn of which no length is documented.
_LENGTHS = {"text": 1000, "line": 100}
_FIRST, _LAST = date(1995, 1, 1), date(2035, 12, 31)


def draw(rng: random.Random, member: Member) -> Any:  # noqa: PLR0911 - a value for each kind
    """Return a valid value of a member, other than none."""
    match member.kind:
        case "choice":
            return rng.choice(member.choices)
        case "flag":
            return rng.random() < 0.5
        case "bit":
            return rng.randrange(2)
        case "integer":
            return rng.randint(1, 99)
        case "number":
            return _number(rng, member)
        case "date":
            day = _day(rng)
            return f"{day:%d.%m.%Y}" if member.form == "dmy" else day.isoformat()
        case "datetime":
            form = "%Y-%m-%dT%H:%M:%SZ" if member.form == "iso" else "%Y-%m-%d %H:%M:%S"
            return _time(rng).strftime(form)
        case _:
            return _text(rng, member)


def others(rng: random.Random, member: Member, value: Any) -> list[Any]:
    """Return values of a member to which it is changed one after the other: all, where few."""
    if member.kind == "flag":
        return [not value, bool(value)]
    if member.kind == "bit":
        return [1 - value, value]
    if member.kind == "choice":
        return [other for other in member.choices if other != value]
    return [draw(rng, member)]


def _number(rng: random.Random, member: Member) -> float:
    if not member.digits:
        return rng.randint(1, 999_999) / 100
    # Before the point there are none, one or two of the digits; the last one is not zero.
    whole = rng.randrange(3)
    digits = rng.randrange(10 ** (member.digits - 2), 10 ** (member.digits - 1)) * 10
    number = (digits + rng.randint(1, 9)) / float(10 ** (member.digits - whole))
    return number if rng.random() < 0.5 else -number


def _day(rng: random.Random) -> date:
    return _FIRST + timedelta(days=rng.randrange((_LAST - _FIRST).days))


def _time(rng: random.Random) -> datetime:
    return datetime(2027, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(2 * 365 * 86400))


def _text(rng: random.Random, member: Member) -> str:
    longest = member.longest or _LENGTHS.get(member.kind, 100)
    pieces = [*rng.sample(_PIECES, 3), rng.choice(_SEPARATORS)]
    pieces = [piece for piece in pieces if not set(piece) & set(member.avoids)]
    pieces.append(f"x{rng.randrange(10**6)}")
    rng.shuffle(pieces)
    text = ("\n" if member.kind == "text" else " ").join(pieces)
    if len(text) > longest:
        return f"x{rng.randrange(10**4)}é"[:longest]
    return text + "y" * (longest - len(text)) if rng.random() < 0.2 else text


_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def is_same(member: Member, sent: Any, read: Any) -> bool:
    """Return whether a value that was read is the one that was sent."""
    if member.kind == "number" and isinstance(sent, int | float) and read is not None:
        return not isinstance(read, bool) and float(read) == float(sent)
    if member.kind in {"flag", "bit"}:
        return read in (0, 1) and bool(read) is bool(sent)
    if member.kind in {"date", "datetime"} and isinstance(read, str) and isinstance(sent, str):
        if member.kind == "date":
            return read[:10] == sent[:10]
        return instant(read) == instant(sent)
    return type(sent) is type(read) and bool(sent == read)


def instant(text: str) -> datetime:
    """Return the time that a str names; without an offset it is in UTC."""
    time = datetime.fromisoformat(text.replace(" ", "T"))
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
