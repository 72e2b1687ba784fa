"""Relenta keeps what is saved as it was sent: every str, name, list, custom field and datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.differences import differing

from .control import control

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["clearing", "custom_fields", "instants", "names", "texts"]

#: Strings that something on the way could take for something else, or tidy up.
TEXTS = (
    *("007", "0", "-1e3", "1.50", "null", "false", "None", "~"),
    *(
        " leading",
        "trailing ",
        "\ttabs\t",
        "two  spaces",
        "line\n",
        "\r\nboth\r\n",
        "\u00a0x\u00a0",
    ),
    *("a\nb\r\nc\rd", "Zoe\u0308 e\u0301", "\ufb01 \u212b \u00c5", "\U0001f600\u202e\u2028", "ß İ"),
    *("x;y", ";", "x (y)", "(x)", "Ann <A.B@Example.ORG>", "a,b|c", "a & b <c> \"d\" 'e'"),
    *("100%25 +x", "\\u0041\\n\\", "é" * 1000, "x" * 256, "2016-02-30", "http://A.example/?b=c#d"),
)
#: Members that hold a str without further form; the rest are flags, datetimes and ids.
MEMBERS = {
    "contacts": (
        *("full_name", "first_name", "last_name", "emails", "title", "company", "comment"),
        *("phone", "url", "fax", "messenger", "twitter", "linkedin", "facebook", "text"),
        *("address", "groups", "tags"),
    ),
    "activities": (
        *("activity_type", "label", "calendar_id", "rrule", "status", "author", "users"),
        *("contacts", "subject", "body"),
    ),
}
_ABSENT = "(absent)"
#: What a member shows that is cleared, where it is not an empty str.
_CLEARED: Mapping[str, Any] = {
    **dict.fromkeys(("title", "company", "comment", "dt_start", "dt_end")),
    **dict.fromkeys(("groups", "tags"), _ABSENT),
    **dict.fromkeys(("do_not_mass_email", "all_day"), False),
}
_NAMES = ("full_name", "first_name", "last_name")


def rows(scene: Scene, resource: str, user: str = "") -> list[Step]:
    """Read all records of a resource."""
    return scene.pages(scene.resources[resource].lists[0], user=user)


def row_of(scene: Scene, pages: Sequence[Reply], id: Any) -> Any:
    """Return the row with an id.

    Raises:
        ValueError: there is none, or several.
    """
    found = [row for row in scene.rows_of(pages) if row["id"] == str(id)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} rows have the id")
    return found[0]


def save(scene: Scene, resource: str, body: Mapping[str, Any], **more: Any) -> Step:
    """Save a record, which is to work."""
    step = scene.talk.post(scene.resources[resource].collection, dict(body), **more)
    scene.talk.claim(step, "a valid record is saved", scene.succeeded, step)
    return step


# -- strings -------------------------------------------------------------------------------------


def texts(scene: Scene) -> None:
    """Save every kind of str in every member; each is listed as it was sent, updated or not."""
    custom = [control(scene).mock.add_custom_field(f"Law {number}") for number in range(2)]
    for resource, members in MEMBERS.items():
        names = [*members, *(custom if resource == "contacts" else ())]
        ids: list[Any] = []
        expected: list[dict[str, Any]] = []
        for text in TEXTS:
            expected.append(dict.fromkeys(names, text))
            ids.append(save(scene, resource, expected[-1]).id)
        pages = rows(scene, resource)
        scene.talk.claim(
            pages[-1], "a str is listed as it was sent", _as_sent, scene, pages, ids, expected
        )
        for number, id in enumerate(ids):
            changes = {
                name: TEXTS[(number + 1) % len(TEXTS)] for name in names if scene.rng.random() < 0.5
            }
            if any(name in changes for name in _NAMES):  # of which one decides on the others
                changes |= {name: changes.get(name, TEXTS[number]) for name in _NAMES}
            save(scene, resource, {"id": id, **changes}, keeps=True)
            expected[number] |= changes
        pages = rows(scene, resource)
        scene.talk.claim(
            pages[-1],
            "an update sets what it sends and keeps the rest",
            _as_sent,
            scene,
            pages,
            ids,
            expected,
        )


def _as_sent(
    scene: Scene, pages: list[Reply], ids: list[Any], expected: list[dict[str, Any]]
) -> Iterator[str]:
    for id, sent in zip(ids, expected, strict=True):
        row = row_of(scene, pages, id)
        for name, value in sent.items():
            if row.get(name, _ABSENT) != value:
                yield f"{name} of {value[:20]!r} differs"


# -- clearing --------------------------------------------------------------------------------------


def clearing(scene: Scene) -> None:
    """Change one member to another value, null or an empty str; only that one changes."""
    mock = control(scene).mock
    text = mock.add_custom_field("Law text", default_value="by default")
    choice = mock.add_custom_field(
        "Law choice", type="Single choice", choices=["a", "b"], default_value="b"
    )
    full: dict[str, dict[str, Any]] = {
        "contacts": {
            **dict.fromkeys(MEMBERS["contacts"], "x"),
            "do_not_mass_email": True,
            text: "x",
            choice: "a",
        },
        "activities": {
            **dict.fromkeys(MEMBERS["activities"], "x"),
            "all_day": True,
            "dt_start": "2027-01-02T03:04:05Z",
            "dt_end": "2027-01-02T04:04:05Z",
        },
    }
    for resource, body in full.items():
        changes = [
            {name: value}
            for name in body
            for value in (_other(name, body[name], choice), None, "")
            if not isinstance(body[name], bool) or value != ""
        ]
        ids = [save(scene, resource, body).id for _ in changes]
        before = rows(scene, resource)
        for id, change in zip(ids, changes, strict=True):
            save(scene, resource, {"id": id, **change}, keeps=True)
        after = rows(scene, resource)
        scene.talk.claim(
            after[-1],
            "an update changes what it sends, and nothing else",
            _only_changed,
            scene,
            before,
            after,
            ids,
            changes,
            [text, choice],
        )


def _other(name: str, value: Any, choice: str) -> Any:
    if isinstance(value, bool):
        return not value
    if name == choice:
        return "b"
    return "2028-01-02T03:04:05Z" if name.startswith("dt_") else "y"


def _only_changed(
    scene: Scene,
    before: list[Reply],
    after: list[Reply],
    ids: list[Any],
    changes: list[dict[str, Any]],
    custom: list[str],
) -> Iterator[str]:
    for id, change in zip(ids, changes, strict=True):
        left, right = (dict(row_of(scene, pages, id)) for pages in (before, after))
        ((name, value),) = change.items()
        cleared = _CLEARED.get(name, _ABSENT if name in custom else "")
        expected = cleared if value in (None, "") else value
        if right.get(name, _ABSENT) != expected:
            yield f"{name} is another after {value!r}"
        follows = _NAMES if name in _NAMES else (name,)
        for row in (left, right):
            for member in (*follows, "dt_modified"):
                row.pop(member, None)
        for difference in differing(left, right):
            yield f"with {name}: {difference}"


# -- names ---------------------------------------------------------------------------------------

_PARTS = ("", None, "Ada", "Ada King", "King of Lovelace", "Zoe\u0308  Two")


def names(scene: Scene) -> None:
    """Send full names and parts of them, in creations and updates: they make up each other."""
    rng = scene.rng
    subsets = [
        [name for bit, name in enumerate(_NAMES) if number >> bit & 1] for number in range(1, 8)
    ]
    expected: list[dict[str, str]] = []
    ids: list[Any] = []
    for subset in subsets * 2:
        sent = {name: rng.choice(_PARTS) for name in subset}
        ids.append(save(scene, "contacts", sent).id)
        expected.append(_named(dict.fromkeys(_NAMES, ""), sent))
    for round_ in range(3):
        pages = rows(scene, "contacts")
        scene.talk.claim(
            pages[-1],
            "full names and their parts make up each other",
            _have_names,
            scene,
            pages,
            ids,
            expected,
        )
        if round_ == 2:
            return
        for number, id in enumerate(ids):
            subset = rng.choice(subsets)
            sent = {name: rng.choice(_PARTS) for name in subset}
            save(scene, "contacts", {"id": id, **sent}, keeps=True)
            expected[number] = _named(expected[number], sent)


def _named(before: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of a contact after a save, as the document's assumptions have them."""
    after = {**before, **{name: value or "" for name, value in sent.items()}}
    if [*sent] == ["full_name"]:
        words = after["full_name"].split(" ", 1)
        after |= {"first_name": words[0], "last_name": " ".join(words[1:]).strip()}
    elif "full_name" not in sent:
        after["full_name"] = f"{after['first_name']} {after['last_name']}".strip()
    return after


def _have_names(
    scene: Scene, pages: list[Reply], ids: list[Any], expected: list[dict[str, str]]
) -> Iterator[str]:
    for id, names_ in zip(ids, expected, strict=True):
        row = row_of(scene, pages, id)
        for name in _NAMES:
            if row[name] != names_[name]:
                yield f"{name} is another"


# -- custom fields ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Field:
    """A custom field of a law.

    Attributes:
        type: Its type.
        good: Values that it takes.
        bad: Values that it refuses.
        choices: Its choices.
        default: Its default value.
    """

    type: str
    good: Sequence[str]
    bad: Sequence[str]
    choices: Sequence[str] | None = None
    default: str = ""


_CHOICES = ("red", "dark red", "Grün", "007")
_FIELDS = (
    _Field(
        "Number",
        ("0", "-1", "-0.5", "12.50", "007", "9" * 30),
        ("x", "1,5", "--1", "+1", "1.", ".5", "1e3", "1 2", "-"),
    ),
    _Field("Number", ("7", "-7.25"), ("seven",), default="7"),
    _Field(
        "Date",
        ("2016-02-29", "1999-12-31"),
        ("2015-02-29", "2016-13-01", "29.02.2016", "x", "2016-2-29", "2016-02-29T00:00:00Z"),
    ),
    _Field("Date", ("2000-01-01",), ("2000-01-32",), default="2000-02-01"),
    _Field("Text", TEXTS, ()),
    _Field("Text", ("x",), (), default="by default"),
    _Field("Single choice", _CHOICES, ("blue", "re", "reds", "RED", "7", "red;dark red"), _CHOICES),
    _Field("Single choice", ("b",), ("c",), ("a", "b"), default="a"),
    _Field(
        "Multiple choice",
        (*_CHOICES, "red;007", "007;red", ";".join(_CHOICES)),
        ("blue", "red;blue", "blue;red", "red;Red", "red,007"),
        _CHOICES,
    ),
    _Field("Multiple choice", ("b",), ("a;d",), ("a", "b", "c"), default="a;c"),
)


def custom_fields(scene: Scene) -> None:
    """Write custom fields of each type, in both departments, which have their own."""
    mock = control(scene).mock
    fields: dict[str, dict[str, _Field]] = {}
    for user, department in (("", "agents"), (scene.stranger, "laboratory")):
        fields[user] = {
            mock.add_custom_field(
                f"{department} {number}",
                type=field.type,
                default_value=field.default,
                choices=[*field.choices] if field.choices else None,
                department=department,
            ): field
            for number, field in enumerate(_FIELDS)
        }
        _defined(scene, user, fields[user])
    for user, own in fields.items():
        other = next(more for name, more in fields.items() if name != user)
        _values(scene, user, own)
        for key in [*other][:2]:
            _refused_by(scene, user, {key: ""}, f"{key}, which is another department's")
            _refused_by(scene, user, {key: "7"}, f"{key}, which is another department's")


def _defined(scene: Scene, user: str, fields: Mapping[str, _Field]) -> None:
    listed = scene.talk.get("/custom_field.list.json", user=user)
    expected = [
        {
            "type": field.type,
            "key": key,
            "label": key.replace("_", " "),
            "default_value": field.default,
            **({"choices": [*field.choices]} if field.choices else {}),
        }
        for key, field in fields.items()
    ]
    scene.talk.claim(listed, "a department lists its custom fields", _lists, listed, expected)


def _lists(reply: Reply, expected: list[dict[str, Any]]) -> Iterator[str]:
    listed = {
        row["key"]: {name: row[name] for name in row if name != "id"} for row in reply.tree["data"]
    }
    for field in expected:
        if listed.get(field["key"]) != field:
            yield f"{field['key']} is another"


def _values(scene: Scene, user: str, fields: Mapping[str, _Field]) -> None:
    defaults = {key: field.default for key, field in fields.items()}
    bodies: list[tuple[dict[str, Any], dict[str, str]]] = [({}, defaults)]
    for number in range(max(len(field.good) for field in fields.values())):
        values = {key: field.good[number % len(field.good)] for key, field in fields.items()}
        bodies.append((values, values))
    nothing = dict.fromkeys(fields, "")
    bodies += [(nothing, nothing), (dict.fromkeys(fields), nothing)]
    ids = [save(scene, "contacts", body, user=user).id for body, _ in bodies]
    expected = [values for _, values in bodies]
    _have(scene, user, ids, expected, "custom fields are listed as they were sent")
    # Updates: one field of each contact is cleared or changed, or something else is.
    keys = [*fields]
    for number, id in enumerate(ids):
        key = keys[number % len(keys)]
        changes: dict[int, dict[str, Any]] = {
            0: {key: ""},
            1: {key: None},
            2: {key: fields[key].good[-1]},
            3: {"company": "x"},
        }
        change = changes[scene.rng.randrange(4) if number >= len(keys) else number % 4]
        save(scene, "contacts", {"id": id, **change}, user=user, keeps=True)
        expected[number] = expected[number] | {
            name: value or "" for name, value in change.items() if name in fields
        }
    _have(scene, user, ids, expected, "an update keeps the custom fields that it does not send")
    for key, field in fields.items():
        for value in field.bad:
            _refused_by(scene, user, {key: value}, f"{value!r} as a {field.type}", ids[1])
            _refused_by(scene, user, {"company": "y", key: value}, f"{value!r} as a {field.type}")
    _have(scene, user, ids, expected, "a save that is refused changes nothing")


def _refused_by(scene: Scene, user: str, body: dict[str, Any], what: str, id: Any = None) -> None:
    body = body if id is None else {"id": id, "title": "lost", **body}
    step = scene.talk.post("/contact.save.json", body, user=user, keeps=True)
    scene.talk.claim(step, f"{what} is refused", _is_bad, step)


def _is_bad(reply: Reply) -> Iterator[str]:
    if reply.status != 400 or reply.tree.get("code") != 400:
        yield f"it answers {reply.outcome}"


def _have(scene: Scene, user: str, ids: list[Any], expected: list[Any], law: str) -> None:
    pages = rows(scene, "contacts", user)
    scene.talk.claim(pages[-1], law, _has_values, scene, pages, ids, expected)


def _has_values(
    scene: Scene, pages: list[Reply], ids: list[Any], expected: list[dict[str, str]]
) -> Iterator[str]:
    for id, values in zip(ids, expected, strict=True):
        row = row_of(scene, pages, id)
        if row["title"] == "lost":
            yield "a member that came with it is changed"
        for key, value in values.items():
            if row.get(key, _ABSENT) != (value or _ABSENT):
                yield f"{key} of {value[:20]!r} differs"


# -- datetimes -------------------------------------------------------------------------------------

_OFFSETS = (
    *(timedelta(), timedelta(hours=1), timedelta(hours=-5), timedelta(hours=5, minutes=45)),
    *(-timedelta(hours=9, minutes=30), timedelta(hours=14), -timedelta(hours=12)),
    *(timedelta(minutes=1), -timedelta(minutes=1), timedelta(hours=12, minutes=45)),
)
_TIMES = (
    *(datetime(2027, 1, 15, 10, 0, tzinfo=UTC), datetime(2027, 7, 15, 10, 59, 59, tzinfo=UTC)),
    *(datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
    *(datetime(2028, 2, 29, 0, 0, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
    *(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)),
)
#: Other forms of RFC 3339: letters in lower case, fractions, a leap second, the unknown offset.
_WRITTEN_OTHERWISE = (
    ("2027-05-06t07:08:09z", "2027-05-06T07:08:09Z"),
    ("2027-05-06T07:08:09.987654321Z", "2027-05-06T07:08:09Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ("2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00Z"),
    ("2027-05-06T07:08:09-00:00", "2027-05-06T07:08:09Z"),
)


def instants(scene: Scene) -> None:
    """Write datetimes in every offset; each is listed in UTC, and the server sets its own."""
    clock = control(scene).clock
    ids: list[Any] = []
    expected: list[dict[str, Any]] = []
    for number, at in enumerate(_TIMES):
        for offset in _OFFSETS:
            end = _TIMES[(number + 3) % len(_TIMES)]
            body = {
                "dt_start": at.astimezone(timezone(offset)).isoformat(),
                "dt_end": end.astimezone(timezone(-offset)).isoformat(),
                "dt_created": "2001-01-01T00:00:00Z",
                "dt_modified": "2001-01-01T00:00:00Z",
            }
            ids.append(save(scene, "activities", body).id)
            made = _written(clock.now)
            expected.append(
                {
                    "dt_start": _written(at),
                    "dt_end": _written(end),
                    "dt_created": made,
                    "dt_modified": made,
                }
            )
    for sent, read in _WRITTEN_OTHERWISE:
        ids.append(save(scene, "activities", {"dt_start": sent, "dt_end": sent}).id)
        expected.append({"dt_start": read, "dt_end": read})
    pages = rows(scene, "activities")
    scene.talk.claim(pages[-1], "a datetime is listed in UTC", _times, scene, pages, ids, expected)
    for number, id in enumerate(ids):
        clock.move(timedelta(hours=scene.rng.randrange(100)))
        end = _TIMES[number % len(_TIMES)]
        save(
            scene,
            "activities",
            {"id": id, "dt_end": _written(end), "dt_created": "2001-01-01T00:00:00Z"},
            keeps=True,
        )
        expected[number] |= {"dt_end": _written(end), "dt_modified": _written(clock.now)}
    pages = rows(scene, "activities")
    scene.talk.claim(
        pages[-1],
        "an update moves the time of the last change only",
        _times,
        scene,
        pages,
        ids,
        expected,
    )
    contact = save(scene, "contacts", {"company": "x", "dt_created": "2001-01-01T00:00:00Z"}).id
    made = _written(clock.now)
    clock.move(timedelta(days=400))
    save(
        scene,
        "contacts",
        {"id": contact, "company": "x", "dt_modified": "2001-01-01T00:00:00Z"},
        keeps=True,
    )
    times = {"dt_created": made, "dt_modified": _written(clock.now)}
    pages = rows(scene, "contacts")
    scene.talk.claim(
        pages[-1], "the server sets the times of contacts", _times, scene, pages, [contact], [times]
    )


def _written(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _times(
    scene: Scene, pages: list[Reply], ids: list[Any], expected: list[dict[str, str]]
) -> Iterator[str]:
    for id, times in zip(ids, expected, strict=True):
        row = row_of(scene, pages, id)
        for name, time in times.items():
            if row[name] != time:
                yield f"{name} is {row[name]}, expected {time}"
