"""Fields and links that many entity types have in common."""

from __future__ import annotations

from typing import Any

from crmkit_mock.espocrm.fields import Field, Link

#: Options of the standard enums, from the vendor's own configuration as metadata tell it.
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
ACCEPTANCE = ("None", "Accepted", "Tentative", "Declined")

_READ = ("read",)


def text(name: str, **options: Any) -> Field:
    """Return a line of text."""
    return Field(name, "varchar", **options)


def enum(name: str, options: tuple[str, ...], **further: Any) -> Field:
    """Return a choice."""
    return Field(name, "enum", options=options, **further)


def flag(name: str, **options: Any) -> Field:
    """Return a yes or no, no at first."""
    return Field(name, "bool", default=False, **options)


def to_one(name: str, entity: str, **options: Any) -> Field:
    """Return a link to one record."""
    return Field(name, "link", entity=entity, **options)


def to_many(name: str, entity: str, **options: Any) -> Field:
    """Return a link to several records, shown by their ids."""
    return Field(name, "linkMultiple", entity=entity, **options)


def many_many(name: str, entity: str, relation: str, near: Any = "left", **options: Any) -> Link:
    """Return a link that is kept in a relation of its own."""
    return Link(name, entity, "many_many", relation=relation, near=near, **options)


def has_many(name: str, entity: str, key: str, **options: Any) -> Link:
    """Return a link whose other end carries the id."""
    return Link(name, entity, "has_many", key=key, **options)


def children(name: str, entity: str) -> Link:
    """Return a link to the records that have this one as their parent."""
    return Link(name, entity, "children")


#: The members that every record with an owner ends with.
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
#: Links to one record that comes of another one; only read, and absent from replies to creations.
ORIGINAL_LEAD = to_one("originalLead", "Lead", read_only=True, shown=("read", "list"))
ACTIVITIES = (
    children("meetings", "Meeting"),
    children("calls", "Call"),
    children("tasks", "Task"),
    children("emails", "Email"),
)
