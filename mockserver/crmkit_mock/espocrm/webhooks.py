"""Subscriptions to events."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crmkit_mock.access import is_loopback
from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import forbidden, invalid
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.system_types import WEBHOOK

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

#: Top-level domains that the Internet never has: a server cannot resolve them.
_UNRESOLVABLE = frozenset({"example", "internal", "invalid", "lan", "local", "localhost", "test"})
_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "240.0.0.0/4", "::/127", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
_TYPES = ("create", "update", "delete", "fieldUpdate")


def create(session: Session) -> dict[str, Any]:
    """Subscribe a URL to an event.

    Raises:
        APIError: 400, or 403: it is not allowed, or the event is unknown.
    """
    session.user.require_scope("Webhook", "create")
    if session.body.get("event"):
        _require_external(session)
    number = session.settings.next_number("webhook", 1)
    extra: dict[str, Any] = {
        "secretKey": hashlib.sha256(f"webhook {number}".encode()).hexdigest()[:32],
        "isActive": session.body.get("isActive", True) is True,
    }
    if session.body.get("event"):
        extra |= _event(to_str(session.body["event"]) or "Array")
    return records.create(session, WEBHOOK, session.body, extra=extra)


def update(session: Session, id: str) -> dict[str, Any]:
    """Change a subscription, but not its event.

    Raises:
        APIError: 400, 403 or 404; nothing has changed.
    """
    before = records.find(session, WEBHOOK, id, "edit")
    _require_external(session)
    event = session.body.get("event", before["event"])
    if event != before["event"]:
        raise forbidden("Event can't be changed.")
    return records.update(session, WEBHOOK, id, session.body)


def _event(text: str) -> dict[str, Any]:
    """Return the parts of an event such as Account.fieldUpdate.name.

    Raises:
        APIError: 403, there is no such event.
    """
    entity_type, _, rest = text.partition(".")
    kind, _, field = rest.partition(".")
    if not kind or kind not in _TYPES:
        raise forbidden("Not supported event.")
    entity = ENTITY_TYPES.get(entity_type)
    if entity is None:
        raise forbidden("Entity type is not available for Webhooks.")
    is_field = kind == "fieldUpdate"
    if is_field and not field:
        raise forbidden("Field is empty.")
    if is_field and field not in entity.by_name:
        raise forbidden("Field does not exist.")
    return {"entityType": entity_type, "type": kind, "field": field if is_field else None}


def _require_external(session: Session) -> None:
    """Check that a URL does not lead into the server's own network, as since 10.0.

    Raises:
        APIError: 400, it does, or its host cannot be resolved.
    """
    url = session.body.get("url")
    if session.release < (10, 0) or not isinstance(url, str):
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return
    if host and port is not None and is_loopback(host):
        # A receiver of the test's own. On a real server its address and port would be in the
        # setting `webhookAllowedAddressList`.
        return
    if host and _is_internal(host):
        raise invalid("Webhook", "url", "notInternal")


def _is_internal(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in _UNRESOLVABLE
    return any(address in network for network in _PRIVATE if network.version == address.version)
