"""EspoCRM's records: what a write stores, what responses have, what is rejected."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, error_reason, headers_of


def test_unset_attributes_are_absent_on_creation_and_null_on_reading(espocrm: Espo) -> None:
    """The response to a creation omits what has no value; the next read has it as null."""
    created = espocrm.create("Account", name="New")
    assert "website" not in created
    assert "cSerial" not in created
    read = espocrm.get(f"/Account/{created['id']}")
    assert read["website"] is None
    assert isinstance(read["cSerial"], int)
    assert read["versionNumber"] == 1


def test_address_of_a_list_is_in_lower_case_only_on_creation(espocrm: Espo) -> None:
    """The primary address of a list is in lower case on creation, and then as it was sent."""
    entry = {"emailAddress": "Case@Work.example", "primary": True}
    created = espocrm.create("Contact", lastName="Case", emailAddressData=[entry])
    assert created["emailAddress"] == "case@work.example"
    assert espocrm.get(f"/Contact/{created['id']}")["emailAddress"] == "Case@Work.example"


def test_update_changes_only_what_is_sent(espocrm: Espo) -> None:
    """An update keeps what is not sent; even an empty one increments the version number."""
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


def test_patch_updates_like_put(espocrm: Espo) -> None:
    """PATCH does the same as PUT."""
    reply = espocrm.http.patch(f"/Account/{seed.ACCOUNT}", json={"industry": "Finance"})
    assert reply.json()["industry"] == "Finance"


def test_deletes_until_an_administrator_restores(espocrm: Espo, mocks: MockCRMs) -> None:
    """Reads, lists, searches and links lack a deleted record until it is restored."""
    path = f"/Contact/{seed.CONTACT}"
    named = {"type": "equals", "attribute": "lastName", "value": "Svoboda"}
    assert espocrm.find("Contact", named) == ["Petr Svoboda"]
    assert espocrm.http.delete(path).json() is True
    assert error_reason(espocrm.http.get(path), 404) == f"Record {seed.CONTACT} does not exist."
    assert error_reason(espocrm.http.delete(path), 404) == f"Record {seed.CONTACT} not found."
    assert seed.CONTACT not in [one["id"] for one in espocrm.records("/Contact")]
    assert espocrm.find("Contact", named) == []
    links = f"/Account/{seed.ACCOUNT}/contacts"
    assert seed.CONTACT not in [one["id"] for one in espocrm.records(links, select="id")]
    body = {"id": seed.CONTACT}
    assert error_reason(espocrm.http.post("/Contact/action/restoreDeleted", json=body), 403) == ""
    with client_for(mocks.espocrm, "admin") as admin:
        assert admin.post("/Contact/action/restoreDeleted", json=body).json() is True
    assert espocrm.find("Contact", named) == ["Petr Svoboda"]
    assert seed.CONTACT in [one["id"] for one in espocrm.records(links, select="id")]


def test_rejects_update_from_an_old_version(espocrm: Espo) -> None:
    """With an old X-Version-Number a change of a value that has changed since is a conflict."""
    path = f"/Account/{seed.ACCOUNT}"
    espocrm.update(path, industry="Finance")
    old = {"X-Version-Number": "1"}
    rejected = espocrm.http.put(path, json={"industry": "Retail"}, headers=old)
    assert error_reason(rejected, 409) == "modified"
    assert rejected.json() == {"values": {"industry": "Finance"}, "versionNumber": 2}
    same = espocrm.http.put(path, json={"industry": "Finance"}, headers=old)
    assert same.status_code == 200, "the same value is not a conflict"
    without = espocrm.http.put(path, json={"industry": "Retail"})
    assert without.status_code == 200, "without the header the last writer wins"


def test_ignores_version_number_of_contacts(espocrm: Espo) -> None:
    """X-Version-Number has no effect on entity types without version numbers."""
    path = f"/Contact/{seed.CONTACT}"
    reply = espocrm.http.put(path, json={"title": "CEO"}, headers={"X-Version-Number": "99"})
    assert reply.status_code == 200
    assert "versionNumber" not in reply.json()


def test_rejects_duplicates_unless_skipped(espocrm: Espo) -> None:
    """The same name or address is a conflict with the other record, unless the check is skipped."""
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("Account", {"name": "ALZA S.R.O."}, seed.ACCOUNT),
        ("Account", {"name": "cerny & SYNOVE"}, seed.SECOND_ACCOUNT),
        ("Account", {"name": "Other", "emailAddress": "INFO@alza.example"}, seed.ACCOUNT),
        ("Contact", {"firstName": "petr", "lastName": "SVOBODA"}, seed.CONTACT),
        ("Lead", {"lastName": "X", "emailAddress": "lead3@example.org"}, "6593c9800000003e1"),
    ]
    for entity, body, other in cases:
        espocrm.mock.reset()
        rejected = espocrm.http.post(f"/{entity}", json=body)
        assert error_reason(rejected, 409) == "duplicate", body
        assert [record["id"] for record in rejected.json()] == [other], body
        skip = {"X-Skip-Duplicate-Check": "true"}
        assert espocrm.http.post(f"/{entity}", json=body, headers=skip).status_code == 200, body
        legacy = {**body, "_skipDuplicateCheck": True}
        assert espocrm.http.post(f"/{entity}", json=legacy).status_code == 200, body


def test_duplicates_follow_changes(espocrm: Espo) -> None:
    """A renamed or deleted record is no longer a duplicate, one that was created is."""
    path = f"/Account/{seed.ACCOUNT}"
    espocrm.update(path, name="Renamed", emailAddress="renamed@alza.example")
    first = espocrm.create("Account", name="Alza s.r.o.", emailAddress="info@alza.example")["id"]
    body = {"name": "renamed", "emailAddress": "info@alza.example"}
    rejected = espocrm.http.post("/Account", json=body)
    assert [record["id"] for record in rejected.json()] == [seed.ACCOUNT, first]
    for id in (seed.ACCOUNT, first):
        espocrm.http.delete(f"/Account/{id}")
    assert espocrm.create("Account", **body)["name"] == "renamed"


def test_rejects_invalid_values_by_field(espocrm: Espo) -> None:
    """The first field that fails is named in header and body, and nothing is created."""
    cases: list[tuple[str, dict[str, Any], str, str]] = [
        ("Account", {}, "name", "required"),
        ("Account", {"name": "   "}, "name", "required"),
        ("Account", {"name": "N" * 250}, "name", "maxLength"),
        ("Account", {"name": "<b>"}, "name", "pattern"),
        ("Account", {"name": "x", "type": "Enemy"}, "type", "valid"),
        ("Account", {"name": "x", "cTags": "vip"}, "cTags", "array"),
        ("Account", {"name": "x", "cRating": -1}, "cRating", "min"),
        ("Account", {"name": "x", "cRating": True}, "cRating", "valid"),
        ("Account", {"name": "x", "cScore": "much"}, "cScore", "valid"),
        ("Account", {"name": "x", "phoneNumber": "601 111 222"}, "phoneNumber", "valid"),
        ("Account", {"name": "x", "emailAddress": "a@b"}, "emailAddress", "emailAddress"),
        ("Account", {"name": "x", "cBudget": 1, "cBudgetCurrency": "XXX"}, "cBudget",
         "validCurrency"),
        ("Account", {"name": "x", "cFounded": "2024-02-30"}, "cFounded", "valid"),
        ("Account", {"name": "x", "cLastVisit": "2024-01-15T09:30:00"}, "cLastVisit", "valid"),
        ("Contact", {"firstName": "Only"}, "lastName", "required"),
        ("Contact", {"name": "John Doe"}, "lastName", "required"),
        ("Opportunity", {"name": "x", "amount": 1}, "closeDate", "required"),
        ("Task", {"name": "x"}, "assignedUser", "required"),
        ("Meeting", {"name": "x", "assignedUserId": "6b0000000000000b6"}, "dateStart", "required"),
        ("Email", {"subject": "x", "from": "a@b.example", "to": ["a@b.example"]}, "to", "valid"),
    ]  # fmt: skip
    before = espocrm.mock.snapshot()["records"]
    for entity, body, field, kind in cases:
        rejected = espocrm.http.post(f"/{entity}", json=body)
        reason = f"Field validation failure; entityType: {entity}, field: {field}, type: {kind}."
        assert error_reason(rejected, 400) == reason, body
        message = rejected.json()["messageTranslation"]
        assert message["label"] == "validationFailure", body
        assert message["data"] == {"field": field, "type": kind}, body
    assert espocrm.mock.snapshot()["records"] == before


def test_converts_values_to_the_type_of_their_field(espocrm: Espo) -> None:
    """An accepted value is stored in the format of its field; unknown attributes are ignored."""
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"cLastVisit": "2024-01-15T10:30:00+01:00"}, {"cLastVisit": "2024-01-15 09:30:00"}),
        ({"cLastVisit": "2024-01-15 09:30"}, {"cLastVisit": "2024-01-15 09:30:00"}),
        ({"cFounded": "2024-01-15T23:30:00-05:00"}, {"cFounded": "2024-01-15"}),
        ({"cRating": "5"}, {"cRating": 5}),
        ({"cIsKey": "yes"}, {"cIsKey": False}),
        ({"cTags": None}, {"cTags": []}),
        ({"cCodes": None}, {"cCodes": []}),
        ({"sicCode": 123}, {"sicCode": "123"}),
        ({"sicCode": ["a"]}, {"sicCode": "Array"}),
        ({"sicCode": "  "}, {"sicCode": None}),
        ({"phoneNumber": "+420 601 111 222"}, {"phoneNumber": "+420601111222"}),
        ({"cBudget": "10"}, {"cBudget": 10, "cBudgetCurrency": "CZK"}),
        ({"cBudget": None}, {"cBudget": None, "cBudgetCurrency": "CZK"}),
        ({"nonExisting": "x", "id": "own", "createdAt": "2001-01-01 00:00:00"}, {}),
    ]
    path = f"/Account/{seed.ACCOUNT}"
    for sent, stored in cases:
        espocrm.mock.reset()
        espocrm.update(path, **sent)
        read = espocrm.get(path)
        assert {name: read[name] for name in stored} == stored, sent
        assert "nonExisting" not in read, sent
        assert read["id"] == seed.ACCOUNT, sent
        assert read["createdAt"].startswith("2024"), sent


def test_sets_primary_address_and_null_removes_it(espocrm: Espo) -> None:
    """The address alone replaces the primary one and keeps others; null makes the next primary."""
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
    entries = [(one["emailAddress"], one["primary"]) for one in read["emailAddressData"]]
    assert entries == [("second@x.example", True)]
    assert read["emailAddressIsOptedOut"] is True


def test_rejects_unknown_ids_in_links(espocrm: Espo) -> None:
    """An unknown id in a link to one or many records is a 403."""
    for body, link, foreign in (
        ({"assignedUserId": "nope"}, "assignedUser", "User"),
        ({"teamsIds": ["nope"]}, "teams", "Team"),
        ({"cContractId": "nope"}, "cContract", "Attachment"),
    ):
        rejected = espocrm.http.put(f"/Account/{seed.ACCOUNT}", json=body)
        reason = f"Can't relate with non-existing record. entity type: Account, link: {link}."
        assert error_reason(rejected, 403) == reason
        data = rejected.json()["messageTranslation"]["data"]
        assert data == {"foreignEntityType": foreign}


def test_opportunity_has_the_probability_of_its_stage(espocrm: Espo) -> None:
    """A probability sent on creation is kept until the next save sets that of the stage."""
    created = espocrm.create(
        "Opportunity", name="New", amount=10, closeDate="2024-05-01", probability=20
    )
    assert created["probability"] == 20
    path = f"/Opportunity/{created['id']}"
    assert espocrm.update(path, description="x")["probability"] == 10
    won = espocrm.update(path, stage="Closed Won")
    assert (won["probability"], won["lastStage"]) == (100, "Closed Won")


def test_completed_task_has_a_completion_time(espocrm: Espo) -> None:
    """Completing a task sets dateCompleted; starting it again clears it."""
    path = f"/Task/{seed.TASK}"
    assert espocrm.update(path, status="Completed")["dateCompleted"] == "2024-01-25 08:00:00"
    assert espocrm.update(path, status="Started")["dateCompleted"] is None


def test_all_day_meeting_lasts_from_midnight_to_midnight(espocrm: Espo) -> None:
    """Dates set datetimes in the server's time zone, and the assigned user attends."""
    created = espocrm.create(
        "Meeting",
        name="Fair",
        assignedUserId=espocrm.mock.user_ids["jana"],
        isAllDay=True,
        dateStartDate="2024-03-01",
        dateEndDate="2024-03-02",
    )
    assert (created["dateStart"], created["dateEnd"]) == (
        "2024-02-29 23:00:00",
        "2024-03-02 23:00:00",
    )
    assert created["usersColumns"] == {espocrm.mock.user_ids["jana"]: {"status": "None"}}


def test_accepts_entity_types_in_lower_case(espocrm: Espo) -> None:
    """The first letter of an entity type in a path may be in either case."""
    assert espocrm.get("/account")["total"] == espocrm.get("/Account")["total"]
    assert espocrm.create("cGadget", name="Small")["name"] == "Small"


def test_reads_bodies_by_their_media_type(espocrm: Espo) -> None:
    """A body may be JSON or a urlencoded form of a POST; any other is empty to the server."""
    multipart = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nBy form\r\n--b--\r\n'
    cases = (
        (b"name=By+form&description=x", "application/x-www-form-urlencoded", 200),
        (b'{"name": "By form"}', "application/json; charset=utf-8", 200),
        (b'{"name": "By form", "name": "By form"}', "APPLICATION/JSON", 200),
        (b'{"name": "By form"}', "application/json ; charset=utf-8", 400),
        (b'{"name": "By form"}', "application/vnd.api+json", 400),
        (multipart, "multipart/form-data; boundary=b", 400),
    )
    for content, content_type, status in cases:
        headers = {"Content-Type": content_type}
        reply = espocrm.http.post("/CGadget", content=content, headers=headers)
        assert reply.status_code == status, content_type
        if status == 200:
            assert reply.json()["name"] == "By form", content_type
    path = f"/CGadget/{espocrm.create('CGadget', name='Kept')['id']}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert espocrm.http.put(path, content=b"name=x", headers=form).json()["name"] == "Kept"
    account = espocrm.http.post("/Account", content=b"name=Formed&cTags[]=vip", headers=form)
    assert account.json()["cTags"] == ["vip"]


def test_ignores_body_without_content_type(espocrm: Espo) -> None:
    """Without Content-Type the body is ignored, so that required attributes are missing."""
    reply = espocrm.http.post("/Account", content=b'{"name":"No type"}')
    assert error_reason(reply, 400) == (
        "Field validation failure; entityType: Account, field: name, type: required."
    )


def test_duplicate_attributes_omit_id_and_numbers(espocrm: Espo) -> None:
    """GetDuplicateAttributes omits id and numbers, and copies files."""
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


def test_merges_links_into_one_record(espocrm: Espo) -> None:
    """The merged record gets the others' links; the others are deleted."""
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


def test_converts_amounts_by_the_current_rates(espocrm: Espo) -> None:
    """ConvertCurrency converts the amount by the rates that were set last."""
    espocrm.http.put("/CurrencyRate", json={"EUR": 1.25})
    body = {
        "entityType": "Opportunity",
        "id": seed.OPPORTUNITY,
        "action": "convertCurrency",
        "data": {"targetCurrency": "USD"},
    }
    after = espocrm.post("/Action", body)
    assert (after["amount"], after["amountCurrency"]) == (12500, "USD")


def test_espocrm_and_autocrm_have_separate_records(espocrm: Espo, autocrm: Espo) -> None:
    """A record created in EspoCRM does not exist in AutoCRM."""
    created = espocrm.create("Account", name="Only here")
    assert autocrm.http.get(f"/Account/{created['id']}").status_code == 404


def test_restores_a_snapshot(espocrm: Espo) -> None:
    """Records, relations, messages sent and counters are restored."""
    before = espocrm.mock.snapshot()
    created = espocrm.create("Account", name="Later")
    espocrm.post(f"/Account/{seed.ACCOUNT}/contacts", {"id": seed.CONTACT})
    espocrm.mock.restore(before)
    assert espocrm.mock.snapshot() == before
    assert espocrm.create("Account", name="Later")["id"] == created["id"]


def test_signature_covers_method_and_path(espocrm: Espo) -> None:
    """A signature is valid for any query, but not for another method."""
    signer = espocrm.mock.users["signer"]
    headers = headers_of(signer, "GET", "/Account")
    with client_for(espocrm.mock) as http:
        del http.headers["X-Api-Key"]
        assert http.get("/Account?maxSize=1", headers=headers).json()["total"] == 4
        assert http.post("/Account", headers=headers, json={"name": "x"}).status_code == 401


def test_add_inserts_a_record_without_a_request(espocrm: Espo) -> None:
    """Missing attributes get defaults, links are stored, and nothing is in the journal."""
    mock = espocrm.mock
    id = mock.add("Contact", {"lastName": "Added", "emailAddress": "Add@x.example",
                              "accountId": seed.ACCOUNT})  # fmt: skip
    assert len(mock.journal) == 0
    read = espocrm.get(f"/Contact/{id}")
    assert (read["accountName"], read["doNotCall"]) == ("Alza s.r.o.", False)
    assert read["emailAddressData"][0]["lower"] == "add@x.example"
    assert id in [one["id"] for one in espocrm.records(f"/Account/{seed.ACCOUNT}/contacts")]
    before = mock.snapshot()
    invalid: list[tuple[str, dict[str, Any], str]] = [
        ("Nope", {}, "entity type must be one of .*, got 'Nope'"),
        ("Account", {"id": seed.ACCOUNT}, "exists"),
        ("Account", {"name": object()}, "not JSON serializable"),
    ]
    for kind, record, message in invalid:
        with pytest.raises(ValueError, match=message):
            mock.add(kind, record)
    assert mock.snapshot() == before


def test_campaigns_count_their_leads_and_revenue(espocrm: Espo) -> None:
    """A campaign counts its leads and the amounts of its won opportunities, null for none."""
    campaign = espocrm.create("Campaign", name="x")["id"]
    of_campaign = {"campaignId": campaign}

    def figures() -> tuple[object, object]:
        (listed,) = espocrm.records("/Campaign", select="leadCreatedCount,revenue")
        read = espocrm.get(f"/Campaign/{campaign}")
        found = (read["leadCreatedCount"], read["revenue"])
        assert found == (listed["leadCreatedCount"], listed["revenue"])
        return found

    assert figures() == (None, None)
    lead = espocrm.create("Lead", lastName="x", **of_campaign)["id"]
    for stage in ("Closed Won", "Prospecting"):
        deal = {"amount": 100, "amountCurrency": "EUR", "closeDate": "2027-01-01", "stage": stage}
        espocrm.create("Opportunity", name=stage, **deal, **of_campaign)
    assert figures() == (1, 100 * 1.1)
    espocrm.http.delete(f"/Lead/{lead}")
    assert figures() == (None, 100 * 1.1)
