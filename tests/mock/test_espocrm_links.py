"""EspoCRM's links: lists, linking and unlinking in all forms, columns, lead conversion, masses."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, refusal

CONTACTS = f"/Account/{seed.ACCOUNT}/contacts"
LEAD = "6593c9800000001e1"
LEADS = [f"6593c98000000{number:02d}e1" for number in range(25)]


def ids(espocrm: Espo, path: str) -> list[str]:
    """Return the ids of a list."""
    return [one["id"] for one in espocrm.records(path, select="id", orderBy="id")]


def test_linking_and_unlinking_change_membership_at_both_ends(espocrm: Espo) -> None:
    """A link of many to many is seen from either end, and linking twice is true again."""
    made = espocrm.create("Contact", lastName="Free")["id"]
    for _ in range(2):
        assert espocrm.post(CONTACTS, {"id": made}) is True
    assert made in ids(espocrm, CONTACTS)
    assert seed.ACCOUNT in ids(espocrm, f"/Contact/{made}/accounts")
    assert espocrm.get(f"/Contact/{made}")["accountId"] == seed.ACCOUNT
    for _ in range(2):
        assert espocrm.http.request("DELETE", CONTACTS, json={"ids": [made]}).json() is True
    assert made not in ids(espocrm, CONTACTS)
    read = espocrm.get(f"/Contact/{made}")
    assert (read["accountId"], read["accountsIds"]) == (None, [])


def test_one_to_many_links_move_the_key(espocrm: Espo) -> None:
    """Links of one to many write the id into the record at the other end."""
    deal = espocrm.create("Opportunity", name="Free", amount=1, closeDate="2024-05-01")["id"]
    path = f"/Account/{seed.ACCOUNT}/opportunities"
    assert espocrm.post(path, {"id": deal}) is True
    assert espocrm.get(f"/Opportunity/{deal}")["accountId"] == seed.ACCOUNT
    other = f"/Account/{seed.SECOND_ACCOUNT}/opportunities"
    taken = espocrm.http.post(other, json={"id": deal})
    refusal(taken, 403)
    assert taken.json()["messageTranslation"]["label"] == "cannotLinkAlreadyLinked"
    espocrm.http.request("DELETE", path, json={"id": deal})
    assert espocrm.get(f"/Opportunity/{deal}")["accountId"] is None


def test_children_are_linked_by_their_parent(espocrm: Espo) -> None:
    """Links to children write parentType and parentId."""
    task = espocrm.create("Task", name="Free", assignedUserId=espocrm.mock.user_ids["jana"])["id"]
    assert espocrm.post(f"/Account/{seed.ACCOUNT}/tasks", {"id": task}) is True
    read = espocrm.get(f"/Task/{task}")
    assert (read["parentType"], read["parentId"]) == ("Account", seed.ACCOUNT)


def test_columns_are_written_with_the_parent_and_shown_in_lists(espocrm: Espo) -> None:
    """Attributes such as contactsColumns set columns, which the related list shows."""
    path = f"/Opportunity/{seed.OPPORTUNITY}"
    columns = {seed.SECOND_CONTACT: {"role": "Influencer", "unknown": "x"}}
    espocrm.update(path, contactsIds=[seed.SECOND_CONTACT], contactsColumns=columns)
    read = espocrm.get(path)
    assert read["contactsColumns"] == {seed.SECOND_CONTACT: {"role": "Influencer"}}
    assert read["contactsNames"] == {seed.SECOND_CONTACT: "Eva Dvořáková"}
    assert espocrm.records(f"{path}/contacts")[0]["opportunityRole"] == "Influencer"


def test_a_list_of_contacts_of_an_account_has_no_names_unless_selected(espocrm: Espo) -> None:
    """Without select only ids and a few more come, as from real servers."""
    assert "name" not in espocrm.records(CONTACTS)[0]
    assert espocrm.records(CONTACTS, select="name")[0]["name"]
    assert espocrm.records(f"/Account/{seed.ACCOUNT}/opportunities")[0]["name"]


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("POST", CONTACTS, {}, False),
        ("POST", CONTACTS, {"lastName": "x"}, False),
        ("POST", f"/Lead/{LEAD}/convert", {"records": {}}, False),
        ("DELETE", CONTACTS, {}, False),
        ("DELETE", f"{CONTACTS}?id={seed.CONTACT}", None, False),
    ],
)
def test_what_names_nobody_does_nothing(
    espocrm: Espo, method: str, path: str, body: object, answer: object
) -> None:
    """Without ids in the body the answer is false, and membership stays."""
    before = ids(espocrm, CONTACTS)
    reply = espocrm.http.request(method, path, json=body)
    assert (reply.status_code, reply.json()) == (200, answer)
    assert ids(espocrm, CONTACTS) == before


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("POST", CONTACTS, 404, ""),
        ("DELETE", CONTACTS, 404, ""),
        ("POST", "/Account/nope/contacts", 404, ""),
        ("POST", f"/Account/{seed.ACCOUNT}/nope", 404, "Entity Account does not have link nope."),
        (
            "POST",
            f"/Account/{seed.ACCOUNT}/createdBy",
            403,
            "Only manyMany, hasMany & hasChildren relations are allowed.",
        ),
    ],
)
def test_links_that_cannot_be_are_refused(
    espocrm: Espo, method: str, path: str, status: int, reason: str
) -> None:
    """Unknown records and links are 404, links to one are 403; nothing is linked."""
    reply = espocrm.http.request(method, path, json={"ids": [seed.CONTACT, "nope"]})
    assert refusal(reply, status) == reason
    assert ids(espocrm, CONTACTS) == [seed.CONTACT, seed.SECOND_CONTACT]


def test_a_record_without_edit_right_is_not_linked(espocrm: Espo) -> None:
    """Teams may be read but not edited, so they are not linked."""
    teams = espocrm.records("/Team")
    reply = espocrm.http.post(f"/Account/{seed.ACCOUNT}/teams", json={"id": teams[0]["id"]})
    assert refusal(reply, 403) == "No foreign record access for link operation (Account:teams)."


def test_a_whole_search_is_linked(espocrm: Espo) -> None:
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


def test_a_mass_update_skips_what_is_missing_or_invalid(espocrm: Espo) -> None:
    """Ids without a record and values that a record refuses are passed over in silence."""
    params = {"ids": [LEADS[1], "nope", LEADS[0]]}
    done = run(espocrm, "update", params, data={"values": {"source": "Other"}})
    assert done == {"count": 2, "ids": LEADS[:2]}
    assert espocrm.get(f"/Lead/{LEADS[1]}")["source"] == "Other"
    refused = run(espocrm, "update", params, data={"values": {"status": "Nonsense"}})
    assert refused == {"count": 0, "ids": []}
    assert espocrm.get(f"/Lead/{LEADS[1]}")["status"] == "Assigned"


def test_a_mass_update_of_a_search_tells_its_number_alone(espocrm: Espo) -> None:
    """By where the reply has a count and no ids; flat data work as values do."""
    new = [{"type": "equals", "attribute": "status", "value": "New"}]
    assert run(espocrm, "update", {"where": new}, data={"title": "Bulk"}) == {"count": 5}
    assert len(espocrm.find("Lead", {"type": "equals", "attribute": "title", "value": "Bulk"})) == 5


def test_a_mass_update_adds_to_lists_and_takes_from_them(espocrm: Espo) -> None:
    """The action of a field adds or removes members."""
    for action, tags in (("add", ["vip", "partner", "prospect"]), ("remove", ["vip", "partner"])):
        body = {
            "entityType": "Account",
            "action": "update",
            "params": {"ids": [seed.ACCOUNT]},
            "data": {"values": {"cTags": ["prospect"]}, "actions": {"cTags": action}},
        }
        espocrm.post("/MassAction", body)
        assert espocrm.get(f"/Account/{seed.ACCOUNT}")["cTags"] == tags


def test_mass_deletion_follows_and_recalculation(espocrm: Espo) -> None:
    """The other actions do what they are called."""
    assert run(espocrm, "follow", {"ids": LEADS[:2]})["count"] == 2
    assert espocrm.get("/Lead", **{"boolFilterList[0]": "followed"})["total"] == 2
    assert run(espocrm, "unfollow", {"ids": LEADS[:1]})["count"] == 1
    assert run(espocrm, "recalculateFormula", {"ids": LEADS[:1]})["count"] == 1
    assert run(espocrm, "delete", {"ids": LEADS[:2]})["count"] == 2
    assert espocrm.get("/Lead")["total"] == 23


def test_an_idle_action_is_pending_and_then_done(espocrm: Espo) -> None:
    """An idle action has an id, whose status goes from pending to success."""
    values = {"values": {"title": "Idle"}}
    id = run(espocrm, "update", {"ids": LEADS[:3]}, data=values, idle=True)["id"]
    path = f"/MassAction/{id}/status"
    assert espocrm.get(path) == {"status": "Pending", "processedCount": 0}
    assert espocrm.get(path) == {"status": "Success", "processedCount": 3}
    unknown = espocrm.http.get("/MassAction/nope/status")
    assert refusal(unknown, 404) == ""
    assert unknown.headers["content-type"].startswith("text/html")


def test_mass_actions_need_rights(espocrm: Espo, mocks: MockCRMs) -> None:
    """Without the right nothing happens; what is unknown is 404, what is missing 400."""
    with client_for(mocks.espocrm, "limited") as limited:
        body = {"entityType": "Lead", "action": "delete", "params": {"where": []}}
        assert refusal(limited.post("/MassAction", json=body), 403) == (
            "No delete access for 'Lead'."
        )
    unknown = {"entityType": "Lead", "action": "explode", "params": {"ids": LEADS[:1]}}
    refusal(espocrm.http.post("/MassAction", json=unknown), 404)
    bare = {"entityType": "Lead", "action": "delete", "params": {}}
    assert refusal(espocrm.http.post("/MassAction", json=bare), 400) == (
        "Bad search params for mass action."
    )
    assert espocrm.get("/Lead")["total"] == 25


# Conversion.

DEAL = {"name": "Conv deal", "amount": 100, "closeDate": "2024-06-01"}


def test_a_converted_lead_knows_its_parts_and_they_each_other(espocrm: Espo) -> None:
    """The account goes into contact and opportunity; the lead names all three."""
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


def test_a_lead_can_be_converted_again(espocrm: Espo) -> None:
    """Another conversion makes new records; without records the lead is converted all the same."""
    first, second = (
        espocrm.post("/Lead/action/convert", {"id": LEAD, "records": {"Account": {"name": name}}})
        for name in ("One", "Two")
    )
    assert first["createdAccountId"] != second["createdAccountId"]
    other = espocrm.post("/Lead/action/convert", {"id": LEADS[2], "records": {}})
    assert (other["status"], other["createdAccountId"]) == ("Converted", None)


def test_duplicates_stop_a_conversion_unless_skipped(espocrm: Espo) -> None:
    """Duplicates are told in short, once for each reason; nothing is made."""
    contact = {"firstName": "Petr", "lastName": "Svoboda", "emailAddress": "petr@work.example"}
    body = {"id": LEAD, "records": {"Account": {"name": "New Co"}, "Contact": contact}}
    refused = espocrm.http.post("/Lead/action/convert", json=body)
    assert refusal(refused, 409) == "duplicate"
    short = {"id": seed.CONTACT, "name": "Petr Svoboda", "_entityType": "Contact"}
    assert refused.json() == [short, short]
    assert espocrm.get("/Account", textFilter="New Co")["total"] == 0
    skipped = espocrm.post("/Lead/action/convert", {**body, "skipDuplicateCheck": True})
    assert skipped["createdContactId"] not in (None, seed.CONTACT)


def test_parts_made_before_a_refused_one_remain(espocrm: Espo) -> None:
    """There is no transaction around a conversion: the account stays, the lead is as before."""
    records = {"Account": {"name": "Left over"}, "Contact": {}}
    refused = espocrm.http.post("/Lead/action/convert", json={"id": LEAD, "records": records})
    assert refusal(refused, 400) == (
        "Field validation failure; entityType: Contact, field: lastName, type: required."
    )
    assert espocrm.get("/Account", textFilter="Left over")["total"] == 1
    assert espocrm.get(f"/Lead/{LEAD}")["status"] == "Assigned"


def test_conversions_of_nothing_are_refused(espocrm: Espo) -> None:
    """Without an id it is 400, of an unknown lead 404; the page's route does not exist."""
    assert refusal(espocrm.http.post("/Lead/action/convert", json={}), 400) == ""
    missing = espocrm.http.post("/Lead/action/convert", json={"id": "nope"})
    assert refusal(missing, 404) == "Record nope not found."
    page = espocrm.http.post(f"/Lead/{LEAD}/action/convert", json={"records": {}})
    assert refusal(page, 404) is None
    assert page.text.startswith("<!doctype html>")


def test_the_parts_are_prefilled_from_the_lead(espocrm: Espo) -> None:
    """Asked for its parts, the server tells what each part would begin with."""
    told = espocrm.post("/Lead/action/getConvertAttributes", {"id": LEADS[3]})
    assert told["Account"]["name"] == "Firma 3"
    assert told["Account"]["billingAddressCity"] == "Praha"
    assert told["Contact"]["lastName"] == "Lead03"
    assert told["Opportunity"]["amount"] == 300
    assert told["Opportunity"]["leadSource"] == "Web Site"
