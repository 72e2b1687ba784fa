"""Posts: who reacts to them, and which are pinned to the top of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["pins", "reactions"]

#: How many notes of a record may be pinned: the vendor's default.
_MOST_PINNED = 5


def _posts(scene: Scene, path: str, count: int) -> list[Any]:
    parent = {"parentType": "Account", "parentId": path.rpartition("/")[2]}
    return [
        scene.talk.post("/Note", {**parent, "type": "Post", "post": f"post {number}"}).id
        for number in range(count)
    ]


def reactions(scene: Scene) -> None:
    """React to posts as several users, twice, and withdraw it: each user has one a post."""
    talk = scene.talk
    users = [name for name in ("", "jana", "admin") if not name or talk.has_user(name)]
    path = scene.create(scene.resources["Account"]).path
    posts = _posts(scene, path, 2)
    liked: list[set[int]] = [set(), set()]
    for method, user, post in (
        ("POST", 0, 0), ("POST", 1, 0), ("POST", 0, 0), ("POST", 1, 1), ("POST", 2, 0),
        ("DELETE", 0, 0), ("DELETE", 0, 0), ("POST", 0, 1), ("DELETE", 2, 1), ("DELETE", 1, 0),
        ("DELETE", 2, 0),
    ):  # fmt: skip
        if user >= len(users):
            continue
        talk.request(method, f"/Note/{posts[post]}/myReactions/Like", user=users[user], keeps=True)
        (liked[post].add if method == "POST" else liked[post].discard)(user)
        for index, name in enumerate(users):
            reads = [talk.get(f"/Note/{id}", user=name) for id in posts]
            listed = talk.get(f"{path}/stream", {"filter": "posts"}, user=name)
            talk.claim(listed, "a post counts who reacts, and says who oneself is", _liked,
                       reads, listed, posts, [len(who) for who in liked],
                       [index in who for who in liked])  # fmt: skip


def _liked(
    reads: list[Reply], listed: Reply, posts: list[Any], counts: list[int], own: list[bool]
) -> Iterator[str]:
    rows = {row["id"]: row for row in listed.tree["list"]}
    for number, (read, id) in enumerate(zip(reads, posts, strict=True)):
        expected = {"Like": counts[number]} if counts[number] else None
        for note in (read.tree, rows[id]):
            if note["reactionCounts"] != expected:
                yield f"post {number} counts {note['reactionCounts']}, expected {expected}"
            if note["myReactions"] != (["Like"] if own[number] else []):
                yield f"post {number} says {note['myReactions']}"


def pins(scene: Scene) -> None:
    """Pin as many posts as there may be, one more, and another in place of one."""
    talk = scene.talk
    path, other = (scene.create(scene.resources["Account"]).path for _ in range(2))
    posts = _posts(scene, path, _MOST_PINNED + 2)
    (elsewhere,) = _posts(scene, other, 1)
    pinned: list[int] = []

    def ask(method: str, number: int, *, is_taken: bool = True) -> None:
        step = talk.request(method, f"/Note/{posts[number]}/pin", keeps=True)
        if is_taken:
            (pinned.append if method == "POST" else pinned.remove)(number)
        stream = talk.get(f"{path}/stream")
        talk.claim(stream, "a stream has the posts that are pinned", _pinned, step, stream,
                   [posts[index] for index in pinned], is_taken)  # fmt: skip

    for number in range(_MOST_PINNED):
        ask("POST", number)
    ask("POST", _MOST_PINNED, is_taken=False)
    step = talk.post(f"/Note/{elsewhere}/pin", keeps=True)
    stream = talk.get(f"{other}/stream")
    talk.claim(stream, "each stream has its own", _pinned, step, stream, [elsewhere], True)
    ask("DELETE", 1)
    ask("POST", _MOST_PINNED)
    ask("POST", _MOST_PINNED + 1, is_taken=False)


def _pinned(done: Reply, stream: Reply, expected: list[Any], is_taken: bool) -> Iterator[str]:
    if done.succeeded is not is_taken:
        yield f"it answers {done.outcome}"
    found = sorted(row["id"] for row in stream.tree.get("pinnedList") or ())
    if found != sorted(expected):
        yield f"there are {len(found)}, expected {len(expected)}"
