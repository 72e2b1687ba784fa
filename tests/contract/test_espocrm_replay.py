"""EspoCRM's mock answers every recorded request as the real server did.

The pairs were recorded one after another. The mock gets them in the same order and gives new
records the recorded ids; what the recording left out, but later pairs depend on, is made up here.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs
from tests.contract.espocrm_demo import (
    ADMIN_ID,
    INTEGRATOR_ID,
    JANA_ID,
    LIMITED_ID,
    SALES_TEAM,
)
from tests.contract.recorded import RecordedExchange, pairs
from tests.contract.replay import Replay, Replayed, shape_differences, unexpected
from tests.mock.espo import headers_of

#: What a pair depends on: a record to be added, or a request to be sent.
Step = tuple[str, dict[str, Any]]

ALZA = "6b01c87be5258bb3f"
PETR = "6b01c87c08575f65e"
DEAL = "6b01c8a84e349bfab"
#: Ids of the recorded users, and those of the mock's.
PEOPLE_BY_RECORDED_ID = {
    "6b01c7d72b23441de": INTEGRATOR_ID,
    "6b01c7d7c6667b239": JANA_ID,
    "6b01c7d76ab8e9d49": LIMITED_ID,
    "6b01c707b26cd5927": ADMIN_ID,
    "6b01c7d7d8436b7b2": SALES_TEAM,
}
#: Users who sent a pair, where it was not the one with the broad role.
SENDERS = {
    "auth-inactive-apiuser": "inactive",
    "auth-hmac-hex-ok": "signer",
    "auth-norole-list": "norole",
    "auth-x-another-user-by-admin": "admin",
    "acl-list-own-only": "limited",
    "acl-edit-denied": "limited",
    "acl-scope-not-set": "limited",
    "acl-assignment-denied": "limited",
    "acl-field-read-list": "limited",
    "acl-orderBy-forbidden": "limited",
    "acl-read-own-hidden-field": "limited",
    "where-forbidden-attribute": "limited",
    "rel-list-forbidden": "limited",
    "where-not-as-admin": "admin",
    "where-foreign-as-admin": "admin",
    "email-sending-admin": "admin",
    "attachment-download-forbidden": "limited",
    # The mock's broad role has the custom entity type; the recorded one did not.
    "custom-entity-list-forbidden": "norole",
    "custom-entity-list-admin": "admin",
    "webhook-create-admin-internal": "admin",
    "webhook-create-admin": "admin",
    "webhook-create-bad-event": "admin",
    "auth-both-basic-wins": "admin",
    "users-access": "admin",
    "mass-delete-where-no-permission": "limited",
}


def _lead(number: int, **more: Any) -> Step:
    statuses = ("New", "Assigned", "In Process", "Dead", "Recycled")
    ids = {
        0: "6b01c8f28b64b857a",
        1: "6b01c8f2918764f14",
        2: "6b01c8f2976e03fa6",
        3: "6b01c8f29c76b05ee",
        4: "6b01c8f2a185941c4",
        5: "6b01c8f2a6fe3f89d",
        6: "6b01c8f2b11df6073",
        23: "6b01c8f30ec5d137f",
        24: "6b01c8f313cf85f89",
    }
    known = {
        "id": ids.get(number, f"6b01c8f2c0000{number:02d}00"),
        "firstName": f"F{number:02d}",
        "lastName": f"Lead{number:02d}",
        "accountName": f"Firma {number % 7}",
        "emailAddress": f"lead{number}@ex.example",
        "status": statuses[number % 5],
        "source": (None, "Web Site", "Call", "Email")[number % 4],
        "doNotCall": number % 2 == 0,
        "opportunityAmount": number * 100,
        "opportunityAmountCurrency": "EUR",
        "addressCity": "Praha" if number % 3 == 0 else None,
        "createdAt": f"2026-11-21 16:36:{number:02d}",
    }
    return "Lead", {**known, **more}


def _deal(id: str, name: str, **more: Any) -> Step:
    known = {
        "id": id,
        "name": name,
        "stage": "Qualification",
        "lastStage": "Qualification",
        "probability": 20,
        "amount": 5,
        "amountCurrency": "USD",
        "closeDate": "2027-05-05",
        "accountId": ALZA,
    }
    return "Opportunity", {**known, **more}


def _accounts(first: int, last: int) -> list[Step]:
    """Return further accounts, which the recording only counts."""
    return [
        ("Account", {"name": f"Zzz {number}", "createdAt": "2026-11-21 16:36:11"})
        for number in range(first, last + 1)
    ]


def _put(path: str, **body: Any) -> Step:
    return f"PUT {path}", body


def _post(path: str, **body: Any) -> Step:
    return f"POST {path}", body


REPLAY = Replay("/api/v1", lambda _body: None)
_ID = re.compile(r"^[0-9a-f]{17}$")
_ALZA = f"/Account/{ALZA}"
_ADDRESS = {"lower": "petr@work.example", "optOut": False, "invalid": False}

#: Steps that the recording left out, by the pair that comes next.
BEFORE: dict[str, list[Step]] = {
    "target-list-opted-out": [
        (
            "TargetList",
            {
                "id": "6b01d0000000000a1",
                "name": "Recorded",
            },
        ),
    ],
    "template-prepare": [
        (
            "EmailTemplate",
            {"id": "6b01d0000000000a2", "name": "Recorded", "subject": "Hello {Person.name}"},
        ),
    ],
    "read-contact": [
        (
            "Contact",
            {
                "id": PETR,
                "salutationName": "Mr.",
                "firstName": "Petr",
                "lastName": "Svoboda",
                "title": "CTO",
                "accountId": ALZA,
                "accountsColumns": {ALZA: {"role": "CTO", "isInactive": False}},
                "phoneNumber": "+420601111222",
                "emailAddress": "Petr@Work.example",
                "emailAddressData": [
                    {**_ADDRESS, "emailAddress": "Petr@Work.example", "primary": True},
                    {
                        **_ADDRESS,
                        "emailAddress": "petr@home.example",
                        "lower": "petr@home.example",
                        "primary": False,
                        "optOut": True,
                    },
                ],
            },
        ),
        ("Account", {"id": "6b01c87c2fa27dffb", "name": "12345"}),
    ],
    "read-after-nulls": [_put(_ALZA, website=None, description=None, cIsKey=False, cTags=None)],
    "update-unlink-fields": [_put(_ALZA, emailAddress="new@alza.example")],
    "update-version-ok": [
        _deal(
            DEAL,
            "Deal 1",
            amount=1000,
            amountCurrency="EUR",
            closeDate="2027-01-31",
            stage="Prospecting",
            lastStage="Prospecting",
            probability=10,
        ),
    ],
    "update-duplicate-email-not-checked": [
        ("Contact", {"id": "6b01c8a8a8be62c1e", "firstName": "Petr", "lastName": "Svoboda"}),
    ],
    "list-maxsize1": [
        (
            "Lead",
            {
                "id": "6b01c8a95cf83955e",
                "lastName": "Limited lead",
                "createdAt": "2026-11-21 16:35:00",
                "createdById": LIMITED_ID,
            },
        ),
        *(_lead(number) for number in range(25)),
    ],
    "where-linkedWith": [
        *_accounts(1, 6),
        (
            "Account",
            {
                "id": "6b01c87cee61cab0f",
                "createdAt": "2026-11-21 16:36:12",
                "name": "Cur str",
                "cBudget": 10.55,
                "cBudgetCurrency": "EUR",
            },
        ),
        ("Account", {"id": "6b01c8a88eb948a9e", "name": "Alza s.r.o."}),
    ],
    "list-orderBy-link": _accounts(7, 8),
    "list-offset-abc": _accounts(9, 9),
    "where-assoc-key": [_put("/Lead/6b01c8f2918764f14", status="New")],
    "rel-emails-2": [("DELETE /Email/6b01c9acb5829c98b", {})],
    "where-arrayAnyOf": [_put(_ALZA, cTags=["vip", "partner"])],
    "rel-link-id-again": [
        ("Contact", {"id": "6b01c92c013fac476", "lastName": "One"}),
        ("Contact", {"id": "6b01c92c068f7bcb0", "lastName": "Two"}),
        _post(f"{_ALZA}/contacts", id="6b01c92c013fac476"),
    ],
    "rel-list-after-unlink": [
        ("DELETE " + _ALZA + "/contacts", {"id": "6b01c92c068f7bcb0"}),
    ],
    "rel-list-opp-contacts-columns": [_post(f"/Opportunity/{DEAL}/contacts", id=PETR)],
    "mass-update-ids-values": [
        _deal("6b01c92be987c49a4", "Deal 2"),
        _deal("6b01c92bf099dce37", "Deal 3"),
    ],
    "lead-getConvertAttributes": [
        (f"PUT /Lead/6b01c8f2{lead}", {"title": "Bulk"})
        for lead in ("9c76b05ee", "a185941c4", "a6fe3f89d")
    ],
    "email-sending-no-to": [("mail", {"server": "not shared"})],
    "rel-emails": [
        (
            "Email",
            {
                "id": "6b01c96cb8ecae379",
                "name": "Hello",
                "from": "crm@example.com",
                "to": "petr@work.example",
                "status": "Sending",
                "isHtml": True,
                "usersIds": [INTEGRATOR_ID],
                "fromEmailAddressId": "6b01c96cb95341af0",
                "parentType": "Account",
                "parentId": ALZA,
                "accountId": ALZA,
                "messageId": "<m@espo>",
            },
        ),
    ],
    "email-draft-to-sending": [
        (
            "Email",
            {
                "id": "6b01c96d0ca8915ba",
                "name": "Draft",
                "from": "crm@example.com",
                "to": "petr@work.example",
                "status": "Draft",
            },
        ),
    ],
    "read-with-select-ignored": [
        _put(
            _ALZA,
            cTags=["vip", "partner", "prospect"],
            cPapersIds=["6b01c96d8decdffb5"],
            teamsIds=[SALES_TEAM],
        ),
    ],
    "stream-global": [_post("/Note", post="to self", targetType="self", usersIds=[INTEGRATOR_ID])],
    "note-post-empty": [
        (
            "Note",
            {
                "id": "6b01c96f98b48dc3a",
                "type": "Post",
                "post": "first",
                "parentType": "Account",
                "parentId": ALZA,
            },
        ),
    ],
    "email-create-draft-ok": [("mail", {"server": "missing"})],
    "email-update-sent~2": [
        (
            "Email",
            {
                "id": "6b01c9acb5829c98b",
                "name": "Hello",
                "from": "crm@example.com",
                "to": "petr@work.example",
                "body": "<p>Hi</p>",
                "bodyPlain": "Hi",
                "status": "Draft",
                "isHtml": True,
                "isRead": True,
                "isUsers": True,
                "isImportant": False,
                "inTrash": False,
                "inArchive": False,
                "parentType": "Account",
                "parentId": ALZA,
                "accountId": ALZA,
                "messageId": "<m@espo>",
                "usersIds": [INTEGRATOR_ID],
            },
        ),
    ],
    "custom-entity-list-admin": [("CGadget", {"id": "6b01c9ae75c1a8cee", "name": "G1"})],
    "email-create-sending-ok": [("mail", {"server": "shared"})],
    "where-assignedUserId": [_put(_ALZA, assignedUserId=JANA_ID, teamsIds=[])],
    "where-email-emailAddress": [
        (
            "Email",
            {
                "id": "6b01c9dd51af4e1f6",
                "name": "Hello",
                "from": "crm@example.com",
                "to": "petr@work.example",
                "status": "Sent",
                "isHtml": True,
                "isRead": True,
                "fromAddress": "crm@example.com",
                "fromName": "CRM",
                "fromString": "CRM <crm@example.com>",
                "fromEmailAddressId": "6b01c96cb95341af0",
                "messageId": "<m@espo>",
                "dateSent": "2026-11-21 16:59:05",
                "toEmailAddressesIds": ["6b01c87c08e388d93"],
                "toEmailAddressesNames": {"6b01c87c08e388d93": "Petr@Work.example"},
            },
        ),
    ],
    "acl-read-own-hidden-field": [
        (
            "Account",
            {
                "id": "6b01cac5a8149afe1",
                "name": "owned by limited",
                "assignedUserId": LIMITED_ID,
                "createdById": ADMIN_ID,
                "modifiedById": ADMIN_ID,
            },
        ),
    ],
    "lead-convert-partial-failure-leftover": [
        (
            "POST /Lead/action/convert 400",
            {
                "id": "6b01c8f2b11df6073",
                "records": {"Account": {"name": "RollbackAcc"}, "Contact": {}},
            },
        ),
    ],
}
#: Headers in place of masked ones, where they are not those of a user.
HEADERS = {
    "auth-bad-apikey": {"X-Api-Key": "0" * 32},
    "auth-malformed-basic": {"Authorization": "Basic no-such-thing"},
    "auth-bearer": {"Authorization": "Bearer x"},
}
#: Headers of replies that are not compared.
NOT_COMPARED = {"Set-Cookie", "Content-Length"}
#: Ids of new records, where the reply does not have them at the top.
MADE = {
    "action-getDuplicateAttributes": "6b01c9afb2bc82b00",
    "export-idle": "6b0dea52aa1ceaaad",
    "import-file": "6b0dea52c4e482d99",
}

#: Pairs that the mock answers differently, each with the reason.
EXCEPTIONS: dict[str, str] = {
    "settings-apiuser": "the mock has only the settings that clients use",
    "email-create-sending-ok": "the recorded server's mail account was that of a group",
    "stream-record": "the record had been changed by requests that were not recorded",
    "acl-read-own-hidden-field": "the recorded role had no access to the stream of accounts",
    "target-list-opted-out": "opting out has no operation in the document",
}


class RecordedServer:
    """The mock, in the state that the recording has reached."""

    def __init__(self) -> None:
        self.mocks = MockCRMs(seed="empty", faithful_crashes=True, espocrm_version="9.2")
        self.mock = self.mocks.espocrm
        self.mock.clock.set(datetime(2026, 11, 21, 16, 36, 11, tzinfo=UTC))
        self.http = httpx.Client(base_url=self.mock.base_url, transport=self.mock.transport)

    def prepare(self, step: Step) -> None:
        """Do what a pair depends on."""
        what, body = step
        if what == "mail":
            self.mock.mail_server(body["server"])
            return
        method, _, rest = what.partition(" ")
        if not rest:
            self.mock.add(what, body)
            return
        path, _, status = rest.partition(" ")
        headers = headers_of(self.mock.users["integrator"])
        reply = self.http.request(method, self.mock.base_url + path, json=body, headers=headers)
        assert reply.status_code == int(status or 200), (step, reply.headers)

    def replay(self, pair: RecordedExchange) -> tuple[list[str], httpx.Response]:
        """Send a pair's request and return how the reply differs from the recorded one, and it."""
        sent = _translated(pair)
        path = sent.path.replace("***", self.mock.lead_capture_key)
        headers = {**_plain_headers(sent), **self._credentials(sent)}
        sent = replace(sent, path=path, request_headers=headers)
        reply = REPLAY.send(self.http, sent)
        differences = REPLAY.differences(replace(sent, body=None, text=""), reply)
        if not differences and pair.is_json:
            differences += shape_differences(_by_any_id(pair.body), _by_any_id(reply.json()))
            if isinstance(pair.body, dict) and pair.body.get("total") != reply.json().get("total"):
                differences.append(
                    f"total {reply.json().get('total')}, not {pair.body.get('total')}"
                )
        if pair.text is not None and bool(reply.text) != bool(pair.text):
            differences.append(f"body {reply.text[:100]!r}, not {pair.text!r}")
        recorded_headers = {name: pair.headers.get(name) for name in ("X-Status-Reason",)}
        for name, value in {**recorded_headers, **pair.headers}.items():
            if name not in NOT_COMPARED and reply.headers.get(name) != value:
                differences.append(f"{name}: {reply.headers.get(name)!r}, not {value!r}")
        return differences, reply

    def _credentials(self, pair: RecordedExchange) -> dict[str, str]:
        masked = {name for name, value in pair.request_headers.items() if value == "***"}
        if pair.label in HEADERS or not masked:
            return HEADERS.get(pair.label, {})
        if "Espo-Authorization" in masked:
            jana = self.mock.users["jana"]
            pair_text = f"{jana['username']}:{jana['password']}"
            return {"Espo-Authorization": base64.b64encode(pair_text.encode()).decode()}
        user = self.mock.users[SENDERS.get(pair.label, "integrator")]
        return headers_of(user, pair.method, pair.path.removeprefix("/api/v1").partition("?")[0])


def _by_any_id(tree: Any) -> Any:
    """Return a tree in which member names that are ids are the same."""
    if isinstance(tree, list):
        return [_by_any_id(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    return {_ID.sub("id", name): _by_any_id(value) for name, value in tree.items()}


def _plain_headers(pair: RecordedExchange) -> dict[str, str]:
    return {name: value for name, value in pair.request_headers.items() if value != "***"}


def _translated(pair: RecordedExchange) -> RecordedExchange:
    """Return a pair with the mock's users in place of the recorded ones."""
    path, body, text = pair.path, json.dumps(pair.request_body), pair.request_text
    for recorded, mine in PEOPLE_BY_RECORDED_ID.items():
        path = path.replace(recorded, mine)
        body = body.replace(recorded, mine)
        text = None if text is None else text.replace(recorded, mine)
    sent = json.loads(body)
    if isinstance(sent, str):
        # A string that was not JSON, or JSON that was a string.
        sent, text = None, sent
    return replace(pair, path=path, request_body=sent, request_text=text)


@cache
def replay_all() -> Replayed:
    """Return how the mock's answers differ from all recorded ones."""
    server = RecordedServer()
    replayed = Replayed()
    with server.mocks, server.http, pytest.MonkeyPatch.context() as patch:
        for pair in pairs("espocrm"):
            for step in BEFORE.get(pair.label, []):
                server.prepare(step)
            made = pair.body.get("id") if isinstance(pair.body, dict) else None
            made = MADE.get(pair.label, made)
            with patch.context() as ids:
                if pair.method == "POST" and made and "/Lead/action/" not in pair.path:
                    ids.setattr("crmkit_mock.espocrm.session.Session.new_id", lambda _, id=made: id)
                differences, reply = server.replay(pair)
            replayed.add(pair.label, differences, _mine(pair.body), reply)
    return replayed


def _mine(tree: Any) -> Any:
    """Return a tree with the mock's users in place of the recorded ones."""
    text = json.dumps(tree)
    for recorded, mine in PEOPLE_BY_RECORDED_ID.items():
        text = text.replace(recorded, mine)
    return json.loads(text)


def test_mock_answers_as_the_server_did() -> None:
    """Status, reason, headers, shape and total are the recorded ones, save listed exceptions."""
    differences = replay_all().differences

    assert len(differences) == len(pairs("espocrm")) > 350
    assert unexpected(differences, EXCEPTIONS) == []


def test_tables_name_recorded_pairs() -> None:
    """No setup, sender or exception is left over from a pair that the recording does not have."""
    labels = {pair.label for pair in pairs("espocrm")}

    for table in (BEFORE, EXCEPTIONS, SENDERS, HEADERS, MADE):
        assert table.keys() <= labels
