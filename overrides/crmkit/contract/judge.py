"""Comparison of two replies to one request: a live server's and the mock's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .difference import SHOWN, Difference, Kind, kind_of, shown, typed
from .shapes import members, shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .crm import CRM
    from .exchange import Reply
    from .names import Pairs

__all__ = ["Difference", "Judge", "Kind"]

_DATETIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"
)
_SECONDS = re.compile(r"\b[12]\d{9}\b")
_RECENT = timedelta(minutes=5)


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
                yield Difference("reason", "", shown(reasons[0]), shown(reasons[1]))

    def _comparison(
        self, clocks: tuple[datetime, datetime], *, shape_only: bool = False
    ) -> _Comparison:
        return _Comparison(
            self._crm, self._pairs, self._base_urls, clocks, self._started, shape_only
        )

    def _summary(self, reply: Reply) -> str:
        reason = self._crm.reason(reply) or (reply.text[:SHOWN] if reply.status >= 400 else "")
        return f"{reply.outcome} {reason}".strip()

    def _body(self, reply: Reply) -> str:
        return shown(reply.text if len(reply.content) < 10_000 else f"{len(reply.content)} bytes")


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
        if self.shape_only or self.crm.is_shared(plain):
            yield from shapes(self.crm, [server], [mock], place)
        elif kind_of(server) != kind_of(mock):
            yield Difference("types", place, typed(server), typed(mock))
        elif isinstance(server, dict):
            yield from self._objects(server, mock, place, plain)
        elif isinstance(server, list):
            yield from self._lists(server, mock, place, plain)
        elif not self._equal(server, mock, plain, parents):
            yield Difference("values", place, shown(server), shown(mock))

    def _objects(
        self, server: Mapping[str, Any], mock: Mapping[str, Any], place: str, plain: str
    ) -> Iterator[Difference]:
        by_name = self._by_name(0, server, plain), self._by_name(1, mock, plain)
        missing = by_name[0].keys() - by_name[1].keys()
        surplus = by_name[1].keys() - by_name[0].keys()
        yield from members(self.crm, missing, surplus, place)
        for key, value in by_name[0].items():
            if key in by_name[1]:
                inner = f"{place}.{key}" if place else key
                yield from self.trees(value, by_name[1][key], inner, (server, mock))

    def _by_name(self, side: int, tree: Mapping[str, Any], plain: str) -> dict[str, Any]:
        return {self._key(side, name, plain): value for name, value in tree.items()}

    def _key(self, side: int, name: str, plain: str) -> str:
        """Return a member's name, or what stands for it where members are named by ids."""
        space = self.crm.id_space(f"{plain}.{name}", name, None)
        known = None if space is None else self.pairs.name(side, space, name)
        return name if known is None else known

    def _lists(
        self, server: Sequence[Any], mock: Sequence[Any], place: str, plain: str
    ) -> Iterator[Difference]:
        if len(server) != len(mock):
            yield Difference("count", place, f"{len(server)} items", f"{len(mock)} items")
        self._pair_equal_rows(server, mock, plain)
        new = [
            [index for index, item in enumerate(rows) if self._row(side, item, plain) is None]
            for side, rows in enumerate((server, mock))
        ]
        for left, right in zip(*new, strict=False):
            # Those that are not known yet are compared as they stand, and become pairs.
            yield from self.trees(server[left], mock[right], f"{place}[{left}]")
        keys = [self._row(0, item, plain) for item in server]
        others = [self._row(1, item, plain) for item in mock]
        known = [[key for key in side if key is not None] for side in (keys, others)]
        if sorted(known[0]) == sorted(known[1]):
            if known[0] != known[1]:
                yield Difference("order", place, shown(keys), shown(others))
        elif len(server) == len(mock):
            yield Difference("values", place, shown(keys), shown(others))
        for index, key in enumerate(keys):
            if key is not None and key in others and index not in new[0]:
                yield from self.trees(server[index], mock[others.index(key)], f"{place}[{index}]")

    def _pair_equal_rows(self, server: Sequence[Any], mock: Sequence[Any], plain: str) -> None:
        """Make pairs of ids that both lists have, so that none is taken for its neighbour's.

        Numbers say nothing: both servers count from 1.
        """
        ids = [
            {id for item in rows if isinstance((id := self._id(item, plain))[1], str)}
            for rows in (server, mock)
        ]
        for space, value in sorted(ids[0] & ids[1], key=str):
            if space is not None:
                self.pairs.agree(space, value, value)

    def _row(self, side: int, item: Any, plain: str) -> str | None:
        """Return what stands for an item of a list; None for a row that is not known."""
        if isinstance(item, list):
            return None
        space, value = self._id(item, plain)
        if space is not None:
            return self.pairs.name(side, space, value)
        return None if isinstance(item, dict) else json.dumps(item)

    def _id(self, item: Any, plain: str) -> tuple[str | None, Any]:
        """Return the space and the value of an item that is an id, or has one."""
        parent = item if isinstance(item, dict) else None
        place = f"{plain}.id" if parent is not None else plain
        value = item if parent is None else parent.get("id")
        return self.crm.id_space(place, value, parent), value

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


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
