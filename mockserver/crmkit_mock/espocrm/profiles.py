"""The two kinds of server: EspoCRM as it runs, and AutoCRM as its page describes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of server differs from the other.

    Attributes:
        name: Name in `x-crmkit-profile`.
        silent_delete: Whether a deletion answers with an empty body instead of `true`
            (page: Delete Record).
        unlinks_by_query: Whether unlinking reads `?id=` (page: Relationships).
        sends_mail: Whether an e-mail without a status is sent, and one without a sender gets the
            system's (page: Send Email). Real servers archive the one and reject the other.
        lenient: Whether a contact's name may come as one string, and an opportunity without a
            closing date (page: Create Record, Lead Conversion).
        datetimes_with_offset: Whether datetimes are written with the offset of the server's time
            zone (page: Read Record).
    """

    name: str
    silent_delete: bool = False
    unlinks_by_query: bool = False
    sends_mail: bool = False
    lenient: bool = False
    datetimes_with_offset: bool = False


ESPOCRM = Profile("espocrm")
AUTOCRM = Profile(
    "autocrm",
    silent_delete=True,
    unlinks_by_query=True,
    sends_mail=True,
    lenient=True,
    datetimes_with_offset=True,
)
