"""What goes wrong, in EspoCRM's own words, and the replies that tell it."""

from __future__ import annotations

from typing import Any

from crmkit_mock.messages import JSON_TYPE, Refusal, Reply, json_reply

HTML = "text/html; charset=UTF-8"
#: Content type of the pages of the router, which differs from that of PHP by a blank.
_PAGE = "text/html;charset=UTF-8"
REASON = "X-Status-Reason"


class Problem(Refusal):
    """A refusal with EspoCRM's reason and body.

    Args:
        status: HTTP status.
        reason: Value of X-Status-Reason; None leaves the header out.
        body: The body as a JSON tree; None for an empty one.
        headers: Further headers.
        page: Whether it is a page of the router, or of the web server, instead.
    """

    def __init__(
        self,
        status: int,
        reason: str | None = None,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        page: bool = False,
    ) -> None:
        super().__init__(status, reason or "", headers=headers)
        self.reason = reason
        self.body = body
        self.page = page


def bad_request(reason: str) -> Problem:
    """Return a 400 with an empty body."""
    return Problem(400, reason)


def forbidden(reason: str, body: object = None) -> Problem:
    """Return a 403."""
    return Problem(403, reason, body)


def not_found(reason: str | None = "") -> Problem:
    """Return a 404 with an empty body."""
    return Problem(404, reason)


def no_page() -> Problem:
    """Return the router's 404, a page without a reason: no route has that path."""
    return Problem(404, page=True)


def invalid(entity: str, field: str, kind: str) -> Problem:
    """Return the 400 of a value that a field does not take.

    Args:
        entity: Name of the entity type.
        field: Name of the field.
        kind: Which check failed: "required", "maxLength", "valid", ...
    """
    reason = f"Field validation failure; entityType: {entity}, field: {field}, type: {kind}."
    return Problem(400, reason, _message("validationFailure", {"field": field, "type": kind}))


def no_such_foreign(entity: str, link: str, foreign: str) -> Problem:
    """Return the 403 of an id in a link field that no record has."""
    reason = f"Can't relate with non-existing record. entity type: {entity}, link: {link}."
    return Problem(403, reason, _message("cannotRelateNonExisting", {"foreignEntityType": foreign}))


def no_foreign_access(entity: str, link: str) -> Problem:
    """Return the 403 of linking a record that the user may not edit."""
    reason = f"No foreign record access for link operation ({entity}:{link})."
    return Problem(403, reason, _message("noAccessToForeignRecord", {"action": "edit"}))


def already_linked() -> Problem:
    """Return the 403 of linking a record that belongs to another one."""
    return Problem(
        403, "Cannot link already linked record.", _message("cannotLinkAlreadyLinked", [])
    )


def duplicate(records: list[Any]) -> Problem:
    """Return the 409 of a creation that would make a duplicate."""
    return Problem(409, "duplicate", records)


def modified(values: dict[str, Any], version: int) -> Problem:
    """Return the 409 of an update from an old version."""
    return Problem(409, "modified", {"values": values, "versionNumber": version})


def _message(label: str, data: object) -> dict[str, Any]:
    return {"messageTranslation": {"label": label, "scope": None, "data": data}}


def reply(problem: Problem, *, action_class: bool = False) -> Reply:
    """Build the reply of a problem.

    Args:
        problem: The problem.
        action_class: Whether the route is one of those whose errors are text/html by name
            (observed).
    """
    headers = dict(problem.headers)
    if problem.reason is not None:
        headers[REASON] = header_text(problem.reason)
    if problem.page:
        text = (
            f"<!doctype html>\n<html><head><title>{_TITLES[problem.status]}</title></head></html>"
        )
        return Reply(problem.status, text.encode("ascii"), headers, _PAGE, text)
    media_type = HTML if action_class or problem.status == 401 else JSON_TYPE
    if problem.body is None:
        return Reply(problem.status, b"", headers, media_type, "")
    whole = json_reply(problem.status, problem.body, headers)
    return Reply(whole.status, whole.body, headers, media_type, whole.tree)


_TITLES = {
    # OPTIONS is answered 200 with the page of a wrong method.
    200: "405 Method Not Allowed",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Request Entity Too Large",
}


def header_text(text: str) -> str:
    """Return a text as a header can carry it: one line of Latin-1 that can be printed."""
    line = "".join(one if one.isprintable() else "?" for one in " ".join(text.split()))
    return line.encode("latin-1", "replace").decode("latin-1")[:500]
