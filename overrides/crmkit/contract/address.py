"""What the address of a server says: whether it is one, and whether others can reach it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["checked_address", "is_loopback"]


def is_loopback(url: str) -> bool:
    """Return whether an address is of this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def checked_address(url: str) -> str:
    """Return an address if credentials can be sent to it.

    Raises:
        ValueError: It is none, or what is sent there could be read on the way.
    """
    wrong = ValueError(f"base_url must be an address like https://crm.example.com, got {url!r}")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise wrong
    if parts.username or parts.password:
        raise ValueError("base_url must not hold credentials; set them in the environment")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError(f"base_url must begin with https, or credentials can be read, got {url!r}")
    return url
