"""Who may do what in OnePageCRM: signatures, keys, passwords, ids of others, and limits."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import partial
from typing import TYPE_CHECKING, Any

from .control import control

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.http import HTTPRequest
    from crmkit.contract.laws.scene import Scene

__all__ = ["answers", "expect", "keys", "limits", "settings", "signing", "unknown"]

ACCOUNTS = {"": "samples", "other": "solar"}
_ALTERED = "altered"
UID, TIME, AUTH = "X-OnePageCRM-UID", "X-OnePageCRM-TS", "X-OnePageCRM-Auth"
UNKNOWN = "0" * 24
DEAL = {"type": "deal", "body": "deal", "date": "01.02.2027", "amount": 5}


def answers(reply: Reply, codes: list[int]) -> Iterator[str]:
    """Yield what a reply's envelope says in place of one of the codes."""
    code = reply.tree.get("status") if isinstance(reply.tree, dict) else None
    if code not in codes or reply.status != 200:
        yield f"it answers {reply.outcome}"


def expect(scene: Scene, step: Step, law: str, *codes: int) -> None:
    """State that a reply's envelope has one of the codes."""
    scene.talk.claim(step, law, answers, step, list(codes))


# -- signatures ------------------------------------------------------------------------------------


def _signature(uid: str, key: bytes, time: str, request: HTTPRequest, **changes: Any) -> str:
    """Return the signature of a request, as the manual has it."""
    parts = [uid, time, changes.get("method", request.method)]
    parts.append(hashlib.sha1(changes.get("url", str(request.url)).encode()).hexdigest())  # noqa: S324  # the vendor's own hash
    if request.method in {"POST", "PUT"} and changes.get("with_body", True):
        parts.append(hashlib.sha1(changes.get("body", request.content)).hexdigest())  # noqa: S324  # the vendor's own hash
    return hmac.digest(key, changes.get("dot", ".").join(parts).encode(), "sha256").hex()


def signing(scene: Scene) -> None:
    """Sign requests in every wrong way: each is refused with the code for it."""
    mock, clock = control(scene).mock, control(scene).clock
    mine, other = (mock.accounts[name] for name in ACCOUNTS.values())
    key, other_key = (base64.b64decode(account["key"]) for account in (mine, other))
    uid = mine["uid"]

    def now(offset: int = 0) -> str:
        return str(int(clock.now.timestamp()) + offset)

    def signed(
        offset: int = 0, with_key: bytes = key, of: str = uid, at: str = "", **changes: Any
    ) -> Any:
        def authenticate(request: HTTPRequest) -> None:
            time = at or now(offset)
            auth = _signature(of, with_key, time, request, **changes)
            request.headers.update({UID: of, TIME: time, AUTH: auth})

        return authenticate

    def changed(name: str, change: Callable[[str], str | None], **more: Any) -> Any:
        def authenticate(request: HTTPRequest) -> None:
            signed(**more)(request)
            value = change(request.headers[name])
            if value is None:
                del request.headers[name]
            else:
                request.headers[name] = value

        return authenticate

    # The clock moves on by a second with a request, after which its signature is made.
    ways: dict[str, tuple[Any, int]] = {
        "rightly": (signed(), 0),
        "300 s early": (signed(-300), 0),
        "300 s late": (signed(300), 0),
        "301 s early": (signed(-301), 101),
        "301 s late": (signed(301), 101),
        "a day late": (signed(86_400), 101),
        "in 1970": (signed(at="1"), 101),
        "with the key of another": (signed(with_key=other_key), 104),
        "with half of the key": (signed(with_key=key[:16]), 104),
        "with the key in Base64": (signed(with_key=mine["key"].encode()), 104),
        "for another user": (signed(of=other["uid"]), 104),
        "for nobody": (signed(of=UNKNOWN), 104),
        "without the scheme": (signed(url="/api/contacts.json"), 104),
        "with a lower-case method": (signed(method="get"), 104),
        "with other separators": (signed(dot=","), 104),
        "with capitals": (changed(AUTH, str.upper), 104),
        "with half of the signature": (changed(AUTH, lambda text: text[:32]), 104),
        "with more than the signature": (changed(AUTH, lambda text: f"{text}0"), 104),
        "with a signature of zeros": (changed(AUTH, lambda text: "0" * len(text)), 104),
        "with the time changed": (changed(TIME, lambda text: str(int(text) + 1)), 104),
        "with the user changed": (changed(UID, lambda _: other["uid"]), 104),
        "with the user in capitals": (changed(UID, str.upper), 104),
        "early and with another key": (signed(-301, other_key), 104),
        "late and with the signature changed": (
            changed(AUTH, lambda t: _next(t, 9), offset=900),
            104,
        ),
        **{
            f"with digit {place} changed": (changed(AUTH, partial(_next, place=place)), 104)
            for place in (0, 1, 15, 16, 31, 32, 33, 47, 48, 62, 63)
        },
        **{f"without {name}": (changed(name, lambda _: None), 105) for name in (UID, TIME, AUTH)},
        **{f"with {name} empty": (changed(name, lambda _: ""), 105) for name in (UID, TIME, AUTH)},
    }
    before = scene.talk.get("/tags.json")
    for way, (authenticate, code) in ways.items():
        scene.talk.servers[0].users[_ALTERED] = authenticate
        for method, path, more in (
            ("GET", "/contacts.json", {"query": {"page": 2}}),
            ("POST", "/tags.json", {"json": {"name": f"{scene.word} {way}"}}),
            ("PUT", f"/contacts/{UNKNOWN}.json", {"json": {"lastname": "x"}}),
        ):
            step = scene.talk.request(method, path, user=_ALTERED, keeps=True, shared=True, **more)
            right = {"PUT": 106}.get(method, 0) if code == 0 else code
            if method != "GET" and way == "with a lower-case method":
                right = 104
            expect(scene, step, f"a {method} signed {way} is answered so", right)
    _other_content(scene, signed)
    scene.talk.servers[0].users.pop(_ALTERED)
    after = scene.talk.get("/tags.json")
    scene.talk.claim(
        after, "wrong signatures change nothing", _only_right, before, after, scene.word
    )


def _other_content(scene: Scene, signed: Callable[..., Any]) -> None:
    """Sign another query or body than is sent."""
    changes: dict[str, dict[str, Any]] = {
        "without the query": {"url_of": lambda url: url.partition("?")[0]},
        "with another query": {"url_of": lambda url: url + "&page=3"},
        "without the body": {"with_body": False},
        "with another body": {"body": b"name=x"},
    }
    for way, change in changes.items():
        is_read = "query" in way
        method, path = ("GET", "/contacts.json") if is_read else ("POST", "/tags.json")
        more: dict[str, Any] = {"query": {"page": 1}} if is_read else {"json": {"name": way}}
        scene.talk.servers[0].users[_ALTERED] = _wrongly(signed, change)
        step = scene.talk.request(method, path, user=_ALTERED, keeps=True, shared=True, **more)
        expect(scene, step, f"a {method} signed {way} is refused", 104)


def _wrongly(signed: Callable[..., Any], change: dict[str, Any]) -> Any:
    def authenticate(request: HTTPRequest) -> None:
        url_of = change.get("url_of")
        more = {name: value for name, value in change.items() if name != "url_of"}
        if url_of is not None:
            more["url"] = url_of(str(request.url))
        signed(**more)(request)

    return authenticate


def _next(text: str, place: int) -> str:
    digit = "0123456789abcdef"[(int(text[place], 16) + 1) % 16]
    return text[:place] + digit + text[place + 1 :]


def _only_right(before: Reply, after: Reply, word: str) -> Iterator[str]:
    new = {row["name"] for row in after.tree["data"]} - {row["name"] for row in before.tree["data"]}
    expected = {f"{word} {way}" for way in ("rightly", "300 s early", "300 s late")}
    if new != expected:
        yield f"there are {len(new)} new tags, expected {len(expected)}"


# -- keys and passwords ----------------------------------------------------------------------------


def keys(scene: Scene) -> None:
    """Change the key, log out, log in: only the newest key opens the account."""
    talk, server = scene.talk, scene.talk.servers[0]
    mock = control(scene).mock
    signer: Any = type(server.users[""])
    login = mock.login
    first, uid = server.users[""], mock.accounts["samples"]["uid"]
    for number, how in enumerate(("change", "change", "logout", "change", "logout", "logout")):
        old = server.users[""]
        if how == "change":
            step = talk.get("/auth/change_api_key.json")
            expect(scene, step, "a key is changed", 0)
        else:
            expect(scene, talk.get("/auth/logout.json"), "a user logs out", 0)
            for user in ("", _ALTERED) if number > 2 else ("",):
                for path in ("/contacts.json", "/auth/logout.json", "/settings/user.json"):
                    expect(scene, talk.get(path, user=user), "nothing opens after a logout", 104)
            step = talk.post("/auth/login.json", login, user="nobody", keeps=True)
            expect(scene, step, "a user logs in", 0)
        again = talk.post("/auth/login.json", login, user="nobody", keeps=True)
        talk.claim(again, "a login gives the key that there is", _same_key, step, again)
        server.users[_ALTERED] = old
        server.users[""] = signer(uid, base64.b64decode(step.tree["data"]["key"]))
        expect(scene, talk.get("/contacts.json", user=_ALTERED), "the old key opens nothing", 104)
        write = talk.post("/tags.json", {"name": "x"}, user=_ALTERED, keeps=True)
        expect(scene, write, "the old key opens nothing", 104)
        expect(scene, talk.get("/contacts.json"), "the new key opens the account", 0)
        expect(scene, talk.get("/contacts.json", user="other"), "others keep their keys", 0)
        server.users[_ALTERED] = first
        expect(scene, talk.get("/contacts.json", user=_ALTERED), "the first key opens nothing", 104)
    server.users.pop(_ALTERED)
    other = mock.logins["solar"]
    for wrong in (
        {"login": login["login"], "password": other["password"]},
        {"login": other["login"], "password": login["password"]},
        {"login": login["login"], "password": login["password"].upper()},
        {"login": login["login"], "password": login["password"][:-1]},
        {"login": login["login"], "password": f"{login['password']}x"},
        {"login": f"x{login['login']}", "password": login["password"]},
        {"login": "nobody@example.com", "password": login["password"]},
    ):
        step = talk.post("/auth/login.json", wrong, user="nobody", keeps=True)
        expect(scene, step, "a wrong login is refused", 103)


def _same_key(first: Reply, again: Reply) -> Iterator[str]:
    if first.tree["data"]["key"] != again.tree["data"]["key"]:
        yield "it is another"


def settings(scene: Scene) -> None:
    """Write settings: passwords only if they are sent twice, addresses only if they are free."""
    talk, mock = scene.talk, control(scene).mock
    email, password = mock.login["login"], mock.login["password"]
    other_before = talk.get("/settings/user.json", user="other")
    full = {"firstname": " Ada ", "lastname": "Zoe\u0308", "company": "007", "email": email}
    shown = {"firstname": "Ada", "lastname": "Zoe\u0308", "company": "007", "email": email}
    for change, code in (
        ({"password": "new", "confirm_password": "new"}, 0),
        ({"password": "a", "confirm_password": "b"}, 108),
        ({"password": "a"}, 108),
        ({"confirm_password": "a"}, 108),
        ({"password": "", "confirm_password": "a"}, 108),
        ({"password": "a", "confirm_password": ""}, 108),
        ({"password": "a", "confirm_password": "A"}, 108),
        ({"password": "", "confirm_password": ""}, 0),
        ({}, 0),
        ({"email": mock.logins["solar"]["login"]}, 107),
        ({"email": ""}, 109),
    ):
        step = talk.post("/settings/user.json", {**full, **change}, keeps=True)
        expect(scene, step, "settings are taken, or refused with the code for it", code)
        password = change["password"] if code == 0 and change.get("password") else password
        for text, right in ((password, 0), (f"{password}x", 103), ("a", 103), ("", 103)):
            login = {"login": email, "password": text}
            if text:
                tried = talk.post("/auth/login.json", login, user="nobody", keeps=True)
                expect(scene, tried, "a login takes the password that is set", right)
        read = talk.get("/settings/user.json")
        talk.claim(read, "settings are read as they were sent", _has_data, read, shown)
    cleared = talk.post("/settings/user.json", {"email": f"new.{email}"}, keeps=True)
    expect(scene, cleared, "settings that are not sent are cleared", 0)
    nothing = dict.fromkeys(("firstname", "lastname", "company"))
    for step in (cleared, talk.get("/settings/user.json")):
        talk.claim(
            step,
            "settings that are not sent are cleared",
            _has_data,
            step,
            {**nothing, "email": f"new.{email}"},
        )
    for address, code in ((email, 103), (f"new.{email}", 0)):
        again = {"login": address, "password": password}
        step = talk.post("/auth/login.json", again, user="nobody", keeps=True)
        expect(scene, step, "a login takes the address that is set", code)
    _system(scene)
    other_after = talk.get("/settings/user.json", user="other")
    talk.claim(other_after, "others keep their settings", _same_data, other_before, other_after)


_SYSTEM = {
    "status": "client",
    "reminder_type": "every_day",
    "reminder_hour": 0,
    "timezone": "kathmandu",
    "currency": "GBP",
    "date_format": "%d/%m/%Y",
}


def _system(scene: Scene) -> None:
    talk = scene.talk
    before = talk.get("/settings/system.json", user="other")
    zones = talk.get("/settings/timezone_list.json")
    currencies = talk.get("/settings/currency_list.json")
    kept: dict[str, Any] = {}
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 0),
        ({"reminder_hour": 23}, 0),
        ({"reminder_hour": 24}, 108),
        ({"reminder_hour": -1}, 108),
        ({"reminder_type": "sometimes"}, 108),
        ({"reminder_type": "never"}, 0),
        ({"reminder_type": "new_task"}, 0),
        ({"timezone": "nowhere"}, 108),
        ({"currency": "XXX"}, 108),
        ({"currency": "eur"}, 108),
        ({"date_format": "%Y"}, 108),
        ({"date_format": "%m/%d/%Y"}, 0),
        *(({"timezone": row["code"]}, 0) for row in zones.tree["data"]),
        *(({"currency": row["code"]}, 0) for row in currencies.tree["data"]),
    ]
    for change, code in cases:
        sent: dict[str, Any] = {**_SYSTEM, **change}
        step = talk.post("/settings/system.json", sent, keeps=True)
        expect(scene, step, "settings of the account are taken, or refused", code)
        kept = sent if code == 0 else kept
        read = talk.get("/settings/system.json")
        talk.claim(
            read, "settings of the account are read as they were sent", _has_data, read, kept
        )
        login = talk.post("/auth/login.json", _login(scene), user="nobody", keeps=True)
        talk.claim(
            login, "a login shows the settings", _shows_system, login, zones, currencies, kept
        )
    for name in _SYSTEM:
        less = {key: value for key, value in _SYSTEM.items() if key != name}
        step = talk.post("/settings/system.json", less, keeps=True)
        expect(scene, step, "settings of the account are complete", 109)
    after = talk.get("/settings/system.json", user="other")
    talk.claim(after, "other accounts keep their settings", _same_data, before, after)


def _login(scene: Scene) -> dict[str, str]:
    login = control(scene).mock.login
    return {"login": f"new.{login['login']}", "password": "new"}


def _shows_system(
    login: Reply, zones: Reply, currencies: Reply, kept: dict[str, Any]
) -> Iterator[str]:
    data = login.tree["data"]
    zone = next(row for row in zones.tree["data"] if row["code"] == kept["timezone"])
    money = next(row for row in currencies.tree["data"] if row["code"] == kept["currency"])
    form = {"%d/%m/%Y": "dd/mm/yyyy", "%m/%d/%Y": "mm/dd/yyyy"}[kept["date_format"]]
    for name, value in {
        "customerlabel": kept["status"],
        "timezone": zone["offset"],
        "dateformat": form,
        "currency": {"symbol": money["short"], "code": money["code"]},
    }.items():
        if data[name] != value:
            yield f"{name} is another"


def _has_data(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        if reply.tree["data"][name] != value:
            yield f"{name} is another"


def _same_data(before: Reply, after: Reply) -> Iterator[str]:
    if before.tree["data"] != after.tree["data"]:
        yield "they are others"


# -- ids -------------------------------------------------------------------------------------------


def unknown(scene: Scene) -> None:
    """Ask with ids that the account does not have: unknown, another's, of another kind, deleted."""
    talk = scene.talk
    made: dict[str, dict[str, Any]] = {}
    for user in ("", "other"):
        contact = talk.post("/contacts.json", {"lastname": talk.unique(user)}, user=user).id
        action = {"cid": contact, "name": "x", "date": "01.02.2027", "done": 1}
        made[user] = {
            "contacts": contact,
            "actions": talk.post("/actions.json", action, user=user).id,
            "notes": talk.post("/notes.json", {"cid": contact, **DEAL}, user=user).id,
        }
        filters = control(scene).mock.add("filters", {"name": "x"}, account=ACCOUNTS[user])
        made[user]["filters"] = filters
    gone = talk.post("/contacts.json", {"lastname": talk.unique("gone")})
    talk.delete(f"/contacts/{gone.id}.json")
    before = _everything(scene, "other", made["other"])
    mine, other = made[""], made["other"]
    cases: dict[str, list[Any]] = {
        "contacts": [UNKNOWN, other["contacts"], mine["actions"], mine["notes"], gone.id],
        "actions": [UNKNOWN, other["actions"], mine["contacts"], mine["notes"]],
        "notes": [UNKNOWN, other["notes"], mine["contacts"], mine["actions"]],
        "filters": [UNKNOWN, other["filters"], mine["contacts"]],
    }
    for kind, ids in cases.items():
        for id in ids:
            for method, path, more in _uses(kind, id, mine["contacts"]):
                step = talk.request(method, path, keeps=True, **more)
                expect(scene, step, f"{method} {path.partition('/0')[0]} does not know it", 106)
    after = _everything(scene, "other", made["other"])
    for left, right in zip(before, after, strict=True):
        talk.claim(right, "nothing of another account changes", _same_data, left, right)


def _everything(scene: Scene, user: str, ids: Mapping[str, Any]) -> list[Step]:
    cid = {"cid": ids["contacts"]}
    return [
        scene.talk.get(f"{path}.json", query, user=user)
        for path, query in (
            (f"/contacts/{ids['contacts']}", {}),
            ("/contacts", {}),
            ("/actions", cid),
            ("/notes", cid),
            ("/tags", {}),
            ("/filters", {}),
        )
    ]


def _uses(kind: str, id: Any, contact: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the requests that take an id of a kind."""
    path = f"/{kind}/{id}.json"
    yield "GET", path, {}
    if kind == "filters":
        yield "GET", "/contacts.json", {"query": {"filter_id": id}}
        return
    yield "DELETE", path, {}
    note, action = {"body": "x", "date": "01.02.2027"}, {"name": "x", "next": 1}
    body = {"contacts": {"lastname": "x"}, "notes": note, "actions": {"cid": contact, **action}}
    yield "PUT", path, {"json": body[kind]}
    if kind == "contacts":
        for listed in ("actions", "notes"):
            yield "GET", f"/{listed}.json", {"query": {"cid": id}}
        yield "POST", "/actions.json", {"json": {"cid": id, **action}}
        yield "POST", "/notes.json", {"json": {"cid": id, **note}}
        yield "POST", "/notes.json", {"json": {"cid": id, **DEAL}}
        for what in ("mark_action_as_done", "undo_action_completion"):
            yield "POST", f"/misc/{what}.json", {"json": {"cid": id}}
        for what in ("assign_tag", "unassign_tag"):
            sent = {"id": id, "name": "VIP"}
            yield "GET", f"/misc/{what}.json", {"query": sent}
            yield "POST", f"/misc/{what}.json", {"json": sent}


# -- limits ----------------------------------------------------------------------------------------


def limits(scene: Scene) -> None:
    """Fill an account: the last that it may have is taken, and the next is refused."""
    talk, mock = scene.talk, control(scene).mock
    contact = talk.post("/contacts.json", {"lastname": talk.unique("a")}).id
    count = _all(scene)
    deals = len(talk.get("/sales/closed_deals.json").tree["data"]) + len(
        talk.get("/sales/index.json").tree["data"]["pending"]
    )
    new = {"lastname": talk.unique("b")}
    deal, note = {"cid": contact, **DEAL}, {"cid": contact, "body": "x", "date": "01.02.2027"}
    full, over, dealt = "contacts_list_full", "too_many_contacts", "deals_limit_reached"
    mock.limit(contacts=count + 2)
    _tell(scene, "POST", "/contacts.json", new, 0, [])
    second = _tell(scene, "POST", "/contacts.json", new, 0, [full])
    for path, body in (("/contacts.json", new), ("/notes.json", deal)):
        _tell(scene, "POST", path, body, 201, [full])
    _tell(scene, "POST", "/notes.json", note, 0, [full])
    _tell(scene, "PUT", f"/contacts/{contact}.json", new, 0, [full])
    _tell(scene, "POST", "/tags.json", {"name": scene.word}, 0, [full])
    _tell(scene, "DELETE", f"/contacts/{second.id}.json", None, 0, [])
    _tell(scene, "GET", "/misc/undo_contact_deletion.json", None, 0, [full])
    mock.limit(contacts=count + 1)
    for method, path, body in _edits(contact, second.id, scene.word):
        _tell(scene, method, path, body, 201, [over])
    for path in (
        "/contacts.json",
        "/tags.json",
        f"/contacts/{contact}.json",
        "/settings/user.json",
    ):
        _tell(scene, "GET", path, None, 0, [over])
    _tell(scene, "GET", f"/contacts/{UNKNOWN}.json", None, 106, [over])
    _tell(scene, "DELETE", f"/contacts/{UNKNOWN}.json", None, 106, [over])
    _tell(scene, "DELETE", f"/contacts/{second.id}.json", None, 0, [full])
    _tell(scene, "GET", "/misc/undo_contact_deletion.json", None, 201, [full])
    mock.limit(deals=deals + 2)
    _tell(scene, "POST", "/notes.json", deal, 0, [])
    won = _tell(scene, "POST", "/notes.json", {**deal, "status": "won"}, 0, [dealt])
    for path, body in (("/contacts.json", new), ("/notes.json", deal)):
        _tell(scene, "POST", path, body, 202, [dealt])
    _tell(scene, "POST", "/notes.json", note, 0, [dealt])
    _tell(scene, "PUT", f"/notes/{won.id}.json", DEAL, 0, [dealt])
    _tell(scene, "DELETE", f"/notes/{won.id}.json", None, 0, [])
    _tell(scene, "POST", "/notes.json", deal, 0, [dealt])
    mock.limit(contacts=_all(scene) + 1, deals=deals + 9, account="solar")
    _tell(scene, "POST", "/contacts.json", new, 202, [dealt])
    mock.limit(contacts=0, deals=0, account="solar")
    mock.limit()
    _tell(scene, "POST", "/contacts.json", new, 0, [])
    _tell(scene, "POST", "/contacts.json", new, 201, [over, dealt], "other")
    mock.block(account="samples")
    for user, code, told in (("", 102, []), ("other", 0, [over, dealt])):
        for path in ("/contacts.json", "/settings/user.json"):
            _tell(scene, "GET", path, None, code, told, user)
    _tell(scene, "POST", "/contacts.json", new, 102, [])
    mock.block(blocked=False, account="samples")
    _tell(scene, "GET", "/contacts.json", None, 0, [])


def _edits(contact: Any, id: Any, word: str) -> Iterator[tuple[str, str, Any]]:
    """Yield what an account with too many contacts refuses."""
    yield "POST", "/contacts.json", {"lastname": "x"}
    yield "PUT", f"/contacts/{id}.json", {"lastname": "x"}
    yield "GET", "/misc/undo_contact_deletion.json", None
    yield "POST", "/actions.json", {"cid": contact, "name": "x", "next": 1}
    yield "POST", "/misc/mark_action_as_done.json", {"cid": contact}
    yield "POST", "/misc/undo_action_completion.json", {"cid": contact}
    yield "POST", "/notes.json", {"cid": contact, "body": "x", "date": "01.02.2027"}
    yield "POST", "/tags.json", {"name": f"{word}x"}
    yield "PUT", f"/tags/{word}.json", {"name": f"{word}x"}
    yield "DELETE", f"/tags/{word}.json", None
    yield "GET", f"/misc/assign_tag.json?id={contact}&name=VIP", None
    yield "POST", "/misc/unassign_tag.json", {"id": contact, "name": "VIP"}
    yield "GET", "/misc/remove_unused_tags.json", None


def _all(scene: Scene) -> int:
    lists = [scene.talk.get("/contacts.json", {"waiting": waiting}) for waiting in (0, 1)]
    return sum(int(step.tree["data"]["count"]) for step in lists)


def _tell(
    scene: Scene, method: str, path: str, body: Any, code: int, told: list[str], user: str = ""
) -> Step:
    sent = {} if body is None else {"json": body}
    step = scene.talk.request(method, path, user=user, keeps=True, **sent)
    scene.talk.claim(
        step, f"{method} {path.partition('/4')[0]} keeps to the limits", _told, step, code, told
    )
    return step


def _told(reply: Reply, code: int, told: list[str]) -> Iterator[str]:
    yield from answers(reply, [code])
    if sorted(reply.tree.get("notifications", [])) != sorted(told):
        yield f"it notifies of {reply.tree.get('notifications')}, expected {told}"
