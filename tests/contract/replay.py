"""Replay of recorded pairs on a mock, whose replies should be like those of the real server.

Compared are status, error code, error messages and the shape of the body: which members it has and
the types of their values, not the values themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.recorded import RecordedExchange


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
