"""How strs are compared and put into ASCII: without regard to case and accents."""

from __future__ import annotations

import unicodedata

#: Letters that have no accent to be taken away, only a counterpart.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"ł": "l", "Ł": "L", "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D"}
)


def folded(text: str) -> str:
    """Return a str as the database compares it: without regard to case and accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.casefold()


def to_ascii(text: str) -> str:
    """Return a str in ASCII; characters without a counterpart are left out."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return decomposed.encode("ascii", "ignore").decode("ascii")
