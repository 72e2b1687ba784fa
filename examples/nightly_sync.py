"""Keep a SQLite table of EspoCRM's contacts: run it every night, or every minute.

A run reads only what has changed since the last one. Rows and the cursor are written in the same
transaction, so that a run may be killed at any time: the next one goes on from the rows that are
there.

Against the mock, in two terminals:

    crmkit-mock serve

    export ESPOCRM_BASE_URL=http://127.0.0.1:8600/espocrm/api/v1
    export ESPOCRM_API_KEY=0f6a1c3de58b47928d10c4e7a95b36f2
    python examples/nightly_sync.py contacts.db

Against your server: the same with its address, and the key of an API user that may read contacts.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime

from crmkit import CRMError, EspoCRM

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
TABLES = """
    CREATE TABLE IF NOT EXISTS contacts (
        id TEXT PRIMARY KEY, name TEXT, email TEXT, modified_at TEXT
    );
    CREATE TABLE IF NOT EXISTS cursors (resource TEXT PRIMARY KEY, cursor TEXT NOT NULL);
"""


def sync(crm: EspoCRM, db: sqlite3.Connection, *, batch: int = 500) -> int:
    """Write what has changed since the last run into the database; return how many rows."""
    db.executescript(TABLES)
    stored = db.execute("SELECT cursor FROM cursors WHERE resource = 'contacts'").fetchone()
    changes = crm.contacts.changes(stored[0] if stored else BEGINNING)
    count = 0
    for count, contact in enumerate(changes, 1):
        modified_at = contact.modified_at.isoformat() if contact.modified_at else None
        db.execute(
            "INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?)",
            (contact.id, contact.name, contact.email_address, modified_at),
        )
        if count % batch == 0:
            commit(db, changes.cursor)
    commit(db, changes.cursor)
    return count


def commit(db: sqlite3.Connection, cursor: str) -> None:
    """Commit the rows written so far, and with them the cursor from which the next run goes on."""
    db.execute("INSERT OR REPLACE INTO cursors VALUES ('contacts', ?)", (cursor,))
    db.commit()


def main() -> None:
    """Bring the database that the command line names up to date."""
    if len(sys.argv) != 2:
        sys.exit("usage: nightly_sync.py DATABASE")
    try:
        # Closed without a commit, the database forgets the rows of an unfinished batch.
        with EspoCRM() as crm, closing(sqlite3.connect(sys.argv[1])) as db:
            print(f"{sync(crm, db)} contacts changed")
    except CRMError as error:
        sys.exit(f"nightly_sync.py: {error}")


if __name__ == "__main__":
    main()
