"""Whatever bytes a server sends, each method returns a value or raises a CRMError."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Any

import httpx
import pytest

import crmkit
from crmkit import CRMError
from tests.clients.harness import new_client
from tests.clients.hostile.methods import Method, methods_of
from tests.clients.hostile.replies import Server

CANARY = "CANARYab12cd34ef56gh78ij90kl12mn34op56qr78s="
CREDENTIALS: dict[str, dict[str, Any]] = {
    "Relenta": {"account": "acme", "department_key": CANARY},
    "AutoCRM": {"api_key": CANARY},
    "EspoCRM": {"api_key": CANARY, "secret_key": f"s{CANARY}"},
    "OnePageCRM": {"uid": "u" * 24, "key": CANARY},
    "Monica": {"token": CANARY},
}
DOCUMENTS = {"Relenta": "relenta", "OnePageCRM": "onepagecrm", "Monica": "monica"}
SMALL, LARGE = 250, 10_200


def calls(name: str, seed: int, number: int) -> Iterator[tuple[Any, Method, Server]]:
    """Yield a client, one of its methods and the server that it calls, again and again."""
    random = Random(seed)  # noqa: S311 - which calls are made
    server = Server(DOCUMENTS.get(name, "autocrm"), CANARY, random)
    methods = cycle(methods_of(new_client(name)))
    transport = httpx.MockTransport(server)
    settings = {**CREDENTIALS[name], "transport": transport, "throttle": 0}
    for count in range(number):
        if count % 5 == 0:  # now and then anew, as an odd reply may have put an odd key in place
            crm = new_client(name, max_retries=random.choice((0, 1)), **settings)
        yield crm, next(methods), server


def check_error(error: CRMError, *, thorough: bool) -> None:
    """Check what an error shows, and that it can be kept."""
    text = f"{error}\n{error!r}"
    current: BaseException | None = error
    while current is not None:  # of a traceback, what is not our own source
        text += "".join(traceback.format_exception_only(current))
        current = current.__cause__ or current.__context__
    assert CANARY[:16] not in text, "a part of the credential is shown"
    assert len(str(error).splitlines()) == 1
    if not thorough:
        return
    assert CANARY[:16] not in "".join(traceback.format_exception(error))
    for clone in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
        assert str(clone) == str(error)
    traceback.TracebackException.from_exception(error, capture_locals=True)


def run(name: str, seed: int, number: int, caplog: pytest.LogCaptureFixture) -> None:
    """Make calls, and fail with all that is wrong, by method and kind."""
    wrong: dict[str, int] = {}
    caplog.set_level(logging.DEBUG, "crmkit")
    failed = 0
    for count, (crm, method, _) in enumerate(calls(name, seed, number)):
        try:
            method.call(crm)
        except CRMError as error:
            failed += 1
            try:
                check_error(error, thorough=failed % 10 == 1)
            except Exception as fault:  # noqa: BLE001 - counted with its kind
                label = f"{method.name}: {type(error).__name__}: {fault!r:.300}"
                wrong[label] = wrong.get(label, 0) + 1
        except BaseException as fault:  # noqa: BLE001 - what must not come out of a call
            label = f"{method.name}: {fault!r:.300}"
            wrong[label] = wrong.get(label, 0) + 1
        if count % 500 == 0:
            assert CANARY[:16] not in caplog.text
            caplog.clear()

    assert wrong == {}
    assert 0 < failed < number


@pytest.mark.parametrize("name", CREDENTIALS)
def test_any_reply_is_value_or_error(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A changed example, or any bytes, under any status and headers: a value or a CRMError."""
    run(name, 1, SMALL, caplog)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("name", CREDENTIALS)
def test_many_replies_are_values_or_errors(
    name: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The same with half a million calls, some minutes."""
    run(name, seed, LARGE, caplog)


def test_all_methods_are_called() -> None:
    """The harness reaches the server with every method that a client has."""
    unsent: list[str] = []
    for name in CREDENTIALS:
        requests: list[httpx.Request] = []
        transport = httpx.MockTransport(lambda r: requests.append(r) or httpx.Response(418))  # type: ignore[func-returns-value]  # noqa: B023 - done at once
        crm = new_client(name, transport=transport, throttle=0)
        for method in methods_of(crm):
            requests.clear()
            with pytest.raises(crmkit.BadRequestError):
                method.call(crm)
            unsent += [] if requests else [f"{name}: {method.name}"]

    assert unsent == []
