"""How schemathesis reads EspoCRM's replies: errors call themselves JSON and have no body."""

from __future__ import annotations

import json
from typing import Any

import schemathesis


@schemathesis.deserializer("application/json")
def read_json(_context: Any, response: Any) -> Any:
    """Return the tree of a JSON reply; an empty body is an empty text, as in the document."""
    return json.loads(response.content) if response.content else ""


@schemathesis.deserializer("text/html")
def read_page(_context: Any, response: Any) -> str:
    """Return a page as its text."""
    text: str = response.content.decode("utf-8")
    return text
