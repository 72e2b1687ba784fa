"""The two kinds of server: EspoCRM as it runs, and AutoCRM as its page describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from crmkit_mock.espocrm.instants import zone

#: Zone of the server, which decides what a day is where a request does not say.
SERVER_ZONE = "Europe/Prague"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a kind of server does in its own way.

    Attributes:
        name: Name in `x-crmkit-profile`.
        silent_delete: Whether a deletion is answered by an empty body in place of `true`
            (page: Delete Record).
        unlinks_by_query: Whether unlinking reads `?id=` (page: Relationships).
        sends_mail: Whether an e-mail without a status is sent, and one without a sender gets the
            system's (page: Send Email). Real servers file the one and refuse the other.
        lenient: Whether a contact's name may come in one piece, and an opportunity without a
            closing day (page: Create Record, Lead Conversion).
        zoned_times: Whether moments are written with the offset of the server's zone
            (page: Read Record).
    """

    name: str
    silent_delete: bool = False
    unlinks_by_query: bool = False
    sends_mail: bool = False
    lenient: bool = False
    zoned_times: bool = False


ESPOCRM = Profile("espocrm")
AUTOCRM = Profile(
    "autocrm",
    silent_delete=True,
    unlinks_by_query=True,
    sends_mail=True,
    lenient=True,
    zoned_times=True,
)


def zoned(tree: Any) -> Any:
    """Return a tree of JSON with its moments written with the offset of the server's zone."""
    if isinstance(tree, list):
        return [zoned(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        name: _zoned_moment(value)
        if name in _moments() and isinstance(value, str)
        else zoned(value)
        for name, value in tree.items()
    }


def _zoned_moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        return text
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return moment.astimezone(zone(SERVER_ZONE)).isoformat()


@cache
def _moments() -> frozenset[str]:
    from crmkit_mock.espocrm.other_types import ENTITY_TYPES

    return frozenset(
        field.name
        for entity in ENTITY_TYPES.values()
        for field in entity.fields
        if field.family in {"datetime", "datetimeOptional"}
    )
