"""A pytest suite for code that uses crmkit: no network, no account, and no test that sleeps.

`follow_up` stands for your code. The fixtures come with the extra:

    pip install 'crmkit[mock]' pytest
    pytest examples/test_follow_up.py

Against your server `follow_up` takes the client that `EspoCRM()` makes from ESPOCRM_BASE_URL and
ESPOCRM_API_KEY; nothing else changes. The tests never need a server.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmkit import EspoCRM, TransportError
from crmkit.espocrm import Task, where
from crmkit_mock.pytest_plugin import EspoCRMFixture


def follow_up(crm: EspoCRM, contact_id: str) -> Task:
    """Create the task of calling a contact; return the one that is there if there is one."""
    contact = crm.contacts.get(contact_id)
    name = f"Call {contact.name}"
    task = crm.tasks.list(where=[where.equals("name", name)]).first()
    if task is not None:
        return task
    user = crm.me().user
    return crm.tasks.create(
        name=name,
        parent_id=contact.id,
        parent_type="Contact",
        assigned_user_id=user.id if user else None,
    )


@pytest.fixture
def ada(espocrm_mock: EspoCRMFixture) -> str:
    """A contact of the mock; members that a test does not care for have defaults."""
    return espocrm_mock.add("Contact", {"firstName": "Ada", "lastName": "Lovelace"})


def test_creates_one_task(espocrm_mock: EspoCRMFixture, ada: str) -> None:
    """A second run finds the task of the first."""
    crm = espocrm_mock.client()

    first, second = follow_up(crm, ada), follow_up(crm, ada)

    assert first.name == "Call Ada Lovelace"
    assert first.id == second.id
    espocrm_mock.journal.assert_called("POST", "/Task", times=1)


def test_waits_for_the_rate_limit(espocrm_mock: EspoCRMFixture, ada: str) -> None:
    """A busy server is asked again when it says so. The clock is the mock's: nobody waits."""
    espocrm_mock.fail(status=429, retry_after=30, times=1)

    assert follow_up(espocrm_mock.client(), ada).name == "Call Ada Lovelace"


def test_reports_a_lost_reply(espocrm_mock: EspoCRMFixture, ada: str) -> None:
    """A creation whose reply is lost is not repeated; the error says that it may have happened."""
    crm = espocrm_mock.client()
    espocrm_mock.fail(method="POST", path="/Task", error="reset", after=True)

    with pytest.raises(TransportError) as caught:
        follow_up(crm, ada)

    assert caught.value.maybe_processed
    assert follow_up(crm, ada).name == "Call Ada Lovelace"
    espocrm_mock.journal.assert_called("POST", "/Task", times=1)


@pytest.fixture
def anyio_backend() -> str:
    """Which event loop async tests run on: anyio's plugin, which comes with crmkit, asks for it."""
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.crmkit_mock(strict=True, seed="empty")
async def test_async_clients_share_the_mock(espocrm_mock: EspoCRMFixture, ada: str) -> None:
    """The async client speaks to the same records. strict: the document allows every request."""
    crm = espocrm_mock.async_client()

    contacts = await crm.contacts.list().collect()

    assert [contact.id for contact in contacts] == [ada]
    assert contacts[0].created_at is not None
    assert contacts[0].created_at <= datetime.now(UTC)
