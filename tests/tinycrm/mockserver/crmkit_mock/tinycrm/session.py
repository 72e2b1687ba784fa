"""One authenticated request, and what its handler needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.collection import Collection
    from crmkit_mock.settings import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """One request.

    Attributes:
        people: The people, all of one account.
        settings: Counters of the mock.
        path: The path's parameters.
        query: The query's parameters.
        body: The body's members.
    """

    people: Collection
    settings: Settings
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: dict[str, Any]
