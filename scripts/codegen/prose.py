"""Descriptions of a document in the words of Python, for docstrings.

Documents speak of the wire: of null, of members by their wire names. A user of Python reads `None`
and the names of arguments and attributes.
"""

from __future__ import annotations

import re

__all__ = ["for_python"]

_WIRE_ONLY = re.compile(r"(?:^|(?<=[.;:]) )On the wire\b.*")
_NULL = re.compile(r"\b[Nn]ull\b")
_CAMEL_CASE = re.compile(r"`([a-z]+(?:[A-Z][a-z0-9]*)+)`")


def for_python(text: str) -> str:
    """Return a description as a docstring has it, with each paragraph on one line.

    From a sentence that begins with "On the wire" on, a paragraph is about the wire only and goes.
    Null becomes None, and a name in backticks is written in snake_case.
    """
    paragraphs = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    kept = "\n\n".join(filter(None, (_WIRE_ONLY.sub("", part) for part in paragraphs)))
    return _CAMEL_CASE.sub(_snake_case, _NULL.sub("None", kept))


def _snake_case(match: re.Match[str]) -> str:
    return f"`{re.sub('(?=[A-Z])', '_', match[1]).lower()}`"
