"""Half a character, as cut strings and broken JSON have it: no request can carry it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmkit import ArgumentError
from tests.clients.harness import both, new_client

HALF = "\ud800"
Write = Callable[[Any, dict[str, Any]], Any]

WRITES: dict[str, tuple[str, Write]] = {
    "Relenta": ("contacts.save", lambda crm, extra: crm.contacts.save(extra=extra)),
    "EspoCRM": ("accounts.create", lambda crm, extra: crm.accounts.create(extra=extra)),
    "AutoCRM": (
        "emails.send",
        lambda crm, extra: crm.emails.send(to="a@b.example", subject="", body="", extra=extra),
    ),
    "OnePageCRM": ("contacts.create", lambda crm, extra: crm.contacts.create(extra=extra)),
    "Monica": ("contacts.create", lambda crm, extra: crm.contacts.create(extra=extra)),
}
"""A write of each client with members of its caller's own; OnePageCRM's goes out as a form."""

MEMBERS: dict[str, tuple[Write, str, str]] = {
    "attribute of another name": (
        lambda crm, _: crm.accounts.create(email_address_data=[{"email_address": HALF}]),
        "accounts.create",
        "email_address_data",
    ),
    "list": (
        lambda crm, _: crm.contacts.create(accounts_ids=["a", HALF]),
        "contacts.create",
        "accounts_ids",
    ),
    "argument that is no attribute": (
        lambda crm, _: crm.leads.convert("id", records={"Account": {"name": HALF}}),
        "leads.convert",
        "records",
    ),
    "all day": (
        lambda crm, _: crm.meetings.create(is_all_day=False, extra={"cX": [HALF]}),
        "meetings.create",
        "extra['cX']",
    ),
}


def refusal(asynchronous: bool, crm: str, write: Write, extra: dict[str, Any]) -> ArgumentError:
    """Return the error of a write by a client that sends nothing."""
    client = new_client(crm, asynchronous=asynchronous)

    def call() -> None:
        made = write(client, extra)
        if asynchronous:
            made.send(None)

    with pytest.raises(ArgumentError) as caught:
        call()
    str(caught.value).encode()  # a terminal can show it
    return caught.value


@both
@pytest.mark.parametrize("crm", WRITES)
@pytest.mark.parametrize(
    "extra", [{"cX": HALF}, {"cX": [HALF]}, {HALF: 1}, {"fine": 1, "cX": ["a", HALF]}]
)
def test_half_a_character_of_extra_is_named_as_passed(
    asynchronous: bool, crm: str, extra: dict[str, Any]
) -> None:
    """However deep it is in `extra`, the error names the member of `extra` and the call."""
    operation, write = WRITES[crm]

    error = refusal(asynchronous, crm, write, extra)

    assert error.operation == operation
    assert error.argument.startswith(f"extra[{list(extra)[-1]!r}]")
    assert "lone surrogate" in str(error)


@both
@pytest.mark.parametrize("case", MEMBERS)
def test_half_a_character_of_a_member_is_named_as_passed(asynchronous: bool, case: str) -> None:
    """In a documented member, the error names the keyword, not the member on the wire."""
    write, operation, argument = MEMBERS[case]

    error = refusal(asynchronous, "EspoCRM", write, {})

    assert (error.operation, error.argument) == (operation, argument)
