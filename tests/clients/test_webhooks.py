"""Requests of webhooks: taken if EspoCRM has signed them, by either form of its signature."""

from __future__ import annotations

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import ArgumentError, CRMError, DecodeError, SignatureError
from crmkit.autocrm import webhooks as other_name
from crmkit.espocrm import webhooks
from tests.clients.harness import failures

ID, KEY = "65b2150000000abc1", "c41f8a7be03d4965a2d8e15b7f60c39a"
BODY = '[{"id":"65b21500000000001","name":"Žluťoučký"}]'
# Made by openssl: `Signature`, which servers send from 8.4.1 on, and `X-Signature` of all to 10.0.
HEX = (
    "NjViMjE1MDAwMDAwMGFiYzE6YTRmZmJhZDIyNDlkZjk5MWE2NDVjNTNkMGY2MTUzNzM5YmJlN2I1ZjRhNTI4NGNlMWRk"
    "MjdiZTcxNjdkZDU0OQ=="
)
RAW = "NjViMjE1MDAwMDAwMGFiYzE6pP+60iSd+ZGmRcU9D2FTc5u+e19KUoTOHdJ75xZ91Uk="


def verify(body: Any = BODY, signature: Any = HEX, **changes: Any) -> list[dict[str, Any]]:
    """Verify the sample, or a variant of it."""
    return webhooks.verify(body, signature, **{"webhook_id": ID, "secret_key": KEY, **changes})


@pytest.mark.parametrize("signature", [HEX, RAW, f" {HEX}\n"])
@pytest.mark.parametrize("body", [BODY, BODY.encode()])
def test_returns_signed_events(body: str | bytes, signature: str) -> None:
    """The events come back, from a body as bytes or str, with either signature."""
    assert verify(body, signature) == [{"id": "65b21500000000001", "name": "Žluťoučký"}]
    assert other_name is webhooks


def test_returns_events_that_a_real_server_signed() -> None:
    """Either header of a recorded delivery is right for its body, and for no other."""
    path = Path(__file__).parents[1] / "recorded" / "espocrm-webhooks.jsonl"
    deliveries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    for delivery in deliveries:
        keys = {"webhook_id": delivery["webhook_id"], "secret_key": delivery["secret_key"]}
        assert sorted(delivery["headers"]) == ["Signature", "X-Signature"]
        for signature in delivery["headers"].values():
            events = webhooks.verify(delivery["body"], signature, **keys)
            assert all(event["id"] for event in events)
            with pytest.raises(SignatureError):
                webhooks.verify(delivery["body"] + " ", signature, **keys)
    # Two changes of one record between two deliveries come as two events.
    updates = json.loads(deliveries[0]["body"])
    assert [event.get("name") for event in updates] == ['Renamed / "q"', None]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"signature": None}, "missing"),
    ({"signature": ""}, "missing"),
    ({"signature": HEX[:-4]}, "wrong"),
    ({"signature": HEX.swapcase()}, "wrong"),
    ({"signature": "é\ud800"}, "wrong"),
    ({"signature": f"{HEX}, {RAW}"}, "wrong"),
    ({"body": BODY + " "}, "wrong"),
    ({"body": BODY.replace("Ž", "Z")}, "wrong"),
    ({"body": b"\xff"}, "wrong"),
    ({"body": "\ud800"}, "wrong"),
    ({"body": b""}, "wrong"),
    ({"webhook_id": "65b2150000000abc2"}, "wrong"),
    ({"secret_key": KEY.upper()}, "wrong"),
]


def test_refuses_what_is_not_signed() -> None:
    """A missing, cut or foreign signature is a SignatureError that shows no key."""

    def check(changes: dict[str, Any], problem: str) -> None:
        with pytest.raises(SignatureError, match=f"the signature is {problem}") as caught:
            verify(**changes)
        assert KEY not in str(caught.value)

    assert failures(check, WRONG) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"secret_key": ""}, "secret_key: must not be empty"),
    ({"secret_key": None}, "secret_key: expected str, got None"),
    ({"webhook_id": ""}, "webhook_id: must not be empty"),
    ({"webhook_id": 5}, "webhook_id: expected str, got int"),
    ({"body": None}, "body: expected bytes or str, got None"),
    ({"body": [{"id": "1"}]}, "body: expected bytes or str, got list"),
    ({"signature": 5}, "signature: expected str, got int"),
]


def test_refuses_arguments_of_other_types() -> None:
    """An empty key, with which anybody could sign, and parsed bodies are refused by name."""

    def check(changes: dict[str, Any], message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            verify(**changes)
        assert str(caught.value) == message

    assert failures(check, BAD) == []


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[", b"\xff", b"[[]]", b"null"])
def test_refuses_signed_bodies_that_are_no_events(body: bytes) -> None:
    """A body that is signed but not a list of records is a DecodeError."""
    signature = webhook_signature(body)

    with pytest.raises(DecodeError):
        verify(body, signature)


def webhook_signature(body: bytes) -> str:
    """Sign a body as a server does."""
    import base64

    digest = hmac.new(KEY.encode(), body, "sha256").hexdigest()
    return base64.b64encode(f"{ID}:{digest}".encode()).decode()


@given(st.one_of(st.text(), st.binary()), st.text())
def test_never_raises_anything_foreign(body: str | bytes, signature: str) -> None:
    """Whatever is posted, it is refused by an error of crmkit."""
    with pytest.raises(CRMError):
        verify(body, signature)
