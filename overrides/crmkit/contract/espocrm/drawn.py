"""Conversations about each field with values drawn at random: seeds make ever new ones."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .entities import CUSTOM_FIELDS, CUSTOM_OPTIONS, ENTITIES, Entity
from .values import attributes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["drawn_conversations"]

_COUNT = 8
#: Stands for the id of the run's user.
_ME = "{me}"
#: The share of values that are of any type, whatever the field's.
_ODD_SHARE = 0.25
#: The share of amounts with a currency, and of addresses in a list.
_EXTRA_SHARE = 0.5
_ODD: tuple[Any, ...] = (
    None, "", 0, 1, -3, True, False, [], {}, 7.5, -0.0, "0", "x", ["a"], [1], [None], [[]],
    {"a": 1}, {"0": "a"}, "[]", "{}", "null", "false", 1e20, 2**40, " ", "\n",
)  # fmt: skip
_TEXTS = (
    "Alpha", "Zoë", "日本語", "O'Neil", 'a"b', "<b>x</b>", "a=b", "a<b", "{a}", "%s", "\\",
    "a\r\nb", "a\x00b", "\u200bx", "e\u0301", "😀😀", "\t", "-", "true", "1e5", "a;b", "#x",
    "tab\tx", "&amp;", "\x1f", "ß", "İ", "ﬁ",
)  # fmt: skip
_LENGTHS = (40, 41, 50, 51, 100, 101, 150, 151, 249, 250, 255, 256)
_URLS = (
    "http://a.example/", "www.a.example/p", "//a.example", "a b", "https://a.example/%20",
    "https://a.example:99999", "https://u:p@a.example", "https://ü.example", "mailto:a@b.example",
    "file:///etc", "https:a.example", "https://[::1]/", "localhost", "a.example/?x=<b>",
    "https://a.example/{x}", "https://-a.example", "1.2", " a.example ", "https://a.example\n",
)  # fmt: skip
_EMAILS = (
    "A@B.EXAMPLE", "a b@c.example", "a@b..example", "@b.example", "a@", "a@b@c.example",
    "a.@b.example", "a'b@c.example", '"a b"@c.example', "a@[1.2.3.4]", "a@b-.example",
    "a@b_c.example", "a@é.example", "Ann <a@b.example>", "a@b.example;c@d.example", "a@b.example\n",
    f"{'x' * 64}@b.example", f"{'x' * 65}@b.example", f"a@{'b' * 64}.example", "a/b@c.example",
)  # fmt: skip
_PHONES = (
    "00420777123456", "777-123-456", "(777) 123 456", "+420 (777) 123-456", "+1 212 555 0100", "12",
    "++420777123456", "+420777123456 ext. 5", "tel:+420777123456", "777a1", "1" * 37, " 777123456 ",
    "+420777123456,5", "*123#", "+1-800-FLOWERS", "--",
)  # fmt: skip
_NUMBERS: tuple[Any, ...] = (
    2, 9, 10, 11, 99, 100, 101, 255, -2, 0.1, 0.5, 99.5, -0.5, "5", "-1", "+5", "05", "0x10", "1e2",
    "1.", "  7", "7 ", "7a", "1,000", "1 000", "½", "NaN", "INF", 2**31 - 1, 2**31, 2**53 + 1,
    2**63, -(2**31) - 1, 1e15, 1e-7, 0.1 + 0.2, 123456789.123456789, ".5", True,
)  # fmt: skip
_DATES = (
    "2028-02-29", "2027-02-29", "2027-00-10", "2027-13-01", "27-01-01", "1000-01-01", "0000-00-00",
    "10000-01-01", "2027/02/28", "20270228", "2027-02-28T23:30:00Z", "2027-02", " 2027-02-28 ",
    "yesterday", "28 Feb 2027", "2027-W01-1", "1969-12-31", "2038-01-20",
)  # fmt: skip
_DATETIMES = (
    "2027-02-28 10:00:61", "2027-02-28 24:00:00", "2027-02-28 10", "2027-02-28 10:00:00Z",
    "2027-02-28T10:00Z", "2027-02-28T10:00:00-05:00", "2027-02-28T10:00:00.5Z",
    "2027-02-28T10:00:00+0200", "2027-02-28T10:00:00 Europe/Prague", "2027-03-28 02:30:00",
    "1900-03-01 08:00:00", "2027-02-28 1:2:3", "@1700000000", "2027-02-28t10:00:00z",
)  # fmt: skip
_FLAGS: tuple[Any, ...] = ("True", "yes", "on", "2", 2, -1, 0.0, 1.0, " ", "null")
_IDS: tuple[Any, ...] = (
    "nope", "0" * 17, "System", " ", "x" * 17, "x" * 18, "x" * 25, 12345, "1", _ME, "a b",
)  # fmt: skip
_REMINDERS: tuple[Any, ...] = (
    [{"type": "Popup", "seconds": "900"}], [{"type": "Popup", "seconds": -5}],
    [{"type": "Popup", "seconds": 1.5}], [{"type": None, "seconds": 5}], [[]], [5], {"a": 1},
    [{"type": "Email", "seconds": 300}, {"type": "Popup", "seconds": 0}],
    [{"type": "Popup", "seconds": 900, "extra": 1}],
)  # fmt: skip
_CURRENCIES: tuple[Any, ...] = ("USD", "EUR", "usd", "XXX", "", None, 5, " EUR", True, [], "EURO")
_TYPES: tuple[Any, ...] = (
    "Account", "Contact", "Lead", "User", "Task", "Nope", "", None, 5, "account", [],
)  # fmt: skip


def drawn_conversations(*, custom: bool, seed: int) -> Iterator[Conversation]:
    """Yield a conversation for each field of each entity type.

    Args:
        custom: Whether the servers have the mock's custom types and fields.
        seed: Decides the values.
    """
    fields = [
        (entity, name, kind, entity.options.get(name, ()))
        for entity in ENTITIES.values()
        if custom or not entity.custom
        for name, kind in entity.fields.items()
    ]
    if custom:
        fields += [
            (ENTITIES["Account"], name, kind, CUSTOM_OPTIONS.get(name, ()))
            for name, kind in CUSTOM_FIELDS.items()
        ]
    for entity, name, kind, options in fields:
        yield _conversation(entity, name, kind, options, seed)


def _conversation(
    entity: Entity, name: str, kind: str, options: tuple[str, ...], seed: int
) -> Conversation:
    def hold(talk: Talk) -> None:
        rng = random.Random(f"{seed} {entity.name}.{name}")  # noqa: S311 - values, no secrets
        me = talk.get("/App/user").bind("user.id")
        record = talk.post(f"/{entity.name}", entity.record(talk, me)).id
        for index in range(_COUNT):
            body = {member: _named(value, me) for member, value in _body(rng, name, kind, options)}
            if index % 2:
                created = talk.post(
                    f"/{entity.name}", {**entity.record(talk, me, str(index)), **body}
                )
                if created.succeeded:
                    talk.get(f"/{entity.name}/{created.id}")
            elif talk.put(f"/{entity.name}/{record}", body).succeeded:
                talk.get(f"/{entity.name}/{record}")

    return Conversation(f"drawn.{entity.name}.{name}", hold)


def _named(value: Any, me: str) -> Any:
    """Return a value with the id of the run's user in its place."""
    if isinstance(value, list):
        return [_named(item, me) for item in value]
    return me if value == _ME else value


def _body(
    rng: random.Random, name: str, kind: str, options: tuple[str, ...]
) -> list[tuple[str, Any]]:
    """Return what is sent for a field: attributes and their values."""
    if kind == "linkParent":
        parts = [(f"{name}Type", rng.choice(_TYPES)), (f"{name}Id", _value(rng, "link", ()))]
        return rng.sample(parts, rng.choice((1, 2, 2, 2)))
    attribute = attributes_of(name, kind)
    body = [(attribute, _value(rng, kind, options))]
    if kind == "currency" and rng.random() < _EXTRA_SHARE:
        body.append((f"{name}Currency", rng.choice(_CURRENCIES)))
    if kind in {"email", "phone"} and rng.random() < _EXTRA_SHARE:
        entries = [_entry(rng, attribute, kind) for _ in range(rng.choice((1, 2)))]
        return [(f"{attribute}Data", entries)]
    return body


def _entry(rng: random.Random, attribute: str, kind: str) -> Any:
    if rng.random() < 0.1:
        return rng.choice(_ODD)
    entry: dict[str, Any] = {attribute: _value(rng, kind, ())}
    for member, values in (
        ("primary", (True, False, 1, None)), ("optOut", (True, False, "x")), ("invalid", (True, 0)),
        *((("type", ("Office", "mobile", "Nope", None, "", 5)),) if kind == "phone" else ()),
    ):  # fmt: skip
        if rng.random() < 0.3:
            entry[member] = rng.choice(values)
    return entry


def _value(rng: random.Random, kind: str, options: tuple[str, ...]) -> Any:
    if rng.random() < _ODD_SHARE:
        return rng.choice(_ODD)
    draw = _BY_TYPE.get(kind)
    if draw is not None:
        return draw(rng)
    if kind == "enum" and options:
        option = rng.choice(options)
        return rng.choice(
            (option, option.lower(), f" {option}", f"{option}x", option[:-1], [option])
        )
    if kind in {"multiEnum", "array", "enum"}:
        return [rng.choice((*options, *_TEXTS[:8], *_ODD[:4])) for _ in range(rng.randrange(4))]
    return rng.choice(_ODD)


def _text(rng: random.Random) -> str:
    if rng.random() < 0.7:
        return rng.choice(_TEXTS)
    return rng.choice("xé😀") * rng.choice(_LENGTHS)


def _one_of(*values: Any) -> Callable[[random.Random], Any]:
    return lambda rng: rng.choice(values)


def _some_of(*values: Any) -> Callable[[random.Random], Any]:
    return lambda rng: [rng.choice(values) for _ in range(rng.randrange(3))]


_BY_TYPE: dict[str, Callable[[random.Random], Any]] = {
    "varchar": _text,
    "text": _text,
    "url": _one_of(*_URLS),
    "urlMultiple": _some_of(*_URLS),
    "email": _one_of(*_EMAILS),
    "phone": _one_of(*_PHONES),
    "bool": _one_of(*_FLAGS),
    **dict.fromkeys(("int", "float", "currency", "number"), _one_of(*_NUMBERS)),
    "date": _one_of(*_DATES),
    "datetime": _one_of(*_DATES, *_DATETIMES),
    "link": _one_of(*_IDS),
    **dict.fromkeys(("linkMultiple", "attachmentMultiple"), _some_of(*_IDS)),
    "jsonArray": _one_of(*_REMINDERS),
}
