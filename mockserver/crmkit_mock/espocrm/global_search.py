"""Lists across entity types: global search, e-mail addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden
from crmkit_mock.espocrm.search import MAX_SIZE, parse_query
from crmkit_mock.espocrm.text_filters import text_filter

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session


def search_records(session: Session) -> dict[str, Any]:
    """Return the records of several entity types that match a string, without a count.

    Raises:
        APIError: 400, the string is missing.
    """
    text = session.query.get("q")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("No `q` parameter.")
    search = parse_query(session, {**session.query, "q": ""})
    found: list[dict[str, Any]] = []
    for name in ("Account", "Contact", "Lead", "Opportunity", "Case"):
        if session.user.level(name, "read") == "no":
            continue
        matches = text_filter(session, ENTITY_TYPES[name], text)
        found += (
            {**lists.short_response(record), "_scope": name}
            for record in session.data.all(name)
            if session.user.may(name, "read", record) and matches(record)
        )
    end = search.offset + search.max_size
    return {"total": -1 if len(found) > end else -2, "list": found[search.offset : end]}


def search_email_addresses(session: Session) -> list[dict[str, Any]]:
    """Return e-mail addresses with a prefix, and their users.

    Only users are searched, by the vendor's default of emailAddressLookupEntityTypeList.

    Raises:
        APIError: 400, the prefix is missing; 403.
    """
    if session.user.level("Email", "read") == "no":
        raise forbidden("")
    if session.user.level("Email", "create") == "no":
        raise forbidden("No 'create' access for Email.")
    prefix = str(session.query.get("q") or "").strip().lower()
    if not prefix:
        raise bad_request("No `q` parameter.")
    if session.user.level("User", "read") == "no":
        return []
    found = [
        {
            "emailAddress": entry["emailAddress"],
            "entityName": display_name(record),
            "entityType": "User",
            "entityId": record["id"],
        }
        for record in session.data.all("User")
        if session.user.may("User", "read", record)
        for entry in record.get("emailAddressData") or []
        if entry["lower"].startswith(prefix)
    ]
    size = session.query.get("maxSize")
    limit = int(size) if isinstance(size, str) and size.isdigit() else MAX_SIZE
    return found[:limit]
