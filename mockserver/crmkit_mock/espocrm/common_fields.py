"""Fields and links that many entity types have in common."""

from __future__ import annotations

from typing import Any

from crmkit_mock.espocrm.fields import Field, Link

#: Options of the standard enums, from the vendor's own configuration as the metadata shows it.
INDUSTRIES = ("Banking", "Education", "Electronics", "Finance", "Insurance", "Retail")
LEAD_SOURCES = (
    "Call",
    "Email",
    "Existing Customer",
    "Partner",
    "Public Relations",
    "Web Site",
    "Campaign",
    "Other",
)
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.")
PRIORITIES = ("Low", "Normal", "High", "Urgent")


_READ = ("read",)


def varchar(name: str, **options: Any) -> Field:
    """Return a varchar field."""
    return Field(name, "varchar", **options)


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
DESCRIPTION = Field("description", "text", plain=True)
ATTACHMENTS = Field("attachments", "attachmentMultiple", entity="Attachment")
CAMPAIGN = to_one("campaign", "Campaign")
#: The lead that a record was converted from: read-only, and absent from responses to creations.
ORIGINAL_LEAD = to_one("originalLead", "Lead", read_only=True, responses=("read", "list"))
ACTIVITIES = (
    children("meetings", "Meeting"),
    children("calls", "Call"),
    children("tasks", "Task"),
    children("emails", "Email"),
)
