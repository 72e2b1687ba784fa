"""Addresses and places, companies and occupations: where contacts live and work."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.account import log_company
from crmkit_mock.monica.columns import double, int_column, stored, varchar
from crmkit_mock.monica.errors import not_found
from crmkit_mock.monica.resource import (
    KNOWN_CONTACT,
    ContactResource,
    Resource,
    id_rule,
)
from crmkit_mock.monica.short_contact import common_end, short_contact
from crmkit_mock.monica.static_data import serialize_country
from crmkit_mock.monica.validation import (
    Exists,
    Rules,
    array,
    boolean,
    identifier,
    integer,
    iso_date,
    number,
    one_of,
    optional,
    required,
    string,
)
from crmkit_mock.shelves import Index

if TYPE_CHECKING:
    from crmkit_mock.monica.columns import Columns
    from crmkit_mock.monica.records import Record
    from crmkit_mock.monica.session import Session, Tree
    from crmkit_mock.monica.validation import Values

_PLACE: Rules = {
    "street": optional(string(255)),
    "city": optional(string(255)),
    "province": optional(string(255)),
    "postal_code": optional(string(255)),
    "country": optional(string(3)),
    "latitude": optional(number),
    "longitude": optional(number),
}
_PLACE_COLUMNS: Columns = {
    **dict.fromkeys(("street", "city", "province", "postal_code"), varchar()),
    "country": varchar(3),
    "latitude": double,
    "longitude": double,
}
_OCCUPATIONS_BY_COMPANY = Index(lambda occupation: [occupation["company_id"]])


class Places(Resource):
    """The places of an account."""

    kind = "place"
    label = "place"
    namespace = "Account\\"
    rules: ClassVar[Rules] = _PLACE
    update_rules: ClassVar[Rules] = {"place_id": id_rule("place"), **_PLACE}
    columns: ClassVar[Columns] = _PLACE_COLUMNS

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a place."""
        return {
            "id": record["id"],
            "object": "place",
            **_place_members(session, record),
            **common_end(record),
        }


class Addresses(ContactResource):
    """The addresses of an account. Each creates a place, which has all but its name."""

    kind = "address"
    label = "address"
    namespace = "Contact\\"
    contact_sortable = None
    contact_raw_crash = True
    can_move = False
    rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "name": optional(string(255)),
        **_PLACE,
        "labels": optional(array),
    }
    update_rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "address_id": id_rule("address"),
        "name": optional(string(255)),
        **_PLACE,
        "labels": optional(array),
    }

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of an address."""
        return serialize_address(session, record)

    def new_record(self, session: Session, values: Values) -> Record:
        """Build the columns of a new address; its place is created at once."""
        _check_labels(session, values)
        columns = stored(_PLACE_COLUMNS, {name: values.get(name) for name in _PLACE})
        place = session.records.add("place", session.account.id, {**session.timestamps, **columns})
        return {
            "contact_id": values["contact_id"],
            "name": values.get("name"),
            "place_id": place["id"],
        }

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change an address and its place; what is not sent is cleared."""
        self.assign(session, record, values["contact_id"])
        _check_labels(session, values)
        record["name"] = values.get("name")
        place = session.records.get("place", record["account_id"], record["place_id"])
        if place is not None:
            changes = stored(_PLACE_COLUMNS, {name: values.get(name) for name in _PLACE})
            place.update(changes, updated_at=session.now)
            session.records.save("place", place)

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the place of an address with it."""
        place = session.records.read("place", record["account_id"], record["place_id"])
        if place is not None:
            session.records.remove("place", place)


def _check_labels(session: Session, values: Values) -> None:
    for label in values.get("labels") or []:
        session.require_storable("labels", label)


def serialize_address(session: Session, record: Record) -> Tree:
    """Build the response object of an address."""
    # A place can be deleted on its own; what is left of the address then is its name.
    place = session.records.read("place", record["account_id"], record["place_id"])
    return {
        "id": record["id"],
        "uuid": record["uuid"],
        "object": "address",
        "name": record["name"],
        **_place_members(session, place or dict.fromkeys(_PLACE)),
        "url": session.url(f"addresses/{record['id']}"),
        "contact": short_contact(session, record["contact_id"]),
        **common_end(record),
    }


def _place_members(session: Session, place: Record) -> Tree:
    code = place["country"]
    country = None if code is None else serialize_country(code, session.query.get("lang"))
    return {**{name: place[name] for name in _PLACE}, "country": country}


class Companies(Resource):
    """The companies of an account."""

    kind = "company"
    label = "company"
    namespace = "Account\\"
    rules: ClassVar[Rules] = {
        "name": required(string(255)),
        "website": optional(string(255)),
        "number_of_employees": optional(integer),
    }
    update_rules: ClassVar[Rules] = {"company_id": id_rule("company"), **rules}
    columns: ClassVar[Columns] = {
        "name": varchar(),
        "website": varchar(),
        "number_of_employees": int_column,
    }
    defaults: ClassVar[Tree] = {"name": "Company"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of a company."""
        del session
        return _serialize_company(record)

    def after_create(self, session: Session, record: Record) -> None:
        """Write into the audit log that there is a new company."""
        log_company(session, record["name"])

    def before_delete(self, session: Session, record: Record) -> None:
        """Delete the occupations at a company with it."""
        records = session.records
        for occupation in records.select(
            "occupation", record["account_id"], _OCCUPATIONS_BY_COMPANY, record["id"]
        ):
            records.remove("occupation", occupation)


_OCCUPATION: Rules = {
    "title": required(string(255)),
    "description": optional(string(1000)),
    "salary": optional(integer),
    "salary_unit": optional(one_of("year", "month", "week", "day", "hour")),
    "currently_works_here": optional(boolean),
    "start_date": optional(iso_date),
    "end_date": optional(iso_date),
}


class Occupations(ContactResource):
    """The occupations of an account; there is no list by contact."""

    kind = "occupation"
    label = "occupation"
    namespace = "Contact\\"
    can_move = False
    rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "company_id": required(identifier, Exists("company")),
        **_OCCUPATION,
    }
    update_rules: ClassVar[Rules] = {
        "contact_id": KNOWN_CONTACT,
        "company_id": required(identifier, Exists("company")),
        "occupation_id": id_rule("occupation"),
        **_OCCUPATION,
    }
    columns: ClassVar[Columns] = {
        "title": varchar(),
        "description": varchar(1000),
        "salary": int_column,
    }
    defaults: ClassVar[Tree] = {"title": "Occupation"}

    def serialize(self, session: Session, record: Record) -> Tree:
        """Build the response object of an occupation."""
        # Recorded is that the company may be another account's.
        company = session.records.find("company", record["company_id"])
        return {
            "id": record["id"],
            "object": "occupation",
            "title": record["title"],
            "description": record["description"],
            "salary": record["salary"],
            "salary_unit": record["salary_unit"],
            "currently_works_here": bool(record["currently_works_here"]),
            "start_date": record["start_date"],
            "end_date": record["end_date"],
            "company": _serialize_company(company) if company else None,
            "contact": short_contact(session, record["contact_id"]),
            **common_end(record),
        }

    def apply(self, session: Session, record: Record, values: Values) -> None:
        """Change an occupation; what is not sent is cleared, contact and company stay.

        Raises:
            Refusal: 404, code 31, they are others than the occupation's own.
        """
        if values["company_id"] != record["company_id"]:
            raise not_found()
        super().apply(session, record, values)

    def find_for_delete(self, session: Session) -> Record:
        """Return the occupation to delete, which an archived contact does not keep."""
        return Resource.find_for_delete(self, session)


def _serialize_company(record: Record) -> Tree:
    return {
        "id": record["id"],
        "object": "company",
        "name": record["name"],
        "website": record["website"],
        "number_of_employees": record["number_of_employees"],
        **common_end(record),
    }
