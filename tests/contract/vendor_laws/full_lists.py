"""Lists that show what is not created at their own path give as many rows as a page may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["of_espocrm", "of_monica"]

_FILE = {"name": "a.txt", "type": "text/plain", "role": "Attachment", "field": "attachments",
         "parentType": "Note", "file": "data:text/plain;base64,YQ=="}  # fmt: skip


def of_espocrm(scene: Scene) -> None:
    """Fill an account, a list of targets, and what is searched; ask for the largest pages."""
    talk = scene.talk
    most = 200
    account = scene.create(scene.resources["Account"])
    parent = {"parentType": "Account", "parentId": account.id}
    talk.put(f"{account.path}/subscription")
    for _ in range(most + 1):
        file = talk.post("/Attachment", _FILE, keeps=True)
        note = {**parent, "type": "Post", "post": "x", "attachmentsIds": [file.id]}
        talk.post("/Note", note, keeps=True)
    for path in ("/Note", "/Stream", "/GlobalStream", f"{account.path}/stream",
                 f"{account.path}/posts", f"{account.path}/streamAttachments"):  # fmt: skip
        _full(scene, path, {"maxSize": most}, most)
    _full(scene, "/Attachment", {"maxSize": most}, most, "admin")
    meeting, call = scene.resources["Meeting"], scene.resources["Call"]
    days = {"dateStart": "2026-01-16 10:00:00", "dateEnd": "2026-01-16 11:00:00"}
    for _ in range(most + 1):
        body = {**scene.body(meeting), **parent, **days, "usersIds": [scene.fill("{me}")]}
        talk.post("/Meeting", body, keeps=True)
        body = {**scene.body(call), **parent, **days, "status": "Held"}
        talk.post("/Call", body, keeps=True)
    for path in ("/Activities/upcoming", f"/Activities{account.path}/activities",
                 f"/Activities{account.path}/history"):  # fmt: skip
        _full(scene, path, {"maxSize": most, "futureDays": 20}, most)
    targets = scene.create(scene.resources["TargetList"])
    bodies = [{"lastName": f"{scene.word} {number}"} for number in range(most + 1)]
    leads = [talk.post("/Lead", body, headers=scene.headers, keeps=True).id for body in bodies]
    talk.post(f"{targets.path}/leads", {"ids": leads}, keeps=True)
    for path in (f"{targets.path}/leads", "/GlobalSearch"):
        _full(scene, path, {"maxSize": most, "q": scene.word}, most)


def of_monica(scene: Scene) -> None:
    """Give a tag to many contacts; ask for the largest pages of what they fill."""
    most = 100
    contacts = scene.resources["contacts"]
    for _ in range(most + 1):
        contact = scene.create(contacts)
        tagged = scene.talk.post(f"{contact.path}/setTags", {"tags": [scene.word]}, keeps=True)
    tag = tagged.bind("data.tags.0.id")
    for path in (f"/tags/{tag}/contacts", "/logs", "/currencies"):
        _full(scene, path, {"limit": most}, most)


def _full(scene: Scene, path: str, query: Mapping[str, Any], most: int, user: str = "") -> None:
    step = scene.talk.get(path, query, user=user)
    scene.talk.claim(step, f"a page of {path} has as many rows as it is asked for", _has_rows,
                     scene, step, most)  # fmt: skip


def _has_rows(scene: Scene, reply: Reply, most: int) -> Iterator[str]:
    tree = reply.tree
    rows = tree if isinstance(tree, list) else scene.rows_in(reply)
    if len(rows) != most:
        yield f"it has {len(rows)} ({reply.outcome})"
