"""The documents as the mocks use them: handlers for all operations, validators that share."""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING

import pytest

from crmkit_mock.catalogue import CATALOGUE
from crmkit_mock.documents import Document, ReplyMismatch, load_document
from crmkit_mock.messages import Reply
from crmkit_mock.relenta.operations import OPERATIONS
from tests.mock.plain import Relenta, refusal

if TYPE_CHECKING:
    from crmkit_mock import MockCRMs

DOCUMENTS = ("relenta", "autocrm", "onepagecrm", "monica")


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_operation_has_a_handler(mocks: MockCRMs, name: str) -> None:
    """No operation of a CRM's document is left without a handler."""
    crm = mocks.crm(name)
    assert crm.document.operation_ids <= crm.operations.keys()
    assert None not in crm.operations.values()


def test_a_missing_handler_shows_at_the_first_request(
    relenta: Relenta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mock without a handler for one operation answers no request, and names the operation."""
    monkeypatch.delitem(OPERATIONS, "activities_save")
    monkeypatch.delitem(vars(relenta.mock), "document", raising=False)
    message = refusal(relenta.http.get("/contact.list.json"), 500)
    assert "relenta has no handler for activities_save" in message


def validators(document: Document) -> int:
    """Compile the validators of all bodies and replies of a document; return their number."""
    count = 0
    for id in document.operation_ids:
        operation = document.operation(id)
        count += len(operation.body_validators)
        for response in operation.node["responses"].values():
            for media in document.resolve(response).get("content", {}).values():
                if "schema" in media:
                    document.validator(media["schema"]).is_valid(None)
                    count += 1
    return count


def test_validators_share_schemas_and_components() -> None:
    """All validators of all documents take little memory: none holds the components alone."""
    page = {"$ref": "#/components/schemas/ContactPage"}
    document = load_document("relenta")
    assert document.validator(page) is document.validator(dict(page))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Each with the components to itself: 10,000 MB.
    assert sum(validators(Document(load_document(name).tree)) for name in DOCUMENTS) > 2_000
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown / (2**20 if sys.platform == "darwin" else 2**10) < 300


def test_validators_refuse_what_the_document_does() -> None:
    """A reference is followed at any depth, and formats are checked."""
    validator = load_document("relenta").validator(
        {"type": "array", "items": {"$ref": "#/components/schemas/ActivityInput"}}
    )
    assert validator.is_valid([{"label": "Lunch", "dt_start": "2016-02-03T10:00:00Z"}])
    for invalid in ({"dt_start": "2016-13-03T10:00:00Z"}, {"id": "x"}, {"all_day": 1}, 5):
        assert not validator.is_valid([invalid]), invalid


def test_replies_are_matched_to_the_most_exact_status() -> None:
    """The response of a status wins over that of its range, a range over the default."""

    def response(value: str) -> dict[str, object]:
        return {"content": {"application/json": {"schema": {"const": value}}}}

    responses = {"404": response("exact"), "4XX": response("range"), "default": response("rest")}
    tree = {
        "paths": {"/x": {"get": {"operationId": "x_get", "responses": responses}}},
        "components": {},
    }
    operation = Document(tree).operation("x_get")
    for status, value in {404: "exact", 403: "range", 500: "rest"}.items():
        operation.check_reply(Reply(status, b"", tree=value))
        for other in {"exact", "range", "rest"} - {value}:
            with pytest.raises(ReplyMismatch):
                operation.check_reply(Reply(status, b"", tree=other))
