"""Addresses of contacts, and the places that they are at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.countries import country_shape
from crmkit_mock.monica.resource import OfContact, Resource
from crmkit_mock.monica.rules import Rules, array, integer, number, optional, required, text
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values

_PLACE: Rules = {
    "street": optional(text(255)),
    "city": optional(text(255)),
    "province": optional(text(255)),
    "postal_code": optional(text(255)),
    "country": optional(text(3)),
    "latitude": optional(number),
    "longitude": optional(number),
}


class Places(Resource):
    """The places of an account."""

    kind = "place"
    label = "place"
    prefix = "places"
    rules: ClassVar[Rules] = _PLACE

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a place."""
        return {
            "id": row["id"],
            "object": "place",
            **_where(call, row),
            "account": account_of(row),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new place."""
        del call
        return {name: values.get(name) for name in _PLACE}


class Addresses(OfContact):
    """The addresses of an account. Each makes a place and shows what is kept there."""

    kind = "address"
    label = "address"
    prefix = "addresses"
    contact_columns = None
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "name": optional(text(255)),
        **_PLACE,
        "labels": optional(array),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of an address."""
        return address_shape(call, row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new address; its place is made at once."""
        moments = {"created_at": call.now, "updated_at": call.now}
        columns = {name: values.get(name) for name in _PLACE}
        place = call.records.add("place", call.account.id, {**moments, **columns})
        return {
            "contact_id": values["contact_id"],
            "name": values.get("name"),
            "place_id": place["id"],
        }

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change an address and its place; what is not sent is cleared."""
        self.move(call, row, values["contact_id"])
        row["name"] = values.get("name")
        place = call.records.get("place", row["account_id"], row["place_id"])
        if place is not None:
            place.update({name: values.get(name) for name in _PLACE}, updated_at=call.now)
            call.records.keep("place", place)

    def dropped(self, call: Call, row: Row) -> None:
        """Delete the place with the address."""
        super().dropped(call, row)
        place = call.records.get("place", row["account_id"], row["place_id"])
        if place is not None:
            call.records.remove("place", place)


def address_shape(call: Call, row: Row) -> Tree:
    """Build what replies show of an address."""
    # A place can be deleted on its own; what is left of the address then is its name.
    place = call.records.get("place", row["account_id"], row["place_id"])
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "object": "address",
        "name": row["name"],
        **_where(call, place or dict.fromkeys(_PLACE)),
        "url": call.url(f"addresses/{row['id']}"),
        "account": account_of(row),
        "contact": short_contact(call, row["contact_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _where(call: Call, place: Row) -> Tree:
    country = place["country"]
    return {
        **{name: place[name] for name in _PLACE},
        "country": None if country is None else country_shape(country, call.query.get("lang")),
    }
