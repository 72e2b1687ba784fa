"""One authenticated request, and what its handler needs: parameters, records, clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.json_text import JSONTextError, parse
from crmkit_mock.relenta.custom_fields import CustomFieldDefinition
from crmkit_mock.relenta.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.clock import Clock
    from crmkit_mock.collection import Collection
    from crmkit_mock.documents import Operation
    from crmkit_mock.messages import Request
    from crmkit_mock.settings import Settings
    from crmkit_mock.store import Store

NAME = "relenta"
#: Id of the first record that a client creates: that of the page's reply to contact.save.json.
FIRST_NEW_ID = 33104663


@dataclass(frozen=True, slots=True)
class Session:
    """One request.

    Attributes:
        store: The database.
        clock: The mock's clock.
        department: Name of the department.
        query: The query's parameters.
        body: The body's members.
    """

    store: Store
    clock: Clock
    department: str
    query: Mapping[str, Any]
    body: dict[str, Any]

    @property
    def contacts(self) -> Collection:
        """The contacts of all departments."""
        return self.store.collection(NAME, "contact")

    @property
    def activities(self) -> Collection:
        """The activities of all departments."""
        return self.store.collection(NAME, "activity")

    @property
    def custom_fields(self) -> Collection:
        """The definitions of custom fields of all departments."""
        return self.store.collection(NAME, "custom_field")

    @property
    def settings(self) -> Settings:
        """Counters and settings of the mock."""
        return self.store.settings(NAME)

    def definitions(self) -> list[CustomFieldDefinition]:
        """Return the definitions of the department's custom fields."""
        return self.custom_fields.view(self.department, _read_definitions)

    def new_id(self, collection: Collection) -> int:
        """Return an id that no record of the department has."""
        while True:
            id = self.settings.next_number("id", FIRST_NEW_ID)
            if collection.read(self.department, str(id)) is None:
                return id


def read_body(operation: Operation, request: Request) -> dict[str, Any]:
    """Read a POST body: JSON text, under its own media type or under the form's.

    Page: the sample is `curl --data @contact.json`, which sends JSON text as
    application/x-www-form-urlencoded. Assumption: other and missing types are refused.

    Raises:
        Refusal: 400, it has another type, is not JSON, or breaks the document's schema.
    """
    if request.media_type not in operation.body_validators:
        raise bad_request(f"The body must come as {' or '.join(operation.body_validators)}")
    if request.charset not in (None, "utf-8", "utf8"):
        raise bad_request("The body must be UTF-8")
    try:
        tree: Any = parse(request.body)
    except JSONTextError as error:
        raise bad_request(f"The body is not valid JSON: {error}") from None
    operation.check_body(request.media_type, tree)
    body: dict[str, Any] = tree
    return body


def _read_definitions(fields: list[dict[str, Any]]) -> list[CustomFieldDefinition]:
    return [CustomFieldDefinition.read(field) for field in fields]
