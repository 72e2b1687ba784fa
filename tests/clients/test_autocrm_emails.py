"""Sending of e-mails."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit import ArgumentError, BadRequestError, ServerError
from tests.clients.conftest import MakeEspo
from tests.clients.harness import reply

SENT = reply({"id": "1", "status": "Sent"})
MESSAGE: dict[str, Any] = {
    "to": "petr@work.example",
    "subject": "Hello",
    "body": "<p>Hi</p>",
    "from_": "crm@example.com",
}


def test_what_is_sent(espo: MakeEspo) -> None:
    """A message goes with the status that has it sent, and HTML unless it says otherwise."""
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


def test_all_that_can_be_said(espo: MakeEspo) -> None:
    """Lists of addresses are joined as the wire has them; the rest goes under the wire's names."""
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


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": []},
        {"to": ["a@x.example", "b@x.example;c@x.example"]},
        {"to": 5},
        {"cc": [None]},
        {"extra": {"x": object()}},
        {"extra": 5},
        {"extra": {"cc": "a@x.example"}},
        {"extra": {"status": "Draft"}},
    ],
    ids=["nobody", "separator", "number", "none", "object", "extra", "keyword", "status"],
)
def test_what_the_wire_cannot_carry(espo: MakeEspo, wrong: dict[str, Any]) -> None:
    """What is no address, or would be two, is refused before anything is sent."""
    crm = espo(SENT)

    with pytest.raises(ArgumentError):
        crm(lambda crm: crm.emails.send(**{**MESSAGE, **wrong}))

    assert crm.seen == []


def test_unknown_keywords(espo: MakeEspo) -> None:
    """An unknown keyword, or a missing one, is Python's own error."""
    crm = espo(SENT)

    with pytest.raises(TypeError, match="priority"):
        crm(lambda crm: crm.emails.send(**MESSAGE, priority=1))
    with pytest.raises(TypeError, match="subject"):
        crm(lambda crm: crm.emails.send(to="a@x.example", body=""))


def test_a_message_is_never_sent_twice(espo: MakeEspo) -> None:
    """A message that may have gone out is not sent again."""
    crm = espo(reply(None, 500), SENT)

    with pytest.raises(ServerError):
        crm(lambda crm: crm.emails.send(**MESSAGE))

    assert len(crm.seen) == 1


@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
def test_on_the_mock(mocked_espo: MakeEspo, mocks: Any, profile: str) -> None:
    """`send` brings a message into the outbox; `create` files it."""
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


def test_a_server_that_cannot_send(mocked_espo: MakeEspo, mocks: Any) -> None:
    """What keeps the server from sending is told in its words."""
    mocks.espocrm.mail_server("missing")
    crm = mocked_espo()

    with pytest.raises(ServerError, match="sendingFail"):
        crm(lambda crm: crm.emails.send(**MESSAGE))


def test_a_message_without_a_sender(mocked_espo: MakeEspo) -> None:
    """EspoCRM wants a sender, which it says; AutoCRM's page does without."""
    message = {name: value for name, value in MESSAGE.items() if name != "from_"}

    with pytest.raises(BadRequestError) as caught:
        mocked_espo()(lambda crm: crm.emails.send(**message))
    assert caught.value.fields == {"from": ["required"]}

    assert mocked_espo(profile="autocrm")(lambda crm: crm.emails.send(**message)).status == "Sent"
