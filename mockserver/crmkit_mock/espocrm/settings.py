"""The system's settings and currency rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.datetimes import SERVER_TIME_ZONE
from crmkit_mock.espocrm.errors import forbidden
from crmkit_mock.espocrm.search import MAX_SIZE
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from crmkit_mock.espocrm.session import Session

#: The newest version of each release that the mock imitates.
_VERSIONS: dict[tuple[int, ...], str] = {(9, 2): "9.2.7", (10, 0): "10.0.0"}
_PUBLIC_SETTINGS = {
    "applicationName": "EspoCRM",
    "dateFormat": "DD.MM.YYYY",
    "decimalMark": ".",
    "language": "en_US",
    "logoSrc": "client/img/logo-light.svg",
    "passwordRecoveryEnabled": True,
    "siteUrl": "https://espocrm.example",
    "theme": "Espo",
    "thousandSeparator": ",",
    "timeFormat": "HH:mm",
    "timeZone": SERVER_TIME_ZONE,
    "useCache": True,
    "useWebSocket": False,
    "weekStart": 0,
    "aclAllowDeleteCreated": False,
    "appTimestamp": 1706173200,
    "cacheTimestamp": 1706173200,
}
_SETTINGS: dict[str, Any] = {
    **_PUBLIC_SETTINGS,
    "activitiesEntityList": ["Meeting", "Call"],
    "attachmentUploadChunkSize": 4,
    "attachmentUploadMaxSize": 256,
    "availableReactions": ["Like"],
    "baseCurrency": BASE_CURRENCY,
    "calendarEntityList": ["Meeting", "Call", "Task"],
    "currencyDecimalPlaces": 2,
    "currencyFormat": 2,
    "defaultCurrency": BASE_CURRENCY,
    "globalSearchEntityList": ["Account", "Contact", "Lead", "Opportunity", "Case"],
    "historyEntityList": ["Meeting", "Call", "Email"],
    "outboundEmailIsShared": True,
    "phoneNumberInternational": True,
    "recordListMaxSizeLimit": MAX_SIZE,
    "recordsPerPage": 20,
    "recordsPerPageSmall": 5,
}
#: Settings that the mock acts on, which cannot be changed.
_FIXED = frozenset(
    {"timeZone", "baseCurrency", "currencyList", "currencyRates", "recordListMaxSizeLimit"}
)
_CHANGED = "changed settings"


def version(session: Session) -> str:
    """Return the version of the server."""
    return _VERSIONS[session.release]


def settings(session: Session) -> dict[str, Any]:
    """Return the settings, only the public ones without authentication."""
    if session.is_public:
        return dict(_PUBLIC_SETTINGS)
    rates = session.rates()
    if session.release < (10, 0):
        rates = {code: rate for code, rate in rates.items() if code != BASE_CURRENCY}
    own = {
        "currencyList": [BASE_CURRENCY, *(code for code in rates if code != BASE_CURRENCY)],
        "currencyRates": rates,
        "version": version(session),
    }
    return {**_SETTINGS, **own, **(session.settings.get(_CHANGED) or {})}


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
        if name in _SETTINGS and name not in _FIXED and type(value) is type(_SETTINGS[name])
    }
    session.settings.set(_CHANGED, {**(session.settings.get(_CHANGED) or {}), **changed})
    return settings(session)
