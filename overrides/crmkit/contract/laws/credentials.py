"""Credentials that are nearly those of a user are refused: a letter in the other case, one less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.contract.exchange import Request

from .refusals import denied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crmkit.contract.http import HTTPRequest
    from crmkit.contract.server import Server

    from .scene import Scene

__all__ = ["credentials"]

_USER = "nearly"
#: What is done to the last word of a header.
_CHANGES: Mapping[str, Callable[[str], str]] = {
    "in upper case": str.upper,
    "in lower case": str.lower,
    "with case swapped": str.swapcase,
    "without the first character": lambda text: text[1:],
    "without the last character": lambda text: text[:-1],
    "with one character more": lambda text: f"{text}0",
    "twice": lambda text: text + text,
    "empty": lambda _: "",
}


def credentials(scene: Scene) -> None:
    """Read a list as users with credentials that are not quite theirs."""
    talk = scene.talk
    _, resource = next(iter(scene.resources.items()))
    listing = resource.lists[-1]
    asked = 0
    for user in ("", *([scene.signer] if scene.signer else ())):
        valid = scene.page(listing, user=user)
        talk.claim(valid, "credentials are taken", scene.succeeded, valid)
        for what, change in _CHANGES.items():
            if scene.keys_in_any_case and user == "" and "case" in what:
                continue
            for header in _changed_headers(talk.servers[0], user, change):
                if not scene.alone and asked == scene.most_refused:
                    return
                asked += 1
                for server in talk.servers:
                    server.users[_USER] = _nearly(server, user, header, change)
                step = scene.page(listing, user=_USER, shared=True)
                talk.claim(step, f"credentials {what} are refused", denied, scene, step)
    for server in talk.servers:
        server.users.pop(_USER, None)


def _sent(server: Server, user: str, request: HTTPRequest) -> dict[str, str]:
    before = dict(request.headers)
    server.users[user](request)
    return {name: text for name, text in request.headers.items() if before.get(name) != text}


def _changed(text: str, change: Callable[[str], str]) -> str:
    scheme, space, word = text.rpartition(" ")
    return f"{scheme}{space}{change(word)}".rstrip()  # no header ends with a space


def _changed_headers(server: Server, user: str, change: Callable[[str], str]) -> Iterator[str]:
    """Yield the headers with credentials that a change makes others of."""
    for name, text in server.credentials(Request("GET", "/", user=user)).items():
        if _changed(text, change) != text:
            yield name


def _nearly(
    server: Server, user: str, header: str, change: Callable[[str], str]
) -> Callable[[HTTPRequest], None]:
    """Return what puts a user's credentials on a request, with one header changed."""

    def authenticate(request: HTTPRequest) -> None:
        for name, text in _sent(server, user, request).items():
            if name.lower() == header.lower():
                request.headers[name] = _changed(text, change)

    return authenticate
