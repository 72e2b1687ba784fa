"""EspoCRM's links, mass actions and lead conversion."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, error_reason

CONTACTS = f"/Account/{seed.ACCOUNT}/contacts"
LEAD = "6593c9800000001e1"
LEADS = [f"6593c98000000{number:02d}e1" for number in range(25)]


def ids(espocrm: Espo, path: str) -> list[str]:
    """Return the ids of a list."""
    return [record["id"] for record in espocrm.records(path, select="id", orderBy="id")]


def test_links_and_unlinks_at_both_ends(espocrm: Espo) -> None:
    """A many-to-many link is seen from either end, and linking twice is true again."""
    contact = espocrm.create("Contact", lastName="Free")["id"]
    for _ in range(2):
        assert espocrm.post(CONTACTS, {"id": contact}) is True
    assert contact in ids(espocrm, CONTACTS)
    assert seed.ACCOUNT in ids(espocrm, f"/Contact/{contact}/accounts")
    assert espocrm.get(f"/Contact/{contact}")["accountId"] == seed.ACCOUNT
    for _ in range(2):
        assert espocrm.http.request("DELETE", CONTACTS, json={"ids": [contact]}).json() is True
    assert contact not in ids(espocrm, CONTACTS)
    read = espocrm.get(f"/Contact/{contact}")
    assert (read["accountId"], read["accountsIds"]) == (None, [])


def test_one_to_many_links_set_the_key(espocrm: Espo) -> None:
    """A one-to-many link sets the id in the record at the other end."""
    deal = espocrm.create("Opportunity", name="Free", amount=1, closeDate="2024-05-01")["id"]
    path = f"/Account/{seed.ACCOUNT}/opportunities"
    assert espocrm.post(path, {"id": deal}) is True
    assert espocrm.get(f"/Opportunity/{deal}")["accountId"] == seed.ACCOUNT
    other = f"/Account/{seed.SECOND_ACCOUNT}/opportunities"
    taken = espocrm.http.post(other, json={"id": deal})
    error_reason(taken, 403)
    assert taken.json()["messageTranslation"]["label"] == "cannotLinkAlreadyLinked"
    espocrm.http.request("DELETE", path, json={"id": deal})
    assert espocrm.get(f"/Opportunity/{deal}")["accountId"] is None


def test_links_children_by_their_parent(espocrm: Espo) -> None:
    """A link to children sets their parentType and parentId."""
    task = espocrm.create("Task", name="Free", assignedUserId=espocrm.mock.user_ids["jana"])["id"]
    assert espocrm.post(f"/Account/{seed.ACCOUNT}/tasks", {"id": task}) is True
    read = espocrm.get(f"/Task/{task}")
    assert (read["parentType"], read["parentId"]) == ("Account", seed.ACCOUNT)
    path = f"/Contact/{seed.CONTACT}/tasks"
    assert espocrm.post(path, {"id": task}) is True
    assert ids(espocrm, path) == [task]
    espocrm.http.request("DELETE", path, json={"id": task})
    assert ids(espocrm, path) == []
    read = espocrm.get(f"/Task/{task}")
    assert (read["parentType"], read["parentId"]) == (None, None)


def test_new_records_have_links_that_are_not_fields(espocrm: Espo) -> None:
    """Only on creation, ids of any link are accepted; the records must exist."""
    made = espocrm.create(
        "TargetList", name="T", contactsIds=[seed.CONTACT], usersIds=[espocrm.mock.user_ids["jana"]]
    )
    assert (made["contactsIds"], made["entryCount"]) == ([seed.CONTACT], 2)
    path = f"/TargetList/{made['id']}"
    espocrm.update(path, contactsIds=[])
    assert ids(espocrm, f"{path}/contacts") == [seed.CONTACT]
    reply = espocrm.http.post("/TargetList", json={"name": "U", "leadsIds": ["nope"]})
    reason = "Can't relate with non-existing record. entity type: TargetList, link: leads."
    assert error_reason(reply, 403) == reason


def test_the_next_account_becomes_the_main_one(espocrm: Espo) -> None:
    """A contact removed from its main account gets another of its accounts (10.0)."""
    accounts = [seed.ACCOUNT, seed.SECOND_ACCOUNT]
    person = espocrm.create("Contact", lastName="P", accountId=accounts[0], accountsIds=accounts)
    body = {"id": person["id"]}
    espocrm.http.request("DELETE", f"/Account/{accounts[0]}/contacts", json=body)
    assert espocrm.get(f"/Contact/{person['id']}")["accountId"] == accounts[1]


def test_sets_columns_and_shows_them_in_lists(espocrm: Espo) -> None:
    """Attributes such as contactsColumns set columns, which the list of the link shows."""
    path = f"/Opportunity/{seed.OPPORTUNITY}"
    columns = {seed.SECOND_CONTACT: {"role": "Influencer", "unknown": "x"}}
    espocrm.update(path, contactsIds=[seed.SECOND_CONTACT], contactsColumns=columns)
    read = espocrm.get(path)
    assert read["contactsColumns"] == {seed.SECOND_CONTACT: {"role": "Influencer"}}
    assert read["contactsNames"] == {seed.SECOND_CONTACT: "Eva Dvořáková"}
    assert espocrm.records(f"{path}/contacts")[0]["opportunityRole"] == "Influencer"


def test_contacts_of_an_account_have_names_only_if_selected(espocrm: Espo) -> None:
    """Without select only ids and a few more attributes are returned, as by real servers."""
    assert "name" not in espocrm.records(CONTACTS)[0]
    assert espocrm.records(CONTACTS, select="name")[0]["name"]
    assert espocrm.records(f"/Account/{seed.ACCOUNT}/opportunities")[0]["name"]


def test_answers_false_without_ids(espocrm: Espo) -> None:
    """Without ids in the body the answer is false, and nothing changes."""
    cases: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
        ("POST", CONTACTS, {}),
        ("POST", CONTACTS, {"lastName": "x"}),
        ("POST", f"/Lead/{LEAD}/convert", {"records": {}}),
        ("DELETE", CONTACTS, {}),
        ("DELETE", CONTACTS, {"id": None, "ids": {"0": seed.CONTACT}}),
        ("POST", CONTACTS, {"ids": "nope"}),
        ("DELETE", f"{CONTACTS}?id={seed.CONTACT}", None),
    )
    before = ids(espocrm, CONTACTS)
    for method, path, body in cases:
        reply = espocrm.http.request(method, path, json=body)
        assert (reply.status_code, reply.json()) == (200, False), (method, path, body)
        assert ids(espocrm, CONTACTS) == before, (method, path, body)


def test_rejects_impossible_links(espocrm: Espo) -> None:
    """Unknown records and links are 404, links to one record are 403; nothing is linked."""
    cases = (
        ("POST", "/Account/nope/contacts", 404, ""),
        ("POST", f"/Account/{seed.ACCOUNT}/nope", 404, "Entity Account does not have link nope."),
        (
            "POST",
            f"/Account/{seed.ACCOUNT}/createdBy",
            403,
            "Only manyMany, hasMany & hasChildren relations are allowed.",
        ),
    )
    for method, path, status, reason in cases:
        reply = espocrm.http.request(method, path, json={"ids": [seed.CONTACT, "nope"]})
        assert error_reason(reply, status) == reason, (method, path)
        assert ids(espocrm, CONTACTS) == [seed.CONTACT, seed.SECOND_CONTACT], (method, path)


def test_ids_before_an_unknown_one_are_linked_and_unlinked(espocrm: Espo) -> None:
    """Ids are handled one after the other: an unknown one is 404, and those before it stay done."""
    body = {"ids": [seed.CONTACT, "nope"]}
    assert error_reason(espocrm.http.request("DELETE", CONTACTS, json=body), 404) == ""
    assert ids(espocrm, CONTACTS) == [seed.SECOND_CONTACT]
    assert error_reason(espocrm.http.post(CONTACTS, json=body), 404) == ""
    assert ids(espocrm, CONTACTS) == [seed.CONTACT, seed.SECOND_CONTACT]


@pytest.mark.parametrize("other", [None, ["x"], {}])
def test_what_is_no_id_crashes_after_those_before_it(espocrm: Espo, other: object) -> None:
    """The ids before it are linked; an unknown one before it is 404."""
    third = espocrm.create("Contact", lastName="x")["id"]
    reply = espocrm.http.post(CONTACTS, json={"ids": [third, other]})
    assert error_reason(reply, 400) == "An id is not a str. A real server answers 500."
    assert third in ids(espocrm, CONTACTS)
    assert error_reason(espocrm.http.post(CONTACTS, json={"ids": ["nope", other]}), 404) == ""


def test_the_email_of_a_task_is_listed(espocrm: Espo) -> None:
    """It is a link without a field, to one record."""
    email = espocrm.records("/Email")[0]["id"]
    task = espocrm.create(
        "Task", name="x", assignedUserId="6b0000000000000b6", originalEmailId=email
    )
    assert [found["id"] for found in espocrm.records(f"/Task/{task['id']}/email")] == [email]


def test_rejects_linking_records_that_may_not_be_edited(espocrm: Espo) -> None:
    """Teams may be read but not edited, so they cannot be linked."""
    teams = espocrm.records("/Team")
    reply = espocrm.http.post(f"/Account/{seed.ACCOUNT}/teams", json={"id": teams[0]["id"]})
    assert (
        error_reason(reply, 403) == "No foreign record access for link operation (Account:teams)."
    )


def test_links_all_records_of_a_search(espocrm: Espo) -> None:
    """Linking with massRelate links what where or searchParams find; unlinkAll empties the link."""
    path = f"/TargetList/{seed.TARGET_LIST}/leads"
    new = {"type": "equals", "attribute": "status", "value": "New"}
    assert espocrm.post(path, {"massRelate": True, "where": [new]}) is True
    assert ids(espocrm, path) == [LEADS[number] for number in range(0, 25, 5)]
    search = {"massRelate": True, "searchParams": {"primaryFilter": "actual", "where": []}}
    assert espocrm.post(path, search) is True
    assert len(ids(espocrm, path)) == 15
    body = {"id": seed.TARGET_LIST, "link": "leads"}
    assert espocrm.post("/TargetList/action/unlinkAll", body) is True
    assert ids(espocrm, path) == []


# Mass actions.


def run(espocrm: Espo, action: str, params: object, **more: Any) -> Any:
    """Run a mass action on leads."""
    return espocrm.post(
        "/MassAction", {"entityType": "Lead", "action": action, "params": params, **more}
    )


def test_mass_update_skips_missing_and_invalid_records(espocrm: Espo) -> None:
    """Ids without a record and invalid values are skipped without an error."""
    params = {"ids": [LEADS[1], "nope", LEADS[0]]}
    done = run(espocrm, "update", params, data={"values": {"source": "Other"}})
    assert done == {"count": 2, "ids": LEADS[:2]}
    assert espocrm.get(f"/Lead/{LEADS[1]}")["source"] == "Other"
    rejected = run(espocrm, "update", params, data={"values": {"status": "Nonsense"}})
    assert rejected == {"count": 0, "ids": []}
    assert espocrm.get(f"/Lead/{LEADS[1]}")["status"] == "Assigned"


def test_mass_update_of_a_search_returns_only_a_count(espocrm: Espo) -> None:
    """By where the response has a count without ids; data without `values` is accepted."""
    new = [{"type": "equals", "attribute": "status", "value": "New"}]
    assert run(espocrm, "update", {"where": new}, data={"title": "Bulk"}) == {"count": 5}
    assert len(espocrm.find("Lead", {"type": "equals", "attribute": "title", "value": "Bulk"})) == 5


def test_mass_update_adds_and_removes_items_of_lists(espocrm: Espo) -> None:
    """The action of a field adds or removes items."""
    for action, tags in (("add", ["vip", "partner", "prospect"]), ("remove", ["vip", "partner"])):
        body = {
            "entityType": "Account",
            "action": "update",
            "params": {"ids": [seed.ACCOUNT]},
            "data": {"values": {"cTags": ["prospect"]}, "actions": {"cTags": action}},
        }
        espocrm.post("/MassAction", body)
        assert espocrm.get(f"/Account/{seed.ACCOUNT}")["cTags"] == tags


def test_mass_delete_follow_and_unfollow(espocrm: Espo) -> None:
    """Each of the other mass actions applies to the records whose ids are sent."""
    assert run(espocrm, "follow", {"ids": LEADS[:2]})["count"] == 2
    assert espocrm.get("/Lead", **{"boolFilterList[0]": "followed"})["total"] == 2
    assert run(espocrm, "unfollow", {"ids": LEADS[:1]})["count"] == 1
    assert run(espocrm, "delete", {"ids": LEADS[:2]})["count"] == 2
    assert espocrm.get("/Lead")["total"] == 23


def test_only_administrators_recalculate_formulas(mocks: MockCRMs, espocrm: Espo) -> None:
    """The mass action recalculateFormula is a 403 for everybody else."""
    body = {"entityType": "Lead", "action": "recalculateFormula", "params": {"ids": LEADS[:1]}}
    assert error_reason(espocrm.http.post("/MassAction", json=body), 403) == ""
    with client_for(mocks.espocrm, "admin") as admin:
        assert admin.post("/MassAction", json=body).json() == {"count": 1, "ids": LEADS[:1]}


def test_idle_mass_action_is_pending_then_done(espocrm: Espo) -> None:
    """An idle action has an id, whose status goes from pending to success."""
    values = {"values": {"title": "Idle"}}
    id = run(espocrm, "update", {"ids": LEADS[:3]}, data=values, idle=True)["id"]
    path = f"/MassAction/{id}/status"
    assert espocrm.get(path) == {"status": "Pending", "processedCount": 0}
    assert espocrm.get(path) == {"status": "Success", "processedCount": 3}
    unknown = espocrm.http.get("/MassAction/nope/status")
    assert error_reason(unknown, 404) == ""
    assert unknown.headers["content-type"].startswith("text/html")


def test_mass_actions_need_access(espocrm: Espo, mocks: MockCRMs) -> None:
    """Without access they are 403; an unknown action is 404, a missing selection 400."""
    with client_for(mocks.espocrm, "limited") as limited:
        body = {"entityType": "Lead", "action": "delete", "params": {"where": []}}
        assert error_reason(limited.post("/MassAction", json=body), 403) == (
            "No delete access for 'Lead'."
        )
    unknown = {"entityType": "Lead", "action": "explode", "params": {"ids": LEADS[:1]}}
    error_reason(espocrm.http.post("/MassAction", json=unknown), 404)
    bare = {"entityType": "Lead", "action": "delete", "params": {}}
    assert error_reason(espocrm.http.post("/MassAction", json=bare), 400) == (
        "Bad search params for mass action."
    )
    assert espocrm.get("/Lead")["total"] == 25


# Conversion.

DEAL = {"name": "Conv deal", "amount": 100, "closeDate": "2024-06-01"}


def test_conversion_links_lead_and_created_records(espocrm: Espo) -> None:
    """Contact and opportunity belong to the account; the lead names all three."""
    records = {"Account": {"name": "Conv Co"}, "Contact": {"lastName": "P"}, "Opportunity": DEAL}
    reply = espocrm.post("/Lead/action/convert", {"id": LEAD, "records": records})
    assert reply["status"] == "Converted"
    assert (reply["createdAccountName"], reply["createdContactName"]) == ("Conv Co", None)
    read = espocrm.get(f"/Lead/{LEAD}")
    assert read["createdOpportunityName"] == "Conv deal"
    account = read["createdAccountId"]
    assert espocrm.get(f"/Contact/{read['createdContactId']}")["accountId"] == account
    deal = espocrm.get(f"/Opportunity/{read['createdOpportunityId']}")
    assert (deal["accountId"], deal["originalLeadId"]) == (account, LEAD)


def test_converts_a_lead_again(espocrm: Espo) -> None:
    """Another conversion creates new records; without records the lead is converted too."""
    first, second = (
        espocrm.post("/Lead/action/convert", {"id": LEAD, "records": {"Account": {"name": name}}})
        for name in ("One", "Two")
    )
    assert first["createdAccountId"] != second["createdAccountId"]
    other = espocrm.post("/Lead/action/convert", {"id": LEADS[2], "records": {}})
    assert (other["status"], other["createdAccountId"]) == ("Converted", None)


def test_conversion_rejects_duplicates_unless_skipped(espocrm: Espo) -> None:
    """Duplicates are returned in short form, once for each reason; nothing is created."""
    contact = {"firstName": "Petr", "lastName": "Svoboda", "emailAddress": "petr@work.example"}
    body = {"id": LEAD, "records": {"Account": {"name": "New Co"}, "Contact": contact}}
    rejected = espocrm.http.post("/Lead/action/convert", json=body)
    assert error_reason(rejected, 409) == "duplicate"
    short = {"id": seed.CONTACT, "name": "Petr Svoboda", "_entityType": "Contact"}
    assert rejected.json() == [short, short]
    assert espocrm.get("/Account", textFilter="New Co")["total"] == 0
    skipped = espocrm.post("/Lead/action/convert", {**body, "skipDuplicateCheck": True})
    assert skipped["createdContactId"] not in (None, seed.CONTACT)


def test_failed_conversion_keeps_records_created_before(espocrm: Espo) -> None:
    """A conversion is not a transaction: the account remains, the lead is unchanged."""
    records = {"Account": {"name": "Left over"}, "Contact": {}}
    rejected = espocrm.http.post("/Lead/action/convert", json={"id": LEAD, "records": records})
    assert error_reason(rejected, 400) == (
        "Field validation failure; entityType: Contact, field: lastName, type: required."
    )
    assert espocrm.get("/Account", textFilter="Left over")["total"] == 1
    assert espocrm.get(f"/Lead/{LEAD}")["status"] == "Assigned"


def test_rejects_conversion_of_missing_leads(espocrm: Espo) -> None:
    """Without an id it is 400, of an unknown lead 404; AutoCRM's route does not exist."""
    assert error_reason(espocrm.http.post("/Lead/action/convert", json={}), 400) == ""
    missing = espocrm.http.post("/Lead/action/convert", json={"id": "nope"})
    assert error_reason(missing, 404) == ""
    page = espocrm.http.post(f"/Lead/{LEAD}/action/convert", json={"records": {}})
    assert error_reason(page, 404) is None
    assert page.text.startswith("<!doctype html>")


def test_returns_conversion_attributes_of_a_lead(espocrm: Espo) -> None:
    """The initial attributes of each record are copied from the lead."""
    attributes = espocrm.post("/Lead/action/getConvertAttributes", {"id": LEADS[3]})
    assert attributes["Account"]["name"] == "Firma 3"
    assert attributes["Account"]["billingAddressCity"] == "Praha"
    assert attributes["Contact"]["lastName"] == "Lead03"
    assert attributes["Opportunity"]["amount"] == 300
    assert attributes["Opportunity"]["leadSource"] == "Web Site"


def test_the_email_of_a_task_is_read_only(espocrm: Espo) -> None:
    """The e-mail of a task is a link with a list of its own, which nobody sets."""
    email = espocrm.records("/Email")[0]["id"]
    task = espocrm.mock.add("Task", {"name": "x", "emailId": email})

    assert [row["id"] for row in espocrm.records(f"/Task/{task}/email")] == [email]
    reply = espocrm.http.post(f"/Task/{task}/email", json={"id": email})
    assert str(error_reason(reply, 403)).startswith("Only manyMany")
    reply = espocrm.http.put(f"/Task/{task}", json={"emailId": email})
    assert str(error_reason(reply, 403)).startswith("Cannot set ID attribute for link 'email'")
