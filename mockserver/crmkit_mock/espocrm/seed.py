"""The initial data of a mock: users always, sample records in the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.insertion import insert_record
from crmkit_mock.espocrm.sales_types import STAGES
from crmkit_mock.espocrm.users import (
    JANA_ID,
    ROLE_IDS,
    ROLES,
    SALES_TEAM,
    SYSTEM_ID,
    USERS,
    role_record,
    user_record,
)

if TYPE_CHECKING:
    from crmkit_mock.clock import Clock
    from crmkit_mock.espocrm.data import Data, Record

_SINCE = "2024-01-02 08:00:00"
#: Ids of the demo's records.
ACCOUNT, SECOND_ACCOUNT, THIRD_ACCOUNT = (f"6593c980000000{n}a1" for n in (1, 2, 3))
CONTACT, SECOND_CONTACT = (f"6593c980000000{n}b1" for n in (1, 2))
OPPORTUNITY, CASE, TASK, MEETING, CALL, EMAIL, TARGET_LIST, GADGET = (
    f"6593c980000000{n}c1" for n in range(1, 9)
)
DOCUMENT, ATTACHMENT, NOTE = (f"6593c980000000{n}d1" for n in range(1, 4))


def load_seed(data: Data, clock: Clock, seed: str) -> None:
    """Fill an empty store with a seed: "demo", or "empty" for users alone."""
    for role in ROLES:
        insert_record(data, clock, "Role", role_record(role, _SINCE))
    roles = ENTITY_TYPES["User"].all_links["roles"]
    system = {"id": SYSTEM_ID, "userName": "system", "lastName": "System", "type": "system"}
    insert_record(data, clock, "User", {**system, "isActive": True, "createdAt": _SINCE})
    for login in USERS.values():
        insert_record(data, clock, "User", user_record(login, _SINCE))
        if login.user.role is not None:
            data.relate(roles, login.user.id, ROLE_IDS[login.user.role.name])
    team = {"id": SALES_TEAM, "name": "Sales", "createdAt": _SINCE}
    insert_record(data, clock, "Team", team)
    data.relate(ENTITY_TYPES["User"].all_links["teams"], JANA_ID, SALES_TEAM)
    if seed == "empty":
        return
    for entity_type, record in (*_sales(), *_leads(), *_activities()):
        insert_record(data, clock, entity_type, {"createdAt": _SINCE, **record})
    for contact in (CONTACT, SECOND_CONTACT):
        link = ENTITY_TYPES["TargetList"].all_links["contacts"]
        data.relate(link, TARGET_LIST, contact)
    data.write_file(ATTACHMENT, "Příliš žluťoučký kůň\n".encode())


def _sales() -> list[tuple[str, Record]]:
    return [
        (
            "Account",
            {
                "id": ACCOUNT,
                "name": "Alza s.r.o.",
                "type": "Customer",
                "industry": "Retail",
                "website": "https://alza.example",
                "emailAddress": "info@alza.example",
                "phoneNumber": "+420222333444",
                "billingAddressStreet": "Dlouhá 1",
                "billingAddressCity": "Praha",
                "billingAddressPostalCode": "11000",
                "billingAddressCountry": "Czech Republic",
                "cTags": ["vip", "partner"],
                "cRating": 7,
                "cIsKey": True,
                "cBudget": 1234.5,
                "cBudgetCurrency": "CZK",
                "cFounded": "1999-12-31",
                "cLastVisit": "2024-01-15 09:30:00",
                "assignedUserId": JANA_ID,
                "followersIds": [JANA_ID],
                "teamsIds": [SALES_TEAM],
            },
        ),
        (
            "Account",
            {
                "id": SECOND_ACCOUNT,
                "name": "Černý & synové",
                "type": "Partner",
                "industry": "Finance",
                "billingAddressCity": "Brno",
                "cTags": ["prospect"],
                "cRating": 3,
            },
        ),
        ("Account", {"id": THIRD_ACCOUNT, "name": "Oslo Ventures", "type": "Investor"}),
        (
            "Account",
            {
                "id": "6593c9800000004a1",
                "name": "Limited's own",
                "website": "https://own.example",
                "assignedUserId": USERS["limited"].user.id,
            },
        ),
        (
            "Contact",
            {
                "id": CONTACT,
                "salutationName": "Mr.",
                "firstName": "Petr",
                "lastName": "Svoboda",
                "title": "CTO",
                "emailAddress": "petr@work.example",
                "phoneNumber": "+420601111222",
                "accountId": ACCOUNT,
                "accountsColumns": {ACCOUNT: {"role": "CTO", "isInactive": False}},
            },
        ),
        (
            "Contact",
            {
                "id": SECOND_CONTACT,
                "firstName": "Eva",
                "lastName": "Dvořáková",
                "emailAddress": "eva@work.example",
                "accountId": ACCOUNT,
                "doNotCall": True,
            },
        ),
        (
            "Opportunity",
            {
                "id": OPPORTUNITY,
                "name": "Fleet of gadgets",
                "accountId": ACCOUNT,
                "contactsIds": [CONTACT],
                "contactsColumns": {CONTACT: {"role": "Decision Maker"}},
                "amount": 10000,
                "amountCurrency": "EUR",
                "stage": "Proposal",
                "lastStage": "Proposal",
                "probability": STAGES["Proposal"],
                "closeDate": "2024-03-31",
            },
        ),
        (
            "Case",
            {
                "id": CASE,
                "name": "Gadget does not start",
                "accountId": ACCOUNT,
                "contactsIds": [CONTACT],
                "priority": "High",
                "type": "Incident",
            },
        ),
        ("TargetList", {"id": TARGET_LIST, "name": "Newsletter"}),
    ]


def _leads() -> list[tuple[str, Record]]:
    """Return enough leads for several pages, with various statuses and missing values."""
    statuses = ("New", "Assigned", "In Process", "Dead", "Recycled")
    sources = (None, "Call", "Email", "Web Site")
    return [
        (
            "Lead",
            {
                "id": f"6593c98000000{number:02d}e1",
                "firstName": f"F{number:02d}",
                "lastName": f"Lead{number:02d}",
                "accountName": f"Firma {number % 7}",
                "emailAddress": f"lead{number}@example.org",
                "status": statuses[number % len(statuses)],
                "source": sources[number % len(sources)],
                "doNotCall": number % 2 == 0,
                "opportunityAmount": number * 100,
                "opportunityAmountCurrency": "EUR",
                "addressCity": "Praha" if number % 3 == 0 else None,
                "createdAt": f"2024-01-{2 + number // 2:02d} 10:{number:02d}:00",
            },
        )
        for number in range(25)
    ]


def _activities() -> list[tuple[str, Record]]:
    parent = {"parentType": "Account", "parentId": ACCOUNT, "accountId": ACCOUNT}
    return [
        (
            "Task",
            {
                "id": TASK,
                "name": "Call back",
                "priority": "High",
                "dateEnd": "2024-01-26 12:00:00",
                "assignedUserId": JANA_ID,
                **parent,
            },
        ),
        (
            "Meeting",
            {
                "id": MEETING,
                "name": "Demonstration",
                "dateStart": "2024-02-01 09:00:00",
                "dateEnd": "2024-02-01 10:00:00",
                "assignedUserId": JANA_ID,
                "usersIds": [JANA_ID],
                "contactsIds": [CONTACT],
                **parent,
            },
        ),
        (
            "Call",
            {
                "id": CALL,
                "name": "First call",
                "status": "Held",
                "dateStart": "2024-01-10 09:00:00",
                "dateEnd": "2024-01-10 09:05:00",
                "assignedUserId": JANA_ID,
                "usersIds": [JANA_ID],
                **parent,
            },
        ),
        (
            "Email",
            {
                "id": EMAIL,
                "name": "Your enquiry",
                "from": "petr@work.example",
                "fromAddress": "petr@work.example",
                "fromName": "Petr Svoboda",
                "fromString": "Petr Svoboda <petr@work.example>",
                "to": "crm@example.com",
                "body": "How much is a gadget?",
                "bodyPlain": "How much is a gadget?",
                "status": "Archived",
                "dateSent": "2024-01-09 08:15:00",
                "isRead": True,
                **parent,
            },
        ),
        ("CGadget", {"id": GADGET, "name": "Gadget one", "description": "The first of its kind."}),
        (
            "Attachment",
            {
                "id": ATTACHMENT,
                "name": "note.txt",
                "type": "text/plain",
                "role": "Attachment",
                "field": "file",
                "relatedType": "Document",
                "relatedId": DOCUMENT,
                "size": 29,
                "storage": "EspoUploadDir",
            },
        ),
        (
            "Document",
            {
                "id": DOCUMENT,
                "name": "Price list",
                "fileId": ATTACHMENT,
                "publishDate": "2024-01-03",
            },
        ),
        (
            "Note",
            {
                "id": NOTE,
                "type": "Post",
                "post": "Asked for a demonstration.",
                "parentType": "Account",
                "parentId": ACCOUNT,
                "createdById": JANA_ID,
                # Recent enough to be changed.
                "createdAt": "2024-01-24 09:00:00",
            },
        ),
    ]
