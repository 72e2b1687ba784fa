"""Entity types beside those of sales and daily work, a custom one included."""

from __future__ import annotations

from crmkit_mock.espocrm.activity_types import CALL, EMAIL, MEETING, TASK
from crmkit_mock.espocrm.crm_types import (
    ACCOUNT,
    CAMPAIGN_TYPE,
    CASE,
    CONTACT,
    LEAD,
    OPPORTUNITY,
    TARGET_LIST,
)
from crmkit_mock.espocrm.fields import EntityType, Field
from crmkit_mock.espocrm.standard import (
    ATTACHMENTS,
    DESCRIPTION,
    OWNED,
    STAMPS,
    TEAMS,
    enum,
    flag,
    many_many,
    text,
    to_many,
    to_one,
)

_STAMPED = STAMPS[:2]
_LATER = ("read", "list")

DOCUMENT = EntityType(
    "Document",
    (
        text("name", required=True, max_length=255),
        Field(
            "file",
            "file",
            entity="Attachment",
            # Extensions of the recorded servers' configuration; images are not among them.
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
    (many_many("accounts", "Account", "accountDocument", "right"), TEAMS),
    primary_filters=("active", "draft"),
)

EMAIL_TEMPLATE = EntityType(
    "EmailTemplate",
    (
        text("name", required=True, max_length=100),
        text("subject", plain=True),
        Field("body", "text", plain=True),
        flag("isHtml"),
        enum("status", ("Active", "Inactive"), default="Active"),
        flag("oneOff"),
        to_one("category", "EmailTemplateCategory"),
        ATTACHMENTS,
        *OWNED,
        *STAMPS,
    ),
    (TEAMS,),
    stars=True,
    versioned=True,
)

GADGET = EntityType(
    "CGadget",
    (text("name", required=True, max_length=255), DESCRIPTION, *OWNED, *STAMPS),
    (TEAMS,),
    custom=True,
)

USER = EntityType(
    "User",
    (
        text("userName"),
        Field("name", "personName"),
        enum("type", ("regular", "admin", "api", "portal", "system")),
        text("title"),
        flag("isActive"),
        Field("emailAddress", "email"),
        Field("phoneNumber", "phone"),
        *(
            text(name, read_only=True, shown=_LATER)
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
    (many_many("teams", "Team", "entityTeam"), many_many("roles", "Role", "roleUser")),
    order=("userName", "asc"),
    person=True,
    text_filter=("userName", "firstName", "lastName", "name", "emailAddress"),
)

TEAM = EntityType(
    "Team",
    (
        text("name", required=True),
        Field("positionList", "array"),
        to_one("layoutSet", "LayoutSet"),
        to_one("workingTimeCalendar", "WorkingTimeCalendar"),
        *_STAMPED,
    ),
    order=("name", "asc"),
)

ROLE = EntityType("Role", (text("name", required=True), *STAMPS))

ATTACHMENT = EntityType(
    "Attachment",
    (
        text("name", required=True, plain=True),
        text("type"),
        Field("size", "int", read_only=True),
        text("role"),
        text("field"),
        Field("parent", "linkParent"),
        Field("related", "linkParent"),
        flag("isBeingUploaded"),
        flag("global", read_only=True),
        text("storage", read_only=True),
        text("storageFilePath", read_only=True),
        text("sourceId", read_only=True, shown=_LATER),
        *STAMPS[:3],
    ),
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
            text(name, read_only=True, shown=_LATER)
            for name in ("superParentId", "superParentType")
        ),
        ATTACHMENTS,
        Field("number", "autoincrement", read_only=True),
        text("targetType", shown=_LATER),
        to_many("users", "User", shown=()),
        to_many("teams", "Team", shown=()),
        flag("isInternal"),
        flag("isGlobal", read_only=True, shown=_LATER),
        flag("isPinned", read_only=True, shown=_LATER),
        text("createdByGender", read_only=True, shown=_LATER),
        Field("myReactions", "jsonArray", read_only=True),
        Field("reactionCounts", "jsonArray", read_only=True),
        *STAMPS,
    ),
    order=("number", "desc"),
    text_filter=("post",),
    created={"reactionCounts": None},
    uncreated=("number",),
)

WEBHOOK = EntityType(
    "Webhook",
    (
        text("event", required=True),
        Field("url", "url", required=True),
        to_one("user", "User"),
        text("entityType", read_only=True),
        text("type", read_only=True),
        text("field", read_only=True),
        text("secretKey", read_only=True),
        Field("isActive", "bool", default=True),
        flag("skipOwn"),
        *STAMPS,
    ),
    created={"field": None},
)

NOTIFICATION = EntityType(
    "Notification", (text("type"), Field("message", "text"), *_STAMPED), counted=False
)

#: All entity types by name.
ENTITY_TYPES = {
    one.name: one
    for one in (
        ACCOUNT,
        CONTACT,
        LEAD,
        OPPORTUNITY,
        CASE,
        TASK,
        MEETING,
        CALL,
        EMAIL,
        TARGET_LIST,
        CAMPAIGN_TYPE,
        DOCUMENT,
        EMAIL_TEMPLATE,
        GADGET,
        USER,
        TEAM,
        ROLE,
        ATTACHMENT,
        NOTE,
        WEBHOOK,
        NOTIFICATION,
    )
}
