"""Full-text search of the database: words of a text, and expressions of words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crmkit_mock.espocrm.data import Record

    #: Takes the words of a record, in order.
    WordTest = Callable[[list[str]], bool]

#: Words that the database does not index, and the length of the shortest that it does.
_STOPWORDS = frozenset(
    {
        *("a", "about", "an", "are", "as", "at", "be", "by", "com", "de", "en", "for", "from"),
        *("how", "i", "in", "is", "it", "la", "of", "on", "or", "that", "the", "this", "to"),
        *("was", "what", "when", "where", "who", "will", "with", "und", "www"),
    }
)
_MIN_LENGTH = 3
_WORD = re.compile(r"[^\W_]+(?:['_]+[^\W_]+)*")
#: A term with the operator before it, which ends the term before, even within a word.
_TERM = re.compile(r'([+~<>-]?)("[^"]*"|[^\s"+~<>-]+)')


def full_text_test(attributes: Iterable[str], text: str) -> Callable[[Record], bool]:
    """Return the test that a full-text search finds a record.

    Args:
        attributes: The attributes of the index.
        text: What is searched for.
    """
    names = tuple(attributes)
    text = text.replace("%", "*").replace("(", "").replace(")", "")
    test = _boolean_test(text) if _is_boolean(text) else _any_word(_words(text))

    def matches(record: Record) -> bool:
        return test(_words(" \n ".join(str(record.get(name) or "") for name in names)))

    return matches


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


def _is_boolean(text: str) -> bool:
    return bool(re.search(r"[ +*]|^-", text))


def _is_indexed(word: str) -> bool:
    return len(word) >= _MIN_LENGTH and word not in _STOPWORDS


def _any_word(wanted: list[str]) -> WordTest:
    kept = frozenset(filter(_is_indexed, wanted))
    return lambda words: not kept.isdisjoint(words)


def _boolean_test(text: str) -> WordTest:
    """Return the test of an expression: `+` requires a term, `-` excludes it, `*` is a prefix."""
    required: list[WordTest] = []
    excluded: list[WordTest] = []
    optional: list[WordTest] = []
    for sign, term in _TERM.findall(text.replace("@", "*")):
        test = _term(term)
        if test is not None:
            {"+": required, "-": excluded}.get(sign, optional).append(test)

    def matches(words: list[str]) -> bool:
        if any(test(words) for test in excluded) or not all(test(words) for test in required):
            return False
        return bool(required) or any(test(words) for test in optional)

    return matches


def _term(term: str) -> WordTest | None:
    words = _words(term)
    if not words:
        return None
    if term.startswith('"'):
        return lambda found: any(
            found[start : start + len(words)] == words for start in range(len(found))
        )
    if term.endswith("*"):
        prefix = words[-1]
        return lambda found: any(word.startswith(prefix) for word in found)
    kept = list(filter(_is_indexed, words))
    if not kept:
        return None
    return lambda found: all(word in found for word in kept)
