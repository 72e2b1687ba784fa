"""EspoCRM's users: authentication and access; followers, stream, webhooks, metadata."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from crmkit_mock.espocrm.users import JANA_ID, USERS
from tests.mock.espo import Espo, client_for, error_reason, headers_of


def bare(mocks: MockCRMs) -> httpx.Client:
    """Return a client without credentials."""
    mock = mocks.espocrm
    return httpx.Client(base_url=mock.base_url, transport=mock.transport, trust_env=False)


def basic(text: str) -> str:
    """Return a pair of name and password as Basic authentication sends it."""
    return base64.b64encode(text.encode()).decode()


def test_rejects_missing_and_invalid_credentials(mocks: MockCRMs) -> None:
    """No credentials, wrong ones and those of inactive users are 401 with an empty body."""
    inactive = mocks.espocrm.users["inactive"]["api_key"]
    signer = mocks.espocrm.users["signer"]["api_key"]
    with bare(mocks) as http:
        missing = http.get("/Account")
        assert missing.headers["www-authenticate"] == 'Basic realm=""'
        bearer = http.get("/Account", headers={"Authorization": "Bearer x"})
        assert bearer.headers["www-authenticate"] == 'Basic realm=""'
        posted = http.post("/Account", json={"name": "x"})
        referred = http.get("/Account", headers={"Referer": "https://x.example"})
        keys = [http.get("/Account", headers={"X-Api-Key": key}) for key in ("x", inactive, signer)]
        wrong = http.get("/Account", headers={"Authorization": f"Basic {basic('jana:wrong')}"})
        for reply in (posted, referred, wrong, *keys):
            assert "www-authenticate" not in reply.headers
        for reply in (missing, bearer, posted, referred, wrong, *keys):
            assert error_reason(reply, 401) is None
            assert (reply.content, reply.headers["content-type"]) == (
                b"",
                "text/html; charset=UTF-8",
            )


def test_settings_and_labels_need_no_authentication(mocks: MockCRMs, espocrm: Espo) -> None:
    """Without authentication only some settings are returned."""
    with bare(mocks) as http:
        assert "version" not in http.get("/Settings").json()
        assert http.get("/I18n").status_code == 200
    assert espocrm.get("/Settings")["recordListMaxSizeLimit"] == 200


def test_settings_name_the_scopes_of_the_user(mocks: MockCRMs) -> None:
    """Lists of scopes lack those the user does not have; administrators have more settings."""
    sizes = {}
    for name in ("admin", "jana", "limited"):
        with client_for(mocks.espocrm, name) as http:
            settings = http.get("/Settings").json()
        sizes[name] = (settings["globalSearchEntityList"], len(settings))
    searched = ["Account", "Contact", "Lead", "Opportunity"]
    newest = {"admin": (searched, 174), "jana": (searched, 115)}
    assert sizes == {**newest, "limited": (["Account", "Lead"], 113)}


def test_preferences_belong_to_their_user(mocks: MockCRMs) -> None:
    """Users read and change their own ones; there is no list of them."""
    path = f"/Preferences/{JANA_ID}"
    with client_for(mocks.espocrm, "jana") as http:
        changed = http.put(path, json={"weekStart": 1, "exportDelimiter": 3, "none": 1}).json()
        assert (changed["weekStart"], changed["exportDelimiter"]) == (1, ",")
        assert http.get(path).json() == {**changed, "isPortalUser": False}
        assert http.get("/App/user").json()["preferences"]["weekStart"] == 1
        reason = "Action GET 'index' does not exist in controller 'Preferences'."
        assert error_reason(http.get("/Preferences"), 404) == reason
    with client_for(mocks.espocrm, "limited") as http:
        assert error_reason(http.get(path), 403) == ""


def test_keys_are_shown_to_administrators(mocks: MockCRMs) -> None:
    """Others read a user without its key and method of authentication."""
    user = mocks.espocrm.users["signer"]
    with client_for(mocks.espocrm, "admin") as http:
        read = http.get(f"/User/{USERS['signer'].user.id}").json()
    assert (read["authMethod"], read["apiKey"]) == ("Hmac", user["api_key"])
    with client_for(mocks.espocrm, "jana") as http:
        assert "apiKey" not in http.get(f"/User/{USERS['signer'].user.id}").json()


def test_access_of_a_user_names_refused_scopes(mocks: MockCRMs) -> None:
    """App/user leaves out scopes without access; User/{id}/acl has them as false."""
    with client_for(mocks.espocrm, "limited") as http:
        own = http.get("/App/user").json()
        access = http.get(f"/User/{own['user']['id']}/acl").json()
    assert "Contact" not in own["acl"]["table"]
    assert access["table"]["Contact"] is False
    assert access["table"]["Account"] == own["acl"]["table"]["Account"]


def test_token_replaces_the_password_until_destroyed(mocks: MockCRMs) -> None:
    """The token of App/user is valid in place of the password until it is destroyed."""
    jana = mocks.espocrm.users["jana"]
    whole = basic(f"{jana['username']}:{jana['password']}")
    with bare(mocks) as http:
        me = http.get("/App/user", headers={"Espo-Authorization": whole}).json()
        assert me["user"]["userName"] == "jana"
        by_token = {"Espo-Authorization": basic(f"jana:{me['token']}")}
        assert http.get("/Account", headers=by_token).status_code == 200
        body = {"token": me["token"]}
        assert http.post("/App/destroyAuthToken", json=body, headers=by_token).json() is True
        assert http.get("/Account", headers=by_token).status_code == 401
        other = {"Authorization": f"Basic {whole}"}
        assert http.post("/App/destroyAuthToken", json=body, headers=other).json() is False
        missing = http.post("/App/destroyAuthToken", json={}, headers=other)
        assert error_reason(missing, 400) == "No `token`."


@pytest.mark.parametrize("method", ["ApiKey", "Hmac"])
def test_created_programs_log_in_with_the_rights_of_their_roles(
    mocks: MockCRMs, method: str
) -> None:
    """A user of type "api" logs in by its new key, may what its role says, until deactivated."""
    own = {"create": "yes", "read": "own", "edit": "own", "delete": "no"}
    role = {
        "name": "Gadgets",
        "data": {"CGadget": own, "Account": {"read": "all"}},
        "fieldData": {"Account": {"cRating": {"read": "no", "edit": "no"}}},
    }
    with client_for(mocks.espocrm, "admin") as admin:
        roles = [admin.post("/Role", json=role).json()["id"]]
        user = {"type": "api", "userName": "robot", "authMethod": method, "rolesIds": roles}
        created = admin.post("/User", json={**user, "isActive": True}).json()
        keys = admin.get(f"/User/{created['id']}").json()
        names = {"api_key": "apiKey"} | ({"secret_key": "secretKey"} if method == "Hmac" else {})
        login = {name: keys[key] for name, key in names.items()}
        with bare(mocks) as http:

            def send(verb: str, path: str, **options: Any) -> httpx.Response:
                headers = headers_of(login, verb, path)
                return http.request(verb, path, headers=headers, **options)

            gadget = send("POST", "/CGadget", json={"name": "G", "assignedUserId": created["id"]})
            assert gadget.json()["createdById"] == created["id"]
            assert len(send("GET", "/CGadget").json()["list"]) == 1  # not the demo's
            assert send("DELETE", f"/CGadget/{gadget.json()['id']}").status_code == 403
            assert "cRating" not in send("GET", f"/Account/{seed.ACCOUNT}").json()
            assert send("GET", "/Lead").status_code == 403
            table = send("GET", "/App/user").json()["acl"]["table"]
            assert table["CGadget"] == {**own, "stream": "own"}
            if method == "Hmac":
                assert (
                    http.get("/CGadget", headers={"X-Api-Key": keys["apiKey"]}).status_code == 401
                )
            admin.put(f"/User/{created['id']}", json={"isActive": False})
            assert send("GET", "/CGadget").status_code == 401


def test_hides_the_addresses_of_users_among_attendees(mocks: MockCRMs) -> None:
    """Who attends a meeting is shown to all, the address of a user to administrators alone."""
    meeting = f"/Meeting/{seed.MEETING}/attendees"
    for name, address in (("integrator", "dummy@dummy.dummy"), ("admin", "jana@example.org")):
        with client_for(mocks.espocrm, name) as http:
            shown = {row["_scope"]: row["emailAddress"] for row in http.get(meeting).json()["list"]}
        assert shown == {"User": address, "Contact": "petr@work.example"}


def test_accepts_signatures_in_hex_and_raw(mocks: MockCRMs) -> None:
    """Both forms of the digest are valid, but not for another method or path."""
    signer = mocks.espocrm.users["signer"]
    digest = hmac.new(signer["secret_key"].encode(), b"GET /Account", hashlib.sha256)
    raw = base64.b64encode(signer["api_key"].encode() + b":" + digest.digest()).decode()
    with bare(mocks) as http:
        for headers in (headers_of(signer, "GET", "/Account"), {"X-Hmac-Authorization": raw}):
            assert http.get("/Account?maxSize=1", headers=headers).status_code == 200
            assert http.get("/Lead", headers=headers).status_code == 401
            assert http.delete(f"/Account/{seed.ACCOUNT}", headers=headers).status_code == 401


def test_only_administrators_act_for_another_user(mocks: MockCRMs) -> None:
    """X-Another-User works for administrators and is a 401 for others."""
    with client_for(mocks.espocrm, "admin") as admin:
        me = admin.get("/App/user", headers={"X-Another-User": "jana"}).json()
        assert me["user"]["userName"] == "jana"
    with client_for(mocks.espocrm) as http:
        assert http.get("/Account", headers={"X-Another-User": "jana"}).status_code == 401


def test_failed_logins_lock_out_everybody_for_a_minute() -> None:
    """After more than ten failures within a minute valid keys are a 403 with an empty body too."""
    with MockCRMs(rate_limits=True) as mocks, client_for(mocks.espocrm) as http:
        for _ in range(11):
            assert http.get("/Account", headers={"X-Api-Key": "wrong"}).status_code == 401
        locked = http.get("/Account")
        assert error_reason(locked, 403) is None
        assert locked.content == b""
        mocks.espocrm.clock.advance(60)
        assert http.get("/Account").status_code == 200


def test_failed_logins_do_not_lock_out_by_default(mocks: MockCRMs) -> None:
    """Without rate limits failed logins have no effect."""
    with client_for(mocks.espocrm) as http:
        for _ in range(12):
            http.get("/Account", headers={"X-Api-Key": "wrong"})
        assert http.get("/Account").status_code == 200


def test_user_without_role_has_no_access_to_records(mocks: MockCRMs) -> None:
    """Without a role everything but App/user and settings is 403."""
    with client_for(mocks.espocrm, "norole") as http:
        for path in ("/Account", "/CGadget", f"/Account/{seed.ACCOUNT}"):
            assert error_reason(http.get(path), 403) == "No read access."
        assert error_reason(http.post("/Account", json={"name": "x"}), 403) == "No create access."
        assert http.get("/App/user").json()["user"]["userName"] == "norole"
        assert http.get("/Settings").status_code == 200


def test_role_for_own_records_hides_others_and_fields(mocks: MockCRMs, espocrm: Espo) -> None:
    """A role for own records sees only these, and a hidden field nowhere."""
    with client_for(mocks.espocrm, "limited") as http:
        page = http.get("/Account").json()
        assert [account["name"] for account in page["list"]] == ["Limited's own"]
        own = f"/Account/{page['list'][0]['id']}"
        for record in (page["list"][0], http.get(own).json()):
            assert "website" not in record
        foreign = f"/Account/{seed.ACCOUNT}"
        assert error_reason(http.get(foreign), 403) == "No 'read' access."
        assert error_reason(http.put(foreign, json={"name": "x"}), 403) == "No edit access."
        assert error_reason(http.delete(own), 403) == "No delete access."
        item = {"where[0][type]": "isNull", "where[0][attribute]": "website"}
        assert error_reason(http.get("/Account", params=item), 400) == (
            "Forbidden attribute 'website' in where."
        )
        assert error_reason(http.get("/Account?orderBy=website"), 400) == (
            "Not access to order by field 'website'."
        )
        # Hidden attributes that are sent are ignored.
        created = http.post(
            "/Account", json={"name": "Mine", "website": "https://x.example"}
        ).json()
        other = espocrm.mock.user_ids["jana"]
        assigned = http.post("/Lead", json={"lastName": "x", "assignedUserId": other})
        assert (
            error_reason(assigned, 403) == "Assignment failure: assigned user or team not allowed."
        )
    assert espocrm.get(f"/Account/{created['id']}")["website"] is None


def test_api_users_cannot_star(mocks: MockCRMs) -> None:
    """People star records; only the user who did sees it."""
    path = f"/Account/{seed.ACCOUNT}"
    with client_for(mocks.espocrm) as api:
        starred = api.put(f"{path}/starSubscription")
        assert error_reason(starred, 403) == "Not allowed for non-internal users."
        with client_for(mocks.espocrm, "jana") as jana:
            assert jana.put(f"{path}/starSubscription").json() is True
            assert jana.get(path).json()["isStarred"] is True
        assert api.get(path).json()["isStarred"] is False


def test_posts_are_in_the_stream_of_followers(espocrm: Espo, mocks: MockCRMs) -> None:
    """Posts are listed at their record, newest first, and in the stream of its followers."""
    path = f"/Account/{seed.ACCOUNT}"
    body = {"post": "News", "parentType": "Account", "parentId": seed.ACCOUNT}
    note = espocrm.post("/Note", body)
    assert note["type"] == "Post"
    assert [post["post"] for post in espocrm.records(f"{path}/stream")] == [
        "News",
        "Asked for a demonstration.",
    ]
    assert espocrm.records("/Stream") == []
    assert espocrm.http.put(f"{path}/subscription").json() is True
    assert espocrm.records("/Stream", maxSize=1)[0]["post"] == "News"
    assert espocrm.get("/Stream", maxSize=1)["total"] == -1
    assert espocrm.http.delete(f"{path}/subscription").json() is True
    assert espocrm.get(path)["isFollowed"] is False
    with client_for(mocks.espocrm, "jana") as jana:
        assert error_reason(jana.put(f"/Note/{note['id']}", json={"post": "x"}), 403)
    assert espocrm.http.delete(f"/Note/{note['id']}").json() is True
    missing = espocrm.http.post("/Note", json={**body, "parentId": "nope"})
    assert error_reason(missing, 403) == "No create access."


def test_webhooks_are_for_administrators(espocrm: Espo, mocks: MockCRMs) -> None:
    """A webhook is created with 201 and a secret; unknown events and other users are 403."""
    body = {"event": "Account.fieldUpdate.name", "url": "https://hooks.example.com"}
    assert error_reason(espocrm.http.post("/Webhook", json=body), 403) == "No create access."
    with client_for(mocks.espocrm, "admin") as admin:
        created = admin.post("/Webhook", json=body)
        assert created.status_code == 201
        assert (created.json()["type"], created.json()["field"]) == ("fieldUpdate", "name")
        assert len(created.json()["secretKey"]) == 32
        for event, reason in (
            ("Account.nope", "Not supported event."),
            ("Account", "Not supported event."),
            ("Nope.create", "Entity type is not available for Webhooks."),
            ("Account.fieldUpdate.nope", "Field does not exist."),
            ("Account.fieldUpdate", "Field is empty."),
        ):
            rejected = admin.post("/Webhook", json={**body, "event": event})
            assert error_reason(rejected, 403) == reason
        changed = admin.put(f"/Webhook/{created.json()['id']}", json={"event": "Lead.create"})
        assert error_reason(changed, 403) == "Event can't be changed."


def test_webhooks_do_not_lead_inside_since_10() -> None:
    """A URL of the server's own network, or of no host on the Internet, is refused since 10.0."""
    body = {"event": "Account.create", "url": ""}
    inside = ("http://127.0.0.1/x", "https://localhost", "https://10.1.2.3", "https://a.example")
    for version, status in (("10.0", 400), ("9.2", 201)):
        with (
            MockCRMs(espocrm_version=version) as mocks,
            client_for(mocks.espocrm, "admin") as admin,
        ):
            for url in inside:
                reply = admin.post("/Webhook", json={**body, "url": url})
                assert reply.status_code == status, (version, url)


def test_lead_capture_needs_no_authentication(mocks: MockCRMs, espocrm: Espo) -> None:
    """Lead capture needs only its key, requires no attribute, and answers other origins."""
    path = f"/LeadCapture/{mocks.espocrm.lead_capture_key}"
    with bare(mocks) as http:
        reply = http.post(path, json={"firstName": "Web"})
        assert (reply.json(), reply.headers["access-control-allow-origin"]) == (True, "*")
        assert http.options(path).headers["access-control-allow-methods"] == "POST"
        assert error_reason(http.post("/LeadCapture/nope", json={}), 404) == (
            "Form ID is not valid."
        )
        assert error_reason(http.options("/LeadCapture/nope"), 404) == ""
        assert error_reason(http.post(path, json={"title": "no field of the form"}), 400) == "empty"
    assert espocrm.get("/Lead", textFilter="Web")["total"] == 1


def test_metadata_by_key(espocrm: Espo) -> None:
    """A dotted key returns that part of the metadata."""
    cases: list[tuple[str, object]] = [
        ("entityDefs.Account.fields.cTags.options", ["vip", "prospect", "partner"]),
        ("entityDefs.CGadget.fields.name.type", "varchar"),
        ("scopes.CGadget.isCustom", True),
    ]
    for key, value in cases:
        assert espocrm.get("/Metadata", key=key) == value, key


def test_unknown_key_of_metadata_is_an_empty_body(espocrm: Espo) -> None:
    """The answer is 200 with an empty body."""
    reply = espocrm.http.get("/Metadata?key=entityDefs.Nope")
    assert (reply.status_code, reply.content) == (200, b"")


# -- users as records ---------------------------------------------------------------------------

REFUSED_USERS: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"userName": "jana"}, 409, "userNameExists"),
    (
        {"userName": "ja na"},
        400,
        "Field validation failure; entityType: User, field: userName, type: valid.",
    ),
    (
        {"userName": "Jana"},
        400,
        "Field validation failure; entityType: User, field: userName, type: valid.",
    ),
    ({}, 400, "Field validation failure; entityType: User, field: userName, type: required."),
    ({"userName": "x", "type": "system"}, 403, "Not allowed 'type'."),
    ({"userName": "x", "type": "super-admin"}, 403, "No create access."),
)


@pytest.mark.parametrize(("body", "status", "reason"), REFUSED_USERS)
def test_users_need_a_name_of_their_own(
    mocks: MockCRMs, body: dict[str, Any], status: int, reason: str
) -> None:
    """A user's name is plain and not taken, and some types nobody gives."""
    with client_for(mocks.espocrm, "admin") as http:
        reply = http.post("/User", json={"lastName": "x", **body})
        assert error_reason(reply, status) == reason


KEYS = ("apiKey", "secretKey", "authMethod", "name", "lastAccess")


def test_users_of_programs_get_keys(mocks: MockCRMs) -> None:
    """A user for programs is called as it logs in, and has a key, or two."""
    with client_for(mocks.espocrm, "admin") as http:
        for method in ("ApiKey", "Hmac"):
            body = {"userName": f"a.{method}".lower(), "type": "api", "authMethod": method}
            user = http.post("/User", json=body).json()
            assert user["name"] == user["lastName"] == body["userName"]
            assert len(user["apiKey"]) == 32
            assert ("secretKey" in user) == (method == "Hmac")
            read = http.get(f"/User/{user['id']}").json()
            assert {name: user.get(name) for name in KEYS} == {
                name: read.get(name) for name in KEYS
            }
        renamed = http.put(f"/User/{user['id']}", json={"userName": "b"}).json()
        assert (renamed["lastName"], renamed["apiKey"]) == ("b", user["apiKey"])


def test_nobody_locks_itself_out(mocks: MockCRMs) -> None:
    """The own user can neither be deleted nor lose its type or be made inactive."""
    path = f"/User/{mocks.espocrm.user_ids['admin']}"
    with client_for(mocks.espocrm, "admin") as http:
        assert error_reason(http.delete(path), 403) == "Can't delete own user."
        changed = http.put(path, json={"isActive": False, "type": "regular", "title": "x"}).json()
        assert (changed["isActive"], changed["type"], changed["title"]) == (True, "admin", "x")
        other = f"/User/{mocks.espocrm.user_ids['jana']}"
        assert error_reason(http.put(other, json={"type": "system"}), 403) == "Can't change type."
        assert error_reason(http.put(other, json={"userName": "limited"}), 409) == "userNameExists"
    with client_for(mocks.espocrm) as http:
        assert error_reason(http.delete(path), 403) == "No delete access."


def test_preferences_keep_formats_until_they_are_unset(mocks: MockCRMs) -> None:
    """Formats, language and zone are absent until they are set, and after null."""
    path = f"/Preferences/{mocks.espocrm.user_ids['limited']}"
    with client_for(mocks.espocrm, "limited") as http:
        assert "timeZone" not in http.get(path).json()
        body = {"timeZone": "Europe/Prague", "dateFormat": "DD.MM.YYYY", "language": 5}
        http.put(path, json=body)
        shown = http.get(path).json()
        assert (shown["timeZone"], shown["dateFormat"]) == ("Europe/Prague", "DD.MM.YYYY")
        assert "language" not in shown
        assert "timeZone" not in http.put(path, json={"timeZone": None}).json()


def created(mocks: MockCRMs, **user: Any) -> dict[str, Any]:
    """Create a user as the administrator does; return the reply."""
    with client_for(mocks.espocrm, "admin") as http:
        reply = http.post("/User", json=user)
    assert reply.status_code == 200
    made: dict[str, Any] = reply.json()
    return made


def test_created_users_log_in_with_the_rights_of_their_roles(mocks: MockCRMs) -> None:
    """A program that an administrator creates has the key of the reply, and its roles' rights."""
    accounts = {
        "name": "Accounts",
        "data": {"Account": {"read": "all", "create": "yes"}, "Lead": {"read": "own"}},
        "fieldData": {"Account": {"website": {"read": "no", "edit": "no"}}},
    }
    leads = {"name": "Leads", "data": {"Lead": {"read": "all"}}}
    with client_for(mocks.espocrm, "admin") as http:
        first, second = (http.post("/Role", json=role).json()["id"] for role in (accounts, leads))
    made = created(mocks, userName="bot", type="api", authMethod="ApiKey", rolesIds=[first])
    headers = {"X-Api-Key": made["apiKey"]}
    with bare(mocks) as http:
        http.headers.update(headers)
        assert "website" not in http.get("/Account").json()["list"][0]
        assert http.post("/Account", json={"name": "By bot"}).json()["createdById"] == made["id"]
        assert http.get("/Contact").status_code == 403
        assert http.get("/Lead").json()["total"] == 0
        with client_for(mocks.espocrm, "admin") as admin:
            admin.post(f"/User/{made['id']}/roles", json={"id": second})
        assert http.get("/Lead").json()["total"] > 0
        # What one of its roles shows is shown.
        assert "website" in http.get("/Account").json()["list"][0]


def test_created_users_sign_and_send_passwords(mocks: MockCRMs) -> None:
    """A program with a secret must sign, a person has the password that it was given."""
    signs = created(mocks, userName="signs", type="api", authMethod="Hmac")
    person = {"userName": "eva", "lastName": "Eva", "password": "secret of eva"}
    assert "secret of eva" not in str(created(mocks, **person))
    keys = {"api_key": signs["apiKey"], "secret_key": signs["secretKey"]}
    with bare(mocks) as http:
        path = "/App/user"
        assert http.get(path, headers=headers_of(keys, "GET", path)).status_code == 200
        assert http.get(path, headers={"X-Api-Key": signs["apiKey"]}).status_code == 401
        assert http.get(path, auth=("eva", "secret of eva")).json()["user"]["userName"] == "eva"
        assert http.get(path, auth=("eva", "secret of Eva")).status_code == 401
        assert http.get(path, auth=("signs", "")).status_code == 401


def test_users_who_are_no_longer_active_do_not_log_in(mocks: MockCRMs) -> None:
    """Who was created and is made inactive or deleted gets 401, the mock's own users too."""
    bot = created(mocks, userName="bot", type="api", authMethod="ApiKey")
    limited = mocks.espocrm.users["limited"]["api_key"]
    with bare(mocks) as http, client_for(mocks.espocrm, "admin") as admin:

        def status(key: str) -> int:
            return http.get("/App/user", headers={"X-Api-Key": key}).status_code

        assert (status(bot["apiKey"]), status(limited)) == (200, 200)
        admin.put(f"/User/{USERS['limited'].user.id}", json={"isActive": False})
        admin.delete(f"/User/{bot['id']}")
        assert (status(bot["apiKey"]), status(limited)) == (401, 401)
        mocks.espocrm.reset()
        assert status(limited) == 200
