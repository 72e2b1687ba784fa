"""What an account of OnePageCRM has to show after any calls, in plain Python.

Everything here is taken from the pages and assumptions that the wire document cites, and nothing
from the mock. `Book` is an account: each call is a method that changes it, or raises `Refused` with
the status codes that the server may answer. What replies show is computed from it anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

Row = dict[str, Any]

STATUSES = ("general", "lead", "inactive", "customer", "prospect")
VIP = "VIP"
RECENT = {
    "recently_added": "added",
    "recently_edited": "edited",
    "recently_viewed": "viewed",
    "recently_imported": "imported",
}
#: Names in replies, by those in forms.
STRINGS = {
    **{name: name for name in ("firstname", "lastname", "company", "address", "city", "state")},
    "job_title": "jobtitle",
    "zip_code": "zip",
    "country": "country",
    "description": "description",
}
LABELED = {"phones": "number", "emails": "address", "urls": "address"}
_LISTED = ("id", "firstname", "lastname", "company", "status", "vip")
_WEEK = 7 * 86_400
_LONGEST = {"firstname": 25, "lastname": 25, "company": 55}


class Refused(Exception):
    """A call is refused.

    Args:
        codes: The status codes that may say so.
    """

    def __init__(self, *codes: int) -> None:
        super().__init__(*codes)
        self.codes = codes


def shown(value: Any) -> str | None:
    """Return a str as replies show it: trimmed, without what XML cannot carry; None for nothing."""
    text = "".join(
        letter
        for letter in str(value or "")
        if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff")
    )
    return text.strip(" \t\r\n") or None


def to_date(text: str) -> date:
    """Return the date of dd.mm.yyyy."""
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def is_date(text: str) -> bool:
    """Return whether a str is a date as dd.mm.yyyy."""
    try:
        return to_text(to_date(text)) == text
    except ValueError:
        return False


def to_text(day: date) -> str:
    """Return a date as dd.mm.yyyy."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


@dataclass
class Book:
    """An account.

    Attributes:
        target: Its target, and its period: "month" or "quarter".
        user: Settings of the user.
        system: Settings of the account.
        now: Time of the call, in UTC.
        pipeline: "off", "simple" or "full".
        size: Contacts on a page.
        mode: Status of the contacts that lists show, or "all".
        limits: The most contacts and deals; None for any.
    """

    target: float
    period: str
    user: Row
    system: Row
    password: str
    now: datetime = datetime(2012, 6, 4, tzinfo=UTC)
    pipeline: str = "off"
    size: int = 25
    mode: str = "all"
    limits: dict[str, int | None] = field(
        default_factory=lambda: dict[str, int | None](contacts=None, deals=None)
    )
    contacts: dict[str, Row] = field(default_factory=dict[str, Row])
    actions: dict[str, Row] = field(default_factory=dict[str, Row])
    notes: dict[str, Row] = field(default_factory=dict[str, Row])
    tags: list[str] = field(default_factory=list[str])
    filters: dict[str, Row] = field(default_factory=dict[str, Row])
    trash: tuple[Row, list[Row], list[Row]] | None = None

    # -- contacts ----------------------------------------------------------------------------------

    def create_contact(self, form: Mapping[str, Any]) -> Row:
        """Create a contact; its id is put in later."""
        self.require_not_frozen()
        self.require_room()
        contact = {"added": self._unix, "edited": None, "viewed": None, "imported": None}
        return {**contact, **self._read_contact(form)}

    def add_contact(self, id: str, contact: Row) -> None:
        """Keep a contact under its id."""
        assert id not in self.contacts
        self.contacts[id] = {"id": id, **contact}
        self._know(contact["tags"])

    def update_contact(self, id: str, form: Mapping[str, Any]) -> None:
        """Replace a contact."""
        self.require_not_frozen()
        contact = self._contact(id)
        contact |= {**self._read_contact(form), "edited": self._unix}
        self._know(contact["tags"])

    def delete_contact(self, id: str) -> None:
        """Delete a contact with what belongs to it."""
        contact = self._contact(id)
        self.trash = contact, self.of(self.actions, id), self.of(self.notes, id)
        del self.contacts[id]
        for records in (self.actions, self.notes):
            for record in self.of(records, id):
                del records[record["id"]]

    def undo_deletion(self) -> None:
        """Restore the contact that was deleted last."""
        self.require_not_frozen()
        self.require_room()
        if self.trash is None:
            raise Refused(106)
        contact, actions, notes = self.trash
        self.trash = None
        self.contacts[contact["id"]] = contact
        self._know(contact["tags"])
        for records, more in ((self.actions, actions), (self.notes, notes)):
            records.update({record["id"]: record for record in more})

    def view_contact(self, id: str) -> Row:
        """Return a contact as its details show it; it was viewed recently from now on."""
        contact = self._contact(id)
        contact["viewed"] = self._unix
        return self.detail(contact)

    def _read_contact(self, form: Mapping[str, Any]) -> Row:
        if not (shown(form.get("lastname")) or shown(form.get("company"))):
            raise Refused(109)
        for name, longest in _LONGEST.items():
            if len(str(form.get(name) or "")) > longest:
                raise Refused(108)
        if form.get("country") == "GR":
            raise Refused(108)
        tags = [tag for tag in map(shown, str(form.get("tags") or "").split(",")) if tag]
        status = form.get("status")
        return {
            **{reply: shown(form.get(name)) for name, reply in STRINGS.items()},
            "status": status if status in STATUSES else "lead",
            "vip": form.get("vip") == 1 or VIP in tags,
            "tags": [*dict.fromkeys(tag for tag in tags if tag != VIP)],
            **{
                name: [
                    dict(zip(("type", value), map(shown, item.split("|")), strict=True))
                    for item in filter(None, str(form.get(name) or "").split(","))
                ]
                for name, value in LABELED.items()
            },
        }

    # -- actions -----------------------------------------------------------------------------------

    def create_action(self, form: Mapping[str, Any]) -> Row:
        """Create an action; its id is put in later."""
        self.require_not_frozen()
        self._contact(form["cid"])
        action = self._read_action(form)
        self._require_only_open(action, "")
        return action

    def add_action(self, id: str, action: Row) -> None:
        """Keep an action under its id."""
        self.actions[id] = {"id": id, **action}

    def update_action(self, id: str, form: Mapping[str, Any]) -> None:
        """Replace an action."""
        self.require_not_frozen()
        former = self._action(id)
        self._contact(form["cid"])
        if form["cid"] != former["cid"]:
            raise Refused(108)
        action = self._read_action(form)
        self._require_only_open(action, id)
        self.actions[id] = {"id": id, **action}

    def delete_action(self, id: str) -> None:
        """Delete an action that is done."""
        self.require_not_frozen()
        if not self._action(id)["done"]:
            raise Refused(108)
        del self.actions[id]

    def do(self, cid: str) -> Row:
        """Mark the open action of a contact as done."""
        self.require_not_frozen()
        self._contact(cid)
        action = self.open_action(cid)
        if action is None:
            raise Refused(106)
        action |= {"done": True, "closed": self._unix}
        return action

    def undo(self, cid: str) -> Row:
        """Open the action of a contact again that was closed last."""
        self.require_not_frozen()
        self._contact(cid)
        closed = self.closed_actions(cid)
        if not closed:
            raise Refused(106)
        if self.open_action(cid) is not None:
            raise Refused(107)
        closed[0] |= {"done": False, "closed": None}
        return closed[0]

    def open_action(self, cid: str) -> Row | None:
        """Return the action of a contact that is not done; None if there is none."""
        found = [action for action in self.of(self.actions, cid) if not action["done"]]
        assert len(found) < 2
        return found[0] if found else None

    def closed_actions(self, cid: str) -> list[Row]:
        """Return the actions of a contact that are done, the one closed last first."""
        done = [action for action in self.of(self.actions, cid) if action["done"]]
        return sorted(done, key=lambda action: action["closed"], reverse=True)

    def _read_action(self, form: Mapping[str, Any]) -> Row:
        if len(str(form.get("name", ""))) > 140:
            raise Refused(108)
        next_, waiting, done = (form.get(name) == 1 for name in ("next", "waiting", "done"))
        if next_ and waiting:
            raise Refused(108)
        day = shown(form.get("date"))
        if not (day or next_ or waiting):
            raise Refused(109)
        if day and not is_date(day):
            raise Refused(108)
        return {
            "cid": form["cid"],
            "name": shown(form["name"]),
            "date": None if next_ else day,
            "next": next_,
            "waiting": waiting,
            "done": done,
            "closed": form.get("closed", self._unix) if done else None,
        }

    def _require_only_open(self, action: Row, id: str) -> None:
        other = self.open_action(action["cid"])
        if not action["done"] and other is not None and other["id"] != id:
            raise Refused(107)

    # -- notes and deals ---------------------------------------------------------------------------

    def create_note(self, form: Mapping[str, Any]) -> Row:
        """Create a note or deal; its id is put in later."""
        self.require_not_frozen()
        if form.get("type") == "deal":
            self.require_room()
        self._contact(form["cid"])
        note = {
            "cid": form["cid"],
            "body": shown(form["body"]),
            "date": form["date"],
            "type": form.get("type", "note"),
        }
        if note["type"] == "deal":
            note["deal"] = self._read_deal(form, None)
        return note

    def add_note(self, id: str, note: Row) -> None:
        """Keep a note under its id."""
        self.notes[id] = {"id": id, **note}

    def update_note(self, id: str, form: Mapping[str, Any]) -> None:
        """Replace a note."""
        self.require_not_frozen()
        note = self._note(id)
        if form.get("type", note["type"]) != note["type"]:
            raise Refused(108)
        note |= {"body": shown(form["body"]), "date": form["date"]}
        if note["type"] == "deal":
            note["deal"] = self._read_deal(form, note["deal"]["closed"])

    def delete_note(self, id: str) -> None:
        """Delete a note."""
        self.require_not_frozen()
        self._note(id)
        del self.notes[id]

    def _read_deal(self, form: Mapping[str, Any], closed: str | None) -> Row:
        status = form.get("status", "pending")
        is_pending = status == "pending"
        return {
            "amount": float(form.get("amount", 0)),
            "status": status,
            "closed": None if is_pending else closed or to_text(self.now.date()),
            "deal_stage": form.get("deal_stage")
            if is_pending and self.pipeline == "full"
            else None,
            "exp_close": form.get("exp_close") if is_pending and self.pipeline != "off" else None,
        }

    # -- tags --------------------------------------------------------------------------------------

    def create_tag(self, name: str) -> None:
        """Create a tag."""
        self.require_not_frozen()
        self._require_unused(name)
        self.tags.append(name)

    def rename_tag(self, old: str, new: str) -> None:
        """Rename a tag; contacts keep it."""
        self.require_not_frozen()
        self._tag(old)
        if new == old:
            return
        self._require_unused(new)
        self.tags = [new if tag == old else tag for tag in self.tags]
        for contact in self.contacts.values():
            contact["tags"] = [new if tag == old else tag for tag in contact["tags"]]

    def delete_tag(self, name: str) -> None:
        """Delete a tag; contacts lose it."""
        self.require_not_frozen()
        self._tag(name)
        self.tags.remove(name)
        for contact in self.contacts.values():
            contact["tags"] = [tag for tag in contact["tags"] if tag != name]

    def assign_tag(self, id: str, name: str) -> None:
        """Give a contact a tag."""
        self.require_not_frozen()
        contact = self._contact(id)
        if name == VIP:
            contact["vip"] = True
        else:
            self._know([name])
            contact["tags"] = [*dict.fromkeys([*contact["tags"], name])]
        contact["edited"] = self._unix

    def unassign_tag(self, id: str, name: str) -> None:
        """Take a tag from a contact."""
        self.require_not_frozen()
        contact = self._contact(id)
        if name == VIP:
            contact["vip"] = False
        else:
            self._tag(name)
            contact["tags"] = [tag for tag in contact["tags"] if tag != name]
        contact["edited"] = self._unix

    def remove_unused_tags(self) -> int:
        """Remove the tags that no contact has; return how many."""
        self.require_not_frozen()
        unused = [tag for tag in self.tags if not self.tagged(tag)]
        self.tags = [tag for tag in self.tags if tag not in unused]
        return len(unused)

    def tagged(self, name: str) -> list[Row]:
        """Return the contacts that have a tag."""
        return [contact for contact in self.contacts.values() if name in contact["tags"]]

    def _know(self, tags: Iterable[str]) -> None:
        self.tags = [*dict.fromkeys([*self.tags, *tags])]

    def _tag(self, name: str) -> None:
        if name not in self.tags:
            raise Refused(106)

    def _require_unused(self, name: str) -> None:
        if name == VIP or name in self.tags:
            raise Refused(107)

    # -- settings ----------------------------------------------------------------------------------

    def update_user(self, form: Mapping[str, Any], others: Iterable[str]) -> Row:
        """Replace the user's settings; a password that is empty keeps the old one."""
        password, again = (form.get(name) or None for name in ("password", "confirm_password"))
        if password != again:
            raise Refused(108)
        if form["email"] in {*others}:
            raise Refused(107)
        self.user = {name: shown(form.get(name)) for name in self.user}
        self.password = password or self.password
        return self.user

    # -- limits ------------------------------------------------------------------------------------

    @property
    def notifications(self) -> set[str]:
        """The limits that are reached."""
        found: set[str] = set()
        contacts, deals = self.limits["contacts"], self.limits["deals"]
        if contacts is not None and len(self.contacts) >= contacts:
            is_over = len(self.contacts) > contacts
            found.add("too_many_contacts" if is_over else "contacts_list_full")
        if deals is not None and len(self.deals()) >= deals:
            found.add("deals_limit_reached")
        return found

    def require_not_frozen(self) -> None:
        """Refuse what edits contacts and theirs, where there are too many."""
        if "too_many_contacts" in self.notifications:
            raise Refused(201)

    def require_room(self) -> None:
        """Refuse further contacts and deals where a limit is reached."""
        codes = {"contacts_list_full": 201, "deals_limit_reached": 202}
        reached = [code for name, code in codes.items() if name in self.notifications]
        if reached:
            raise Refused(*reached)

    # -- what replies show -------------------------------------------------------------------------

    @property
    def _unix(self) -> int:
        return int(self.now.timestamp())

    def of(self, records: Mapping[str, Row], cid: str) -> list[Row]:
        """Return the records of a contact, the oldest first."""
        return [record for record in records.values() if record["cid"] == cid]

    def deals(self, status: str = "", cid: str = "") -> list[Row]:
        """Return deals."""
        return [
            note
            for note in self.notes.values()
            if note["type"] == "deal"
            and (not status or note["deal"]["status"] == status)
            and (not cid or note["cid"] == cid)
        ]

    def row(self, contact: Row) -> Row:
        """Return a contact as lists show it."""
        action = self.open_action(contact["id"])
        return {
            **{name: contact[name] for name in _LISTED},
            "tags": sorted(contact["tags"]),
            "pendingdeal": bool(self.deals("pending", contact["id"])),
            "nextaction": {}
            if action is None
            else {"text": action["name"], "next": action["next"], "date": action["date"]},
        }

    def detail(self, contact: Row) -> Row:
        """Return a contact as its details show it."""
        id = contact["id"]
        return {
            **self.row(contact),
            **{name: contact[name] for name in (*STRINGS.values(), *LABELED)},
            "nextaction": self.open_action(id) or {},
            "linked_company": None,
            "company_phones": [],
            "actions": self.closed_actions(id)[:2],
            "notes": by_id(self.of(self.notes, id)[-3:]),
        }

    def selected(self, query: Mapping[str, Any]) -> list[Row]:
        """Return the contacts that the parameters of a list choose."""
        filter_id, system, tag = (query.get(n) for n in ("filter_id", "system_tag", "tag"))
        wants_waiting = query.get("waiting") == 1
        rows = [*self.contacts.values()]
        if filter_id:
            if filter_id not in self.filters:
                raise Refused(106)
            rows = [row for row in rows if self._passes(row, self.filters[filter_id])]
        else:
            rows = [row for row in rows if self.mode in ("all", row["status"])]
            if system == "waiting":
                wants_waiting = True
            if system in (*RECENT, "pending_deals", "waiting", "vip"):
                rows = [row for row in rows if self.has_system_tag(row, system)]
            elif tag:
                rows = [row for row in rows if (row["vip"] if tag == VIP else tag in row["tags"])]
        phrase = str(query.get("search") or "").casefold()
        return [
            row
            for row in rows
            if self._waits(row) is wants_waiting
            and any(
                phrase in str(row[name] or "").casefold()
                for name in ("firstname", "lastname", "company")
            )
        ]

    def has_system_tag(self, contact: Row, name: str) -> bool:
        """Return whether a contact has a system tag."""
        if name in RECENT:
            time = contact[RECENT[name]]
            return time is not None and self._unix - time < _WEEK
        if name == "pending_deals":
            return bool(self.deals("pending", contact["id"]))
        return self._waits(contact) if name == "waiting" else bool(contact["vip"])

    def _waits(self, contact: Row) -> bool:
        action = self.open_action(contact["id"])
        return action is not None and bool(action["waiting"])

    def _passes(self, contact: Row, filter_: Row) -> bool:
        address = filter_["address"]
        parts = {
            "country_code": ("country",),
            "city_state": ("city", "state"),
            "zip_code": ("zip",),
        }
        statuses = {deal["deal"]["status"] for deal in self.deals(cid=contact["id"])}
        return (
            (not filter_["contacts"] or contact["status"] in filter_["contacts"])
            and (not filter_["tags"] or bool({*filter_["tags"]} & {*contact["tags"]}))
            and (not filter_["deals"] or bool({*filter_["deals"]} & statuses))
            and (
                not address
                or any(
                    str(contact[name] or "").casefold() == address["value"].casefold()
                    for name in parts[address["type"]]
                )
            )
        )

    def tag_rows(self) -> dict[str, int]:
        """Return how many contacts have each tag."""
        return {tag: len(self.tagged(tag)) for tag in self.tags}

    def side(self) -> Row:
        """Return the side elements, with counts by name."""
        contacts = [*self.contacts.values()]
        system = {
            name: sum(self.has_system_tag(contact, name) for contact in contacts)
            for name in (*RECENT, "pending_deals", "waiting", "vip")
        }
        statuses = {status: sum(c["status"] == status for c in contacts) for status in STATUSES}
        return {
            "tags": {"system": system, "custom": self.tag_rows()},
            "statuses": {**statuses, "all": len(contacts)},
            "sales": self.side_sales(),
        }

    def side_sales(self) -> Row:
        """Return the side element `sales`."""
        year, month = self._next(self._period(0))
        return {
            "target": self.target,
            "period": self.period,
            "won": self._won(0),
            "pending": self._sum(self.deals("pending")),
            "expires": int(datetime(year, month, 1, tzinfo=UTC).timestamp()),
        }

    def sales(self) -> Row:
        """Return the summary of sales; lists of deals are sorted by id."""
        today = self.now.date()
        return {
            "breakdown": {
                f"{days}days": {
                    status: self._sum(
                        deal
                        for deal in self.deals(status)
                        if (today - to_date(deal["deal"]["closed"])).days < days
                    )
                    for status in ("won", "lost")
                }
                for days in (30, 60, 90)
            },
            "pending": by_id(self._with_contact(deal) for deal in self.deals("pending")),
            "target": {
                "type": {"month": "monthly", "quarter": "quarterly"}[self.period],
                "amount": self.target,
            },
            "pipeline_mode": self.pipeline,
            "hitting_history": [
                {"target": self.target, "actual": self._won(count)} for count in (3, 2, 1, 0)
            ],
        }

    def closed_deals(self) -> list[Row]:
        """Return the deals that are won or lost, sorted by id."""
        return by_id(map(self._with_contact, [*self.deals("won"), *self.deals("lost")]))

    def _with_contact(self, deal: Row) -> Row:
        contact = self.contacts[deal["cid"]]
        names = ("firstname", "lastname", "company")
        return {**deal, "contact": {name: contact[name] for name in names}}

    def _sum(self, deals: Iterable[Row]) -> float:
        return round(sum(float(deal["deal"]["amount"]) for deal in deals), 6)

    def _won(self, before: int) -> float:
        """Return what was won in a period, so many before the present one."""
        start = self._period(before)
        won = [(to_date(deal["deal"]["closed"]), deal) for deal in self.deals("won")]
        return self._sum(
            deal for day, deal in won if start <= (day.year, day.month) < self._next(start)
        )

    def _period(self, before: int) -> tuple[int, int]:
        """Return year and month in which a period begins."""
        length = {"month": 1, "quarter": 3}[self.period]
        month = self.now.month - 1
        months = self.now.year * 12 + month - month % length - before * length
        return months // 12, months % 12 + 1

    def _next(self, start: tuple[int, int]) -> tuple[int, int]:
        months = start[0] * 12 + start[1] - 1 + {"month": 1, "quarter": 3}[self.period]
        return months // 12, months % 12 + 1

    def _contact(self, id: str) -> Row:
        return _found(self.contacts, id)

    def _action(self, id: str) -> Row:
        return _found(self.actions, id)

    def _note(self, id: str) -> Row:
        return _found(self.notes, id)


def _found(records: Mapping[str, Row], id: str) -> Row:
    if id not in records:
        raise Refused(106)
    return records[id]


def by_id(rows: Iterable[Row]) -> list[Row]:
    """Return rows in the order of their ids."""
    return sorted(rows, key=lambda row: str(row["id"]))
