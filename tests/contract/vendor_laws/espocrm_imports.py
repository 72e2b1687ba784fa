"""Rows of a file become records: as the file writes values, by the keys it updates, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from crmkit.contract.conversation import Step
    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["imports"]

Rows = list[dict[str, Any]]

_COLUMNS = ("name", "cScore", "cBudget", "cFounded", "cLastVisit", "cIsKey", "cTags", "cRating",
            "description")  # fmt: skip
_EMPTY: dict[str, Any] = {**dict.fromkeys(_COLUMNS[1:]), "cIsKey": False, "cTags": [], "type": None,
          "cBudgetCurrency": None}  # fmt: skip
#: Formats of a file as the vendor's page proposes them, and other ones.
_PLAIN: dict[str, Any] = {
    "delimiter": ",", "textQualifier": '"', "dateFormat": "YYYY-MM-DD", "timeFormat": "HH:mm",
    "timezone": "UTC", "decimalMark": ".", "currency": "EUR", "personNameFormat": "f l",
}  # fmt: skip
_CZECH: dict[str, Any] = {
    "delimiter": ";", "textQualifier": "'", "dateFormat": "DD.MM.YYYY", "timeFormat": "hh:mm A",
    "timezone": "Europe/Prague", "decimalMark": ",", "currency": "CZK",
}  # fmt: skip
#: Orders of a person's names, what a file says, and the first, middle and last name of it.
_NAMES = (
    ("f l", "Ann {}", ("Ann", None, "{}")), ("l f", "{} Ann", ("Ann", None, "{}")),
    ("l, f", "{}, Ann", ("Ann", None, "{}")), ("f m l", "Ann M {}", ("Ann", "M", "{}")),
    ("f l", "{}", (None, None, "{}")), ("f m l", "Ann {}", ("Ann", None, "{}")),
    ("l, f", "{} Ann", (None, None, "{} Ann")),
)  # fmt: skip


def imports(scene: Scene) -> None:
    """Import accounts in two forms, update them by keys, take imports back, and import names."""
    if "cScore" not in scene.resources["Account"].members:
        return
    word = scene.talk.unique("")
    plain = _import(scene, (
        f'{word}a,1.25,"1,234.5",2026-03-04,2026-03-04 10:30,1,"vip, partner",7,"two\nlines"\n'
        f"{word}b,x,1,2026-03-04,,0,vip,3,\n"
        f'"{word}c, ""q""",2,3,2026-03-05,2026-07-04 10:30,false,,,x\n'
    ), _COLUMNS, 2)  # fmt: skip
    first: Rows = [
        {"name": f"{word}a", "cScore": 1.25, "cBudget": 1234.5, "cFounded": "2026-03-04",
         "cLastVisit": "2026-03-04 10:30:00", "cIsKey": True, "cTags": ["vip", "partner"],
         "cRating": 7, "description": "two\nlines", "cBudgetCurrency": "EUR"},
        {"name": f'{word}c, "q"', "cScore": 2, "cBudget": 3, "cFounded": "2026-03-05",
         "cLastVisit": "2026-07-04 10:30:00", "description": "x", "cBudgetCurrency": "EUR"},
    ]  # fmt: skip
    _look(scene, "what can be read is imported", first)
    text = (
        f"Name;x\n'{word}d';1.234,5;'4.567,25';04.03.2026;'04.03.2026 10:30 PM';1;vip;7;x\n"
        f"{word}e;0,5;0,5;31.12.2026;;;;;\n{word}f;-1;;;01.07.2026 12:30 AM;0;;;\n"
    )
    defaults = {"type": "Customer", "description": "default", "cRating": 5}
    czech = _import(scene, text, _COLUMNS, 3, **_CZECH, headerRow=True, defaultValues=defaults)
    second: Rows = [
        {**defaults, "name": f"{word}d", "cScore": 1234.5, "cBudget": 4567.25,
         "cFounded": "2026-03-04", "cLastVisit": "2026-03-04 21:30:00", "cIsKey": True,
         "cTags": ["vip"], "cRating": 7, "description": "x", "cBudgetCurrency": "CZK"},
        {**defaults, "name": f"{word}e", "cScore": 0.5, "cBudget": 0.5, "cFounded": "2026-12-31",
         "cBudgetCurrency": "CZK"},
        {**defaults, "name": f"{word}f", "cScore": -1, "cLastVisit": "2026-06-30 22:30:00"},
    ]  # fmt: skip
    _look(scene, "values are read as the file writes them", first + second)
    _take_back(scene, plain)
    _look(scene, "an import that is reverted takes its records along", second)
    by_name = _import(scene, f"{word}d,9.5\n{word}z,8\n", ("name", "cScore"), 0, 1,
                      action="update", updateBy=[0])  # fmt: skip
    second[0]["cScore"] = 9.5
    _look(scene, "an update changes what has the key, and creates nothing", second)
    by_both = _import(scene, f"{word}d,7,1.5\n{word}d,6,2.5\n{word}e,7,3.5\n",
                      ("name", "cRating", "cScore"), 2, 1, action="createAndUpdate",
                      updateBy=[0, 1])  # fmt: skip
    second[0]["cScore"] = 1.5
    made: Rows = [{"name": f"{word}d", "cRating": 6, "cScore": 2.5},
                  {"name": f"{word}e", "cRating": 7, "cScore": 3.5}]  # fmt: skip
    _look(scene, "what has all keys is updated, and the rest is created", second + made)
    _take_back(scene, by_both)
    _take_back(scene, by_name)
    _look(scene, "what an import has only changed stays", second)
    _take_back(scene, czech)
    _look(scene, "nothing is left", [])
    for number, (order, said, names) in enumerate(_NAMES):
        _import_name(scene, order, said, names, f"{scene.word}n{number}")


def _import_name(
    scene: Scene, order: str, said: str, names: Sequence[str | None], last: str
) -> None:
    done = _import(scene, f'"{said.format(last)}",New\n', ("name", "status"), 1, entityType="Lead",
                   personNameFormat=order)  # fmt: skip
    first, middle, family = (None if name is None else name.format(last) for name in names)
    where = {"where[0][type]": "startsWith", "where[0][attribute]": "lastName",
             "where[0][value]": last}  # fmt: skip
    listed = scene.talk.get("/Lead", {**where, "select": "firstName,middleName,lastName"})
    expected = [{"firstName": first, "middleName": middle, "lastName": family}]
    scene.talk.claim(listed, f"{said!r} is read as {order!r}", _rows, listed, expected, "lastName")
    _take_back(scene, done)


def _import(
    scene: Scene, text: str, columns: Sequence[str], created: int, updated: int = 0, **more: Any
) -> Step:
    file = scene.talk.post("/Import/file", content=text.encode(), keeps=True,
                           headers={"Content-Type": "text/csv"})  # fmt: skip
    body = {"attachmentId": file.bind("attachmentId"), "entityType": "Account",
            "attributeList": list(columns), "action": "create", **_PLAIN, **more}  # fmt: skip
    done = scene.talk.post("/Import", body, keeps=True)
    scene.talk.claim(done, "an import counts what it has created and changed", _counts, done,
                     created, updated)  # fmt: skip
    return done


def _take_back(scene: Scene, done: Step) -> None:
    scene.talk.post(f"/Import/{done.id}/revert", {}, keeps=True)


def _look(scene: Scene, what: str, expected: Rows) -> None:
    query = {"select": ",".join((*_COLUMNS, "type", "cBudgetCurrency")), "orderBy": "name",
             "where[0][type]": "startsWith", "where[0][attribute]": "name",
             "where[0][value]": scene.talk.marker}  # fmt: skip
    listed = scene.talk.get("/Account", query)
    rows = [{**_EMPTY, **row} for row in expected]
    scene.talk.claim(listed, what, _rows, listed, rows, "name")


def _rows(
    reply: Reply, expected: Sequence[Mapping[str, Any]], naming: str
) -> Generator[str, None, int]:
    def key(row: Mapping[str, Any]) -> tuple[str, float]:
        return row[naming], row.get("cScore") or 0

    rows = sorted(reply.tree["list"], key=key)
    if len(rows) != len(expected):
        yield f"there are {len(rows)}, expected {len(expected)}"
    for row, other in zip(rows, sorted(expected, key=key), strict=False):
        for name, value in other.items():
            if row.get(name) != value:
                yield f"{name} is {row.get(name)!r}, expected {value!r}"
    return len(expected) + 1


def _counts(reply: Reply, created: int, updated: int) -> Generator[str, None, None]:
    found = reply.tree["countCreated"], reply.tree["countUpdated"]
    if found != (created, updated):
        yield f"it counts {found}, expected {(created, updated)}"
