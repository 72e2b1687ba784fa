"""DuckDB files: opened with errors of one line, and tables for rows."""

# Arrow has no types yet.
# pyright: reportUnknownParameterType=false

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from .errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import pyarrow as pa

__all__ = ["arrow_view", "create_table", "new_database", "open_database", "quoted"]

#: Rows are kept in memory until their group is full, or the log of changes as long as this.
_ROW_GROUP = 8192
_CONFIG: dict[str, Any] = {"threads": 1, "memory_limit": "512MB", "checkpoint_threshold": "1MB"}


@contextmanager
def new_database(path: Path) -> Generator[Any]:
    """Open a new DuckDB file, which takes the place of another if the context succeeds.

    Args:
        path: Path of the other.

    Raises:
        CommandError: It cannot be written.
    """
    from .parts import replacing

    try:
        with replacing(path) as new:
            _remove(new)  # what was killed may have left one, and its log
            with open_database(new, path) as database:
                yield database
    except BaseException:
        _remove(path.with_name(f"{path.name}.new"))
        raise


def _remove(path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}.wal")):
        each.unlink(missing_ok=True)


@contextmanager
def open_database(path: Path, name: Path | None = None) -> Generator[Any]:
    """Open a DuckDB file, a new one if there is none, while the context lasts.

    Args:
        path: Its path.
        name: What errors call it, if not by its path.

    Raises:
        CommandError: It is no DuckDB file, is open elsewhere, or cannot be written.
    """
    import duckdb

    if not path.parent.is_dir():
        raise CommandError(f"{path}: there is no folder {path.parent}")
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is not a regular file")
    database = duckdb.connect(config=_CONFIG)
    try:
        file = str(path).replace("'", "''")
        database.execute(
            f"ATTACH '{file}' AS crm (TYPE duckdb, ROW_GROUP_SIZE {_ROW_GROUP}); USE crm"
        )
    except (duckdb.Error, OSError) as error:
        database.close()
        raise CommandError(f"{name or path}: {_reason(str(error))}") from None
    try:
        # What JSON and timestamps mean shall not depend on the machine.
        database.execute("SET TimeZone = 'UTC'")
        yield database
    except duckdb.Error as error:  # of a full disk, or a file that is damaged
        raise CommandError(f"{name or path}: {_reason(str(error))}") from error
    finally:
        with suppress(duckdb.Error):  # of a full disk; what was committed is in the file
            database.close()


def create_table(database: Any, name: str, schema: pa.Schema) -> None:
    """Create a table with the columns of a schema.

    Args:
        database: The database.
        name: Name of the table.
        schema: The schema.
    """
    with arrow_view(database, schema.empty_table()) as view:
        database.execute(f"CREATE TABLE {quoted(name)} AS FROM {view}")


@contextmanager
def arrow_view(database: Any, table: Any) -> Generator[str]:
    """Give the name by which SQL can read a table or batch of Arrow while the context lasts."""
    name = "_crmkit_rows"
    database.register(name, table)
    try:
        yield name
    finally:
        database.unregister(name)


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _reason(message: str) -> str:
    if "lock" in message.lower():
        return "is open in another program; close it there first"
    if "not a valid DuckDB" in message:
        return "is not a DuckDB database"
    written = re.search(r'Could not write (?:all to )?file .*": (.+)', message)
    return written[1] if written else message.splitlines()[0]
