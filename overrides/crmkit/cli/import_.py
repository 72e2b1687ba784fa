"""`crmkit import`: the rows of a file as records."""

from __future__ import annotations

from collections import Counter as Tally
from contextlib import suppress
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .complete import complete_resource, crm_argument
from .errors import CommandError, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from .custom import Rows
    from .duplicates import KeyField
    from .mapping import ColumnMap
    from .resources import Resource
    from .table_files import Table

__all__ = ["import_records"]

_SHOWN = 3
_PROBLEMS_SHOWN = 20


class OnDuplicate(StrEnum):
    """What to do with a row whose record is there."""

    SKIP = "skip"
    UPDATE = "update"
    FAIL = "fail"


def import_records(
    crm: Annotated[str, crm_argument()],
    resource: Annotated[
        str,
        typer.Argument(
            metavar="RESOURCE",
            help="Name of the resource; of EspoCRM and AutoCRM also an entity type.",
            show_default=False,
            autocompletion=complete_resource,
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="CSV, or JSON lines (.jsonl).", show_default=False, dir_okay=False
        ),
    ],
    *,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="HEADER=FIELD",
            help="Which field a column is; HEADER= leaves the column out. May be given several "
            "times.",
        ),
    ] = None,
    on_duplicate: Annotated[
        OnDuplicate | None,
        typer.Option(
            help="What to do with a row whose record exists: skip it (the default), update the "
            "record with the row's values, or report the row as failed.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD",
            help="Find existing records by this field. Without it EspoCRM and AutoCRM use their "
            "own duplicate check; the others have none.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Send nothing: show the fields of the columns and the first rows; check all rows.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File for the rows that failed; by default FILE.report.csv.",
            dir_okay=False,
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Time zone of times that name none, such as Europe/Berlin."
        ),
    ] = None,
    delimiter: Annotated[
        str,
        typer.Option(metavar="CHARACTER", help="Separator of cells; detected by default."),
    ] = "",
    encoding: Annotated[
        str, typer.Option(metavar="NAME", help="Encoding of the file; detected by default.")
    ] = "",
) -> None:
    """Create a record for each row of a file.

    crmkit import espocrm contacts people.csv --dry-run

    crmkit import relenta contacts people.csv --map Mail=emails --map Notes= --key emails

    The header of a column says which field it is, by name or label; --dry-run shows what was
    recognised. Empty cells are not sent. Rows that fail are written to the report, with the reason
    in _error: correct them there, and import the report.

    A journal beside the report notes what was sent. After an interruption, run the same command
    again: it sends the remaining rows, and none twice.

    Exit codes: 0 all rows are in the CRM; 1 some failed; 2 usage, or a file that cannot be read or
    written; 3 the server refused or could not be reached.
    """
    from .arguments import assignments
    from .crms import connected
    from .crms import resource as find_resource
    from .custom import read_rows
    from .mapping import map_columns
    from .table_files import open_table

    found = find_resource(crm, resource)
    method = found.method("create")
    if on_duplicate is OnDuplicate.UPDATE:
        found.method("update")
    if on_duplicate not in {None, OnDuplicate.SKIP} and not (key or found.entity_type):
        raise CommandError(f"--on-duplicate: {crm} does not check {found.name}; add --key FIELD")
    if len(delimiter) > 1:
        delimiter = "\t" if delimiter in {"\\t", "tab"} else delimiter
        if len(delimiter) > 1:
            raise CommandError(f"--delimiter must be one character, got {delimiter!r}")
    chosen = assignments(map_ or (), "--map")
    time_zone = _zone(zone)
    table = open_table(file, encoding, delimiter)
    if table.is_guessed:
        say(f"{file}: is not UTF-8; read as {table.encoding}, or say --encoding")
    if not table.count:
        typer.echo(f"{found.name}: nothing to import, {file} has no rows")
        return
    with connected(crm) as client:
        rows = cache(lambda: read_rows(found, client))
        columns = map_columns(table, found, method, chosen, rows, time_zone)
        by = _key(key, columns, found, client, rows)
        if dry_run:
            _show(table, columns)
            return
        policy = str(on_duplicate or OnDuplicate.SKIP)
        _import(table, columns, found, client, by, policy, _report(table, report))


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise CommandError(f"--zone: unknown time zone {name!r}, such as Europe/Berlin") from None


def _key(
    key: str | None, columns: ColumnMap, found: Resource, client: Any, rows: Callable[[], Rows]
) -> KeyField | None:
    from .duplicates import KeyField

    if key is None:
        return None
    header = columns.header(key)
    return KeyField(found, client, rows, columns.fields[header])


def _report(table: Table, path: Path | None) -> Path:
    if path is None:
        suffix = "jsonl" if table.is_json else "csv"
        return table.path.with_name(f"{table.path.name}.report.{suffix}")
    if path.resolve() == table.path.resolve():
        raise CommandError("--report must be another file than the one to import")
    if not path.parent.is_dir():
        raise CommandError(f"--report {path}: there is no folder {path.parent}")
    if path.exists() and not path.is_file():  # of a device it would take the place
        raise CommandError(f"--report must be a regular file, {path} is none")
    return path


def _show(table: Table, columns: ColumnMap) -> None:
    """Show what an import would do."""
    import json

    for header in table.header:
        field = columns.fields.get(header)
        typer.echo(f"{header} → {f'{field.name} ({field.type})' if field else 'left out'}")
    failed = shown = 0
    for row in table.rows():
        try:
            arguments = columns.arguments(row)
        except CommandError as error:
            failed += 1
            if failed <= _PROBLEMS_SHOWN:
                say(f"row {row.number}: {error}")
            continue
        if shown < _SHOWN:
            shown += 1
            sent = columns.shown(columns.for_creation(arguments))
            typer.echo(json.dumps(sent, ensure_ascii=False))
    typer.echo(f"{table.count - failed} of {table.count} rows can be sent; nothing was sent")
    if failed:
        raise CommandError(f"{failed} of {table.count} rows cannot be sent", 1)


def _import(
    table: Table,
    columns: ColumnMap,
    found: Resource,
    client: Any,
    by: KeyField | None,
    policy: str,
    path: Path,
) -> None:
    from .counting import counting
    from .import_journal import open_journal
    from .import_rows import Importer
    from .parts import replacing
    from .table_files import Report

    server = client._sender.settings.base_url  # noqa: SLF001  # its part
    bound = {"crm": found.crm, "server": str(server), "resource": found.name}
    encoding = table.encoding if table.encoding.startswith("utf") else "utf-8-sig"
    tally: Tally[str] = Tally()
    first = ""
    with open_journal(path.with_name(f"{path.name}.journal"), bound, policy) as journal:
        importer = Importer(found, client, columns, journal, by, policy)
        try:
            with (
                replacing(path) as new,
                new.open("w", encoding=encoding, newline="") as file,
                counting() as counter,
            ):
                report = Report(file, table)
                counter.begin(found.name)
                for row in table.rows():
                    outcome = importer.take(row)
                    tally[outcome.status] += 1
                    if outcome.error:
                        first = first or f"row {row.number}: {outcome.error.rstrip('.')}"
                        report.add(row, outcome.status, outcome.id, outcome.error)
                    counter.add(1, table.count)
        except BaseException:
            _summarise(found.name, tally, " so far; the same command goes on")
            raise
    _summarise(found.name, tally)
    failed = tally["failed"] + tally["unknown"]
    if failed:
        raise CommandError(f"{failed} of {table.count} rows failed, see {path}; {first}", 1)
    path.unlink(missing_ok=True)


def _summarise(name: str, tally: Tally[str], end: str = "") -> None:
    failed = tally["failed"] + tally["unknown"]
    parts = [f"{tally[each]} {each}" for each in ("created", "updated", "skipped")]
    before = f", {tally['before']} done before" if tally["before"] else ""
    with suppress(OSError):  # whoever closed stdout wants the exit code none the less
        typer.echo(f"{name}: {', '.join(parts)}, {failed} failed{before}{end}")
