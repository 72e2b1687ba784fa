"""The side elements of replies: tags, statuses, sales and notifications.

Page: API 1.2, Response message format.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from math import fsum
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.periods import Period
from crmkit_mock.onepagecrm.values import day, midnight, unix

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Account, Record

#: In the order of the vendor's samples.
STATUSES = ("general", "lead", "inactive", "customer", "prospect")
#: System tags that tell what happened lately, and the hidden member that tells when.
_RECENT = {
    "recently_added": "added",
    "recently_edited": "edited",
    "recently_viewed": "viewed",
    "recently_imported": "imported",
}
#: Assumption: how long "recently" is.
_RECENTLY = timedelta(days=7)
#: Assumption: API 1.2 counts important contacts under `vip`, in the place of 2.x's `starred`.
SYSTEM_TAGS = (*_RECENT, "pending_deals", "waiting", "vip")


def system_tagged(account: Account) -> dict[str, set[str]]:
    """Return the ids of the contacts that carry each system tag."""
    contacts = account.contacts.all()
    since = unix(account.now - _RECENTLY)
    return {
        **{
            tag: {one["id"] for one in contacts if (one[member] or 0) > since}
            for tag, member in _RECENT.items()
        },
        "pending_deals": with_pending_deal(account),
        "waiting": waiting(account),
        "vip": {one["id"] for one in contacts if one["vip"]},
    }


def with_pending_deal(account: Account) -> set[str]:
    """Return the ids of the contacts that have a pending deal."""
    return {deal["cid"] for deal in deals(account) if deal["deal"]["status"] == "pending"}


def waiting(account: Account) -> set[str]:
    """Return the ids of the contacts that wait for somebody."""
    return {
        action["cid"]
        for action in account.actions.all()
        if action["waiting"] and not action["done"]
    }


def deals(account: Account) -> list[Record]:
    """Return the deals among the notes."""
    return [note for note in account.notes.all() if note["type"] == "deal"]


def custom_tags(account: Account) -> list[dict[str, Any]]:
    """Return the custom tags with the numbers of contacts that carry them."""
    counts = Counter(tag for contact in account.contacts.all() for tag in contact["tags"])
    return [{"name": tag["name"], "count": counts[tag["name"]]} for tag in account.tags.all()]


def tags(account: Account) -> dict[str, Any]:
    """Return the element `tags`."""
    tagged = system_tagged(account)
    return {
        "system": [{"name": name, "count": len(tagged[name])} for name in SYSTEM_TAGS],
        "custom": custom_tags(account),
    }


def statuses(account: Account) -> list[dict[str, Any]]:
    """Return the element `statuses`."""
    counts = Counter(contact["status"] for contact in account.contacts.all())
    counts["all"] = counts.total()
    return [{"name": name, "count": counts[name]} for name in (*STATUSES[:4], "all", STATUSES[4])]


def sales(account: Account) -> dict[str, Any]:
    """Return the element `sales`."""
    target = account.settings["target"]
    period = Period.of(account.now.date(), target["period"])
    own = deals(account)
    return {
        "target": target["amount"],
        "period": target["period"],
        "won": won_within(own, period),
        "pending": fsum(one["deal"]["amount"] for one in own if one["deal"]["status"] == "pending"),
        "expires": unix(midnight(period.next.start)),
    }


def won_within(own: list[Record], period: Period) -> float:
    """Return the amount of the deals won within a period."""
    return fsum(
        one["deal"]["amount"]
        for one in own
        if one["deal"]["status"] == "won" and day(one["deal"]["closed"]) in period
    )


def notifications(account: Account) -> list[str]:
    """Return the element `notifications`: the limits that are reached, empty for none."""
    limits = account.settings["limits"]
    reached: list[str] = []
    if limits["deals"] is not None and len(deals(account)) >= limits["deals"]:
        reached.append("deals_limit_reached")
    if limits["contacts"] is not None:
        beyond = account.contacts.count() - limits["contacts"]
        if beyond >= 0:
            reached.append("too_many_contacts" if beyond else "contacts_list_full")
    return reached
