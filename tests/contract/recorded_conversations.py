"""Conversations recorded from real servers, held again with the mock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crmkit.contract import CRM, CRMS, Conversation, Reply, Request, Run, Server, Summary
from crmkit.contract.crm import Probe
from crmkit.contract.runner import mock_server

FOLDER = Path(__file__).resolve().parents[1] / "recorded" / "conversations"


class RecordedServer(Server):
    """Answers with the recorded replies, in their order; a request that differs is an error."""

    def __init__(self, crm: CRM, recording: Recording) -> None:
        users = dict.fromkeys(["", *recording.head["users"]], lambda _: None)
        super().__init__(crm, recording.head["base_url"], users)
        self.lines: Iterator[dict[str, Any]] = iter(())
        self.time = recording.started

    def send(self, request: Request) -> Reply:
        """Return the next recorded reply."""
        line = next(self.lines, None)
        path = str(self._build(request).url).removeprefix(self.base_url)
        if line is None or (line["method"], line["path"]) != (request.method, path):
            recorded = line and f"{line['method']} {line['path']}"
            raise AssertionError(f"recorded was {recorded}, not {request.method} {path}")
        body = b""
        if "text" in line:
            body = line["text"].encode()
        elif "body" in line:
            body = json.dumps(line["body"]).encode()
        reply = Reply(line["status"], line["headers"], body, path)
        self.time = reply.time
        self.sent += 1
        return reply


@dataclass(frozen=True)
class Recording:
    """One file of recorded conversations.

    Args:
        head: What was recorded: kind of server, release, marker, start, users, address.
        lines: The steps, in their order.
    """

    head: dict[str, Any]
    lines: list[dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Recording:
        """Read a file."""
        lines = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        for line in lines:
            if "same" in line:
                line["body"] = lines[line["same"]]["body"]
        return cls(lines[0], lines[1:])

    @property
    def started(self) -> datetime:
        """When the recording began."""
        return datetime.fromisoformat(self.head["started"])

    def conversations(self) -> dict[str, list[dict[str, Any]]]:
        """Return the recorded steps by conversation."""
        by_name: dict[str, list[dict[str, Any]]] = {}
        for line in self.lines:
            by_name.setdefault(line["conversation"], []).append(line)
        return by_name

    def replay(self) -> Summary:
        """Hold the conversations with the mock and the recorded replies."""
        recorded = self.conversations()
        crm = CRMS[self.head["crm"]]()
        server = RecordedServer(crm, self)
        with ExitStack() as stack:
            mock = mock_server(crm, self.head["release"], stack, clock=lambda: server.time)
            run = Run(
                server, mock=mock, writes=True, marker=self.head["marker"], started=self.started,
                cleans=False,
            )  # fmt: skip
            probe = Probe(self.head["release"], traits=frozenset(self.head["traits"]))
            known = {conversation.name: conversation for conversation in crm.conversations(probe)}

            def conversations() -> Iterator[Conversation]:
                for name, lines in recorded.items():
                    server.lines = iter(lines)
                    yield known[name]

            summary = run.hold(conversations(), probe)
            for held in summary.broken:
                raise AssertionError(f"{held.conversation.name}: {held.error}")
            return summary
