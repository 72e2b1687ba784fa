"""What records of Monica do to others, and what the server makes of amounts, dates and times."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmkit.contract.monica.resources import CONTACT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.resources import Listing, Resource
    from crmkit.contract.laws.scene import Record, Scene

__all__ = [
    "birthdays",
    "cascades",
    "degrees",
    "details",
    "favorites",
    "given_photos",
    "introductions",
    "lasts",
    "messages",
    "money",
    "pages",
    "recurring",
    "searched_fields",
    "wall_times",
]


# -- the latest of a contact's calls and activities ------------------------------------------------

_DAYS = ("2026-03-05", "2026-03-01", "2025-12-31", "2026-03-04")


def lasts(scene: Scene) -> None:
    """Call contacts and meet them, in any order; the latest that is left is the last one."""
    people = [scene.create(scene.resources["contacts"]) for _ in range(2)]
    calls = [_call(scene, people[0], day) for day in _DAYS]
    _last(scene, people[0], "last_called", max(_DAYS))
    meetings = [_meet(scene, people[:1], day) for day in _DAYS]
    _last(scene, people[0], "last_activity_together", max(_DAYS))
    third = scene.create(scene.resources["contacts"])
    _call(scene, third, "2025-06-01")  # so that no two years have as many
    _meet(scene, [third], "2025-06-01")
    for name in ("calls", "activities"):
        _by_year(scene, name)
    _moved_to(scene, meetings[0], people)
    _last(scene, people[0], "last_activity_together", sorted(_DAYS)[-2])
    _last(scene, people[1], "last_activity_together", _DAYS[0])
    _moved_to(scene, meetings[0], people[:1])
    _last(scene, people[1], "last_activity_together", "")
    both = _meet(scene, people, "2026-03-09")
    _all_attend(scene, both, people)
    scene.update(both, {"contacts": [people[1].id, people[0].id], "summary": "again"})
    _all_attend(scene, both, people)
    scene.delete(both)
    for person, day in zip(people, (max(_DAYS), ""), strict=True):
        _last(scene, person, "last_activity_together", day)
    for member, records in (("last_called", calls), ("last_activity_together", meetings)):
        left = list(_DAYS)
        for index in (0, 1, 3, 2):  # the latest, an old one, the latest again, the last one
            scene.delete(records[index])
            left.remove(_DAYS[index])
            _last(scene, people[0], member, max(left, default=""))


def _call(scene: Scene, person: Record, day: str) -> Record:
    resource = scene.resources["calls"]
    body = {**scene.body(resource), "contact_id": person.id, "called_at": day}
    return scene.create(resource, body)


def _meet(scene: Scene, people: Sequence[Record], day: str) -> Record:
    resource = scene.resources["activities"]
    ids = [person.id for person in people]
    return scene.create(resource, {**scene.body(resource), "contacts": ids, "happened_at": day})


def _moved_to(scene: Scene, meeting: Record, people: Sequence[Record]) -> None:
    """Let only the last of some people have taken part in a meeting."""
    step = scene.update(meeting, {"contacts": [people[-1].id]})
    scene.talk.claim(step, "an activity has the attendees that were sent", _attended, step,
                     [people[-1].id])  # fmt: skip


def _all_attend(scene: Scene, meeting: Record, people: Sequence[Record]) -> None:
    read = scene.read(meeting)
    ids = [person.id for person in people]
    scene.talk.claim(read, "all take part who were named", _all_there, read, ids)
    for person in people:
        _last(scene, person, "last_activity_together", "2026-03-09")
        listed = scene.talk.get(f"{person.path}/activities", {"limit": 100})
        scene.talk.claim(listed, "an activity is listed at all who take part", _is_listed, listed,
                         meeting.id)  # fmt: skip


def _all_there(reply: Reply, ids: list[Any]) -> Iterator[str]:
    attendees = reply.tree["data"]["attendees"]
    found = [person["id"] for person in attendees["contacts"]]
    if sorted(found) != sorted(ids) or attendees["total"] != len(ids):
        yield f"it has {attendees['total']}, expected {len(ids)}"


def _is_listed(reply: Reply, id: Any) -> Iterator[str]:
    if [row["id"] for row in reply.tree["data"]].count(id) != 1:
        yield "it is not, or twice"


def _attended(reply: Reply, ids: list[Any]) -> Iterator[str]:
    attendees = reply.tree["data"]["attendees"]
    if [person["id"] for person in attendees["contacts"]] != ids or attendees["total"] != len(ids):
        yield f"it has {attendees['total']}"


def _last(scene: Scene, person: Record, member: str, day: str) -> None:
    read = scene.read(person)
    scene.talk.claim(read, f"{member} is the latest that is left", _is_last, read, member, day)


def _is_last(reply: Reply, member: str, day: str) -> Iterator[str]:
    found = (reply.tree["data"][member] or "")[:10]
    if found != day:
        yield f"it is {found or None}, expected {day or None}"


def _by_year(scene: Scene, name: str) -> None:
    pages = scene.pages(scene.resources[name].lists[0])
    member = "called_at" if name == "calls" else "happened_at"
    scene.talk.claim(pages[-1], f"{name} are counted by year", _counted_by_year, member, pages)


def _counted_by_year(member: str, replies: list[Reply]) -> Iterator[str]:
    years = Counter(row[member][:4] for reply in replies for row in reply.tree["data"])
    for reply in replies:
        if reply.tree["meta"]["statistics"] != dict(years):
            yield f"a page counts otherwise than {len(years)} years have"


# -- amounts ---------------------------------------------------------------------------------------

#: Amounts that binary fractions do not have, and what they are read as.
_AMOUNTS = (0.29, 1.15, 4.35, 8.2, 19.99, 1001.1, 1234567.89, 5, 0.01, 70, -2.58, "64.07")


def money(scene: Scene) -> None:
    """Write amounts of money, which are read to the cent, alone and in lists."""
    for name in ("debts", "gifts"):
        resource = scene.resources[name]
        record = scene.create(resource)
        for amount in _AMOUNTS:
            written = scene.update(record, {"amount": amount})
            read = scene.read(record)
            made = scene.create(resource, {**scene.body(resource), "amount": amount})
            listed = scene.pages(resource.lists[1])
            scene.talk.claim(listed[-1], f"an amount of {name} is read to the cent", _to_the_cent,
                             str(amount), [written, read, made.step], listed,
                             made.id)  # fmt: skip
            scene.delete(made)


def _to_the_cent(sent: str, replies: list[Reply], listed: list[Reply], id: Any) -> Iterator[str]:
    text = f"{Decimal(sent):.2f}"
    rows = [row for reply in listed for row in reply.tree["data"] if row["id"] == id]
    for number, record in enumerate([reply.tree["data"] for reply in replies[1:]] + rows):
        if record["amount"] != text or record["value"] != text:
            yield f"{sent} is read as {record['amount']} ({number})"
        whole, _, cents = text.lstrip("-").partition(".")
        if not record["amount_with_currency"].endswith(f"{int(whole):,}.{cents}"):
            yield f"{sent} is shown with its currency as {record['amount_with_currency']}"
    if len(rows) != 1:
        yield f"it is listed {len(rows)} times"


#: Degrees, and what they are read as (live 4.1.2: a number has 14 digits, a str as many as it has).
_DEGREES = (
    (48.858370123456789, 48.858370123457), (0.1234567890123456, 0.12345678901235),
    (-89.99999999999, -89.99999999999), ("48.12345678", 48.12345678), (1e-7, 1e-7), (12.0, 12),
    ("-12.345678901234567", -12.345678901234567), (0, 0),
)  # fmt: skip


def degrees(scene: Scene) -> None:
    """Write latitudes and longitudes of many digits, which are read as the server keeps them."""
    for name in ("addresses", "places"):
        resource = scene.resources[name]
        for sent, kept in _DEGREES:
            record = scene.create(resource, {**scene.body(resource), "latitude": sent,
                                             "longitude": sent})  # fmt: skip
            read = scene.read(record)
            scene.talk.claim(read, f"{sent!r} degrees of {name} are kept", _kept_degrees, read,
                             kept)  # fmt: skip
            scene.delete(record)


def _kept_degrees(reply: Reply, kept: float) -> Iterator[str]:
    record = reply.tree["data"]
    for name in ("latitude", "longitude"):
        if record[name] != kept:
            yield f"{name} is {record[name]}, expected {kept}"


# -- how one met, what one does and eats -----------------------------------------------------------

_NO_DATE = {"date": None, "is_age_based": None, "is_year_unknown": None}


def _on(date: str, *, by_age: bool = False) -> dict[str, Any]:
    return {"date": f"{date}T00:00:00Z", "is_age_based": by_age, "is_year_unknown": False}


def introductions(scene: Scene) -> None:
    """Say how one met a contact, what it does and eats, and something else, and less of it."""
    contacts = scene.resources["contacts"]
    person, through = (scene.create(contacts) for _ in range(2))
    other = {**_known(2003, 7, 8), "add_reminder": True}
    steps: tuple[tuple[str, dict[str, Any], dict[str, Any], str], ...] = (
        ("introduction", {"is_date_known": False, "general_information": "in May", "where": "Rome",
                          "met_through_contact_id": through.id},
         {"general_information": "in May", "first_met_date": _NO_DATE, "through": True}, ""),
        ("introduction", {"is_date_known": False}, {}, ""),
        ("introduction", {**_known(2001, 2, 3), "add_reminder": True},
         {"first_met_date": _on("2001-02-03")}, "2001-02-03"),
        ("work", {"job": "Pilot", "company": "Air"}, {"job": "Pilot", "company": "Air",
         "first_met_date": _on("2001-02-03")}, "2001-02-03"),
        ("introduction", {**_known(2002, 5, 6), "add_reminder": True, "general_information": "x",
                          "met_through_contact_id": through.id},
         {"first_met_date": _on("2002-05-06"), "general_information": "x", "job": "Pilot",
          "company": "Air", "through": True}, "2002-05-06"),
        ("introduction", {**_known(2002, 5, 6), "add_reminder": False},
         {"first_met_date": _on("2002-05-06"), "job": "Pilot", "company": "Air"}, ""),
        ("food", {"food_preferences": "vegan"}, {"first_met_date": _on("2002-05-06"),
         "job": "Pilot", "company": "Air", "food": "vegan"}, ""),
        ("introduction", other, {"first_met_date": _on("2003-07-08"), "job": "Pilot",
         "company": "Air", "food": "vegan"}, "2003-07-08"),
        ("work", {"job": "Cook"}, {"first_met_date": _on("2003-07-08"), "job": "Cook",
         "food": "vegan"}, "2003-07-08"),
        ("introduction", {"is_date_known": False}, {"job": "Cook", "food": "vegan"}, ""),
        ("food", {}, {"job": "Cook"}, ""),
        ("work", {"company": "Sea"}, {"company": "Sea"}, ""),
        ("work", {}, {}, ""),
    )  # fmt: skip
    for part, sent, shown, day in steps:
        done = scene.talk.put(f"{person.path}/{part}", sent, keeps=True)
        read = scene.read(person)
        reminders = scene.talk.get(f"{person.path}/reminders", {"limit": 100})
        scene.talk.claim(reminders, f"{part} of a contact is what was sent last", _introduced,
                         [done, read], reminders, shown, day, through.id)  # fmt: skip


def _known(year: int, month: int, day: int) -> dict[str, Any]:
    return {"is_date_known": True, "year": year, "month": month, "day": day}


def _introduced(
    replies: list[Reply], reminders: Reply, shown: dict[str, Any], day: str, through: Any
) -> Generator[str, None, int]:
    for reply in replies:
        information = reply.tree["data"]["information"]
        met = information["how_you_met"]
        friend = met["first_met_through_contact"]
        for name, found, expected in (
            ("job", information["career"]["job"], shown.get("job")),
            ("company", information["career"]["company"], shown.get("company")),
            ("food", information["food_preferences"], shown.get("food")),
            ("what one knows", met["general_information"], shown.get("general_information")),
            ("the day", met["first_met_date"], shown.get("first_met_date", _NO_DATE)),
            ("the friend", friend and friend["id"], through if "through" in shown else None),
        ):
            if found != expected:
                yield f"{name} is {found!r}, expected {expected!r}"
    days = [row["initial_date"][:10] for row in reminders.tree["data"]]
    if days != ([day] if day else []):
        yield f"there are {len(days)} reminders of it, expected {day or 'none'}"
    return 2 * 6 + 1


# -- messages --------------------------------------------------------------------------------------


def messages(scene: Scene) -> None:
    """Write messages into two conversations; each keeps its own, in their order."""
    talk = scene.talk
    resource = scene.resources["conversations"]
    near, far = (scene.create(resource) for _ in range(2))
    texts: dict[str, list[str]] = {near.path: [], far.path: []}
    ids: dict[str, list[Any]] = {near.path: [], far.path: []}
    for number in range(5):
        path = far.path if number == 2 else near.path
        text = f"text {number}\n007"
        body = {"written_at": f"2026-02-0{number + 1}", "written_by_me": number % 2 == 0,
                "content": text}  # fmt: skip
        added = talk.post(f"{path}/messages", body, keeps=True)
        ids[path].append(added.bind(f"data.messages.{len(texts[path])}.id"))
        texts[path].append(text)
        _said(scene, near, far, texts)
    for index, what in ((1, "changed"), (2, "")):
        path = f"{near.path}/messages/{ids[near.path][index]}"
        if what:
            body = {"written_at": "2026-02-09", "written_by_me": True, "content": what}
            talk.put(path, body, keeps=True)
            texts[near.path][index] = what
        else:
            talk.delete(path)
            del texts[near.path][index]
        _said(scene, near, far, texts)
    foreign = f"{near.path}/messages/{ids[far.path][0]}"
    gone = f"{near.path}/messages/{ids[near.path][2]}"
    body = {"written_at": "2026-02-09", "written_by_me": True, "content": "no"}
    for step in (talk.put(foreign, body, keeps=True), talk.delete(foreign),
                 talk.put(gone, body, keeps=True), talk.delete(gone)):  # fmt: skip
        talk.claim(step, "a conversation has its own messages only", _gone, step)
    _said(scene, near, far, texts)


def _said(scene: Scene, near: Record, far: Record, texts: dict[str, list[str]]) -> None:
    for record in (near, far):
        read = scene.read(record)
        scene.talk.claim(read, "a conversation has what was said, in its order", _says, read,
                         texts[record.path])  # fmt: skip


def _says(reply: Reply, texts: list[str]) -> Generator[str, None, int]:
    found = [message["content"] for message in reply.tree["data"]["messages"]]
    if found != texts:
        yield f"it has {len(found)} messages, expected {len(texts)}, or other ones"
    return len(texts)


def _gone(reply: Reply) -> Iterator[str]:
    if reply.status != 404:
        yield f"it answers {reply.outcome}"


# -- what goes with a record -----------------------------------------------------------------------

#: What goes with a record: its resource, and the member by which the other one names it.
_GO_WITH = (
    ("companies", "occupations", "company_id"),
    ("contactfieldtypes", "contactfields", "contact_field_type_id"),
    ("activitytypecategories", "activitytypes", "activity_type_category_id"),
)


def cascades(scene: Scene) -> None:
    """Delete what other records hang on: these go with it, those of another one stay."""
    talk = scene.talk
    for name, other, member in _GO_WITH:
        owners = [scene.create(scene.resources[name]) for _ in range(2)]
        resource = scene.resources[other]
        hanging = [
            scene.create(resource, {**scene.body(resource), member: owner.id})
            for owner in (owners[0], owners[1], owners[0])
        ]
        scene.delete(owners[0])
        for index, record in enumerate(hanging):
            read = scene.read(record)
            rule = scene.succeeded if index == 1 else _gone
            talk.claim(read, f"{other} go with one of {name}, and no others", rule, read)
        for listing in resource.lists:
            listed = scene.pages(listing)
            talk.claim(listed[-1], f"{other} that are gone are in no list", _left, scene, listed,
                       hanging[1].id, [hanging[0].id, hanging[2].id])  # fmt: skip
    _gender(scene)
    _place(scene)


def _place(scene: Scene) -> None:
    """Give a contact an address, which has a place as long as it is there."""
    listing = scene.resources["places"].lists[0]
    before = scene.pages(listing)
    address = scene.create(scene.resources["addresses"])
    there = scene.pages(listing)
    scene.talk.claim(there[-1], "an address has a place", _more_rows, scene, before, there, 1)
    scene.delete(address)
    after = scene.pages(listing)
    scene.talk.claim(after[-1], "the place of an address goes with it", _more_rows, scene, before,
                     after, 0)  # fmt: skip


def _more_rows(scene: Scene, before: list[Reply], after: list[Reply], count: int) -> Iterator[str]:
    rows = [{row["id"] for row in scene.rows_of(replies)} for replies in (before, after)]
    if rows[0] - rows[1] or len(rows[1] - rows[0]) != count:
        yield f"there are {len(rows[1] - rows[0])} more, expected {count}"


def _left(scene: Scene, replies: list[Reply], stays: Any, gone: list[Any]) -> Iterator[str]:
    rows = [scene.id_of(row) for row in scene.rows_of(replies)]
    if not all(reply.succeeded for reply in replies):
        yield f"it answers {replies[-1].outcome}"
    if stays not in rows:
        yield "it lacks one that stays"
    if set(gone) & set(rows):
        yield f"it has {len(set(gone) & set(rows))} that are gone"


def _gender(scene: Scene) -> None:
    resource = scene.resources["genders"]
    genders = [scene.create(resource) for _ in range(2)]
    contacts = scene.resources["contacts"]
    people = [scene.create(contacts, {**CONTACT, "gender_id": gender.id}) for gender in genders]
    for person in people:
        read = scene.read(person)
        scene.talk.claim(read, "a contact shows its gender", _has_gender, read, True)
    scene.delete(genders[0])
    for person, stays in zip(people, (False, True), strict=True):
        read = scene.read(person)
        scene.talk.claim(read, "a gender that is deleted is that of nobody", _has_gender, read,
                         stays)  # fmt: skip


def _has_gender(reply: Reply, has: Any) -> Iterator[str]:
    person = reply.tree["data"]
    if (person["gender"] is not None) is not has or (person["gender_type"] is not None) is not has:
        yield f"it is {person['gender_type']}"


# -- dates and times -------------------------------------------------------------------------------


def wall_times(scene: Scene) -> None:
    """Send times with offsets, of which the wall time is kept, in January and July."""
    resource = scene.resources["calls"]
    for at in ("2026-01-05T23:30:15", "2026-07-05T00:15:00", "2025-12-31T23:59:59"):
        for offset in ("", "Z", "+02:00", "-05:00", "+05:45", "-09:30"):
            text = f"{at}{offset}"
            record = scene.create(resource, {**scene.body(resource), "called_at": text})
            read = scene.read(record)
            scene.talk.claim(read, "the wall time of a call is kept", _wall_time, read, at)


def _wall_time(reply: Reply, at: str) -> Iterator[str]:
    found = reply.tree["data"]["called_at"]
    if found != f"{at}Z":
        yield f"{at} is read as {found}"


#: Members of a birthday, and what it is: date (without a year: that of now), by age, without year.
_BIRTHDAYS: tuple[tuple[dict[str, Any], tuple[str, bool, bool]], ...] = (
    ({"birthdate_day": 5, "birthdate_month": 3, "birthdate_year": 1980},
     ("1980-03-05", False, False)),
    ({"birthdate_day": 29, "birthdate_month": 2, "birthdate_year": 2004},
     ("2004-02-29", False, False)),
    ({"birthdate_day": 31, "birthdate_month": 12, "birthdate_year": None},
     ("{0}-12-31", False, True)),
    ({"birthdate_day": 1, "birthdate_month": 1, "birthdate_year": None},
     ("{0}-01-01", False, True)),
    ({"birthdate_is_age_based": True, "birthdate_age": 0}, ("{0}-01-01", True, False)),
    ({"birthdate_is_age_based": True, "birthdate_age": 41}, ("{41}-01-01", True, False)),
)  # fmt: skip


def birthdays(scene: Scene) -> None:
    """Know birthdays by date, by age and without a year; know them no longer; be reminded."""
    talk = scene.talk
    contacts = scene.resources["contacts"]
    me = talk.get("/me").reply
    year = me.time.year if me is not None else 2026
    person = scene.create(contacts)
    for members, (text, by_age, without_year) in _BIRTHDAYS:
        day = text.replace("{0}", str(year)).replace("{41}", str(year - 41))
        for reminds in (True, False):
            body = {**members, "is_birthdate_known": True, "birthdate_add_reminder": reminds}
            scene.update(person, body)
            read = scene.read(person)
            talk.claim(read, "a birthday is as it was sent", _is_birthday, read, day, by_age,
                       without_year)  # fmt: skip
            reminders = talk.get(f"{person.path}/reminders")
            talk.claim(reminders, "a birthday with a reminder has one", _reminders, reminders,
                       1 if reminds and not by_age else 0, day)  # fmt: skip
    scene.update(person, {"is_birthdate_known": False})
    read = scene.read(person)
    talk.claim(read, "a birthday is no longer known", _is_birthday, read, "", None, None)
    for dead, known in ((True, True), (True, False), (False, True), (False, False)):
        scene.update(person, {"is_deceased": dead, "is_deceased_date_known": known,
                              "deceased_date_day": 2, "deceased_date_month": 1,
                              "deceased_date_year": 2020})  # fmt: skip
        read = scene.read(person)
        talk.claim(read, "a death is as it was sent", _is_dead, read, dead, known)


def _is_birthday(reply: Reply, day: str, by_age: Any, without_year: Any) -> Iterator[str]:
    found = reply.tree["data"]["information"]["dates"]["birthdate"]
    if (found["date"] or "")[:10] != day:
        yield f"it is {found['date']}, expected {day or None}"
    if found["is_age_based"] is not by_age:
        yield f"is_age_based is {found['is_age_based']}"
    if found["is_year_unknown"] is not without_year:
        yield f"is_year_unknown is {found['is_year_unknown']}"


def _reminders(reply: Reply, count: int, day: str) -> Iterator[str]:
    rows = reply.tree["data"]
    if len(rows) != count:
        yield f"there are {len(rows)}, expected {count}"
    for row in rows:
        if row["initial_date"][:10] != day or row["frequency_type"] != "year":
            yield "it is of another date"


def _is_dead(reply: Reply, dead: Any, known: Any) -> Iterator[str]:
    person = reply.tree["data"]
    day = person["information"]["dates"]["deceased_date"]["date"]
    if person["is_dead"] is not dead:
        yield f"is_dead is {person['is_dead']}"
    if (day or "")[:10] != ("2020-01-02" if dead and known else ""):
        yield f"the date is {day}"


_DAY = timedelta(days=1)
_STEPS = {"week": 0, "month": 1, "year": 12, "one_time": 12}


def recurring(scene: Scene) -> None:
    """Be reminded every few weeks, months or years: next on the first such date after today."""
    talk = scene.talk
    me = talk.get("/me").reply
    today = me.time.date() if me is not None else date(2026, 1, 1)
    resource = scene.resources["reminders"]
    made: list[tuple[Record, date]] = []
    firsts = [today - timedelta(days=back) for back in (0, 1, 6, 7, 13, 14, 29, 31, 60, 365)]
    for _ in range(4):  # the last days of months, which the next one may not have
        firsts.append((firsts[-1] if len(firsts) > 10 else today).replace(day=1) - _DAY)
    for first in firsts:
        for kind, number in (("week", 1), ("week", 2), ("week", 3), ("month", 1), ("month", 2),
                             ("year", 1)):  # fmt: skip
            body = {**scene.body(resource), "initial_date": first.isoformat(),
                    "frequency_type": kind, "frequency_number": number}  # fmt: skip
            made.append((scene.create(resource, body), _next(first, today, kind, number)))
    months = [talk.get(f"/reminders/upcoming/{number}") for number in range(3)]
    for record, day in made:
        number = (day.year - today.year) * 12 + day.month - today.month
        if number < len(months):
            talk.claim(months[number], "a reminder is next due on the first of its dates",
                       _due, months, record.id, number, day.isoformat())  # fmt: skip


def _next(first: date, today: date, kind: str, number: int) -> date:
    day = first
    while day <= today:
        if kind == "week":
            day += timedelta(days=7 * number)
            continue
        months = day.year * 12 + day.month - 1 + number * _STEPS[kind]
        # What lies beyond the end of a month is in the next one.
        day = date(months // 12, months % 12 + 1, 1) + timedelta(days=day.day - 1)
    return day


def _due(replies: list[Reply], id: Any, number: int, day: str) -> Iterator[str]:
    for index, reply in enumerate(replies):
        found = [row["planned_date"][:10] for row in reply.tree["data"] if row["reminder_id"] == id]
        expected = [day] if index == number else []
        if found != expected:
            yield f"month {index} has {found}, expected {expected}"


# -- pages, favorites, fields ----------------------------------------------------------------------

_DEFAULT = 15


def pages(scene: Scene) -> None:
    """Ask lists for pages that there are not, and for none: the first one is shown."""
    tags = scene.resources["tags"]
    for _ in range(_DEFAULT + 1):
        scene.create(tags, {"name": scene.talk.unique(f"p{scene.rng.randrange(10**9)}")})
    for resource in scene.resources.values():
        for listing in scene.lists_of(resource):
            if listing.number:
                _odd_pages(scene, resource, listing)


def _odd_pages(scene: Scene, resource: Resource, listing: Listing) -> None:
    if resource.name != "tags":
        for _ in range(3):
            scene.create(resource)
    path = scene.path(listing.path)

    def ask(*pairs: tuple[str, Any]) -> Step:
        return scene.talk.get(path, [*listing.query, *pairs])

    first = ask(("page", 1), ("limit", 2))
    for page in (0, -1, "x", "1.5", ""):
        step = ask(("page", page), ("limit", 2))
        scene.talk.claim(step, f"page {page!r} of {listing.path} is the first one", _alike, scene,
                         first, step)  # fmt: skip
    for pairs in ((), (("limit", 0),), (("limit", ""),)):
        step = ask(*pairs)
        scene.talk.claim(step, f"a page of {listing.path} has 15 rows by itself", _by_itself,
                         scene, step)  # fmt: skip


def _alike(scene: Scene, first: Reply, reply: Reply) -> Generator[str, None, int]:
    rows = [scene.id_of(row) for row in scene.rows_in(reply)]
    expected = [scene.id_of(row) for row in scene.rows_in(first)]
    if rows != expected or reply.tree["meta"]["current_page"] != 1:
        yield f"it has {len(rows)} rows of page {reply.tree['meta']['current_page']}"
    return len(expected)


def _by_itself(scene: Scene, reply: Reply) -> Iterator[str]:
    meta, rows = reply.tree["meta"], scene.rows_in(reply)
    if meta["per_page"] != _DEFAULT or len(rows) != min(_DEFAULT, meta["total"]):
        yield f"it has {len(rows)} of {meta['total']}, {meta['per_page']} a page"


def favorites(scene: Scene) -> None:
    """Favor notes and complete tasks, and undo it: the time is there as long as the mark is."""
    talk = scene.talk
    for name, mark, time in (("notes", "is_favorited", "favorited_at"),
                             ("tasks", "completed", "completed_at")):  # fmt: skip
        record = scene.create(scene.resources[name])
        for value in (True, False, True, True, False, False):
            written = scene.update(record, {mark: value})
            read = scene.read(record)
            talk.claim(read, f"{time} of one of {name} goes with {mark}", _marked, written, read,
                       mark, time, value)  # fmt: skip


def _marked(written: Reply, read: Reply, mark: str, time: str, value: Any) -> Iterator[str]:
    for reply in (written, read):
        record = reply.tree["data"]
        if record[mark] is not value:
            yield f"{mark} is {record[mark]}"
        if (record[time] is not None) is not value:
            yield f"{time} is {'missing' if value else 'there'}"
    day = read.tree["data"][time]
    if day is not None and day[:10] != read.time.date().isoformat():
        yield f"{time} is of another day"


def searched_fields(scene: Scene) -> None:
    """Search for contacts by what a contact field of a type begins with."""
    talk = scene.talk
    word = scene.word
    types = [scene.create(scene.resources["contactfieldtypes"], {"name": f"{word}{text}"})
             for text in ("mail", "phone")]  # fmt: skip
    people = [scene.create(scene.resources["contacts"]) for _ in range(3)]
    fields = scene.resources["contactfields"]
    for person, type_, data in zip(people, (0, 0, 1), ("ada@x.example", "xada@x.example",
                                                       "ada@x.example"), strict=True):  # fmt: skip
        body = {"contact_id": person.id, "contact_field_type_id": types[type_].id, "data": data}
        scene.create(fields, body)
    for query, expected in ((f"{word}mail:ada", (0,)), (f"{word}MAIL:ADA@X", (0,)),
                            (f"{word}phone:ada", (2,)), (f"{word}mail:x", (1,)),
                            (f"{word}mail:nobody", ()), (f"{word}none:ada", ())):  # fmt: skip
        step = talk.get("/contacts", {"query": query, "limit": 100})
        talk.claim(step, "a search by a field finds who has it", _found, step,
                   [people[index].id for index in expected])  # fmt: skip


def _found(reply: Reply, expected: list[Any]) -> Iterator[str]:
    rows = [row["id"] for row in reply.tree["data"]]
    if sorted(rows) != sorted(expected) or reply.tree["meta"]["total"] != len(expected):
        yield f"it finds {len(rows)}, expected {len(expected)}"


_NEWEST = 3


def details(scene: Scene) -> None:
    """Ask for contacts with their fields: these come, and the newest notes, in lists as well."""
    talk = scene.talk
    one, other = (scene.create(scene.resources["contacts"]) for _ in range(2))
    made: dict[str, list[Any]] = {}
    for name in ("contactfields", "notes"):
        resource = scene.resources[name]
        records = [
            scene.create(resource, {**scene.body(resource), "contact_id": one.id})
            for _ in range(_NEWEST + 2)
        ]
        scene.delete(records.pop(1))
        made[name] = [record.id for record in records]
    query = {"with": "contactfields"}
    plain, full = scene.read(one), talk.get(one.path, query)
    empty = talk.get(other.path, query)
    listed = talk.get("/contacts", {**query, "limit": 100, "sort": "-created_at"})
    talk.claim(full, "a contact brings its fields and newest notes along", _detailed,
               plain, full, empty, listed, made, one.id)  # fmt: skip


def _detailed(
    plain: Reply, full: Reply, empty: Reply, listed: Reply, made: dict[str, list[Any]], id: Any
) -> Iterator[str]:
    if "contactFields" in plain.tree["data"] or "notes" in plain.tree["data"]:
        yield "they come unasked"
    rows = [row for row in listed.tree["data"] if row["id"] == id]
    for row in (full.tree["data"], *rows):
        if [field["id"] for field in row["contactFields"]] != made["contactfields"]:
            yield f"it has {len(row['contactFields'])} fields"
        if [note["id"] for note in row["notes"]] != made["notes"][::-1][:_NEWEST]:
            yield f"it has {len(row['notes'])} notes, or others than the newest"
    if empty.tree["data"]["contactFields"] or empty.tree["data"]["notes"]:
        yield "another contact has some"
    if len(rows) != 1:
        yield f"it is listed {len(rows)} times"


def given_photos(scene: Scene) -> None:
    """Add photos to gifts, one of them twice: each is there once, and in no other gift."""
    gifts = [scene.create(scene.resources["gifts"]) for _ in range(2)]
    photos = [scene.create(scene.resources["photos"]) for _ in range(2)]
    for index in (0, 1, 0):
        scene.talk.put(f"{gifts[0].path}/photo/{photos[index].id}", keeps=True)
    reads = [scene.read(gift) for gift in gifts]
    scene.talk.claim(reads[-1], "a gift has its photos, each once", _pictured, reads,
                     [photo.id for photo in photos])  # fmt: skip
    scene.delete(photos[0])
    reads = [scene.read(gift) for gift in gifts]
    scene.talk.claim(reads[-1], "a photo that is deleted is in no gift", _pictured, reads,
                     [photos[1].id])  # fmt: skip


def _pictured(replies: list[Reply], ids: list[Any]) -> Iterator[str]:
    found = [[photo["id"] for photo in reply.tree["data"]["photos"]] for reply in replies]
    if sorted(found[0]) != sorted(ids) or found[1]:
        yield f"they have {[len(photos) for photos in found]}, expected {len(ids)} and 0"
