"""A request that is another than the one that was signed is refused."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from crmkit.contract.http import HTTPRequest
from crmkit.contract.server import changed_at

from .refusals import denied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crmkit.contract.server import Server

    from .scene import Scene

    Alter = Callable[[HTTPRequest], HTTPRequest]

__all__ = ["signatures"]

_USER = "altered"
_DAY = 86_400
#: Characters of each credential that are changed.
_PLACES = (0, 1, 2, 5, -3, -2, -1)


def signatures(scene: Scene) -> None:
    """Send requests that are valid, and the same with the signature of others."""
    talk = scene.talk
    (name, resource), *_ = scene.resources.items()
    target = scene.create(resource)
    for method in ("GET", "PUT", "POST"):
        path = resource.collection if method != "PUT" else target.path
        sent: dict[str, Any] = {}
        if method == "GET":
            sent["query"] = resource.lists[-1].query and scene.filled_query(
                resource.lists[-1].query
            )
        else:
            sent["json"] = scene.body(resource)
        valid = talk.request(method, path, **sent, user=scene.signer, keeps=method == "PUT")
        talk.claim(valid, f"a signed {method} of {name} is taken", scene.succeeded, valid)
        for part, alter in _alterations(scene, method):
            for server in talk.servers:
                server.users[_USER] = _signed(server, scene.signer, alter)
            step = talk.request(method, path, **sent, user=_USER, keeps=True, shared=True)
            talk.claim(step, f"a request whose {part} is another than was signed is refused",
                       denied, scene, step)  # fmt: skip
    for seconds in (-_DAY, _DAY) if scene.dated else ():
        for server in talk.servers:
            server.users[_USER] = _at(server, scene.signer, seconds)
        step = talk.get(target.path, user=_USER, shared=True)
        talk.claim(step, "a signature of another day is refused", denied, scene, step)
    for server in talk.servers:
        server.users.pop(_USER, None)


def _at(server: Server, user: str, seconds: int) -> Callable[[HTTPRequest], None]:
    """Return what signs a request as if it were sent some seconds later."""

    def authenticate(request: HTTPRequest) -> None:
        signer: Any = copy(server.users[user])
        signer.offset += seconds
        signer(request)

    return authenticate


def _signed(server: Server, user: str, alter: Alter) -> Callable[[HTTPRequest], None]:
    """Return what puts the signature of an altered request on a request."""

    def authenticate(request: HTTPRequest) -> None:
        other = alter(_copy(request))
        before = dict(other.headers)
        server.users[user](other)
        for name, value in other.headers.items():
            if before.get(name) != value:
                place = other.extensions.get("place")
                request.headers[name] = value if place is None else _altered(value, place)

    return authenticate


def _altered(value: str, place: int) -> str:
    return changed_at(value, place % len(value))


def _alterations(  # noqa: C901 - one step for each part
    scene: Scene, method: str
) -> Iterator[tuple[str, Alter]]:
    def as_method(other: str) -> Alter:
        return lambda request: _copy(request, method=other)

    def at_path(share: int) -> Alter:
        return lambda request: _copy(request, url=_path(request, share))

    def in_body(place: int) -> Alter:
        return lambda request: _copy(request, content=_body(request, place))

    def in_signature(place: int) -> Alter:
        return lambda request: _copy(request, place=place)

    if "method" in scene.signed:
        for other in sorted({"GET", "PUT", "POST", "DELETE"} - {method}):
            yield "method", as_method(other)
    if "path" in scene.signed:
        for share in (2, 3, 5):
            yield "path", at_path(share)
    if "query" in scene.signed and method == "GET":
        yield "query", lambda request: _copy(request, url=_query(request))
    if "body" in scene.signed and method != "GET":
        for place in (0, 3, -1):
            yield "body", in_body(place)
    for place in _PLACES:
        yield "signature", in_signature(place)


def _copy(request: HTTPRequest, **changes: Any) -> HTTPRequest:
    return HTTPRequest(
        changes.get("method", request.method),
        changes.get("url", request.url),
        headers=request.headers,
        content=changes.get("content", request.content),
        extensions={"place": changes.get("place")},
    )


def _path(request: HTTPRequest, share: int) -> Any:
    path = request.url.path
    return request.url.copy_with(path=changed_at(path, len(path) - len(path) // share))


def _query(request: HTTPRequest) -> Any:
    text = request.url.query.decode()
    return request.url.copy_with(query=changed_at(text, len(text) - 1).encode())


def _body(request: HTTPRequest, place: int) -> bytes:
    content = bytearray(request.content)
    content[place] ^= 1
    return bytes(content)
