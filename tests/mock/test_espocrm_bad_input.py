"""Bad input for EspoCRM's mock: refused with a reason, nothing stored, the server alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import brackets, client_for, refusal

ACCOUNT = f"/Account/{seed.ACCOUNT}"
EQUALS = {"type": "equals", "attribute": "status", "value": "New"}
#: Requests that crash a real server: method, path, query, body.
CRASHES: dict[str, tuple[str, str, dict[str, Any], bytes | None]] = {
    "broken JSON": ("POST", "/Account", {}, b"{broken"),
    "NaN": ("POST", "/Account", {}, b'{"name": NaN}'),
    "a lone surrogate": ("POST", "/Account", {}, b'{"name": "\\ud800"}'),
    "NUL": ("POST", "/Account", {}, b'{"name": "a\\u0000b"}'),
    "a huge number": ("POST", "/Account", {}, b'{"cScore": 1e999}'),
    "no UTF-8": ("POST", "/Account", {}, b'{"name": "\xff"}'),
    "negative offset": ("GET", "/Lead", {"offset": "-1"}, None),
    "negative size": ("GET", "/Lead", {"maxSize": "-5"}, None),
    "empty brackets": ("GET", "/Lead", {"where[][type]": "equals"}, None),
    "an item that is text": ("GET", "/Lead", {"where[0]": "x"}, None),
    "an item without type": ("GET", "/Lead", brackets({"where": [{"attribute": "status"}]}), None),
    "an item without attribute": ("GET", "/Lead", brackets({"where": [{"type": "isNull"}]}), None),
    "an item with another key": (
        "GET",
        "/Lead",
        brackets({"where": [{**EQUALS, "extra": "1"}]}),
        None,
    ),
    "a person's name": (
        "GET",
        "/Lead",
        brackets({"where": [{"type": "isNull", "attribute": "name"}]}),
        None,
    ),
    "an e-mail's subject": (
        "GET",
        "/Email",
        brackets({"where": [{"type": "contains", "attribute": "subject", "value": "x"}]}),
        None,
    ),
    "order by a link's name": ("GET", "/Account", {"orderBy": "assignedUserName"}, None),
    "order by a list": ("GET", "/Account", {"orderBy": "teams"}, None),
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


@pytest.fixture(scope="module")
def faithful() -> Iterator[MockCRMs]:
    """Mocks that crash where real servers do."""
    with MockCRMs(faithful_crashes=True) as mocks:
        yield mocks


def send(http: httpx.Client, name: str) -> httpx.Response:
    """Send one of the requests that crash a real server."""
    method, path, query, body = CRASHES[name]
    headers = {"Content-Type": "application/json"}
    return http.request(method, path, params=query, content=body, headers=headers)


@pytest.mark.parametrize("name", CRASHES)
def test_what_crashes_a_real_server_is_400_with_the_reason(mocks: MockCRMs, name: str) -> None:
    """The mock says what is wrong, and that a real server would not."""
    before = mocks.espocrm.snapshot()
    with client_for(mocks.espocrm) as http:
        reply = send(http, name)
    assert (refusal(reply, 400) or "").endswith("A real server answers 500.")
    assert reply.content == b""
    assert mocks.espocrm.snapshot() == before


@pytest.mark.parametrize("name", CRASHES)
def test_what_crashes_a_real_server_is_500_where_that_is_asked_for(
    faithful: MockCRMs, name: str
) -> None:
    """With faithful crashes the answer is the real one: 500, no body, no reason."""
    with client_for(faithful.espocrm) as http:
        reply = send(http, name)
        assert refusal(reply, 500) is None
        assert reply.content == b""
        assert http.get("/Account").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
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
    ],
)
def test_strange_paths_are_404(mocks: MockCRMs, path: str) -> None:
    """Paths that no route has, and ids that no record has, are 404; nothing else happens."""
    with client_for(mocks.espocrm) as http:
        reply = http.get(mocks.espocrm.base_url + path)
        assert reply.status_code in (400, 404)
        assert reply.status_code == 404 or "UTF-8" in reply.headers["x-status-reason"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/Account", "GET, POST"),
        ("DELETE", "/Account", "GET, POST"),
        ("PATCH", f"{ACCOUNT}/contacts", "GET, POST, DELETE"),
        ("POST", "/App/user", "GET"),
    ],
)
def test_wrong_methods_are_405_with_a_page(
    mocks: MockCRMs, method: str, path: str, allow: str
) -> None:
    """The router answers a method that a path does not take with a page and Allow."""
    with client_for(mocks.espocrm) as http:
        reply = http.request(method, path)
        assert refusal(reply, 405) is None
        assert reply.headers["allow"] == allow
        assert reply.text.startswith("<!doctype html>")


def test_head_is_404_and_options_a_page(mocks: MockCRMs) -> None:
    """HEAD is an action that no controller has; OPTIONS is 200 with the page of a wrong method."""
    with client_for(mocks.espocrm) as http:
        assert refusal(http.head("/Account"), 404) == (
            "Action HEAD 'list' does not exist in controller 'Account'."
        )
        reply = http.options("/Account")
        assert (reply.status_code, reply.headers["allow"]) == (200, "GET, POST")


def test_a_body_over_the_cap_is_the_web_servers_413(mocks: MockCRMs) -> None:
    """A body of 30 MB is refused with a page of the web server."""
    with client_for(mocks.espocrm) as http:
        reply = http.post("/Account", content=b" " * (30 * 1024 * 1024))
        assert refusal(reply, 413) is None
        assert reply.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("body", [b'"text"', b"1", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(mocks: MockCRMs, body: bytes) -> None:
    """A JSON value that is neither object nor array is refused in the vendor's words."""
    with client_for(mocks.espocrm) as http:
        headers = {"Content-Type": "application/json"}
        reply = http.post("/Account", content=body, headers=headers)
        assert refusal(reply, 400) == "Body is not a JSON object."


_WRONG: list[Any] = [None, -1, 1.5, 10**30, "", "\U0001f600", [[]], {"a": {}}]


@pytest.mark.parametrize("entity", ["Account", "Contact", "Opportunity", "Meeting", "CGadget"])
def test_any_value_for_any_attribute_is_taken_or_refused(mocks: MockCRMs, entity: str) -> None:
    """Whatever is sent for an attribute, the answer is a record or a 4xx with its reason."""
    from crmkit_mock.espocrm.entity_types import ENTITY_TYPES

    known = [name for field in ENTITY_TYPES[entity].fields for name in field.attributes]
    required = {
        "name": "Any", "lastName": "Any", "amount": 1, "closeDate": "2024-05-01",
        "assignedUserId": mocks.espocrm.user_ids["jana"], "dateStart": "2024-05-01 10:00",
    }  # fmt: skip
    with client_for(mocks.espocrm) as http:
        for name in known:
            for value in _WRONG:
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


@pytest.mark.parametrize(
    ("method", "path"),
    [
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
    ],
)
def test_any_body_is_answered(mocks: MockCRMs, method: str, path: str) -> None:
    """Bodies of other shapes are refused or do nothing; the mock itself never fails."""
    shapes = [*_BODIES, {"entityType": "Lead", "id": "x", "action": "merge", "data": []}]
    shapes += [{"entityType": "Lead", "action": "update", "params": one} for one in _BODIES]
    shapes += [{"massRelate": True, "where": [1]}, {"post": []}, {"EUR": "x"}, {"file": 1}]
    with client_for(mocks.espocrm, "admin") as http:
        for body in shapes:
            reply = http.request(method, path, json=body)
            assert reply.status_code in (200, 400, 403, 404), (body, reply.headers)


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        ("/MassAction", {"where": "x"}),
        ("/MassAction", {"where": {"a": 1}}),
        ("/MassAction", {"searchParams": "x"}),
        (f"{ACCOUNT}/contacts", {"where": "x"}),
        (f"{ACCOUNT}/contacts", {"searchParams": "x"}),
        ("/Lead/action/massDelete", {"where": "x"}),
    ],
)
def test_a_choice_that_is_none_does_not_mean_all_records(
    mocks: MockCRMs, path: str, bad: dict[str, Any]
) -> None:
    """A mass action or a link whose conditions are no list is refused, and touches nothing."""
    crm = mocks.autocrm if path.endswith("massDelete") else mocks.espocrm
    body = {"massRelate": True, "byWhere": True, **bad}
    body |= {"entityType": "Lead", "action": "delete", "params": bad}
    before = crm.snapshot()
    with client_for(crm) as http:
        reply = http.post(path, json=body)
    assert (refusal(reply, 400) or "").startswith(("where should", "searchParams should"))
    assert crm.snapshot() == before
