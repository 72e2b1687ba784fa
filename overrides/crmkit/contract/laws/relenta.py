"""Relenta as laws see it: what is saved is seen in lists only, and nothing is deleted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.contract.conversation import Step

from .resources import Listing, Member, Resource, listing_of, members_of
from .scene import Record, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crmkit.contract.document import Document
    from crmkit.contract.exchange import Reply

__all__ = ["relenta_scene"]

_RESOURCES = {"contacts": ("contact", "full_name"), "activities": ("activity", "subject")}
#: What schemas do not say of members.
_MEMBERS: dict[str, dict[str, Any]] = {
    **{
        name: {"kind": "other"}
        for name in (
            *("id", "dt_created", "dt_modified", "calendar_id", "activity_type", "rrule"),
            "status",
        )
    },
    **{name: {"form": "iso"} for name in ("dt_start", "dt_end")},
}

#: Members whose empty value is null; that of others is an empty str.
_NULLED = frozenset({"title", "company", "comment", "dt_start", "dt_end"})
_NAMES = ("full_name", "first_name", "last_name")


class RelentaScene(Scene):
    """Records in a department of Relenta."""

    offsets: ClassVar[bool] = True
    echoes: ClassVar[bool] = False
    times: ClassVar[frozenset[str]] = frozenset({"dt_modified"})
    changed_at: ClassVar[str] = "dt_modified"

    def is_unauthorized(self, reply: Reply) -> bool:
        """Return whether a reply says that credentials are missing or wrong."""
        return isinstance(reply.tree, dict) and reply.tree.get("code") == 401

    def attempts(self, record: Record, user: str) -> Iterator[Step]:
        """Try as another user to change a record."""
        body = {"id": record.id, **record.body}
        yield self.talk.post(record.resource.collection, body, user=user, keeps=True)

    def normal(self, member: Member, value: Any) -> Any:
        """Return the value that the server makes of one that it takes."""
        if value not in (None, ""):
            return value
        if member.name in _NULLED:
            return None
        return False if member.kind == "flag" else ""

    def follows(self, resource: Resource, member: Member) -> Sequence[str]:
        """Return patterns of the places in a record that change with a member."""
        return _NAMES if member.name in _NAMES else ()

    def record_in(self, reply: Reply) -> Any:
        """Return the record that a reply carries; None if it carries none."""
        return reply.tree["data"] if reply.succeeded else None

    def read(self, record: Record, user: str = "") -> Step:
        """Read a record."""
        # No record is read by itself: the reply becomes one that has its row only.
        pages = self.pages(record.resource.lists[0], user=user)
        step = pages[-1]
        replies: list[Reply | None] = []
        for side, server in enumerate(self.talk.servers):
            found = [page.replies[side] for page in pages]
            if server.names.missing(record.id):
                replies.append(None)
                continue
            id = str(server.names.fill(record.id))
            rows = [row for row in self.rows_of([r for r in found if r]) if str(row["id"]) == id]
            last = found[-1]
            if last is not None:
                content = json.dumps({"status": True, "data": rows[0]} if rows else {})
                last = replace(last, content=content.encode(), status=200 if rows else 404)
            replies.append(last)
        return Step(step.talk, step.number, step.request, step.operation, replies, step.differences)

    def update(self, record: Record, changes: Mapping[str, Any], method: str = "") -> Step:
        """Change members of a record."""
        body = {"id": record.id, **changes}
        return self.talk.post(record.resource.collection, body, keeps=True)


def relenta_scene(document: Document) -> type[Scene]:
    """Return the class of scenes."""
    found: dict[str, Resource] = {}
    for name, (word, naming) in _RESOURCES.items():
        save, path = f"/{word}.save.json", f"/{word}.list.json"
        operation = document.operation("GET", path)
        members = members_of(document, document.operation("POST", save))
        lists: tuple[Listing, ...] = ()
        if operation is not None:
            lists = (listing_of(document, operation, path, most=500),)
        found[name] = Resource(
            name, save, "", {},
            {key: replace(member, **_MEMBERS.get(key, {})) for key, member in members.items()},
            naming, ("POST",), deletes=False, lists=lists,
        )  # fmt: skip
    return type("RelentaScene", (RelentaScene,), {"resources": found})
