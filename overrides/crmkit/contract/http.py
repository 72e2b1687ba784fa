"""The one module of the contract that imports httpx."""

from __future__ import annotations

import httpx

__all__ = [
    "ERRORS",
    "BaseTransport",
    "Client",
    "ConnectError",
    "HTTPRequest",
    "QueryParams",
    "ReadTimeout",
]

BaseTransport = httpx.BaseTransport
Client = httpx.Client
ConnectError = httpx.ConnectError
HTTPRequest = httpx.Request
QueryParams = httpx.QueryParams
ReadTimeout = httpx.ReadTimeout

#: What sending raises where there is no reply.
ERRORS = (httpx.HTTPError, httpx.InvalidURL, OSError)
