"""The mock of Relenta API v3.

What the vendor's page leaves open is assumed; each assumption stands where it is acted on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, cast

from crmkit_mock.crm import MockCRM
from crmkit_mock.documents import load_document
from crmkit_mock.json_text import JSONTextError, parse
from crmkit_mock.messages import Refusal, Reply, Request, json_reply, json_text_reply
from crmkit_mock.relenta.activities import new_activity, updated_activity
from crmkit_mock.relenta.contacts import MEMBERS, new_contact, updated_contact
from crmkit_mock.relenta.custom_fields import (
    CustomFieldDefinition,
    definition,
    require_definition,
)
from crmkit_mock.relenta.seed import DEPARTMENTS, FIRST_NEW_ID, plant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.store import Collection

_KEY_HEADER = "x-relenta-department-key"
_EXTENSION = re.compile(r"\.[A-Za-z0-9]*\Z")
#: Assumption: the default page size, which the page does not tell.
_PAGE_SIZE = 100
_DEPARTMENT_BY_KEY = {key: name for name, key in DEPARTMENTS.items()}


class MockRelenta(MockCRM):
    """A Relenta account with two departments, "agents" and "laboratory".

    `credentials` is the key of "agents", `departments` has those of both.
    """

    name: ClassVar[str] = "relenta"
    document_name: ClassVar[str] = "relenta"
    credential_headers: ClassVar[frozenset[str]] = frozenset({_KEY_HEADER})

    @property
    def credentials(self) -> dict[str, Any]:
        """The keyword `department_key` of the first department."""
        return self.departments["agents"]

    @property
    def departments(self) -> dict[str, dict[str, Any]]:
        """Constructor keywords for each department, by its name."""
        return {name: {"department_key": key} for name, key in DEPARTMENTS.items()}

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
            raise ValueError("a plan cannot allow less than 0 contacts")
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
            The key under which contacts carry the field: the label with blanks as underscores.

        Raises:
            ValueError: there is no such department; it has a field of that key, or contacts have
                a member of that name; the choices or the default value do not fit the type.
        """
        if department not in DEPARTMENTS:
            raise ValueError(f"there is no department {department!r}")
        with self.store.transaction():
            field = definition(self._next_id(), label, type, choices, default_value)
            require_definition(field, MEMBERS)
            if any(field["key"] == known.key for known in self._definitions(department)):
                raise ValueError(f"{department} has a custom field {field['key']!r}")
            self._custom_fields.insert(department, field["id"], field)
        return str(field["key"])

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId."""
        return dict.fromkeys(load_document(self.document_name).operation_ids)

    def load_seed(self, seed: str) -> None:
        """Fill the store: the page's own samples for "agents", a few records for "laboratory"."""
        plant(self.document, self.store, seed)

    def error_reply(
        self,
        request: Request,  # noqa: ARG002 - all errors come in the same form
        status: int,
        message: str,
        detail: object = None,  # noqa: ARG002 - the envelope has no room for more
    ) -> Reply:
        """Build the error envelope (assumption: it follows the success envelope)."""
        return json_reply(status, {"status": False, "code": status, "message": message})

    def unknown_path(self, path: str) -> Refusal:
        """Tell a wrong format from an unknown path.

        Page, Status Codes, 400: the request "doesn't properly specify response format".
        """
        known = {known.removesuffix(".json") for known in self.document.paths}
        if path in known or _EXTENSION.sub("", path) in known:
            return Refusal(400, "The response format must be given as .json")
        return super().unknown_path(path)

    def respond(
        self,
        operation: Operation,
        path_parameters: Mapping[str, str],  # noqa: ARG002 - no path has any
        request: Request,
    ) -> Reply:
        """Answer an operation: first the key, then parameters, body and state."""
        department = _DEPARTMENT_BY_KEY.get(request.headers.get(_KEY_HEADER, ""))
        if department is None:
            raise Refusal(401, "The department key is missing or incorrect")
        query = operation.read_query(request)
        match operation.id:
            case "contacts_list":
                return self._page("contact", department, query)
            case "activities_list":
                return self._page("activity", department, query)
            case "custom_fields_list":
                return _listed(self._custom_fields.page_text(department))
            case "contacts_save":
                id = self._save_contact(department, _body(operation, request))
            case "contacts_create":
                # Assumption: create never updates and ignores an id.
                body = _body(operation, request)
                body.pop("id", None)
                id = self._save_contact(department, body)
            case "activities_save":
                id = self._save_activity(department, _body(operation, request))
            case _:
                raise NotImplementedError(operation.id)
        tree = {"status": True, "code": 200, "data": {"id": id}}
        return Reply(200, b'{"status":true,"code":200,"data":{"id":%d}}' % id, tree=tree)

    def _page(self, kind: str, department: str, query: dict[str, Any]) -> Reply:
        size = query.get("page_size", _PAGE_SIZE)
        offset = (query.get("page", 1) - 1) * size
        collection = self.store.collection(self.name, kind)
        return _listed(collection.page_text(department, limit=size, offset=offset))

    def _save_contact(self, department: str, body: dict[str, Any]) -> int:
        contacts = self.store.collection(self.name, "contact")
        definitions = self._definitions(department)
        id = body.pop("id", None)
        if id is None:
            self._require_room()
            number = self._next_id()
            contacts.insert(
                department, str(number), new_contact(number, body, definitions, self.clock.tick())
            )
            return number
        kept = contacts.get(department, str(int(id)))
        if kept is None:
            raise Refusal(404, f"No contact has the id {id}")
        contact = updated_contact(kept, body, definitions, self.clock.tick())
        contacts.replace(department, contact["id"], contact)
        return int(id)

    def _save_activity(self, department: str, body: dict[str, Any]) -> int:
        activities = self.store.collection(self.name, "activity")
        id = body.pop("id", None)
        if id is None:
            number = self._next_id()
            activities.insert(
                department, str(number), new_activity(number, body, self.clock.tick())
            )
            return number
        kept = activities.get(department, str(int(id)))
        if kept is None:
            raise Refusal(404, f"No activity has the id {id}")
        activity = updated_activity(kept, body, self.clock.tick())
        activities.replace(department, activity["id"], activity)
        return int(id)

    def _require_room(self) -> None:
        limit = self.settings.get("plan_limit")
        # Counting is slow where there are many, so only under a limit.
        if limit is not None and self.store.collection(self.name, "contact").count() >= limit:
            raise Refusal(401, "The account has reached the limit of contacts of its plan")

    def _next_id(self) -> int:
        return self.settings.next_number("id", FIRST_NEW_ID)

    @property
    def _custom_fields(self) -> Collection:
        return self.store.collection(self.name, "custom_field")

    def _definitions(self, department: str) -> list[CustomFieldDefinition]:
        return self._custom_fields.view(department, _read_definitions)


def _read_definitions(fields: list[dict[str, Any]]) -> list[CustomFieldDefinition]:
    return [CustomFieldDefinition.read(field) for field in fields]


def _listed(records: str) -> Reply:
    """Put the text of records, which are kept as lists show them, into the envelope."""
    return json_text_reply(200, f'{{"status":true,"code":200,"data":{records}}}')


def _body(operation: Operation, request: Request) -> dict[str, Any]:
    """Read a POST body: JSON text, under its own media type or under the form's.

    Page: the sample is `curl --data @contact.json`, which sends JSON text as
    application/x-www-form-urlencoded. Assumption: other and missing types are refused.
    """
    if request.media_type not in operation.body_validators:
        raise Refusal(400, f"The body must come as {' or '.join(operation.body_validators)}")
    if request.charset not in (None, "utf-8", "utf8"):
        raise Refusal(400, "The body must be UTF-8")
    try:
        tree = parse(request.body)
    except JSONTextError as error:
        raise Refusal(400, f"The body is not proper JSON: {error}") from None
    operation.check_body(request.media_type, tree)
    return cast("dict[str, Any]", tree)
