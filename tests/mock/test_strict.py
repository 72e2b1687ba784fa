"""Strict mode: a request that the document does not allow fails the test and says where."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crmkit_mock import MockCRMs, MockServer
from tests.mock import espo, plain, plain_monica, plain_onepagecrm

if TYPE_CHECKING:
    from crmkit_mock.pytest_plugin import (
        AutoCRMFixture,
        EspoCRMFixture,
        MonicaFixture,
        OnePageCRMFixture,
        RelentaFixture,
    )

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OPENERS: dict[str, Any] = {
    "relenta": plain.client_for,
    "espocrm": espo.client_for,
    "monica": plain_monica.client_for,
    "onepagecrm": plain_onepagecrm.client_for,
}


@pytest.mark.parametrize(
    ("crm", "method", "path", "sent", "place"),
    [
        ("relenta", "GET", "/contacts.json", {}, "the document has no such path"),
        ("relenta", "PUT", "/contact.save.json", {}, "has no such method of this path"),
        (
            "relenta",
            "GET",
            "/contact.list.json?sort=x",
            {},
            r"\(contacts_list\): query: the document has no parameter 'sort'",
        ),
        ("relenta", "GET", "/contact.list.json?page=x", {}, r"query\.page: .*not of type"),
        ("relenta", "GET", "/contact.list.json?page=1&page=2", {}, "page is repeated"),
        ("relenta", "POST", "/contact.save.json", {}, r"\(contacts_save\): body: it is missing"),
        (
            "relenta",
            "POST",
            "/contact.save.json",
            {"json": {"full_name": 5}},
            r"body\.full_name: 5",
        ),
        ("relenta", "POST", "/contact.save.json", {"content": b"{"}, "body: its type ''"),
        (
            "relenta",
            "POST",
            "/contact.save.json",
            {"content": b"{", "headers": JSON},
            "body: not valid JSON",
        ),
        ("relenta", "GET", "/contact.list.json", {"content": b"{}"}, "takes none"),
        ("espocrm", "GET", "/Contact?maxSize=201", {}, r"query\.maxSize: 201"),
        ("espocrm", "GET", "/Contact?select=a,9", {}, r"query\.select"),
        ("espocrm", "GET", "/Contact?were[0][type]=x", {}, r"no parameter 'were\[0\]\[type\]'"),
        ("espocrm", "GET", "/Contact?searchParams={", {}, r"query\.searchParams: not valid JSON"),
        ("espocrm", "POST", "/Contact", {"json": {"lastName": 5}}, r"body\.lastName: 5"),
        ("espocrm", "GET", "/Contact", {"headers": {"X-No-Total": "x"}}, r"header\.X-No-Total"),
        ("monica", "GET", "/contacts/x", {}, r"path\.id: "),
        ("monica", "POST", "/notes", {"json": {"body": "b"}}, r"body: .*contact_id"),
        ("monica", "GET", "/contacts?limit=x", {}, r"query\.limit"),
        (
            "onepagecrm",
            "POST",
            "/contacts.json",
            {"content": b"{}", "headers": JSON},
            "body: its type 'application/json' is not application/x-www-form-urlencoded",
        ),
    ],
)
def test_fails_at_once_and_says_where(
    crm: str, method: str, path: str, sent: dict[str, Any], place: str
) -> None:
    """In process the call itself raises, whatever the CRM itself would answer; nothing is done."""
    with MockCRMs(strict=True) as mocks:
        mock = mocks.crm(crm)
        before = mock.snapshot()
        with OPENERS[crm](mock) as http, pytest.raises(AssertionError, match=place) as caught:
            http.request(method, path, **sent)
        assert str(caught.value).startswith(f"{crm}: {method} /")
        assert mock.snapshot() == before
        assert mock.violations == [str(caught.value)]
        assert mock.journal[-1].fault == "strict"
        mock.violations.clear()


def test_allowed_requests_pass_with_their_refusals() -> None:
    """What the document allows passes, though the CRM refuses it: wrong keys, unknown ids."""
    with MockCRMs(strict=True) as mocks:
        with plain.client_for(mocks.relenta) as http:
            http.headers[plain.KEY_HEADER] = "wrong"
            assert http.get("/contact.list.json").status_code == 401
            mocks.relenta.fail(status=500)
            assert http.get("/contact.list.json").status_code == 500
        with espo.client_for(mocks.espocrm) as http:
            assert http.get("/Contact/none").status_code == 404
        with plain_monica.client_for(mocks.monica) as http:
            assert http.get("/contacts/999").status_code == 404
        assert mocks.violations == []


def _ask_for_an_unknown_path(mocks: MockServer | MockCRMs) -> None:
    """Ask in a block, and go on whatever comes of it."""
    with mocks, plain.client_for(mocks.relenta) as http, contextlib.suppress(Exception):
        reply = http.get("/x")
        assert reply.status_code == 400
        assert "Strict mode" in reply.text


def test_the_block_fails_when_it_ends() -> None:
    """Behind a socket the request is answered 400; code that catches everything hides nothing."""
    for mocks in (MockServer(strict=True), MockCRMs(strict=True)):
        with pytest.raises(AssertionError, match=r"relenta: GET /x: the document has no such path"):
            _ask_for_an_unknown_path(mocks)


def test_an_error_of_the_block_wins() -> None:
    """A block that fails by itself keeps its error, and a reset forgets what was found."""
    with pytest.raises(ZeroDivisionError), MockServer(strict=True) as mock:  # noqa: PT012 - the block is what fails
        with plain.client_for(mock.relenta) as http:
            http.get("/x")
        raise ZeroDivisionError
    with MockServer(strict=True) as mock, plain.client_for(mock.relenta) as http:
        http.get("/x")
        mock.reset()


@pytest.mark.crmkit_mock(strict=True)
def test_the_clients_only_send_what_the_documents_allow(
    relenta_mock: RelentaFixture,
    espocrm_mock: EspoCRMFixture,
    autocrm_mock: AutoCRMFixture,
    monica_mock: MonicaFixture,
    onepagecrm_mock: OnePageCRMFixture,
) -> None:
    """Lists, filters, writes, forms and files of our own clients pass in strict mode."""
    from crmkit.espocrm import where

    relenta = relenta_mock.client()
    id = relenta.contacts.save(full_name="Ada", emails=["a@x.example"])
    relenta.contacts.save(id=id, company="x")
    relenta.contacts.list(page_size=5).collect()
    for espocrm in (espocrm_mock.client(), autocrm_mock.client()):
        account = espocrm.accounts.create(name="Acme", skip_duplicate_check=True)
        tree = where.or_(
            where.equals("name", "Acme"),
            where.and_(where.in_("type", ["a", "b"]), where.is_null("website")),
        )
        espocrm.accounts.list(
            where=[tree, tree, tree], select=["id", "name"], page_size=5
        ).collect()
        espocrm.accounts.update(account.id, name="x")
        espocrm.accounts.delete(account.id)
    monica = monica_mock.client()
    contact = monica.contacts.create(
        first_name="Ada", is_birthdate_known=False, is_deceased=False, is_deceased_date_known=False
    )
    monica.contacts.update(contact.id, nickname="x")
    monica.notes.create(contact_id=contact.id, body="b")
    monica.contacts.list(page_size=2).collect()
    onepage = onepagecrm_mock.client()
    person = onepage.contacts.create(lastname="Ng", phones=[{"type": "mobile", "number": "555"}])
    onepage.contacts.update(person.id, jobtitle="x")
    onepage.actions.create(cid=person.id, name="Call", next_=True)
    onepage.contacts.list().collect()


SUITE = """
import pytest

@pytest.mark.crmkit_mock(seed="empty", strict=True)
class TestStrict:
    def test_empty(self, relenta_mock):
        assert relenta_mock.client().contacts.list().collect() == []

    def test_fails(self, relenta_mock):
        relenta_mock.client().request("GET", "/nope")

    @pytest.mark.crmkit_mock(strict=False)
    def test_lenient(self, relenta_mock):
        with pytest.raises(Exception, match="404"):
            relenta_mock.client().request("GET", "/nope")
        assert relenta_mock.client().contacts.list().collect() == []

    @pytest.mark.crmkit_mock(sed="empty")
    def test_misspelt(self, relenta_mock):
        pass

def test_set_later(relenta_mock):
    relenta_mock.strict = True
    with pytest.raises(AssertionError, match="no such path"):
        relenta_mock.client().request("GET", "/nope")
    relenta_mock.violations.clear()
"""


def test_the_marker_chooses_the_keywords_of_the_mock(tmp_path: Path) -> None:
    """Seeds, releases and strict mode are chosen for a test, a class or a module by a marker."""
    (tmp_path / "test_suite.py").write_text(SUITE, encoding="utf-8")
    installed = any(entry.name == "crmkit_mock" for entry in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "crmkit_mock.pytest_plugin"]
    quiet = ["-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:asyncio", "--strict-markers"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, *plugin, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "3 passed" in done.stdout, done.stdout
    assert "RequestNotAllowed: relenta: GET /nope: the document has no such path" in done.stdout
    assert "unexpected keyword argument 'sed'" in done.stdout
