"""The server's message is in the error, wherever the reply has it; credentials are not."""

from __future__ import annotations

import pickle
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import (
    ArgumentError,
    AuthenticationError,
    BadRequestError,
    CRMError,
    PaginationError,
    QuotaExceededError,
    Relenta,
)
from tests.clients.conftest import MakeClient
from tests.clients.harness import KEY, failures, page, reply, saved, sync_alone

asynchronous = sync_alone

LIMIT = "You have reached the plan limit"


def test_finds_message_anywhere_in_body(client: MakeClient) -> None:
    """A 401 whose body is about a limit is a QuotaExceededError with the server's message."""
    cases = product(
        [
            {"status": False, "code": 401, "message": LIMIT},
            {"status": False, "code": 401, "error": LIMIT},
            {"status": False, "code": 401, "data": LIMIT},
            {"status": False, "code": 401, "error": {"message": LIMIT}},
            {"status": False, "code": 401, "errors": [LIMIT]},
        ]
    )

    def check(body: Any) -> None:
        crm = client(reply(body, 401))

        with pytest.raises(QuotaExceededError) as caught:
            crm(lambda crm: crm.contacts.save(full_name="x"))

        assert caught.value.message == LIMIT

    assert failures(check, cases) == []


def test_reads_plain_text_message(client: MakeClient) -> None:
    """A plain text body is the error's message."""
    answer = reply(b"Plan limit reached:\n500 contacts", 401, {"Content-Type": "text/plain"})

    with pytest.raises(QuotaExceededError) as caught:
        client(answer)(lambda crm: crm.contacts.save(full_name="x"))

    assert caught.value.message == "Plan limit reached: 500 contacts"


def test_wrong_key_is_authentication_error(client: MakeClient) -> None:
    """A 401 about the key alone is an AuthenticationError."""
    body = {"status": False, "code": 401, "message": "The department key is missing"}

    with pytest.raises(AuthenticationError):
        client(reply(body, 401))(lambda crm: crm.contacts.list())


def test_rejects_falsy_value_of_wrong_type(client: MakeClient) -> None:
    """A falsy value of a wrong type is refused: sent as an empty str it would clear a field."""
    cases = product(
        [
            {"emails": False},
            {"emails": ""},
            {"phone": 0},
            {"phone": {}},
            {"groups": ""},
            {"id": None},
        ]
    )

    def check(keywords: dict[str, Any]) -> None:
        crm = client(saved())

        with pytest.raises(ArgumentError) as caught:
            crm(lambda crm: crm.contacts.save(**keywords))

        assert caught.value.argument == next(iter(keywords))
        assert crm.seen == []

    assert failures(check, cases) == []


def test_empty_list_clears(client: MakeClient) -> None:
    """An empty list or tuple clears a list."""
    crm = client(saved())

    crm(lambda crm: crm.contacts.save(id=7, emails=[], phone=(), groups=None))

    assert crm.seen[0].json == {"id": "7", "emails": "", "phone": "", "groups": None}


def test_redacts_headers_of_caller() -> None:
    """Authorization and Cookie headers that a caller passed are not kept by the error."""
    transport = httpx.MockTransport(lambda _: httpx.Response(400, json={"status": False}))
    secret = "s3cret-of-the-caller"
    headers = {"Authorization": f"Bearer {secret}", "Cookie": f"s={secret}"}
    crm = Relenta(account="acme", department_key=KEY, transport=transport)

    with crm, pytest.raises(BadRequestError) as caught:
        crm.contacts.list(options={"headers": headers}).first()

    assert caught.value.request is not None
    assert secret not in str(caught.value.request.headers.raw)
    assert secret.encode() not in pickle.dumps(caught.value)


def test_repeated_page_names_operation(client: MakeClient) -> None:
    """A PaginationError has the operation, as every error of a call does."""
    same = page({"id": "1"})

    with pytest.raises(PaginationError) as caught:
        client(same, same)(lambda crm: crm.contacts.list())

    assert caught.value.operation == "contacts.list"
    assert str(caught.value).startswith("contacts.list: ")


def test_only_request_accepts_reply_without_envelope(client: MakeClient) -> None:
    """`request` returns any JSON; an operation requires the vendor's envelope."""
    crm = client(reply([1, 2]), reply([1, 2]))

    assert crm(lambda crm: crm.request("GET", "/anything")).data == [1, 2]
    with pytest.raises(CRMError, match="status"):
        crm(lambda crm: crm.contacts.save(full_name="x"))


def test_reads_misspelt_member(client: MakeClient) -> None:
    """The vendor's misspelling is read by the input model, and is not a custom field."""
    from crmkit.relenta import ContactInput

    contact = ContactInput.from_dict({"do_no_mass_email": True})

    assert contact.to_dict() == {"do_not_mass_email": True}
    crm = client(saved())
    with pytest.raises(ArgumentError):
        crm(lambda crm: crm.contacts.save(extra={"do_no_mass_email": True}))
