"""Comparison of two replies to one request: a live server's and the mock's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .crm import CRM
    from .exchange import Reply
    from .names import Pairs

__all__ = ["Difference", "Judge", "Kind"]

Kind = Literal[
    "status", "class", "reason", "members", "types", "order", "count", "values",
    "missing", "document", "law",
]  # fmt: skip

_DATETIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"
)
_SECONDS = re.compile(r"\b[12]\d{9}\b")
_RECENT = timedelta(minutes=5)
_SHOWN = 120
#: Values that say nothing of a shape.
_EMPTY: tuple[Any, ...] = (None, [], {})


@dataclass(frozen=True)
class Difference:
    """One difference, or one fault of a reply.

    Attributes:
        kind: What differs. "missing": a step could not be taken on one of the servers, since an
            earlier one gave it no value; "document": a reply is not as documented; "law": a reply
            is not what an earlier one promised.
        place: Where in the body; empty for the whole reply.
        server: What the server has.
        mock: What the mock has; empty if only one server was asked.
        accepted: Why it is accepted; empty if it is not.
    """

    kind: Kind
    place: str = ""
    server: str = ""
    mock: str = ""
    accepted: str = ""

    def __str__(self) -> str:
        """The difference in one line."""
        where = f" at {self.place}" if self.place else ""
        if self.kind == "missing":
            side = "mock" if self.server.startswith("could be") else "server"
            return f"missing: an earlier step gave the {side} no value that this one needs"
        if self.kind in ("document", "law"):
            side = " (mock)" if self.mock else ""
            return f"{self.kind}{side}{where}: {self.mock or self.server}"
        return f"{self.kind}{where}: {self.server} on the server, {self.mock} on the mock"


class Judge:
    """Compares replies of a server and of the mock.

    Args:
        crm: Kind of server.
        pairs: What stands for what on the two.
        base_urls: Addresses of the two, which may appear in replies.
        started: When the run began, before which records are not its own; None: now.
    """

    def __init__(
        self,
        crm: CRM,
        pairs: Pairs,
        base_urls: tuple[str, str] = ("", ""),
        started: datetime | None = None,
    ) -> None:
        self._crm = crm
        self._pairs = pairs
        self._base_urls = base_urls
        self._started = (started or datetime.now(UTC)) - timedelta(seconds=5)

    def differences(
        self, server: Reply, mock: Reply, *, shape_only: bool = False
    ) -> list[Difference]:
        """Return what differs.

        Args:
            server: Reply of the live server.
            mock: Reply of the mock to the same request.
            shape_only: Leaves values, counts and order aside, for data that are not the
                conversation's own.
        """
        if server.outcome != mock.outcome:
            return [Difference("status", "", self._summary(server), self._summary(mock))]
        found = list(self._heads(server, mock))
        if server.is_json and mock.is_json:
            clocks = server.time, mock.time
            comparison = self._comparison(clocks, shape_only=shape_only)
            found += comparison.trees(server.tree, mock.tree)
        elif server.is_json != mock.is_json:
            if not found:
                found.append(Difference("class", "", self._body(server), self._body(mock)))
        elif not shape_only and server.succeeded and server.content != mock.content:
            found.append(Difference("values", "", self._body(server), self._body(mock)))
        return found

    def _heads(self, server: Reply, mock: Reply) -> Iterator[Difference]:
        if server.media_type != mock.media_type and (server.content or mock.content):
            yield Difference("class", "", repr(server.media_type), repr(mock.media_type))
        if not server.succeeded:
            comparison = self._comparison((server.time, mock.time))
            reasons = (
                comparison.canonical(0, self._crm.reason(server)),
                comparison.canonical(1, self._crm.reason(mock)),
            )
            if reasons[0] != reasons[1]:
                yield Difference("reason", "", _shown(reasons[0]), _shown(reasons[1]))

    def _comparison(
        self, clocks: tuple[datetime, datetime], *, shape_only: bool = False
    ) -> _Comparison:
        return _Comparison(
            self._crm, self._pairs, self._base_urls, clocks, self._started, shape_only
        )

    def _summary(self, reply: Reply) -> str:
        reason = self._crm.reason(reply) or (reply.text[:_SHOWN] if reply.status >= 400 else "")
        return f"{reply.outcome} {reason}".strip()

    def _body(self, reply: Reply) -> str:
        return _shown(reply.text if len(reply.content) < 10_000 else f"{len(reply.content)} bytes")


@dataclass
class _Comparison:
    """One comparison of two trees."""

    crm: CRM
    pairs: Pairs
    base_urls: tuple[str, str]
    clocks: tuple[datetime, datetime]
    started: datetime
    shape_only: bool

    def trees(
        self, server: Any, mock: Any, place: str = "", parents: tuple[Any, Any] = (None, None)
    ) -> Iterator[Difference]:
        """Yield the differences of two trees that are at a place."""
        plain = re.sub(r"\[\d*\]", "", place)
        if self.crm.is_ignored(plain):
            return
        if not self.shape_only and self.crm.is_shared(plain):
            yield from replace(self, shape_only=True).trees(server, mock, place, parents)
            return
        if self.shape_only and (server in _EMPTY or mock in _EMPTY):
            return
        if _kind(server) != _kind(mock):
            yield Difference("types", place, _typed(server), _typed(mock))
        elif isinstance(server, dict):
            yield from self._objects(server, mock, place, plain)
        elif isinstance(server, list):
            yield from self._lists(server, mock, place, plain)
        elif not self._equal(server, mock, plain, parents) and not self.shape_only:
            yield Difference("values", place, _shown(server), _shown(mock))

    def _objects(
        self, server: Mapping[str, Any], mock: Mapping[str, Any], place: str, plain: str
    ) -> Iterator[Difference]:
        by_name = self._by_name(0, server, plain), self._by_name(1, mock, plain)
        missing = sorted(by_name[0].keys() - by_name[1].keys())
        surplus = sorted(by_name[1].keys() - by_name[0].keys())
        if missing or surplus:
            yield Difference(
                "members",
                place,
                f"has {', '.join(missing)}" if missing else "lacks them",
                f"has {', '.join(surplus)}" if surplus else "lacks them",
            )
        for key, value in by_name[0].items():
            if key in by_name[1]:
                inner = f"{place}.{key}" if place else key
                yield from self.trees(value, by_name[1][key], inner, (server, mock))

    def _by_name(self, side: int, tree: Mapping[str, Any], plain: str) -> dict[str, Any]:
        return {
            self._key(side, name, plain): value
            for name, value in tree.items()
            if not self.crm.is_ignored(f"{plain}.{name}" if plain else name)
        }

    def _key(self, side: int, name: str, plain: str) -> str:
        """Return a member's name, or what stands for it where members are named by ids."""
        space = self.crm.id_space(f"{plain}.{name}", name, None)
        known = None if space is None else self.pairs.name(side, space, name)
        return name if known is None else known

    def _lists(
        self, server: Sequence[Any], mock: Sequence[Any], place: str, plain: str
    ) -> Iterator[Difference]:
        if self.shape_only:
            if server and mock:
                yield from self.trees(_merged(server), _merged(mock), f"{place}[]")
            return
        if len(server) != len(mock):
            yield Difference("count", place, f"{len(server)} items", f"{len(mock)} items")
        keys = [self._row(0, item, plain) for item in server]
        others = [self._row(1, item, plain) for item in mock]
        if None in keys or None in others:
            # Not all are known: they are compared as they stand, and become pairs.
            for index, (left, right) in enumerate(zip(server, mock, strict=False)):
                yield from self.trees(left, right, f"{place}[{index}]")
            return
        if sorted(map(str, keys)) == sorted(map(str, others)):
            if keys != others:
                yield Difference("order", place, _shown(keys), _shown(others))
        elif len(server) == len(mock):
            yield Difference("values", place, _shown(keys), _shown(others))
        for index, key in enumerate(keys):
            if key in others:
                other = mock[others.index(key)]
                yield from self.trees(server[index], other, f"{place}[{index}]")

    def _row(self, side: int, item: Any, plain: str) -> str | None:
        """Return what stands for an item of a list; None for a row that is not known."""
        if isinstance(item, list):
            return None
        parent = item if isinstance(item, dict) else None
        place = f"{plain}.id" if parent is not None else plain
        value = item if parent is None else parent.get("id")
        space = self.crm.id_space(place, value, parent)
        if space is not None:
            return self.pairs.name(side, space, value)
        if parent is not None:
            return None
        return json.dumps(item)

    def _equal(self, server: Any, mock: Any, plain: str, parents: tuple[Any, Any]) -> bool:
        if server is None:
            return True
        space = self.crm.id_space(plain, server, parents[0])
        if space is not None and space == self.crm.id_space(plain, mock, parents[1]):
            return self.pairs.agree(space, server, mock)
        if server == mock:
            return True
        if not isinstance(server, str):
            return self._is_now(server, 0) and self._is_now(mock, 1)
        if self._same_time(server, mock, plain):
            return True
        return self.canonical(0, server) == self.canonical(1, mock)

    def canonical(self, side: int, text: str) -> str:
        """Return a str with what servers give their own replaced: addresses, ids, times."""
        base_url = self.base_urls[side]
        if base_url:
            text = text.replace(base_url, "<api>").replace(_origin(base_url), "<origin>")
        for found, space, value in self.crm.ids_in(text):
            name = self.pairs.name(side, space, value)
            if name is not None:
                text = text.replace(found, name)
        now = self.clocks[side].timestamp()
        return _SECONDS.sub(
            lambda match: "<now>" if abs(int(match[0]) - now) < _RECENT.seconds else match[0], text
        )

    def _is_now(self, seconds: Any, side: int) -> bool:
        """Return whether a value is the unix time of about now."""
        is_number = isinstance(seconds, int) and not isinstance(seconds, bool)
        return is_number and abs(seconds - self.clocks[side].timestamp()) < _RECENT.seconds

    def _same_time(self, server: str, mock: str, plain: str) -> bool:
        """Return whether both are the present, or times of records older than the run."""
        ages = [
            age
            for age in (_age(server, self.clocks[0]), _age(mock, self.clocks[1]))
            if age is not None
        ]
        if len(ages) < 2:
            return False
        if all(abs(age) < _RECENT for age in ages):
            return True
        is_older = all(
            clock - age < self.started for clock, age in zip(self.clocks, ages, strict=True)
        )
        return is_older and self.crm.is_timestamp(plain)


def _age(text: str, clock: datetime) -> timedelta | None:
    """Return how long ago a time was; None if a str is no time."""
    if _DATETIME.fullmatch(text) is None:
        return None
    try:
        time = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        return None
    return clock - (time if time.tzinfo else time.replace(tzinfo=UTC))


def _merged(rows: Sequence[Any]) -> Any:
    """Return one item that has the members of all, each with a value if any item has one."""
    if not all(isinstance(row, dict) for row in rows):
        return rows[0]
    merged: dict[str, Any] = {}
    for row in rows:
        merged |= {name: value for name, value in row.items() if merged.get(name) is None}
    return merged


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _typed(value: Any) -> str:
    return "null" if value is None else f"{_kind(value)} {_shown(value)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
