"""OnePageCRM as laws see it, in each of its formats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.contract.onepagecrm import EnvelopeReply

from .resources import Listing, Member, Resource, listing_of, members_of, value_at
from .scene import Query, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crmkit.contract.document import Document
    from crmkit.contract.exchange import Reply

__all__ = ["onepagecrm_scene"]

_DATE = "01.02.2030"
_NEEDS: dict[str, dict[str, Any]] = {
    "contacts": {},
    "actions": {
        "cid": "{contact}",
        "name": "call",
        "date": _DATE,
        "done": True,
        "closed": 1_300_000_000,
    },
    "notes": {"cid": "{contact}", "body": "note", "date": _DATE},
    "deals": {"cid": "{contact}", "body": "deal", "date": _DATE, "type": "deal", "amount": 100},
}
_NAMING = {"contacts": "lastname", "actions": "name", "notes": "body", "deals": "body"}
#: What schemas do not say of members.
_MEMBERS: dict[str, dict[str, Any]] = {
    "cid": {"kind": "other"},
    "closed": {"kind": "other"},
    # An action is either the next one, waiting or done.
    **{name: {"kind": "other"} for name in ("next", "waiting", "done")},
    **{
        f"notes.{name}": {"kind": "other"}
        for name in ("type", "amount", "status", "deal_stage", "exp_close")
    },
    "deals.type": {"kind": "other"},
    # Deals have stages and expected dates in accounts with a pipeline.
    "deals.deal_stage": {"kind": "other"},
    "deals.exp_close": {"kind": "other"},
    **{
        name: {"kind": "line"}
        for name in ("firstname", "lastname", "company", "job_title", "city", "state", "zip_code")
    },
    "actions.name": {"kind": "line"},
}  # fmt: skip


#: What contacts show of records that belong to them.
_EFFECTS: dict[str, tuple[str, ...]] = {
    "actions": ("nextaction.*", "actions.*"),
    "notes": ("notes.*",),
    "deals": ("notes.*", "pendingdeal"),
}


class OnePageScene(Scene):
    """Records in an account of OnePageCRM."""

    lenient: ClassVar[frozenset[str]] = frozenset({"contacts.status"})  # accounts have their own
    searchable: ClassVar[frozenset[str]] = frozenset({"contacts"})
    owners: ClassVar[Mapping[str, str]] = {"{contact}": "contacts"}
    owned: ClassVar[frozenset[str]] = frozenset({"actions", "notes", "deals"})

    effects: ClassVar[Mapping[str, Mapping[str, frozenset[str]]]] = {
        name: {r"/contacts\..*|contacts": frozenset(patterns)}
        for name, patterns in _EFFECTS.items()
    }

    dated: ClassVar[bool] = True
    signed: ClassVar[tuple[str, ...]] = ("method", "path", "query", "body")

    def is_unauthorized(self, reply: Reply) -> bool:
        """Return whether a reply says that credentials are missing or wrong."""
        return isinstance(reply, EnvelopeReply) and 101 <= reply.code <= 105

    def make(self, name: str) -> Any:
        """Create or find what stands for an id."""
        return self.create(self.resources["contacts"]).id

    def record_in(self, reply: Reply) -> Any:
        """Return the record that a reply carries; None if it carries none."""
        return reply.tree["data"] if reply.succeeded else None

    def rows_in(self, reply: Reply) -> list[Any]:
        """Return the rows of a list."""
        data = value_at(reply.tree, "data") if reply.succeeded else None
        rows = data.get("contacts") if isinstance(data, dict) else data
        return rows if isinstance(rows, list) else []

    def searched(self, resource: Resource) -> list[dict[str, Any]]:
        """Return the bodies of records that searches look for."""
        word = self.word
        return [
            {"lastname": f"{word}one"},
            {"lastname": "x", "firstname": f"{word}Two"},
            {"lastname": "x", "company": f"{word}three"},
        ]

    def searches(self, resource: Resource) -> Iterator[tuple[Listing, Query, Sequence[int]]]:
        """Yield searches: list, parameters, and the indexes of what they find."""
        word = self.word
        for text, found in (
            (word, (0, 1, 2)), (word.upper(), (0, 1, 2)), (f"{word}ONE", (0,)),
            (f"{word}two", (1,)), (f"{word}THREE", (2,)), (f"{word}none", ()),
        ):  # fmt: skip
            yield resource.lists[0], (("search", text),), found

    def normal(self, member: Member, value: Any) -> Any:
        """Return the value that the server makes of one that it takes."""
        return None if value == "" else value


def onepagecrm_scene(document: Document, *, ending: str = "json") -> type[Scene]:
    """Return the class of scenes.

    Args:
        document: The wire document.
        ending: The format, as paths end in it.
    """
    found: dict[str, Resource] = {}
    for name, needs in _NEEDS.items():
        plural = "notes" if name == "deals" else name
        collection, record = f"/{plural}.{ending}", f"/{plural}/{{id}}.{ending}"
        operation = document.operation("GET", collection)
        members = members_of(document, document.operation("POST", collection))
        own = (("search", "{marker}"),) if name == "contacts" else (("cid", "{contact}"),)
        if operation is None:
            continue
        lists = [listing_of(document, operation, collection, query=own, is_own=True)]
        if name == "contacts":
            lists.insert(0, listing_of(document, operation, collection))
        found[name] = Resource(
            name, collection, record, needs,
            {key: _adjusted(name, member) for key, member in members.items()},
            _NAMING[name], ("PUT",), replaces=True, lists=tuple(lists),
        )  # fmt: skip
    return type("OnePageScene", (OnePageScene,), {"resources": found})


def _adjusted(resource: str, member: Member) -> Member:
    changes = {**_MEMBERS.get(member.name, {}), **_MEMBERS.get(f"{resource}.{member.name}", {})}
    return replace(member, **changes)
