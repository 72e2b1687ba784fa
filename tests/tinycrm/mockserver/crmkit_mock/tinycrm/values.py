"""Values as TinyCRM has them."""

from __future__ import annotations

from typing import Any


def person(id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return a person as it is stored and shown."""
    return {"id": id, "name": body.get("name") or "", "born": body.get("born")}
