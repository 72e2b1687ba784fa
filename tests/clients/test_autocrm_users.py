"""Users and their rights, the stream, metadata, and when resources are loaded."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date
from typing import Any

import pytest

from crmkit import (
    AuthenticationError,
    PermissionDeniedError,
)
from tests.clients.conftest import MakeEspo
from tests.clients.harness import Driver, reply, sync_alone

asynchronous = sync_alone


@pytest.fixture
def crm(mocked_espo: MakeEspo) -> Driver:
    """Return a client of EspoCRM's mock."""
    return mocked_espo()


@pytest.fixture(params=["autocrm", "espocrm"])
def either(mocked_espo: MakeEspo, request: pytest.FixtureRequest) -> Driver:
    """Return a client of each of the two mocks, where they differ."""
    return mocked_espo(profile=str(request.param))


def account(crm: Driver, **members: Any) -> Any:
    """Create an account."""
    return crm(lambda crm: crm.accounts.create(**members))


def test_stream(crm: Driver) -> None:
    """A post is in the stream of its record, and of who follows it."""
    created = account(crm, name="Streamed")
    parent: Any = {"parent_type": "Account", "parent_id": created.id}

    note = crm(lambda crm: crm.stream.post(post="Hello", **parent))

    assert note.post == "Hello"
    posts = crm(lambda crm: crm.stream.posts("Account", created.id))
    assert [post.id for post in posts] == [note.id]
    assert crm(lambda crm: crm.follow("Account", created.id)) is True
    assert note.id in [post.id for post in crm(lambda crm: crm.stream.list())]
    assert crm(lambda crm: crm.unfollow("Account", created.id)) is None


def test_me_and_metadata(crm: Driver) -> None:
    """`me` returns the user, and `metadata.get` what the system has."""
    assert crm(lambda crm: crm.me()).user.user_name == "integrator"
    field = crm(lambda crm: crm.metadata.get("entityDefs.Account.fields.cTags"))
    assert field["type"] == "multiEnum"
    assert crm(lambda crm: crm.metadata.get("entityDefs.Nope")) is None


def test_roles_limit_what_users_see(mocked_espo: MakeEspo, mocks: Any) -> None:
    """Users see what their roles allow, and get an error for the rest."""
    limited = mocked_espo(**mocks.espocrm.users["limited"])
    for row in limited(lambda crm: crm.accounts.list()):
        assert row.website is None
    with pytest.raises(PermissionDeniedError, match="No read access"):
        limited(lambda crm: crm.opportunities.list())
    with pytest.raises(AuthenticationError):
        mocked_espo(**mocks.espocrm.users["inactive"])(lambda crm: crm.accounts.list())


def test_explains_lockout_on_the_mock(mocked_espo: MakeEspo, mocks: Any) -> None:
    """After many failed log-ins a good key is refused as well, and the error says why."""
    mocks.espocrm.rate_limits = True
    wrong = mocked_espo(api_key="0" * 32)
    for _ in range(11):
        with pytest.raises((AuthenticationError, PermissionDeniedError)):
            wrong(lambda crm: crm.accounts.list())

    with pytest.raises(PermissionDeniedError, match="more than ten log-ins from there"):
        mocked_espo()(lambda crm: crm.accounts.list())


def test_models_are_loaded_by_calls() -> None:
    """Neither the import nor a client nor its resources load a model; a call loads its own."""
    code = """
import sys
import httpx
from crmkit.autocrm import EspoCRM
answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": "1"}))
crm = EspoCRM(base_url="https://crm.example.com", api_key="k", transport=answer)
accounts = crm.accounts
assert not [name for name in sys.modules if name.startswith("crmkit_generated.autocrm.models.")]
accounts.get("1")
assert "crmkit_generated.autocrm.models.account" in sys.modules
assert "crmkit_generated.autocrm.models.opportunity" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_resources_are_cached(espo: MakeEspo) -> None:
    """A resource is created once, when it is first used, and each view has its own."""
    crm = espo(reply({})).crm

    assert crm.accounts is crm.accounts
    assert type(crm.accounts).__name__.removeprefix("Async") == "Accounts"
    view = crm.with_options(timeout=5)
    assert view.accounts is not crm.accounts
    assert type(view.accounts) is type(crm.accounts)


def test_reads_aware_datetimes(either: Driver) -> None:
    """Times of either server are aware datetimes."""
    created = account(either, name="Timed")

    assert created.created_at.utcoffset() is not None
    assert created.created_at.astimezone(UTC).date() == date(2024, 1, 25)
