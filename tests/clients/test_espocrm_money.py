"""Money of EspoCRM as a real server sends it, with the setting `decimal` of its fields and without.

`tests/recorded/espocrm-money.jsonl` has what EspoCRM 10.0.0 answered to `deal` and `account`.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit import AsyncEspoCRM, EspoCRM
from crmkit.espocrm import CustomFields, where
from tests.clients.conftest import ESPO_KEY
from tests.clients.harness import Driver, both, sync_alone

asynchronous = sync_alone
SETTINGS = ("float", "decimal")
BUDGET = CustomFields({"cBudget": {"type": "currency", "isCustom": True}})


@cache
def recorded(setting: str, part: str) -> list[dict[str, Any]]:
    """Return the exchanges of one part of the conversation, in their order."""
    path = Path(__file__).parents[1] / "recorded" / "espocrm-money.jsonl"
    exchanges = map(json.loads, path.read_text("utf-8").splitlines())
    return [pair for pair in exchanges if (pair["setting"], pair["part"]) == (setting, part)]


class Replay(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with what was recorded, if the request is the recorded one."""

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.left = list(exchanges)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        pair = self.left.pop(0)
        body = json.loads(request.read() or b"null")
        sent = {"method": request.method, "path": request.url.raw_path.decode(), "body": body}
        assert sent == pair["request"]
        return httpx.Response(200, json=pair["reply"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        await request.aread()
        return self.handle_request(request)


def deal(crm: Any) -> list[list[str]]:
    """Write, read, filter and update an opportunity; return its amounts after each step."""

    def amounts(record: Any) -> list[str]:
        return [f"{record.amount:f}", f"{record.amount_converted or 0:.3f}"]

    created = crm(
        lambda crm: crm.opportunities.create(
            name="Deal",
            amount=Decimal("1234.50"),
            amount_currency="EUR",
            stage="Proposal",
            close_date=date(2031, 1, 2),
        )
    )
    seen = [amounts(created), amounts(crm(lambda crm: crm.opportunities.get(created.id)))]
    for condition in (
        where.equals("amount", Decimal("1234.5")),
        where.between("amount", Decimal("1234.49"), Decimal("1234.51")),
        where.in_("amount", [Decimal("1234.5000"), 7]),
        where.greater_than("amount", Decimal("1234.5")),
        where.less_than("amount", 1234.51),
    ):
        found = crm(
            lambda crm, condition=condition: crm.opportunities.list(
                where=[where.equals("name", "Deal"), condition], select=["amount"]
            ).collect()
        )
        seen.append([f"{record.amount:f}" for record in found])
    for changes in ({"name": "Deal"}, {"amount": Decimal(seen[1][0])}):
        crm(lambda crm, changes=changes: crm.opportunities.update(created.id, **changes))
        seen.append(amounts(crm(lambda crm: crm.opportunities.get(created.id))))
    crm(lambda crm: crm.opportunities.delete(created.id))
    return seen


def account(crm: Any) -> list[str]:
    """Write, read and update a custom amount; return it after each step."""
    extra = BUDGET.write({"cBudget": Decimal("77.70"), "cBudgetCurrency": "CZK"})
    created = crm(
        lambda crm: crm.accounts.create(name="Rich", extra=extra, skip_duplicate_check=True)
    )
    seen = []
    for changes in ({}, {"description": "x"}, {"extra": BUDGET.write({"cBudget": Decimal(80)})}):
        if changes:
            crm(lambda crm, changes=changes: crm.accounts.update(created.id, **changes))
        read = BUDGET.read(crm(lambda crm: crm.accounts.get(created.id)))
        assert read["cBudgetCurrency"] == "CZK"
        seen.append(f"{read['cBudget']:f}")
    crm(lambda crm: crm.accounts.delete(created.id))
    return seen


def replayed(asynchronous: bool, setting: str, part: str, conversation: Any) -> Any:
    """Hold one part of the conversation with what was recorded, to its end."""
    replay = Replay(recorded(setting, part))
    settings = {"base_url": "https://crm.example.com", "api_key": ESPO_KEY}
    crm = Driver(asynchronous, replay, (EspoCRM, AsyncEspoCRM), **settings)
    seen = conversation(crm)
    crm.end()
    assert replay.left == []
    return seen


@both
@pytest.mark.parametrize("setting", SETTINGS)
def test_money_is_exact_in_either_setting(asynchronous: bool, setting: str) -> None:
    """An amount is read, filtered and left alone by updates alike, as a number or as text."""
    amount = "1234.5000" if setting == "decimal" else "1234.5"

    seen = replayed(asynchronous, setting, "deal", deal)

    both_amounts = [amount, "1357.950"]
    assert (
        seen
        == [both_amounts] * 2 + [[amount], [amount], [amount], [], [amount]] + [both_amounts] * 2
    )


@both
@pytest.mark.parametrize("setting", SETTINGS)
def test_custom_money_is_exact_in_either_setting(asynchronous: bool, setting: str) -> None:
    """A custom amount keeps its value until it is written anew."""
    expected = ["77.7000", "77.7000", "80.0000"] if setting == "decimal" else ["77.7", "77.7", "80"]

    assert replayed(asynchronous, setting, "account", account) == expected
