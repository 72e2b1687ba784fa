"""Phone numbers as EspoCRM reads them: international ones in E.164.

The server has the numbering plans of all countries; here are those of some, others are checked for
a plausible length only.
"""

from __future__ import annotations

import re

from crmkit_mock.espocrm.php_types import trim

_CHARACTERS = re.compile(r"[0-9A-Za-z_@:#+()\-. ]+", re.ASCII)
_EXTENSION = re.compile(
    r"(?:;ext=|[ \t,]*(?:e?xt(?:ensi[oó]n?)?|доб|anexo|int|[x#~])[:.]?[ \t,-]*)(\d{1,15})#?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\++[\s()./\-]*\d[\d\s()./\-]*")
#: How many letters make a number one that is dialled by its letters.
_VANITY_LETTERS = 3
#: Letters by the digits of their keys.
_KEYS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "2223334445556667777888999922233344455566677778889999",
)
#: Country codes, as ranges of the first and the last one.
_CODE_RANGES = (
    (1, 1), (7, 7), (20, 20), (27, 27), (30, 34), (36, 36), (39, 41), (43, 49), (51, 58),
    (60, 66), (81, 82), (84, 84), (86, 86), (90, 95), (98, 98), (211, 213), (216, 216),
    (218, 218), (220, 269), (290, 291), (297, 299), (350, 359), (370, 378), (380, 383),
    (385, 387), (389, 389), (420, 421), (423, 423), (500, 509), (590, 599), (670, 670),
    (672, 683), (685, 692), (800, 800), (808, 808), (850, 850), (852, 853), (855, 856),
    (870, 870), (878, 878), (880, 883), (886, 886), (888, 888), (960, 968), (970, 977),
    (979, 979), (992, 996), (998, 998),
)  # fmt: skip
_CODES = frozenset(code for first, last in _CODE_RANGES for code in range(first, last + 1))
#: Possible lengths of the number without its country code.
_LENGTHS: dict[int, tuple[int, ...]] = {
    1: (7, 10),
    7: (7, 10, 14),
    30: (10, 11, 12),
    31: (5, 6, 7, 8, 9, 10, 11),
    32: (8, 9),
    33: (4, 6, 8, 9),
    34: (9,),
    36: (6, 7, 8, 9),
    39: (6, 7, 8, 9, 10, 11, 12),
    41: (9, 12),
    43: tuple(range(3, 14)),
    44: tuple(range(4, 11)),
    45: (8,),
    46: (6, 7, 8, 9, 10, 12),
    47: (5, 8),
    48: (6, 7, 8, 9, 10),
    49: tuple(range(2, 16)),
    351: (9,),
    420: (9, 10, 11, 12),
    421: (6, 7, 9),
}
_OTHER_LENGTHS = tuple(range(4, 15))
#: Country codes of numbers whose national form begins with a 0 that the international one lacks.
_ZERO_PREFIX = frozenset({31, 32, 33, 41, 43, 44, 46, 49, 61, 81, 421})


def sanitize_number(text: str) -> str:
    """Return a number that is sent: an international one in E.164, others trimmed."""
    text = trim(text)
    parsed = _parse(text)
    return text if parsed is None else f"+{parsed[0]}{parsed[1]}"


def is_possible_number(value: object) -> bool:
    """Return whether a cleaned number may exist; only those in E.164 may."""
    if not isinstance(value, str) or not _CHARACTERS.fullmatch(value):
        return False
    parsed = _parse(value)
    if parsed is None or value != f"+{parsed[0]}{parsed[1]}":
        return False
    return len(parsed[1]) in _LENGTHS.get(parsed[0], _OTHER_LENGTHS)


def _parse(text: str) -> tuple[int, str] | None:
    """Return the country code and the rest of an international number, None for other strings."""
    if not text.startswith("+"):
        return None
    text = _EXTENSION.sub("", text)
    if sum(char.isascii() and char.isalpha() for char in text) >= _VANITY_LETTERS:
        text = text.translate(_KEYS)
    if not _NUMBER.fullmatch(text):
        return None
    digits = "".join(char for char in text if char.isdigit())
    for length in (1, 2, 3):
        code = int(digits[:length])
        if code in _CODES and not digits.startswith("0"):
            rest = digits[length:]
            if code in _ZERO_PREFIX and rest.startswith("0"):
                rest = rest[1:]
            return (code, rest) if 2 <= len(rest) <= 17 else None
    return None
