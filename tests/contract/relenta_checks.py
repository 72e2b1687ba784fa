"""What schemathesis cannot see: arithmetic of pages, read-your-writes, identity, isolation.

Each check takes an open harness and raises AssertionError. They are used twice: on the mock as it
is, which has to pass, and on mocks with a fault, which have to fail.
"""

from __future__ import annotations

from typing import Any

from tests.contract.relenta_harness import Harness, Resource, Row, same

#: Bodies of distinct records.
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


def fill(harness: Harness, resource: Resource, count: int = 7) -> list[int]:
    """Save some records and return their ids."""
    return [harness.save(resource, SAMPLES[resource.name][n]) for n in range(count)]


def page_has_its_records(
    harness: Harness, resource: Resource, count: int, size: int, page: int
) -> None:
    """Check that a page has its own records, as many as are left, up to its size."""
    whole = harness.everything(resource)
    assert len(whole) == count
    rows = harness.rows(resource, page=page, page_size=size)
    assert len(rows) == min(max(count - (page - 1) * size, 0), size)
    assert rows == whole[(page - 1) * size : page * size]


def pages_cover_the_list(harness: Harness, resource: Resource, size: int) -> None:
    """Check that pages of a size have every record once, in order, for client and wire."""
    whole = [row["id"] for row in harness.everything(resource)]
    pages: list[str] = []
    page = 1
    while rows := harness.rows(resource, page=page, page_size=size):
        pages += [row["id"] for row in rows]
        page += 1
    assert pages == whole
    assert len({*whole}) == len(whole)
    pager = getattr(harness.crm, resource.name).list(page_size=size)
    assert [item.id for item in pager] == [int(id) for id in whole]


def defaults_are_the_first_page(harness: Harness, resource: Resource) -> None:
    """Check that a list without parameters is its first page."""
    assert harness.rows(resource) == harness.rows(resource, page=1, page_size=resource.default_size)


def saved_record_is_listed(harness: Harness, resource: Resource, body: Row) -> int:
    """Check that a new record is listed once, under the id that was returned, as it was sent."""
    before = {row["id"] for row in harness.everything(resource)}
    id = harness.save(resource, body)
    assert str(id) not in before
    row = harness.row(resource, id)
    for member, value in body.items():
        assert same(value, row.get(member)), (member, value, row.get(member))
    after = {row["id"] for row in harness.everything(resource)}
    assert after - before == {str(id)}
    assert before <= after
    return id


def update_changes_what_is_sent(harness: Harness, resource: Resource, id: int, body: Row) -> None:
    """Check that an update is listed under the same id, and that what was not sent is kept."""
    others = [row for row in harness.everything(resource) if row["id"] != str(id)]
    kept = harness.row(resource, id)
    assert harness.save(resource, {"id": id, **body}) == id
    row = harness.row(resource, id)
    for member in resource.values:
        value = body.get(member, kept.get(member))
        assert same(value, row.get(member)), (member, value, row.get(member))
    assert row["dt_created"] == kept["dt_created"]
    assert [row for row in harness.everything(resource) if row["id"] != str(id)] == others


def create_never_updates(harness: Harness, resource: Resource, id: int, body: Row) -> None:
    """Check that creating with the id of another record leaves that one unchanged."""
    assert resource.create_path is not None
    kept = harness.everything(resource)
    new = harness.save(resource, {"id": id, **body}, resource.create_path)
    assert new not in {int(row["id"]) for row in kept}
    assert [row for row in harness.everything(resource) if int(row["id"]) != new] == kept
    row = harness.row(resource, new)
    assert all(same(value, row.get(member)) for member, value in body.items())


def departments_are_isolated(harness: Harness, resource: Resource, id: int) -> None:
    """Check that another department can neither see nor change the records of this one."""
    other = harness.others[0]
    mine = harness.everything(resource)
    assert harness.everything(resource, other) == []
    assert other.post(resource.save_path, json={"id": id, "text": "x"}).status_code == 404
    assert harness.everything(resource) == mine


def ids_are_unique(harness: Harness, resources: tuple[Resource, ...]) -> None:
    """Check that no two records have the same id, whatever their resource."""
    ids = [id for resource in resources for id in fill(harness, resource, 3)]
    assert len({*ids}) == len(ids)


def client_agrees_with_wire(harness: Harness, resource: Resource) -> None:
    """Check that the client's objects are the wire's rows, and are written back to them."""
    rows = harness.everything(resource)
    items: list[Any] = getattr(harness.crm, resource.name).list().collect()
    assert [item.id for item in items] == [int(row["id"]) for row in rows]
    for item, row in zip(items, rows, strict=True):
        back = item.to_dict()
        assert all(same(value, back.get(member)) for member, value in row.items())
