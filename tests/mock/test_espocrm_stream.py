"""EspoCRM's streams: the notes that the server makes, posts, and who sees them."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, error_reason

_INVALID_TARGET = "Field validation failure; entityType: Note, field: targetType, type: valid."


def notes(espocrm: Espo, path: str, **query: Any) -> list[tuple[str, str | None]]:
    """Return type and related record of the notes in a stream, newest first."""
    found = espocrm.records(f"{path}/stream", **query)
    return [(note["type"], note.get("relatedType")) for note in found]


def test_notes_creation_change_and_assignment(espocrm: Espo) -> None:
    """A record's own notes say what was set, and what audited fields were and became."""
    jana = espocrm.mock.user_ids["jana"]
    path = f"/Lead/{espocrm.create('Lead', lastName='New', assignedUserId=jana)['id']}"
    espocrm.update(path, status="Assigned", doNotCall=True, title="not audited")
    espocrm.update(path, assignedUserId=None, title="not audited either")
    assign, update, create = espocrm.records(f"{path}/stream")
    assert create["data"] == {
        "assignedUserId": jana,
        "assignedUserName": "Jana Nová",
        "statusValue": "New",
        "statusField": "status",
    }
    assert update["data"] == {
        "fields": ["doNotCall"],
        "attributes": {"was": {"doNotCall": False}, "became": {"doNotCall": True}},
        "value": "Assigned",
    }
    assert assign["data"] == {"assignedUserId": None}


def test_audits_the_fields_of_the_release() -> None:
    """Whether a lead may be called is audited since 10.0."""
    for release, fields in (("9.2", None), ("10.0", ["doNotCall"])):
        with MockCRMs(espocrm_version=release) as mocks, client_for(mocks.espocrm) as http:
            espocrm = Espo(mocks.espocrm, http)
            path = f"/Lead/{espocrm.create('Lead', lastName='New')['id']}"
            espocrm.update(path, doNotCall=True)
            newest = espocrm.records(f"{path}/stream")[0]
            assert newest["data"].get("fields") == fields


def test_notes_what_is_created_for_other_records(espocrm: Espo) -> None:
    """A meeting is noted at its parent and its attendees, all in the stream of the account."""
    espocrm.create(
        "Meeting",
        name="Talk",
        assignedUserId=espocrm.mock.user_ids["jana"],
        dateStart="2024-03-01 10:00:00",
        dateEnd="2024-03-01 11:00:00",
        parentType="Account",
        parentId=seed.ACCOUNT,
        contactsIds=[seed.CONTACT],
    )
    assert notes(espocrm, f"/Contact/{seed.CONTACT}") == [("CreateRelated", "Meeting")]
    newest = notes(espocrm, f"/Account/{seed.ACCOUNT}", maxSize=3)
    assert newest == [("CreateRelated", "Meeting"), ("CreateRelated", "Meeting"), ("Create", None)]


def test_notes_links_once(espocrm: Espo) -> None:
    """A link is noted when it is made; removing it is noted each time."""
    path = f"/Contact/{seed.CONTACT}"
    call = espocrm.create(
        "Call",
        name="Call",
        assignedUserId=espocrm.mock.user_ids["jana"],
        dateStart="2024-03-01 10:00:00",
        dateEnd="2024-03-01 10:05:00",
    )["id"]
    for method, found in (
        ("POST", ["Relate"]),
        ("POST", ["Relate"]),
        ("DELETE", ["Unrelate", "Relate"]),
        ("DELETE", ["Unrelate", "Unrelate", "Relate"]),
    ):
        espocrm.http.request(method, f"{path}/calls", json={"id": call})
        assert [kind for kind, _ in notes(espocrm, path)] == found


def test_filters_streams(espocrm: Espo) -> None:
    """A stream is filtered by kind and by author; an unknown filter is a 400."""
    path = f"/Account/{seed.ACCOUNT}"
    espocrm.update(path, name="Renamed")
    cases = (("posts", ["Post"]), ("updates", ["Update"]), ("all", ["Update", "Post"]))
    for name, found in cases:
        assert [kind for kind, _ in notes(espocrm, path, filter=name)] == found
    assert notes(espocrm, path, skipOwn="true") == [("Post", None)]
    unknown = espocrm.http.get(f"{path}/stream", params={"filter": "nope"})
    assert error_reason(unknown, 400) == "No primary filter 'nope' for 'Note'."
    assert len(espocrm.records(f"{path}/posts")) == 1


def test_types_without_stream_have_an_empty_one(espocrm: Espo) -> None:
    """Following them is accepted and has no effect."""
    path = f"/CGadget/{seed.GADGET}"
    assert espocrm.get(f"{path}/stream") == {"total": 0, "list": [], "pinnedList": []}
    assert espocrm.http.put(f"{path}/subscription").json() is True
    assert error_reason(espocrm.http.get(f"{path}/followers"), 404) == "No stream."


@pytest.mark.parametrize(
    ("user", "body", "status", "reason"),
    [
        ("integrator", {"targetType": None}, 400, _INVALID_TARGET),
        ("integrator", {"targetType": "users"}, 400, "No user IDs."),
        ("integrator", {"targetType": "teams"}, 400, "No team IDS."),
        ("integrator", {"targetType": "portals"}, 400, "No portal IDs."),
        ("limited", {"targetType": "all"}, 403, "Not permitted to post to anybody except self."),
        (
            "integrator",
            {"parentType": "Account", "parentId": seed.ACCOUNT, "isInternal": True},
            403,
            "Internal note is not allowed.",
        ),
        ("integrator", {"parentType": "Account", "parentId": "nope"}, 403, "No create access."),
        (
            "limited",
            {"parentType": "Account", "parentId": seed.ACCOUNT},
            403,
            "No create access.",
        ),
    ],
)
def test_refuses_posts(
    mocks: MockCRMs, user: str, body: dict[str, Any], status: int, reason: str
) -> None:
    """Posts without a target, or to where the user may not post, are refused with the reason."""
    with client_for(mocks.espocrm, user) as http:
        assert error_reason(http.post("/Note", json={"post": "x", **body}), status) == reason


def test_only_administrators_choose_the_type_of_notes(espocrm: Espo) -> None:
    """Whatever type others send, it is a post."""
    body = {"type": "Update", "post": "x", "parentType": "Account", "parentId": seed.ACCOUNT}
    assert espocrm.post("/Note", body)["type"] == "Post"


def test_posts_reach_those_they_are_for(mocks: MockCRMs, espocrm: Espo) -> None:
    """A post to users is in their streams and in its author's, and nobody else reads it."""
    jana = mocks.espocrm.user_ids["jana"]
    note = espocrm.post("/Note", {"post": "x", "targetType": "users", "usersIds": [jana]})["id"]
    everybody = espocrm.post("/Note", {"post": "y", "targetType": "all"})["id"]
    for user, found in (
        ("integrator", [everybody, note]),
        ("jana", [everybody, note]),
        ("signer", []),
        ("limited", []),
    ):
        if user == "signer":
            continue
        with client_for(mocks.espocrm, user) as http:
            stream = http.get("/Stream", params={"filter": "posts"}).json()["list"]
            ids = [record["id"] for record in stream if record["id"] in (note, everybody)]
            assert ids == found, user
    with client_for(mocks.espocrm, "limited") as http:
        assert error_reason(http.get(f"/Note/{note}"), 403) == "No 'read' access."
        assert http.get(f"/Note/{everybody}").status_code == 200


def test_old_notes_are_not_changed(mocks: MockCRMs) -> None:
    """Authors change their notes for a week; administrators always."""
    mocks.espocrm.clock.advance(8 * 24 * 3600)
    for user, status in (("jana", 403), ("admin", 200)):
        with client_for(mocks.espocrm, user) as http:
            reply = http.put(f"/Note/{seed.NOTE}", json={"post": "late"})
            assert reply.status_code == status


def test_notes_show_the_gender_of_their_author(mocks: MockCRMs, espocrm: Espo) -> None:
    """A note has the gender that an administrator set for its author."""
    jana = mocks.espocrm.user_ids["jana"]
    with client_for(mocks.espocrm, "admin") as http:
        assert http.put(f"/User/{jana}", json={"gender": "Female"}).json()["gender"] == "Female"
    account = espocrm.create("Account", name="x")["id"]
    post = {"type": "Post", "parentType": "Account", "parentId": account, "post": "x"}
    with client_for(mocks.espocrm, "jana") as http:
        note = http.post("/Note", json=post).json()["id"]
    assert espocrm.get(f"/Note/{note}")["createdByGender"] == "Female"
