"""Monica as the engine sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.contract.crm import CRM, Accepted, ContractError, Probe, environment
from crmkit.contract.exchange import Reply, Request
from crmkit.core.errors import ConfigError
from crmkit.monica.vendor import MonicaVendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit.contract.entry import Conversation
    from crmkit.contract.exchange import Sender
    from crmkit.contract.http import HTTPRequest

__all__ = ["Monica"]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|h:\w+")
_NUMBER = re.compile(r"\b([a-z]+)/(\d+)")
_MODEL = re.compile(r"\[App\\Models\\(?:\w+\\)*(\w+)\] (\d+)")
_INDEX = re.compile(r"\[\d+\]")
#: The message of a crash is compared as its reason.
_IGNORED = re.compile(r"(?:.*\.)?(?:default_avatar_color|link)|message")
_VENDORS_OWN = (
    "contact_field_type|activity_type|activity_type_category|life_event_type|life_event_category"
)
_FIRST_READ = (
    "what the vendor has put into an account changes at its first read, which gives it a uuid"
)
#: Where a server is installed.
_CALLED_IN = re.compile(r", called in \S+ on line \d+")


class MonicaReply(Reply):
    """A reply of Monica, some of whose resources answer 422 where there is no such record."""

    @property
    def is_gone(self) -> bool:
        """Whether it says that there is no such record."""
        return super().is_gone or (self.status == 422 and " id is invalid." in self.text)


class Monica(CRM):
    """Monica 4."""

    name: ClassVar[str] = "monica"
    document_name: ClassVar[str] = "monica"
    client: ClassVar[str] = "Monica"
    rate: ClassVar[float | None] = 1.0
    slash: ClassVar[bool] = False
    id_path: ClassVar[str] = "data.id"
    reply: ClassVar[type[Reply]] = MonicaReply
    accepted: ClassVar[tuple[Accepted, ...]] = (
        Accepted("counted over all calls of the account", place=r"meta\.statistics"),
        Accepted("the account's own user", place=r"(data(\[\d+\])?\.)?author\.name"),
        Accepted(
            "the account's own user", operation="me|set_me_contact|compliance_sign", kind="values"
        ),
        Accepted(
            "a label is the account's and as old as its first use",
            place=r"(.*\.)?labels\[\d+\]\.(created|updated)_at",
        ),
        Accepted(
            _FIRST_READ,
            kind="values",
            place=rf"(.*\.)?(?:{_VENDORS_OWN})\.updated_at",
        ),
        Accepted(
            _FIRST_READ,
            operation="(?:contact_field_types|activity_types|activity_type_categories)_(?:list|get)",
            kind="values",
            place=r"data(?:\[\d+\])?\.updated_at",
        ),
        Accepted("a deletion says the id that its path has", kind="values", place="id"),
        Accepted("a database with few tags orders them by id", kind="order", place=r"(.*\.)?tags"),
    )

    def base_url(self, given: str | None) -> str:
        """Return the address of the API: the vendor's own if nothing else is said."""
        url = given or environment(self.prefix, "BASE_URL") or "https://app.monicahq.com/api"
        return url.rstrip("/")

    def authenticator(self, prefix: str, base_url: str) -> Callable[[HTTPRequest], None]:
        """Return what puts the token of PREFIX_TOKEN on a request.

        Raises:
            ConfigError: It is not set.
        """
        token = environment(prefix, "TOKEN")
        if token is None:
            raise ConfigError(f"{prefix}_TOKEN is not set")
        return MonicaVendor(token).authenticate

    def mock_authenticators(
        self,
        mock: Any,
        base_url: str,
    ) -> Mapping[str, Callable[[HTTPRequest], None]]:
        """Return the tokens of the mock's two accounts; the second is called "other"."""
        return {
            "": MonicaVendor(mock.credentials["token"]).authenticate,
            "other": MonicaVendor(mock.accounts["grace"]["token"]).authenticate,
        }

    def probe(self, server: Sender) -> Probe:
        """Ask who the user is.

        Raises:
            ContractError: It is no Monica, or it refuses the token.
        """
        reply = server.send(Request("GET", "/me"))
        if reply.status in {401, 403}:
            raise ContractError(
                f"{server.base_url} refuses the token ({reply.status}): is "
                f"{self.prefix}_TOKEN right?"
            )
        data = reply.tree.get("data") if isinstance(reply.tree, dict) else None
        if not reply.succeeded or not isinstance(data, dict) or data.get("object") != "user":
            raise ContractError(
                f"{server.base_url} is no Monica: /me answered {reply.status} "
                f"{reply.media_type or 'without a body'}"
            )
        a_minute = reply.headers.get("x-ratelimit-limit", "")
        rate = int(a_minute) / 60 if a_minute.isdecimal() else None
        return Probe(user=f"user {data.get('id')}", rate=rate or None)

    def conversations(self, probe: Probe) -> Iterable[Conversation]:
        """Return the conversations."""
        from .library import conversations

        return conversations()

    def id_space(self, place: str, value: Any, parent: Any) -> str | None:
        """Return a space for ids, which are numbers by kind, and for random strings."""
        member = place.rpartition(".")[2]
        if isinstance(value, str):
            if member == "id" and value.isdecimal():
                return "deleted"  # a DELETE says the id that its path had, as text
            return "" if member in {"uuid", "hash_id", "new_filename"} else None
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        if member == "id":
            kind = parent.get("object") if isinstance(parent, dict) else None
            # An object that does not say its kind is of the kind that its member is named after.
            return str(kind or _INDEX.sub("", place).rpartition(".id")[0].rpartition(".")[2])
        if member in {"contact_is", "of_contact"}:
            return "contact"
        return member[:-3].replace("_", "") if member.endswith("_id") else None

    def ids_in(self, text: str) -> Iterable[tuple[str, str, Any]]:
        """Yield the ids within an address: numbers after the kind, and random strings."""
        for match in _UUID.finditer(text):
            yield match[0], "", match[0]
        for match in _NUMBER.finditer(text):
            yield match[0], _kind(match[1]), int(match[2])
        for match in _MODEL.finditer(text):
            yield match[0], match[1].lower(), int(match[2])

    def is_ignored(self, place: str) -> bool:
        """Return whether a server fills a member at random, or by its address."""
        return _IGNORED.fullmatch(place) is not None

    def reason(self, reply: Reply) -> str:
        """Return the messages of an error, one or more."""
        tree = reply.tree
        error = tree.get("error", tree) if isinstance(tree, dict) else None
        message = error.get("message") if isinstance(error, dict) else error
        if isinstance(message, list):
            return " ".join(map(str, message))
        return _CALLED_IN.sub("", str(message or ""))


def _kind(word: str) -> str:
    """Return the kind of records that a segment of a path names, in the plural but for one."""
    if word == "journal":
        return "entry"
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + singular
    return word
