"""String comparison of the database: its collation is utf8mb4_unicode_ci.

Equality and order of 620 characters were taken from a real server; the tables below have what
Unicode's own decompositions and code points do not say.
"""
# ruff: noqa: RUF001 - characters that look like others are what the tables are about

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: All characters beyond the Basic Multilingual Plane, emoji among them, have one weight.
_SUPPLEMENTARY = "\uffff"
#: What stands for characters without a weight where characters are compared one by one.
_INVISIBLE = "\ufffe"
#: Whitespace, punctuation, symbols, digits and letters in the order of the collation. Letters of
#: other scripts follow, in the order of their code points.
_ORDER = (
    "\t\n\v\f\r\x85\u2028\u2029 `´˜^¯¨¸_\xad-‐‒–—―,、;:!¡?¿.。·'‘’‚‹›\"“”„«»()[]{}"
    "§¶©®@*/⁄\\&#%‰†‡•′ˆ°"
    "←→∀+±÷×<=>≠¬|¦~−∞≈≤≥─█■●★☆☕♠✓✔❤\N{REPLACEMENT CHARACTER}ー¤¢$£¥€0123456789"
    "aæɐbcdđðeǝəɛfƒgɣhħʻiıjklłmnŋoøpqĸrsʃtŧuvwxyzʒþʼ"
    "αβγδεζηθικλμνξοπρστυφχψωаәбвгдђѓеєжзѕиіїйјклљмнњопрстћќуўфхцчџшщъыьэюя"
)
_WEIGHTS = {ord(char): chr(place + 1) for place, char in enumerate(_ORDER)}
#: The capital sharp s was unknown to the version of Unicode that the collation knows.
_WEIGHTS[ord("ẞ")] = "\uabff"
#: Characters that are no others without their accents, and those that are others.
_KEPT = frozenset("`´˜^¯¨¸йїќўѓẞآ")
_SAME = {"œ": "oe", "ґ": "г"}
_HANGUL = range(0xAC00, 0xD7A4)
_KATAKANA = range(0x30A1, 0x30F7)
_SMALL_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")


def fold(text: str) -> str:
    """Return the form of a string in which it equals others: without case, accents and padding."""
    if text.isascii() and text.isprintable():
        return text.lower().rstrip(" ")
    return "".join(map(_fold_char, text)).rstrip(" ")


def sort_key(text: str) -> str:
    """Return the form of a string in which it is sorted."""
    return fold(text).translate(_WEIGHTS)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if ord(char) > 0xFFFF:
        return _SUPPLEMENTARY
    lower = char if char == "ẞ" else char.lower()
    if lower in _KEPT or ord(char) in _HANGUL:
        return lower
    decomposed = unicodedata.normalize("NFKD", char)
    return "".join(_fold_part(part) for part in decomposed if not _is_ignored(part))


def _fold_part(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if ord(char) in _KATAKANA:
        char = chr(ord(char) - 0x60)
    folded = char.casefold()
    return _SAME.get(folded, folded).translate(_SMALL_KANA)


def _is_ignored(char: str) -> bool:
    """Return whether a character has no weight: a combining or an invisible one."""
    if unicodedata.combining(char):
        return True
    return char not in _ORDER and unicodedata.category(char) in {"Cc", "Cf", "Mn"}


def like(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of an SQL pattern, for the form that `like_form` returns.

    `%` stands for anything, `_` for one character, a backslash makes the next one literal.
    """
    parts: list[str] = []
    chars = iter(pattern)
    for char in chars:
        if char == "\\":
            # At the end it stands for itself.
            parts.append(re.escape(like_form(next(chars, char))))
        else:
            parts.append({"%": ".*", "_": "."}.get(char) or re.escape(like_form(char)))
    return re.compile("".join(parts), re.DOTALL)


def like_form(text: str) -> str:
    """Return the form of a string in which patterns match it, one character at a time."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return "".join(map(_like_char, text))


@lru_cache(maxsize=4096)
def _like_char(char: str) -> str:
    folded = char if ord(char) > 0xFFFF else _fold_char(char)
    # A character that folds to several is like no other one.
    return folded if len(folded) == 1 else char.lower() if folded else _INVISIBLE
