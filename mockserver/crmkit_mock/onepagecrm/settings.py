"""OnePageCRM's settings of user and account, and the values that they accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.account import account_settings
from crmkit_mock.onepagecrm.errors import Code, refusal

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.session import Session

_USER = ("firstname", "lastname", "company", "email")
_SYSTEM = ("status", "reminder_type", "reminder_hour", "timezone", "currency", "date_format")
_REMINDERS = ("never", "every_day", "new_task")
#: Date formats as login returns them, by those of the settings.
DATE_FORMATS = {"%d/%m/%Y": "dd/mm/yyyy", "%m/%d/%Y": "mm/dd/yyyy"}

#: Invented, except the first, which is the manual's.
TIMEZONES: dict[str, dict[str, str]] = {
    code: {"code": code, "offset": offset, "system": system, "translation": translation}
    for code, offset, system, translation in (
        ("pacifictimeusacanada", "-08:00", "America/Los_Angeles", "Pacific Time (US & Canada)"),
        ("easterntimeusacanada", "-05:00", "America/New_York", "Eastern Time (US & Canada)"),
        ("newfoundland", "-03:30", "America/St_Johns", "Newfoundland"),
        ("dublin", "+00:00", "Europe/Dublin", "Dublin"),
        ("athens", "+02:00", "Europe/Athens", "Athens"),
        ("kathmandu", "+05:45", "Asia/Kathmandu", "Kathmandu"),
        ("nukualofa", "+13:00", "Pacific/Tongatapu", "Nuku'alofa"),
    )
}
CURRENCIES: dict[str, dict[str, str]] = {
    code: {"code": code, "short": symbol, "long": f"{symbol} - {code}"}
    for code, symbol in (("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("PLN", "zł"))
}


def user(session: Session) -> dict[str, Any]:
    """Return the user's settings."""
    return {field: session.account.settings[field] for field in _USER}


def update_user(session: Session) -> dict[str, Any]:
    """Replace the user's settings; the password only if a new one was sent twice."""
    account, params = session.account, session.params
    if params.get("password") != params.get("confirm_password"):
        raise refusal(Code.INVALID, "password and confirm_password differ")
    if any(
        other["email"] == params["email"] and other["id"] != account.uid
        for other in account_settings(account.store)
    ):
        raise refusal(Code.EXISTS, "Another user has this e-mail address")
    account.settings.update({field: params.get(field) for field in _USER})
    if "password" in params:
        account.settings["password"] = params["password"]
    account.save_settings()
    return user(session)


def system(session: Session) -> dict[str, Any]:
    """Return the system settings."""
    return {field: session.account.settings["system"][field] for field in _SYSTEM}


def update_system(session: Session) -> dict[str, Any]:
    """Replace the system settings."""
    account, params = session.account, session.params
    for field, allowed in {
        "reminder_type": _REMINDERS,
        "timezone": TIMEZONES,
        "currency": CURRENCIES,
        "date_format": DATE_FORMATS,
    }.items():
        if params[field] not in allowed:
            raise refusal(Code.INVALID, f"{field} must be one of {', '.join(allowed)}")
    account.settings["system"] = {field: params[field] for field in _SYSTEM}
    account.save_settings()
    return system(session)


def subscription(session: Session) -> dict[str, Any]:
    """Return the subscription of the account."""
    current: dict[str, Any] = session.account.settings["subscription"]
    return current


def timezones(session: Session) -> list[dict[str, str]]:  # noqa: ARG001 - the same for every account
    """Return the time zones that the settings accept."""
    return list(TIMEZONES.values())


def currencies(session: Session) -> list[dict[str, str]]:  # noqa: ARG001 - the same for every account
    """Return the currencies that the settings accept."""
    return list(CURRENCIES.values())


def api_version(session: Session) -> dict[str, str]:  # noqa: ARG001 - the same for every account
    """Return the version of the API."""
    return {"version": "1.2"}
