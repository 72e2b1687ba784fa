"""Any sequence of calls leaves Relenta's mock as a dict would be, for client and wire."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
)

from crmkit import NotFoundError
from crmkit.relenta import LabeledValue, Mailbox
from tests.contract.relenta_harness import (
    ACTIVITIES,
    CONTACTS,
    Harness,
    Resource,
    Row,
    relenta,
    same,
)

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0;()<>"), min_size=1, max_size=6)
LABELS = st.lists(st.builds(LabeledValue, WORD, st.none() | WORD), max_size=2)
PEOPLE = st.lists(st.builds(Mailbox, WORD, st.none() | WORD), max_size=2)

#: What the client writes, by keyword.
CONTACT = st.fixed_dictionaries(
    {},
    optional={
        "company": WORD | st.none(),
        "comment": WORD | st.none(),
        "phone": LABELS,
        "groups": st.lists(WORD, max_size=2),
        "do_not_mass_email": st.booleans(),
    },
)
ACTIVITY = st.fixed_dictionaries(
    {},
    optional={
        "label": WORD | st.none(),
        "users": PEOPLE,
        "all_day": st.booleans(),
        "rrule": st.sampled_from(["", "FREQ=WEEKLY;BYDAY=MO"]),
    },
)


class RelentaMachine(RuleBasedStateMachine):
    """Calls of the client, and a dict that does what they should do."""

    contacts: Bundle[int] = Bundle("contacts")
    activities: Bundle[int] = Bundle("activities")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.harness: Harness = self.stack.enter_context(relenta())
        self.model: dict[str, dict[int, Row]] = {"contacts": {}, "activities": {}}

    def teardown(self) -> None:
        """Validate every exchange."""
        with self.stack:
            self.harness.conforms()

    def _created(self, resource: Resource, id: int, values: Row) -> int:
        assert all(id not in records for records in self.model.values())
        self.model[resource.name][id] = dict(values)
        return id

    @rule(target=contacts, values=CONTACT)
    def save_contact(self, values: Row) -> int:
        """Save a contact without an id."""
        return self._created(CONTACTS, self.harness.crm.contacts.save(**values), values)

    @rule(target=contacts, values=CONTACT)
    def create_contact(self, values: Row) -> int:
        """Create a contact."""
        return self._created(CONTACTS, self.harness.crm.contacts.create(**values), values)

    @rule(target=contacts, id=contacts, values=CONTACT)
    def create_over_contact(self, id: int, values: Row) -> int:
        """Create a contact with the id of another, which stays as it is."""
        return self._created(CONTACTS, self.harness.crm.contacts.create(id=id, **values), values)

    @rule(id=contacts, values=CONTACT)
    def update_contact(self, id: int, values: Row) -> None:
        """Update a contact."""
        assert self.harness.crm.contacts.save(id=id, **values) == id
        self.model["contacts"][id] |= values

    @rule(target=activities, values=ACTIVITY)
    def save_activity(self, values: Row) -> int:
        """Save an activity without an id."""
        return self._created(ACTIVITIES, self.harness.crm.activities.save(**values), values)

    @rule(id=activities, values=ACTIVITY)
    def update_activity(self, id: int, values: Row) -> None:
        """Update an activity."""
        assert self.harness.crm.activities.save(id=id, **values) == id
        self.model["activities"][id] |= values

    @rule(id=activities)
    def save_contact_under_an_id_of_an_activity(self, id: int) -> None:
        """Save a contact under the id of an activity."""
        try:
            self.harness.crm.contacts.save(id=id, company="lost")
        except NotFoundError:
            return
        raise AssertionError("a contact was saved under the id of an activity")

    @rule(size=st.integers(1, 4), count=st.integers(0, 5))
    def read_some(self, size: int, count: int) -> None:
        """Read the first contacts in pages of any size."""
        some = self.harness.crm.contacts.list(page_size=size).take(count).collect()
        assert [item.id for item in some] == [*self.model["contacts"]][:count]

    @invariant()
    def client_and_model_agree(self) -> None:
        """Check that the client lists what the dict has, in the order of creation."""
        for name, records in self.model.items():
            items: list[Any] = getattr(self.harness.crm, name).list().collect()
            assert [item.id for item in items] == [*records]
            for item, values in zip(items, records.values(), strict=True):
                for member, value in values.items():
                    assert same(value, getattr(item, member)), (member, value, item)

    @invariant()
    def wire_and_client_agree(self) -> None:
        """Check that the wire has the same ids in the same order."""
        for resource in (CONTACTS, ACTIVITIES):
            ids = [int(row["id"]) for row in self.harness.everything(resource)]
            assert ids == [*self.model[resource.name]]


RelentaMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=12)
TestRelenta = RelentaMachine.TestCase
