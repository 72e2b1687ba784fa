"""Entity types of documents, users and the system, and a custom one."""

from __future__ import annotations

from crmkit_mock.espocrm.common_fields import (
    ATTACHMENTS,
    DESCRIPTION,
    OWNED,
    STAMPS,
    boolean,
    enum,
    to_many,
    to_one,
    varchar,
)
from crmkit_mock.espocrm.fields import EntityType, Field
from crmkit_mock.espocrm.type_links import LINKS

_STAMPED = STAMPS[:2]
_LATER = ("read", "list")

DOCUMENT = EntityType(
    "Document",
    (
        varchar("name", required=True, max_length=255),
        Field(
            "file",
            "file",
            entity="Attachment",
            # Extensions in the recorded servers' configuration, which has no images.
            accept=("csv", "doc", "docx", "odt", "pdf", "txt", "xlsx"),
        ),
        enum("status", ("Active", "Draft", "Expired", "Canceled"), default="Active"),
        Field("publishDate", "date"),
        Field("expirationDate", "date"),
        to_one("folder", "DocumentFolder"),
        DESCRIPTION,
        *OWNED,
        *STAMPS,
    ),
    LINKS["Document"],
)

EMAIL_TEMPLATE = EntityType(
    "EmailTemplate",
    (
        varchar("name", required=True, max_length=100),
        varchar("subject", plain=True),
        Field("body", "text", plain=True),
        boolean("isHtml"),
        enum("status", ("Active", "Inactive"), default="Active"),
        boolean("oneOff"),
        to_one("category", "EmailTemplateCategory"),
        ATTACHMENTS,
        *OWNED,
        *STAMPS,
    ),
    LINKS["EmailTemplate"],
    stars=True,
    versioned=True,
)

GADGET = EntityType(
    "CGadget",
    (varchar("name", required=True, max_length=255), DESCRIPTION, *OWNED, *STAMPS),
    LINKS["CGadget"],
    custom=True,
)

USER = EntityType(
    "User",
    (
        varchar("userName"),
        Field("name", "personName"),
        enum("type", ("regular", "admin", "api", "portal", "system")),
        varchar("title"),
        boolean("isActive"),
        Field("emailAddress", "email"),
        Field("phoneNumber", "phone"),
        *(
            varchar(name, read_only=True, responses=_LATER)
            for name in ("avatarColor", "avatarId", "avatarName", "lastAccess")
        ),
        to_one("contact", "Contact"),
        to_one("defaultTeam", "Team"),
        to_one("workingTimeCalendar", "WorkingTimeCalendar"),
        to_many("teams", "Team", columns=("role",)),
        to_many("roles", "Role"),
        *(
            to_many(name, kind)
            for name, kind in (
                ("portals", "Portal"),
                ("portalRoles", "PortalRole"),
                ("accounts", "Account"),
            )
        ),
        *_STAMPED,
        to_one("createdBy", "User", read_only=True),
    ),
    LINKS["User"],
    order=("userName", "asc"),
    person=True,
    text_filter=("userName", "firstName", "lastName", "name", "emailAddress"),
)

TEAM = EntityType(
    "Team",
    (
        varchar("name", required=True),
        Field("positionList", "array"),
        to_one("layoutSet", "LayoutSet"),
        to_one("workingTimeCalendar", "WorkingTimeCalendar"),
        *_STAMPED,
    ),
    LINKS["Team"],
    order=("name", "asc"),
)

ROLE = EntityType("Role", (varchar("name", required=True), *STAMPS), LINKS["Role"])

ATTACHMENT = EntityType(
    "Attachment",
    (
        varchar("name", required=True, plain=True),
        varchar("type"),
        Field("size", "int", read_only=True),
        varchar("role"),
        varchar("field"),
        Field("parent", "linkParent"),
        Field("related", "linkParent"),
        boolean("isBeingUploaded"),
        boolean("global", read_only=True),
        varchar("storage", read_only=True),
        varchar("storageFilePath", read_only=True),
        varchar("sourceId", read_only=True, responses=_LATER),
        *STAMPS[:3],
    ),
    LINKS["Attachment"],
    created={"storageFilePath": None},
)

NOTE = EntityType(
    "Note",
    (
        enum("type", ()),
        Field("post", "text", plain=True),
        Field("data", "jsonArray", read_only=True),
        Field("parent", "linkParent"),
        Field("related", "linkParent", read_only=True),
        *(
            varchar(name, read_only=True, responses=_LATER)
            for name in ("superParentId", "superParentType")
        ),
        ATTACHMENTS,
        Field("number", "autoincrement", read_only=True),
        varchar("targetType", responses=_LATER),
        to_many("users", "User", responses=()),
        to_many("teams", "Team", responses=()),
        boolean("isInternal"),
        boolean("isGlobal", read_only=True, responses=_LATER),
        boolean("isPinned", read_only=True, responses=_LATER),
        varchar("createdByGender", read_only=True, responses=_LATER),
        Field("myReactions", "jsonArray", read_only=True, responses=("create", "read")),
        Field("reactionCounts", "jsonArray", read_only=True, responses=("create", "read")),
        *STAMPS,
    ),
    LINKS["Note"],
    order=("number", "desc"),
    text_filter=("post",),
    created={"reactionCounts": None},
    uncreated=("number",),
)

WEBHOOK = EntityType(
    "Webhook",
    (
        varchar("event", required=True),
        Field("url", "url", required=True),
        to_one("user", "User"),
        varchar("entityType", read_only=True),
        varchar("type", read_only=True),
        varchar("field", read_only=True),
        varchar("secretKey", read_only=True),
        Field("isActive", "bool", default=True),
        boolean("skipOwn"),
        *STAMPS,
    ),
    created={"field": None},
)

NOTIFICATION = EntityType(
    "Notification",
    (varchar("type"), Field("message", "text"), *_STAMPED),
    counted=False,
)
