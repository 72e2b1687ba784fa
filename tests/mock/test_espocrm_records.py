"""EspoCRM's records: what a write keeps, what replies show, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, headers_of, refusal


def test_what_was_never_set_is_absent_from_a_creation_and_null_in_a_read(espocrm: Espo) -> None:
    """A creation's reply leaves out what has no value; the next read has it as null."""
    made = espocrm.create("Account", name="New")
    assert "website" not in made
    assert "cSerial" not in made
    read = espocrm.get(f"/Account/{made['id']}")
    assert read["website"] is None
    assert isinstance(read["cSerial"], int)
    assert read["versionNumber"] == 1


def test_an_address_keeps_its_case_but_not_in_the_reply_to_its_creation(espocrm: Espo) -> None:
    """An e-mail address comes back in lower case once, and then as it was sent."""
    made = espocrm.create("Contact", lastName="Case", emailAddress="Case@Work.example")
    assert made["emailAddress"] == "case@work.example"
    assert espocrm.get(f"/Contact/{made['id']}")["emailAddress"] == "Case@Work.example"


def test_every_update_counts_and_changes_what_is_sent_alone(espocrm: Espo) -> None:
    """An update keeps what is not sent; even an empty one makes the version number grow."""
    path = f"/Account/{seed.ACCOUNT}"
    before = espocrm.get(path)
    espocrm.update(path, industry="Finance")
    espocrm.update(path)
    after = espocrm.get(path)
    assert after["versionNumber"] == before["versionNumber"] + 2
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "industry", "versionNumber", "modifiedAt", "modifiedById", "modifiedByName",
    }  # fmt: skip


def test_patch_does_what_put_does(espocrm: Espo) -> None:
    """PATCH is another name of PUT."""
    reply = espocrm.http.patch(f"/Account/{seed.ACCOUNT}", json={"industry": "Finance"})
    assert reply.json()["industry"] == "Finance"


def test_a_deleted_record_is_gone_until_the_administrator_brings_it_back(
    espocrm: Espo, mocks: MockCRMs
) -> None:
    """Deletion is soft: reads, lists and links lose the record, and restoring gives it back."""
    path = f"/Contact/{seed.CONTACT}"
    assert espocrm.http.delete(path).json() is True
    assert refusal(espocrm.http.get(path), 404) == f"Record {seed.CONTACT} does not exist."
    assert refusal(espocrm.http.delete(path), 404) == f"Record {seed.CONTACT} not found."
    assert seed.CONTACT not in [one["id"] for one in espocrm.records("/Contact")]
    links = f"/Account/{seed.ACCOUNT}/contacts"
    assert seed.CONTACT not in [one["id"] for one in espocrm.records(links, select="id")]
    body = {"id": seed.CONTACT}
    assert refusal(espocrm.http.post("/Contact/action/restoreDeleted", json=body), 403) == ""
    with client_for(mocks.espocrm, "admin") as admin:
        assert admin.post("/Contact/action/restoreDeleted", json=body).json() is True
    assert seed.CONTACT in [one["id"] for one in espocrm.records(links, select="id")]


def test_an_update_from_an_old_version_is_refused_with_what_there_is(espocrm: Espo) -> None:
    """X-Version-Number refuses a change where the field has another value by now."""
    path = f"/Account/{seed.ACCOUNT}"
    espocrm.update(path, industry="Finance")
    old = {"X-Version-Number": "1"}
    refused = espocrm.http.put(path, json={"industry": "Retail"}, headers=old)
    assert refusal(refused, 409) == "modified"
    assert refused.json() == {"values": {"industry": "Finance"}, "versionNumber": 2}
    same = espocrm.http.put(path, json={"industry": "Finance"}, headers=old)
    assert same.status_code == 200, "the value is the same: there is no conflict"
    without = espocrm.http.put(path, json={"industry": "Retail"})
    assert without.status_code == 200, "without the header the last writer wins"


def test_contacts_have_no_versions(espocrm: Espo) -> None:
    """The header has no effect where an entity type has no version number."""
    path = f"/Contact/{seed.CONTACT}"
    reply = espocrm.http.put(path, json={"title": "CEO"}, headers={"X-Version-Number": "99"})
    assert reply.status_code == 200
    assert "versionNumber" not in reply.json()


@pytest.mark.parametrize(
    ("entity", "body", "found"),
    [
        ("Account", {"name": "ALZA S.R.O."}, seed.ACCOUNT),
        ("Account", {"name": "Other", "emailAddress": "INFO@alza.example"}, seed.ACCOUNT),
        ("Contact", {"firstName": "Petr", "lastName": "Svoboda"}, seed.CONTACT),
        ("Lead", {"lastName": "X", "emailAddress": "lead3@example.org"}, "6593c9800000003e1"),
    ],
)
def test_a_duplicate_is_refused_unless_the_check_is_skipped(
    espocrm: Espo, entity: str, body: dict[str, Any], found: str
) -> None:
    """The same name or address is refused with the whole record, and made when asked to."""
    refused = espocrm.http.post(f"/{entity}", json=body)
    assert refusal(refused, 409) == "duplicate"
    assert [one["id"] for one in refused.json()] == [found]
    skip = {"X-Skip-Duplicate-Check": "true"}
    assert espocrm.http.post(f"/{entity}", json=body, headers=skip).status_code == 200
    legacy = {**body, "_skipDuplicateCheck": True}
    assert espocrm.http.post(f"/{entity}", json=legacy).status_code == 200


@pytest.mark.parametrize(
    ("entity", "body", "field", "kind"),
    [
        ("Account", {}, "name", "required"),
        ("Account", {"name": "   "}, "name", "required"),
        ("Account", {"name": "N" * 250}, "name", "maxLength"),
        ("Account", {"name": "<b>"}, "name", "pattern"),
        ("Account", {"name": "x", "type": "Enemy"}, "type", "valid"),
        ("Account", {"name": "x", "cTags": "vip"}, "cTags", "array"),
        ("Account", {"name": "x", "cRating": -1}, "cRating", "min"),
        ("Account", {"name": "x", "cRating": 1.5}, "cRating", "valid"),
        ("Account", {"name": "x", "cScore": "much"}, "cScore", "valid"),
        ("Account", {"name": "x", "phoneNumber": "601 111 222"}, "phoneNumber", "valid"),
        ("Account", {"name": "x", "emailAddress": "a@b"}, "emailAddress", "emailAddress"),
        ("Account", {"name": "x", "cBudget": 1, "cBudgetCurrency": "XXX"}, "cBudget",
         "validCurrency"),
        ("Account", {"name": "x", "cFounded": "0001-01-01"}, "cFounded", "valid"),
        ("Account", {"name": "x", "cLastVisit": "2024-01-15T09:30:00"}, "cLastVisit", "valid"),
        ("Contact", {"firstName": "Only"}, "lastName", "required"),
        ("Contact", {"name": "John Doe"}, "lastName", "required"),
        ("Opportunity", {"name": "x", "amount": 1}, "closeDate", "required"),
        ("Task", {"name": "x"}, "assignedUser", "required"),
        ("Meeting", {"name": "x", "assignedUserId": "6b0000000000000b6"}, "dateStart", "required"),
        ("Email", {"subject": "x", "from": "a@b.example", "to": ["a@b.example"]}, "to", "valid"),
    ],
)  # fmt: skip
def test_an_improper_value_is_refused_by_its_field(
    espocrm: Espo, entity: str, body: dict[str, Any], field: str, kind: str
) -> None:
    """The first field that fails is named in header and body, and nothing is made."""
    before = espocrm.mock.snapshot()["records"]
    refused = espocrm.http.post(f"/{entity}", json=body)
    reason = f"Field validation failure; entityType: {entity}, field: {field}, type: {kind}."
    assert refusal(refused, 400) == reason
    told = refused.json()["messageTranslation"]
    assert told["label"] == "validationFailure"
    assert told["data"] == {"field": field, "type": kind}
    assert espocrm.mock.snapshot()["records"] == before


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"cLastVisit": "2024-01-15T10:30:00+01:00"}, {"cLastVisit": "2024-01-15 09:30:00"}),
        ({"cLastVisit": "2024-01-15 09:30"}, {"cLastVisit": "2024-01-15 09:30:00"}),
        ({"cFounded": "2024-01-15T23:30:00-05:00"}, {"cFounded": "2024-01-15"}),
        ({"cRating": "5"}, {"cRating": 5}),
        ({"cIsKey": "yes"}, {"cIsKey": False}),
        ({"cIsKey": None}, {"cIsKey": False}),
        ({"cTags": None}, {"cTags": []}),
        ({"cCodes": None}, {"cCodes": None}),
        ({"sicCode": 123}, {"sicCode": "123"}),
        ({"sicCode": ["a"]}, {"sicCode": "Array"}),
        ({"sicCode": "  "}, {"sicCode": None}),
        ({"phoneNumber": "+420 601 111 222"}, {"phoneNumber": "+420601111222"}),
        ({"cBudget": "10"}, {"cBudget": 10, "cBudgetCurrency": "CZK"}),
        ({"cBudget": None}, {"cBudget": None, "cBudgetCurrency": None}),
        ({"nonExisting": "x", "id": "own", "createdAt": "2001-01-01 00:00:00"}, {}),
    ],
)
def test_a_value_is_kept_in_its_own_form(
    espocrm: Espo, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    """What is taken is turned into the field's form, and read back in it."""
    path = f"/Account/{seed.ACCOUNT}"
    espocrm.update(path, **sent)
    read = espocrm.get(path)
    assert {name: read[name] for name in kept} == kept
    assert "nonExisting" not in read
    assert read["id"] == seed.ACCOUNT
    assert read["createdAt"].startswith("2024")


def test_writing_an_address_changes_the_primary_and_null_removes_all(espocrm: Espo) -> None:
    """The address alone replaces the primary one; others stay; null clears the list."""
    path = f"/Contact/{seed.CONTACT}"
    listed = [
        {"emailAddress": "first@x.example", "primary": True},
        {"emailAddress": "second@x.example", "optOut": True},
    ]
    espocrm.update(path, emailAddressData=listed)
    espocrm.update(path, emailAddress="new@x.example")
    read = espocrm.get(path)
    entries = [(one["emailAddress"], one["primary"]) for one in read["emailAddressData"]]
    assert entries == [("new@x.example", True), ("second@x.example", False)]
    assert read["emailAddressIsOptedOut"] is False
    espocrm.update(path, emailAddress=None)
    read = espocrm.get(path)
    assert read["emailAddressData"] == []
    assert read["emailAddressIsOptedOut"] is None


def test_an_id_that_no_record_has_is_refused_in_links(espocrm: Espo) -> None:
    """Links to one and to many refuse unknown ids with 403."""
    for body, link, foreign in (
        ({"assignedUserId": "nope"}, "assignedUser", "User"),
        ({"teamsIds": ["nope"]}, "teams", "Team"),
        ({"cContractId": "nope"}, "cContract", "Attachment"),
    ):
        refused = espocrm.http.put(f"/Account/{seed.ACCOUNT}", json=body)
        reason = f"Can't relate with non-existing record. entity type: Account, link: {link}."
        assert refusal(refused, 403) == reason
        data = refused.json()["messageTranslation"]["data"]
        assert data == {"foreignEntityType": foreign}


def test_an_opportunity_has_the_probability_of_its_stage(espocrm: Espo) -> None:
    """A first probability is kept until the next save, which takes the stage's."""
    made = espocrm.create(
        "Opportunity", name="New", amount=10, closeDate="2024-05-01", probability=20
    )
    assert made["probability"] == 20
    path = f"/Opportunity/{made['id']}"
    assert espocrm.update(path, description="x")["probability"] == 10
    won = espocrm.update(path, stage="Closed Won")
    assert (won["probability"], won["lastStage"]) == (100, "Closed Won")


def test_a_completed_task_knows_when(espocrm: Espo) -> None:
    """Completing a task sets the moment; taking it up again clears it."""
    path = f"/Task/{seed.TASK}"
    assert espocrm.update(path, status="Completed")["dateCompleted"] == "2024-01-25 08:00:00"
    assert espocrm.update(path, status="Started")["dateCompleted"] is None


def test_a_meeting_of_whole_days_lasts_from_midnight_to_midnight(espocrm: Espo) -> None:
    """Whole days fill in moments in the server's zone, and the assigned user takes part."""
    made = espocrm.create(
        "Meeting",
        name="Fair",
        assignedUserId=espocrm.mock.user_ids["jana"],
        dateStartDate="2024-03-01",
        dateEndDate="2024-03-02",
    )
    assert (made["dateStart"], made["dateEnd"]) == ("2024-02-29 23:00:00", "2024-03-02 23:00:00")
    assert made["usersColumns"] == {espocrm.mock.user_ids["jana"]: {"status": "None"}}


def test_an_entity_type_may_begin_with_a_small_letter(espocrm: Espo) -> None:
    """The first letter of an entity type in a path is taken either way."""
    assert espocrm.get("/account")["total"] == espocrm.get("/Account")["total"]
    assert espocrm.create("cGadget", name="Small")["name"] == "Small"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"name=By+form&description=x", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nBy form\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b'{"name": "By form"}', "application/json; charset=utf-8"),
    ],
)
def test_forms_fill_the_same_record(espocrm: Espo, content: bytes, content_type: str) -> None:
    """A body may be a form of either kind."""
    headers = {"Content-Type": content_type}
    reply = espocrm.http.post("/CGadget", content=content, headers=headers)
    assert reply.json()["name"] == "By form"


def test_without_a_content_type_there_is_no_body(espocrm: Espo) -> None:
    """A body without Content-Type is ignored, so that what is required is missing."""
    reply = espocrm.http.post("/Account", content=b'{"name":"No type"}')
    assert refusal(reply, 400) == (
        "Field validation failure; entityType: Account, field: name, type: required."
    )


def test_a_copy_begins_with_all_but_what_is_the_records_own(espocrm: Espo) -> None:
    """GetDuplicateAttributes leaves out id and numbers, and copies files."""
    file = espocrm.post(
        "/Attachment",
        {"name": "p.txt", "parentType": "Account", "field": "cPapers",
         "file": "data:text/plain;base64,aGVsbG8="},
    )  # fmt: skip
    espocrm.update(f"/Account/{seed.ACCOUNT}", cPapersIds=[file["id"]])
    copy = espocrm.post("/Account/action/getDuplicateAttributes", {"id": seed.ACCOUNT})
    assert not {"id", "cNo", "cSerial"} & copy.keys()
    assert copy["name"] == "Alza s.r.o."
    assert copy["cPapersIds"] != [file["id"]]
    assert espocrm.http.get(f"/Attachment/file/{copy['cPapersIds'][0]}").content == b"hello"


def test_merging_keeps_one_record_with_the_links_of_all(espocrm: Espo) -> None:
    """The merged record has the others' links; the others are gone."""
    contact = espocrm.create("Contact", lastName="Moved", accountId=seed.SECOND_ACCOUNT)
    body = {
        "entityType": "Account",
        "id": seed.ACCOUNT,
        "action": "merge",
        "data": {"sourceIdList": [seed.SECOND_ACCOUNT], "attributes": {"industry": "Banking"}},
    }
    assert espocrm.post("/Action", body)["industry"] == "Banking"
    assert espocrm.http.get(f"/Account/{seed.SECOND_ACCOUNT}").status_code == 404
    assert espocrm.get(f"/Contact/{contact['id']}")["accountId"] == seed.ACCOUNT


def test_an_amount_is_converted_by_the_rates(espocrm: Espo) -> None:
    """ConvertCurrency writes the amount anew, by the rates as they were changed last."""
    espocrm.http.put("/CurrencyRate", json={"EUR": 1.25})
    body = {
        "entityType": "Opportunity",
        "id": seed.OPPORTUNITY,
        "action": "convertCurrency",
        "data": {"targetCurrency": "USD"},
    }
    after = espocrm.post("/Action", body)
    assert (after["amount"], after["amountCurrency"]) == (12500, "USD")


def test_the_two_kinds_of_server_never_see_each_others_records(
    espocrm: Espo, autocrm: Espo
) -> None:
    """EspoCRM and AutoCRM are two servers with data of their own."""
    made = espocrm.create("Account", name="Only here")
    assert autocrm.http.get(f"/Account/{made['id']}").status_code == 404


def test_a_snapshot_brings_everything_back(espocrm: Espo) -> None:
    """Records, relations, mail and counters come back as they were."""
    before = espocrm.mock.snapshot()
    made = espocrm.create("Account", name="Later")
    espocrm.post(f"/Account/{seed.ACCOUNT}/contacts", {"id": seed.CONTACT})
    espocrm.mock.restore(before)
    assert espocrm.mock.snapshot() == before
    assert espocrm.create("Account", name="Later")["id"] == made["id"]


def test_a_signed_request_reads_what_its_user_may(espocrm: Espo) -> None:
    """The signature covers method and path; the query is free."""
    signer = espocrm.mock.users["signer"]
    headers = headers_of(signer, "GET", "/Account")
    with client_for(espocrm.mock) as http:
        del http.headers["X-Api-Key"]
        assert http.get("/Account?maxSize=1", headers=headers).json()["total"] == 4
        assert http.post("/Account", headers=headers, json={"name": "x"}).status_code == 401
