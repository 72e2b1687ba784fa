"""The mock of OnePageCRM API 1.2.

What the vendor's pages leave open is assumed; each assumption stands where it is acted on, and in
the document.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from crmkit_mock.crm import MockCRM
from crmkit_mock.messages import Refusal, Reply
from crmkit_mock.onepagecrm import auth, codes, signing
from crmkit_mock.onepagecrm.account import Account
from crmkit_mock.onepagecrm.call import Call, read_form, read_query
from crmkit_mock.onepagecrm.operations import OPERATIONS, SIDE
from crmkit_mock.onepagecrm.rendering import FORMATS, render
from crmkit_mock.onepagecrm.seed import CREDENTIALS, EPOCH, plant
from crmkit_mock.onepagecrm.side import STATUSES, notifications
from crmkit_mock.onepagecrm.values import clean, unix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from crmkit_mock.documents import Operation
    from crmkit_mock.messages import Request
    from crmkit_mock.onepagecrm.operations import Behaviour

_PIPELINES = ("off", "simple", "full")
_SENT_SLASH = re.compile("%2F", re.IGNORECASE)
#: Stands for a slash that is part of a name; no decoded path holds a lone surrogate.
_SLASH = "\udc2f"


class MockOnePageCRM(MockCRM):
    """OnePageCRM with two accounts, "samples" and "solar", of one user each.

    `credentials` opens "samples" by signature and `login` by password; `accounts` and `logins` have
    those of both. A logout or a new key makes `credentials` invalid until `reset`. Signatures must
    be of the mock's time, to 5 minutes; any reply tells it.
    """

    name: ClassVar[str] = "onepagecrm"
    document_name: ClassVar[str] = "onepagecrm"
    credential_headers: ClassVar[frozenset[str]] = signing.HEADERS
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
        return {name: {"uid": one.uid, "key": one.key} for name, one in CREDENTIALS.items()}

    @property
    def logins(self) -> dict[str, dict[str, Any]]:
        """The keywords `login` and `password` of each account, by its name."""
        return {
            name: {"login": one.login, "password": one.password}
            for name, one in CREDENTIALS.items()
        }

    # What the browser or the vendor does, and no call of the API.

    def limit(
        self, *, contacts: int | None = None, deals: int | None = None, account: str = "samples"
    ) -> None:
        """Set how many contacts and deals an account may have. Reset and seed lift it.

        A full account refuses further contacts and deals (201, or 202 where it is the deals that
        are too many) and says so under `notifications`. One with more contacts than it may have
        refuses all that edits contacts, notes, tags and actions, save the deletion of contacts.

        Args:
            contacts: Number of contacts; None for any.
            deals: Number of deals, pending and closed; None for any.
            account: Name of the account.

        Raises:
            ValueError: a number is negative, or there is no such account.
        """
        if min(contacts or 0, deals or 0) < 0:
            raise ValueError("an account cannot have less than 0 of anything")
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
        if size < 1 or mode not in ("all", *STATUSES):
            raise ValueError(f"no list shows {size} contacts a page of the status {mode!r}")
        self._set(account, listing={"mode": mode, "size": size})

    def pipeline(self, mode: str, *, account: str = "samples") -> None:
        """Set how an account works with stages of deals: "off", "simple" or "full".

        Raises:
            ValueError: there is no such mode or account.
        """
        if mode not in _PIPELINES:
            raise ValueError(f"there is no pipeline mode {mode!r}, only {', '.join(_PIPELINES)}")
        self._set(account, pipeline_mode=mode)

    def block(self, *, blocked: bool = True, account: str = "samples") -> None:
        """Block an account, or open it again. A blocked one answers everything with 102.

        Raises:
            ValueError: there is no such account.
        """
        self._set(account, blocked=blocked)

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
            ValueError: there is no such account.
        """
        with self.store.transaction():
            found = self._account(account)
            id = found.new_id()
            found.filters.add(
                {
                    "id": id,
                    "name": name,
                    "contacts": list(contacts),
                    "tags": list(tags),
                    "deals": list(deals),
                    "address": dict(address or {}),
                }
            )
        return id

    def _account(self, name: str) -> Account:
        if name not in CREDENTIALS:
            raise ValueError(f"there is no account {name!r}, only {', '.join(CREDENTIALS)}")
        return Account(self.store, CREDENTIALS[name].uid, self.clock.now())

    def _set(self, name: str, **settings: object) -> None:
        with self.store.transaction():
            account = self._account(name)
            account.settings.update(settings)
            account.save_settings()

    # The way of a request.

    @property
    def operations(self) -> Mapping[str, object]:
        """Handler by operationId."""
        return OPERATIONS

    def load_seed(self, seed: str) -> None:
        """Fill the store: the vendor's own samples for "samples", a few records for "solar"."""
        plant(self.document, self.store, seed)

    def error_reply(
        self, request: Request, status: int, message: str, detail: object = None
    ) -> Reply:
        """Build the envelope of an error in the format of the request; 406 has an empty body."""
        format = _format(request.path)  # noqa: A001 - the vendor's name
        if format is None and status == 406:
            # Page: API 1.2, Response message format, footnote 1.
            return Reply(406, b"", media_type=None)
        return self._error(format or "json", status, message, detail)

    def _error(
        self,
        format: str,  # noqa: A002 - the vendor's name
        status: int,
        message: str,
        detail: object,
    ) -> Reply:
        if isinstance(detail, codes.Failure):
            return self._reply(format, 200, detail.code, message, detail.side)
        return self._reply(format, status, codes.code_for(status), message, {})

    def _reply(
        self,
        format: str,  # noqa: A002 - the vendor's name
        http_status: int,
        code: int,
        message: str,
        rest: Mapping[str, Any],
    ) -> Reply:
        # Messages may quote what was sent.
        head = {"timestamp": unix(self.clock.now()), "status": code, "message": clean(message)}
        return render(format, http_status, {**head, **rest})

    def route(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a request, and its path parameters.

        Raises:
            Refusal: 406 where the extension of the path names no format; 404 and 405 as for all.
        """
        if _format(request.path) is None:
            raise Refusal(406, "The extension must be .json, .xml or .yaml")
        operation, found = super().route(replace(request, path=self._parted(request)))
        path_parameters = {name: text.replace(_SLASH, "/") for name, text in found.items()}
        if path_parameters["format"] not in FORMATS:
            # Such as /contacts.old.json, which the path's template cannot tell apart.
            raise self.unknown_path(request.path)
        return operation, path_parameters

    def unknown_path(self, path: str) -> Refusal:
        """Return the refusal of a path that the document does not have."""
        return super().unknown_path(path.replace(_SLASH, "/"))

    def _parted(self, request: Request) -> str:
        """Return a request's path with `_SLASH` for each slash that was sent as `%2F`.

        Assumption: such a one belongs to a name, so that a tag that holds it can be read.
        """
        raw = request.raw_path.decode("latin-1")
        return unquote(_SENT_SLASH.sub(_SLASH, raw)).removeprefix(self.base_path) or request.path

    def respond(
        self, operation: Operation, path_parameters: Mapping[str, str], request: Request
    ) -> Reply:
        """Answer an operation: first signature and limits, then parameters and state."""
        behaviour = OPERATIONS[operation.id]
        now = self.clock.tick() if behaviour.writes else self.clock.now()
        if operation.id == "auth_login":
            sent = read_form(operation, request)
            account = auth.find(self.store, sent, now)
        else:
            account = Account(self.store, self._require_signature(request, now), now)
            sent = {}
        if account.settings["blocked"]:
            raise codes.refusal(codes.BLOCKED, "The account is inactive or blocked")
        reached = notifications(account)
        try:
            if behaviour.frozen and "too_many_contacts" in reached:
                raise codes.refusal(codes.CONTACT_LIMIT, "The account has too many contacts")
            sent = sent or {**read_query(operation, request), **read_form(operation, request)}
            if behaviour.adds or (operation.id == "notes_create" and sent.get("type") == "deal"):
                _require_room(reached)
            rest = _rest(behaviour, Call(account, path_parameters, sent))
        except Refusal as refusal:
            raise _with_notifications(refusal, reached) from None
        if reached := notifications(account):
            rest["notifications"] = reached
        return self._reply(path_parameters["format"], 200, codes.OK, "OK", rest)

    def _require_signature(self, request: Request, now: datetime) -> str:
        """Check a request's signature and return the id of its user.

        The URL that it signs is the one at which the client reached the mock.
        """

        def key_of(uid: str) -> str | None:
            record = self.store.collection(self.name, "account").get("", uid)
            return None if record is None else record["key"]

        scheme, _, netloc = self.base_url.removesuffix(self.base_path).partition("://")
        host = request.headers.get("host", netloc)
        query = f"?{request.query.decode('latin-1')}" if request.query else ""
        url = f"{scheme}://{host}{request.raw_path.decode('latin-1')}{query}"
        return signing.require_signature(
            request.headers, request.method, url, request.body, key_of=key_of, now=now
        )


def _format(path: str) -> str | None:
    """Return the format that the extension of a path names, or None."""
    extension = path.rpartition("/")[2].rpartition(".")[2]
    return extension if "." in path and extension in FORMATS else None


def _rest(behaviour: Behaviour, call: Call) -> dict[str, Any]:
    """Do what is asked for and return what stands beside the envelope's first three members."""
    data = behaviour.run(call)
    rest = {} if data is None else {"data": data}
    return {**rest, **{name: SIDE[name](call.account) for name in behaviour.side}}


def _require_room(reached: list[str]) -> None:
    """Check that a contact or deal may be added.

    Page: API 1.2, Response message format: at either limit neither contacts nor deals may be added.
    Assumption: the code names the limit that was reached.

    Raises:
        Refusal: 201, there are as many contacts as there may be; 202, as many deals.
    """
    if "contacts_list_full" in reached:
        raise codes.refusal(codes.CONTACT_LIMIT, "The account has reached its number of contacts")
    if "deals_limit_reached" in reached:
        raise codes.refusal(codes.OTHER_LIMIT, "The account has reached its number of deals")


def _with_notifications(refusal: Refusal, reached: list[str]) -> Refusal:
    if not reached or not isinstance(refusal.detail, codes.Failure):
        return refusal
    side = {**refusal.detail.side, "notifications": reached}
    return codes.refusal(refusal.detail.code, refusal.message, side)
