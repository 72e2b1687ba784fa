"""Links that follow from other links on saving: a contact's accounts, a deal's contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmkit_mock.espocrm.saving import Saving

#: First release in which the first of a contact's accounts becomes its primary one.
_FIRST_IS_PRIMARY_SINCE = (10, 0)


def choose_primary_account(saving: Saving) -> dict[str, str]:
    """Return the primary account of a contact that has accounts but no primary one."""
    record = saving.record
    if saving.entity.name != "Contact" or saving.session.release < _FIRST_IS_PRIMARY_SINCE:
        return {}
    if record.get("accountId") or not saving.is_changed("accountId", "accountsIds"):
        return {}
    ids = record.get("accountsIds")
    if ids is None:
        ids = (saving.before or {}).get("accountsIds")
    return {"accountId": ids[0]} if ids else {}


def link_related(saving: Saving) -> None:
    """Link and unlink what follows from the links that were saved."""
    if saving.entity.name == "Contact":
        _link_account(saving)
    elif saving.entity.name in {"Opportunity", "Case"}:
        _link_contact(saving)


def _link_account(saving: Saving) -> None:
    """Add a contact's primary account to its accounts, with the contact's title as its role."""
    data, record = saving.session.data, saving.record
    link = saving.entity.all_links["accounts"]
    account, before = record.get("accountId"), (saving.before or {}).get("accountId")
    has_title = "title" in saving.values and saving.is_changed("title")
    title = record.get("title", (saving.before or {}).get("title"))
    if not account:
        if before:
            data.unrelate(link, record["id"], before)
        return
    row = data.related(link, record["id"], account)
    if row is None:
        if account != before:
            columns = {"role": title}
            data.relate(link, record["id"], account, columns, initial={"isInactive": False})
    elif has_title:
        data.relate(link, record["id"], account, {"role": title})


def _link_contact(saving: Saving) -> None:
    """Add a record's primary contact to its contacts."""
    data, record = saving.session.data, saving.record
    link = saving.entity.all_links["contacts"]
    contact, before = record.get("contactId"), (saving.before or {}).get("contactId")
    if contact == before:
        return
    if contact:
        data.relate(link, record["id"], contact)
    elif before:
        data.unrelate(link, record["id"], before)
