"""What belongs to the account or site: the user, terms, audit log, static tables, front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.errors import invalid_by_field, not_found
from crmkit_mock.monica.lists import index_page_reply, page_reply
from crmkit_mock.monica.records import BY_OWNER
from crmkit_mock.monica.short_contact import complete_name, short_contact
from crmkit_mock.monica.static_data import (
    COUNTRIES,
    CURRENCIES,
    serialize_country,
    serialize_currency,
)
from crmkit_mock.monica.validation import Exists, InvalidValue, identifier, required, string

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree

#: The terms in force (recorded: dates and versions; the texts are not Monica's).
_TERM: Tree = {
    "id": 1,
    "object": "term",
    "term_version": "2",
    "term_content": "The terms of the mock.",
    "privacy_version": "2",
    "privacy_content": "The mock keeps nothing to itself.",
    "created_at": "2018-04-12T00:00:00Z",
    "updated_at": None,
}
#: What the server runs for the audit log of one contact.
_LOG_OF_CONTACT = "Contact\\ApiAuditLogController::index"
#: Lists that the front door names.
_NAMED_LISTS = (
    *("activities", "addresses", "calls", "contacts", "conversations", "countries"),
    *("currencies", "documents", "journal", "notes", "reminders", "statistics"),
)


def welcome(session: Session) -> Reply:
    """Answer the front door of the API."""
    links = {f"{name}_url": session.url(name) for name in _NAMED_LISTS}
    links["relationships_url"] = session.url("contacts/:contactId/relationships")
    tree = {"success": {"message": "Welcome to Monica"}, "links": links}
    return json_reply(200, tree)


# The user.


def me(session: Session) -> Reply:
    """Answer the user."""
    return session.data_reply(_serialize_user(session))


def _serialize_user(session: Session) -> Tree:
    account = session.account
    created = session.settings.get("installed_at")
    return {
        "id": account.id,
        "uuid": account.uuid,
        "object": "user",
        "first_name": account.first_name,
        "last_name": account.last_name,
        "name": f"{account.first_name} {account.last_name}",
        "email": account.email,
        "me_contact": short_contact(session, session.settings.get(f"me {account.id}")),
        "timezone": account.timezone,
        "currency": serialize_currency(account.currency),
        "locale": "en",
        "is_policy_compliant": _signature(session) is not None,
        "account": {"id": account.id},
        "created_at": created,
        "updated_at": created,
    }


def set_me_contact(session: Session) -> Reply:
    """Make a contact the user's own."""
    values = session.validate({"contact_id": required(identifier, Exists("contact"))})
    contact = session.read("contact", values["contact_id"])
    session.settings.set(f"me {session.account.id}", contact["id"])
    return json_reply(200, ["true"])


def unset_me_contact(session: Session) -> Reply:
    """Make no contact the user's own."""
    session.settings.set(f"me {session.account.id}", None)
    return json_reply(200, ["true"])


# Terms and their signatures.


def list_terms(session: Session) -> Reply:
    """Answer a page of the terms."""
    return page_reply(session, [_TERM], lambda term: term, raw_crash=True)


def get_term(session: Session) -> Reply:
    """Answer the terms of an id."""
    if session.path_id() != _TERM["id"]:
        raise not_found()
    return session.data_reply(_TERM)


def list_signatures(session: Session) -> Reply:
    """Answer the user's signatures.

    Raises:
        Refusal: 404, the user has signed nothing.
    """
    return session.data_reply([_serialize_signature(session)])


def get_signature(session: Session) -> Reply:
    """Answer the user's signature of the terms of an id."""
    if session.path_id() != _TERM["id"]:
        raise not_found()
    return session.data_reply(_serialize_signature(session))


def sign(session: Session) -> Reply:
    """Sign the current terms; signed ones stay as they were signed (recorded: seq 498).

    Raises:
        Refusal: 422; in the framework's form, the address is not a str or too long.
    """
    ip_address = session.sent.get("ip_address")
    session.validate({"ip_address": required()})
    try:
        string(255)(ip_address, session.records)
    except InvalidValue as error:
        message = str(error).format("ip address")
        raise invalid_by_field({"ip_address": [message]}) from None
    values = {"ip_address": ip_address}
    if _signature(session) is None:
        signature = {"date": session.now, "ip_address": values["ip_address"]}
        session.settings.set(f"signature {session.account.id}", signature)
    return session.data_reply(_serialize_signature(session))


def _signature(session: Session) -> Tree | None:
    signature: Tree | None = session.settings.get(f"signature {session.account.id}")
    return signature


def _serialize_signature(session: Session) -> Tree:
    signature = _signature(session)
    if signature is None:
        raise not_found()
    return {
        "signed": True,
        "signed_date": signature["date"],
        "ip_address": signature["ip_address"],
        "user": _serialize_user(session),
        "term": _TERM,
    }


# The audit log.


def log(session: Session, action: str, contact: Record) -> None:
    """Write into the audit log what the user has done to a contact."""
    objects = {"contact_name": complete_name(contact), "contact_id": contact["id"]}
    _log(session, action, objects, contact["id"])


def log_company(session: Session, name: object) -> None:
    """Write into the audit log that the user has created a company."""
    _log(session, "company_created", {"name": name}, None)


def _log(session: Session, action: str, objects: Record, contact_id: int | None) -> None:
    columns = {
        "action": action,
        "contact_id": contact_id,
        "objects": objects,
        **session.timestamps,
    }
    session.records.add("auditlog", session.account.id, columns)


def list_logs(session: Session) -> Reply:
    """Answer a page of the audit log."""
    return _log_page(session, None)


def list_logs_of_contact(session: Session) -> Reply:
    """Answer a page of what was done to a contact."""
    id = session.path_int(_LOG_OF_CONTACT, "#2 ($contactId)", "contact_id")
    return _log_page(session, session.read("contact", id)["id"])


def _log_page(session: Session, contact: int | None) -> Reply:
    return index_page_reply(
        session,
        "auditlog",
        BY_OWNER,
        contact,
        lambda record: _serialize_log(session, record),
    )


def _serialize_log(session: Session, record: Record) -> Tree:
    account = session.account
    return {
        "id": record["id"],
        "object": "auditlog",
        "author": {"id": account.id, "name": f"{account.first_name} {account.last_name}"},
        "action": record["action"],
        "objects": record["objects"],
        "audited_at": record["created_at"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }


# The site.


def statistics(session: Session) -> Reply:
    """Answer the site's numbers, if it publishes them; recorded is only that it may not."""
    if not session.settings.get("publishes_statistics"):
        raise not_found()
    tree = {
        "instance_creation_date": session.settings.get("installed_at"),
        "number_of_contacts": session.records.count("contact"),
        "number_of_activities": session.records.count("activity"),
        "number_of_reminders": session.records.count("reminder"),
    }
    return json_reply(200, [tree])


def list_currencies(session: Session) -> Reply:
    """Answer a page of the currencies."""
    return page_reply(session, range(1, len(CURRENCIES) + 1), serialize_currency, raw_crash=True)


def get_currency(session: Session) -> Reply:
    """Answer one currency."""
    id = session.path_id()
    if not 1 <= id <= len(CURRENCIES):
        raise not_found()
    return session.data_reply(serialize_currency(id))


def list_countries(session: Session) -> Reply:
    """Answer all countries at once: an object with the codes in lower case as names."""
    language = session.query.get("lang")
    countries = {code.lower(): serialize_country(code, language) for code in COUNTRIES}
    return json_reply(200, {"data": countries})
