"""Lists, saves and ids of the mock agree with each other, with the client and with the document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract import checks
from tests.contract.world import CONTACTS, LISTINGS, Listing, World, relenta

for_each_listing = pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.name)


@pytest.fixture
def world() -> Iterator[World]:
    """Relenta's mock without records; whatever crosses the wire has to fit the document."""
    with relenta() as world:
        yield world
        world.conforms()


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    """One world for many examples, to which each adds."""
    with relenta() as world:
        yield world
        world.conforms()


@pytest.fixture(scope="module")
def filled() -> Iterator[World]:
    """One world with seven records of each kind, to be read only."""
    with relenta() as world:
        for listing in LISTINGS:
            checks.fill(world, listing)
        yield world
        world.conforms()


@for_each_listing
@settings(max_examples=60)
@given(
    size=st.integers(1, 9) | st.sampled_from([100, 499, 500]),
    page=st.integers(1, 9) | st.sampled_from([2**31 - 1]),
)
def test_pages_have_their_rows(filled: World, listing: Listing, size: int, page: int) -> None:
    """Whatever the size and the page, a page holds the rows that are its own."""
    checks.page_has_its_rows(filled, listing, 7, size, page)


@for_each_listing
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 500])
def test_pages_make_up_the_whole(filled: World, listing: Listing, size: int) -> None:
    """Pages of any size together are the whole list, without gap or duplicate, in one order."""
    checks.pages_make_up_the_whole(filled, listing, size)


@for_each_listing
def test_a_list_without_records(world: World, listing: Listing) -> None:
    """Without records the first page is empty, and so is the client's list."""
    checks.page_has_its_rows(world, listing, 0, 1, 1)
    checks.pages_make_up_the_whole(world, listing, 5)


@for_each_listing
def test_more_records_than_the_default_page(world: World, listing: Listing) -> None:
    """The default page is one of many when there are more records than it holds."""
    for n in range(listing.default_size + 1):
        world.save(listing, checks.SAMPLES[listing.name][n % 7])

    checks.nothing_said_is_the_default(world, listing)
    assert len(world.rows(listing)) == listing.default_size
    checks.pages_make_up_the_whole(world, listing, listing.default_size)


@for_each_listing
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_saved_is_listed(shared: World, listing: Listing, data: st.DataObject) -> None:
    """A saved record is in the list with the values that were sent, and updates touch no others."""
    id = checks.what_is_saved_is_listed(shared, listing, data.draw(listing.sent()))
    checks.an_update_changes_what_is_sent(shared, listing, id, data.draw(listing.sent()))


@settings(max_examples=20)
@given(data=st.data())
def test_create_never_updates(shared: World, data: st.DataObject) -> None:
    """Where an API has a path that only creates, an id in the body changes no record."""
    id = shared.save(CONTACTS, {"title": "kept"})
    checks.create_never_updates(shared, CONTACTS, id, data.draw(CONTACTS.sent()))


@for_each_listing
def test_departments_are_apart(world: World, listing: Listing) -> None:
    """The key of one department shows and changes nothing of another."""
    (id,) = checks.fill(world, listing, 1)
    checks.departments_are_apart(world, listing, id)


def test_ids_are_unique(world: World) -> None:
    """No id is given twice, not to records of different kinds either."""
    checks.ids_are_unique(world, LISTINGS)


@for_each_listing
def test_the_client_shows_the_wire(shared: World, listing: Listing) -> None:
    """What the client reads is what is on the wire, and it writes the same back."""
    checks.fill(shared, listing, 3)
    checks.the_client_shows_the_wire(shared, listing)


@for_each_listing
def test_the_journal_tells_what_crossed_the_wire(world: World, listing: Listing) -> None:
    """The mock's own journal holds every exchange, as it was sent and answered."""
    checks.fill(world, listing, 2)
    world.rows(listing, page=1, page_size=1)
    sent = world.recorder.exchanges
    journal = world.mocks.relenta.journal

    assert [(one.method, one.path, one.body, one.status, one.response_body) for one in journal] == [
        (one.method, one.path, one.body, one.status, one.response_body) for one in sent
    ]
    assert [one.query for one in journal][-1] == "page=1&page_size=1"
