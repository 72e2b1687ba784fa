"""No private data leaks: unique strings for key, names and content are searched in all output."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import ConfigError, CRMError, Relenta
from crmkit.relenta import LabeledValue
from tests.clients.conftest import MakeClient
from tests.clients.harness import (
    Answer,
    both,
    envelope,
    failures,
    page,
    refusal,
    reply,
    saved,
    sync_alone,
)

asynchronous = sync_alone

KEY = "ca11ab1e0fca11ab1e0fca11ab1e0f00"
PRIVATE = {
    "key": KEY,
    "name": "Qwertzuiop",
    "email": "zxcvbnm@asdfgh.example",
    "phone": "0xC0FFEE",
    "text": "mnbvcxy-lkjhgfd",
    "header": "hdr-poiuz",
    "query": "qry-trewq",
    "path": "pth-uztre",
}
ROW = {
    "id": "1",
    "full_name": PRIVATE["name"],
    "emails": PRIVATE["email"],
    "phone": f"{PRIVATE['phone']} ({PRIVATE['text']})",
    PRIVATE["text"]: PRIVATE["text"],
}
BROKEN = [
    {**ROW, "dt_created": PRIVATE["text"]},
    {**ROW, "id": PRIVATE["phone"]},
    {**ROW, "title": [PRIVATE["name"]]},
    {**ROW, "emails": {PRIVATE["email"]: 1}},
    PRIVATE["name"],
]
ANSWERS: dict[str, list[Answer | Exception]] = {
    "good": [page(ROW), page()],
    "saved": [saved()],
    "repeated": [page(ROW)],
    "html": [reply(f"<p>{PRIVATE['text']} {KEY}</p>")],
    "echo": [reply(envelope([ROW, PRIVATE]))],
    **{str(status): [refusal(status, f"bad key {KEY}")] for status in (400, 401, 403, 404, 429)},
    **{
        f"body {status}": [reply({"status": False, "data": ROW, "key": KEY}, status)]
        for status in (200, 400, 500)
    },
    "login": [reply(PRIVATE["text"], 302, {"Location": f"/login?for={PRIVATE['email']}"})],
    "elsewhere": [reply(PRIVATE["text"], 302, {"Location": f"https://x.example/{KEY}"})],
    "connect": [httpx.ConnectError("refused")],
    "timeout": [httpx.ReadTimeout("slow")],
    "again": [refusal(503, "busy"), httpx.ReadError("reset"), page(ROW), page()],
    **{f"broken {number}": [page(row)] for number, row in enumerate(BROKEN)},
}
OPTIONS: dict[str, Any] = {"headers": {"X-Note": PRIVATE["header"]}}
CALLS: list[Callable[[Any], Any]] = [
    lambda crm: crm.contacts.list(options=OPTIONS),
    lambda crm: crm.contacts.list().pages(),
    lambda crm: crm.contacts.save(
        full_name=PRIVATE["name"],
        emails=[PRIVATE["email"]],
        phone=[LabeledValue(PRIVATE["phone"], PRIVATE["text"])],
        extra={PRIVATE["text"]: PRIVATE["text"]},
        options=OPTIONS,
    ),
    lambda crm: crm.request("PUT", "/x", json=ROW, headers=OPTIONS["headers"]),
]


def assert_private(text: str) -> None:
    """Check that a str contains none of the private words."""
    assert [name for name, word in PRIVATE.items() if word in text] == []


@both
def test_outputs_have_no_private_data(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    """Logs, errors and reprs of a call contain no key, names, addresses or content."""

    def check(answers: str) -> None:
        caplog.set_level(logging.DEBUG)
        for work in CALLS:
            crm = client(*ANSWERS[answers], department_key=KEY, max_retries=2)
            caplog.clear()
            outputs = [repr(crm.crm), repr(crm.crm.contacts.list().take(3)), repr(crm.crm.contacts)]
            outputs.append(repr(crm.crm.generated))
            try:
                crm(work)
            except CRMError as error:
                outputs += [str(error), repr(error)]
                assert KEY.encode() not in pickle.dumps(getattr(error, "request", None))
            outputs += [record.getMessage() for record in caplog.records]
            outputs.append(caplog.text)

            assert_private("\n".join(outputs))
            assert "crmkit" in {record.name for record in caplog.records}

    assert failures(check, product(ANSWERS)) == []


def test_does_not_log_query_and_path_of_caller(
    client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The query and path that a caller passes are not in crmkit's log lines."""
    caplog.set_level(logging.DEBUG, logger="crmkit")
    crm = client(page())

    crm(lambda crm: crm.contacts.list(options={"query": {"q": PRIVATE["query"]}}))
    crm(lambda crm: crm.request("GET", f"/{PRIVATE['path']}", query={"q": PRIVATE["query"]}))
    crm(lambda crm: crm.request("GET", f"/x?q={PRIVATE['query']}"))

    lines = [record.getMessage() for record in caplog.records if record.name == "crmkit"]
    assert len(lines) == 3
    assert_private("\n".join(lines))


def test_logs_one_line_per_attempt(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    """Each attempt is one line: vendor, method, path, status or error, time and attempt."""
    caplog.set_level(logging.INFO, logger="crmkit")
    crm = client(refusal(503), httpx.ReadTimeout("slow"), page())

    crm(lambda crm: crm.contacts.list())

    assert [record.getMessage() for record in caplog.records if record.name == "crmkit"] == [
        "relenta GET /contact.list.json -> 503 in 0 ms, attempt 1",
        "relenta GET /contact.list.json -> ReadTimeout in 0 ms, attempt 2",
        "relenta GET /contact.list.json -> 200 in 0 ms, attempt 3",
    ]


def test_argument_error_has_no_value(client: MakeClient) -> None:
    """An ArgumentError names argument and type, not the value."""
    crm = client(saved(), department_key=KEY)
    rejected: list[dict[str, Any]] = [
        {"emails": PRIVATE["email"]},
        {"emails": [f"{PRIVATE['email']};x"]},
        {"phone": [PRIVATE["phone"]]},
        {"phone": [LabeledValue(f"{PRIVATE['phone']} (x)")]},
        {"full_name": PRIVATE["name"].encode()},
        {"full_name": PRIVATE["name"] + "\ud800"},
        {"id": PRIVATE["phone"]},
        {"dt_created": PRIVATE["text"]},
        {"extra": {"x": {PRIVATE["text"]}}},
        {"options": {"headers": {"X-Note": PRIVATE["header"] + "\n"}}},
        {"options": {"query": {"q": PRIVATE["query"] + "\ud800"}}},
    ]
    for keywords in rejected:
        with pytest.raises(CRMError) as caught:
            crm(lambda crm: crm.contacts.save(**keywords))  # noqa: B023 - done at once
        assert_private(str(caught.value) + repr(caught.value))


def test_config_error_has_no_value() -> None:
    """A misplaced or malformed credential is refused without being shown."""
    cases = product(
        [
            {"department_key": KEY + "\n"},
            {"department_key": " " + KEY},
            {"department_key": KEY + "é"},
            {"department_key": KEY.encode()},
            {"base_url": f"https://user:{KEY}@acme.relenta.com"},
            {"base_url": f"https://{KEY}@acme.relenta.com"},
            {"base_url": f"ftp://user:{KEY}@acme.relenta.com"},
            {"base_url": f"//user:{KEY}@acme.relenta.com"},
            {"base_url": f"https://acme.relenta.com/?key={KEY}"},
            {"base_url": f"https://acme.relenta.com/#{KEY}"},
            {"base_url": f"acme.relenta.com?key={KEY}"},
            {"base_url": f"https://user:{KEY}@"},
        ]
    )

    def check(settings: dict[str, Any]) -> None:
        keywords: dict[str, Any] = {"account": "acme", "department_key": "0" * 32, **settings}

        with pytest.raises(ConfigError) as caught:
            Relenta(**keywords)

        assert_private(str(caught.value) + repr(caught.value))

    assert failures(check, cases) == []


PROGRAM = f"""
import logging
import httpx
logging.getLogger("httpx").addHandler(logging.StreamHandler())
logging.getLogger("httpx").setLevel(logging.INFO)
from crmkit import CRMError, Relenta

answers = [
    httpx.Response(200, json={{"status": True, "data": [{ROW!r}]}}),
    httpx.Response(200, json={{"status": True, "data": []}}),
    httpx.Response(401, json={{"status": False, "message": "bad {KEY}"}}),
    httpx.Response(200, text="{PRIVATE["text"]}"),
]
transport = httpx.MockTransport(lambda request: answers.pop(0))
crm = Relenta(account="acme", department_key="{KEY}", transport=transport)
crm.contacts.list().collect()
for _ in range(2):
    try:
        crm.contacts.save(full_name="{PRIVATE["name"]}", emails=["{PRIVATE["email"]}"])
    except CRMError as error:
        print(error)
print(repr(crm))
"""


def test_logs_by_environment_variable() -> None:
    """CRMKIT_LOG logs to standard error, without private data; an unknown level is reported."""

    def check(level: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(PROGRAM)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "CRMKIT_LOG": level},
        )

        assert done.returncode == 0, done.stderr
        assert_private(done.stdout + done.stderr)
        assert ("contact.list.json -> 200" in done.stderr) == (level == "debug")
        assert ("loud" in done.stderr) == (level == "loud"), "an unknown level must be reported"
        assert ("HTTP Request" in done.stderr) == (level == ""), "httpx writes whole addresses"

    assert failures(check, product(["debug", "warning", "", "loud"])) == []
