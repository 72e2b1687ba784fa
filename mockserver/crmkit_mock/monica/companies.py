"""Companies, and occupations of contacts there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crmkit_mock.monica.resource import OfContact, Resource
from crmkit_mock.monica.rules import (
    Exists,
    Rules,
    day,
    flag,
    integer,
    one_of,
    optional,
    required,
    text,
)
from crmkit_mock.monica.short_contact import account_of, short_contact

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Call, Tree
    from crmkit_mock.monica.records import Row
    from crmkit_mock.monica.rules import Values


class Companies(Resource):
    """The companies of an account."""

    kind = "company"
    label = "company"
    prefix = "companies"
    rules: ClassVar[Rules] = {
        "name": required(text(255)),
        "website": optional(text(255)),
        "number_of_employees": optional(integer),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of a company."""
        del call
        return company_shape(row)

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new company."""
        del call
        return {name: values.get(name) for name in self.rules}

    def dropped(self, call: Call, row: Row) -> None:
        """Delete the occupations at a company with it."""
        for occupation in call.records.all("occupation", row["account_id"]):
            if occupation["company_id"] == row["id"]:
                Occupations().dropped(call, occupation)
                call.records.remove("occupation", occupation)


class Occupations(OfContact):
    """The occupations of an account; there is no list by contact."""

    kind = "occupation"
    label = "occupation"
    prefix = "occupations"
    verbs: ClassVar[tuple[str, ...]] = Resource.verbs
    rules: ClassVar[Rules] = {
        "contact_id": required(integer),
        "company_id": required(integer, Exists("company")),
        "title": required(text(255)),
        "description": optional(text(1000)),
        "salary": optional(integer),
        "salary_unit": optional(one_of("year", "month", "week", "day", "hour")),
        "currently_works_here": optional(flag),
        "start_date": optional(day),
        "end_date": optional(day),
    }

    def shape(self, call: Call, row: Row) -> Tree:
        """Build what replies show of an occupation."""
        return {
            "id": row["id"],
            "object": "occupation",
            "title": row["title"],
            "description": row["description"],
            "salary": row["salary"],
            "salary_unit": row["salary_unit"],
            "currently_works_here": bool(row["currently_works_here"]),
            "start_date": row["start_date"],
            "end_date": row["end_date"],
            "company": company_shape(call.own("company", row["company_id"])),
            "account": account_of(row),
            "contact": short_contact(call, row["contact_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def columns_of(self, call: Call, values: Values) -> Row:
        """Build the columns of a new occupation."""
        call.own("company", values["company_id"])
        return {name: values.get(name) for name in self.rules}

    def change(self, call: Call, row: Row, values: Values) -> None:
        """Change an occupation; what is not sent is cleared."""
        call.own("company", values["company_id"])
        super().change(call, row, values)


def company_shape(row: Row) -> Tree:
    """Build what replies show of a company."""
    return {
        "id": row["id"],
        "object": "company",
        "name": row["name"],
        "website": row["website"],
        "number_of_employees": row["number_of_employees"],
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
