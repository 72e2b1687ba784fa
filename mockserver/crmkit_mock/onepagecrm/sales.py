"""How sales go: the summary and the closed deals.

Page: API 2.3 manual, Sales summary.
"""

from __future__ import annotations

from datetime import timedelta
from math import fsum
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import side
from crmkit_mock.onepagecrm.periods import Period
from crmkit_mock.onepagecrm.values import day

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Account, Record
    from crmkit_mock.onepagecrm.call import Call

#: The manual's words for periods, by those of the side element `sales`.
_TARGET_TYPES = {"month": "monthly", "quarter": "quarterly"}


def summary(call: Call) -> dict[str, Any]:
    """Answer how sales go."""
    account = call.account
    deals = side.deals(account)
    target, today = account.settings["target"], account.now.date()
    period = Period.of(today, target["period"])
    closed = _closed(deals)
    return {
        "breakdown": {
            f"{days}days": {
                status: fsum(
                    deal["deal"]["amount"]
                    for deal in closed
                    if deal["deal"]["status"] == status
                    and day(deal["deal"]["closed"]) > today - timedelta(days=days)
                )
                for status in ("won", "lost")
            }
            for days in (30, 60, 90)
        },
        "closed": _with_contacts(account, closed[:10]),
        "pending": _with_contacts(
            account, [deal for deal in deals if deal["deal"]["status"] == "pending"]
        ),
        "target": {"type": _TARGET_TYPES[target["period"]], "amount": target["amount"]},
        "pipeline_mode": account.settings["pipeline_mode"],
        "hitting_history": [
            {"target": target["amount"], "actual": side.won_within(deals, period.before(ago))}
            for ago in (3, 2, 1, 0)
        ],
    }


def closed_deals(call: Call) -> list[Record]:
    """Answer all deals that are won or lost, each with its contact."""
    return _with_contacts(call.account, _closed(side.deals(call.account)))


def _closed(deals: list[Record]) -> list[Record]:
    """Return the deals that are won or lost, the one closed last first."""
    closed = [deal for deal in deals if deal["deal"]["status"] != "pending"]
    return sorted(closed, key=lambda deal: day(deal["deal"]["closed"]), reverse=True)


def _with_contacts(account: Account, deals: list[Record]) -> list[Record]:
    """Show deals with their contacts, as the methods of sales do."""
    contacts = {contact["id"]: contact for contact in account.contacts.all()}
    return [
        {
            **deal,
            "contact": {
                member: contacts[deal["cid"]][member]
                for member in ("firstname", "lastname", "company")
            },
        }
        for deal in deals
    ]
