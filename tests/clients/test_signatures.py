"""Every public method of every client is called as its signature says."""

from __future__ import annotations

import asyncio
import inspect
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from crmkit import (
    AsyncAutoCRM,
    AsyncEspoCRM,
    AsyncMonica,
    AsyncOnePageCRM,
    AsyncPager,
    AsyncRelenta,
    AutoCRM,
    CRMError,
    EspoCRM,
    File,
    Monica,
    OnePageCRM,
    Pager,
    Relenta,
)

KEY = "AJfSRLr7uhsa9lOIgKQ4Vu72zzg3QTE7pJL2iSeA6Mo="
CLIENTS: dict[Any, dict[str, Any]] = {
    Relenta: {"account": "acme", "department_key": "k"},
    AutoCRM: {"base_url": "https://crm.example", "api_key": "k"},
    EspoCRM: {"base_url": "https://crm.example", "api_key": "k"},
    OnePageCRM: {"uid": "4e0046526381906f7e000002", "key": KEY},
    Monica: {"token": "t"},
}
ASYNC: dict[Any, Any] = {
    Relenta: AsyncRelenta,
    AutoCRM: AsyncAutoCRM,
    EspoCRM: AsyncEspoCRM,
    OnePageCRM: AsyncOnePageCRM,
    Monica: AsyncMonica,
}
OF_CLIENTS = {"aclose", "close", "entity", "generated", "request", "view", "with_options"}
"""Members of the client itself, which tests of their own call."""
VALUES: dict[str, Any] = {
    "ids": ["1"],
    "link": "teams",
    "attributes": {"name": "x"},
    "records": {},
    "file": File(io.BytesIO(b"x"), "x.txt"),
    "names": ["x"],
    "content": b"x",
    "to": "a@b.c",
}
"""What fits an argument of that name; others take `1`, as a str where the annotation says so."""


FITTING: dict[str, Any] = {
    "datetime.datetime": datetime(2026, 1, 1, tzinfo=UTC),
    "datetime.date": date(2026, 1, 1),
    "Sequence[str]": ["x"],
    "list[": [],
    "Mapping": {},
}
"""What fits an argument whose annotation has such a part."""


def public(thing: Any) -> Iterator[str]:
    """Yield the names of public members."""
    return (name for name in dir(type(thing)) if not name.startswith("_"))


def methods(crm: Any) -> Iterator[tuple[str, Any]]:
    """Yield all public methods of a client and its resources, by name."""
    groups = {name: getattr(crm, name) for name in public(crm) if name not in OF_CLIENTS}
    if hasattr(crm, "entity"):
        groups["entity"] = crm.entity("CGadget")
    for name, group in groups.items():
        if callable(group):
            yield name, group
            continue
        for method in public(group):
            if callable(getattr(group, method)):
                yield f"{name}.{method}", getattr(group, method)


def value(parameter: inspect.Parameter) -> Any:
    """Return a value for an argument."""
    annotation = str(parameter.annotation)
    for part, fitting in FITTING.items():
        if part in annotation:
            return fitting
    if parameter.name in VALUES:
        return VALUES[parameter.name]
    return "1" if annotation.startswith("str") or "str |" in annotation else 1


def required(signature: inspect.Signature) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and keyword arguments that a signature requires."""
    params = [p for p in signature.parameters.values() if p.default is p.empty]
    names = {param.name for param in params}  # ids or where is required where both are optional
    return (
        [value(param) for param in params if param.kind is param.POSITIONAL_OR_KEYWORD],
        {param.name: value(param) for param in params if param.kind is param.KEYWORD_ONLY}
        | ({"ids": ["1"]} if "ids" in signature.parameters and "ids" not in names else {}),
    )


def run(work: Any) -> Any:
    """Do a call to its end: one page of a list, and what is awaited."""

    async def finish() -> Any:
        result = await work if inspect.isawaitable(work) else work
        return await result.first() if isinstance(result, AsyncPager) else result

    return work.first() if isinstance(work, Pager) else asyncio.run(finish())


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("cls", CLIENTS, ids=lambda cls: str(cls.__name__))
def test_every_method_is_called_as_its_signature_says(cls: Any, *, asynchronous: bool) -> None:
    """Arguments are named, documented and enough for a request to be sent."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(404, json={})

    client = ASYNC[cls] if asynchronous else cls
    crm = client(transport=httpx.MockTransport(answer), max_retries=0, throttle=0, **CLIENTS[cls])
    count = 0
    for name, method in methods(crm):
        count += 1
        signature = inspect.signature(method)
        text = inspect.getdoc(method) or ""
        assert text, name
        assert "self" not in signature.parameters, name
        for parameter in signature.parameters.values():
            assert parameter.kind in {
                parameter.POSITIONAL_OR_KEYWORD,
                parameter.KEYWORD_ONLY,
            }, (name, parameter.name)
            assert f"\n    {parameter.name}: " in text, (name, parameter.name)
        positional, keywords = required(signature)
        before = len(requests)
        with pytest.raises(CRMError) as caught:
            run(method(*positional, **keywords))
        assert len(requests) > before, (name, caught.value)
        with pytest.raises(TypeError, match="nonsense"):
            run(method(*positional, **keywords, nonsense=1))
        if any(p.default is p.empty for p in signature.parameters.values()):
            with pytest.raises(TypeError, match="missing"):
                run(method())
    assert count > {Relenta: 4, AutoCRM: 100, EspoCRM: 100, OnePageCRM: 30, Monica: 120}[cls]
