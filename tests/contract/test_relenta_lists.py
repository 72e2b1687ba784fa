"""Lists, saves and ids of Relenta's mock agree with one another, the client and the document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract import relenta_checks as checks
from tests.contract.relenta_harness import CONTACTS, RESOURCES, Harness, Resource, relenta

for_each_resource = pytest.mark.parametrize(
    "resource", RESOURCES, ids=lambda resource: resource.name
)


@pytest.fixture
def harness() -> Iterator[Harness]:
    """Return a harness without records; every exchange has to be valid by the document."""
    with relenta() as harness:
        yield harness
        harness.conforms()


@pytest.fixture(scope="module")
def shared() -> Iterator[Harness]:
    """Return one harness for many examples, each of which adds to it."""
    with relenta() as harness:
        yield harness
        harness.conforms()


@pytest.fixture(scope="module")
def filled() -> Iterator[Harness]:
    """Return one harness with seven records of each resource, to be read only."""
    with relenta() as harness:
        for resource in RESOURCES:
            checks.fill(harness, resource)
        yield harness
        harness.conforms()


@for_each_resource
@settings(max_examples=60)
@given(
    size=st.integers(1, 9) | st.sampled_from([100, 499, 500]),
    page=st.integers(1, 9) | st.sampled_from([2**31 - 1]),
)
def test_pages_have_their_records(
    filled: Harness, resource: Resource, size: int, page: int
) -> None:
    """Whatever its size and number, a page has its own records."""
    checks.page_has_its_records(filled, resource, 7, size, page)


@for_each_resource
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 500])
def test_pages_cover_the_list(filled: Harness, resource: Resource, size: int) -> None:
    """Pages of any size together are the list, in order, without gap or duplicate."""
    checks.pages_cover_the_list(filled, resource, size)


@for_each_resource
def test_empty_lists(harness: Harness, resource: Resource) -> None:
    """Without records the first page is empty, and so is the client's list."""
    checks.page_has_its_records(harness, resource, 0, 1, 1)
    checks.pages_cover_the_list(harness, resource, 5)


@for_each_resource
def test_lists_longer_than_the_default_page(harness: Harness, resource: Resource) -> None:
    """The default page is one of several when there are more records than its size."""
    for n in range(resource.default_size + 1):
        harness.save(resource, checks.SAMPLES[resource.name][n % 7])

    checks.defaults_are_the_first_page(harness, resource)
    assert len(harness.rows(resource)) == resource.default_size
    checks.pages_cover_the_list(harness, resource, resource.default_size)


@for_each_resource
@settings(max_examples=40)
@given(data=st.data())
def test_saved_records_are_listed(shared: Harness, resource: Resource, data: st.DataObject) -> None:
    """A saved record is listed with the values that were sent; updates change no other record."""
    id = checks.saved_record_is_listed(shared, resource, data.draw(resource.sent()))
    checks.update_changes_what_is_sent(shared, resource, id, data.draw(resource.sent()))


@settings(max_examples=20)
@given(data=st.data())
def test_create_never_updates(shared: Harness, data: st.DataObject) -> None:
    """Where an API has a path that only creates, an id in the body changes no record."""
    id = shared.save(CONTACTS, {"title": "kept"})
    checks.create_never_updates(shared, CONTACTS, id, data.draw(CONTACTS.sent()))


@for_each_resource
def test_departments_are_isolated(harness: Harness, resource: Resource) -> None:
    """The key of one department neither shows nor changes records of another."""
    (id,) = checks.fill(harness, resource, 1)
    checks.departments_are_isolated(harness, resource, id)


def test_ids_are_unique(harness: Harness) -> None:
    """No id is used twice, not by different resources either."""
    checks.ids_are_unique(harness, RESOURCES)


@for_each_resource
def test_client_agrees_with_wire(shared: Harness, resource: Resource) -> None:
    """The client reads what is on the wire, and writes the same back."""
    checks.fill(shared, resource, 3)
    checks.client_agrees_with_wire(shared, resource)


@for_each_resource
def test_journal_has_every_exchange(harness: Harness, resource: Resource) -> None:
    """The mock's journal has every exchange as it was sent and answered."""
    checks.fill(harness, resource, 2)
    harness.rows(resource, page=1, page_size=1)
    sent = harness.recorder.exchanges
    journal = harness.mocks.relenta.journal

    assert [
        (exchange.method, exchange.path, exchange.body, exchange.status, exchange.response_body)
        for exchange in journal
    ] == [
        (exchange.method, exchange.path, exchange.body, exchange.status, exchange.response_body)
        for exchange in sent
    ]
    assert [exchange.query for exchange in journal][-1] == "page=1&page_size=1"
