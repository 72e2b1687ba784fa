"""Monica's errors: who may ask, what bodies count as, which shape comes to whom."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit_mock import MockCRMs, MockServer
from tests.mock.plain_monica import NOT_FOUND, PLAIN, Monica, client_for

UNAUTHENTICATED = {"message": "Unauthenticated."}
JSON = {"Content-Type": "application/json"}
PUBLIC = ("/currencies", "/currencies/1", "/compliance", "/compliance/1")
REQUIRED = [
    "The first name field is required.",
    "The is birthdate known field is required.",
    "The is deceased field is required.",
    "The is deceased date known field is required.",
]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YWRh", "mock-token-of-ada", "expired"],
)
def test_without_a_good_token_it_is_401(monica: Monica, authorization: str | None) -> None:
    """Missing, malformed, wrong and expired tokens get the framework's shape, without a code."""
    if authorization == "expired":
        authorization = f"Bearer {monica.mock.expired_credentials['token']}"
    headers = {} if authorization is None else {"Authorization": authorization}
    del monica.http.headers["Authorization"]
    for method, path in (("GET", "/me"), ("POST", "/contacts"), ("DELETE", "/notes/1")):
        reply = monica.http.request(method, path, headers=headers)
        assert (reply.status_code, reply.json()) == (401, UNAUTHENTICATED)


def test_strangers_are_led_to_the_front_page(monica: Monica) -> None:
    """Who does not ask for JSON is redirected to the site instead of told 401."""
    site = monica.mock.base_url.removesuffix(monica.mock.base_path)
    for accept in ("*/*", "text/html, application/json"):
        reply = monica.http.get("/me", headers={"Authorization": "", "Accept": accept})
        assert (reply.status_code, reply.headers["location"]) == (302, site)
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
    headers = {"Authorization": "", "Accept": "*/*", "X-Requested-With": "XMLHttpRequest"}
    assert monica.http.get("/me", headers=headers).status_code == 401


@pytest.mark.parametrize("path", PUBLIC)
def test_some_routes_are_public(monica: Monica, path: str) -> None:
    """Currencies and terms need no token; the site's statistics are 404 unless published."""
    with httpx.Client(transport=monica.mock.transport, base_url=monica.mock.base_url) as http:
        assert http.get(path).status_code == 200
        assert http.get("/statistics").json() == NOT_FOUND
        monica.mock.publish_statistics()
        assert isinstance(http.get("/statistics").json(), list)


def test_errors_of_the_framework_are_pages_for_people(monica: Monica) -> None:
    """Without Accept, Monica's own errors stay JSON, the framework's become pages."""
    plain = {"Accept": "*/*"}
    assert monica.http.get("/contacts/999", headers=plain).json() == NOT_FOUND
    reply = monica.http.get("/nothing", headers=plain)
    assert (reply.status_code, reply.text) == (404, "<!DOCTYPE html>")
    reply = monica.http.delete("/contacts/999", headers=plain)
    assert reply.status_code == 302
    monica.delete("/contacts/3")
    reply = monica.http.delete("/contacts/3", headers=plain)
    assert (reply.status_code, reply.text) == (404, "<!DOCTYPE html>")


def test_unknown_routes(monica: Monica) -> None:
    """They are named; so are those that the vendor's pages have and the server has not."""
    for path in ("nothing", "groups", "groups/1", "reminder", "task", "contact/1/contactfields"):
        message = f"The route api/{path} could not be found."
        assert monica.tree("GET", f"/{path}", status=404) == {"message": message}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/relationshiptypes", "GET, HEAD, GET, HEAD"),
        ("GET", "/contactfields", "POST, POST"),
        ("POST", "/contacts/1/addresses", "GET, HEAD, GET, HEAD"),
        ("PUT", "/documents/1", "GET, HEAD, DELETE, GET, HEAD, DELETE"),
    ],
)
def test_wrong_methods(monica: Monica, method: str, path: str, allow: str) -> None:
    """The methods of a path are listed twice over, as the server does."""
    reply = monica.http.request(method, path)
    assert (reply.status_code, reply.headers["allow"]) == (405, allow)
    assert reply.json() == {
        "message": f"The {method} method is not supported for route api{path}."
        f" Supported methods: {allow}."
    }


def test_head_and_options(monica: Monica) -> None:
    """HEAD answers like GET without a body, OPTIONS names the methods to anyone."""
    assert monica.http.head("/contacts").status_code == 200
    reply = monica.http.options("/contacts", headers={"Authorization": ""})
    assert (reply.status_code, reply.text) == (200, "")
    assert reply.headers["allow"] == "GET,HEAD,POST,GET,HEAD,POST"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", None),
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"{bad", "application/json"),
        (b'{"first_name": "x"', "application/json"),
        (b'{"first_name": "\xff"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"first_name": "x"}', "text/plain"),
        (b"first_name=x", "text/plain"),
        (b"first_name=x", "multipart/form-data"),
        (b"first_name=%20%20&is_deceased=", "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_that_are_none(monica: Monica, body: bytes, content_type: str | None) -> None:
    """Broken JSON, JSON under another type and no body at all all count as an empty one."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    before = monica.mock.snapshot()
    reply = monica.http.post("/contacts", content=body, headers=headers)
    assert reply.status_code == 422
    assert reply.json() == {"error": {"message": REQUIRED, "error_code": 32}}
    assert monica.mock.snapshot() == before


def test_null_is_noticed(monica: Monica) -> None:
    """A body that is null, and only that, is code 37."""
    reply = monica.http.post("/contacts", content=b" null ", headers=JSON)
    assert reply.status_code == 400
    assert reply.json() == {"error": {"message": "Problems parsing JSON", "error_code": 37}}


def test_forms_and_queries_work_as_bodies(monica: Monica) -> None:
    """Members come as a form, in the query, or both; the body wins; texts are trimmed."""
    form = {**dict.fromkeys(PLAIN, "0"), "first_name": " Form  ", "nickname": " "}
    created = monica.http.post("/contacts", data=form)
    assert created.status_code == 201, created.text
    assert (created.json()["data"]["first_name"], created.json()["data"]["nickname"]) == (
        "Form",
        None,
    )
    made = monica.post("/contacts?first_name=Query&nickname=Q", **{**PLAIN, "nickname": "B"})
    assert (made["first_name"], made["nickname"]) == ("Query", "B")
    tags = monica.http.post(
        "/contacts/1/setTags",
        content=b"tags[]=one&tags[]=two",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert {tag["name"] for tag in tags.json()["data"]["tags"]} >= {"one", "two"}


@pytest.mark.parametrize("value", [True, False, 0, 1, "0", "1"], ids=repr)
def test_what_is_true_or_false(monica: Monica, value: object) -> None:
    """Booleans also come as 0 and 1 and their texts."""
    body = {**PLAIN, "first_name": "x", "is_deceased": value}
    assert monica.post("/contacts", **body)["is_dead"] is (value in (True, 1, "1"))


@pytest.mark.parametrize("value", ["true", "false", "maybe", 2, -1, [], {}, 0.5, "01"], ids=repr)
def test_what_is_neither(monica: Monica, value: object) -> None:
    """The words true and false are no booleans."""
    (sentence,) = monica.refused(
        "POST", "/contacts", {**PLAIN, "first_name": "x", "is_deceased": value}
    )
    required = value == []
    expected = "is required" if required else "must be true or false"
    assert sentence == f"The is deceased field {expected}."


def test_unknown_members_are_ignored(monica: Monica) -> None:
    """So are id and account_id: they belong to the server."""
    made = monica.post("/notes", contact_id=1, body="b", id=777, account_id=2, zzz=1)
    assert (made["id"], made["account"]) == (4, {"id": 1})


def test_empty_routes_crash_faithfully(monica: Monica) -> None:
    """Routes without code behind them are 404 or 405 unless crashes are asked for."""
    routes = [("GET", "/logs/1", 404), ("DELETE", "/logs/1", 404), ("POST", "/logs", 405)]
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        for method, path, status in routes:
            assert monica.http.request(method, path).status_code == status
            assert http.request(method, path).status_code == 500
        assert http.patch("/logs/1").status_code == 404


def test_faithful_crashes_can_be_asked_of_a_server() -> None:
    """MockServer takes the argument as MockCRMs does."""
    with MockServer(faithful_crashes=True) as server, client_for(server.monica) as http:
        assert http.delete("/calls/abc").status_code == 500


def test_a_body_beyond_the_cap_is_413(monica: Monica) -> None:
    """More than 20 MiB is refused before anything is read."""
    reply = monica.http.post("/contacts", content=b"x" * (20 * 1024 * 1024 + 1), headers=JSON)
    assert reply.status_code == 413
    assert reply.json().keys() == {"message"}


def test_faults_have_monicas_shapes(monica: Monica) -> None:
    """An error that is asked for by its status has the body that Monica gives it."""
    for status, code in ((404, 31), (429, 34), (400, 30), (422, 32)):
        monica.mock.fail(status=status)
        assert monica.tree("GET", "/me", status=status)["error"]["error_code"] == code
    monica.mock.fail(status=503)
    assert monica.tree("GET", "/me", status=503).keys() == {"message"}


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
#: Paths that take bodies, with the members that they know.
TARGETS: dict[tuple[str, str], tuple[str, ...]] = {
    ("POST", "/contacts"): (
        *("first_name", "last_name", "gender_id", "is_birthdate_known", "is_deceased", "uuid"),
        *("is_deceased_date_known", "birthdate_day", "birthdate_month", "birthdate_year"),
        *("birthdate_is_age_based", "birthdate_age", "deceased_date_day", "description"),
    ),
    ("PUT", "/contacts/1/introduction"): ("is_date_known", "day", "month", "year", "age", "where"),
    ("POST", "/relationships"): ("contact_is", "of_contact", "relationship_type_id"),
    ("POST", "/contacts/1/setTags"): ("tags",),
    ("POST", "/contacts/1/unsetTag"): ("tags",),
    ("POST", "/notes"): ("body", "contact_id", "is_favorited", "created_at"),
    ("POST", "/calls"): ("contact_id", "called_at", "content", "emotions"),
    ("POST", "/activities"): ("summary", "happened_at", "contacts", "emotions"),
    ("POST", "/reminders"): (
        *("contact_id", "title", "initial_date", "frequency_type", "frequency_number"),
    ),
    ("POST", "/gifts"): ("contact_id", "name", "status", "amount", "date", "recipient_id"),
    ("POST", "/debts"): ("contact_id", "in_debt", "status", "amount", "reason"),
    ("POST", "/addresses"): ("contact_id", "country", "latitude", "labels"),
    ("POST", "/contactfields"): ("contact_id", "contact_field_type_id", "data", "labels"),
    ("POST", "/photos"): ("contact_id", "data", "extension", "photo"),
    ("POST", "/documents"): ("contact_id", "document"),
    ("GET", "/contacts"): (),
    ("GET", "/reminders/upcoming/0"): (),
}
likely = st.sampled_from([1, "1", True, False, "x", "2024-02-31", "2024-01-01", "yes", 10**20])


@given(data=st.data(), target=st.sampled_from([*TARGETS]))
@settings(max_examples=250, deadline=None)
def test_whatever_is_sent_the_mock_lives(data: st.DataObject, target: tuple[str, str]) -> None:
    """Any JSON and any query is answered below 500, with a reply that the document describes."""
    method, path = target
    members: dict[str, Any] = data.draw(
        st.dictionaries(st.sampled_from(["x", *TARGETS[target]]), likely | trees)
    )
    query = data.draw(
        st.dictionaries(
            st.sampled_from(["limit", "page", "sort", "query", "with", "lang", "x[]"]),
            st.sampled_from(["1", "100", "", "created_at", "contactfields", "fr", "Email:x"])
            | st.text(st.characters(codec="utf-8")),
        )
    )
    with MockCRMs() as mocks, client_for(mocks.monica) as http:
        reply = http.request(
            method, path, params=query, content=json.dumps(members).encode(), headers=JSON
        )
        assert reply.status_code < 500, reply.text
        assert http.get("/me").status_code == 200
