"""Checks of any server, live or mock, against its document, and of the mock against a live one.

Conversations are held with a server, step by step; each reply is held against the wire document,
and where the mock holds the same conversation beside it, against the mock's reply:

    from contextlib import ExitStack

    from crmkit.contract import CRMS, Run, Server, mock_server

    crm = CRMS["monica"]()
    with ExitStack() as stack:
        url = crm.base_url(None)                                  # MONICA_BASE_URL
        server = Server(crm, url, {"": crm.authenticator("MONICA", url)})
        probe = crm.probe(server)
        run = Run(server, mock=mock_server(crm, probe.version, stack), writes=True)
        for step in run.hold(crm.conversations(probe), probe).unequal:
            print(step.request, *step.differences)

Names are loaded when they are first used. Needs the extra `crmkit[contract]`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .catalogue import CRMS as CRMS
    from .conversation import Conversation as Conversation
    from .conversation import Step as Step
    from .conversation import Talk as Talk
    from .crm import CRM as CRM
    from .crm import Accepted as Accepted
    from .crm import ContractError as ContractError
    from .crm import Probe as Probe
    from .document import Document as Document
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
    "conversation": ("Conversation", "Step", "Talk"),
    "crm": ("CRM", "Accepted", "ContractError", "Probe"),
    "document": ("Document",),
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
