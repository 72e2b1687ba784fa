"""AutoCRM's mock behaves as AutoCRM's page shows, and otherwise as EspoCRM."""

from __future__ import annotations

from typing import Any

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, error_reason

LEADS = [f"6593c98000000{number:02d}e1" for number in range(3)]


def test_datetimes_have_the_offset_of_the_time_zone(autocrm: Espo) -> None:
    """Page, Read Record: createdAt has the time zone's offset, in lists too."""
    read = autocrm.get(f"/Account/{seed.ACCOUNT}")
    assert read["createdAt"] == "2024-01-02T09:00:00+01:00"
    assert read["cLastVisit"] == "2024-01-15T10:30:00+01:00"
    assert read["cFounded"] == "1999-12-31"
    assert autocrm.records("/Account", select="createdAt")[0]["createdAt"].endswith("+01:00")


def test_accepts_datetimes_in_its_own_format(autocrm: Espo) -> None:
    """A datetime in the page's format is accepted, and read back unchanged."""
    path = f"/Account/{seed.ACCOUNT}"
    last_visit = autocrm.get(path)["cLastVisit"]
    autocrm.update(path, cLastVisit=last_visit)
    assert autocrm.get(path)["cLastVisit"] == last_visit


def test_creates_contact_by_name(autocrm: Espo) -> None:
    """Page, Create Record: name, e-mail address, phone number and account are enough."""
    created = autocrm.create(
        "Contact",
        name="John Doe",
        emailAddress="john@example.com",
        phoneNumber="+420123456789",
        accountId=seed.ACCOUNT,
    )
    assert {"id", "name", "emailAddress", "createdAt"} <= created.keys()
    assert created["name"] == "John Doe"
    assert autocrm.get(f"/Contact/{created['id']}")["lastName"] == "Doe"


def test_ignores_unknown_attribute_in_select(autocrm: Espo) -> None:
    """Page, List Records: `email` in select is not an attribute, and is ignored."""
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


def test_delete_answers_with_an_empty_body(autocrm: Espo, espocrm: Espo) -> None:
    """Page, Delete Record: 200 with an empty body, where EspoCRM answers true."""
    for server, body in ((autocrm, b""), (espocrm, b"true")):
        reply = server.http.delete(f"/Contact/{seed.CONTACT}")
        assert (reply.status_code, reply.content) == (200, body)
        assert server.http.get(f"/Contact/{seed.CONTACT}").status_code == 404


def test_unlinks_by_query_and_by_body(autocrm: Espo) -> None:
    """Page, Relationships: `?id=` unlinks; so does EspoCRM's body, and both together."""
    path = f"/Account/{seed.ACCOUNT}/contacts"
    bodies: list[object] = [None, {"id": seed.CONTACT}]
    for body in bodies:
        autocrm.mock.reset()
        reply = autocrm.http.request("DELETE", f"{path}?id={seed.CONTACT}", json=body)
        assert reply.json() is True, body
        ids = [contact["id"] for contact in autocrm.records(path, select="id")]
        assert ids == [seed.SECOND_CONTACT], body


def test_mass_update_and_mass_delete_by_ids(autocrm: Espo, espocrm: Espo) -> None:
    """Page, Bulk Operations: AutoCRM has both routes, EspoCRM neither."""
    update = {"ids": [*LEADS, "nope"], "attributes": {"status": "Dead"}}
    reply = autocrm.http.put("/Lead/action/massUpdate", json=update)
    assert reply.json() == {"count": 3, "ids": LEADS}
    assert autocrm.get(f"/Lead/{LEADS[0]}")["status"] == "Dead"
    delete = {"ids": LEADS[:2]}
    assert autocrm.http.post("/Lead/action/massDelete", json=delete).json()["count"] == 2
    assert autocrm.http.get(f"/Lead/{LEADS[0]}").status_code == 404
    missing = espocrm.http.put("/Lead/action/massUpdate", json=update)
    assert (
        error_reason(missing, 404) == "Action PUT 'massUpdate' does not exist in controller 'Lead'."
    )
    missing = espocrm.http.post("/Lead/action/massDelete", json=delete)
    assert (
        error_reason(missing, 404)
        == "Action POST 'massDelete' does not exist in controller 'Lead'."
    )
    assert espocrm.get(f"/Lead/{LEADS[0]}")["status"] == "New"


def test_mass_update_by_search(autocrm: Espo) -> None:
    """With byWhere all records found are updated; invalid bodies are 400."""
    where = [{"type": "equals", "attribute": "status", "value": "New"}]
    body = {"byWhere": True, "where": where, "attributes": {"title": "Old form"}}
    assert autocrm.http.put("/Lead/action/massUpdate", json=body).json() == {"count": 5}
    invalid_bodies: list[dict[str, Any]] = [{}, {"ids": []}, {"ids": "x", "attributes": {}}]
    for invalid in (*invalid_bodies, {"attributes": {"a": 1}}):
        assert error_reason(autocrm.http.put("/Lead/action/massUpdate", json=invalid), 400) == ""


def test_has_the_routes_of_espocrm(autocrm: Espo) -> None:
    """What the page does not show is as in EspoCRM: MassAction, conversion by body."""
    body = {
        "entityType": "Lead",
        "action": "update",
        "params": {"ids": LEADS},
        "data": {"values": {"source": "Call"}},
    }
    assert autocrm.post("/MassAction", body)["count"] == 3
    converted = autocrm.post("/Lead/action/convert", {"id": LEADS[0], "records": {}})
    assert converted["status"] == "Converted"


def test_converts_lead_by_path(autocrm: Espo) -> None:
    """Page, Lead Conversion: the id is in the path, and the attributes of its sample are enough."""
    records = {
        "Account": {"name": "New Company"},
        "Contact": {"firstName": "John", "lastName": "Doe"},
        "Opportunity": {"name": "New Opportunity", "amount": 100000},
    }
    lead = autocrm.post(f"/Lead/{LEADS[1]}/action/convert", {"records": records})
    assert lead["createdOpportunityId"]
    missing = autocrm.http.post("/Lead/nope/action/convert", json={"records": records})
    assert error_reason(missing, 404) == ""


def test_sends_email_without_sender_and_status(autocrm: Espo, mocks: MockCRMs) -> None:
    """Page, Send Email: it is sent, from the system's address; EspoCRM requires a sender."""
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
        assert error_reason(http.post("/Email", json=body), 400) == (
            "Field validation failure; entityType: Email, field: from, type: required."
        )
    assert mocks.espocrm.outbox == []
