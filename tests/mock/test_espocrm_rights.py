"""EspoCRM's rights: ownership, roles, mandatory scopes and what users see of each other."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, error_reason

#: Levels of reading by user and scope, as `App/user` shows them; None: the scope is missing.
READ_LEVELS = (
    ("integrator", "Account", "all"),
    ("integrator", "User", "all"),
    ("integrator", "Note", "own"),
    ("integrator", "Role", None),
    ("limited", "Account", "own"),
    ("limited", "Contact", None),
    ("limited", "User", "own"),
    ("norole", "Account", None),
    ("norole", "Team", "team"),
    ("jana", "Lead", "all"),
    ("admin", "Role", "all"),
    ("admin", "Team", "all"),
)


def access_of(mocks: MockCRMs, user: str) -> dict[str, Any]:
    """Return the access of a user as it sees it itself."""
    with client_for(mocks.espocrm, user) as http:
        access: dict[str, Any] = http.get("/App/user").json()["acl"]
        return access


@pytest.mark.parametrize(("user", "scope", "level"), READ_LEVELS)
def test_access_table_has_the_levels_of_roles(
    mocks: MockCRMs, user: str, scope: str, level: str | None
) -> None:
    """The table has the mandatory scopes and those of the role, with a level of each action."""
    row = access_of(mocks, user)["table"].get(scope)
    assert (None if row is None else row["read"]) == level
    if row is not None:
        assert set(row) == {"read", "stream", "edit", "delete", "create"}


def test_access_table_has_hidden_fields(mocks: MockCRMs) -> None:
    """Fields without access are listed by themselves and by attribute."""
    access = access_of(mocks, "limited")
    assert access["fieldTable"]["Account"] == {"website": {"read": "no", "edit": "no"}}
    quick = access["fieldTableQuickAccess"]["Account"]["attributes"]
    assert quick["read"] == {"yes": [], "no": ["website"]}


def test_access_table_is_that_of_the_release() -> None:
    """Pipelines and the permission to lock are there since 10.0."""
    for release, is_new in (("9.2", False), ("10.0", True)):
        with MockCRMs(espocrm_version=release) as mocks:
            access = access_of(mocks, "integrator")
            assert ("Pipeline" in access["table"]) is is_new
            assert ("lockPermission" in access) is is_new


def test_own_records_are_those_assigned(mocks: MockCRMs) -> None:
    """A record that may be assigned is nobody's own until it is; who created it does not count."""
    limited_id = mocks.espocrm.user_ids["limited"]
    with client_for(mocks.espocrm, "limited") as http:
        loose = http.post("/Account", json={"name": "Loose"}).json()["id"]
        assert error_reason(http.get(f"/Account/{loose}"), 403) == "No 'read' access."
        body = {"name": "Own", "assignedUserId": limited_id}
        own = http.post("/Account", json=body).json()["id"]
        assert http.get(f"/Account/{own}").status_code == 200
        ids = [record["id"] for record in http.get("/Account").json()["list"]]
        assert own in ids
        assert loose not in ids


def test_lists_of_users_hide_api_users_and_inactive_ones(mocks: MockCRMs) -> None:
    """Only administrators find API users and inactive ones; others may read the former by id."""
    with client_for(mocks.espocrm) as http:
        page = http.get("/User").json()
        assert [user["userName"] for user in page["list"]] == ["admin", "jana"]
        ids = mocks.espocrm.user_ids
        assert http.get(f"/User/{ids['signer']}").status_code == 200
        assert error_reason(http.get(f"/User/{ids['inactive']}"), 403) == "No 'read' access."
        inactive = {"name": "x", "assignedUserId": ids["inactive"]}
        error_reason(http.post("/Account", json=inactive), 403)
    with client_for(mocks.espocrm, "admin") as http:
        assert http.get("/User").json()["total"] == len(mocks.espocrm.users)


def test_users_without_role_see_themselves_and_their_teams(mocks: MockCRMs) -> None:
    """Reading users and teams is mandatory, but reaches no further."""
    with client_for(mocks.espocrm, "norole") as http:
        own, other = (mocks.espocrm.user_ids[name] for name in ("norole", "jana"))
        assert http.get(f"/User/{own}").json()["userName"] == "norole"
        assert error_reason(http.get(f"/User/{other}"), 403) == "No 'read' access."
        assert http.get("/Team").json() == {"total": 0, "list": []}


def test_only_espo_authorization_makes_a_token(mocks: MockCRMs) -> None:
    """Basic authentication gets no token."""
    jana = mocks.espocrm.users["jana"]
    pair = f"{jana['username']}:{jana['password']}"
    with client_for(mocks.espocrm, "jana") as http:
        assert http.get("/App/user").json()["token"] is None
        headers = {"Espo-Authorization": base64.b64encode(pair.encode()).decode()}
        assert http.get("/App/user", headers=headers).json()["token"]


def test_addresses_of_users_come_with_the_shared_one(mocks: MockCRMs) -> None:
    """The addresses from which a user may send are its own and the system's."""
    with client_for(mocks.espocrm, "jana") as http:
        user = http.get("/App/user").json()["user"]
    assert user["emailAddressList"] == ["jana@example.org", "crm@example.com"]
    assert user["userEmailAddressList"] == ["jana@example.org"]


def test_followers_need_access_to_the_stream(mocks: MockCRMs, espocrm: Espo) -> None:
    """Who may not read a record's stream cannot be made to follow it."""
    ids = mocks.espocrm.user_ids
    path = f"/Account/{seed.SECOND_ACCOUNT}/followers"
    assert espocrm.post(path, {"ids": [ids["jana"]]}) is True
    refused = espocrm.http.post(path, json={"ids": [ids["limited"]]})
    assert error_reason(refused, 403) == "Could not add user to followers."
    assert [user["id"] for user in espocrm.records(path)] == [ids["jana"]]
    reasons = (
        ("/CGadget/x/followers", "No stream."),
        ("/Account/nope/followers", "Record not found."),
    )
    for missing, reason in reasons:
        assert error_reason(espocrm.http.get(missing), 404) == reason


def test_locked_records_refuse_changes(mocks: MockCRMs) -> None:
    """A locked account is deleted and changed by nobody, save in its assignment."""
    lock = {"entityType": "Account", "id": seed.SECOND_ACCOUNT, "action": "lock"}
    path = f"/Account/{seed.SECOND_ACCOUNT}"
    with client_for(mocks.espocrm) as http:
        assert error_reason(http.post("/Action", json=lock), 403) == "Not allowed."
    with client_for(mocks.espocrm, "admin") as http:
        assert http.post("/Action", json=lock).json()["isLocked"] is True
        assert error_reason(http.post("/Action", json=lock), 400) == "Already locked."
        changed = http.put(path, json={"name": "Changed"})
        assert error_reason(changed, 409) == "cannotModifyLockedRecord"
        assert http.put(path, json={"assignedUserId": None}).status_code == 200
        assert error_reason(http.delete(path), 409) == "cannotRemoveLockedRecord"
        assert http.post("/Action", json={**lock, "action": "unlock"}).status_code == 200
        assert http.delete(path).json() is True


def test_collaborators_log_in_by_themselves(espocrm: Espo) -> None:
    """API users do not become collaborators; the assigned user does by itself."""
    users = espocrm.mock.user_ids
    for name, status in (("jana", 200), ("limited", 403)):
        case = {"name": "Together", "collaboratorsIds": [users[name]]}
        assert espocrm.http.post("/Case", json=case).status_code == status
    assigned = espocrm.create("Case", name="Alone", assignedUserId=users["integrator"])
    assert espocrm.get(f"/Case/{assigned['id']}")["collaboratorsIds"] == [users["integrator"]]


# -- what only administrators see --------------------------------------------------------------

#: Attributes of users that others than administrators never see.
SECRETS = {"apiKey", "auth2FA", "authMethod", "dashboardTemplateId", "gender", "layoutSetId"}


@pytest.mark.parametrize("user", ["integrator", "jana", "admin"])
def test_secrets_of_users_are_for_administrators(mocks: MockCRMs, user: str) -> None:
    """Lists and reads show keys, ways to log in and the like to administrators alone."""
    signer, jana = (mocks.espocrm.user_ids[name] for name in ("signer", "jana"))
    with client_for(mocks.espocrm, user) as http:
        rows = {row["id"]: row for row in http.get("/User").json()["list"]}
        chosen = http.get("/User?select=apiKey,secretKey,gender").json()["list"]
        read = http.get(f"/User/{signer}").json()
    if user == "admin":
        assert rows[signer].keys() & read.keys() >= {*SECRETS, "secretKey"}
        assert (read["authMethod"], rows[jana]["authMethod"]) == ("Hmac", None)
        assert [row["id"] for row in chosen if "secretKey" in row] == [signer]
    else:
        for shown in (*rows.values(), *chosen, read):
            assert not shown.keys() & {*SECRETS, "secretKey"}


def test_last_access_is_that_of_the_last_request(mocks: MockCRMs) -> None:
    """A user's last access is the time of its last request, and null before the first."""
    jana = mocks.espocrm.user_ids["jana"]
    with client_for(mocks.espocrm) as http:
        assert http.get(f"/User/{jana}").json()["lastAccess"] is None
        mocks.espocrm.clock.advance(3600)
        with client_for(mocks.espocrm, "jana") as other:
            now = other.get(f"/User/{jana}").json()["lastAccess"]
        mocks.espocrm.clock.advance(3600)
        assert http.get(f"/User/{jana}").json()["lastAccess"] == now == "2024-01-25 09:00:00"


@pytest.mark.parametrize("path", ["/Account", "/Contact", "/Lead", "/Email", "/CGadget"])
def test_administrators_read_deleted_records(mocks: MockCRMs, espocrm: Espo, path: str) -> None:
    """Deleted records are 404 for others; administrators read them, but can do no more."""
    record = f"{path}/{espocrm.records(path)[0]['id']}"
    assert espocrm.http.delete(record).status_code == 200
    assert espocrm.http.get(record).status_code == 404
    with client_for(mocks.espocrm, "admin") as http:
        assert http.get(record).json()["deleted"] is True
        assert http.put(record, json={"description": "x"}).status_code == 404
        assert http.delete(record).status_code == 404
        assert record.rpartition("/")[2] not in http.get(path).text
        assert http.get(f"{record}/teams").status_code == 404


@pytest.mark.parametrize(
    ("path", "user", "reason"),
    [
        ("/AuthToken", "integrator", "No access to 'AuthToken'."),
        ("/Job/x", "norole", "No access to 'Job'."),
        ("/EmailQueueItem", "jana", "No access to 'EmailQueueItem'."),
        ("/Template", "integrator", "No read access."),
        ("/DocumentFolder", "integrator", "No read access."),
        ("/Webhook", "jana", "No access to 'Webhook'."),
        ("/Webhook", "norole", "No read access."),
    ],
)
def test_controllers_of_administrators_refuse_by_name(
    mocks: MockCRMs, path: str, user: str, reason: str
) -> None:
    """What only administrators, or programs, may use is refused by its name."""
    with client_for(mocks.espocrm, user) as http:
        assert error_reason(http.get(path), 403) == reason


# -- the order of refusals ----------------------------------------------------------------------

_POST = {"type": "Post", "post": "x"}


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/Email", {"name": "x", "from": "a@b.example"}, "No create access."),
        (
            "/Email",
            {"name": "x", "status": "Draft", "sendAt": "2020-01-01 00:00:00"},
            "No create access.",
        ),
        (
            "/Note",
            {**_POST, "targetType": "teams", "teamsIds": ["nope"]},
            "Assignment failure: assigned user or team not allowed.",
        ),
        (
            "/Note",
            {**_POST, "targetType": "users", "usersIds": ["nope"]},
            "Can't relate with non-existing record. entity type: Note, link: users.",
        ),
    ],
)
def test_rights_come_before_values(
    mocks: MockCRMs, path: str, body: dict[str, Any], reason: str
) -> None:
    """What a role does not allow at all is refused before anything else is looked at."""
    with client_for(mocks.espocrm, "limited") as http:
        assert error_reason(http.post(path, json=body), 403) == reason


def test_leads_are_converted_by_who_may_change_them(mocks: MockCRMs, espocrm: Espo) -> None:
    """Even to ask for the attributes of a conversion the lead has to be the user's to change."""
    limited = mocks.espocrm.user_ids["limited"]
    lead = espocrm.create("Lead", lastName="x", assignedUserId=limited)["id"]
    with client_for(mocks.espocrm, "limited") as http:
        for action in ("getConvertAttributes", "convert"):
            body = {"id": lead, "records": {}}
            reply = http.post(f"/Lead/action/{action}", json=body)
            assert error_reason(reply, 403) == "No edit access."
