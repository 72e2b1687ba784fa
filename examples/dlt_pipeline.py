"""Keep the contacts of an EspoCRM in a database: `changes` feeds a pipeline of dlt.

    pip install crmkit "dlt[duckdb]"
    export ESPOCRM_BASE_URL=https://crm.example.com/api/v1 ESPOCRM_API_KEY=…
    python dlt_pipeline.py            # as often as you like; each run loads what has changed

Another destination than DuckDB is another word: "postgres", "bigquery", "snowflake". The cursor of
`changes` stands in the pipeline's state, which dlt saves together with the rows: a run that fails
or is killed leaves both as they were, and the next one begins where the last one ended. Deleted
records are not seen; load everything now and then (`refresh="drop_sources"`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

# dlt would report each run to its makers.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

import dlt

from crmkit import CRMError, EspoCRM


@dlt.resource(write_disposition="merge", primary_key="id")
def contacts(crm: EspoCRM) -> Iterator[dict[str, Any]]:
    """Yield the contacts that have changed since the last run."""
    state = dlt.current.resource_state()
    changes = crm.contacts.changes(state.get("cursor") or datetime(2000, 1, 1, tzinfo=UTC))
    for contact in changes:
        yield contact.to_dict()
    state["cursor"] = changes.cursor


def run(pipeline: dlt.Pipeline) -> str:
    """Load what has changed, and return what dlt says of it."""
    with EspoCRM() as crm:
        return str(pipeline.run(contacts(crm)))


if __name__ == "__main__":
    try:
        print(run(dlt.pipeline("espocrm", destination="duckdb", dataset_name="crm")))
    except CRMError as error:  # such as credentials that are missing: it says what to do
        sys.exit(f"{sys.argv[0]}: {error}")
