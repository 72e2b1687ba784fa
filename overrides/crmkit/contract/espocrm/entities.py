"""The entity types that conversations are about: what a record needs, and the types of its fields.

The types of fields and the links are as servers report them (GET /Metadata?key=entityDefs).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit.contract.conversation import Talk

__all__ = ["ENTITIES", "Entity"]


@dataclass(frozen=True)
class Entity:
    """An entity type.

    Attributes:
        name: Name, as in paths.
        naming: Attribute that carries the conversation's marker.
        body: What else a new record needs; "{me}" stands for the id of the run's user.
        fields: Type of each field that is written and filtered, by name.
        options: Options of the enums among them.
        links: Entity type at the other end of each link.
        custom: Whether only servers with the mock's custom types and fields have it.
    """

    name: str
    naming: str = "name"
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    custom: bool = False

    def record(self, talk: Talk, me: str, text: str = "", **attributes: Any) -> dict[str, Any]:
        """Return the body of a new record.

        Args:
            talk: The conversation.
            me: Id of the run's user.
            text: What its name says beside the marker.
            attributes: Further attributes.
        """
        body = {name: me if value == "{me}" else value for name, value in self.body.items()}
        return {**body, self.naming: talk.unique(text), **attributes}

    def marked(self, talk: Talk, *conditions: Any) -> list[tuple[str, Any]]:
        """Return a query for the conversation's own records.

        Args:
            talk: The conversation.
            conditions: Further conditions, as trees.
        """
        own = {"type": "startsWith", "attribute": self.naming, "value": talk.marker}
        return list(flatten("where", [own, *conditions]))


def flatten(name: str, tree: Any) -> list[tuple[str, Any]]:
    """Return a tree as query parameters with brackets, as PHP reads them."""
    if isinstance(tree, dict):
        return [pair for key, item in tree.items() for pair in flatten(f"{name}[{key}]", item)]
    if isinstance(tree, list):
        return [
            pair for index, item in enumerate(tree) for pair in flatten(f"{name}[{index}]", item)
        ]
    return [(name, tree)]


_PERSON = {
    "salutationName": "enum", "firstName": "varchar", "lastName": "varchar",
    "middleName": "varchar", "emailAddress": "email", "phoneNumber": "phone", "title": "varchar",
    "doNotCall": "bool", "addressStreet": "text", "addressCity": "varchar",
    "addressCountry": "varchar", "addressPostalCode": "varchar", "description": "text",
    "assignedUser": "link", "teams": "linkMultiple",
}  # fmt: skip
_SALUTATIONS = {"salutationName": ("Mr.", "Mrs.", "Ms.", "Dr.")}
_ACTIVITIES = {"meetings": "Meeting", "calls": "Call", "tasks": "Task", "emails": "Email"}
_EVENT = {
    "name": "varchar", "status": "enum", "dateEnd": "datetime", "description": "text",
    "parent": "linkParent", "users": "linkMultiple", "contacts": "linkMultiple",
    "leads": "linkMultiple", "assignedUser": "link", "teams": "linkMultiple",
    "reminders": "jsonArray", "duration": "int",
}  # fmt: skip
_PEOPLE = {"users": "User", "contacts": "Contact", "leads": "Lead"}

ENTITIES = {
    entity.name: entity
    for entity in (
        Entity(
            "Account",
            fields={
                "name": "varchar", "website": "url", "emailAddress": "email",
                "phoneNumber": "phone", "type": "enum", "industry": "enum", "sicCode": "varchar",
                "billingAddressStreet": "text", "billingAddressCity": "varchar",
                "billingAddressState": "varchar", "shippingAddressCountry": "varchar",
                "shippingAddressPostalCode": "varchar", "description": "text",
                "assignedUser": "link", "campaign": "link", "teams": "linkMultiple",
            },
            options={
                "type": ("Customer", "Investor", "Partner", "Reseller"),
                "industry": ("Advertising", "Aerospace", "Apparel & Accessories"),
            },
            links={
                **_ACTIVITIES, "contacts": "Contact", "opportunities": "Opportunity",
                "cases": "Case", "documents": "Document", "campaign": "Campaign",
                "targetLists": "TargetList", "assignedUser": "User", "teams": "Team",
                "contactsPrimary": "Contact", "meetingsPrimary": "Meeting",
                "callsPrimary": "Call", "tasksPrimary": "Task", "emailsPrimary": "Email",
                "createdBy": "User", "originalLead": "Lead", "portalUsers": "User",
            },
        ),
        Entity(
            "Contact",
            "lastName",
            fields={**_PERSON, "account": "link", "accounts": "linkMultiple"},
            options=_SALUTATIONS,
            links={
                **_ACTIVITIES, "account": "Account", "accounts": "Account",
                "opportunities": "Opportunity", "opportunitiesPrimary": "Opportunity",
                "cases": "Case", "casesPrimary": "Case", "tasksPrimary": "Task",
                "documents": "Document", "targetLists": "TargetList", "campaign": "Campaign",
                "assignedUser": "User", "teams": "Team", "portalUser": "User",
                "originalLead": "Lead",
            },
        ),
        Entity(
            "Lead",
            "lastName",
            fields={
                **_PERSON, "status": "enum", "source": "enum", "industry": "enum",
                "opportunityAmount": "currency", "website": "url", "accountName": "varchar",
                "campaign": "link",
            },
            options={
                **_SALUTATIONS,
                "status": ("New", "Assigned", "In Process", "Dead"),
                "source": ("Call", "Email", "Web Site"),
                "industry": ("Advertising", "Aerospace"),
            },
            links={
                **_ACTIVITIES, "cases": "Case", "documents": "Document",
                "targetLists": "TargetList", "campaign": "Campaign", "assignedUser": "User",
                "teams": "Team", "createdAccount": "Account", "createdContact": "Contact",
                "createdOpportunity": "Opportunity",
            },
        ),
        Entity(
            "Opportunity",
            body={"closeDate": "2027-01-31", "amount": 100, "amountCurrency": "USD"},
            fields={
                "name": "varchar", "amount": "currency", "account": "link",
                "contacts": "linkMultiple", "contact": "link", "stage": "enum",
                "probability": "int", "leadSource": "enum", "closeDate": "date",
                "description": "text", "campaign": "link", "assignedUser": "link",
                "teams": "linkMultiple",
            },
            options={
                "stage": ("Prospecting", "Qualification", "Closed Won", "Closed Lost"),
                "leadSource": ("Call", "Email"),
            },
            links={
                **_ACTIVITIES, "account": "Account", "contacts": "Contact", "contact": "Contact",
                "documents": "Document", "campaign": "Campaign", "originalLead": "Lead",
                "assignedUser": "User", "teams": "Team",
            },
        ),
        Entity(
            "Case",
            fields={
                "name": "varchar", "status": "enum", "priority": "enum", "type": "enum",
                "description": "text", "account": "link", "lead": "link", "contact": "link",
                "contacts": "linkMultiple", "isInternal": "bool", "assignedUser": "link",
                "teams": "linkMultiple", "attachments": "attachmentMultiple",
            },
            options={
                "status": ("New", "Assigned", "Closed", "Rejected"),
                "priority": ("Low", "Normal", "High"),
                "type": ("Question", "Incident"),
            },
            links={
                **_ACTIVITIES, "account": "Account", "lead": "Lead", "contact": "Contact",
                "contacts": "Contact", "articles": "KnowledgeBaseArticle", "assignedUser": "User",
                "teams": "Team",
            },
        ),
        Entity(
            "Task",
            body={"assignedUserId": "{me}"},
            fields={
                "name": "varchar", "status": "enum", "priority": "enum",
                "dateStart": "datetime", "dateEnd": "datetime", "dateEndDate": "date",
                "description": "text", "parent": "linkParent", "assignedUser": "link",
                "teams": "linkMultiple", "reminders": "jsonArray",
                "attachments": "attachmentMultiple",
            },
            options={
                "status": ("Not Started", "Started", "Completed", "Canceled", "Deferred"),
                "priority": ("Low", "Normal", "High", "Urgent"),
            },
            links={
                "parent": "Account", "account": "Account", "contact": "Contact", "email": "Email",
                "assignedUser": "User", "teams": "Team",
            },
        ),
        Entity(
            "Meeting",
            body={
                "assignedUserId": "{me}", "dateStart": "2031-03-01 09:00:00",
                "dateEnd": "2031-03-01 10:00:00",
            },
            fields={
                **_EVENT, "dateStart": "datetime", "dateStartDate": "date", "dateEndDate": "date",
                "isAllDay": "bool", "joinUrl": "url",
            },
            options={"status": ("Planned", "Held", "Not Held")},
            links={
                **_PEOPLE, "parent": "Account", "account": "Account", "assignedUser": "User",
                "teams": "Team",
            },
        ),
        Entity(
            "Call",
            body={
                "assignedUserId": "{me}", "dateStart": "2031-03-01 09:00:00",
                "dateEnd": "2031-03-01 09:05:00",
            },
            fields={**_EVENT, "dateStart": "datetime", "direction": "enum"},
            options={
                "status": ("Planned", "Held", "Not Held"), "direction": ("Outbound", "Inbound"),
            },
            links={
                **_PEOPLE, "parent": "Account", "account": "Account", "assignedUser": "User",
                "teams": "Team",
            },
        ),
        Entity(
            "Email",
            body={
                "from": "ann@crmkit.example", "to": "bob@crmkit.example", "status": "Archived",
                "dateSent": "2026-01-05 10:00:00",
            },
            fields={
                "name": "varchar", "subject": "varchar", "from": "varchar", "to": "varchar",
                "cc": "varchar", "replyTo": "varchar", "body": "text", "isHtml": "bool",
                "status": "enum", "dateSent": "datetime", "parent": "linkParent",
                "isRead": "bool", "isImportant": "bool", "inTrash": "bool", "folderId": "varchar",
                "isReplied": "bool", "bodyPlain": "text", "teams": "linkMultiple",
                "attachments": "attachmentMultiple",
            },
            options={"status": ("Draft", "Archived", "Sent", "Received")},
            links={
                "parent": "Account", "users": "User", "attachments": "Attachment",
                "tasks": "Task", "replies": "Email", "replied": "Email", "teams": "Team",
                "account": "Account",
            },
        ),
        Entity(
            "TargetList",
            fields={"name": "varchar", "description": "text"},
            links={
                "accounts": "Account", "contacts": "Contact", "leads": "Lead", "users": "User",
                "campaigns": "Campaign",
            },
        ),
        Entity(
            "Campaign",
            fields={
                "name": "varchar", "status": "enum", "type": "enum", "startDate": "date",
                "endDate": "date", "budget": "currency", "description": "text",
            },
            options={"status": ("Planning", "Active"), "type": ("Email", "Web")},
            links={
                "targetLists": "TargetList", "excludingTargetLists": "TargetList",
                "accounts": "Account", "contacts": "Contact", "leads": "Lead",
                "opportunities": "Opportunity", "campaignLogRecords": "CampaignLogRecord",
            },
        ),
        Entity(
            "CGadget",
            fields={"name": "varchar", "description": "text", "assignedUser": "link"},
            links={"assignedUser": "User", "teams": "Team"},
            custom=True,
        ),
    )
}  # fmt: skip

#: Fields that the mock's demo has beyond a stock server; a server has all of them or none.
CUSTOM_FIELDS = {
    "cTags": "multiEnum", "cCodes": "array", "cRating": "int", "cScore": "float", "cIsKey": "bool",
    "cBudget": "currency", "cLastVisit": "datetime", "cFounded": "date", "cTier": "enum",
    "cLinks": "urlMultiple", "cNo": "number", "cSerial": "number", "cPapers": "attachmentMultiple",
}  # fmt: skip
CUSTOM_OPTIONS = {"cTags": ("vip", "partner"), "cTier": ("Gold", "Silver")}
