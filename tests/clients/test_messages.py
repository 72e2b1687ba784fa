"""What the server said is told, wherever in a reply it stands; credentials are not."""

from __future__ import annotations

import pickle
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
from tests.clients.harness import KEY, page, reply, saved

LIMIT = "You have reached the plan limit"


@pytest.mark.parametrize(
    "body",
    [
        {"status": False, "code": 401, "message": LIMIT},
        {"status": False, "code": 401, "error": LIMIT},
        {"status": False, "code": 401, "data": LIMIT},
        {"status": False, "code": 401, "error": {"message": LIMIT}},
        {"status": False, "code": 401, "errors": [LIMIT]},
    ],
    ids=str,
)
def test_a_limit_told_anywhere_in_a_body(client: MakeClient, body: Any) -> None:
    """A 401 whose body speaks of a limit is no wrong key, and its sentence is told."""
    crm = client(reply(body, 401))

    with pytest.raises(QuotaExceededError) as caught:
        crm(lambda crm: crm.contacts.save(full_name="x"))

    assert caught.value.message == LIMIT


def test_a_message_as_plain_text(client: MakeClient) -> None:
    """A sentence that comes as plain text is the error's message."""
    answer = reply(b"Plan limit reached:\n500 contacts", 401, {"Content-Type": "text/plain"})

    with pytest.raises(QuotaExceededError) as caught:
        client(answer)(lambda crm: crm.contacts.save(full_name="x"))

    assert caught.value.message == "Plan limit reached: 500 contacts"


def test_a_wrong_key_is_no_limit(client: MakeClient) -> None:
    """A 401 that speaks of the key alone is an AuthenticationError."""
    body = {"status": False, "code": 401, "message": "The department key is missing"}

    with pytest.raises(AuthenticationError):
        client(reply(body, 401))(lambda crm: crm.contacts.list())


@pytest.mark.parametrize(
    "keywords",
    [
        {"emails": False},
        {"emails": ""},
        {"phone": 0},
        {"phone": {}},
        {"groups": ""},
        {"id": None},
    ],
    ids=str,
)
def test_nothing_of_a_wrong_type_clears(client: MakeClient, keywords: dict[str, Any]) -> None:
    """A false value of another type is refused: sent as an empty text it would wipe a field."""
    crm = client(saved())

    with pytest.raises(ArgumentError) as caught:
        crm(lambda crm: crm.contacts.save(**keywords))

    assert caught.value.argument == next(iter(keywords))
    assert crm.seen == []


def test_an_empty_list_clears(client: MakeClient) -> None:
    """An empty list, or tuple, is the way to clear one."""
    crm = client(saved())

    crm(lambda crm: crm.contacts.save(id=7, emails=[], phone=(), groups=None))

    assert crm.seen[0].json == {"id": "7", "emails": "", "phone": "", "groups": None}


def test_credentials_of_the_callers_own() -> None:
    """Authorization and cookies that a caller put on a request are not kept by its error."""
    transport = httpx.MockTransport(lambda _: httpx.Response(400, json={"status": False}))
    secret = "s3cret-of-the-caller"
    headers = {"Authorization": f"Bearer {secret}", "Cookie": f"s={secret}"}
    crm = Relenta(account="acme", department_key=KEY, transport=transport)

    with crm, pytest.raises(BadRequestError) as caught:
        crm.contacts.list(options={"headers": headers}).first()

    assert caught.value.request is not None
    assert secret not in str(caught.value.request.headers.raw)
    assert secret.encode() not in pickle.dumps(caught.value)


def test_a_repeated_page_names_its_call(client: MakeClient) -> None:
    """A PaginationError tells the call, as every error of a call does."""
    same = page({"id": "1"})

    with pytest.raises(PaginationError) as caught:
        client(same, same)(lambda crm: crm.contacts.list())

    assert caught.value.operation == "contacts.list"
    assert str(caught.value).startswith("contacts.list: ")


def test_a_reply_without_an_envelope(client: MakeClient) -> None:
    """`request` takes any JSON; an operation insists on the vendor's envelope."""
    crm = client(reply([1, 2]), reply([1, 2]))

    assert crm(lambda crm: crm.request("GET", "/anything")).data == [1, 2]
    with pytest.raises(CRMError, match="status"):
        crm(lambda crm: crm.contacts.save(full_name="x"))


def test_the_vendors_misspelling_is_a_documented_member(client: MakeClient) -> None:
    """The other spelling of a member is read by the input, and no custom field."""
    from crmkit.relenta import ContactInput

    contact = ContactInput.from_dict({"do_no_mass_email": True})

    assert contact.to_dict() == {"do_not_mass_email": True}
    crm = client(saved())
    with pytest.raises(ArgumentError):
        crm(lambda crm: crm.contacts.save(extra={"do_no_mass_email": True}))
