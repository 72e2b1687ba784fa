"""What a client asks of each mock, and how many of it a server answers per second."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from crmkit_mock import MockCRMs
from crmkit_mock.onepagecrm.authentication import signature

CONNECTIONS = 16
#: Names of the requests of each CRM.
LIST, CREATE = "list", "create"
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Case:
    """The requests to one CRM.

    Attributes:
        document: Name of its document.
        list: Path and query of a list of contacts, a page of 20 or of the server's own size.
        create: Path of the creation of a contact.
        body: Returns the members of the contact of a number, which is a duplicate of no other.
        headers: Returns the credentials, from the keywords of a client, and from what is sent:
            method, URL, body and the server's time.
    """

    document: str
    list: str
    create: str
    body: Callable[[int], dict[str, Any]]
    headers: Callable[[dict[str, Any], str, str, bytes, int], dict[str, str]]
    media_type: str = _JSON


def _onepagecrm(
    keys: dict[str, Any], method: str, url: str, body: bytes, now: int
) -> dict[str, str]:
    uid, time = keys["uid"], str(now)
    return {
        "X-OnePageCRM-UID": uid,
        "X-OnePageCRM-TS": time,
        "X-OnePageCRM-Auth": signature(uid, time, keys["key"], method, url, body),
    }


_ESPOCRM = Case(
    "autocrm",
    "/Contact?maxSize=20",
    "/Contact",
    lambda n: {"firstName": "Vesper", "lastName": f"Lynd {n}"},
    lambda keys, *_: {"X-Api-Key": keys["api_key"]},
)
CASES = {
    "relenta": Case(
        "relenta",
        "/contact.list.json?page=1&page_size=20",
        "/contact.save.json",
        lambda n: {"full_name": f"Vesper Lynd {n}", "emails": "vesper@treasury.gov.uk"},
        lambda keys, *_: {"X-Relenta-Department-Key": keys["department_key"]},
    ),
    "autocrm": _ESPOCRM,
    "espocrm": _ESPOCRM,
    "onepagecrm": Case(
        "onepagecrm",
        "/contacts.json",
        "/contacts.json",
        lambda n: {"firstname": "Vesper", "lastname": f"Lynd {n}"},
        _onepagecrm,
        _FORM,
    ),
    "monica": Case(
        "monica",
        "/contacts",
        "/contacts",
        lambda n: {
            "first_name": f"Vesper {n}",
            "is_birthdate_known": False,
            "is_deceased": False,
            "is_deceased_date_known": False,
        },
        lambda keys, *_: {"Authorization": f"Bearer {keys['token']}"},
    ),
}


class Load:
    """A client of one server with persistent connections, which sends as fast as is answered.

    Args:
        crm: Name of the CRM, for its requests and credentials.
        port: Port of the server.
        prefix: Path of the API there.
    """

    def __init__(self, crm: str, port: int, prefix: str) -> None:
        self._case = CASES[crm]
        self._host = f"127.0.0.1:{port}"
        self._port = port
        self._prefix = prefix
        self._number = 0
        self._date = ""
        with MockCRMs() as mocks:
            mock = mocks.crm(crm)
            self._keys = mock.credentials
            self._now = int(mock.clock.now().timestamp())

    def request(self, what: str) -> bytes:
        """Return the next request, list or creation."""
        case, body = self._case, b""
        headers = {"Host": self._host, "Accept": _JSON}
        method, path = ("GET", case.list) if what == LIST else ("POST", case.create)
        if what == CREATE:
            self._number += 1
            tree = case.body(self._number)
            body = (urlencode(tree) if case.media_type == _FORM else json.dumps(tree)).encode(
                "ascii"
            )
            headers |= {"Content-Type": case.media_type, "Content-Length": str(len(body))}
        path = self._prefix + path
        headers |= case.headers(self._keys, method, f"http://{self._host}{path}", body, self._now)
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        return "\r\n".join(lines).encode("ascii") + body

    def run(self, what: str, *, seconds: float = 0.0, times: int = 0) -> float:
        """Send requests for some seconds, or some of them; return those answered per second.

        Raises:
            RuntimeError: a reply has another status than 2xx.
        """
        done, started = 0, time.perf_counter()
        with selectors.DefaultSelector() as selector:
            for _ in range(CONNECTIONS):
                connection = socket.create_connection(("127.0.0.1", self._port))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(self.request(what))
                selector.register(connection, selectors.EVENT_READ, bytearray())
            while done < times or time.perf_counter() - started < seconds:
                for key, _ in selector.select(10):
                    received: bytearray = key.data
                    socket_: Any = key.fileobj
                    received += socket_.recv(1 << 18)
                    if self._is_complete(received):
                        received.clear()
                        done += 1
                        socket_.sendall(self.request(what))
            elapsed = time.perf_counter() - started
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]  # they are sockets
        return done / elapsed

    def _is_complete(self, received: bytearray) -> bool:
        """Return whether a reply is there as a whole; keep the server's time."""
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(received[:end]).decode("latin-1").lower()
        if not head.startswith("http/1.1 2"):
            raise RuntimeError(f"expected status 2xx, got {bytes(received)!r}")
        if "\r\ndate: " in head:
            date = head.partition("\r\ndate: ")[2].partition("\r\n")[0]
            if date != self._date:
                self._date, self._now = date, int(parsedate_to_datetime(date).timestamp())
        length = int(head.partition("\r\ncontent-length: ")[2].partition("\r\n")[0])
        return len(received) >= end + 4 + length
