"""How the database compares texts: case and accents make no difference."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text as it is compared and sorted."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()
