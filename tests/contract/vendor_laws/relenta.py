"""What Relenta's saves do: new records, and updates of unknown ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.differences import differing
from crmkit.contract.laws.scene import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["saves", "unknown"]

_FORM = "application/x-www-form-urlencoded"


def saves(scene: Scene) -> None:
    """Save and create the same contact, as JSON and as a form: each is a new one, all alike."""
    talk = scene.talk
    resource = scene.resources["contacts"]
    body = scene.full(resource)
    reads: list[Any] = []
    for path in ("/contact.save.json", "/contact.create.json"):
        for media in ("application/json", _FORM):
            step = talk.request("POST", path, json=body, headers={"Content-Type": media})
            reads.append(_read(scene, step))
    talk.claim(reads[-1], "all spellings of a creation leave the same", _alike, scene, reads)
    _names(scene)
    first = talk.post("/contact.create.json", body)
    second = talk.post("/contact.create.json", {**body, "id": first.id, "title": "changed"})
    reads = [_read(scene, step) for step in (first, second)]
    talk.claim(reads[-1], "a creation takes no id", _apart, reads)


def _names(scene: Scene) -> None:
    """State how the full name and its parts make up each other."""
    talk = scene.talk
    full, parts = talk.unique("Ada King"), {"first_name": scene.word, "last_name": "Lovelace"}
    for sent, expected in (
        (
            {"full_name": full},
            {"full_name": full, "first_name": talk.marker, "last_name": "Ada King"},
        ),
        (parts, {**parts, "full_name": f"{scene.word} Lovelace"}),
        ({**parts, "full_name": full}, {**parts, "full_name": full}),
    ):
        read = _read(scene, talk.post("/contact.save.json", sent))
        talk.claim(read, "names make up each other", _named, read, expected)


def _named(read: Reply, expected: dict[str, str]) -> Iterator[str]:
    for name, value in expected.items():
        if read.tree["data"][name] != value:
            yield f"{name} differs"


def _read(scene: Scene, step: Any) -> Any:
    return scene.read(Record(scene.resources["contacts"], step.id, {}, step))


def _alike(scene: Scene, reads: list[Reply]) -> Iterator[str]:
    rows = [scene.record_in(read) for read in reads]
    if len({row["id"] for row in rows}) != len(rows):
        yield "two are one"
    for row in rows[1:]:
        yield from differing(rows[0], row, {"id", "dt_created", "dt_modified"})


def _apart(reads: list[Reply]) -> Iterator[str]:
    first, second = (read.tree["data"] for read in reads)
    if first["id"] == second["id"]:
        yield "it updates"
    if first["title"] == "changed":
        yield "it changes the other one"


def unknown(scene: Scene) -> None:
    """Save with ids that nothing has: each is refused as not found, and creates nothing."""
    talk = scene.talk
    for resource in scene.resources.values():
        before = scene.pages(resource.lists[0])
        for id in (2_147_483_646, "2147483646"):
            step = talk.post(resource.collection, {"id": id, resource.naming: talk.unique()},
                             keeps=True)  # fmt: skip
            talk.claim(step, "an unknown id is not found", _not_found, step)
        after = scene.pages(resource.lists[0])
        talk.claim(after[-1], "an unknown id creates nothing", _as_many, scene, before, after)


def _not_found(reply: Reply) -> Iterator[str]:
    code = reply.tree.get("code") if isinstance(reply.tree, dict) else None
    if code != 404:
        yield f"it answers {reply.outcome}"


def _as_many(scene: Scene, before: list[Reply], after: list[Reply]) -> Iterator[str]:
    if len(scene.rows_of(before)) != len(scene.rows_of(after)):
        yield "there are others"
