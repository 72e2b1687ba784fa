"""Monica's errors: who may ask, how bodies are read, which form of error a client gets."""

from __future__ import annotations

import json
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit_mock import MockCRMs, MockServer
from tests.mock.plain_monica import NOT_FOUND, PLAIN, Monica, client_for

UNAUTHENTICATED = {"message": "Unauthenticated."}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REQUIRED = [
    "The first name field is required.",
    "The is birthdate known field is required.",
    "The is deceased field is required.",
    "The is deceased date known field is required.",
]


def test_rejects_requests_without_a_valid_token(monica: Monica) -> None:
    """Missing, malformed, wrong and expired tokens are 401 in the framework's form."""
    expired = monica.mock.expired_credentials["token"]
    del monica.http.headers["Authorization"]
    for authorization in (
        *(None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YWRh", "mock-token-of-ada"),
        f"Bearer {expired}",
    ):
        headers = {} if authorization is None else {"Authorization": authorization}
        for method, path in (("GET", "/me"), ("POST", "/contacts"), ("DELETE", "/notes/1")):
            reply = monica.http.request(method, path, headers=headers)
            assert (reply.status_code, reply.json()) == (401, UNAUTHENTICATED), authorization


def test_redirects_browsers_without_a_token(monica: Monica) -> None:
    """A client that does not ask for JSON is redirected to the site in place of 401."""
    site = monica.mock.base_url.removesuffix(monica.mock.base_path)
    for accept in ("*/*", "text/html, application/json"):
        reply = monica.http.get("/me", headers={"Authorization": "", "Accept": accept})
        assert (reply.status_code, reply.headers["location"]) == (302, site)
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
    headers = {"Authorization": "", "Accept": "*/*", "X-Requested-With": "XMLHttpRequest"}
    assert monica.http.get("/me", headers=headers).status_code == 401


def test_answers_public_routes_without_a_token(monica: Monica) -> None:
    """Currencies and terms need no token; the site's statistics are 404 unless published."""
    with httpx.Client(transport=monica.mock.transport, base_url=monica.mock.base_url) as http:
        for path in ("/currencies", "/currencies/1", "/compliance", "/compliance/1"):
            assert http.get(path).status_code == 200, path
        assert http.get("/statistics").json() == NOT_FOUND
        monica.mock.publish_statistics()
        assert isinstance(http.get("/statistics").json(), list)


def test_answers_framework_errors_as_html_pages(monica: Monica) -> None:
    """Without Accept, Monica's own errors stay JSON, the framework's become HTML pages."""
    plain = {"Accept": "*/*"}
    assert monica.http.get("/contacts/999", headers=plain).json() == NOT_FOUND
    reply = monica.http.get("/nothing", headers=plain)
    assert (reply.status_code, reply.text) == (404, "<!DOCTYPE html>")
    reply = monica.http.delete("/contacts/999", headers=plain)
    assert reply.status_code == 302
    monica.delete("/contacts/3")
    reply = monica.http.delete("/contacts/3", headers=plain)
    assert (reply.status_code, reply.text) == (404, "<!DOCTYPE html>")


def test_names_unknown_routes(monica: Monica) -> None:
    """The message has the route; the vendor's pages have some that the server does not have."""
    for path in ("nothing", "groups", "groups/1", "reminder", "task", "contact/1/contactfields"):
        message = f"The route api/{path} could not be found."
        assert monica.tree("GET", f"/{path}", status=404) == {"message": message}


def test_rejects_methods_that_a_path_does_not_have(monica: Monica) -> None:
    """The methods of a path are listed twice, as the server does."""
    for method, path, allow in (
        ("POST", "/relationshiptypes", "GET, HEAD, GET, HEAD"),
        ("GET", "/contactfields", "POST, POST"),
        ("POST", "/contacts/1/addresses", "GET, HEAD, GET, HEAD"),
        ("PUT", "/documents/1", "GET, HEAD, DELETE, GET, HEAD, DELETE"),
    ):
        reply = monica.http.request(method, path)
        assert (reply.status_code, reply.headers["allow"]) == (405, allow), path
        assert reply.json() == {
            "message": f"The {method} method is not supported for route api{path}."
            f" Supported methods: {allow}."
        }


def test_answers_head_and_options(monica: Monica) -> None:
    """HEAD answers like GET without a body, OPTIONS has the methods for anybody."""
    assert monica.http.head("/contacts").status_code == 200
    reply = monica.http.options("/contacts", headers={"Authorization": ""})
    assert (reply.status_code, reply.text) == (200, "")
    assert reply.headers["allow"] == "GET,HEAD,POST,GET,HEAD,POST"


def test_takes_unreadable_bodies_as_empty(monica: Monica) -> None:
    """Broken JSON, JSON under another media type and no body at all count as an empty body."""
    json_type, form, multipart = JSON["Content-Type"], FORM["Content-Type"], "multipart/form-data"
    before = monica.mock.snapshot()
    bodies: list[tuple[bytes, str | None]] = [
        (b"", None),
        (b"", json_type),
        (b"{}", json_type),
        (b"[]", json_type),
        (b'"text"', json_type),
        (b"{bad", json_type),
        (b'{"first_name": "x"', json_type),
        (b'{"first_name": "\xff"}', json_type),
        (b"[" * 100_000, json_type),
        (b'{"first_name": "x"}', "text/plain"),
        (b"first_name=x", "text/plain"),
        (b"first_name=x", multipart),
        (b"first_name=x", f"{multipart}; boundary=b"),
        (b"first_name=%20%20&is_deceased=", form),
        (b"first_name" + b"[a]" * 100_000 + b"=x", form),
    ]
    for body, content_type in bodies:
        headers = {} if content_type is None else {"Content-Type": content_type}
        reply = monica.http.post("/contacts", content=body, headers=headers)
        expected = {"error": {"message": REQUIRED, "error_code": 32}}
        assert (reply.status_code, reply.json()) == (422, expected), (body[:20], content_type)
    assert monica.mock.snapshot() == before


def test_rejects_a_body_that_is_null(monica: Monica) -> None:
    """A body that is null, and only that, is code 37."""
    reply = monica.http.post("/contacts", content=b" null ", headers=JSON)
    assert reply.status_code == 400
    assert reply.json() == {"error": {"message": "Problems parsing JSON", "error_code": 37}}


def test_reads_members_from_forms_and_queries(monica: Monica) -> None:
    """Members come as a form, in the query, or both; the body wins; whitespace is stripped."""
    form = {**dict.fromkeys(PLAIN, "0"), "first_name": " Form  ", "nickname": " "}
    reply = monica.http.post("/contacts", data=form)
    assert reply.status_code == 201, reply.text
    created = reply.json()["data"]
    assert (created["first_name"], created["nickname"]) == ("Form", None)
    created = monica.post("/contacts?first_name=Query&nickname=Q", **{**PLAIN, "nickname": "B"})
    assert (created["first_name"], created["nickname"]) == ("Query", "B")
    for content in (b"tags[]=one&tags[]=two", b"tags[0]=three&tags[1]=four"):
        reply = monica.http.post("/contacts/1/setTags", content=content, headers=FORM)
        assert reply.status_code == 200, reply.text
    tags = {tag["name"] for tag in monica.get("/contacts/1")["tags"]}
    assert tags >= {"one", "two", "three", "four"}


def test_reads_booleans(monica: Monica) -> None:
    """Booleans also come as 0 and 1, as int or str; the words true and false are not booleans."""
    for value in (True, False, 0, 1, "0", "1"):
        body = {**PLAIN, "first_name": "x", "is_deceased": value}
        assert monica.post("/contacts", **body)["is_dead"] is (value in (True, 1, "1")), value
    others: list[object] = ["true", "false", "maybe", 2, -1, [], {}, 0.5, "01"]
    for other in others:
        (message,) = monica.expect_invalid(
            "POST", "/contacts", {**PLAIN, "first_name": "x", "is_deceased": other}
        )
        expected = "is required" if other in ([], {}) else "must be true or false"
        assert message == f"The is deceased field {expected}.", other


def test_rejects_an_empty_list_for_an_optional_member(monica: Monica) -> None:
    """It is invalid as any other list is, where a list is not allowed."""
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("/companies", {"name": "x", "website": []}, "The website must be a string."),
        ("/places", {"latitude": []}, "The latitude must be a number."),
        ("/tasks", {"title": "x", "contact_id": []}, "The contact id must be an integer."),
    ]
    for path, body, message in cases:
        assert monica.expect_invalid("POST", path, body) == [message], path


def test_ignores_unknown_members(monica: Monica) -> None:
    """So it does id and account_id: they belong to the server."""
    created = monica.post("/notes", contact_id=1, body="b", id=777, account_id=2, zzz=1)
    assert (created["id"], created["account"]) == (4, {"id": 1})


def test_crashes_faithfully_on_empty_routes(monica: Monica) -> None:
    """Routes without code behind them are 404 or 405 unless crashes are faithful."""
    routes = [("GET", "/logs/1", 404), ("DELETE", "/logs/1", 404), ("POST", "/logs", 405)]
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        for method, path, status in routes:
            assert monica.http.request(method, path).status_code == status
            assert http.request(method, path).status_code == 500
        assert http.patch("/logs/1").status_code == 500


def test_mock_server_accepts_faithful_crashes() -> None:
    """MockServer takes the argument as MockCRMs does."""
    with MockServer(faithful_crashes=True) as server, client_for(server.monica) as http:
        assert http.delete("/calls/abc").status_code == 500


def test_rejects_a_body_beyond_the_cap(monica: Monica) -> None:
    """More than 20 MiB is 413 before anything is read."""
    reply = monica.http.post("/contacts", content=b"x" * (20 * 1024 * 1024 + 1), headers=JSON)
    assert reply.status_code == 413
    assert reply.json().keys() == {"message"}


def test_gives_faults_monicas_own_bodies(monica: Monica) -> None:
    """An error that a test asks for by its status has the body that Monica gives it."""
    for status, code in ((404, 31), (429, 34), (400, 30), (422, 32)):
        monica.mock.fail(status=status)
        assert monica.tree("GET", "/me", status=status)["error"]["error_code"] == code
    monica.mock.fail(status=503)
    assert monica.tree("GET", "/me", status=503).keys() == {"message"}


#: Not all of Unicode: hypothesis would spend seconds on tables of it.
words = st.text("aZ09 éß漢😀٣\0\x7f\n[]{}()<>%&=+:;,./-_'\"\\#?")
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
#: Routes with the members that they know.
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


def test_answers_any_input_below_500(monica: Monica) -> None:
    """Any JSON and any query gets a status below 500 and a reply that the document describes."""

    @given(data=st.data(), target=st.sampled_from([*TARGETS]))
    @settings(max_examples=250, deadline=None)
    def check(data: st.DataObject, target: tuple[str, str]) -> None:
        method, path = target
        members: dict[str, Any] = data.draw(
            st.dictionaries(st.sampled_from(["x", *TARGETS[target]]), likely | trees)
        )
        query = data.draw(
            st.dictionaries(
                st.sampled_from(["limit", "page", "sort", "query", "with", "lang", "x[]"]),
                st.sampled_from(["1", "100", "", "created_at", "contactfields", "fr", "Email:x"])
                | words,
            )
        )
        monica.mock.reset()
        reply = monica.http.request(
            method, path, params=query, content=json.dumps(members).encode(), headers=JSON
        )
        assert reply.status_code < 500, reply.text
        assert monica.http.get("/me").status_code == 200

    check()
