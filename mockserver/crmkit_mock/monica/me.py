"""The user, the terms that users sign, and the front door of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.messages import json_reply
from crmkit_mock.monica.currencies import currency_shape
from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.listing import page_of
from crmkit_mock.monica.rules import Exists, integer, required, text
from crmkit_mock.monica.short_contact import short_contact

if TYPE_CHECKING:
    from crmkit_mock.messages import Reply
    from crmkit_mock.monica.call import Call, Handler, Tree

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
#: Lists that the front door names.
_NAMED = (
    *("activities", "addresses", "calls", "contacts", "conversations", "countries"),
    *("currencies", "documents", "journal", "notes", "reminders", "statistics"),
)


def operations() -> dict[str, Handler]:
    """Return the handlers by operationId."""
    return {
        "welcome": _welcome,
        "me": _me,
        "set_me_contact": _set_contact,
        "unset_me_contact": _unset_contact,
        "compliance_list": _terms,
        "compliance_get": _term,
        "compliance_list_signed": _signatures,
        "compliance_get_signed": _signature,
        "compliance_sign": _sign,
        "statistics": _statistics,
    }


def user_shape(call: Call) -> Tree:
    """Build what replies show of the user."""
    account = call.account
    created = call.settings.get("installed_at")
    return {
        "id": account.id,
        "uuid": account.uuid,
        "object": "user",
        "first_name": account.first_name,
        "last_name": account.last_name,
        "name": f"{account.first_name} {account.last_name}",
        "email": account.email,
        "me_contact": short_contact(call, call.settings.get(f"me {account.id}")),
        "timezone": account.timezone,
        "currency": currency_shape(account.currency),
        "locale": "en",
        "is_policy_compliant": _signed(call) is not None,
        "account": {"id": account.id},
        "created_at": created,
        "updated_at": created,
    }


def _welcome(call: Call) -> Reply:
    links = {f"{name}_url": call.url(name) for name in _NAMED}
    links["relationships_url"] = call.url("contacts/:contactId/relationships")
    tree = {"success": {"message": "Welcome to Monica"}, "links": links}
    return json_reply(200, tree)


def _me(call: Call) -> Reply:
    return call.data(user_shape(call))


def _set_contact(call: Call) -> Reply:
    values = call.values({"contact_id": required(integer, Exists("contact"))})
    contact = call.own("contact", values["contact_id"])
    call.settings.set(f"me {call.account.id}", contact["id"])
    return json_reply(200, ["true"])


def _unset_contact(call: Call) -> Reply:
    call.settings.set(f"me {call.account.id}", None)
    return json_reply(200, ["true"])


def _terms(call: Call) -> Reply:
    return page_of(call, [_TERM], lambda term: term)


def _term(call: Call) -> Reply:
    if call.number() != _TERM["id"]:
        raise not_found()
    return call.data(_TERM)


def _signed(call: Call) -> Tree | None:
    found: Tree | None = call.settings.get(f"signature {call.account.id}")
    return found


def _signature_shape(call: Call) -> Tree:
    signature = _signed(call)
    if signature is None:
        raise not_found()
    return {
        "signed": True,
        "signed_date": signature["date"],
        "ip_address": signature["ip_address"],
        "user": user_shape(call),
        "term": _TERM,
    }


def _signatures(call: Call) -> Reply:
    return call.data([_signature_shape(call)])


def _signature(call: Call) -> Reply:
    if call.number() != _TERM["id"]:
        raise not_found()
    return call.data(_signature_shape(call))


def _sign(call: Call) -> Reply:
    values = call.values({"ip_address": required(text())})
    # Signed terms stay as they were signed (recorded: seq 498).
    if _signed(call) is None:
        signature = {"date": call.now, "ip_address": values["ip_address"]}
        call.settings.set(f"signature {call.account.id}", signature)
    return call.data(_signature_shape(call))


def _statistics(call: Call) -> Reply:
    """Answer numbers of the whole site, if it publishes them; recorded is only that it may not."""
    if not call.settings.get("publishes_statistics"):
        raise not_found()
    counted = {name: call.records.count(name) for name in ("contact", "activity", "reminder")}
    return json_reply(
        200,
        [
            {
                "instance_creation_date": call.settings.get("installed_at"),
                "number_of_contacts": counted["contact"],
                "number_of_activities": counted["activity"],
                "number_of_reminders": counted["reminder"],
            }
        ],
    )
