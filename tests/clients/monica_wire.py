"""Keywords of a client, and replies of a server, for Monica's tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from crmkit.monica.client import AsyncMonica, Monica
from tests.clients.harness import Answer, reply

TOKEN = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiIxIn0.c2lnbmF0dXJl"  # not a real one
CLIENT: dict[str, Any] = {"crms": (Monica, AsyncMonica), "token": TOKEN}
BASE_URL = "https://app.monicahq.com/api"

ALIVE: dict[str, Any] = {
    "is_birthdate_known": False,
    "is_deceased": False,
    "is_deceased_date_known": False,
}


def data(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with Monica's envelope around a payload."""
    return reply({"data": payload}, status, headers)


def listed(*rows: object, page: int = 1, last: int = 1, total: int | None = None) -> Answer:
    """Answer with a page of a list, numbered as the server does."""
    links = {"first": "…?page=1", "last": f"…?page={last}", "prev": None, "next": "…?page=9"}
    meta = {"current_page": page, "last_page": last, "total": len(rows) if total is None else total}
    return reply({"data": list(rows), "links": links, "meta": meta})


def refusal(
    status: int, code: int, message: object, headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with Monica's own error envelope."""
    return reply({"error": {"message": message, "error_code": code}}, status, headers)


def example(name: str) -> Any:
    """Return an example of the document."""
    text = (files("crmkit_generated") / "monica" / "wire.json").read_text("utf-8")
    return json.loads(text)["components"]["examples"][name]["value"]


def recorded() -> Iterator[dict[str, Any]]:
    """Yield the recorded exchanges, in their order."""
    path = Path(__file__).parents[1] / "recorded" / "monica.jsonl"
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)


def members_of(record: Any) -> dict[str, Any]:
    """Return a record's members, without what every update changes."""
    tree: dict[str, Any] = record.to_dict()
    tree.pop("updated_at")
    return tree
