"""A credential that a server echoes is in no message, whole or cut; our own words stay whole."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, CRMError, DecodeError, Reply, StatusError, TransportError
from crmkit.core.operation import Operation
from crmkit.core.redact import redact_request
from crmkit.core.sender import decoded
from crmkit_generated.autocrm.models import Webhook
from tests.clients.conftest import MakeClient, MakeEspo, MakeOnePageCRM
from tests.clients.harness import both, failures, reply, sync_alone

asynchronous = sync_alone

KEY = "ca11ab1e0fca11ab1e0fca11ab1e0f00"


def shown(error: CRMError) -> str:
    """Return all that an error shows."""
    trace = "".join(traceback.format_exception(error))
    fields = getattr(error, "fields", {})
    return f"{error} {error!r} {error.args} {fields} {getattr(error, 'path', '')} {trace}"


def raised(crm: Any, work: Any = lambda crm: crm.contacts.list()) -> CRMError:
    """Return what a call raises."""
    with pytest.raises(CRMError) as caught:
        crm(work)
    return caught.value


def test_key_across_a_cut_is_redacted(client: MakeClient) -> None:
    """Where a text is shortened within a credential, its first half is not shown either."""
    cases = [(length, kind) for kind in ("plain", "title", "json") for length in range(240, 310, 7)]
    cases += [(length, "plain") for length in (985, 999)]
    cases += [(50_000, "title")]

    def check(length: int, kind: str) -> None:
        text = "x" * length + KEY
        answer = {
            "plain": reply(text, 400, {"Content-Type": "text/plain"}),
            "title": reply(f"<title>{text}", 400, {"Content-Type": "text/html"}),
            "json": reply({"message": text}, 400),
        }[kind]

        error = raised(client(answer, department_key=KEY))

        assert KEY[:6] not in shown(error)

    assert failures(check, cases) == []


def test_shrunk_text_shows_no_half_of_a_key(client: MakeClient) -> None:
    """A text that whitespace and redaction make much shorter is cut after both."""
    for text in (f"{KEY}\n\n" * 200, " " * 980 + KEY, f"{' ' * 30}{KEY}" * 900):
        error = raised(client(reply(text, 400, {"Content-Type": "text/plain"}), department_key=KEY))
        assert KEY[:6] not in shown(error)


def test_echoes_of_all_kinds_are_redacted(client: MakeClient) -> None:
    """Wherever the server writes the key: Content-Type, member names, request id, fields."""
    quoted = "a/b+c=" * 6
    answers: dict[str, Any] = {
        "content type": reply(b"<", 200, {"Content-Type": f"text/{KEY}"}),
        "content type with more": reply(b"<", 200, {"Content-Type": f"{KEY}; x={KEY}"}),
        "request id": reply({"message": "no"}, 400, {"X-Request-Id": f"r-{KEY}"}),
        "value": reply({"status": True, "data": [{"id": KEY}]}),
        "redirect": reply(None, 302, {"Location": f"https://{KEY}.example/x"}),
    }
    for label, answer in answers.items():
        assert KEY not in shown(raised(client(answer, department_key=KEY))), label
    for form in (quoted, "a%2Fb%2Bc%3D" * 6):
        crm = client(reply({"message": f"key {form}"}, 400), department_key=quoted)
        assert form[:9] not in shown(raised(crm))


def test_causes_of_a_decode_error_are_redacted() -> None:
    """What Python says of a value, in the cause of an error, has no credential either."""
    request = httpx.Request("GET", "https://a.example/x")
    redact_request(request, (), (KEY,))
    answer = Reply(httpx.Response(200, json={}, request=request), {})

    def fail(_: Any) -> Any:
        try:
            return dict[str, Any]()[KEY]
        except KeyError as error:
            raise ValueError(f"bad {KEY}") from error

    with pytest.raises(DecodeError) as caught:
        decoded(Operation("x", "GET", "/x"), answer, fail)
    assert KEY not in shown(caught.value)


def test_signatures_are_redacted(espo: MakeEspo, onepagecrm: MakeOnePageCRM) -> None:
    """An echoed signature or Basic header is replaced as the key is."""
    for settings, header in (
        ({"api_key": KEY, "secret_key": f"s{KEY}"}, "x-hmac-authorization"),
        ({"username": "u", "password": KEY}, "authorization"),
        (None, "x-onepagecrm-auth"),
    ):
        values: list[str] = []

        def echo(request: httpx.Request, header: str = header, values: Any = values) -> Any:
            values.append(httpx.Headers(request.headers.raw)[header])
            text = f"bad {values[0]} {values[0].removeprefix('Basic ')}"
            return httpx.Response(400, json={"message": text})

        crm = onepagecrm(echo) if settings is None else espo(echo, **settings)
        crm.transport.seen.clear()
        error = raised(crm, lambda crm: crm.request("GET", "/x.json"))

        secret = values[0].removeprefix("Basic ")
        assert isinstance(error, StatusError)
        assert secret not in shown(error)
        assert secret.encode() not in pickle.dumps(error.request)
        assert "bad [redacted]" in error.message


def test_short_key_leaves_our_own_sentences(client: MakeClient) -> None:
    """A credential that is a common word is replaced in what the server said, not in ours."""
    for key in ("a", "contacts", "the", "re"):
        redirect = raised(client(reply(None, 302, {"Location": "/x"}), department_key=key))
        assert "the server redirects elsewhere; check base_url" in str(redirect)
        assert "contacts.list" in str(redirect)
        login = raised(client(reply(None, 302, {"Location": "/login"}), department_key=key))
        assert "the server redirects to its login page" in str(login)
        lost = raised(client(httpx.ReadTimeout("slow"), department_key=key, max_retries=0))
        assert "request to https://acme.relenta.com (port 443) failed" in str(lost)
        said = raised(client(reply({"message": f"bad {key}."}, 400), department_key=key))
        assert isinstance(said, StatusError)
        assert f" {key}." not in said.message


def test_refused_header_is_not_shown_by_the_library(client: MakeClient) -> None:
    """A header value that h11 refuses and prints, as middleware may set one, is not shown."""

    async def odd(request: Any, call_next: Any) -> Any:
        request.headers["X-Token"] = f"{KEY} "
        return await call_next(request)

    refusal = httpx.LocalProtocolError(f"Illegal header value b'{KEY} '")
    error = raised(client(refusal, middleware=[odd], max_retries=0))

    assert isinstance(error, TransportError)
    assert KEY not in shown(error)


@both
def test_headers_that_cannot_be_sent_are_refused(client: MakeClient) -> None:
    """Whitespace around a value, control characters and what is not ASCII: an ArgumentError."""
    values = (f"{KEY} ", f" {KEY}", f"{KEY}\t", f"{KEY}\x01", f"{KEY}\x7f", f"{KEY}\n", f"{KEY}é")
    ways = {
        "request": lambda crm, h: crm.request("GET", "/x", headers=h),
        "with_options": lambda crm, h: crm.with_options(headers=h),
        "options": lambda crm, h: crm.contacts.list(options={"headers": h}),
    }

    def check(way: str, value: str) -> None:
        crm = client(reply({}))

        error = raised(crm, lambda crm: ways[way](crm, {"Authorization": value}))

        assert isinstance(error, ArgumentError)
        assert "Authorization" in str(error)
        assert KEY not in shown(error)
        assert crm.seen == []

    assert failures(check, [(way, value) for way in ways for value in values]) == []
    for good in ("", "a", "a b\tc", "!~"):
        headers = {"X-A": good}
        client(reply({}))(lambda crm: crm.request("GET", "/x", headers=headers))  # noqa: B023 - done at once


def test_secret_members_are_not_in_repr() -> None:
    """A webhook's key is no part of its repr."""
    webhook = Webhook.from_dict({"id": "1", "secretKey": KEY})

    assert webhook.secret_key == KEY
    assert KEY not in repr(webhook)


def test_decode_errors_show_locals(client: MakeClient) -> None:
    """Tools that show local variables do not fail on half-built objects."""
    row = {"id": "1", "full_name": "x"}
    others: list[Any] = ["x", {"id": []}]
    answers = [reply({"status": True, "data": [row, other]}) for other in others]
    for answer in (*answers, reply("[" * 9), reply("[" * 99_999)):
        error = raised(client(answer))
        assert isinstance(error, DecodeError)
        lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
        assert "DecodeError" in "".join(lines)
