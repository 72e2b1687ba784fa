"""OnePageCRM's summary of sales, and the closed deals.

Page: API 2.3 manual, Sales summary.
"""

from __future__ import annotations

from datetime import timedelta
from math import fsum
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.indexes import DEALS
from crmkit_mock.onepagecrm.periods import Period
from crmkit_mock.onepagecrm.values import parse_date

if TYPE_CHECKING:
    from datetime import date

    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.session import Session

#: The manual's words for periods, by those of the side element `sales`.
_TARGET_TYPES = {"month": "monthly", "quarter": "quarterly"}


def summary(session: Session) -> dict[str, Any]:
    """Return the summary of sales."""
    account = session.account
    target, today = account.settings["target"], account.now.date()
    period = Period.of(today, target["period"])
    closed = _closed(account)
    return {
        "breakdown": {
            f"{days}days": {
                status: fsum(
                    deal["deal"]["amount"]
                    for deal in closed
                    if deal["deal"]["status"] == status
                    and _closed_on(deal) > today - timedelta(days=days)
                )
                for status in ("won", "lost")
            }
            for days in (30, 60, 90)
        },
        "closed": _with_contacts(account, closed[:10]),
        "pending": _with_contacts(account, account.notes.find(DEALS, "pending")),
        "target": {"type": _TARGET_TYPES[target["period"]], "amount": target["amount"]},
        "pipeline_mode": account.settings["pipeline_mode"],
        "hitting_history": [
            {"target": target["amount"], "actual": account.notes.total(DEALS, period.before(count))}
            for count in (3, 2, 1, 0)
        ],
    }


def closed_deals(session: Session) -> list[Record]:
    """Return all deals that are won or lost, each with its contact."""
    return _with_contacts(session.account, _closed(session.account))


def _closed(account: Account) -> list[Record]:
    """Return the deals that are won or lost, the one closed last first."""
    closed = [deal for deal in account.notes.find(DEALS) if deal["deal"]["status"] != "pending"]
    return sorted(closed, key=_closed_on, reverse=True)


def _closed_on(deal: Record) -> date:
    return parse_date(deal["deal"]["closed"])


def _with_contacts(account: Account, deals: list[Record]) -> list[Record]:
    """Return deals with their contacts, as the methods of sales show them."""
    return [{**deal, "contact": _contact(account, deal["cid"])} for deal in deals]


def _contact(account: Account, cid: str) -> dict[str, Any]:
    contact = account.contacts.require(cid)
    return {field: contact[field] for field in ("firstname", "lastname", "company")}
