"""Under the form's media type Relenta takes JSON text, as its page's samples by curl send it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.world import LISTINGS, Listing, World, relenta, same

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

for_each_listing = pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for many examples; whatever crosses the wire has to fit the document."""
    with relenta() as world:
        yield world
        world.conforms()


@for_each_listing
@settings(max_examples=25)
@given(data=st.data())
def test_json_text_in_a_form_is_taken(world: World, listing: Listing, data: st.DataObject) -> None:
    """A body that `curl --data` would send saves the same record as application/json does."""
    body = data.draw(listing.sent())
    reply = world.http.post(listing.save_path, content=json.dumps(body).encode(), headers=FORM)

    assert reply.status_code == 200
    row = world.row(listing, reply.json()["data"]["id"])
    assert all(same(value, row.get(member)) for member, value in body.items())


@for_each_listing
@settings(max_examples=25)
@given(fields=st.dictionaries(st.sampled_from(["id", "company", "label"]), st.text(max_size=5)))
def test_form_fields_are_refused(listing: Listing, fields: dict[str, Any]) -> None:
    """Fields of a real form are no JSON text and are refused; nothing is saved."""
    with relenta() as world:
        reply = world.http.post(listing.save_path, data=fields, headers=FORM)

        assert reply.status_code == 400
        assert world.everything(listing) == []
