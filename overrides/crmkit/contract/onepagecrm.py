"""OnePageCRM as the engine sees it, and the conversations held with it."""

from __future__ import annotations

import json
import re
import time
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from crmkit.core.errors import ConfigError
from crmkit.onepagecrm.signature import key_bytes, sign

from .conversation import Conversation, Talk
from .crm import CRM, ContractError, Probe, environment
from .document import Document, load_document
from .exchange import NO_BODY, Reply, Request
from .xml_reader import XMLReader
from .yaml_reader import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .conversation import Step
    from .exchange import Sender
    from .http import HTTPRequest
    from .names import Bound

__all__ = ["EnvelopeReply", "OnePageCRM"]

_BASE_URL = "https://app.onepagecrm.com/api"
_ID = re.compile(r"[0-9a-f]{24}")
#: Counts and sales of the whole account, which stand beside `data` in replies to writes.
_SHARED = re.compile(r"(?:tags|statuses|sales|notifications)(?:\..*)?")
_UNKNOWN = "0" * 24
_EXPIRED = 101
_SETTINGS = (
    "user", "system", "subscription", "timezone_list", "currency_list",
)  # fmt: skip


@cache
def _document() -> Document:
    return Document(load_document("onepagecrm"))


class EnvelopeReply(Reply):
    """A reply in OnePageCRM's envelope, whose own status says whether a request worked."""

    @cached_property
    def tree(self) -> Any:
        """The body as a tree, from JSON, XML or YAML; None if it is not written as documented."""
        ending = self.media_type.rpartition("/")[2]
        try:
            if ending == "xml":
                path = "/" + urlsplit(self.url).path.rpartition("/api/")[2]
                schema = _document().reply_schema(self.method, path, self.status)
                return XMLReader(_document()).read(self.content, schema)
            if ending == "yaml":
                return read_yaml(self.content)
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def code(self) -> int:
        """The envelope's status; 0 for a success, and where there is none."""
        code = self.tree.get("status", 0) if isinstance(self.tree, dict) else 0
        return code if isinstance(code, int) else -1

    @property
    def succeeded(self) -> bool:
        """Whether both statuses say that the request worked."""
        return super().succeeded and self.code == 0

    @property
    def is_gone(self) -> bool:
        """Whether there is no such record."""
        return super().is_gone or self.code == 106

    @property
    def is_denied(self) -> bool:
        """Whether it refuses the user, or the account is blocked."""
        return super().is_denied or 101 <= self.code <= 105

    @property
    def outcome(self) -> str:
        """Both statuses, where the envelope's is not 0."""
        return f"{self.status} (status {self.code})" if self.code else str(self.status)


class Signer:
    """Signs requests of a user.

    Args:
        uid: Id of the user.
        key: The bytes of the user's key.

    Attributes:
        offset: Seconds by which the server's clock is ahead of this machine's.
    """

    def __init__(self, uid: str, key: bytes) -> None:
        self._uid = uid
        self._key = key
        self.offset = 0

    def __call__(self, request: HTTPRequest) -> None:
        """Put the signature on a request."""
        sign(request, self._uid, self._key, int(time.time()) + self.offset)


class OnePageCRM(CRM):
    """OnePageCRM API 1.2."""

    name: ClassVar[str] = "onepagecrm"
    document_name: ClassVar[str] = "onepagecrm"
    client: ClassVar[str] = "OnePageCRM"
    rate: ClassVar[float | None] = 4.0  # the vendor names no limit: a courtesy
    id_path: ClassVar[str] = "data.id"
    restores: ClassVar[frozenset[str]] = frozenset(
        {"contacts_undo_delete", "contacts_undo_delete_post"}
    )
    reply: ClassVar[type[Reply]] = EnvelopeReply

    def base_url(self, given: str | None) -> str:
        """Return the address of the API: the vendor's own if nothing else is said."""
        return (given or environment(self.prefix, "BASE_URL") or _BASE_URL).rstrip("/")

    def authenticator(self, prefix: str, base_url: str) -> Callable[[HTTPRequest], None]:
        """Return what signs a request with PREFIX_UID and PREFIX_KEY.

        Raises:
            ConfigError: One of them is not set, or the key is none.
        """
        uid, key = environment(prefix, "UID"), environment(prefix, "KEY")
        if uid is None or key is None:
            raise ConfigError(f"{prefix}_UID and {prefix}_KEY are not both set")
        try:
            return Signer(uid, key_bytes(key))
        except ValueError:
            raise ConfigError(f"{prefix}_KEY must be the Base64 that the login gives") from None

    def mock_authenticators(
        self,
        mock: Any,
        base_url: str,
    ) -> Mapping[str, Callable[[HTTPRequest], None]]:
        """Return what signs for the users of the mock's accounts; the second is called "other"."""
        accounts = mock.accounts
        return {
            name: Signer(accounts[account]["uid"], key_bytes(accounts[account]["key"]))
            for name, account in {"": "samples", "other": "solar"}.items()
        }

    def heard(self, reply: Reply, users: Mapping[str, object]) -> None:
        """Set the clock of the signatures by that of the server, which each reply shows."""
        timestamp = reply.tree.get("timestamp") if isinstance(reply.tree, dict) else None
        if not isinstance(timestamp, int):
            return
        for user in users.values():
            if isinstance(user, Signer):
                user.offset = timestamp - int(time.time())

    def probe(self, server: Sender) -> Probe:
        """Ask for the user's settings.

        Raises:
            ContractError: It is no OnePageCRM, or it refuses the signature.
        """
        asked = Request("GET", "/settings/user.json")
        reply = server.send(asked)
        if isinstance(reply, EnvelopeReply) and reply.code == _EXPIRED:
            reply = server.send(asked)  # by the server's clock, as `heard` has set it
        if reply.is_denied:
            raise ContractError(
                f"{server.base_url} refuses the signature ({reply.outcome}): are "
                f"{self.prefix}_UID and {self.prefix}_KEY right?"
            )
        data = reply.tree.get("data") if isinstance(reply.tree, dict) else None
        if not reply.succeeded or not isinstance(data, dict):
            raise ContractError(
                f"{server.base_url} is no OnePageCRM: /settings/user.json answered {reply.outcome} "
                f"{reply.media_type or 'without a body'}"
            )
        version = server.send(Request("GET", "/misc/api_version.json")).tree
        data = version.get("data") if isinstance(version, dict) else None
        number = data.get("version") if isinstance(data, dict) else None
        return Probe(version=f"API {number}" if number else "")

    def conversations(self, probe: Probe) -> Iterable[Conversation]:
        """Return the conversations."""
        return _conversations()

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of a request, whose body is a form."""
        has_body = request.json is not NO_BODY
        form = {"Content-Type": "application/x-www-form-urlencoded"} if has_body else {}
        return {"Accept": "application/json", **form, **request.headers}

    def encode(self, tree: Any) -> bytes:
        """Return a body: members as a form, booleans as 1 and 0, None as nothing."""
        values = {name: int(v) if isinstance(v, bool) else v for name, v in tree.items()}
        return urlencode({name: "" if v is None else v for name, v in values.items()}).encode()

    def id_space(self, place: str, value: Any, parent: Any) -> str | None:
        """Return a space for ids, which are 24 hexadecimal digits whatever they are of."""
        return "" if isinstance(value, str) and _ID.fullmatch(value) else None

    def ids_in(self, text: str) -> Iterable[tuple[str, str, Any]]:
        """Yield the ids within a str."""
        return [(match[0], "", match[0]) for match in _ID.finditer(text)]

    def is_ignored(self, place: str) -> bool:
        """Return whether it is the time of the reply."""
        return place == "timestamp"

    def is_shared(self, place: str) -> bool:
        """Return whether it counts the whole account."""
        return _SHARED.fullmatch(place) is not None

    def undo(self, request: Request, reply: Reply, id: Any) -> Request | None:
        """Return the deletion of a contact, an action, a note or a tag."""
        resource, _, ending = request.path.removeprefix("/").partition(".")
        if resource == "tags" and request.json is not NO_BODY:
            return Request("DELETE", _tag(request.json["name"]), user=request.user)
        if resource not in {"contacts", "actions", "notes"} or id is None:
            return None
        return Request("DELETE", f"/{resource}/{id}.{ending}", user=request.user)


# -- the conversations -----------------------------------------------------------------------------


def _conversations() -> Iterable[Conversation]:
    """Yield the conversations, those that settle the most consequential assumptions first."""
    yield Conversation("refused.unknown", _unknown, writes=False)
    yield Conversation("contacts.lists", _contact_lists, writes=False)
    yield Conversation("contacts.read", _contact_read, writes=False)
    yield Conversation("tags.lists", _tag_lists, writes=False)
    yield Conversation("filters.lists", _filter_lists, writes=False)
    yield Conversation("settings.read", _settings, writes=False)
    yield Conversation("sales.read", _sales, writes=False)
    yield Conversation("contacts.records", _contacts)
    yield Conversation("contacts.replaced", _replaced)
    yield Conversation("contacts.refused", _refused_contacts)
    yield Conversation("actions.records", _actions)
    yield Conversation("notes.records", _notes)
    yield Conversation("deals.records", _deals)
    yield Conversation("tags.records", _tags)
    yield Conversation("accounts.apart", _accounts, users=("other",))
    yield Conversation("refused.no_signature", _unsigned, writes=False)
    yield Conversation("formats.read", _formats, writes=False)


def _tag(name: str) -> str:
    return f"/tags/{quote(name, safe='')}.json"


def _unknown(talk: Talk) -> None:
    for resource in ("contacts", "actions", "notes", "filters"):
        talk.get(f"/{resource}/{_UNKNOWN}.json")
    talk.get("/contacts/x.json")
    talk.get(_tag(f"{talk.marker} none"))
    for resource in ("actions", "notes"):
        talk.get(f"/{resource}.json")
        talk.get(f"/{resource}.json", {"cid": _UNKNOWN})
    talk.get("/nope.json")


def _contact_lists(talk: Talk) -> None:
    first = talk.get("/contacts.json")
    talk.expect(
        first,
        "the first page is 1, and the default",
        lambda t: t["data"]["page"] == 1,
    )
    talk.get("/contacts.json", {"page": 1})
    last = talk.get("/contacts.json", {"page": 1_000_000})
    talk.expect(
        last, "a page after the last has no contacts", lambda t: t["data"]["contacts"] == []
    )
    for page in (0, -1, "x", ""):
        talk.get("/contacts.json", {"page": page})
    none = talk.get("/contacts.json", {"search": talk.unique("nobody")})
    talk.expect(none, "a search that finds nothing counts 0", lambda t: t["data"]["count"] == 0)
    for query in (
        {"system_tag": "recently_added"},
        {"system_tag": "vip"},
        {"system_tag": "no_such_tag"},
        {"tag": "VIP"},
        {"tag": f"{talk.marker} none"},
        {"waiting": 1},
        {"waiting": 0},
        {"filter_id": _UNKNOWN},
        {"no_such_parameter": "x"},
    ):
        talk.get("/contacts.json", query)


def _contact_read(talk: Talk) -> None:
    contact = talk.get("/contacts.json").bind("data.contacts.0.id")
    if talk.knows(contact):
        talk.get(f"/contacts/{contact}.json")
        talk.get("/actions.json", {"cid": contact})
        talk.get("/notes.json", {"cid": contact})


def _tag_lists(talk: Talk) -> None:
    talk.get("/tags.json")


def _filter_lists(talk: Talk) -> None:
    custom = talk.get("/filters.json").bind("data.0.id")
    if talk.knows(custom):
        talk.get(f"/filters/{custom}.json")
        talk.get("/contacts.json", {"filter_id": custom})


def _settings(talk: Talk) -> None:
    for name in _SETTINGS:
        talk.get(f"/settings/{name}.json")
    talk.get("/misc/api_version.json")


def _sales(talk: Talk) -> None:
    talk.get("/sales/index.json")
    talk.get("/sales/closed_deals.json")


def _unsigned(talk: Talk) -> None:
    talk.get("/contacts.json", user="nobody")
    talk.get("/misc/api_version.json", user="nobody")
    wrong = {"login": "nobody@example.com", "password": talk.unique()}
    talk.post("/auth/login.json", wrong, user="nobody", keeps=True)


def _formats(talk: Talk) -> None:
    for ending in ("xml", "yaml"):
        talk.get(f"/misc/api_version.{ending}", any_order=True, shared=True)
    talk.get("/misc/api_version.txt")
    talk.get("/misc/api_version")
    talk.get("/misc/api_version.json", headers={"Accept": "application/xml"})


def _contact(talk: Talk, **members: Any) -> tuple[Step, Bound]:
    step = talk.post("/contacts.json", {"lastname": talk.unique(), **members})
    return step, step.id


def _contacts(talk: Talk) -> None:
    name = talk.unique("L")
    created = talk.post(
        "/contacts.json",
        {
            "firstname": "Ada",
            "lastname": name,
            "company": "Engines",
            "job_title": "Countess",
            "address": "1 Main Street",
            "city": "Galway",
            "zip_code": "1",
            "country": "IE",
            "description": "two\nlines",
            "phones": "work|+353 91 0000,mobile|+353 86 0000",
            "emails": "work|ada@example.com",
            "urls": "website|http://example.com/?a=b&c=d",
            "status": "prospect",
            "vip": True,
        },
    )
    contact = created.id
    talk.get(f"/contacts/{contact}.json")
    found = talk.get("/contacts.json", {"search": name})
    talk.expect(found, "a search finds a new contact", lambda t: t["data"]["count"] == 1)
    talk.delete(f"/contacts/{contact}.json")
    talk.get(f"/contacts/{contact}.json")
    talk.delete(f"/contacts/{contact}.json")
    talk.post("/misc/undo_contact_deletion.json")
    restored = talk.get(f"/contacts/{contact}.json")
    talk.expect(
        restored,
        "undoing a deletion restores the contact",
        lambda t: t["data"]["lastname"] == name,
    )
    talk.delete(f"/contacts/{contact}.json")


def _replaced(talk: Talk) -> None:
    name = talk.unique()
    _, contact = _contact(talk, company="Engines", phones="work|1", tags=f"{talk.marker}t")
    changed = talk.put(f"/contacts/{contact}.json", {"lastname": name})
    talk.expect(
        changed,
        "an update clears the members that it does not send",
        lambda t: t["data"]["company"] is None and t["data"]["phones"] == [],
    )
    changed = talk.put(f"/contacts/{contact}.json", {"lastname": name, "company": ""})
    talk.expect(changed, "an empty string clears a value", lambda t: t["data"]["company"] is None)
    talk.delete(f"/contacts/{contact}.json")
    talk.delete(_tag(f"{talk.marker}t"))


def _refused_contacts(talk: Talk) -> None:
    for members in (
        {},
        {"firstname": talk.unique("only")},
        {"lastname": talk.unique(), "status": "no_such_status"},
        {"lastname": talk.unique(), "phones": "no form"},
        {"lastname": talk.unique(), "emails": "no_such_type|ada@example.com"},
        {"lastname": talk.unique(), "country": "no_such_country"},
        {"lastname": talk.unique(), "vip": "maybe"},
        {"lastname": talk.unique("x" * 100)},
        {"lastname": talk.unique(), "no_such_member": "x"},
    ):
        talk.post("/contacts.json", members)
    talk.put(f"/contacts/{_UNKNOWN}.json", {"lastname": talk.unique()})
    talk.delete(f"/contacts/{_UNKNOWN}.json")


def _actions(talk: Talk) -> None:
    _, contact = _contact(talk)
    body = {"cid": contact, "name": talk.unique("call"), "date": "01.02.2030"}
    action = talk.post("/actions.json", body).id
    talk.get(f"/actions/{action}.json")
    talk.post("/actions.json", {**body, "name": talk.unique("second")})
    talk.get("/actions.json", {"cid": contact})
    talk.put(f"/actions/{action}.json", {"cid": contact, "name": body["name"], "next": True})
    talk.post("/misc/mark_action_as_done.json", {"cid": contact}, keeps=True)
    done = talk.get(f"/actions/{action}.json")
    talk.expect(done, "an action that is marked as done is done", lambda t: t["data"]["done"])
    talk.post("/misc/mark_action_as_done.json", {"cid": contact}, keeps=True)
    talk.post("/misc/undo_action_completion.json", {"cid": contact}, keeps=True)
    talk.get(f"/actions/{action}.json")
    talk.delete(f"/actions/{action}.json")
    talk.post("/misc/mark_action_as_done.json", {"cid": contact}, keeps=True)
    talk.delete(f"/actions/{action}.json")
    talk.get("/actions.json", {"cid": contact})
    talk.post("/actions.json", {"cid": contact, "name": talk.unique("no date")})
    talk.post("/actions.json", {"cid": _UNKNOWN, "name": talk.unique(), "next": True})
    talk.delete(f"/contacts/{contact}.json")


def _notes(talk: Talk) -> None:
    _, contact = _contact(talk)
    note = talk.post(
        "/notes.json", {"cid": contact, "body": talk.unique("note"), "date": "01.02.2030"}
    ).id
    talk.get(f"/notes/{note}.json")
    talk.get("/notes.json", {"cid": contact})
    talk.put(f"/notes/{note}.json", {"cid": contact, "body": talk.unique("two")})
    talk.get(f"/notes/{note}.json")
    talk.post("/notes.json", {"cid": contact, "body": talk.unique("no date")})
    talk.post("/notes.json", {"cid": contact, "date": "01.02.2030"})
    talk.post("/notes.json", {"cid": contact, "body": talk.unique(), "date": "2030-02-01"})
    talk.delete(f"/notes/{note}.json")
    talk.get(f"/notes/{note}.json")
    talk.delete(f"/contacts/{contact}.json")


def _deals(talk: Talk) -> None:
    _, contact = _contact(talk)
    body = {"cid": contact, "body": talk.unique("deal"), "date": "01.02.2030", "type": "deal"}
    created = talk.post("/notes.json", {**body, "amount": 100.5})
    deal = created.id
    talk.expect(
        created,
        "a deal is written as flat members beside the note's",
        lambda t: t["data"]["deal"]["amount"] == 100.5,
    )
    talk.expect(
        created,
        "a deal is pending by default",
        lambda t: t["data"]["deal"]["status"] == "pending",
    )
    talk.get(f"/contacts/{contact}.json")
    talk.put(f"/notes/{deal}.json", {**body, "amount": 100.5, "status": "won"})
    talk.get(f"/notes/{deal}.json")
    talk.post("/notes.json", body)
    cleared = talk.put(f"/notes/{deal}.json", body)
    talk.expect(
        cleared,
        "an update without an amount makes it 0",
        lambda t: t["data"]["deal"]["amount"] == 0,
    )
    talk.delete(f"/notes/{deal}.json")
    talk.delete(f"/contacts/{contact}.json")


def _tags(talk: Talk) -> None:
    name, other = f"{talk.marker}a", f"{talk.marker}b"
    talk.post("/tags.json", {"name": name})
    talk.get(_tag(name))
    talk.post("/tags.json", {"name": name}, keeps=True)
    _, contact = _contact(talk)
    talk.post("/misc/assign_tag.json", {"id": contact, "name": name}, keeps=True)
    talk.get("/contacts.json", {"tag": name})
    talk.put(_tag(name), {"name": other})
    renamed = talk.get(f"/contacts/{contact}.json")
    talk.expect(
        renamed,
        "contacts keep a tag under its new name",
        lambda t: t["data"]["tags"] == [other],
    )
    talk.post("/misc/unassign_tag.json", {"id": contact, "name": other}, keeps=True)
    talk.post("/misc/assign_tag.json", {"id": contact, "name": other}, keeps=True)
    talk.delete(_tag(other))
    deleted = talk.get(f"/contacts/{contact}.json")
    talk.expect(deleted, "contacts lose a deleted tag", lambda t: t["data"]["tags"] == [])
    talk.get(_tag(other))
    talk.delete(f"/contacts/{contact}.json")


def _accounts(talk: Talk) -> None:
    _, contact = _contact(talk)
    talk.get(f"/contacts/{contact}.json", user="other")
    talk.put(f"/contacts/{contact}.json", {"lastname": talk.unique("x")}, user="other")
    talk.delete(f"/contacts/{contact}.json", user="other")
    talk.get(f"/contacts/{contact}.json")
    talk.delete(f"/contacts/{contact}.json")
