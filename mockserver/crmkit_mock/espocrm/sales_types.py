"""The entity types of sales and service: Account, Contact, Lead, Opportunity, Case."""

from __future__ import annotations

from crmkit_mock.espocrm.common_fields import (
    ATTACHMENTS,
    CAMPAIGN,
    DESCRIPTION,
    INDUSTRIES,
    LEAD_SOURCES,
    ORIGINAL_LEAD,
    OWNED,
    PRIORITIES,
    SALUTATIONS,
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
CASE_STATUSES = ("New", "Assigned", "Pending", "Closed", "Rejected", "Duplicate")

_PERSON = (
    Field("name", "personName", max_length=100),
    varchar("title", max_length=100),
    Field("emailAddress", "email"),
    Field("phoneNumber", "phone"),
    boolean("doNotCall"),
    Field("address", "address"),
)
#: Columns of a target list's relation and the attributes that show them at its other end.
_OPTED_OUT = (("targetListIsOptedOut", "optedOut"),)

ACCOUNT = EntityType(
    "Account",
    (
        varchar("name", required=True, max_length=249),
        Field("website", "url", max_length=255),
        Field("emailAddress", "email"),
        Field("phoneNumber", "phone"),
        enum("type", ("Customer", "Investor", "Partner", "Reseller")),
        enum("industry", INDUSTRIES),
        varchar("sicCode", max_length=40),
        Field("billingAddress", "address"),
        Field("shippingAddress", "address"),
        DESCRIPTION,
        CAMPAIGN,
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
        Field("cSerial", "autoincrement", read_only=True),
        Field("cContract", "file", entity="Attachment"),
        Field("cPapers", "attachmentMultiple", entity="Attachment"),
        *OWNED,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Account"],
    stream=True,
    stars=True,
    versioned=True,
    duplicates=True,
    text_filter=("name", "emailAddress"),
    selected=("isStarred",),
    created={"contactIsInactive": False, "targetListIsOptedOut": False},
    uncreated=("cSerial",),
)

CONTACT = EntityType(
    "Contact",
    (
        *_PERSON,
        enum("salutationName", SALUTATIONS),
        varchar("lastName", required=True, max_length=100),
        to_one("account", "Account"),
        to_many("accounts", "Account", columns=("role", "isInactive")),
        # Columns of the row of the primary account: reading shows them, writing sets them.
        varchar("accountRole", max_length=100, responses=()),
        Field("accountIsInactive", "bool", responses=()),
        DESCRIPTION,
        CAMPAIGN,
        ORIGINAL_LEAD,
        to_one("portalUser", "User", read_only=True, responses=("read", "list")),
        *OWNED,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Contact"],
    stream=True,
    duplicates=True,
    person=True,
    text_filter=("firstName", "lastName", "name", "emailAddress"),
    selected=("accountId", "accountName", "accountIsInactive"),
    created={"accountIsInactive": False, "hasPortalUser": False, "targetListIsOptedOut": False},
)

LEAD = EntityType(
    "Lead",
    (
        *_PERSON,
        enum("salutationName", SALUTATIONS),
        varchar("lastName", max_length=100),
        varchar("accountName", max_length=100),
        enum("status", LEAD_STATUSES, default="New"),
        enum("source", LEAD_SOURCES),
        enum("industry", INDUSTRIES),
        Field("opportunityAmount", "currency", minimum=0),
        Field("website", "url", max_length=255),
        DESCRIPTION,
        CAMPAIGN,
        Field("convertedAt", "datetime", read_only=True),
        to_one("createdAccount", "Account", read_only=True),
        to_one("createdContact", "Contact", read_only=True),
        to_one("createdOpportunity", "Opportunity", read_only=True),
        *OWNED,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Lead"],
    stream=True,
    duplicates=True,
    person=True,
    text_filter=("firstName", "lastName", "name", "accountName", "emailAddress"),
    with_name=("accountName", "emailAddress", "phoneNumber"),
    created={"targetListIsOptedOut": False},
)

OPPORTUNITY = EntityType(
    "Opportunity",
    (
        varchar("name", required=True, max_length=255),
        Field("amount", "currency", required=True, minimum=0),
        Field("amountWeightedConverted", "currencyConverted", read_only=True),
        to_one("account", "Account"),
        to_many("contacts", "Contact", columns=("role",)),
        to_one("contact", "Contact"),
        enum("stage", tuple(STAGES), default="Prospecting"),
        enum("lastStage", tuple(STAGES), read_only=True),
        Field("probability", "int", minimum=0, maximum=100),
        enum("leadSource", LEAD_SOURCES),
        Field("closeDate", "date", required=True),
        DESCRIPTION,
        CAMPAIGN,
        ORIGINAL_LEAD,
        *OWNED,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Opportunity"],
    stream=True,
    versioned=True,
    text_filter=("name", "accountName"),
    selected=("accountId", "accountName"),
)

CASE = EntityType(
    "Case",
    (
        varchar("name", required=True, max_length=255),
        Field("number", "autoincrement", read_only=True),
        enum("status", CASE_STATUSES, default="New"),
        enum("priority", PRIORITIES, default="Normal"),
        enum("type", ("Question", "Incident", "APIError")),
        to_one("account", "Account"),
        to_one("lead", "Lead"),
        to_one("contact", "Contact"),
        to_many("contacts", "Contact"),
        to_one("inboundEmail", "InboundEmail", read_only=True),
        boolean("isInternal"),
        DESCRIPTION,
        ATTACHMENTS,
        *OWNED,
        *STAMPS,
        *STREAMED,
    ),
    LINKS["Case"],
    order=("number", "desc"),
    stream=True,
    versioned=True,
    text_filter=("name", "number", "accountName"),
    uncreated=("number",),
)

TARGET_LIST = EntityType(
    "TargetList",
    (
        varchar("name", required=True, max_length=100),
        to_one("category", "TargetListCategory"),
        DESCRIPTION,
        *OWNED,
        *STAMPS,
    ),
    LINKS["TargetList"],
    created={"entryCount": 0, "isOptedOut": False, "optedOutCount": 0},
)

CAMPAIGN_TYPE = EntityType(
    "Campaign",
    (
        varchar("name", required=True, max_length=255),
        enum("status", ("Planning", "Active", "Inactive", "Complete"), default="Planning"),
        enum("type", ("Email", "Newsletter", "Web", "Television"), default="Email"),
        Field("startDate", "date"),
        Field("endDate", "date"),
        DESCRIPTION,
        *OWNED,
        *STAMPS,
    ),
    LINKS["Campaign"],
)
