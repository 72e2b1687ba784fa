"""Laws held with the mock of a CRM, which nobody else uses."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from crmkit.contract import CRMS, Conversation, Server, Summary
from crmkit.contract.crm import Probe
from crmkit.contract.laws.library import law_conversations
from crmkit.contract.onepagecrm import Signer
from crmkit.contract.runner import Run
from tests.contract.vendor_laws import LAWS, OF_AUTOCRM, RESOURCE_LAWS
from tests.contract.vendor_laws.control import CONTROLS, Control

#: When the laws are held: in winter, and in summer, where time zones have another offset.
WINTER = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)
_MARKER = "crmkit-5eed00"
_TICK = timedelta(seconds=1)
_IN_SUMMER = frozenset({"todays", "transitions", "counters", "deals"})
#: Resources, and laws about all of them, that AutoCRM has otherwise than EspoCRM.
_OF_AUTOCRM = (["Account"], ["Meeting"])
_FOR_AUTOCRM = frozenset({"signatures", *OF_AUTOCRM})


class Ticking:
    """A clock that moves on by a second with each request.

    Args:
        start: Its first time.
    """

    def __init__(self, start: datetime) -> None:
        self._time = start
        self.server: Server | None = None

    @property
    def now(self) -> datetime:
        """The time of the last request."""
        return self._time

    def move(self, time: datetime | timedelta) -> None:
        """Set the clock, so that the next request is sent at a time, or move it on.

        Args:
            time: The time, or how much later the next request is sent than it would be.
        """
        self._time = self._time + time if isinstance(time, timedelta) else time - _TICK

    def __call__(self) -> datetime:
        """Return the next time, and let those who sign requests know it."""
        self._time += _TICK
        for user in self.server.users.values() if self.server else ():
            if isinstance(user, Signer):
                user.offset = int(self._time.timestamp()) - int(time.time())
        return self._time


@lru_cache
def conversations(name: str, seed: int = 0) -> list[Conversation]:
    """Return the laws of a CRM."""
    traits: dict[str, Any] = {"custom": True} if name in {"autocrm", "espocrm"} else {}
    crm = CRMS[name]()
    traits["laws"] = LAWS.get(crm.document_name, {})
    if name == "autocrm":
        traits["laws"] = {**traits["laws"], **OF_AUTOCRM}
    traits["resource_laws"] = RESOURCE_LAWS.get(crm.document_name, {})
    laws = law_conversations(crm, seed=seed, alone=True, **traits)
    return [law for law in laws if name != "autocrm" or _is_of_autocrm(law.name)]


def _is_of_autocrm(name: str) -> bool:
    """Return whether a law is held with AutoCRM as well, which has EspoCRM's mock."""
    _, law, *resource = name.split(".")
    return resource[:1] in _OF_AUTOCRM or (not resource and law in _FOR_AUTOCRM)


def laws_of(name: str) -> list[str]:
    """Return the names of the laws of a CRM."""
    return [*dict.fromkeys(talk.name.split(".")[1] for talk in conversations(name))]


def held(name: str, law: str, seed: int = 0, user: str = "") -> Summary:
    """Hold a law with the mock of a CRM, about all resources.

    Args:
        name: Name of the CRM.
        law: Name of the law.
        seed: Decides the values that are drawn.
        user: A user who changes places with the run's own.
    """
    talks = [talk for talk in conversations(name, seed) if talk.name.split(".")[1] == law]
    with ExitStack() as stack:
        clock = Ticking(SUMMER if law in _IN_SUMMER else WINTER)
        clock.server = server = opened(name, clock, stack)
        if user:
            server.users[""], server.users[user] = server.users[user], server.users[""]
        return Run(server, writes=True, marker=_MARKER).hold(talks, Probe())


def opened(name: str, clock: Ticking, stack: ExitStack, seed: str = "demo") -> Server:
    """Return the mock of a CRM, which a clock moves on with each request.

    Args:
        name: Name of the CRM.
        clock: The clock.
        stack: Closes the mock.
        seed: What the mock starts with.
    """
    from crmkit_mock import MockCRMs

    crm = CRMS[name]()
    options = {"seed": seed, "faithful_crashes": True, **crm.mock_options("")}
    mock = stack.enter_context(MockCRMs(**options)).crm(name)
    users = crm.mock_authenticators(mock, mock.base_url)
    server = Server(
        crm, mock.base_url, users, transport=mock.transport, before=lambda: mock.clock.set(clock())
    )
    stack.callback(server.close)
    CONTROLS[server] = Control(mock, clock)
    return server


def broken(summary: Summary) -> list[str]:
    """Return the laws that are not kept, a line each, with the step that shows it."""
    lines = [
        f"{held.conversation.name}: {step.request}: {difference}"
        for held in summary.held
        for step in held.steps
        for difference in step.differences
        if not difference.accepted
    ]
    lines += [f"{held.conversation.name}: {held.error}" for held in summary.broken]
    return lines
