"""Credentials of OnePageCRM's clients, and replies of a server, for the tests."""

from __future__ import annotations

from typing import Any

from tests.clients.conftest import ONEPAGECRM_KEY, ONEPAGECRM_UID
from tests.clients.harness import Answer, reply

LOGIN: dict[str, Any] = {"login": "api@example.com", "password": "sécret & more"}
OTHER_KEY = "3zc32iOuuXANr9jg/8cB8R89lK9bJWwzTzgr6FNoP88="
VARIABLES = ("UID", "KEY", "LOGIN", "PASSWORD")


def envelope(status: int = 0, timestamp: int = 1_000_000, **members: Any) -> Answer:
    """Answer with an envelope."""
    return reply({"timestamp": timestamp, "status": status, "message": "said", **members})


def session(key: str = ONEPAGECRM_KEY) -> Answer:
    """Answer as a login does."""
    return envelope(data={"uid": ONEPAGECRM_UID, "key": key})


def version(crm: Any) -> Any:
    """Make the simplest call."""
    return crm.api_version()


VERSION = envelope(data={"version": "1.2"})
EXPIRED, BAD_TOKEN, BAD_LOGIN = 101, 104, 103
