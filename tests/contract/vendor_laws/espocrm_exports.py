"""Files of exports have the records, the columns and the order that were asked for."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["exports"]

#: Text that a file has to quote, and some that it has not.
_TEXTS = ("a,b", 'say "x"', "two\nlines", None, "é日 ;", " x ", "007")
_COUNT = len(_TEXTS)


def exports(scene: Scene) -> None:
    """Export accounts by ids and by searches, with the columns in one order and another."""
    account = scene.resources["Account"]
    made = [
        scene.create(account, {**scene.body(account), "description": text, "sicCode": str(number)})
        for number, text in enumerate(_TEXTS)
    ]
    ids = [record.id for record in made]
    names = [record.body["name"] for record in made]
    values = {"name": names, "description": [text or "" for text in _TEXTS],
              "sicCode": [str(number) for number in range(_COUNT)]}  # fmt: skip
    # The newest comes first, and of those that were made in the same second the one of greater id.
    newest = list(reversed(range(_COUNT)))
    where = [{"type": "startsWith", "attribute": "name", "value": scene.talk.marker}]
    up = {"where": where, "orderBy": "sicCode", "order": "asc"}
    down = {**up, "order": "desc"}
    for columns in (("name", "description", "sicCode"), ("sicCode", "name", "description"),
                    ("description",)):  # fmt: skip
        for asked, rows in (
            ({"ids": ids}, newest), ({"ids": [ids[4], ids[0], ids[2]]}, [4, 2, 0]),
            ({"where": where}, newest), ({"searchParams": up}, newest[::-1]),
            ({"searchParams": down}, newest), ({"searchParams": {**up, "maxSize": 3}}, [0, 1, 2]),
            ({"searchParams": {**up, "maxSize": 3, "offset": 2}}, [2, 3, 4]),
            ({"searchParams": {**down, "maxSize": 9, "offset": 5}}, [1, 0]),
            # Live 10.0.0: without a size an offset has no effect.
            ({"searchParams": {**up, "offset": 3}}, newest[::-1]),
        ):  # fmt: skip
            body = {"entityType": "Account", "format": "csv", "attributeList": list(columns)}
            done = scene.talk.post("/Export", {**body, **asked}, keeps=True)
            file = scene.talk.get(f"/Attachment/file/{done.id}")
            expected = [[*columns], *([values[name][row] for name in columns] for row in rows)]
            scene.talk.claim(file, "an export has what was asked for", _table, file, expected)


def _table(reply: Reply, expected: list[list[Any]]) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(reply.content.decode(), newline="")))
    if rows[:1] != expected[:1]:
        yield f"its columns are {rows[:1]}"
    if len(rows) != len(expected):
        yield f"it has {len(rows) - 1} rows, expected {len(expected) - 1}"
    for number, (row, other) in enumerate(zip(rows, expected, strict=False)):
        if (row or [""]) != other:  # an empty text alone is an empty line
            yield f"row {number} is another"
