"""A run: conversations held with a server, and with the mock beside it."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zlib import crc32

from .conversation import Conversation, RefusedError, Step, Talk
from .crm import ContractError, Probe, SlowError
from .judge import Judge
from .names import Pairs
from .server import Server

if TYPE_CHECKING:
    from .crm import CRM
    from .exchange import Request

__all__ = ["Held", "Run", "Summary", "mock_server"]

#: Conversations that write and are all refused, after which it is clear that the user may not.
_CLEAR = 3
#: Reads without a reply in time, after which the server counts as out of order. Each costs the
#: timeout, and ends its conversation only: a list of the whole server may be too much for it.
_MOST_SLOW = 3


@dataclass
class Held:
    """A conversation that was held.

    Attributes:
        conversation: The conversation.
        steps: Its steps, as far as they were taken.
        error: Why it ended early; empty if it did not.
        refused: What the server refused for want of rights, so that it could not be held; empty
            if it was held. Its steps do not count.
        seconds: How long it took.
        claims: How many comparisons its laws over several replies have made.
    """

    conversation: Conversation
    steps: list[Step] = field(default_factory=list[Step])
    error: str = ""
    refused: str = ""
    seconds: float = 0.0
    claims: int = 0

    @property
    def unequal(self) -> list[Step]:
        """The steps in which something was found that is not accepted."""
        return [step for step in self.steps if any(not d.accepted for d in step.differences)]


@dataclass
class Summary:
    """What a run has found.

    Attributes:
        crm: Kind of server.
        base_url: Address of the server.
        probe: What the server said of itself.
        held: The conversations that were held.
        left: What could not be removed, a line each.
        stays: What was created where the API has no deletion.
        interrupted: Whether the run was ended early by the user.
        error: Why the run could not go on; empty if it came to its end.
        against_mock: Whether the mock was asked as well.
        marker: Beginning of the names of all that the run created.
        may_not_write: What the server refused first, if it refused everything that writes.
    """

    crm: CRM
    base_url: str
    probe: Probe
    held: list[Held] = field(default_factory=list[Held])
    left: list[str] = field(default_factory=list[str])
    stays: set[str] = field(default_factory=set[str])
    interrupted: bool = False
    error: str = ""
    against_mock: bool = False
    marker: str = ""
    may_not_write: str = ""

    @property
    def steps(self) -> list[Step]:
        """All steps of the conversations that could be held."""
        return [step for held in self.held if not held.refused for step in held.steps]

    @property
    def unequal(self) -> list[Step]:
        """The steps in which something was found that is not accepted."""
        return [step for step in self.steps if any(not d.accepted for d in step.differences)]

    @property
    def broken(self) -> list[Held]:
        """The conversations that could not go on, since a reply lacked what they need."""
        return [held for held in self.held if held.error]

    @property
    def refused(self) -> list[Held]:
        """The conversations that the user has no rights for."""
        return [held for held in self.held if held.refused]

    def kinds(self) -> Counter[str]:
        """Return how many steps have a difference of each kind that is not accepted."""
        return Counter(
            kind
            for step in self.steps
            for kind in {d.kind for d in step.differences if not d.accepted}
        )

    def share(self, *ignored: str) -> float:
        """Return the share of steps without a difference.

        Args:
            ignored: Kinds of differences that do not count.
        """
        steps = self.steps
        unequal = sum(
            any(not d.accepted and d.kind not in ignored for d in step.differences)
            for step in steps
        )
        return 1 - unequal / len(steps) if steps else 1.0


class Run:
    """Holds conversations with a server.

    Args:
        server: The server.
        mock: The mock that holds the same conversations; None for none.
        writes: Whether conversations may change anything on the server.
        requests: How many requests the server gets, about; conversations that have begun are
            held to their end. None: as many as there are.
        marker: Word that makes what the run creates recognisable; None: a new one.
        started: When the run began, for one that was recorded; None: now.
        cleans: Whether what was created on the server is removed afterwards.
        may_go_on: Asked before something is removed: False once the user wants the run to stop
            removing, too. What is left is listed then.
        skips_refused: Whether a conversation ends, and does not count, when the server refuses for
            want of rights what it begins with: for servers whose roles are not the mock's.
        on_held: Called after each conversation, with how many there are to come.
        on_step: Called after each step.
    """

    def __init__(
        self,
        server: Server,
        *,
        mock: Server | None = None,
        writes: bool = False,
        requests: int | None = None,
        marker: str | None = None,
        started: datetime | None = None,
        cleans: bool = True,
        skips_refused: bool = False,
        may_go_on: Callable[[], bool] = lambda: True,
        on_held: Callable[[Held], object] = lambda _: None,
        on_step: Callable[[Step], object] = lambda _: None,
    ) -> None:
        self.crm = server.crm
        self._server = server
        self._mock = mock
        self._writes = writes
        self._requests = requests
        self._on_held = on_held
        self._on_step = on_step
        self._document = self.crm.document()
        self._pairs = Pairs()
        self._judge: Judge | None = None
        if mock is not None:
            self._judge = Judge(self.crm, self._pairs, (server.base_url, mock.base_url), started)
        self._undo: dict[str, Request] = {}
        self._undo_on_mock: dict[str, Request] = {}
        self._cleans = cleans
        self._slow = 0
        self._skips_refused = skips_refused
        self._may_go_on = may_go_on
        self._marker = marker or f"crmkit-{secrets.token_hex(3)}"

    def hold(self, conversations: Iterable[Conversation], probe: Probe) -> Summary:
        """Hold conversations, and remove afterwards what they have created.

        Args:
            conversations: The conversations, those that matter most first.
            probe: What the server said of itself.

        Returns:
            What was found. A run that is interrupted, or whose server is lost, says so there.
        """
        summary = Summary(
            self.crm,
            self._server.base_url,
            probe,
            against_mock=self._mock is not None,
            marker=self._marker,
        )
        try:
            for conversation in conversations:
                if not self._is_possible(conversation, summary):
                    continue
                if self._requests is not None and self._server.sent >= self._requests:
                    break
                summary.held.append(held := Held(conversation))
                self._hold(held, summary)
                self._clean(summary)
                self._on_held(held)
                if summary.interrupted or summary.error:
                    break
        except KeyboardInterrupt:
            summary.interrupted = True
        except ContractError as error:
            summary.error = str(error)
        finally:
            self._clean(summary)
        return summary

    def _is_possible(self, conversation: Conversation, summary: Summary) -> bool:
        servers = self._servers(conversation)
        has_users = all(user in server.users for server in servers for user in conversation.users)
        may_write = self._writes and not summary.may_not_write
        return has_users and (may_write or not conversation.writes)

    def _servers(self, conversation: Conversation) -> list[Server]:
        if self._mock is None or not conversation.is_compared:
            return [self._server]
        return [self._server, self._mock]

    def _hold(self, held: Held, summary: Summary) -> None:
        def on_step(step: Step) -> None:
            held.steps.append(step)
            self._on_step(step)

        started = time.monotonic()
        servers = self._servers(held.conversation)
        talk = Talk(
            held.conversation,
            servers=servers,
            crm=self.crm,
            document=self._document,
            judge=self._judge if len(servers) > 1 else None,
            pairs=self._pairs,
            # Of its own for each conversation, so that none finds another's records.
            marker=f"{self._marker}-{crc32(held.conversation.name.encode()):08x}",
            shape_only=not held.conversation.writes,
            on_step=on_step,
            undo=(self._undo, self._undo_on_mock)[: len(servers)],
            stays=summary.stays,
            skips_refused=self._skips_refused,
        )
        try:
            held.conversation.hold(talk)
        except RefusedError as error:
            held.refused = str(error)
            if held.conversation.writes:
                self._count_refusals(summary)
        except (ContractError, KeyboardInterrupt) as error:
            held.error = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
            if talk.pending is not None:
                request = talk.pending
                summary.left.append(
                    f"{request.method} {request.path} was under way: look for {self._marker}"
                )
            elif isinstance(error, SlowError) and self._slow < _MOST_SLOW:
                self._slow += 1
                return
            raise
        except Exception as error:  # noqa: BLE001 - any reply may lack what a conversation needs
            held.error = f"cannot go on: {type(error).__name__}: {error}"
        finally:
            held.seconds = time.monotonic() - started
            held.claims = talk.claims

    @staticmethod
    def _count_refusals(summary: Summary) -> None:
        """Note that the user may not write at all, once that is clear."""
        writing = [held for held in summary.held if held.conversation.writes]
        if len(writing) >= _CLEAR and all(held.refused for held in writing):
            summary.may_not_write = writing[0].refused

    def _clean(self, summary: Summary) -> None:
        """Remove what was created, the newest first. It raises nothing, so that none is lost."""
        if self._mock is not None:
            # So that both have the same records in the next conversation.
            for request in reversed(self._undo_on_mock.values()):
                with suppress(ContractError):
                    _remove(self._mock, request)
        self._undo_on_mock.clear()
        if not self._cleans:
            self._undo.clear()
        while self._undo:
            path, request = next(reversed(self._undo.items()))
            error: BaseException | None = None
            try:
                if self._may_go_on():
                    if not _remove(self._server, request):
                        summary.left.append(path)
                    self._undo.pop(path, None)
                    continue
            except ContractError as lost:
                error = lost
            except KeyboardInterrupt:
                if not summary.interrupted:
                    summary.interrupted = True  # the first time it ends the run, not this
                    continue
            summary.left += reversed(self._undo)
            self._undo.clear()
            if error is not None and not summary.error:
                summary.error = str(error)


def _remove(server: Server, request: Request) -> bool:
    """Remove what a request created; return whether it is gone.

    Who may create a record may not always delete it: then the other users try, the run's own first.

    Raises:
        ContractError: The server does not answer.
    """
    reply = server.send(request)
    if not reply.is_denied:
        return reply.succeeded or reply.is_gone
    others = sorted(server.users.keys() - {request.user, "nobody", "wrong"})
    return any(server.send(replace(request, user=user)).succeeded for user in others)


def shuffled(conversations: Sequence[Conversation], seed: int) -> list[Conversation]:
    """Return conversations in an order that a seed decides, so that few are a fair sample."""
    order = list(conversations)
    random.Random(seed).shuffle(order)  # noqa: S311 - a sample, not a secret
    return order


def mock_server(
    crm: CRM, version: str, stack: ExitStack, clock: Callable[[], datetime] | None = None
) -> Server:
    """Return the mock of a kind of server, which does not tick between two requests.

    Args:
        crm: Kind of server.
        version: Release of the live server; empty if it does not say.
        stack: Closes the mock.
        clock: Returns the time that the mock gets before each request; None: that of this machine.
    """
    from crmkit_mock import MockCRMs

    mocks = stack.enter_context(MockCRMs(faithful_crashes=True, **crm.mock_options(version)))
    mock = mocks.crm(crm.name)

    def set_clock() -> None:
        mock.clock.set(clock() if clock is not None else datetime.now(UTC))

    users = crm.mock_authenticators(mock, mock.base_url)
    server = Server(crm, mock.base_url, users, transport=mock.transport, before=set_clock)
    stack.callback(server.close)
    return server
