"""The data that a Relenta mock starts with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crmkit_mock.relenta.activities import new_activity
from crmkit_mock.relenta.contacts import new_contact
from crmkit_mock.relenta.custom_fields import CustomFieldDefinition, definition

if TYPE_CHECKING:
    from crmkit_mock.documents import Document
    from crmkit_mock.store import Store

#: Samples of the document and what they fill, for "agents".
_SAMPLES = {
    "ContactPage": "contact",
    "ActivityPage": "activity",
    "CustomFieldList": "custom_field",
}
_CREATED = datetime(2016, 1, 11, 8, 0, tzinfo=UTC)


def load_seed(document: Document, store: Store, seed: str) -> None:
    """Fill the empty store with a seed: "demo", or "empty" for departments without records."""
    if seed == "empty":
        return
    for example, kind in _SAMPLES.items():
        collection = store.collection("relenta", kind)
        for record in document.example(example)["data"]:
            collection.insert("agents", record["id"], record)
    _load_laboratory(store)


def _load_laboratory(store: Store) -> None:
    """Fill the second department, whose records the first one must never see."""
    laboratory = "laboratory"
    fields = [
        definition(33104501, "Clearance", "Number", None, ""),
        definition(33104502, "Site", "Single choice", ["London", "Nassau"], "London"),
    ]
    definitions = [CustomFieldDefinition.read(field) for field in fields]
    contacts: list[dict[str, Any]] = [
        {
            "full_name": "Basil Exposition",
            "emails": "basil.exposition@mod.gov.uk;basil@example.org",
            "company": "Ministry of Defence",
            "phone": "+44 20 7946 0101 (office);+44 20 7946 0102 (mobile)",
            "tags": "Briefings",
            "Clearance": "7",
        },
        {
            "full_name": "Foxxy Cleopatra",
            "emails": "foxxy@fbi.example",
            "groups": "Undercover;Nightclub owners",
            "Site": "Nassau",
        },
        {"full_name": "Scott", "emails": "scott@virtucon.biz", "do_not_mass_email": True},
    ]
    for id, sent in enumerate(contacts, 33104510):
        store.collection("relenta", "contact").insert(
            laboratory, str(id), new_contact(id, sent, definitions, _CREATED)
        )
    for field in fields:
        store.collection("relenta", "custom_field").insert(laboratory, field["id"], field)
    activity = new_activity(
        33104520,
        {
            "label": "Briefing",
            "dt_start": "2016-02-03T10:00:00Z",
            "dt_end": "2016-02-03T11:00:00Z",
            "users": "Basil Exposition <basil.exposition@mod.gov.uk>",
            "subject": "Time machine",
        },
        _CREATED,
    )
    store.collection("relenta", "activity").insert(laboratory, activity["id"], activity)
