"""The mock's own replies are checked against the document, so that its bugs are noticed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from crmkit_mock.documents import load_document
from crmkit_mock.relenta.operations import OPERATIONS
from crmkit_mock.store import Collection
from tests.mock.plain import Relenta, refusal

if TYPE_CHECKING:
    import pytest


def test_a_reply_that_breaks_the_document_is_500(
    either: Relenta, caplog: pytest.LogCaptureFixture
) -> None:
    """A record that the document does not allow gives a 500 that names operation and place."""
    store = either.mock.store
    contacts = store.collection("relenta", "contact")
    contact = contacts.get("agents", "33077973")
    assert contact is not None
    contacts.replace("agents", "33077973", {**contact, "phone": ["800-VIRTUCON7"]})
    with caplog.at_level(logging.CRITICAL):
        message = refusal(either.http.get("/contact.list.json"), 500)
    assert "contacts_list" in message
    assert "data.1.phone" in message


def test_an_unknown_status_is_500(relenta: Relenta, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal with a status that the operation does not document is a bug and says so."""

    def refuse(*_: object) -> None:
        from crmkit_mock.messages import Refusal

        raise Refusal(418, "I am a teapot")

    monkeypatch.setitem(OPERATIONS, "contacts_list", refuse)
    message = refusal(relenta.http.get("/contact.list.json"), 500)
    assert "418" in message
    assert "contacts_list" in message


def test_a_crash_is_500_and_stores_nothing(
    either: Relenta, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception in the mock is a 500 in the envelope and in the log; writes are undone."""
    insert = Collection.insert

    def crash(self: Collection, *args: Any) -> None:
        insert(self, *args)
        raise ZeroDivisionError("injected")

    before = either.mock.snapshot()
    monkeypatch.setattr(Collection, "insert", crash)
    message = either.refused(500, full_name="Half")
    assert "contacts_save" in message
    assert "injected" in message
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert either.mock.snapshot() == before
    either.save(full_name="Whole")


def test_every_example_of_the_document_is_valid() -> None:
    """The validators accept every example that the document shows, requests and replies."""
    document = load_document("relenta")
    checked = 0
    for path in document.paths:
        found = document.match(path)
        assert found is not None
        for operation in found[0].values():
            body = document.resolve(operation.node.get("requestBody", {}))
            for media_type, media in body.get("content", {}).items():
                for example in media.get("examples", {}).values():
                    operation.check_body(media_type, document.resolve(example)["value"])
                    checked += 1
    assert checked >= 3
    for name in ("ContactPage", "ActivityPage", "CustomFieldList"):
        schema = {"$ref": f"#/components/schemas/{name}"}
        document.validator(schema).validate(document.example(name))


def test_the_documents_examples_can_be_saved(relenta: Relenta) -> None:
    """The document's sample bodies are accepted unchanged."""
    document = load_document("relenta")
    bodies = document.tree["components"]["requestBodies"]
    for operation, body in {"contact.save": "Contact", "activity.save": "Activity"}.items():
        for example in bodies[body]["content"]["application/json"]["examples"].values():
            relenta.save(operation, **example["value"])
