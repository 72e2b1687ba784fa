"""EspoCRM's fields: what each type accepts, stores and shows, and what differs by release."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.phone_numbers import is_possible_number, sanitize_number
from crmkit_mock.espocrm.special_checks import SPECIAL_CHECKS
from crmkit_mock.espocrm.text_formats import is_email, is_url
from crmkit_mock.espocrm.validation import checks_of
from crmkit_mock.espocrm.values import FieldInput
from tests.mock.espo import Espo, client_for, error_reason

JANA = "6b0000000000000b6"
#: What a new record cannot do without, by entity type.
NEEDED: dict[str, dict[str, Any]] = {
    "Account": {"name": "x"},
    "Contact": {"lastName": "x"},
    "Lead": {"lastName": "x"},
    "Opportunity": {"name": "x", "amount": 1, "closeDate": "2024-05-01"},
    "Case": {"name": "x"},
    "Task": {"name": "x", "assignedUserId": JANA},
    "Meeting": {"name": "x", "assignedUserId": JANA, "dateStart": "2024-05-01 10:00:00"},
    "Call": {
        "name": "x",
        "assignedUserId": JANA,
        "dateStart": "2024-05-01 10:00:00",
        "dateEnd": "2024-05-01 10:05:00",
    },
    "Campaign": {"name": "x"},
    "Document": {"name": "x", "fileId": seed.ATTACHMENT, "publishDate": "2024-05-01"},
}


@pytest.mark.parametrize(
    ("entity", "sent", "field", "kind"),
    [
        ("Account", {"name": "a < b"}, "name", "pattern"),
        ("Account", {"name": "a = b"}, "name", "pattern"),
        ("Account", {"sicCode": "1" * 41}, "sicCode", "maxLength"),
        ("Account", {"website": "not a url"}, "website", "valid"),
        ("Account", {"website": "https://a.example/ü"}, "website", "valid"),
        ("Account", {"website": "w" * 254 + ".x"}, "website", "maxLength"),
        ("Account", {"type": "customer"}, "type", "valid"),
        ("Account", {"cTier": None}, "cTier", "valid"),
        ("Account", {"cTier": ""}, "cTier", "valid"),
        ("Account", {"cTags": [1]}, "cTags", "arrayOfString"),
        ("Account", {"cTags": ["nope"]}, "cTags", "valid"),
        ("Account", {"cCodes": ["c" * 101]}, "cCodes", "maxItemLength"),
        ("Account", {"cLinks": ["nope"]}, "cLinks", "pattern"),
        ("Account", {"cRating": 2**31}, "cRating", "max"),
        ("Account", {"cRating": [1]}, "cRating", "valid"),
        ("Account", {"cBudget": 1, "cBudgetCurrency": "eur"}, "cBudget", "validCurrency"),
        ("Account", {"cLastVisit": "2024-01-15T09:30:00.5Z"}, "cLastVisit", "valid"),
        ("Account", {"cFounded": "2024-01-15 10:00:00"}, "cFounded", "valid"),
        ("Account", {"cFounded": ""}, "cFounded", "valid"),
        ("Account", {"emailAddress": "a..b@c.example"}, "emailAddress", "emailAddress"),
        ("Account", {"emailAddressData": ["a@b.example"]}, "emailAddress", "emailAddress"),
        ("Account", {"phoneNumber": 420601111222}, "phoneNumber", "valid"),
        ("Account", {"phoneNumberData": [{}]}, "phoneNumber", "valid"),
        ("Account", {"assignedUserId": ""}, "assignedUser", "pattern"),
        ("Account", {"teamsIds": ["a b"]}, "teams", "pattern"),
        ("Contact", {"addressPostalCode": "1" * 41}, "addressPostalCode", "maxLength"),
        ("Contact", {"firstName": "<b>"}, "firstName", "pattern"),
        ("Lead", {"lastName": "x", "opportunityAmount": -1}, "opportunityAmount", "min"),
        ("Opportunity", {"stage": None}, "stage", "valid"),
        ("Opportunity", {"amount": None}, "amount", "required"),
        ("Task", {"parentType": "User", "parentId": JANA}, "parent", "valid"),
        ("Task", {"reminders": "x"}, "reminders", "array"),
        ("Task", {"reminders": [{"type": "Nope", "seconds": 1}]}, "reminders", "valid"),
        ("Meeting", {"dateStart": None}, "dateStart", "required"),
        ("Call", {"dateEnd": None}, "dateEnd", "required"),
        ("Campaign", {"startDate": "2024-05-02", "endDate": "2024-05-01"}, "startDate",
         "beforeEndDate"),
        ("Document", {"fileId": None}, "file", "required"),
        ("Document", {"publishDate": None}, "publishDate", "required"),
    ],
)  # fmt: skip
def test_rejects_values_by_the_type_of_the_field(
    espocrm: Espo, entity: str, sent: dict[str, Any], field: str, kind: str
) -> None:
    """The reason names the entity type, the field and the check that failed."""
    reply = espocrm.http.post(f"/{entity}", json=NEEDED[entity] | sent)
    assert error_reason(reply, 400) == (
        f"Field validation failure; entityType: {entity}, field: {field}, type: {kind}."
    )


@pytest.mark.parametrize(
    ("sent", "shown", "read"),
    [
        ({"cRating": "7.5"}, 7, 7),
        ({"cRating": ""}, 0, 0),
        ({"cScore": "1e3"}, 1000, 1000),
        ({"cScore": 0.1 + 0.2}, 0.1 + 0.2, 0.3),
        ({"sicCode": 1.5}, "1.5", "1.5"),
        ({"sicCode": True}, "1", "1"),
        ({"sicCode": {"a": 1}}, "Object", "Object"),
        ({"sicCode": "\t a\u00a0\n"}, "a\u00a0", "a\u00a0"),
        ({"description": " a\n"}, " a\n", " a\n"),
        ({"description": ""}, None, None),
        ({"type": ""}, "", ""),
        ({"cCodes": [" a ", "a"]}, ["a", "a"], ["a", "a"]),
        ({"cTags": '["vip"]'}, None, None),
        ({"cLastVisit": "2024-01-15 09:30"}, "2024-01-15 09:30", "2024-01-15 09:30:00"),
        ({"cLastVisit": "2024-01-15T25:00:00+01:00"}, "2024-01-16 00:00:00", "2024-01-16 00:00:00"),
        ({"cFounded": "2024-01-32T00:00:00Z"}, "2024-02-01", "2024-02-01"),
        ({"cBudget": "10.50"}, 10.5, 10.5),
        ({"contactRole": "Boss"}, "Boss", None),
        ({"cSerial": 7}, 7, 5),
    ],
)
def test_shows_what_was_written_and_reads_what_was_stored(
    espocrm: Espo, sent: dict[str, Any], shown: object, read: object
) -> None:
    """The response to a creation has the cast value, a later read the one of the database."""
    (name,) = sent
    reply = espocrm.http.post("/Account", json={"name": "x", **sent})
    if name == "cTags":
        assert (error_reason(reply, 400) or "").endswith("field: cTags, type: array.")
        return
    assert reply.json()[name] == shown
    assert espocrm.get(f"/Account/{reply.json()['id']}").get(name) == read


def test_knows_formats_of_addresses() -> None:
    """URLs need no scheme but a dot, e-mail addresses a real domain, numbers a country code."""
    urls = {"a.b": True, "ftp://x.y": True, "http://x": False, "javascript:alert(1)": False}
    assert {text: is_url(text) for text in urls} == urls
    emails = {
        "o'neil@x.example": True,
        "a@1.cz": True,
        "a@b.1c": False,
        "a@b_c.cz": False,
        "ž@x.example": False,
        "a" * 65 + "@x.example": False,
    }
    assert {text: is_email(text) for text in emails} == emails
    numbers = {
        "+420 601 111 222": "+420601111222",
        "+1-800-FLOWERS": "+18003569377",
        "+44 (0)20 7946 0958": "+442079460958",
        "+420601111222 ext 5": "+420601111222",
        "601111222": "601111222",
    }
    assert {text: sanitize_number(text) for text in numbers} == numbers
    possible = {"+420601111222": True, "601111222": False, "+4206011112223333": False}
    assert {text: is_possible_number(text) for text in possible} == possible


def test_events_have_the_duration_between_their_times(espocrm: Espo) -> None:
    """A duration is computed; moving the start alone moves the end along."""
    path = f"/Meeting/{espocrm.create('Meeting', **NEEDED['Meeting'])['id']}"
    assert espocrm.get(path)["duration"] is None
    espocrm.update(path, dateEnd="2024-05-01 11:30:00")
    assert espocrm.get(path)["duration"] == 5400
    moved = espocrm.update(path, dateStart="2024-06-01 08:00:00")
    assert moved["dateEnd"] == "2024-06-01 09:30:00"
    assert espocrm.update(path, status="Held")["reminders"] == []


def test_addresses_are_shared_by_records(espocrm: Espo) -> None:
    """Spelling, flags and type belong to the address, whichever record it is written for."""
    number = "+420777000111"
    espocrm.create("Contact", lastName="a", phoneNumber=number, emailAddress="a@b.example")
    account = espocrm.create(
        "Account",
        name="x",
        phoneNumber=number,
        emailAddressData=[{"emailAddress": "A@b.example", "optOut": True}],
    )
    assert account["phoneNumberData"][0]["type"] == "Mobile"
    other = espocrm.create("Lead", lastName="b", emailAddressData=[{"emailAddress": "c@d.example"}])
    updated = espocrm.update(f"/Lead/{other['id']}", emailAddress="a@b.example")
    assert updated["emailAddressData"][0]["emailAddress"] == "A@b.example"
    contact = espocrm.find("Contact", {"type": "equals", "attribute": "lastName", "value": "a"})
    assert contact == ["a"]


def test_title_of_a_contact_is_its_role_at_the_primary_account(espocrm: Espo) -> None:
    """Without an account a title is shown once; with one it is a column of their relation."""
    created = espocrm.create("Contact", lastName="a", title="CEO")
    path = f"/Contact/{created['id']}"
    assert (created["title"], espocrm.get(path)["title"]) == ("CEO", None)
    espocrm.update(path, accountId=seed.ACCOUNT)
    espocrm.update(path, title="CTO")
    read = espocrm.get(path)
    assert read["title"] == "CTO"
    assert read["accountsColumns"] == {seed.ACCOUNT: {"role": "CTO", "isInactive": False}}


def test_amounts_of_opportunities_follow_stage_and_rate(espocrm: Espo) -> None:
    """Converted amounts are rounded in responses to writes, and a lost deal keeps its stage."""
    deal = NEEDED["Opportunity"] | {"amount": 5.55, "amountCurrency": "EUR"}
    created = espocrm.create("Opportunity", **deal)
    assert (created["amountConverted"], created["amountWeightedConverted"]) == (6.11, 0.61)
    path = f"/Opportunity/{created['id']}"
    lost = espocrm.update(path, stage="Closed Lost")
    assert (lost["probability"], lost["lastStage"]) == (0, "Prospecting")
    assert espocrm.http.put(path, json={"amountCurrency": None}).status_code == 400


def test_refuses_links_to_records_that_cannot_be_read(mocks: MockCRMs) -> None:
    """The id of a record that the user may not read is a 403 with the entity type and action."""
    with client_for(mocks.espocrm, "limited") as http:
        body = {"name": "x", "campaignId": "nope"}
        missing = http.post("/Account", json=body)
        assert missing.json()["messageTranslation"]["label"] == "cannotRelateNonExisting"
        body = {"name": "x", "originalLeadId": "6593c9800000000e1"}
        assert http.post("/Account", json=body).status_code == 200


@pytest.mark.parametrize(
    ("version", "members"), [("9.2", set()), ("10.0", {"isLocked", "collaboratorsIds"})]
)
def test_members_depend_on_the_release(version: str, members: set[str]) -> None:
    """10.0 has locks, collaborators and empty lists where 9.2 has none of them, or null."""
    with MockCRMs(espocrm_version=version) as mocks, client_for(mocks.espocrm) as http:
        account = http.post("/Account", json={"name": "x"}).json()
        task = http.post("/Task", json=NEEDED["Task"]).json()
        assert {"isLocked", "collaboratorsIds"} & (account.keys() | task.keys()) == members
        read = http.get(f"/Account/{account['id']}").json()
        assert read["cCodes"] == ([] if members else None)
        contact = _contact_of(http, {"accountsIds": [seed.ACCOUNT]})
        assert contact["accountId"] == (seed.ACCOUNT if members else None)
        all_day = {"dateStartDate": "2024-05-02", "dateEndDate": "2024-05-02", "dateStart": None}
        meeting = http.post("/Meeting", json=NEEDED["Meeting"] | all_day).json()
        kept = http.get(f"/Meeting/{meeting['id']}").json()["dateStartDate"]
        assert kept == (None if members else "2024-05-02")


def _contact_of(http: httpx.Client, sent: dict[str, Any]) -> dict[str, Any]:
    created = http.post("/Contact", json={"lastName": "x", **sent}).json()
    contact: dict[str, Any] = http.get(f"/Contact/{created['id']}").json()
    return contact


def test_fields_that_nothing_sets_pass_their_checks() -> None:
    """Only `required` and special checks refuse a field without a value; others are left out."""
    session: Any = None
    for entity in ENTITY_TYPES.values():
        for field in entity.fields:
            sent = FieldInput(session, entity, field, {}, {}, new=True)
            for kind, is_valid in checks_of(entity, field):
                if kind != "required" and (entity.name, field.name) not in SPECIAL_CHECKS:
                    assert is_valid(sent), (entity.name, field.name, kind)
