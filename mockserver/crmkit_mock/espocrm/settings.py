"""The system's settings and currency rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import SERVER_TIME_ZONE
from crmkit_mock.espocrm.errors import forbidden
from crmkit_mock.espocrm.search import MAX_SIZE
from crmkit_mock.espocrm.session import BASE_CURRENCY
from crmkit_mock.espocrm.settings_values import OF_ADMINISTRATORS, OF_USERS, PUBLIC

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

#: The newest version of each release that the mock imitates.
_VERSIONS: dict[tuple[int, ...], str] = {(9, 2): "9.2.7", (10, 0): "10.0.0"}
#: Settings of the server itself.
_OWN: dict[str, Any] = {
    "timeZone": SERVER_TIME_ZONE,
    "siteUrl": "https://espocrm.example",
    "appTimestamp": 1706173200,
    "cacheTimestamp": 1706173200,
}
#: Settings that are lists of scopes: users get those that they have.
_SCOPES = (
    "activitiesEntityList", "assignmentEmailNotificationsEntityList",
    "assignmentNotificationsEntityList", "calendarEntityList", "emailKeepParentTeamsEntityList",
    "globalSearchEntityList", "historyEntityList", "quickCreateList",
    "streamEmailNotificationsEntityList", "tabList",
)  # fmt: skip
#: Entries of these lists that everybody has.
_EVERYBODYS = frozenset({"_delimiter_", "Calendar", "User", "Team"})
#: Settings that only users with e-mails get.
_OF_EMAILS = ("outboundEmailFromName", "outboundEmailFromAddress")
#: Settings that the mock acts on, which cannot be changed.
_FIXED = frozenset(
    {"timeZone", "baseCurrency", "currencyList", "currencyRates", "recordListMaxSizeLimit"}
)
_CHANGED = "changed settings"
_KNOWN: dict[str, Any] = {
    name: value
    for name, value in {**PUBLIC, **OF_USERS, **OF_ADMINISTRATORS}.items()
    if value is not None
}
_MICROTIME = 1706173200.5


def version(session: Session) -> str:
    """Return the version of the server."""
    return _VERSIONS[session.release]


def settings(session: Session) -> dict[str, Any]:
    """Return the settings that the user may read, only the public ones without authentication."""
    changed: dict[str, Any] = session.settings.get(_CHANGED) or {}
    values = {**PUBLIC, **_OWN}
    if not session.is_public:
        values |= {**OF_USERS, **_money(session), "version": version(session)}
        values |= {"microtime": _MICROTIME, "recordListMaxSizeLimit": MAX_SIZE}
        if session.release >= (10, 0):
            values["microtimeState"] = _MICROTIME
        if session.user.is_admin:
            values |= _of_administrators(session)
    values |= {name: value for name, value in changed.items() if name in values}
    return values if session.is_public else _for_user(values, session)


def _money(session: Session) -> dict[str, Any]:
    rates = session.rates()
    others = {code: rate for code, rate in rates.items() if code != BASE_CURRENCY}
    return {
        "currencyList": [BASE_CURRENCY, *others],
        "currencyRates": rates if session.release >= (10, 0) else others,
        "defaultCurrency": BASE_CURRENCY,
        "baseCurrency": BASE_CURRENCY,
    }


def _of_administrators(session: Session) -> dict[str, Any]:
    is_10 = session.release >= (10, 0)
    values = {**OF_ADMINISTRATORS, "currencyNoJoinMode": is_10}
    return {**values, "oidcAuthorizationPkce": True} if is_10 else values


def _for_user(values: dict[str, Any], session: Session) -> dict[str, Any]:
    """Return settings without scopes that the user does not have."""
    user = session.user
    if user.is_admin:
        return values

    def has(entry: Any) -> bool:
        return not isinstance(entry, str) or entry in _EVERYBODYS or user.has_scope(entry)

    lists = {name: [entry for entry in values[name] if has(entry)] for name in _SCOPES}
    hidden = () if user.has_scope("Email") else _OF_EMAILS
    return {name: value for name, value in {**values, **lists}.items() if name not in hidden}


def update_settings(session: Session) -> dict[str, Any]:
    """Change settings; for administrators. Unknown ones and those of another type are ignored.

    Raises:
        APIError: 403.
    """
    if not session.user.is_admin:
        raise forbidden("")
    changed = {
        name: value
        for name, value in session.body.items()
        if name not in _FIXED and type(value) is type(_KNOWN.get(name))
    }
    session.settings.set(_CHANGED, {**(session.settings.get(_CHANGED) or {}), **changed})
    return settings(session)
