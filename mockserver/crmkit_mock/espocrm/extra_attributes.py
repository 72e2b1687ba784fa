"""Attributes that the server knows beside those of records, and that no column holds.

They are names in the vendor's metadata, for its own pages: lists never have them, and a filter by
one makes a query that the database refuses.
"""

from __future__ import annotations

_ANSWERS = ("acceptanceStatus", "acceptanceStatusMeetings", "acceptanceStatusCalls")
_TARGETS = (
    "targetListId",
    "targetListName",
    "targetListIsOptedOut",
    "targetListsIds",
    "targetListsNames",
)
_ORIGINAL_EMAIL = ("originalEmailId", "originalEmailName")

#: Their names by entity type.
EXTRA: dict[str, frozenset[str]] = {
    entity: frozenset(names)
    for entity, names in {
        "Account": ("contactRole", "contactIsInactive", *_TARGETS),
        "Contact": ("accountRole", "opportunityRole", *_ANSWERS, *_ORIGINAL_EMAIL, *_TARGETS),
        "Lead": (*_ANSWERS, *_ORIGINAL_EMAIL, *_TARGETS),
        "Opportunity": ("contactRole",),
        "Case": _ORIGINAL_EMAIL,
        "Task": (*_ORIGINAL_EMAIL, "isOverdue"),
        "Meeting": ("duration", "reminders", "sourceEmailId", "sourceEmailName"),
        "Call": ("duration", "reminders", "phoneNumbersMap"),
        "Email": (
            *("bcc", "cc", "from", "fromAddress", "fromName", "replyTo", "replyToAddress", "to"),
            *("emailAddress", "folderId", "folderName", "idHash", "inArchive", "inTrash"),
            *("isBeingImported", "isImportant", "isJustSent", "isNotRead", "isNotReplied"),
            *("isRead", "isUsers", "isUsersSent", "nameHash", "personStringData", "replyToName"),
            *("subject", "typeHash", "icsEventDateStart", "icsEventData"),
            *("skipNotificationMap", "icsEventDateStartDate", "createdEventName", "createEvent"),
        ),
        "TargetList": (
            *("entryCount", "optedOutCount", "sourceCampaignId", "sourceCampaignName"),
            *("includingActionList", "excludingActionList", "targetStatus", "isOptedOut"),
        ),
        "Campaign": (
            *("sentCount", "openedCount", "clickedCount", "optedInCount", "optedOutCount"),
            *("bouncedCount", "hardBouncedCount", "softBouncedCount", "leadCreatedCount"),
            *("openedPercentage", "clickedPercentage", "optedOutPercentage", "bouncedPercentage"),
            *("revenue", "revenueCurrency"),
        ),
        "User": (
            *_ANSWERS,
            *("secretKey", "teamRole", "lastAccess", "token", "ipAddress"),
            *("accountId", "accountName", "portalId", "portalName", "sendAccessInfo"),
            *("emailAddressList", "userEmailAddressList", "excludeFromReplyEmailAddressList"),
            *("targetListIsOptedOut", "recordAccessLevels"),
        ),
        "Team": ("userRole",),
        "Attachment": ("contents",),
        "Note": ("notifiedUserIdList", "reactionCounts", "myReactions"),
    }.items()
}
_UNSORTABLE_PERSON = ("targetList", "targetListIsOptedOut", "originalEmail", *_ANSWERS)
_EMAIL_HEADERS = ("from", "to", "cc", "bcc", "replyTo", "fromAddress", "replyToName")
#: Fields by which lists cannot be sorted, by entity type.
ORDER_DISABLED: dict[str, frozenset[str]] = {
    "Account": frozenset(
        {"contactRole", "contactIsInactive", "targetList", "targetListIsOptedOut"}
    ),
    "Contact": frozenset({*_UNSORTABLE_PERSON, "accountAnyId", "accountRole", "opportunityRole"}),
    "Lead": frozenset(_UNSORTABLE_PERSON),
    "Opportunity": frozenset({"contactRole"}),
    "Case": frozenset({"originalEmail"}),
    "Task": frozenset({"isOverdue", "reminders", "originalEmail"}),
    "Meeting": frozenset({"reminders", "acceptanceStatus", "sourceEmail"}),
    "Call": frozenset({"reminders", "acceptanceStatus", "phoneNumbersMap"}),
    "TargetList": EXTRA["TargetList"] - {"sourceCampaignId", "sourceCampaignName"},
    "Campaign": EXTRA["Campaign"] - {"revenueCurrency"},
    "Email": frozenset(
        {
            *_EMAIL_HEADERS,
            *("subject", "replyToAddress", "personStringData", "folder", "nameHash", "idHash"),
        }
    ),
    "User": frozenset(
        {
            *_ANSWERS,
            *("position", "secretKey", "apiKey", "password", "teamRole", "lastAccess"),
            *("token", "ipAddress", "account", "portal", "sendAccessInfo"),
        }
    ),
}
#: Attributes that exist, but that others than administrators may not use.
FORBIDDEN: dict[str, frozenset[str]] = {
    "Meeting": frozenset({"uid"}),
    "Call": frozenset({"uid"}),
    "User": frozenset({"password", "passwordConfirm", "apiKey", "secretKey", "authMethod"}),
}
