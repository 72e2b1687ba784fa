"""The mocks of EspoCRM and AutoCRM: one implementation, and a profile for each.

Modelled on recorded responses of EspoCRM 9.2.7 and 10.0.0 (`tests/recorded/`) and on AutoCRM's
page; `espocrm_version` says which release. What neither covers is an assumption, marked where it
is acted on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.arguments import require_choice
from crmkit_mock.crm import MockCRM
from crmkit_mock.documents import ReplyMismatch
from crmkit_mock.espocrm import errors, routes
from crmkit_mock.espocrm.authentication import CREDENTIAL_HEADERS, Authenticator
from crmkit_mock.espocrm.controllers import PREFERENCES
from crmkit_mock.espocrm.data import Change, Data
from crmkit_mock.espocrm.email_addresses import MAIL_SERVER
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import APIError, PartiallyApplied, server_error_or
from crmkit_mock.espocrm.insertion import insert_record, require_attributes
from crmkit_mock.espocrm.leads import LEAD_CAPTURE_KEY
from crmkit_mock.espocrm.operations import OPERATIONS, answer
from crmkit_mock.espocrm.profiles import AUTOCRM, ESPOCRM, Profile
from crmkit_mock.espocrm.request_data import read_body, read_query
from crmkit_mock.espocrm.responses import read_response, to_reply
from crmkit_mock.espocrm.routes import ACTION_CLASSES, MissingAction
from crmkit_mock.espocrm.seed import load_seed
from crmkit_mock.espocrm.session import Session, find_entity
from crmkit_mock.espocrm.system_types import WEBHOOK
from crmkit_mock.espocrm.users import USERS, Login
from crmkit_mock.espocrm.webhook_delivery import Deliveries
from crmkit_mock.espocrm.webhook_events import events_of
from crmkit_mock.forms import EmptyBracketsError
from crmkit_mock.json_text import JSONTextError
from crmkit_mock.messages import Refusal, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.seeds import Seed, SeedSource

#: Operations whose body is a file, or a part of one.
_RAW_BODIES = frozenset({"attachments_chunk", "imports_upload"})
#: Operations without authentication are done as this user.
_PUBLIC_LOGIN = USERS["admin"]


class MockEspoCRM(MockCRM):
    """An EspoCRM with the users of `users`; `credentials` are those of one with an API key.

    It has sample records, custom fields and the custom entity type CGadget.
    """

    name: ClassVar[str] = "espocrm"
    document_name: ClassVar[str] = "autocrm"
    credential_headers: ClassVar[frozenset[str]] = CREDENTIAL_HEADERS
    epoch: ClassVar[datetime] = datetime(2024, 1, 25, 8, 0, tzinfo=UTC)
    #: How this kind of server differs from the other.
    profile: ClassVar[Profile] = ESPOCRM
    #: What the running request has written so far.
    _changes: list[Change] | None = None

    @property
    def credentials(self) -> dict[str, Any]:
        """The keyword argument `api_key` of the user with the broad role."""
        return self.users["integrator"]

    @property
    def users(self) -> dict[str, dict[str, Any]]:
        """Keyword arguments of a client for each user, by name.

        "integrator" has a broad role; "signer" the same and signs its requests; "limited" reads
        own accounts, without the field `website`; "norole" may do nothing; "inactive" cannot log
        in; "jana" is a person and "admin" the administrator, both with passwords.
        """
        return {name: login.credentials for name, login in USERS.items()}

    @property
    def all_credentials(self) -> list[dict[str, Any]]:
        """The credentials of all users."""
        return list(self.users.values())

    @property
    def user_ids(self) -> dict[str, str]:
        """Id of each user, by name."""
        return {name: login.user.id for name, login in USERS.items()}

    @property
    def lead_capture_key(self) -> str:
        """Key of the form that creates leads without authentication."""
        return LEAD_CAPTURE_KEY

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The messages sent, oldest first. Part of the state: reset empties it."""
        return self.data.outbox()

    def mail_server(self, state: str) -> None:
        """Set the state of the mail server. Part of the state: reset makes it "shared".

        Args:
            state: "shared": messages go to the outbox; "missing": there are no settings for it,
                and the response is 500 with `sendingFail`; "not shared": the settings are not
                those of this user, and the response is an empty 500.

        Raises:
            ValueError: the state is unknown.
        """
        require_choice("state", state, ("shared", "missing", "not shared"))
        self.settings.set(MAIL_SERVER, state)

    def add(self, kind: str, record: Mapping[str, Any]) -> str:
        """Insert a record without a request; return its id.

        What the vendor's own validation would refuse is stored, such as a duplicate or a missing
        name; what no reply could show as documented is not.

        Args:
            kind: Name of the entity type, such as "Contact".
            record: Attributes as they are stored, such as `accountId` but not `accountName`. What
                is missing gets its default: id, times, numbers, the entries of an e-mail address.

        Raises:
            ValueError: the entity type or an attribute is unknown, there is a record with that id,
                or a value is not of the documented type; nothing was stored.
        """
        require_choice("entity type", kind, ENTITY_TYPES)
        try:
            with self.store.transaction():
                require_attributes(self.document, kind, record)
                id = insert_record(self.data, self.clock, kind, record)
                self._require_documented(kind, id)
        except (TypeError, AttributeError, ReplyMismatch) as error:
            raise ValueError(f"invalid {kind}: {error}") from None
        return id

    def _require_documented(self, kind: str, id: str) -> None:
        """Check that a record reads as the document says.

        Raises:
            ReplyMismatch: it does not.
        """
        request = Request("GET", f"/{kind}/{id}", b"", {}, b"")
        operation, _ = self.route(request)
        session = self._session(request, operation, _PUBLIC_LOGIN, self._authenticator())
        tree = read_response(session, ENTITY_TYPES[kind], self.data.get(kind, id))
        operation.check_reply(to_reply(session, tree))

    @cached_property
    def webhooks(self) -> Deliveries:
        """The webhooks sent: `webhooks.wait()` returns them. Receivers are on this machine only."""
        return Deliveries(self._remove_webhook)

    def _remove_webhook(self, id: str) -> None:
        with self.store.transaction():
            record = self.data.find(WEBHOOK.name, id)
            if record is not None:
                self.data.replace(WEBHOOK.name, {**record, "deleted": True})

    @property
    def data(self) -> Data:
        """The records and relations."""
        return Data(self.store, self.name, self.settings)

    def seed(self, name: SeedSource | Seed = "demo") -> None:
        """Replace all data by a seed; counters and clock start again, webhooks are forgotten."""
        super().seed(name)
        self.webhooks.clear()

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId."""
        return OPERATIONS

    def load_seed(self, seed: str) -> None:
        """Fill the empty store: users always, in the demo sample records of every entity type."""
        load_seed(self.data, self.clock, seed)

    def error_reply(
        self,
        request: Request,  # noqa: ARG002 - the vendor's errors are the same for all requests
        status: int,
        message: str,
        detail: object = None,
    ) -> Reply:
        """Build an error response: an empty body, and the reason in X-Status-Reason."""
        return errors.to_response(APIError(status, message, detail))

    # The way of a request.

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request, and its path parameters.

        Raises:
            Refusal: 404 or 405, as the vendor's router answers.
        """
        if "\0" in request.path:
            raise errors.router_page(400)
        release = self.behavior.espocrm_release
        try:
            return routes.find(
                self.document, self.profile.name, release, request.method, request.path
            )
        except MissingAction as missing:
            authenticator = self._authenticator()
            if authenticator.authenticate(request) is None:
                raise authenticator.unauthorized(request) from None
            missing.error.html = missing.html
            raise missing.error from None

    def _authenticator(self) -> Authenticator:
        return Authenticator(self.settings, self.clock, self.data, limit_failures=self.rate_limits)

    def refuse(self, refusal: Refusal, request: Request) -> Reply:
        """Turn a refusal into the vendor's response."""
        if not isinstance(refusal, APIError):
            # From the frame. A body over the cap is rejected by the web server, not by EspoCRM.
            is_page = refusal.status == 413
            refusal = (
                errors.router_page(413) if is_page else APIError(refusal.status, refusal.message)
            )
        operation = self._operation(request)
        html = refusal.html or (operation is not None and operation.id in ACTION_CLASSES)
        accept = request.headers.get("accept", "")
        reply = errors.to_response(refusal, html=html, accept=accept)
        if request.method == "OPTIONS" and operation is None and not refusal.by_web_server:
            # The router answers it with the page of the error, but says 200.
            return replace(reply, status=200)
        return reply

    def answer(self, request: Request) -> tuple[Reply, Operation | None]:
        """Answer a request, then send the webhooks that subscribe to what it changed."""
        changes: list[Change] = []
        self._changes = changes
        reply, operation = super().answer(request)
        self._changes = None
        if changes and operation is not None and reply.status < 400:
            webhooks = self.data.with_value(WEBHOOK.name, True, "isActive")
            if webhooks:
                session = self._session(request, operation, _PUBLIC_LOGIN, self._authenticator())
                user = changes[0].after.get("modifiedById") or changes[0].after.get("createdById")
                self.webhooks.queue(webhooks, events_of(session, changes), str(user))
        return reply, operation

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: authentication first, then access, parameters, body and state."""
        authenticator = self._authenticator()
        if authenticator.is_locked():
            # Valid credentials make no difference (observed).
            self.clock.tick()
            return Reply(403, b"", media_type=errors.HTML, tree="")
        login = authenticator.authenticate(request)
        if login is None and not _is_public(operation):
            # Returned, not raised, so that the failure is stored.
            return errors.to_response(authenticator.unauthorized(request))
        name = path_parameters.get("entityType")
        is_preferences = name is not None and name[1:] == PREFERENCES[1:]
        if name is not None and not is_preferences and operation.id not in ACTION_CLASSES:
            # The controller is looked for before the body is read.
            find_entity(name)
        session = self._session(request, operation, login, authenticator)
        if login is not None:
            session.note_access()
        try:
            return answer(session, operation.id, path_parameters)
        except PartiallyApplied as failure:
            return errors.to_response(failure.error)

    def _session(
        self,
        request: Request,
        operation: Operation,
        login: Login | None,
        authenticator: Authenticator,
    ) -> Session:
        try:
            query = read_query(request)
            # Others do not look at the body.
            body = read_body(request) if _reads_body(operation) else {}
        except EmptyBracketsError:
            reason = "A parameter has empty brackets."
            raise server_error_or(reason, faithful=self.faithful_crashes) from None
        except JSONTextError as error:
            reason = f"The body is not JSON: {error}."
            raise server_error_or(reason, faithful=self.faithful_crashes) from None
        return Session(
            request=request,
            query=query,
            body=body,
            login=login or _PUBLIC_LOGIN,
            is_public=login is None,
            data=Data(self.store, self.name, self.settings, self._changes),
            settings=self.settings,
            clock=self.clock,
            profile=self.profile,
            authenticator=authenticator,
            release=self.behavior.espocrm_release,
            faithful_crashes=self.faithful_crashes,
        )


class MockAutoCRM(MockEspoCRM):
    """An AutoCRM as its page describes it, and an EspoCRM where the page is silent.

    It also has the routes of the page; it answers deletions with an empty body, unlinks by `?id=`
    too, sends e-mails without status and sender, and writes datetimes with the offset of its time
    zone.
    """

    name: ClassVar[str] = "autocrm"
    profile: ClassVar[Profile] = AUTOCRM


def _reads_body(operation: Operation) -> bool:
    """Return whether an operation reads the body as JSON or as a form."""
    return "requestBody" in operation.node and operation.id not in _RAW_BODIES


def _is_public(operation: Operation) -> bool:
    """Return whether an operation needs no authentication."""
    security = operation.node.get("security")
    return security is not None and (not security or {} in security)
