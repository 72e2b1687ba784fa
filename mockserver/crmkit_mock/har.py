"""The journal as HAR 1.2, which browsers and proxies open."""

from __future__ import annotations

import base64
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit_mock.exchange import Exchange


def har(exchanges: Iterable[Exchange], base_url: str) -> dict[str, Any]:
    """Return exchanges as a HAR, a JSON tree.

    Their times are the mock's clock's, on which calls take no time. A connection that broke has
    the status 0, and how it broke in `_error`.

    Args:
        exchanges: The exchanges.
        base_url: Address of the API.
    """
    creator = {"name": "crmkit-mock", "version": version("crmkit")}
    entries = [_entry(exchange, base_url) for exchange in exchanges]
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(exchange: Exchange, base_url: str) -> dict[str, Any]:
    query = f"?{exchange.query}" if exchange.query else ""
    entry: dict[str, Any] = {
        "startedDateTime": exchange.time.isoformat(),
        "time": 0,
        "request": {
            "method": exchange.method,
            "url": f"{base_url}{quote(exchange.path)}{query}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(exchange.headers),
            "queryString": [
                {"name": name, "value": value}
                for name, value in parse_qsl(exchange.query, keep_blank_values=True)
            ],
            "headersSize": -1,
            "bodySize": len(exchange.body),
        },
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }
    if exchange.body:
        media_type = exchange.headers.get("content-type", "")
        entry["request"]["postData"] = {"mimeType": media_type, **_text(exchange.body)}
    if exchange.operation is not None:
        entry["_operation"] = exchange.operation
    if exchange.fault is not None:
        entry["_fault"] = exchange.fault
    return entry


def _response(exchange: Exchange) -> dict[str, Any]:
    status = exchange.status or 0
    headers = {name.lower(): value for name, value in exchange.response_headers.items()}
    response: dict[str, Any] = {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in _STATUSES else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.response_headers),
        "content": {
            "size": len(exchange.response_body),
            "mimeType": headers.get("content-type", ""),
            **(_text(exchange.response_body) if exchange.response_body else {}),
        },
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": len(exchange.response_body),
    }
    if exchange.status is None:
        response["_error"] = exchange.fault
    return response


_STATUSES = frozenset(map(int, HTTPStatus))


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _text(body: bytes) -> dict[str, str]:
    """Return a body as HAR has it: text, or Base64 of what is not UTF-8."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), "encoding": "base64"}
