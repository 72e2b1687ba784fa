"""The value of each attribute of a record: stored ones, and those computed on reading."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.activity_types import EMAIL_STATE
from crmkit_mock.espocrm.addresses import entries_of, primary_of
from crmkit_mock.espocrm.data import Record, Row, display_name
from crmkit_mock.espocrm.event_rules import duration
from crmkit_mock.espocrm.fields import PERSON_NAME, Link
from crmkit_mock.espocrm.folding import fold
from crmkit_mock.espocrm.php_types import plain_number, trim
from crmkit_mock.espocrm.text_formats import mailbox_address, mailbox_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session

#: Relations of records with the users who follow them, and with those who starred them.
FOLLOWERS = Link("followers", "User", "many_many", relation="followers")
STARS = Link("stars", "User", "many_many", relation="stars")

#: Member of a stored note that holds the reactions to it, by the id of the user.
REACTIONS = "reactions"

_EMPTY_ARRAYS_SINCE = (10, 0)
_CALLS = {
    "contacts": Link("contacts", "Contact", "many_many", relation="contactCall"),
    "leads": Link("leads", "Lead", "many_many", relation="leadCall"),
}
_TARGETS = tuple(
    Link(name, entity, "many_many", relation=relation)
    for name, entity, relation in (
        ("accounts", "Account", "accountTargetList"),
        ("contacts", "Contact", "contactTargetList"),
        ("leads", "Lead", "leadTargetList"),
        ("users", "User", "userTargetList"),
    )
)
_ACCOUNTS = Link("accounts", "Account", "many_many", relation="accountContact", near="right")


def value_of(session: Session, entity: EntityType, record: Record, attribute: str) -> Any:
    """Return the value of an attribute, None if it has none.

    Args:
        session: The request.
        entity: The entity type.
        record: The record as it is stored.
        attribute: Name of the attribute.
    """
    return reader_of(entity, attribute)(session, record)


@cache
def reader_of(entity: EntityType, attribute: str) -> Callable[[Session, Record], Any]:
    """Return the function that returns the value of an attribute, as `value_of` does."""
    computed = _COMPUTED.get((entity.name, attribute))
    if computed is not None:
        return computed
    field = entity.by_attribute.get(attribute)
    if field is None:
        return _COMMON.get(attribute) or _stored(attribute)
    by_family = _BY_FAMILY.get(field.family)
    if by_family is None:
        return _stored(attribute)
    return lambda session, record: by_family(session, entity, record, field, attribute)


def values_of(entity: EntityType, field: Field, session: Session, record: Record) -> dict[str, Any]:
    """Return all attributes of a field that links to many records, with their values."""
    link = entity.all_links.get(field.name)
    is_relation = link is not None and link.kind == "many_many" and field.entity != "EmailAddress"
    if link is not None and is_relation and not session.data.linked(link, record["id"]):
        return {name: [] if name.endswith("Ids") else {} for name in field.attributes}
    return {name: value_of(session, entity, record, name) for name in field.attributes}


def is_stored(entity: EntityType, attribute: str) -> bool:
    """Return whether the value of an attribute is the stored one and depends on nothing else."""
    if (entity.name, attribute) in _COMPUTED:
        return False
    field = entity.by_attribute.get(attribute)
    if field is None:
        return attribute not in _COMMON
    return (
        field.family not in _BY_FAMILY
        or (field.family == "personName" and attribute != PERSON_NAME[-1])
        or (field.family == "currency" and not attribute.endswith("Converted"))
    )


def _bool(
    _session: Session, _entity: EntityType, record: Record, _field: Field, attribute: str
) -> Any:
    # The column of a bool cannot be null; a record that lacks it was never given a value.
    value = record.get(attribute)
    return False if value is None else value


def _link(
    session: Session, _entity: EntityType, record: Record, field: Field, attribute: str
) -> Any:
    id = record.get(f"{field.name}Id")
    return session.data.name_of(field.entity, id) if attribute.endswith("Name") else id


def _parent(
    session: Session, _entity: EntityType, record: Record, field: Field, attribute: str
) -> Any:
    entity_name = record.get(f"{field.name}Type")
    if attribute.endswith("Name"):
        return session.data.name_of(entity_name or "", record.get(f"{field.name}Id"))
    return record.get(attribute)


#: Entity types whose records are listed by their age in such fields; others are by their name.
_LATEST_FIRST = frozenset({"TargetList", "Campaign"})


def _name_key(record: Record) -> tuple[str, ...]:
    # People are ordered by their first names, those without one first.
    if "lastName" in record:
        return fold(record.get("firstName") or ""), fold(record.get("lastName") or "")
    return (fold(display_name(record) or ""),)


def linked_ids(session: Session, entity: EntityType, record: Record, field: Field) -> list[str]:
    """Return the ids of the records that a field links to."""
    link = entity.all_links.get(field.name)
    if link is None or link.kind != "many_many":
        return list(record.get(f"{field.name}Ids") or [])
    rows = session.data.linked(link, record["id"])
    found = (session.data.find(field.entity, row.far(link.near)) for row in rows)
    others = [other for other in found if other is not None]
    if field.entity in _LATEST_FIRST:
        others.sort(key=lambda other: (other["createdAt"], other["id"]), reverse=True)
    elif field.entity == "User" and field.name != "users":
        others.sort(key=lambda other: fold(other.get("userName") or ""))
    else:
        others.sort(key=_name_key)
    return [other["id"] for other in others]


def _links(
    session: Session, entity: EntityType, record: Record, field: Field, attribute: str
) -> Any:
    if field.entity == "EmailAddress":
        # Addresses are not records of the mock; the e-mail itself stores them.
        return record.get(attribute) or ([] if attribute.endswith("Ids") else {})
    ids = linked_ids(session, entity, record, field)
    if attribute.endswith("Ids"):
        return ids
    if attribute.endswith("Names"):
        return {id: session.data.name_of(field.entity, id) for id in ids}
    link = entity.all_links.get(field.name)
    if link is None or link.kind != "many_many":
        return dict(record.get(attribute) or {})
    rows = {row.far(link.near): row for row in session.data.linked(link, record["id"])}
    return {id: {name: _column(rows[id], name) for name in field.columns} for id in ids}


def _column(row: Row, name: str) -> Any:
    if name == "isInactive":
        return bool(row.columns.get(name))
    return row.columns.get(name, "None" if name == "status" else None)


def _attachments(
    session: Session, _entity: EntityType, record: Record, field: Field, attribute: str
) -> Any:
    ids = list(record.get(f"{field.name}Ids") or [])
    if attribute.endswith("Ids"):
        return ids
    files = {id: session.data.find("Attachment", id) or {} for id in ids}
    member = "name" if attribute.endswith("Names") else "type"
    return {id: file.get(member) for id, file in files.items()}


def _communication(
    session: Session, _entity: EntityType, record: Record, field: Field, attribute: str
) -> Any:
    entries = entries_of(session.data, field, record)
    if attribute.endswith("Data"):
        return entries
    primary = primary_of(entries)
    if primary is None:
        return None
    if attribute.endswith("IsOptedOut"):
        return primary["optOut"]
    return primary["invalid"] if attribute.endswith("IsInvalid") else primary[field.name]


def _currency(
    session: Session, _entity: EntityType, record: Record, field: Field, attribute: str
) -> Any:
    if not attribute.endswith("Converted"):
        return record.get(attribute)
    amount = record.get(field.name)
    if amount is None:
        return None
    # The rounding error of the float is the vendor's as well (recorded: update-put).
    rate = session.rates().get(record.get(f"{field.name}Currency") or "", 1)
    return plain_number(amount * rate)


def _person_name(
    _session: Session, _entity: EntityType, record: Record, _field: Field, attribute: str
) -> Any:
    return display_name(record) if attribute == PERSON_NAME[-1] else record.get(attribute)


def _json(
    session: Session, _entity: EntityType, record: Record, _field: Field, attribute: str
) -> Any:
    if attribute == "reminders" and record.get("remindersUserId") != session.user.id:
        # Everyone sees their own.
        return []
    is_object = attribute.endswith("Hash") or attribute in {"data", "phoneNumbersMap"}
    empty: Any = {} if is_object else []
    nullable = attribute in {"addressNameMap", "reactionCounts"}
    return record.get(attribute, None if nullable else empty)


def _duration(
    _session: Session, _entity: EntityType, record: Record, _field: Field, _attribute: str
) -> Any:
    return duration(record)


def _array(
    session: Session, _entity: EntityType, record: Record, _field: Field, attribute: str
) -> Any:
    value = record.get(attribute)
    # Since 10.0 an array that was never set is an empty one (observed of custom fields).
    return [] if value is None and session.release >= _EMPTY_ARRAYS_SINCE else value


_BY_FAMILY: dict[str, Callable[[Session, EntityType, Record, Field, str], Any]] = {
    "bool": _bool,
    "link": _link,
    "file": _link,
    "linkParent": _parent,
    "linkMultiple": _links,
    "attachmentMultiple": _attachments,
    "email": _communication,
    "phone": _communication,
    "currency": _currency,
    "personName": _person_name,
    "jsonArray": _json,
    "jsonObject": _json,
    "duration": _duration,
    "array": _array,
    "multiEnum": _array,
    "urlMultiple": _array,
}


def followers(session: Session, record: Record) -> list[str]:
    """Return the ids of the users who follow a record: the user itself, then others by name."""
    ids = [row.right for row in session.data.linked(FOLLOWERS, record["id"])]
    users = [user for id in ids if (user := session.data.find("User", id)) and user["isActive"]]
    users.sort(key=lambda user: (user["id"] != session.user.id, display_name(user) or ""))
    return [user["id"] for user in users]


def follower_values(session: Session, record: Record) -> dict[str, Any]:
    """Return what responses say of those who follow a record."""
    ids = followers(session, record)
    return {
        "isFollowed": _is_followed(session, record),
        "followersIds": ids,
        "followersNames": {id: session.data.name_of("User", id) for id in ids},
    }


def _follower_names(session: Session, record: Record) -> dict[str, str | None]:
    names: dict[str, str | None] = follower_values(session, record)["followersNames"]
    return names


def _is_followed(session: Session, record: Record) -> bool:
    return session.data.related(FOLLOWERS, record["id"], session.user.id) is not None


def _is_starred(session: Session, record: Record) -> bool:
    return session.data.related(STARS, record["id"], session.user.id) is not None


_COMMON: dict[str, Callable[[Session, Record], Any]] = {
    "followersIds": followers,
    "followersNames": _follower_names,
    "isFollowed": _is_followed,
    "isStarred": _is_starred,
}


def _account_type(session: Session, record: Record) -> Any:
    account = session.data.find("Account", record.get("accountId")) or {}
    return account.get("type")


def primary_account_columns(session: Session, record: Record) -> dict[str, Any]:
    """Return the columns of the relation between a contact and its primary account."""
    row = session.data.related(_ACCOUNTS, record["id"], record.get("accountId"))
    if row is None:
        return {}
    return {"role": row.columns.get("role"), "isInactive": bool(row.columns.get("isInactive"))}


def _account_role(session: Session, record: Record) -> Any:
    return primary_account_columns(session, record).get("role")


def _account_is_inactive(session: Session, record: Record) -> Any:
    return primary_account_columns(session, record).get("isInactive")


def _has_portal_user(_session: Session, record: Record) -> bool:
    return record.get("portalUserId") is not None


def _weighted(session: Session, record: Record) -> Any:
    amount, probability = record.get("amount"), record.get("probability")
    if amount is None or probability is None:
        return None
    rate = session.rates().get(record.get("amountCurrency") or "", 1)
    return plain_number(amount * probability * rate / 100)


def _phone_numbers(session: Session, record: Record) -> dict[str, Any]:
    """Return the numbers of those who take part in a call."""
    numbers: dict[str, Any] = {}
    for name, kind in (("contacts", "Contact"), ("leads", "Lead")):
        for row in session.data.linked(_CALLS[name], record["id"]):
            other = session.data.find(kind, row.right) or {}
            if other.get("phoneNumber"):
                numbers[f"{kind}_{other['id']}"] = other["phoneNumber"]
    return numbers


def _entries(session: Session, record: Record) -> list[Row]:
    return [row for link in _TARGETS for row in session.data.linked(link, record["id"])]


def _entry_count(session: Session, record: Record) -> int:
    return len(_entries(session, record))


def _opted_out_count(session: Session, record: Record) -> int:
    return sum(bool(row.columns.get("optedOut")) for row in _entries(session, record))


def _lead_count(session: Session, record: Record) -> int | None:
    """Return how many leads have a campaign; None for none."""
    return len(session.data.with_value("Lead", record["id"], "campaignId")) or None


def _revenue(session: Session, record: Record) -> Any:
    """Return what the opportunities of a campaign have brought; None for nothing."""
    rates = session.rates()
    won = [
        (deal.get("amount") or 0) * rates.get(deal.get("amountCurrency") or "", 1)
        for deal in session.data.with_value("Opportunity", record["id"], "campaignId")
        if deal.get("stage") == "Closed Won"
    ]
    return plain_number(sum(won)) or None


def _stored(name: str) -> Callable[[Session, Record], Any]:
    return lambda _session, record: record.get(name)


def _my_reactions(session: Session, record: Record) -> list[str]:
    reaction = record.get(REACTIONS, {}).get(session.user.id)
    return [] if reaction is None else [reaction]


def _reaction_counts(_session: Session, record: Record) -> dict[str, int] | None:
    reactions = [*record.get(REACTIONS, {}).values()]
    return {kind: reactions.count(kind) for kind in reactions} or None


_INBOX = Link("users", "User", "many_many", relation="emailUser")


def _email_state(name: str) -> Callable[[Session, Record], Any]:
    def state(session: Session, record: Record) -> Any:
        row = session.data.related(_INBOX, record["id"], session.user.id)
        if row is None:
            return None
        return row.columns.get(name, None if name == "folderId" else False)

    return state


def _sender_part(part: Callable[[str], str]) -> Callable[[Session, Record], Any]:
    """Return the reader of a part of an e-mail's sender."""
    return lambda _session, record: part(str(record.get("fromString") or "")) or None


def _reply_to_part(part: Callable[[str], str]) -> Callable[[Session, Record], Any]:
    """Return the reader of a part of the first address that an e-mail is to be answered to."""

    def read(_session: Session, record: Record) -> Any:
        mailboxes = str(record.get("replyToString") or "")
        first, _, _ = mailboxes.partition(";")
        # The digit zero is nothing to PHP.
        return part(trim(first)) if mailboxes not in {"", "0"} else None

    return read


def _is_read(session: Session, record: Record) -> bool:
    row = session.data.related(_INBOX, record["id"], session.user.id)
    return row is None or bool(row.columns.get("isRead"))


def _is_users(session: Session, record: Record) -> bool:
    return session.data.related(_INBOX, record["id"], session.user.id) is not None


def _is_users_sent(session: Session, record: Record) -> bool:
    return record.get("sentById") == session.user.id


#: Entity types that an address is looked up in, in this order.
_WITH_ADDRESS = ("User", "Contact", "Lead", "Account")


def _person_string(session: Session, record: Record) -> Any:
    """Return who sent an e-mail, or to whom the user has sent it."""
    sender = record.get("from")
    user = session.data.find("User", session.user.id) or {}
    own = {entry["lower"] for entry in user.get("emailAddressData") or ()}
    is_sent = record.get("status") == "Sent" and record.get("createdById") == session.user.id
    if is_sent or str(sender or "").lower() in own:
        addresses = [address for address in str(record.get("to") or "").split(";") if address]
        names = [_person_with(session, address) or address for address in addresses]
        return f"To: {', '.join(names)}" if names else None
    if not sender:
        return None
    return _person_with(session, sender) or record.get("fromName") or sender


def _person_with(session: Session, address: str) -> str | None:
    """Return the name of the record that has an e-mail address, as its main one if possible."""
    lower = address.lower()
    found = [
        record
        for entity in _WITH_ADDRESS
        for record in session.data.with_address(entity, lower)
        if entity != "User" or record.get("isActive")
    ]
    is_main = [_is_main(record, lower) for record in found]
    if True in is_main:
        return display_name(found[is_main.index(True)])
    return display_name(found[0]) if found else None


def _is_main(record: Record, lower: str) -> bool:
    entries = record.get("emailAddressData") or ()
    return any(entry["lower"] == lower and entry["primary"] for entry in entries)


def _gender_of_creator(session: Session, record: Record) -> Any:
    return (session.data.find("User", record.get("createdById")) or {}).get("gender")


def _last_access(session: Session, record: Record) -> str | None:
    time: str | None = session.settings.get(f"last access {record['id']}")
    return time


_COMPUTED: dict[tuple[str, str], Callable[[Session, Record], Any]] = {
    ("Contact", "accountType"): _account_type,
    ("Contact", "title"): _account_role,
    ("Contact", "accountRole"): _account_role,
    ("Contact", "accountIsInactive"): _account_is_inactive,
    ("Contact", "hasPortalUser"): _has_portal_user,
    ("Opportunity", "amountWeightedConverted"): _weighted,
    ("Note", "myReactions"): _my_reactions,
    ("Note", "createdByGender"): _gender_of_creator,
    ("Note", "reactionCounts"): _reaction_counts,
    ("Call", "phoneNumbersMap"): _phone_numbers,
    ("Campaign", "leadCreatedCount"): _lead_count,
    ("Campaign", "revenue"): _revenue,
    ("TargetList", "entryCount"): _entry_count,
    ("TargetList", "optedOutCount"): _opted_out_count,
    ("Email", "subject"): _stored("name"),
    ("Email", "personStringData"): _person_string,
    ("Email", "fromEmailAddressName"): _stored("from"),
    # The state of an e-mail is each user's own.
    **{("Email", name): _email_state(name) for name in (*EMAIL_STATE, "folderId")},
    ("Email", "fromName"): _sender_part(mailbox_name),
    ("Email", "fromAddress"): _sender_part(mailbox_address),
    ("Email", "replyToName"): _reply_to_part(mailbox_name),
    ("Email", "replyToAddress"): _reply_to_part(mailbox_address),
    ("Email", "isRead"): _is_read,
    ("User", "lastAccess"): _last_access,
    ("Email", "isUsers"): _is_users,
    ("Email", "isUsersSent"): _is_users_sent,
}
