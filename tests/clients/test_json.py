"""Both JSON engines behave alike: the standard library's, and orjson if it is installed."""

from __future__ import annotations

import json as plain_json
import math
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import ArgumentError, DecodeError
from crmkit.core.codec import json
from crmkit.relenta import ContactInput, CustomFieldType, LabeledValue
from tests.clients.conftest import MakeClient
from tests.clients.harness import page, reply, saved

ENGINES = ["orjson", "json"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test with each engine."""
    use(request.param, monkeypatch)
    return str(request.param)


def use(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an engine, whether the other is installed or not."""
    monkeypatch.setattr(json, "FAST", engine == "orjson")
    monkeypatch.setattr(json, "_orjson", orjson if engine == "orjson" else None)


def with_engines(work: Any) -> list[Any]:
    """Return the result of a function with each engine; errors are compared by class."""
    results = []
    for engine in ENGINES:
        with pytest.MonkeyPatch.context() as monkeypatch:
            use(engine, monkeypatch)
            try:
                results.append(work())
            except (ValueError, TypeError, RecursionError) as error:
                results.append("refused" if isinstance(error, ValueError | TypeError) else error)
    return results


trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda children: (
        st.lists(children, max_size=3)
        | st.lists(children, max_size=2).map(tuple)
        | st.dictionaries(st.text(max_size=3), children, max_size=3)
    ),
    max_leaves=8,
)
VALUES: list[Any] = [
    2**53 + 1,
    2**63,
    2**64 - 1,
    -(2**63),
    {"n": [2**63, 1.5]},
    1e22,
    5e-324,
    -0.0,
    "ü😀\u2028\x00\x7f",
]


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_round_trips_value(engine: str, number: int) -> None:
    """64-bit and tiny numbers and all of Unicode are equal after a round trip."""
    assert engine
    tree = {"x": VALUES[number]}

    text = json.dumps(tree)

    assert plain_json.loads(text) == tree
    assert json.loads(text) == tree
    assert type(json.loads(text)["x"]) is type(VALUES[number])
    assert b" " not in text


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "ü"}'.encode("utf-16"), {"a": "ü"}),
        (b'["\\ud800"]', ["\ud800"]),
        (b'["\\ud83d\\ude00"]', ["😀"]),
        (b"[Infinity, -Infinity]", [math.inf, -math.inf]),
        (b"[1e400]", [math.inf]),
        (b"[18446744073709551615]", [2**64 - 1]),
        (b"[-9223372036854775808]", [-(2**63)]),
        (b"[9007199254740993]", [2**53 + 1]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b" [1]\n", [1]),
        (b"1.0", 1.0),
    ],
    ids=ascii,
)
def test_reads_the_same_tree(engine: str, text: bytes, tree: Any) -> None:
    """Both engines read the same values with the same types."""
    assert engine
    read = json.loads(text)

    assert read == tree
    assert repr(read) == repr(tree)


def test_reads_nan(engine: str) -> None:
    """NaN is read, since some servers send it."""
    assert engine
    assert math.isnan(json.loads(b"[NaN]")[0])


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[1,]", b"\xff", b"nope", b"{'a': 1}", b"1 2", b'"\x01"']
)
def test_rejects_invalid_json(engine: str, text: bytes) -> None:
    """Invalid JSON is a ValueError with either engine."""
    assert engine
    with pytest.raises(ValueError, match=r"."):
        json.loads(text)


@given(trees)
def test_engines_write_the_same(tree: Any) -> None:
    """Both engines write JSON of the same value, or both reject it."""
    first, second = with_engines(lambda: json.loads(json.dumps(tree)))

    assert repr(first) == repr(second)


def test_writes_integers_beyond_64_bits(engine: str) -> None:
    """An integer that no vendor sends is written exactly; orjson reads it as the nearest float."""
    text = json.dumps([10**30])
    assert text == b"[1000000000000000000000000000000]"

    (read,) = json.loads(text)

    assert read == (1e30 if engine == "orjson" else 10**30)


@given(st.binary(max_size=12) | trees.map(plain_json.dumps).map(str.encode))
def test_engines_read_the_same(text: bytes) -> None:
    """Both engines read the same tree, or both reject it."""
    first, second = with_engines(lambda: json.loads(text))

    assert repr(first) == repr(second)


EXTRAS: list[tuple[Any, Any]] = [
    (10**30, 10**30),
    (2**64 + 1, 2**64 + 1),
    ((1, "x"), [1, "x"]),
    ({"a": (None, True)}, {"a": [None, True]}),
    (datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC), "2016-01-05T12:03:32Z"),
    (datetime(2016, 1, 5, 14, 3, 32, tzinfo=timezone(timedelta(hours=2))), "2016-01-05T12:03:32Z"),
    ([datetime(2016, 1, 5, 12, 3, 32, 5, tzinfo=UTC)], ["2016-01-05T12:03:32.000005Z"]),
]


@pytest.mark.parametrize("number", range(len(EXTRAS)))
def test_sends_extra(client: MakeClient, engine: str, number: int) -> None:
    """Values of `extra` are sent alike with either engine."""
    assert engine
    value, wire = EXTRAS[number]
    crm = client(saved())

    crm(lambda crm: crm.contacts.save(extra={"x": value}))

    assert crm.seen[0].json == {"x": wire}


class Rows(list[Any]):
    """A subclass of list."""


REFUSED: list[Any] = [
    math.nan,
    math.inf,
    [math.nan],
    (math.nan,),
    {"a": (1, -math.inf)},
    "\ud800",
    b"x",
    {1},
    object(),
    LabeledValue("a", "b"),
    [LabeledValue("a", "b")],
    ContactInput(),
    datetime(2016, 1, 5),  # noqa: DTZ001 - naive is the point
    1j,
    OrderedDict(a=math.nan),
    Rows([math.nan]),
    [Rows([(math.inf,)])],
]
UNUSUAL: list[Any] = [
    UUID(int=7),
    time(12, 30),
    date(2016, 1, 5),
    Decimal("1.5"),
    OrderedDict(a=1),
    Rows([1]),
    CustomFieldType.DATE,
    {5: 1},
    {None: 1},
    range(3),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_rejects_the_same_extras_with_both_engines(
    client: MakeClient, engine: str, number: int
) -> None:
    """Values of `extra` that JSON cannot express are rejected by name with either engine."""
    assert engine
    crm = client(saved())

    with pytest.raises(ArgumentError) as caught:
        crm(lambda crm: crm.contacts.save(extra={"fine": 1, "x": REFUSED[number]}))

    assert caught.value.argument.startswith("extra['x']")
    assert crm.seen == []


@pytest.mark.parametrize("number", range(len(UNUSUAL)))
def test_engines_agree_on_unusual_values(client: MakeClient, number: int) -> None:
    """A value that only one engine could write is sent alike by both, or rejected by both."""

    def sent_or_refused() -> Any:
        crm = client(saved())
        try:
            crm(lambda crm: crm.contacts.save(extra={"x": UNUSUAL[number]}))
        except ArgumentError:
            return "refused"
        return crm.seen[0].json

    first, second = with_engines(sent_or_refused)

    assert first == second


def test_sends_typed_save(client: MakeClient, engine: str) -> None:
    """A typed save is sent alike with either engine."""
    assert engine
    crm = client(saved(4))
    start = datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)

    id = crm(
        lambda crm: crm.activities.save(
            subject="Zoë 😀", dt_start=start, dt_end=start.replace(microsecond=120_000)
        )
    )

    assert id == 4
    assert crm.seen[0].json == {
        "subject": "Zoë 😀",
        "dt_start": "2016-01-05T12:03:32Z",
        "dt_end": "2016-01-05T12:03:32.120000Z",
    }


def test_reads_unusual_unknown_members(client: MakeClient, engine: str) -> None:
    """NaN, lone surrogates and huge numbers in unknown members are read with either engine."""
    assert engine
    text = (
        b'\xef\xbb\xbf{"status": true, "data": [{"id": "1", "full_name": "\\ud800",'
        b' "n": 18446744073709551615, "nan": NaN}]}'
    )
    crm = client(reply(text), page())

    (read,) = crm(lambda crm: crm.contacts.list())

    assert read.full_name == "\ud800"
    assert read["n"] == 18446744073709551615
    assert math.isnan(read["nan"])


def test_reads_or_rejects_id_beyond_64_bits(client: MakeClient, engine: str) -> None:
    """A huge id is an int or is rejected, never a float."""
    crm = client(reply(b'{"status": true, "data": {"id": 123456789012345678901234567890}}'))

    if engine == "json":
        assert crm(lambda crm: crm.contacts.save()) == 123456789012345678901234567890
    else:
        with pytest.raises(DecodeError, match=r"data\.id"):
            crm(lambda crm: crm.contacts.save())


def test_rejects_deep_nesting(client: MakeClient, engine: str) -> None:
    """Nesting beyond Python's recursion limit is a DecodeError with either engine."""
    assert engine
    for depth in (500, 1000, 1100, 5000):
        text = b'{"status": true, "data": [{"id": "1", "x": ' + b"[" * depth + b"]" * depth + b"}]}"
        crm = client(reply(text), page())
        try:
            assert len(crm(lambda crm: crm.contacts.list())) == 1
        except DecodeError:
            assert depth > 500
