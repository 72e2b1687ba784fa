"""What a test expects of the journal's calls, and which of them come nearest to it."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from crmkit_mock.exchange import Exchange

#: Calls that a message shows at most, and differences of each.
_SHOWN = 5
_DIFFERENCES = 4
_LONGEST = 120


class Expectation:
    """A call as a test expects it.

    Args:
        method: Method, in either case.
        path: Path below the base URL, or a pattern of it as `fnmatch` takes it.
        json: The whole body as a JSON tree; None: any body.
        query: Parameters that the query has, with their values or lists of them; it may have
            others. None: any query.

    Raises:
        ValueError: an argument is of another type.
    """

    def __init__(
        self,
        method: str,
        path: str,
        json: object | None = None,
        query: Mapping[str, object] | None = None,
    ) -> None:
        for name, value in (("method", method), ("path", path)):
            if not isinstance(value, str) or not value:
                raise ValueError(f"{name}: expected a str, got {value!r}")
        if query is not None and not isinstance(query, Mapping):
            raise ValueError(f"query: expected a mapping, got {type(query).__name__}")
        self.method = method.upper()
        self.path = path if path.startswith(("/", "*")) else f"/{path}"
        self.json = json
        self.query = query

    def __str__(self) -> str:
        text = f"{self.method} {self.path}"
        if self.query is not None:
            text += f" with query {_shown(self.query)}"
        if self.json is not None:
            text += f"{' and' if self.query is not None else ' with'} json {_shown(self.json)}"
        return text

    def differences(self, call: Exchange) -> list[str]:
        """Return how a call differs; empty if it is as expected."""
        found = []
        if call.method != self.method:
            found.append(f"method is {call.method}")
        if call.path != self.path and not fnmatchcase(call.path, self.path):
            found.append(f"path is {call.path}")
        if self.query is not None:
            found += _query_differences(self.query, call.query)
        if self.json is not None:
            found += _body_differences(self.json, call)
        return found

    def distance(self, call: Exchange) -> float:
        """Return how far a call is from what is expected; other paths are furthest."""
        path = SequenceMatcher(None, call.path, self.path).ratio()
        return 10 * (1 - path) + 3 * (call.method != self.method) + len(self.differences(call))


def failure(
    expected: Expectation, times: int | None, matching: int, calls: Sequence[Exchange], total: int
) -> str:
    """Return the message of an expectation that was not met.

    Args:
        expected: What was expected.
        times: How often; None: at least once.
        matching: How many calls were as expected.
        calls: The journal's calls, as they may be shown.
        total: Number of all calls, those that the journal dropped included.
    """
    wanted = "at least once" if times is None else _times(times)
    lines = [f"expected {expected} {wanted}, found {_times(matching)}"]
    if not calls:
        lines.append("the journal is empty: no call reached the mock")
        return "\n".join(lines)
    lines.append("nearest calls:")
    for call in sorted(calls, key=lambda call: (expected.distance(call), -call.number))[:_SHOWN]:
        query = f"?{call.query}" if call.query else ""
        lines.append(f"  #{call.number} {call.method} {call.path}{query} -> {call.outcome}")
        differences = expected.differences(call)
        lines += [f"      {text}" for text in differences[:_DIFFERENCES] or ["as expected"]]
        if len(differences) > _DIFFERENCES:
            lines.append(f"      and {len(differences) - _DIFFERENCES} more differences")
    count = f"{len(calls)} calls" if len(calls) > 1 else "1 call"
    held = "" if total == len(calls) else f", the last of {total}"
    lines.append(f"the journal has {count}{held}")
    return "\n".join(lines)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _query_differences(expected: Mapping[str, object], query: str) -> list[str]:
    sent: dict[str, list[str]] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        sent.setdefault(name, []).append(text)
    found = []
    for name, value in expected.items():
        values = value if isinstance(value, list | tuple) else [value]
        if name not in sent:
            found.append(f"query.{name}: missing, expected {_shown(value)}")
        elif sent[name] != [_as_text(item) for item in values]:
            got = sent[name][0] if len(sent[name]) == 1 else sent[name]
            found.append(f"query.{name}: expected {_shown(value)}, got {_shown(got)}")
    return found


def _as_text(value: object) -> str:
    """Return a value as queries have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _body_differences(expected: object, call: Exchange) -> list[str]:
    if not call.body:
        return ["json: the call has no body"]
    try:
        return _tree_differences(expected, call.json, "json")
    except ValueError:
        return [f"json: the body is not JSON: {_cut(call.body.decode('utf-8', 'replace'))}"]


def _tree_differences(expected: Any, sent: Any, place: str) -> list[str]:
    if isinstance(expected, Mapping) and isinstance(sent, Mapping):
        found = []
        for name in expected:
            if name in sent:
                found += _tree_differences(expected[name], sent[name], f"{place}.{name}")
            else:
                found.append(f"{place}.{name}: missing, expected {_shown(expected[name])}")
        found += [
            f"{place}.{name}: not expected, got {_shown(sent[name])}"
            for name in sent
            if name not in expected
        ]
        return found
    if isinstance(expected, list | tuple) and isinstance(sent, list):
        if len(expected) != len(sent):
            return [f"{place}: expected {len(expected)} items, got {_shown(sent)}"]
        return [
            difference
            for index, (one, other) in enumerate(zip(expected, sent, strict=True))
            for difference in _tree_differences(one, other, f"{place}[{index}]")
        ]
    # 1 is True in Python, but not in JSON.
    if isinstance(expected, bool) != isinstance(sent, bool) and type(expected) in (bool, int):
        return [f"{place}: expected {_shown(expected)}, got {_shown(sent)}"]
    # Expected first: it may be a matcher such as unittest.mock.ANY.
    return [] if expected == sent else [f"{place}: expected {_shown(expected)}, got {_shown(sent)}"]


def _shown(value: object) -> str:
    try:
        return _cut(json_text.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError):
        return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
