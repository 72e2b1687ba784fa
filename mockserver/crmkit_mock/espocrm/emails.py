"""E-mail: archived, drafted, or sent to the outbox (observed)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.activity_types import EMAIL
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.errors import APIError, PartiallyApplied, invalid
from crmkit_mock.espocrm.responses import create_response, read_response
from crmkit_mock.espocrm.text_formats import is_email

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: Setting that holds the state of the mail server: "shared", "missing" or "not shared".
MAIL_SERVER = "smtp"
#: Address and name of the system's own mail account.
SYSTEM_ADDRESS = "crm@example.com"
SYSTEM_NAME = "CRM"
#: An address whose server rejects every message.
REJECTING_ADDRESS = "reject@x.example"

_SYSTEM_ACCOUNT = "6b0000000000000f1"
_RECIPIENTS = ("to", "cc", "bcc")
_ADDRESSED = (*_RECIPIENTS, "replyTo")
#: Entity types whose records have e-mail addresses, in the order in which they are looked up.
_OWNERS = ("Contact", "Lead", "Account", "User")
_TAG = re.compile(r"<[^>]*>")
#: Attributes of a sent e-mail that an update still changes (recorded: email-resend-sent).
_STATE = frozenset({"isRead", "isReplied", "isImportant", "inTrash", "inArchive", "folderId"})


def create(session: Session) -> dict[str, Any]:
    """Create an e-mail, and send it if its status is Sending.

    Raises:
        APIError: 400 or 403; nothing has changed.
        PartiallyApplied: it was created but not sent.
    """
    sent = dict(session.body)
    if session.profile.sends_mail:
        sent.setdefault("from", SYSTEM_ADDRESS)
        sent.setdefault("status", "Sending")
    sending = sent.get("status") == "Sending"
    _require_addresses(sent, sending=sending)
    extra: dict[str, Any] = {
        "status": "Draft" if sending else sent.get("status") or "Archived",
        **_texts(sent),
        **_lookup(session, sent),
        "isRead": True,
        "hasAttachment": bool(sent.get("attachmentsIds")),
        "messageId": f"dummy:{session.new_id()}",
        **_account(session, sent),
    }
    record, accepted = records.insert(session, EMAIL, sent, extra=extra)
    if not sending:
        return {"folderId": None, **create_response(session, EMAIL, record, accepted.echo)}
    after = _send(session, record)
    response = create_response(session, EMAIL, after, accepted.echo)
    users = {after["createdById"]: {"isRead": True}}
    if "inboundEmailsIds" in after:
        response |= {"inboundEmailsIds": after["inboundEmailsIds"], "inboundEmailsNames": {}}
    return {
        "folderId": None,
        "sendAt": None,
        **response,
        "modifiedById": after["modifiedById"],
        "usersColumns": users,
        "usersIds": list(users),
        "usersNames": {},
    }


def update(session: Session, id: str) -> dict[str, Any]:
    """Update an e-mail, and send it if its status becomes Sending; sent ones keep their content.

    Raises:
        APIError: 400, 403 or 404; nothing has changed.
        PartiallyApplied: it was updated but not sent.
    """
    before = records.find(session, EMAIL, id, "edit")
    changes = dict(session.body)
    is_sent = before.get("status") == "Sent"
    if is_sent:
        changes = {name: value for name, value in changes.items() if name in _STATE}
    sending = not is_sent and changes.get("status") == "Sending"
    if sending:
        del changes["status"]
    _require_addresses({**before, **changes}, sending=sending)
    records.update(session, EMAIL, id, changes)
    record = session.data.get("Email", id)
    record = {**record, **_texts(record), **_lookup(session, record)}
    if record.get("status") == "Sent":
        record |= _system_account(record)
    session.data.replace("Email", record)
    if sending:
        record = _send(session, record)
    users = [row.right for row in session.data.linked(EMAIL.all_links["users"], id)]
    names = {user: session.data.name_of("User", user) for user in users}
    return {**read_response(session, EMAIL, record), "usersIds": users, "usersNames": names}


def _send(session: Session, record: Record) -> Record:
    """Send an e-mail to the outbox; return its record.

    Raises:
        PartiallyApplied: the mail server is missing, or rejects it.
    """
    server: str = session.settings.get(MAIL_SERVER) or "shared"
    if server == "not shared":
        session.data.replace("Email", {**record, "status": "Sending"})
        raise PartiallyApplied(APIError(500))
    if server == "missing" or REJECTING_ADDRESS in _recipients(record):
        reason = "No system SMTP settings." if server == "missing" else "unknownError"
        body = {"id": record["id"], "message": reason}
        raise PartiallyApplied(APIError(500, "sendingFail", body))
    after = {
        **record,
        **_system_account(record),
        "status": "Sent",
        "dateSent": record["modifiedAt"],
        "fromAddress": record["from"],
        "fromName": SYSTEM_NAME,
        "fromString": f"{SYSTEM_NAME} <{record['from']}>",
        "isUsers": True,
        "isImportant": False,
        "inTrash": False,
        "inArchive": False,
        "modifiedById": session.user.id,
        "messageId": f"<{record['id']}@espo>",
    }
    session.data.replace("Email", after)
    session.data.relate(EMAIL.all_links["users"], record["id"], session.user.id, {"isRead": True})
    names = ("id", "from", *_ADDRESSED, "name", "body", "isHtml", "attachmentsIds", "dateSent")
    message = {**{name: after.get(name) for name in names}, "subject": after.get("name")}
    session.data.add_to_outbox(message)
    return after


def _system_account(record: Record) -> dict[str, Any]:
    """Return the attributes of a message from the system's address about its mail account."""
    address = record["from"]
    if address != SYSTEM_ADDRESS:
        return {}
    values = {"idHash": _SYSTEM_ACCOUNT, "nameHash": SYSTEM_NAME, "typeHash": "InboundEmail"}
    hashes = {name: {**(record.get(name) or {}), address: value} for name, value in values.items()}
    return {**hashes, "inboundEmailsIds": [_SYSTEM_ACCOUNT]}


def _recipients(record: Record) -> list[str]:
    return [address for name in _RECIPIENTS for address in _addresses(record.get(name))]


def _addresses(value: object) -> list[str]:
    """Return the addresses of a list that is separated by semicolons."""
    return [address for part in str(value or "").split(";") if (address := part.strip())]


def _require_addresses(sent: Mapping[str, Any], *, sending: bool) -> None:
    if not sent.get("from"):
        raise invalid("Email", "from", "required")
    if sending and not sent.get("to"):
        raise invalid("Email", "to", "required")
    for name in ("from", *_ADDRESSED):
        value = sent.get(name)
        if value in (None, ""):
            continue
        addresses = value.split(";") if isinstance(value, str) else [""]
        if not all(is_email(part.strip()) for part in addresses if part or len(addresses) == 1):
            raise invalid("Email", name, "valid")


def _texts(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return an empty string for each address list that is missing, and the body without tags."""
    texts = {name: sent.get(name) or "" for name in _ADDRESSED}
    body = sent.get("body")
    if isinstance(body, str):
        texts["bodyPlain"] = sent.get("bodyPlain") or _TAG.sub("", body)
    return texts


def _lookup(session: Session, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the records that the addresses belong to, where they are known."""
    attributes: dict[str, Any] = {"idHash": {}, "nameHash": {}, "typeHash": {}}
    spellings: dict[str, str] = {}
    for name in ("from", *_ADDRESSED):
        stored: list[str] = []
        for address in _addresses(sent.get(name)):
            owner_type, owner, spelling = _owner(session, address)
            stored.append(spelling)
            if owner is not None:
                attributes["idHash"][spelling] = owner["id"]
                attributes["nameHash"][spelling] = display_name(owner)
                attributes["typeHash"][spelling] = owner_type
        spellings[name] = ";".join(stored)
        if name != "from":
            ids = {_address_id(address): address for address in stored}
            attributes[f"{name}EmailAddressesIds"] = list(ids)
            attributes[f"{name}EmailAddressesNames"] = ids
    # Addresses take the spelling of the records' (recorded: email-create-draft-ok).
    return {**attributes, **spellings, "fromEmailAddressId": _address_id(spellings["from"])}


def _owner(session: Session, address: str) -> tuple[str, Record | None, str]:
    """Return the first record that has an address, its entity type, and its spelling of it."""
    lower = address.lower()
    for entity in _OWNERS:
        for record in session.data.with_address(entity, lower):
            for entry in record["emailAddressData"]:
                if entry["lower"] == lower:
                    return entity, record, entry["emailAddress"]
    return "", None, address


def _address_id(address: str) -> str:
    """Return the id of an address, which is not a record of the mock."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:17]


def _account(session: Session, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account that is the parent, or that the parent belongs to."""
    parent_type, id = sent.get("parentType"), sent.get("parentId")
    if parent_type == "Account" or not isinstance(parent_type, str):
        return {"accountId": id} if parent_type == "Account" and id else {}
    account = (session.data.find(parent_type, id) or {}).get("accountId")
    return {"accountId": account} if account else {}
