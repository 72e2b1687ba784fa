"""The exchanges of a run as HAR 1.2, masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.core.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .conversation import Step
    from .exchange import Reply
    from .masking import Masker
    from .runner import Summary

__all__ = ["har"]


def har(summary: Summary, masker: Masker) -> dict[str, Any]:
    """Return the exchanges with the server, in the order in which they took place.

    Args:
        summary: The run.
        masker: Masks it.
    """
    entries = [
        _entry(step, reply, masker)
        for held in summary.held
        for step in held.steps
        if step.replies and (reply := step.replies[0]) is not None
    ]
    creator = {"name": "crmkit contract", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(step: Step, reply: Reply, masker: Masker) -> dict[str, Any]:
    milliseconds = round(reply.seconds * 1000, 1)
    found = [masker.difference(difference) for difference in step.differences]
    return {
        "startedDateTime": reply.time.isoformat(),
        "time": milliseconds,
        "request": _request(step, masker),
        "response": _response(reply, masker),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": "; ".join([f"{step.talk.name} {step.number}", *found]),
    }


def _request(step: Step, masker: Masker) -> dict[str, Any]:
    query = masker.query(step)
    url = masker.url(step)
    if query:
        url += "?" + "&".join(f"{name}={value}" for name, value in query)
    headers = masker.headers(step.talk.crm.headers(step.request))
    body = masker.request_body(step)
    posted = {"mimeType": headers.get("Content-Type", ""), "text": body}
    return {
        "method": step.request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        **({"postData": posted} if body is not None else {}),
        "headersSize": -1,
        "bodySize": -1 if body is not None else 0,
    }


def _response(reply: Reply, masker: Masker) -> dict[str, Any]:
    text = masker.reply_body(reply)
    content: dict[str, Any] = {
        "size": len(reply.content),
        "mimeType": reply.headers.get("content-type", ""),
    }
    if text is not None:
        content["text"] = text
    elif reply.content:
        content["comment"] = "left out, as it is not JSON"
    return {
        "status": reply.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(masker.headers(reply.headers)),
        "content": content,
        "redirectURL": "***" if "location" in reply.headers else "",
        "headersSize": -1,
        "bodySize": len(reply.content),
    }


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]
