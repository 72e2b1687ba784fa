"""What schemathesis cannot see: arithmetic of pages, read-your-writes, identity, isolation.

Each check takes an open world and raises AssertionError. They are used twice: on the mock as it
is, which has to pass, and on one that is made to err, which has to be found out.
"""

from __future__ import annotations

from typing import Any

from tests.contract.world import Listing, Row, World, same

#: Bodies that tell one record from another.
SAMPLES: dict[str, list[Row]] = {
    "contacts": [
        {"title": f"title {n}", "company": "Virtucon", "phone": f"{n} (Cell)", "groups": "a;b"}
        for n in range(7)
    ],
    "activities": [
        {"label": f"label {n}", "subject": "Lunch", "users": f"Ann <{n}@b.c>", "all_day": True}
        for n in range(7)
    ],
}


def fill(world: World, listing: Listing, count: int = 7) -> list[int]:
    """Save some records and return their ids."""
    return [world.save(listing, SAMPLES[listing.name][n]) for n in range(count)]


def page_has_its_rows(world: World, listing: Listing, count: int, size: int, page: int) -> None:
    """A page holds what is left of the records, up to its size, and those that are its own."""
    whole = world.everything(listing)
    assert len(whole) == count
    rows = world.rows(listing, page=page, page_size=size)
    assert len(rows) == min(max(count - (page - 1) * size, 0), size)
    assert rows == whole[(page - 1) * size : page * size]


def pages_make_up_the_whole(world: World, listing: Listing, size: int) -> None:
    """Page after page gives every record once, in the order of the whole, whoever reads."""
    whole = [row["id"] for row in world.everything(listing)]
    pages: list[str] = []
    page = 1
    while rows := world.rows(listing, page=page, page_size=size):
        pages += [row["id"] for row in rows]
        page += 1
    assert pages == whole
    assert len({*whole}) == len(whole)
    pager = getattr(world.crm, listing.name).list(page_size=size)
    assert [item.id for item in pager] == [int(id) for id in whole]


def nothing_said_is_the_default(world: World, listing: Listing) -> None:
    """Without parameters a list gives its first page."""
    assert world.rows(listing) == world.rows(listing, page=1, page_size=listing.default_size)


def what_is_saved_is_listed(world: World, listing: Listing, body: Row) -> int:
    """A new record stands once in the list, under the id that the save named, as it was sent."""
    before = {row["id"] for row in world.everything(listing)}
    id = world.save(listing, body)
    assert str(id) not in before
    row = world.row(listing, id)
    for member, value in body.items():
        assert same(value, row.get(member)), (member, value, row.get(member))
    after = {row["id"] for row in world.everything(listing)}
    assert after - before == {str(id)}
    assert before <= after
    return id


def an_update_changes_what_is_sent(world: World, listing: Listing, id: int, body: Row) -> None:
    """An update shows in the list under the same id, and whatever was not sent stays."""
    others = [row for row in world.everything(listing) if row["id"] != str(id)]
    kept = world.row(listing, id)
    assert world.save(listing, {"id": id, **body}) == id
    row = world.row(listing, id)
    for member in listing.values:
        value = body.get(member, kept.get(member))
        assert same(value, row.get(member)), (member, value, row.get(member))
    assert row["dt_created"] == kept["dt_created"]
    assert [row for row in world.everything(listing) if row["id"] != str(id)] == others


def create_never_updates(world: World, listing: Listing, id: int, body: Row) -> None:
    """Creating with the id of another record makes a new one and leaves the other as it is."""
    assert listing.create_path is not None
    kept = world.everything(listing)
    new = world.save(listing, {"id": id, **body}, listing.create_path)
    assert new not in {int(row["id"]) for row in kept}
    assert [row for row in world.everything(listing) if int(row["id"]) != new] == kept
    row = world.row(listing, new)
    assert all(same(value, row.get(member)) for member, value in body.items())


def departments_are_apart(world: World, listing: Listing, id: int) -> None:
    """Another department sees no record of this one, and cannot write to it."""
    other = world.others[0]
    mine = world.everything(listing)
    assert world.everything(listing, other) == []
    assert other.post(listing.save_path, json={"id": id, "text": "x"}).status_code == 404
    assert world.everything(listing) == mine


def ids_are_unique(world: World, listings: tuple[Listing, ...]) -> None:
    """No two records have the same id, of whatever kind they are."""
    ids = [one for listing in listings for one in fill(world, listing, 3)]
    assert len({*ids}) == len(ids)


def the_client_shows_the_wire(world: World, listing: Listing) -> None:
    """The client's objects are the rows of the wire, written back to the same values."""
    rows = world.everything(listing)
    items: list[Any] = getattr(world.crm, listing.name).list().collect()
    assert [item.id for item in items] == [int(row["id"]) for row in rows]
    for item, row in zip(items, rows, strict=True):
        back = item.to_dict()
        assert all(same(value, back.get(member)) for member, value in row.items())
