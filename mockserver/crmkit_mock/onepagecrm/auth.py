"""Login, logout and the key that signs requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes
from crmkit_mock.onepagecrm.account import NAME, Account, accounts
from crmkit_mock.onepagecrm.settings import CURRENCIES, DATE_FORMATS, TIMEZONES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crmkit_mock.onepagecrm.call import Call
    from crmkit_mock.store import Store


def find(store: Store, sent: Mapping[str, Any], now: datetime) -> Account:
    """Return the account whose login and password were sent.

    Raises:
        Refusal: 103, there is none.
    """
    for one in accounts(store):
        if one["email"] == sent["login"] and hmac.compare_digest(
            one["password"].encode(), sent["password"].encode()
        ):
            return Account(store, one["id"], now)
    raise codes.refusal(codes.BAD_LOGIN, "Login or password is wrong")


def login(call: Call) -> dict[str, Any]:
    """Answer the user and the key; after a logout it is a new one."""
    account = call.account
    settings = account.settings
    if settings["key"] is None:
        _change_key(account)
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


def logout(call: Call) -> None:
    """Make the key invalid, for all clients of the user."""
    call.account.settings["key"] = None
    call.account.save_settings()


def change_api_key(call: Call) -> dict[str, str]:
    """Give the user a new key; the old one is invalid at once."""
    _change_key(call.account)
    return {"key": call.account.settings["key"]}


def _change_key(account: Account) -> None:
    """Give an account a key that it never had, the same in every run."""
    number = account.store.settings(NAME).next_number("key", 1)
    digest = hashlib.sha256(f"{account.uid}.{number}".encode()).digest()
    account.settings["key"] = base64.b64encode(digest).decode("ascii")
    account.save_settings()
