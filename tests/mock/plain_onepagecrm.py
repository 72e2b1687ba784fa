"""A plain, signing HTTP client for the OnePageCRM mock, and readers of its three formats."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from tests.contract.account_documents import wire
from tests.contract.written_forms import FormatWriter, Tree

if TYPE_CHECKING:
    from crmkit_mock.onepagecrm import MockOnePageCRM

FORMATS = ("json", "xml", "yaml")
MEDIA_TYPES = {"json": "application/json", "xml": "application/xml", "yaml": "text/yaml"}
#: Leaves a request unsigned.
UNSIGNED = httpx.Auth()
JOE = "4e5dea11638190102c000361"
ACME = "4fcc687063819006360000c0"
#: What a contact with all its fields shows, without its id.
FULL_REPLY: Tree = {
    "firstname": "Joe",
    "lastname": "Doe",
    "company": "Ltd",
    "status": "customer",
    "tags": ["Solar", "Big one"],
    "pendingdeal": False,
    "vip": True,
    "nextaction": {},
    "linked_company": None,
    "jobtitle": "CEO",
    "address": "Here 1",
    "city": "There",
    "state": "NJ",
    "zip": "07018",
    "country": "EL",
    "description": "a\n b",
    "phones": [{"type": "work", "number": "+353 91 123"}, {"type": "mobile", "number": "0"}],
    "company_phones": [],
    "emails": [{"type": "work", "address": "a@b.c"}],
    "urls": [{"type": "website", "address": "http://a.b/?c=d&e"}],
    "actions": [],
    "notes": [],
}
#: What a contact without any field shows, without its id.
EMPTY_REPLY: Tree = {
    **{name: [] if isinstance(value, list) else None for name, value in FULL_REPLY.items()},
    "status": "lead",
    "pendingdeal": False,
    "vip": False,
    "nextaction": {},
}


class Signed(httpx.Auth):
    """Signs requests as the vendor's manual says, independently of the mock.

    Args:
        mock: Mock whose clock is used.
        uid: Id of the user.
        key: Key of the user, Base64.
        late: Seconds by which the client's clock is behind the mock's.
    """

    requires_request_body = True

    def __init__(self, mock: MockOnePageCRM, uid: str, key: str, late: float = 0) -> None:
        self.mock = mock
        self.uid = uid
        self.key = key
        self.late = late

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Sign a request."""
        time = str(int(self.mock.clock.now().timestamp() - self.late))
        request.headers["X-OnePageCRM-UID"] = self.uid
        request.headers["X-OnePageCRM-TS"] = time
        request.headers["X-OnePageCRM-Auth"] = signature(
            self.uid, time, self.key, request.method, str(request.url), request.content
        )
        yield request


def signature(uid: str, time: str, key: str, method: str, url: str, body: bytes) -> str:
    """Return the signature of a request."""
    message = f"{uid}.{time}.{method}.{hashlib.sha1(url.encode()).hexdigest()}"  # noqa: S324  # the vendor's way
    if method in {"POST", "PUT"}:
        message += f".{hashlib.sha1(body).hexdigest()}"  # noqa: S324  # the vendor's way
    return hmac.digest(base64.b64decode(key), message.encode(), "sha256").hex()


@dataclass
class OnePage:
    """A OnePageCRM mock with a plain client for one of its accounts."""

    mock: MockOnePageCRM
    http: httpx.Client

    def call(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Tree:
        """Call `path`, with the extension of JSON unless it has one, and return the envelope."""
        path, mark, query = path.partition("?")
        path = path if path.endswith(FORMATS) else f"{path}.json"
        reply = self.http.request(method, path + mark + query, data=form)
        assert reply.status_code == 200, reply.text
        envelope: Tree = reply.json()
        return envelope

    def ok(self, method: str, path: str, **form: Any) -> Any:
        """Call what must work; return its data, or None."""
        envelope = self.envelope(method, path, **form)
        return envelope.get("data")

    def envelope(self, method: str, path: str, **form: Any) -> Tree:
        """Call what must work; return the whole envelope."""
        envelope = self.call(method, path, form or None)
        assert envelope["status"] == 0, envelope
        assert envelope["message"] == "OK"
        return envelope

    def refused(self, code: int, method: str, path: str, **form: Any) -> str:
        """Call what must be refused and change nothing; return the message."""
        before = self.mock.snapshot()
        envelope = self.call(method, path, form or None)
        assert envelope["status"] == code, envelope
        assert "data" not in envelope
        assert self.mock.snapshot() == before
        message: str = envelope["message"]
        return message

    def counts(self) -> dict[str, int]:
        """Return the counts of the system tags and, prefixed with `#`, of the custom ones."""
        tags = self.login()["tags"]
        return {tag["name"]: tag["count"] for tag in tags["system"]} | {
            f"#{tag['name']}": tag["count"] for tag in tags["custom"]
        }

    def statuses(self) -> dict[str, int]:
        """Return the counts of the statuses that are not 0."""
        statuses = self.login()["statuses"]
        return {status["name"]: status["count"] for status in statuses if status["count"]}

    def login(self, account: str = "samples") -> Tree:
        """Log in; return the envelope."""
        reply = self.http.post("/auth/login.json", data=self.mock.logins[account], auth=UNSIGNED)
        envelope: Tree = reply.json()
        assert envelope["status"] == 0, envelope
        return envelope


@contextmanager
def case(name: object) -> Generator[None]:
    """Name the case of a table that fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"case: {name}")
        raise


def client_for(mock: MockOnePageCRM, account: str = "samples", late: float = 0) -> httpx.Client:
    """Return a plain HTTP client that signs for an account."""
    return httpx.Client(
        base_url=mock.base_url,
        transport=mock.transport,
        auth=Signed(mock, **mock.accounts[account], late=late),
        trust_env=False,
    )


@cache
def written() -> FormatWriter:
    """Return the document as a reader and writer of the formats."""
    return FormatWriter(wire("onepagecrm"))


def read(reply: httpx.Response, schema: Tree) -> Tree:
    """Read a reply in the format in which it comes, by its schema."""
    media_type = reply.headers["content-type"].partition(";")[0]
    if media_type == "application/xml":
        tree: Tree = written().from_xml(reply.text, schema)
    elif media_type == "text/yaml":
        tree = written().from_yaml(reply.text, schema)
    else:
        assert media_type == "application/json"
        tree = reply.json()
    return tree
