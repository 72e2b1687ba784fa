"""Any calls leave OnePageCRM's accounts as a book in plain Python has them, in all formats."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis.stateful import initialize, invariant, rule

from crmkit.contract.exchange import NO_BODY, Request
from crmkit.contract.onepagecrm import Signer
from crmkit.onepagecrm.signature import key_bytes
from tests.contract.laws import SUMMER, Ticking, opened
from tests.contract.machines import ActingMachine, held
from tests.contract.onepagecrm_book import (
    RECENT,
    STATUSES,
    VIP,
    Book,
    Refused,
    Row,
    by_id,
    to_date,
)
from tests.contract.side_elements import PROMISED
from tests.contract.tiers import quick
from tests.contract.vendor_laws.control import CONTROLS

#: Formats, as often as they are asked for: to read YAML takes long.
FORMATS = (*("json",) * 14, *("xml",) * 5, "yaml")
#: The mock's names of the accounts, by those of the users who sign.
ACCOUNTS = {"": "samples", "other": "solar"}
UNKNOWN = "0" * 24
#: Decides what is done; a nightly run sets another.
SEED = os.environ.get("CRMKIT_LAWS_SEED", "0")

FIRST = ("Ada", "ada", "Zoë", "Zoe\u0308", "O'Neil", "007", "yes", "  Ann ", "x" * 25, "", None)
LAST = ("King", "KING", "null", "a: b", "- c", "<&>", "日本", "0", "é" * 25, "1e3", "Smith\t")
COMPANY = ("Big Company Inc.", "kingdom", "off", "~", 'say "x"', "y" * 55, "", None)
PLACES = ("NJ", "nj", "East Orange", "", None)
COUNTRIES = ("IE", "EL", "US", None)
TAGS = ("A", "B", "C d", "é&<", "07018", "no", "a")
LINES = (" one\r\ntwo\t", "x: y", "100%", "back\\slash", "", None)
LABELS = ("work|+1 23", "work|007,mobile| 0 ", "", None)
AMOUNTS = (0, 0.25, 12.5, 100, 5130.0, 0.1, -7.75)
DATES = ("01.06.2012", "29.02.2028", "31.12.1999", "01.01.2030")
STAGES = (10, 25, 50, 75, 90, None)
TIMES = (
    *(timedelta(seconds=1), timedelta(hours=13), timedelta(days=1), timedelta(days=2)),
    *(timedelta(days=7), timedelta(days=28), timedelta(days=30), timedelta(days=45)),
)


#: What is done, each of it a method: rules of their own would be left out for whole runs.
WHAT = (
    *("creation", "replacement", "deletion", "deletion", "restoration", "plan", "change_of_plan"),
    *("doing", "forgetting", "writing", "rewriting", "rewriting", "rewriting", "erasing"),
    *("change_of_plan", "doing", "tagging", "tagging", "sorting_tags"),
    *("sorting_tags", "tidying", "filtering", "listing", "pipeline", "limits", "settings", "keys"),
    *("time_passes", "time_passes"),
)


class Accounts(ActingMachine):
    """Two accounts on a mock, and the books that say what they show."""

    runs: ClassVar[int] = 0

    @initialize()
    def open(self) -> None:
        """Open two accounts, and put contacts with all that belongs to them into both."""
        # Not drawn: what hypothesis draws depends on what else is loaded.
        type(self).runs += 1
        self.rng = random.Random(f"{SEED} {self.runs}")  # noqa: S311 - values, no secrets
        self.stack = ExitStack()
        self.clock = Ticking(SUMMER)
        self.server = self.clock.server = opened("onepagecrm", self.clock, self.stack, "empty")
        self.mock = CONTROLS[self.server].mock
        self.books = {user: self.opened_book(user) for user in ACCOUNTS}
        self.user, self.touched = "", UNKNOWN
        self.wrong: set[int] = set()
        for user, count in (("other", 2), ("", 4)):
            self.user = user
            for _ in range(count):
                cid = self.create_contact()
                for _ in range(self.rng.randrange(3)):
                    self.create_action(cid)
                for _ in range(self.rng.randrange(5)):
                    self.create_note(cid)
            self.add_filter()

    def opened_book(self, user: str) -> Book:
        """Return the book of an account without records."""
        login = self.mock.logins[ACCOUNTS[user]]
        tree = self.send("POST", "/auth/login", user="nobody", form=login).tree
        sales, data = tree["sales"], tree["data"]
        book = Book(
            sales["target"],
            sales["period"],
            self.send("GET", "/settings/user", user=user).tree["data"],
            self.send("GET", "/settings/system", user=user).tree["data"],
            login["password"],
            pipeline=data["pipeline_mode"],
        )
        assert data["uid"] == self.mock.accounts[ACCOUNTS[user]]["uid"]
        return book

    def teardown(self) -> None:
        """Close the mock."""
        if hasattr(self, "stack"):
            self.stack.close()

    # -- calls -------------------------------------------------------------------------------------

    @property
    def book(self) -> Book:
        """The book of the account that is spoken to."""
        return self.books[self.user]

    def send(
        self, method: str, path: str, *, user: str = "", form: Any = NO_BODY, query: Any = ()
    ) -> Any:
        """Send a request for one of the formats, and return the reply."""
        path = f"{path}.{self.rng.choice(FORMATS)}"
        reply = self.server.send(Request(method, path, tuple(query), form, None, {}, user))
        assert reply.status == 200, reply.text
        assert reply.tree is not None, reply.text
        return reply

    def call(
        self,
        method: str,
        path: str,
        expected: Callable[[Book], Any],
        *,
        form: Any = NO_BODY,
        query: Mapping[str, Any] | None = None,
    ) -> tuple[Row | None, Any]:
        """Send a request, and check its envelope by the book.

        Args:
            method: Its method.
            path: Its path without the extension.
            expected: Changes the book; what it returns is returned.
            form: The form that is sent.
            query: The parameters that are sent.

        Returns:
            The envelope and what `expected` has returned; (None, None) where it is refused.
        """
        pairs = [] if query is None else [*query.items()]
        tree = self.send(method, path, user=self.user, form=form, query=pairs).tree
        for book in self.books.values():
            book.now = self.clock.now
        book, result = self.book, None
        codes: tuple[int, ...]
        try:
            codes, result = (0,), expected(book)
        except Refused as refused:
            codes = (*refused.codes, *self.wrong)  # whatever the server looks at first
        self.wrong.clear()
        assert tree["status"] in codes, (method, path, tree, codes)
        assert tree["timestamp"] - int(book.now.timestamp()) in (0, 1)
        return (tree, result) if codes == (0,) else (None, None)

    def changed(self, method: str, path: str, tree: Row | None) -> None:
        """Check what stands beside the reply to a call that is reflected in the book by now."""
        book = self.book
        if tree is None:
            return
        call = f"{method if not path.startswith('/misc/') else 'GET'} {path}"
        if path in ("/misc/mark_action_as_done", "/misc/undo_action_completion"):
            call = f"POST {path}"
        promised = next((names for head, names in PROMISED.items() if call.startswith(head)), ())
        expected = book.side()
        for name in {"tags", "statuses", "sales"} & {*tree, *promised}:
            assert beside(tree)[name] == expected[name], (name, call)
        assert {*tree.get("notifications", ())} == book.notifications

    def contact(self) -> str:
        """Return the id of a contact; now and then one that the account does not have."""
        foreign = [
            id for user, book in self.books.items() if user != self.user for id in book.contacts
        ]
        draw = self.rng.random()
        if draw < 0.04 and foreign:
            return self.rng.choice(foreign)
        known = [*self.book.contacts]
        return self.rng.choice(known) if known and draw < 0.98 else UNKNOWN

    def record(self, records: Mapping[str, Row], other: str) -> str:
        """Return the id of a record; now and then one that the account does not have."""
        foreign = [
            id
            for user, book in self.books.items()
            if user != self.user
            for id in getattr(book, other)
        ]
        known = [*records] if records and self.rng.random() < 0.95 else foreign or [UNKNOWN]
        return str(self.rng.choice(known))

    def pick(self, *choices: Any) -> Any:
        """Return one of several."""
        return self.rng.choice(choices)

    def choose_account(self) -> None:
        """Choose the account that the next rule speaks to."""
        self.user = "other" if self.rng.random() < 0.2 else ""

    # -- contacts ----------------------------------------------------------------------------------

    def contact_form(self) -> Row:
        """Return a form of a contact."""
        rng = self.rng
        tags = ", ".join(rng.sample([*TAGS, VIP], rng.randrange(4)))
        form: Row = {
            "firstname": rng.choice(FIRST),
            "lastname": rng.choice(LAST),
            "company": rng.choice(COMPANY),
            "job_title": rng.choice(LINES),
            "address": rng.choice(LINES),
            "city": rng.choice(PLACES),
            "state": rng.choice(PLACES),
            "zip_code": rng.choice(("07018", "7018", None)),
            "country": rng.choice(COUNTRIES),
            "description": rng.choice(LINES),
            "phones": rng.choice(LABELS),
            "emails": rng.choice(("work|Ada@Example.com", "", None)),
            "urls": rng.choice(("website|http://a.example/?b=c&d", "", None)),
            "vip": rng.choice((0, 1, None)),
            "tags": rng.choice((tags, tags, None)),
            "status": rng.choice((*STATUSES, "boss", None)),
        }
        wrong = rng.random()
        if wrong < 0.02:
            form |= {"lastname": " ", "company": None}
            self.wrong.add(109)
        elif wrong < 0.06:
            self.wrong.add(108)
            form |= rng.choice(
                [
                    {"firstname": "x" * 26},
                    {"lastname": "é" * 26},
                    {"company": "x" * 56},
                    {"country": "GR"},
                ]
            )
        return sent(form)

    def create_contact(self) -> str:
        """Create a contact and return its id; one that is unknown where it is refused."""
        form = self.contact_form()
        tree, contact = self.call("POST", "/contacts", lambda b: b.create_contact(form), form=form)
        if tree is None:
            self.did("contact refused")
            return UNKNOWN
        id = str(tree["data"]["id"])
        self.book.add_contact(id, contact)
        self.changed("POST", "/contacts", tree)
        assert as_detail(tree["data"]) == self.book.detail(self.book.contacts[id])
        self.did("contact created")
        self.touched = id
        return id

    def creation(self) -> None:
        """Create a contact."""
        self.create_contact()

    def replacement(self) -> None:
        """Replace a contact."""
        id, form = self.contact(), self.contact_form()
        path = f"/contacts/{id}"
        tree, _ = self.call("PUT", path, lambda b: b.update_contact(id, form), form=form)
        if tree is not None:
            self.changed("PUT", path, tree)
            assert as_detail(tree["data"]) == self.book.detail(self.book.contacts[id])
            self.did("contact replaced")
            self.touched = id

    def deletion(self) -> None:
        """Delete a contact."""
        book = self.book
        rich = [id for id in book.contacts if book.of(book.actions, id) and book.of(book.notes, id)]
        id = self.pick(*rich) if rich and self.rng.random() < 0.5 else self.contact()
        had = bool(book.of(book.actions, id) and book.of(book.notes, id))
        path = f"/contacts/{id}"
        tree, _ = self.call("DELETE", path, lambda b: b.delete_contact(id))
        if tree is not None:
            self.changed("DELETE", path, tree)
            self.did("contact deleted with actions and notes" if had else "contact deleted")
            for where in ("/actions", "/notes"):
                gone = self.send("GET", where, user=self.user, query=[("cid", id)]).tree
                assert gone["status"] == 106
            if self.rng.random() < 0.5:
                if self.rng.random() < 0.4:
                    self.pick(self.tidying, self.sorting_tags)()
                self.restoration()

    def restoration(self) -> None:
        """Restore the contact that was deleted last."""
        had = self.book.trash
        path = "/misc/undo_contact_deletion"
        method = self.pick("GET", "POST")
        tree, _ = self.call(method, path, lambda b: b.undo_deletion())
        if tree is None:
            self.did("nothing restored")
            return
        assert had is not None
        id = had[0]["id"]
        self.changed(method, path, tree)
        assert [as_row(row) for row in tree["data"]] == [self.book.row(self.book.contacts[id])]
        self.did(
            "contact restored with actions and notes" if had[1] and had[2] else "contact restored"
        )
        self.touched = id

    # -- actions -----------------------------------------------------------------------------------

    def action_form(self, cid: str) -> Row:
        """Return a form of an action."""
        rng = self.rng
        form: Row = {
            "cid": cid,
            "name": rng.choice(("call", " Call: x ", "0", "é" * 140)),
            "date": rng.choice(DATES),
            "done": rng.choice((0, 0, 1, None)),
        }
        form |= rng.choice(
            [{}, {"next": 1}, {"waiting": 1, "date": None}, {"waiting": 1}, {"next": 0}]
        )
        if form["done"] == 1 and rng.random() < 0.5:
            form["closed"] = rng.randrange(1_000_000_000, 1_300_000_000)
        wrong = rng.random()
        if wrong < 0.05:
            self.wrong.add(108)
            form |= rng.choice(
                [
                    {"next": 1, "waiting": 1},
                    {"name": "x" * 141, "date": DATES[0], "next": 0, "waiting": None},
                    {"date": "31.04.2027", "next": 0, "waiting": None},
                ]
            )
        return sent(form)

    def create_action(self, cid: str) -> None:
        """Create an action."""
        form = self.action_form(cid)
        tree, action = self.call("POST", "/actions", lambda b: b.create_action(form), form=form)
        if tree is None:
            self.did("action refused")
            return
        id = str(tree["data"]["id"])
        self.book.add_action(id, action)
        self.changed("POST", "/actions", tree)
        assert tree["data"] == self.book.actions[id]
        kind = next((name for name in ("done", "next", "waiting") if action[name]), "dated")
        self.did(f"{kind} action created")
        self.touched = cid

    def plan(self) -> None:
        """Create an action."""
        self.create_action(self.contact())

    def change_of_plan(self) -> None:
        """Replace an action."""
        book = self.book
        id = self.record(book.actions, "actions")
        cid = book.actions[id]["cid"] if id in book.actions else self.contact()
        form = self.action_form(cid)
        path = f"/actions/{id}"
        was_done = book.actions.get(id, {}).get("done")
        tree, _ = self.call("PUT", path, lambda b: b.update_action(id, form), form=form)
        if tree is None:
            self.did("change of an action refused")
            return
        self.changed("PUT", path, tree)
        assert tree["data"] == book.actions[id]
        now_done = book.actions[id]["done"]
        self.did("action replaced" if was_done == now_done else "action replaced, done or undone")
        self.touched = cid

    def doing(self) -> None:
        """Do the open action of a contact, or undo that."""
        busy = [action["cid"] for action in self.book.actions.values()]
        cid = self.pick(*busy) if busy and self.rng.random() < 0.8 else self.contact()
        for _ in range(self.pick(1, 2, 3)):
            path = self.pick("/misc/mark_action_as_done", "/misc/undo_action_completion")
            is_done = path.endswith("done")
            tree, action = self.call(
                "POST",
                path,
                partial(Book.do if is_done else Book.undo, cid=cid),
                form={"cid": cid},
            )
            if tree is None:
                self.did("doing refused")
                continue
            self.changed("POST", path, tree)
            assert tree["data"] == action
            self.did("action done" if is_done else "action undone")
            self.touched = cid

    def forgetting(self) -> None:
        """Delete an action."""
        id = self.record(self.book.actions, "actions")
        path = f"/actions/{id}"
        tree, _ = self.call("DELETE", path, lambda b: b.delete_action(id))
        self.did("open action not deleted" if tree is None else "action deleted")
        self.changed("DELETE", path, tree)

    # -- notes -------------------------------------------------------------------------------------

    def note_form(self, *, is_deal: bool) -> Row:
        """Return a form of a note or deal, without its contact."""
        rng = self.rng
        form: Row = {
            "body": rng.choice(("note", " a\r\nb ", "~", "[x]", "é" * 300)),
            "date": rng.choice(DATES),
        }
        if is_deal:
            form |= {
                "type": "deal",
                "amount": rng.choice(AMOUNTS),
                "status": rng.choice(("pending", "pending", "won", "lost", None)),
                "deal_stage": rng.choice(STAGES),
                "exp_close": rng.choice((*DATES, None)),
            }
        return sent(form)

    def create_note(self, cid: str) -> None:
        """Create a note or deal."""
        is_deal = self.rng.random() < 0.65
        form = {"cid": cid, **self.note_form(is_deal=is_deal)}
        tree, note = self.call("POST", "/notes", lambda b: b.create_note(form), form=form)
        if tree is None:
            self.did("note refused")
            return
        id = str(tree["data"]["id"])
        self.book.add_note(id, note)
        self.changed("POST", "/notes", tree)
        assert tree["data"] == self.book.notes[id]
        self.did(f"{note['deal']['status']} deal created" if is_deal else "note created")
        self.touched = cid

    def writing(self) -> None:
        """Create a note or deal."""
        self.create_note(self.contact())

    def rewriting(self) -> None:
        """Replace a note or deal."""
        book = self.book
        id = self.record(book.notes, "notes")
        deals = [deal["id"] for deal in book.deals()]
        if deals and self.rng.random() < 0.5:
            id = self.pick(*deals)
        note = book.notes.get(id, {"type": "note"})
        is_deal = note["type"] == "deal"
        form = self.note_form(is_deal=is_deal)
        if is_deal and self.rng.random() < 0.2:
            del form["amount"]
        if self.rng.random() < 0.1:
            form["type"] = "note" if is_deal else "deal"
        former = note["deal"]["status"] if is_deal else ""
        path = f"/notes/{id}"
        tree, _ = self.call("PUT", path, lambda b: b.update_note(id, form), form=form)
        if tree is None:
            self.did("change of a note refused")
            return
        self.changed("PUT", path, tree)
        assert tree["data"] == book.notes[id]
        self.touched = book.notes[id]["cid"]
        if not is_deal:
            self.did("note replaced")
            return
        status = book.notes[id]["deal"]["status"]
        if former == "pending" and status != "pending":
            self.did("deal closed")
        elif former != "pending" and status != "pending":
            self.did("closed deal replaced")
        else:
            self.did("deal replaced or opened")

    def erasing(self) -> None:
        """Delete a note or deal."""
        id = self.record(self.book.notes, "notes")
        kind = self.book.notes.get(id, {}).get("type", "no note")
        path = f"/notes/{id}"
        tree, _ = self.call("DELETE", path, lambda b: b.delete_note(id))
        self.did("unknown note not deleted" if tree is None else f"{kind} deleted")
        self.changed("DELETE", path, tree)

    # -- tags --------------------------------------------------------------------------------------

    def tagging(self) -> None:
        """Give a contact a tag, or take one from it."""
        cid, book = self.contact(), self.book
        tagged = [id for id, contact in book.contacts.items() if contact["tags"]]
        cid = self.pick(*tagged) if tagged and self.rng.random() < 0.5 else cid
        has = book.contacts.get(cid, {}).get("tags", [])
        is_given = self.rng.random() < 0.5
        name = self.pick(*TAGS, VIP, f"new {self.rng.randrange(9)}")
        if not is_given and has and self.rng.random() < 0.7:
            name = self.pick(*has)
        path = f"/misc/{'assign' if is_given else 'unassign'}_tag"
        sent = {"id": cid, "name": name}
        method = self.pick("GET", "POST")
        tree, _ = self.call(
            method,
            path,
            lambda b: b.assign_tag(cid, name) if is_given else b.unassign_tag(cid, name),
            **({"query": sent} if method == "GET" else {"form": sent}),
        )
        if tree is None:
            self.did("tagging refused")
            return
        self.changed(method, path, tree)
        assert "tags" in tree
        had = name in has or (name == VIP)
        verb = "given" if is_given else "taken"
        self.did(f"tag {verb}" if had != is_given or name == VIP else f"tag {verb} in vain")
        self.touched = cid

    def sorting_tags(self) -> None:
        """Create, rename or delete a tag."""
        book = self.book
        kind = self.pick("create", "rename", "rename", "rename", "delete")
        carried = [tag for tag in book.tags if book.tagged(tag)]
        name = (
            self.pick(*(carried or book.tags or TAGS))
            if self.rng.random() < 0.7
            else (self.pick(*TAGS))
        )
        other = self.pick(*TAGS, VIP, name, *(f"renamed {number}" for number in range(9)))
        had = name in carried
        path = "/tags" if kind == "create" else f"/tags/{quote(name, safe='')}"
        if kind == "create":
            other = self.pick(name, other, "spare")
            tree, _ = self.call("POST", path, lambda b: b.create_tag(other), form={"name": other})
            method = "POST"
        elif kind == "rename":
            method = "PUT"
            tree, _ = self.call(
                "PUT", path, lambda b: b.rename_tag(name, other), form={"name": other}
            )
        else:
            method = "DELETE"
            tree, _ = self.call("DELETE", path, lambda b: b.delete_tag(name))
        self.changed(method, path, tree)
        self.did(
            f"tag: {kind} refused"
            if tree is None
            else f"tag: {kind} one that contacts have"
            if had and kind != "create"
            else f"tag: {kind}"
        )

    def tidying(self) -> None:
        """Remove the tags that nobody has."""
        method, path = self.pick("GET", "POST"), "/misc/remove_unused_tags"
        tree, count = self.call(method, path, lambda b: b.remove_unused_tags())
        self.changed(method, path, tree)
        if count:
            self.did("unused tags removed")

    # -- what people set ---------------------------------------------------------------------------

    def add_filter(self) -> None:
        """Store a custom filter, as people do in the browser."""
        rng = self.rng
        filter_: Row = {
            "name": f"filter {rng.randrange(99)}",
            "contacts": rng.sample(STATUSES, rng.choice((0, 0, 1, 2))),
            "tags": rng.sample(TAGS, rng.choice((0, 0, 1, 3))),
            "deals": rng.sample(("pending", "won", "lost"), rng.choice((0, 0, 1, 2))),
            "address": rng.choice(
                [
                    {},
                    {},
                    {"type": "city_state", "value": "NJ"},
                    {"type": "country_code", "value": "IE"},
                    {"type": "zip_code", "value": "07018"},
                ]
            ),
        }
        id = self.mock.add("filters", filter_, account=ACCOUNTS[self.user])
        self.book.filters[id] = {"id": id, **filter_}
        self.did("filter stored")

    def filtering(self) -> None:
        """Store a custom filter."""
        if len(self.book.filters) < 4:
            self.add_filter()

    def listing(self) -> None:
        """Let lists be shown otherwise."""
        book = self.book
        book.size, book.mode = self.pick(1, 2, 3, 25), self.pick("all", "all", *STATUSES)
        self.mock.listing(size=book.size, mode=book.mode, account=ACCOUNTS[self.user])
        self.did("lists shown otherwise")

    def pipeline(self) -> None:
        """Let deals have stages, or not."""
        self.book.pipeline = self.pick("off", "simple", "full")
        self.mock.pipeline(self.book.pipeline, account=ACCOUNTS[self.user])
        self.did("pipeline changed")

    def limits(self) -> None:
        """Let the account have limits about what it has."""
        book = self.book
        around = {"contacts": len(book.contacts), "deals": len(book.deals())}
        book.limits = {
            name: max(0, count + self.pick(-1, 0, 1, 2)) if self.rng.random() < 0.5 else None
            for name, count in around.items()
        }
        self.mock.limit(**book.limits, account=ACCOUNTS[self.user])
        reached = " and ".join(sorted(book.notifications))
        self.did(f"limits: {reached or 'none reached'}")
        if reached:
            for _ in range(3):
                self.pick(
                    self.creation,
                    self.writing,
                    self.tagging,
                    self.restoration,
                    self.deletion,
                    self.rewriting,
                )()
            self.everything_agrees()
            if self.rng.random() < 0.7:
                book.limits = {"contacts": None, "deals": None}
                self.mock.limit(account=ACCOUNTS[self.user])

    def settings(self) -> None:
        """Replace the settings of the user, the password with them or not."""
        book, rng = self.book, self.rng
        form: Row = {
            "firstname": rng.choice(FIRST),
            "lastname": rng.choice(LAST),
            "company": rng.choice(COMPANY),
            "email": rng.choice((book.user["email"], f"new{rng.randrange(99)}@a.example")),
        }
        others = {b.user["email"] for user, b in self.books.items() if user != self.user}
        draw = rng.random()
        if draw < 0.15:
            form["email"] = self.pick(*others)
        elif draw < 0.4:
            form |= {
                "password": "first",
                "confirm_password": self.pick("first", "second", "", None),
            }
        elif draw < 0.6:
            password = f"Pass{rng.randrange(99)}"
            form |= {"password": password, "confirm_password": password}
        form = sent(form)
        tree, data = self.call(
            "POST", "/settings/user", lambda b: b.update_user(form, others), form=form
        )
        if tree is None:
            self.did("settings refused")
        else:
            assert tree["data"] == data
            self.did("settings replaced")

    def keys(self) -> None:
        """Change the key, or log out and in again: the old key opens nothing."""
        book, old = self.book, self.server.users[self.user]
        login = {"login": book.user["email"], "password": book.password}
        for wrong in (
            {"password": "x" + book.password},
            {"password": book.password.swapcase()},
            {"login": "x" + login["login"]},
        ):
            tree = self.send("POST", "/auth/login", user="nobody", form={**login, **wrong}).tree
            assert tree["status"] == 103
        if self.rng.random() < 0.5:
            tree, _ = self.call("GET", "/auth/change_api_key", lambda _: None)
            assert tree is not None
            key = tree["data"]["key"]
        else:
            self.call("GET", "/auth/logout", lambda _: None)
            assert self.send("GET", "/tags", user=self.user).tree["status"] == 104
            tree = self.send("POST", "/auth/login", user="nobody", form=login).tree
            assert tree["status"] == 0
            book.now = self.clock.now
            assert {name: beside(tree)[name] for name in book.side()} == book.side()
            assert {name: tree["data"][name] for name in book.user if name != "email"} == {
                name: value for name, value in book.user.items() if name != "email"
            }
            assert tree["data"]["listing"] == {"mode": book.mode, "size": book.size}
            key = tree["data"]["key"]
        self.server.users["old"] = old
        self.server.users[self.user] = Signer(
            self.mock.accounts[ACCOUNTS[self.user]]["uid"], key_bytes(key)
        )
        assert self.send("GET", "/tags", user="old").tree["status"] == 104
        self.did("key changed")

    def time_passes(self) -> None:
        """Let time pass, now and then to the end of a week in which something was recent."""
        times = [
            contact[name] + 7 * 86_400 - int(self.clock.now.timestamp()) - self.pick(0, 2, 4, 9)
            for book in self.books.values()
            for contact in book.contacts.values()
            for name in RECENT.values()
            if contact[name] is not None
        ]
        times = [seconds for seconds in times if seconds > 0]
        step = self.rng.choice(TIMES)
        if times and self.rng.random() < 0.5:
            step = timedelta(seconds=self.rng.choice(times))
            self.did("week gone")
        closed = [
            to_date(deal["deal"]["closed"])
            for book in self.books.values()
            for deal in book.deals()
            if deal["deal"]["closed"]
        ]
        days = [
            (day - self.clock.now.date()).days + limit + more
            for day in closed
            for limit in (30, 60, 90)
            for more in (-1, 0)
        ]
        days = [count for count in days if count > 0]
        if days and self.rng.random() < 0.4:
            step = timedelta(days=self.rng.choice(days))
            self.did("deals grown older")
        self.clock.move(step)

    @rule()
    def act(self) -> None:
        """Do one thing or another, as often as any."""
        self.choose_account()
        what = self.rng.choice(WHAT)
        note(what)
        getattr(self, what)()

    # -- after each step ---------------------------------------------------------------------------

    @invariant()
    def everything_agrees(self) -> None:
        """Compare lists, records and sums of the account with its book, and look at the other."""
        if not hasattr(self, "touched"):
            return
        rng, book = self.rng, self.book
        queries: list[Row] = [{}, {"waiting": 1}]
        queries += [
            {"system_tag": name}
            for name in rng.sample([*RECENT, "pending_deals", "waiting", "vip", "nope"], 3)
        ]
        queries += [{"tag": name} for name in rng.sample([*TAGS, VIP], 2)]
        queries += [{"search": rng.choice(("king", "ADA", "a", "zo", "company", "é", "nobody"))}]
        queries += [{"filter_id": id} for id in book.filters]
        mixed = {
            "tag": rng.choice((*TAGS, VIP)),
            "system_tag": rng.choice((*RECENT, "vip", "no")),
            "waiting": rng.randrange(2),
            "search": rng.choice(("a", "k")),
        }
        queries.append({name: mixed[name] for name in rng.sample([*mixed], rng.choice((2, 2, 3)))})
        foreign = [
            id for user, other in self.books.items() if user != self.user for id in other.filters
        ]
        if book.filters and rng.random() < 0.3:
            queries.append(
                {
                    "filter_id": rng.choice([*book.filters]),
                    "tag": rng.choice(TAGS),
                    "waiting": rng.randrange(2),
                }
            )
        if foreign and rng.random() < 0.2:
            queries.append({"filter_id": rng.choice(foreign)})
        for query in queries:
            self.check_list(query)
        for id in {self.touched, self.contact()}:
            self.check_contact(id)
        self.check_sums()
        user, self.user = self.user, "" if self.user else "other"
        self.check_list({})
        self.check_list({"waiting": 1})
        self.check_tags()
        self.user = user

    def check_list(self, query: Row) -> None:
        """Read all pages of a list."""
        book, rows, page = self.book, list[Row](), 1
        while True:
            asked = {**query, **({"page": page} if page > 1 or self.rng.random() < 0.5 else {})}
            tree, chosen = self.call("GET", "/contacts", lambda b: b.selected(query), query=asked)
            if tree is None:
                return
            data = tree["data"]
            last = max(1, -(-len(chosen) // book.size))
            assert (data["count"], data["page"], data["maxpage"]) == (len(chosen), page, last), (
                query
            )
            shown = data["contacts"]
            assert len(shown) == max(0, min(book.size, len(chosen) - (page - 1) * book.size)), query
            rows += shown
            page += 1
            if page > last + self.rng.choice((0, 0, 1)):
                break
            self.clock.move(-TIMES[0])  # what is recent stays so until all pages are read
        expected = by_id(map(book.row, chosen))
        assert by_id(map(as_row, rows)) == expected, query

    def check_contact(self, id: str) -> None:
        """Read a contact with its actions and notes."""
        tree, detail = self.call("GET", f"/contacts/{id}", lambda b: b.view_contact(id))
        if tree is None:
            return
        assert as_detail(tree["data"]) == detail
        self.changed("GET", f"/contacts/{id}", tree)
        book = self.book
        for path, records in (("/actions", book.actions), ("/notes", book.notes)):
            expected = by_id(book.of(records, id))
            tree, _ = self.call("GET", path, lambda _: None, query={"cid": id})
            assert tree is not None
            assert by_id(tree["data"]) == expected
            if expected:
                record = self.rng.choice(expected)
                tree, _ = self.call("GET", f"{path}/{record['id']}", lambda _: None)
                assert tree is not None
                assert tree["data"] == record

    def check_tags(self) -> None:
        """Read the tags."""
        tree, _ = self.call("GET", "/tags", lambda _: None)
        assert tree is not None
        assert {row["name"]: row["count"] for row in tree["data"]} == self.book.tag_rows()

    def check_sums(self) -> None:
        """Read the tags, the filters and the sales."""
        book = self.book
        self.check_tags()
        tree, _ = self.call("GET", "/filters", lambda _: None)
        assert tree is not None
        assert [{**row, "address": row["address"] or {}} for row in by_id(tree["data"])] == by_id(
            book.filters.values()
        )
        tree, expected = self.call("GET", "/sales/index", lambda b: b.sales())
        assert tree is not None
        data = tree["data"]
        recent = data.pop("closed")
        assert rounded({**data, "pending": by_id(data["pending"])}) == rounded(expected)
        method = self.pick("GET", "POST")
        tree, closed = self.call(method, "/sales/closed_deals", lambda b: b.closed_deals())
        assert tree is not None
        assert by_id(tree["data"]) == closed
        assert recent == tree["data"][:10]
        dates = [to_date(deal["deal"]["closed"]) for deal in tree["data"]]
        assert dates == sorted(dates, reverse=True)
        tree, _ = self.call("GET", "/settings/user", lambda _: None)
        assert tree is not None
        assert tree["data"] == book.user


def sent(form: Row) -> Row:
    """Return a form without what is not sent."""
    return {name: value for name, value in form.items() if value is not None}


def as_row(row: Row) -> Row:
    """Return a contact of a list with its tags in order."""
    return {**row, "tags": sorted(row["tags"])}


def as_detail(data: Row) -> Row:
    """Return the details of a contact with tags and notes in order."""
    return {**as_row(data), "notes": by_id(data["notes"])}


def beside(tree: Row) -> Row:
    """Return the side elements of a reply, with counts by name."""
    found: Row = {}
    if "tags" in tree:
        found["tags"] = {
            kind: {row["name"]: row["count"] for row in rows} for kind, rows in tree["tags"].items()
        }
    if "statuses" in tree:
        found["statuses"] = {row["name"]: row["count"] for row in tree["statuses"]}
    if "sales" in tree:
        found["sales"] = rounded(tree["sales"])
    return found


def rounded(tree: Any) -> Any:
    """Return a tree whose numbers have no more digits than sums of amounts are good for."""
    if isinstance(tree, dict):
        return {name: rounded(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [rounded(value) for value in tree]
    return round(tree, 6) if isinstance(tree, float) else tree


#: How often things are to be done in the long runs, at least.
LEAST = {
    "action done": 8, "action undone": 4, "action replaced, done or undone": 3,
    "contact replaced": 6, "contact deleted with actions and notes": 10,
    "contact restored with actions and notes": 6, "deal closed": 3, "closed deal replaced": 2,
    "deal deleted": 4, "tag given": 8, "tag taken": 6, "tag: delete one that contacts have": 2,
    "tag: rename one that contacts have": 3, "unused tags removed": 3, "key changed": 4,
    "week gone": 6, "deals grown older": 4, "waiting action created": 8, "won deal created": 8,
    "lists shown otherwise": 5, "settings replaced": 4,
}  # fmt: skip
TIERS = {"short": (4, 12), "long": (16, 35)}


@pytest.mark.parametrize("tier", quick(TIERS, {"short"}))
def test_accounts_are_as_their_books(tier: str) -> None:
    """After any calls everything that an account shows is what its book says."""
    examples, steps = TIERS[tier]
    Accounts.runs = 0
    held(
        Accounts,
        LEAST if tier == "long" else {},
        settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
