"""One authenticated request, and what its handler needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.onepagecrm.account import Account


@dataclass(frozen=True, slots=True)
class Session:
    """One authenticated request of an operation.

    Attributes:
        account: The account of the user who sent it.
        path_params: Values of the path's templates.
        params: What was sent, in the query of a GET or DELETE, in the body of a POST or PUT.
            Strings are clean; what was sent as an empty string is absent.
    """

    account: Account
    path_params: Mapping[str, str]
    params: Mapping[str, Any]
