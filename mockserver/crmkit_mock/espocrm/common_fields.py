"""Fields and links that many entity types have in common."""

from __future__ import annotations

from typing import Any

from crmkit_mock.espocrm.fields import Field, Link

#: Options of the standard enums, from the vendor's own configuration as the metadata shows it.
#: The empty one allows null.
INDUSTRIES = (
    "",
    "Advertising",
    "Aerospace",
    "Agriculture",
    "Apparel & Accessories",
    "Architecture",
    "Automotive",
    "Banking",
    "Biotechnology",
    "Building Materials & Equipment",
    "Chemical",
    "Construction",
    "Consulting",
    "Computer",
    "Culture",
    "Creative",
    "Defense",
    "Education",
    "Electronics",
    "Electric Power",
    "Energy",
    "Entertainment & Leisure",
    "Finance",
    "Food & Beverage",
    "Grocery",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Legal",
    "Manufacturing",
    "Mass Media",
    "Marketing",
    "Mining",
    "Music",
    "Publishing",
    "Petroleum",
    "Real Estate",
    "Retail",
    "Service",
    "Sports",
    "Software",
    "Support",
    "Shipping",
    "Travel",
    "Technology",
    "Telecommunications",
    "Television",
    "Transportation",
    "Testing, Inspection & Certification",
    "Venture Capital",
    "Wholesale",
    "Water",
)
LEAD_SOURCES = (
    "",
    "Call",
    "Email",
    "Existing Customer",
    "Partner",
    "Public Relations",
    "Web Site",
    "Campaign",
    "Other",
)
SALUTATIONS = ("", "Mr.", "Ms.", "Mrs.", "Dr.")
PRIORITIES = ("Low", "Normal", "High", "Urgent")
#: Entity types that the parent of an activity may have.
PARENTS = ("Account", "Contact", "Lead", "Opportunity", "Case")

_PHONE_TYPES = ("Mobile", "Office", "Home", "Fax", "Other")


def varchar(name: str, **options: Any) -> Field:
    """Return a varchar field."""
    return Field(name, "varchar", **options)


def named(max_length: int = 255, **options: Any) -> Field:
    """Return the field that names a record; it is required."""
    return Field("name", "varchar", required=True, max_length=max_length, no_markup=True, **options)


def enum(name: str, values: tuple[str, ...], **options: Any) -> Field:
    """Return an enum field."""
    return Field(name, "enum", options=values, **options)


def boolean(name: str, **options: Any) -> Field:
    """Return a bool field that defaults to False."""
    return Field(name, "bool", default=False, **options)


def to_one(name: str, entity: str, **options: Any) -> Field:
    """Return a field that links to one record."""
    return Field(name, "link", entity=entity, **options)


def to_many(name: str, entity: str, **options: Any) -> Field:
    """Return a field that links to any number of records."""
    return Field(name, "linkMultiple", entity=entity, **options)


def address(name: str) -> tuple[Field, ...]:
    """Return the field of an address and those of its parts."""
    return (
        Field(name, "address"),
        Field(f"{name}Street", "text", max_length=255),
        *(
            varchar(f"{name}{part}", max_length=length, no_markup=True)
            for part, length in (
                ("City", 100), ("State", 100), ("Country", 100), ("PostalCode", 40),
            )
        ),
    )  # fmt: skip


def person_name(*, last_name_required: bool = False) -> tuple[Field, ...]:
    """Return the field of a person's name and those of its parts."""
    return (
        Field("name", "personName"),
        enum("salutationName", SALUTATIONS),
        varchar("firstName", max_length=100, no_markup=True),
        varchar("lastName", max_length=100, no_markup=True, required=last_name_required),
        varchar("middleName", max_length=100, no_markup=True),
    )


def phone(types: tuple[str, ...] = _PHONE_TYPES, default_type: str = "Mobile") -> Field:
    """Return the field of phone numbers."""
    return Field("phoneNumber", "phone", types=types, default_type=default_type)


def unstored(name: str, family: Any = "varchar", **options: Any) -> Field:
    """Return a field that only the response to its own write has."""
    return Field(name, family, stored=False, responses=(), **options)


def many_many(name: str, entity: str, relation: str, near: Any = "left", **options: Any) -> Link:
    """Return a link that is stored as rows of a relation."""
    return Link(name, entity, "many_many", relation=relation, near=near, **options)


def has_many(name: str, entity: str, key: str, **options: Any) -> Link:
    """Return a link whose other end has the id."""
    return Link(name, entity, "has_many", key=key, **options)


def children(name: str, entity: str) -> Link:
    """Return a link to the records whose parent is this one."""
    return Link(name, entity, "children")


#: The last fields of every record with an owner.
OWNED = (
    to_one("assignedUser", "User"),
    to_many("teams", "Team"),
)
STAMPS = (
    Field("createdAt", "datetime", read_only=True),
    Field("modifiedAt", "datetime", read_only=True),
    to_one("createdBy", "User", read_only=True),
    to_one("modifiedBy", "User", read_only=True),
)
STREAMED = (Field("streamUpdatedAt", "datetime", read_only=True),)
TEAMS = many_many("teams", "Team", "entityTeam")
DESCRIPTION = Field("description", "text")
ATTACHMENTS = Field("attachments", "attachmentMultiple", entity="Attachment")
COLLABORATOR_LINK = many_many("collaborators", "User", "entityCollaborator")
COLLABORATORS = to_many("collaborators", "User", max_count=30, since=(10, 0))
CAMPAIGN = to_one("campaign", "Campaign")
#: The lead that a record was converted from: read-only, and absent from responses to creations.
ORIGINAL_LEAD = to_one("originalLead", "Lead", read_only=True, responses=("read", "list"))
ACTIVITIES = (
    children("meetings", "Meeting"),
    children("calls", "Call"),
    children("tasks", "Task"),
    children("emails", "Email"),
)
