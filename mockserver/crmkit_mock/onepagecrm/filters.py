"""OnePageCRM's custom filters, which the API reads and the browser writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crmkit_mock.onepagecrm.account import Record
    from crmkit_mock.onepagecrm.call import Call

#: Members of a contact by the part of the address that a filter looks at.
_ADDRESS = {"country_code": ("country",), "city_state": ("city", "state"), "zip_code": ("zip",)}


def list_(call: Call) -> list[Record]:
    """Answer the custom filters."""
    return call.account.filters.all()


def get(call: Call) -> Record:
    """Answer a custom filter."""
    return call.account.filters.require(call.path["id"])


def passes(chosen: Record, contact: Record, deals: Sequence[Record]) -> bool:
    """Return whether a filter shows a contact.

    Assumption, all of it: a contact must have one of the statuses, one of the tags, a deal of one
    of the statuses and the value in its address, as far as the filter names any.
    """
    statuses = {one["deal"]["status"] for one in deals if one["cid"] == contact["id"]}
    address: dict[str, Any] = chosen["address"] or {}
    return (
        (not chosen["contacts"] or contact["status"] in chosen["contacts"])
        and (not chosen["tags"] or not {*chosen["tags"]}.isdisjoint(contact["tags"]))
        and (not chosen["deals"] or not statuses.isdisjoint(chosen["deals"]))
        and (
            not address
            or any(
                (contact[member] or "").casefold() == address["value"].casefold()
                for member in _ADDRESS[address["type"]]
            )
        )
    )
