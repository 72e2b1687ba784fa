"""OnePageCRM's custom filters, which the API reads and users write in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.account import Record
    from crmkit_mock.onepagecrm.session import Session


def list_(session: Session) -> list[Record]:
    """Return the custom filters."""
    return session.account.filters.all()


def get(session: Session) -> Record:
    """Return a custom filter."""
    return session.account.filters.require(session.path_params["id"])
