"""`crmkit sync`: a table that is as the resource is, whatever interrupts it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmkit import EspoCRM, Monica
from crmkit.cli import mirror
from crmkit_mock import MockServer
from tests.cli.conftest import PROGRAM, Command, program_environment, run_on_full_disk

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database that is not there yet."""
    return tmp_path / "crm.duckdb"


def query(file: Path, sql: str) -> list[Any]:
    """Return the rows of a query."""
    with duckdb.connect(str(file), read_only=True) as database:
        return database.execute(sql).fetchall()


def there(file: Path, table: str) -> dict[Any, Any]:
    """Return the records that a table has and that are not gone: ids with names."""
    sql = f"SELECT id, last_name FROM {table} WHERE _gone_at IS NULL"  # noqa: S608  # a name of ours
    return dict(query(file, sql))


def summary(done: Any) -> str:
    """Return the summary line of a run that succeeded."""
    assert done.code == 0, done
    return str(done.out).strip()


def settle(live: MockServer) -> None:
    """Let what was changed settle."""
    for crm in (live.espocrm, live.monica):
        crm.clock.advance(60)


def test_reads_changes_after_the_first_run(live: MockServer, command: Command, file: Path) -> None:
    """The first run reads all; the next ones what was created and changed since, and no more."""
    arguments = ["sync", "espocrm", "contacts", "--to", str(file)]
    assert summary(command(*arguments)) == "contacts: 2 new, 0 changed, 0 gone"
    with EspoCRM() as crm:
        first = crm.contacts.list().first()
        assert first is not None
        crm.contacts.update(first.id, last_name="Neu")
        made = crm.contacts.create(last_name="Quine")
        crm.contacts.update(made.id, last_name="Quine-Neu")
    settle(live)
    live.espocrm.journal.clear()
    assert summary(command(*arguments)) == "contacts: 1 new, 1 changed, 0 gone"
    names = there(file, "contacts")
    assert names[first.id] == "Neu"
    assert names[made.id] == "Quine-Neu"
    assert len(names) == 3
    lists = [each for each in live.espocrm.journal if each.path.endswith("/Contact")]
    assert all("where" in each.query for each in lists)
    assert summary(command(*arguments)) == "contacts: 0 new, 0 changed, 0 gone"


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 1}, {"error": "reset"}], ids=str)
def test_faults_that_pass_change_nothing(
    fault: dict[str, Any],
    live: MockServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    file: Path,
) -> None:
    """A reply that is lost or refused costs no record, in the first run and in later ones."""

    async def no_sleep(_: object, __: float) -> None:
        pass

    monkeypatch.setattr("crmkit.core.http.SyncIO.sleep", no_sleep)
    arguments = ["sync", "espocrm", "contacts", "--to", str(file)]
    live.espocrm.fail(path="/Contact", **fault)
    assert summary(command(*arguments)) == "contacts: 2 new, 0 changed, 0 gone"
    live.espocrm.add("Contact", {"lastName": "Quine"})
    settle(live)
    live.espocrm.fail(path="/Contact", **fault)
    assert summary(command(*arguments)) == "contacts: 1 new, 0 changed, 0 gone"
    assert len(there(file, "contacts")) == 3


def test_full_marks_what_is_gone(live: MockServer, command: Command, file: Path) -> None:
    """--full reads the whole list: records that are gone keep their row, with the time."""
    arguments = ["sync", "monica", "contacts", "--to", str(file)]
    command(*arguments)
    with Monica() as crm:
        ids = [contact.id for contact in crm.contacts.list()]
        crm.contacts.delete(ids[0])
    settle(live)
    assert summary(command(*arguments)) == "contacts: 0 new, 0 changed, 0 gone"
    assert summary(command(*arguments, "--full")).endswith(", 1 gone")
    assert there(file, "contacts").keys() == set(ids[1:])
    assert query(file, "SELECT id FROM contacts WHERE _gone_at IS NOT NULL") == [(ids[0],)]
    assert summary(command(*arguments, "--full")).endswith(", 0 gone")


def test_list_without_changes_is_read_whole(command: Command, file: Path) -> None:
    """Where the API cannot say what has changed, each run reads all and finds what is gone."""
    arguments = ["sync", "monica", "tags", "--to", str(file)]
    command(*arguments)
    with Monica() as crm:
        tags = crm.tags.list().collect()
        crm.tags.delete(tags[0].id)
        crm.tags.update(tags[1].id, name="renamed")
        crm.tags.create(name="new")
    assert summary(command(*arguments)) == "tags: 1 new, 1 changed, 1 gone"
    assert summary(command(*arguments)) == "tags: 0 new, 0 changed, 0 gone"


def test_record_that_a_list_did_not_show_is_not_gone(
    command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others moved out of the pages that were read is looked at before it counts as gone."""
    from crmkit.cli.lists import Listing

    arguments = ["sync", "espocrm", "leads", "--to", str(file), "--full"]
    command(*arguments)
    chunks = Listing.chunks

    def without_some(self: Any, *_: Any) -> Any:
        for chunk in chunks(self):
            del chunk.rows[3:6]
            yield chunk

    monkeypatch.setattr(Listing, "chunks", without_some)
    assert summary(command(*arguments)) == "leads: 0 new, 0 changed, 0 gone"


def test_record_that_returns_is_there_again(command: Command, file: Path) -> None:
    """A record that was gone and is there again loses its mark, and counts as changed."""
    arguments = ["sync", "onepagecrm", "contacts", "--to", str(file)]
    command(*arguments)
    from crmkit import OnePageCRM

    with OnePageCRM() as crm:
        contact = crm.contacts.list().first()
        assert contact is not None
        assert contact.id
        crm.contacts.delete(contact.id)
        assert summary(command(*arguments)) == "contacts: 0 new, 0 changed, 1 gone"
        crm.contacts.undo_delete()
    assert summary(command(*arguments)) == "contacts: 0 new, 1 changed, 0 gone"


def test_new_columns_are_added(live: MockServer, command: Command, file: Path) -> None:
    """A custom field that an administrator adds becomes a column; older rows have NULL there."""
    arguments = ["sync", "espocrm", "accounts", "--to", str(file)]
    command(*arguments)
    with duckdb.connect(str(file)) as database:
        database.execute("ALTER TABLE accounts DROP COLUMN website")
    with EspoCRM() as crm:
        crm.accounts.create(name="Fresh", website="https://fresh.example")
    settle(live)
    assert summary(command(*arguments)) == "accounts: 1 new, 0 changed, 0 gone"
    sql = "SELECT website FROM accounts WHERE name = 'Fresh'"
    assert query(file, sql) == [("https://fresh.example",)]


def test_tables_of_several_resources_share_a_file(command: Command, file: Path) -> None:
    """Each resource has a table of its own in the file."""
    for name in ("contacts", "CGadget"):
        command("sync", "espocrm", name, "--to", str(file))
    command("sync", "monica", "relationships", "--to", str(file))
    names = query(file, "SELECT table_name FROM duckdb_tables() ORDER BY 1")
    assert names == [("CGadget",), ("_crmkit_sync",), ("contacts",), ("relationships",)]


# -- what cannot be done ---------------------------------------------------------------------------


def test_rejects_what_cannot_be_synced(command: Command, file: Path, tmp_path: Path) -> None:
    """An impossible argument or file is exit code 2 and one line; the file stays as it is."""

    def refused(*arguments: str, to: Path = file) -> str:
        return command.refused(2, "sync", *arguments, "--to", str(to))

    assert "tags have no id" in refused("onepagecrm", "tags")
    assert refused("espocrm", "attendees") == (
        "espocrm lists attendees only for a known entity and id"
    )
    assert refused("monica", "tags", to=tmp_path / "no" / "x.duckdb").endswith(
        f"there is no folder {tmp_path / 'no'}"
    )
    text = tmp_path / "text.duckdb"
    text.write_text("not a database, but rather long, as this should be" * 100)
    assert refused("monica", "tags", to=text) == f"{text}: is not a DuckDB database"
    assert text.read_text().startswith("not a database")
    for name in ("table.csv", "table.parquet"):  # which DuckDB reads, and never writes
        other = tmp_path / name
        sql = f"COPY (SELECT 1 AS id) TO '{other}'"
        duckdb.sql(sql)
        before = other.read_bytes()
        assert refused("monica", "tags", to=other) == f"{other}: is not a DuckDB database"
        assert other.read_bytes() == before
    with duckdb.connect(str(file)) as database:
        database.execute("CREATE TABLE tags (mine INT)")
    assert "the table tags was not made by crmkit sync" in refused("monica", "tags")


def test_rejects_a_file_that_is_open_elsewhere(command: Command, file: Path) -> None:
    """A database that another program has open is said so."""
    code = f"import duckdb; d = duckdb.connect({str(file)!r}); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        message = command.refused(2, "sync", "monica", "tags", "--to", str(file))
        assert message == f"{file}: is open in another program; close it there first"
        other.communicate(b"\n")


def test_rejects_the_cursor_of_another_list(command: Command, file: Path) -> None:
    """A table of another CRM or server, and a cursor that was edited, are refused; --full goes."""
    arguments = ["sync", "espocrm", "contacts", "--to", str(file)]
    command(*arguments)
    message = command.refused(2, "sync", "monica", "contacts", "--to", str(file))
    assert "the table contacts is of espocrm at http://127.0.0.1" in message
    for cursor in ("edited", "NULL::VARCHAR || 'x'"):
        with duckdb.connect(str(file)) as database:
            database.execute("UPDATE _crmkit_sync SET cursor = ?", [cursor])
        message = command.refused(2, *arguments)
        assert message.endswith(
            "is not a cursor, or not as changes() returned it; --full reads the list anew"
        )
    with duckdb.connect(str(file)) as database:
        database.execute("ALTER TABLE contacts ALTER COLUMN last_name TYPE INT USING 5")
    assert "column last_name of contacts is INTEGER" in command.refused(2, *arguments, "--full")


# -- interruptions -----------------------------------------------------------------------------


def test_rows_and_cursor_are_written_together(
    live: MockServer, command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends between two writes goes on there: nothing is lost, nothing counted twice."""
    monkeypatch.setattr("crmkit.cli.sync._BATCH", 10)
    arguments = ["sync", "espocrm", "leads", "--to", str(file)]
    command(*arguments)
    with EspoCRM() as crm:
        for lead in crm.leads.list().collect():
            crm.leads.update(lead.id, last_name="changed")
    for number in range(60):
        live.espocrm.add("Lead", {"lastName": f"Lead {number}"})
    settle(live)
    write, left = mirror.Mirror.write, iter(range(1))

    def failing(self: Any, *given: Any) -> None:
        write(self, *given)
        if next(left, None) is not None:
            raise KeyboardInterrupt

    monkeypatch.setattr(mirror.Mirror, "write", failing)
    assert command.refused(3, *arguments) == "interrupted"
    monkeypatch.setattr(mirror.Mirror, "write", write)
    stored = query(file, "SELECT count(*) FROM leads WHERE last_name <> 'changed'")[0][0]
    assert summary(command(*arguments)).startswith(f"leads: {60 - stored} new")
    with EspoCRM() as crm:
        assert there(file, "leads") == {each.id: each.last_name for each in crm.leads.list()}


@pytest.mark.long
def test_kill_loses_and_repeats_nothing(live: MockServer, file: Path) -> None:
    """A run that is killed at any instant leaves a database from which the next goes on."""
    chance = random.Random(5)  # noqa: S311  # of no secret
    arguments = [*PROGRAM, "sync", "espocrm", "leads", "--to", str(file)]
    for number in range(1500):
        live.espocrm.add("Lead", {"lastName": f"Lead {number}"})
    for turn in range(12):
        process = subprocess.Popen(arguments, env=program_environment(), stdout=subprocess.DEVNULL)
        try:
            assert process.wait(chance.uniform(0.5, 4)) == 0
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        with EspoCRM() as crm:
            for lead in crm.leads.list().take(50):
                crm.leads.update(lead.id, last_name=f"turn {turn}")
        settle(live)
    assert subprocess.run(arguments, env=program_environment(), check=False).returncode == 0
    with EspoCRM() as crm:
        assert there(file, "leads") == {each.id: each.last_name for each in crm.leads.list()}
    assert query(file, "SELECT count(*) - count(DISTINCT id) FROM leads") == [(0,)]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_full_disk_is_one_line(live: MockServer, command: Command, file: Path) -> None:
    """A disk that is full ends the run with a line; the database is as it was."""
    arguments = ["sync", "espocrm", "leads", "--to", str(file)]
    command(*arguments)
    before = there(file, "leads")
    for number in range(300):
        live.espocrm.add("Lead", {"lastName": f"Lead {number}", "description": "x" * 5000})
    settle(live)
    size = file.stat().st_size

    done = run_on_full_disk(size, *arguments)
    assert done.code == 2, done
    assert len(done.err.splitlines()) == 1, done.err
    assert there(file, "leads").items() >= before.items()
    assert summary(command(*arguments)).startswith("leads: ")
    assert len(there(file, "leads")) == len(before) + 300
