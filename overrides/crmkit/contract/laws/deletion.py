"""What is deleted is in no list, no search, no related list and no name of another record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .frame import by_id, snapshot, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply

    from .resources import Resource
    from .scene import Record, Scene

__all__ = ["deletion", "owners"]


def deletion(scene: Scene) -> None:
    """Delete each record of a population, the newest first, and look for it everywhere."""
    records = [record for record in scene.population() if record.resource.deletes]
    _delete_all(scene, records)


def owners(scene: Scene) -> None:
    """Delete what owns a population first: what it owns goes with it, as the CRM has it."""
    records = [record for record in scene.population() if record.resource.deletes]
    for name in scene.owners:
        _delete_owner(scene, name, records)


def _delete_all(scene: Scene, records: list[Record]) -> None:
    talk = scene.talk
    before = snapshot(scene, records)
    while records:
        record = records.pop()
        method = scene.delete(record)
        after_read = scene.read(record) if record.resource.record else None
        talk.claim(method, f"one of {record.resource.name} is deleted", scene.succeeded, method)
        if after_read is not None:
            talk.claim(
                after_read,
                "what is deleted is not read",
                _gone,
                scene,
                record.resource,
                "GET",
                after_read,
            )
            for how in record.resource.updates[:1]:
                again = talk.request(how, record.path, json=dict(record.body), keeps=True)
                talk.claim(again, "what is deleted is not updated",
                           _gone, scene, record.resource, how, again)  # fmt: skip
            again = scene.delete(record)
            talk.claim(again, "what is deleted is not deleted again",
                       _gone, scene, record.resource, "DELETE", again)  # fmt: skip
        after = snapshot(scene, records)
        talk.claim(after.last, f"nothing shows one of {record.resource.name} that is deleted",
                   _nowhere, scene, after.pages, record.resource.name, record.id)  # fmt: skip
        state(scene, before, after, f"a deletion of {record.resource.name}", record)
        before = after


def _gone(scene: Scene, resource: Resource, method: str, reply: Reply) -> Iterator[str]:
    if not scene.is_gone(resource, method, reply):
        yield f"it answers {reply.outcome}"


def _delete_owner(scene: Scene, name: str, records: list[Record]) -> None:
    talk = scene.talk
    owner = scene.known[name]
    resource = scene.resources[scene.owners[name]]
    step = talk.delete(resource.record.replace("{id}", owner))
    talk.claim(step, f"one of {resource.name} is deleted", scene.succeeded, step)
    for other in scene.resources.values():
        for listing in scene.lists_of(other):
            if name in listing.path and listing.path not in scene.outlives:
                below = talk.get(scene.path(listing.path))
                talk.claim(below, "nothing is listed below what is deleted",
                           _gone, scene, resource, "GET", below)  # fmt: skip
    for record in records:
        if record.resource.record:
            read = scene.read(record)
            rule = _gone if record.resource.name in scene.owned else _there
            talk.claim(read, f"one of {record.resource.name} follows the rule of its owner",
                       rule, scene, record.resource, "GET", read)  # fmt: skip
    after = snapshot(scene, [])
    talk.claim(after.last, f"nothing shows one of {resource.name} that is deleted",
               _nowhere, scene, after.pages, resource.name, owner)  # fmt: skip


def _there(scene: Scene, _resource: Resource, _method: str, reply: Reply) -> Iterator[str]:
    yield from scene.succeeded(reply)


def _nowhere(scene: Scene, pages: dict[str, list[Reply]], resource: str, id: Any) -> Iterator[str]:
    for name, replies in pages.items():
        rows = by_id(scene, name, replies).values()
        if any(scene.mentions(row, resource, id) for row in rows):
            yield f"{name} shows it"
