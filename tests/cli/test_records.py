"""`crmkit list`, `get`, `create`, `update`, `delete` and `whoami` against served mocks."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from typing import Any

import pytest

from crmkit_mock import MockServer
from tests.cli.conftest import PROGRAM, Command, Done, program_environment

pytestmark = pytest.mark.usefixtures("live")

#: By CRM: a resource that can be listed and written, and the fields of a new record.
RECORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "autocrm": ("contacts", ("first_name=Ada", "last_name=Quine")),
    "espocrm": ("CGadget", ("name=Ada", "description=x")),
    "monica": ("tags", ("name=Ada",)),
    "onepagecrm": ("contacts", ("lastname=Quine", "company=Ada", "vip=true")),
    "relenta": ("contacts", ("full_name=Ada Quine", "emails=a@example.com; b@example.com")),
}


def rows(done: Done) -> list[dict[str, Any]]:
    """Return the rows of JSON lines of a run that succeeded."""
    assert done.code == 0, done
    return [json.loads(line) for line in done.out.splitlines()]


def row(done: Done) -> dict[str, Any]:
    """Return the only row of a run that succeeded."""
    (only,) = rows(done)
    return only


@pytest.mark.parametrize("crm", RECORDS)
def test_creates_lists_changes_and_deletes(crm: str, command: Command) -> None:
    """What is created is listed, read, changed and deleted, as far as the API can."""
    resource, fields = RECORDS[crm]
    id = str(row(command("create", crm, resource, *fields))["id"])
    field = fields[0].partition("=")[0]

    assert id in {str(each["id"]) for each in rows(command("list", crm, resource))}
    changed = row(command("update", crm, resource, id, f"{field}=Eve"))
    assert str(changed["id"]) == id
    listed = {str(each["id"]): each for each in rows(command("list", crm, resource))}
    assert listed[id][field] == "Eve"
    if crm == "relenta":
        can = "its API has no such call; it can list, create, update"
        assert can in command.refused(2, "get", crm, resource, id)
        assert can in command.refused(2, "delete", crm, resource, id)
        return
    assert row(command("get", crm, resource, id))[field] == "Eve"
    assert command("delete", crm, resource, id) == Done(0, "", "")
    assert "404" in command.refused(3, "get", crm, resource, id) or crm == "onepagecrm"
    assert id not in {str(each["id"]) for each in rows(command("list", crm, resource))}


@pytest.mark.parametrize("crm", RECORDS)
def test_says_whose_credentials_they_are(crm: str, live: MockServer, command: Command) -> None:
    """The server and the user are shown, or that the key works where the API names nobody."""
    who = row(command("whoami", crm))

    assert who["crm"] == crm
    assert who["base_url"] == live.crm(crm).base_url
    assert who.get("name") or who["department_key"] == "works"


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "CRM": (("list", "nope", "x"), "CRM must be one of autocrm, espocrm, monica, onepagecrm"),
    "resource": (("list", "monica", "contact"), "no resource 'contact'; did you mean contacts?"),
    "entity type": (("list", "espocrm", "CNope"), "espocrm has no entity type 'CNope'"),
    "parent": (("list", "monica", "relationships"), "of one record only: add --where contact_id=…"),
    "filter": (("list", "monica", "tags", "--where", "name=x"), "by 'name'; known are sort"),
    "no filter at all": (
        ("list", "relenta", "contacts", "--where", "tags=x"),
        "--where: relenta cannot filter contacts by 'tags'; its API has no filters there",
    ),
    "filter without a value": (("list", "monica", "notes", "--where", "x"), "must be field=value"),
    "filter's type": (
        ("list", "monica", "notes", "--where", "contact_id=x"),
        "contact_id: expected an int, got 'x'",
    ),
    "column": (
        ("list", "espocrm", "contacts", "--select", "id,lst_name"),
        "--select: no column 'lst_name'; did you mean last_name?",
    ),
    "limit": (("list", "monica", "tags", "--limit", "0"), "'--limit': 0 is not in the range"),
    "id": (("get", "monica", "tags", "x"), "ID: expected an int, got 'x'"),
    "field": (
        ("create", "espocrm", "contacts", "lastname=x"),
        "lastname: contacts have no such field; did you mean last_name?",
    ),
    "the id of a new record": (
        ("create", "relenta", "activities", "id=5"),
        "id: activities have no such field",
    ),
    "field twice": (("create", "monica", "tags", "name=a", "name=b"), "name: stands twice"),
    "no field": (("create", "monica", "contacts"), "nothing to write: pass FIELD=VALUE"),
    "no value": (("create", "monica", "tags", "name"), "a field must be field=value, got 'name'"),
    "a date": (
        ("create", "espocrm", "opportunities", "closeDate=31.02.2024"),
        "closeDate: expected a date like 2024-01-31, got '31.02.2024'",
    ),
    "a datetime without zone": (
        ("create", "espocrm", "calls", "date_start=2024-01-31T10:00"),
        "date_start: expected a datetime with its time zone, like 2024-01-31T09:30:00Z",
    ),
    "an empty number": (
        ("update", "espocrm", "opportunities", "x", "amount="),
        "amount: expected decimal, got ''; --clear amount removes it",
    ),
    "a missing argument": (
        ("update", "monica", "relationships", "1"),
        "relationships need relationship_type_id=…",
    ),
    "set and cleared": (
        ("update", "monica", "tags", "1", "name=x", "--clear", "name"),
        "name: stands twice",
    ),
    "no such JSON file": (
        ("create", "monica", "tags", "--json", "/nope.json"),
        "--json /nope.json: No such file or directory",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refuses_what_cannot_be_meant(case: str, live: MockServer, command: Command) -> None:
    """What the API cannot do, or a value cannot be, is one line, exit code 2, and not sent."""
    arguments, reason = WRONG[case]

    assert reason in command.refused(2, *arguments)
    for name in live.names:
        assert all(each.method == "GET" for each in live.crm(name).journal), name


@pytest.mark.parametrize(
    ("variable", "value", "code", "reason"),
    [
        ("MONICA_TOKEN", "", 2, "token is missing: set MONICA_TOKEN"),
        ("MONICA_TOKEN", "wrong", 3, "Unauthenticated; check MONICA_TOKEN"),
        ("MONICA_BASE_URL", "ftp://crm.example", 2, "MONICA_BASE_URL must be an address like"),
        ("MONICA_BASE_URL", "http://crm.example", 2, "MONICA_BASE_URL http://crm.example would"),
        ("MONICA_BASE_URL", "http://127.0.0.1:1", 3, "and MONICA_BASE_URL right?"),
    ],
)
def test_names_the_variable_to_look_at(
    variable: str,
    value: str,
    code: int,
    reason: str,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing or wrong setting is one line that names the variable: 2, or 3 once it was sent."""
    monkeypatch.setenv(variable, value)

    message = command.refused(code, "list", "monica", "tags")

    assert reason in message
    assert "=…" not in message


def test_filters_by_the_fields_of_records(command: Command) -> None:
    """EspoCRM's lists filter by any field, typed; and by their own arguments."""
    bond = ("last_name=Bond", "first_name=James", "do_not_call=yes")
    id = row(command("create", "espocrm", "contacts", *bond))["id"]

    def ids(*where: str) -> list[str]:
        options = [part for each in where for part in ("--where", each)]
        return [each["id"] for each in rows(command("list", "espocrm", "contacts", *options))]

    assert ids("lastName=Bond", "do_not_call=true") == [id]
    assert ids("last_name=Bond", "do_not_call=false") == []
    assert ids("last_name=Bond", "account_id=") == [id]
    assert ids("text_filter=Bond") == [id]


def test_lists_what_belongs_to_a_record(command: Command) -> None:
    """--where names the record to which the records of a list belong."""
    all_of_them = rows(command("list", "monica", "notes"))
    of_one = rows(command("list", "monica", "notes", "--where", "contact_id=1"))

    assert 0 < len(of_one) < len(all_of_them)
    assert {note["contact"]["id"] for note in of_one} == {1}


def test_limits_and_selects(live: MockServer, command: Command) -> None:
    """--limit ends a list; --select chooses columns and their order, and EspoCRM sends no more."""
    selected = rows(
        command("list", "espocrm", "contacts", "--select", "lastName,id", "--limit", "1")
    )

    assert [list(each) for each in selected] == [["last_name", "id"]]
    (request,) = live.espocrm.journal
    assert "lastName%2Cid" in request.query


def test_reads_and_writes_custom_fields(command: Command) -> None:
    """Custom fields are columns with real types, and fields that can be written and cleared."""
    wrote = row(
        command(
            "create",
            "relenta",
            "contacts",
            "full_name=A",
            "Featured_in=Goldmember",
            "DOB=1930-08-25",
        )
    )
    by_id = {each["id"]: each for each in rows(command("list", "relenta", "contacts"))}
    assert by_id[wrote["id"]]["Featured_in"] == ["Goldmember"]
    assert by_id[wrote["id"]]["DOB"] == "1930-08-25"

    command("update", "relenta", "contacts", str(wrote["id"]), "--clear", "DOB")
    by_id = {each["id"]: each for each in rows(command("list", "relenta", "contacts"))}
    assert by_id[wrote["id"]]["DOB"] is None


def test_types_custom_fields_of_espocrm(live: MockServer, command: Command) -> None:
    """EspoCRM's custom fields are written and read with the types that its metadata says."""
    definitions = {
        "cBudget": {"type": "currency", "isCustom": True},
        "cVisit": {"type": "datetime", "isCustom": True},
        "cTopics": {"type": "multiEnum", "isCustom": True},
        "cPartner": {"type": "link", "isCustom": True},
    }
    live.espocrm.fail(body=definitions, path="/Metadata", times=None)
    fields = ("cBudget=10.50", "cVisit=2024-07-01T14:00+02:00", "cTopics=a; b", "cPartnerId=5")

    assert command("create", "espocrm", "contacts", "last_name=Quine", *fields).code == 0

    body = next(each.json for each in live.espocrm.journal if each.method == "POST")
    assert body == {
        "lastName": "Quine",
        "cBudget": "10.50",
        "cVisit": "2024-07-01 12:00:00",
        "cTopics": ["a", "b"],
        "cPartnerId": "5",
    }
    live.espocrm.fail(body={**body, "id": "1"}, path="/Contact/1")
    read = row(command("get", "espocrm", "contacts", "1"))
    assert {name: read[name] for name in body if name != "lastName"} == {
        "cBudget": 10.5,
        "cVisit": "2024-07-01T12:00:00Z",
        "cTopics": ["a", "b"],
        "cPartnerId": "5",
    }
    wrong = command.refused(2, "create", "espocrm", "contacts", "cVisit=soon")
    assert "cVisit: expected a datetime" in wrong
    assert "did you mean cVisit?" in command.refused(2, "create", "espocrm", "contacts", "cVist=x")


def test_empties_and_clears(live: MockServer, command: Command) -> None:
    """`field=` sends an empty str, --clear sends None."""
    id = row(
        command("create", "autocrm", "accounts", "name=A", "website=x.example", "description=y")
    )["id"]

    command("update", "autocrm", "accounts", id, "website=", "--clear", "description")

    body = next(each.json for each in live.autocrm.journal if each.method == "PUT")
    assert body == {"website": "", "description": None}


def test_takes_values_from_json(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """--json takes an object from stdin, with values that text can hold only in JSON."""
    phone = [{"value": "007", "label": "Cell"}, "008 (Home)"]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"full_name": "A", "phone": phone})))

    id = row(command("create", "relenta", "contacts", "tags=a;b", "--json", "-"))["id"]

    by_id = {each["id"]: each for each in rows(command("list", "relenta", "contacts"))}
    assert by_id[id]["tags"] == ["a", "b"]
    assert by_id[id]["phone"] == [
        {"value": "007", "label": "Cell"},
        {"value": "008", "label": "Home"},
    ]


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "[" * 9999])
def test_refuses_json_that_is_not_an_object(
    text: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What --json reads must be one object."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    assert "--json -: expected" in command.refused(2, "create", "monica", "tags", "--json", "-")


def test_writes_csv(command: Command) -> None:
    """CSV is RFC 4180: CRLF, quotes doubled, line breaks kept, formulas left alone."""
    name = '=1+1, "x"\r\ny ž'
    command("create", "monica", "companies", f"name={name}")

    done = command("list", "monica", "companies", "--format", "csv", "--select", "name")

    assert done.out.startswith("name\r\n")
    parsed = list(csv.reader(io.StringIO(done.out, newline="")))
    assert [name] in parsed


def test_reports_each_row_that_failed(command: Command) -> None:
    """Of several records those that cannot be deleted are named, the others are: exit code 1."""
    id = str(row(command("create", "monica", "tags", "name=x"))["id"])

    done = command("delete", "monica", "tags", "99998", id, "99999")

    assert done.code == 1
    lines = done.err.splitlines()
    assert [line.split()[1] for line in lines] == ["99998:", "99999:", "2"]
    assert id not in {str(each["id"]) for each in rows(command("list", "monica", "tags"))}
    assert "404" in command.refused(3, "delete", "monica", "tags", id)


@pytest.mark.parametrize("crm", RECORDS)
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 500}, "try again later"),
        ({"status": 429, "retry_after": 99}, "try again in 99 s"),
        ({"error": "reset"}, "BASE_URL right?"),
    ],
)
def test_says_that_the_server_fails(
    crm: str,
    fault: dict[str, Any],
    reason: str,
    live: MockServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that fails for good is one line with what to do, and exit code 3."""
    monkeypatch.setattr("time.sleep", lambda _: None)  # between retries
    live.crm(crm).fail(**fault, times=None)

    assert reason in command.refused(3, "list", crm, RECORDS[crm][0])


@pytest.mark.parametrize("format_", ["table", "jsonl", "csv"])
def test_shows_what_came_before_a_failure(format_: str, live: MockServer, command: Command) -> None:
    """Rows that came before the server died are shown; then the error."""
    for number in range(120):
        live.monica.add("companies", {"name": str(number)})
    live.monica.fail(delay=0.01)  # the first page
    live.monica.fail(status=401, times=None)

    done = command("list", "monica", "companies", "--format", format_)

    assert done.code == 3
    assert len(done.out.splitlines()) > 90
    assert done.err.splitlines()[-1].startswith("crmkit: 401")


def test_says_what_may_have_been_done(live: MockServer, command: Command) -> None:
    """A write whose reply is lost says to look before it is repeated."""
    live.monica.fail(status=500, times=None)

    message = command.refused(3, "create", "monica", "tags", "name=x")

    assert "look whether it was done before you do it again" in message


def test_says_how_to_create_a_duplicate(command: Command) -> None:
    """A duplicate that EspoCRM refuses can be created by an argument that the message names."""
    fields = ("first_name=A", "last_name=B")
    command("create", "espocrm", "contacts", *fields)

    message = command.refused(3, "create", "espocrm", "contacts", *fields)

    assert "skip_duplicate_check=true" in message
    assert command("create", "espocrm", "contacts", *fields, "skip_duplicate_check=true").code == 0


def test_a_closed_pipe_is_silent() -> None:
    """Whoever reads only the first rows gets them, no complaint, and exit code 0."""
    script = '"$@" | head -1; echo "${PIPESTATUS[0]}"'
    arguments = [*PROGRAM, "list", "monica", "countries", "--format", "table"]
    done = subprocess.run(
        ["/bin/bash", "-c", script, "sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=program_environment(),
    )

    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["0"]


def test_a_full_disk_is_one_line() -> None:
    """Output that cannot be written is one line and exit code 2."""
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" > /dev/full', "sh", *PROGRAM, "list", "monica", "tags"],
        capture_output=True,
        text=True,
        check=False,
        env=program_environment(),
    )

    assert done.returncode == 2
    assert done.stderr == "crmkit: cannot write the output: No space left on device\n"
