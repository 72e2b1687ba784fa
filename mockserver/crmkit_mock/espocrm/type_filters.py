"""Filter items that the server defines for e-mails or users alone: addresses, state, folders.

The state of an e-mail is that for the user who asks, and unknown to users who do not have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.columns import Test
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

_ADDRESSES = {
    "from": ("from",),
    "to": ("to",),
    "cc": ("cc",),
    "emailAddress": ("from", "to", "cc", "bcc", "replyTo"),
}
#: What each item finds: the attribute of the state, and its value. Those of trash and archive are
#: the wrong way round on a real server.
_STATES = {
    ("isRead", "isTrue"): ("isRead", True),
    ("isRead", "isFalse"): ("isRead", False),
    ("isNotRead", "isTrue"): ("isRead", False),
    ("isNotRead", "isFalse"): ("isRead", True),
    ("isImportant", "isTrue"): ("isImportant", True),
    ("isImportant", "isFalse"): ("isImportant", False),
    ("inTrash", "isTrue"): ("inTrash", False),
    ("inTrash", "isFalse"): ("inTrash", True),
    ("inArchive", "isTrue"): ("inArchive", False),
    ("inArchive", "isFalse"): ("inArchive", True),
}
_SENT = frozenset({"Archived", "Sent"})


def type_test(  # noqa: PLR0911 - one case a type
    session: Session, entity: EntityType, attribute: str, kind: str, value: Any
) -> Test | None:
    """Return the test of an item that is defined for e-mails or users; None if it is not.

    Args:
        session: The request.
        entity: The entity type.
        attribute: The attribute.
        kind: Type of the item.
        value: Its value.
    """
    if (entity.name, attribute, kind) == ("User", "id", "isOfType"):
        return _user_type_test(value)
    if entity.name != "Email":
        return None
    if kind == "equals" and attribute in _ADDRESSES:
        return _address_test(_ADDRESSES[attribute], value)
    if (attribute, kind) in _STATES:
        return _state_test(session, entity, attribute, kind)
    if attribute == "isNotReplied" and kind in {"isTrue", "isFalse"}:
        is_replied = kind == "isFalse"
        return lambda record: bool(record.get("isReplied")) == is_replied
    if attribute == "folderId" and kind == "inFolder":
        return _folder_test(session, entity, value)
    return None


def _user_type_test(value: Any) -> Test:
    if value == "internal":
        return lambda record: record.get("type") not in {"portal", "api", "system"}
    known = value if value in {"portal", "api"} else None
    return lambda record: known is not None and record.get("type") == known


def _address_test(names: tuple[str, ...], value: Any) -> Test:
    wanted = str(value or "").lower()
    if not wanted:
        return lambda _record: False

    def test(record: Record) -> bool:
        lists = (str(record.get(name) or "").lower() for name in names)
        return any(wanted == address.strip() for text in lists for address in text.split(";"))

    return test


def user_state(session: Session, entity: EntityType) -> Callable[[Record, str], bool | None]:
    """Return a function for the state of e-mails; None of one that the user does not have."""
    link = entity.all_links["users"]
    user = session.user.id

    def state(record: Record, name: str) -> bool | None:
        row = session.data.related(link, record["id"], user)
        return None if row is None else bool(row.columns.get(name))

    return state


def _state_test(session: Session, entity: EntityType, attribute: str, kind: str) -> Test:
    name, wanted = _STATES[attribute, kind]
    state, user = user_state(session, entity), session.user.id
    if (name, wanted) == ("isRead", False):
        # What the user has sent does not count as unread.
        return lambda record: state(record, name) is False and record.get("sentById") != user
    return lambda record: state(record, name) is wanted


def _folder_test(  # noqa: PLR0911 - one case a folder
    session: Session, entity: EntityType, folder: Any
) -> Test:
    state, user = user_state(session, entity), session.user.id
    match folder:
        case "all":
            return lambda _record: True
        case "drafts":
            return lambda record: (
                record.get("status") == "Draft" and record.get("createdById") == user
            )
        case "sent":
            return lambda record: (
                record.get("status") == "Sent"
                and record.get("createdById") == user
                and state(record, "inTrash") is False
            )
        case "important":
            return lambda record: state(record, "isImportant") is True
        case "trash":
            return lambda record: state(record, "inTrash") is True
        case "archive":
            return lambda record: state(record, "inArchive") is True
        case _:
            wanted = None if folder == "inbox" else folder

            def folder_of(record: Record) -> Any:
                row = session.data.related(entity.all_links["users"], record["id"], user)
                return None if row is None else row.columns.get("folderId")

            return lambda record: (
                state(record, "inTrash") is False
                and state(record, "inArchive") is False
                and folder_of(record) == wanted
                and record.get("status") in _SENT
            )
