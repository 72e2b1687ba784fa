"""Schemathesis finds no error in OnePageCRM's mock, and those that are made, in all formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmkit_mock import MockServer
from tests.contract import account_documents
from tests.contract.schemathesis_runner import Run, run
from tests.contract.tiers import quick
from tests.mock.plain_onepagecrm import FORMATS, MEDIA_TYPES, client_for

HOOKS = Path(__file__).with_name("onepagecrm_hooks.py")
#: Phases of each format. The examples of the document are of another account;
#: test_written_forms.py reads them. The requests of the longest phase are the same for all formats.
USED = {"json": ("fuzzing", "stateful"), "xml": ("fuzzing", "coverage"), "yaml": ("fuzzing",)}


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """Return a server with the demo data."""
    with MockServer() as server:
        yield server


def prepare(mock: Any) -> None:
    """Make something to undo: a deletion and an action that is done."""
    with client_for(mock, "solar") as http:
        ann = "4e00465263819c0000000003"
        id = http.post("/contacts.json", data={"company": "Gone"}).json()["data"]["id"]
        assert http.delete(f"/contacts/{id}.json").json()["status"] == 0
        assert http.post("/misc/mark_action_as_done.json", data={"cid": ann}).json()["status"] == 0


def onepagecrm(
    server: MockServer, extension: str, folder: Path, *, only: str | None = None, **fault: Any
) -> Run:
    """Run schemathesis on the mock of OnePageCRM, in one format.

    Args:
        server: The mocks.
        extension: The format.
        folder: Empty folder for the run.
        only: The only path, and then the only phase is the shortest.
        fault: What every request is answered with, see `MockCRM.fail`.
    """
    server.reset()
    mock = server.onepagecrm
    prepare(mock)
    (folder / "state.json").write_text(json.dumps({"onepagecrm": mock.snapshot()}), "utf-8")
    document = account_documents.onepagecrm(extension)
    if only is not None:
        document["paths"] = {only: {"get": document["paths"][only]["get"]}}
    if fault:
        mock.fail(times=None, path="/contacts.*", **fault)
    return run(
        document,
        mock.base_url,
        {},
        folder,
        phases=USED[extension] if only is None else ("coverage",),
        examples=4,
        hooks=HOOKS,
        more="[phases.stateful.inference]\nalgorithms = []\n",
    )


@pytest.mark.full
@pytest.mark.parametrize("extension", FORMATS)
def test_mock_conforms_to_its_document(server: MockServer, tmp_path: Path, extension: str) -> None:
    """Every operation passes all checks in each format, with its replies decoded."""
    result = onepagecrm(server, extension, tmp_path)

    assert result.code == 0, result.text
    used = USED[extension]
    assert {name: result.report["phases"][name]["status"] for name in used} == dict.fromkeys(
        used, "success"
    )
    assert result.report["complete"]
    assert result.report["errors"] == result.report["failures"] == []
    count = sum(len(item) for item in account_documents.wire("onepagecrm")["paths"].values())
    assert result.report["operations"] == {
        **dict.fromkeys(("total", "selected", "tested"), count),
        **dict.fromkeys(("errored", "skipped"), 0),
        "skip_reasons": [],
    }
    rates = result.report["valid_rates"]
    accepted = [each for each, phases in rates.items() if phases[USED[extension][0]]["accepted"]]
    # A few draws are not enough for each; that each can succeed test_every_operation.py shows.
    assert len(accepted) >= 0.9 * count


LIST = "/contacts.{format}"
HEAD = {"timestamp": 1, "status": 0, "message": "OK"}
PAGE = {"count": 1, "page": 1, "maxpage": 1, "contacts": []}
XML = (
    '<hash><timestamp type="integer">1</timestamp><status type="integer">0</status>'
    "<message>OK</message><data>{}</data></hash>"
)
XML_PAGE = (
    '<count type="integer">{}</count><page type="integer">1</page>'
    '<maxpage type="integer">1</maxpage><contacts type="array">{}</contacts>'
)
YAML = (
    "timestamp: 1\nstatus: 0\nmessage: OK\n"
    "data: {{count: {}, page: 1, maxpage: 1, contacts: [{}]}}\n"
)

#: Wrong replies to a list: format, body, and the code of schemathesis's failure.
WRONG: dict[str, tuple[str, Any, str]] = {
    "JSON of another type": ("json", {**HEAD, "data": {**PAGE, "count": "1"}}, "ST108"),
    "XML below the minimum": ("xml", XML.format(XML_PAGE.format(-1, "")), "ST108"),
    "XML with half a contact": (
        *("xml", XML.format(XML_PAGE.format(1, "<contact><id>x</id></contact>"))),
        "ST108",
    ),
    "XML of another root": ("xml", XML.replace("hash>", "map>"), "ST110"),
    "not XML": ("xml", "<hash>", "ST110"),
    "YAML below the minimum": ("yaml", YAML.format(-1, ""), "ST108"),
    "YAML of another type": ("yaml", YAML.format("one", ""), "ST110"),
    "not YAML": ("yaml", "a: b: c", "ST110"),
}


@pytest.mark.parametrize("case", quick(WRONG, {"JSON of another type", "YAML of another type"}))
def test_finds_replies_that_differ_from_the_document(
    server: MockServer, tmp_path: Path, case: str
) -> None:
    """A reply that the document does not allow is found in every format, XML too."""
    extension, body, code = WRONG[case]
    headers = {"Content-Type": MEDIA_TYPES[extension]}
    result = onepagecrm(server, extension, tmp_path, only=LIST, body=body, headers=headers)

    assert result.code == 1, result.text
    assert code in {failure["code"] for failure in result.report["failures"]}


@pytest.mark.full
def test_finds_a_server_that_accepts_everything(server: MockServer, tmp_path: Path) -> None:
    """Success without credentials or for an invalid request is found; all replies are HTTP 200."""
    body = {**HEAD, "data": PAGE}
    result = onepagecrm(server, "json", tmp_path, only=LIST, body=body)

    codes = {failure["code"] for failure in result.report["failures"]}
    assert {"ST201", "ST401"} <= codes, result.text
