"""Invalid requests to Relenta's mock: 4xx in its own envelope, nothing stored, it lives on."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit_mock import MockCRMs, MockServer
from tests.mock.plain import Relenta, client_for, refusal

JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def _nothing_stored(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare the state before and after each test that uses one of the mocks."""
    name = next((name for name in ("relenta", "either") if name in request.fixturenames), None)
    if name is None:
        yield
        return
    relenta: Relenta = request.getfixturevalue(name)
    before = relenta.mock.snapshot()
    yield
    assert relenta.mock.snapshot() == before
    assert relenta.contacts(), "the mock does not answer any more"


MALFORMED = {
    "nothing": b"",
    "whitespace": b"  ",
    "cut short": b'{"full_name": "x"',
    "two values": b'{"full_name": "x"} {}',
    "single quotes": b"{'full_name': 'x'}",
    "trailing comma": b'{"full_name": "x",}',
    "a comment": b'{"full_name": "x"} // x',
    "form fields": b"full_name=James+Bond",
    "XML": b"<contact/>",
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a str": b'"x"',
    "a list": b"[]",
    "a list of contacts": b'[{"full_name": "x"}]',
    "a NUL byte": b"\x00",
    "a NUL byte in a str": b'{"full_name": "a\x00b"}',
    "an escaped NUL": rb'{"full_name": "a\u0000b"}',
    "an escaped NUL in a name": rb'{"a\u0000b": "x"}',
    "a line break in a str": b'{"full_name": "a\nb"}',
    "a lone high surrogate": rb'{"full_name": "\ud83d"}',
    "a lone low surrogate": rb'{"full_name": "\ude00 x"}',
    "surrogates the wrong way round": rb'{"full_name": "\ude00\ud83d"}',
    "a lone surrogate in a name": rb'{"\ud83d": "x"}',
    "a raw surrogate": b'{"full_name": "\xed\xa0\xbd"}',
    "Latin-1": '{"full_name": "Žižka"}'.encode("iso8859-2"),
    "UTF-16": '{"full_name": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"full_name": "x"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "NaN": b'{"full_name": NaN}',
    "NaN where anything goes": b'{"x": NaN}',
    "Infinity": b'{"x": -Infinity}',
    "a number beyond a double": b'{"x": 1e999}',
    "a number of 5,000 digits": b'{"id": %s}' % (b"9" * 5000),
    "a number beyond 64 bits": b'{"id": 18446744073709551616}',
    "a repeated member": b'{"id": 33103982, "id": 33077973}',
    "a repeated member within": b'{"x": {"a": 1, "a": 2}}',
    "deep nesting": b'{"x": %s%s}' % (b"[" * 100_000, b"]" * 100_000),
    "deep nesting, open": b'{"x":' * 100_000,
}


@pytest.mark.parametrize("operation", ["contact.save", "contact.create", "activity.save"])
def test_rejects_malformed_bodies(relenta: Relenta, operation: str) -> None:
    """A body that is not one valid JSON object is 400, under either media type."""
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        for case, body in MALFORMED.items():
            reply = relenta.http.post(
                f"/{operation}.json", content=body, headers={"Content-Type": content_type}
            )
            assert refusal(reply, 400), (case, content_type)


def test_rejects_wrong_types(relenta: Relenta) -> None:
    """A member of another type than the document's is 400, naming the member."""
    values: dict[str, tuple[object, ...]] = {
        "full_name": (5, ["x"], {}),
        "do_not_mass_email": ("false", 0),
        "dt_created": ("yesterday",),
        "emails": (["a@b.example"],),
        # A custom field takes str or null, whatever its type.
        "Skills": (5, True, ["Red"], {"a": "b"}),
    }
    for member, invalid in values.items():
        for value in invalid:
            reply = relenta.http.post("/contact.save.json", json={member: value})
            assert member in refusal(reply, 400), value


def test_rejects_other_content_types(either: Relenta) -> None:
    """A valid body under another or no content type is 400."""
    for content_type in (
        None,
        "",
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/json, application/json",
        "application/jsonx",
        "application/json; charset=iso-8859-1",
        "application/json; x=y; charset=utf-16",
    ):
        headers = {} if content_type is None else {"Content-Type": content_type}
        reply = either.http.post(
            "/contact.save.json", content=b'{"full_name":"x"}', headers=headers
        )
        assert refusal(reply, 400), content_type


QUERIES = (
    *("page=0", "page=-1", "page=x", "page=", "page", "page=1.0", "page=1e1", "page=null"),
    *("page=%201", "page=+1", "page=01", "page=1_0", "page=%EF%BC%91", "page=%00", "page=0x1"),
    *("page=2147483648", "page=18446744073709551616", f"page={'9' * 5000}", "page=true"),
    *("page_size=0", "page_size=501", "page_size=-1", "page_size=x", "page_size=1%0A"),
    *("page=1&page=1", "page=1&page=2", "pagesize=10", "Page=1", "page[]=1", "x=1", "=1", "x"),
    *("page=%FF", "%FF=1", "page=%"),
)


@pytest.mark.parametrize("kind", ["contact", "activity", "custom_field"])
def test_rejects_invalid_parameters(relenta: Relenta, kind: str) -> None:
    """Lists take integers within the document's bounds, once each, and nothing else."""
    for query in QUERIES:
        assert refusal(relenta.http.get(f"/{kind}.list.json?{query}"), 400), query


def test_rejects_parameters_where_there_are_none(relenta: Relenta) -> None:
    """Where the document has no parameters, any is 400; a lone "?" or "&" is not a parameter."""
    for query in ("page=1", "page_size=10", "x="):
        refusal(relenta.http.get(f"/custom_field.list.json?{query}"), 400)
        refusal(relenta.http.post(f"/contact.save.json?{query}", json={"full_name": "x"}), 400)
    for query in ("", "&", "&&"):
        assert relenta.http.get(f"/custom_field.list.json?{query}").status_code == 200


def test_rejects_other_formats(either: Relenta) -> None:
    """A known path with another extension than .json is 400, a wrong response format."""
    for stem in ("contact.list", "activity.save", "custom_field.list"):
        for extension in (".xml", ".JSON", ".jsonx", ".yaml", ".", ""):
            for method in ("GET", "POST"):
                reply = either.http.request(method, f"/{stem}{extension}")
                assert "format" in refusal(reply, 400), (stem, extension, method)


def test_unknown_paths_are_404(either: Relenta) -> None:
    """A path that the document does not have is 404 in the envelope, with or without a key."""
    for path in (
        *("/", "", "/contact", "/contact.delete.json", "/contact.list.json/"),
        *("//contact.list.json", "/contact.list.json/1", "/../contact.list.json", "/contacts"),
        *("/%00", "/%FF", "/%0A", "/contact%2Elist%2Ejson%0A", "/" + "x" * 5000),
        "/contact.list.json%20",
    ):
        url = f"{either.mock.base_url}{path}"
        assert refusal(either.http.get(url), 404), path
        headers = {"X-Relenta-Department-Key": "x"}
        assert refusal(either.http.post(url, content=b"{", headers=headers), 404), path


def test_wrong_methods_are_405(relenta: Relenta) -> None:
    """A method that a path does not have is 405 with Allow, before key, query and body count."""
    others = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
    for path, allow, methods in (
        ("/contact.list.json", "GET, HEAD", (*others, "POST")),
        ("/contact.save.json", "POST", (*others, "GET", "HEAD")),
        ("/custom_field.list.json", "GET, HEAD", (*others, "POST")),
    ):
        for method in methods:
            for headers in ({}, {"X-Relenta-Department-Key": "wrong"}):
                reply = relenta.http.request(
                    method, f"{path}?x=1", content=b"\xff", headers=headers
                )
                if method == "HEAD":
                    assert reply.status_code == 405
                else:
                    refusal(reply, 405)
                assert reply.headers["allow"] == allow, (path, method)


@pytest.mark.parametrize(("method", "path"), [("POST", "contact.list"), ("GET", "contact.save")])
def test_wrong_methods_are_405_on_either_way(either: Relenta, method: str, path: str) -> None:
    """A list cannot be posted to and a save cannot be got, in process and over a socket."""
    refusal(either.http.request(method, f"/{path}.json", json={"full_name": "x"}), 405)


def test_a_body_over_the_cap_is_413(either: Relenta) -> None:
    """More than 20 MiB are refused, and the connection goes on."""
    body = b'{"comment": "%s"}' % (b"x" * 20 * MEBIBYTE)
    refusal(either.http.post("/contact.save.json", content=body, headers=JSON), 413)


def test_a_body_of_unknown_length_over_the_cap_is_413(either: Relenta) -> None:
    """A body that comes in chunks is counted while it comes."""

    def chunks() -> Iterator[bytes]:
        for _ in range(21):
            yield b" " * MEBIBYTE

    refusal(either.http.post("/contact.save.json", content=chunks(), headers=JSON), 413)


def test_a_body_below_the_cap_is_taken(mocks: MockCRMs) -> None:
    """A body of 19 MiB is stored and read back."""
    with client_for(mocks.relenta) as http:
        relenta = Relenta(mocks.relenta, http)
        text = "x" * 19 * MEBIBYTE
        assert relenta.contact(relenta.save(comment=text))["comment"] == text


def test_bytes_that_are_not_http_do_not_stop_the_server(server: MockServer) -> None:
    """A connection that does not speak HTTP, or is closed halfway, harms nobody else."""
    port = int(server.url.rpartition(":")[2])
    for data in (
        b"\x16\x03\x01\x02\x00",
        b"GET",
        b"POST /relenta/api/v3/contact.save.json HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
        b"GET /relenta/api/v3/contact.list.json HTTP/1.1\r\nHost: \xff\r\nX: \x00\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(data)
        with client_for(server.relenta) as http:
            assert len(Relenta(server.relenta, http).contacts()) == 2


members = st.one_of(
    st.sampled_from(["id", "full_name", "dt_start", "all_day", "T-shirt_size", "page"]), st.text()
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=3),
    max_leaves=8,
)


@given(
    operation=st.sampled_from(["contact.save", "contact.create", "activity.save", "contact.list"]),
    body=st.binary() | trees.map(lambda tree: json.dumps(tree).encode()),
    query=st.binary(max_size=20),
    content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "x"]),
)
def test_any_bytes_get_an_answer(
    operation: str, body: bytes, query: bytes, content_type: str
) -> None:
    """Random bytes and trees are answered 200 or 4xx in the envelope; only 200 changes anything."""
    with MockCRMs() as mocks, client_for(mocks.relenta) as http:
        before = mocks.relenta.snapshot()
        reply = http.request(
            "GET" if operation == "contact.list" else "POST",
            f"/{operation}.json?{quote_from_bytes(query, safe='&=+')}",
            content=body,
            headers={"Content-Type": content_type},
        )
        if reply.status_code == 200:
            assert reply.json()["status"] is True
        else:
            assert reply.status_code in (400, 404)
            refusal(reply, reply.status_code)
            assert mocks.relenta.snapshot() == before
        assert http.get("/contact.list.json").status_code == 200
