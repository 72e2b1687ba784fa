"""The entity types of sales and service: Account, Contact, Lead, Opportunity, Case."""

from __future__ import annotations

from crmkit_mock.espocrm.common_fields import (
    ATTACHMENTS,
    CAMPAIGN,
    COLLABORATORS,
    DESCRIPTION,
    INDUSTRIES,
    LEAD_SOURCES,
    ORIGINAL_LEAD,
    OWNED,
    PRIORITIES,
    STAMPS,
    STREAMED,
    address,
    boolean,
    enum,
    named,
    person_name,
    phone,
    to_many,
    to_one,
    unstored,
    varchar,
)
from crmkit_mock.espocrm.fields import EntityType, Field
from crmkit_mock.espocrm.type_links import LINKS

#: Stages and the probability that each sets (observed).
STAGES = {
    "Prospecting": 10,
    "Qualification": 20,
    "Proposal": 50,
    "Negotiation": 80,
    "Closed Won": 100,
    "Closed Lost": 0,
}
LEAD_STATUSES = ("New", "Assigned", "In Process", "Converted", "Recycled", "Dead")
#: Roles of contacts in opportunities.
CONTACT_ROLES = ("Decision Maker", "Evaluator", "Influencer")
CASE_STATUSES = ("New", "Assigned", "Pending", "Closed", "Rejected", "Duplicate")

#: Answers of attendees, and the state of a target, which lists of links show.
_ACCEPTANCE = (
    unstored("acceptanceStatus"),
    unstored("acceptanceStatusMeetings", "enum"),
    unstored("acceptanceStatusCalls", "enum"),
)
_ORIGINAL_EMAIL = unstored("originalEmail", "link", entity="Email")
_TARGET = (
    to_many("targetLists", "TargetList", responses=()),
    unstored("targetList", "link", entity="TargetList"),
    unstored("targetListIsOptedOut", "bool", read_only=True),
)
#: Columns of a target list's relation and the attributes that show them at its other end.
_OPTED_OUT = (("targetListIsOptedOut", "optedOut"),)

ACCOUNT = EntityType(
    "Account",
    (
        named(249),
        Field("website", "url"),
        Field("emailAddress", "email"),
        phone(("Office", "Mobile", "Fax", "Other"), "Office"),
        enum("type", ("", "Customer", "Investor", "Partner", "Reseller")),
        enum("industry", INDUSTRIES),
        varchar("sicCode", max_length=40, no_markup=True),
        unstored("contactRole", max_length=100, no_markup=True),
        unstored("contactIsInactive", "bool"),
        *address("billingAddress"),
        *address("shippingAddress"),
        DESCRIPTION,
        CAMPAIGN,
        boolean("isLocked", read_only=True, since=(10, 0)),
        ORIGINAL_LEAD,
        # The custom fields of the servers whose replies were recorded.
        Field("cTags", "multiEnum", options=("vip", "prospect", "partner")),
        Field("cCodes", "array"),
        Field("cRating", "int", minimum=0, maximum=10),
        Field("cScore", "float"),
        boolean("cIsKey"),
        Field("cBudget", "currency"),
        Field("cLastVisit", "datetime"),
        Field("cFounded", "date"),
        enum("cTier", ("A", "B", "C"), default="B"),
        Field("cLinks", "urlMultiple"),
        Field("cNo", "number", read_only=True),
        Field("cSerial", "autoincrement"),
        Field("cContract", "file", entity="Attachment"),
        Field("cPapers", "attachmentMultiple", entity="Attachment"),
        *OWNED,
        *_TARGET,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Account"],
    stream=True,
    stars=True,
    versioned=True,
    duplicates=True,
    text_filter=("name", "emailAddress"),
    created={"contactIsInactive": False, "targetListIsOptedOut": False},
    uncreated=("cSerial",),
)

CONTACT = EntityType(
    "Contact",
    (
        *person_name(last_name_required=True),
        # The contact's role at its primary account, a column of that relation.
        varchar("title", max_length=100, stored=False),
        DESCRIPTION,
        Field("emailAddress", "email"),
        phone(),
        boolean("doNotCall"),
        *address("address"),
        to_one("account", "Account"),
        to_many("accounts", "Account", columns=("role", "isInactive")),
        unstored("accountAnyId"),
        unstored("accountRole"),
        unstored("accountIsInactive", "bool"),
        unstored("opportunityRole", "enum", options=("", *CONTACT_ROLES)),
        *_ACCEPTANCE,
        CAMPAIGN,
        ORIGINAL_LEAD,
        _ORIGINAL_EMAIL,
        to_one("portalUser", "User", read_only=True, responses=("read", "list")),
        *OWNED,
        *_TARGET,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Contact"],
    stream=True,
    stars=True,
    stars_since=(9, 3),
    duplicates=True,
    person=True,
    text_filter=("name", "emailAddress"),
    selected=("accountId", "accountName"),
    created={"accountIsInactive": False, "hasPortalUser": False, "targetListIsOptedOut": False},
)

LEAD = EntityType(
    "Lead",
    (
        *person_name(),
        varchar("title", max_length=100, no_markup=True),
        enum("status", LEAD_STATUSES, default="New"),
        enum("source", LEAD_SOURCES),
        enum("industry", INDUSTRIES),
        Field("opportunityAmount", "currency", minimum=0),
        Field("website", "url"),
        *address("address"),
        Field("emailAddress", "email"),
        phone(),
        boolean("doNotCall"),
        DESCRIPTION,
        Field("convertedAt", "datetime", read_only=True),
        varchar("accountName", no_markup=True),
        *_ACCEPTANCE,
        CAMPAIGN,
        to_one("createdAccount", "Account"),
        to_one("createdContact", "Contact"),
        to_one("createdOpportunity", "Opportunity"),
        _ORIGINAL_EMAIL,
        *OWNED,
        *_TARGET,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Lead"],
    stream=True,
    duplicates=True,
    person=True,
    text_filter=("name", "accountName", "emailAddress"),
    with_name=("accountName", "emailAddress", "phoneNumber"),
    created={"targetListIsOptedOut": False},
)

OPPORTUNITY = EntityType(
    "Opportunity",
    (
        named(),
        Field("amount", "currency", required=True, minimum=0),
        Field("amountWeightedConverted", "currencyConverted", read_only=True),
        to_one("account", "Account"),
        to_many("contacts", "Contact", columns=("role",)),
        to_one("contact", "Contact"),
        enum("stage", tuple(STAGES), default="Prospecting"),
        enum("lastStage", ()),
        Field("probability", "int", minimum=0, maximum=100),
        enum("leadSource", LEAD_SOURCES),
        Field("closeDate", "date", required=True),
        DESCRIPTION,
        CAMPAIGN,
        ORIGINAL_LEAD,
        unstored("contactRole", "enum", options=("", *CONTACT_ROLES)),
        *OWNED,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Opportunity"],
    stream=True,
    versioned=True,
    selected=("accountId", "accountName"),
)

CASE = EntityType(
    "Case",
    (
        named(),
        Field("number", "autoincrement"),
        enum("status", CASE_STATUSES, default="New"),
        enum("priority", PRIORITIES, default="Normal"),
        enum("type", ("", "Question", "Incident", "Problem")),
        to_one("account", "Account"),
        to_one("lead", "Lead"),
        to_one("contact", "Contact"),
        to_many("contacts", "Contact"),
        to_one("inboundEmail", "InboundEmail", read_only=True),
        _ORIGINAL_EMAIL,
        boolean("isInternal"),
        DESCRIPTION,
        *OWNED,
        COLLABORATORS,
        ATTACHMENTS,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Case"],
    order=("number", "desc"),
    stream=True,
    versioned=True,
    text_filter=("name", "number", "description"),
    uncreated=("number",),
)

TARGET_LIST = EntityType(
    "TargetList",
    (
        named(),
        to_one("category", "TargetListCategory"),
        *(Field(name, "int", read_only=True) for name in ("entryCount", "optedOutCount")),
        DESCRIPTION,
        unstored("sourceCampaign", "link", entity="Campaign"),
        unstored("includingActionList", "multiEnum"),
        unstored("excludingActionList", "multiEnum"),
        *OWNED,
        *STAMPS,
    ),
    LINKS["TargetList"],
    created={"entryCount": 0, "isOptedOut": False, "optedOutCount": 0},
)

#: Figures of a campaign, counted in its log, which is not a part of the mock: those that are 0
#: without entries, and those that are null.
_COUNTS = ("openedCount", "clickedCount", "optedOutCount", "bouncedCount")
_FIGURES = (
    "sentCount",
    "optedInCount",
    "leadCreatedCount",
    "openedPercentage",
    "clickedPercentage",
    "optedOutPercentage",
    "bouncedPercentage",
    "revenue",
)

CAMPAIGN_TYPE = EntityType(
    "Campaign",
    (
        named(),
        enum("status", ("Planning", "Active", "Inactive", "Complete"), default="Planning"),
        enum(
            "type",
            ("Email", "Newsletter", "Informational Email", "Web", "Television", "Radio", "Mail"),
            default="Email",
            max_length=64,
        ),
        Field("startDate", "date"),
        Field("endDate", "date"),
        DESCRIPTION,
        *OWNED,
        *(to_many(name, "TargetList") for name in ("targetLists", "excludingTargetLists")),
        *(Field(name, "int", default=0, read_only=True) for name in _COUNTS),
        *(Field(name, "int", read_only=True) for name in _FIGURES),
        varchar("revenueCurrency", default="USD", read_only=True),
        Field("budget", "currency"),
        *(
            to_one(f"{target}Template", "Template")
            for target in ("contacts", "leads", "accounts", "users")
        ),
        Field("mailMergeOnlyWithAddress", "bool", default=True),
        *STAMPS,
    ),
    LINKS["Campaign"],
    created=dict.fromkeys(_FIGURES),
)
