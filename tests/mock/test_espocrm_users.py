"""EspoCRM's users: who is let in, by what, and what they may do."""

from __future__ import annotations

import base64
import hashlib
import hmac

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, headers_of, refusal


def bare(mocks: MockCRMs) -> httpx.Client:
    """Return a client without credentials."""
    mock = mocks.espocrm
    return httpx.Client(base_url=mock.base_url, transport=mock.transport, trust_env=False)


def basic(text: str) -> str:
    """Return a text as Basic authentication carries it."""
    return base64.b64encode(text.encode()).decode()


def test_nobody_is_let_in_without_credentials(mocks: MockCRMs) -> None:
    """Nothing, a wrong key, a bearer token and an inactive user are 401 with an empty body."""
    inactive = mocks.espocrm.users["inactive"]["api_key"]
    signer = mocks.espocrm.users["signer"]["api_key"]
    with bare(mocks) as http:
        none = http.get("/Account")
        assert none.headers["www-authenticate"] == 'Basic realm=""'
        bearer = http.get("/Account", headers={"Authorization": "Bearer x"})
        assert bearer.headers["www-authenticate"] == 'Basic realm=""'
        posted = http.post("/Account", json={"name": "x"})
        referred = http.get("/Account", headers={"Referer": "https://x.example"})
        keys = [http.get("/Account", headers={"X-Api-Key": key}) for key in ("x", inactive, signer)]
        wrong = http.get("/Account", headers={"Authorization": f"Basic {basic('jana:wrong')}"})
        for reply in (posted, referred, wrong, *keys):
            assert "www-authenticate" not in reply.headers
        for reply in (none, bearer, posted, referred, wrong, *keys):
            assert refusal(reply, 401) is None
            assert (reply.content, reply.headers["content-type"]) == (
                b"",
                "text/html; charset=UTF-8",
            )


def test_settings_and_language_are_open_to_everybody(mocks: MockCRMs, espocrm: Espo) -> None:
    """Without authentication there are a few settings, with it more."""
    with bare(mocks) as http:
        assert "version" not in http.get("/Settings").json()
        assert http.get("/I18n").status_code == 200
    assert espocrm.get("/Settings")["recordListMaxSizeLimit"] == 200


def test_a_token_stands_in_for_the_password_until_it_is_destroyed(mocks: MockCRMs) -> None:
    """App/user gives a token; it opens the door like the password, until it is destroyed."""
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


def test_signatures_are_taken_in_hex_and_raw(mocks: MockCRMs) -> None:
    """Both forms of the digest open; one for another method or path does not."""
    signer = mocks.espocrm.users["signer"]
    digest = hmac.new(signer["secret_key"].encode(), b"GET /Account", hashlib.sha256)
    raw = base64.b64encode(signer["api_key"].encode() + b":" + digest.digest()).decode()
    with bare(mocks) as http:
        for headers in (headers_of(signer, "GET", "/Account"), {"X-Hmac-Authorization": raw}):
            assert http.get("/Account?maxSize=1", headers=headers).status_code == 200
            assert http.get("/Lead", headers=headers).status_code == 401
            assert http.delete(f"/Account/{seed.ACCOUNT}", headers=headers).status_code == 401


def test_only_an_administrator_acts_for_another_user(mocks: MockCRMs) -> None:
    """X-Another-User works for administrators; for others nobody is let in."""
    with client_for(mocks.espocrm, "admin") as admin:
        me = admin.get("/App/user", headers={"X-Another-User": "jana"}).json()
        assert me["user"]["userName"] == "jana"
    with client_for(mocks.espocrm) as http:
        assert http.get("/Account", headers={"X-Another-User": "jana"}).status_code == 401


def test_failed_logins_lock_everybody_out_for_a_while() -> None:
    """After ten failures within a minute all is 403 with an empty body, valid keys included."""
    with MockCRMs(rate_limits=True) as mocks, client_for(mocks.espocrm) as http:
        for _ in range(11):
            assert http.get("/Account", headers={"X-Api-Key": "wrong"}).status_code == 401
        locked = http.get("/Account")
        assert refusal(locked, 403) is None
        assert locked.content == b""
        mocks.espocrm.clock.advance(60)
        assert http.get("/Account").status_code == 200


def test_nobody_is_locked_out_unless_asked_for(mocks: MockCRMs) -> None:
    """Where limits are off, failed logins have no consequence."""
    with client_for(mocks.espocrm) as http:
        for _ in range(12):
            http.get("/Account", headers={"X-Api-Key": "wrong"})
        assert http.get("/Account").status_code == 200


def test_a_user_without_role_may_nothing_but_ask_who_it_is(mocks: MockCRMs) -> None:
    """Without a role everything is 403, save App/user and settings."""
    with client_for(mocks.espocrm, "norole") as http:
        for path in ("/Account", "/CGadget", f"/Account/{seed.ACCOUNT}"):
            assert refusal(http.get(path), 403) == "No read access."
        assert refusal(http.post("/Account", json={"name": "x"}), 403) == "No create access."
        assert http.get("/App/user").json()["user"]["userName"] == "norole"
        assert http.get("/Settings").status_code == 200


def test_own_only_sees_its_own_without_the_hidden_field(mocks: MockCRMs, espocrm: Espo) -> None:
    """A role for own records sees no others, and a hidden field nowhere."""
    with client_for(mocks.espocrm, "limited") as http:
        page = http.get("/Account").json()
        assert [one["name"] for one in page["list"]] == ["Limited's own"]
        own = f"/Account/{page['list'][0]['id']}"
        for record in (page["list"][0], http.get(own).json()):
            assert "website" not in record
        foreign = f"/Account/{seed.ACCOUNT}"
        assert refusal(http.get(foreign), 403) == "No 'read' access."
        assert refusal(http.put(foreign, json={"name": "x"}), 403) == "No edit access."
        assert refusal(http.delete(own), 403) == "No delete access."
        item = {"where[0][type]": "isNull", "where[0][attribute]": "website"}
        assert refusal(http.get("/Account", params=item), 400) == (
            "Forbidden attribute 'website' in where. Forbidden attribute 'website' in where."
        )
        assert refusal(http.get("/Account?orderBy=website"), 400) == (
            "Not access to order by field 'website'. Not access to order by field 'website'."
        )
        # Hidden attributes are dropped from what is sent.
        made = http.post("/Account", json={"name": "Mine", "website": "https://x.example"}).json()
        other = espocrm.mock.user_ids["jana"]
        assigned = http.post("/Lead", json={"lastName": "x", "assignedUserId": other})
        assert refusal(assigned, 403) == "Assignment failure: assigned user or team not allowed."
    assert espocrm.get(f"/Account/{made['id']}")["website"] is None


def test_people_star_and_api_users_do_not(mocks: MockCRMs) -> None:
    """Stars are for people; a starred record says so to its user alone."""
    path = f"/Account/{seed.ACCOUNT}"
    with client_for(mocks.espocrm) as api:
        starred = api.put(f"{path}/starSubscription")
        assert refusal(starred, 403) == "Not allowed for non-internal users."
        with client_for(mocks.espocrm, "jana") as jana:
            assert jana.put(f"{path}/starSubscription").json() is True
            assert jana.get(path).json()["isStarred"] is True
        assert api.get(path).json()["isStarred"] is False


def test_following_and_posting_fill_the_stream(espocrm: Espo, mocks: MockCRMs) -> None:
    """Posts are listed at their record, the newest first; followers have them in their stream."""
    path = f"/Account/{seed.ACCOUNT}"
    body = {"post": "News", "parentType": "Account", "parentId": seed.ACCOUNT}
    note = espocrm.post("/Note", body)
    assert note["type"] == "Post"
    assert [one["post"] for one in espocrm.records(f"{path}/stream")] == [
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
        assert refusal(jana.put(f"/Note/{note['id']}", json={"post": "x"}), 403)
    assert espocrm.http.delete(f"/Note/{note['id']}").json() is True
    missing = espocrm.http.post("/Note", json={**body, "parentId": "nope"})
    assert refusal(missing, 403) == "No create access."


def test_webhooks_are_the_administrators(espocrm: Espo, mocks: MockCRMs) -> None:
    """A webhook is made with 201 and a secret; a wrong event and other users are refused."""
    body = {"event": "Account.fieldUpdate.name", "url": "https://hook.example"}
    assert refusal(espocrm.http.post("/Webhook", json=body), 403) == "No create access."
    with client_for(mocks.espocrm, "admin") as admin:
        made = admin.post("/Webhook", json=body)
        assert made.status_code == 201
        assert (made.json()["type"], made.json()["field"]) == ("fieldUpdate", "name")
        assert len(made.json()["secretKey"]) == 32
        for event in ("Account.nope", "Nope.create", "Account.fieldUpdate.nope", "Account"):
            refused = admin.post("/Webhook", json={**body, "event": event})
            assert refusal(refused, 403) == "Not supported event."


def test_a_form_on_a_page_makes_leads_without_authentication(
    mocks: MockCRMs, espocrm: Espo
) -> None:
    """Lead capture needs its key alone, asks for nothing, and answers other origins."""
    path = f"/LeadCapture/{mocks.espocrm.lead_capture_key}"
    with bare(mocks) as http:
        reply = http.post(path, json={"firstName": "Web"})
        assert (reply.json(), reply.headers["access-control-allow-origin"]) == (True, "*")
        assert http.options(path).headers["access-control-allow-methods"] == "POST"
        assert refusal(http.post("/LeadCapture/nope", json={}), 404) == ""
    assert espocrm.get("/Lead", textFilter="Web")["total"] == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("entityDefs.Account.fields.cTags.options", ["vip", "prospect", "partner"]),
        ("entityDefs.CGadget.fields.name.type", "varchar"),
        ("scopes.CGadget.isCustom", True),
    ],
)
def test_metadata_are_told_by_key(espocrm: Espo, key: str, value: object) -> None:
    """A dotted key gives that part of the metadata."""
    assert espocrm.get("/Metadata", key=key) == value


def test_an_unknown_key_of_the_metadata_is_an_empty_body(espocrm: Espo) -> None:
    """There is no error for it: 200, and nothing."""
    reply = espocrm.http.get("/Metadata?key=entityDefs.Nope")
    assert (reply.status_code, reply.content) == (200, b"")
