r"""Draw the families of a Monica account as an SVG file, with nothing but crmkit.

Each generation is a row. A line leads from parents to children, a double line joins couples.

Against the mock, in two terminals:

    crmkit-mock serve

    MONICA_BASE_URL=http://127.0.0.1:8600/monica/api MONICA_TOKEN=mock-token-of-ada \
        python examples/family_graph.py family.svg

Against your account: MONICA_TOKEN is a token from Settings > API, MONICA_BASE_URL only needed for a
server of your own. One request a contact goes out; the client keeps to the server's rate limit.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from crmkit import CRMError, Monica

COUPLES = {"partner", "spouse", "date", "lover"}
WIDTH, HEIGHT, GAP = 190, 44, 50


@dataclass
class Family:
    """People by id, and who belongs to whom."""

    names: dict[int, str] = field(default_factory=dict)
    couples: set[tuple[int, int]] = field(default_factory=set)
    parents: set[tuple[int, int]] = field(default_factory=set)  # (parent, child)


def read(crm: Monica) -> Family:
    """Read the relationships of all contacts. Monica keeps each twice, once for each side."""
    family = Family()
    for contact in crm.contacts.list():
        for relationship in crm.relationships.list(contact_id=contact.id):
            who, kind = relationship.contact_is, relationship.relationship_type
            whose = relationship.of_contact
            if who is None or kind is None or whose is None or kind.name is None:
                continue
            if kind.name in COUPLES:
                family.couples.add((min(who.id, whose.id), max(who.id, whose.id)))
            elif kind.name == "parent":
                family.parents.add((who.id, whose.id))
            elif kind.name == "child":
                family.parents.add((whose.id, who.id))
            else:
                continue
            family.names |= {one.id: one.complete_name or str(one.id) for one in (who, whose)}
    return family


def generations(family: Family) -> list[list[int]]:
    """Return the people of each generation, oldest first; couples share one."""
    level = dict.fromkeys(family.names, 0)
    # As often as there are people: who is said to be their own ancestor ends this too.
    for _ in family.names:
        before = dict(level)
        for parent, child in family.parents:
            level[child] = max(level[child], level[parent] + 1)
        for one, other in family.couples:
            level[one] = level[other] = max(level[one], level[other])
        if level == before:
            break
    rows = defaultdict(list)
    for person in sorted(family.names):
        rows[level[person]].append(person)
    return [rows[number] for number in sorted(rows)]


def draw(family: Family) -> str:
    """Return the picture."""
    rows = generations(family)
    place = {
        person: (GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + 2 * GAP))
        for row, people in enumerate(rows)
        for column, person in enumerate(people)
    }
    lines, boxes = [], []
    for parent, child in sorted(family.parents):
        (x1, y1), (x2, y2) = place[parent], place[child]
        middle = y2 - GAP
        lines.append(
            f'<path d="M{x1 + WIDTH // 2} {y1 + HEIGHT} V{middle} H{x2 + WIDTH // 2} V{y2}"/>'
        )
    for one, other in sorted(family.couples):
        (x1, y1), (x2, y2) = sorted((place[one], place[other]))
        lines += [
            f'<path d="M{x1 + WIDTH} {y1 + HEIGHT // 2 + shift} L{x2} {y2 + HEIGHT // 2 + shift}"/>'
            for shift in (-2, 2)
        ]
    for person, (x, y) in place.items():
        boxes.append(f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>')
        name = escape(family.names[person])
        boxes.append(f'<text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 5}">{name}</text>')
    width = max((x for x, _ in place.values()), default=0) + WIDTH + GAP
    height = max((y for _, y in place.values()), default=0) + HEIGHT + GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
            f'     width="{width}" font-family="sans-serif" font-size="14" text-anchor="middle">',
            '<rect width="100%" height="100%" fill="#fff"/>',
            '<g fill="none" stroke="#667" stroke-width="1.5">',
            *lines,
            '</g><g fill="#eef3fb" stroke="#345">',
            *(box for box in boxes if box.startswith("<rect")),
            '</g><g fill="#123">',
            *(box for box in boxes if box.startswith("<text")),
            "</g></svg>\n",
        ]
    )


def main() -> None:
    """Write the picture to the file that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("usage: family_graph.py FILE.svg")
    try:
        with Monica() as crm:
            family = read(crm)
    except CRMError as error:
        sys.exit(f"family_graph.py: {error}")
    Path(sys.argv[1]).write_text(draw(family), "utf-8")
    print(f"{len(family.names)} people, {len(family.couples)} couples: {sys.argv[1]}")


if __name__ == "__main__":
    main()
