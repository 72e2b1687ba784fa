"""`on_reply` gets status and headers, which a typed call does not return."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, NotFoundError, Reply
from tests.clients.conftest import MakeClient, MakeOnePageCRM
from tests.clients.harness import both, contact, page, refusal, reply

SAVED = reply({"status": True, "data": {"id": 7}}, 201, {"X-Request-Id": "r-7"})


@both
def test_is_called_with_each_reply(client: MakeClient) -> None:
    """It gets the reply of a call and of each page of a list, none of a failed attempt."""
    replies: list[Reply] = []
    options: Any = {"on_reply": replies.append}

    crm = client(httpx.ConnectError("refused"), SAVED)
    assert crm(lambda crm: crm.contacts.save(full_name="x", options=options)) == 7
    assert [(each.status_code, each.headers["x-request-id"]) for each in replies] == [(201, "r-7")]

    replies.clear()
    crm = client(page(contact(1)), page(contact(2)), page())
    assert len(crm(lambda crm: crm.contacts.list(page_size=1, options=options))) == 2
    assert [len(each.data["data"]) for each in replies][-1] == 0
    assert len(replies) == len(crm.seen)

    replies.clear()
    with pytest.raises(NotFoundError):
        client(refusal(404))(lambda crm: crm.contacts.list(options=options))
    assert replies == []


def test_is_called_for_each_request_of_a_merging_update(
    mocked_onepagecrm: MakeOnePageCRM,
) -> None:
    """An update that reads, merges and writes reports both replies."""
    methods: list[str] = []
    options: Any = {"on_reply": lambda reply: methods.append(reply.response.request.method)}
    crm = mocked_onepagecrm()
    (first,) = crm(lambda crm: crm.contacts.list().take(1))

    crm(lambda crm: crm.contacts.update(first.id, jobtitle="x", options=options))

    assert methods == ["GET", "PUT"]


@both
def test_what_it_raises_comes_out_as_it_is(client: MakeClient) -> None:
    """An error of the function ends the call, which is not repeated; its requests had worked."""
    crm = client(SAVED)

    def fail(_: Reply) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        crm(lambda crm: crm.contacts.save(full_name="x", options={"on_reply": fail}))
    assert len(crm.seen) == 1


@both
def test_refuses_what_is_no_plain_function(client: MakeClient) -> None:
    """A coroutine function, which nobody would await, and anything else is an ArgumentError."""

    async def coroutine(_: Reply) -> None: ...

    crm = client(SAVED)
    for value in (coroutine, 7, "x"):
        options = {"on_reply": value}
        with pytest.raises(ArgumentError, match="expected a plain function"):
            crm(lambda crm: crm.contacts.list(options=options))  # noqa: B023 - done at once
    assert crm.seen == []
