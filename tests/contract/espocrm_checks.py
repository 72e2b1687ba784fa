"""Hooks for schemathesis on EspoCRM: empty bodies, and reads that agree with writes.

Loaded by schemathesis in a process of its own (see `schemathesis_runner.run`). No code here comes
from the mock.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests
import schemathesis

PATHS = json.loads(Path("document.json").read_text("utf-8"))["paths"]
#: Attributes, by the end of their names, that the reply to a write shows differently from the next
#: read (observed): an address in lower case, lists as they were sent, columns and types of files
#: as they were, and reminders that only those who take part have.
ECHOED = (
    "emailAddress",
    "emailAddressData",
    "phoneNumberData",
    "phoneNumber",
    "Names",
    "Types",
    "contactsIds",
    "followersIds",
    "Columns",
    "Converted",
    "IsOptedOut",
    "IsInvalid",
    "duration",
    "reminders",
    "title",
)


@schemathesis.deserializer("application/json")
def read_json(context: Any, response: Any) -> Any:  # noqa: ARG001  # schemathesis's signature
    """Read a JSON reply; an empty one is an empty string, as the document has it."""
    return json.loads(response.content) if response.content else ""


@schemathesis.deserializer("text/html")
def read_html(context: Any, response: Any) -> str:  # noqa: ARG001  # as above
    """Read a page."""
    text: str = response.content.decode("utf-8")
    return text


@schemathesis.serializer("text/csv")
def write_csv(context: Any, value: Any) -> bytes:  # noqa: ARG001  # as above
    """Write a CSV file, which the document has as one text."""
    return str(value).encode("utf-8")


@schemathesis.check
def created_records_can_be_read(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001  # as above
    """Check that a created record is found under its id, as the reply showed it."""
    created = case.method == "POST" and _is_success(response)
    if created and f"{case.operation.path}/{{id}}" in PATHS:
        record = json.loads(response.content)
        _read_as_written(response, f"{_url(response)}/{record['id']}", record)


@schemathesis.check
def changes_are_kept(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001  # as above
    """Check that a changed record is as the reply showed it."""
    if case.method in {"PUT", "PATCH"} and _is_success(response) and _is_record(case):
        _read_as_written(response, _url(response), json.loads(response.content))


@schemathesis.check
def deleted_records_are_not_found(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001  # as above
    """Check that a deleted record can be neither read nor deleted again.

    Only administrators still read it, and see that it is deleted (observed).
    """
    if case.method == "DELETE" and _is_success(response) and _is_record(case):
        for method in ("GET", "DELETE"):
            again = _again(response, _url(response), method)
            if method == "GET" and again.status_code == HTTPStatus.OK:
                assert "espo-authorization" in {name.lower() for name in response.request.headers}
                assert again.json()["deleted"] is True
            else:
                status = again.status_code
                assert status == HTTPStatus.NOT_FOUND, f"{method} after a deletion: {status}"


def _is_success(response: Any) -> bool:
    return response.status_code in {HTTPStatus.OK, HTTPStatus.CREATED}


def _is_record(case: Any) -> bool:
    steps = case.operation.path.split("/")[1:]
    return len(steps) == 2 and steps[1] == "{id}"


def _url(response: Any) -> str:
    url: str = response.request.url
    return url.partition("?")[0]


def _again(response: Any, url: str, method: str) -> requests.Response:
    """Send a request with the credentials of another one."""
    credentials = {
        name: value
        for name, value in response.request.headers.items()
        if name.lower() in {"x-api-key", "espo-authorization"}
    }
    with requests.Session() as http:
        return http.request(method, url, headers=credentials, timeout=60)


def _read_as_written(response: Any, url: str, written: dict[str, Any]) -> None:
    read = _again(response, url, "GET")
    assert read.status_code == HTTPStatus.OK, f"after a write: {read.status_code}"
    shown = read.json()
    for name, value in written.items():
        # What was never set is absent from a creation's reply, or null.
        if name == "name" and "lastName" in written:
            # A lead without a first name is shown by its company, and read by its last name.
            continue
        if written.get(f"{name}Date") is not None:
            # A date in place of a time is what counts; the reply has the time that was sent.
            continue
        if name == "parentName" and written.get("parentId") is None:
            # The reply to taking a parent away has its name still (observed).
            continue
        if value is not None and name in shown and not name.endswith(ECHOED):
            assert _same(value, shown[name]), f"{name}: {value!r} became {shown[name]!r}"


def _same(written: Any, shown: Any) -> bool:
    """Return whether a read shows what a write did.

    The reply to a write has no seconds where none were sent, has false for a flag that was never
    set, and repeats ids that were sent twice (observed).
    """
    if isinstance(written, list) and isinstance(shown, list):
        return {*map(str, written)} == {*map(str, shown)}
    return written in (shown, str(shown).removesuffix(":00")) or (
        written is False and shown is None
    )
