"""Limits are kept exactly: what is as long as it may be is taken, one more is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply

    from .resources import Listing, Resource
    from .scene import Scene

__all__ = ["limits"]

#: A letter that is one character, and several bytes.
_LETTERS = ("x", "é")


def limits(scene: Scene, resource: Resource) -> None:
    """Send values as long as they may be, and longer ones; ask for the largest page, and more."""
    talk = scene.talk
    record = scene.create(resource)
    for member in resource.members.values():
        if not member.longest or member.kind not in {"text", "line"} or not member.read_as:
            continue
        for letter in _LETTERS:
            start = talk.unique("") if member.name == resource.naming else ""
            longest = start + letter * (member.longest - len(start))
            taken = scene.update(record, {member.name: longest})
            talk.claim(taken, f"{member.name} may have {member.longest} characters",
                       scene.succeeded, taken)  # fmt: skip
            read = scene.read(record)
            refused = scene.update(record, {member.name: longest + letter})
            talk.claim(refused, f"{member.name} may not have {member.longest + 1} characters",
                       _refused, refused)  # fmt: skip
            after = scene.read(record)
            talk.claim(after, f"{member.name} stays when another value is refused",
                       _kept, scene, longest, member.read_as, read, after)  # fmt: skip
    lists = [listing for listing in scene.lists_of(resource) if listing.size and listing.largest]
    if scene.alone and lists:  # where nobody minds that they stay
        for _ in range(max(listing.largest for listing in lists)):
            body = scene.body(resource)
            talk.post(resource.collection, body, headers=scene.headers, keeps=True)
    for listing in lists:
        _pages(scene, listing)


def _pages(scene: Scene, listing: Listing) -> None:
    talk = scene.talk
    largest = scene.page(listing, size=listing.largest)
    talk.claim(largest, f"a page may have {listing.largest} rows", scene.succeeded, largest)
    talk.claim(largest, "a page has as many rows as it is asked for", _is_full,
               scene, listing, largest)  # fmt: skip
    more = scene.page(listing, size=listing.largest + 1)
    talk.claim(more, f"a page may not have {listing.largest + 1} rows", _refused, more)


def _is_full(scene: Scene, listing: Listing, reply: Reply) -> Iterator[str]:
    total = scene.total(listing, reply)
    there = listing.largest + 1 if total is None and scene.alone else total
    rows = len(scene.rows_in(reply))
    if there is not None and there >= 0 and rows != min(there, listing.largest):
        yield f"it has {rows} of {there}"
    if scene.alone and rows != listing.largest:
        yield f"it has {rows}, and there are more than {listing.largest}"


def _refused(reply: Reply) -> Iterator[str]:
    if reply.succeeded or reply.status >= 500:
        yield f"it answers {reply.outcome}"


def _kept(scene: Scene, sent: str, path: str, before: Reply, after: Reply) -> Iterator[str]:
    values = [value_at(scene.record_in(reply), path) for reply in (before, after)]
    if values != [sent, sent]:
        yield "it is another"
