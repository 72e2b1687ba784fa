"""The entity types of activities: Task, Meeting, Call, Email."""

from __future__ import annotations

from crmkit_mock.espocrm.common_fields import (
    ATTACHMENTS,
    DESCRIPTION,
    OWNED,
    PRIORITIES,
    STAMPS,
    STREAMED,
    boolean,
    enum,
    to_many,
    to_one,
    varchar,
)
from crmkit_mock.espocrm.fields import EntityType, Field
from crmkit_mock.espocrm.type_links import LINKS

_PARENT = Field("parent", "linkParent")
#: The account of the parent; the server sets it.
_ACCOUNT = to_one("account", "Account", read_only=True)
_ASSIGNED = to_one("assignedUser", "User", required=True)
_TEAMS = to_many("teams", "Team")
_REMINDERS = Field("reminders", "jsonArray", responses=("create", "read"))
_STATUSES = ("Planned", "Held", "Not Held")
_ATTENDEES = (
    to_many("users", "User", columns=("status",)),
    to_many("contacts", "Contact", columns=("status",)),
    to_many("leads", "Lead", columns=("status",)),
)

TASK = EntityType(
    "Task",
    (
        varchar("name", required=True, max_length=255),
        enum(
            "status",
            ("Not Started", "Started", "Completed", "Canceled", "Deferred"),
            default="Not Started",
        ),
        enum("priority", PRIORITIES, default="Normal"),
        Field("dateStart", "datetimeOptional"),
        Field("dateEnd", "datetimeOptional"),
        Field("dateCompleted", "datetime", read_only=True),
        _REMINDERS,
        _PARENT,
        _ACCOUNT,
        to_one("contact", "Contact", read_only=True),
        Field("emailId", "varchar"),
        DESCRIPTION,
        ATTACHMENTS,
        _ASSIGNED,
        _TEAMS,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Task"],
    stream=True,
    versioned=True,
    selected=("parentName",),
    created={"isOverdue": False, "contactId": None, "dateCompleted": None},
)

MEETING = EntityType(
    "Meeting",
    (
        varchar("name", required=True, max_length=255),
        enum("status", _STATUSES, default="Planned"),
        _ASSIGNED,
        Field("dateStart", "datetimeOptional", required=True),
        Field("dateEnd", "datetimeOptional"),
        boolean("isAllDay"),
        Field("duration", "int", default=3600),
        _REMINDERS,
        _PARENT,
        _ACCOUNT,
        *_ATTENDEES,
        varchar("joinUrl"),
        DESCRIPTION,
        _TEAMS,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Meeting"],
    order=("dateStart", "desc"),
    stream=True,
    selected=("parentName", "dateStart", "dateStartDate", "dateEnd", "dateEndDate"),
    created={"joinUrl": None},
)

CALL = EntityType(
    "Call",
    (
        varchar("name", required=True, max_length=255),
        enum("status", _STATUSES, default="Planned"),
        enum("direction", ("Outbound", "Inbound"), default="Outbound"),
        _ASSIGNED,
        Field("dateStart", "datetime"),
        Field("dateEnd", "datetime"),
        Field("duration", "int", default=300),
        _REMINDERS,
        _PARENT,
        _ACCOUNT,
        *_ATTENDEES,
        DESCRIPTION,
        _TEAMS,
        *STAMPS,
    ),
    LINKS["Call"],
    order=("dateStart", "desc"),
    selected=("parentName",),
)

_ONLY_READ = ("read",)
#: State of an e-mail for the user that has it.
EMAIL_STATE = ("isImportant", "inTrash", "inArchive")
_BOTH = ("create", "read")

EMAIL = EntityType(
    "Email",
    (
        varchar("from", required=True, responses=_BOTH),
        varchar("to", responses=_BOTH),
        varchar("cc", responses=_BOTH),
        varchar("bcc", responses=_BOTH),
        varchar("replyTo", responses=_BOTH),
        varchar("name", required=True, max_length=255, plain=True),
        varchar("subject", plain=True),
        Field("body", "text", plain=True, responses=_BOTH),
        Field("bodyPlain", "text", plain=True, responses=_BOTH),
        boolean("isHtml"),
        enum("status", ("Draft", "Sending", "Sent", "Archived", "Received", "Failed")),
        _PARENT,
        to_one("account", "Account"),
        Field("dateSent", "datetime"),
        Field("sendAt", "datetime", responses=_ONLY_READ),
        Field("deliveryDate", "datetime", read_only=True, responses=_ONLY_READ),
        ATTACHMENTS,
        boolean("hasAttachment", read_only=True),
        # Sender and recipients, as the server looks them up.
        *(varchar(name, read_only=True) for name in ("fromString", "fromName", "fromAddress")),
        *(
            varchar(name, read_only=True)
            for name in ("replyToString", "replyToName", "replyToAddress", "messageId")
        ),
        varchar("messageIdInternal", read_only=True, responses=_ONLY_READ),
        to_one("fromEmailAddress", "EmailAddress", read_only=True),
        *(
            to_many(f"{name}EmailAddresses", "EmailAddress", read_only=True)
            for name in ("to", "cc", "bcc", "replyTo")
        ),
        *(
            Field(name, "jsonArray", read_only=True, responses=_BOTH)
            for name in ("idHash", "nameHash", "typeHash")
        ),
        Field("addressNameMap", "jsonArray", read_only=True, responses=_ONLY_READ),
        *(boolean(name) for name in ("isRead", "isReplied")),
        # Null until a user has the e-mail.
        *(Field(name, "bool") for name in EMAIL_STATE),
        *(boolean(name, read_only=True) for name in ("isAutoReply", "isUsers")),
        *(
            boolean(name, read_only=True, responses=_ONLY_READ)
            for name in ("isSystem", "isUsersSent")
        ),
        varchar("folderId"),
        to_one("groupFolder", "GroupEmailFolder"),
        varchar("groupStatusFolder", read_only=True),
        to_one("replied", "Email"),
        to_many("replies", "Email", read_only=True, columns=("status",)),
        to_many("tasks", "Task", read_only=True, columns=("status",)),
        to_one("sentBy", "User", read_only=True),
        to_many("users", "User", responses=("create",)),
        to_many("assignedUsers", "User"),
        Field("icsContents", "text", read_only=True, responses=_ONLY_READ),
        varchar("icsEventUid", read_only=True, responses=_ONLY_READ),
        varchar("createdEventType", read_only=True, responses=_ONLY_READ),
        to_one("createdEvent", "Meeting", read_only=True),
        *OWNED,
        *STAMPS,
    ),
    LINKS["Email"],
    order=("dateSent", "desc"),
    counted=False,
    text_filter=("name", "bodyPlain", "fromAddress"),
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
        "isAutoReply",
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
