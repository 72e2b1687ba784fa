"""E-mail: filed, drafted, or sent into the outbox (observed)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm import records
from crmkit_mock.espocrm.activity_types import EMAIL
from crmkit_mock.espocrm.addresses import is_email
from crmkit_mock.espocrm.data import display_name
from crmkit_mock.espocrm.refusals import Problem, invalid
from crmkit_mock.espocrm.shapes import created_shape, read_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.session import Session

#: Address and name of the system's own mail account.
SYSTEM_ADDRESS = "crm@example.com"
SYSTEM_NAME = "CRM"
#: An address whose server refuses every message.
REFUSED_ADDRESS = "reject@x.example"

_SYSTEM_ACCOUNT = "6b0000000000000f1"
_OUTBOX = "outbox"
_SMTP = "smtp"
_ADDRESSED = ("to", "cc", "bcc", "replyTo")
_PEOPLE = ("Contact", "Lead", "Account", "User")
_TAG = re.compile(r"<[^>]*>")
#: Members of sent mail that an update still changes (recorded: email-resend-sent).
_STATE = frozenset({"isRead", "isReplied", "isImportant", "inTrash", "inArchive", "folderId"})


class NotSent(Exception):
    """A message was not sent; the record stays as it was filed.

    Args:
        problem: The reply.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def create(session: Session, sent: Mapping[str, Any]) -> dict[str, Any]:
    """File an e-mail, and send it if its status is Sending.

    Raises:
        Problem: 400 or 403; nothing has changed.
        NotSent: it was filed but not sent.
    """
    told = dict(sent)
    if session.profile.sends_mail:
        told.setdefault("from", SYSTEM_ADDRESS)
        told.setdefault("status", "Sending")
    sending = told.get("status") == "Sending"
    _require_addresses(told, sending=sending)
    given: dict[str, Any] = {
        "status": told.get("status") or "Archived",
        **_texts(told),
        **_looked_up(session, told),
        "isRead": True,
        "hasAttachment": bool(told.get("attachmentsIds")),
        "messageId": f"dummy:{session.new_id()}",
        **_account(session, told),
    }
    if sending:
        given["status"] = "Draft"
    record, accepted = records.make(session, EMAIL, told, given=given)
    if not sending:
        shown = created_shape(session, EMAIL, record, accepted.echo)
        return {"folderId": None, **shown}
    after = send(session, record)
    shown = created_shape(session, EMAIL, after, accepted.echo)
    users = {after["createdById"]: {"isRead": True}}
    if "inboundEmailsIds" in after:
        shown |= {"inboundEmailsIds": after["inboundEmailsIds"], "inboundEmailsNames": {}}
    return {
        "folderId": None,
        "sendAt": None,
        **shown,
        "modifiedById": after["modifiedById"],
        "usersColumns": users,
        "usersIds": list(users),
        "usersNames": {},
    }


def update(session: Session, id: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Change an e-mail, and send it if its status becomes Sending. Sent mail stays as it is.

    Raises:
        Problem: 400, 403 or 404; nothing has changed.
        NotSent: it was not sent.
    """
    before = records.find(session, EMAIL, id, "edit")
    told = dict(sent)
    if before.get("status") == "Sent":
        told = {name: value for name, value in told.items() if name in _STATE}
    sending = told.pop("status", None) == "Sending"
    if "status" in sent and not sending and before.get("status") != "Sent":
        told["status"] = sent["status"]
    whole = {**before, **told}
    _require_addresses(whole, sending=sending)
    shown = records.update(session, EMAIL, id, told)
    record = session.data.there("Email", id)
    settled = {**record, **_texts(record), **_looked_up(session, record)}
    if settled.get("status") == "Sent":
        settled |= _system_account(settled)
    session.data.replace("Email", settled)
    if sending:
        settled = send(session, settled)
    users: list[str] = [row.right for row in session.data.rows("emailUser") if row.left == id]
    shown = read_shape(session, EMAIL, settled)
    names = {user: session.data.name_of("User", user) for user in users}
    return {**shown, "usersIds": users, "usersNames": names}


def send(session: Session, record: Record) -> Record:
    """Send a message into the outbox; return the record as it is then.

    Raises:
        NotSent: the mail server is missing, or refuses it.
    """
    smtp: str = session.settings.get(_SMTP) or "shared"
    if smtp == "not shared":
        session.data.replace("Email", {**record, "status": "Sending"})
        raise NotSent(Problem(500))
    if smtp == "missing" or REFUSED_ADDRESS in _recipients(record):
        message = "No system SMTP settings." if smtp == "missing" else "unknownError"
        raise NotSent(Problem(500, "sendingFail", {"id": record["id"], "message": message}))
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
    outbox: list[Any] = session.settings.get(_OUTBOX) or []
    members = ("id", "from", *_ADDRESSED, "name", "body", "isHtml", "attachmentsIds", "dateSent")
    sent = {name: after.get(name) for name in members}
    session.settings.set(_OUTBOX, [*outbox, {**sent, "subject": after.get("name")}])
    return after


def _system_account(record: Record) -> dict[str, Any]:
    """Return what a message from the system's own address has of its mail account."""
    address = record["from"]
    if address != SYSTEM_ADDRESS:
        return {}
    known = {"idHash": _SYSTEM_ACCOUNT, "nameHash": SYSTEM_NAME, "typeHash": "InboundEmail"}
    hashes = {name: {**(record.get(name) or {}), address: one} for name, one in known.items()}
    return {**hashes, "inboundEmailsIds": [_SYSTEM_ACCOUNT]}


def _recipients(record: Record) -> list[str]:
    texts = (record.get(name) or "" for name in ("to", "cc", "bcc"))
    return [one.strip() for text in texts for one in text.split(";") if one.strip()]


def _require_addresses(told: Mapping[str, Any], *, sending: bool) -> None:
    if not told.get("from"):
        raise invalid("Email", "from", "required")
    if sending and not told.get("to"):
        raise invalid("Email", "to", "required")
    for name in ("from", *_ADDRESSED):
        value = told.get(name)
        if value in (None, ""):
            continue
        addresses = value.split(";") if isinstance(value, str) else [""]
        if not all(is_email(one.strip()) for one in addresses if one or len(addresses) == 1):
            raise invalid("Email", name, "valid")


def _texts(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not told as empty text, and the body without its marks."""
    texts = {name: told.get(name) or "" for name in _ADDRESSED}
    body = told.get("body")
    if isinstance(body, str):
        texts["bodyPlain"] = told.get("bodyPlain") or _TAG.sub("", body)
    return texts


def _looked_up(session: Session, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return who the addresses belong to, as far as the records know."""
    found: dict[str, Any] = {"idHash": {}, "nameHash": {}, "typeHash": {}}
    known = _owners(session)
    written: dict[str, str] = {}
    for name in ("from", *_ADDRESSED):
        spelled: list[str] = []
        for address in (one.strip() for one in str(told.get(name) or "").split(";")):
            if not address:
                continue
            kind, owner, as_kept = known.get(address.lower(), ("", None, address))
            spelled.append(as_kept)
            if owner is not None:
                found["idHash"][as_kept] = owner["id"]
                found["nameHash"][as_kept] = display_name(owner)
                found["typeHash"][as_kept] = kind
        written[name] = ";".join(spelled)
        if name != "from":
            ids = {_address_id(one): one for one in spelled}
            found[f"{name}EmailAddressesIds"] = list(ids)
            found[f"{name}EmailAddressesNames"] = ids
    # Addresses take the spelling that the records have (recorded: email-create-draft-ok).
    found |= written
    found["fromEmailAddressId"] = _address_id(written["from"])
    return found


def _owners(session: Session) -> dict[str, tuple[str, Record, str]]:
    owners: dict[str, tuple[str, Record, str]] = {}
    for kind in _PEOPLE:
        for record in session.data.all(kind):
            for entry in record.get("emailAddressData") or []:
                owners.setdefault(entry["lower"], (kind, record, entry["emailAddress"]))
    return owners


def _address_id(address: str) -> str:
    """Return the id of an address, which has no record in the mock."""
    import hashlib

    return hashlib.sha256(address.lower().encode()).hexdigest()[:17]


def _account(session: Session, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account that the parent stands for, or belongs to."""
    kind, id = told.get("parentType"), told.get("parentId")
    if kind == "Account" or not isinstance(kind, str):
        return {"accountId": id} if kind == "Account" and id else {}
    account = (session.data.find(kind, id) or {}).get("accountId")
    return {"accountId": account} if account else {}
