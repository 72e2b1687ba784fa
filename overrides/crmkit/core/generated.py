"""The client that generated functions take: `contacts_list.sync(client=crm.generated)`."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from .call import encoded, new_call
from .codec.values import encode_espo_json, encode_json
from .drive import drive
from .errors import ConfigError
from .http import AsyncIO, SyncIO
from .sender import decoded
from .types import UNSET, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .operation import Operation
    from .sender import Sender

    T = TypeVar("T")
    Decode = Callable[[Any], T] | None

encode_body = partial(encode_json, argument="body")
encode_espo_body = partial(encode_espo_json, argument="body")
_STATUSES = {status.value for status in HTTPStatus}


class Client:
    """Carries a configured client to generated functions; `crm.generated` makes it.

    Args:
        sender: The client's sender.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def __repr__(self) -> str:
        sender = self._sender
        return f"<generated client of {sender.vendor.name} at {sender.settings.base_url}>"

    def call(
        self, operation: Operation, arguments: Mapping[str, Any], decode: Decode[T], *body: Any
    ) -> T:
        """Make a call of a `sync` function, and return its payload.

        Args:
            operation: The operation.
            arguments: Its arguments.
            decode: Turns the payload into the result; None returns it as it is.
            body: What is sent, if anything, and what turns it into a tree as the wire has it;
                without that it is sent as it is.

        Raises:
            ConfigError: The client is async.
            CRMError: The call failed.
        """
        return self.detailed(operation, arguments, decode, *body).parsed  # type: ignore[return-value]  # None for None

    def detailed(
        self, operation: Operation, arguments: Mapping[str, Any], decode: Decode[T], *body: Any
    ) -> Response[T]:
        """Make a call of a `sync_detailed` function; see `call`."""
        if isinstance(self._sender.io, AsyncIO):
            raise ConfigError("this is an async client: call asyncio(…) or asyncio_detailed(…)")
        return drive(self._call(operation, arguments, decode, *body))

    async def acall(
        self, operation: Operation, arguments: Mapping[str, Any], decode: Decode[T], *body: Any
    ) -> T:
        """Make a call of an `asyncio` function, and return its payload; see `call`."""
        response = await self.adetailed(operation, arguments, decode, *body)
        return response.parsed  # type: ignore[return-value]  # None for None

    async def adetailed(
        self, operation: Operation, arguments: Mapping[str, Any], decode: Decode[T], *body: Any
    ) -> Response[T]:
        """Make a call of an `asyncio_detailed` function; see `call`.

        Raises:
            ConfigError: The client is sync.
            CRMError: The call failed.
        """
        if isinstance(self._sender.io, SyncIO):
            remedy = "call sync(…) or sync_detailed(…), or use the Async client"
            raise ConfigError(f"this is a sync client: {remedy}")
        return await self._call(operation, arguments, decode, *body)

    async def _call(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        decode: Decode[T],
        body: Any = UNSET,
        encode: Callable[[Any], Any] | None = None,
    ) -> Response[T]:
        sender = self._sender
        tree = body if encode is None else encoded(operation, encode, body)
        call = new_call(sender.vendor, sender.settings, operation, arguments, None, tree)
        reply = await sender.reply(call)
        parsed = None if operation.method == "DELETE" else decoded(operation, reply, decode)
        # HTTPStatus does not know every success that a server may send.
        status = HTTPStatus(reply.status_code if reply.status_code in _STATUSES else 200)
        return Response(status, reply.content, reply.headers, parsed)


class AuthenticatedClient(Client):
    """The generator's name for a client with credentials, which all of ours have."""
