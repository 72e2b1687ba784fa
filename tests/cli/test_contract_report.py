"""The report of `crmkit contract`: what is in it, and what must never be."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from crmkit.contract import CRMS, Check, Conversation, Talk
from crmkit.contract.masking import Masker, mask_text
from crmkit.contract.report import write_report
from crmkit_mock import MockCRMs, MockServer
from tests.cli.conftest import Command

FILES = ("report.txt", "junit.xml", "exchanges.har")


def strings(tree: Any) -> Iterator[str]:
    """Yield all strings of a tree."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from strings(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from strings(item)
    elif isinstance(tree, str):
        yield tree


@pytest.mark.parametrize("crm", ["relenta", "onepagecrm", "espocrm"])
def test_report_has_neither_credentials_nor_personal_data(
    crm: str, live: MockServer, command: Command, tmp_path: Path
) -> None:
    """No credential, and no name, address, number or text of a record is in any file."""
    mock = live.crm(crm)
    mock.fail(method="GET", status=409, body={"message": "James Bond", "code": 409}, after=True)
    arguments = ("--requests", "60", "--against-mock", "--report", str(tmp_path))
    assert command("contract", crm, "--write", *arguments).code in {0, 1, 3}
    assert {path.name for path in tmp_path.iterdir()} <= {*FILES}

    text = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    for secret in mock.credentials.values():
        assert secret not in text
    personal = {
        word
        for value in strings(mock.snapshot()["records"])
        if "crmkit-" not in value and not re.fullmatch(r"[0-9a-f]{17,24}", value)
        for word in re.findall(r"[^\s<>;,()]+@[^\s<>;,()]+|\+?\d[\d /-]{7,}\d", value)
        if not re.fullmatch(r"\d{4}-.*|\d{2}\.\d{2}\.\d{4}", word)
        and not word.endswith(("@example.com", "@example.org"))
    }
    assert [word for word in personal if word in text] == []


def test_masks_what_the_server_says_and_keeps_what_the_run_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Form, types and lengths stay, as do ids, times, enumerated values and what was sent."""
    with MockCRMs() as mocks:
        monkeypatch.setenv("RELENTA_DEPARTMENT_KEY", mocks.relenta.credentials["department_key"])
        mocks.relenta.add(
            "contacts",
            {"full_name": "Zoë O'Hara", "emails": "zoe@ohara.example", "phone": "+353 91 1234567"},
        )

        def hold(talk: Talk) -> None:
            talk.post("/contact.save.json", {"full_name": talk.unique("Me"), "title": "Tester"})
            talk.get("/contact.list.json", {"page": 1, "page_size": 500})
            talk.get("/contact.list.json", {"page": 1, "page_size": 501})

        check = Check(
            CRMS["relenta"](),
            mocks.relenta.base_url,
            writes=True,
            transport=mocks.relenta.transport,
        )
        with check:
            check.probe()
            summary = check.hold([Conversation("a.b", hold)])
            write_report(tmp_path, summary, Masker(summary, check.secrets()), ["heading"])
    har = json.loads((tmp_path / "exchanges.har").read_text("utf-8"))["log"]
    saved, listed, refused = har["entries"]
    rows = json.loads(listed["response"]["content"]["text"])["data"]
    (other,) = [row for row in rows if row["full_name"] == "Xxx X'Xxxx"]
    (own,) = [row for row in rows if row["full_name"].startswith("crmkit-")]

    assert har["version"] == "1.2"
    assert other["emails"] == "xxx@xxxxx.xxxxxxx"
    assert other["phone"] == "+000 00 0000000"
    assert (own["title"], own["full_name"]) == ("Tester", f"{own['full_name'].split()[0]} Me")
    assert re.fullmatch(r"\d+", other["id"])
    assert re.fullmatch(r"20\d\d-.*Z", other["dt_created"])
    assert saved["request"]["url"] == "https://server.invalid/xxxxxxx/api/v3/contact.save.json"
    assert json.loads(saved["request"]["postData"]["text"])["title"] == "Tester"
    assert "page_size" in json.loads(refused["response"]["content"]["text"])["message"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Zoë O'Hara", "Xxx X'Xxxx"),
        ("a.b+c@d-e.example", "x.x+x@x-x.xxxxxxx"),
        ("+353 (91) 12", "+000 (00) 00"),
        ("株式会社 α1", "xxxx x0"),
        ("", ""),
    ],
)
def test_masked_text_keeps_its_form(text: str, masked: str) -> None:
    """Letters and digits of all scripts go; length, case and punctuation stay."""
    assert mask_text(text) == masked


def test_junit_has_a_case_for_each_conversation(
    live: MockServer, command: Command, tmp_path: Path
) -> None:
    """Conversations are test cases; the differences of one are its failure."""
    live.relenta.fail(path="/contact.list.json", status=418, times=1)
    command("contract", "relenta", "--against-mock", "--report", str(tmp_path))
    suite = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 - our own file

    assert (suite.tag, suite.get("failures"), suite.get("errors")) == ("testsuite", "1", "0")
    assert len(suite) == int(suite.get("tests", 0)) == 7
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["pages"]
    report = (tmp_path / "report.txt").read_text("utf-8")
    assert "contacts.pages\n  1: GET /contact.list.json?page=1&page_size=500\n" in report


def test_an_existing_folder_is_used_again(
    live: MockServer, command: Command, tmp_path: Path
) -> None:
    """Files of an earlier report are replaced; others stay."""
    del live
    (tmp_path / "report.txt").write_text("old", "utf-8")
    (tmp_path / "mine").write_text("mine", "utf-8")
    command("contract", "relenta", "--requests", "3", "--report", str(tmp_path))

    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "mine"}
    assert (tmp_path / "report.txt").read_text("utf-8") != "old"


def test_a_folder_that_cannot_be_used_is_said_first(
    live: MockServer, command: Command, tmp_path: Path
) -> None:
    """A report that could not be written is a usage error, before anything is sent."""
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    for path in (file, file / "below"):
        line = command.refused(2, "contract", "relenta", "--report", str(path))
        assert line.startswith(f"--report {path}: cannot write there: ")
    assert len(live.relenta.journal) == 0


def test_knows_credentials_in_all_their_forms(
    live: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is never written are the variables and what goes over the wire, of all users."""
    monkeypatch.delenv("ESPOCRM_API_KEY")
    for user, prefix in (("admin", "ESPOCRM"), ("jana", "JANA")):
        for name, value in live.espocrm.users[user].items():
            monkeypatch.setenv(f"{prefix}_{name}".upper(), value)
    with Check(CRMS["espocrm"](), live.espocrm.base_url, users={"jana": "JANA"}) as check:
        secrets = check.secrets()

    for user in ("admin", "jana"):
        password, name = (live.espocrm.users[user][key] for key in ("password", "username"))
        assert {password, b64encode(f"{name}:{password}".encode()).decode()} <= secrets
