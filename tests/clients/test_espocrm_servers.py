"""Servers that are older, or configured otherwise, than most."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmkit import AsyncEspoCRM, ConfigError, EspoCRM, PermissionDeniedError
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Driver, both, reply, sync_alone
from tests.clients.test_autocrm_login import CLIENTS, SITE

asynchronous = sync_alone
KEYS = {
    "api_key": "93b7e0d25c6f4a18b2d9610f7ce8a354",
    "secret_key": "c41f8a7be03d4965a2d8e15b7f60c39a",
}
# Made by openssl, for `GET /Account`; both tried on servers of 9.2.7 and 10.0.0.
SIGNATURES = {
    "raw": (
        "OTNiN2UwZDI1YzZmNGExOGIyZDk2MTBmN2NlOGEzNTQ6G3sY65UQXsLl4mti9IYSTaZjzeiT1YfSHyuhMt7dGLo="
    ),
    "hex": (
        "OTNiN2UwZDI1YzZmNGExOGIyZDk2MTBmN2NlOGEzNTQ6MWI3YjE4ZWI5NTEwNWVjMmU1ZTI2YjYyZjQ4NjEyNGRh"
        "NjYzY2RlODkzZDU4N2QyMWYyYmExMzJkZWRkMThiYQ=="
    ),
}


@both
@pytest.mark.parametrize("settings", [{}, {"signature": "raw"}, {"signature": "hex"}])
@pytest.mark.parametrize("profile", ["autocrm", "espocrm"])
def test_signs_by_either_form_of_the_digest(
    espo: MakeEspo, profile: str, settings: dict[str, Any]
) -> None:
    """Calls are signed by the digest's bytes, which all servers take, or on demand its digits."""
    crm = espo(reply({}), profile=profile, **KEYS, **settings)

    crm(lambda crm: crm.request("GET", "/Account?maxSize=1"))

    expected = SIGNATURES[settings.get("signature", "raw")]
    assert crm.seen[0].headers["x-hmac-authorization"] == expected


@pytest.mark.parametrize("signature", ["HEX", "", None, 5, []])
def test_refuses_other_signatures(signature: Any) -> None:
    """A signature of another form is refused by name."""
    for cls in CLIENTS:
        with pytest.raises(ConfigError, match="signature must be 'raw' or 'hex'"):
            cls(base_url=SITE, **KEYS, signature=signature)


@both
@pytest.mark.parametrize("signature", ["raw", "hex"])
def test_mock_takes_both_forms(mocked_espo: MakeEspo, signature: str) -> None:
    """The mock takes either signature, as servers of 9.2 and 10.0 do."""
    crm = mocked_espo(**KEYS, signature=signature)

    assert crm(lambda crm: crm.me()).user.user_name == "signer"


class Limited(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A server of contacts whose administrator has limited the size of pages.

    Args:
        limit: The limit.
        count: How many contacts there are.
    """

    def __init__(self, limit: int, count: int) -> None:
        self.limit, self.count = limit, count
        self.sizes: list[int | None] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        params = request.url.params
        size = int(params["maxSize"])
        self.sizes.append(size)
        if size > self.limit:
            reason = f"Max size should not exceed {self.limit}. Use offset and limit."
            return httpx.Response(403, headers={"X-Status-Reason": reason}, request=request)
        first = int(params.get("offset", 0))
        ids = range(first, min(first + size, self.count))
        rows = [{"id": f"{id:017d}", "lastName": str(id)} for id in ids]
        return httpx.Response(200, json={"total": self.count, "list": rows}, request=request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client."""
        return self.handle_request(request)


LIMITS = [(limit, size) for limit in (1, 2, 7, 100, 200, 500) for size in (None, 1, 50, 200, 500)]


@both
@pytest.mark.parametrize(("limit", "size"), LIMITS)
def test_lists_go_on_with_the_limit_of_the_server(
    asynchronous: bool, limit: int, size: int | None
) -> None:
    """Whatever limit the administrator has set, every record comes; it is learned once a client."""
    server = Limited(limit, 3 * limit + 1)
    crm = Driver(asynchronous, server, (EspoCRM, AsyncEspoCRM), base_url=SITE, **KEYS)
    options = {} if size is None else {"page_size": size}

    records = crm(lambda crm: crm.contacts.list(**options))
    refused = sum(asked > limit for asked in server.sizes if asked)
    again = crm(lambda crm: crm.leads.list(**options))

    assert [record.id for record in records] == [f"{id:017d}" for id in range(server.count)]
    assert len(again) == server.count
    assert refused <= 1
    assert sum(asked > limit for asked in server.sizes if asked) == refused
    crm.end()


def test_asks_for_larger_pages_where_told_to(espo: MakeEspo) -> None:
    """A page size above the usual limit goes out: the server knows its configuration."""
    crm = espo(reply({"total": 0, "list": []}))

    crm(lambda crm: crm.contacts.list(page_size=500))
    crm(lambda crm: crm.contacts.list())

    assert [seen.query["maxSize"] for seen in crm.seen] == ["500", "200"]


def test_other_refusals_stay_errors(espo: MakeEspo) -> None:
    """A 403 for another reason, or of a limit that the page keeps, is raised."""
    reason = "Max size should not exceed 200. Use offset and limit."
    for headers in ({"X-Status-Reason": "No access"}, {"X-Status-Reason": reason}):
        crm = espo(reply(None, 403, headers=headers))
        with pytest.raises(PermissionDeniedError):
            crm(lambda crm: crm.contacts.list(page_size=200))
        assert len(crm.seen) == 1
