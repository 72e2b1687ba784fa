"""Settings of user and account, and what they may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes
from crmkit_mock.onepagecrm.account import accounts

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm.call import Call

_USER = ("firstname", "lastname", "company", "email")
_SYSTEM = ("status", "reminder_type", "reminder_hour", "timezone", "currency", "date_format")
_REMINDERS = ("never", "every_day", "new_task")
#: Forms of dates as login tells them, by those of the settings.
DATE_FORMATS = {"%d/%m/%Y": "dd/mm/yyyy", "%m/%d/%Y": "mm/dd/yyyy"}

#: Invented but for the first, which is the manual's.
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


def user(call: Call) -> dict[str, Any]:
    """Answer the user's settings."""
    return {member: call.account.settings[member] for member in _USER}


def update_user(call: Call) -> dict[str, Any]:
    """Replace the user's settings; the password only if a new one was sent twice."""
    account, sent = call.account, call.sent
    if sent.get("password") != sent.get("confirm_password"):
        raise codes.refusal(codes.INVALID, "password and confirm_password differ")
    if any(
        other["email"] == sent["email"] and other["id"] != account.uid
        for other in accounts(account.store)
    ):
        raise codes.refusal(codes.EXISTS, "Another user has this e-mail address")
    account.settings.update({member: sent.get(member) for member in _USER})
    if "password" in sent:
        account.settings["password"] = sent["password"]
    account.save_settings()
    return user(call)


def system(call: Call) -> dict[str, Any]:
    """Answer the system settings."""
    return {member: call.account.settings["system"][member] for member in _SYSTEM}


def update_system(call: Call) -> dict[str, Any]:
    """Replace the system settings."""
    sent = call.sent
    for member, known in {
        "reminder_type": _REMINDERS,
        "timezone": TIMEZONES,
        "currency": CURRENCIES,
        "date_format": DATE_FORMATS,
    }.items():
        if sent[member] not in known:
            raise codes.refusal(codes.INVALID, f"{member} must be one of {', '.join(known)}")
    call.account.settings["system"] = {member: sent[member] for member in _SYSTEM}
    call.account.save_settings()
    return system(call)


def subscription(call: Call) -> dict[str, Any]:
    """Answer what is paid for the account."""
    paid: dict[str, Any] = call.account.settings["subscription"]
    return paid


def timezones(call: Call) -> list[dict[str, str]]:  # noqa: ARG001 - the same for every account
    """Answer the time zones that the settings take."""
    return list(TIMEZONES.values())


def currencies(call: Call) -> list[dict[str, str]]:  # noqa: ARG001 - the same for every account
    """Answer the currencies that the settings take."""
    return list(CURRENCIES.values())


def api_version(call: Call) -> dict[str, str]:  # noqa: ARG001 - the same for every account
    """Answer the version of the API."""
    return {"version": "1.2"}
