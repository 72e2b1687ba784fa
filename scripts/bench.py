"""`make bench`: the budgets, each as a ratio to a reference in the same run.

Figures move with the machine's load; ratios much less. Nothing here fails: it prints, and people
judge. The mock's reference is Prism, which npm installs into a temporary folder; without npm that
row says so.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from crmkit import Relenta
from crmkit.core.codec import json as engine
from crmkit_generated.relenta.codec import contact as contact_codec

ROOT = Path(__file__).resolve().parent.parent
KEY = "0" * 32


def row(what: str, measured: str, budget: str, *, reference: str = "") -> None:
    """Print one line of the table."""
    print(f"| {what} | {reference} | {measured} | {budget} |", flush=True)


class Rounds:
    """Seconds of several jobs, run in turns, so that a busy moment meets all of them.

    Args:
        jobs: The jobs by name.
        count: How many rounds.
    """

    def __init__(self, jobs: dict[str, Callable[[], object]], count: int) -> None:
        self._seconds: dict[str, list[float]] = {name: [] for name in jobs}
        # The bench's own objects are no part of any job: without this the collector walks them.
        gc.collect()
        gc.freeze()
        for _ in range(count):
            for name, job in jobs.items():
                gc.collect()
                started = time.perf_counter()
                result = job()
                self._seconds[name].append(time.perf_counter() - started)
                del result  # outside of what is measured, for ours and for the reference
        gc.unfreeze()

    def median(self, name: str) -> float:
        """Return a job's median seconds."""
        return statistics.median(self._seconds[name])

    def ratio(self, name: str, reference: str) -> str:
        """Return the median of a job's ratios to a reference in the same round."""
        pairs = zip(self._seconds[name], self._seconds[reference], strict=True)
        return f"{statistics.median(one / other for one, other in pairs):.2f}"

    def over(self, name: str, reference: str) -> float:
        """Return the median of the seconds that a job takes over a reference in the same round."""
        pairs = zip(self._seconds[name], self._seconds[reference], strict=True)
        return statistics.median(one - other for one, other in pairs)


def python(code: str) -> Callable[[], object]:
    """Return a job that runs code in a fresh interpreter."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def starts() -> None:
    """Measure imports and the making of clients."""
    make = f"from crmkit import Relenta; c = Relenta(account='a', department_key='{KEY}')"
    found = Rounds(
        {
            "bare": python("pass"),
            "import": python("import crmkit"),
            "httpx": python("import httpx; httpx.Client()"),
            "client": python(make),
            "touched": python(f"{make}; c.contacts"),
        },
        15,
    )
    row(
        "`import crmkit`, over a bare interpreter",
        f"{found.over('import', 'bare') * 1e3:.1f} ms",
        "15 ms",
    )
    row("`Relenta(…)` / `httpx.Client()`", found.ratio("client", "httpx"), "1.25")
    row("… with a resource touched", found.ratio("touched", "httpx"), "1.4")

    def fresh() -> None:
        with Relenta(account="a", department_key=KEY) as crm:
            _ = crm._io.pool  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # builds all

    fresh()
    second = Rounds({"second": fresh, "httpx": httpx.Client}, 15)
    row(
        "second client in one process, connections ready",
        f"{second.median('second') * 1e3:.2f} ms",
        "1 ms",
        reference=f"{second.median('httpx') * 1e3:.0f} ms",
    )


def page(rows: int) -> dict[str, Any]:
    """Return a page of the document's two sample contacts, alternating."""
    wire = json.loads((ROOT / "generated/crmkit_generated/relenta/wire.json").read_text("utf-8"))
    sample = wire["components"]["examples"]["ContactPage"]["value"]
    return {**sample, "data": (sample["data"] * rows)[:rows]}


def codec() -> None:
    """Measure decoding and encoding of a page of 1,000 contacts."""
    tree = page(1000)
    text = json.dumps(tree).encode()
    objects = contact_codec.decode_all(tree["data"])
    stock_read, stock_write = stock()
    fast = engine.FAST

    def decode(*, orjson: bool) -> Callable[[], object]:
        def job() -> object:
            engine.FAST = orjson
            return contact_codec.decode_all(engine.loads(text)["data"])

        return job

    def encode(*, orjson: bool) -> Callable[[], object]:
        def job() -> object:
            engine.FAST = orjson
            return engine.dumps([contact_codec.encode(one) for one in objects])

        return job

    jobs: dict[str, Callable[[], object]] = {
        "loads": lambda: json.loads(text),
        "dumps": lambda: json.dumps(tree["data"]),
        "stock read": lambda: stock_read(json.loads(text)["data"]),
        "stock write": lambda: json.dumps(stock_write()),
        "decode": decode(orjson=False),
        "encode": encode(orjson=False),
    }
    if fast:
        jobs |= {"decode orjson": decode(orjson=True), "encode orjson": encode(orjson=True)}
    found = Rounds(jobs, 25)
    engine.FAST = fast
    stock_ratio = f"stock {found.ratio('stock read', 'loads')}"
    row(
        "decode 1,000 contacts / `json.loads`",
        found.ratio("decode", "loads"),
        "2.4",
        reference=stock_ratio,
    )
    stock_ratio = f"stock {found.ratio('stock write', 'dumps')}"
    if fast:
        row("… with orjson", found.ratio("decode orjson", "loads"), "1.9")
    row(
        "encode the same / `json.dumps`",
        found.ratio("encode", "dumps"),
        "2.0",
        reference=stock_ratio,
    )
    if fast:
        row("… with orjson", found.ratio("encode orjson", "dumps"), "0.8")


def stock() -> tuple[Callable[[Any], object], Callable[[], object]]:
    """Return the generator's own reading and writing of the same page, `;` lists split before."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from codegen.derive import derive
    from codegen.document import load
    from codegen.generator import run_generator
    from openapi_python_client import Project
    from openapi_python_client.config import Config, ConfigFile, MetaType

    folder = Path(tempfile.mkdtemp(prefix="crmkit-stock-"))
    derived = derive(load(ROOT / "openapi/relenta.yaml", "openapi/relenta.yaml"))
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        folder,
        "utf-8",
        overwrite=False,
        output_path=folder / "stock_relenta",
    )
    with contextlib.redirect_stdout(io.StringIO()):  # it prints the folder's name
        Project(openapi=run_generator(derived.document, derived.schemas), config=config).build()
    sys.path.insert(0, str(folder))
    model = importlib.import_module("stock_relenta.models").Contact
    shutil.rmtree(folder)
    fields = [
        one for one in derived.schemas.models["Contact"].fields if one.kind.name == "separated"
    ]
    labeled = {one.wire: one.kind.items[0].name == "labeled" for one in fields}

    def element(part: str) -> dict[str, str | None]:
        value, found, label = part[:-1].rpartition(" (") if part.endswith(")") else ("", "", "")
        return {"value": value, "label": label} if found else {"value": part, "label": None}

    def read(rows: Any) -> list[Any]:
        out: list[Any] = []
        for one in rows:
            tree = {**one, "id": int(one["id"])}
            for name, with_label in labeled.items():
                parts = one.get(name, "").split(";") if one.get(name) else []
                tree[name] = [element(part) for part in parts] if with_label else parts
            out.append(model.from_dict(tree))
        return out

    objects = read(page(1000)["data"])
    return read, lambda: [one.to_dict() for one in objects]


def calls() -> None:
    """Measure one call against raw httpx over the same transport."""
    content = json.dumps(page(1)).encode()
    saved = b'{"status":true,"code":200,"data":{"id":1}}'

    def handler(request: httpx.Request) -> httpx.Response:
        body = content if request.method == "GET" else saved
        return httpx.Response(200, content=body, headers={"Content-Type": "application/json"})

    transport = httpx.MockTransport(handler)
    raw = httpx.Client(transport=transport, base_url="https://a.relenta.com/api/v3")
    headers = {"X-Relenta-Department-Key": KEY}
    crm = Relenta(account="a", department_key=KEY, transport=transport)

    def many(job: Callable[[], object]) -> Callable[[], object]:
        return lambda: [job() for _ in range(200)]

    found = Rounds(
        {
            "raw save": many(
                lambda: raw.post(
                    "/contact.save.json", json={"full_name": "A"}, headers=headers
                ).json()
            ),
            "save": many(lambda: crm.contacts.save(full_name="A")),
            "raw list": many(
                lambda: raw.get("/contact.list.json", params={"page": 1}, headers=headers).json()
            ),
            "first": many(lambda: crm.contacts.list().first()),
        },
        15,
    )
    row("one `save` / raw httpx", found.ratio("save", "raw save"), "1.2")
    row("one `list().first()` / raw httpx", found.ratio("first", "raw list"), "1.2")


def generation() -> None:
    """Measure the generation of all documents, and of none."""
    script = [sys.executable, str(ROOT / "scripts/generate.py")]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "openapi", Path(folder) / "openapi")
        command = [*script, "--root", folder]
        found = Rounds(
            {
                "all": lambda: subprocess.run(
                    [*command, "--force"], check=True, capture_output=True
                ),
                "none": lambda: subprocess.run(command, check=True, capture_output=True),
            },
            5,
        )
    row("generate all documents", f"{found.median('all'):.1f} s", "4 s")
    row("… when nothing has changed", f"{found.median('none'):.2f} s", "1 s")


def memory() -> None:
    """Measure what memory a long list takes beyond its first page."""
    first = json.dumps(page(1000)).encode()
    empty = b'{"status":true,"code":200,"data":[]}'

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        # Each page differs from the one before, or the pager would refuse it.
        body = (
            first.replace(b"33103982", str(33103982 + number).encode()) if number <= 100 else empty
        )
        return httpx.Response(200, content=body)

    crm = Relenta(account="a", department_key=KEY, transport=httpx.MockTransport(handler))
    count, after_first = 0, 0
    for _ in crm.contacts.list(page_size=1000):
        count += 1
        if count == 1000:
            after_first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - after_first) / 1024
    row(f"reading {count:,} contacts, memory over the first page", f"{grown:.1f} MB", "20 MB")


def main() -> None:
    """Print the table."""
    print("| what | reference | ours | budget |")
    print("|---|---|---|---|")
    memory()  # first, while nothing else has raised the peak
    starts()
    codec()
    calls()
    generation()
    import bench_mock

    bench_mock.main(row)


if __name__ == "__main__":
    main()
