"""`crmkit import` against served mocks."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crmkit_mock import MockServer
from tests.cli.conftest import PROGRAM, Command, Done, program_environment, run_on_full_disk

pytestmark = pytest.mark.usefixtures("live")

#: By CRM: a resource, a CSV of it, the wire path of creations, and a field that is a key.
FILES: dict[str, tuple[str, str, str, str]] = {
    "autocrm": ("contacts", "First Name,last-name\nAda,Quine\nEve,Moss\n", "/Contact", "last_name"),
    "espocrm": ("contacts", "firstName;lastName\nAda;Quine\nEve;Moss\n", "/Contact", "lastName"),
    "monica": ("tags", "Name\nAda\nEve\n", "/tags", "name"),
    "onepagecrm": ("contacts", "lastname\tcompany\nQuine\tA\nMoss\tB\n", "/contacts", "lastname"),
    "relenta": (
        "contacts",
        "Full name,E-mails\nAda Quine,a@example.com;b@example.com\nEve,e@example.com\n",
        "/contact.create.json",
        "emails",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def posts(live: MockServer, crm: str, path: str) -> int:
    """Return how many creations a mock has received."""
    return sum(1 for each in live.crm(crm).journal if each.method == "POST" and path in each.path)


def write(folder: Path, text: str | bytes, name: str = "in.csv") -> str:
    """Write a file; return its name."""
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    return name


def read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a report."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.mark.parametrize("crm", FILES)
def test_creates_each_row_once(crm: str, live: MockServer, folder: Path, command: Command) -> None:
    """All rows are created, a second run sends none, and a key finds them without the journal."""
    resource, text, path, key = FILES[crm]
    name = write(folder, text)

    first = command("import", crm, resource, name)
    assert first == Done(0, f"{resource}: 2 created, 0 updated, 0 skipped, 0 failed\n", "")
    assert posts(live, crm, path) == 2
    again = command("import", crm, resource, name)
    assert again.out.endswith("0 created, 0 updated, 0 skipped, 0 failed, 2 done before\n")
    assert posts(live, crm, path) == 2

    (folder / "in.csv.report.csv.journal").unlink()
    skipped = command("import", crm, resource, name, "--key", key)
    assert skipped.out == f"{resource}: 0 created, 0 updated, 2 skipped, 0 failed\n"
    (folder / "in.csv.report.csv.journal").unlink()
    updated = command("import", crm, resource, name, "--key", key, "--on-duplicate", "update")
    assert updated.out == f"{resource}: 0 created, 2 updated, 0 skipped, 0 failed\n", updated.err
    (folder / "in.csv.report.csv.journal").unlink()
    failed = command("import", crm, resource, name, "--key", key, "--on-duplicate", "fail")
    assert failed.code == 1
    assert "is there already, as " in (folder / "in.csv.report.csv").read_text("utf-8")
    assert posts(live, crm, path) == 2


def test_sends_the_flags_that_a_new_record_needs(
    live: MockServer, folder: Path, command: Command
) -> None:
    """Names alone are contacts of Monica, who wants to know whether birthdays are known."""
    name = write(folder, "First name;Last name\nÁda;Lovelace\nGrace;Hopper\n")

    shown = command("import", "monica", "contacts", name, "--dry-run").out.splitlines()[2]
    done = command("import", "monica", "contacts", name)
    assert done == Done(0, "contacts: 2 created, 0 updated, 0 skipped, 0 failed\n", "")
    sent = [json.loads(each.body) for each in live.monica.journal if each.method == "POST"]
    assert [each["is_birthdate_known"] for each in sent] == [False, False]
    assert json.loads(shown) == sent[0]

    name = write(folder, "first_name,is_deceased\nAlan,true\n")
    command("import", "monica", "contacts", name)  # the date of death may be asked for
    last = json.loads([each.body for each in live.monica.journal if each.method == "POST"][-1])
    assert last["is_deceased"] is True


def test_reports_rows_that_can_be_fed_back(folder: Path, command: Command) -> None:
    """Each row that failed stands in the report as it was, with a reason; mended, it goes."""
    name = write(
        folder,
        "Name;Close Date;Amount;Stage\n"
        'A;31.01.2024;"1500,5";Prospecting\n'
        "B;31.02.2024;10;Prospecting\n"
        '"C\nc";2024-03-01;20;Prospecting\n'
        "D;2024-03-01\n"
        "E;;30;Prospecting;x\n",
    )
    done = command("import", "espocrm", "opportunities", name)
    assert done.code == 1
    assert done.err == (
        "crmkit: 4 of 5 rows failed, see in.csv.report.csv; row 2: Amount: expected a number like "
        "1234.50, got '1500,5'\n"
    ), done
    report = folder / "in.csv.report.csv"
    failed = read(report, ";")
    assert [row["_row"] for row in failed] == ["2", "3", "5", "6"]
    assert failed[0]["_error"] == "Amount: expected a number like 1234.50, got '1500,5'"
    assert failed[1]["_error"] == "Close Date: expected a date like 2024-01-31, got '31.02.2024'"
    assert failed[2]["_error"] == "has 2 cells, the header 4"
    assert failed[3]["_error"] == "has 5 cells, the header 4"
    assert failed[1]["Name"] == "B"
    assert {row["_status"] for row in failed} == {"failed"}

    text = report.read_text("utf-8").replace("1500,5", "1500.5").replace("31.02.", "29.02.")
    lines = [line for line in text.splitlines() if not line.startswith(("D", "E"))]
    write(folder, "\n".join(lines), "mended.csv")
    mended = command("import", "espocrm", "opportunities", "mended.csv")
    assert mended.out == "opportunities: 2 created, 0 updated, 0 skipped, 0 failed\n", mended
    assert not (folder / "mended.csv.report.csv").exists()


def test_leaves_duplicates_to_espocrm(live: MockServer, folder: Path, command: Command) -> None:
    """What EspoCRM's own check refuses is left, changed or reported, as the caller chose."""
    id = live.espocrm.add("Contact", {"firstName": "Ada", "lastName": "Quine"})
    name = write(folder, "first_name,last_name,description\nAda,Quine,Dr\n")
    call = ("import", "espocrm", "contacts", name)

    failed = command(*call, "--on-duplicate", "fail", "--report", "r.csv")
    assert failed.code == 1
    (row,) = read(folder / "r.csv")
    assert (row["_id"], row["_error"]) == (id, f"is there already, as {id}")
    assert "1 skipped" in command(*call, "--report", "s.csv").out
    title = command("list", "espocrm", "contacts", "--where", f"id={id}", "--select", "description")
    assert json.loads(title.out)["description"] is None
    assert "1 done before" in command(*call, "--report", "s.csv").out
    assert "1 updated" in command(*call, "--on-duplicate", "update", "--report", "s.csv").out
    title = command("list", "espocrm", "contacts", "--where", f"id={id}", "--select", "description")
    assert json.loads(title.out)["description"] == "Dr"


def test_dry_run_sends_nothing(live: MockServer, folder: Path, command: Command) -> None:
    """It shows the fields of the columns and the first rows, and finds what cannot be sent."""
    name = write(folder, "Last Name,Note,do not call\nQuine,x,yes\nMoss,y,maybe\n")
    done = command("import", "espocrm", "contacts", name, "--map", "Note=", "--dry-run")
    assert done.code == 1
    assert done.out.splitlines() == [
        "Last Name → last_name (str)",
        "Note → left out",
        "do not call → do_not_call (bool)",
        '{"lastName": "Quine", "doNotCall": true}',
        "1 of 2 rows can be sent; nothing was sent",
    ]
    assert done.err.splitlines() == [
        "row 3: do not call: expected true or false, got 'maybe'",
        "crmkit: 1 of 2 rows cannot be sent",
    ]
    assert posts(live, "espocrm", "/Contact") == 0
    assert [each.name for each in folder.iterdir()] == ["in.csv"]


#: What a file may be written as, and the two names that are read from it.
ENCODED: dict[str, tuple[bytes, str]] = {
    "UTF-8 with a mark": ("name\nÄda\nŁuk\n".encode("utf-8-sig"), "Łuk"),
    "UTF-16": ("name;description\nÄda;\nŁuk;\n".encode("utf-16"), "Łuk"),
    "cp1252": ("name\r\nÄda\r\n€\r\n".encode("cp1252"), "€"),
    "latin-1": ("name\nÄda\n\x81\n".encode("latin-1"), "\x81"),
    "a large cell": (("name,description\nÄda,\nB," + "x" * 40_000 + "\n").encode(), "B"),
    "line ends in cells": ('name,description\nÄda,"a\r\nb"\nB,\n\n'.encode(), "B"),
    "columns without names at the end": ("name;;\nÄda;;\nB;;\n".encode(), "B"),
}


@pytest.mark.parametrize("case", ENCODED)
def test_reads_files_as_programs_write_them(case: str, folder: Path, command: Command) -> None:
    """Encoding and delimiter are found out; a guess of the encoding is said."""
    data, last = ENCODED[case]
    done = command("import", "espocrm", "accounts", write(folder, data))
    assert done.out == "accounts: 2 created, 0 updated, 0 skipped, 0 failed\n", done
    assert ("is not UTF-8; read as " in done.err) == (case in {"cp1252", "latin-1"})
    listed = command("list", "espocrm", "accounts", "--select", "name").out.splitlines()
    assert {"Äda", last} <= {json.loads(line)["name"] for line in listed}


def test_reads_json_lines(folder: Path, command: Command) -> None:
    """Values of JSON lines have types, and rows that failed are JSON lines again."""
    lines = '{"name": "A", "close_date": "2024-01-31", "amount": 1.10, "stage": "Prospecting"}\n'
    lines += '{"name": "B", "amount": "x"}\nnope\n'
    done = command("import", "espocrm", "opportunities", write(folder, lines, "in.jsonl"))
    assert done.code == 1
    assert "1 created" in done.out
    report = (folder / "in.jsonl.report.jsonl").read_text("utf-8").splitlines()
    assert json.loads(report[0])["_error"].startswith("amount: expected a number")
    assert report[1] == "nope"


#: Files and options that are refused before anything is sent, and what is said.
REFUSED: dict[str, tuple[bytes, tuple[str, ...], str]] = {
    "empty": (b"", (), "in.csv: is empty"),
    "doubled column": (b"name,name\na,b\n", (), "column 'name' stands twice in the header"),
    "nameless column": (b"name,,x\na,b,c\n", (), "column 2 has no name in the header"),
    "two columns of one field": (b"Name,name\na,b\n", (), "'Name' and 'name' are both name"),
    "unknown column": (
        b"name,descripton,zzz\na,b,c\n",
        (),
        "tasks have no field for 'descripton' (did you mean description?), 'zzz'; --map ",
    ),
    "unknown header": (b"name\na\n", ("--map", "nam=x"), "no column 'nam'; did you mean name?"),
    "unknown field": (b"name\na\n", ("--map", "name=nam"), "'name' (did you mean name?)"),
    "nothing left": (b"name\na\n", ("--map", "name="), "no column is left to import"),
    "open quote": (b'name\n"a\nb\n', (), "line 3: unexpected end of data; nothing was sent"),
    "UTF-16 without a mark": ("name\n".encode("utf-16-le"), (), "has NUL characters"),
    "wrong encoding": ("ä\n".encode("cp1252"), ("--encoding", "utf-8"), "is not utf-8"),
    "unknown encoding": (b"name\n", ("--encoding", "nope"), "unknown encoding 'nope'"),
    "zone": (b"name\na\n", ("--zone", "Nope/Nope"), "--zone: unknown time zone 'Nope/Nope'"),
    "key": (b"name\na\n", ("--key", "status"), "--key: no column is the field 'status'"),
    "delimiter": (b"name\na\n", ("--delimiter", "ab"), "--delimiter must be one character"),
    "a spreadsheet": (
        b"PK\3\4\x14\0\6\0",
        (),
        "is a spreadsheet or archive; save the sheet as CSV",
    ),
    "no folder": (b"name\na\n", ("--report", "no/r.csv"), "there is no folder no"),
    "report": (b"name\na\n", ("--report", "in.csv"), "must be another file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_what_it_cannot_read(
    case: str, live: MockServer, folder: Path, command: Command
) -> None:
    """A file or an option that is wrong as a whole is one line, and nothing is sent."""
    data, options, message = REFUSED[case]
    name = write(folder, data)
    assert message in command.refused(2, "import", "espocrm", "tasks", name, *options)
    assert posts(live, "espocrm", "/Task") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_takes_the_place_of_no_device(live: MockServer, folder: Path, command: Command) -> None:
    """A report that is a pipe or a device is refused, and stays one."""
    # Not a device of the machine, which a report would really replace if this were broken.
    os.mkfifo(folder / "pipe")
    name = write(folder, "name\na\n")
    said = command.refused(2, "import", "espocrm", "tasks", name, "--report", "pipe")
    assert said == "--report must be a regular file, pipe is none"
    assert (folder / "pipe").is_fifo()
    assert posts(live, "espocrm", "/Task") == 0


def test_refuses_what_an_api_cannot_check(folder: Path, command: Command) -> None:
    """Where a CRM has no check of its own, duplicates need a key; required fields, a column."""
    name = write(folder, "name\nx\n")
    options = ("--on-duplicate", "update")
    said = command.refused(2, "import", "monica", "companies", name, *options)
    assert said == "--on-duplicate: monica does not check companies; add --key FIELD"
    (folder / "other.csv").write_text("x\ny\n")
    said = command.refused(2, "import", "monica", "tags", "other.csv", "--map", "x=")
    assert said == "tags need name: no column is that"


def test_a_header_alone_is_no_error(folder: Path, command: Command) -> None:
    """A file with a header and no rows has nothing to import."""
    done = command("import", "monica", "tags", write(folder, "name\n"))
    assert done == Done(0, "tags: nothing to import, in.csv has no rows\n", "")


def test_never_sends_twice_what_may_be_there(
    live: MockServer, folder: Path, command: Command
) -> None:
    """A row whose reply is lost stops the run; the next one reports it, and sends the others."""
    live.monica.fail(status=500, times=1, path="/tags", method="POST")
    name = write(folder, "name\na\nb\n")
    first = command("import", "monica", "tags", name)
    assert first.code == 3
    assert first.err.count("\n") == 1
    sent = posts(live, "monica", "/tags")

    second = command("import", "monica", "tags", name)
    assert second.code == 1
    assert second.out == "tags: 1 created, 0 updated, 0 skipped, 1 failed\n"
    assert posts(live, "monica", "/tags") == sent + 1
    (row,) = read(folder / "in.csv.report.csv")
    assert (row["name"], row["_status"]) == ("a", "unknown")
    assert row["_error"].startswith("may have been created: look")

    report = folder / "in.csv.report.csv"
    again = command("import", "monica", "tags", report.name)
    assert again.code == 1
    assert posts(live, "monica", "/tags") == sent + 1, "the report says that it may be there"
    by_key = command("import", "monica", "tags", name, "--key", "name")
    assert by_key.code == 0, by_key
    assert by_key.out.startswith("tags: 1 created"), "the key shows that it is not there"


def test_keeps_to_its_journal(folder: Path, command: Command) -> None:
    """A journal of another import is refused; what a crash cut off at its end is ignored."""
    name = write(folder, "name\na\n")
    assert command("import", "monica", "tags", name).code == 0
    said = command.refused(2, "import", "monica", "companies", name)
    assert "is not the journal of an import to monica" in said
    journal = folder / "in.csv.report.csv.journal"
    journal.write_bytes(journal.read_bytes() + b'{"key": "x", "i')
    assert "1 done before" in command("import", "monica", "tags", name).out
    assert journal.read_bytes().endswith(b"}\n")


@pytest.mark.long
@pytest.mark.parametrize("crm", ["espocrm", "monica"])
def test_a_killed_import_makes_no_duplicates(
    crm: str, live: MockServer, folder: Path, command: Command
) -> None:
    """After kill -9, and after Ctrl-C, the same command makes the others and no row twice."""
    resource, field = ("contacts", "last_name") if crm == "espocrm" else ("tags", "name")
    path = "/Contact" if crm == "espocrm" else "/tags"
    name = write(folder, f"{field}\n" + "".join(f"N{index:03}\n" for index in range(60)))
    arguments = ["import", crm, resource, name, "--key", field]
    for target, number in ((10, signal.SIGKILL), (30, signal.SIGINT)):
        run = subprocess.Popen(
            [*PROGRAM, *arguments],
            env=program_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while posts(live, crm, path) < target and run.poll() is None:
                time.sleep(0.01)
        finally:
            os.kill(run.pid, number)
            code = run.wait()
        assert code == (3 if number == signal.SIGINT else -number)
    assert command(*arguments).code == 0
    listed = command("list", crm, resource, "--select", field).out.splitlines()
    names = [json.loads(line)[field] for line in listed]
    made = [each for each in names if each.startswith("N") and each[1:].isdigit()]
    assert sorted(made) == [f"N{index:03}" for index in range(60)]


def test_a_full_disk_is_one_line(
    live: MockServer, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the journal cannot be written, the row is not sent, and the line names the report."""
    name = write(folder, "name\na\nb\n")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("crmkit.cli.import_journal.os.fsync", full)
        said = command.refused(2, "import", "monica", "tags", name)
    assert said == "in.csv.report.csv.journal: No space left on device"
    assert posts(live, "monica", "/tags") == 0
    assert command("import", "monica", "tags", name, "--key", "name").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("full", ["in.csv.report.csv.journal", "in.csv.report.csv"])
def test_a_disk_that_fills_up_loses_no_row(
    full: str, live: MockServer, folder: Path, command: Command
) -> None:
    """A journal or report that cannot grow ends the run; the same command does the rest."""
    is_sent = full.endswith("journal")  # what cannot be sent goes to the report instead
    date = "2024-02-29" if is_sent else "2024-02-31"
    rows = [f"N{index:03},{date},10,Prospecting\n" for index in range(60)]
    name = write(folder, "name,close_date,amount,stage\n" + "".join(rows))
    arguments = ["import", "espocrm", "opportunities", name, "--key", "name"]

    run = run_on_full_disk(3000, *arguments)
    assert (run.code, run.err) == (2, f"crmkit: {full}: File too large\n"), run
    assert run.out.endswith(" failed so far; the same command goes on\n")
    assert 0 <= posts(live, "espocrm", "/Opportunity") < 60
    done = command(*arguments)
    assert done.code == (0 if is_sent else 1)
    assert posts(live, "espocrm", "/Opportunity") == (60 if is_sent else 0)
    assert is_sent or len(read(folder / full)) == 60


def test_a_closed_pipe_keeps_the_exit_code(live: MockServer, folder: Path) -> None:
    """Where nobody reads the summary, the exit code still says that rows failed."""
    name = write(folder, "body,contact_id\na,x\n")
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [*PROGRAM, "import", "monica", "notes", name],
        env=program_environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert run.returncode == 1
    assert run.stderr.startswith("crmkit: 1 of 1 rows failed, see in.csv.report.csv; row 2: ")
    assert run.stderr.count("\n") == 1
    assert posts(live, "monica", "/notes") == 0


def test_stops_where_the_server_forbids_all(
    live: MockServer, folder: Path, command: Command
) -> None:
    """Rows that are forbidden one after the other end the run; what was refused is not there."""
    live.espocrm.fail(status=403, times=1000, path="/Case", method="POST")
    name = write(folder, "name\n" + "".join(f"{index}\n" for index in range(50)))
    assert "403" in command.refused(3, "import", "espocrm", "cases", name)
    assert posts(live, "espocrm", "/Case") == 20


def test_leaves_a_lost_reply_to_espocrm(live: MockServer, folder: Path, command: Command) -> None:
    """A contact whose reply was lost is not made twice: EspoCRM's own check finds it."""
    live.espocrm.fail(status=500, times=1, path="/Contact", method="POST", after=True)
    name = write(folder, "last_name\nQuine\nMoss\n")
    assert command("import", "espocrm", "contacts", name).code == 3
    done = command("import", "espocrm", "contacts", name)
    assert done == Done(0, "contacts: 1 created, 0 updated, 1 skipped, 0 failed\n", "")
    listed = command("list", "espocrm", "contacts", "--where", "last_name=Quine").out
    assert listed.count("\n") == 1


def test_finds_records_by_typed_values(live: MockServer, folder: Path, command: Command) -> None:
    """A key is compared as its type has it: 31.01.2024 in a file is 2024-01-31 in the CRM."""
    id = live.espocrm.add("Opportunity", {"name": "A", "closeDate": "2024-01-31"})
    name = write(folder, "name,close_date\nB,31.01.2024\n")
    call = ("import", "espocrm", "opportunities", name, "--key", "close_date")
    assert "1 updated" in command(*call, "--on-duplicate", "update").out
    got = command("get", "espocrm", "opportunities", id).out
    assert json.loads(got)["name"] == "B"


def test_sends_again_what_was_refused(live: MockServer, folder: Path, command: Command) -> None:
    """A row that the server refused is not there, so the same command sends it once more."""
    live.monica.fail(status=422, times=1, path="/tags", method="POST")
    live.monica.fail(status=429, retry_after=0, times=1, path="/tags", method="POST")
    name = write(folder, "name\na\nb\n")
    first = command("import", "monica", "tags", name)
    assert (first.code, first.out) == (1, "tags: 1 created, 0 updated, 0 skipped, 1 failed\n")
    assert read(folder / "in.csv.report.csv")[0]["_error"].startswith("422 ")
    again = command("import", "monica", "tags", name)
    assert again.out == "tags: 1 created, 0 updated, 0 skipped, 0 failed, 1 done before\n"


def test_goes_on_after_a_broken_connection(
    live: MockServer, folder: Path, command: Command
) -> None:
    """A connection that breaks after the server acted ends the run; a key finds the record."""
    live.onepagecrm.fail(error="reset", after=True, times=1, path="/contacts*", method="POST")
    name = write(folder, "Last name,Company\nQuine,A\nMoss,B\n")
    call = ("import", "onepagecrm", "contacts", name, "--key", "lastname")
    first = command(*call)
    assert first.code == 3
    assert first.out.endswith("0 failed so far; the same command goes on\n")
    again = command(*call)
    assert again.out == "contacts: 2 created, 0 updated, 0 skipped, 0 failed\n", again
    assert posts(live, "onepagecrm", "/contacts") == 2


def test_writes_custom_fields_by_their_labels(folder: Path, command: Command) -> None:
    """Custom fields are columns by the labels that users know, with their types."""
    name = write(folder, "Full name,t-shirt size,DOB\nAda,XL,10.12.1815\nEve,S,31.02.1815\n")
    done = command("import", "relenta", "contacts", name)
    assert done.code == 1
    assert "row 3: DOB: expected a date like 2024-01-31, got '31.02.1815'" in done.err
    listed = command("list", "relenta", "contacts", "--select", "full_name,T-shirt_size,DOB").out
    rows = [json.loads(line) for line in listed.splitlines()]
    assert {"full_name": "Ada", "T-shirt_size": "XL", "DOB": "1815-12-10"} in rows


def test_reads_what_has_a_type_as_text(folder: Path, command: Command) -> None:
    """Where a CRM keeps addresses with their types, a cell has them as people write them."""
    name = write(
        folder,
        "Last name,Company,Email,phone,Urls\n"
        "Quine,A,q@example.com;home@example.com (Home),+1 (555) 123,https://a.example (blog)\n",
    )
    assert command("import", "onepagecrm", "contacts", name).code == 0
    id = next(
        json.loads(line)["id"]
        for line in command("list", "onepagecrm", "contacts").out.splitlines()
        if "Quine" in line
    )
    got = json.loads(command("get", "onepagecrm", "contacts", id).out)
    assert got["emails"] == [
        {"type_": "work", "address": "q@example.com"},
        {"type_": "home", "address": "home@example.com"},
    ]
    assert got["phones"] == [{"type_": "work", "number": "+1 (555) 123"}]
    assert got["urls"] == [{"type_": "blog", "address": "https://a.example"}]
