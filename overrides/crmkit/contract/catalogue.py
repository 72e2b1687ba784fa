"""The kinds of servers that contracts are checked of: to add one, add a line to `CRMS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .espocrm.crm import AutoCRM, EspoCRM
from .monica.crm import Monica
from .onepagecrm import OnePageCRM
from .relenta import Relenta

if TYPE_CHECKING:
    from .crm import CRM

__all__ = ["CRMS"]

#: The kinds of servers, by their names on the command line.
CRMS: dict[str, type[CRM]] = {
    crm.name: crm for crm in (AutoCRM, EspoCRM, Monica, OnePageCRM, Relenta)
}
