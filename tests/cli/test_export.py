"""`crmkit export`: files that hold all, whatever interrupts it."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from crmkit import EspoCRM, Monica
from crmkit.cli import lists, parts
from crmkit.cli.columns import Columns
from crmkit.cli.counting import counting
from crmkit.cli.crms import resource
from crmkit.cli.custom import Rows
from crmkit.cli.field_types import FieldType
from crmkit.cli.resources import Field
from crmkit_mock import MockServer
from tests.cli.conftest import PROGRAM, Command, program_environment, run_on_full_disk

pytestmark = pytest.mark.usefixtures("live")


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def left(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {each.name for each in folder.iterdir()}


def add_leads(live: MockServer, count: int) -> set[str]:
    """Add leads to EspoCRM; return the ids of all leads."""
    for number in range(count):
        live.espocrm.add("Lead", {"lastName": f"Lead {number}"})
    return lead_ids()


def lead_ids() -> set[str]:
    """Return the ids of all leads of EspoCRM."""
    with EspoCRM() as crm:
        return {lead.id for lead in crm.leads.list()}


@pytest.mark.parametrize(
    ("crm", "form"),
    [
        pytest.param("autocrm", "csv", marks=pytest.mark.long),
        ("espocrm", "parquet"),
        ("monica", "duckdb"),
        ("onepagecrm", "csv"),
        ("relenta", "parquet"),
    ],
)
def test_exports_all_that_is_listed(crm: str, form: str, command: Command, tmp_path: Path) -> None:
    """Without names all lists are exported, in each form the same rows."""
    exported, folder = tmp_path / "jsonl", tmp_path / form
    done = command("export", crm, "--out", str(exported))
    assert command("export", crm, "--out", str(folder), "--format", form) == done
    assert done.code == 0
    names = [line.partition(":")[0] for line in done.out.splitlines()]
    assert "contacts" in names
    assert left(exported) == {f"{name}.jsonl" for name in names}
    files = {f"{crm}.duckdb"} if form == "duckdb" else {f"{name}.{form}" for name in names}
    assert left(folder) == files
    for name in names:
        rows = lines(exported / f"{name}.jsonl")
        made = stored(folder, form, name, crm)
        assert len(made) == len(rows)
        for key in ("id", "created_at"):
            if rows and key in rows[0]:
                assert [plain(row[key]) for row in made] == [plain(row[key]) for row in rows]


def stored(folder: Path, form: str, name: str, crm: str) -> list[dict[str, Any]]:
    """Return the rows of a resource in an export."""
    if form == "csv":
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if form == "parquet":
        return [*pa.parquet.read_table(folder / f"{name}.parquet").to_pylist()]
    with duckdb.connect(str(folder / f"{crm}.duckdb"), read_only=True) as database:
        database.execute("SET TimeZone = 'UTC'")
        return [*database.sql(f'FROM "{name}"').to_arrow_table().to_pylist()]


def plain(value: Any) -> str:
    """Return a value as text, the same for all forms."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)


def test_rows_of_several_parents_name_them(command: Command, tmp_path: Path) -> None:
    """What a server lists for one contact only is read for each, and says whose it is."""
    command("export", "monica", "contact_fields", "contacts", "--out", str(tmp_path))
    contacts = {row["id"] for row in lines(tmp_path / "contacts.jsonl")}
    fields = lines(tmp_path / "contact_fields.jsonl")
    assert fields
    assert {row["contact_id"] for row in fields} <= contacts


def test_other_programs_read_what_is_written(
    live: MockServer, command: Command, tmp_path: Path
) -> None:
    """Quotes, line ends, formulas and other scripts come back from csv, DuckDB and Arrow."""
    cells = [
        "=cmd|'/c calc'!A0",
        "+49 30 1",
        '"a", b;\tc',
        "one\r\ntwo\n",
        "Łódź 名前 \U0001f600",
        " x ",
    ]
    for number, cell in enumerate(cells):
        live.espocrm.add("Account", {"name": f"A{number}", "description": cell})
    for form in ("jsonl", "csv", "parquet"):
        arguments = ["export", "espocrm", "accounts", "--out", str(tmp_path), "--format", form]
        assert command(*arguments).code == 0
    expected = {f"A{number}": cell for number, cell in enumerate(cells)}

    assert not (tmp_path / "accounts.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    read: dict[str, list[tuple[Any, Any]]] = {
        "csv": [
            (row["name"], row["description"]) for row in stored(tmp_path, "csv", "accounts", "")
        ]
    }
    arrow = pa.csv.read_csv(
        tmp_path / "accounts.csv",
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(include_columns=["name", "description"]),
    )
    read["arrow"] = [tuple(row.values()) for row in arrow.to_pylist()]
    with duckdb.connect(config={"threads": 1}) as database:
        for form, function in (
            ("jsonl", "read_json"),
            ("csv", "read_csv"),
            ("parquet", "read_parquet"),
        ):
            sql = f"SELECT name, description FROM {function}(?)"  # noqa: S608  # names of ours
            file = str(tmp_path / f"accounts.{form}")
            read[f"DuckDB {form}"] = database.execute(sql, [file]).fetchall()
    for program, rows in read.items():
        assert expected.items() <= dict(rows).items(), program


def test_columns_have_the_document_s_types(
    live: MockServer, command: Command, tmp_path: Path
) -> None:
    """Money is decimal, datetimes are timestamps in UTC, lists are lists, models structs."""
    data = {"name": "Fleet", "amount": 12.34, "amountCurrency": "EUR", "closeDate": "2026-02-28"}
    live.espocrm.add("Opportunity", data)
    out = ["--out", str(tmp_path), "--format", "parquet"]
    assert command("export", "espocrm", "opportunities", "accounts", *out).code == 0
    table = pa.parquet.read_table(tmp_path / "opportunities.parquet")
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert types["amount"] == "decimal128(38, 18)"
    assert types["created_at"] == "timestamp[us, tz=UTC]"
    assert types["close_date"] == "date32[day]"
    row = next(row for row in table.to_pylist() if row["name"] == "Fleet")
    assert row["amount"] == Decimal("12.34")
    assert str(row["close_date"]) == "2026-02-28"
    emails = pa.parquet.read_table(tmp_path / "accounts.parquet").schema.field("email_address_data")
    assert str(emails.type).startswith("list<element: struct<")


def test_what_a_column_cannot_hold_is_kept() -> None:
    """Values that are not of their column's type, and what nobody described, are kept as JSON."""
    found = resource("monica", "contacts")
    columns = Columns(found, found.columns)
    row = {
        "id": 5,
        "first_name": ["not a str"],
        "last_called": "-0001-11-30T00:00:00Z",
        "is_starred": "yes",
        "unheard_of": {"a": Decimal("1.5")},
        "tags": [{"id": 1, "name": "x", "colour": "red"}, None],
    }
    (made,) = columns.batch([row]).to_pylist()
    assert made["id"] == 5
    assert [made["first_name"], made["last_called"], made["is_starred"]] == [None, None, None]
    assert made["tags"][0]["name"] == "x"
    assert json.loads(made["tags"][0]["additional_properties"]) == {"colour": "red"}
    assert made["tags"][1] is None
    assert json.loads(made["additional_properties"]) == {
        "first_name": ["not a str"],
        "last_called": "-0001-11-30T00:00:00Z",
        "is_starred": "yes",
        "unheard_of": {"a": 1.5},
    }


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", [0, -5, 2**63 - 1, Decimal(7)], [2**63, "5", True, 1.5, Decimal("1.5")]),
        ("float", [0, 1.5, Decimal("2.5")], ["1", None, 10**400]),
        ("bool", [True, False], [0, "true"]),
        (
            "decimal",
            [1, 1.25, "3.50", Decimal("99.999999999999999999")],
            ["x", 1e-30, 10**20, True],
        ),
        ("date", ["2024-02-29"], ["2023-02-29", 5, ""]),
        ("datetime", ["2024-01-31T09:30:00Z", "2024-01-31"], ["0000-00-00 00:00:00", 5]),
        ("str", ["", "é"], [5, ["a"], "\ud800"]),
    ],
)
def test_fits_values_of_a_kind_only(kind: Any, good: list[Any], bad: list[Any]) -> None:
    """A column holds the values of its kind; others are kept beside it."""
    columns = Columns(resource("monica", "tags"), [Field("x", "x", FieldType(kind))])
    for value in good:
        (row,) = columns.batch([{"x": value}]).to_pylist()
        assert row["x"] is not None
        assert row["additional_properties"] is None
    for value in bad:
        (row,) = columns.batch([{"x": value}]).to_pylist()
        assert row["x"] is None
        assert (row["additional_properties"] is None) == (value is None)


def test_names_that_differ_in_case_become_columns_of_their_own() -> None:
    """DuckDB knows no case; no column hides another."""
    fields = [Field(name, name, FieldType("str")) for name in ("cName", "cname", "CNAME")]
    columns = Columns(resource("monica", "tags"), fields)
    assert columns.schema.names == ["cName", "cname_2", "CNAME_3", "additional_properties"]


def test_reads_lists_of_a_server_that_shows_no_clock() -> None:
    """A reply without a Date header, as some proxies leave it, is read like any other."""
    found = resource("monica", "tags")
    body = {"data": [{"id": 1, "name": "x"}], "meta": {"current_page": 1, "last_page": 1}}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    with Monica(base_url="https://monica.example/api", token="t", transport=transport) as client:
        (chunk,) = lists.Listing(found, client, Rows(found.columns)).chunks()
    assert [row["id"] for row in chunk.rows] == [1]
    assert chunk.date == ""


# -- interruptions -----------------------------------------------------------------------------


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make exports end by Ctrl-C after some pages; 0 lets them run."""
    append = parts.Part.append

    def after(pages: int) -> None:
        begun = iter(range(pages))

        def failing(self: Any, *arguments: Any) -> None:
            append(self, *arguments)
            if next(begun, None) == pages - 1:
                raise KeyboardInterrupt

        monkeypatch.setattr(parts.Part, "append", failing if pages else append)

    return after


@pytest.mark.parametrize("form", ["jsonl", "parquet", "duckdb"])
def test_goes_on_after_an_interruption(
    form: str,
    live: MockServer,
    command: Command,
    interrupted: Callable[[int], None],
    tmp_path: Path,
) -> None:
    """What was read is not asked for again; nothing is lost and nothing twice."""
    ids = add_leads(live, 500)
    arguments = ["export", "espocrm", "leads", "accounts", "--out", str(tmp_path), "--format", form]
    interrupted(2)
    assert command.refused(3, *arguments) == "interrupted"
    assert "leads.part.jsonl" in left(tmp_path)
    interrupted(0)
    live.espocrm.journal.clear()
    assert command(*arguments).code == 0
    assert len([each for each in live.espocrm.journal if each.path.endswith("/Lead")]) <= 2
    assert exported_ids(tmp_path, form) == sorted(ids)
    assert not [name for name in left(tmp_path) if "part" in name or name.startswith(".")]


def exported_ids(folder: Path, form: str) -> list[str]:
    """Return the ids of the leads of an export, sorted."""
    if form == "jsonl":
        return sorted(row["id"] for row in lines(folder / "leads.jsonl"))
    if form == "parquet":
        return sorted(pa.parquet.read_table(folder / "leads.parquet").column("id").to_pylist())
    with duckdb.connect(str(folder / "espocrm.duckdb"), read_only=True) as database:
        return [id for (id,) in database.execute("SELECT id FROM leads ORDER BY id").fetchall()]


@pytest.mark.parametrize("deleted", [1, 150, 399])
def test_steps_back_to_the_last_record_that_is_still_there(
    deleted: int,
    live: MockServer,
    command: Command,
    interrupted: Callable[[int], None],
    tmp_path: Path,
) -> None:
    """Deletions between two runs move what was not read to places that were: it is read."""
    add_leads(live, 500)
    arguments = ["export", "espocrm", "leads", "--out", str(tmp_path)]
    interrupted(2)
    command.refused(3, *arguments)
    read = [row["id"] for row in lines(tmp_path / "leads.part.jsonl")]
    with EspoCRM() as crm:
        for id in read[-deleted:]:
            crm.leads.delete(id)
    interrupted(0)
    assert command(*arguments).code == 0
    exported = [row["id"] for row in lines(tmp_path / "leads.jsonl")]
    assert len(exported) == len(set(exported))
    assert set(exported) >= lead_ids()


def test_goes_on_with_the_contact_at_which_it_was_interrupted(
    live: MockServer,
    command: Command,
    interrupted: Callable[[int], None],
    tmp_path: Path,
) -> None:
    """Of lists by contact, those of contacts that were read are not asked for again."""
    arguments = ["export", "monica", "relationships", "--out", str(tmp_path)]
    assert command(*arguments).code == 0
    whole = lines(tmp_path / "relationships.jsonl")
    interrupted(2)
    command.refused(3, *arguments)
    interrupted(0)
    live.monica.journal.clear()
    assert command(*arguments).code == 0
    assert lines(tmp_path / "relationships.jsonl") == whole
    asked = [each.path for each in live.monica.journal if each.path.endswith("/relationships")]
    assert len(asked) == len({row["id"] for row in _contacts()}) - 1


def _contacts() -> list[dict[str, Any]]:
    found = resource("monica", "contacts")
    with Monica() as client:
        listing = lists.Listing(found, client, Rows(found.columns))
        return [row for chunk in listing.chunks() for row in chunk.rows]


def test_line_that_a_crash_cut_off_is_read_again(
    live: MockServer,
    command: Command,
    interrupted: Callable[[int], None],
    tmp_path: Path,
) -> None:
    """What a part has beyond the state file was cut off, and is read once more."""
    ids = add_leads(live, 300)
    arguments = ["export", "espocrm", "leads", "--out", str(tmp_path)]
    interrupted(1)
    command.refused(3, *arguments)
    interrupted(0)
    with (tmp_path / "leads.part.jsonl").open("a") as file:
        file.write('{"id": "cut')
    assert command(*arguments).code == 0
    assert exported_ids(tmp_path, "jsonl") == sorted(ids)


@pytest.mark.long
@pytest.mark.parametrize("form", ["jsonl", "duckdb"])
def test_kill_loses_nothing(form: str, live: MockServer, tmp_path: Path) -> None:
    """A run that is killed at any instant goes on where it was."""
    ids = add_leads(live, 1500)
    arguments = [*PROGRAM, "export", "espocrm", "leads", "accounts", "--out", str(tmp_path)]
    arguments += ["--format", form]
    for tenths in range(60):
        process = subprocess.Popen(arguments, env=program_environment(), stdout=subprocess.DEVNULL)
        try:
            assert process.wait(0.5 + tenths / 10) == 0
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    else:
        pytest.fail("it never came to its end")
    assert exported_ids(tmp_path, form) == sorted(ids)


def test_failed_server_leaves_what_was_read(
    live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server that fails in the middle is exit code 3; the next run goes on."""
    ids = add_leads(live, 500)
    pages = lists.Listing._pages

    def failing(self: Any, *arguments: Any) -> Iterator[Any]:
        for number, page in enumerate(pages(self, *arguments)):
            if number == 1:
                live.espocrm.fail(status=500, times=3)
            yield page

    monkeypatch.setattr(lists.Listing, "_pages", failing)
    monkeypatch.setattr("crmkit.core.http.SyncIO.sleep", _no_sleep)
    arguments = ["export", "espocrm", "leads", "--out", str(tmp_path)]
    assert command.refused(3, *arguments).startswith("500 ")
    monkeypatch.setattr(lists.Listing, "_pages", pages)
    assert command(*arguments).code == 0
    assert exported_ids(tmp_path, "jsonl") == sorted(ids)


_FAULTS: list[dict[str, Any]] = [
    {"status": 429, "retry_after": 1},
    {"status": 503},
    {"error": "reset"},
    {"error": "disconnect"},
    {"error": "short_body"},
]


@pytest.mark.parametrize("fault", _FAULTS, ids=lambda fault: str(next(iter(fault.values()))))
def test_faults_that_pass_change_nothing(
    fault: dict[str, Any],
    live: MockServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A reply that is lost or refused before every page costs no record, and none comes twice."""
    ids = add_leads(live, 500)
    pages = lists.Listing._pages

    def failing(self: Any, *arguments: Any) -> Iterator[Any]:
        live.espocrm.fail(path="/Lead", **fault)
        for page in pages(self, *arguments):
            live.espocrm.fail(path="/Lead", **fault)
            yield page

    monkeypatch.setattr(lists.Listing, "_pages", failing)
    monkeypatch.setattr("crmkit.core.http.SyncIO.sleep", _no_sleep)
    done = command("export", "espocrm", "leads", "--out", str(tmp_path))

    assert done.code == 0, done
    assert exported_ids(tmp_path, "jsonl") == sorted(ids)


async def _no_sleep(_: object, __: float) -> None:
    pass


# -- what cannot be done ---------------------------------------------------------------------------


def test_list_that_may_not_be_read_is_left_out(command: Command, tmp_path: Path) -> None:
    """Of everything, what is forbidden is left out with a line; asked for by name, it fails."""
    done = command("export", "espocrm", "--out", str(tmp_path))
    assert done.code == 0
    assert "webhooks: left out: 403" in done.err
    out = ["--out", str(tmp_path)]
    done = command("export", "espocrm", "webhooks", "tasks", *out)
    assert done.code == 1
    assert done.err.splitlines()[-1] == "crmkit: webhooks could not be read"
    assert done.out == "tasks: 1 record\n"
    assert not [name for name in left(tmp_path) if "part" in name]


def test_rejects_what_cannot_be_exported(command: Command, tmp_path: Path) -> None:
    """An impossible argument is exit code 2, and no file is made."""
    out = ["--out", str(tmp_path / "x")]
    assert "has no resource 'nope'" in command.refused(2, "export", "monica", "nope", *out)
    assert "CRM must be one of" in command.refused(2, "export", "hubspot", *out)
    message = command.refused(2, "export", "espocrm", "followers", *out)
    assert message == "espocrm lists followers only for a known entity and id"
    (tmp_path / "file").write_text("")
    inside = str(tmp_path / "file" / "folder")
    assert "Not a directory" in command.refused(2, "export", "relenta", "--out", inside)
    assert not list((tmp_path / "x").glob("*"))


def test_rejects_the_folder_of_another_export(
    command: Command, interrupted: Callable[[int], None], tmp_path: Path
) -> None:
    """What was broken off is not mixed with another export, nor are two at one time."""
    out = ["--out", str(tmp_path)]
    interrupted(1)
    command.refused(3, "export", "monica", "contacts", *out)
    interrupted(0)
    for other in (["espocrm"], ["monica", "contacts", "tags"], ["monica", "contacts"]):
        message = command.refused(2, "export", *other, *out, "--format", "csv")
        assert "an export of monica contacts as jsonl was broken off here" in message
    with parts.locked(tmp_path):
        message = command.refused(2, "export", "monica", "contacts", *out)
        assert message == f"--out {tmp_path}: another export is writing there"
    (tmp_path / ".crmkit-export.json").write_text("{")
    assert "is not the state" in command.refused(2, "export", "monica", "contacts", *out)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_full_disk_is_one_line(live: MockServer, command: Command, tmp_path: Path) -> None:
    """A disk that is full ends the run with a line; no half of a file is left, and no row lost."""
    add_leads(live, 300)

    arguments = ["export", "espocrm", "leads", "--out", str(tmp_path)]
    done = run_on_full_disk(400_000, *arguments)
    assert done.code == 2, done
    assert len(done.err.splitlines()) == 1, done.err
    assert done.err == f"crmkit: {tmp_path / 'leads.part.jsonl'}: File too large\n"
    assert left(tmp_path) == {"leads.part.jsonl", ".crmkit-export.json"}
    ids = lead_ids()
    assert command(*arguments).code == 0
    assert exported_ids(tmp_path, "jsonl") == sorted(ids)


@pytest.mark.parametrize("form", ["csv", "parquet", "duckdb"])
def test_full_disk_at_the_end_leaves_the_parts(
    form: str,
    live: MockServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A file that cannot be written when all is read leaves what was read, and nothing half."""
    add_leads(live, 50)
    rows = parts.Part.rows

    def failing(self: Any) -> Iterator[Any]:
        yield next(rows(self))
        raise OSError(errno.ENOSPC, "full")

    arguments = ["export", "espocrm", "leads", "--out", str(tmp_path), "--format", form]
    with monkeypatch.context() as patch:
        patch.setattr(parts.Part, "rows", failing)
        message = command.refused(2, *arguments)
    file = tmp_path / ("espocrm.duckdb" if form == "duckdb" else f"leads.{form}")
    assert message == f"{file}: No space left on device"
    assert left(tmp_path) == {"leads.part.jsonl", ".crmkit-export.json"}
    live.espocrm.journal.clear()
    assert command(*arguments).code == 0
    assert left(tmp_path) == {file.name}


def test_database_that_a_kill_left_half_written_is_made_anew(
    command: Command, tmp_path: Path
) -> None:
    """What a killed run has left of a new database, and its log, is not read by the next."""
    arguments = ["export", "monica", "tags", "--out", str(tmp_path), "--format", "duckdb"]
    new = tmp_path / "monica.duckdb.new"
    code = """
import duckdb, os, sys
database = duckdb.connect(sys.argv[1])
database.execute("SET checkpoint_threshold = '1GB'")
database.execute("CREATE TABLE tags AS SELECT range AS id FROM range(1000)")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", code, str(new)], check=True)
    assert new.with_name("monica.duckdb.new.wal").exists()
    assert command(*arguments).code == 0
    assert left(tmp_path) == {"monica.duckdb"}


@pytest.mark.parametrize("removed", [0, 1])
def test_interrupted_while_parts_are_removed(
    removed: int, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database that stands is the end of an export, though its parts are still to go."""
    arguments = ["export", "monica", "tags", "genders", "--out", str(tmp_path)]
    arguments += ["--format", "duckdb"]
    remove, begun = parts.Part.remove, iter(range(removed))

    def failing(self: Any) -> None:
        if next(begun, None) is None:
            raise KeyboardInterrupt
        remove(self)

    monkeypatch.setattr(parts.Part, "remove", failing)
    assert command.refused(3, *arguments) == "interrupted"
    monkeypatch.setattr(parts.Part, "remove", remove)
    assert command(*arguments).code == 0
    assert left(tmp_path) == {"monica.duckdb"}
    for name in ("tags", "genders"):
        assert stored(tmp_path, "duckdb", name, "monica")


def test_reads_anew_what_was_removed_by_hand(
    command: Command, interrupted: Callable[[int], None], tmp_path: Path
) -> None:
    """A part or file that somebody has removed before the run was done is read once more."""
    for form in ("jsonl", "duckdb"):
        folder = tmp_path / form
        arguments = ["export", "monica", "tags", "contacts", "--out", str(folder), "--format", form]
        interrupted(2)
        command.refused(3, *arguments)
        (folder / ("tags.part.jsonl" if form == "duckdb" else "tags.jsonl")).unlink()
        interrupted(0)
        assert command(*arguments).code == 0
        rows = lines(folder / "tags.jsonl") if form == "jsonl" else None
        assert rows or stored(folder, "duckdb", "tags", "monica")


# -- progress ----------------------------------------------------------------------------------


def test_shows_lines_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In CI a line now and then says how far it is; in a pipe there is nothing."""
    times = iter([0.0, 0.0, 0.0, 5.0, 11.0, 12.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    monkeypatch.setenv("CI", "true")
    with counting() as counter:
        counter.begin("contacts")
        counter.add(100, 1000)
        counter.add(120, 1000)
    assert capsys.readouterr().err == "contacts: 220 of 1,000 records, 20 a second\n"
    times = iter([0.0, 0.0, 0.0, 11.0])
    with counting() as counter:
        counter.begin("contacts", 5000)
        counter.add(110, 10_000)
    assert capsys.readouterr().err == "contacts: 5,110 of 10,000 records, 10 a second\n"
    monkeypatch.delenv("CI")
    with counting() as counter:
        counter.begin("contacts")
        counter.add(100, None)
    assert capsys.readouterr().err == ""


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


@pytest.mark.parametrize(
    ("columns", "term", "shown"),
    [
        (80, "xterm", "notes.*110 of 1,000 .* 10/s .*0:01:29 left"),
        (30, "xterm", "notes 110 of 1,000 .*0:01"),
        (80, "dumb", "^notes: 100 of 1,000 records, 10 a second$"),
    ],
)
def test_shows_figures_on_a_terminal(
    columns: int, term: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal shows records, rate and time left, as far as there is room; a dumb one lines."""
    screen, now = Screen(), [0.0]
    monkeypatch.setattr(sys, "stderr", screen)
    for module in ("time", "rich.console"):
        monkeypatch.setattr(f"{module}.monotonic", lambda: now[0])
    for name, value in {"COLUMNS": str(columns), "TERM": term, "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    for name in ("CI", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    with counting() as counter:
        counter.begin("notes")
        for _ in range(11):
            now[0] += 1
            counter.add(10, 1000)
    written = screen.getvalue()
    assert re.search(shown, written, re.MULTILINE), written
    assert ("━" in written) == (columns >= 60 and term != "dumb")
