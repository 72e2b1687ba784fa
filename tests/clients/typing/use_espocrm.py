"""What type checkers must accept and infer of AutoCRM's and EspoCRM's clients."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import assert_type

from crmkit import AsyncEspoCRM, AsyncPager, AutoCRM, EspoCRM, File, Pager
from crmkit.espocrm import Account, AccountInput, Attachment, Lead, MassActionResult, Record, where


def sync_use() -> None:
    """Use the sync client."""
    with EspoCRM(base_url="https://crm.example", api_key="k", throttle=5) as crm:
        assert_type(crm, EspoCRM)
        since = datetime.fromisoformat("2026-01-01T00:00:00Z")
        accounts = crm.accounts.list(
            where=[where.equals("type", "Customer"), where.after("createdAt", since)],
            select=["name"],
            order_by="name",
            page_size=50,
        )
        assert_type(accounts, Pager[Account])
        assert_type(crm.accounts.get("1").name, str | None)
        assert_type(crm.accounts.create(AccountInput(name="x")), Account)
        assert_type(crm.accounts.update("1", name=None, version_number=3), Account)
        assert_type(crm.accounts.delete("1"), None)
        crm.accounts.related("1", "contacts")
        assert_type(crm.accounts.link("1", "contacts", ["2", "3"]), None)
        assert_type(crm.accounts.unlink("1", "contacts", "2"), None)
        assert_type(crm.leads.mass_delete(ids=["1"]).count, int | None)
        assert_type(crm.leads.mass_update(where=[], attributes={"status": "New"}).ids, list[str])
        assert_type(crm.leads.convert("1", records={"Account": AccountInput(name="x")}), Lead)
        assert_type(crm.entity("CGadget").list(), Pager[Record])
        assert_type(crm.entity("CGadget").create(name="x", extra={"cColour": "blue"}), Record)
        for file in (Path("a.pdf"), b"bytes", BytesIO(b""), File(Path("a.pdf"), "b.pdf")):
            assert_type(crm.attachments.upload(file, name="a", field="file"), Attachment)
        assert_type(crm.attachments.download("1", Path("a.pdf")), bytes)
        crm.emails.send(to=["a@b.c"], subject="s", body="b", from_="c@d.e")
    AutoCRM(base_url="https://crm.example", username="jana", password="p")


async def async_use() -> None:
    """Use the async client."""
    async with AsyncEspoCRM(base_url="https://crm.example", api_key="k", secret_key="s") as crm:
        assert_type(crm.accounts.list(), AsyncPager[Account])
        assert_type(crm.entity("CGadget").list(), AsyncPager[Record])
        assert_type(await crm.entity("CGadget").get("1"), Record)
        assert_type(await crm.accounts.link("1", "contacts", "2"), None)
        assert_type(await crm.leads.convert("1"), Lead)
        assert_type(await crm.attachments.upload(b"x", name="a"), Attachment)
        assert_type(await crm.attachments.download("1", Path("a.pdf")), bytes)
        assert_type(await crm.leads.mass_delete(ids=["1"]), MassActionResult)
