"""Error responses in EspoCRM's own words."""

from __future__ import annotations

import json
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
        page: Title of the error that the router or the web server writes in place of EspoCRM;
            None: EspoCRM answers.
        by_web_server: Whether it is the web server's, which knows only HTML.
    """

    def __init__(
        self,
        status: int,
        reason: str | None = None,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        page: str | None = None,
        by_web_server: bool = False,
    ) -> None:
        super().__init__(status, reason or "", headers=headers)
        self.reason = reason
        self.body = body
        self.page = page
        self.by_web_server = by_web_server
        #: Whether the error has the content type text/html, whatever its operation.
        self.html = False


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


def router_page(status: int, headers: dict[str, str] | None = None) -> APIError:
    """Return an error of the router or of the web server, which has no reason.

    Args:
        status: 404, 405 or 500; 400 or 413 of the web server.
        headers: Further headers.
    """
    is_web_server = status in {400, 413}
    return APIError(status, headers=headers, page=_TITLES[status], by_web_server=is_web_server)


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


def foreign_record_forbidden(
    entity: str, link: str, foreign: str, action: str = "read"
) -> APIError:
    """Return the 403 for a link field with the id of a record that the user may not use."""
    reason = f"No foreign record access for link operation ({entity}:{link})."
    data = {"foreignEntityType": foreign, "action": action}
    return APIError(403, reason, _message("cannotRelateForbidden", data))


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


def server_error_or(
    reason: str, *, faithful: bool, by_router: bool = False, says: str | None = None
) -> APIError:
    """Return the error for what crashes a real server: its 500, or a 400 with the reason.

    Args:
        reason: What is wrong, as a sentence.
        faithful: Whether to return the 500.
        by_router: Whether the router writes the 500, as it does for an error of PHP's own, such
            as a wrong type. EspoCRM's own exceptions, and those of the database, have no body.
        says: The X-Status-Reason of the 500, which few have.
    """
    if not faithful:
        return bad_request(f"{reason} A real server answers 500.")
    return router_page(500) if by_router else APIError(500, says)


def to_response(error: APIError, *, html: bool = False, accept: str = "") -> Reply:
    """Build the response of an error.

    Args:
        error: The error.
        html: Whether the errors of the operation have the content type text/html.
        accept: The request's header Accept, which chooses the form of the router's errors.
    """
    headers = dict(error.headers)
    if error.reason is not None:
        headers[REASON] = header_value(error.reason)
    if error.page is not None:
        return _page(error, error.page, headers, accept)
    media_type = HTML if html or error.status == 401 else JSON_TYPE
    if error.body is None:
        return Reply(error.status, b"", headers, media_type, "")
    response = json_reply(error.status, error.body, headers)
    # As text/html the JSON is but a string to the document.
    tree = response.body.decode() if media_type == HTML else response.tree
    return Reply(response.status, response.body, headers, media_type, tree)


_TITLES = {
    400: "400 Bad Request",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Request Entity Too Large",
    500: "Slim Application Error",
}


def _page(error: APIError, title: str, headers: dict[str, str], accept: str) -> Reply:
    if error.by_web_server:
        return Reply(error.status, _html(title).encode("ascii"), headers, "text/html", _html(title))
    # The router compares whole parts of the header: parameters make it miss them.
    parts = accept.split(",")
    if JSON_TYPE in parts or "+json" in accept:
        tree = {"message": title}
        return Reply(error.status, json.dumps(tree, indent=4).encode("ascii"), headers, tree=tree)
    # No operation of the document answers in these, so that only a route that fails does.
    form = next((name for name in _FORMS if name in parts), None) if error.status != 500 else None
    if form is not None:
        text = _FORMS[form].format(title)
        media_type = f"{form};charset=UTF-8" if form.startswith("text/") else form
        return Reply(error.status, text.encode("ascii"), headers, media_type, text)
    return Reply(error.status, _html(title).encode("ascii"), headers, _PAGE, _html(title))


#: The router's other forms of an error, by media type.
_FORMS = {
    "application/xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        "<error>\n  <message><![CDATA[{}]]></message>\n</error>"
    ),
    "text/plain": "{}\n",
}


def _html(title: str) -> str:
    return f"<!doctype html>\n<html><head><title>{title}</title></head></html>"


def header_value(text: str) -> str:
    """Return a string as a header carries it: its UTF-8, of which controls become spaces.

    What is returned stands for bytes, one for each character.
    """
    line = text[:500].encode("utf-8", "replace").decode("latin-1")
    return "".join(" " if char < " " or char == "\x7f" else char for char in line).strip()
