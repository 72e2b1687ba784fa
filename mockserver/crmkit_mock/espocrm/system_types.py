"""Entity types of documents, users and the system, and a custom one."""

from __future__ import annotations

from crmkit_mock.espocrm.common_fields import (
    ATTACHMENTS,
    DESCRIPTION,
    OWNED,
    STAMPS,
    boolean,
    enum,
    named,
    person_name,
    phone,
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
        named(),
        Field(
            "file",
            "file",
            entity="Attachment",
            required=True,
            # Extensions in the vendor's own configuration, which has no images.
            accept=(
                "pdf",
                "odt",
                "ods",
                "odp",
                "docx",
                "xlsx",
                "pptx",
                "doc",
                "xls",
                "ppt",
                "rtf",
                "csv",
                "md",
                "txt",
            ),
        ),
        enum("status", ("Draft", "Active", "Canceled", "Expired"), default="Active"),
        enum("type", ("", "Contract", "NDA", "EULA", "License Agreement")),
        Field("publishDate", "date", required=True),
        Field("expirationDate", "date"),
        DESCRIPTION,
        to_one("folder", "DocumentFolder"),
        *OWNED,
        *STAMPS,
    ),
    LINKS["Document"],
)

EMAIL_TEMPLATE = EntityType(
    "EmailTemplate",
    (
        varchar("name", required=True),
        varchar("subject"),
        Field("body", "text"),
        Field("isHtml", "bool", default=True),
        enum("status", ("Active", "Inactive"), default="Active", max_length=8),
        boolean("oneOff"),
        ATTACHMENTS,
        to_one("category", "EmailTemplateCategory"),
        *OWNED,
        Field("description", "text", since=(10, 0)),
        *STAMPS,
    ),
    LINKS["EmailTemplate"],
    order=("name", "asc"),
    stars=True,
    versioned=True,
)

GADGET = EntityType(
    "CGadget",
    (named(), DESCRIPTION, *OWNED, *STAMPS),
    LINKS["CGadget"],
    custom=True,
)

USER = EntityType(
    "User",
    (
        varchar("userName", required=True, max_length=50),
        *person_name(last_name_required=True),
        enum(
            "type",
            ("regular", "admin", "portal", "system", "super-admin", "api"),
            default="regular",
            max_length=24,
        ),
        Field("isActive", "bool", default=True),
        varchar("title", max_length=100, no_markup=True),
        Field("emailAddress", "email"),
        phone((), "Mobile"),
        *(
            varchar(name, read_only=True, responses=_LATER)
            for name in ("avatarColor", "avatarId", "avatarName")
        ),
        varchar("lastAccess", read_only=True, responses=("read",)),
        to_one("contact", "Contact"),
        to_one("defaultTeam", "Team"),
        to_one("workingTimeCalendar", "WorkingTimeCalendar"),
        enum("gender", ("", "Male", "Female", "Neutral")),
        enum("authMethod", ("ApiKey", "Hmac"), responses=_LATER),
        varchar("apiKey", read_only=True, responses=_LATER),
        varchar("auth2FA", read_only=True, responses=_LATER),
        to_one("dashboardTemplate", "DashboardTemplate"),
        to_one("layoutSet", "LayoutSet"),
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
    text_filter=("name", "userName", "emailAddress"),
    selected=("isActive", "userName", "type"),
)

TEAM = EntityType(
    "Team",
    (
        varchar("name", max_length=100, no_markup=True),
        to_many("roles", "Role"),
        Field("positionList", "array"),
        to_one("layoutSet", "LayoutSet"),
        to_one("workingTimeCalendar", "WorkingTimeCalendar"),
        Field("description", "text", since=(9, 3)),
        *_STAMPED,
    ),
    LINKS["Team"],
    order=("name", "asc"),
)

#: Permissions that roles grant beside those on records.
_PERMISSIONS = (
    "assignment", "user", "message", "portal", "groupEmailAccount", "export", "massUpdate",
    "dataPrivacy", "followerManagement", "audit", "mention", "userCalendar",
)  # fmt: skip
ROLE = EntityType(
    "Role",
    (
        named(150),
        *(varchar(f"{name}Permission", default="not-set") for name in _PERMISSIONS),
        varchar("lockPermission", default="not-set", since=(10, 0)),
        Field("data", "jsonObject"),
        Field("fieldData", "jsonObject"),
        *STAMPS[:2],
    ),
    LINKS["Role"],
    order=("name", "asc"),
)

ATTACHMENT = EntityType(
    "Attachment",
    (
        varchar("name", required=True, max_length=255),
        varchar("type", max_length=100),
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
        Field("post", "text"),
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
    selected=("parentName", "relatedName"),
    order=("number", "desc"),
    text_filter=("post",),
    created={"reactionCounts": None},
    uncreated=("number",),
)

WEBHOOK = EntityType(
    "Webhook",
    (
        varchar("event", required=True, max_length=100),
        Field("url", "url", required=True, max_length=512, full_url=True),
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
