"""A check of a server from beginning to end: what the command and the pytest fixture share."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Self

from crmkit.core.errors import ConfigError

from .address import checked_address, is_loopback
from .crm import ContractError, Probe, environment
from .exchange import Request
from .laws.library import law_conversations
from .plan import planned_requests
from .runner import Run, mock_server, shuffled
from .server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .conversation import Conversation, Step
    from .crm import CRM
    from .http import BaseTransport
    from .runner import Held, Summary

__all__ = ["Check"]

#: Ends of the environment's variables that hold what only the user may know.
_SECRET_VARIABLES = ("API_KEY", "SECRET_KEY", "PASSWORD", "TOKEN", "KEY", "UID", "DEPARTMENT_KEY")
_SHORTEST = 6
#: Requests a second that no run comes up to.
_FAST = 50.0


class Check:
    """A check of one server; a context manager, which closes its connections.

    Nothing is sent before `probe`.

    Args:
        crm: Kind of server.
        base_url: Address of the API; None for that of the environment, or the vendor's own.
        prefix: Beginning of the environment's variables with the credentials; None for the CRM's.
        users: Prefixes of further users by the names that conversations call them.
        writes: Whether conversations may change anything on the server.
        agreed: Whether they may do so on a server that others can reach.
        against_mock: Whether the mock holds the same conversations.
        requests: How many requests the server gets, about; None for all that there are.
        transport: Transport in place of the network.

    Attributes:
        base_url: Address of the API.
        is_loopback: Whether only this machine can reach it.
        writes: As `writes` above.
        mock_release: What the mock is, as a phrase; empty if it is not asked.

    Raises:
        ContractError: Something is wrong or missing in what was passed; its exit code is 2.
    """

    def __init__(
        self,
        crm: CRM,
        base_url: str | None = None,
        *,
        prefix: str | None = None,
        users: Mapping[str, str] | None = None,
        writes: bool = False,
        agreed: bool = False,
        against_mock: bool = False,
        requests: int | None = None,
        transport: BaseTransport | None = None,
    ) -> None:
        self.crm = crm
        self.writes = writes
        self._against_mock = against_mock
        self._requests = requests
        self._stack = ExitStack()
        self._mock: Server | None = None
        self.mock_release = ""
        self._probe = Probe()
        self._prefixes = {"": prefix or crm.prefix, **(users or {})}
        try:
            self.base_url = checked_address(crm.base_url(base_url))
            self.is_loopback = transport is not None or is_loopback(self.base_url)
            self._users = {
                name: crm.authenticator(variables, self.base_url)
                for name, variables in self._prefixes.items()
            }
        except (ConfigError, ValueError) as error:
            raise ContractError(str(error), 2) from None
        self._require_agreement(agreed=agreed)
        self._require_mock()
        self._server = self._open(transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # -- before the conversations ------------------------------------------------------------------

    def _require_agreement(self, *, agreed: bool) -> None:
        if not self.writes or agreed or self.is_loopback:
            return
        stays = "" if self.crm.deletes else f" {self.crm.client} deletes nothing: it will stay."
        raise ContractError(
            f"--write creates records at {self.base_url}, named crmkit-…;{stays} add --yes if that "
            "is what you want",
            2,
        )

    def _require_mock(self) -> None:
        if self._against_mock:
            try:
                _ = import_module("crmkit_mock").MockCRMs  # its extra may not be installed
            except ImportError as error:
                raise ContractError(str(error), 2) from None

    def _open(self, transport: BaseTransport | None) -> Server:
        server = Server(self.crm, self.base_url, self._users, transport=transport)
        self._stack.callback(server.close)
        return server

    def start_mock(self, version: str) -> None:
        """Start the mock that imitates a release, if it is to hold the conversations as well."""
        if self._against_mock:
            self._mock = mock_server(self.crm, version, self._stack)
            release = "".join(f" {value}" for value in self.crm.mock_options(version).values())
            self.mock_release = f"the mock of {self.crm.client}{release}"

    def probe(self) -> Probe:
        """Ask the server who it is, and set how fast it may be asked.

        Raises:
            ContractError: It does not answer, is of another kind, or refuses the credentials.
        """
        self._probe = self.crm.probe(self._server)
        rate = None if self.is_loopback else self.crm.rate
        rate = self._probe.rate or rate
        self._server.rate = rate if rate and rate < _FAST else None
        return self._probe

    def notes(self) -> list[str]:
        """Return what a reader should know beside the differences, a sentence each."""
        found = list(self._probe.notes)
        if self._against_mock:
            note = self.crm.version_note(self._probe.version)
            found += [note] if note else []
        found += self.crm.notes(self._server, writes=self.writes)
        known = {user for talk in self._conversations() for user in talk.users}
        unused = self._users.keys() - known - {""}
        if unused:
            names = f"they know {', '.join(sorted(known))}" if known else "they know none"
            found.append(f"no conversation needs the user {', '.join(sorted(unused))}; {names}")
        return found

    def plan(self) -> tuple[int, float]:
        """Return how many requests the server will get, about, and how many seconds they take."""
        most = 100_000 if self._requests is None else self._requests
        count = planned_requests(
            self.crm,
            self._conversations(),
            users=self._users,
            writes=self.writes,
            most=most,
        )
        last = self._server.last
        seconds = last.seconds if last is not None else 0.0
        rate = self._server.rate
        return count, count * max(seconds, 1 / rate if rate else 0.0)

    # -- the conversations -------------------------------------------------------------------------

    def _conversations(self) -> Iterator[Conversation]:
        """Yield the CRM's conversations and its laws in turns, so that a few are of both."""
        traits: Any = self.crm.law_traits(self._probe)
        laws = law_conversations(self.crm, **traits)
        turns = zip_longest(self.crm.conversations(self._probe), shuffled([*laws], seed=0))
        return (talk for turn in turns for talk in turn if talk is not None)

    def hold(
        self,
        conversations: Iterable[Conversation] | None = None,
        *,
        on_held: Callable[[Held], object] = lambda _: None,
        on_step: Callable[[Step], object] = lambda _: None,
        on_wait: Callable[[float], object] = lambda _: None,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> Summary:
        """Hold conversations, and remove what they have created.

        Args:
            conversations: The conversations; None for the CRM's own and its laws.
            on_held: Called after each conversation.
            on_step: Called after each step.
            on_wait: Called with the seconds before a pause that the server asks for.
            may_go_on: Asked before something is removed; see `Run`.
        """
        self._server.on_wait = on_wait
        run = Run(
            self._server,
            mock=self._mock,
            writes=self.writes,
            requests=self._requests,
            skips_refused=True,
            may_go_on=may_go_on,
            on_held=on_held,
            on_step=on_step,
        )
        chosen = self._conversations() if conversations is None else conversations
        return run.hold(chosen, self._probe)

    @property
    def server(self) -> Server:
        """The server."""
        return self._server

    def secrets(self) -> set[str]:
        """Return the users' credentials: what is in the environment, and what headers carry."""
        found = {
            value
            for prefix in self._prefixes.values()
            for name in _SECRET_VARIABLES
            if (value := environment(prefix, name)) is not None
        }
        for user in self._users:
            for value in self._server.credentials(Request("GET", "/", user=user)).values():
                found.update(value.split())
        # A number is a time, or too short to be looked for without harm.
        return {value for value in found if len(value) >= _SHORTEST and not value.isdecimal()}
