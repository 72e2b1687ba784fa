"""The data that a OnePageCRM mock starts with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit_mock.onepagecrm.account import NAME, Account
from crmkit_mock.onepagecrm.values import midnight, unix

if TYPE_CHECKING:
    from crmkit_mock.documents import Document
    from crmkit_mock.onepagecrm.account import Record
    from crmkit_mock.store import Store

#: When the vendor's samples were taken.
EPOCH = datetime(2012, 6, 4, 8, 15, 14, tzinfo=UTC)

#: Details of a contact that its list form does not have, empty.
_NO_DETAILS: Record = {
    "jobtitle": None,
    "address": None,
    "city": None,
    "state": None,
    "zip": None,
    "country": None,
    "description": None,
    "phones": [],
    "emails": [],
    "urls": [],
    "added": None,
    "edited": None,
    "viewed": None,
    "imported": None,
}


class Credentials(NamedTuple):
    """What opens an account.

    Attributes:
        uid: Id of its user.
        key: The key that signs.
        login: E-mail address.
        password: Password.
    """

    uid: str
    key: str
    login: str
    password: str


#: Accounts by the names that tests use: the user of the login sample, and the one of the sample of
#: a signature.
CREDENTIALS = {
    "samples": Credentials(
        "4e5de962638190102c000337",
        "3zc32iOuuXANr9jg/8cB8R89lK9bJWwzTzgr6FNoP88=",
        "api@example.com",
        "secret",
    ),
    "solar": Credentials(
        "4e0046526381906f7e000002",
        "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo=",
        "eleni@solar.example",
        "helios",
    ),
}

_SETTINGS: dict[str, Record] = {
    "samples": {
        "firstname": "API",
        "lastname": "Samples",
        "company": "OnePageTeam",
        "pipeline_mode": "off",
        "target": {"period": "quarter", "amount": 5200.0},
        "system": {
            "status": "customer",
            "reminder_type": "new_task",
            "reminder_hour": 6,
            "timezone": "pacifictimeusacanada",
            "currency": "USD",
            "date_format": "%m/%d/%Y",
        },
        "subscription": {
            "type": "pro",
            "currency": "$",
            "price": 15.0,
            "date": "01.07.2012",
            "cctype": "VISA",
            "ccnumber": "1111",
        },
    },
    "solar": {
        "firstname": "Eleni",
        "lastname": None,
        "company": "Ηλιακά",
        "pipeline_mode": "full",
        "target": {"period": "month", "amount": 2500.0},
        "system": {
            "status": "πελάτης",
            "reminder_type": "never",
            "reminder_hour": 0,
            "timezone": "athens",
            "currency": "EUR",
            "date_format": "%d/%m/%Y",
        },
        "subscription": {"type": "trial", "expiry": "01.07.2012"},
    },
}


def plant(document: Document, store: Store, seed: str) -> None:
    """Fill the empty store with a seed: "demo", or "empty" for accounts without records."""
    found: dict[str, Account] = {}
    for name, one in CREDENTIALS.items():
        settings = {
            **_SETTINGS[name],
            "id": one.uid,
            "key": one.key,
            "email": one.login,
            "password": one.password,
            "listing": {"mode": "all", "size": 25},
            "limits": {"contacts": None, "deals": None},
            "blocked": False,
            "trash": None,
        }
        store.collection(NAME, "account").insert("", one.uid, settings)
        found[name] = Account(store, one.uid, EPOCH)
    if seed == "demo":
        _plant_samples(document, found["samples"])
        _plant_solar(found["solar"])


def _plant_samples(document: Document, account: Account) -> None:
    """Plant the vendor's own samples: Joe Bloggs and Acme Inc."""
    joe: Record = document.example("ContactContact")["data"]
    for listed in document.example("ContactListPage")["data"]["contacts"]:
        detail = joe if listed["id"] == joe["id"] else {}
        contact = {member: detail.get(member, empty) for member, empty in _NO_DETAILS.items()}
        for member in ("id", "firstname", "lastname", "company", "status", "tags", "vip"):
            contact[member] = listed[member]
        # The login sample counts two contacts that were viewed lately.
        account.contacts.add({**contact, "viewed": unix(account.now)})
    for action in document.example("ActionListActions")["data"]:
        account.actions.add(action)
    for note in document.example("NoteListNotes")["data"]:
        account.notes.add(note)
    for chosen in document.example("FilterListFilters")["data"]:
        account.filters.add(chosen)


#: Contacts of the second account, which the first one must never see, with their further members.
_SOLAR: tuple[Record, ...] = (
    {
        "firstname": "Ελένη",
        "lastname": "Παπαδάκη",
        "company": "Φως & Ήλιος",
        "status": "customer",
        "tags": ["Solar", "Wholesale"],
        "vip": True,
        "jobtitle": "Owner",
        "address": "Οδός Ηλίου 7",
        "city": "Χανιά",
        "zip": "07018",
        "country": "EL",
        "description": 'Says "yes", means <maybe>.\nCalls back.',
        "phones": [
            {"type": "work", "number": "+30 28210 12345"},
            {"type": "mobile", "number": "+30 690 000 0000"},
        ],
        "emails": [{"type": "work", "address": "eleni@fos.example"}],
        "urls": [{"type": "website", "address": "http://fos.example/?a=1&b=2"}],
    },
    {"company": "off", "status": "lead", "tags": ["Solar"], "city": "12e34"},
    {"firstname": "Ann", "lastname": "O'Neil", "status": "inactive", "country": "IE"},
    {"lastname": "Waits", "status": "general", "state": "NJ"},
)


def _plant_solar(account: Account) -> None:
    for name in ("Solar", "Wholesale", "Unused"):
        account.tags.add({"name": name}, name)
    for number, given in enumerate(_SOLAR, 1):
        names: Record = {"firstname": None, "lastname": None, "company": None}
        contact = {"id": _id("c", number), **names, "tags": [], "vip": False, **_NO_DETAILS}
        account.contacts.add({**contact, **given})
    for number, cid, text, more in (
        (1, 1, "Send the offer", {"date": "08.06.2012"}),
        (2, 3, "Ask again", {"next": True}),
        (3, 4, "Waits for us", {"waiting": True}),
        (4, 1, "Visit", {"date": "01.05.2012", "done": True}),
    ):
        done = "done" in more
        account.actions.add(
            {
                "id": _id("a", number),
                "cid": _id("c", cid),
                "name": text,
                "date": None,
                "next": False,
                "waiting": False,
                "done": False,
                "closed": unix(midnight(date(2012, 5, 2))) if done else None,
                **more,
            }
        )
    deals: tuple[tuple[int, float, str, str | None, int | None], ...] = (
        (1, 1200.5, "won", "02.06.2012", None),
        (1, 800.0, "lost", "20.04.2012", None),
        (2, 999.99, "pending", None, 50),
        (3, 300.0, "won", "20.03.2012", None),
    )
    for number, (cid, amount, status, closed, stage) in enumerate(deals, 1):
        deal: dict[str, Any] = {"amount": amount, "status": status, "closed": closed}
        deal |= {"deal_stage": stage, "exp_close": "30.06.2012" if stage else None}
        account.notes.add(
            {
                "id": _id("d", number),
                "cid": _id("c", cid),
                "body": f"Deal {number}",
                "date": "01.03.2012",
                "type": "deal",
                "deal": deal,
            }
        )
    account.filters.add(
        {
            "id": _id("f", 1),
            "name": "Greeks",
            "contacts": [],
            "tags": ["Solar"],
            "deals": ["won", "lost"],
            "address": {"type": "country_code", "value": "EL"},
        }
    )


def _id(kind: str, number: int) -> str:
    return f"4e00465263819{kind}{number:010x}"
