"""The routes of the pages: overview, one CRM, its records, its document, and the forms on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from crmkit_mock.access import COOKIE
from crmkit_mock.app import LOGIN, read_body
from crmkit_mock.forms import query_pairs
from crmkit_mock.messages import Refusal
from crmkit_mock.missing_extra import MISSING, explain_missing_extra
from crmkit_mock.pages import assets, views
from crmkit_mock.seeds import SEEDS
from crmkit_mock.store import StoreError

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request

    from crmkit_mock.access import Access
    from crmkit_mock.crms import CRMs

Form = dict[str, str]
Handler = Callable[["Request"], Coroutine[Any, Any, Response]]

#: Nothing is loaded from elsewhere, whatever a record or a document says.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_NOTES = {
    "reset": "Everything is as at the start.",
    "seed": "The data were replaced.",
    "fail": "The fault waits for its requests.",
    "clear": "The faults are gone.",
    "forget": "The calls are forgotten.",
}


def page_routes(mocks: CRMs, access: Access) -> list[Route]:
    """Return the routes of the pages.

    Args:
        mocks: The CRMs.
        access: Who may reach them.
    """
    pages = _Pages(mocks, access)
    return [
        Route("/", pages.overview, methods=["GET"]),
        Route("/__mock__/", pages.overview, methods=["GET"]),
        Route("/__mock__/crms/{crm}", pages.crm, methods=["GET"]),
        Route("/__mock__/crms/{crm}/records/{kind}", pages.records, methods=["GET"]),
        Route("/__mock__/docs/{crm}", pages.document, methods=["GET"]),
        Route("/__mock__/static/{name}", pages.static, methods=["GET"]),
        Route(LOGIN, pages.login, methods=["GET", "POST"]),
        Route("/__mock__/pages/{action}", pages.act, methods=["POST"]),
    ]


@cache
def _templates() -> Environment:
    # On first use: suites that look at no page need not load it.
    with explain_missing_extra():
        from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("crmkit_mock.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, status: int = 200, **values: Any) -> Response:
    try:
        text = _templates().get_template(template).render(values)
    except ImportError as error:
        return PlainTextResponse(str(error), 503)
    content = text.encode("utf-8", "replace")
    return Response(content, status, _HEADERS, "text/html; charset=utf-8")


class _Pages:
    """The handlers of the routes."""

    def __init__(self, mocks: CRMs, access: Access) -> None:
        self._mocks = mocks
        self._access = access

    async def overview(self, request: Request) -> Response:
        """All CRMs in short, and their last calls."""
        return self._overview(note=_NOTES.get(request.query_params.get("done", "")))

    def _overview(self, status: int = 200, **values: Any) -> Response:
        crms = [views.crm_view(self._mocks, name, calls=8) for name in self._mocks.names]
        return _page("overview.html", status, **{**self._shared(), "crms": crms, **values})

    async def crm(self, request: Request) -> Response:
        """One CRM with its address, keys, records, faults and calls."""
        return self._crm(
            self._named(request), note=_NOTES.get(request.query_params.get("done", ""))
        )

    def _crm(self, name: str, status: int = 200, **values: Any) -> Response:
        view = views.crm_view(self._mocks, name)
        return _page("crm.html", status, **{**self._shared(), "crm": view, **values})

    async def records(self, request: Request) -> Response:
        """The newest records of a kind of one CRM."""
        name, kind = self._named(request), request.path_params["kind"]
        view = views.crm_view(self._mocks, name, calls=1)
        counts = {known.name: known.count for known in view.kinds}
        if kind not in counts:
            raise HTTPException(404, f"{name} has no records {kind!r}")
        records = views.records_of(self._mocks, name, kind)
        values = {"crm": view, "kind": kind, "count": counts[kind], "records": records}
        return _page("records.html", **{**self._shared(), **values})

    async def document(self, request: Request) -> Response:
        """The document of a CRM, to read and to try out against the mock."""
        name = self._named(request)
        crm = self._mocks.crm(name)
        missing = None if assets.has_swagger_ui() else MISSING.format(package=assets.PACKAGE)
        settings = {
            "url": f"/__mock__/openapi/{crm.document_name}.json?crm={name}",
            "authorizations": views.authorizations(crm),
            "short": len(crm.document.paths) < 12,
            "signature": dict(crm.credentials) if name == "onepagecrm" else None,
        }
        view = views.crm_view(self._mocks, name, calls=1)
        values = {"crm": view, "settings": json.dumps(settings), "missing": missing}
        return _page("document.html", 503 if missing else 200, **{**self._shared(), **values})

    async def static(self, request: Request) -> Response:
        """A file of the pages."""
        found = assets.find_asset(request.path_params["name"])
        if found is None:
            raise HTTPException(404, "there is no such file")
        content, media_type = found
        return Response(content, headers={"Cache-Control": "no-cache"}, media_type=media_type)

    async def login(self, request: Request) -> Response:
        """The form for the token, and what is sent by it."""
        if request.method != "POST":
            return _page("login.html", 401, wrong=False)
        form = await self._form(request)
        if not self._access.is_token(form.get("token", "").strip().encode()):
            return _page("login.html", 401, wrong=True)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE, self._access.cookie_value, httponly=True, samesite="strict", path="/"
        )
        return response

    async def act(self, request: Request) -> Response:
        """Do what a form asks for, then show the page that it is on."""
        action = request.path_params["action"]
        form = await self._form(request)
        name = form.get("crm", "")
        if action not in _NOTES or (name and name not in self._mocks.names):
            raise HTTPException(404, "there is no such action")
        try:
            self._do(action, form)
        except (ValueError, StoreError) as error:
            status = 400 if isinstance(error, ValueError) else 500
            values = {"problem": str(error), "form": form}
            back_to_crm = name and form.get("page") == "crm"
            return (
                self._crm(name, status, **values)
                if back_to_crm
                else self._overview(status, **values)
            )
        page = f"/__mock__/crms/{quote(name)}" if form.get("page") == "crm" and name else "/"
        return RedirectResponse(f"{page}?done={action}", 303)

    def _do(self, action: str, form: Form) -> None:
        name = form.get("crm", "")
        crms = (
            [self._mocks.crm(name)] if name else [self._mocks.crm(one) for one in self._mocks.names]
        )
        if action == "reset" and not name:
            self._mocks.reset()
        elif action == "seed":
            seed = form.get("seed", "")
            if seed not in SEEDS:
                raise ValueError(f"seed must be one of {', '.join(SEEDS)}, got {seed!r}")
            for crm in crms:
                crm.seed(seed)
        elif action == "fail":
            arguments = _fault_arguments(form)
            for crm in crms:
                crm.fail(**arguments)
        else:
            for crm in crms:
                {
                    "reset": crm.reset,
                    "clear": crm.faults.clear,
                    "forget": crm.journal.clear,
                }[action]()

    def _shared(self) -> dict[str, Any]:
        """Return the values that all pages need."""
        return {
            "names": self._mocks.names,
            "seeds": SEEDS,
            "errors": views.ERRORS,
            "statuses": views.STATUSES,
            "note": None,
            "problem": None,
            "form": {},
        }

    def _named(self, request: Request) -> str:
        name: str = request.path_params["crm"]
        if name not in self._mocks.names:
            raise HTTPException(404, f"there is no CRM {name!r}")
        return name

    async def _form(self, request: Request) -> Form:
        body = await read_body(request.scope, request.receive)
        if body is None:
            raise HTTPException(413, "the form is too large")
        try:
            return dict(query_pairs(body))
        except Refusal as refusal:
            raise HTTPException(400, refusal.message) from None


def _fault_arguments(form: Form) -> dict[str, Any]:
    """Return the arguments of `fail` that a form has.

    Raises:
        ValueError: a value is not a number where one is needed.
    """
    kind = form.get("kind", "")
    arguments: dict[str, Any] = {}
    if kind.isdigit():
        arguments["status"] = int(kind)
    elif kind != "delay":
        arguments["error"] = kind
    for name, read in (("times", int), ("delay", float), ("retry_after", int)):
        text = form.get(name, "").strip()
        if not text:
            continue
        try:
            arguments[name] = read(text)
        except ValueError:
            raise ValueError(f"{name}: expected a number, got {text!r}") from None
    if not form.get("times", "").strip():
        arguments["times"] = None
    for name in ("path", "method"):
        if form.get(name, "").strip():
            arguments[name] = form[name].strip()
    if form.get("after"):
        arguments["after"] = True
    return arguments
