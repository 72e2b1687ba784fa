"""The entity types of activities: Task, Meeting, Call, Email."""

from __future__ import annotations

from crmkit_mock.espocrm.common_fields import (
    ATTACHMENTS,
    COLLABORATORS,
    DESCRIPTION,
    OWNED,
    PARENTS,
    PRIORITIES,
    STAMPS,
    STREAMED,
    boolean,
    enum,
    named,
    to_many,
    to_one,
    unstored,
    varchar,
)
from crmkit_mock.espocrm.fields import EntityType, Field
from crmkit_mock.espocrm.type_links import LINKS

_PARENT = Field("parent", "linkParent", parents=PARENTS)
#: The account of the parent; the server sets it.
_ACCOUNT = to_one("account", "Account", read_only=True)
_ASSIGNED = to_one("assignedUser", "User", required=True)
_TEAMS = to_many("teams", "Team")
_REMINDERS = Field("reminders", "jsonArray", responses=("create", "read"))
_STATUSES = ("Planned", "Held", "Not Held")
#: Identifies an event in calendars; only administrators see it.
_UID = varchar("uid", read_only=True)
_ACCEPTANCE_STATUSES = ("None", "Accepted", "Tentative", "Declined")
_ACCEPTANCE = unstored("acceptanceStatus", "enum", options=_ACCEPTANCE_STATUSES)
_ATTENDEES = (
    to_many("users", "User", columns=("status",)),
    to_many("contacts", "Contact", columns=("status",)),
    to_many("leads", "Lead", columns=("status",)),
)

TASK = EntityType(
    "Task",
    (
        named(),
        enum(
            "status",
            ("Not Started", "Started", "Completed", "Canceled", "Deferred"),
            default="Not Started",
        ),
        enum("priority", PRIORITIES, default="Normal"),
        Field("dateStart", "datetimeOptional"),
        Field("dateEnd", "datetimeOptional"),
        Field("dateCompleted", "datetime", read_only=True),
        unstored("isOverdue", "bool", read_only=True),
        _REMINDERS,
        DESCRIPTION,
        _PARENT,
        _ACCOUNT,
        to_one("contact", "Contact", read_only=True),
        varchar("emailId"),
        unstored("originalEmail", "link", entity="Email"),
        _ASSIGNED,
        _TEAMS,
        COLLABORATORS,
        ATTACHMENTS,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Task"],
    stream=True,
    versioned=True,
    selected=("parentName",),
    created={"isOverdue": False},
)

MEETING = EntityType(
    "Meeting",
    (
        named(),
        enum("status", _STATUSES, default="Planned"),
        Field("dateStart", "datetimeOptional", required=True),
        Field("dateEnd", "datetimeOptional"),
        boolean("isAllDay"),
        Field("duration", "duration", default=3600),
        _UID,
        _REMINDERS,
        DESCRIPTION,
        _PARENT,
        _ACCOUNT,
        Field("joinUrl", "url", max_length=320, read_only=True),
        # No service for meetings is set up, so that no value is valid but none.
        unstored("sourceEmail", "link", entity="Email"),
        enum("externalService", ("",), max_length=100, final=True, since=(10, 0)),
        _ACCEPTANCE,
        *_ATTENDEES,
        _ASSIGNED,
        _TEAMS,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Meeting"],
    order=("dateStart", "desc"),
    stream=True,
    selected=("parentName",),
    created={"joinUrl": None},
)

CALL = EntityType(
    "Call",
    (
        named(),
        enum("status", _STATUSES, default="Planned"),
        Field("dateStart", "datetime", required=True),
        Field("dateEnd", "datetime", required=True),
        Field("duration", "duration", default=300),
        _UID,
        _REMINDERS,
        enum("direction", ("Outbound", "Inbound"), default="Outbound"),
        DESCRIPTION,
        _PARENT,
        _ACCOUNT,
        _ACCEPTANCE,
        *_ATTENDEES,
        Field("phoneNumbersMap", "jsonObject", stored=False, responses=("create", "read")),
        _ASSIGNED,
        _TEAMS,
        *STAMPS,
    ),
    LINKS["Call"],
    order=("dateStart", "desc"),
    selected=("parentName",),
)

_ONLY_READ = ("read",)
_READ_AND_LIST = ("read", "list")
#: State of an e-mail for the user that has it.
EMAIL_STATE = ("isImportant", "inTrash", "inArchive")
_BOTH = ("create", "read")

EMAIL = EntityType(
    "Email",
    (
        varchar("name", required=True),
        varchar("subject", required=True),
        # It has no column whose length would limit it.
        varchar("from", required=True, responses=_BOTH, max_length=2**31),
        # Lists of addresses; required but for drafts.
        *(
            Field(name, "addressList", required=name == "to", responses=_BOTH)
            for name in ("to", "cc", "bcc")
        ),
        varchar("replyTo", responses=_BOTH),
        Field("body", "text"),
        Field("bodyPlain", "text", read_only=True),
        Field("isHtml", "bool", default=True),
        enum("status", ("Draft", "Sending", "Sent", "Archived", "Failed"), default="Archived"),
        _PARENT,
        _ACCOUNT,
        Field("dateSent", "datetime"),
        Field("sendAt", "datetime"),
        Field("deliveryDate", "datetime", read_only=True, responses=_READ_AND_LIST),
        ATTACHMENTS,
        boolean("hasAttachment", read_only=True),
        # Sender and recipients, as the server looks them up.
        *(varchar(name) for name in ("fromString", "replyToString")),
        *(
            varchar(name, read_only=True)
            for name in (
                *("fromName", "fromAddress", "replyToName", "replyToAddress"),
                "messageId",
            )
        ),
        varchar("messageIdInternal", read_only=True, responses=_READ_AND_LIST),
        to_one("fromEmailAddress", "EmailAddress", read_only=True),
        *(
            to_many(f"{name}EmailAddresses", "EmailAddress", read_only=True)
            for name in ("to", "cc", "bcc", "replyTo")
        ),
        *(
            Field(name, "jsonArray", read_only=True, responses=_BOTH)
            for name in ("idHash", "nameHash", "typeHash")
        ),
        Field("addressNameMap", "jsonArray", read_only=True, responses=_READ_AND_LIST),
        *(boolean(name, read_only=True) for name in ("isRead", "isReplied")),
        # Null until a user has the e-mail.
        *(Field(name, "bool", read_only=True) for name in EMAIL_STATE),
        *(boolean(name, read_only=True) for name in ("isAutoReply", "isUsers")),
        boolean("isSystem", read_only=True, responses=_READ_AND_LIST),
        boolean("isUsersSent", read_only=True, responses=_ONLY_READ),
        # What is sent for it is only shown in the response to a creation; it has no column.
        varchar("personStringData", responses=("create", "list"), max_length=2**31),
        *(unstored(name) for name in ("emailAddress", "createEvent")),
        varchar("folderId", read_only=True),
        to_one("groupFolder", "GroupEmailFolder", read_only=True),
        varchar("groupStatusFolder", read_only=True),
        to_one("replied", "Email"),
        to_many("replies", "Email", read_only=True, columns=("status",)),
        to_many("tasks", "Task", read_only=True, columns=("status",)),
        to_one("sentBy", "User", read_only=True),
        to_many("users", "User", read_only=True, responses=("create",)),
        to_many("assignedUsers", "User", read_only=True),
        Field("icsContents", "text", read_only=True, responses=_READ_AND_LIST),
        varchar("icsEventUid", read_only=True, responses=_READ_AND_LIST),
        varchar("createdEventType", read_only=True, responses=_READ_AND_LIST),
        to_one("createdEvent", "Meeting", read_only=True),
        *OWNED,
        *STAMPS,
    ),
    LINKS["Email"],
    order=("dateSent", "desc"),
    counted=False,
    text_filter=("name", "bodyPlain", "body"),
    selected=(
        "accountId",
        "createdEventName",
        "dateSent",
        "folderId",
        "fromAddress",
        "fromEmailAddressId",
        "fromEmailAddressName",
        "fromName",
        "fromString",
        "groupFolderId",
        "groupStatusFolder",
        "hasAttachment",
        "inArchive",
        "inTrash",
        "isHtml",
        "isImportant",
        "isRead",
        "isReplied",
        "isUsers",
        "messageId",
        "name",
        "parentId",
        "parentName",
        "parentType",
        "personStringData",
        "replyToAddress",
        "replyToName",
        "replyToString",
        "sentById",
        "status",
        "subject",
    ),
    created={
        "isBeingImported": False,
        "isJustSent": False,
        "isNotRead": False,
        "isNotReplied": False,
        "isSystem": False,
        "isUsersSent": False,
    },
)
