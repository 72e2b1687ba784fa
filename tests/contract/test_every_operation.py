"""Every operation of every document, called on the mock of each CRM of the catalogue.

A CRM that joins the catalogue, and an operation that joins a document, are called without a change
here, and have to succeed. What a reply means is the business of the other contract tests.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import crmkit
from crmkit_mock import MockCRMs
from tests.contract.account_documents import wire
from tests.contract.exchanges import Exchange, Recorder
from tests.contract.valid_requests import Document, Ids, Operation, Request

#: Operations that are refused as documented, whatever is made of examples and known ids: by
#: document, with the status of a refusal and its reason. tests/mock has tests of their successes.
REFUSED: dict[str, dict[str, tuple[int, str]]] = {
    "autocrm": {
        "accounts_create": (409, "the demo data have the record of the example"),
        "contacts_create": (409, "the demo data have the record of the example"),
        "leads_create": (409, "the demo data have the record of the example"),
        "attachments_chunk": (403, "needs an attachment that is still being uploaded"),
        "records_restore": (409, "needs a record that was deleted"),
        "records_link": (404, "needs the id of a record of the linked type"),
        "records_unlink": (404, "needs the id of a record of the linked type"),
        "records_unlink_all": (404, "there is no list of target lists"),
        "followers_add": (404, "there is no list of users"),
        "followers_remove": (404, "there is no list of users"),
        "users_acl": (404, "there is no list of users"),
        "mass_actions_status": (404, "there is no list of mass actions"),
        "exports_status": (404, "there is no list of exports"),
        "imports_run": (400, "needs the id of an uploaded file"),
        **dict.fromkeys(
            ("notes_update", "notes_update_patch", "notes_pin", "notes_react"),
            (403, "needs a post; the first notes are the server's own"),
        ),
        "imports_revert": (404, "there is no list of imports"),
        "target_lists_opted_out": (404, "there is no list of target lists"),
        "email_templates_prepare": (404, "there is no list of templates"),
        "actions_run": (404, "merges two records of the type that its body names"),
        "lead_capture_submit": (404, "needs the key of a form"),
    },
    "monica": {
        "contacts_update_avatar": (422, "the example needs the id of a photo"),
        "statistics": (404, "there are none before the first month"),
    },
    "onepagecrm": {
        "actions_create": (107, "the first contact has an open action"),
        "actions_undo_done": (107, "the first contact has an open action"),
        "contacts_undo_delete": (106, "needs a contact that was deleted"),
        "contacts_undo_delete_post": (106, "needs a contact that was deleted"),
        "tags_create": (107, "the demo data have the tag of the example"),
    },
}


def _clients() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield name and client of each CRM, those that are new included: its package has its name."""
    for package in iter_modules(crmkit.__path__):
        module = import_module(f"crmkit.{package.name}") if package.ispkg else None
        for name in getattr(module, "__all__", ()):
            if name.lower() == package.name:
                yield package.name, getattr(module, name)


#: The client of each CRM, by its name.
CLIENTS = dict(_clients())


class Run:
    """Calls the operations of one mock, with the credentials that it publishes.

    Args:
        mock: The mock.
    """

    def __init__(self, mock: Any) -> None:
        assert mock.transport is not None
        self._mock = mock
        self._recorder = Recorder(mock.transport, mock.base_url)
        self._document = Document(wire(mock.document_name))
        self.operations = [
            operation for operation in self._document.operations() if operation.is_of(mock.name)
        ]
        self._ids = Ids()
        self.errors: dict[str, None] = {}
        self.successful: set[str] = set()
        self.refusals: dict[str, set[int]] = {}
        # Where there is an administrator, some operations are theirs alone.
        administrator = getattr(mock, "users", {}).get("admin")
        # Clients bring the credentials; the exchange is looked at, not what they make of it.
        self._clients = [
            CLIENTS[mock.name](
                base_url=mock.base_url,
                transport=self._recorder,
                max_retries=0,
                throttle=0,
                **credentials,
            )
            for credentials in (mock.credentials, administrator)
            if credentials
        ]

    def call_all(self) -> None:
        """Call every operation until it succeeds or there is no other request to try."""
        # First whatever shows ids, and all creations, so that there is a record of each kind.
        creations = [operation for operation in self.operations if operation.id.endswith("_create")]
        for operation in (*self.operations, *creations, *self.operations):
            if operation in creations or (operation.is_read and "id}" not in operation.path):
                self.attempt(operation)
        state = self._mock.snapshot()
        for operation in self.operations:
            if operation.id not in self.successful:
                self.attempt(operation)
                self._mock.restore(state)

    def attempt(self, operation: Operation) -> None:
        """Call an operation with one valid request after another, up to the first success."""
        for client in self._clients:
            for request in self._document.requests(operation, self._ids):
                self._note(operation, request, self._document.request_errors(operation, request))
                exchange = self._send(client, operation, request)
                try:
                    body = body_of(exchange)
                except ValueError as error:
                    self._note(operation, request, [f"the reply's body is not JSON: {error}"])
                    return
                errors = self._document.reply_errors(
                    operation, exchange.status, media_type_of(exchange), body
                )
                if exchange.status >= 500:
                    errors.append(f"status {exchange.status}: {body!r:.200}")
                self._note(operation, request, errors)
                status = status_of(exchange, body)
                if 200 <= status < 300:
                    self.successful.add(operation.id)
                    self._ids.add(request.path, body)
                    return
                self.refusals.setdefault(operation.id, set()).add(status)

    def _send(self, client: Any, operation: Operation, request: Request) -> Exchange:
        content, headers = request.encoded()
        self._recorder.exchanges.clear()
        with suppress(crmkit.CRMError):
            client.request(
                operation.method,
                request.path,
                query=request.query,
                content=content or None,
                headers=headers,
            )
        return self._recorder.exchanges[-1]

    def _note(self, operation: Operation, request: Request, errors: list[str]) -> None:
        label = f"{operation.id} ({operation.method} {request.path})"
        self.errors |= dict.fromkeys(f"{label}: {error}" for error in errors)


def body_of(exchange: Exchange) -> Any:
    """Return the body of a reply: a tree where it is JSON, else text.

    Raises:
        ValueError: It should be JSON, but is not.
    """
    text = exchange.response_body.decode("utf-8", "replace")
    return json.loads(text) if text and "json" in media_type_of(exchange) else text


def media_type_of(exchange: Exchange) -> str:
    """Return the media type of a reply without parameters."""
    return exchange.response_headers.get("content-type", "").partition(";")[0].strip()


def status_of(exchange: Exchange, body: Any) -> int:
    """Return the status of a reply, or the error code in its body where every reply is HTTP 200."""
    code = body.get("status") if isinstance(body, dict) else None
    return code if exchange.status == 200 and type(code) is int and code else exchange.status


@pytest.fixture
def mocks() -> Iterator[MockCRMs]:
    """Return mocks with the demo data."""
    with MockCRMs() as mocks:
        yield mocks


@pytest.mark.parametrize("name", CLIENTS)
def test_every_operation_is_answered_as_documented(
    mocks: MockCRMs, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each operation has a handler; the status of its replies is documented, the body valid."""
    mock = mocks.crm(name)
    run = Run(mock)
    with caplog.at_level(logging.ERROR, "crmkit_mock"):
        run.call_all()

    # The mock logs why it failed, whatever reply its CRM has for that.
    assert {str(record.exc_info and record.exc_info[1]) for record in caplog.records} == set()
    assert [*run.errors] == []
    ids = {operation.id for operation in run.operations}
    listed = REFUSED.get(mock.document_name, {})
    assert ids - run.successful == listed.keys() & ids
    assert {
        id: run.refusals[id]
        for id, (status, _) in listed.items()
        if id in ids and status not in run.refusals[id]
    } == {}


@pytest.mark.parametrize("name", CLIENTS)
def test_notices_operations_that_are_not_answered(mocks: MockCRMs, name: str) -> None:
    """A failure, an undocumented status and a broken body are noticed, whatever the operation."""
    mock = mocks.crm(name)
    for status, body in ((500, None), (418, None), (200, "not JSON")):
        mock.reset()
        mock.fail(status=status, body=body, times=None)
        run = Run(mock)
        for operation in run.operations:
            run.attempt(operation)

        named = {error.partition(" ")[0] for error in run.errors}
        ids = {operation.id for operation in run.operations}
        assert named == ids, status


def test_listed_refusals_are_of_operations() -> None:
    """No refusal is left over from an operation that its document does not have."""
    for document, refused in REFUSED.items():
        ids = {operation.id for operation in Document(wire(document)).operations()}
        assert refused.keys() <= ids, document
