"""The mock of Monica 4: everything its API does, with its quirks.

Behaviour was recorded from a server of release 4.1.2; each assumption stands where it is acted on.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit_mock.crm import MockCRM
from crmkit_mock.messages import Refusal, Reply, Request, json_reply
from crmkit_mock.monica import audit, countries, currencies, me
from crmkit_mock.monica.accounts import ACCOUNTS, BY_TOKEN, EXPIRED_TOKEN, Account
from crmkit_mock.monica.activities import Activities, ActivityTypeCategories, ActivityTypes
from crmkit_mock.monica.addresses import Addresses, Places
from crmkit_mock.monica.call import Call
from crmkit_mock.monica.calls import Calls
from crmkit_mock.monica.companies import Companies, Occupations
from crmkit_mock.monica.contact_fields import ContactFields, ContactFieldTypes
from crmkit_mock.monica.contacts import Contacts
from crmkit_mock.monica.conversations import Conversations
from crmkit_mock.monica.debts import Debts
from crmkit_mock.monica.demo import plant_demo
from crmkit_mock.monica.errors import (
    CODE_OF_STATUS,
    NULL_BODY,
    TEXTS,
    Body,
    HalfWritten,
    numbered,
    own_shape,
    plain,
)
from crmkit_mock.monica.genders import Genders
from crmkit_mock.monica.gifts import Gifts
from crmkit_mock.monica.installation import install
from crmkit_mock.monica.instants import write_instant
from crmkit_mock.monica.journal import Journal
from crmkit_mock.monica.life_events import LifeEvents
from crmkit_mock.monica.listing import check_limit_and_sort
from crmkit_mock.monica.notes import Notes
from crmkit_mock.monica.pets import Pets
from crmkit_mock.monica.rate_limit import RateLimit
from crmkit_mock.monica.records import Records
from crmkit_mock.monica.relationships import (
    Relationships,
    RelationshipTypeGroups,
    RelationshipTypes,
)
from crmkit_mock.monica.reminders import Reminders
from crmkit_mock.monica.tags import Tags
from crmkit_mock.monica.tasks import Tasks
from crmkit_mock.monica.uploads import Documents, Photos

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.monica.call import Handler

_RESOURCES = (
    *(Relationships, RelationshipTypes, RelationshipTypeGroups, Contacts, Tags, Notes, Calls),
    *(Activities, ActivityTypes, ActivityTypeCategories, Tasks, Reminders, Journal),
    *(ContactFields, ContactFieldTypes, Addresses, Places, Companies, Occupations, Gifts),
    *(Debts, Documents, Photos, Pets, LifeEvents, Conversations, Genders),
)
#: Routes that need no token.
_PUBLIC = frozenset(
    {"currencies_list", "currencies_get", "compliance_list", "compliance_get", "statistics"}
)
#: Routes that the server has, without code behind them.
_EMPTY_ROUTES = re.compile(r"/logs(?:/[^/]+)?")
_BEARER = re.compile(r"Bearer\s+(\S+)\s*", re.IGNORECASE)
_PAGE = "<!DOCTYPE html>"
#: States of fresh mocks by seed: to put one back is far quicker than to plant it once more.
_PLANTED: dict[str, dict[str, Any]] = {}
_HTML = "text/html; charset=utf-8"


@cache
def _handlers() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for resource in _RESOURCES:
        handlers.update(resource().operations())
    for module in (audit, countries, currencies, me):
        handlers.update(module.operations())
    return handlers


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
        """The keyword `token` with a token that is no longer good."""
        return {"token": EXPIRED_TOKEN}

    def archive(self, contact_id: int, *, archived: bool = True, account: str = "ada") -> None:
        """Archive a contact or take it back, which people can do in the site only.

        Args:
            contact_id: Id of the contact.
            archived: False takes it back.
            account: Name of the account.

        Raises:
            ValueError: there is no such account, or it has no such contact.
        """
        if account not in ACCOUNTS:
            raise ValueError(f"there is no account {account!r}")
        with self.store.transaction():
            contact = self._records.get("contact", ACCOUNTS[account].id, contact_id)
            if contact is None or contact["deleted_at"]:
                raise ValueError(f"{account} has no contact {contact_id}")
            contact["is_active"] = not archived
            self._records.keep("contact", contact)

    def publish_statistics(self, *, published: bool = True) -> None:
        """Let `GET /statistics` answer numbers, as its site's owner may. Part of the state."""
        self.settings.set("publishes_statistics", published)

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId."""
        return _handlers()

    def load_seed(self, seed: str) -> None:
        """Fill the store: what comes with each account, and the people of the demo."""
        planted = _PLANTED.get(seed)
        if planted is not None:
            self.store.restore(self.name, planted)
            return
        install(self._records, self.settings, write_instant(self.clock.now()))
        if seed == "demo":
            plant_demo(self._call_of, _handlers())
        _PLANTED[seed] = self.snapshot()

    def seed(self, name: str = "demo") -> None:
        """Replace all data by a seed; counters, clock and rate limit start again."""
        super().seed(name)
        self._requests.clear()

    @cached_property
    def _requests(self) -> RateLimit:
        return RateLimit(self.clock)

    @property
    def _site(self) -> str:
        return self.base_url.removesuffix(self.base_path)

    @property
    def _records(self) -> Records:
        return Records(self.store, self.name)

    def _call_of(self, account: Account, request: Request, **parameters: str) -> Call:
        return Call(
            request=request,
            parameters=parameters,
            account=account,
            records=self._records,
            settings=self.settings,
            clock=self.clock,
            base_url=self.base_url,
            site=self._site,
            faithful=self.faithful_crashes,
        )

    # The way of a request.

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request; a slash at the end of a path changes nothing."""
        path = self._path(request)
        found = self.document.match(path)
        if found is None or (self.faithful_crashes and _is_empty_route(request.method, path)):
            raise self.unknown_path(path, request.method)
        operations, parameters = found
        operation = operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            raise _not_supported(request.method, path, list(operations))
        return operation, parameters

    def _path(self, request: Request) -> str:
        path = request.path.rstrip("/")
        # The frame leaves the front door's path whole where no slash ends it.
        return "/" if path in {"", self.base_path} else path

    def unknown_path(self, path: str, method: str = "GET") -> Refusal:
        """Return the refusal of a path that Monica does not have, or has without code."""
        if self.faithful_crashes and _is_empty_route(method, path):
            return plain(500, "Server Error")
        route = f"api{path if path != '/' else ''}"[:200]
        return plain(404, f"The route {route} could not be found.")

    def answer(self, request: Request) -> tuple[Reply, Operation | None]:
        """Answer a request, and tell the date. OPTIONS tells the methods of a path to anybody."""
        reply, operation = self._options(request) or super().answer(request)
        # As every web server does; by the mock's clock, which ages are reckoned from.
        headers = {"Date": format_datetime(self.clock.now(), usegmt=True), **reply.headers}
        return Reply(reply.status, reply.body, headers, reply.media_type, reply.tree), operation

    def _options(self, request: Request) -> tuple[Reply, None] | None:
        found = self.document.match(self._path(request)) if request.method == "OPTIONS" else None
        if found is None:
            return None
        allow = {"Allow": ",".join(_twice(list(found[0])))}
        return Reply(200, b"", allow, _HTML, ""), None

    def error_reply(
        self, request: Request, status: int, message: str, detail: object = None
    ) -> Reply:
        """Build the error reply to a request.

        Errors of the framework come as pages for people unless JSON is asked for; refused values
        and a missing token then lead to the front page.
        """
        if isinstance(detail, Body):
            if not detail.negotiated or wants_json(request):
                return json_reply(status, detail.tree)
            if status in {401, 422}:
                return Reply(302, _PAGE.encode(), {"Location": self._site}, _HTML, _PAGE)
            return Reply(status, _PAGE.encode(), {}, _HTML, _PAGE)
        code = CODE_OF_STATUS.get(status)
        if code is None:
            return json_reply(status, {"message": message})
        text = TEXTS[code][1] if code in TEXTS else [message]
        return json_reply(status, own_shape(code, text))

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: token, rate limit, order and limit, then the operation itself."""
        is_public = operation.id in _PUBLIC
        account = next(iter(ACCOUNTS.values())) if is_public else _account(request)
        headers: dict[str, str] = {}
        if self.rate_limits:
            who = "address" if is_public else str(account.id)
            headers = self._requests.take(who)
        try:
            reply = self._handle(operation, path_parameters, request, account)
        except Refusal as refusal:
            refusal.headers = {**refusal.headers, **headers}
            raise
        if not headers:
            return reply
        return Reply(reply.status, reply.body, headers, reply.media_type, reply.tree)

    def _handle(
        self,
        operation: Operation,
        path_parameters: Mapping[str, str],
        request: Request,
        account: Account,
    ) -> Reply:
        call = self._call_of(account, request, **path_parameters)
        check_limit_and_sort(call)
        if operation.method not in {"GET", "DELETE"} and request.body.strip() == b"null":
            raise numbered(NULL_BODY)
        try:
            return _handlers()[operation.id](call)
        except HalfWritten as half:
            return self.refuse(half.refusal, request)


def wants_json(request: Request) -> bool:
    """Return whether a request asks for JSON, as the framework decides it."""
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return True
    first = request.headers.get("accept", "").partition(",")[0].lower()
    return "/json" in first or "+json" in first


def _account(request: Request) -> Account:
    found = _BEARER.fullmatch(request.headers.get("authorization", ""))
    account = BY_TOKEN.get(found[1]) if found else None
    if account is None:
        raise plain(401, "Unauthenticated.")
    return account


def _is_empty_route(method: str, path: str) -> bool:
    if not _EMPTY_ROUTES.fullmatch(path):
        return False
    return method == "POST" if path == "/logs" else method in {"GET", "PUT", "DELETE"}


def _not_supported(method: str, path: str, methods: list[str]) -> Refusal:
    allow = ", ".join(_twice(methods))
    message = (
        f"The {method} method is not supported for route api{path}. Supported methods: {allow}."
    )
    return plain(405, message, {"Allow": allow})


def _twice(methods: list[str]) -> list[str]:
    """Return the methods of a path as the server lists them: with HEAD, and all of it twice."""
    named = [name for method in methods for name in ("GET", "HEAD")[: 2 if method == "GET" else 0]]
    named += [method for method in methods if method != "GET"]
    return named * 2
