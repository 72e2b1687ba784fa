"""The control plane `/__mock__/`: what tests in other languages and people at a shell use."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from crmkit_mock.app import read_body
from crmkit_mock.arguments import require_choice
from crmkit_mock.documents import load_document
from crmkit_mock.faults import Fault
from crmkit_mock.json_text import JSONTextError, parse
from crmkit_mock.messages import BODY_CAP
from crmkit_mock.schemas import first_error
from crmkit_mock.seeds import SEEDS, read_seed
from crmkit_mock.store import StoreError

if TYPE_CHECKING:
    from starlette.requests import Request

    from crmkit_mock.crm import MockCRM
    from crmkit_mock.crms import CRMs

Arguments = dict[str, Any]

#: Types of a fault's arguments; their values are checked by `Fault`.
_FAULT = jsonschema_rs.Draft202012Validator(
    {
        "required": ["crm"],
        "properties": {
            "crm": {"type": "string"},
            "status": {"type": ["integer", "null"]},
            "retry_after": {"type": ["integer", "string", "null"]},
            "headers": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
            "times": {"type": ["integer", "null"]},
            "delay": {"type": "number"},
            "error": {"type": ["string", "null"]},
            "path": {"type": ["string", "null"]},
            "method": {"type": ["string", "null"]},
            "after": {"type": "boolean"},
        },
    }
)
_FAULT_ARGUMENTS = {field.name for field in fields(Fault) if field.init}
Action = Callable[["CRMs", Arguments], object]


def control_plane(mocks: CRMs, pages: Sequence[Route]) -> Starlette:
    """Build the application of the control plane, with the pages for people.

    JSON objects in, JSON out; `crm` chooses one CRM, without it all CRMs:

    - `GET /__mock__/health`: names and base paths of the CRMs
    - `POST /__mock__/reset` `{crm?}`
    - `POST /__mock__/seed` `{crm?, seed?}`: a name, or a tree of records (see `seeds`)
    - `GET /__mock__/snapshot?crm=`, `PUT /__mock__/snapshot`: states by CRM
    - `GET`, `POST`, `DELETE /__mock__/faults`: list the waiting ones; add `{crm, ...}` with
      the arguments of `MockCRM.fail`; clear
    - `GET`, `DELETE /__mock__/journal?crm=`: exchanges by CRM; clear
    - `GET /__mock__/journal.har?crm=`: the exchanges as HAR
    - `GET`, `POST /__mock__/clock` `{crm?, set? or advance?}`: ISO datetime, or seconds
    - `GET /__mock__/openapi/<document>.json?crm=`: the wire document, with this mock as its server

    Errors are `{"error": sentence}` under 400, 401, 403, 404, 405, 413 and 500.
    """
    routes = [
        Route(f"/__mock__/{path}", _endpoint(mocks, actions), methods=list(actions))
        for path, actions in ACTIONS.items()
    ]
    app = Starlette(routes=[*pages, *routes], exception_handlers={HTTPException: _explain})
    app.router.redirect_slashes = False
    return app


class _Tree(JSONResponse):
    """A tree in ASCII, so that it can hold any str, half a surrogate pair included."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def _endpoint(
    mocks: CRMs, actions: Mapping[str, Action]
) -> Callable[[Request], Coroutine[Any, Any, JSONResponse]]:
    async def answer(request: Request) -> JSONResponse:
        arguments: Arguments = {**request.query_params, **request.path_params}
        body = await read_body(request.scope, request.receive)
        if body is None:
            raise HTTPException(413, f"the body is larger than {BODY_CAP} bytes")
        if body:
            try:
                tree = parse(body)
            except JSONTextError as error:
                raise HTTPException(400, f"the body is not valid JSON: {error}") from None
            if not isinstance(tree, dict):
                raise HTTPException(400, "the body must be a JSON object")
            arguments.update(tree)
        action = actions["GET" if request.method == "HEAD" else request.method]
        try:
            return _Tree(action(mocks, arguments))
        except (ValueError, TypeError, OverflowError) as error:
            raise HTTPException(400, str(error)) from None
        except StoreError as error:
            raise HTTPException(500, str(error)) from None

    return answer


async def _explain(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise TypeError from error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _selected(mocks: CRMs, arguments: Arguments) -> list[MockCRM]:
    """Take `crm` from the arguments and return the CRMs that it chooses."""
    name = arguments.pop("crm", None)
    if name is None:
        return [mocks.crm(known) for known in mocks.names]
    require_choice("crm", name, mocks.names)
    return [mocks.crm(name)]


def _require_no_more(arguments: Arguments) -> None:
    if arguments:
        raise ValueError(f"unknown arguments: {', '.join(map(str, arguments))}")


def _health(mocks: CRMs, arguments: Arguments) -> object:
    _require_no_more(arguments)
    return {"status": "ok", "crms": {name: mocks.base_path(name) for name in mocks.names}}


def _reset(mocks: CRMs, arguments: Arguments) -> object:
    every = "crm" not in arguments
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    if every:
        mocks.reset()
    else:
        crms[0].reset()
    return {"reset": [crm.name for crm in crms]}


def _seed(mocks: CRMs, arguments: Arguments) -> object:
    source = arguments.pop("seed", "demo")
    every = "crm" not in arguments
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    if not isinstance(source, dict) and source not in SEEDS:
        # A file is for who started the mock to name, not for who can reach its port.
        raise ValueError(f"seed must be one of {', '.join(SEEDS)} or a tree, got {source!r}")
    seed = read_seed(source, mocks.names)
    if every:
        mocks.seed(seed)
    else:
        crms[0].seed(seed)
    return {"seeded": [crm.name for crm in crms], "seed": seed.name or "of your own"}


def _snapshot(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    return {crm.name: crm.snapshot() for crm in crms}


def _restore(mocks: CRMs, arguments: Arguments) -> object:
    mocks.restore(arguments)
    return {"restored": list(arguments)}


def _faults(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    return {crm.name: [_as_tree(fault) for fault in crm.faults.waiting()] for crm in crms}


def _add_fault(mocks: CRMs, arguments: Arguments) -> object:
    if not _FAULT.is_valid(arguments):
        raise ValueError(first_error(_FAULT, arguments))
    (crm,) = _selected(mocks, arguments)
    _require_no_more({name: arguments[name] for name in arguments if name not in _FAULT_ARGUMENTS})
    return _as_tree(crm.fail(**arguments))


def _as_tree(fault: Fault) -> Arguments:
    """Return the arguments of a fault as a JSON tree; bytes are decoded."""
    tree = {field.name: getattr(fault, field.name) for field in fields(fault) if field.init}
    tree["headers"] = dict(fault.headers)
    if isinstance(fault.body, bytes):
        tree["body"] = fault.body.decode("utf-8", "replace")
    elif fault.content is not None and not isinstance(fault.body, str):
        tree["body"] = json.loads(fault.content)
    return tree


def _clear_faults(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    for crm in crms:
        crm.faults.clear()
    return {"forgotten": [crm.name for crm in crms]}


def _journal(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    return {
        crm.name: [
            {
                **asdict(exchange),
                "time": exchange.time.isoformat(),
                "body": exchange.body.decode("utf-8", "replace"),
                "response_body": exchange.response_body.decode("utf-8", "replace"),
            }
            for exchange in crm.journal
        ]
        for crm in crms
    }


def _har(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    logs = [crm.journal.har()["log"] for crm in crms]
    return {"log": {**logs[0], "entries": [entry for log in logs for entry in log["entries"]]}}


def _clear_journal(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    for crm in crms:
        crm.journal.clear()
    return {"forgotten": [crm.name for crm in crms]}


def _clock(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    _require_no_more(arguments)
    return {crm.name: crm.clock.now().isoformat() for crm in crms}


def _move_clock(mocks: CRMs, arguments: Arguments) -> object:
    crms = _selected(mocks, arguments)
    match arguments:
        case {"set": str(time), **rest} if not rest:
            for crm in crms:
                crm.clock.set(datetime.fromisoformat(time))
        case {"advance": int() | float() as seconds, **rest} if not rest:
            try:
                for crm in crms:
                    crm.clock.advance(seconds)
            except OverflowError:
                raise ValueError(f"advance: there is no such time, got {seconds}") from None
        case _:
            raise ValueError("expected either set, an ISO datetime, or advance, seconds")
    return {crm.name: crm.clock.now().isoformat() for crm in crms}


def _document(mocks: CRMs, arguments: Arguments) -> object:
    name = arguments.pop("document")
    chosen = _selected(mocks, arguments)
    _require_no_more(arguments)
    for crm in [crm.name for crm in chosen]:
        if mocks.crm(crm).document_name == name:
            return load_document(name).at(mocks.base_path(crm))
    raise HTTPException(404, f"there is no document {name!r}")


#: Actions of the control plane by path below `/__mock__/` and method.
ACTIONS: dict[str, dict[str, Action]] = {
    "health": {"GET": _health},
    "reset": {"POST": _reset},
    "seed": {"POST": _seed},
    "snapshot": {"GET": _snapshot, "PUT": _restore},
    "faults": {"GET": _faults, "POST": _add_fault, "DELETE": _clear_faults},
    "journal": {"GET": _journal, "DELETE": _clear_journal},
    "journal.har": {"GET": _har},
    "clock": {"GET": _clock, "POST": _move_clock},
    "openapi/{document}.json": {"GET": _document},
}
