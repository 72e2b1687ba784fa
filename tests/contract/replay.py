"""Replay of recorded pairs on a mock, whose replies should be like those of the real server.

Compared are status, error code, error messages and the shape of the body: which members it has and
the types of their values. Most values are those of the recording as well: how many of each reply,
stands in `equal_values.json`, and only rises. After the mock has come nearer to a server, the tests
write what it has reached if CRMKIT_WRITE_VALUES is set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.contract.recorded import RecordedExchange

#: Whether what is reached is written down. Read here, as tests take it out of the environment.
_WRITES = bool(os.environ.get("CRMKIT_WRITE_VALUES"))
_EQUAL = Path(__file__).with_name("equal_values.json")


@dataclass
class Replayed:
    """What the replay of a recording has found, by the label of the pair.

    Attributes:
        differences: How the replies differ from the recorded ones.
        equal: How many leaves of the recorded reply the mock's reply has with the same value.
        leaves: How many leaves the recorded reply has.
    """

    differences: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    equal: dict[str, int] = field(default_factory=dict[str, int])
    leaves: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, label: str, differences: list[str], recorded: Any, response: Any) -> None:
        """Add a reply.

        Args:
            label: Label of the pair.
            differences: How the reply differs.
            recorded: The recorded body; None if it was not JSON.
            response: The mock's reply.
        """
        self.differences[label] = differences
        if recorded is None:
            return
        try:
            mine = dict(leaves(response.json()))
        except ValueError:
            mine = {}
        wanted = dict(leaves(recorded))
        self.leaves[label] = len(wanted)
        self.equal[label] = sum(
            place in mine and kind(mine[place]) == kind(value) and mine[place] == value
            for place, value in wanted.items()
        )

    @property
    def share(self) -> float:
        """The share of all leaves that are equal."""
        return sum(self.equal.values()) / sum(self.leaves.values())


def lost_values(name: str, replayed: Replayed) -> list[str]:
    """Return the replies that have fewer values of the recorded ones than they had, or more.

    Args:
        name: Name of the recording.
        replayed: What its replay has found.
    """
    all_known: dict[str, dict[str, int]] = json.loads(_EQUAL.read_text("utf-8"))
    known = all_known.get(name, {})
    if _WRITES:
        all_known[name] = known = {
            label: max(count, known.get(label, 0)) for label, count in replayed.equal.items()
        }
        _EQUAL.write_text(json.dumps(all_known, indent=1, sort_keys=True) + "\n", "utf-8")
    fewer = [
        f"{label}: {replayed.equal.get(label, 0)} of {replayed.leaves.get(label)} values are the "
        f"recorded ones, and were {count}"
        for label, count in known.items()
        if replayed.equal.get(label, 0) < count
    ]
    more = [label for label, count in replayed.equal.items() if count > known.get(label, -1)]
    hint = "have more of the recorded values; with CRMKIT_WRITE_VALUES=1 that is written down"
    return [*fewer, *([f"{', '.join(more[:9])} {hint}"] if more else [])]


def leaves(tree: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield the leaves of a tree with their places; an empty list or object is one."""
    items: Any = ()
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = enumerate(tree)
    if not items:
        yield place, tree
    for name, value in items:
        yield from leaves(value, (*place, name))


@dataclass(frozen=True)
class Replay:
    """The way to replay the pairs of a kind of server.

    Args:
        base: Path of the recorded requests before the document's own.
        error_of: Returns what is compared of an error's body beside its shape, such as code and
            message; None if the recording does not keep it.
        credentials: Headers with credentials, by the name and value of the masked header that
            they replace.
    """

    base: str
    error_of: Callable[[Any], Any]
    credentials: Mapping[tuple[str, str], Mapping[str, str]] = field(
        default_factory=dict[tuple[str, str], Mapping[str, str]]
    )

    def send(self, http: httpx.Client, pair: RecordedExchange) -> httpx.Response:
        """Send the request of a pair."""
        headers: dict[str, str] = {}
        for name, value in pair.request_headers.items():
            headers.update(self.credentials.get((name, value), {name: value}))
        url = f"{http.base_url}".rstrip("/") + pair.path.removeprefix(self.base)
        content: bytes | None = None
        if pair.request_text is not None:
            # Bodies with files are kept with one character for each byte.
            is_binary = headers.get("Content-Type", "").startswith("multipart/")
            content = pair.request_text.encode("latin-1" if is_binary else "utf-8", "replace")
        return http.request(
            pair.method, url, headers=headers, content=content, **_json(pair.request_body)
        )

    def differences(self, pair: RecordedExchange, response: httpx.Response) -> list[str]:
        """Return how a response differs from that of a pair."""
        if response.status_code != pair.status:
            return [f"status {response.status_code}, not {pair.status}: {response.text[:200]}"]
        if not pair.is_json:
            return []
        try:
            body = response.json()
        except ValueError:
            return [f"not JSON: {response.text[:200]}"]
        differences = [*shape_differences(pair.body, body)]
        if pair.status >= 400:
            mine, recorded = self.error_of(body), self.error_of(pair.body)
            if recorded is not None and mine != recorded:
                differences.append(f"{mine!r}, not {recorded!r}")
        return differences


def unexpected(differences: Mapping[str, list[str]], exceptions: Mapping[str, str]) -> list[str]:
    """Return the differences of pairs that have none listed, and the exceptions without any.

    Args:
        differences: How the replies differ from the recorded ones, by the label of the pair.
        exceptions: Reasons for differences, by the label of the pair.
    """
    return [
        *(
            f"{label}: {difference}"
            for label, pair_differences in differences.items()
            if label not in exceptions
            for difference in pair_differences
        ),
        *(
            f"{label}: answered as recorded, no longer an exception"
            for label in exceptions
            if not differences.get(label)
        ),
    ]


def _json(body: Any) -> dict[str, Any]:
    return {} if body is None else {"json": body}


def shape_differences(recorded: Any, mine: Any, place: str = "") -> Iterator[str]:
    """Yield where two trees have different members, or values of different types.

    Each item of a list has to be like one of the recorded list; empty lists have to be empty.
    """
    if kind(recorded) != kind(mine):
        yield f"{place or 'the top'}: {kind(mine)}, not {kind(recorded)}"
    elif isinstance(recorded, dict):
        for name in sorted(recorded.keys() - mine.keys()):
            yield f"{place}.{name}: missing"
        for name in sorted(mine.keys() - recorded.keys()):
            yield f"{place}.{name}: not recorded"
        for name in sorted(recorded.keys() & mine.keys()):
            yield from shape_differences(recorded[name], mine[name], f"{place}.{name}")
    elif isinstance(recorded, list):
        if bool(recorded) != bool(mine):
            yield f"{place}: {len(mine)} items, not {len(recorded)}"
            return
        for index, item in enumerate(mine):
            tries = [
                [*shape_differences(candidate, item, f"{place}[{index}]")] for candidate in recorded
            ]
            yield from min(tries, key=len)


def kind(value: Any) -> str:
    """Return the type of a JSON value; all numbers are of one."""
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
            return "list"
        case _:
            return "object"
