"""Any sequence of calls leaves Relenta's mock as a dict would be, for client and wire."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from crmkit import NotFoundError, Relenta
from crmkit.relenta import LabeledValue, Mailbox
from tests.contract.machines import ActingMachine, held
from tests.contract.relenta_harness import (
    ACTIVITIES,
    CONTACTS,
    Harness,
    Row,
    relenta,
    same,
)
from tests.contract.tiers import quick

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0;()<>"), min_size=1, max_size=6)
LABELS = st.lists(st.builds(LabeledValue, WORD, st.none() | WORD), max_size=2)
PEOPLE = st.lists(st.builds(Mailbox, WORD, st.none() | WORD), max_size=2)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001 - as UTC
    lambda time: time.replace(microsecond=0, tzinfo=UTC)
)

#: What the client writes, by keyword; `extra` are custom fields, of which one has a default.
CONTACT: dict[str, st.SearchStrategy[Any]] = {
    "company": WORD | st.none(),
    "comment": WORD | st.none(),
    "phone": LABELS,
    "groups": st.lists(WORD, max_size=2),
    "tags": st.lists(WORD, max_size=2),
    "do_not_mass_email": st.booleans(),
    "extra": st.dictionaries(st.sampled_from(["Plain", "Preset"]), WORD | st.none(), min_size=1),
}
ACTIVITY: dict[str, st.SearchStrategy[Any]] = {
    "label": WORD | st.none(),
    "users": PEOPLE,
    "all_day": st.booleans(),
    "rrule": st.sampled_from(["", "FREQ=WEEKLY;BYDAY=MO"]),
    "status": st.sampled_from(["open", "closed", None]),
    "dt_start": TIMES | st.none(),
}
VALUES: Mapping[str, st.SearchStrategy[Row]] = {
    "contacts": st.fixed_dictionaries({}, optional=CONTACT),
    "activities": st.fixed_dictionaries({}, optional=ACTIVITY),
}
#: What a new record has that nothing was sent for.
DEFAULTS: Mapping[str, Row] = {
    "contacts": {"do_not_mass_email": False, "extra": {"Preset": "by default"}},
    "activities": {"activity_type": "default", "status": "open", "all_day": False},
}
RESOURCES = {"contacts": CONTACTS, "activities": ACTIVITIES}


class RelentaMachine(ActingMachine):
    """Calls of clients of two departments, and dicts that do what they should do."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.harness: Harness = self.stack.enter_context(relenta())
        mock = self.harness.mocks.relenta
        key = mock.departments["laboratory"]["department_key"]
        other = Relenta(base_url=mock.base_url, department_key=key, transport=self.harness.recorder)
        self.clients = (self.harness.crm, self.stack.enter_context(other))
        self.wires = (self.harness.http, *self.harness.others)
        for department in mock.departments:
            mock.add_custom_field("Plain", department=department)
            mock.add_custom_field("Preset", default_value="by default", department=department)
        #: Records by department and resource.
        self.model: list[dict[str, dict[int, Row]]] = [
            {"contacts": {}, "activities": {}} for _ in self.clients
        ]
        self.limit: int | None = None

    def teardown(self) -> None:
        """Validate every exchange."""
        with self.stack:
            self.harness.conforms()

    @initialize(data=st.data())
    def populate(self, data: st.DataObject) -> None:
        """Put records into both departments."""
        for department in (0, 1):
            for name in ("contacts", "contacts", "activities", "activities"):
                self.save_new(department, name, data.draw(VALUES[name]))

    def save_new(self, department: int, name: str, values: Row, *, creates: bool = False) -> None:
        """Save a record that is new, by one operation or the other."""
        endpoint: Any = getattr(self.clients[department], name)
        id: int = (endpoint.create if creates else endpoint.save)(**values)
        assert all(id not in records for each in self.model for records in each.values())
        row = {**DEFAULTS[name], **values}
        if name == "contacts":
            row["extra"] = {**DEFAULTS[name]["extra"], **values.get("extra", {})}
        self.model[department][name][id] = row
        self.did(f"{name}: created")

    def chosen(self, data: st.DataObject, department: int, name: str) -> int:
        """Choose a record that there is."""
        return data.draw(st.sampled_from([*self.model[department][name]]))

    @rule(data=st.data(), department=st.sampled_from([0, 0, 1]), creates=st.booleans())
    def create(self, data: st.DataObject, department: int, *, creates: bool) -> None:
        """Save a contact or activity without an id."""
        name = "contacts" if creates else data.draw(st.sampled_from(["contacts", "activities"]))
        if name == "contacts" and self.is_full:
            self.refused(department)
            return
        values = data.draw(VALUES[name])
        if creates:
            # Creates, even with the id of another, which stays as it is.
            values = {**values, "id": self.chosen(data, department, name)}
            self.did("created over another")
        self.save_new(department, name, values, creates=creates)

    @rule(data=st.data(), department=st.sampled_from([0, 0, 1]))
    def update(self, data: st.DataObject, department: int) -> None:
        """Update contacts and activities: what is not sent stays."""
        for _ in range(4):
            self.change(data, department)

    def change(self, data: st.DataObject, department: int) -> None:
        """Update a contact or activity."""
        name = data.draw(st.sampled_from(["contacts", "activities"]))
        id = self.chosen(data, department, name)
        row = self.model[department][name][id]
        values = data.draw(VALUES[name])
        flag = "do_not_mass_email" if name == "contacts" else "all_day"
        if data.draw(st.booleans()):  # else it is hardly ever taken back
            values[flag] = not row[flag]
        filled = [member for member in row if row[member] and member not in (flag, "extra", "id")]
        clears: bool = data.draw(st.booleans())
        if filled and clears:
            values[data.draw(st.sampled_from(filled))] = None
        endpoint: Any = getattr(self.clients[department], name)
        assert endpoint.save(id=id, **values) == id
        if row[flag] and values.get(flag) is False:
            self.did(f"{name}: flag taken back")
        kept = [member for member in row if member not in values and row[member]]
        self.did(f"{name}: updated" if kept else f"{name}: overwritten")
        if any(row.get(member) and not values[member] for member in values if member != flag):
            self.did(f"{name}: value cleared")
        extra = {**row.get("extra", {}), **values.get("extra", {})}
        if any(row["extra"].get(key) and not extra[key] for key in row.get("extra", {})):
            self.did("custom field cleared")
        row |= values
        if name == "contacts":
            row["extra"] = extra

    @rule(data=st.data(), department=st.sampled_from([0, 1]))
    def save_what_is_another_s(self, data: st.DataObject, department: int) -> None:
        """Save under the id of a record of another kind, or of another department."""
        name, other = data.draw(st.permutations(["contacts", "activities"]))
        if data.draw(st.booleans()):
            id = self.chosen(data, 1 - department, name)
            self.did("record of another department not found")
        else:
            id = self.chosen(data, department, other)
            self.did("record of another kind not found")
        endpoint: Any = getattr(self.clients[department], name)
        with pytest.raises(NotFoundError):
            endpoint.save(id=id, **{"company" if name == "contacts" else "label": "lost"})

    @rule(more=st.none() | st.integers(-2, 2))
    def plan(self, more: int | None) -> None:
        """Give the account a plan for about as many contacts as it has, or for any number."""
        self.limit = None if more is None else max(0, self.count + more)
        self.harness.mocks.relenta.plan_limit(contacts=self.limit)
        for department in (0, 1):
            if self.is_full:
                self.refused(department)
        if self.limit is not None and self.count < self.limit:
            for department in (0, 1) * 2:
                if not self.is_full:
                    self.save_new(department, "contacts", {"company": "x"})
            assert self.is_full
            self.refused(0)

    @property
    def count(self) -> int:
        """The number of contacts of all departments."""
        return sum(len(records["contacts"]) for records in self.model)

    @property
    def is_full(self) -> bool:
        """Whether the plan allows no further contact."""
        return self.limit is not None and self.count >= self.limit

    def refused(self, department: int) -> None:
        """Check that no contact can be created."""
        for path in (CONTACTS.save_path, CONTACTS.create_path):
            reply = self.wires[department].post(str(path), json={"company": "x"})
            assert (reply.status_code, reply.json()["code"]) == (401, 401)
        self.did("contact refused by the plan")

    @rule(size=st.integers(1, 4), count=st.integers(0, 9), department=st.sampled_from([0, 1]))
    def read_some(self, size: int, count: int, department: int) -> None:
        """Read the first contacts in pages of any size."""
        some = self.clients[department].contacts.list(page_size=size).take(count).collect()
        assert [item.id for item in some] == [*self.model[department]["contacts"]][:count]
        if len(some) > size:
            self.did("several pages read")

    @invariant()
    def client_and_model_agree(self) -> None:
        """Check that clients list what the dicts have, in the order of creation."""
        for department, each in enumerate(self.model):
            for name, records in each.items():
                items: list[Any] = getattr(self.clients[department], name).list().collect()
                assert [item.id for item in items] == [*records]
                for item, values in zip(items, records.values(), strict=True):
                    for member, value in values.items():
                        if member == "extra":
                            expected = {key: text for key, text in value.items() if text}
                            assert dict(item.additional_properties) == expected, item
                        elif member != "id":
                            assert same(value, getattr(item, member)), (member, value, item)

    @invariant()
    def wire_and_client_agree(self) -> None:
        """Check that the wire has the same ids in the same order."""
        for department, each in enumerate(self.model):
            http: httpx.Client = self.wires[department]
            for name, records in each.items():
                rows = self.harness.everything(RESOURCES[name], http)
                assert [int(row["id"]) for row in rows] == [*records]


#: How often things are to be done in the long runs, at least.
LEAST = {
    "contacts: created": 60,
    "activities: created": 60,
    "created over another": 2,
    "contacts: updated": 50,
    "activities: updated": 50,
    "contacts: flag taken back": 15,
    "activities: flag taken back": 15,
    "contacts: value cleared": 40,
    "activities: value cleared": 40,
    "custom field cleared": 10,
    "record of another department not found": 5,
    "record of another kind not found": 5,
    "contact refused by the plan": 10,
    "several pages read": 2,
}
TIERS = {"short": (8, 10), "long": (40, 20)}


@pytest.mark.parametrize("tier", quick(TIERS, {"short"}))
def test_departments_are_as_their_dicts(tier: str) -> None:
    """After any calls clients and wire show what dicts have."""
    examples, steps = TIERS[tier]
    least = LEAST if tier == "long" else {}
    held(RelentaMachine, least, settings(max_examples=examples, stateful_step_count=steps))
