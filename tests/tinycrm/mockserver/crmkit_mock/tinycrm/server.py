"""The mock of TinyCRM: the way of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from crmkit_mock.crm import MockCRM
from crmkit_mock.json_text import JSONTextError, parse
from crmkit_mock.messages import JSON_TYPE, Refusal, Reply, Request
from crmkit_mock.tinycrm.authentication import KEY, KEY_HEADER, Authenticator
from crmkit_mock.tinycrm.errors import error_reply
from crmkit_mock.tinycrm.operations import ACCOUNT, OPERATIONS
from crmkit_mock.tinycrm.seed import load_seed
from crmkit_mock.tinycrm.session import Session
from crmkit_mock.tinycrm.values import person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation


class MockTinyCRM(MockCRM):
    """A TinyCRM with one account."""

    name: ClassVar[str] = "tinycrm"
    document_name: ClassVar[str] = "tinycrm"
    credential_headers: ClassVar[frozenset[str]] = frozenset({KEY_HEADER})

    @property
    def credentials(self) -> dict[str, Any]:
        """The keyword `key`."""
        return {"key": KEY}

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId."""
        return OPERATIONS

    def add(self, kind: str, record: Mapping[str, Any]) -> int:
        """Put a person into the store, kind "people"."""
        if kind != "people" or not isinstance(record.get("name"), str):
            raise ValueError(f"expected people with a name, got {kind} {dict(record)}")
        id = self.settings.next_number("id", 1)
        self.store.collection("tinycrm", "person").insert(
            ACCOUNT, str(id), person(id, dict(record))
        )
        return id

    def load_seed(self, seed: str) -> None:
        """Fill the store: one person in the demo."""
        load_seed(self.store, seed)

    def error_reply(
        self,
        request: Request,  # noqa: ARG002 - all errors have the same form
        status: int,
        message: str,
        detail: object = None,  # noqa: ARG002 - the error has no room for more
    ) -> Reply:
        """Build an error reply."""
        return error_reply(status, message)

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: first the key, then parameters, body and state."""
        Authenticator().authenticate(request)
        body: dict[str, Any] = {}
        if operation.body_validators:
            try:
                tree = parse(request.body)
            except JSONTextError as error:
                raise Refusal(400, f"The body is not valid JSON: {error}.") from None
            operation.check_body(JSON_TYPE, tree)
            body = cast("dict[str, Any]", tree)
        session = Session(
            self.store.collection("tinycrm", "person"),
            self.settings,
            path_parameters,
            operation.read_query(request),
            body,
        )
        return OPERATIONS[operation.id](session)
