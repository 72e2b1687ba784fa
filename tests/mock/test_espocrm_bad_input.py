"""Invalid input to EspoCRM's mock: rejected with a reason, nothing stored, no crash."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from tests.mock.espo import brackets, client_for, error_reason

ACCOUNT = f"/Account/{seed.ACCOUNT}"
EQUALS = {"type": "equals", "attribute": "status", "value": "New"}
#: Requests that crash a real server: method, path, query, body.
CRASHES: dict[str, tuple[str, str, dict[str, Any], bytes | None]] = {
    "broken JSON": ("POST", "/Account", {}, b"{broken"),
    "NaN": ("POST", "/Account", {}, b'{"name": NaN}'),
    "a lone surrogate": ("POST", "/Account", {}, b'{"name": "\\ud800"}'),
    "a name that begins with NUL": ("POST", "/Account", {}, b'{"\\u0000a": 1}'),
    "513 levels": ("POST", "/Account", {}, b'{"x": ' + b"[" * 512 + b"]" * 512 + b"}"),
    "whitespace": ("POST", "/Account", {}, b" "),
    "a number out of range": ("POST", "/Account", {}, b'{"cScore": 1e999}'),
    "invalid UTF-8": ("POST", "/Account", {}, b'{"name": "\xff"}'),
    "negative offset": ("GET", "/Lead", {"offset": "-1"}, None),
    "negative size": ("GET", "/Lead", {"maxSize": "-5"}, None),
    "empty brackets": ("GET", "/Lead", {"where[][type]": "equals"}, None),
    "an item that is a str": ("GET", "/Lead", {"where[0]": "x"}, None),
    "an item without type": ("GET", "/Lead", brackets({"where": [{"attribute": "status"}]}), None),
    "an item without attribute": ("GET", "/Lead", brackets({"where": [{"type": "isNull"}]}), None),
    "an item with an unknown member": (
        "GET",
        "/Lead",
        brackets({"where": [{**EQUALS, "extra": "1"}]}),
        None,
    ),
    "a person's name": (
        "GET",
        "/Lead",
        brackets({"where": [{"type": "greaterThan", "attribute": "name", "value": "x"}]}),
        None,
    ),
    "an e-mail's subject": (
        "GET",
        "/Email",
        brackets({"where": [{"type": "contains", "attribute": "subject", "value": "x"}]}),
        None,
    ),
    "order by a link's name": (
        "GET",
        "/Account",
        {"orderBy": "assignedUserName", "select": "id"},
        None,
    ),
    "order by a list": ("GET", "/Account", {"orderBy": "teamsIds"}, None),
    "a mass action on nothing": (
        "POST",
        "/MassAction",
        {},
        b'{"entityType": "Lead", "action": "delete", "params": {"ids": []}}',
    ),
    "a mass action on an unknown type": (
        "POST",
        "/MassAction",
        {},
        b'{"entityType": "Nope", "action": "delete", "params": {"ids": ["x"]}}',
    ),
}


def send(http: httpx.Client, name: str) -> httpx.Response:
    """Send one of the requests that crash a real server."""
    method, path, query, body = CRASHES[name]
    headers = {"Content-Type": "application/json"}
    return http.request(method, path, params=query, content=body, headers=headers)


def test_answers_400_with_reason_to_what_crashes_a_real_server(mocks: MockCRMs) -> None:
    """By default the reason says what is wrong, and that a real server answers 500."""
    before = mocks.espocrm.snapshot()
    with client_for(mocks.espocrm) as http:
        for name in CRASHES:
            reply = send(http, name)
            reason = error_reason(reply, 400) or ""
            assert reason.endswith("A real server answers 500."), (name, reason)
            assert reply.content == b"", name
    assert mocks.espocrm.snapshot() == before


def test_faithful_crashes_answer_500() -> None:
    """With faithful_crashes the answer is a real server's: 500 without body and reason."""
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.espocrm) as http:
        for name in CRASHES:
            reply = send(http, name)
            assert error_reason(reply, 500) is None, name
            assert reply.content == b"", name
        assert http.get("/Account").status_code == 200


def test_answers_404_to_unknown_paths_and_ids(mocks: MockCRMs) -> None:
    """A path without a route and an id without a record are 404, whatever they consist of."""
    paths = (
        "/Account/",
        "/Account/x/contacts/y",
        "/../Account",
        "/Account%2F..%2FLead",
        "/Account/%2e%2e",
        "/Account/a%2Fb",
        "/Account/%00",
        "/Account/a%3Fb%23c",
        "/%C5%BElu%C5%A5",
        "/" + "A" * 5000,
        "//",
        "/Account/" + "0" * 5000,
    )
    with client_for(mocks.espocrm) as http:
        for path in paths:
            reply = http.get(mocks.espocrm.base_url + path)
            assert reply.status_code in (400, 404), path[:50]
            is_404 = reply.status_code == 404
            assert is_404 or "%00" in path, path[:50]


def test_answers_405_with_a_page_to_wrong_methods(mocks: MockCRMs) -> None:
    """The router answers a method that a path does not accept with a page and Allow."""
    cases = (
        ("PUT", "/Account", "GET, POST"),
        ("DELETE", "/Account", "GET, POST"),
        ("PATCH", f"{ACCOUNT}/contacts", "GET, POST, DELETE"),
        ("POST", "/App/user", "GET, DELETE, PUT, PATCH"),
        ("PATCH", "/Account/action/x", "GET, POST, DELETE, PUT"),
    )
    with client_for(mocks.espocrm) as http:
        for method, path, allow in cases:
            reply = http.request(method, path)
            assert error_reason(reply, 405) is None, (method, path)
            assert reply.headers["allow"] == allow, (method, path)
            assert reply.text.startswith("<!doctype html>"), (method, path)


def test_router_answers_json_where_it_is_accepted(mocks: MockCRMs) -> None:
    """The header Accept decides between JSON and a page, for every error of the router."""
    cases = (
        ("GET", "/Account/", 404, "404 Not Found"),
        ("POST", "/Lead/x/action/convert", 404, "404 Not Found"),
        ("PUT", "/Account", 405, "405 Method Not Allowed"),
        ("OPTIONS", "/Account", 200, "405 Method Not Allowed"),
        ("OPTIONS", "/a/b/c/d", 200, "404 Not Found"),
    )
    with client_for(mocks.espocrm) as http:
        for method, path, status, message in cases:
            for accept in ("application/json", "text/html,application/json", "a/b+json"):
                reply = http.request(method, path, headers={"Accept": accept})
                assert (reply.status_code, reply.json()) == (status, {"message": message}), path
                assert reply.headers["content-type"] == "application/json", path
            for accept in ("*/*", "application/json;q=1", "text/html"):
                reply = http.request(method, path, headers={"Accept": accept})
                assert reply.text.startswith("<!doctype html>"), (path, accept)


def test_methods_that_a_special_path_lacks_go_to_the_controller(mocks: MockCRMs) -> None:
    """The router tries the patterns of records, links and actions for them."""
    cases = (
        ("POST", "/Settings", "Action POST 'create' does not exist in controller 'Settings'."),
        ("GET", "/Note/x/pin", "Action GET 'listLinked' does not exist in controller 'Note'."),
        ("HEAD", "/Nope/x", "Controller 'Nope' does not exist."),
        ("GET", "/Metadata/entityDefs/x", "Action GET 'listLinked' does not exist"),
        ("GET", "/Nope/x/y", "Controller 'Nope' does not exist."),
        ("GET", "/Account/action/x", "Action GET 'x' does not exist in controller 'Account'."),
        ("HEAD", "/Account/x/contacts", "Action HEAD 'listLinked' does not exist"),
        ("HEAD", "/Account/x/stream", "Action HEAD 'list' does not exist in controller 'Stream'."),
    )
    with client_for(mocks.espocrm) as http:
        for method, path, reason in cases:
            assert (error_reason(http.request(method, path), 404) or "").startswith(reason), path
        assert error_reason(http.head("/Settings"), 400) == "No action for method `HEAD`."
        assert http.head("/App/about").status_code == 200
        assert http.get("/Settings/x").json() == http.get("/Settings").json()
        unknown = {"X-Api-Key": "0" * 32}
        assert http.get("/Account/action/x", headers=unknown).status_code == 401
        assert http.get("/a/b/c/d", headers=unknown).status_code == 404


def test_answers_404_to_head_and_a_page_to_options(mocks: MockCRMs) -> None:
    """HEAD is an action of no controller; OPTIONS is 200 with the page of a wrong method."""
    with client_for(mocks.espocrm) as http:
        assert error_reason(http.head("/Account"), 404) == (
            "Action HEAD 'list' does not exist in controller 'Account'."
        )
        reply = http.options("/Account")
        assert (reply.status_code, reply.headers["allow"]) == (200, "GET, POST")


def test_answers_413_with_a_page_to_a_body_over_the_cap(mocks: MockCRMs) -> None:
    """A body of 30 MB is rejected with a page of the web server."""
    with client_for(mocks.espocrm) as http:
        reply = http.post("/Account", content=b" " * (30 * 1024 * 1024))
        assert error_reason(reply, 413) is None
        assert reply.headers["content-type"].startswith("text/html")


def test_rejects_json_scalars_as_body(mocks: MockCRMs) -> None:
    """A JSON value that is neither an object nor an array is rejected in the vendor's words."""
    with client_for(mocks.espocrm) as http:
        for body in (b'"text"', b"1", b"null", b"true"):
            headers = {"Content-Type": "application/json"}
            reply = http.post("/Account", content=body, headers=headers)
            assert error_reason(reply, 400) == "Body is not a JSON object.", body


_VALUES: list[Any] = [None, -1, 1.5, 10**30, "", "\U0001f600", [[]], {"a": {}}]


@pytest.mark.parametrize("entity", ["Account", "Contact", "Opportunity", "Meeting", "CGadget"])
def test_accepts_or_rejects_any_value_of_any_attribute(mocks: MockCRMs, entity: str) -> None:
    """Whatever is sent for an attribute, the answer is a record or a 4xx."""
    known = [name for field in ENTITY_TYPES[entity].fields for name in field.attributes]
    required = {
        "name": "Any", "lastName": "Any", "amount": 1, "closeDate": "2024-05-01",
        "assignedUserId": mocks.espocrm.user_ids["jana"], "dateStart": "2024-05-01 10:00",
    }  # fmt: skip
    with client_for(mocks.espocrm) as http:
        for name in known:
            for value in _VALUES:
                body = {**required, name: value, "_skipDuplicateCheck": True}
                reply = http.post(f"/{entity}", json=body)
                assert reply.status_code in (200, 400, 403), (name, value, reply.headers)
                if reply.status_code == 200:
                    read = http.get(f"/{entity}/{reply.json()['id']}")
                    assert read.status_code == 200, (name, value, read.headers)
                    changed = http.put(f"/{entity}/{reply.json()['id']}", json={name: value})
                    assert changed.status_code in (200, 400, 403), (name, value, changed.headers)
        assert http.get(f"/{entity}").status_code == 200


_BODIES: list[Any] = [{}, {"id": 1}, {"id": {}}, {"ids": "x"}, {"ids": [{}]}, {"ids": {"a": 1}}]


def test_answers_bodies_of_any_shape(mocks: MockCRMs) -> None:
    """Bodies of other shapes are rejected or have no effect; the mock itself never fails."""
    shapes = [*_BODIES, {"entityType": "Lead", "id": "x", "action": "merge", "data": []}]
    shapes += [{"entityType": "Lead", "action": "update", "params": body} for body in _BODIES]
    shapes += [{"massRelate": True, "where": [1]}, {"post": []}, {"EUR": "x"}, {"file": 1}]
    routes = (
        ("POST", f"{ACCOUNT}/contacts"),
        ("DELETE", f"{ACCOUNT}/contacts"),
        ("POST", f"{ACCOUNT}/followers"),
        ("POST", "/MassAction"),
        ("POST", "/Action"),
        ("POST", "/Export"),
        ("POST", "/Lead/action/convert"),
        ("POST", "/Lead/action/getConvertAttributes"),
        ("POST", "/Account/action/getDuplicateAttributes"),
        ("POST", "/TargetList/action/unlinkAll"),
        ("POST", "/App/destroyAuthToken"),
        ("POST", "/Note"),
        ("POST", "/Email"),
        ("POST", "/Attachment"),
        ("PUT", "/CurrencyRate"),
        ("PUT", "/Settings"),
    )
    with client_for(mocks.espocrm, "admin") as http:
        for method, path in routes:
            mocks.espocrm.reset()
            for body in shapes:
                reply = http.request(method, path, json=body)
                assert reply.status_code in (200, 400, 403, 404), (method, path, body)


def test_invalid_selection_does_not_select_all_records(mocks: MockCRMs) -> None:
    """A mass action or a link whose conditions are not a list is rejected and has no effect."""
    cases: list[tuple[str, dict[str, Any]]] = [
        ("/MassAction", {"where": "x"}),
        ("/MassAction", {"where": {"a": 1}}),
        ("/MassAction", {"searchParams": "x"}),
        (f"{ACCOUNT}/contacts", {"where": "x"}),
        (f"{ACCOUNT}/contacts", {"searchParams": "x"}),
        ("/Lead/action/massDelete", {"where": "x"}),
    ]
    for path, invalid in cases:
        crm = mocks.autocrm if path.endswith("massDelete") else mocks.espocrm
        body = {"massRelate": True, "byWhere": True, **invalid}
        body |= {"entityType": "Lead", "action": "delete", "params": invalid}
        before = crm.snapshot()
        with client_for(crm) as http:
            reply = http.post(path, json=body)
        reason = error_reason(reply, 400) or ""
        expected = (
            "where should",
            "searchParams should",
            "A where item is not an object.",
            "Bad '",
        )
        assert reason.startswith(expected), (path, invalid)
        assert crm.snapshot() == before, (path, invalid)
