"""What Python itself cannot hold: integers of many digits, memory, depth, half characters."""

from __future__ import annotations

from io import BytesIO
from itertools import cycle
from typing import Any

import httpx
import pytest

from crmkit import ArgumentError, ConfigError, CRMError, DecodeError, File, ServerError
from crmkit.core.codec import json
from tests.clients.conftest import MakeClient
from tests.clients.harness import CREDENTIALS, failures, new_client, reply, sync_alone
from tests.clients.hostile.methods import arguments_of, methods_of

asynchronous = sync_alone

MANY = 10**5000
HALF = "a\ud800"
FAILURES = (MemoryError, RecursionError, OSError)


def test_reads_numbers_of_too_many_digits(client: MakeClient) -> None:
    """A number that Python does not convert costs no more than itself."""
    digits = "7" * 5000
    crm = client(reply(f'{{"status": true, "data": [{{"id": "1", "x": {digits}}}]}}'))

    assert crm(lambda crm: crm.request("GET", "/x")).data["data"][0]["x"] == digits
    assert json.loads(b'{"a": %s, "b": 7}' % digits.encode()) == {"a": digits, "b": 7}


def test_refuses_integers_of_too_many_digits(client: MakeClient) -> None:
    """In a path, a query, a form, a body or a setting, such an integer is an error of ours."""
    calls: dict[str, Any] = {
        "query": lambda crm: crm.request("GET", "/x", query={"q": MANY}),
        "query of options": lambda crm: crm.contacts.list(options={"query": {"q": MANY}}),
        "json": lambda crm: crm.request("POST", "/x", json={"q": MANY}),
        "member": lambda crm: crm.contacts.save(id=MANY),
        "extra": lambda crm: crm.contacts.save(extra={"q": MANY}),
        "page_size": lambda crm: crm.contacts.list(page_size=-MANY),
        "max_retries": lambda crm: crm.contacts.list(options={"max_retries": -MANY}),
        "timeout": lambda crm: crm.contacts.list(options={"timeout": MANY}),
    }
    for label, work in calls.items():
        crm = client(reply({}))
        with pytest.raises(ArgumentError) as caught:
            crm(work)
        assert crm.seen == [], label
        assert len(str(caught.value)) < 300

    for name, value in (("timeout", MANY), ("max_retries", -MANY), ("throttle", -MANY)):
        settings: dict[str, Any] = {name: value}
        with pytest.raises(ConfigError):
            new_client("Relenta", **settings)


ODD: list[Any] = [
    *(HALF, MANY, -MANY, [HALF], [MANY], {"a": HALF}, {HALF: 1}, {"a": MANY}, {"a": [{"b": HALF}]}),
    *(float("nan"), b"x", object()),
]


def test_every_argument_of_every_method_is_checked() -> None:
    """What cannot be sent is an ArgumentError, or a TypeError where a model is expected."""

    def check(name: str, method: Any, argument: str, value: Any) -> None:
        try:
            method.call(crms[name], **{argument: value})
        except CRMError as error:
            assert len(str(error)) < 400
        except TypeError as error:
            assert "() expected" in str(error), error

    answer = httpx.MockTransport(lambda _: httpx.Response(418))
    crms = {name: new_client(name, transport=answer, throttle=0) for name in CREDENTIALS}
    values = cycle(ODD)
    cases = [
        (name, method, argument, next(values))
        for name, crm in crms.items()
        for method in methods_of(crm)
        for argument in arguments_of(crm, method)
    ]
    assert len(cases) > 3000
    assert failures(check, cases) == []


def test_python_running_out_is_an_error_of_the_reply(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory or depth that a body does not fit into: a DecodeError, under a status its error."""
    for error in FAILURES:

        def fail(_: bytes, error: type[BaseException] = error) -> Any:
            raise error

        monkeypatch.setattr(json, "loads", fail)
        with pytest.raises(DecodeError) as caught:
            client(reply({}))(lambda crm: crm.contacts.save(full_name="x"))
        assert caught.value.maybe_processed
        with pytest.raises(ServerError):
            client(reply({}, 500))(lambda crm: crm.contacts.save(full_name="x"))


def test_memory_error_of_a_transport_is_an_error_of_the_reply(client: MakeClient) -> None:
    """Where the body does not even fit into memory while it is read, it is a DecodeError."""
    with pytest.raises(DecodeError, match="does not fit into memory"):
        client(MemoryError())(lambda crm: crm.contacts.save(full_name="x"))


FILES: list[Any] = [
    File(BytesIO(b"x"), "a.txt", "text/plain\r\nX-A: b"),
    File(BytesIO(b"x"), "a.txt", "text/plain\n"),
    File(BytesIO(b"x"), "a.txt", " text/plain"),
    File(BytesIO(b"x"), "a.txt", ""),
    File(BytesIO(b"x"), "a.txt", "text/plain\xe9"),
    File(BytesIO(b"x"), "a.txt", 5),  # type: ignore[arg-type]  # as callers do
    File(BytesIO(b"x"), 5, "text/plain"),  # type: ignore[arg-type]  # as callers do
    File(BytesIO(b"x"), HALF, "text/plain"),
]


def test_refuses_names_of_files_that_cannot_be_sent() -> None:
    """A media type with a line end would add headers: it and others are an ArgumentError."""
    for file in FILES:
        with pytest.raises(ArgumentError, match=r"\.(mime_type|file_name): expected"):
            new_client("Monica").documents.create(document=file, contact_id=1)
        with pytest.raises(ArgumentError, match=r"\.(mime_type|file_name): expected"):
            new_client("EspoCRM").attachments.upload(file, field="file")


def test_sends_bytes_of_a_file_again() -> None:
    """A File of bytes is sent as one of an open file, and again after a failure."""
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return httpx.Response(429, headers={"Retry-After": "0"})

    crm = new_client("Monica", transport=httpx.MockTransport(answer), throttle=0)
    file: Any = File(b"abc", "a.txt", "text/plain; charset=utf-8")  # type: ignore[arg-type]  # as callers do
    with pytest.raises(CRMError):
        crm.documents.create(document=file, contact_id=1)

    assert len(bodies) == 3
    assert all(b"abc" in body and b"text/plain; charset=utf-8\r\n" in body for body in bodies)
