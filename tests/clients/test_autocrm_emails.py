"""Sending of e-mails."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit import ArgumentError, BadRequestError, ServerError
from tests.clients.conftest import MakeEspo
from tests.clients.harness import both, failures, reply, sync_alone

asynchronous = sync_alone

SENT = reply({"id": "1", "status": "Sent"})
MESSAGE: dict[str, Any] = {
    "to": "petr@work.example",
    "subject": "Hello",
    "body": "<p>Hi</p>",
    "from_": "crm@example.com",
}


def test_sends_html_message_by_status(espo: MakeEspo) -> None:
    """A message is created with the status `Sending`, as HTML unless it says otherwise."""
    crm = espo(SENT)

    email = crm(lambda crm: crm.emails.send(**MESSAGE))

    assert email.status == "Sent"
    assert (crm.seen[0].method, crm.seen[0].path) == ("POST", "/api/v1/Email")
    assert crm.seen[0].json == {
        "status": "Sending",
        "from": "crm@example.com",
        "to": "petr@work.example",
        "subject": "Hello",
        "body": "<p>Hi</p>",
        "isHtml": True,
    }


@both
def test_joins_addresses_and_writes_wire_names(espo: MakeEspo) -> None:
    """Lists of addresses are joined by semicolons; other arguments have their wire names."""
    crm = espo(SENT)

    crm(
        lambda crm: crm.emails.send(
            to=["a@x.example", "b@x.example"],
            cc=("c@x.example",),
            bcc="d@x.example;e@x.example",
            subject="S",
            body="B",
            is_html=False,
            reply_to="r@x.example",
            parent_type="Account",
            parent_id="1",
            attachments_ids=["f1"],
            extra={"cCampaign": "spring", "cNote": None},
        )
    )

    assert crm.seen[0].json == {
        "cCampaign": "spring",
        "cNote": None,
        "status": "Sending",
        "to": "a@x.example;b@x.example",
        "cc": "c@x.example",
        "bcc": "d@x.example;e@x.example",
        "replyTo": "r@x.example",
        "subject": "S",
        "body": "B",
        "isHtml": False,
        "parentType": "Account",
        "parentId": "1",
        "attachmentsIds": ["f1"],
    }


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("to", {"to": []}),
    ("to[1]", {"to": ["a@x.example", "b@x.example;c@x.example"]}),
    ("to", {"to": 5}),
    ("cc[0]", {"cc": [None]}),
    ("extra['x']", {"extra": {"x": object()}}),
    ("extra", {"extra": 5}),
    ("extra['cc']", {"extra": {"cc": "a@x.example"}}),
    ("extra['status']", {"extra": {"status": "Draft"}}),
]


def test_rejects_what_is_not_an_address(espo: MakeEspo) -> None:
    """What is not an address, or would be two, is refused by name before anything is sent."""
    crm = espo(SENT)

    def check(argument: str, changes: dict[str, Any]) -> None:
        with pytest.raises(ArgumentError) as caught:
            crm(lambda crm: crm.emails.send(**{**MESSAGE, **changes}))
        assert caught.value.argument == argument
        assert caught.value.operation

    assert failures(check, REFUSED) == []
    assert crm.seen == []


def test_unknown_and_missing_keywords_are_type_errors(espo: MakeEspo) -> None:
    """An unknown keyword, or a missing one, is Python's own error."""
    crm = espo(SENT)

    with pytest.raises(TypeError, match="priority"):
        crm(lambda crm: crm.emails.send(**MESSAGE, priority=1))
    with pytest.raises(TypeError, match="subject"):
        crm(lambda crm: crm.emails.send(to="a@x.example", body=""))


def test_never_sends_a_message_twice(espo: MakeEspo) -> None:
    """A message that may have been sent is not sent again."""
    crm = espo(reply(None, 500), SENT)

    with pytest.raises(ServerError):
        crm(lambda crm: crm.emails.send(**MESSAGE))

    assert len(crm.seen) == 1


@both
@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
def test_send_and_create_on_the_mock(mocked_espo: MakeEspo, mocks: Any, profile: str) -> None:
    """`send` sends a message; `create` only files it."""
    crm = mocked_espo(profile=profile)
    outbox = getattr(mocks, profile)

    email = crm(lambda crm: crm.emails.send(**MESSAGE))
    assert email.status == "Sent"
    assert len(outbox.outbox) == 1

    filed = crm(
        lambda crm: crm.emails.create(
            to="petr@work.example", from_="crm@example.com", subject="Filed", status="Archived"
        )
    )
    assert filed.status == "Archived"
    assert len(outbox.outbox) == 1


def test_raises_why_the_server_cannot_send(mocked_espo: MakeEspo, mocks: Any) -> None:
    """What keeps the server from sending is raised in its words."""
    mocks.espocrm.mail_server("missing")
    crm = mocked_espo()

    with pytest.raises(ServerError, match="sendingFail"):
        crm(lambda crm: crm.emails.send(**MESSAGE))


def test_sender_is_required_by_espocrm_alone(mocked_espo: MakeEspo) -> None:
    """EspoCRM wants a sender, which it says; AutoCRM does without one."""
    message = {name: value for name, value in MESSAGE.items() if name != "from_"}

    with pytest.raises(BadRequestError) as caught:
        mocked_espo()(lambda crm: crm.emails.send(**message))
    assert caught.value.fields == {"from": ["required"]}

    assert mocked_espo(profile="autocrm")(lambda crm: crm.emails.send(**message)).status == "Sent"
