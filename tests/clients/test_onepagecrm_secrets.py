"""Neither keys nor passwords are in errors, logs or reprs."""

from __future__ import annotations

import logging
import pickle
from itertools import product
from typing import Any

import httpx
import pytest

from crmkit import CRMError
from crmkit.onepagecrm import LoginInput, UserSettingsInput
from tests.clients.conftest import ONEPAGECRM_KEY, MakeOnePageCRM
from tests.clients.harness import failures, reply, sync_alone
from tests.clients.onepagecrm_wire import (
    BAD_LOGIN,
    BAD_TOKEN,
    LOGIN,
    OTHER_KEY,
    envelope,
    session,
    version,
)

asynchronous = sync_alone


def test_outputs_have_neither_key_nor_password(
    onepagecrm: MakeOnePageCRM, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs, errors, the requests that errors keep, and reprs have neither key nor password."""
    cases = product(
        [
            [envelope(BAD_LOGIN)],
            [reply({"timestamp": 1, "status": BAD_LOGIN, "message": f"bad {LOGIN['password']}"})],
            [reply({"timestamp": 1, "status": 999, "message": f"{LOGIN['password']}"}, 500)],
            [reply("<html>", 502)],
            [reply("")],
            [httpx.ReadTimeout("slow")],
            [session(), envelope(BAD_TOKEN), session(), envelope(BAD_TOKEN)],
            [session(), reply({"timestamp": 1, "status": 108, "message": f"key {ONEPAGECRM_KEY}"})],
            [session(), httpx.ReadTimeout("slow")],
            [session(), reply("nothing")],
        ]
    )

    def check(answers: list[Any]) -> None:
        caplog.clear()
        caplog.set_level(logging.DEBUG)
        crm = onepagecrm(*answers, **LOGIN, max_retries=0)

        with pytest.raises(CRMError) as caught:
            crm(version)

        error: Any = caught.value
        kept = [
            getattr(error, "request", None),
            getattr(getattr(error, "response", None), "request", None),
        ]
        texts = [str(error), repr(error), caplog.text, repr(crm.crm), repr(vars(crm.crm))]
        for request in kept:
            if request is not None:
                texts += [
                    repr(request.headers.raw),
                    request.read().decode(),
                    repr(request.extensions),
                ]
        pickled = pickle.dumps(kept).decode("latin-1")
        signatures = [request.headers.get("x-onepagecrm-auth") for request in crm.seen]
        for secret in (LOGIN["password"], "s%C3%A9cret", ONEPAGECRM_KEY, *filter(None, signatures)):
            assert not [text for text in texts if secret in text], secret
            assert secret not in pickled

    assert failures(check, cases) == []


def test_repr_of_models_has_no_secrets(onepagecrm: MakeOnePageCRM) -> None:
    """The reprs of the session and of input models show neither key nor password."""
    rest: dict[str, Any] = dict.fromkeys(("firstname", "lastname", "company"))
    for name in ("timezone", "pipeline_mode", "customerlabel", "dateformat"):
        rest[name] = "off"
    rest |= {"listing": {"mode": "all", "size": 25}, "currency": {"symbol": "$", "code": "USD"}}
    crm = onepagecrm(envelope(data={"uid": "u", "key": OTHER_KEY, **rest}))

    result = crm(lambda crm: crm.auth.login(**LOGIN))

    assert result.key == OTHER_KEY
    text = repr([result, LoginInput(**LOGIN), UserSettingsInput(email="a@b.c", password="hunter2")])
    assert "uid='u'" in text
    assert not [secret for secret in (OTHER_KEY, LOGIN["password"], "hunter2") if secret in text]


def test_error_keeps_no_password(onepagecrm: MakeOnePageCRM) -> None:
    """The request of a failed change of password is kept without the password."""
    settings = {"firstname": None, "lastname": None, "company": None, "email": "a@b.c"}
    crm = onepagecrm(envelope(data=settings), envelope(108))

    with pytest.raises(CRMError) as caught:
        crm(lambda crm: crm.settings.update_user(password="hunter2", confirm_password="hunter2"))

    error: Any = caught.value
    assert b"hunter2" in crm.seen[-1].body
    assert b"hunter2" not in error.request.read()
