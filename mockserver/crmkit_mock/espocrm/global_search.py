"""Lists across entity types: global search, e-mail addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import lists
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import bad_request, forbidden
from crmkit_mock.espocrm.folding import sort_key
from crmkit_mock.espocrm.php_types import to_int
from crmkit_mock.espocrm.search import MAX_SIZE, Search, parse_query

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session


#: Entity types that are searched, by the vendor's default of globalSearchEntityList, and the
#: attributes that results of each have beside id and name.
_SEARCHED: dict[str, tuple[str, ...]] = {
    "Account": (),
    "Contact": (),
    "Lead": ("status", "accountName", "emailAddress", "phoneNumber"),
    "Opportunity": ("stage",),
}


def search_records(session: Session) -> dict[str, Any]:
    """Return the records of several entity types that match a string, without a count.

    They come by type, then by name.

    Raises:
        APIError: 400, the string is missing, or a parameter is invalid.
    """
    text = session.query.get("q")
    if not isinstance(text, str) or not text:
        raise bad_request("No `q` parameter.")
    size = session.query.get("maxSize")
    # A size below zero is one without results, behind which there always are some.
    is_negative = to_int(size) < 0
    query = {"maxSize": "0" if is_negative else size} if size else {}
    search = parse_query(session, {**query, "offset": session.query.get("offset")})
    names = [name for name in _SEARCHED if session.user.level(name, "read") != "no"]
    if not names:
        return {"total": 0, "list": []}
    if session.release < (10, 0):
        names.reverse()
    every = Search(order_by="name", text_filter=None if text == "0" else text)
    end = search.offset + search.max_size
    found: list[tuple[str, Record]] = []
    for name in names:
        # Of each type only as many as a page may need are sorted together, and people by the
        # parts of their names before that.
        matches = lists.matching(session, ENTITY_TYPES[name], every)[: end + 1]
        matches.sort(key=lambda record: sort_key(display_name(record) or ""))
        found += ((name, record) for record in matches)
    page = [
        {**_selected(session, name, record), "_scope": name}
        for name, record in found[search.offset : end]
    ]
    return {"total": -1 if is_negative or len(found) > end else -2, "list": page}


def _selected(session: Session, name: str, record: Record) -> dict[str, Any]:
    others = {
        attribute: value_of(session, ENTITY_TYPES[name], record, attribute)
        for attribute in _SEARCHED[name]
    }
    return lists.short_response(record) | others


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
