"""What EspoCRM says of its errors in headers, bodies and pages, and what the clients make of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import crmkit
from crmkit import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    ServerError,
    StatusError,
)
from tests.clients.conftest import ESPO_KEY, MakeEspo
from tests.clients.harness import Answer, reply

ROOT = Path(__file__).resolve().parents[2]
HTML = {"Content-Type": "text/html; charset=UTF-8"}
PAGE = b"<!doctype html><html><head><title>405 Method Not Allowed</title></head></html>"
CLASSES = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: BadRequestError,
    409: ConflictError,
    413: BadRequestError,
    500: ServerError,
}


def reason(status: int, text: str, body: object = None) -> Answer:
    """Answer as EspoCRM refuses: the reason in a header."""
    return reply(body, status, {"X-Status-Reason": text})


def recorded() -> list[dict[str, Any]]:
    """Return the recorded errors."""
    text = (ROOT / "tests" / "recorded" / "espocrm.jsonl").read_text("utf-8")
    pairs = [json.loads(line) for line in text.splitlines()]
    return [pair for pair in pairs if pair["status"] >= 400]


def failed(espo: MakeEspo, *answers: Answer, method: str = "GET", **settings: Any) -> StatusError:
    """Return the error of a call."""
    crm = espo(*answers, max_retries=0, **settings)
    with pytest.raises(StatusError) as caught:
        crm(lambda crm: crm.request(method, "/Account/1"))
    return caught.value


@pytest.mark.parametrize("pair", recorded(), ids=lambda pair: pair["label"])
def test_every_recorded_error(espo: MakeEspo, pair: dict[str, Any]) -> None:
    """Each recorded error has the class of its status and the server's reason, said once."""
    body = pair["body"] if "body" in pair else pair.get("text", "").encode()

    error = failed(espo, reply(body, pair["status"], pair["headers"]), method=pair["method"])

    assert type(error) is CLASSES[pair["status"]]
    told = pair["headers"].get("X-Status-Reason", "").strip()
    whole = told in {error.message, f"{error.message} {error.message}"}
    assert whole or error.message.startswith(f"{told}: ")
    assert error.message.count("Sub-queries") <= 1


@pytest.mark.parametrize("status", CLASSES)
def test_the_class_of_a_status(espo: MakeEspo, status: int) -> None:
    """Each status that servers send has its class, whatever the body's type claims."""
    for answer in (reason(status, "Why."), reply(b"", status, HTML), reply(PAGE, status, HTML)):
        assert type(failed(espo, answer)) is CLASSES[status]
    assert failed(espo, reply(PAGE, status, HTML)).message == "405 Method Not Allowed"


def test_a_reason_that_is_said_twice(espo: MakeEspo) -> None:
    """A reason that 9.x doubles is told once; others stay as they are."""
    twice = "Forbidden attribute 'website' in where."

    assert failed(espo, reason(400, f"{twice} {twice}")).message == twice
    assert failed(espo, reason(400, "No no")).message == "No no"
    assert failed(espo, reason(400, "X")).message == "X"


def test_a_refused_value(espo: MakeEspo) -> None:
    """A refused value is told by its field as well."""
    body = {
        "messageTranslation": {
            "label": "validationFailure",
            "scope": None,
            "data": {"field": "phoneNumber", "type": "valid"},
        }
    }
    text = "Field validation failure; entityType: Account, field: phoneNumber, type: valid."

    error = failed(espo, reason(400, text, body), method="POST")

    assert error.message == text
    assert error.fields == {"phoneNumber": ["valid"]}
    assert error.body == body
    assert failed(espo, reply(body, 400), method="POST").message == "validationFailure"


def test_mail_that_was_not_sent(espo: MakeEspo) -> None:
    """The mail server's word stands beside the reason."""
    answer = reason(500, "sendingFail", {"id": "1", "message": "No system SMTP settings."})

    error = failed(espo, answer, method="POST")

    assert type(error) is ServerError
    assert error.message == "sendingFail: No system SMTP settings."


DUPLICATES = [{"id": "1", "name": "Alza"}, {"id": "2", "name": "Alza"}]
NEWER = {"values": {"amount": 2000}, "versionNumber": 2}


@pytest.mark.parametrize(
    ("told", "body"), [("duplicate", DUPLICATES), ("modified", NEWER)], ids=["list", "values"]
)
def test_what_the_server_holds(espo: MakeEspo, told: str, body: object) -> None:
    """Both conflicts say what the server holds: the duplicates, or the newer values."""
    error = failed(espo, reason(409, told, body), method="POST")

    assert isinstance(error, ConflictError)
    assert error.message == told
    assert error.current == body


@pytest.mark.parametrize("body", [None, b"<html></html>", "{"], ids=["empty", "page", "broken"])
def test_a_conflict_that_says_nothing(espo: MakeEspo, body: Any) -> None:
    """A conflict without a body that can be read has nothing to show."""
    error = failed(espo, reply(body, 409), method="POST")

    assert isinstance(error, ConflictError)
    assert error.current is None


def test_too_many_failed_logins(espo: MakeEspo) -> None:
    """The 403 that locks an address out, which says nothing, is explained; others are not."""
    error = failed(espo, reply(None, 403, HTML))

    assert "more than ten log-ins" in error.message
    assert failed(espo, reason(403, "")).message == ""
    assert failed(espo, reason(403, "No read access.")).message == "No read access."
    assert "log-ins" not in failed(espo, reply(PAGE, 403, HTML)).message


def test_false_is_an_error(espo: MakeEspo) -> None:
    """Where something was asked for, `false` says that nothing was done."""
    for method in ("POST", "PUT", "DELETE"):
        error = failed(espo, reply(b"false"), method=method)
        assert type(error) is BadRequestError
        assert error.status_code == 200
        assert "nothing" in error.message


def test_false_is_a_value_where_one_is_read(espo: MakeEspo) -> None:
    """What a part of the metadata says may be false."""
    crm = espo(reply(b"false"))

    assert crm(lambda crm: crm.metadata.get("scopes.Account.stream")) is False


@pytest.mark.parametrize("body", [None, b"true"], ids=["empty", "true"])
def test_what_success_looks_like(espo: MakeEspo, body: Any) -> None:
    """A deletion, a link and an unlink succeed with `true`, or with an empty 200."""
    for profile in ("espocrm", "autocrm"):
        crm = espo(reply(body), profile=profile)
        assert crm(lambda crm: crm.entity("Account").delete("1")) is None
        assert crm(lambda crm: crm.accounts.link("1", "contacts", "2")) is None
        assert crm(lambda crm: crm.accounts.unlink("1", "contacts", "2")) is None


def test_a_page_where_json_belongs(espo: MakeEspo) -> None:
    """A page of HTML under 200 is no success."""
    crm = espo(reply(PAGE, 200, HTML))

    with pytest.raises(DecodeError):
        crm(lambda crm: crm.accounts.link("1", "contacts", "2"))


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ({"api_key": ESPO_KEY}, "X-Api-Key"),
        ({"api_key": ESPO_KEY, "secret_key": "5e" * 16}, "X-Hmac-Authorization"),
        ({"username": "jana", "password": "correct horse"}, "Authorization"),
    ],
    ids=["key", "hmac", "basic"],
)
def test_errors_keep_no_credentials(espo: MakeEspo, settings: dict[str, str], header: str) -> None:
    """Neither the text of an error nor the request that it keeps holds a credential."""
    secrets = [value for name, value in settings.items() if name != "username"]

    error = failed(espo, reason(403, f"You sent {' and '.join(secrets)}."), **settings)

    kept: Any = error.request
    assert kept.headers[header] == "[redacted]"
    assert error.message.count("[redacted]") == len(secrets)
    for secret in secrets:
        assert secret not in f"{error!s} {error.args} {kept.headers.raw}"


def test_names_of_errors_are_public() -> None:
    """The classes are those of crmkit."""
    assert all(getattr(crmkit, cls.__name__) is cls for cls in CLASSES.values())
