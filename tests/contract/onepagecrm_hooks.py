"""Hooks for schemathesis on OnePageCRM: signatures, three formats, errors in the body.

Loaded by schemathesis in a process of its own (see `schemathesis_runner.run`), whose working folder
has the document and the state from which cases start. No code here comes from the mock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from schemathesis.core import media_types
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from yaml import YAMLError

from tests.contract.account_documents import resolved
from tests.contract.written_forms import FormatWriter

DOCUMENT = FormatWriter(json.loads(Path("document.json").read_text("utf-8")))
#: The state from which cases start, as the mock's control plane takes it.
STATE = Path("state.json").read_bytes()
LOGIN = {
    member: DOCUMENT.tree["components"]["schemas"]["LoginInput"]["properties"][member]["const"]
    for member in ("login", "password")
}
#: Schemathesis looks at the HTTP status. OnePageCRM has codes in the body, which mean these.
HTTP_STATUS = {
    **dict.fromkeys((101, 103, 104, 105), 401),
    **dict.fromkeys((102, 201, 202), 403),
    **dict.fromkeys((108, 109), 400),
    106: 404,
    107: 409,
    999: 500,
}
#: The envelope's status is the first one in each format.
_STATUS = re.compile(rb'status(?:":|: | type="integer">)([0-9]+)')

#: Calls that change nothing, or nothing that matters to others.
_READS = re.compile(r"GET (?!.*/(auth|misc)/)|POST .*/auth/login")
#: The call that has changed the state since it was set.
CHANGED = [""]

_build_response = HTTPAdapter.build_response


def _with_http_status(self: HTTPAdapter, request: Any, answer: Any) -> requests.Response:
    """Build the response with the HTTP status that its body means."""
    response = _build_response(self, request, answer)
    if response.status_code == 200:
        match = _STATUS.search(response.content)
        if match is not None:
            response.status_code = HTTP_STATUS.get(int(match[1]), 200)
        if response.status_code == 200 and not _READS.search(f"{request.method} {request.url}"):
            CHANGED.append(request.url)
    return response


# Probes bypass all hooks, so this is done below them.
setattr(HTTPAdapter, "build_response", _with_http_status)  # noqa: B010  # mypy forbids to assign a method


class Signing(AuthBase):
    """Signs requests with the key and the time that a login returns."""

    def __init__(self) -> None:
        self.session: dict[str, Any] | None = None
        self.signed = 0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request whose URL and body are final."""
        url = str(request.url)
        self.signed += 1
        if self.session is None or self.signed % 100 == 0:
            self.session = self._login(url)
        data = self.session["data"]
        body = request.body or b""
        assert isinstance(body, str | bytes)
        parts = [data["uid"], str(self.session["timestamp"]), str(request.method), _sha1(url)]
        if request.method in {"POST", "PUT"}:
            parts.append(_sha1(body))
        key = base64.b64decode(data["key"])
        made = hmac.digest(key, ".".join(parts).encode(), "sha256").hex()
        request.headers["X-OnePageCRM-UID"] = parts[0]
        request.headers["X-OnePageCRM-TS"] = parts[1]
        request.headers["X-OnePageCRM-Auth"] = made
        if "/auth/" in url:
            # This call may change the key.
            self.session = None
        return request

    def _login(self, url: str) -> dict[str, Any]:
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}/onepagecrm/api/auth/login.json"
        with requests.Session() as http:
            envelope: dict[str, Any] = http.post(address, data=LOGIN, timeout=60).json()
        return envelope


def _sha1(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha1(data).hexdigest()  # noqa: S324  # the vendor's way


SIGNING = Signing()


@schemathesis.auth(refresh_interval=None)
class Signed:
    """Has cases signed, save those with invalid headers."""

    def get(self, case: Any, context: Any) -> Signing | None:  # noqa: ARG002  # schemathesis's signature
        """Return the signer of a case, or None."""
        wrong = case.meta is not None and case.meta.is_negative_at(ParameterLocation.HEADER)
        return None if wrong else SIGNING

    def set(self, case: Any, data: Signing, context: Any) -> None:  # noqa: ARG002  # as get
        """Have `requests` call the signer, when URL and body are final."""
        case._auth = data


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001  # schemathesis's signature
    """Start every case from the same state, unless it is a step of a scenario."""
    phase = case.meta.phase.name if case.meta else None
    if CHANGED and phase is not TestPhase.STATEFUL:
        base = kwargs.get("base_url") or case.operation.base_url
        parts = urlsplit(base)
        address = f"{parts.scheme}://{parts.netloc}/__mock__/snapshot"
        with requests.Session() as http:
            http.put(address, data=STATE, timeout=60).raise_for_status()
        SIGNING.session = None
        CHANGED.clear()


def _schema(context: Any, response: Any) -> dict[str, Any]:
    """Return the schema of a reply."""
    operation = DOCUMENT.tree["paths"][context.operation.path][context.operation.method.lower()]
    status = str(response.status_code)
    responses = operation["responses"]
    node = responses.get(status) or responses[f"{status[0]}XX"]
    content: dict[str, Any] = resolved(DOCUMENT.tree, node)["content"]
    schema: dict[str, Any] = next(iter(content.values()))["schema"]
    return schema


@contextmanager
def _readable() -> Generator[None]:
    """Turn errors of reading a reply into the one that schemathesis reports."""
    try:
        yield
    except (AssertionError, LookupError, SyntaxError, YAMLError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


@schemathesis.deserializer("application/xml", "text/xml")
def read_xml(context: Any, response: Any) -> Any:
    """Read an XML reply by its schema."""
    with _readable():
        return DOCUMENT.from_xml(response.content.decode("utf-8"), _schema(context, response))


@schemathesis.deserializer(*media_types.YAML_MEDIA_TYPES)
def read_yaml(context: Any, response: Any) -> Any:
    """Read a YAML reply by its schema."""
    with _readable():
        return DOCUMENT.from_yaml(response.content.decode("utf-8"), _schema(context, response))
