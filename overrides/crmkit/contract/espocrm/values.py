"""Values for the fields of a record: typical ones, those at an edge, and wrong ones, by type."""

from __future__ import annotations

from typing import Any

__all__ = ["attributes_of", "values_for", "written_values"]

_WRONG: list[Any] = [None, "", 5, True, [], {}]
_UNICODE = "Zoë 日本 😀 e\u0301"
_TEXTS = [
    "x",
    " padded ",
    "two\nlines\n",
    _UNICODE,
    "a < b & c > d",
    "100%_\\",
    "0",
    "\u00a0x\u2028",
]
_ZONES = [
    "2027-02-28 10:00:00", "2027-02-28 10:00", "2027-02-28T10:00:00Z",
    "2027-02-28T10:00:00+02:00", "2027-02-28T10:00:00.123Z", "2027-02-28", "2027-02-30 10:00:00",
    "9999-12-31 23:59:59", "0001-01-01 00:00:00", "28.02.2027 10:00", "tomorrow",
]  # fmt: skip
_BY_TYPE: dict[str, list[Any]] = {
    "varchar": [*_TEXTS, "x" * 100, "x" * 101, "x" * 256, *_WRONG, ["a"], {"a": 1}, 7.5],
    "text": [*_TEXTS, "x" * 300, *_WRONG, ["a"], 7.5],
    "url": [
        "https://a.example", "a.example", "http://a.example/p?q=1#f", "not a url", "x",
        "javascript:alert(1)", "https://a.example/ü", "ftp://a.example", "https://", "a.example/",
        "HTTPS://A.EXAMPLE", "x" * 256, *_WRONG,
    ],
    "email": [
        "a.b+c@crmkit.example", "A.B@Crmkit.Example", "a..b@c.example", "no-at", "ü@c.example",
        "a@b", "a@b.c", f"{'x' * 250}@c.example", " a@c.example ", *_WRONG, ["a@c.example"],
    ],
    "phone": [
        "+420777123456", "777123456", "+420 777 123 456", "+420777123456;ext=5", "abc", "+1",
        "+420777123456x5", "x" * 40, *_WRONG, ["+420777123456"],
    ],
    "bool": [True, False, 1, 0, "1", "0", "true", "false", "", "abc", 2, None, [], {}],
    "int": [
        0, 1, 7, -1, 10, 11, 100, 101, "7", "7.5", 7.5, "1e0", "", "abc", 2**31, None, True, [], {},
    ],
    "float": [0, 1.5, -1.5, "1.5", "1,5", "", "abc", 1e20, None, True, [], {}],
    "currency": [0, 1.5, "1.50", "1234.567", -1, "1,5", "abc", "", 1e14, None, True, [], {}],
    "date": [
        "2027-02-28", "2027-02-30", "2027-2-3", "28.02.2027", "2027-02-28 10:00:00",
        "9999-12-31", "0001-01-01", "today", *_WRONG,
    ],
    "datetime": [*_ZONES, *_WRONG],
    "multiEnum": [[], ["nope"], "x", "", None, 5, {}, [5], [None], [["a"]]],
    "array": [["a", "b"], ["a", "a"], [_UNICODE], ["x" * 100], ["x" * 300], [], [""], "x", None, 5,
              {}, [5], [None]],
    "urlMultiple": [["https://a.example"], ["a.example"], ["nope nope"], [], "x", None, [5]],
    "enum": ["Nope", *_WRONG, ["a"]],
    "link": ["nope", *_WRONG],
    "linkMultiple": [["nope"], [], "x", None, 5, {}, [5]],
    "attachmentMultiple": [["nope"], [], "x", None],
    "jsonArray": [
        [{"type": "Popup", "seconds": 900}], [{"type": "Email", "seconds": 0}], [], "x", None,
        [{"type": "Nope", "seconds": 5}], [{"type": "Popup"}], ["x"], {},
    ],
    "number": ["X-1", 5, None],
}  # fmt: skip
#: Values that a set of records has, None first; to filter and to sort.
_WRITTEN: dict[str, list[Any]] = {
    "varchar": [None, "Alpha", "alpha ", "Ärger", "100%_\\", "Zoë 日本 😀"],
    "text": [None, "Alpha", "alpha ", "Ärger", "100%_\\", "Zoë 日本 😀"],
    "url": [None, "https://a.example", "https://b.example", "https://a.example/x"],
    "email": [None, "a@crmkit.example", "b@crmkit.example", "A2@Crmkit.Example"],
    "phone": [None, "+420777123456", "+420777654321"],
    "bool": [False, True, False, True],
    "int": [None, 0, 1, 5, 10],
    "float": [None, 0, 1.5, 2.5, 10],
    "currency": [None, 0, 1.5, 20, 100],
    "date": [None, "2026-12-31", "2027-01-01", "2027-02-28", "2020-06-15"],
    "datetime": [None, "2026-12-31 22:30:00", "2026-12-31 23:30:00", "2027-06-01 10:00:00"],
}


def values_for(kind: str, options: tuple[str, ...] = ()) -> list[Any]:
    """Return values for a field.

    Args:
        kind: Type of the field.
        options: Its options.
    """
    if kind == "enum" and options:
        return [*options[:3], options[0].lower(), *_BY_TYPE[kind]]
    if kind == "multiEnum" and options:
        return [[options[0]], list(options[:2]), [options[0].upper()], *_BY_TYPE[kind]]
    return _BY_TYPE.get(kind, _WRONG)


def written_values(kind: str, options: tuple[str, ...] = ()) -> list[Any]:
    """Return the values of a set of records, a valid value each; empty if there is nothing to set.

    Args:
        kind: Type of the field.
        options: Its options.
    """
    if kind == "enum":
        return list(options)
    if kind == "multiEnum":
        return [None, [], [options[0]], list(options[:2])]
    if kind == "array":
        return [None, [], ["a"], ["a", "b"], ["B"]]
    return _WRITTEN.get(kind, [])


def attributes_of(name: str, kind: str) -> str:
    """Return the attribute in which the value of a field is sent."""
    match kind:
        case "link":
            return f"{name}Id"
        case "linkMultiple" | "attachmentMultiple":
            return f"{name}Ids"
        case _:
            return name
