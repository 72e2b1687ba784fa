"""The errors: their tree, their attributes, and that they can be pickled."""

from __future__ import annotations

import copy
import io
import pickle
import re
import traceback
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

import crmkit
from crmkit import (
    ArgumentError,
    AuthenticationError,
    CallTimeoutError,
    ConfigError,
    ConflictError,
    CRMError,
    DecodeError,
    NotFoundError,
    PaginationError,
    ServerError,
    SignatureError,
    StatusError,
    TransportError,
)
from crmkit.core import errors
from tests.clients.conftest import MakeClient
from tests.clients.harness import KEY, both, contact, failures, page, refusal, reply, sync_alone

asynchronous = sync_alone

CLASSES = [getattr(errors, name) for name in errors.__all__]
STATUS_CLASSES = [cls for cls in CLASSES if issubclass(cls, StatusError)]


def drawn() -> dict[str, str]:
    """Return the parent of each class, by name, as drawn in the module's docstring."""
    parents: dict[str, str] = {}
    branch: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│ ├└─]*)(\w+Error)\b", line)
        if match:
            depth = len(match[1]) // 4
            branch[depth:] = [match[2]]
            parents[match[2]] = branch[depth - 1] if depth else "Exception"
    return parents


def test_tree_matches_docstring() -> None:
    """The tree in the module's docstring, the classes and `__all__` are the same."""
    tree = drawn()

    assert len(tree) == 18
    assert tree == {cls.__name__: cls.__bases__[0].__name__ for cls in CLASSES}
    assert {
        name: parent for name, parent in tree.items() if parent in {"Exception", "CRMError"}
    } == {
        "CRMError": "Exception",
        **dict.fromkeys(
            (
                "ConfigError",
                "ArgumentError",
                "TransportError",
                "StatusError",
                "DecodeError",
                "PaginationError",
                "SignatureError",
            ),
            "CRMError",
        ),
    }
    assert ArgumentError.__bases__ == (CRMError, ValueError)
    assert tree["CallTimeoutError"] == "TransportError"
    assert all(getattr(crmkit, cls.__name__) is cls for cls in CLASSES)
    assert all(cls.__doc__ for cls in CLASSES)


def request() -> httpx.Request:
    """Return a request such as an error keeps."""
    return httpx.Request("GET", "https://acme.relenta.com/api/v3/x", headers={"X-A": "b"})


def samples() -> list[CRMError]:
    """Return an error of each class with all its attributes."""
    response = httpx.Response(409, json={"message": "no"}, request=request())
    full: dict[str, Any] = {
        "status_code": 409,
        "code": 7,
        "fields": {"name": ["too long", "odd"]},
        "request_id": "r-1",
        "retry_after": 1.5,
        "operation": "contacts.save",
        "attempts": 3,
        "request": request(),
        "response": response,
        "body": {"message": "no"},
    }
    conflict = ConflictError("taken", **full)
    conflict.current = [{"id": "1"}]
    return [
        CRMError("plain"),
        ConfigError("no key"),
        ArgumentError("phone[1]", "holds a ';'", operation="contacts.save"),
        TransportError("gone", request=request(), maybe_processed=False, operation="x", attempts=2),
        CallTimeoutError("slow", request=request(), operation="x"),
        DecodeError("no", path="data[3].dt_created", operation="contacts.list", response=response),
        PaginationError("again", items_read=300, last_page=4),
        SignatureError("the signature is wrong"),
        conflict,
        *(cls("no", **full) for cls in STATUS_CLASSES if cls is not ConflictError),
    ]


def attributes(error: CRMError) -> dict[str, Any]:
    """Return an error's attributes as values that can be compared."""
    values: dict[str, Any] = {
        "args": error.args,
        "str": str(error),
        "repr": repr(error),
        **vars(error),
    }
    for name in ("request", "response"):
        if values.get(name) is not None:
            current = values[name]
            headers = current.headers.raw
            if name == "request":
                values[name] = (current.method, str(current.url), headers)
            else:
                values[name] = (
                    current.status_code,
                    headers,
                    current.content,
                    current.request.method,
                )
    return values


def test_errors_survive_pickle_and_copy() -> None:
    """A pickle, a copy and a deep copy of an error keep all its attributes."""

    def check(error: CRMError) -> None:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            assert attributes(pickle.loads(pickle.dumps(error, protocol))) == attributes(error)
        for clone in (copy.copy(error), copy.deepcopy(error)):
            assert type(clone) is type(error)
            assert clone is not error
            assert attributes(clone) == attributes(error)

    assert failures(check, product(samples())) == []


def test_errors_are_kept_whatever_hangs_on_them() -> None:
    """Functions, files, deep bodies and responses with functions of their own are no obstacle."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    def check(error: CRMError) -> None:
        own: Any = error
        own.callback, own.file, own.note, own.body = (lambda: 1), io.BytesIO(), "mine", deep
        own.stream = Path(__file__).open("rb")  # noqa: SIM115 - closed below
        own.request = httpx.Request("GET", "https://a.example/x", extensions={"trace": print})
        own.response = httpx.Response(409, text="no", request=own.request)
        own.response.default_encoding = lambda _: "utf-8"
        clones: list[Any] = [pickle.loads(pickle.dumps(error)), copy.deepcopy(error)]
        for clone in (*clones, copy.copy(own)):
            assert clone.__class__ is error.__class__
            assert (str(clone), clone.note) == (str(error), "mine")
            assert clone.request.method == "GET"
            assert (clone.response.status_code, clone.response.content) == (409, b"no")
            assert clone.response.text == "no"
        own.stream.close()

    assert failures(check, product(samples())) == []


def test_samples_cover_every_class() -> None:
    """The samples of the test above include every class."""
    assert {type(error) for error in samples()} == set(CLASSES)


def test_copy_is_independent() -> None:
    """Changing a copy's attributes leaves the original unchanged."""
    error = PaginationError("again", items_read=1, last_page=2)
    clone = copy.copy(error)
    clone.items_read = 5

    assert error.items_read == 1


ANSWERS = [
    *(refusal(status, "Sorry") for status in (400, 401, 403, 404, 409, 422, 429, 500)),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    reply("<html>"),
    page({"id": []}),
    page(contact(1)),
    reply(None, 302, {"Location": "/login"}),
    reply(None, 302, {"Location": "https://elsewhere.example/x"}),
    reply({"status": False, "message": "Sorry"}),
]


@both
def test_raised_error_survives_pickle(client: MakeClient) -> None:
    """An error that a call raised can be pickled with request and response, without the key."""

    def check(number: int) -> None:
        crm = client(ANSWERS[number], max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(lambda crm: crm.contacts.list())
        raised = caught.value
        pickled = pickle.dumps(raised)
        unpickled = pickle.loads(pickled)

        assert attributes(unpickled) == attributes(raised)
        assert KEY.encode() not in pickled
        if isinstance(unpickled, StatusError):
            assert unpickled.response is not None
            assert unpickled.response.request.url.path == "/api/v3/contact.list.json"

    assert failures(check, product(range(len(ANSWERS)))) == []


def kept_requests(error: BaseException) -> list[httpx.Request]:
    """Return every request that an error, its causes and its responses keep."""
    requests: list[httpx.Request] = []
    current: BaseException | None = error
    while current is not None:
        for holder in (current, getattr(current, "response", None)):
            for name in ("request", "next_request"):
                try:
                    request = getattr(holder, name, None)
                except RuntimeError:  # raised by httpx where it is not set
                    continue
                if request is not None:
                    requests.append(request)
        current = current.__cause__ or current.__context__
    return requests


@both
def test_error_keeps_no_key(client: MakeClient) -> None:
    """No request kept by an error, its response or its cause has the credential."""

    def check(number: int) -> None:
        crm = client(ANSWERS[number], max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(lambda crm: crm.contacts.list())
        requests = kept_requests(caught.value)

        if not isinstance(caught.value, PaginationError):
            assert requests
        for request in requests:
            assert KEY not in str(request.headers.raw), request
            assert KEY not in str(request.url)
        assert KEY not in "".join(traceback.format_exception(caught.value))

    assert failures(check, product(range(len(ANSWERS)))) == []


def test_error_context_keeps_no_key(client: MakeClient) -> None:
    """The errors of earlier attempts keep no credential either."""
    crm = client(refusal(500), httpx.ReadTimeout("slow"), refusal(404))

    with pytest.raises(NotFoundError) as caught:
        crm(lambda crm: crm.contacts.list())

    for request in kept_requests(caught.value):
        assert KEY not in str(request.headers.raw)


def test_message_is_one_printable_line(client: MakeClient) -> None:
    """An error's str is one printable line of bounded length, without the credential."""
    cases: list[tuple[Any, ...]] = [
        ("one\ntwo\r\n\tthree", "one two three"),
        ("line\u2028separator\x85next\x0bvertical", "line separator next vertical"),
        ("x" * 1000, "x" * 299 + "…"),
        (f"the key {KEY} is wrong", None),
        ("a lone \ud800 surrogate", None),
        ("red \x1b[31m and \x00 nul", None),
    ]

    def check(message: str, expected: str | None) -> None:
        crm = client(refusal(401, message))

        with pytest.raises(AuthenticationError) as caught:
            crm(lambda crm: crm.contacts.list())

        text = str(caught.value)
        assert len(text.splitlines()) == 1
        assert len(text) <= 300
        assert text.isprintable(), "a terminal or a log file could not take it"
        assert KEY not in text + repr(caught.value) + caught.value.message
        if expected is not None:
            assert caught.value.message == expected

    assert failures(check, cases) == []


def test_redacts_echoed_key(client: MakeClient) -> None:
    """A credential that the server echoes is not in the error's str or repr."""
    for answer in (
        reply({"error": f"bad key {KEY}"}, 400),
        reply(f"<title>No {KEY}</title>", 500, {"Content-Type": "text/html"}),
        refusal(500, "no", {"X-Request-Id": KEY}),
        reply({"status": False, "message": f"{KEY}{KEY}"}),
    ):
        crm = client(answer, max_retries=0)
        with pytest.raises(StatusError) as caught:
            crm(lambda crm: crm.contacts.list())
        assert KEY not in str(caught.value)
        assert KEY not in repr(caught.value)


def test_message_has_status_operation_and_request_id(client: MakeClient) -> None:
    """An error's str has status, operation, the server's message, request id and attempts."""
    answer = reply({"status": False, "code": 17, "message": "Sorry"}, 503, {"X-Request-Id": "r-9"})
    with pytest.raises(ServerError) as caught:
        client(answer)(lambda crm: crm.contacts.list())

    assert str(caught.value) == (
        "503 Service Unavailable, code 17 (contacts.list): Sorry [request r-9], 3 attempts"
    )
    assert caught.value.code == 17
    assert caught.value.request_id == "r-9"
    assert caught.value.body == {"status": False, "code": 17, "message": "Sorry"}
    assert caught.value.request is not None
    assert caught.value.request.method == "GET"


def test_unexplained_status_names_the_address(client: MakeClient) -> None:
    """401, 403, 404 and redirects that no API explains name the address, without its query."""
    html = {"Content-Type": "text/html"}
    address = "from https://acme.relenta.com/api/v3/contact.list.json"
    cases: list[tuple[Any, ...]] = [
        (reply(None, 404), True),
        (reply("<title>Sign in</title>", 401, html), True),
        (reply("<title>Just a moment…</title>", 403, html), True),
        (reply({"message": "Not Found"}, 404), True),
        (reply(None, 302, {"Location": "/x?secret=1"}), True),
        (reply({"message": "No such contact"}, 404), False),
        (refusal(401, "wrong key"), False),
        (reply(None, 400), False),
    ]

    def check(answer: Any, named: bool) -> None:
        with pytest.raises(StatusError) as caught:
            client(answer)(lambda crm: crm.contacts.list(options={"query": {"q": "private"}}))

        assert (address in str(caught.value)) is named
        assert "private" not in str(caught.value)
        assert "secret" not in str(caught.value)

    assert failures(check, cases) == []


def test_redirect_says_where_to(client: MakeClient) -> None:
    """A redirect names the host that it leads to and no more; 304 is not told as one."""
    cases: list[tuple[Any, ...]] = [
        ("https://www.acme.example/x?token=1#y", "redirects to www.acme.example; check base_url"),
        ("//user:pw@b.example:8443/x", "redirects to b.example:8443; check base_url"),
        ("/elsewhere", "redirects elsewhere; check base_url"),
        ("http://[", "redirects elsewhere; check base_url"),
        ("", "redirects nowhere; check base_url"),
        (f"https://{KEY}.example/", "redirects elsewhere; check base_url"),
    ]

    def check(location: str, expected: str) -> None:
        with pytest.raises(StatusError) as caught:
            client(reply(None, 301, {"Location": location}))(lambda crm: crm.contacts.list())

        assert expected in str(caught.value)
        assert [word for word in ("token", "pw", KEY) if word in str(caught.value)] == []

    assert failures(check, cases) == []
    with pytest.raises(StatusError) as caught:
        client(reply(None, 304))(lambda crm: crm.contacts.list())
    assert "base_url" not in str(caught.value)
    assert "redirect" not in str(caught.value)


def test_base_classes_catch() -> None:
    """`except CRMError` catches every error; an ArgumentError is a ValueError as well."""
    assert all(issubclass(cls, CRMError) for cls in CLASSES)
    assert not issubclass(CRMError, ValueError)
    with pytest.raises(ValueError, match="expected a str"):
        raise ArgumentError("x", "expected a str")
