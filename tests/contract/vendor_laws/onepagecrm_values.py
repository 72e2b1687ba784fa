"""What OnePageCRM shows of what is sent: strings, lists, pages, filters, days, sums and order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.differences import differing
from tests.contract.onepagecrm_book import STATUSES, STRINGS, Book, by_id, shown, to_text

from .control import control
from .onepagecrm_access import ACCOUNTS, DEAL, expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["closings", "filters", "orders", "pages", "recents", "replacing", "sums", "texts"]

_FORMATS = ("json", "xml", "yaml")
#: Strings that a format, or something on the way, could take for something else.
TEXTS = (
    *("007", "0", "-1", "1e3", "1.50", "0x1F", "1_000", "12:30:45", "2012-06-04", "04.06.2012"),
    *("yes", "No", "on", "OFF", "y", "N", "true", "False", "null", "~", "NULL", ".inf", ".nan"),
    *("a: b", "a:b", "- a", "-", "?", "? a", "#1", "a #b", "[x]", "{y}", "&a", "*a", "!a", "%a"),
    *("@a", "`a", '"', "'", '"x"', "'x'", "a\\b", "\\", "\\n", "|", ">", ":", "=", "<<", "a:"),
    *("a & b", "&amp;", "<b>", "]]>", "<!--", "&#13;", "a\tb", "a\nb", "a\r\nb", "a\rb", "a\n\nb"),
    *("  both  ", "\ttab\t", "\n\nlines\r\n", "\u00a0nbsp\u00a0", "a\u2028b", "a\x85b", "x\x07y"),
    *(
        "\ufeffbom",
        "Zoe\u0308",
        "\ufb01\u212b",
        "\U0001f600",
        "日本",
        "İıß",
        "a+b c%20d",
        "A.B@C.De",
    ),
)
#: What may be longer than 25 characters.
_LONG = ("é" * 2000, "x" * 4097, "a b " * 300, "\U0001f600" * 130)
_NAMES = ("firstname", "lastname", "company")
_PLAIN = tuple(name for name in STRINGS if name not in (*_NAMES, "country"))


def _new(scene: Scene, path: str, body: Mapping[str, Any], user: str = "") -> Step:
    step = scene.talk.post(f"/{path}.json", dict(body), user=user)
    expect(scene, step, "what is valid is created", 0)
    return step


# -- strings ---------------------------------------------------------------------------------------


def texts(scene: Scene) -> None:
    """Write every kind of str wherever one goes; all formats show it, trimmed, whole, as it was."""
    talk = scene.talk
    home = _new(scene, "contacts", {"lastname": scene.word}).id
    notes: dict[str, Any] = {}
    actions: dict[str, Any] = {}
    for number, text in enumerate((*TEXTS, *_LONG)):
        plain = dict.fromkeys(_PLAIN, text)
        names = {} if text in _LONG else dict.fromkeys(_NAMES, text)
        word = " ".join(text.split()).translate({ord(","): "", ord("|"): ""}) or "x"
        body = {
            "lastname": "x",
            **names,
            **plain,
            "phones": f"work|{word},{word}|0{number}",
            "emails": f" home | {word} ",
            "urls": f"website|{word}",
        }
        expected: dict[str, Any] = {STRINGS[name]: shown(body[name]) for name in (*names, *plain)}
        clean = shown(word)
        expected |= {
            "phones": [{"type": "work", "number": clean}, {"type": clean, "number": f"0{number}"}],
            "emails": [{"type": "home", "address": clean}],
            "urls": [{"type": "website", "address": clean}],
        }
        made = _new(scene, "contacts", body)
        other = talk.put(f"/contacts/{home}.json", {**body, "status": "customer"})
        for step in (made, other, *_in_all_formats(scene, f"/contacts/{made.id}")):
            talk.claim(step, "a str is shown as it was sent", _shows, step, expected)
        note = {"cid": home, "body": text, "date": "01.02.2027"}
        notes[str(number)] = (_new(scene, "notes", note).id, shown(text))
        if len(text) <= 140:
            action = {"cid": home, "name": text, "next": 1, "done": 1, "closed": number}
            actions[str(number)] = (_new(scene, "actions", action).id, shown(text))
        talk.delete(made.path if hasattr(made, "path") else f"/contacts/{made.id}.json")
    for path, member, records in (("notes", "body", notes), ("actions", "name", actions)):
        for step in _in_all_formats(scene, f"/{path}", {"cid": home}):
            talk.claim(
                step,
                f"the {member} of {path} is shown as it was sent",
                _rows_show,
                step,
                member,
                [list(record) for record in records.values()],
            )
    _tag_names(scene, home)
    for name, limit in (("firstname", 25), ("lastname", 25), ("company", 55)):
        for letter in ("x", "é", "日", "\U0001f600"):
            for count, code in ((limit, 0), (limit + 1, 108)):
                sent = {"lastname": "x", name: letter * count}
                step = talk.put(f"/contacts/{home}.json", sent)
                expect(scene, step, f"{name} has {limit} characters at most", code)


def _in_all_formats(scene: Scene, path: str, query: Any = ()) -> list[Step]:
    return [scene.talk.get(f"{path}.{ending}", query, shared=True) for ending in _FORMATS]


def _shows(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        if reply.tree["data"][name] != value:
            yield f"{name} of {str(value)[:30]!r} differs in {reply.media_type}"


def _rows_show(reply: Reply, member: str, records: list[list[Any]]) -> Iterator[str]:
    rows = {row["id"]: row[member] for row in reply.tree["data"]}
    for id, value in records:
        if rows.get(id) != value:
            yield f"{str(value)[:30]!r} differs in {reply.media_type}"


def _tag_names(scene: Scene, home: Any) -> None:
    talk = scene.talk
    names = [name for name in dict.fromkeys(map(shown, TEXTS)) if name and "," not in name]
    names = [name for name in names if name != "VIP"]
    talk.put(
        f"/contacts/{home}.json", {"lastname": "x", "tags": ",".join(f" {n} ," for n in names)}
    )
    for step in (*_in_all_formats(scene, "/tags"), *_in_all_formats(scene, f"/contacts/{home}")):
        talk.claim(step, "tags are shown as they were sent", _has_tags, step, names)
    for name in names:
        found = talk.get("/contacts.json", {"tag": name})
        talk.claim(found, "a tag of any name finds its contacts", _finds, scene, found, [home])


def _has_tags(reply: Reply, names: list[str]) -> Iterator[str]:
    data = reply.tree["data"]
    shown_ = {row["name"] for row in data} if isinstance(data, list) else {*data["tags"]}
    if not isinstance(data, list) and len(data["tags"]) != len(names):
        yield f"{reply.media_type} shows {len(data['tags'])} tags, expected {len(names)}"
    for name in {*names} - shown_:
        yield f"{reply.media_type} lacks {name!r}"


def _finds(scene: Scene, reply: Reply, ids: list[Any]) -> Iterator[str]:
    found = [row["id"] for row in scene.rows_in(reply)]
    if sorted(found) != sorted(ids):
        yield f"it finds {len(found)} contacts, expected {len(ids)}"
    if reply.tree["data"]["count"] != len(ids):
        yield f"it counts {reply.tree['data']['count']}, expected {len(ids)}"


# -- pages -----------------------------------------------------------------------------------------

_COUNT = 221
_SIZES = (7, 13, 25, 26, 99, 100, 101, 110, 111, 220, 221, 222, 500)


def pages(scene: Scene) -> None:
    """Read lists of more than two hundred contacts by pages of every size."""
    talk, mock = scene.talk, control(scene).mock
    word = scene.word
    ids: dict[str, list[str]] = {"": [], "tag": [], "vip": [], "status": [], "waiting": []}
    for number in range(_COUNT):
        kinds = [
            kind for kind, every in (("tag", 2), ("vip", 3), ("status", 5)) if not number % every
        ]
        contact = {
            "lastname": f"{word} {number}",
            "tags": [f"{word}t"] if "tag" in kinds else [],
            "vip": "vip" in kinds,
            "status": "inactive" if "status" in kinds else "general",
        }
        id = mock.add("contacts", contact)
        waits = number % 11 == 10
        if waits:
            mock.add("actions", {"cid": id, "name": "x", "waiting": True})
        for kind in ["waiting"] if waits else ["", *kinds]:
            ids[kind].append(id)
    queries: list[tuple[dict[str, Any], list[str]]] = [
        ({"search": word}, ids[""]),
        ({"tag": f"{word}t"}, ids["tag"]),
        ({"search": word, "waiting": 1}, ids["waiting"]),
        ({"search": word, "system_tag": "vip"}, ids["vip"]),
    ]
    for size in _SIZES:
        mock.listing(size=size)
        for query, expected in queries[:2] if size < 99 else queries:
            _by_pages(scene, query, expected, size)
    mock.listing(size=100, mode="inactive")
    _by_pages(scene, {"search": word}, ids["status"], 100)
    both = [id for id in ids["status"] if id in ids["tag"]]
    _by_pages(scene, {"tag": f"{word}t"}, both, 100)
    for value in ("0", "-1", "x", "1.5", "2147483648", "00x"):
        step = talk.get("/contacts.json", {"page": value})
        expect(scene, step, f"a page cannot be {value!r}", 108)
    mock.listing(size=25, mode="all")
    for account in ("other",):
        step = talk.get("/contacts.json", {"search": word}, user=account)
        talk.claim(step, "others have none of them", _finds, scene, step, [])


def _by_pages(scene: Scene, query: Mapping[str, Any], ids: list[str], size: int) -> None:
    count = -(-len(ids) // size)
    steps = [
        scene.talk.get("/contacts.json", {**query, "page": page}) for page in range(1, count + 2)
    ]
    steps += [scene.talk.get("/contacts.json", query)]
    steps += [scene.talk.get("/contacts.json", {**query, "page": 2_147_483_647})]
    scene.talk.claim(
        steps[-1], f"pages of {size} make up a list", _make_up, scene, steps, ids, size
    )


def _make_up(scene: Scene, replies: list[Reply], ids: list[str], size: int) -> Iterator[str]:
    *pages_, plain, past = replies
    if [row["id"] for row in scene.rows_in(plain)] != [
        row["id"] for row in scene.rows_in(pages_[0])
    ]:
        yield "the first page is another without its number"
    rows = [row["id"] for reply in pages_ for row in scene.rows_in(reply)]
    if sorted(rows) != sorted(ids):
        yield f"there are {len(rows)} rows, {len({*rows} & {*ids})} of the {len(ids)} expected"
    if scene.rows_in(past) or scene.rows_in(pages_[-1]):
        yield "a page after the last has rows"
    for number, reply in enumerate(pages_, 1):
        data = reply.tree["data"]
        if (data["count"], data["page"]) != (len(ids), number):
            yield f"page {number} says it is {data['page']}, of {data['count']} contacts"
        if data["maxpage"] != max(1, -(-len(ids) // size)):
            yield f"page {number} says that {data['maxpage']} is the last"
        if number < len(pages_) - 1 and len(scene.rows_in(reply)) != size:
            yield f"page {number} is not full"


# -- what is recent --------------------------------------------------------------------------------

_WEEK = timedelta(days=7)


def recents(scene: Scene) -> None:
    """Add, edit, view and import contacts: they are recent for a week, to the second."""
    talk, mock, clock = scene.talk, control(scene).mock, control(scene).clock
    second = timedelta(seconds=1)
    clock.move(timedelta(days=400))  # nothing else is recent
    start = clock.now
    imported = mock.add(
        "contacts",
        {"lastname": talk.unique("i"), "added": 1, "edited": 1, "imported": int(start.timestamp())},
    )
    added = _new(scene, "contacts", {"lastname": talk.unique("a"), "tags": scene.word}).id
    times: dict[str, tuple[Any, datetime]] = {
        "recently_added": (added, clock.now),
        "recently_imported": (imported, start),
    }
    edits = {
        "replaced": ("PUT", "/contacts/{id}.json", {"lastname": "x"}),
        "tagged": ("GET", "/misc/assign_tag.json?id={id}&name=" + scene.word, None),
        "untagged": ("POST", "/misc/unassign_tag.json", {"id": "{id}", "name": scene.word}),
        "made important": ("GET", "/misc/assign_tag.json?id={id}&name=VIP", None),
    }
    viewed = mock.add("contacts", {"lastname": talk.unique("v"), "added": 1})
    for what, (method, path, body) in edits.items():
        clock.move(timedelta(days=30))
        old = mock.add(
            "contacts",
            {
                "lastname": talk.unique("e"),
                "added": 1,
                "edited": 1,
                "tags": [scene.word] if what == "untagged" else [],
            },
        )
        sent: dict[str, Any] = (
            {}
            if body is None
            else {"json": {name: old if value == "{id}" else value for name, value in body.items()}}
        )
        step = talk.request(method, path.replace("{id}", old), keeps=True, **sent)
        expect(scene, step, f"a contact is {what}", 0)
        _recent(scene, "recently_edited", old, clock.now, what)
    clock.move(timedelta(days=30))
    talk.get(f"/contacts/{viewed}.json")
    _recent(scene, "recently_viewed", viewed, clock.now, "viewed")
    clock.move(timedelta(days=30))
    again = _new(scene, "contacts", {"lastname": talk.unique("b")}).id
    at = clock.now
    clock.move(timedelta(days=3))
    talk.put(f"/contacts/{again}.json", {"lastname": "x"})
    edited = clock.now
    _recent(scene, "recently_added", again, at, "added, and edited since")
    _recent(scene, "recently_edited", again, edited, "edited")
    for name, (id, at) in times.items():
        clock.move(at + _WEEK - second)
        _is_recent(scene, name, id, True, name)
        _is_recent(scene, name, id, False, name)


def _recent(scene: Scene, name: str, id: Any, at: datetime, what: str) -> None:
    """State that a contact is recent until a week after a time."""
    clock = control(scene).clock
    for time_, found in ((at + _WEEK - timedelta(seconds=1), True), (at + _WEEK, False)):
        clock.move(time_)
        _is_recent(scene, name, id, found, what)


def _is_recent(scene: Scene, name: str, id: Any, found: bool, what: str) -> None:
    talk, clock = scene.talk, control(scene).clock
    step = talk.get("/contacts.json", {"system_tag": name})
    now = clock.now
    talk.claim(
        step, f"a contact that was {what} is recent for a week", _has, scene, step, id, found
    )
    clock.move(now)  # the same second again
    login = talk.post("/auth/login.json", control(scene).mock.login, user="nobody", keeps=True)
    talk.claim(login, f"{name} counts what its list shows", _counts_as, login, name, step)


def _has(scene: Scene, reply: Reply, id: Any, found: bool) -> Iterator[str]:
    if (id in [row["id"] for row in scene.rows_in(reply)]) is not found:
        yield "it is not" if found else "it still is"


def _counts_as(login: Reply, name: str, listed: Reply) -> Iterator[str]:
    counts = {row["name"]: row["count"] for row in login.tree["tags"]["system"]}
    if counts[name] != listed.tree["data"]["count"]:
        yield f"it counts {counts[name]}, and the list {listed.tree['data']['count']}"


# -- filters ---------------------------------------------------------------------------------------


def filters(scene: Scene) -> None:
    """Choose contacts by custom filters of every kind, tags, modes and searches together."""
    talk, mock = scene.talk, control(scene).mock
    word = scene.word
    book = Book(0.0, "month", {}, {}, "")
    bodies: list[dict[str, Any]] = [
        {"status": "lead", "city": "NJ", "zip_code": "07018", "country": "IE"},
        {"status": "customer", "state": "NJ", "zip_code": "7018", "tags": f"{word}a"},
        {
            "status": "customer",
            "city": "NJ",
            "state": "nj",
            "country": "EL",
            "tags": f"{word}b,VIP",
        },
        {"status": "prospect", "city": "East NJ", "country": "IE", "tags": f"{word}a,{word}b"},
        {"status": "inactive", "address": "NJ", "description": "IE 07018", "company": f"{word} NJ"},
        {"status": "general", "zip_code": "070180", "tags": f"{word}A"},
    ]
    for number, body in enumerate(bodies):
        sent = {"lastname": f"{word} {number}", **body}
        book.add_contact(_id(_new(scene, "contacts", sent)), book.create_contact(sent))
    contacts = [*book.contacts]
    for number, status in enumerate(("pending", "won", "lost", "won")):
        sent = {"cid": contacts[number], **DEAL, "status": status}
        book.add_note(_id(_new(scene, "notes", sent)), book.create_note(sent))
    for number in (1, 3):
        action = {"cid": contacts[number], "name": "x", "waiting": 1}
        book.add_action(_id(_new(scene, "actions", action)), book.create_action(action))
    for filter_ in _filters(word):
        id = mock.add("filters", {"name": talk.unique("f"), **filter_})
        book.filters[id] = {"contacts": [], "tags": [], "deals": [], "address": {}, **filter_}
    read = talk.get("/filters.json")
    talk.claim(read, "filters are read as they are stored", _stored, read, book.filters)
    foreign = mock.add("filters", {"name": "x"}, account=ACCOUNTS["other"])
    other = talk.get("/filters.json", user="other")
    talk.claim(other, "others do not see them", _not_stored, other, [*book.filters])
    expect(scene, talk.get("/contacts.json", {"filter_id": foreign}), "others' are unknown", 106)
    for mode in ("all", "customer", "lead"):
        mock.listing(size=500, mode=mode)
        book.mode = mode
        for query in _queries(scene, [*book.filters]):
            step = talk.get("/contacts.json", query)
            expected = [row["id"] for row in book.selected(query) if row["id"] in contacts]
            talk.claim(
                step,
                f"a list of {mode} contacts shows what {sorted(query)} choose",
                _chosen,
                scene,
                step,
                contacts,
                expected,
            )
    mock.listing()


def _id(step: Step) -> str:
    return str(step.tree["data"]["id"])


def _filters(word: str) -> Iterator[dict[str, Any]]:
    yield {}
    for status in STATUSES:
        yield {"contacts": [status]}
    yield {"contacts": ["lead", "customer"]}
    for tags in ([f"{word}a"], [f"{word}b"], [f"{word}a", f"{word}b"], [f"{word}c"]):
        yield {"tags": tags}
    for deals in (["pending"], ["won"], ["lost"], ["won", "lost"]):
        yield {"deals": deals}
    for kind, value in (
        ("city_state", "NJ"),
        ("city_state", "nj"),
        ("city_state", "East NJ"),
        ("country_code", "IE"),
        ("country_code", "EL"),
        ("zip_code", "07018"),
        ("zip_code", "7018"),
        ("zip_code", "NJ"),
        ("country_code", "NJ"),
    ):
        yield {"address": {"type": kind, "value": value}}
    yield {
        "contacts": ["customer"],
        "tags": [f"{word}a"],
        "deals": ["won"],
        "address": {"type": "city_state", "value": "NJ"},
    }
    yield {"contacts": ["customer"], "address": {"type": "country_code", "value": "EL"}}


def _queries(scene: Scene, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    word = scene.word
    for waiting in ({}, {"waiting": 0}, {"waiting": 1}):
        yield waiting
        for tag in (f"{word}a", f"{word}b", f"{word}A", f"{word}none", "VIP", "vip"):
            yield {"tag": tag, **waiting}
            yield {"tag": tag, "search": f"{word} 2", **waiting}
            yield {"tag": tag, "system_tag": "nope", **waiting}
            yield {"tag": tag, "system_tag": "pending_deals", **waiting}
            yield {"tag": tag, "system_tag": "vip", **waiting}
        yield {"system_tag": "waiting", **waiting}
    for id in ids:
        yield {"filter_id": id}
    for id in scene.rng.sample(ids, 5):
        yield {"filter_id": id, "tag": f"{word}a"}
        yield {"filter_id": id, "waiting": 1, "system_tag": "vip"}
        yield {"filter_id": id, "search": f"{word} 1"}


def _stored(reply: Reply, expected: dict[str, dict[str, Any]]) -> Iterator[str]:
    rows = {row["id"]: row for row in reply.tree["data"]}
    for id, filter_ in expected.items():
        for name, value in filter_.items():
            if (rows[id][name] or type(value)()) != value:
                yield f"{name} differs"


def _not_stored(reply: Reply, ids: list[str]) -> Iterator[str]:
    if {row["id"] for row in reply.tree["data"]} & {*ids}:
        yield "they do"


def _chosen(scene: Scene, reply: Reply, ids: list[str], expected: list[str]) -> Iterator[str]:
    found = [ids.index(row["id"]) for row in scene.rows_in(reply) if row["id"] in ids]
    wanted = [ids.index(id) for id in expected]
    if sorted(found) != sorted(wanted):
        yield f"it shows {sorted(found)}, expected {sorted(wanted)}"


# -- sales -----------------------------------------------------------------------------------------

_TODAYS = (
    *(date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 1), date(2028, 12, 31), date(2029, 1, 1)),
    *(date(2029, 3, 1), date(2029, 3, 30), date(2029, 7, 1)),
)


def sums(scene: Scene) -> None:
    """Sum up deals of many days, on the first and last days of months, quarters and years."""
    mock, clock = control(scene).mock, control(scene).clock
    days = {
        today - timedelta(days=more)
        for today in _TODAYS
        for more in (0, 1, 28, 29, 30, 31, 58, 59, 60, 61, 88, 89, 90, 91)
    } | {
        date(year, month, 1) - timedelta(days=more)
        for year in (2027, 2028, 2029)
        for month in range(1, 13)
        for more in (0, 1)
    }
    books: dict[str, Book] = {}
    clock.move(datetime.combine(_TODAYS[0], time(12), UTC))
    for user, account in ACCOUNTS.items():
        login = scene.talk.post("/auth/login.json", mock.logins[account], user="nobody", keeps=True)
        data, sales = login.tree["data"], login.tree["sales"]
        book = books[user] = Book(
            sales["target"], sales["period"], {}, {}, "", pipeline=data["pipeline_mode"]
        )
        for listed in ({"waiting": 0}, {"waiting": 1}):
            for row in scene.talk.get("/contacts.json", listed, user=user).tree["data"]["contacts"]:
                book.contacts[row["id"]] = row
                notes = scene.talk.get("/notes.json", {"cid": row["id"]}, user=user).tree["data"]
                book.notes |= {note["id"]: note for note in notes}
        contact = mock.add("contacts", {"lastname": "x", "firstname": "y"}, account=account)
        book.contacts[contact] = {"id": contact, "firstname": "y", "lastname": "x", "company": None}
    left = sorted(days)
    for today in _TODAYS:
        closed = [day for day in left if day <= today]
        left = left[len(closed) :]
        for user, book in books.items():
            cid = [*book.contacts][-1]
            for number, day in enumerate(closed):
                deal = {
                    "amount": 2.0 ** (number % 30) / 4,
                    "status": ("won", "lost")[number % 7 == 3],
                    "closed": to_text(day),
                    "deal_stage": None,
                    "exp_close": None,
                }
                note = {"cid": cid, "body": "x", "date": "01.01.2020", "type": "deal", "deal": deal}
                id = mock.add("notes", note, account=ACCOUNTS[user])
                book.notes[id] = {"id": id, **note}
            _sum(scene, user, book, today)


def _sum(scene: Scene, user: str, book: Book, today: date) -> None:
    talk, mock, clock = scene.talk, control(scene).mock, control(scene).clock
    clock.move(datetime.combine(today, time(23, 59, 50) if user else time(0, 0, 1), UTC))
    book.now = datetime.combine(today, time(12), UTC)
    summary = talk.get("/sales/index.json", user=user)
    talk.claim(summary, f"sales are summed up on {today}", _sums, summary, book.sales())
    closed = talk.get("/sales/closed_deals.json", user=user)
    talk.claim(
        closed,
        "closed deals come with the one closed last first",
        _in_order,
        closed,
        summary,
        book.closed_deals(),
    )
    login = talk.post("/auth/login.json", mock.logins[ACCOUNTS[user]], user="nobody", keeps=True)
    talk.claim(
        login, f"the sales beside a reply are those of {today}", _beside, login, book.side_sales()
    )


def _sums(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    data = {**reply.tree["data"], "pending": by_id(reply.tree["data"]["pending"])}
    del data["closed"]
    yield from differing(_round(expected), _round(data))


def _round(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _round(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_round(value) for value in tree]
    return round(float(tree), 4) if isinstance(tree, float | int) else tree


def _in_order(reply: Reply, summary: Reply, expected: list[Any]) -> Iterator[str]:
    rows = reply.tree["data"]
    if by_id(rows) != by_id(expected):
        yield "they are others"
    dates = [row["deal"]["closed"].split(".")[::-1] for row in rows]
    if dates != sorted(dates, reverse=True):
        yield "they come in another order"
    if summary.tree["data"]["closed"] != rows[:10]:
        yield "the summary has others"


def _beside(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    yield from differing(_round(expected), _round(reply.tree["sales"]))


# -- closing and opening again ---------------------------------------------------------------------


def closings(scene: Scene) -> None:
    """Close deals, change them then, open them again, with stages and expected dates, or not."""
    talk, mock, clock = scene.talk, control(scene).mock, control(scene).clock
    contact = _new(scene, "contacts", {"lastname": talk.unique("c")}).id
    for mode in ("off", "simple", "full"):
        mock.pipeline(mode)
        book = Book(0.0, "month", {}, {}, "", pipeline=mode)
        book.contacts[contact] = {}
        for first in (None, "pending", "won", "lost"):
            form = {
                "cid": contact,
                **DEAL,
                "amount": 12.25,
                "deal_stage": 50,
                "exp_close": "28.02.2027",
                "status": first,
            }
            sent = {name: value for name, value in form.items() if value is not None}
            made = _new(scene, "notes", sent)
            book.now = clock.now
            book.add_note(_id(made), book.create_note(sent))
            _is_note(scene, made, book)
            for status in ("won", "lost", "lost", "pending", None, "won"):
                clock.move(timedelta(days=1))
                change = {"body": "y", "date": "29.02.2028", "amount": -0.25, "deal_stage": 90}
                change |= {"status": status} if status else {"exp_close": "01.01.2030"}
                step = talk.put(f"/notes/{made.id}.json", change)
                book.now = clock.now
                book.update_note(_id(made), change)
                _is_note(scene, step, book)
                _is_note(scene, talk.get(f"/notes/{made.id}.json"), book)
    mock.pipeline("off")


def _is_note(scene: Scene, step: Step, book: Book) -> None:
    expected = book.notes[_id(step)]
    scene.talk.claim(step, "a deal is as its status and the pipeline have it", _is, step, expected)


def _is(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    yield from differing(expected, reply.tree["data"])


# -- order -----------------------------------------------------------------------------------------


def orders(scene: Scene) -> None:
    """Do actions and write notes: a contact shows those closed last, and the newest notes."""
    talk, clock = scene.talk, control(scene).clock
    contact = _new(scene, "contacts", {"lastname": talk.unique("o")}).id
    path = f"/contacts/{contact}.json"
    base = {"cid": contact, "name": "x", "next": 1}
    closed: dict[str, int] = {}
    for at in (5_000, 9_000, 1_000, 7_000):
        step = _new(scene, "actions", {**base, "done": 1, "closed": at})
        closed[_id(step)] = at
    for _ in range(3):
        _shows_last(scene, path, closed)
        opened = talk.post("/misc/undo_action_completion.json", {"cid": contact}, keeps=True)
        last = max(closed, key=lambda id: closed[id])
        talk.claim(opened, "the action closed last is opened again", _is_open, opened, last)
        second = talk.post("/misc/undo_action_completion.json", {"cid": contact}, keeps=True)
        expect(scene, second, "a contact has one open action", 107)
        done = next(id for id in closed if id != last)
        change = talk.put(f"/actions/{done}.json", {**base, "done": 0})
        expect(scene, change, "a contact has one open action", 107)
        new = talk.post("/actions.json", base, keeps=True)
        expect(scene, new, "a contact has one open action", 107)
        again = talk.put(f"/actions/{last}.json", {**base, "name": "y", "date": "01.02.2027"})
        talk.claim(again, "what is next has no date", _is_next, again)
        kept = talk.request("DELETE", f"/actions/{last}.json", keeps=True)
        expect(scene, kept, "an open action is not deleted", 108)
        marked = talk.post("/misc/mark_action_as_done.json", {"cid": contact}, keeps=True)
        expect(scene, marked, "the open action is done", 0)
        closed[last] = int(clock.now.timestamp())
        talk.claim(marked, "an action is closed when it is done", _is_closed, marked, closed[last])
        older = min(closed, key=lambda id: closed[id])
        reset = talk.put(f"/actions/{older}.json", {**base, "done": 1, "closed": closed[last] + 50})
        expect(scene, reset, "an action that is done is replaced", 0)
        closed[older] += closed[last] + 50 - closed[older]
        clock.move(timedelta(days=1))
    notes: list[str] = []
    for number in range(6):
        body = {"cid": contact, "body": f"n{number}", "date": f"0{9 - number}.02.2027"}
        notes.append(
            _id(
                _new(
                    scene,
                    "notes",
                    {**body, **({"type": "deal", "amount": 1} if number % 2 else {})},
                )
            )
        )
        read = talk.get(path)
        talk.claim(read, "a contact shows its last three notes", _ids_of, read, "notes", notes[-3:])
    talk.put(f"/notes/{notes[0]}.json", {"body": "changed", "date": "09.09.2029"})
    talk.delete(f"/notes/{notes.pop()}.json")
    read = talk.get(path)
    talk.claim(read, "a contact shows its last three notes", _ids_of, read, "notes", notes[-3:])


def _shows_last(scene: Scene, path: str, closed: Mapping[str, int]) -> None:
    read = scene.talk.get(path)
    last = sorted(closed, key=lambda id: closed[id])[-2:]
    scene.talk.claim(
        read, "a contact shows the two actions closed last", _ids_of, read, "actions", last
    )


def _ids_of(reply: Reply, name: str, expected: list[str]) -> Iterator[str]:
    found = [row["id"] for row in reply.tree["data"][name]]
    if sorted(found) != sorted(expected):
        yield "it shows others"


def _is_open(reply: Reply, id: str) -> Iterator[str]:
    data = reply.tree["data"]
    if (data["id"], data["done"], data["closed"]) != (id, False, None):
        yield "it is another, or not open"


def _is_next(reply: Reply) -> Iterator[str]:
    data = reply.tree["data"]
    if (data["next"], data["date"], data["name"]) != (True, None, "y"):
        yield "it has one, or is another"


def _is_closed(reply: Reply, at: int) -> Iterator[str]:
    if reply.tree["data"]["closed"] != at:
        yield "it is closed at another time"


# -- replacing -------------------------------------------------------------------------------------

_FULL = {
    "firstname": "Ada",
    "lastname": "King",
    "company": "Big Company Inc.",
    **dict.fromkeys(_PLAIN, "x"),
    "country": "EL",
    "phones": "work|1",
    "emails": "work|a@b.example",
    "urls": "blog|http://a.example",
    "vip": 1,
    "status": "customer",
    "tags": "A,B",
}
_OTHERS = {
    "vip": 0,
    "country": "IE",
    "phones": "home|2,fax|3",
    "emails": "",
    "urls": "",
    "tags": "C",
}


def replacing(scene: Scene) -> None:
    """Replace records by some of their members: what is not sent is cleared, and nothing else."""
    talk, clock = scene.talk, control(scene).clock
    book = Book(0.0, "month", {}, {}, "", pipeline="off")
    made = _new(scene, "contacts", _FULL)
    id = _id(made)
    book.now = clock.now
    book.add_contact(id, book.create_contact(_FULL))
    other = _new(scene, "contacts", {"lastname": scene.word}).id
    forms: list[dict[str, Any]] = [{"lastname": "x"}, {"company": "y"}]
    for name, value in _FULL.items():
        forms.append({"lastname": "x", name: value})
        forms.append({**_FULL, name: _OTHERS.get(name, "y")})
        less = {more: text for more, text in _FULL.items() if more != name}
        forms.append(less)
    forms += [{"lastname": "x", "status": status} for status in (*STATUSES, "boss", "Lead", "")]
    for number, form in enumerate(forms):
        for sent in [_FULL, form] if number % 2 else [form]:
            step = talk.put(f"/contacts/{id}.json", sent)
            book.now = clock.now
            book.update_contact(id, sent)
            talk.claim(
                step,
                "an update leaves what it sends",
                _is_contact,
                step,
                book.detail(book.contacts[id]),
            )
        read = talk.get(f"/contacts/{id}.json")
        talk.claim(
            read,
            "an update leaves what it sends",
            _is_contact,
            read,
            book.detail(book.contacts[id]),
        )
    _replaced_actions(scene, book, id, other)


def _replaced_actions(scene: Scene, book: Book, id: str, other: Any) -> None:
    talk, clock = scene.talk, control(scene).clock
    base = {"cid": id, "name": "x", "date": "01.02.2027"}
    made = _new(scene, "actions", base)
    book.now = clock.now
    book.add_action(_id(made), book.create_action(base))
    for more in (
        {"next": 1},
        {"waiting": 1},
        {"waiting": 1, "date": ""},
        {},
        {"done": 1},
        {"done": 0},
        {"done": 1, "closed": 5},
        {"done": 1, "waiting": 1},
        {"next": 1, "done": 1},
        {"name": "y"},
    ):
        step = talk.put(f"/actions/{made.id}.json", {**base, **more})
        book.now = clock.now
        book.update_action(_id(made), {**base, **more})
        for shown_ in (step, talk.get(f"/actions/{made.id}.json")):
            talk.claim(
                shown_, "an update leaves what it sends", _is, shown_, book.actions[_id(made)]
            )
    for more, code in (
        ({"cid": other}, 108),
        ({"next": 1, "waiting": 1}, 108),
        ({"date": ""}, 109),
        ({"name": " "}, 109),
        ({"name": "x" * 141}, 108),
        ({"date": "1.2.2027"}, 108),
    ):
        step = talk.put(f"/actions/{made.id}.json", {**base, **more})
        expect(scene, step, "an action that cannot be is refused", code)
        read = talk.get(f"/actions/{made.id}.json")
        talk.claim(read, "what is refused changes nothing", _is, read, book.actions[_id(made)])
    for path in ("/actions.json", "/notes.json"):
        listed = talk.get(path, {"cid": other})
        talk.claim(listed, "records stay with their contact", _has_none, listed)


def _is_contact(reply: Reply, expected: dict[str, Any]) -> Iterator[str]:
    data = reply.tree["data"]
    yield from differing(expected, {**data, "tags": sorted(data["tags"])})


def _has_none(reply: Reply) -> Iterator[str]:
    if reply.tree["data"]:
        yield "another has one"
