"""Signatures of the vendor's example and of other requests."""

from __future__ import annotations

from itertools import product
from typing import Any

import httpx

from crmkit.onepagecrm.signature import key_bytes, sign, signature
from tests.clients.harness import failures

UID = "4e0046526381906f7e000002"
KEY = "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="
SECONDS = 1308640873
BASE = "https://app.onepagecrm.com/api"


def _signed(method: str, path: str, body: bytes = b"") -> httpx.Headers:
    request = httpx.Request(method, BASE + path, content=body)
    sign(request, UID, key_bytes(KEY), SECONDS)
    return request.headers


def test_vendor_example() -> None:
    """The vendor's worked example gives the vendor's signature."""
    url = f"{BASE}/contacts/4d91d3ea6381904e44000026.xml"
    body = b"firstname=John&lastname=Doe"

    value = signature(UID, key_bytes(KEY), SECONDS, "PUT", url, body)

    assert value == "54d40f0284a23552eae5c62f6e848e636980e88cd13e7e7b58cc43d0825cc307"


def test_signs_request_as_sent() -> None:
    """The query is signed byte for byte, and an empty body for POST and PUT only."""
    cases: list[tuple[Any, ...]] = [
        (
            "GET",
            "/contacts.json",
            "e9bc188ba65f54e529936cfca12e00631706e2e8de1b917fc6ce29b7add329d3",
        ),
        (
            "GET",
            "/contacts.json?page=2",
            "e236be5b8dba7057b03b0f21e0db32457bcb1694734f9c22a41c155b50987c41",
        ),
        (
            "DELETE",
            "/contacts/4d91d3ea6381904e44000026.json",
            "e2bbb635f94766fe5c3c38cc52edeb9bbab76497309b91d6dbaec35c1069fb29",
        ),
        (
            "POST",
            "/misc/remove_unused_tags.json",
            "6c2c5e3de7187e8be6198757a930d1d26ca184b24ff30d1d895b1d1a0fa4bf80",
        ),
        (
            "GET",
            "/misc/assign_tag.yaml?id=4d91d3ea6381904e44000026&name=Solar%20panels",
            "5afb96f68c525af84e2a41b1e7176a9b7880503d8ec42f3eb6dbfc6fee004356",
        ),
    ]

    def check(method: str, path: str, expected: str) -> None:
        assert _signed(method, path)["X-OnePageCRM-Auth"] == expected

    assert failures(check, cases) == []


def test_signs_body_of_post_and_put_only() -> None:
    """The body of another method does not change the signature."""

    def check(method: str) -> None:
        name = "X-OnePageCRM-Auth"

        assert _signed(method, "/x.json", b"a=1")[name] == _signed(method, "/x.json")[name]
        assert _signed("POST", "/x.json", b"a=1")[name] != _signed("POST", "/x.json")[name]

    assert failures(check, product(["GET", "DELETE"])) == []


def test_keeps_case_of_headers() -> None:
    """The three headers are sent in the vendor's spelling."""
    names = {name.decode() for name, _ in _signed("GET", "/contacts.json").raw}

    assert {"X-OnePageCRM-UID", "X-OnePageCRM-TS", "X-OnePageCRM-Auth"} <= names


def test_signs_whole_url() -> None:
    """Another host or another spelling of the path gives another signature."""
    url = f"{BASE}/tags/Solar.json"
    key = key_bytes(KEY)

    value = signature(UID, key, SECONDS, "GET", url, b"")

    for other in (url.lower(), url.replace("https://", "https://x.")):
        assert signature(UID, key, SECONDS, "GET", other, b"") != value
