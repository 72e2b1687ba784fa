"""What Relenta allows: keys, plans, pages, parameters and bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .control import control
from .relenta_values import rows, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.http import HTTPRequest
    from crmkit.contract.laws.scene import Scene
    from crmkit.contract.server import Server

__all__ = ["bodies", "keys", "pages", "parameters", "plan"]

_LISTS = {"contacts": "/contact.list.json", "activities": "/activity.list.json"}
_ALTERED = "altered"
_HEADER = "X-Relenta-Department-Key"


def _answers(status: int) -> Callable[[Reply], Iterator[str]]:
    def check(reply: Reply) -> Iterator[str]:
        if reply.status != status:
            yield f"it answers {reply.outcome}"
        if isinstance(reply.tree, dict) and reply.tree.get("code") != reply.status:
            yield "status and code differ"
        if isinstance(reply.tree, dict) and reply.tree.get("status") is not (status == 200):
            yield "the envelope says otherwise"

    return check


def _expect(scene: Scene, step: Step, law: str, status: int) -> None:
    scene.talk.claim(step, law, _answers(status), step)


# -- keys ------------------------------------------------------------------------------------------


def keys(scene: Scene) -> None:
    """Send the key of a department with every kind of error in it: 401, whatever is asked."""
    talk = scene.talk
    before = rows(scene, "contacts")
    for name, alter in _ALTERATIONS.items():
        for user in ("", scene.stranger):
            for server in talk.servers:
                server.users[_ALTERED] = _with(server, user, alter)
            for method, path, body in (
                ("GET", _LISTS["contacts"], None),
                ("POST", "/contact.save.json", {"title": "x"}),
            ):
                sent: dict[str, Any] = {} if body is None else {"json": body}
                step = talk.request(method, path, user=_ALTERED, keeps=True, shared=True, **sent)
                _expect(scene, step, f"a key {name} is refused", 401)
    for server in talk.servers:
        server.users.pop(_ALTERED, None)
    after = rows(scene, "contacts")
    talk.claim(after[-1], "a wrong key changes nothing", _as_many, scene, before, after, 0)


_ALTERATIONS: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "with one letter in the other case": lambda key: _changed(key, str.isalpha, str.upper),
    "with another first character": lambda key: ("0" if key[0] != "0" else "1") + key[1:],
    "with another last character": lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
    "with another character in the middle": lambda key: key[:16] + _next(key[16]) + key[17:],
    "without its first character": lambda key: key[1:],
    "without its last character": lambda key: key[:-1],
    "of its first half": lambda key: key[:16],
    "with one character more": lambda key: f"{key}0",
    "twice": lambda key: key + key,
    "backwards": lambda key: key[::-1],
    "that is empty": lambda _: "",
    "of zeros": lambda key: "0" * len(key),
    "that matches anything": lambda _: "%",
}


def _next(digit: str) -> str:
    return "0123456789abcdef"[(int(digit, 16) + 1) % 16]


def _changed(text: str, fits: Callable[[str], bool], change: Callable[[str], str]) -> str:
    place = next(index for index, letter in enumerate(text) if fits(letter))
    return text[:place] + change(text[place]) + text[place + 1 :]


def _with(server: Server, user: str, alter: Callable[[str], str]) -> Callable[[HTTPRequest], None]:
    def authenticate(request: HTTPRequest) -> None:
        server.users[user](request)
        request.headers[_HEADER] = alter(request.headers[_HEADER])

    return authenticate


def _as_many(scene: Scene, before: list[Reply], after: list[Reply], more: int) -> Iterator[str]:
    grown = len(scene.rows_of(after)) - len(scene.rows_of(before))
    if grown != more:
        yield f"there are {grown} more, expected {more}"


# -- the plan --------------------------------------------------------------------------------------


def plan(scene: Scene) -> None:
    """Reach the limit of the plan, which counts the contacts of all departments: 401 beyond it."""
    mock, other = control(scene).mock, scene.stranger
    known = save(scene, "contacts", {"company": "x"}).id
    count = sum(
        len(scene.rows_of([page.reply for page in rows(scene, "contacts", user) if page.reply]))
        for user in ("", other)
    )
    steps: list[tuple[int | None, str, str, int]] = [
        (count + 3, "", "save", 200),
        (count + 3, other, "create", 200),
        (count + 3, "", "create", 200),
        (count + 3, "", "save", 401),
        (count + 3, other, "save", 401),
        (count + 3, "", "create", 401),
        (count + 4, other, "save", 200),
        (count + 4, "", "save", 401),
        (1, "", "save", 401),
        (0, other, "create", 401),
        (None, "", "save", 200),
        (None, other, "save", 200),
        (count + 6, "", "save", 401),
        (count + 7, "", "save", 200),
    ]
    mine = rows(scene, "contacts")
    made = 0
    for limit, user, how, status in steps:
        mock.plan_limit(contacts=limit)
        step = scene.talk.post(f"/contact.{how}.json", {"company": "y"}, user=user, keeps=True)
        _expect(scene, step, f"the plan decides on a {how} as {user or 'the first'}", status)
        made += status == 200 and not user
        changed = scene.talk.post(
            "/contact.save.json", {"id": known, "title": f"{limit}"}, keeps=True
        )
        _expect(scene, changed, "a full plan lets contacts be updated", 200)
        planned = scene.talk.post("/activity.save.json", {"label": "y"}, keeps=True)
        _expect(scene, planned, "a plan does not limit activities", 200)
    mock.plan_limit(contacts=None)
    after = rows(scene, "contacts")
    scene.talk.claim(
        after[-1], "what a plan refuses is not created", _as_many, scene, mine, after, made
    )


# -- pages -----------------------------------------------------------------------------------------

_SIZES = (1, 2, 99, 100, 101, 249, 250, 251, 255, 256, 257, 499, 500)
_MOST = 500
_DEFAULT = 100


def pages(scene: Scene) -> None:
    """Read lists longer than the largest page by pages of every size: the rows are the same."""
    mock = control(scene).mock
    for resource, path in _LISTS.items():
        for number in range(_MOST + 3):
            mock.add(resource, {"title" if resource == "contacts" else "label": f"n{number}"})
        first = scene.talk.get(path)
        scene.talk.claim(
            first,
            f"a page has {_DEFAULT} rows if nothing is asked for",
            _has_rows,
            scene,
            first,
            _DEFAULT,
        )
        whole = _read(scene, path, _MOST)
        scene.talk.claim(
            whole[0], "a page has as many rows as are asked for", _full_pages, scene, whole, _MOST
        )
        for size in _SIZES:
            if size > 2:  # hundreds of pages otherwise
                some = _read(scene, path, size)
                scene.talk.claim(
                    some[-1],
                    f"pages of {size} make up the list",
                    _same_rows,
                    scene,
                    whole,
                    some,
                    size,
                )
                continue
            for page in (1, 2, 3, 200):
                step = scene.talk.get(path, {"page": page, "page_size": size})
                scene.talk.claim(
                    step,
                    f"page {page} of {size} is where it is",
                    _slice,
                    scene,
                    whole,
                    step,
                    page,
                    size,
                )
        default = [scene.talk.get(path, {"page": page}) for page in (1, 2, 3)]
        scene.talk.claim(default[-1], "pages go on without a size", _begins, scene, whole, default)
        for size in (1, _MOST):
            past = scene.talk.get(path, {"page": 2_147_483_647, "page_size": size})
            scene.talk.claim(past, "a page after the last is empty", _has_rows, scene, past, 0)


def _read(scene: Scene, path: str, size: int) -> list[Step]:
    """Read pages to the first that is empty; a list that never ends is cut off."""
    steps: list[Step] = []
    while len(steps) <= 2 * _MOST // size + 2:
        query = {"page": len(steps) + 1, "page_size": size}
        steps.append(scene.talk.get(path, query))
        reply = steps[-1].reply
        if reply is None or not scene.rows_in(reply):
            break
    return steps


def _ids(scene: Scene, replies: Sequence[Reply]) -> list[str]:
    return [row["id"] for row in scene.rows_of(replies)]


def _has_rows(scene: Scene, reply: Reply, count: int) -> Iterator[str]:
    if not reply.succeeded or len(scene.rows_in(reply)) != count:
        yield f"it answers {reply.outcome} with {len(scene.rows_in(reply))} rows"


def _full_pages(scene: Scene, replies: list[Reply], size: int) -> Iterator[str]:
    for reply in replies[:-2]:
        yield from _has_rows(scene, reply, size)
    ids = _ids(scene, replies)
    if len(ids) != len(set(ids)):
        yield "a row is there twice"


def _same_rows(scene: Scene, whole: list[Reply], some: list[Reply], size: int) -> Iterator[str]:
    yield from _full_pages(scene, some, size)
    if _ids(scene, whole) != _ids(scene, some):
        yield "the rows are others, or in another order"


def _slice(scene: Scene, whole: list[Reply], step: Reply, page: int, size: int) -> Iterator[str]:
    if _ids(scene, [step]) != _ids(scene, whole)[(page - 1) * size : page * size]:
        yield "the rows are others"


def _begins(scene: Scene, whole: list[Reply], some: list[Reply]) -> Iterator[str]:
    ids = _ids(scene, some)
    if ids != _ids(scene, whole)[: len(ids)] or len(ids) != 3 * _DEFAULT:
        yield "the rows are others"


# -- parameters ------------------------------------------------------------------------------------


def parameters(scene: Scene) -> None:
    """Ask for pages that there cannot be, and send parameters where none are taken: 400."""
    talk = scene.talk
    for path in _LISTS.values():
        for name, value in (
            *(("page", value) for value in ("0", "-1", "x", "", "1.5", "1e1", "2147483648")),
            *(("page_size", value) for value in ("0", "-1", "501", "x", "", "1.0", "100000")),
        ):
            step = talk.get(path, {name: value})
            _expect(scene, step, f"{name} cannot be {value!r}", 400)
        for query in ({"page": 1}, {"page_size": 500}, {"page": 1, "page_size": 1}):
            _expect(scene, talk.get(path, query), "parameters within their limits are taken", 200)
    fields = "/custom_field.list.json"
    for wrong in (("page", 1), ("page_size", 10), ("x", "y")):
        _expect(scene, talk.get(fields, [wrong]), "the list of fields takes no parameters", 400)
    _expect(scene, talk.get(fields), "the list of fields is read without parameters", 200)


# -- bodies ----------------------------------------------------------------------------------------

#: What a save does not take, by why.
_WRONG: dict[str, Any] = {
    "an id of 0": {"id": 0},
    "a negative id": {"id": -1},
    "an id in words": {"id": "x"},
    "an empty id": {"id": ""},
    "an id with a zero in front": {"id": "01"},
    "half an id": {"id": 1.5},
    "a flag as id": {"id": True},
    "a list": [],
    "a str": "x",
    "null": None,
    "a number": 1,
    "a number as name": {"full_name": 1},
    "a list as name": {"full_name": ["x"]},
    "a flag in words": {"do_not_mass_email": "yes"},
    "a flag as number": {"do_not_mass_email": 1},
}
_WRONG_OF_ACTIVITIES: dict[str, Any] = {
    "a flag in words": {"all_day": "yes"},
    "a flag as number": {"all_day": 1},
    "a date": {"dt_start": "2027-01-01"},
    "a datetime without an offset": {"dt_start": "2027-01-01T10:00:00"},
    "a day that is none": {"dt_end": "2027-02-30T10:00:00Z"},
    "an hour that is none": {"dt_start": "2027-01-01T24:01:00Z"},
    "a number": {"dt_start": 1},
}


def bodies(scene: Scene) -> None:
    """Send bodies that a save does not take: 400, and nothing is created or changed."""
    talk = scene.talk
    known = {resource: save(scene, resource, {}).id for resource in _LISTS}
    before = {resource: rows(scene, resource) for resource in _LISTS}
    for resource, wrong in {
        "contacts": _WRONG,
        "activities": {**dict(list(_WRONG.items())[:11]), **_WRONG_OF_ACTIVITIES},
    }.items():
        path = scene.resources[resource].collection
        for what, body in wrong.items():
            content = json.dumps(body).encode()
            for media in ("application/json", "application/x-www-form-urlencoded"):
                step = talk.request(
                    "POST", path, content=content, keeps=True, headers={"Content-Type": media}
                )
                _expect(scene, step, f"{what} is refused", 400)
            if isinstance(body, dict) and "id" not in body:
                step = talk.post(path, {"id": known[resource], **body}, keeps=True)
                _expect(scene, step, f"{what} is refused", 400)
        for what, content in (
            ("nothing", b""),
            ("half of JSON", b'{"title": "x"'),
            ("Latin-1", b'{"title": "\xe9"}'),
            ("a form", b"title=x"),
        ):
            step = talk.request(
                "POST",
                path,
                content=content,
                keeps=True,
                headers={"Content-Type": "application/json"},
            )
            _expect(scene, step, f"{what} is refused", 400)
    step = talk.post("/contact.save.json", {"company": "x", "no_such_member": "x"}, keeps=True)
    _expect(scene, step, "a member that contacts do not have is refused", 400)
    for resource, pages_ in before.items():
        after = rows(scene, resource)
        talk.claim(after[-1], "what is refused changes nothing", _same, scene, pages_, after)
    step = talk.post("/activity.save.json", {"label": "x", "no_such_member": "x"}, keeps=True)
    _expect(scene, step, "a member that activities do not have is ignored", 200)


def _same(scene: Scene, before: list[Reply], after: list[Reply]) -> Iterator[str]:
    if scene.rows_of(before) != scene.rows_of(after):
        yield "something is another"
