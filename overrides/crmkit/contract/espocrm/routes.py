"""Which of the routes that only AutoCRM's page describes a server has.

Each is asked by a request that has nothing to change: for a record that does not exist. A server
without the route answers so before it looks for the record. The request that would delete is sent
only in a run that may write at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.exchange import NO_BODY, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.document import Document, Operation
    from crmkit.contract.exchange import Reply, Sender

__all__ = ["has_route", "route_notes"]

#: An id in the form of the servers', which no record has.
_NO_RECORD = "0" * 17
#: Bodies for operations that must have one: they name that record, and no change to it.
_BODIES: dict[str, Any] = {
    "leads_convert_by_id": {"records": {}},
    "records_mass_update": {"ids": [_NO_RECORD], "attributes": {}},
    "records_mass_delete": {"ids": [_NO_RECORD]},
}
_DELETES = frozenset({"records_mass_delete"})


def route_notes(document: Document, server: Sender, *, writes: bool) -> Iterator[str]:
    """Yield a sentence for each route of AutoCRM's page: whether a server has it.

    Args:
        document: The wire document.
        server: The server.
        writes: Whether the run may write.
    """
    for operation in document.operations.values():
        if operation.node.get("x-crmkit-profile") != ["autocrm"]:
            continue
        route = f"{operation.method} {operation.path}"
        if operation.id in _DELETES and not writes:
            yield f"route of AutoCRM's page, not asked without --write: {route}"
        else:
            has = "there" if has_route(server.send(_question(operation))) else "missing"
            yield f"route of AutoCRM's page, {has}: {route}"


def has_route(reply: Reply) -> bool:
    """Return whether a reply to a request for a missing record comes from the route itself.

    A router that does not know a route answers with a page of its own, in HTML or JSON; a
    controller without the action gives a reason that begins with "Action" (recorded:
    mass-old-massUpdate-post). A record that is missing has neither.
    """
    is_page = reply.media_type == "text/html" or reply.tree == {"message": "404 Not Found"}
    has_no_action = reply.headers.get("x-status-reason", "").startswith(("Action ", "Controller "))
    return reply.status != 405 and not (reply.status == 404 and (is_page or has_no_action))


def _question(operation: Operation) -> Request:
    path = operation.path.replace("{id}", _NO_RECORD).replace("{entityType}", "Account")
    return Request(operation.method, path, json=_BODIES.get(operation.id, NO_BODY))
