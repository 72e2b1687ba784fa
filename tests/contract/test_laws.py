"""The laws of each CRM, held with its mock."""

from __future__ import annotations

import os

import pytest

from crmkit.contract import Summary
from tests.contract import laws
from tests.contract.tiers import quick

#: Draws the values; a nightly run sets another.
SEED = int(os.environ.get("CRMKIT_SEED", "0"))
NAMES = ("autocrm", "espocrm", "monica", "onepagecrm", "relenta")
CASES = {f"{name}.{law}": (name, law) for name in NAMES for law in laws.laws_of(name)}
#: Laws of the small CRMs that take longest.
_SLOW = {"closings", "custom_fields", "custom_filters", "pages", "sums", "texts"}
_QUICK = {
    case
    for case, (name, law) in CASES.items()
    if (name in {"onepagecrm", "relenta"} and law not in _SLOW)
    or (name in {"espocrm", "monica"} and law in {"creation", "parts", "tags", "signatures"})
}
#: Laws that are also held by another tenant, whose lists have nothing of the first one's.
_OF_OTHERS = (
    *("birthdays", "counters", "lasts", "messages", "recurring", "relationships", "search"),
    *("searched_fields", "tags", "upcoming"),
)
OTHERS = [f"monica.{law}" for law in _OF_OTHERS]


@pytest.mark.parametrize("case", quick(CASES, _QUICK))
def test_keeps_the_law(case: str) -> None:
    """A law is kept, with values drawn from the seed, and has something to compare everywhere."""
    _require_kept(laws.held(*CASES[case], seed=SEED))


@pytest.mark.full
@pytest.mark.parametrize("case", OTHERS)
def test_keeps_the_law_for_another_tenant(case: str) -> None:
    """A second account has lists, counts and searches of its own."""
    _require_kept(laws.held(*CASES[case], seed=SEED, user="other"))


def _require_kept(summary: Summary) -> None:
    assert laws.broken(summary) == []
    assert summary.error == ""
    assert [held.conversation.name for held in summary.held if not held.claims] == []
    assert summary.held
