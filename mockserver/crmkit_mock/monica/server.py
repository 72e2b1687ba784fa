"""The mock of Monica 4: the way of a request, and what tests call.

Behaviour was recorded from a server of release 4.1.2; each assumption is stated where the code
acts on it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from crmkit_mock.arguments import require_choice, require_record
from crmkit_mock.crm import MockCRM
from crmkit_mock.documents import ReplyMismatch
from crmkit_mock.messages import Refusal, Reply, Request, json_reply
from crmkit_mock.monica.authentication import (
    ACCOUNTS,
    EXPIRED_TOKEN,
    PUBLIC_OPERATIONS,
    Account,
    Authenticator,
)
from crmkit_mock.monica.columns import datetime_column, stored
from crmkit_mock.monica.errors import (
    CODE_OF_STATUS,
    MESSAGES,
    NULL_BODY,
    ErrorBody,
    PartiallyApplied,
    coded_body,
    error_with_code,
    framework_error,
)
from crmkit_mock.monica.lists import check_limit_and_sort
from crmkit_mock.monica.operations import OPERATIONS, RESOURCES
from crmkit_mock.monica.rate_limit import RateLimit
from crmkit_mock.monica.records import Records
from crmkit_mock.monica.seed import load_seed
from crmkit_mock.monica.session import Session
from crmkit_mock.monica.validation import Rules, any_date, optional, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.monica.session import Handler, Tree
    from crmkit_mock.seeds import Seed, SeedSource

#: Routes that the server has, without code behind them.
_EMPTY_ROUTES = re.compile(r"/logs(?:/[^/]+)?")
#: Methods in the order in which the server names those of a path.
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_HTML_PAGE = "<!DOCTYPE html>"
_HTML = "text/html; charset=utf-8"
#: Characters of paths that messages show as they are.
_UNQUOTED = "/:@!$&'()*+,;=~"
_TIMES: Rules = {"created_at": optional(any_date), "updated_at": optional(any_date)}
_TIME_COLUMNS = dict.fromkeys(_TIMES, datetime_column)
#: States of new mocks by seed: to restore one is far quicker than to load the seed again.
_LOADED_SEEDS: dict[str, dict[str, Any]] = {}


class MockMonica(MockCRM):
    """An installation of Monica with two accounts, "ada" and "grace".

    `credentials` is the token of "ada", `accounts` has those of both.
    """

    name: ClassVar[str] = "monica"
    document_name: ClassVar[str] = "monica"
    credential_headers: ClassVar[frozenset[str]] = frozenset()
    epoch: ClassVar[datetime] = datetime(2024, 5, 6, 9, 0, tzinfo=UTC)

    @property
    def credentials(self) -> dict[str, Any]:
        """The keyword `token` of the first account."""
        return self.accounts["ada"]

    @property
    def accounts(self) -> dict[str, dict[str, Any]]:
        """Constructor keywords for each account, by its name."""
        return {name: {"token": account.token} for name, account in ACCOUNTS.items()}

    @property
    def expired_credentials(self) -> dict[str, Any]:
        """The keyword `token` with a token that is no longer valid."""
        return {"token": EXPIRED_TOKEN}

    @property
    def all_credentials(self) -> list[dict[str, Any]]:
        """The tokens of all accounts, and the one that has expired."""
        return [*self.accounts.values(), self.expired_credentials]

    @property
    def operations(self) -> Mapping[str, Handler]:
        """Handler by operationId."""
        return OPERATIONS

    # What tests use.

    def add(self, kind: str, record: Mapping[str, Any], *, account: str = "ada") -> int:
        """Add a record without a request.

        Args:
            kind: The resource as in the client, such as "contacts" or "activity_types".
            record: Members by the wire names of a creation, and `id`, `created_at` and
                `updated_at`. What is required and missing gets a default, save the ids of the
                records that it belongs to.
            account: Name of the account.

        Returns:
            The id of the record.

        Raises:
            ValueError: there is no such kind, member or account, or the record is invalid;
                nothing was stored.
        """
        require_choice("kind", kind, RESOURCES)
        resource = RESOURCES[kind]
        require_record(kind, record, ["id", *resource.members_for_create(), *_TIMES])
        body = {name: value for name, value in record.items() if name not in {"id", *_TIMES}}
        session = self._session(_account(account), body=resource.with_defaults(body))
        try:
            with self.store.transaction():
                times = stored(_TIME_COLUMNS, validate(_TIMES, record, self._records))
                with self._records.as_id(resource.kind, record.get("id")):
                    reply: Any = resource.create(session)
                self.document.operation(f"{kind}_create").check_reply(reply)
                id: int = reply.tree["data"]["id"]
                if any(times.values()):
                    self._records.save(
                        resource.kind, {**session.load(resource.kind, id), **_given(times)}
                    )
        except PartiallyApplied as error:
            raise ValueError(f"{kind}: {error.refusal.message}") from None
        except Refusal as refusal:
            raise ValueError(f"{kind}: {refusal.message}") from None
        except ReplyMismatch as error:
            raise ValueError(f"{kind}: {error}") from None
        return id

    def archive(self, contact_id: int, *, archived: bool = True, account: str = "ada") -> None:
        """Archive a contact or undo that, which people can do in the site only.

        Args:
            contact_id: Id of the contact.
            archived: False undoes it.
            account: Name of the account.

        Raises:
            ValueError: there is no such account, or it has no such contact.
        """
        account_id = _account(account).id
        with self.store.transaction():
            contact = self._records.get("contact", account_id, contact_id)
            if contact is None or contact["deleted_at"]:
                raise ValueError(f"account {account!r} has no contact {contact_id}")
            contact["is_active"] = not archived
            self._records.save("contact", contact)

    def publish_statistics(self, *, published: bool = True) -> None:
        """Let `GET /statistics` answer numbers, as its site's owner may. Part of the state."""
        self.settings.set("publishes_statistics", published)

    def load_seed(self, seed: str) -> None:
        """Fill the empty store with what each account has, and with the people of the demo."""
        loaded = _LOADED_SEEDS.get(seed)
        if loaded is not None:
            self.store.restore(self.name, loaded)
            return
        load_seed(
            seed, lambda account, body, id: self._session(account, {"id": str(id)}, body=body)
        )
        _LOADED_SEEDS[seed] = self.snapshot()

    def seed(self, name: SeedSource | Seed = "demo") -> None:
        """Replace all data by a seed; counters, clock and rate limit start again."""
        super().seed(name)
        self._rate_limit.clear()

    # The way of a request.

    @cached_property
    def _rate_limit(self) -> RateLimit:
        return RateLimit(self.clock)

    @cached_property
    def _authenticator(self) -> Authenticator:
        return Authenticator()

    @cached_property
    def _records(self) -> Records:
        return Records(self.store, self.name)

    @property
    def _site(self) -> str:
        return self.base_url.removesuffix(self.base_path)

    def _session(
        self,
        account: Account,
        path_params: Mapping[str, str] | None = None,
        *,
        request: Request | None = None,
        body: Tree | None = None,
    ) -> Session:
        return Session(
            request=request or Request("POST", "", b"", {}, b""),
            path_params=path_params or {},
            account=account,
            records=self._records,
            settings=self.settings,
            clock=self.clock,
            base_url=self.base_url,
            site=self._site,
            faithful_crashes=self.faithful_crashes,
            body=body,
        )

    def answer(self, request: Request) -> tuple[Reply, Operation | None]:
        """Answer a request. OPTIONS answers the methods of a path to anybody."""
        return self._options(request) or super().answer(request)

    def _options(self, request: Request) -> tuple[Reply, None] | None:
        match = self.document.match(self._path(request)) if request.method == "OPTIONS" else None
        if match is None:
            return None
        allow = {"Allow": ",".join(_repeated(list(match[0])))}
        return Reply(200, b"", allow, _HTML, ""), None

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request; a slash at the end of a path changes nothing."""
        path = self._path(request)
        match = self.document.match(path)
        if match is None or (self.faithful_crashes and _is_empty_route(request.method, path)):
            raise self.unknown_path(path, request.method)
        operations, path_params = match
        operation = operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            raise _method_not_supported(request.method, path, list(operations))
        return operation, path_params

    def _path(self, request: Request) -> str:
        path = request.path.rstrip("/")
        # The frame leaves the front door's path whole where no slash ends it.
        return "/" if path in {"", self.base_path} else path

    def unknown_path(self, path: str, method: str = "GET") -> Refusal:
        """Return the error for a path that Monica does not have, or has without code."""
        if self.faithful_crashes and _is_empty_route(method, path):
            return framework_error(500, "Server Error")
        return framework_error(404, f"The route {_route_of(path)[:200]} could not be found.")

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: token, rate limit, order and limit, then the operation itself."""
        is_public = operation.id in PUBLIC_OPERATIONS
        # Replies of public operations have nothing of an account.
        account = ACCOUNTS["ada"] if is_public else self._authenticator.authenticate(request)
        headers: dict[str, str] = {}
        if self.rate_limits:
            headers = self._rate_limit.take("address" if is_public else str(account.id))
        try:
            reply = self._handle(
                operation, self._session(account, path_parameters, request=request)
            )
        except Refusal as refusal:
            refusal.headers = {**refusal.headers, **headers}
            raise
        return reply.with_headers(headers) if headers else reply

    def _handle(self, operation: Operation, session: Session) -> Reply:
        check_limit_and_sort(session)
        request = session.request
        if operation.method not in {"GET", "DELETE"} and request.body.strip() == b"null":
            raise error_with_code(NULL_BODY)
        try:
            return OPERATIONS[operation.id](session)
        except PartiallyApplied as error:
            return self.refuse(error.refusal, request)

    def error_reply(
        self, request: Request, status: int, message: str, detail: object = None
    ) -> Reply:
        """Build the error reply to a request.

        Errors of the framework are HTML pages unless the client asks for JSON; invalid values and
        a missing token then redirect to the front page.
        """
        if isinstance(detail, ErrorBody):
            if not detail.negotiated or _wants_json(request):
                return json_reply(status, detail.tree)
            if status in {401, 422}:
                location = {"Location": self._site}
                return Reply(302, _HTML_PAGE.encode(), location, _HTML, _HTML_PAGE)
            return Reply(status, _HTML_PAGE.encode(), {}, _HTML, _HTML_PAGE)
        code = CODE_OF_STATUS.get(status)
        if code is None:
            return json_reply(status, {"message": message})
        content = MESSAGES[code][1] if code in MESSAGES else [message]
        return json_reply(status, coded_body(code, content))


def _given(times: Mapping[str, str | None]) -> dict[str, str]:
    return {name: time for name, time in times.items() if time is not None}


def _account(name: str) -> Account:
    require_choice("account", name, ACCOUNTS)
    return ACCOUNTS[name]


def _wants_json(request: Request) -> bool:
    """Return whether a request asks for JSON, as the framework decides it."""
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return True
    first = request.headers.get("accept", "").partition(",")[0].lower()
    return "/json" in first or "+json" in first


def _is_empty_route(method: str, path: str) -> bool:
    if not _EMPTY_ROUTES.fullmatch(path):
        return False
    return method == "POST" if path == "/logs" else method in {"GET", "PUT", "PATCH", "DELETE"}


def _method_not_supported(method: str, path: str, methods: list[str]) -> Refusal:
    allow = ", ".join(_repeated(methods))
    message = (
        f"The {method} method is not supported for route {_route_of(path)}."
        f" Supported methods: {allow}."
    )
    return framework_error(405, message, {"Allow": allow})


def _route_of(path: str) -> str:
    """Return a path as messages name it."""
    return f"api{quote(path, safe=_UNQUOTED) if path != '/' else ''}"


def _repeated(methods: list[str]) -> list[str]:
    """Return the methods of a path as the server lists them: with HEAD, and all of it twice."""
    named = {*methods, *(["HEAD"] if "GET" in methods else [])}
    return [method for method in _METHODS if method in named] * 2
