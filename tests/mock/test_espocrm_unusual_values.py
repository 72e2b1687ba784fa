"""What EspoCRM makes of values that are unusual: ids, links that are no fields, e-mails, dates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.espo import Espo, error_reason, where

_INTEGRATOR = "6b0000000000000b1"
_EMAIL = {"from": "a@b.example", "to": "c@d.example", "name": "x", "status": "Archived"}
_MEETING = {
    "name": "x",
    "assignedUserId": _INTEGRATOR,
    "dateStart": "2031-03-01 09:00:00",
    "dateEnd": "2031-03-01 10:00:00",
}


def test_finds_records_by_ids_as_the_collation_compares_them(espocrm: Espo) -> None:
    """Case and trailing spaces do not count; the response has the id as it is stored."""
    id = espocrm.create("Account", name="x")["id"]
    assert espocrm.get(f"/Account/{id.upper()}%20")["id"] == id
    assert espocrm.update(f"/Account/{id.upper()}", name="y")["id"] == id
    contact = espocrm.create("Contact", lastName="x", accountId=id.upper())
    assert (contact["accountId"], contact["accountName"]) == (id.upper(), "y")
    assert espocrm.http.get(f"/Account/%20{id}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        ({"contactsIds": ["nope"]}, 403, ("Can't relate with non-existing record. entity type: "
         "Account, link: contacts.")),
        ({"contactsIds": [5]}, 403, ("Can't relate with non-existing record. entity type: "
         "Account, link: contacts.")),
        ({"contactsIds": ["a", "b"]}, 403, ("Cannot set multiple IDs for link 'contacts' as "
         "there's no link-multiple field.")),
        ({"meetingsIds": [["x"]]}, 400, "meetingsIds has no ids. A real server answers 500."),
        ({"meetingsIds": [{}]}, 400, "meetingsIds has an object. A real server answers 500."),
        ({"targetListsIds": [" "]}, 400, ("Field validation failure; entityType: Account, field: "
         "targetLists, type: pattern.")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_checks_ids_of_links_that_are_no_fields(
    espocrm: Espo, method: str, sent: dict[str, Any], status: int, reason: str
) -> None:
    """Such a link takes one record at most, in a creation and in an update."""
    path = "/Account"
    if method == "PUT":
        path += f"/{espocrm.create('Account', name='x')['id']}"
    reply = espocrm.http.request(method, path, json={"name": "y", **sent})
    assert error_reason(reply, status) == reason


def test_only_creations_link_records_without_a_field(espocrm: Espo) -> None:
    """An update checks the ids and drops them; a creation shows what it was sent."""
    contact = espocrm.create("Contact", lastName="x")["id"]
    account = espocrm.create("Account", name="x", tasksIds="x")
    assert account["tasksIds"] is None
    assert "contactsIds" not in espocrm.update(f"/Account/{account['id']}", contactsIds=[contact])
    assert espocrm.records(f"/Account/{account['id']}/contacts") == []


def test_target_lists_of_a_person_are_shown_only_when_written(espocrm: Espo) -> None:
    """An update replaces them, and names are there if there are ids."""
    first, second = (espocrm.create("TargetList", name=name)["id"] for name in "ab")
    lead = espocrm.create("Lead", lastName="x", targetListsIds=[first])
    path = f"/Lead/{lead['id']}"
    assert lead["targetListsNames"] == {first: "a"}
    assert "targetListsIds" not in espocrm.get(path)
    changed = espocrm.update(path, targetListsIds=[second])
    assert changed["targetListsNames"] == {second: "b"}
    assert [found["id"] for found in espocrm.records(f"{path}/targetLists")] == [second]
    emptied = espocrm.update(path, targetListsIds=[])
    assert (emptied["targetListsIds"], "targetListsNames" in emptied) == ([], False)


@pytest.mark.parametrize(
    ("entity", "needed", "sent"),
    [
        ("TargetList", {"name": "x"}, {"includingActionList": ["Opened"]}),
        ("Contact", {"lastName": "x"}, {"accountAnyId": "x"}),
        ("Lead", {"lastName": "x"}, {"originalEmailId": 5}),
        ("Case", {"name": "x"}, {"originalEmailId": "nope"}),
        ("Meeting", _MEETING, {"sourceEmailId": "nope"}),
        ("Email", _EMAIL, {"personStringData": "x"}),
    ],
)
def test_only_the_response_to_a_write_has_what_no_column_holds(
    espocrm: Espo, entity: str, needed: dict[str, Any], sent: dict[str, Any]
) -> None:
    """It is as it was sent, ids of any type among them."""
    created = espocrm.create(entity, **needed, **sent)
    assert sent.items() <= created.items()
    assert not sent.keys() & espocrm.get(f"/{entity}/{created['id']}").keys()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"status": "draft"}, ("Field validation failure; entityType: Email, field: status, type: "
         "valid.")),
        ({"sendAt": "x"}, ("Field validation failure; entityType: Email, field: sendAt, type: "
         "valid.")),
        ({"sendAt": "2001-01-01 10:00:00"}, ("Field validation failure; entityType: Email, field: "
         "sendAt, type: future.")),
        ({"sendAt": "2031-01-01 10:00:00"}, "Cannot set send-at if status is not Draft."),
        ({"from": "\t"}, ("Field validation failure; entityType: Email, field: from, type: "
         "required.")),
        ({"from": 0}, "No 'from' address"),
    ],
)  # fmt: skip
def test_emails_are_validated_before_their_own_rules(
    espocrm: Espo, sent: dict[str, Any], reason: str
) -> None:
    """Even what an update of an archived e-mail leaves as it is has to be valid."""
    email = espocrm.create("Email", **_EMAIL)
    reply = espocrm.http.put(f"/Email/{email['id']}", json=sent)
    assert error_reason(reply, 400) == reason
    assert error_reason(espocrm.http.post("/Email", json=_EMAIL | sent), 400) == reason


@pytest.mark.parametrize(
    ("mailbox", "sender", "reply_to"),
    [
        ("Ann <a@b.example>", ("Ann", "a@b.example"), ("Ann", "a@b.example")),
        ('"Ann, B" <a@b.example>', ("Ann, B", "a@b.example"), ("Ann, B", "a@b.example")),
        ("a@b.example", (None, "a@b.example"), ("", "a@b.example")),
        ("a>b<c", ("a>b<c", None), ("a>b<c", "")),
        ("0", (None, None), (None, None)),
    ],
)
def test_names_and_addresses_of_mailboxes(
    espocrm: Espo, mailbox: str, sender: tuple[Any, ...], reply_to: tuple[Any, ...]
) -> None:
    """Only the sender's are null where they are missing."""
    email = espocrm.create("Email", **_EMAIL, fromString=mailbox, replyToString=mailbox)
    assert (email["fromName"], email["fromAddress"]) == sender
    assert (email["replyToName"], email["replyToAddress"]) == reply_to


def test_an_event_keeps_the_interval_between_its_times(espocrm: Espo) -> None:
    """It is counted in years and months, so that its length in seconds may change."""
    for start, end, moved, wanted in (
        (
            "2031-03-01 09:00:00",
            "2031-03-01 10:30:00",
            "2031-04-30 23:00:00",
            "2031-05-01 00:30:00",
        ),
        (
            "1900-03-01 08:00:00",
            "2027-03-01 08:00:00",
            "2027-02-28 08:00:00",
            "2154-02-28 08:00:00",
        ),
        (
            "1900-09-30 23:00:00",
            "2027-03-01 00:00:00",
            "2024-04-02 10:00:00",
            "2150-08-31 11:00:00",
        ),
        (
            "2027-07-08 10:30:00",
            "2024-07-15 23:30:00",
            "2028-01-29 23:00:00",
            "2025-02-06 12:00:00",
        ),
    ):
        sent = {**_MEETING, "dateStart": start, "dateEnd": end}
        path = f"/Meeting/{espocrm.create('Meeting', **sent)['id']}"
        assert espocrm.update(path, dateStart=moved)["dateEnd"] == wanted


def test_an_amount_that_is_taken_away_leaves_a_currency(espocrm: Espo) -> None:
    """Only the currency of what was no amount before can be null."""
    campaign = espocrm.create("Campaign", name="x", budget=5, budgetCurrency="EUR")
    path = f"/Campaign/{campaign['id']}"
    assert espocrm.update(path, budget=None, budgetCurrency=None)["budgetCurrency"] == "USD"
    assert espocrm.update(path, budget=None, budgetCurrency=None)["budgetCurrency"] is None


@pytest.mark.parametrize(
    ("entity", "needed", "sent"),
    [
        ("Meeting", _MEETING, {"usersIds": ["nope", "nope"]}),
        ("Email", _EMAIL, {"teamsIds": ["nope", "nope"]}),
        ("Email", _EMAIL, {"assignedUserId": 0}),
        ("Meeting", _MEETING, {"parentId": "x" * 18}),
        ("Meeting", _MEETING, {"parentType": True, "parentId": "x"}),
        ("Meeting", _MEETING, {"dateStart": []}),
    ],
)
def test_values_that_crash_a_real_server_are_refused(
    espocrm: Espo, entity: str, needed: dict[str, Any], sent: dict[str, Any]
) -> None:
    """Before it is looked whether the records exist."""
    reply = espocrm.http.post(f"/{entity}", json=needed | sent)
    assert (error_reason(reply, 400) or "").endswith("A real server answers 500.")


@pytest.mark.parametrize(
    ("attribute", "item", "found"),
    [
        # Nothing is compared with null, whatever the column.
        ("phoneNumber", {"type": "greaterThan"}, 0),
        ("teamsNames", {"type": "lessThanOrEquals"}, 0),
        ("originalEmailName", {"type": "arrayIsEmpty"}, 1),
        # An expression is true as the database takes it.
        ("lastName", {"type": "expression"}, 1),
        ("firstName", {"type": "expression"}, 0),
        ("createdAt", {"type": "expression"}, 1),
        ("createdAt", {"type": "before", "value": "2999-060", "dateTime": True}, 1),
        ("createdAt", {"type": "after", "value": "2999-02-28T10:00 Asia/Tokyo", "dateTime": True},
         0),
    ],
)  # fmt: skip
def test_unusual_filters(espocrm: Espo, attribute: str, item: dict[str, Any], found: int) -> None:
    """They find what they find on a real server."""
    espocrm.create("Lead", lastName="7 dwarfs", firstName="Snow")
    own = {"type": "equals", "attribute": "lastName", "value": "7 dwarfs"}
    names = espocrm.find("Lead", own, {"attribute": attribute, **item}, select="name")
    assert len(names) == found


@pytest.mark.parametrize(
    ("attribute", "item"),
    [
        ("emailAddress", {"type": "expression"}),
        ("name", {"type": "greaterThan", "value": [["a"]]}),
        ("createdAt", {"type": "after", "value": ["2024-01-01"], "dateTime": True}),
        ("skipNotificationMap", {"type": "equals", "value": "x"}),
        ("createdEventName", {"type": "isNotNull"}),
    ],
)
def test_filters_that_crash_a_real_server_are_refused(
    espocrm: Espo, attribute: str, item: dict[str, Any]
) -> None:
    """The database refuses the query, or PHP the value."""
    reply = espocrm.http.get("/Email", params=where({"attribute": attribute, **item}))
    assert (error_reason(reply, 400) or "").endswith("A real server answers 500.")
