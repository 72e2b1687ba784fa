"""Who has no valid credentials is refused first, whatever else is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.document import Operation
    from crmkit.contract.exchange import Reply

    from .scene import Scene

__all__ = ["denied", "refusals"]

#: Queries and bodies that no operation takes.
_WRONG: tuple[tuple[Any, bytes], ...] = (
    ((), b"{}"),
    ((("limit", "x"), ("page", "-1"), ("page_size", "x"), ("sort", "?"), ("maxSize", "-1"),
      ("offset", "x"), ("orderBy", "?"), ("where[0][type]", "?")), b"{"),
)  # fmt: skip


def refusals(scene: Scene) -> None:
    """Send each operation of the document with wrong credentials, and everything else wrong too."""
    talk = scene.talk
    operations = [
        operation
        for operation in talk.document.operations.values()
        if not _is_public(operation)
        and talk.crm.name in operation.node.get("x-crmkit-profile", (talk.crm.name,))
    ]
    if scene.most_refused is not None and not scene.alone:
        operations = scene.rng.sample(operations, scene.most_refused)
    for index, operation in enumerate(operations):
        path = scene.wrong_path(operation.path)
        for user in ("nobody", "wrong"):
            query, body = _WRONG[index % 2 if user == "nobody" else (index + 1) % 2]
            sent: dict[str, Any] = {}
            if operation.method in {"POST", "PUT", "PATCH"}:
                sent = {"content": body, "headers": {"Content-Type": "application/json"}}
            step = talk.request(operation.method, path, query=query, user=user, keeps=True,
                                shared=True, **sent)  # fmt: skip
            talk.claim(step, "wrong credentials are refused before anything else", denied,
                       scene, step)  # fmt: skip


def _is_public(operation: Operation) -> bool:
    security = operation.node.get("security")
    return security is not None and (not security or {} in security)


def denied(scene: Scene, reply: Reply) -> Iterator[str]:
    """Yield what a reply says in place of that the credentials are wrong."""
    if not scene.is_unauthorized(reply):
        yield f"it answers {reply.outcome}"
