"""TinyCRM's errors: a sentence in an object."""

from __future__ import annotations

from crmkit_mock.messages import Refusal, Reply, json_reply


def error_reply(status: int, message: str) -> Reply:
    """Build an error reply."""
    return json_reply(status, {"error": message})


def unauthorized() -> Refusal:
    """Return the refusal of a request without a valid key."""
    return Refusal(401, "The key is missing or wrong.")


def not_found(id: str) -> Refusal:
    """Return the refusal of an id that no person has."""
    return Refusal(404, f"There is no person {id}.")
