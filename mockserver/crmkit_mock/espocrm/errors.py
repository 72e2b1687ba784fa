"""Error responses in EspoCRM's own words."""

from __future__ import annotations

from typing import Any

from crmkit_mock.messages import JSON_TYPE, Refusal, Reply, json_reply

HTML = "text/html; charset=UTF-8"
#: Content type of the router's pages, which lacks the space that PHP's has.
_PAGE = "text/html;charset=UTF-8"
REASON = "X-Status-Reason"


class APIError(Refusal):
    """An error response with EspoCRM's reason and body; nothing of the request is stored.

    Args:
        status: HTTP status.
        reason: Value of X-Status-Reason; None omits the header.
        body: The body as a JSON tree; None for an empty one.
        headers: Further headers.
        page: Whether the body is an HTML page of the router or of the web server.
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


class PartiallyApplied(Exception):
    """A request failed, and what it did before is kept, as on a server without a transaction.

    Args:
        error: The error response.
    """

    def __init__(self, error: APIError) -> None:
        super().__init__(str(error))
        self.error = error


def bad_request(reason: str) -> APIError:
    """Return a 400 with an empty body."""
    return APIError(400, reason)


def forbidden(reason: str, body: object = None) -> APIError:
    """Return a 403."""
    return APIError(403, reason, body)


def not_found(reason: str | None = "") -> APIError:
    """Return a 404 with an empty body."""
    return APIError(404, reason)


def route_not_found() -> APIError:
    """Return the router's 404 for an unknown path: a page without a reason."""
    return APIError(404, page=True)


def invalid(entity: str, field: str, kind: str) -> APIError:
    """Return the 400 for a value that fails a field's validation.

    Args:
        entity: Name of the entity type.
        field: Name of the field.
        kind: The check that failed: "required", "maxLength", "valid", ...
    """
    reason = f"Field validation failure; entityType: {entity}, field: {field}, type: {kind}."
    return APIError(400, reason, _message("validationFailure", {"field": field, "type": kind}))


def foreign_record_not_found(entity: str, link: str, foreign: str) -> APIError:
    """Return the 403 for a link field with the id of a record that does not exist."""
    reason = f"Can't relate with non-existing record. entity type: {entity}, link: {link}."
    return APIError(
        403, reason, _message("cannotRelateNonExisting", {"foreignEntityType": foreign})
    )


def no_foreign_access(entity: str, link: str, action: str = "edit") -> APIError:
    """Return the 403 for linking a record on which the user may not perform an action."""
    reason = f"No foreign record access for link operation ({entity}:{link})."
    return APIError(403, reason, _message("noAccessToForeignRecord", {"action": action}))


def no_record_access(entity: str, link: str) -> APIError:
    """Return the 403 for linking records with one that the user may not edit."""
    reason = f"No record access for link operation ({entity}:{link})."
    return APIError(403, reason, _message("noAccessToRecord", {"action": "edit"}))


def required_link(entity: str, field: str) -> APIError:
    """Return the 403 for unlinking a record from the one that it must have."""
    # The brace is the vendor's.
    reason = f"Can't unlink required field ({entity}:{field}}})."
    return APIError(403, reason, _message("cannotUnrelateRequiredLink", {}))


def already_linked(entity: str, link: str) -> APIError:
    """Return the 403 for linking a record that is linked to another one."""
    reason = f"Cannot link as the record is already linked ({entity}:{link})."
    return APIError(403, reason, _message("cannotLinkAlreadyLinked", {}))


def duplicate(records: list[Any]) -> APIError:
    """Return the 409 for creating a duplicate of the given records."""
    return APIError(409, "duplicate", records)


def modified(values: dict[str, Any], version: int) -> APIError:
    """Return the 409 for an update that is based on an old version."""
    return APIError(409, "modified", {"values": values, "versionNumber": version})


def _message(label: str, data: object) -> dict[str, Any]:
    return {"messageTranslation": {"label": label, "scope": None, "data": data}}


def action_not_found(method: str, action: str, controller: str) -> APIError:
    """Return the 404 for an action that a controller does not have."""
    reason = f"Action {method} '{action}' does not exist in controller '{controller}'."
    return not_found(reason)


def server_error_or(reason: str, *, faithful: bool) -> APIError:
    """Return the error for what crashes a real server: its 500, or a 400 with the reason.

    Args:
        reason: What is wrong, as a sentence.
        faithful: Whether to return the 500.
    """
    return APIError(500) if faithful else bad_request(f"{reason} A real server answers 500.")


def to_response(error: APIError, *, html: bool = False) -> Reply:
    """Build the response of an error.

    Args:
        error: The error.
        html: Whether the errors of the operation have the content type text/html.
    """
    headers = dict(error.headers)
    if error.reason is not None:
        headers[REASON] = header_value(error.reason)
    if error.page:
        page = f"<!doctype html>\n<html><head><title>{_TITLES[error.status]}</title></head></html>"
        return Reply(error.status, page.encode("ascii"), headers, _PAGE, page)
    media_type = HTML if html or error.status == 401 else JSON_TYPE
    if error.body is None:
        return Reply(error.status, b"", headers, media_type, "")
    response = json_reply(error.status, error.body, headers)
    return Reply(response.status, response.body, headers, media_type, response.tree)


_TITLES = {
    # OPTIONS answers 200 with the page of a wrong method.
    200: "405 Method Not Allowed",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Request Entity Too Large",
}


def header_value(text: str) -> str:
    """Return a string as a header can carry it: one line of printable Latin-1."""
    line = "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
    return line.encode("latin-1", "replace").decode("latin-1")[:500]
