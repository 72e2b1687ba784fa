"""String comparison of the database: case and accents make no difference."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return the form of a string in which it is compared and sorted."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
