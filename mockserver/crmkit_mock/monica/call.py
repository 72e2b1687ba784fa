"""One authenticated request on its way through Monica, and what handlers need of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Reply, Request, json_reply
from crmkit_mock.monica.errors import not_found, plain
from crmkit_mock.monica.given import Given, read_body, read_query
from crmkit_mock.monica.instants import write_instant
from crmkit_mock.monica.rules import Rules, Values, check

if TYPE_CHECKING:
    from crmkit_mock.clock import Clock
    from crmkit_mock.messages import Refusal
    from crmkit_mock.monica.accounts import Account
    from crmkit_mock.monica.records import Records, Row
    from crmkit_mock.store import Settings

Tree = dict[str, Any]

_LEADING_DIGITS = re.compile(r"\s*([0-9]{1,18})", re.ASCII)


@dataclass
class Call:
    """A request of a user.

    Attributes:
        request: The request.
        parameters: Values of the path's templates.
        account: The user's account; on public routes the first one, which they do not show.
        records: The rows.
        settings: Settings of the mock.
        clock: The mock's clock.
        base_url: Address of the API, which URLs in replies begin with.
        site: Address of the site around the API.
        faithful: Whether what crashes the real server is answered 500.
    """

    request: Request
    parameters: Mapping[str, str]
    account: Account
    records: Records
    settings: Settings
    clock: Clock
    base_url: str
    site: str
    faithful: bool
    #: Short forms of contacts that were built for this reply.
    short_contacts: dict[int, Tree | None] = field(default_factory=dict[int, "Tree | None"])
    _named: dict[tuple[str, int], Row | None] = field(
        default_factory=dict[tuple[str, int], "Row | None"]
    )

    @cached_property
    def query(self) -> Given:
        """The members of the query."""
        return read_query(self.request)

    @cached_property
    def given(self) -> Given:
        """The members of query and body together; the body's win."""
        body = read_body(self.request) if self.request.body else {}
        return {**self.query, **body} if self.query else body

    @cached_property
    def now(self) -> str:
        """The moment of what this request writes; the clock goes on."""
        return write_instant(self.clock.tick())

    @property
    def year(self) -> int:
        """The current year."""
        return self.clock.now().year

    def values(self, rules: Rules) -> Values:
        """Return what was given, held against rules.

        Raises:
            Refusal: 422, rules are broken.
        """
        return check(rules, self.given, self.records)

    def number(self, name: str = "id") -> int:
        """Return an id in the path, read as the database reads it: by its leading digits."""
        found = _LEADING_DIGITS.match(self.parameters[name])
        return int(found[1]) if found else 0

    def own(self, kind: str, id: int) -> Row:
        """Return a row of the user's account; deleted contacts count as none.

        Raises:
            Refusal: 404, code 31, there is none.
        """
        row = self.records.get(kind, self.account.id, id)
        if row is None or row.get("deleted_at"):
            raise not_found()
        return row

    def named(self, kind: str, id: int) -> Row | None:
        """Return a row that many others name, such as a gender or a type, of whatever account.

        It is read once for a reply: for shapes only, which are built when all is written.
        """
        key = (kind, id)
        if key not in self._named:
            self._named[key] = self.records.find(kind, id)
        return self._named[key]

    def crash(self, otherwise: Refusal, message: str = "Server Error") -> Refusal:
        """Return the refusal of a request that crashes the real server.

        Args:
            otherwise: The refusal unless crashes are to be faithful.
            message: What the crash says.
        """
        return plain(500, message) if self.faithful else otherwise

    def url(self, path: str) -> str:
        """Return the URL of a path of the API."""
        return f"{self.base_url}/{path}"

    def data(self, tree: object, status: int = 200) -> Reply:
        """Return the reply that shows an object."""
        return json_reply(status, {"data": tree})

    def deleted(self, id: int | str) -> Reply:
        """Return the reply to a deletion: the id as a number, or as it stood in the path."""
        return json_reply(200, {"deleted": True, "id": id})


Handler = Callable[[Call], Reply]
