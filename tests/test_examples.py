"""The examples run as their headers say, against the mock."""

from __future__ import annotations

import ast
import csv
import os
import re
import runpy
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import uvicorn

from crmkit import AsyncEspoCRM, EspoCRM, Monica
from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.crm import MockCRM

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples"
PROGRAMS = {"nightly_sync", "csv_import", "fastapi_app", "dlt_pipeline", "family_graph"}
SUITES = {"test_follow_up"}


def load(name: str) -> dict[str, Any]:
    """Return what an example defines."""
    return runpy.run_path(str(FOLDER / f"{name}.py"))


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Return a function that runs an example as a program, in an empty folder, for its output."""

    def program(name: str, *arguments: str, **environment: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments])
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    return program


@pytest.fixture(scope="module")
def shared_server() -> Iterator[MockServer]:
    """A mock server on a loopback port."""
    with MockServer() as server:
        yield server


@pytest.fixture
def server(shared_server: MockServer) -> MockServer:
    """The mock server with its first records."""
    shared_server.reset()
    return shared_server


def variables(mock: MockCRM, prefix: str) -> dict[str, str]:
    """Return the environment by which a client finds a mock."""
    values = {"base_url": mock.base_url, **mock.credentials}
    return {f"{prefix}_{name.upper()}": value for name, value in values.items()}


# -- all of them -------------------------------------------------------------------------------


def test_every_example_is_tested() -> None:
    """The folder holds the programs and suites that are run here, and nothing else."""
    assert {path.stem for path in FOLDER.glob("*.py")} == PROGRAMS | SUITES


@pytest.mark.parametrize("name", sorted(PROGRAMS | SUITES))
def test_headers_say_how_to_run(name: str) -> None:
    """Each header says how to run the example on the mock, with its real keys, and on a server."""
    header = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))) or ""
    mocks = MockCRMs()
    keys = {*mocks.espocrm.credentials.values(), *mocks.monica.credentials.values()}

    assert f"{name}.py" in header
    assert re.search(r"^Against your (server|account)", header, re.MULTILINE)
    if name in PROGRAMS:
        assert "crmkit-mock serve" in header
        assert set(re.findall(r"_(?:API_KEY|TOKEN)=(\S+)", header)) <= keys
        assert any(key in header for key in keys)


@pytest.mark.parametrize("name", sorted(PROGRAMS - {"dlt_pipeline"}))
def test_names_what_is_missing(name: str, run: Callable[..., str]) -> None:
    """A copied example without credentials ends with one line that says what to set."""
    arguments = () if name == "fastapi_app" else ("file",)
    with pytest.raises(SystemExit) as caught:
        run(name, *arguments, WEBHOOK_ID="a", WEBHOOK_SECRET_KEY="b")

    assert re.fullmatch(rf"{name}\.py: .* set (ESPOCRM|MONICA)_\w+", str(caught.value.code))


# -- one by one --------------------------------------------------------------------------------


def test_sync_reads_what_changed(
    server: MockServer, tmp_path: Path, run: Callable[..., str]
) -> None:
    """The first run reads everything, the next what has changed since, and the rest stays."""
    mock = server.espocrm
    environment = variables(mock, "ESPOCRM")
    assert run("nightly_sync", "contacts.db", **environment) == "2 contacts changed\n"
    with EspoCRM(base_url=mock.base_url, **mock.credentials) as crm:
        created = crm.contacts.create(first_name="Ada", last_name="Lovelace")
    mock.clock.advance(60)

    assert run("nightly_sync", "contacts.db", **environment) == "1 contacts changed\n"
    assert run("nightly_sync", "contacts.db", **environment) == "0 contacts changed\n"
    with closing(sqlite3.connect(tmp_path / "contacts.db")) as db:
        rows = dict(db.execute("SELECT id, name FROM contacts"))
    assert len(rows) == 3
    assert rows[created.id] == "Ada Lovelace"


def test_sync_goes_on_after_a_failure(tmp_path: Path) -> None:
    """A run that fails keeps its whole batches; the next one reads the rest, and nothing twice."""
    mock = MockCRMs(seed="empty").espocrm
    for day in range(1, 6):
        mock.add("Contact", {"lastName": f"L{day}", "modifiedAt": f"2024-01-0{day} 08:00:00"})
    sync = load("nightly_sync")["sync"]
    written: list[str] = []

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
            if sql.startswith("INSERT OR REPLACE INTO contacts"):
                if written == ["L1", "L2", "L3"]:
                    raise KeyboardInterrupt
                written.append(parameters[1])
            return super().execute(sql, parameters)

    def connect() -> closing[Connection]:
        return closing(sqlite3.connect(tmp_path / "contacts.db", factory=Connection))

    with EspoCRM(base_url=mock.base_url, transport=mock.transport, **mock.credentials) as crm:
        with pytest.raises(KeyboardInterrupt), connect() as db:
            sync(crm, db, batch=2)
        written.clear()
        with connect() as db:
            assert sync(crm, db, batch=2) == 3
            assert db.execute("SELECT count(*) FROM contacts").fetchone() == (5,)

    assert written == ["L3", "L4", "L5"]


def test_import_reports_each_row(
    server: MockServer, tmp_path: Path, run: Callable[..., str]
) -> None:
    """Rows are created, found to exist, refused, or lost on the way, and the report says which."""
    text = "\ufefffirst_name,last_name,email\nAda,Ng,a@x.example\nEva,Dvořáková,\nBo,,\nCy,Ny,\n"
    (tmp_path / "people.csv").write_text(text, "utf-8")
    # The first three are answered a little late, the fourth is stored and its reply is lost.
    server.espocrm.fail(method="POST", path="/Contact", delay=0.001, times=3)
    server.espocrm.fail(method="POST", path="/Contact", error="disconnect", after=True)

    output = run("csv_import", "people.csv", **variables(server.espocrm, "ESPOCRM"))

    with (tmp_path / "people.csv.report.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["result"] for row in rows] == ["created", "exists", "failed", "unknown"]
    assert "lastName" in rows[2]["reason"]
    assert output == "1 created, 1 exists, 1 failed, 1 unknown\n"


def test_import_names_missing_columns(
    server: MockServer, tmp_path: Path, run: Callable[..., str]
) -> None:
    """A file without the columns ends in one line that names them, and nothing is sent."""
    (tmp_path / "people.csv").write_text("last_name,city\nNg,Oslo\n", "utf-8")

    with pytest.raises(SystemExit, match=r"missing columns: email, first_name$"):
        run("csv_import", "people.csv", **variables(server.espocrm, "ESPOCRM"))

    server.espocrm.journal.assert_called("POST", "/Contact", times=0)


def test_family_is_drawn(server: MockServer, tmp_path: Path, run: Callable[..., str]) -> None:
    """Everyone is there once, parents above children, couples side by side; names are data."""
    mock = server.monica
    with Monica(base_url=mock.base_url, **mock.credentials) as crm:
        bailey = next(contact for contact in crm.contacts.list() if contact.first_name == "Bailey")
        crm.contacts.update(bailey.id, nickname="<&>")

    output = run("family_graph", "family.svg", **variables(mock, "MONICA"))

    assert output == "4 people, 1 couples: family.svg\n"
    picture = ET.fromstring((tmp_path / "family.svg").read_text("utf-8"))  # noqa: S314 - our own
    texts = picture.iter("{http://www.w3.org/2000/svg}text")
    heights = {str(text.text).split()[0]: int(text.get("y", "")) for text in texts}
    assert heights["Rosa"] < heights["Bailey"] == heights["Yoshiko"] < heights["Max"]
    assert "(&lt;&amp;&gt;)" in (tmp_path / "family.svg").read_text("utf-8")


def test_family_of_nobody_is_a_picture() -> None:
    """Without relationships, and with impossible ones, there is a picture all the same."""
    module = load("family_graph")
    loop = module["Family"](names={1: "A", 2: "B"}, parents={(1, 2), (2, 1)})

    assert "<svg" in module["draw"](module["Family"]())
    assert module["draw"](loop).count("<text") == 2


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application in a thread; the value is its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_app_takes_signed_webhooks() -> None:
    """The application keeps what it has read until a signed webhook says that it has changed."""
    mock = MockCRMs().espocrm
    connection: dict[str, Any] = {"base_url": mock.base_url, "transport": mock.transport}
    id = mock.add("Contact", {"firstName": "Ada", "lastName": "Ng"})
    with EspoCRM(**connection, **mock.users["admin"]) as admin:
        hook = admin.webhooks.create(event="Contact.update", url="http://127.0.0.1:9/")
        secret = {"webhook_id": hook.id, "secret_key": hook.secret_key or ""}
        client = AsyncEspoCRM(**connection, **mock.credentials)
        app = load("fastapi_app")["create_app"](client, **secret)
        with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as web:
            admin.webhooks.update(hook.id, url=f"{address}/webhooks/espocrm")
            assert web.get(f"/contacts/{id}").json()["name"] == "Ada Ng"
            assert web.get("/contacts/none").status_code == 404
            assert web.post("/webhooks/espocrm", content=b"[]").status_code == 403
            mock.journal.assert_called("GET", f"/Contact/{id}", times=1)
            web.get(f"/contacts/{id}")
            mock.journal.assert_called("GET", f"/Contact/{id}", times=1)

            admin.contacts.update(id, first_name="Bo")
            (delivery,) = mock.webhooks.wait()

            assert delivery.status == 204
            assert web.get(f"/contacts/{id}").json()["name"] == "Bo Ng"


def python(
    *arguments: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python as a user would."""
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_suite_passes(tmp_path: Path) -> None:
    """The pytest suite passes outside the checkout."""
    (tmp_path / "test_follow_up.py").write_bytes((FOLDER / "test_follow_up.py").read_bytes())
    options = ("-q", "-p", "no:cacheprovider", "--rootdir", tmp_path)
    done = python("-m", "pytest", *options, "test_follow_up.py", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


PIPELINE = """
import runpy, sys
from datetime import datetime
from pathlib import Path

import duckdb

from crmkit import EspoCRM
from crmkit_mock import MockCRMs

load = runpy.run_path(sys.argv[1])["load"]
mock = MockCRMs().espocrm
connection = {"base_url": mock.base_url, "transport": mock.transport, **mock.credentials}
file = Path("crm.duckdb").absolute()
with EspoCRM(**connection, max_retries=0) as crm:
    print(load(crm, file))
    crm.contacts.update(crm.contacts.list(text_filter="Eva").first().id, title="CFO")
    crm.contacts.create(first_name="Ada", last_name="Ng")
    mock.clock.advance(60)
    mock.fail(status=500)
    try:
        load(crm, file)
    except Exception as error:
        print("500" in str(error))
    print(load(crm, file), load(crm, file))
with duckdb.connect(str(file)) as db:
    rows = db.sql("SELECT name, title, modified_at FROM crm_data.contacts ORDER BY name").fetchall()
print([row[:2] for row in rows], all(isinstance(row[2], datetime) for row in rows))

import dlt

print(dlt.config["runtime.dlthub_telemetry"])
"""


def test_pipeline_loads_what_changed(tmp_path: Path) -> None:
    """A load gets each change once, keeps the cursor with the rows and reports no usage."""
    program = FOLDER / "dlt_pipeline.py"
    done = python("-c", PIPELINE, program, cwd=tmp_path, HOME=str(tmp_path))

    assert done.stdout.splitlines() == [
        "2",
        "True",
        "2 0",
        "[('Ada Ng', None), ('Eva Dvořáková', 'CFO'), ('Petr Svoboda', 'CTO')] True",
        "False",
    ], done.stderr


def test_pipeline_names_what_is_missing(tmp_path: Path) -> None:
    """Without credentials the pipeline ends with one line that says what to set."""
    program = FOLDER / "dlt_pipeline.py"
    done = python(program, "file.duckdb", cwd=tmp_path, HOME=str(tmp_path))

    assert done.returncode == 1
    assert re.fullmatch(r"dlt_pipeline\.py: [^\n]* set ESPOCRM_\w+\n", done.stderr)
