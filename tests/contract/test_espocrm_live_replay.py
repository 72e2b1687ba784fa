"""EspoCRM's mock answers what clients send as real servers of two releases did.

The pairs of each release were recorded one after another, with the headers that clients send. The
mock gets them in the same order, with its own ids in place of the recorded ones.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from crmkit.contract import CRMS, Judge, Reply
from crmkit.contract.names import Pairs
from crmkit_mock import MockCRMs
from tests.contract.recorded import RecordedExchange, pairs
from tests.contract.replay import unexpected

RELEASES = {"EspoCRM 9.2.7": "9.2", "EspoCRM 10.0.0": "10.0"}
#: Why the mock answers differently, by label.
_LAYOUT = "the mock makes layouts of the fields, not of the settings of the user interface"
_UNRECORDED = "the record was made by a request that was not recorded"
_MASKED = "the recording hides the key"
EXCEPTIONS: dict[str, str] = {
    **{
        f"{label}{release}": reason
        for label, reason in (
            ("layout-kanban", _LAYOUT),
            ("live-action-currency", _UNRECORDED),
            ("live-call-list", _UNRECORDED),
            ("live-upcoming", _UNRECORDED),
            ("live-calendar-of", _UNRECORDED),
            ("live-lead-amount-no-currency", _UNRECORDED),
            ("live-followers", "the mock's users are older than the recording"),
        )
        for release in ("", "-9.2")
    },
    **dict.fromkeys(("live-webhook-9.2", "live-webhook-read-9.2"), _MASKED),
    "live-webhook-update-9.2": _MASKED,
    "live-layout-lead-9.2": _LAYOUT,
    "live-layout-none": _LAYOUT,
}
KNOWN = [accepted for accepted in CRMS["espocrm"].accepted if accepted.operation is None]
_ID = re.compile(r"[0-9a-f]{17}")
_TIME = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d")


class Replay:
    """Sends the recorded requests of one release to the mock."""

    def __init__(self, version: str) -> None:
        self.mocks = MockCRMs(seed="empty", faithful_crashes=True, espocrm_version=version)
        self.mock = self.mocks.espocrm
        self.http = httpx.Client(transport=self.mock.transport, base_url=self.mock.base_url)
        self.pairs = Pairs()
        # No record of a recording is older than the recording.
        started = datetime(2020, 1, 1, tzinfo=UTC)
        urls = "https://crm.example/api/v1", self.mock.base_url
        self.judge = Judge(CRMS["espocrm"](), self.pairs, urls, started)
        self.time = datetime(2026, 11, 30, 21, tzinfo=UTC)

    def differences(self, pair: RecordedExchange) -> list[str]:
        """Return how the mock's reply differs from the recorded one."""
        body = b"" if pair.cut or pair.text == "" else json.dumps(pair.body).encode()
        body = pair.text.encode() if pair.text else body
        self.time = max(_stamps(pair.body), default=self.time)
        self.mock.clock.set(self.time)
        date = format_datetime(self.time, usegmt=True)
        headers = {name.lower(): value for name, value in pair.headers.items()} | {"date": date}
        response = self._send(pair)
        mine = {name.lower(): value for name, value in response.headers.items()} | {"date": date}
        recorded = Reply(pair.status, headers, body)
        reply = Reply(response.status_code, mine, b"" if pair.cut else response.content)
        return [
            str(difference)
            for difference in self.judge.differences(recorded, reply)
            if not any(known.covers("", difference.kind, difference.place) for known in KNOWN)
        ]

    def _send(self, pair: RecordedExchange) -> httpx.Response:
        headers = {name: value for name, value in pair.request_headers.items() if value != "***"}
        if "Authorization" in pair.request_headers:
            user = self.mock.users["admin"]
            token = b64encode(f"{user['username']}:{user['password']}".encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        elif "X-Api-Key" in pair.request_headers:
            headers["X-Api-Key"] = self.mock.credentials["api_key"]
        path = self._mine(pair.path.removeprefix("/api/v1"))
        content: dict[str, Any] = {}
        if pair.request_body is not None:
            content = {"content": self._mine(json.dumps(pair.request_body)).encode()}
        elif pair.request_text is not None:
            content = {"content": pair.request_text.encode()}
        url = f"{self.mock.base_url}{path}"
        return self.http.request(pair.method, url, headers=headers, **content)

    def _mine(self, text: str) -> str:
        """Return a str with the mock's ids in place of the recorded ones."""
        return _ID.sub(lambda found: str(self.pairs.partner("", found[0]) or found[0]), text)


def _stamps(tree: Any) -> list[datetime]:
    """Return the times at which a record was created and changed."""
    if not isinstance(tree, dict):
        return []
    stamps = (tree.get(name) for name in ("createdAt", "modifiedAt"))
    return [
        datetime.fromisoformat(stamp).replace(tzinfo=UTC)
        for stamp in stamps
        if isinstance(stamp, str) and _TIME.fullmatch(stamp)
    ]


@pytest.mark.parametrize("server", RELEASES)
def test_mock_answers_as_the_release_did(server: str) -> None:
    """Status, reason, members, types, order and values are the recorded ones."""
    replay = Replay(RELEASES[server])
    recorded = [pair for pair in pairs("espocrm-live") if pair.server == server]
    with replay.mocks, replay.http:
        differences = {pair.label: replay.differences(pair) for pair in recorded}

    assert len(differences) > 100
    labels = differences.keys()
    exceptions = {label: reason for label, reason in EXCEPTIONS.items() if label in labels}
    assert unexpected(differences, exceptions) == []
