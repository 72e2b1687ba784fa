"""Which contacts a list shows.

Page: API 1.2, List of contacts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.indexes import BY_LABEL, DEALS, PENDING, WAITING, labels
from crmkit_mock.onepagecrm.side_elements import RECENT, recent_since

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from crmkit_mock.onepagecrm.account import Account, Record

#: The tag that stands for `vip` (page: API 1.2, List of contacts; WordPress plugin for API 1.2).
VIP = "VIP"
#: Fields of a contact by the part of the address that a filter looks at.
_ADDRESS = {"country_code": ("country",), "city_state": ("city", "state"), "zip_code": ("zip",)}
_SEARCHED = ("firstname", "lastname", "company")
#: How many contacts are read at once.
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """The contacts of an account that a list shows, in the order of their creation.

    Attributes:
        account: The account.
        waiting: Whether it shows the contacts that wait for somebody, or those that do not.
        label: Label that they must have; None for any.
        conditions: What else must be true of them.
    """

    account: Account
    waiting: bool
    label: Hashable | None = None
    conditions: list[Callable[[Record], bool]] = field(default_factory=list)

    def part(self, *, limit: int, offset: int) -> tuple[int, list[Record]]:
        """Return the number of its contacts, and some of them."""
        if self.conditions:
            contacts = list(self._contacts())
            return len(contacts), contacts[offset : offset + limit]
        # Such a list is read no further than it is shown.
        if not self.waiting and not self.account.actions.keys(WAITING):
            return self._count(), self._batch(limit, offset)
        return self._count(), list(islice(self._contacts(), offset, offset + limit))

    def _count(self) -> int:
        """Return the number of its contacts, if there are no conditions."""
        contacts, actions = self.account.contacts, self.account.actions
        if self.label is None:
            count, waiting = contacts.count(), actions.count(WAITING)
        else:
            count = contacts.count(BY_LABEL, self.label)
            waiting_contacts = (contacts.read(action["cid"]) for action in actions.find(WAITING))
            waiting = sum(
                1 for contact in waiting_contacts if contact and self.label in labels(contact)
            )
        return waiting if self.waiting else count - waiting

    def _contacts(self) -> Iterator[Record]:
        waiting = {*self.account.actions.keys(WAITING)}
        for contact in self._candidates():
            if (contact["id"] in waiting) == self.waiting and all(
                condition(contact) for condition in self.conditions
            ):
                yield contact

    def _candidates(self) -> Iterator[Record]:
        offset = 0
        while True:
            batch = self._batch(_BATCH, offset)
            yield from batch
            if len(batch) < _BATCH:
                return
            offset += _BATCH

    def _batch(self, limit: int, offset: int) -> list[Record]:
        """Return a part of the contacts that have the label."""
        contacts = self.account.contacts
        if self.label is None:
            return contacts.all(limit=limit, offset=offset)
        return contacts.find(BY_LABEL, self.label, limit=limit, offset=offset)


def select(account: Account, params: Mapping[str, Any]) -> Selection:
    """Return the contacts that a list's parameters choose.

    Page: a filter makes the server ignore tag, system_tag and the mode of the user's list; a valid
    system_tag makes it ignore tag. Assumption: an unknown filter is not found, an unknown
    system_tag is ignored.

    Raises:
        Refusal: 106, there is no such filter.
    """
    label: Hashable | None = None
    conditions: list[Callable[[Record], bool]] = []
    waiting = params.get("waiting") == 1
    if "filter_id" in params:
        filter_ = account.filters.require(params["filter_id"])
        conditions.append(lambda contact: _passes(account, filter_, contact))
    else:
        mode = account.settings["listing"]["mode"]
        system_tag = params.get("system_tag")
        if system_tag in RECENT:
            time, since = RECENT[system_tag], recent_since(account)
            conditions.append(lambda contact: (contact[time] or 0) > since)
        elif system_tag == "pending_deals":
            conditions.append(lambda contact: account.notes.count(PENDING, contact["id"]) > 0)
        elif system_tag == "waiting":
            # Assumption: who asks for the system tag "waiting" wants those who wait.
            waiting = True
        elif system_tag == "vip" or params.get("tag") == VIP:
            label = ("vip", True)
        elif "tag" in params:
            label = ("tag", params["tag"])
        if mode != "all" and label is None:
            label = ("status", mode)
        elif mode != "all":
            conditions.append(lambda contact: contact["status"] == mode)
    if "search" in params:
        phrase = params["search"].casefold()
        conditions.append(
            lambda contact: any(phrase in (contact[name] or "").casefold() for name in _SEARCHED)
        )
    return Selection(account, waiting, label, conditions)


def _passes(account: Account, filter_: Record, contact: Record) -> bool:
    """Return whether a custom filter shows a contact.

    Assumption, all of it: a contact must have one of the statuses, one of the tags, a deal of one
    of the statuses and the value in its address, as far as the filter names any.
    """
    address: dict[str, Any] = filter_["address"] or {}
    return (
        (not filter_["contacts"] or contact["status"] in filter_["contacts"])
        and (not filter_["tags"] or not {*filter_["tags"]}.isdisjoint(contact["tags"]))
        and (
            not filter_["deals"]
            or any(
                account.notes.count(DEALS, (contact["id"], status)) for status in filter_["deals"]
            )
        )
        and (
            not address
            or any(
                (contact[name] or "").casefold() == address["value"].casefold()
                for name in _ADDRESS[address["type"]]
            )
        )
    )
