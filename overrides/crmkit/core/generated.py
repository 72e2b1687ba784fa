"""The client that generated functions take: `contacts_list.sync(client=crm.generated)`.

A generated function calls `request(**kwargs)` on what its client gives it and reads status,
content, headers and `json()` of the reply. Here that request takes the same way as any other call,
and `json()` is the payload without its envelope.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .codec.decode_errors import Located
from .drive import drive
from .errors import ConfigError, DecodeError
from .sender import misformed, payload
from .types import File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .http import Headers
    from .operation import Operation
    from .reply import Reply
    from .sender import Sender

__all__ = ["AuthenticatedClient", "Client", "UnexpectedStatus"]


class UnexpectedStatus(Exception):
    """Named by generated code, never raised: an error is a `StatusError` long before."""


@lru_cache(maxsize=1024)
def _pattern(operation: Operation) -> re.Pattern[str]:
    template = operation.path
    for name in operation.settings:  # which generated functions leave to the sender
        template = template.replace(f"{{{name}}}", f":{name}")
    literal = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]*".join(re.escape(part) for part in literal))


def _operation(operations: Sequence[Operation], method: str, url: str) -> Operation:
    found = [one for one in operations if one.method == method and _pattern(one).fullmatch(url)]
    if not found:
        raise ConfigError(f"{method} {url} is no operation of this client's document")
    # `/Account/{id}` before `/{entityType}/{id}`.
    return min(found, key=lambda one: one.path.count("{"))


class GeneratedReply:
    """A reply in the shape that generated code reads."""

    def __init__(self, operation: Operation, reply: Reply) -> None:
        self._operation = operation
        self._reply = reply
        self._payload = payload(operation, reply)

    @property
    def status_code(self) -> int:
        """The status; 200 in place of a success that HTTPStatus does not know."""
        status = self._reply.status_code
        return status if status in set(HTTPStatus) else 200

    @property
    def content(self) -> bytes:
        """The body as it came over the wire."""
        return self._reply.content

    @property
    def headers(self) -> Headers:
        """The response's headers."""
        return self._reply.headers

    def json(self) -> Any:
        """Return the payload, its objects with their place for errors."""
        path, tree = ".".join(self._operation.envelope), self._payload
        if type(tree) is list:
            return [self._placed(row, f"{path}[{index}]") for index, row in enumerate(tree)]
        return self._placed(tree, path)

    def _placed(self, tree: Any, path: str) -> Any:
        if type(tree) is dict:
            return Located(tree, path, self._operation.name, self._reply.response)
        if self._operation.items is dict:
            error = DecodeError(f"expected an object, found {type(tree).__name__}", path=path)
            raise misformed(error, self._operation, self._reply)
        return tree


class _Requests:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def _answer(self, method: str, url: str, kwargs: dict[str, Any]) -> Any:
        sender = self._client.sender
        operation = _operation(self._client.operations, method.upper(), url)
        body = kwargs.get("json")
        if type(body) is dict and any(isinstance(value, File) for value in body.values()):
            operation = replace(operation, media="multipart")
        if hasattr(kwargs.get("content"), "read"):
            kwargs["content"] = kwargs["content"].read()
        reply = await sender.reply(operation, {**kwargs, "url": url})
        return GeneratedReply(operation, reply)


class SyncRequests(_Requests):
    """What stands in for an `httpx.Client`."""

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        """Make the call."""
        return drive(self._answer(method, url, kwargs))


class AsyncRequests(_Requests):
    """What stands in for an `httpx.AsyncClient`."""

    async def request(self, method: str, url: str, **kwargs: Any) -> Any:
        """Make the call."""
        return await self._answer(method, url, kwargs)


class Client:
    """Hands a configured client to generated functions; `crm.generated` makes it.

    Args:
        sender: The client's sender.
        operations: The operations of its document.
        asynchronous: Whether it belongs to an async client.
    """

    raise_on_unexpected_status = True

    def __init__(
        self, sender: Sender, operations: Sequence[Operation], *, asynchronous: bool
    ) -> None:
        self.sender = sender
        self.operations = operations
        self._asynchronous = asynchronous

    def __repr__(self) -> str:
        return f"<generated client of {self.sender.vendor.name} at {self.sender.settings.base_url}>"

    def get_httpx_client(self) -> SyncRequests:
        """Return what `sync` functions send through.

        Raises:
            ConfigError: The client is async.
        """
        if self._asynchronous:
            raise ConfigError("this is an async client; call asyncio(…) or asyncio_detailed(…)")
        return SyncRequests(self)

    def get_async_httpx_client(self) -> AsyncRequests:
        """Return what `asyncio` functions send through.

        Raises:
            ConfigError: The client is sync.
        """
        if not self._asynchronous:
            raise ConfigError(
                "this is a sync client; call sync(…) or sync_detailed(…), or use its Async twin"
            )
        return AsyncRequests(self)


class AuthenticatedClient(Client):
    """The generator's name for a client with credentials, as all of ours are."""
