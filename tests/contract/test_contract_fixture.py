"""The fixture `crmkit_contract` in a user's own suite."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit.contract import Talk
from crmkit.contract.pytest_plugin import ContractFixture
from crmkit_mock import MockCRMs


@pytest.fixture
def relenta(mocks: MockCRMs, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Where a mock of Relenta is, as keywords of `check`."""
    mocks.relenta.clock.set(datetime.now(UTC))
    monkeypatch.setenv("RELENTA_DEPARTMENT_KEY", mocks.relenta.credentials["department_key"])
    return {"base_url": mocks.relenta.base_url, "transport": mocks.relenta.transport}


@pytest.fixture
def mocks() -> Any:
    """Mock CRMs in this process."""
    with MockCRMs() as mocks:
        yield mocks


def message_of(fixture: ContractFixture, *arguments: Any, **options: Any) -> str:
    """Return the message with which a check fails."""
    with pytest.raises(pytest.fail.Exception) as failed:
        fixture.check(*arguments, **options)
    return str(failed.value)


def test_passes_where_nothing_differs(relenta: dict[str, Any], tmp_path: Path) -> None:
    """A server that is as documented, and as the mock, passes; the report is written."""
    summary = ContractFixture().check(
        "relenta", against_mock=True, requests=20, report=tmp_path / "report", **relenta
    )

    assert len(summary.steps) >= 20
    assert len([*(tmp_path / "report").iterdir()]) == 3


def test_fails_with_the_list_of_differences(relenta: dict[str, Any], mocks: MockCRMs) -> None:
    """A reply that differs fails the test, with step and difference a line each."""
    mocks.relenta.fail(path="/contact.list.json", status=418, times=1)
    lines = message_of(ContractFixture(), "relenta", against_mock=True, **relenta).splitlines()

    assert lines[:2] == [
        "contacts.pages",
        "  1: GET /contact.list.json?page=1&page_size=500",
    ]
    assert "status: 418" in lines[3]


class Spoiled(httpx.BaseTransport):
    """Passes requests on, and replaces something in each reply."""

    def __init__(self, transport: httpx.BaseTransport, old: bytes, new: bytes) -> None:
        self._transport = transport
        self._change = (old, new)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        reply = self._transport.handle_request(request)
        content = reply.read().replace(*self._change)
        kind = {"Content-Type": reply.headers["Content-Type"]}
        return httpx.Response(reply.status_code, headers=kind, content=content)


def test_assumptions_are_put_to_the_test(relenta: dict[str, Any]) -> None:
    """A server that forgets what is not sent breaks the law that says so, without any mock."""
    relenta["transport"] = Spoiled(relenta["transport"], b'"company":"A"', b'"company":""')
    text = message_of(ContractFixture(), "relenta", write=True, **relenta)

    assert "law: members that are not sent keep their values" in text
    assert "law: the list shows what was saved" in text


def test_laws_are_held_where_a_run_may_write(relenta: dict[str, Any]) -> None:
    """Laws of each resource are held with a live server, and see what its document allows."""
    relenta["transport"] = Spoiled(relenta["transport"], b'"company":"', b'"company":" ')
    text = message_of(ContractFixture(), "relenta", write=True, **relenta)

    assert "laws.creation.contact" in text
    assert ContractFixture().check("relenta", **relenta).held  # without them, when it only reads


def test_faults_of_the_wire_are_shown(relenta: dict[str, Any]) -> None:
    """A server that answers as the mock does but for one member is found out, in each list."""
    relenta["transport"] = Spoiled(relenta["transport"], b'"subject":', b'"Subject":')
    text = message_of(ContractFixture(), "relenta", against_mock=True, **relenta)

    assert "activities.pages" in text
    assert 'document: data[0]: "subject" is a required property' in text


def test_holds_own_conversations(relenta: dict[str, Any]) -> None:
    """Functions that take a `Talk` are conversations; their laws are checked."""

    def knows_us(talk: Talk) -> None:
        fields = talk.get("/custom_field.list.json")
        talk.expect(fields, "there is a field Rank", lambda t: "Rank" in str(t["data"]))

    text = message_of(ContractFixture(), "relenta", conversations=[knows_us], write=True, **relenta)

    assert "knows_us\n  1: GET /custom_field.list.json\n     law: there is a field Rank" in text


def test_removes_what_is_brought_back(mocks: MockCRMs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that a conversation deletes and restores is deleted after it."""
    crm = mocks.onepagecrm
    crm.clock.set(datetime.now(UTC))
    for name, value in crm.credentials.items():
        monkeypatch.setenv(f"ONEPAGECRM_{name.upper()}", value)
    counts: list[int] = []

    def restores(talk: Talk) -> None:
        contact = talk.post("/contacts.json", {"lastname": talk.unique()}).id
        talk.delete(f"/contacts/{contact}.json")
        talk.post("/misc/undo_contact_deletion.json")
        counts.append(talk.get("/contacts.json").tree["data"]["count"])

    def counts_again(talk: Talk) -> None:
        counts.append(talk.get("/contacts.json").tree["data"]["count"])

    ContractFixture().check(
        "onepagecrm",
        base_url=crm.base_url,
        transport=crm.transport,
        conversations=[restores, counts_again],
        write=True,
    )

    assert counts == [3, 2]


def test_says_what_is_missing(relenta: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong arguments and missing credentials fail the test with one line."""
    fixture = ContractFixture()
    held = message_of(fixture, "relenta", conversations=[lambda _: None], **relenta)
    assert held == "no conversation was held: pass write=True, or conversations"
    assert "crm must be one of autocrm, espocrm" in message_of(fixture, "nope")
    far = message_of(fixture, "monica", base_url="https://192.0.2.1", write=True)
    assert far == "MONICA_TOKEN is not set"
    monkeypatch.setenv("MONICA_TOKEN", "token")
    far = message_of(fixture, "monica", base_url="https://192.0.2.1", write=True)
    assert far.startswith("write=True creates records at https://192.0.2.1, ")
    assert "yes=True" in far


def test_is_registered_by_entry_point(pytestconfig: pytest.Config) -> None:
    """The fixture is there for everyone who has crmkit."""
    from tomllib import loads

    project = loads((pytestconfig.rootpath / "pyproject.toml").read_text("utf-8"))["project"]
    plugins = project["entry-points"]["pytest11"]
    assert plugins["crmkit_contract"] == "crmkit.contract.pytest_plugin"
