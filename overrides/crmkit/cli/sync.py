"""`crmkit sync`: a table of a DuckDB file that is kept up to date."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .complete import complete_resource, crm_argument
from .errors import CommandError

if TYPE_CHECKING:
    from .counting import Counter
    from .lists import Listing
    from .mirror import Mirror

__all__ = ["sync"]

#: Rows that are written in one transaction.
_BATCH = 1000


def sync(
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
    *,
    to: Annotated[
        Path,
        typer.Option(
            metavar="FILE.duckdb",
            help="The database; it is created if necessary.",
            show_default=False,
            dir_okay=False,
        ),
    ],
    full: Annotated[
        bool,
        typer.Option("--full", help="Read all records, to find deleted ones as well."),
    ] = False,
) -> None:
    """Keep a table in a DuckDB file up to date.

    crmkit sync espocrm contacts --to crm.duckdb

    The table has the name of the resource. The first run reads all records. Later runs read what
    has changed where the API can tell, and all records where it cannot; changes of the last five
    seconds come with the next run, as servers may not show all of them yet. Reading all (always,
    with --full) also finds deleted records: the table keeps them, with the time in _gone_at.

    Rows and the position in the changes are written together, so that a run may be interrupted at
    any time.

    Exit codes: 0 done; 2 usage, or a file that cannot be read or written; 3 the server refused or
    could not be reached.
    """
    from .counting import counting
    from .crms import connected
    from .crms import resource as find_resource
    from .database import open_database
    from .lists import Listing, can_be_read

    import_module("pyarrow")  # before a file is made
    found = find_resource(crm, resource)
    if not can_be_read(found):
        method = found.method("list")
        raise CommandError(
            f"{crm} lists {found.name} only for a known {' and '.join(method.required)}"
        )
    with connected(crm) as client, open_database(to) as database, counting() as counter:
        from .custom import read_rows
        from .mirror import Mirror

        server = client._sender.settings.base_url  # noqa: SLF001  # its part
        listing = Listing(found, client, read_rows(found, client))
        mirror = Mirror(database, to, listing, server)
        counter.begin(found.name)
        calls = found.on(client)
        if mirror.cursor and not full and hasattr(calls, "changes"):
            _read_changes(mirror, listing, calls, counter)
        else:
            _read_all(mirror, listing, calls, counter)
        counts = mirror.counts
    typer.echo(f"{found.name}: {counts.new} new, {counts.changed} changed, {counts.gone} gone")


def _read_changes(mirror: Mirror, listing: Listing, calls: Any, counter: Counter) -> None:
    from crmkit import ArgumentError

    try:
        changes = calls.changes(mirror.cursor)
    except ArgumentError as error:
        raise CommandError(
            f"{mirror.path}: {str(error).partition(': ')[2]}; --full reads the list anew"
        ) from None
    held: list[dict[str, Any]] = []
    for page in changes.pages():
        held += [listing.row(row) for row in page.items]
        counter.add(len(page.items), None)
        if len(held) >= _BATCH:
            mirror.write(held, changes.cursor)
            held = []
    mirror.write(held, changes.cursor)


def _read_all(mirror: Mirror, listing: Listing, calls: Any, counter: Counter) -> None:
    held: list[dict[str, Any]] = []
    date = None
    for chunk in listing.chunks():
        date = chunk.date if date is None else date
        held += chunk.rows
        counter.add(len(chunk.rows), chunk.total if listing.parent is None else None)
        if len(held) >= _BATCH:
            mirror.write(held)
            held = []
    mirror.write(held)
    cursor = _cursor(calls, date or "")
    mirror.finish([id for id in mirror.unseen() if not _is_there(listing, calls, id)], cursor)


def _cursor(calls: Any, date: str) -> str | None:
    """Return where changes begin that a reading may have missed that began at a server's time."""
    from datetime import UTC, timedelta
    from email.utils import parsedate_to_datetime

    if not hasattr(calls, "changes") or not date:
        return None
    try:
        begun = parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        return None
    # What was saved before the reading began may have become visible after it.
    cursor: str = calls.changes(begun - timedelta(minutes=1)).cursor
    return cursor


def _is_there(listing: Listing, calls: Any, id: Any) -> bool:
    """Return whether a record is there that the list did not show, as others may have moved it."""
    from crmkit import NotFoundError, PermissionDeniedError

    method = listing.resource.find("get")
    if method is None or method.id is None:
        return False
    try:
        getattr(calls, method.name)(**{method.id.name: id})
    except (NotFoundError, PermissionDeniedError):
        return False
    return True
