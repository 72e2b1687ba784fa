"""Docstrings, made of the descriptions of a document in the words of Python.

Documents speak of the wire: of null, of members by their wire names. A user of Python reads `None`
and the names of arguments and attributes.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["doc", "docstring", "for_python", "one_line", "section", "wrapped"]

_WIRE_ONLY = re.compile(r"(?:^|(?<=[.;:]) )On the wire\b.*")
_NULL = re.compile(r"\b[Nn]ull\b")
_UNDESCRIBED = "See the vendor's page."
_CAMEL_CASE = re.compile(r"`([a-z]+(?:[A-Z][a-z0-9]*)+)`")


def for_python(text: str) -> str:
    """Return a description as a docstring has it, with each paragraph on one line.

    From a sentence that begins with "On the wire" on, a paragraph is about the wire only and goes.
    Null becomes None, and a name in backticks is written in snake_case.
    """
    paragraphs = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    kept = "\n\n".join(filter(None, (_WIRE_ONLY.sub("", part) for part in paragraphs)))
    return _CAMEL_CASE.sub(
        lambda name: re.sub("(?=[A-Z])", "_", name[0]).lower(), _NULL.sub("None", kept)
    )


def one_line(text: str) -> str:
    """Return a description in the words of Python, on one line: docstrings are wrapped anew."""
    return " ".join(for_python(text).split())


def doc(text: str) -> str:
    """Return a string escaped for a docstring, on one line."""
    line = " ".join(text.split()).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'{line[:-1]}\\"' if line.endswith('"') else line


def wrapped(text: str, first: str = "", rest: str = "", width: int = 88) -> list[str]:
    """Return a string as escaped lines of a docstring.

    Args:
        text: The string.
        first: Indentation of the first line.
        rest: Indentation of the others.
        width: Characters a line, with the indentation.
    """
    return textwrap.wrap(
        doc(text), width, initial_indent=first, subsequent_indent=rest, break_long_words=False
    )


def docstring(summary: str, *paragraphs: str) -> list[str]:
    """Return the first lines of a docstring: its summary, and what is not empty of the rest."""
    lines = [f'"""{doc(summary)}']
    for text in filter(None, paragraphs):
        lines += ["", *wrapped(text)]
    return lines


def section(title: str, entries: Iterable[tuple[str, str]], width: int = 88) -> list[str]:
    """Return the lines of a section of a docstring, such as Args; none without entries."""
    lines = [
        line
        for name, text in entries
        for line in wrapped(f"{name}: {text or _UNDESCRIBED}", "    ", "        ", width)
    ]
    return ["", f"{title}:", *lines] if lines else []
