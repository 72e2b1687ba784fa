"""`crmkit export`: everything that an account has, or some of it, as files."""

from __future__ import annotations

import csv
import json
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .complete import complete_resource, crm_argument
from .errors import CommandError, concerns_record, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .counting import Counter
    from .custom import Rows
    from .lists import Listing
    from .parts import Part, State
    from .resources import Field, Resource

__all__ = ["export"]


#: Rows of a row group of Parquet, and of one INSERT: what is held in memory.
_ROW_GROUP, _INSERT = 2000, 500


class FileFormat(StrEnum):
    """A form of files."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    DUCKDB = "duckdb"


def export(
    crm: Annotated[str, crm_argument()],
    resources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RESOURCE]...",
            help="Names of resources, such as contacts; of EspoCRM and AutoCRM also entity types. "
            "By default all that the user may read.",
            show_default=False,
            autocompletion=complete_resource,
        ),
    ] = None,
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder for the files; it is created if necessary.",
            show_default=False,
            file_okay=False,
        ),
    ],
    format_: Annotated[
        FileFormat,
        typer.Option(
            "--format", help="Format: one file for each resource, with duckdb one for all."
        ),
    ] = FileFormat.JSONL,
) -> None:
    """Export records to files.

    crmkit export monica --out backup --format parquet

    crmkit export espocrm contacts CGadget --out backup

    A file appears once its resource has been read to the end; until then the folder has parts.
    After an interruption, run the same command again: it goes on at the last record that still
    exists. Records that others change meanwhile may be missed, or come in either state.

    In csv, parquet and duckdb, values that do not fit their column are kept as JSON in the column
    additional_properties. CSV is UTF-8 without a byte order mark (in Excel: Data, From Text/CSV);
    cells are what the CRM has, also those that a spreadsheet would take for a formula.

    Exit codes: 0 done; 1 a resource that was named could not be read; 2 usage, or a file that
    cannot be written; 3 the server refused or could not be reached.
    """
    _require(format_)
    from .counting import counting
    from .crms import connected
    from .parts import State, locked

    with connected(crm) as client, locked(out), counting() as counter:
        server = client._sender.settings.base_url  # noqa: SLF001  # its part
        asked = {"crm": crm, "server": server, "resources": resources or [], "format": format_}
        state = State.load(out, asked)
        if crm in {"espocrm", "autocrm"} and not resources:
            names = [*_readable(crm), *_custom_types(client)]
        else:
            names = [*dict.fromkeys(resources or _readable(crm))]
        listings = {name: _listing(crm, name, client) for name in names}
        failed: list[str] = []
        for name, listing in listings.items():
            problem = _read(listing, state, counter, format_)
            if problem and resources:
                say(f"crmkit: {name}: {problem}")
                failed.append(name)
            elif problem:
                say(f"{name}: left out: {problem}")
        if format_ is FileFormat.DUCKDB:
            _write_database(out / f"{crm}.duckdb", listings, state)
        state.remove()
    for name, count in state.done.items():
        typer.echo(f"{name}: {count} record{'' if count == 1 else 's'}")
    if failed:
        raise CommandError(f"{', '.join(failed)} could not be read", 1)


def _require(format_: FileFormat) -> None:
    """Import what a form needs, before a long run could end for want of it."""
    needed = {"parquet": ["pyarrow"], "duckdb": ["duckdb", "pyarrow"]}
    for package in needed.get(format_, ()):
        import_module(package)


def _readable(crm: str) -> list[str]:
    from .crms import resource, resource_names
    from .lists import can_be_read

    # What a user sees in the stream are the notes once more.
    names = [name for name in resource_names(crm) if name != "stream"]
    return [name for name in names if can_be_read(resource(crm, name))]


def _custom_types(client: Any) -> list[str]:
    """Return EspoCRM's entity types that its administrator has made."""
    from crmkit import NotFoundError, PermissionDeniedError

    try:
        scopes = client.metadata.get(key="scopes") or {}
    except (NotFoundError, PermissionDeniedError):
        return []  # assumption: AutoCRM's servers may not have the route
    made = [name for name, each in scopes.items() if each.get("entity") and each.get("isCustom")]
    return sorted(name for name in made if not scopes[name].get("disabled"))


def _listing(crm: str, name: str, client: Any) -> _Lazy:
    from .crms import resource
    from .lists import can_be_read

    found = resource(crm, name)
    if not can_be_read(found):
        method = found.method("list")
        raise CommandError(f"{crm} lists {name} only for a known {' and '.join(method.required)}")
    return _Lazy(found, client)


class _Lazy:
    """A list whose custom fields are asked for when its turn has come."""

    def __init__(self, resource: Resource, client: Any) -> None:
        self.resource = resource
        self.client = client
        self._listing: Listing | None = None

    def open(self) -> Listing:
        """Return the list."""
        from .custom import read_rows
        from .lists import Listing

        if self._listing is None:
            rows: Rows = read_rows(self.resource, self.client)
            self._listing = Listing(self.resource, self.client, rows)
        return self._listing


def _read(lazy: _Lazy, state: State, counter: Counter, format_: FileFormat) -> str:
    """Read a resource to its end and write its file; return why it cannot be read."""
    from crmkit import CRMError

    from .parts import Part

    name = lazy.resource.name
    part, path = Part(state, name), state.folder / f"{name}.{format_}"
    if name in state.done and _stands(part, path, format_, state):
        _leave(part, path, format_)
        return ""
    try:
        listing = lazy.open()
        place, seen = part.resume()
        counter.begin(name, state.rows)
        for chunk in listing.chunks(place, seen):
            part.append(chunk.rows, chunk.place)
            counter.add(len(chunk.rows), chunk.total if listing.parent is None else None)
    except CRMError as error:
        if not concerns_record(error):
            raise
        part.remove()
        return str(error)
    _write_file(path, listing, part, format_)
    state.finish(name)
    _leave(part, path, format_)
    return ""


def _write_file(path: Path, listing: Listing, part: Part, format_: FileFormat) -> None:
    from .parts import replacing

    if format_ is FileFormat.PARQUET:
        with replacing(path) as new:
            _write_parquet(new, listing, part)
    elif format_ is FileFormat.CSV:
        with replacing(path) as new:
            _write_csv(new, listing.columns, part.rows())


def _stands(part: Part, path: Path, format_: FileFormat, state: State) -> bool:
    """Return whether what was read of a resource is still there: in its file, or in its part."""
    if format_ is FileFormat.DUCKDB:
        return state.is_written or part.is_there
    return path.exists() or (format_ is FileFormat.JSONL and part.is_there)


def _leave(part: Part, path: Path, format_: FileFormat) -> None:
    """Leave the file of a resource that is done, and no part; a database is made of all parts."""
    if format_ is FileFormat.JSONL:
        part.move_to(path)
    elif format_ is not FileFormat.DUCKDB:
        part.remove()


def _write_csv(path: Path, columns: Sequence[Field], rows: Iterator[dict[str, Any]]) -> None:
    from .values import cell_text, json_value

    names = [each.name for each in columns]
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "additional_properties"])
        for row in rows:
            cells = [cell_text(row.pop(name, None)) for name in names]
            extra = json.dumps(json_value(row), ensure_ascii=False) if row else ""
            writer.writerow([*cells, extra])


def _write_parquet(path: Path, listing: Listing, part: Part) -> None:
    from pyarrow.parquet import ParquetWriter

    from .columns import Columns

    columns = Columns(listing.resource, listing.columns)
    with ParquetWriter(path, columns.schema, compression="zstd") as writer:
        for rows in part.batches(_ROW_GROUP):
            writer.write_batch(columns.batch(rows))


def _write_database(path: Path, listings: dict[str, _Lazy], state: State) -> None:
    from .columns import Columns
    from .database import arrow_view, create_table, new_database, quoted
    from .parts import Part

    parts = {name: Part(state, name) for name in listings if name in state.done}
    if not state.is_written:
        with new_database(path) as database:
            for name, part in parts.items():
                listing = listings[name].open()
                columns = Columns(listing.resource, listing.columns)
                create_table(database, name, columns.schema)
                for rows in part.batches(_INSERT):
                    with arrow_view(database, columns.batch(rows)) as view:
                        database.execute(f"INSERT INTO {quoted(name)} FROM {view}")
        state.is_written = True
        state.save()
    for part in parts.values():
        part.remove()
