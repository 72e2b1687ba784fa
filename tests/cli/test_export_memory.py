"""An export of a long list: it takes the memory of a short one."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

import crmkit
from crmkit_mock import MockCRMs

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]

RECORDS = 100_000
MEGABYTES = 60


def peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def growth(form: str) -> tuple[str, float]:
    """Export leads of EspoCRM; return what the command wrote and the megabytes that it took."""
    with MockCRMs() as mocks:
        settings = {"base_url": mocks.espocrm.base_url, **mocks.espocrm.credentials}
        with crmkit.EspoCRM(transport=mocks.espocrm.transport, **settings) as crm:
            seen: list[bytes] = []
            crm.leads.list(options={"on_reply": lambda reply: seen.append(reply.content)}).first()
            fields = crm.request("GET", "/Metadata?key=entityDefs.Lead.fields").content
    row = httpx.Response(200, content=seen[0]).json()["list"][0]

    def answer(request: httpx.Request) -> httpx.Response:
        if "Metadata" in request.url.path:
            return httpx.Response(200, content=fields)
        first = int(request.url.params["offset"])
        last = min(first + int(request.url.params["maxSize"]), RECORDS)
        rows = [{**row, "id": f"{number:017x}"} for number in range(first, last)]
        headers = {"Date": "Mon, 01 Jan 2024 00:00:00 GMT"}
        return httpx.Response(200, json={"total": RECORDS, "list": rows}, headers=headers)

    class Served(crmkit.EspoCRM):
        def __init__(self) -> None:
            super().__init__(transport=httpx.MockTransport(answer), throttle=0, **settings)

    cli = import_module("crmkit.cli")
    crms: Any = import_module("crmkit.cli.crms")
    crms.client_class = lambda _: Served
    for module in ("pyarrow.parquet", "crmkit.cli.app", "crmkit_generated.autocrm"):
        import_module(module)
    duckdb = import_module("duckdb")
    with TemporaryDirectory() as folder:
        if form == "duckdb":  # which takes some 35 MB before it has a row
            with duckdb.connect(str(Path(folder, "empty.duckdb"))) as database:
                database.execute("CREATE TABLE a AS SELECT 1 AS b")
            Path(folder, "empty.duckdb").unlink()
        before = peak()
        code = cli.main(["export", "espocrm", "leads", "--out", folder, "--format", form])
        return f"{code} {[each.name for each in Path(folder).iterdir()]}", (peak() - before) / 2**20


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "duckdb"])
def test_long_export_takes_little_memory(
    form: str, record_property: Callable[[str, object], None]
) -> None:
    """100,000 records are exported within 60 MB beyond what the command itself takes."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        done, megabytes = process.submit(growth, form).result()
    record_property("figure", f"exporting {RECORDS:,} records to {form}: {megabytes:.0f} MB")
    name: Any = "espocrm.duckdb" if form == "duckdb" else f"leads.{form}"
    assert done == f"0 {[name]}"
    assert megabytes <= MEGABYTES
