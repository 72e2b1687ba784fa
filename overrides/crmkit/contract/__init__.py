"""Checks of any server, live or mock, against its document, and of the mock against a live one.

Conversations are held with a server, step by step; each reply is held against the wire document,
and where the mock holds the same conversation beside it, against the mock's reply:

    from crmkit.contract import CRMS, Check

    with Check(CRMS["monica"](), writes=True, against_mock=True) as check:    # MONICA_TOKEN, …
        check.start_mock(check.probe().version)
        for step in check.hold().unequal:
            print(step.request, *step.differences)

Names are loaded when they are first used. Needs the extra `crmkit[contract]`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .catalogue import CRMS as CRMS
    from .check import Check as Check
    from .conversation import Step as Step
    from .conversation import Talk as Talk
    from .crm import CRM as CRM
    from .crm import Accepted as Accepted
    from .crm import ContractError as ContractError
    from .crm import Probe as Probe
    from .document import Document as Document
    from .entry import Conversation as Conversation
    from .exchange import Reply as Reply
    from .exchange import Request as Request
    from .judge import Difference as Difference
    from .judge import Judge as Judge
    from .runner import Held as Held
    from .runner import Run as Run
    from .runner import Summary as Summary
    from .runner import mock_server as mock_server
    from .server import Server as Server

_HOMES = {
    "catalogue": ("CRMS",),
    "check": ("Check",),
    "conversation": ("Step", "Talk"),
    "crm": ("CRM", "Accepted", "ContractError", "Probe"),
    "document": ("Document",),
    "entry": ("Conversation",),
    "exchange": ("Reply", "Request"),
    "judge": ("Difference", "Judge"),
    "runner": ("Held", "Run", "Summary", "mock_server"),
    "server": ("Server",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CRM",
    "CRMS",
    "Accepted",
    "Check",
    "ContractError",
    "Conversation",
    "Difference",
    "Document",
    "Held",
    "Judge",
    "Probe",
    "Reply",
    "Request",
    "Run",
    "Server",
    "Step",
    "Summary",
    "Talk",
    "mock_server",
]

if not TYPE_CHECKING:  # else a checker would take any name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
