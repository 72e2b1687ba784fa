"""The mocks of EspoCRM and AutoCRM: one code, and a profile for what each does in its own way.

Modelled on recorded replies of EspoCRM 9.2.7 (`tests/recorded/`) and on AutoCRM's page. What
neither tells is assumed; each assumption stands where it is acted on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.crm import MockCRM
from crmkit_mock.documents import load_document
from crmkit_mock.espocrm import attachments, php, refusals, system
from crmkit_mock.espocrm.actions import LEAD_CAPTURE_KEY, NOBODY
from crmkit_mock.espocrm.conversion import PartFailed
from crmkit_mock.espocrm.data import Data
from crmkit_mock.espocrm.doors import CREDENTIAL_HEADERS, Doors
from crmkit_mock.espocrm.mail import NotSent
from crmkit_mock.espocrm.people import PEOPLE
from crmkit_mock.espocrm.profiles import AUTOCRM, ESPOCRM, Profile, zoned
from crmkit_mock.espocrm.refusals import Problem, bad_request
from crmkit_mock.espocrm.routes import (
    ROUTES,
    create_record,
    delete_record,
    list_records,
    read_record,
    token_destroyer,
    update_record,
)
from crmkit_mock.espocrm.seed import plant
from crmkit_mock.espocrm.session import Session
from crmkit_mock.messages import JSON_TYPE, Refusal, Reply, Request, json_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.espocrm.fields import EntityType

#: Operations whose errors come as text/html (observed).
_ACTION_CLASSES = frozenset(
    {
        "mass_actions_run", "mass_actions_status", "activities_calendar", "activities_upcoming",
        "activities_list", "attachments_download", "stars_add", "stars_remove", "app_openapi",
    }
)  # fmt: skip
_LEAD_CAPTURE = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_LEAD_CAPTURE,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept",
}


class MockEspoCRM(MockCRM):
    """An EspoCRM with the users of `users`, an API key's in `credentials`.

    Records have sample data, custom fields and the custom entity type CGadget.
    """

    name: ClassVar[str] = "espocrm"
    document_name: ClassVar[str] = "autocrm"
    credential_headers: ClassVar[frozenset[str]] = CREDENTIAL_HEADERS
    epoch: ClassVar[datetime] = datetime(2024, 1, 25, 8, 0, tzinfo=UTC)
    #: What this kind of server does in its own way.
    profile: ClassVar[Profile] = ESPOCRM

    @property
    def credentials(self) -> dict[str, Any]:
        """The keyword `api_key` of the user with the broad role."""
        return self.users["integrator"]

    @property
    def users(self) -> dict[str, dict[str, Any]]:
        """Constructor keywords for each user, by name.

        "integrator" has a broad role; "signer" the same and signs its requests; "limited" reads
        own accounts, without their web address; "norole" may do nothing; "inactive" is not let
        in; "jana" is a person and "admin" the administrator, both with passwords.
        """
        return {name: person.credentials for name, person in PEOPLE.items()}

    @property
    def user_ids(self) -> dict[str, str]:
        """Id of each user, by name."""
        return {name: person.user.id for name, person in PEOPLE.items()}

    @property
    def lead_capture_key(self) -> str:
        """Key of the form that makes leads without authentication."""
        return LEAD_CAPTURE_KEY

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The messages that were sent, oldest first. Part of the state: reset empties it."""
        messages: list[dict[str, Any]] = self.settings.get("outbox") or []
        return messages

    def mail_server(self, state: str) -> None:
        """Say what becomes of messages to be sent. Part of the state: reset makes it "shared".

        Args:
            state: "shared": they go into the outbox; "missing": there are no settings for it, and
                the reply is 500 with `sendingFail`; "not shared": the settings are not this
                user's, and the reply is an empty 500.

        Raises:
            ValueError: there is no such state.
        """
        if state not in {"shared", "missing", "not shared"}:
            raise ValueError(f"there is no state {state!r} of the mail server")
        self.settings.set("smtp", state)

    def add_record(self, entity_type: str, record: Mapping[str, Any]) -> str:
        """Put a record in place as it is to be kept, unchecked; return its id.

        Args:
            entity_type: Name of its entity type.
            record: Attributes that are kept, such as `accountId` but not `accountName`. An `id`
                and times are made up where they are missing.

        Raises:
            ValueError: there is one of that id.
        """
        from crmkit_mock.espocrm.seed import put

        with self.store.transaction():
            return put(self.data, self.clock, entity_type, record)

    @property
    def data(self) -> Data:
        """The records and relations."""
        return Data(self.store, self.name, self.settings)

    def load_seed(self, seed: str) -> None:
        """Fill the store: users, and in the demo sample records of every kind."""
        plant(self.data, self.clock, seed)

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId; those of records are chosen by path and method."""
        return {**dict.fromkeys(load_document(self.document_name).operation_ids), **ROUTES}

    def error_reply(
        self,
        request: Request,  # noqa: ARG002 - the vendor's errors are alike for all
        status: int,
        message: str,
        detail: object = None,
    ) -> Reply:
        """Build an error reply: an empty body, and the reason in X-Status-Reason."""
        return refusals.reply(Problem(status, message, detail))

    # The way of a request.

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request, and its path parameters.

        Raises:
            Refusal: 404 or 405, as the vendor's router says it.
        """
        path = request.path[:1] + request.path[1:2].upper() + request.path[2:]
        found = self.document.match(path)
        steps = path.split("/")[1:]
        is_action = len(steps) == 3 and steps[1] == "action"
        if found is None:
            raise refusals.no_page()
        operations = {
            method: operation
            for method, operation in found[0].items()
            if self.profile.name in operation.node.get("x-crmkit-profile", [self.profile.name])
        }
        operation = operations.get(request.method)
        if is_action and (operation is None or "/action/" not in operation.path):
            raise _no_action(request.method, steps[2], steps[0])
        if operation is not None:
            return operation, found[1]
        if request.method == "HEAD" and len(steps) <= 2:
            raise _no_action("HEAD", "read" if len(steps) == 2 else "list", steps[0])
        if not operations:
            # A route of the other kind of server.
            raise refusals.no_page()
        allow = {"Allow": ", ".join(operations)}
        if request.method == "OPTIONS":
            raise Problem(200, headers=allow, page=True)
        raise Problem(405, headers=allow, page=True)

    def refuse(self, refusal: Refusal, request: Request) -> Reply:
        """Turn a refusal into the vendor's reply."""
        if not isinstance(refusal, Problem):
            # From the frame: a body over the cap is the web server's affair, the rest ours.
            page = refusal.status == 413
            refusal = Problem(refusal.status, None if page else refusal.message, page=page)
        operation = self._operation(request)
        return refusals.reply(
            refusal, action_class=operation is not None and operation.id in _ACTION_CLASSES
        )

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: first the door, then rights, parameters, body and state."""
        doors = Doors(self.settings, self.clock, guarded=self.rate_limits)
        if doors.locked():
            # Whatever anybody brings (observed).
            self.clock.tick()
            return Reply(403, b"", media_type=refusals.HTML, tree="")
        person = doors.enter(request)
        if person is None and not _is_open(operation):
            # Returned, not raised: that it failed is to be remembered.
            return refusals.reply(doors.turned_away(request))
        if person is None and operation.id == "settings_get":
            return json_reply(200, system.settings(None))
        session = self._session(request, operation, person or NOBODY)
        try:
            return self._answer(session, operation, path_parameters, doors)
        except (PartFailed, NotSent) as failed:
            # What was done before is kept, as the vendor has no transaction around it.
            return refusals.reply(failed.problem)

    def _session(self, request: Request, operation: Operation, person: Any) -> Session:
        bare = Session(
            request=request,
            query={},
            body={},
            person=person,
            data=self.data,
            settings=self.settings,
            clock=self.clock,
            profile=self.profile,
            faithful_crashes=self.faithful_crashes,
        )
        try:
            query = php.read_query(request.query)
            body = {} if operation.id == "attachments_chunk" else php.read_body(request)
        except php.EmptyBrackets:
            raise bare.crash("A parameter has empty brackets.") from None
        except php.BrokenJSON as error:
            raise bare.crash(f"The body is no JSON: {error}.") from None
        except php.NotAnObject:
            raise bad_request("Body is not a JSON object.") from None
        return replace(bare, query=query, body=body)

    def _answer(
        self, session: Session, operation: Operation, params: Mapping[str, str], doors: Doors
    ) -> Reply:
        if operation.id == "attachments_download":
            return attachments.download(session, params["id"])
        if operation.id == "me":
            return self._json(system.me(session, doors), headers=system.token_cookie(session))
        route = ROUTES.get(operation.id)
        if operation.id == "app_destroy_token":
            route = token_destroyer(doors)
        if route is None:
            return self._of_records(session, operation, params)
        tree = route(session, params)
        if operation.id == "metadata_get" and tree == "":
            return Reply(200, b"", tree="")
        headers = {"lead_capture_submit": _LEAD_CAPTURE, "lead_capture_preflight": _PREFLIGHT}
        return self._json(tree, headers=headers.get(operation.id))

    def _of_records(
        self, session: Session, operation: Operation, params: Mapping[str, str]
    ) -> Reply:
        first = operation.path.split("/")[1]
        name = params.get("entityType", first)
        id = params.get("id")
        if name == "Preferences" and id is not None and operation.method == "GET":
            return self._json(system.preferences(session, id))
        entity = session.entity(name)
        if id is None:
            if operation.method == "GET":
                return self._json(list_records(session, entity))
            status = 201 if entity.name == "Webhook" else 200
            return self._json(create_record(session, entity), status)
        return self._of_record(session, operation, entity, id)

    def _of_record(
        self, session: Session, operation: Operation, entity: EntityType, id: str
    ) -> Reply:
        match operation.method:
            case "GET":
                return self._json(read_record(session, entity, id))
            case "DELETE":
                delete_record(session, entity, id)
                if self.profile.silent_delete:
                    # The reply means true without saying it.
                    return Reply(200, b"", media_type=JSON_TYPE, tree=True)
                return self._json(tree=True)
            case _:
                return self._json(update_record(session, entity, id))

    def _json(
        self, tree: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return json_reply(status, zoned(tree) if self.profile.zoned_times else tree, headers)


class MockAutoCRM(MockEspoCRM):
    """An AutoCRM as its page describes it, and an EspoCRM where the page is silent.

    It has the routes of the page as well; it answers deletions with an empty body, unlinks by
    `?id=` too, sends e-mails that say neither status nor sender, and writes moments with the
    offset of its zone.
    """

    name: ClassVar[str] = "autocrm"
    profile: ClassVar[Profile] = AUTOCRM


def _is_open(operation: Operation) -> bool:
    """Return whether an operation needs no authentication."""
    security = operation.node.get("security")
    return security is not None and (not security or {} in security)


def _no_action(method: str, action: str, controller: str) -> Problem:
    reason = f"Action {method} '{action}' does not exist in controller '{controller}'."
    return refusals.not_found(reason)
