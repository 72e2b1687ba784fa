"""AutoCRM's mock does what AutoCRM's page shows, and otherwise what EspoCRM does."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, refusal

LEADS = [f"6593c98000000{number:02d}e1" for number in range(3)]


def test_moments_have_the_offset_of_the_zone(autocrm: Espo) -> None:
    """Page, Read Record: createdAt is written with the zone's offset, in lists as well."""
    read = autocrm.get(f"/Account/{seed.ACCOUNT}")
    assert read["createdAt"] == "2024-01-02T09:00:00+01:00"
    assert read["cLastVisit"] == "2024-01-15T10:30:00+01:00"
    assert read["cFounded"] == "1999-12-31"
    assert autocrm.records("/Account", select="createdAt")[0]["createdAt"].endswith("+01:00")


def test_what_is_read_can_be_written_back(autocrm: Espo) -> None:
    """A moment in the page's form is taken, and read back as the same moment."""
    path = f"/Account/{seed.ACCOUNT}"
    moment = autocrm.get(path)["cLastVisit"]
    autocrm.update(path, cLastVisit=moment)
    assert autocrm.get(path)["cLastVisit"] == moment


def test_the_page_creates_a_contact_by_its_name(autocrm: Espo) -> None:
    """Page, Create Record: name, address, number and account are enough."""
    made = autocrm.create(
        "Contact",
        name="John Doe",
        emailAddress="john@example.com",
        phoneNumber="+420123456789",
        accountId=seed.ACCOUNT,
    )
    assert {"id", "name", "emailAddress", "createdAt"} <= made.keys()
    assert made["name"] == "John Doe"
    assert autocrm.get(f"/Contact/{made['id']}")["lastName"] == "Doe"


def test_the_page_lists_with_a_selection_that_names_no_attribute(autocrm: Espo) -> None:
    """Page, List Records: `email` in select is no attribute, and is passed over."""
    query = {
        "select": "id,name,email",
        "where[0][type]": "equals",
        "where[0][attribute]": "type",
        "where[0][value]": "Customer",
        "orderBy": "createdAt",
        "order": "desc",
        "offset": "0",
        "maxSize": "50",
    }
    page = autocrm.get("/Account", **query)
    assert page["total"] == 1
    assert "email" not in page["list"][0]


def test_deletion_answers_with_an_empty_body(autocrm: Espo, espocrm: Espo) -> None:
    """Page, Delete Record: 200 with nothing in it, where EspoCRM says true."""
    for server, body in ((autocrm, b""), (espocrm, b"true")):
        reply = server.http.delete(f"/Contact/{seed.CONTACT}")
        assert (reply.status_code, reply.content) == (200, body)
        assert server.http.get(f"/Contact/{seed.CONTACT}").status_code == 404


@pytest.mark.parametrize("body", [None, {"id": seed.CONTACT}])
def test_unlinking_reads_the_query_as_well_as_the_body(autocrm: Espo, body: object) -> None:
    """Page, Relationships: `?id=` unlinks; so does EspoCRM's body, and both together."""
    path = f"/Account/{seed.ACCOUNT}/contacts"
    reply = autocrm.http.request("DELETE", f"{path}?id={seed.CONTACT}", json=body)
    assert reply.json() is True
    ids = [one["id"] for one in autocrm.records(path, select="id")]
    assert ids == [seed.SECOND_CONTACT]


def test_the_pages_mass_update_and_deletion_work(autocrm: Espo, espocrm: Espo) -> None:
    """Page, Bulk Operations: both routes work here; EspoCRM has no such action."""
    update = {"ids": [*LEADS, "nope"], "attributes": {"status": "Dead"}}
    reply = autocrm.http.put("/Lead/action/massUpdate", json=update)
    assert reply.json() == {"count": 3, "ids": LEADS}
    assert autocrm.get(f"/Lead/{LEADS[0]}")["status"] == "Dead"
    delete = {"ids": LEADS[:2]}
    assert autocrm.http.post("/Lead/action/massDelete", json=delete).json()["count"] == 2
    assert autocrm.http.get(f"/Lead/{LEADS[0]}").status_code == 404
    gone = espocrm.http.put("/Lead/action/massUpdate", json=update)
    assert refusal(gone, 404) == "Action PUT 'massUpdate' does not exist in controller 'Lead'."
    gone = espocrm.http.post("/Lead/action/massDelete", json=delete)
    assert refusal(gone, 404) == "Action POST 'massDelete' does not exist in controller 'Lead'."
    assert espocrm.get(f"/Lead/{LEADS[0]}")["status"] == "New"


def test_the_pages_mass_actions_take_a_search(autocrm: Espo) -> None:
    """The old form with byWhere works on what is found; improper bodies are 400."""
    where = [{"type": "equals", "attribute": "status", "value": "New"}]
    body = {"byWhere": True, "where": where, "attributes": {"title": "Old form"}}
    assert autocrm.http.put("/Lead/action/massUpdate", json=body).json() == {"count": 5}
    wrongs: list[dict[str, Any]] = [{}, {"ids": []}, {"ids": "x", "attributes": {}}]
    for wrong in (*wrongs, {"attributes": {"a": 1}}):
        assert refusal(autocrm.http.put("/Lead/action/massUpdate", json=wrong), 400) == ""


def test_espocrms_routes_work_here_too(autocrm: Espo) -> None:
    """What the page does not show is as in EspoCRM: MassAction and conversion by body."""
    body = {
        "entityType": "Lead",
        "action": "update",
        "params": {"ids": LEADS},
        "data": {"values": {"source": "Call"}},
    }
    assert autocrm.post("/MassAction", body)["count"] == 3
    converted = autocrm.post("/Lead/action/convert", {"id": LEADS[0], "records": {}})
    assert converted["status"] == "Converted"


def test_the_pages_conversion_works(autocrm: Espo) -> None:
    """Page, Lead Conversion: the id stands in the path, and the sample's parts are enough."""
    records = {
        "Account": {"name": "New Company"},
        "Contact": {"firstName": "John", "lastName": "Doe"},
        "Opportunity": {"name": "New Opportunity", "amount": 100000},
    }
    lead = autocrm.post(f"/Lead/{LEADS[1]}/action/convert", {"records": records})
    assert lead["createdOpportunityId"]
    missing = autocrm.http.post("/Lead/nope/action/convert", json={"records": records})
    assert refusal(missing, 404) == "Record nope not found."


def test_the_pages_email_is_sent(autocrm: Espo, mocks: MockCRMs) -> None:
    """Page, Send Email: without sender and status it is sent, from the system's address."""
    body: dict[str, Any] = {
        "to": "recipient@example.com",
        "subject": "Email Subject",
        "body": "<p>Email content in HTML</p>",
        "isHtml": True,
        "parentType": "Contact",
        "parentId": seed.CONTACT,
    }
    assert autocrm.create("Email", **body)["status"] == "Sent"
    (message,) = mocks.autocrm.outbox
    assert (message["to"], message["from"]) == ("recipient@example.com", "crm@example.com")
    with client_for(mocks.espocrm) as http:
        assert refusal(http.post("/Email", json=body), 400) == (
            "Field validation failure; entityType: Email, field: from, type: required."
        )
    assert mocks.espocrm.outbox == []
