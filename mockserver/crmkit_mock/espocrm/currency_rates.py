"""Exchange rates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.errors import bad_request, forbidden
from crmkit_mock.espocrm.session import BASE_CURRENCY

if TYPE_CHECKING:
    from crmkit_mock.espocrm.access import Action
    from crmkit_mock.espocrm.session import Session

_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def read(session: Session) -> dict[str, float]:
    """Return what one unit of each currency is worth in the base currency.

    Raises:
        APIError: 403.
    """
    _require(session, "read")
    return session.rates()


def update(session: Session) -> bool:
    """Change rates; those of unknown currencies and of the base are ignored.

    Raises:
        APIError: 400, a rate is negative, or where a real server answers 500: one is not a
            number; 403.
    """
    _require(session, "edit")
    rates = session.rates()
    for code, rate in session.body.items():
        if code not in rates or code == BASE_CURRENCY:
            continue
        value = _number(rate)
        if value is None:
            raise session.server_error_or(f"The rate of {code} is not a number.", by_router=True)
        if value < 0:
            raise bad_request("Bad value.")
        rates[code] = value
    session.settings.set("rates", rates)
    return True


def _require(session: Session, action: Action) -> None:
    if session.user.level("Currency", action) == "no":
        raise forbidden("")


def _number(rate: object) -> float | None:
    if isinstance(rate, str) and _NUMERIC.fullmatch(rate):
        rate = float(rate)
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        return None
    return int(rate) if float(rate).is_integer() else rate
