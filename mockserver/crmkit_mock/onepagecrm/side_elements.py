"""The side elements of replies: tags, statuses, sales and notifications.

Page: API 1.2, Response message format.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.indexes import BY_LABEL, BY_TIME, DEALS, PENDING, WAITING
from crmkit_mock.onepagecrm.periods import Period
from crmkit_mock.onepagecrm.values import midnight, unix_time

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Account

#: In the order of the vendor's samples.
STATUSES = ("general", "lead", "inactive", "customer", "prospect")
_BY_STATUS = [("status", status) for status in STATUSES]
#: System tags for what happened recently, and the hidden field of a contact that says when.
RECENT = {
    "recently_added": "added",
    "recently_edited": "edited",
    "recently_viewed": "viewed",
    "recently_imported": "imported",
}
_RECENT_INDEXES = [BY_TIME[field] for field in RECENT.values()]
#: Assumption: how long "recently" is.
_RECENTLY = timedelta(days=7)
#: Assumption: API 1.2 counts important contacts under `vip`, in the place of 2.x's `starred`.
SYSTEM_TAGS = (*RECENT, "pending_deals", "waiting", "vip")


def tags(account: Account) -> dict[str, Any]:
    """Return the element `tags`."""
    contacts, since = account.contacts, recent_since(account)
    counts = {
        **dict(zip(RECENT, contacts.counts_after(_RECENT_INDEXES, since), strict=True)),
        "pending_deals": len(account.notes.keys(PENDING)),
        "waiting": account.actions.count(WAITING),
        "vip": contacts.count(BY_LABEL, ("vip", True)),
    }
    return {
        "system": [{"name": name, "count": counts[name]} for name in SYSTEM_TAGS],
        "custom": custom_tags(account),
    }


def custom_tags(account: Account) -> list[dict[str, Any]]:
    """Return the custom tags with the numbers of contacts that carry them."""
    keys = [("tag", tag["name"]) for tag in account.tags.all()]
    counts = account.contacts.counts(BY_LABEL, keys)
    return [{"name": key[1], "count": counts[key]} for key in keys]


def custom_tag(account: Account, name: str) -> dict[str, Any]:
    """Return a custom tag with the number of contacts that carry it."""
    return {"name": name, "count": account.contacts.count(BY_LABEL, ("tag", name))}


def recent_since(account: Account) -> int:
    """Return the Unix time after which something counts as recent."""
    return unix_time(account.now - _RECENTLY)


def statuses(account: Account) -> list[dict[str, Any]]:
    """Return the element `statuses`."""
    counts = account.contacts.counts(BY_LABEL, _BY_STATUS)
    rows = [{"name": status, "count": counts["status", status]} for status in STATUSES]
    rows.insert(4, {"name": "all", "count": account.contacts.count()})
    return rows


def sales(account: Account) -> dict[str, Any]:
    """Return the element `sales`."""
    target = account.settings["target"]
    period = Period.of(account.now.date(), target["period"])
    return {
        "target": target["amount"],
        "period": target["period"],
        "won": account.notes.total(DEALS, period),
        "pending": account.notes.total(DEALS, "pending"),
        "expires": unix_time(midnight(period.next.start)),
    }


def notifications(account: Account) -> list[str]:
    """Return the element `notifications`: the limits that are reached, empty for none."""
    limits = account.settings["limits"]
    reached: list[str] = []
    if limits["deals"] is not None and account.notes.count(DEALS) >= limits["deals"]:
        reached.append("deals_limit_reached")
    if limits["contacts"] is not None:
        beyond = account.contacts.count() - limits["contacts"]
        if beyond >= 0:
            reached.append("too_many_contacts" if beyond else "contacts_list_full")
    return reached
