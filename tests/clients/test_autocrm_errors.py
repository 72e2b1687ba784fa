"""EspoCRM's error replies, in headers, bodies and pages, and the errors that clients raise."""

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
from tests.clients.harness import Answer, failures, reply, sync_alone

asynchronous = sync_alone

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ("espocrm", "espocrm-live")
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
    folder = ROOT / "tests" / "recorded"
    text = "".join((folder / f"{name}.jsonl").read_text("utf-8") for name in RECORDINGS)
    pairs = [json.loads(line) for line in text.splitlines()]
    return [pair for pair in pairs if pair["status"] >= 400]


def failed(espo: MakeEspo, *answers: Answer, method: str = "GET", **settings: Any) -> StatusError:
    """Return the error of a call."""
    crm = espo(*answers, max_retries=0, **settings)
    with pytest.raises(StatusError) as caught:
        crm(lambda crm: crm.request(method, "/Account/1"))
    return caught.value


def test_every_recorded_error(espo: MakeEspo) -> None:
    """Each recorded error has the class of its status and the server's reason, once."""

    def check(_: str, pair: dict[str, Any]) -> None:
        body = pair["body"] if "body" in pair else pair.get("text", "").encode()
        error = failed(espo, reply(body, pair["status"], pair["headers"]), method=pair["method"])
        assert type(error) is CLASSES[pair["status"]]
        said = pair["body"].get("message", "") if isinstance(pair.get("body"), dict) else ""
        reason = pair["headers"].get("X-Status-Reason", said).strip()
        whole = reason in {error.message, f"{error.message} {error.message}"}
        assert whole or error.message.startswith(f"{reason}: ")
        assert error.message.count("Sub-queries") <= 1

    pairs = [(pair["label"], pair) for pair in recorded()]
    assert len(pairs) > 80
    assert failures(check, pairs) == []


def test_class_of_each_status(espo: MakeEspo) -> None:
    """Each status that servers send has its class, whatever the body's media type says."""

    def check(status: int, cls: type[StatusError]) -> None:
        for answer in (reason(status, "Why."), reply(b"", status, HTML), reply(PAGE, status, HTML)):
            assert type(failed(espo, answer)) is cls
        assert failed(espo, reply(PAGE, status, HTML)).message == "405 Method Not Allowed"

    assert failures(check, CLASSES.items()) == []


def test_routers_message_is_read(espo: MakeEspo) -> None:
    """The router's message is the error's; where it only names the status, it is said once."""
    where = " from https://crm.example.com/api/v1/Account/1 (request): is base_url right?"
    texts = {
        404: ("404 Not Found", "404 Not Found" + where),
        405: ("405 Method Not Allowed", "405 Method Not Allowed (request)"),
        500: (
            "Slim Application Error",
            "500 Internal Server Error (request): Slim Application Error",
        ),
    }

    def check(status: int, text: tuple[str, str]) -> None:
        error = failed(espo, reply({"message": text[0]}, status))
        assert type(error) is CLASSES[status]
        assert (error.message, str(error)) == text

    assert failures(check, texts.items()) == []


def test_repeated_reason_is_read_once(espo: MakeEspo) -> None:
    """A reason that 9.x repeats is read once; others stay as they are."""
    twice = "Forbidden attribute 'website' in where."

    assert failed(espo, reason(400, f"{twice} {twice}")).message == twice
    assert failed(espo, reason(400, "No no")).message == "No no"
    assert failed(espo, reason(400, "X")).message == "X"


def test_refused_value_names_its_field(espo: MakeEspo) -> None:
    """A refused value is in `fields` by its field."""
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


def test_mail_error_adds_the_mail_servers_message(espo: MakeEspo) -> None:
    """The mail server's message follows the reason."""
    answer = reason(500, "sendingFail", {"id": "1", "message": "No system SMTP settings."})

    error = failed(espo, answer, method="POST")

    assert type(error) is ServerError
    assert error.message == "sendingFail: No system SMTP settings."


DUPLICATES = [{"id": "1", "name": "Alza"}, {"id": "2", "name": "Alza"}]
NEWER = {"values": {"amount": 2000}, "versionNumber": 2}


def test_conflict_has_current_records(espo: MakeEspo) -> None:
    """Both conflicts have what the server holds: the duplicates, or the newer values."""
    for message, body in (("duplicate", DUPLICATES), ("modified", NEWER)):
        error = failed(espo, reason(409, message, body), method="POST")
        assert isinstance(error, ConflictError)
        assert error.message == message
        assert error.current == body


def test_conflict_without_readable_body(espo: MakeEspo) -> None:
    """A conflict without a body that can be read has no current records."""
    for body in (None, b"<html></html>", "{"):
        error = failed(espo, reply(body, 409), method="POST")
        assert isinstance(error, ConflictError)
        assert error.current is None


def test_explains_lockout_after_failed_logins(espo: MakeEspo) -> None:
    """The 403 without a reason that locks an address out is explained; others are not."""
    error = failed(espo, reply(None, 403, HTML))

    assert "more than ten log-ins" in error.message
    assert failed(espo, reason(403, "")).message == ""
    assert failed(espo, reason(403, "No read access.")).message == "No read access."
    assert "log-ins" not in failed(espo, reply(PAGE, 403, HTML)).message


def test_false_after_a_write_is_an_error(espo: MakeEspo) -> None:
    """After a write, `false` means that nothing was done."""
    for method in ("POST", "PUT", "DELETE"):
        error = failed(espo, reply(b"false"), method=method)
        assert type(error) is BadRequestError
        assert error.status_code == 200
        assert "nothing" in error.message


def test_false_may_be_metadata(espo: MakeEspo) -> None:
    """A part of the metadata may be false."""
    crm = espo(reply(b"false"))

    assert crm(lambda crm: crm.metadata.get("scopes.Account.stream")) is False


def test_true_and_an_empty_200_are_success(espo: MakeEspo) -> None:
    """A deletion, a link and an unlink succeed with `true`, or with an empty 200."""
    for profile, body in (
        ("espocrm", None),
        ("espocrm", b"true"),
        ("autocrm", None),
        ("autocrm", b"true"),
    ):
        crm = espo(reply(body), profile=profile)
        assert crm(lambda crm: crm.entity("Account").delete("1")) is None
        assert crm(lambda crm: crm.accounts.link("1", "contacts", "2")) is None
        assert crm(lambda crm: crm.accounts.unlink("1", "contacts", "2")) is None


def test_html_under_200_is_a_decode_error(espo: MakeEspo) -> None:
    """A page of HTML under 200 is a DecodeError."""
    crm = espo(reply(PAGE, 200, HTML))

    with pytest.raises(DecodeError):
        crm(lambda crm: crm.accounts.link("1", "contacts", "2"))


def test_errors_keep_no_credentials(espo: MakeEspo) -> None:
    """Neither the text of an error nor the request that it keeps has a credential."""
    for settings, header in (
        ({"api_key": ESPO_KEY}, "X-Api-Key"),
        ({"api_key": ESPO_KEY, "secret_key": "5e" * 16}, "X-Hmac-Authorization"),
        ({"username": "jana", "password": "correct horse"}, "Authorization"),
    ):
        secrets = [value for name, value in settings.items() if name != "username"]
        error = failed(espo, reason(403, f"You sent {' and '.join(secrets)}."), **settings)
        kept: Any = error.request
        assert kept.headers[header] == "[redacted]"
        assert error.message.count("[redacted]") == len(secrets)
        for secret in secrets:
            assert secret not in f"{error!s} {error.args} {kept.headers.raw}"


def test_error_classes_are_public() -> None:
    """The classes are those of crmkit."""
    assert all(getattr(crmkit, cls.__name__) is cls for cls in CLASSES.values())
