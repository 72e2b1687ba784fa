"""Relenta as the engine sees it, and the conversations held with it.

Its API reads no single record, deletes nothing and counts nothing. So what a save has done is seen
in the lists, whose order is unspecified.
"""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.core.errors import ConfigError
from crmkit.relenta.login import address
from crmkit.relenta.vendor import RelentaVendor

from .conversation import Conversation, Talk
from .crm import CRM, ContractError, Probe, environment
from .exchange import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .conversation import Step
    from .exchange import Sender
    from .http import HTTPRequest

__all__ = ["Relenta", "RelentaReply"]

_CONTACTS, _ACTIVITIES, _FIELDS = (
    "/contact.list.json",
    "/activity.list.json",
    "/custom_field.list.json",
)
_SAVE, _CREATE, _SAVE_ACTIVITY = "/contact.save.json", "/contact.create.json", "/activity.save.json"
#: Members that only some rows have.
_OPTIONAL = frozenset({"groups", "tags", "choices"})
_UNKNOWN_ID = 2_147_483_646
_ID = re.compile(r"\b\d{6,}\b")


class RelentaReply(Reply):
    """A reply in Relenta's envelope, which may say that a request failed whatever the status."""

    @property
    def succeeded(self) -> bool:
        """Whether both the status and the envelope say that the request worked."""
        envelope = self.tree if isinstance(self.tree, dict) else {}
        return super().succeeded and envelope.get("status") is not False

    @property
    def outcome(self) -> str:
        """The status, and the envelope's code where it is another."""
        code = self.tree.get("code", self.status) if isinstance(self.tree, dict) else self.status
        return str(self.status) if code == self.status else f"{self.status} (code {code})"


class Relenta(CRM):
    """Relenta API v3."""

    name: ClassVar[str] = "relenta"
    document_name: ClassVar[str] = "relenta"
    client: ClassVar[str] = "Relenta"
    rate: ClassVar[float | None] = 4.0  # the vendor names no limit: a courtesy
    id_path: ClassVar[str] = "data.id"
    deletes: ClassVar[bool] = False
    reply: ClassVar[type[Reply]] = RelentaReply

    def base_url(self, given: str | None) -> str:
        """Return the address of the API: the one given, or that of RELENTA_ACCOUNT.

        Raises:
            ConfigError: There is none.
        """
        return address(None, given).rstrip("/")

    def authenticator(self, prefix: str, base_url: str) -> Callable[[HTTPRequest], None]:
        """Return what puts the key of PREFIX_DEPARTMENT_KEY on a request.

        Raises:
            ConfigError: It is not set.
        """
        key = environment(prefix, "DEPARTMENT_KEY")
        if key is None:
            raise ConfigError(f"{prefix}_DEPARTMENT_KEY is not set")
        return RelentaVendor(key).authenticate

    def mock_authenticators(
        self,
        mock: Any,
        base_url: str,
    ) -> Mapping[str, Callable[[HTTPRequest], None]]:
        """Return the keys of the mock's two departments; the second is called "other"."""
        keys = mock.departments
        return {
            "": RelentaVendor(mock.credentials["department_key"]).authenticate,
            "other": RelentaVendor(keys["laboratory"]["department_key"]).authenticate,
        }

    def probe(self, server: Sender) -> Probe:
        """Ask for the custom fields, the cheapest call.

        Raises:
            ContractError: It is no Relenta, or it refuses the key.
        """
        reply = server.send(Request("GET", _FIELDS))
        if reply.is_denied:
            raise ContractError(
                f"{server.base_url} refuses the key ({reply.outcome}): is "
                f"{self.prefix}_DEPARTMENT_KEY right?"
            )
        data = reply.tree.get("data") if isinstance(reply.tree, dict) else None
        if not reply.succeeded or not isinstance(data, list):
            raise ContractError(
                f"{server.base_url} is no Relenta: {_FIELDS} answered {reply.status} "
                f"{reply.media_type or 'without a body'}"
            )
        return Probe(version="API v3", notes=(f"the department has {len(data)} custom fields",))

    def conversations(self, probe: Probe) -> Iterable[Conversation]:
        """Return the conversations."""
        return _conversations()

    def ids_in(self, text: str) -> Iterable[tuple[str, str, Any]]:
        """Yield the ids within a message, which come as a number from a save, else as digits."""
        for id in _ID.findall(text):
            yield id, "", int(id)
            yield id, "", id

    @cached_property
    def _members(self) -> frozenset[str]:
        schemas = self.document().tree["components"]["schemas"]
        names = {
            name
            for kind in ("Contact", "Activity", "CustomField")
            for name in schemas[kind]["properties"]
        }
        return frozenset(names - _OPTIONAL)

    def is_ignored(self, place: str) -> bool:
        """Return whether it is the value of a custom field, or of what only some rows have."""
        member = re.fullmatch(r"data\.([^.]+)", place)
        return member is not None and member[1] not in self._members


# -- the conversations -----------------------------------------------------------------------------


def _conversations() -> Iterable[Conversation]:
    """Yield the conversations, those that settle the most consequential assumptions first."""
    for name, path in (("contacts", _CONTACTS), ("activities", _ACTIVITIES)):
        yield Conversation(f"{name}.pages", _pages(path), writes=False)
    yield Conversation("custom_fields.list", _custom_fields, writes=False)
    yield Conversation("refused.no_key", _no_key, writes=False)
    yield Conversation("refused.paths", _paths, writes=False)
    yield Conversation("contacts.save", _save_contact)
    yield Conversation("contacts.create", _create_contact)
    yield Conversation("contacts.values", _contact_values)
    yield Conversation("contacts.refused", _refused_contacts)
    yield Conversation("activities.save", _save_activity)
    yield Conversation("activities.refused", _refused_activities)
    for name, path in (("contacts", _CONTACTS), ("activities", _ACTIVITIES)):
        yield Conversation(f"{name}.wrong_pages", _wrong_pages(path), writes=False)
    yield Conversation("departments.apart", _departments, users=("other",))


def _rows(tree: Any) -> list[Any]:
    rows: list[Any] = tree["data"]
    return rows


def _pages(path: str) -> Callable[[Talk], None]:
    def hold(talk: Talk) -> None:
        whole = talk.get(path, {"page": 1, "page_size": 500})
        talk.expect(whole, "a page of 500 has 500 rows at most", lambda t: len(_rows(t)) <= 500)
        talk.expect(
            whole,
            "ids are digits in strings, each once",
            lambda t: len({row["id"] for row in _rows(t)}) == len(_rows(t)),
        )
        talk.get(path)
        first = talk.get(path, {"page": 1, "page_size": 1})
        talk.expect(first, "a page of 1 has 1 row at most", lambda t: len(_rows(t)) <= 1)
        talk.get(path, {"page": 2, "page_size": 1})
        last = talk.get(path, {"page": 1_000_000, "page_size": 500})
        talk.expect(last, "a page after the last is an empty list", lambda t: _rows(t) == [])

    return hold


def _wrong_pages(path: str) -> Callable[[Talk], None]:
    def hold(talk: Talk) -> None:
        for page in (0, -1, "x", "", 1.5):
            talk.get(path, {"page": page, "page_size": 10})
        for size in (0, -1, "x", "", 501, 1000):
            talk.get(path, {"page": 1, "page_size": size})
        talk.get(path, [("page", 1), ("page", 2), ("page_size", 1)])
        talk.get(path, {"no_such_parameter": "x", "page_size": 1})

    return hold


def _custom_fields(talk: Talk) -> None:
    talk.get(_FIELDS)
    talk.get(_FIELDS, {"page": 1})


def _no_key(talk: Talk) -> None:
    for path in (_CONTACTS, _ACTIVITIES, _FIELDS):
        talk.get(path, user="nobody")


def _paths(talk: Talk) -> None:
    for path in ("/contact.list", "/contact.list.xml", "/contact.nope.json", "/nope.list.json"):
        talk.get(path)
    talk.get(_SAVE)
    talk.request("OPTIONS", _CONTACTS)


def _find(talk: Talk, path: str, member: str, name: str) -> tuple[Step, Callable[..., bool]]:
    """List the first 500 rows; return the step, and what tests the row of a name.

    Where there are 500 of them the row may stand on a later page: then every test is passed.
    """
    step = talk.get(path, {"page": 1, "page_size": 500}, shared=True)

    def has(tree: Any, **values: Any) -> bool:
        rows = _rows(tree)
        found = [row for row in rows if row[member] == name]
        if not found and len(rows) == 500:
            return True
        return len(found) == 1 and all(found[0].get(key) == value for key, value in values.items())

    return step, has


def _save_contact(talk: Talk) -> None:
    name = talk.unique("Ada Lovelace")
    body = {"full_name": name, "emails": "ada@example.com", "title": "Countess", "company": "A"}
    saved = talk.post(_SAVE, body)
    step, has = _find(talk, _CONTACTS, "full_name", name)
    talk.expect(step, "the list shows a new contact once", has)
    talk.expect(
        step,
        "the list shows what was saved",
        lambda t: has(t, emails="ada@example.com", title="Countess", company="A"),
    )
    changed = talk.post(_SAVE, {"id": saved.id, "title": "Analyst"}, keeps=True)
    talk.expect(changed, "saving with an id answers an id", lambda t: bool(t["data"]["id"]))
    step, has = _find(talk, _CONTACTS, "full_name", name)
    talk.expect(step, "saving with an id updates the contact", lambda t: has(t, title="Analyst"))
    talk.expect(
        step,
        "members that are not sent keep their values",
        lambda t: has(t, emails="ada@example.com", company="A"),
    )
    talk.post(_SAVE, {"id": saved.id, "title": None, "company": ""}, keeps=True)
    step, has = _find(talk, _CONTACTS, "full_name", name)
    talk.expect(
        step,
        "null and an empty string clear a value",
        lambda t: (
            (has(t, title=None) or has(t, title=""))
            and (has(t, company=None) or has(t, company=""))
        ),
    )


def _create_contact(talk: Talk) -> None:
    name = talk.unique("Charles")
    first = talk.post(_CREATE, {"full_name": name})
    second = talk.unique("Babbage")
    talk.post(_CREATE, {"id": first.id, "full_name": second})
    step, has = _find(talk, _CONTACTS, "full_name", name)
    talk.expect(step, "contact.create ignores an id and updates nothing", has)
    step, has = _find(talk, _CONTACTS, "full_name", second)
    talk.expect(step, "contact.create with an id makes a new contact", has)


def _contact_values(talk: Talk) -> None:
    name = talk.unique("Grace Hopper")
    sent = {
        "phone": "555 0100 (Cell);555 0101",
        "url": "example.com (work)",
        "comment": "two\nlines; and a semicolon",
        "address": "(Office)\n1 Main Street\r\nArlington",
        "do_not_mass_email": True,
        "dt_created": "2000-01-01T00:00:00Z",
    }
    # As the page's own sample sends it, too.
    talk.request(
        "POST",
        _SAVE,
        json={"full_name": name, **sent, "tags": talk.unique("tag")},
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    step, has = _find(talk, _CONTACTS, "full_name", name)
    del sent["dt_created"]
    for member, value in sent.items():
        read = partial(has, **{member: value})
        talk.expect(step, f"{member} is read back as it was saved", read)
    talk.expect(
        step,
        "dt_created is the server's own",
        lambda t: not has(t, dt_created="2000-01-01T00:00:00Z") or len(_rows(t)) == 500,
    )
    talk.expect(step, "unknown tags are created", lambda t: has(t, tags=talk.unique("tag")))


def _refused_contacts(talk: Talk) -> None:
    talk.post(_SAVE, {"id": _UNKNOWN_ID, "title": talk.unique()}, keeps=True)
    wrong: tuple[Any, ...] = ("x", -1, 1.5, True, [], {})
    for id in wrong:
        talk.post(_SAVE, {"id": id, "full_name": talk.unique("id")}, keeps=True)
    bodies: tuple[Any, ...] = ([], "x", 1, None)
    for body in bodies:
        talk.post(_SAVE, body, keeps=True)
    talk.request("POST", _SAVE, content=b"{", headers={"Content-Type": "application/json"})
    talk.request("POST", _SAVE, content=b"", headers={"Content-Type": "application/json"})
    talk.post(_SAVE, {"full_name": talk.unique("member"), "no_such_member": "x"})
    talk.post(_SAVE, {"full_name": ["x"]}, keeps=True)
    talk.post(_SAVE, {"full_name": talk.unique("mail"), "emails": "no address"})
    talk.post(_SAVE, {"full_name": talk.unique("flag"), "do_not_mass_email": "maybe"})


def _save_activity(talk: Talk) -> None:
    subject = talk.unique("Lunch")
    body = {
        "activity_type": "default",
        "label": "Lunch",
        "dt_start": "2030-01-21T19:00:00Z",
        "dt_end": "2030-01-21T20:00:00Z",
        "subject": subject,
        "body": "one",
    }
    saved = talk.post(_SAVE_ACTIVITY, body)
    step, has = _find(talk, _ACTIVITIES, "subject", subject)
    talk.expect(step, "the list shows a new activity once", has)
    talk.expect(
        step,
        "the list shows what was saved",
        lambda t: has(t, body="one", dt_start=body["dt_start"], dt_end=body["dt_end"]),
    )
    talk.post(_SAVE_ACTIVITY, {"id": saved.id, "body": "two"}, keeps=True)
    step, has = _find(talk, _ACTIVITIES, "subject", subject)
    talk.expect(step, "saving with an id updates the activity", lambda t: has(t, body="two"))
    talk.expect(
        step,
        "members that are not sent keep their values",
        lambda t: has(t, label="Lunch", dt_start=body["dt_start"]),
    )


def _refused_activities(talk: Talk) -> None:
    talk.post(_SAVE_ACTIVITY, {"id": _UNKNOWN_ID, "subject": talk.unique()}, keeps=True)
    talk.post(_SAVE_ACTIVITY, {"subject": talk.unique("time"), "dt_start": "tomorrow"})
    talk.post(_SAVE_ACTIVITY, {"subject": talk.unique("member"), "no_such_member": "x"})
    talk.post(_SAVE_ACTIVITY, [], keeps=True)


def _departments(talk: Talk) -> None:
    name = talk.unique("Alan")
    saved = talk.post(_SAVE, {"full_name": name})
    listed = talk.get(_CONTACTS, {"page": 1, "page_size": 500}, user="other", shared=True)
    talk.expect(
        listed,
        "departments do not see each other's contacts",
        lambda t: all(row["full_name"] != name for row in _rows(t)),
    )
    talk.post(_SAVE, {"id": saved.id, "title": "x"}, user="other", keeps=True)
