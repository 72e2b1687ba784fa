"""`make bench`: the budgets, each as a ratio to a reference in the same run.

Figures move with the machine's load; ratios much less. Nothing here fails: it prints, and people
judge. The mock's reference is Prism, which npm installs into a temporary folder; without npm that
row says so.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bench_floor
import bench_peers
import httpx

import crmkit
from crmkit import Relenta
from crmkit.core.codec import json as engine
from crmkit_mock import MockCRMs

ROOT = Path(__file__).resolve().parent.parent
KEY = "0" * 32
#: What each client is made with.
CLIENTS = {
    "Relenta": f"account='a', department_key='{KEY}'",
    "AutoCRM": f"base_url='https://a.example', api_key='{KEY}'",
    "EspoCRM": f"base_url='https://a.example', api_key='{KEY}'",
    "OnePageCRM": f"uid='{KEY[:24]}', key='{'A' * 43}='",
    "Monica": f"token='{KEY}'",
}
#: Where the contacts are in a reply to a list of contacts, by mock.
CONTACTS = {
    "relenta": ("/contact.list.json", ("data",)),
    "espocrm": ("/Contact", ("list",)),
    "onepagecrm": ("/contacts.json", ("data", "contacts")),
    "monica": ("/contacts", ("data",)),
}


def row(what: str, measured: str, budget: str, *, reference: str = "") -> None:
    """Print one line of the table."""
    print(f"| {what} | {reference} | {measured} | {budget} |", flush=True)


class Rounds:
    """Seconds of several jobs, run in turns, so that a busy moment affects all of them.

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
        return f"{statistics.median(ours / other for ours, other in pairs):.2f}"

    def over(self, name: str, reference: str) -> float:
        """Return the median of the seconds that a job takes over a reference in the same round."""
        pairs = zip(self._seconds[name], self._seconds[reference], strict=True)
        return statistics.median(ours - other for ours, other in pairs)


def starts(folder: Path) -> None:
    """Measure imports and the making of each client, with an installed wheel."""
    interpreter = bench_peers.installed(folder)

    def python(code: str) -> Callable[[], object]:
        # In isolation, so that neither this checkout nor the environment is found.
        return lambda: subprocess.run([interpreter, "-I", "-c", code], check=True, cwd=folder)

    jobs = {
        "bare": python("pass"),
        "import": python("import crmkit"),
        "httpx": python("import httpx; httpx.Client()"),
    }
    for name, arguments in CLIENTS.items():
        make = f"from crmkit import {name}; c = {name}({arguments})"
        jobs |= {name: python(make), f"{name}.contacts": python(f"{make}; c.contacts")}
    measured = Rounds(jobs, 15)
    row(
        "`import crmkit`, over a bare interpreter",
        f"{measured.over('import', 'bare') * 1e3:.1f} ms",
        "15 ms",
    )
    for name in CLIENTS:
        row(f"`{name}(…)` / `httpx.Client()`", measured.ratio(name, "httpx"), "1.2")
        row("… with a resource touched", measured.ratio(f"{name}.contacts", "httpx"), "1.35")

    def new() -> None:
        with Relenta(account="a", department_key=KEY) as crm:
            _ = crm._io.pool  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # builds all

    new()
    second = Rounds({"second": new, "httpx": httpx.Client}, 15)
    row(
        "second client in one process, connections ready",
        f"{second.median('second') * 1e3:.2f} ms",
        "1 ms",
        reference=f"{second.median('httpx') * 1e3:.0f} ms",
    )


def page(rows: int) -> dict[str, Any]:
    """Return a page of the document's two sample contacts of Relenta, alternating."""
    wire = json.loads((ROOT / "generated/crmkit_generated/relenta/wire.json").read_text("utf-8"))
    sample = wire["components"]["examples"]["ContactPage"]["value"]
    return {**sample, "data": (sample["data"] * rows)[:rows]}


def contacts(name: str) -> list[Any]:
    """Return 1,000 contacts as the mock of a CRM lists them."""
    path, members = CONTACTS[name]
    with MockCRMs() as mocks:
        mock = mocks.crm(name)
        client = getattr(crmkit, type(mock).__name__.removeprefix("Mock"))
        with client(base_url=mock.base_url, transport=mock.transport, **mock.credentials) as crm:
            tree = crm.request("GET", path).data
    for member in members:
        tree = tree[member]
    rows: list[Any] = (tree * 1000)[:1000]
    return rows


def codec(name: str) -> None:
    """Measure decoding and encoding of a page of 1,000 contacts of one CRM."""
    package = "autocrm" if name == "espocrm" else name
    module = importlib.import_module(f"crmkit_generated.{package}.codec").Contact
    rows = page(1000)["data"] if name == "relenta" else contacts(name)
    text = json.dumps(rows).encode()
    objects = module.decode_all(rows)
    fast = engine.FAST

    def decode(*, orjson: bool) -> object:
        engine.FAST = orjson
        return module.decode_all(engine.loads(text))

    def encode(*, orjson: bool) -> object:
        engine.FAST = orjson
        return engine.dumps([module.encode(contact) for contact in objects])

    jobs: dict[str, Callable[[], object]] = {
        "loads": lambda: json.loads(text),
        "dumps": lambda: json.dumps(rows),
        "decode": partial(decode, orjson=False),
        "encode": partial(encode, orjson=False),
    }
    if fast:
        jobs |= {
            "decode orjson": partial(decode, orjson=True),
            "encode orjson": partial(encode, orjson=True),
        }
    # The trees that are encoded, copied, and the objects that are decoded: see bench_floor.
    trees = [module.encode(contact) for contact in objects]
    copy_objects, copy_trees = bench_floor.copier(objects), bench_floor.copier(trees)

    def floor(copy: Callable[[list[Any]], object], made: list[Any], *, orjson: bool) -> object:
        engine.FAST = orjson
        if made is trees:
            return engine.dumps(copy(trees))
        return engine.loads(text), copy(made)

    for suffix, orjson in (("", False), (" orjson", True))[: 1 + fast]:
        jobs[f"decode{suffix} floor"] = partial(floor, copy_objects, objects, orjson=orjson)
        jobs[f"encode{suffix} floor"] = partial(floor, copy_trees, trees, orjson=orjson)
    others = bench_peers.Peers(rows, text) if name == "relenta" else None
    peers = {peer: getattr(others, peer)() for peer in ("stock", "pydantic", "msgspec") if others}
    for peer, (read, write) in peers.items():
        jobs |= {f"{peer} decode": read, f"{peer} encode": write}
    measured = Rounds(jobs, 25)
    engine.FAST = fast
    for job, reference, budget, fast_budget in (
        ("decode", "loads", "2.4", "1.9"),
        ("encode", "dumps", "2.0", "0.8"),
    ):
        references = [f"{peer} {measured.ratio(f'{peer} {job}', reference)}" for peer in peers]
        references.append(f"floor {measured.ratio(f'{job} floor', reference)}")
        row(
            f"{name}: {job} 1,000 contacts / `json.{reference}`",
            measured.ratio(job, reference),
            budget,
            reference=", ".join(references),
        )
        if fast:
            row(
                "… with orjson",
                measured.ratio(f"{job} orjson", reference),
                fast_budget,
                reference=f"floor {measured.ratio(f'{job} orjson floor', reference)}",
            )


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

    measured = Rounds(
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
    row("one `save` / raw httpx", measured.ratio("save", "raw save"), "1.1")
    row("one `list().first()` / raw httpx", measured.ratio("first", "raw list"), "1.2")


def generation() -> None:
    """Measure the generation of all documents, and of none."""
    script = [sys.executable, str(ROOT / "scripts/generate.py")]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "openapi", Path(folder) / "openapi")
        command = [*script, "--root", folder]
        measured = Rounds(
            {
                "all": lambda: subprocess.run(
                    [*command, "--force"], check=True, capture_output=True
                ),
                "none": lambda: subprocess.run(command, check=True, capture_output=True),
            },
            5,
        )
    row("generate all documents", f"{measured.median('all'):.1f} s", "4 s")
    row("… when nothing has changed", f"{measured.median('none'):.2f} s", "0.3 s")


def memory() -> None:
    """Measure what memory a long list takes beyond its first page."""
    rows = page(2)["data"]

    def handler(request: httpx.Request) -> httpx.Response:
        number, size = (int(request.url.params[name]) for name in ("page", "page_size"))
        ids = range(number * size - size, min(number * size, 100_000))
        data = [{**rows[id % 2], "id": id + 1} for id in ids]
        return httpx.Response(200, json={"status": True, "code": 200, "data": data})

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
    with tempfile.TemporaryDirectory(prefix="crmkit-bench-") as folder:
        starts(Path(folder))
        bench_peers.other_libraries(Path(folder) / "libraries")
        for name in CONTACTS:
            codec(name)
    calls()
    generation()
    import bench_mock

    bench_mock.main(row)


if __name__ == "__main__":
    main()
