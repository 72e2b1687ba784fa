"""The server's clock: signatures that expired are made anew."""

from __future__ import annotations

import pytest

from crmkit import AuthenticationError
from tests.clients.conftest import MakeOnePageCRM
from tests.clients.harness import Clock, reply, sync_alone
from tests.clients.onepagecrm_wire import (
    EXPIRED,
    LOGIN,
    VERSION,
    envelope,
    session,
    version,
)

asynchronous = sync_alone


def test_expired_signature_sets_clock(onepagecrm: MakeOnePageCRM, clock: Clock) -> None:
    """An expired signature sets the clock by the server's; the call is signed and sent again."""
    crm = onepagecrm(envelope(EXPIRED, timestamp=1_338_797_714), VERSION)

    crm(version)
    clock.now += 100
    crm(version)

    times = [int(request.headers["x-onepagecrm-ts"]) for request in crm.seen]
    assert times == [1_000_000, 1_338_797_714, 1_338_797_814]
    assert len({request.headers["x-onepagecrm-auth"] for request in crm.seen}) == 3
    assert clock.waits == []


def test_creation_with_expired_signature_is_repeated(mocked_onepagecrm: MakeOnePageCRM) -> None:
    """A creation with an expired signature was not processed: it is sent again, and is one."""
    crm = mocked_onepagecrm()  # the mock's clock is decades ahead of the test's

    crm(lambda crm: crm.tags.create(name="Once"))

    assert [tag.name for tag in crm(lambda crm: crm.tags.list())].count("Once") == 1


def test_second_expired_signature_raises(onepagecrm: MakeOnePageCRM) -> None:
    """A second expired signature is raised."""
    crm = onepagecrm(envelope(EXPIRED, timestamp=5), max_retries=0)

    with pytest.raises(AuthenticationError) as caught:
        crm(version)

    assert caught.value.code == EXPIRED
    assert len(crm.seen) == 2


def test_expired_signature_without_timestamp_raises(onepagecrm: MakeOnePageCRM) -> None:
    """Without a timestamp there is nothing to set the clock by."""
    crm = onepagecrm(reply({"status": EXPIRED, "message": "expired"}))

    with pytest.raises(AuthenticationError):
        crm(version)

    assert len(crm.seen) == 1


def test_signs_each_attempt(onepagecrm: MakeOnePageCRM) -> None:
    """Each attempt is signed with its own time."""
    crm = onepagecrm(reply("", 503, {"Retry-After": "7"}), VERSION)

    crm(version)

    times = [int(request.headers["x-onepagecrm-ts"]) for request in crm.seen]
    assert times == [1_000_000, 1_000_007]


def test_views_share_key_and_clock(onepagecrm: MakeOnePageCRM) -> None:
    """`with_options` returns a client that signs with the same key and clock."""
    crm = onepagecrm(session(), envelope(EXPIRED, timestamp=5_000_000), VERSION, **LOGIN)
    crm(version)

    crm(version, crm.crm.with_options(timeout=1))

    assert [request.path for request in crm.seen].count("/api/auth/login.json") == 1
    assert crm.seen[-1].headers["x-onepagecrm-ts"] == "5000000"
