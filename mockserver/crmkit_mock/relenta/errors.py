"""Relenta's errors: the envelope and the refusals that come in it."""

from __future__ import annotations

from crmkit_mock.messages import Refusal, Reply, json_reply


def error_reply(status: int, message: str) -> Reply:
    """Build the error envelope (assumption: it follows the success envelope)."""
    return json_reply(status, {"status": False, "code": status, "message": message})


def bad_request(message: str) -> Refusal:
    """Return the refusal of an invalid request."""
    return Refusal(400, message)


def unauthorized() -> Refusal:
    """Return the refusal of a request without a valid key."""
    return Refusal(401, "The department key is missing or incorrect")


def plan_limit_reached() -> Refusal:
    """Return the refusal of a contact beyond the plan's limit (page: Status Codes, 401)."""
    return Refusal(401, "The account has reached the limit of contacts of its plan")


def not_found(kind: str, id: int) -> Refusal:
    """Return the refusal of an id that the department does not have."""
    return Refusal(404, f"No {kind} has the id {id}")
