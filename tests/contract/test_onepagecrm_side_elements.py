"""OnePageCRM's side elements agree with everything else after any sequence of calls."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from crmkit_mock import MockCRMs
from tests.contract.side_elements import CHECKS, Watch
from tests.mock.plain_onepagecrm import ACME, JOE, OnePage, client_for

DEAL = {"body": "x", "date": "01.06.2012", "type": "deal"}
TAGS = ["A", "B", "VIP", "C d", "é&<"]


@contextmanager
def watch() -> Generator[Watch]:
    """Open a mock with the demo data, and a client that watches the side elements."""
    with MockCRMs() as mocks, client_for(mocks.onepagecrm) as http:
        watched = Watch(OnePage(mocks.onepagecrm, http))
        watched.login()
        yield watched


class Calls(RuleBasedStateMachine):
    """Calls in any order; after each of them everything has to agree."""

    @initialize()
    def start(self) -> None:
        """Open a mock."""
        self.opened = watch()
        self.watch = self.opened.__enter__()

    def teardown(self) -> None:
        """Close it."""
        self.opened.__exit__(None, None, None)

    def pick(self, number: int) -> str:
        """Return the id of a contact, or an unknown one if there are none."""
        rows = self.watch.rows()
        return str(rows[number % len(rows)]["id"]) if rows else "0" * 24

    @rule(
        status=st.sampled_from(["lead", "customer", "boss", ""]),
        tags=st.lists(st.sampled_from(TAGS), max_size=3),
        number=st.none() | st.integers(0, 5),
    )
    def write(self, status: str, tags: list[str], number: int | None) -> None:
        """Create a contact or replace one."""
        path = "/contacts" if number is None else f"/contacts/{self.pick(number)}"
        method = "POST" if number is None else "PUT"
        self.watch.call(method, path, company="x", status=status, tags=",".join(tags))

    @rule(number=st.integers(0, 5))
    def delete(self, number: int) -> None:
        """Delete a contact."""
        self.watch.call("DELETE", f"/contacts/{self.pick(number)}")

    @rule()
    def undo(self) -> None:
        """Restore the contact deleted last."""
        self.watch.call("GET", "/misc/undo_contact_deletion")

    @rule(number=st.integers(0, 5), kind=st.sampled_from(["next", "waiting", "done", "undone"]))
    def act(self, number: int, kind: str) -> None:
        """Create, finish or open an action."""
        cid = self.pick(number)
        if kind == "done":
            self.watch.call("POST", "/misc/mark_action_as_done", cid=cid)
        elif kind == "undone":
            self.watch.call("POST", "/misc/undo_action_completion", cid=cid)
        else:
            self.watch.call("POST", "/actions", cid=cid, name="x", **{kind: 1})

    @rule(
        number=st.integers(0, 5),
        amount=st.sampled_from([0, 12.5, 100]),
        status=st.sampled_from(["pending", "won", "lost"]),
        kind=st.sampled_from(["create", "update", "delete"]),
    )
    def sell(self, number: int, amount: float, status: str, kind: str) -> None:
        """Create, replace or delete a deal."""
        cid = self.pick(number)
        notes = self.watch.call("GET", f"/notes?cid={cid}").get("data", [])
        deals = [note["id"] for note in notes if note["type"] == "deal"]
        form = {"amount": amount, "status": status, **DEAL}
        if kind == "create" or not deals:
            self.watch.call("POST", "/notes", cid=cid, **form)
        elif kind == "update":
            self.watch.call("PUT", f"/notes/{deals[0]}", **form)
        else:
            self.watch.call("DELETE", f"/notes/{deals[0]}")

    @rule(
        number=st.integers(0, 5),
        name=st.sampled_from(["A", "B", "VIP"]),
        kind=st.sampled_from(["assign", "unassign", "create", "rename", "delete", "unused"]),
    )
    def tag(self, number: int, name: str, kind: str) -> None:
        """Change tags."""
        if kind.endswith("assign"):
            cid = self.pick(number)
            self.watch.call("GET", f"/misc/{kind}_tag?id={cid}&name={name}")
        elif kind == "create":
            self.watch.call("POST", "/tags", name=name)
        elif kind == "rename":
            self.watch.call("PUT", f"/tags/{name}", name="C d")
        elif kind == "delete":
            self.watch.call("DELETE", f"/tags/{name}")
        else:
            self.watch.call("GET", "/misc/remove_unused_tags")

    @rule(contacts=st.none() | st.integers(0, 4), deals=st.none() | st.integers(0, 3))
    def limit(self, contacts: int | None, deals: int | None) -> None:
        """Give the account other limits."""
        self.watch.limits = {"contacts": contacts, "deals": deals}
        self.watch.crm.mock.limit(contacts=contacts, deals=deals)
        self.watch.call("GET", "/contacts")

    @invariant()
    def agree(self) -> None:
        """Run all checks."""
        for check in CHECKS:
            check(self.watch)


# Not shrunk: a failure names its steps anyway, and each step makes a hundred calls.
Calls.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
)
TestSideElements = Calls.TestCase


# -- the checks can fail ------------------------------------------------------------------------


def change_everything(watched: Watch) -> None:
    """Change something of each resource, with all checks after each step."""
    form = {"amount": 7.5, "status": "won", **DEAL}
    for method, path, sent in (
        ("POST", "/contacts", {"company": "x", "tags": "A,VIP", "status": "customer"}),
        ("POST", "/notes", {"cid": ACME, **form}),
        ("POST", "/actions", {"cid": ACME, "name": "x", "waiting": 1}),
        ("PUT", f"/contacts/{ACME}", {"company": "x", "tags": "B"}),
        ("GET", f"/misc/assign_tag?id={JOE}&name=A", {}),
        ("DELETE", f"/contacts/{JOE}", {}),
        ("GET", "/misc/undo_contact_deletion", {}),
    ):
        assert watched.call(method, path, **sent)["status"] == 0
        for check in CHECKS:
            check(watched)
    watched.limits = {"contacts": 2, "deals": 2}
    watched.crm.mock.limit(contacts=2, deals=2)
    watched.call("GET", "/contacts")
    for check in CHECKS:
        check(watched)


#: Changes a reply, in place: its envelope, after the method and the path of the call.
Damage = Callable[[str, Any], None]


def _without(call: str, *left_out: str) -> Damage:
    def damage(called: str, envelope: Any) -> None:
        if called.startswith(call):
            for name in left_out:
                envelope.pop(name, None)

    return damage


def _returned(name: str, change: Callable[[Any], Any]) -> Damage:
    def damage(_: str, envelope: Any) -> None:
        if name in envelope:
            envelope[name] = change(envelope[name])

    return damage


def _never_renewed(name: str) -> Damage:
    kept: list[Any] = []

    def once(element: Any) -> Any:
        kept[:] = kept or [element]
        return kept[0]

    return _returned(name, once)


#: Errors that a server could make.
ERRORS: dict[str, Damage] = {
    "assigning a tag returns no element": _without("GET /misc/assign_tag", "tags"),
    "a deletion returns no sales": _without("DELETE /contacts/", "sales"),
    "a creation returns no statuses": _without("POST /contacts", "statuses"),
    "a deal returns no sales": _without("POST /notes", "sales"),
    "a waiting action returns no tags": _without("POST /actions", "tags"),
    "tags are never renewed": _never_renewed("tags"),
    "statuses are never renewed": _never_renewed("statuses"),
    "sales are never renewed": _never_renewed("sales"),
    "a count is one too high": _returned(
        "statuses", lambda rows: [{**row, "count": row["count"] + 1} for row in rows]
    ),
    "system tags count nobody": _returned(
        "tags",
        lambda tags: {**tags, "system": [{**tag, "count": 0} for tag in tags["system"]]},
    ),
    "custom tags are missing": _returned("tags", lambda tags: {**tags, "custom": []}),
    "won and pending are exchanged": _returned(
        "sales", lambda sales: {**sales, "won": sales["pending"], "pending": sales["won"]}
    ),
    "no notification is ever sent": _without("", "notifications"),
}


class Damaged(OnePage):
    """A client that gets damaged replies.

    Args:
        crm: The client that gets them as they are.
        damage: What happens to them.
    """

    def __init__(self, crm: OnePage, damage: Damage) -> None:
        super().__init__(crm.mock, crm.http)
        self._damage = damage

    def call(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Any:
        """Call, and return the damaged envelope."""
        envelope = super().call(method, path, form)
        self._damage(f"{method} {path}", envelope)
        return envelope


def test_mock_passes_every_check() -> None:
    """The calls that reveal the errors below reveal none in the mock as it is."""
    with watch() as watched:
        change_everything(watched)


@pytest.mark.parametrize("damage", ERRORS.values(), ids=ERRORS)
def test_finds_every_error(damage: Damage) -> None:
    """Each of these errors fails one of the checks."""
    with watch() as watched:
        watched.crm = Damaged(watched.crm, damage)
        with pytest.raises(AssertionError):
            change_everything(watched)
