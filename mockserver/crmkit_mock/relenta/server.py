"""The mock of Relenta API v3.

What the vendor's page leaves open is assumed; each assumption is marked in the code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.arguments import require_choice, require_record
from crmkit_mock.crm import MockCRM
from crmkit_mock.messages import JSON_TYPE, Refusal, Reply, Request
from crmkit_mock.relenta import errors
from crmkit_mock.relenta.activities import new_activity
from crmkit_mock.relenta.authentication import DEPARTMENTS, KEY_HEADER, Authenticator
from crmkit_mock.relenta.contacts import MEMBERS, READ_ONLY, new_contact
from crmkit_mock.relenta.custom_fields import definition, require_definition
from crmkit_mock.relenta.operations import OPERATIONS
from crmkit_mock.relenta.seed import load_seed
from crmkit_mock.relenta.session import Session, read_body
from crmkit_mock.schemas import first_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation

_KINDS = ("contacts", "activities", "custom_fields")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]*\Z")


class MockRelenta(MockCRM):
    """A Relenta account with two departments, "agents" and "laboratory".

    `credentials` is the key of "agents", `departments` has those of both.
    """

    name: ClassVar[str] = "relenta"
    document_name: ClassVar[str] = "relenta"
    credential_headers: ClassVar[frozenset[str]] = frozenset({KEY_HEADER})

    @property
    def credentials(self) -> dict[str, Any]:
        """The keyword `department_key` of the first department."""
        return self.departments["agents"]

    @property
    def departments(self) -> dict[str, dict[str, Any]]:
        """Constructor keywords for each department, by its name."""
        return {name: {"department_key": key} for name, key in DEPARTMENTS.items()}

    @property
    def all_credentials(self) -> list[dict[str, Any]]:
        """The keys of all departments."""
        return list(self.departments.values())

    def plan_limit(self, *, contacts: int | None) -> None:
        """Set how many contacts the account's plan allows, over all departments.

        A save that would go beyond it is answered 401 (page: Status Codes). Part of the state:
        reset and seed lift it.

        Args:
            contacts: Number of contacts; None lifts the limit.

        Raises:
            ValueError: `contacts` is negative.
        """
        if contacts is not None and contacts < 0:
            raise ValueError(f"contacts must be >= 0, got {contacts}")
        self.settings.set("plan_limit", contacts)

    def add_custom_field(
        self,
        label: str,
        *,
        type: str = "Text",  # noqa: A002 - the vendor's name
        choices: list[str] | None = None,
        default_value: str = "",
        department: str = "agents",
    ) -> str:
        """Define a further custom contact field.

        Args:
            label: Name as people see it.
            type: "Number", "Text", "Date", "Single choice", "Multiple choice", or a type that
                the vendor may add later.
            choices: Allowed values; the choice types need them.
            default_value: Value that new contacts get, one that the type allows.
            department: Name of the department.

        Returns:
            The key under which contacts carry the field: the label with underscores for spaces.

        Raises:
            ValueError: there is no such department; it has a field of that key, or contacts have
                a member of that name; the choices or the default value do not fit the type.
        """
        record: dict[str, Any] = {"label": label, "type": type, "default_value": default_value}
        if choices is not None:
            record["choices"] = choices
        with self.store.transaction():
            session = self._session(department)
            return str(self._add_custom_field(session, record)["key"])

    def add(self, kind: str, record: Mapping[str, Any], *, department: str = "agents") -> int:
        """Put a record into the store, without a request.

        Args:
            kind: "contacts", "activities" or "custom_fields".
            record: Members by their wire names; `id`, `dt_created` and `dt_modified` are taken as
                they are, and what is missing gets its default. A custom field needs a label.
            department: Name of the department.

        Returns:
            The id of the record.

        Raises:
            ValueError: there is no such kind or department, the record is invalid, or its id is
                taken; nothing was stored.
        """
        require_choice("kind", kind, _KINDS)
        require_record(kind, record)
        with self.store.transaction():
            session = self._session(department)
            if kind == "custom_fields":
                return int(self._add_custom_field(session, record)["id"])
            members = {name: value for name, value in record.items() if name not in READ_ONLY}
            collection = session.contacts if kind == "contacts" else session.activities
            now = self.clock.tick()
            try:
                self.document.operation(f"{kind}_save").check_body(JSON_TYPE, members)
                id = members.pop("id", None)
                number = session.new_id(collection) if id is None else int(id)
                if kind == "contacts":
                    added = new_contact(number, members, session.definitions(), now)
                else:
                    added = new_activity(number, members, now)
            except Refusal as refusal:
                raise ValueError(refusal.message) from None
            added |= {name: record[name] for name in READ_ONLY if name in record}
            collection.insert(department, str(number), added)
            return number

    def _add_custom_field(self, session: Session, record: Mapping[str, Any]) -> dict[str, Any]:
        if not (isinstance(record.get("label"), str) and record["label"]):
            raise ValueError(f"label must be a str that is not empty, got {record.get('label')!r}")
        field = definition(
            record.get("id") or session.new_id(session.custom_fields),
            record["label"],
            record.get("type", "Text"),
            record.get("choices"),
            record.get("default_value", ""),
        )
        validator = self.document.validator({"$ref": "#/components/schemas/CustomField"})
        if not validator.is_valid(field):
            raise ValueError(first_error(validator, field))
        require_definition(field, MEMBERS)
        if any(field["key"] == known.key for known in session.definitions()):
            raise ValueError(f"{session.department} has a custom field {field['key']!r}")
        session.custom_fields.insert(session.department, field["id"], field)
        return field

    def _session(
        self,
        department: str,
        query: Mapping[str, Any] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Session:
        require_choice("department", department, DEPARTMENTS)
        return Session(self.store, self.clock, department, query or {}, body or {})

    # The way of a request.

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId."""
        return OPERATIONS

    def load_seed(self, seed: str) -> None:
        """Fill the store: the page's own samples for "agents", a few records for "laboratory"."""
        load_seed(self.document, self.store, seed)

    def error_reply(
        self,
        request: Request,  # noqa: ARG002 - all errors come in the same form
        status: int,
        message: str,
        detail: object = None,  # noqa: ARG002 - the envelope has no room for more
    ) -> Reply:
        """Build the error envelope."""
        return errors.error_reply(status, message)

    def unknown_path(self, path: str) -> Refusal:
        """Return the refusal of a path: 400 for a wrong format, 404 for an unknown path.

        Page, Status Codes, 400: the request "doesn't properly specify response format".
        """
        known = {known.removesuffix(".json") for known in self.document.paths}
        if path in known or _EXTENSION.sub("", path) in known:
            return errors.bad_request("The response format must be given as .json")
        return super().unknown_path(path)

    def respond(
        self,
        operation: Operation,
        path_parameters: Mapping[str, str],  # noqa: ARG002 - no path has any
        request: Request,
    ) -> Reply:
        """Answer an operation: first the key, then parameters, body and state."""
        department = Authenticator().authenticate(request)
        query = operation.read_query(request)
        body = read_body(operation, request) if operation.body_validators else {}
        return OPERATIONS[operation.id](self._session(department, query, body))
