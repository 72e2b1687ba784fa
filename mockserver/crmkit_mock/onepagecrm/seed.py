"""The data that a OnePageCRM mock starts with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit_mock.onepagecrm.account import NAME, Account
from crmkit_mock.onepagecrm.contacts import EMPTY
from crmkit_mock.onepagecrm.values import midnight, unix_time

if TYPE_CHECKING:
    from crmkit_mock.documents import Document
    from crmkit_mock.onepagecrm.account import Record
    from crmkit_mock.store import Store

#: When the vendor's samples were taken.
EPOCH = datetime(2012, 6, 4, 8, 15, 14, tzinfo=UTC)


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


#: Accounts by the names that tests use: the user of the login sample, and the one of the sample
#: signature.
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


def load_seed(document: Document, store: Store, seed: str) -> None:
    """Fill the empty store with a seed: "demo", or "empty" for accounts without records."""
    accounts: dict[str, Account] = {}
    for name, credentials in CREDENTIALS.items():
        settings = {
            **_SETTINGS[name],
            "id": credentials.uid,
            "key": credentials.key,
            "email": credentials.login,
            "password": credentials.password,
            "listing": {"mode": "all", "size": 25},
            "limits": {"contacts": None, "deals": None},
            "blocked": False,
            "trash": None,
        }
        store.collection(NAME, "account").insert("", credentials.uid, settings)
        accounts[name] = Account(store, credentials.uid, EPOCH)
    if seed == "demo":
        _load_samples(document, accounts["samples"])
        _load_solar(accounts["solar"])


def _load_samples(document: Document, account: Account) -> None:
    """Add the vendor's own samples: Joe Bloggs and Acme Inc."""
    joe: Record = document.example("ContactContact")["data"]
    for listed in document.example("ContactListPage")["data"]["contacts"]:
        details = joe if listed["id"] == joe["id"] else {}
        contact = {"id": listed["id"], **EMPTY}
        contact |= {field: details[field] for field in EMPTY if field in details}
        contact |= {field: listed[field] for field in EMPTY if field in listed}
        # The login sample counts two contacts that were viewed lately.
        account.contacts.add({**contact, "viewed": unix_time(account.now)})
    for action in document.example("ActionListActions")["data"]:
        account.actions.add(action)
    for note in document.example("NoteListNotes")["data"]:
        account.notes.add(note)
    for filter_ in document.example("FilterListFilters")["data"]:
        account.filters.add(filter_)


#: Contacts of the second account, which the first one must never see; other fields are empty.
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


def _load_solar(account: Account) -> None:
    for name in ("Solar", "Wholesale", "Unused"):
        account.tags.add({"name": name}, name)
    for number, fields in enumerate(_SOLAR, 1):
        account.contacts.add({"id": _id("c", number), **EMPTY, **fields})
    for number, cid, name, fields in (
        (1, 1, "Send the offer", {"date": "08.06.2012"}),
        (2, 3, "Ask again", {"next": True}),
        (3, 4, "Waits for us", {"waiting": True}),
        (4, 1, "Visit", {"date": "01.05.2012", "done": True}),
    ):
        done = "done" in fields
        account.actions.add(
            {
                "id": _id("a", number),
                "cid": _id("c", cid),
                "name": name,
                "date": None,
                "next": False,
                "waiting": False,
                "done": False,
                "closed": unix_time(midnight(date(2012, 5, 2))) if done else None,
                **fields,
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
