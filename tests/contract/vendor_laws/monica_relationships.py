"""Every type of relationship has two sides, which come, change and go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["relationships"]

_MOST = 60


def relationships(scene: Scene) -> None:
    """Relate two contacts by each type, change the type, and delete it from either side."""
    talk = scene.talk
    contacts = scene.resources["contacts"]
    one, other, third = (scene.create(contacts) for _ in range(3))
    people = {"one": one.id, "other": other.id}
    kept = talk.post("/relationships", _body(one.id, third.id, _first(scene)))
    types = talk.get("/relationshiptypes", {"limit": 100})
    rows = types.tree["data"] if types.succeeded else []
    for index in range(min(len(rows), _MOST)):
        type_id = types.bind(f"data.{index}.id")
        next_id = types.bind(f"data.{(index + 1) % len(rows)}.id")
        made = talk.post("/relationships", _body(one.id, other.id, type_id))
        _look(scene, types, type_id, people)
        talk.put(f"/relationships/{made.id}", {"relationship_type_id": next_id})
        lists = _look(scene, types, next_id, people)
        # Deleted from the side that was not created, every other time.
        reverse = lists[1].bind("data.0.id")
        talk.delete(f"/relationships/{reverse if index % 2 else made.id}")
        for person, count in ((one, 1), (other, 0), (third, 1)):
            listed = talk.get(f"/contacts/{person.id}/relationships")
            talk.claim(listed, "a relationship goes with its other side", _count, listed, count)
    still = talk.get(f"/relationships/{kept.id}")
    talk.claim(still, "other relationships stay", scene.succeeded, still)
    talk.delete(one.path)
    listed = talk.get(f"/contacts/{third.id}/relationships")
    talk.claim(listed, "relationships go with a contact", _count, listed, 0)
    for person in (other, third):
        read = scene.read(person)
        talk.claim(read, "who was related to a contact that goes stays", scene.succeeded, read)
    _partial(scene)


def _partial(scene: Scene) -> None:
    talk = scene.talk
    contacts = scene.resources["contacts"]
    real = [scene.create(contacts) for _ in range(2)]
    partial = scene.create(contacts, {**scene.body(contacts), "is_partial": True})
    for person in real:
        talk.post("/relationships", _body(person.id, partial.id, _first(scene)))
    talk.delete(real[0].path)
    read = scene.read(partial)
    talk.claim(read, "a partial contact stays while it is related", scene.succeeded, read)
    talk.delete(real[1].path)
    read = scene.read(partial)
    talk.claim(read, "a partial contact goes with its last relationship", _gone, read)


def _gone(reply: Reply) -> Iterator[str]:
    if not reply.is_gone:
        yield f"it answers {reply.outcome}"


def _first(scene: Scene) -> Any:
    return scene.fill("{relationship type}")


def _body(one: Any, other: Any, type_id: Any) -> dict[str, Any]:
    return {"contact_is": one, "relationship_type_id": type_id, "of_contact": other}


def _look(scene: Scene, types: Any, type_id: Any, people: Mapping[str, Any]) -> list[Any]:
    talk = scene.talk
    lists = [talk.get(f"/contacts/{person}/relationships") for person in people.values()]
    reads = [talk.get(f"/contacts/{person}") for person in people.values()]
    talk.claim(lists[-1], "both contacts have a relationship, of types that are a pair", _paired,
               types, type_id, people, lists)  # fmt: skip
    talk.claim(reads[-1], "contacts count the relationships that they have", _counted,
               lists, reads)  # fmt: skip
    return lists


def _paired(
    types: Reply, type_id: Any, people: Mapping[str, Any], lists: list[Reply]
) -> Iterator[str]:
    by_id = {row["id"]: row for row in types.tree["data"]}
    kind = by_id[type_id]
    for names, person, other, reply in (
        ((kind["name"], kind["name_reverse_relationship"]), "one", "other", lists[0]),
        ((kind["name_reverse_relationship"], kind["name"]), "other", "one", lists[1]),
    ):
        rows = [row for row in reply.tree["data"] if row["of_contact"]["id"] == people[other]]
        if len(rows) != 1:
            yield f"{kind['name']}: {person} has {len(rows)} of them"
            continue
        shown = rows[0]["relationship_type"]
        if (shown["name"], shown["name_reverse_relationship"]) != names:
            yield f"{kind['name']}: {person} has {shown['name']}, expected {names[0]}"
        if rows[0]["contact_is"]["id"] != people[person]:
            yield f"{kind['name']}: it is not of {person}"
        if shown["relationship_type_group_id"] != kind["relationship_type_group_id"]:
            yield f"{kind['name']}: the groups differ"


def _counted(lists: list[Reply], reads: list[Reply]) -> Iterator[str]:
    for listed, read in zip(lists, reads, strict=True):
        groups = read.tree["data"]["information"]["relationships"]
        count = sum(group["total"] for group in groups.values())
        shown = sum(len(group["contacts"]) for group in groups.values())
        if not count == shown == len(listed.tree["data"]):
            yield f"it counts {count}, shows {shown} and lists {len(listed.tree['data'])}"


def _count(reply: Reply, count: int) -> Iterator[str]:
    if len(reply.tree["data"]) != count:
        yield f"{len(reply.tree['data'])} are left, expected {count}"
