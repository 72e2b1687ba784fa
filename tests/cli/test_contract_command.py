"""`crmkit contract` against served mocks in the place of live servers."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crmkit_mock import MockServer
from tests.cli.conftest import PROGRAM, Command, program_environment


def records(server: MockServer, crm: str) -> Any:
    """Return all records of a CRM, without the clock and what else moves on by itself."""
    return server.crm(crm).snapshot()["records"]


def marked(server: MockServer, crm: str) -> bool:
    """Return whether a CRM still has records that a run has made, deleted ones aside."""
    alive = [record for record in _flat(records(server, crm)) if not record.get("deleted")]
    return "crmkit-" in str(alive)


def _flat(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    elif isinstance(tree, list):
        for item in tree:
            yield from _flat(item)


@pytest.mark.parametrize("crm", ["relenta", "onepagecrm"])
def test_finds_nothing_between_mock_and_mock(crm: str, live: MockServer, command: Command) -> None:
    """A server that is the mock itself differs in nothing, reading and writing."""
    done = command("contract", crm, "--against-mock", "--write")

    assert done.code == 0, done.out
    assert live.crm(crm).base_url in done.out.splitlines()[0]
    (line,) = [line for line in done.out.splitlines() if " conversations, " in line]
    _, steps, equal = (int(word) for word in line.replace(",", "").split() if word.isdigit())
    assert equal == steps > 80


def test_says_first_what_it_will_do(live: MockServer, command: Command) -> None:
    """Server, release, user, what is written, how many requests and how long, and the mock."""
    done = command("contract", "espocrm", "--requests", "10", "--against-mock")
    lines = done.out.splitlines()

    assert lines[0].startswith("EspoCRM ")
    assert lines[0].endswith(f" at {live.espocrm.base_url}, as integrator")
    assert lines[1] == "reads only: nothing is changed there"
    assert lines[2].startswith("about 10 requests, about ")
    assert lines[3].startswith("the same with the mock of EspoCRM ")
    assert "note: route of AutoCRM's page, missing: POST /Lead/{id}/action/convert" in lines
    assert any(
        "not asked without --write: POST /{entityType}/action/massDelete" in s for s in lines
    )


def test_reads_only_changes_nothing(live: MockServer, command: Command) -> None:
    """Without --write no record is created, changed or deleted."""
    for crm in ("relenta", "espocrm"):  # OnePageCRM notes who was looked at
        before = records(live, crm)
        command("contract", crm)
        assert records(live, crm) == before, crm


def test_routes_are_asked_without_changing_anything(live: MockServer, command: Command) -> None:
    """The routes of AutoCRM's page are found where they are, and the requests change nothing."""
    before = records(live, "autocrm")
    done = command("contract", "autocrm", "--write", "--requests", "1")

    for route in ("POST /Lead/{id}/action/convert", "PUT /{entityType}/action/massUpdate"):
        assert f"note: route of AutoCRM's page, there: {route}" in done.out
    assert "there: POST /{entityType}/action/massDelete" in done.out
    assert records(live, "autocrm") == before


def test_says_what_stays(live: MockServer, command: Command) -> None:
    """Relenta deletes nothing: that is said before, and afterwards what has been created."""
    done = command("contract", "relenta", "--write")

    assert "that stay: Relenta has no call that deletes" in done.out.splitlines()[1]
    (line,) = [line for line in done.out.splitlines() if " records stay, " in line]
    assert line.partition("with ")[2].rstrip(":") in str(records(live, "relenta"))


def test_shows_faults_of_a_server(live: MockServer, command: Command) -> None:
    """A reply that is not as documented, or not as the mock's, is a line below its step."""
    live.relenta.fail(
        path="/custom_field.list.json", body={"status": True, "code": 200, "data": "x"}, times=None
    )
    assert "is no Relenta" in command.refused(3, "contract", "relenta")
    live.reset()
    live.relenta.fail(path="/contact.list.json", status=418, times=1)
    done = command("contract", "relenta", "--against-mock")

    assert done.code == 1
    lines = done.out.splitlines()
    start = lines.index("contacts.pages")
    assert lines[start + 1] == "  1: GET /contact.list.json?page=1&page_size=500"
    assert lines[start + 2].strip() == "document: status 418 is not documented"
    assert lines[start + 3].strip().startswith("status: 418")
    assert "steps that differ by kind: document 1, status 1" in lines[-1]


def test_server_that_is_down(live: MockServer, command: Command) -> None:
    """A server that cannot be reached is one line and exit code 3."""
    del live
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"

    assert f"no reply from {url}: " in command.refused(3, "contract", "monica", "--base-url", url)


@pytest.mark.parametrize(
    ("crm", "variable"),
    [
        ("relenta", "RELENTA_DEPARTMENT_KEY"),
        ("espocrm", "ESPOCRM_API_KEY"),
        ("onepagecrm", "ONEPAGECRM_KEY"),
        ("monica", "MONICA_TOKEN"),
    ],
)
def test_wrong_key(
    crm: str, variable: str, live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused credentials are one line that names the variable, and exit code 3."""
    del live
    monkeypatch.setenv(variable, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    line = command.refused(3, "contract", crm, "--write")

    assert " refuses the " in line
    assert variable in line


def test_key_that_may_not_write(
    live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --write and a key without rights, that is said once, and nothing is compared."""
    monkeypatch.setenv("ESPOCRM_API_KEY", live.espocrm.users["norole"]["api_key"])
    done = command("contract", "espocrm", "--write", "--against-mock", "--requests", "60")

    assert done.code == 3
    assert done.err.splitlines()[-1] == "crmkit: the user may not write; see above"
    assert done.out.count("the user may not write: ") == 1
    assert len(done.out.splitlines()) < 20


def test_write_beyond_loopback_needs_yes(
    live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--write on a server that others can reach is refused before anything is sent."""
    del live
    line = command.refused(
        2, "contract", "monica", "--write", "--base-url", "https://192.0.2.1/api"
    )
    assert line.startswith("--write creates records at https://192.0.2.1/api, named crmkit-…; add")
    monkeypatch.delenv("RELENTA_BASE_URL")
    monkeypatch.setenv("RELENTA_ACCOUNT", "acme")
    assert "Relenta deletes nothing: it will stay" in command.refused(
        2, "contract", "relenta", "--write"
    )


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Please log in</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("crm", ["relenta", "espocrm", "onepagecrm", "monica"])
def test_html_everywhere(crm: str, live: MockServer, command: Command) -> None:
    """A server that answers with pages is not of the kind: one line and exit code 3."""
    del live
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        line = command.refused(3, "contract", crm, "--base-url", url)
        server.shutdown()

    assert " is no " in line
    assert "answered 200 text/html" in line


def test_rate_limits_are_waited_for(live: MockServer, command: Command) -> None:
    """A limit on the way is waited for as the server says, and shown; it is no difference."""
    live.relenta.fail(path="/contact.list.json", status=429, retry_after=1, times=1)
    done = command("contract", "relenta", "--against-mock")

    assert done.code == 0
    assert "the server asks to wait for 1 s" in done.err


def test_unknown_release(
    live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that the mock does not know is said, and the newest known one is taken."""
    del live
    from crmkit.contract.espocrm.crm import EspoCRM

    probe = EspoCRM.probe

    def newer(self: EspoCRM, server: Any) -> Any:
        from dataclasses import replace

        return replace(probe(self, server), version="12.1.0")

    monkeypatch.setattr(EspoCRM, "probe", newer)
    done = command("contract", "espocrm", "--against-mock", "--requests", "2")

    assert "note: the mock does not know release 12.1.0 and imitates 10.0" in done.out
    assert (
        EspoCRM().version_note("") == "the server does not say its release; the mock imitates 10.0"
    )
    assert EspoCRM().version_note("10.0.3") == ""


def test_shows_a_bar_on_a_terminal(
    live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal, but not in CI, a bar shows how far the run is and where it waits."""
    live.relenta.fail(path="/contact.list.json", status=429, retry_after=1, times=1)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = command("contract", "relenta", "--requests", "5")
    monkeypatch.setenv("CI", "true")
    plain = command("contract", "relenta", "--requests", "5")

    assert "waiting for 1 s, as the server asks" in done.err
    assert "5/" in done.err
    assert (done.code, plain.code, plain.err) == (0, 0, "")


def test_signatures_follow_the_server_clock(live: MockServer, command: Command) -> None:
    """A server whose clock is years away gets signatures of its own time, and answers."""
    live.onepagecrm.clock.set(datetime(2012, 6, 4, tzinfo=UTC))
    done = command("contract", "onepagecrm", "--requests", "20")

    assert (done.code, done.err) == (0, "")


def test_says_who_is_not_needed(
    live: MockServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A further user takes part where a conversation needs one; else a note says who is known."""
    keys = live.relenta.departments
    monkeypatch.setenv("LAB_DEPARTMENT_KEY", keys["laboratory"]["department_key"])
    done = command("contract", "relenta", "--write", "--against-mock", "--as", "other=LAB")
    without = command("contract", "relenta", "--write", "--against-mock", "--as", "boss=LAB")

    assert done.code == without.code == 0
    assert "note: no conversation needs the user boss; they know other" in without.out
    counts = [re.search(r"(\d+) conversations", run.out) for run in (done, without)]
    with_other, without_other = (int(count[1]) for count in counts if count)
    assert with_other > without_other


def test_an_interrupted_run_leaves_nothing(live: MockServer) -> None:
    """After Ctrl-C a run removes what it has made, says what it found, and exits with 3."""
    process = subprocess.Popen(
        [*PROGRAM, "contract", "espocrm", "--write", "--requests", "100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=program_environment(),
    )
    while len(live.espocrm.journal) <= 40 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)

    assert process.returncode == 3, err
    assert "crmkit: interrupted after " in err
    assert "Traceback" not in err
    assert " conversations, " in out
    # Even what was being created: its reply was waited for.
    assert "under way" not in out
    assert not marked(live, "espocrm")
