"""Load what changes in EspoCRM into a warehouse with dlt, here into a DuckDB file.

The cursor is kept in dlt's own state, which dlt stores with the rows: a run that fails goes on from
the rows that arrived. For DuckDB alone `crmkit sync espocrm contacts --to FILE` needs no pipeline;
this is for places that dlt can reach and crmkit cannot.

    pip install crmkit 'dlt[duckdb]'

Against the mock, in two terminals:

    crmkit-mock serve

    export ESPOCRM_BASE_URL=http://127.0.0.1:8600/espocrm/api/v1
    export ESPOCRM_API_KEY=0f6a1c3de58b47928d10c4e7a95b36f2
    python examples/dlt_pipeline.py warehouse.duckdb

Against your server: the same with its address, and the key of an API user that may read contacts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Before dlt is imported: it reports usage unless that is switched off.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

import attrs
import dlt

from crmkit import CRMError, EspoCRM

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dlt.resource(name="contacts", primary_key="id", write_disposition="merge")
def contacts(crm: EspoCRM) -> Iterator[dict[str, Any]]:
    """Yield the contacts that have changed since the last run, with Python's own types."""
    state = dlt.current.resource_state()
    changes = crm.contacts.changes(state.get("cursor", BEGINNING))
    for contact in changes:
        values = attrs.asdict(contact)
        # A column comes into being with the first value that shows its type.
        yield {name: value for name, value in values.items() if value is not None}
        state["cursor"] = changes.cursor
    state["cursor"] = changes.cursor


def load(crm: EspoCRM, file: Path) -> int:
    """Run the pipeline once; return how many contacts it loaded."""
    pipeline = dlt.pipeline(
        "espocrm",
        pipelines_dir=str(file.with_suffix(".dlt")),
        destination=dlt.destinations.duckdb(str(file)),
        dataset_name="crm_data",
    )
    pipeline.run(contacts(crm)).raise_on_failed_jobs()
    done = pipeline.last_trace and pipeline.last_trace.last_normalize_info
    return done.row_counts.get("contacts", 0) if done else 0


def main() -> None:
    """Load into the file that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("usage: dlt_pipeline.py FILE.duckdb")
    try:
        with EspoCRM() as crm:
            print(f"{load(crm, Path(sys.argv[1]).absolute())} contacts loaded")
    except CRMError as error:
        sys.exit(f"dlt_pipeline.py: {error}")


if __name__ == "__main__":
    main()
