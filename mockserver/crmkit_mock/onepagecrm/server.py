"""The way of a request through the mock of OnePageCRM, and what tests set."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from crmkit_mock.crm import MockCRM
from crmkit_mock.messages import Refusal, Reply
from crmkit_mock.onepagecrm.account import Account
from crmkit_mock.onepagecrm.authentication import HEADERS, Authenticator
from crmkit_mock.onepagecrm.errors import Code, ErrorDetail, code_for, refusal
from crmkit_mock.onepagecrm.new_records import add_record
from crmkit_mock.onepagecrm.operations import OPERATIONS, SIDE
from crmkit_mock.onepagecrm.rendering import FORMATS, render
from crmkit_mock.onepagecrm.request_data import read_form, read_query
from crmkit_mock.onepagecrm.seed import CREDENTIALS, EPOCH, load_seed
from crmkit_mock.onepagecrm.session import Session
from crmkit_mock.onepagecrm.side_elements import STATUSES, notifications
from crmkit_mock.onepagecrm.values import clean, unix_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from crmkit_mock.documents import Operation
    from crmkit_mock.messages import Request
    from crmkit_mock.onepagecrm.operations import Behaviour

_PIPELINES = ("off", "simple", "full")
_ESCAPED_SLASH = re.compile("%2F", re.IGNORECASE)
#: Stands for a slash that is part of a name; a decoded path cannot contain a lone surrogate.
_SLASH = "\udc2f"


class MockOnePageCRM(MockCRM):
    """OnePageCRM with two accounts, "samples" and "solar", of one user each.

    `credentials` opens "samples" by signature and `login` by password; `accounts` and `logins` have
    those of both. A logout or a new key makes `credentials` invalid until `reset`. Signatures must
    be of the mock's time, to 5 minutes; every reply reports it.
    """

    name: ClassVar[str] = "onepagecrm"
    document_name: ClassVar[str] = "onepagecrm"
    credential_headers: ClassVar[frozenset[str]] = HEADERS
    epoch: ClassVar[datetime] = EPOCH

    @property
    def credentials(self) -> dict[str, Any]:
        """The keywords `uid` and `key` of the first account."""
        return self.accounts["samples"]

    @property
    def login(self) -> dict[str, Any]:
        """The keywords `login` and `password` of the first account."""
        return self.logins["samples"]

    @property
    def accounts(self) -> dict[str, dict[str, Any]]:
        """The keywords `uid` and `key` of each account, by its name."""
        return {
            name: {"uid": credentials.uid, "key": credentials.key}
            for name, credentials in CREDENTIALS.items()
        }

    @property
    def logins(self) -> dict[str, dict[str, Any]]:
        """The keywords `login` and `password` of each account, by its name."""
        return {
            name: {"login": credentials.login, "password": credentials.password}
            for name, credentials in CREDENTIALS.items()
        }

    @property
    def all_credentials(self) -> list[dict[str, Any]]:
        """The keys and passwords of all accounts."""
        return [*self.accounts.values(), *self.logins.values()]

    @property
    def operations(self) -> Mapping[str, Behaviour]:
        """What each operation does, by operationId."""
        return OPERATIONS

    # What the browser or the vendor does, and no operation of the API.

    def limit(
        self, *, contacts: int | None = None, deals: int | None = None, account: str = "samples"
    ) -> None:
        """Set how many contacts and deals an account may have. Reset and seed lift it.

        A full account refuses further contacts and deals (201, or 202 where it is the deals that
        are too many) and says so under `notifications`. One with more contacts than it may have
        refuses all that edits contacts, notes, tags and actions, except the deletion of contacts.

        Args:
            contacts: Number of contacts; None for any.
            deals: Number of deals, pending and closed; None for any.
            account: Name of the account.

        Raises:
            ValueError: a number is negative, or there is no such account.
        """
        for name, number in {"contacts": contacts, "deals": deals}.items():
            if number is not None and number < 0:
                raise ValueError(f"{name} must be >= 0, got {number}")
        self._set(account, limits={"contacts": contacts, "deals": deals})

    def listing(self, *, size: int = 25, mode: str = "all", account: str = "samples") -> None:
        """Set how an account's list of contacts looks.

        Args:
            size: Contacts a page.
            mode: Status of the contacts that it shows, or "all".
            account: Name of the account.

        Raises:
            ValueError: there is no such size, mode or account.
        """
        if size < 1:
            raise ValueError(f"size must be >= 1, got {size}")
        _require_choice("mode", mode, ("all", *STATUSES))
        self._set(account, listing={"mode": mode, "size": size})

    def pipeline(self, mode: str, *, account: str = "samples") -> None:
        """Set how an account works with stages of deals: "off", "simple" or "full".

        Raises:
            ValueError: there is no such mode or account.
        """
        _require_choice("mode", mode, _PIPELINES)
        self._set(account, pipeline_mode=mode)

    def block(self, *, blocked: bool = True, account: str = "samples") -> None:
        """Block an account, or open it again. A blocked one answers everything with 102.

        Raises:
            ValueError: there is no such account.
        """
        self._set(account, blocked=blocked)

    def add(self, kind: str, record: Mapping[str, Any], *, account: str = "samples") -> str:
        """Put a record into an account, without a request.

        Args:
            kind: "contacts", "actions", "notes" (deals too), "tags" or "filters".
            record: Fields by their names in replies, such as `jobtitle` and
                `phones=[{"type": "work", "number": "1"}]`. What is missing gets its default.
                Contacts also take `added`, `edited`, `viewed` and `imported`, the Unix times that
                the system tags go by.
            account: Name of the account.

        Returns:
            The id of the record; of a tag its name.

        Raises:
            ValueError: there is no such kind or account, or the record is invalid; nothing was
                stored.
        """
        with self.store.transaction():
            now = self.clock.tick()
            return add_record(self.document, self._account(account, now), kind, record)

    def add_filter(
        self,
        name: str,
        *,
        contacts: Sequence[str] = (),
        tags: Sequence[str] = (),
        deals: Sequence[str] = (),
        address: Mapping[str, str] | None = None,
        account: str = "samples",
    ) -> str:
        """Store a custom filter, which users make in the browser.

        Args:
            name: Name of the filter.
            contacts: Statuses of the contacts that it shows; all if empty.
            tags: Tags of which they need one; none if empty.
            deals: Statuses of deals of which they need one; none if empty.
            address: `type` and `value` of the address, or None.
            account: Name of the account.

        Returns:
            Id of the filter.

        Raises:
            ValueError: there is no such account, or the filter is invalid.
        """
        filter_ = {
            "name": name,
            "contacts": list(contacts),
            "tags": list(tags),
            "deals": list(deals),
            "address": dict(address or {}),
        }
        with self.store.transaction():
            return add_record(self.document, self._account(account), "filters", filter_)

    def _account(self, name: str, now: datetime | None = None) -> Account:
        _require_choice("account", name, tuple(CREDENTIALS))
        return Account(self.store, CREDENTIALS[name].uid, now or self.clock.now())

    def _set(self, name: str, **settings: object) -> None:
        with self.store.transaction():
            account = self._account(name)
            account.settings.update(settings)
            account.save_settings()

    # The way of a request.

    def load_seed(self, seed: str) -> None:
        """Fill the store: the vendor's own samples for "samples", a few records for "solar"."""
        load_seed(self.document, self.store, seed)

    def error_reply(
        self, request: Request, status: int, message: str, detail: object = None
    ) -> Reply:
        """Build the envelope of an error in the format of the request; 406 has an empty body."""
        format_ = _format(request.path)
        if format_ is None and status == 406:
            # Page: API 1.2, Response message format, footnote 1.
            return Reply(406, b"", media_type=None)
        if isinstance(detail, ErrorDetail):
            return self._reply(format_ or "json", 200, detail.code, message, detail.side_elements)
        return self._reply(format_ or "json", status, code_for(status), message, {})

    def _reply(
        self, format_: str, http_status: int, code: Code, message: str, rest: Mapping[str, Any]
    ) -> Reply:
        # Messages may quote what was sent.
        head = {
            "timestamp": unix_time(self.clock.now()),
            "status": int(code),
            "message": clean(message),
        }
        return render(format_, http_status, {**head, **rest})

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request, and its path parameters.

        Raises:
            Refusal: 406 where the extension of the path is not that of a format; 404 and 405 as
                for all.
        """
        if _format(request.path) is None:
            raise Refusal(406, "The extension must be .json, .xml or .yaml")
        if b"%" not in request.raw_path:
            operation, path_params = super().route(request)
        else:
            operation, matched = super().route(replace(request, path=self._unescaped_path(request)))
            path_params = {name: value.replace(_SLASH, "/") for name, value in matched.items()}
        if path_params["format"] not in FORMATS:
            # Such as /contacts.old.json, which the path's template cannot tell apart.
            raise self.unknown_path(request.path)
        return operation, path_params

    def unknown_path(self, path: str) -> Refusal:
        """Return the refusal of a path that the document does not have."""
        return super().unknown_path(path.replace(_SLASH, "/"))

    def _unescaped_path(self, request: Request) -> str:
        """Return a request's path with `_SLASH` for each slash that was sent as `%2F`.

        Assumption: such a slash belongs to a name, so that a tag that contains it can be read.
        """
        raw = request.raw_path.decode("latin-1")
        return unquote(_ESCAPED_SLASH.sub(_SLASH, raw)).removeprefix(self.base_path) or request.path

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: first signature and limits, then parameters and state."""
        behaviour = OPERATIONS[operation.id]
        now = self.clock.tick() if behaviour.writes else self.clock.now()
        authenticator = Authenticator(self.store, self.base_url, self.base_path)
        if operation.id == "auth_login":
            params = read_form(operation, request)
            account = authenticator.log_in(params["login"], params["password"], now)
        else:
            params = {}
            account = authenticator.authenticate(request, now)
        if account.settings["blocked"]:
            raise refusal(Code.BLOCKED, "The account is inactive or blocked")
        reached = notifications(account)
        try:
            if behaviour.frozen and "too_many_contacts" in reached:
                raise refusal(Code.CONTACT_LIMIT, "The account has too many contacts")
            params = params or {**read_query(operation, request), **read_form(operation, request)}
            if behaviour.adds or (operation.id == "notes_create" and params.get("type") == "deal"):
                _require_capacity(reached)
            rest = _result(behaviour, Session(account, path_parameters, params))
        except Refusal as error:
            raise _with_notifications(error, reached) from None
        if reached := notifications(account):
            rest["notifications"] = reached
        return self._reply(path_parameters["format"], 200, Code.OK, "OK", rest)


def _require_choice(argument: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{argument} must be one of {', '.join(choices)}, got {value!r}")


def _format(path: str) -> str | None:
    """Return the format that the extension of a path names, or None."""
    extension = path.rpartition("/")[2].rpartition(".")[2]
    return extension if "." in path and extension in FORMATS else None


def _result(behaviour: Behaviour, session: Session) -> dict[str, Any]:
    """Run the handler and return the envelope's members after the first three."""
    data = behaviour.run(session)
    rest = {} if data is None else {"data": data}
    return {**rest, **{name: SIDE[name](session.account) for name in behaviour.side}}


def _require_capacity(reached: list[str]) -> None:
    """Check that a contact or deal may be added.

    Page: API 1.2, Response message format: at either limit neither contacts nor deals may be added.
    Assumption: the code names the limit that was reached.

    Raises:
        Refusal: 201, there are as many contacts as there may be; 202, as many deals.
    """
    if "contacts_list_full" in reached:
        raise refusal(Code.CONTACT_LIMIT, "The account has reached its number of contacts")
    if "deals_limit_reached" in reached:
        raise refusal(Code.OTHER_LIMIT, "The account has reached its number of deals")


def _with_notifications(error: Refusal, reached: list[str]) -> Refusal:
    if not reached or not isinstance(error.detail, ErrorDetail):
        return error
    side_elements = {**error.detail.side_elements, "notifications": reached}
    return refusal(error.detail.code, error.message, side_elements)
