"""OnePageCRM's login, logout and change of the key that signs requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.authentication import change_key
from crmkit_mock.onepagecrm.settings import CURRENCIES, DATE_FORMATS, TIMEZONES

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.session import Session


def login(session: Session) -> dict[str, Any]:
    """Return the user and the key; after a logout it is a new one."""
    account = session.account
    settings = account.settings
    if settings["key"] is None:
        change_key(account)
    system = settings["system"]
    currency = CURRENCIES[system["currency"]]
    return {
        "uid": account.uid,
        "key": settings["key"],
        "firstname": settings["firstname"],
        "lastname": settings["lastname"],
        "company": settings["company"],
        "listing": settings["listing"],
        "timezone": TIMEZONES[system["timezone"]]["offset"],
        "currency": {"symbol": currency["short"], "code": currency["code"]},
        "pipeline_mode": settings["pipeline_mode"],
        "customerlabel": system["status"],
        "dateformat": DATE_FORMATS[system["date_format"]],
        "acctype": settings["subscription"]["type"],
    }


def logout(session: Session) -> None:
    """Make the key invalid, for all clients of the user."""
    session.account.settings["key"] = None
    session.account.save_settings()


def change_api_key(session: Session) -> dict[str, str]:
    """Give the user a new key; the old one is invalid at once."""
    change_key(session.account)
    return {"key": session.account.settings["key"]}
