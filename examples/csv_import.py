"""Create EspoCRM's contacts from a CSV file, and report what became of each row.

The file has the columns first_name, last_name and email. Beside it, FILE.report.csv gets the
row's number, what happened (created, exists, failed, unknown) and why. "unknown" are rows that
were sent and got no answer: they may be there. Duplicates are found by EspoCRM's own check.

The command `crmkit import espocrm contacts FILE` does this for every CRM, with mapping of columns,
updates and a second run that goes on. Start from here if you need rules of your own.

Against the mock, in two terminals:

    crmkit-mock serve

    export ESPOCRM_BASE_URL=http://127.0.0.1:8600/espocrm/api/v1
    export ESPOCRM_API_KEY=0f6a1c3de58b47928d10c4e7a95b36f2
    python examples/csv_import.py people.csv

Against your server: the same with its address, and the key of an API user that may create contacts.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from crmkit import (
    ArgumentError,
    BadRequestError,
    ConflictError,
    CRMError,
    EspoCRM,
    ValidationError,
)

COLUMNS = ["first_name", "last_name", "email"]


def create(crm: EspoCRM, row: dict[str, str]) -> tuple[str, str]:
    """Create the contact of one row; return what happened and why."""
    try:
        contact = crm.contacts.create(
            first_name=row["first_name"],
            last_name=row["last_name"],
            email_address=row["email"] or None,
        )
    except ConflictError as error:
        return "exists", str(error)
    except (ArgumentError, BadRequestError, ValidationError) as error:
        return "failed", str(error)
    except CRMError as error:
        if not error.maybe_processed:
            raise  # no connection, no right: the next row would fare no better
        return "unknown", str(error)
    return "created", str(contact.id)


def import_file(crm: EspoCRM, file: Path, report: Path) -> Counter[str]:
    """Create a contact for each row of a file and write the report; return how many of each."""
    counts: Counter[str] = Counter()
    # utf-8-sig: spreadsheets put a byte order mark in front.
    with file.open(encoding="utf-8-sig", newline="") as rows, report.open("w", newline="") as lines:
        reader, writer = csv.DictReader(rows), csv.writer(lines)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{file}: missing columns: {', '.join(sorted(missing))}")
        writer.writerow(["row", "result", "reason"])
        for number, row in enumerate(reader, 1):
            result, reason = create(crm, row)
            counts[result] += 1
            writer.writerow([number, result, reason])
            lines.flush()  # whatever happens next, the report has this row
    return counts


def main() -> None:
    """Import the file that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("usage: csv_import.py FILE")
    file = Path(sys.argv[1])
    try:
        with EspoCRM() as crm:
            counts = import_file(crm, file, file.with_name(f"{file.name}.report.csv"))
    except (CRMError, OSError, ValueError) as error:
        sys.exit(f"csv_import.py: {error}")
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
