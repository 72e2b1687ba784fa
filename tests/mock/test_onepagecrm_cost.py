"""What a request to the OnePageCRM mock costs does not grow with the records."""

from __future__ import annotations

import sys
from typing import Any

from tests.mock.plain_onepagecrm import ACME, JOE, OnePage


def test_creations_and_lists_do_not_grow_with_the_records(onepage: OnePage) -> None:
    """With 460 contacts more, no call that is bounded by a page takes a step more for each."""
    fill(onepage, 110)  # more than a page, and more than are read at once
    few = steps_by_call(onepage)
    fill(onepage, 460)
    many = steps_by_call(onepage)

    # Searching a sorted list takes a few steps more.
    assert {call: (few[call], many[call]) for call in few if many[call] >= few[call] + 460} == {}
    assert onepage.mock.store.changed_in_place() == []


def fill(crm: OnePage, number: int) -> None:
    """Add contacts of few tags with a note, a pending deal and an action, some of which wait."""
    for n in range(number):
        cid = crm.mock.add("contacts", {"company": "x", "tags": [f"T{n % 5}"], "viewed": n})
        crm.mock.add("notes", {"cid": cid, "body": "x", "date": "01.06.2012"})
        crm.mock.add("notes", {"cid": cid, "body": "x", "date": "01.06.2012", "amount": 1.5})
        crm.mock.add(
            "actions", {"cid": cid, "name": "x", "date": "01.06.2012", "waiting": n % 8 == 7}
        )


def steps_by_call(crm: OnePage) -> dict[str, int]:
    """Return how many functions are called to answer each call."""
    deal = {"cid": ACME, "body": "x", "date": "01.06.2012", "type": "deal", "amount": 1}
    calls: dict[str, dict[str, Any]] = {
        "POST /contacts": {"company": "x", "tags": "T1", "status": "customer"},
        "GET /contacts": {},
        f"GET /contacts/{ACME}": {},
        f"PUT /contacts/{ACME}": {"company": "x", "tags": "T1"},
        f"GET /misc/assign_tag?id={ACME}&name=T2": {},
        "POST /actions": {"cid": ACME, "name": "x", "next": 1, "done": 1},
        f"GET /actions?cid={JOE}": {},
        "POST /notes": deal,
        "GET /tags": {},
    }
    for call, form in calls.items():
        crm.ok(*call.split(" "), **form)  # indexes are built when first needed
    return {call: steps(crm, call, form) for call, form in calls.items()}


def steps(crm: OnePage, call: str, form: dict[str, Any]) -> int:
    """Return how many functions are called to answer a call."""
    method, path = call.split(" ")
    count = 0

    def profile(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        crm.ok(method, path, **form)
    finally:
        sys.setprofile(None)
    return count
