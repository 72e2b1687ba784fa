"""Who may reach a mock on a port: by Host, Origin and token, and how large a body may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.access import Access, token_for
from crmkit_mock.messages import BODY_CAP
from tests.mock.plain import KEY_HEADER, Relenta, client_for

MIB = 1024 * 1024


def get(mock: MockServer, path: str = "/__mock__/health", **headers: str) -> int:
    """Send a request with some headers; return the status."""
    return httpx.get(f"{mock.url}{path}", headers=headers, trust_env=False).status_code


def test_takes_loopback_names_only(server: MockServer) -> None:
    """Without a token control requests are refused if their Host is not loopback."""
    key = server.relenta.credentials["department_key"]
    contacts = "/relenta/api/v3/contact.list.json"
    for host, status in (
        ("localhost", 200),
        ("LOCALHOST:99", 200),
        ("127.0.0.1", 200),
        ("127.9.9.9:80", 200),
        ("[::1]:8600", 200),
        ("crm.test", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example:8600", 403),
        ("evil.example:8600", 403),
        ("10.0.0.1", 403),
        ("0.0.0.0", 403),  # noqa: S104 - a name that is refused
        ("", 403),
    ):
        assert get(server, Host=host) == status, host
        assert get(server, "/__mock__/openapi/relenta.json", Host=host) == status, host
        assert get(server, contacts, Host=host, **{KEY_HEADER: key}) == 200, host


def test_refuses_foreign_origins(server: MockServer) -> None:
    """A page of another origin may ask for nothing, whatever the token; its own may."""
    own = server.url
    port = own.rpartition(":")[2]
    with MockServer(token="t") as other:
        for mock, headers in ((server, {}), (other, {"Authorization": "Bearer t"})):
            same = f"http://127.0.0.1:{mock.url.rpartition(':')[2]}"
            for origin, status in (
                (same, 200),
                ("http://evil.example", 403),
                ("null", 403),
                ("", 403),
                (f"http://localhost:{port}", 403),
                ("http://127.0.0.1:1", 403),
            ):
                assert get(mock, Origin=origin, **headers) == status, origin
            assert get(mock, "/relenta/api/v3/contact.list.json", Origin="http://a.example") == 403
    assert get(server, Origin="http://localhost", Host="localhost:80") == 200
    assert get(server, Origin="https://LOCALHOST", Host="localhost") == 200


def test_refuses_foreign_origins_in_process(mocks: MockCRMs) -> None:
    """In process there is no Host to check, and CRMs take any Origin; control requests do not."""
    with client_for(mocks.relenta) as http:
        assert http.get("/contact.list.json", headers={"Host": "any.example"}).status_code == 200
        headers = {"Origin": "https://evil.example"}
        assert http.get("/contact.list.json", headers=headers).status_code == 200
        url = mocks.relenta.base_url.removesuffix("/relenta/api/v3") + "/__mock__/health"
        assert http.get(url, headers=headers).status_code == 403


def test_control_requests_need_the_token() -> None:
    """With a token control requests need it, CRMs do not, and any Host is taken."""
    with MockServer(token="to-ken") as mock:
        assert mock.token == "to-ken"
        for authorization, status in (
            ("Bearer to-ken", 200),
            ("bearer to-ken", 200),
            ("Bearer to-ke", 401),
            ("Bearer to-ken2", 401),
            ("Bearer", 401),
            ("Basic to-ken", 401),
            ("to-ken", 401),
            ("", 401),
        ):
            assert get(mock, Authorization=authorization, Host="crm.test") == status, authorization
        for path in ("/__mock__/journal", "/__mock__/openapi/relenta.json", "/nope"):
            reply = httpx.get(f"{mock.url}{path}", trust_env=False)
            assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
        with client_for(mock.relenta) as http:
            assert len(Relenta(mock.relenta, http).contacts()) == 2
            assert http.get("/contact.list.json", headers={"Host": "any"}).status_code == 200


def test_makes_a_token_where_others_can_reach_it() -> None:
    """A server on all networks has a token of its own, and this machine's address."""
    with MockServer(host="0.0.0.0") as mock:  # noqa: S104 - what is tested
        assert mock.token is not None
        assert len(mock.token) >= 32
        assert mock.relenta.base_url.startswith("http://127.0.0.1:")
        assert get(mock) == 401
        assert get(mock, Authorization=f"Bearer {mock.token}") == 200
    assert MockServer().token is None
    assert MockServer(host="::1").token is None
    assert MockServer(host="localhost", token="x").token == "x"
    assert token_for("example.com", None) != token_for("example.com", None)


def test_rejects_tokens_that_cannot_be_sent() -> None:
    """A token that no header can carry, and an empty host, are errors at the constructor."""
    cases: tuple[dict[str, Any], ...] = (
        {"token": ""},
        {"token": "a b"},
        {"token": "\u017e"},
        {"token": "a\n"},
        {"token": 5},
        {"token": "x" * 1_001},
        {"host": ""},
        {"host": None},
    )
    for arguments in cases:
        with pytest.raises(ValueError, match=f"{next(iter(arguments))} must"):
            MockServer(**arguments)


def test_cookies_carry_the_token() -> None:
    """The pages' cookie admits as the header does; a broken one does not."""
    access = Access("t")
    assert access.admits(None, f"a=b; crmkit_mock_token={access.cookie_value}")
    for cookie in ("crmkit_mock_token=t", "crmkit_mock_token", "", "\x00;;=", None):
        assert not access.admits(None, cookie), cookie
    assert not Access(None).admits(b"Bearer ", "crmkit_mock_token=")


def _chunks(size: int) -> Iterator[bytes]:
    yield from (b" " * MIB for _ in range(size // MIB))


def test_bodies_over_the_cap_are_413(server: MockServer) -> None:
    """A body above 20 MB is 413 everywhere, declared or in chunks; the mock goes on."""
    key = {KEY_HEADER: server.relenta.credentials["department_key"]}
    with httpx.Client(trust_env=False, headers=key) as http:
        for url in (
            f"{server.url}/__mock__/seed",
            f"{server.url}/__mock__/snapshot",
            f"{server.relenta.base_url}/contact.save.json",
        ):
            method = "PUT" if url.endswith("snapshot") else "POST"
            for content in (b" " * (BODY_CAP + 1), _chunks(BODY_CAP + MIB)):
                reply = http.request(method, url, content=content)
                assert reply.status_code == 413, url
        assert http.get(f"{server.url}/__mock__/health").status_code == 200
    assert server.relenta.journal[-1].body == b""
