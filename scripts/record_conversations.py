"""Record conversations of the contract suite as a live server holds them, for `tests/recorded`.

    .venv/bin/python scripts/record_conversations.py espocrm tests/recorded/conversations/x.jsonl
        --base-url http://127.0.0.1:8000 --only 'stories.*' --as limited=LIMITED

Credentials come from the environment, as for `crmkit contract`. It writes to the server and removes
what it has created; use one with invented data only. The first line of the file says what was
recorded; each further line is a step with its reply. Addresses are replaced, credentials are not
kept.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmkit.contract import CRMS, Reply, Run, Server, Step

_HEADERS = ("content-type", "x-status-reason", "date", "location", "allow")
#: Characters from which on a body is kept only once.
_LONG = 2000
#: Where a server is installed, as the reports of its crashes have it.
_FOLDER = re.compile(r"(?:/[\w.-]+)+/vendor/")
_HOST = "https://crm.example"


def main(arguments: list[str]) -> int:
    """Record, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("crm", choices=sorted(CRMS))
    parser.add_argument("file", type=Path)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--only", default=".*", help="pattern of the conversations' names")
    parser.add_argument("--as", dest="users", action="append", default=[], metavar="NAME=PREFIX")
    parser.add_argument("--release", default="", help="release, if the server does not say")
    given = parser.parse_args(arguments)
    crm = CRMS[given.crm]()
    url = crm.base_url(given.base_url)
    users = {"": crm.authenticator(crm.prefix, url)}
    for pair in given.users:
        name, _, prefix = pair.partition("=")
        users[name] = crm.authenticator(prefix, url)
    server = Server(crm, url, users)
    probe = crm.probe(server)
    marker = "crmkit-5eed"
    lines: list[dict[str, Any]] = [
        {
            "crm": crm.name, "release": given.release or probe.version, "marker": marker,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "traits": sorted(probe.traits), "users": [name for name in users if name],
            "base_url": url.replace(_origin(url), _HOST),
        }
    ]  # fmt: skip

    def keep(step: Step) -> None:
        if step.reply is not None:
            lines.append(_line(step, step.reply, url))

    chosen = [c for c in crm.conversations(probe) if re.fullmatch(given.only, c.name)]
    summary = Run(server, writes=True, marker=marker, on_step=keep).hold(chosen, probe)
    _refer(lines)
    given.file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    text = _FOLDER.sub("/srv/app/vendor/", text.replace(_origin(url), _HOST))
    given.file.write_text(text, "utf-8")
    print(f"{len(lines) - 1} steps of {len(summary.held)} conversations", file=sys.stderr)
    if summary.error:
        print(summary.error, file=sys.stderr)
    return 1 if summary.left or summary.error else 0


def _line(step: Step, reply: Reply, url: str) -> dict[str, Any]:
    body = {"body": reply.tree} if reply.is_json else {"text": reply.text}
    return {
        "conversation": step.talk.name,
        "step": step.number,
        "method": step.request.method,
        "path": reply.url.removeprefix(url),
        "status": reply.status,
        "headers": {name: reply.headers[name] for name in _HEADERS if name in reply.headers},
        **(body if reply.content else {}),
    }


def _refer(lines: list[dict[str, Any]]) -> None:
    """Replace long bodies that stand in an earlier line by the number of that line."""
    numbers: dict[str, int] = {}
    for number, line in enumerate(lines):
        text = json.dumps(line.get("body"))
        if len(text) > _LONG and text in numbers:
            del line["body"]
            line["same"] = numbers[text]
        numbers.setdefault(text, number)


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
