"""The pages for people, as a browser gets them: what they show, their forms, the token."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from crmkit_mock import MockServer
from crmkit_mock.catalogue import CATALOGUE
from crmkit_mock.pages import assets, routes
from tests.mock.plain import Relenta, client_for

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def browser(server: MockServer) -> Iterator[httpx.Client]:
    """A client that asks as a browser does, and sends the Origin of the mock with its forms."""
    headers = {**BROWSER, "Origin": server.url}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as http:
        yield http


def page(reply: httpx.Response, status: int = 200) -> str:
    """Check that a reply is a page that loads nothing from elsewhere; return its text."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", reply.text) == []
    assert re.findall(r"<script(?![^>]* src=)|\son\w+=|javascript:", reply.text) == []
    return unescape(reply.text)


def test_shows_what_runs(server: MockServer, browser: httpx.Client) -> None:
    """`/` and `/__mock__/` have the address, credentials, records and last calls of each CRM."""
    with client_for(server.relenta) as http:
        Relenta(server.relenta, http).save(full_name="Ada")
    for path in ("/", "/__mock__/"):
        text = page(browser.get(path))
        for name in CATALOGUE:
            crm = server.crm(name)
            assert crm.base_url in text
            assert all(value in text for value in crm.credentials.values()), name
            assert f"/__mock__/docs/{name}" in text
        assert "POST /contact.save.json" in text
        assert "1 calls" in text


def test_shows_one_crm(server: MockServer, browser: httpx.Client) -> None:
    """A CRM's page has its calls with request and reply, records by kind, and waiting faults."""
    with client_for(server.relenta) as http:
        Relenta(server.relenta, http).save(full_name="<script>alert(1)</script>")
        http.get("/contact.list.json", params={"page": "<b>"})
    server.relenta.fail(status=429, retry_after=2, path="/contact.*", method="get", after=True)
    reply = browser.get("/__mock__/crms/relenta")
    text = page(reply)
    assert "<script>alert" not in reply.text
    assert '"full_name": "<script>alert(1)</script>"' in text
    assert '"status": true' in text
    assert "status 429, Retry-After 2: 1 more, GET /contact.*, processed first" in text
    assert server.relenta.credentials["department_key"] in text
    assert "[redacted]" in text
    records = page(browser.get("/__mock__/crms/relenta/records/contact"))
    assert "James Bond" in records
    assert "agents" in records
    for path in (
        "/__mock__/crms/nope",
        "/__mock__/crms/relenta/records/nope",
        "/__mock__/docs/nope",
    ):
        assert browser.get(path).status_code == 404, path


def test_every_kind_of_every_crm_is_shown(browser: httpx.Client) -> None:
    """The records of all kinds of the demo can be looked at."""
    for name in CATALOGUE:
        text = page(browser.get(f"/__mock__/crms/{name}"))
        links = re.findall(r'href="(/__mock__/crms/[^"]+/records/[^"]+)"', text)
        assert links, name
        for link in links:
            page(browser.get(link))


def test_buttons_reset_seed_and_fail(server: MockServer, browser: httpx.Client) -> None:
    """Forms act on one CRM or on all, and lead back to their page."""
    with client_for(server.relenta) as http:
        relenta = Relenta(server.relenta, http)
        for crm, back in (("", "/"), ("relenta", "/__mock__/crms/relenta")):
            form = {"crm": crm, "page": "crm" if crm else "overview"}
            reply = browser.post("/__mock__/pages/seed", data={**form, "seed": "empty"})
            assert (reply.status_code, reply.headers["location"]) == (303, f"{back}?done=seed")
            assert "The data were replaced." in page(browser.get(reply.headers["location"]))
            assert relenta.contacts() == []
            assert browser.post("/__mock__/pages/reset", data=form).status_code == 303
            assert len(relenta.contacts()) == 2
            fault = {"kind": "503", "times": "", "delay": "", "retry_after": "7", "method": "get"}
            assert browser.post("/__mock__/pages/fail", data={**form, **fault}).status_code == 303
            (waiting,) = server.relenta.faults.waiting()
            assert (waiting.status, waiting.times, waiting.retry_after) == (503, None, 7)
            assert (waiting.method, waiting.path, waiting.after) == ("GET", None, False)
            browser.post("/__mock__/pages/clear", data=form)
            assert relenta.contacts()
            browser.post("/__mock__/pages/forget", data=form)
            assert len(server.relenta.journal) == 0
    for kind, error, delay in (("reset", "reset", 0), ("delay", None, 1.5)):
        data = {
            "crm": "relenta",
            "kind": kind,
            "delay": "1.5" if kind == "delay" else "",
            "after": "1",
        }
        browser.post("/__mock__/pages/fail", data={**data, "times": "2"})
        waiting = server.relenta.faults.waiting()[-1]
        assert (waiting.error, waiting.delay, waiting.times, waiting.after) == (
            error,
            delay,
            2,
            True,
        )


@pytest.mark.parametrize(
    ("action", "form", "problem"),
    [
        ("fail", {"kind": "99", "crm": "relenta", "page": "crm"}, "status must be from 200 to 599"),
        ("fail", {"kind": "nope", "crm": "relenta"}, "error must be one of"),
        ("fail", {"kind": "connect", "crm": "relenta"}, "cannot happen on an open port"),
        ("fail", {"kind": "delay", "crm": "relenta"}, "a fault needs"),
        (
            "fail",
            {"kind": "503", "times": "x", "path": "/kept"},
            "times: expected a number, got 'x'",
        ),
        ("fail", {"kind": "503", "times": "0"}, "times must be >= 1"),
        ("fail", {"kind": "503", "delay": "nan", "crm": "relenta"}, "delay must be from 0"),
        ("seed", {"seed": "/etc/passwd.json"}, "seed must be one of demo, empty"),
    ],
)
def test_forms_name_mistakes(
    server: MockServer, browser: httpx.Client, action: str, form: dict[str, str], problem: str
) -> None:
    """A mistake is 400, said on the page with what was typed, and changes nothing."""
    before = server.snapshot()
    text = page(browser.post(f"/__mock__/pages/{action}", data=form), 400)
    assert problem in text
    assert form.get("path", "") in text
    assert server.snapshot() == before
    assert all(server.crm(name).faults.waiting() == [] for name in CATALOGUE)


def test_rejects_what_no_form_sends(server: MockServer, browser: httpx.Client) -> None:
    """Unknown actions and CRMs, other methods, foreign origins and large forms are 4xx."""
    fail = "/__mock__/pages/fail"
    for reply, status in (
        (browser.post("/__mock__/pages/nope"), 404),
        (browser.post(fail, data={"crm": "nope", "kind": "503"}), 404),
        (browser.get("/__mock__/pages/reset"), 405),
        (browser.post("/"), 405),
        (browser.post(fail, content=b"kind=%FF"), 400),
        (browser.post(fail, content=b"x" * (20 * 1024 * 1024 + 1)), 413),
        (browser.post(fail, data={"kind": "503"}, headers={"Origin": "http://evil.example"}), 403),
        (browser.post(fail, data={"kind": "503"}, headers={"Origin": "null"}), 403),
        (browser.get("/", headers={"Host": "evil.example"}), 403),
    ):
        assert reply.status_code == status, reply.request.url
    assert server.relenta.faults.waiting() == []


def test_serves_documents_to_try_out(server: MockServer, browser: httpx.Client) -> None:
    """Each CRM's document page names its own document, credentials, and files that exist."""
    for name in CATALOGUE:
        text = page(browser.get(f"/__mock__/docs/{name}"))
        settings = httpx.Response(200, text=text.split('data-settings="')[1].split('">')[0]).json()
        document = browser.get(settings["url"]).json()
        assert document["servers"][0]["url"] == server.base_path(name)
        assert document["openapi"].startswith("3.1")
        if name == "onepagecrm":
            assert settings["signature"] == server.onepagecrm.credentials
        else:
            assert set(settings["authorizations"].values()) <= set(
                server.crm(name).credentials.values()
            )
            assert settings["authorizations"]
        for link in re.findall(r'(?:src|href)="(/__mock__/static/[^"]+)"', text):
            assert browser.get(link).status_code == 200, link


def test_serves_no_other_files(browser: httpx.Client) -> None:
    """Only the pages' own files are served: no path leads out of their folder."""
    for name in ("nope.css", "..%2froutes.py", "%2e%2e%2froutes.py", "..%5croutes.py", "", "%00"):
        assert browser.get(f"/__mock__/static/{name}").status_code == 404, name


def test_without_swagger_ui_the_page_says_what_to_install(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the package with Swagger UI is missing, the document's page is 503 with the remedy."""
    monkeypatch.setattr(assets, "PACKAGE", "no_such_package")
    assets.find_asset.cache_clear()
    try:
        text = page(browser.get("/__mock__/docs/relenta"), 503)
        assert "pip install 'crmkit[mock]'" in text
        assert browser.get("/__mock__/static/swagger-ui.css").status_code == 404
    finally:
        assets.find_asset.cache_clear()


def test_without_templates_the_page_says_what_to_install(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are 503 with the remedy where Jinja is missing; the control plane works."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    routes._templates.cache_clear()
    try:
        reply = browser.get("/")
        assert (reply.status_code, reply.text) == (
            503,
            "crmkit_mock needs the package jinja2: pip install 'crmkit[mock]'",
        )
        assert browser.get("/__mock__/health").status_code == 200
    finally:
        routes._templates.cache_clear()


def test_asks_people_for_the_token() -> None:
    """With a token a browser gets a form for it, under 401; the cookie opens all pages."""
    with (
        MockServer(token="to;ken") as mock,
        httpx.Client(base_url=mock.url, trust_env=False) as http,
    ):
        http.headers.update({**BROWSER, "Origin": mock.url})
        for path in ("/", "/__mock__/", "/__mock__/crms/relenta", "/__mock__/docs/monica"):
            text = page(http.get(path), 401)
            assert 'name="token"' in text
            assert "department_key" not in text
        assert http.get("/__mock__/static/page.css").status_code == 200
        assert http.get("/__mock__/journal", headers={"Accept": "*/*"}).json().keys() == {"error"}
        assert http.post("/__mock__/pages/reset").status_code == 401
        assert "That is not the token." in page(
            http.post("/__mock__/login", data={"token": "x"}), 401
        )
        assert page(http.get("/"), 401)
        reply = http.post("/__mock__/login", data={"token": " to;ken "})
        assert (reply.status_code, reply.headers["location"]) == (303, "/")
        cookie = reply.headers["set-cookie"].lower()
        assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/"))
        assert "to;ken" not in cookie
        assert "department_key" in page(http.get("/"))
        assert http.post("/__mock__/pages/reset").status_code == 303
        foreign = {"Origin": "http://evil.example"}
        assert http.post("/__mock__/pages/reset", headers=foreign).status_code == 403
