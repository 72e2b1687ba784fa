"""How a client reaches its server: by its settings, and by the environment's proxies and keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._httpx import bound_by_deadline, check_proxy, httpx, pool_arguments, tls_context
from .errors import ConfigError, type_name
from .options import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

_POOL_ERRORS = (ImportError, OSError, ValueError, httpx.InvalidURL)
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
_PROXY_RULE = "must be an address like http://host:port (http, https, socks5 or socks5h)"


def network_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments by which a client's `IO` reaches its server.

    Raises:
        ConfigError: A setting is of another type, or two of them exclude each other.
    """
    verify, proxy = settings.get("verify", True), settings.get("proxy")
    own = [name for name in ("http_client", "transport") if settings.get(name) is not None]
    if len(own) > 1:
        reason = "an httpx client has its own transport"
        raise ConfigError(f"pass http_client or transport, not both: {reason}")
    for name, used in (("verify", verify is not True), ("proxy", proxy is not None)):
        if own and used:
            raise ConfigError(f"{name} cannot be combined with {own[0]}, which has its own")
    if isinstance(verify, str | os.PathLike):
        verify = os.fsdecode(verify)
        if not os.path.isfile(verify):  # noqa: PTH113  # a str or anything like a path
            raise ConfigError(f"verify: there is no file {verify!r}")
    elif not isinstance(verify, bool):
        import ssl

        if not isinstance(verify, ssl.SSLContext):
            types = "True, False, a CA file or an ssl.SSLContext"
            raise ConfigError(f"verify must be {types}, got {type_name(verify)}")
    try:
        is_address = proxy is None or (isinstance(proxy, str) and httpx.Proxy(proxy).url.host)
    except (httpx.InvalidURL, ValueError):
        is_address = False
    if not is_address:
        raise ConfigError(f"proxy {_PROXY_RULE}")
    pool, transport = settings.get("http_client"), settings.get("transport")
    return {"pool": pool, "transport": transport, "verify": verify, "proxy": proxy}


def new_pool(type_: Any, hook: Any, base_url: str, verify: Any, proxy: str | None) -> Any:
    """Return a new httpx client.

    Args:
        type_: Its class.
        hook: What it calls with each response.
        base_url: Address of the server.
        verify: What certificates are checked by: True, False, a file or a context.
        proxy: Address of the proxy, or None for those of the environment.

    Raises:
        ConfigError: A setting, or a variable of the environment, cannot be used.
    """
    url = httpx.URL(base_url)
    try:
        context = tls_context(verify if url.scheme == "https" else False)
    except OSError as error:
        raise _tls_error(verify, error) from None
    # The environment's proxy must not get requests to this machine, which may be unencrypted.
    own = {"verify": context, "proxy": proxy, "trust_env": not is_loopback(url.host)}
    try:
        pool = type_(**pool_arguments(hook, **own))
    except _POOL_ERRORS as error:
        raise _proxy_error(proxy, error) from None
    if isinstance(pool, httpx.Client):
        bound_by_deadline(pool)
    return pool


def _tls_error(verify: object, error: OSError) -> ConfigError:
    names = ("SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR")
    paths = {name: path for name in names if (path := os.environ.get(name))}
    keys = paths.pop("SSLKEYLOGFILE", None)
    if keys is not None and error.filename == keys:
        cause = f"SSLKEYLOGFILE: cannot write to {keys!r}"
    else:
        name, path = next(iter(paths.items()), ("verify", "certifi"))
        name, path = ("verify", verify) if isinstance(verify, str) else (name, path)
        cause = f"{name}: cannot read certificates from {path!r}"
    return ConfigError(f"{cause}: {error.strerror or type(error).__name__}")


def _proxy_error(proxy: str | None, error: Exception) -> ConfigError:
    """Return the error for proxies that cannot be used. An address may hold a password."""
    proxies = {name: url for name, url in os.environ.items() if name.lower() in _PROXIES and url}
    for name, url in proxies.items() if proxy is None else [("proxy", proxy)]:
        try:
            check_proxy(url if "://" in url else f"http://{url}")
        except ImportError:
            needed = 'a SOCKS proxy needs the package socksio: pip install "httpx[socks]"'
            return ConfigError(f"{name}: {needed}")
        except (ValueError, httpx.InvalidURL):
            return ConfigError(f"{name} {_PROXY_RULE}")
    return ConfigError(f"NO_PROXY has an entry that cannot be read, as [::1] or fd00::/8: {error}")
