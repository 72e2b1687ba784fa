"""The links of each entity type, beside those that fields with one record make.

Source: links and access to them in the vendor's metadata, as servers show them; observed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.common_fields import TEAMS, children, has_many, many_many
from crmkit_mock.espocrm.fields import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The release that added collaborators and further links of contacts and leads.
_10 = (10, 0)
_STATUS = (("acceptanceStatus", "status"),)
#: Columns of a target list's relation, by the attributes that show them at either end.
_TARGET_OPTED_OUT = (("targetListIsOptedOut", "optedOut"),)
_OPTED_OUT = (("isOptedOut", "optedOut"),)


def _audited(link: Link) -> Link:
    return replace(link, audited=True)


def _target(name: str, entity: str) -> Link:
    """Return the link of a target list to those that it addresses."""
    return many_many(
        name,
        entity,
        f"{entity[:1].lower()}{entity[1:]}TargetList",
        columns=_TARGET_OPTED_OUT,
        foreign="targetLists",
        foreign_access="read",
        by_search=True,
        always=("targetListIsOptedOut",),
    )


def _target_lists(entity: str) -> Link:
    """Return the link to the target lists that a record is on."""
    return many_many(
        "targetLists",
        "TargetList",
        f"{entity[:1].lower()}{entity[1:]}TargetList",
        "right",
        columns=_OPTED_OUT,
        foreign={"Account": "accounts", "Contact": "contacts", "Lead": "leads", "User": "users"}[
            entity
        ],
        always=("isOptedOut",),
    )


def _documents(entity: str, foreign: str) -> Link:
    relation = f"{entity[:1].lower()}{entity[1:]}Document"
    return many_many("documents", "Document", relation, foreign=foreign, audited=True)


def _attended(name: str, foreign: str) -> Link:
    """Return the link to the meetings or calls that a record attends."""
    entity = {"meetings": "Meeting", "calls": "Call"}[name]
    relation = {"contacts": "contact", "leads": "lead"}.get(foreign)
    if relation is None:
        relation = f"{entity.lower()}User"
        return many_many(name, entity, relation, "right", columns=_STATUS, foreign=foreign)
    return many_many(
        name, entity, f"{relation}{entity}", "right", columns=_STATUS, foreign=foreign, audited=True
    )


def _attendees(entity: str) -> tuple[Link, ...]:
    """Return the links of a meeting or a call to those who attend it."""
    foreign = f"{entity.lower()}s"
    relations = {"users": f"{entity.lower()}User"}
    relations |= {f"{kind}s": f"{kind}{entity}" for kind in ("contact", "lead")}
    types = {"users": "User", "contacts": "Contact", "leads": "Lead"}
    return tuple(
        many_many(name, types[name], relation, columns=_STATUS, foreign=foreign)
        for name, relation in relations.items()
    )


def _child(name: str, entity: str, *, audited: bool = True) -> Link:
    return replace(children(name, entity), foreign="parent", audited=audited)


def _children(name: str, entity: str) -> Link:
    """Return a link to children that can only be read, beside one to attended records."""
    return replace(_child(name, entity, audited=False), writable="nobody", since=_10)


def _has_one(name: str, entity: str, key: str) -> Link:
    return Link(name, entity, "has_one", key=key)


def _parent(name: str, foreign: str = "") -> Link:
    return Link(name, "", "parent", key=name, foreign=foreign)


_EMAILS = _child("emails", "Email", audited=False)
_LOG = _child("campaignLogRecords", "CampaignLogRecord", audited=False)
_COLLABORATORS = many_many(
    "collaborators", "User", "entityCollaborator", writable="nobody", since=_10
)

#: The links by entity type.
LINKS: Mapping[str, tuple[Link, ...]] = {
    "Account": (
        many_many(
            "contacts",
            "Contact",
            "accountContact",
            columns=(("accountRole", "role"), ("accountIsInactive", "isInactive")),
            foreign="accounts",
            always=("accountIsInactive",),
        ),
        has_many("contactsPrimary", "Contact", "accountId", foreign="account"),
        has_many("opportunities", "Opportunity", "accountId", foreign="account", takes_over=False),
        has_many("cases", "Case", "accountId", foreign="account"),
        _documents("Account", "accounts"),
        has_many("meetingsPrimary", "Meeting", "accountId", foreign="account"),
        has_many("emailsPrimary", "Email", "accountId", foreign="account"),
        has_many("callsPrimary", "Call", "accountId", foreign="account"),
        has_many("tasksPrimary", "Task", "accountId", foreign="account"),
        _child("meetings", "Meeting"),
        _child("calls", "Call"),
        _child("tasks", "Task", audited=False),
        _EMAILS,
        _LOG,
        _target_lists("Account"),
        many_many("portalUsers", "User", "accountPortalUser", foreign="accounts"),
        _has_one("originalLead", "Lead", "createdAccountId"),
        TEAMS,
    ),
    "Contact": (
        many_many(
            "accounts",
            "Account",
            "accountContact",
            "right",
            columns=(("contactRole", "role"), ("contactIsInactive", "isInactive")),
            foreign="contacts",
        ),
        many_many(
            "opportunities",
            "Opportunity",
            "contactOpportunity",
            "right",
            columns=(("contactRole", "role"),),
            foreign="contacts",
        ),
        has_many("opportunitiesPrimary", "Opportunity", "contactId", foreign="contact"),
        many_many("cases", "Case", "caseContact", "right", foreign="contacts"),
        has_many("casesPrimary", "Case", "contactId", foreign="contact"),
        has_many("tasksPrimary", "Task", "contactId", foreign="contact"),
        _documents("Contact", "contacts"),
        _target_lists("Contact"),
        _attended("meetings", "contacts"),
        _attended("calls", "contacts"),
        _children("meetingsChildren", "Meeting"),
        _children("callsChildren", "Call"),
        _child("tasks", "Task"),
        _EMAILS,
        _LOG,
        _has_one("portalUser", "User", "contactId"),
        _has_one("originalLead", "Lead", "createdContactId"),
        TEAMS,
    ),
    "Lead": (
        _audited(has_many("cases", "Case", "leadId", foreign="lead")),
        _documents("Lead", "leads"),
        _target_lists("Lead"),
        _attended("meetings", "leads"),
        _attended("calls", "leads"),
        _children("meetingsChildren", "Meeting"),
        _children("callsChildren", "Call"),
        _child("tasks", "Task"),
        _EMAILS,
        _LOG,
        TEAMS,
    ),
    "Opportunity": (
        many_many(
            "contacts",
            "Contact",
            "contactOpportunity",
            columns=(("opportunityRole", "role"),),
            foreign="opportunities",
        ),
        _documents("Opportunity", "opportunities"),
        _child("meetings", "Meeting"),
        _child("calls", "Call"),
        _child("tasks", "Task"),
        _EMAILS,
        _has_one("originalLead", "Lead", "createdOpportunityId"),
        TEAMS,
    ),
    "Case": (
        # A contact that may be read may be linked.
        many_many("contacts", "Contact", "caseContact", foreign="cases", foreign_access="read"),
        many_many("articles", "KnowledgeBaseArticle", "caseArticle", foreign_access="read"),
        _child("meetings", "Meeting"),
        _child("calls", "Call"),
        _child("tasks", "Task"),
        _EMAILS,
        _COLLABORATORS,
        TEAMS,
    ),
    "Task": (
        _parent("parent", "tasks"),
        Link("email", "Email", "belongs_to", key="emailId", foreign="tasks"),
        _COLLABORATORS,
        TEAMS,
    ),
    "Meeting": (*_attendees("Meeting"), _parent("parent", "meetings"), TEAMS),
    "Call": (*_attendees("Call"), _parent("parent", "calls"), TEAMS),
    "Email": (
        many_many("users", "User", "emailUser", foreign="emails", writable="admin"),
        many_many("assignedUsers", "User", "entityUser"),
        replace(children("attachments", "Attachment"), foreign="parent"),
        has_many("replies", "Email", "repliedId", foreign="replied"),
        has_many("tasks", "Task", "emailId", foreign="email", writable="nobody"),
        *(
            # The addresses are not records of the mock; the e-mail itself stores them.
            has_many(f"{name}EmailAddresses", "EmailAddress", "emailId")
            for name in ("to", "cc", "bcc", "replyTo")
        ),
        many_many("inboundEmails", "InboundEmail", "emailInboundEmail", readable=False),
        many_many("emailAccounts", "EmailAccount", "emailEmailAccount"),
        _parent("parent", "emails"),
        _parent("createdEvent"),
        # A team that may be read may be linked.
        replace(TEAMS, foreign_access="read"),
    ),
    "TargetList": (
        _target("accounts", "Account"),
        _target("contacts", "Contact"),
        _target("leads", "Lead"),
        _target("users", "User"),
        many_many("campaigns", "Campaign", "campaignTargetList", "right", foreign="targetLists"),
        many_many(
            "campaignsExcluding",
            "Campaign",
            "campaignTargetListExcluding",
            "right",
            foreign="excludingTargetLists",
        ),
        many_many("massEmails", "MassEmail", "massEmailTargetList", "right"),
        many_many("massEmailsExcluding", "MassEmail", "massEmailTargetListExcluding", "right"),
        TEAMS,
    ),
    "Campaign": (
        many_many("targetLists", "TargetList", "campaignTargetList", foreign="campaigns"),
        many_many(
            "excludingTargetLists",
            "TargetList",
            "campaignTargetListExcluding",
            foreign="campaignsExcluding",
        ),
        has_many("accounts", "Account", "campaignId", foreign="campaign"),
        has_many("contacts", "Contact", "campaignId", foreign="campaign"),
        has_many("leads", "Lead", "campaignId", foreign="campaign"),
        has_many("opportunities", "Opportunity", "campaignId", foreign="campaign"),
        has_many("campaignLogRecords", "CampaignLogRecord", "campaignId"),
        has_many("trackingUrls", "CampaignTrackingUrl", "campaignId"),
        has_many("massEmails", "MassEmail", "campaignId"),
        *(
            Link(f"{name}Template", "Template", "belongs_to", key=f"{name}TemplateId")
            for name in ("contacts", "leads", "accounts", "users")
        ),
        TEAMS,
    ),
    "Document": (
        many_many("accounts", "Account", "accountDocument", "right", foreign="documents"),
        many_many("contacts", "Contact", "contactDocument", "right", foreign="documents"),
        many_many("leads", "Lead", "leadDocument", "right", foreign="documents"),
        many_many(
            "opportunities", "Opportunity", "opportunityDocument", "right", foreign="documents"
        ),
        TEAMS,
    ),
    "EmailTemplate": (
        replace(children("attachments", "Attachment"), foreign="parent"),
        TEAMS,
    ),
    "CGadget": (TEAMS,),
    "User": (
        Link("defaultTeam", "Team", "belongs_to", key="defaultTeamId", readable=False),
        Link("dashboardTemplate", "DashboardTemplate", "belongs_to", readable=False),
        many_many(
            "teams",
            "Team",
            "entityTeam",
            columns=(("userRole", "role"),),
            foreign="users",
            writable="admin",
        ),
        many_many("roles", "Role", "roleUser", foreign="users", writable="admin", readable=False),
        many_many("portals", "Portal", "portalUser"),
        many_many("portalRoles", "PortalRole", "portalRoleUser", writable="admin", readable=False),
        many_many(
            "accounts",
            "Account",
            "accountPortalUser",
            "right",
            foreign="portalUsers",
            writable="admin",
            readable=False,
        ),
        many_many(
            "workingTimeRanges", "WorkingTimeRange", "userWorkingTimeRange", writable="admin"
        ),
        _attended("meetings", "users"),
        _attended("calls", "users"),
        many_many("emails", "Email", "emailUser", "right", foreign="users"),
        many_many("notes", "Note", "noteUser", "right", foreign="users"),
        has_many("tasks", "Task", "assignedUserId", foreign="assignedUser"),
        _target_lists("User"),
    ),
    "Team": (
        many_many(
            "users",
            "User",
            "entityTeam",
            "right",
            columns=(("teamRole", "role"),),
            foreign="teams",
        ),
        many_many("roles", "Role", "roleTeam", "right", foreign="teams"),
        many_many("notes", "Note", "noteTeam", "right", foreign="teams"),
        many_many("inboundEmails", "InboundEmail", "inboundEmailTeam"),
        many_many("groupEmailFolders", "GroupEmailFolder", "groupEmailFolderTeam"),
    ),
    "Role": (
        many_many("users", "User", "roleUser", "right", foreign="roles"),
        many_many("teams", "Team", "roleTeam", foreign="roles"),
    ),
    "Attachment": (_parent("parent", "attachments"), _parent("related")),
    "Note": (
        replace(children("attachments", "Attachment"), foreign="parent"),
        _parent("parent", "notes"),
        _parent("superParent"),
        _parent("related"),
        many_many("users", "User", "noteUser", foreign="notes", writable="nobody"),
        many_many("teams", "Team", "noteTeam", foreign="notes", writable="nobody"),
        many_many("portals", "Portal", "notePortal"),
    ),
}
