"""What OnePageCRM's side elements have to agree with: lists, deals, limits, one another.

A schema cannot say any of this. Each check takes a `Watch` and raises AssertionError. They are used
twice: on the mock as it is, which has to pass, and on one with errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.mock.plain_onepagecrm import OnePage

Row = dict[str, Any]

ELEMENTS = ("tags", "statuses", "sales")

#: Elements that a reply must have, by the beginning of its method and path. What changes tags has
#: them (API 2.3 manual), login has all; for the rest the document assumes that a change has what it
#: can change.
PROMISED = {
    "POST /auth/login": ELEMENTS,
    "POST /contacts": ("tags", "statuses"),
    "PUT /contacts/": ("tags", "statuses"),
    "DELETE /contacts/": ELEMENTS,
    "GET /misc/undo_contact_deletion": ELEMENTS,
    "POST /actions": ("tags",),
    "PUT /actions/": ("tags",),
    "POST /misc/mark_action_as_done": ("tags",),
    "POST /misc/undo_action_completion": ("tags",),
    "POST /notes": ("tags", "sales"),
    "PUT /notes/": ("tags", "sales"),
    "DELETE /notes/": ("tags", "sales"),
    "POST /tags": ("tags",),
    "PUT /tags/": ("tags",),
    "DELETE /tags/": ("tags",),
    "GET /misc/assign_tag": ("tags",),
    "GET /misc/unassign_tag": ("tags",),
    "GET /misc/remove_unused_tags": ("tags",),
}


@dataclass
class Watch:
    """A client that keeps the newest side elements of all replies, as one with a screen would.

    Attributes:
        crm: The mock with its plain client.
        view: The newest side elements.
        limits: Numbers of contacts and deals that the account may have.
    """

    crm: OnePage
    view: Row = field(default_factory=dict)
    limits: dict[str, int | None] = field(default_factory=dict)

    def call(self, method: str, path: str, **form: Any) -> Row:
        """Call, keep the reply's side elements, return the envelope."""
        envelope = self.crm.call(method, path, form or None)
        self._keep(f"{method} {path}", envelope)
        return envelope

    def login(self) -> Row:
        """Log in, keep the reply's side elements, return the envelope."""
        envelope = self.crm.login()
        self._keep("POST /auth/login", envelope)
        return envelope

    def _keep(self, call: str, envelope: Row) -> None:
        if envelope["status"] == 0:
            promised = [names for head, names in PROMISED.items() if call.startswith(head)]
            for name in promised[0] if promised else ():
                assert name in envelope, f"the reply to {call} lacks {name}"
        for name in ELEMENTS:
            if name in envelope:
                self.view[name] = envelope[name]
        # These are present while a limit is reached, so their absence means something too.
        self.view["notifications"] = envelope.get("notifications", [])

    def rows(self, query: str = "") -> list[Row]:
        """Return all contacts that a query selects, waiting ones included."""
        contacts: list[Row] = []
        for waiting in (0, 1):
            page = 1
            while rows := self.call("GET", f"/contacts?waiting={waiting}&page={page}{query}")[
                "data"
            ]["contacts"]:
                contacts += rows
                page += 1
                assert page < 1000, "the list does not end"
        return contacts

    def deals(self) -> list[Row]:
        """Return the deals of all contacts."""
        notes = [
            note
            for row in self.rows()
            for note in self.call("GET", f"/notes?cid={row['id']}")["data"]
        ]
        return [note["deal"] for note in notes if note["type"] == "deal"]


def view_is_current(watch: Watch) -> None:
    """Check that the elements of replies so far are those of a login now."""
    before = {**watch.view}
    watch.login()
    assert before == watch.view


def tags_agree_with_lists(watch: Watch) -> None:
    """Check that a tag counts the contacts that have it and that a list by it shows."""
    custom = watch.view["tags"]["custom"]
    assert custom == watch.call("GET", "/tags")["data"]
    rows = watch.rows()
    for tag in custom:
        shown = watch.rows(f"&tag={quote(tag['name'])}")
        assert len(shown) == tag["count"], tag
        assert shown == [row for row in rows if tag["name"] in row["tags"]]
    assert {name for row in rows for name in row["tags"]} <= {tag["name"] for tag in custom}
    system = {tag["name"]: tag["count"] for tag in watch.view["tags"]["system"]}
    for name, count in system.items():
        of_tag = {row["id"] for row in watch.rows(f"&system_tag={name}")}
        assert len(of_tag) == count, name
    assert system["vip"] == sum(row["vip"] for row in rows)
    assert system["pending_deals"] == sum(row["pendingdeal"] for row in rows)
    assert system["waiting"] == len(watch.call("GET", "/contacts?waiting=1")["data"]["contacts"])


def statuses_agree_with_lists(watch: Watch) -> None:
    """Check that a status counts the contacts that have it, and `all` counts all."""
    rows = watch.rows()
    counts = {status["name"]: status["count"] for status in watch.view["statuses"]}
    assert counts.pop("all") == len(rows)
    assert sum(counts.values()) == len(rows)
    for name, count in counts.items():
        assert count == sum(row["status"] == name for row in rows), name


def sales_agree_with_deals(watch: Watch) -> None:
    """Check that what is pending and was won in the quarter is the sum of the deals."""
    sales, deals = watch.view["sales"], watch.deals()
    pending = [deal["amount"] for deal in deals if deal["status"] == "pending"]
    won = [deal["amount"] for deal in deals if deal["status"] == "won"]
    assert abs(sales["pending"] - sum(pending)) < 0.01
    # The tests stay within one quarter.
    assert abs(sales["won"] - sum(won)) < 0.01
    assert datetime.fromtimestamp(sales["expires"], UTC) > watch.crm.mock.clock.now()
    summary = watch.call("GET", "/sales/index")["data"]
    assert sorted(deal["deal"]["amount"] for deal in summary["pending"]) == sorted(pending)
    assert summary["hitting_history"][-1] == {"target": sales["target"], "actual": sales["won"]}


def notifications_agree_with_limits(watch: Watch) -> None:
    """Check that there are notifications of the limits that are reached, and no others."""
    expected: set[str] = set()
    contacts, deals = watch.limits.get("contacts"), watch.limits.get("deals")
    if contacts is not None:
        beyond = len(watch.rows()) - contacts
        expected |= {"contacts_list_full"} if beyond == 0 else set()
        expected |= {"too_many_contacts"} if beyond > 0 else set()
    if deals is not None and len(watch.deals()) >= deals:
        expected.add("deals_limit_reached")
    assert set(watch.view["notifications"]) == expected
    assert len(watch.view["notifications"]) == len(expected)


CHECKS = (
    view_is_current,
    tags_agree_with_lists,
    statuses_agree_with_lists,
    sales_agree_with_deals,
    notifications_agree_with_limits,
)
