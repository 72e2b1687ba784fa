"""The indexes by which records are found and counted, however many there are."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from crmkit_mock.onepagecrm.periods import Period
from crmkit_mock.onepagecrm.values import parse_date
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from crmkit_mock.onepagecrm.account import Record

# Of contacts.


def labels(contact: Record) -> Iterable[Hashable]:
    """Return the keys under which `BY_LABEL` has a contact."""
    yield "status", contact["status"]
    yield "vip", contact["vip"]
    for tag in contact["tags"]:
        yield "tag", tag


def _by_time(field: str) -> Index:
    def keys(contact: Record) -> Iterable[Hashable]:
        return () if contact[field] is None else (None,)

    return Index(keys, order=itemgetter(field))


#: By ("status", …), by ("vip", …) and, for each of the contact's tags, by ("tag", …).
BY_LABEL = Index(labels)
#: By the hidden field that says when something happened to the contact, earliest first.
BY_TIME = {field: _by_time(field) for field in ("added", "edited", "viewed", "imported")}

# Of actions, notes and deals.


def _cid(record: Record) -> Iterable[Hashable]:
    return (record["cid"],)


def _open(action: Record) -> Iterable[Hashable]:
    if not action["done"]:
        yield action["cid"]


def _waiting(action: Record) -> Iterable[Hashable]:
    if action["waiting"] and not action["done"]:
        yield None
        yield action["cid"]


def _pending(note: Record) -> Iterable[Hashable]:
    if note["type"] == "deal" and note["deal"]["status"] == "pending":
        yield note["cid"]


def _deals(note: Record) -> Iterable[Hashable]:
    if note["type"] == "deal":
        deal = note["deal"]
        yield None
        yield deal["status"]
        yield note["cid"], deal["status"]
        if deal["status"] == "won":
            closed = parse_date(deal["closed"])
            yield Period.of(closed, "month")
            yield Period.of(closed, "quarter")


def _amount(note: Record) -> float:
    amount: float = note["deal"]["amount"]
    return amount


#: By the contact's id.
OF_CONTACT = Index(_cid)
#: Actions that are not done by the contact's id; a contact has one at most.
OPEN = Index(_open)
#: Actions that wait for somebody by the contact's id, and all of them by None.
WAITING = Index(_waiting)
#: Pending deals by the contact's id.
PENDING = Index(_pending)
#: Deals by status, by contact and status, won ones by month and quarter, and all by None.
DEALS = Index(_deals, amount=_amount)
