"""What type checkers must accept and infer: how integrators use the package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, assert_type

import httpx

from crmkit import (
    UNSET,
    AsyncPager,
    AsyncRelenta,
    CRMError,
    File,
    NotFoundError,
    Options,
    Page,
    Pager,
    Relenta,
    Reply,
    StatusError,
    __version__,
)
from crmkit.relenta import (
    Activity,
    Contact,
    ContactInput,
    CustomField,
    CustomFields,
    LabeledValue,
    Mailbox,
)
from crmkit_generated.relenta.api.contacts import contacts_list, contacts_save
from crmkit_mock import MockCRMs, MockServer


async def note(
    request: httpx.Request, call_next: Callable[[httpx.Request], Awaitable[httpx.Response]]
) -> httpx.Response:
    """Pass on."""
    return await call_next(request)


def sync_use() -> None:
    """Use the sync client."""
    with Relenta(account="acme", department_key="…", timeout=None, middleware=[note]) as crm:
        assert_type(crm, Relenta)
        assert_type(crm.contacts.list(), Pager[Contact])
        for contact in crm.contacts.list(page_size=100, start=2):
            assert_type(contact, Contact)
            assert_type(contact.id, int)
            assert_type(contact.emails, list[str])
            assert_type(contact.title, str | None)
            assert_type(contact.dt_created, datetime | None)
            for phone in contact.phone:
                assert_type(phone, LabeledValue)
                assert_type(phone.label, str | None)
        for page in crm.activities.list().take(500).pages():
            assert_type(page, Page[Activity])
            assert_type(page.items, list[Activity])
            assert_type(page.total, int | None)
        assert_type(crm.contacts.list().first(), Contact | None)
        assert_type(crm.custom_fields.list().collect(), list[CustomField])
        assert_type(crm.contacts.save(full_name="x", emails=["a"], title=None), int)
        assert_type(crm.contacts.create(ContactInput(full_name="x")), int)
        crm.contacts.save(
            id=1,
            phone=[LabeledValue("1", "Cell")],
            company=UNSET,
            extra={"Skills": "x"},
            options={"timeout": 5, "max_retries": 0, "headers": {"X": "y"}, "query": {"q": 1}},
        )
        assert_type(
            crm.activities.save(dt_start=datetime.now(UTC), users=[Mailbox("a@b.c", "A")]), int
        )
        view = crm.with_options(timeout=None, max_retries=0, headers={"X": "y"})
        assert_type(view, Relenta)
        reply = crm.request("GET", "/x", query={"a": 1})
        assert_type(reply, Reply)
        assert_type(reply.status_code, int)
        options: Options = {"timeout": 5, "max_retries": 0}
        crm.contacts.save(full_name="x", options=options)
        assert_type(File(Path("a.pdf")).file_name, str | None)
        assert_type(__version__, str)
        fields = CustomFields(crm.custom_fields.list())
        crm.contacts.save(extra=fields.write({"Shoe size": Decimal("4.5"), "Films": ["x"]}))
        assert_type(contacts_save.sync(client=crm.generated, body=ContactInput()), int)
        parsed = contacts_list.sync_detailed(client=crm.generated, page=1).parsed
        assert_type(parsed, list[Contact] | None)
    try:
        pass
    except NotFoundError as error:
        assert_type(error.status_code, int)
        assert_type(error.retry_after, float | None)
    except StatusError as error:
        assert_type(error.fields, dict[str, list[str]])
    except CRMError as error:
        raise SystemExit(str(error)) from error


def mock_use() -> None:
    """Use the mock, behind a socket and in process."""
    with MockServer() as mock:
        Relenta(base_url=mock.relenta.base_url, **mock.relenta.credentials)
    mocks = MockCRMs()
    for cls in (Relenta, AsyncRelenta):
        cls(
            base_url=mocks.relenta.base_url,
            transport=mocks.relenta.transport,
            **mocks.relenta.credentials,
        )


async def async_use() -> None:
    """Use the async client."""
    async with AsyncRelenta(account="acme", department_key="…", max_retries=3) as crm:
        assert_type(crm, AsyncRelenta)
        assert_type(crm.contacts.list(), AsyncPager[Contact])
        async for contact in crm.contacts.list():
            assert_type(contact, Contact)
        async for page in crm.contacts.list().pages():
            assert_type(page.items, list[Contact])
        assert_type(await crm.contacts.list().first(), Contact | None)
        assert_type(await crm.activities.list().collect(), list[Activity])
        assert_type(await crm.contacts.save(full_name="x"), int)
        assert_type((await crm.request("GET", "/x")).data, Any)
        assert_type(await contacts_save.asyncio(client=crm.generated, body=ContactInput()), int)
