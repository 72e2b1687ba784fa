"""Settings of a client and options of a call, checked where they are passed."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from inspect import iscoroutinefunction
from math import isfinite
from typing import TYPE_CHECKING, Any, TypedDict

from .codec.values import python_value
from .errors import ArgumentError, ConfigError, digits, encodable, expected, shown, type_name
from .types import UNSET, Unset

if TYPE_CHECKING:
    from ._httpx import Request, Response, httpx
    from .reply import Reply

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[!-~](?:[ -~\t]*[!-~])?)?")

CallNext = Callable[["Request"], Awaitable["Response"]]
Middleware = Callable[["Request", CallNext], Awaitable["Response"]]
"""`async def middleware(request, call_next)`: once per attempt, before credentials are put in."""


class Options(TypedDict, total=False):
    """What one call may do differently from its client.

    Keys:
        timeout: Seconds for each phase; None switches timeouts off.
        deadline: Seconds for the whole call, with all attempts and pauses; None for no limit.
        max_retries: How often a failed attempt is repeated.
        headers: Headers to send in addition to, or in place of, the client's.
        query: Query parameters to send beside those of the operation.
        on_reply: Function that is called with the `Reply` of each request that succeeds: its status
            and headers. Not a coroutine function. What it raises ends the call, which is done.
    """

    timeout: float | None
    deadline: float | None
    max_retries: int
    headers: Mapping[str, str]
    query: Mapping[str, Any]
    on_reply: Callable[[Reply], object]


@dataclass(frozen=True, slots=True)
class Settings:
    """A client's settings, normalised.

    Args:
        base_url: Address that paths are appended to, without a slash at its end.
        timeout: Seconds for each phase, or None.
        max_retries: How often a failed attempt is repeated.
        headers: Headers of every call.
        deadline: Seconds for a whole call, or None; UNSET for 300, and none for files.
        max_reply_bytes: The most bytes that a reply may have, decoded.
        on_reply: Called with each reply; see `Options`.
    """

    base_url: str
    timeout: float | None = 30.0
    max_retries: int = 2
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float | Unset | None = UNSET
    max_reply_bytes: int = 64 * 1024 * 1024
    on_reply: Callable[[Reply], object] | None = None

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """Return these settings with other values of some; headers are added.

        Raises:
            ConfigError: A number is impossible.
            ArgumentError: A header cannot be sent.
        """
        checked = {
            name: check(changes[name], name) for name, check in _CHECKS.items() if name in changes
        }
        if "headers" in changes:
            checked["headers"] = {**self.headers, **checked_headers(changes["headers"])}
        return replace(self, **checked)

    def with_call(self, options: Options | None) -> Settings:
        """Return the settings of one call.

        Raises:
            ArgumentError: An option is unknown or has a value it cannot have.
        """
        if options is None:
            return self
        mapping(options, "options")
        unknown = options.keys() - Options.__annotations__.keys()
        if unknown:
            problem = f"unknown option; known are {', '.join(Options.__annotations__)}"
            raise ArgumentError(f"options[{min(unknown, key=str)!r}]", problem)
        try:
            return self.changed(options)
        except ConfigError as error:
            raise ArgumentError("options", str(error)) from None


def _checked_function(value: Any, name: str) -> Any:
    if value is not None and (not callable(value) or iscoroutinefunction(value)):
        problem = f"expected a plain function, got {type_name(value)}"
        raise ArgumentError(f"options[{name!r}]", problem)
    return value


DEADLINE = 300.0
"""Seconds for a call, if nothing else is set."""

_YEAR = 366 * 24 * 3600


def is_number(value: object, type_: Any) -> bool:
    """Return whether a value is a number of a type, and not a bool."""
    return isinstance(value, type_) and not isinstance(value, bool)


def mapping(value: object, argument: str) -> Mapping[Any, Any]:
    """Return the mapping that an argument takes.

    Raises:
        ArgumentError: It is not a mapping.
    """
    if not isinstance(value, Mapping):
        raise expected(argument, "a dict", value)
    return value


def checked_query(query: object) -> dict[str, Any]:
    """Return query parameters that can be part of a URL.

    Raises:
        ArgumentError: A value is neither str, finite number, bool, None nor a list of these.
    """
    params = dict(mapping(query, "query"))
    for name, value in params.items():
        for item in (name, *(value if isinstance(value, list | tuple) else (value,))):
            if item is not None:
                plain(item, f"query[{name!r}]", "str, number, bool or None")
    return params


def plain(value: Any, argument: str, types: str) -> Any:
    """Return a plain value that can be part of a URL.

    Args:
        value: The value.
        argument: Its name, for errors.
        types: What may be passed, for errors.

    Raises:
        ArgumentError: It is neither str, finite number nor bool.
    """
    value = python_value(value)
    if not isinstance(value, str):
        if isinstance(value, int):
            digits(value, argument)
            return value
        if isinstance(value, float) and isfinite(value):
            return value
        raise expected(argument, types, value)
    encodable(value, argument, "part of a URL")
    return str.__str__(value)  # a member of an enum is written as its value


def _checked_seconds(timeout: Any, name: str) -> float | None:
    if timeout is None:
        return None
    # Beyond a year sockets overflow, and NaN is in no range.
    if not is_number(timeout, int | float) or not 0 < timeout <= _YEAR:
        problem = f"{name} must be seconds > 0 (at most a year), or None for no limit"
        raise ConfigError(f"{problem}, got {shown(timeout)}")
    return float(timeout)


def _checked_retries(max_retries: Any, name: str) -> Any:
    if not is_number(max_retries, int) or max_retries < 0:
        raise ConfigError(f"{name} must be >= 0, got {shown(max_retries)}")
    return max_retries


def _checked_size(size: Any, name: str) -> Any:
    if not is_number(size, int) or size <= 0:
        raise ConfigError(f"{name} must be an int > 0, got {shown(size)}")
    return size


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "timeout": _checked_seconds,
    "deadline": _checked_seconds,
    "max_retries": _checked_retries,
    "max_reply_bytes": _checked_size,
    "on_reply": _checked_function,
}
"""The check of each setting and option; it returns the value to use."""


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return `headers` by their names in lower case if they can be sent.

    Raises:
        ArgumentError: A name or value is not a str, or cannot be sent. The value is not shown.
    """
    if headers is None:
        return {}
    for name, value in mapping(headers, "headers").items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise ArgumentError("headers", f"invalid header name {name!r}")
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            problem = "must be printable ASCII without whitespace around it"
            raise ArgumentError("headers", f"the value of {name} {problem}")
    return {name.lower(): value for name, value in headers.items()}


def checked_base_url(base_url: str, *, allow_insecure: bool) -> str:
    """Return `base_url` as requests have it, without a slash at its end.

    Raises:
        ConfigError: It is not an http address, carries credentials, a query or a fragment, or is
            plain http to another host than loopback without `allow_insecure`.
    """
    url = sent_url(base_url)
    if url.userinfo:
        raise ConfigError("base_url must not carry credentials; pass them as arguments")
    if set(base_url) & set("?#"):
        raise ConfigError("base_url must not have a query or a fragment")
    if url.scheme == "http" and not allow_insecure and not is_loopback(url.host):
        problem = f"base_url http://{url.host} would send the credential in clear"
        raise ConfigError(f"{problem}; use https, or allow_insecure=True")
    return str(url).rstrip("/")


def sent_url(base_url: str) -> httpx.URL:
    """Return an address as requests have it: its host in ASCII, its path percent-encoded.

    Raises:
        ConfigError: It is not an http address, or its host cannot be the name of one.
    """
    from ._httpx import httpx

    with suppress(httpx.InvalidURL, TypeError, UnicodeError):
        url = httpx.URL(base_url)
        name = url.host and url.raw_host.decode()  # each of them can raise
        is_http = url.scheme in {"http", "https"} and not any(c.isspace() for c in base_url)
        is_http = is_http and (url.port or 0) <= 65_535
        if is_http and (":" in name or name.encode("idna")):  # a colon: an IPv6 address
            return url
    raise ConfigError("base_url must be an address like https://host/path") from None


def is_loopback(host: str) -> bool:
    """Return whether a host, in lower case, is this machine whatever name servers say."""
    name = host.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address: Any = ipaddress.ip_address(name)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)


def credential(value: str | None, argument: str, variable: str, *, in_header: bool = True) -> str:
    """Return a credential from the argument or, where it is None, from the environment.

    Args:
        value: What the caller passed.
        argument: Name of the constructor's argument.
        variable: Name of the environment variable.
        in_header: Whether it goes into a header, which cannot hold any str.

    Raises:
        ConfigError: Neither is set, or the value cannot be sent. The value is not shown.
    """
    secret = value if value is not None else os.environ.get(variable)
    if not secret:
        raise ConfigError(f"{argument} is missing: pass {argument}=… or set {variable}")
    if not isinstance(secret, str):
        raise ConfigError(f"{argument} must be a str, got {type(secret).__name__}")
    if in_header and not (secret.isascii() and secret.isprintable() and secret.strip() == secret):
        raise ConfigError(f"{argument} must be printable ASCII without whitespace around it")
    return secret
