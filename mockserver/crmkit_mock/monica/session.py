"""One authenticated request and what its handler needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

from crmkit_mock.forms import form_pairs, php_lists, php_tree, query_pairs
from crmkit_mock.messages import Reply, Request, json_reply
from crmkit_mock.monica.errors import framework_error, invalid, not_an_int, not_found
from crmkit_mock.monica.php_dates import wall_time
from crmkit_mock.monica.php_types import is_numeric, to_number
from crmkit_mock.monica.validation import Rules, Values, validate
from crmkit_mock.monica.values import format_datetime

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from crmkit_mock.clock import Clock
    from crmkit_mock.messages import Refusal
    from crmkit_mock.monica.authentication import Account
    from crmkit_mock.monica.records import Record, Records
    from crmkit_mock.settings import Settings

Tree = dict[str, Any]

#: Above it, a number is not an int to the framework.
_LARGEST = 2**63


@dataclass
class Session:
    """One request of a user.

    Attributes:
        request: The request.
        path_params: Values of the path's templates.
        account: The user's account; on public routes the first one, which they never show.
        records: The records.
        settings: Settings of the mock.
        clock: The mock's clock.
        base_url: Address of the API, with which URLs in replies begin.
        site: Address of the site around the API.
        faithful_crashes: Whether requests that crash the real server are answered 500.
        body: Members of the body, where there is no real request; None: those of the request.
    """

    request: Request
    path_params: Mapping[str, str]
    account: Account
    records: Records
    settings: Settings
    clock: Clock
    base_url: str
    site: str
    faithful_crashes: bool
    body: Mapping[str, Any] | None = None
    #: Short response objects of contacts that were built for this reply.
    short_contacts: dict[int, Tree | None] = field(default_factory=dict[int, "Tree | None"])

    @cached_property
    def query(self) -> Tree:
        """The members of the query, nested where names have brackets."""
        return _members(query_pairs(self.request.query, errors="replace"))

    @cached_property
    def sent(self) -> Tree:
        """The members of query and body together; the body's win."""
        if self.body is not None:
            return dict(self.body)
        body = _read_body(self.request) if self.request.body else {}
        return {**self.query, **body} if self.query else body

    @cached_property
    def now(self) -> str:
        """The time of what this request writes; the clock goes on."""
        return format_datetime(self.clock.tick())

    @property
    def timestamps(self) -> Tree:
        """`created_at` and `updated_at` of a new record."""
        return {"created_at": self.now, "updated_at": self.now}

    @property
    def year(self) -> int:
        """The current year."""
        return self.clock.now().year

    @property
    def today(self) -> date:
        """The current date in the user's time zone."""
        return self.clock.now().astimezone(ZoneInfo(self.account.timezone)).date()

    def validate(self, rules: Rules) -> Values:
        """Return what was sent, validated.

        Raises:
            Refusal: 422, rules are broken.
        """
        return validate(rules, self.sent, self.records)

    def path_id(self, name: str = "id") -> int:
        """Return an id in the path, read as the database reads it: by the number it begins with."""
        number = to_number(self.path_params[name])
        return int(number) if number.is_integer() else 0

    def path_int(self, action: str, argument: str = "#2 ($id)", name: str = "id") -> int:
        """Return an id in the path, read as the framework reads it where it wants an int.

        Args:
            action: What the server runs, as it names it in an error.
            argument: The argument of it that the id is, as the error names it.
            name: Name of the path's parameter.

        Raises:
            Refusal: 500 or 404, it is not a number.
        """
        text = self.path_params[name]
        number = to_number(text)
        if is_numeric(text) and abs(number) < _LARGEST:
            return int(number)
        raise self.server_error_or(not_found(), not_an_int(action, argument))

    def exists(self, kind: str, id: int) -> bool:
        """Return whether any account has a record, deleted contacts included."""
        return self.records.find(kind, id) is not None

    def read(self, kind: str, id: int) -> Record:
        """Return a record of the user's account, which must not be changed.

        Raises:
            Refusal: 404, code 31, there is none, or it is a deleted contact.
        """
        record = self.records.read(kind, self.account.id, id)
        if record is None or record.get("deleted_at"):
            raise not_found()
        return record

    def load(self, kind: str, id: int) -> Record:
        """Return a copy of a record of the user's account, to change.

        Raises:
            Refusal: 404, code 31, there is none, or it is a deleted contact.
        """
        record = self.records.get(kind, self.account.id, id)
        if record is None or record.get("deleted_at"):
            raise not_found()
        return record

    def server_error_or(self, refusal: Refusal, message: str = "Server Error") -> Refusal:
        """Return the error of a request that crashes the real server.

        Args:
            refusal: The error unless crashes are faithful.
            message: The message of the crash.
        """
        return framework_error(500, message) if self.faithful_crashes else refusal

    def require_storable(self, name: str, value: object) -> None:
        """Refuse a value that no rule has checked and that crashes the server.

        Raises:
            Refusal: 500 or 422, it is an array, or `created_at` is not a date.
        """
        if isinstance(value, list | dict):
            refusal = invalid(f"The {name.replace('_', ' ')} must be a string.")
            raise self.server_error_or(refusal, "Array to string conversion")
        if name == "created_at" and not is_numeric(value) and wall_time(value) is None:
            refusal = invalid("The created at is not a valid date.")
            raise self.server_error_or(refusal, f"Could not parse '{value}'")

    def url(self, path: str) -> str:
        """Return the URL of a path of the API."""
        return f"{self.base_url}/{path}"

    def data_reply(self, tree: object, status: int = 200) -> Reply:
        """Return the reply with one object."""
        return json_reply(status, {"data": tree})

    def deleted_reply(self, id: int | str) -> Reply:
        """Return the reply to a deletion, with the id as an int or as it was in the path."""
        return json_reply(200, {"deleted": True, "id": id})


Handler = Callable[[Session], Reply]


def _read_body(request: Request) -> Tree:
    """Return the members of the body.

    Broken JSON, JSON that is not an object, and any media type other than those of JSON and forms
    count as an empty body.
    """
    pairs = form_pairs(request, errors="replace")
    if pairs is not None:
        return _members(pairs)
    if not request.media_type.endswith(("/json", "+json")):
        return {}
    try:
        tree = _trimmed(_parsed(request.body))
    # Too deep for Python is too deep for PHP, whose parser stops much earlier.
    except (ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _parsed(body: bytes) -> object:
    """Parse JSON as PHP does: the last of repeated members counts, and a str may contain U+0000.

    Raises:
        ValueError: it is not JSON, or has half a surrogate pair.
    """
    text = body.decode("utf-8")
    tree: object = json.loads(text, parse_constant=_no_constant, parse_int=_int_or_float)
    if "\\u" in text:
        json.dumps(tree, ensure_ascii=False).encode("utf-8")
    return tree


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _int_or_float(digits: str) -> float:
    number = int(digits)
    return number if -_LARGEST <= number < _LARGEST else float(digits)


def _members(pairs: Iterable[tuple[str, Any]]) -> Tree:
    try:
        return {name: _trimmed(php_lists(value)) for name, value in php_tree(pairs).items()}
    except RecursionError:
        return {}


def _trimmed(value: Any) -> Any:
    """Strip every str; an empty one becomes None."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    if isinstance(value, dict):
        return {name: _trimmed(item) for name, item in value.items()}
    return value
