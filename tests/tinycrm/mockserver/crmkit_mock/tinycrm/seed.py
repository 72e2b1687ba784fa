"""The data that a TinyCRM mock starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.tinycrm.operations import ACCOUNT
from crmkit_mock.tinycrm.values import person

if TYPE_CHECKING:
    from crmkit_mock.store import Store


def load_seed(store: Store, seed: str) -> None:
    """Fill the empty store with a seed: "demo", or "empty" for an account without people."""
    if seed == "demo":
        id = store.settings("tinycrm").next_number("id", 1)
        record = person(id, {"name": "Ada Lovelace", "born": "1815-12-10"})
        store.collection("tinycrm", "person").insert(ACCOUNT, str(id), record)
