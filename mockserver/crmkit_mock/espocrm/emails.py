"""E-mail: archived, drafted, or sent to the outbox (observed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import inbox, records
from crmkit_mock.espocrm.activity_types import EMAIL
from crmkit_mock.espocrm.attributes import value_of
from crmkit_mock.espocrm.email_addresses import (
    ADDRESSED,
    MAIL_SERVER,
    RECIPIENTS,
    SENDER_NAME,
    SYSTEM_ADDRESS,
    account_of,
    address_attributes,
    may_send_from,
    owners,
    split,
    users_of,
)
from crmkit_mock.espocrm.errors import (
    APIError,
    PartiallyApplied,
    bad_request,
    forbidden,
)
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.plain_text import to_plain_text
from crmkit_mock.espocrm.responses import create_response
from crmkit_mock.espocrm.sanitizing import cast_array
from crmkit_mock.espocrm.text_formats import is_email

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: An address whose server rejects every message.
REJECTING_ADDRESS = "reject@x.example"

#: Attributes that an update changes whatever the status: those of the fields parent, teams and
#: assignedUser.
_ALWAYS = frozenset({"parentId", "parentType", "teamsIds", "assignedUserId"})


def create(session: Session) -> dict[str, Any]:
    """Create an e-mail, and send it if its status is Sending.

    Raises:
        APIError: 400 or 403; nothing has changed.
        PartiallyApplied: it was created but not sent.
    """
    session.user.require_scope("Email", "create")
    sent = dict(session.body)
    if session.profile.sends_mail:
        sent.setdefault("from", SYSTEM_ADDRESS)
        sent.setdefault("status", "Sending")
    sending = sent.get("status") == "Sending"
    records.check(session, EMAIL, sent)
    _check(session, sent, sent.get("status") or "Archived")
    shown = {"from": _text(sent.get("from"))} | {name: _text(sent.get(name)) for name in ADDRESSED}
    account = account_of(session, sent.get("parentType"), sent.get("parentId"))
    extra: dict[str, Any] = {
        **({"accountId": account} if account else {}),
        "status": "Draft" if sending else sent.get("status") or "Archived",
        **address_attributes(session, shown),
        **_plain(sent, {"isHtml": True}),
        **_people(session, shown, sent, is_draft=sent.get("status") == "Draft"),
        "isRead": True,
        "isReplied": False,
        "hasAttachment": bool(cast_array(sent.get("attachmentsIds"))),
        "messageId": f"dummy:{session.new_id()}",
    }
    record, accepted = records.insert(session, EMAIL, sent, extra=extra)
    # Only the sender is shown as it was spelt.
    shown |= {name: record[name] for name in ADDRESSED}
    echo = {**accepted.echo, **shown, **owners(session, shown), "usersNames": {}}
    for prefix in ("from", "replyTo"):
        if f"{prefix}String" in sent:
            parts = (f"{prefix}Name", f"{prefix}Address")
            echo |= {name: value_of(session, EMAIL, record, name) for name in parts}
    if not sending:
        _mark_replied(session, record)
        response = create_response(session, EMAIL, record, echo)
        return {"folderId": None, **response, **echo, **inbox.flags(session, record)}
    inbox.add_user(session, record["id"], session.user.id, {"isRead": True})
    after = _send(session, record)
    response = create_response(session, EMAIL, after, echo)
    users = [user for user in record["usersIds"] if user != session.user.id]
    return {
        "folderId": None,
        "sendAt": None,
        **response,
        **echo,
        "isUsersSent": after.get("sentById") == session.user.id,
        "modifiedById": after["modifiedById"],
        "usersColumns": {session.user.id: {"isRead": True}},
        "usersIds": [*users, session.user.id],
        **inbox.flags(session, after),
    }


def update(session: Session, id: str) -> dict[str, Any]:
    """Update an e-mail, and send it if its status becomes Sending; sent ones keep their content.

    Raises:
        APIError: 400, 403 or 404; nothing has changed.
        PartiallyApplied: it was updated but not sent.
    """
    before = records.find(session, EMAIL, id, "edit")
    id = before["id"]
    records.check(session, EMAIL, session.body, before)
    inbox.mark_as_read(session, id)
    known = {row.right for row in session.data.linked(EMAIL.all_links["users"], id)}
    changes = _effective(session, before, dict(session.body))
    status = changes.get("status", before.get("status"))
    _check(session, changes, str(status))
    if changes.get("from") is not None and not is_email(_text(changes["from"]).strip()):
        # What is no address leaves the sender as it is.
        del changes["from"]
    sending = changes.get("status") == "Sending"
    if sending:
        del changes["status"]
    records.update(session, EMAIL, id, changes)
    addresses = {name: _text(changes[name]) for name in ("from", *ADDRESSED) if name in changes}
    record = session.data.get("Email", id)
    record = {**record, **address_attributes(session, addresses), **_plain(changes, record)}
    if record.get("attachmentsIds"):
        record["hasAttachment"] = True
    if "parentId" in changes and record.get("parentId") != before.get("parentId"):
        record["accountId"] = account_of(session, record.get("parentType"), record.get("parentId"))
    people = _people(session, addresses, changes, is_draft=status == "Draft")
    for user in people.pop("usersIds"):
        inbox.add_user(session, id, user)
    assigned = [*record.get("assignedUsersIds", ()), *people.pop("assignedUsersIds")]
    record |= {**people, "assignedUsersIds": [*dict.fromkeys(assigned)]}
    session.data.replace("Email", record)
    columns: dict[str, Any] = {}
    if sending:
        record = _send(session, record)
        columns = {"usersColumns": {session.user.id: {"isRead": True}}}
    elif status != before.get("status"):
        _mark_replied(session, record)
    users = [row.right for row in session.data.linked(EMAIL.all_links["users"], id)]
    # The names are those of the users who had it before.
    names = {user: session.data.name_of("User", user) for user in users if user in known}
    response = inbox.response(session, record)
    return {**response, "usersIds": users, "usersNames": names, **columns}


def _effective(session: Session, before: Record, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes that an e-mail takes, which depend on its status."""
    old = before.get("status")
    new = changes.get("status") or old
    if old == "Archived" and "status" in changes:
        del changes["status"]
        new = old
    if new != "Archived":
        changes.pop("dateSent", None)
    is_open = new in {"Archived", "Draft"} or (new == "Sending" and old == "Draft")
    if is_open or session.user.is_admin:
        return changes
    return {name: value for name, value in changes.items() if name in _ALWAYS}


def _check(session: Session, sent: Mapping[str, Any], status: str) -> None:
    """Check what the server checks beside the fields.

    Raises:
        APIError: 400, it is to be sent later but not a draft; 403, it is from an address that is
            not the user's.
    """
    sender = to_str(sent.get("from"))
    if sender == "0":
        raise bad_request("No 'from' address")
    if sender and not may_send_from(session, sender):
        raise forbidden("Not allowed 'from' address.")
    if status != "Draft" and sent.get("sendAt"):
        raise bad_request("Cannot set send-at if status is not Draft.")


def _plain(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body without tags, if there is a new one in HTML."""
    is_html = sent.get("isHtml", stored.get("isHtml", True))
    if "body" not in sent or not is_html:
        return {}
    body = to_str(sent["body"])
    return {"bodyPlain": None if body is None else to_plain_text(body)}


def _people(
    session: Session, addresses: Mapping[str, str], sent: Mapping[str, Any], *, is_draft: bool
) -> dict[str, Any]:
    """Return the users who get an e-mail, by its addresses and its assigned user."""
    named = {name: users_of(session, addresses.get(name)) for name in ("from", *RECIPIENTS)}
    users = [user for found in named.values() for user in found]
    assigned = sent.get("assignedUserId")
    if isinstance(assigned, str) and assigned:
        users.append(assigned)
    people: dict[str, Any] = {
        "usersIds": [*dict.fromkeys(users)],
        "assignedUsersIds": [*dict.fromkeys([*named["from"], *named["to"]])],
    }
    if named["from"] and not is_draft:
        people["sentById"] = named["from"][0]
    return people


def _mark_replied(session: Session, record: Record) -> None:
    replied = session.data.find("Email", record.get("repliedId"))
    if replied is not None and record.get("status") in {"Archived", "Sent"}:
        session.data.replace("Email", {**replied, "isReplied": True})


def _send(session: Session, record: Record) -> Record:
    """Send an e-mail to the outbox; return its record.

    Raises:
        PartiallyApplied: the mail server is missing, or rejects it.
    """
    server: str = session.settings.get(MAIL_SERVER) or "shared"
    if server == "not shared":
        session.data.replace("Email", {**_stored(session, record), "status": "Sending"})
        raise PartiallyApplied(APIError(500))
    is_own = session.user.id in users_of(session, record["from"])
    sender = session.user.name if is_own else SENDER_NAME
    own = {
        "fromAddress": record["from"],
        "fromName": sender,
        "fromString": f"{sender} <{record['from']}>",
    }
    addressed = [address for name in RECIPIENTS for address in split(record.get(name))]
    if server == "missing" or REJECTING_ADDRESS in addressed:
        reason = "No system SMTP settings." if server == "missing" else "unknownError"
        body = {"id": record["id"], "message": reason}
        if server != "missing":
            session.data.replace("Email", {**_stored(session, record), **own})
        raise PartiallyApplied(APIError(500, "sendingFail", body))
    sent = {
        **own,
        "status": "Sent",
        "dateSent": record["modifiedAt"],
        "modifiedById": session.user.id,
        "messageId": f"<{record['id']}@espo>",
    }
    session.data.replace("Email", {**_stored(session, record), **sent})
    after = {**record, **sent}
    _mark_replied(session, after)
    names = ("id", "from", *ADDRESSED, "name", "body", "isHtml", "attachmentsIds", "dateSent")
    message = {**{name: after.get(name) for name in names}, "subject": after.get("name")}
    session.data.add_to_outbox(message)
    return after


def _stored(session: Session, record: Record) -> Record:
    return session.data.get("Email", record["id"])


def _text(value: object) -> str:
    return to_str(value) or ""
