"""Run the shared coroutines without an event loop.

All of a call is written once, as coroutines; only the two I/O adapters touch network and clock. On
the sync side these never suspend, so one `send(None)` runs a coroutine to its end.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Concatenate, ParamSpec

    P = ParamSpec("P")

T = TypeVar("T")
_AWAITED = ("no running event loop", "any asynchronous event loop", "async context")
"""How asyncio, anyio and trio (sniffio too) say that they were awaited outside of a loop."""


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run `coroutine`, which must not suspend, and return its value.

    Raises:
        ConfigError: The coroutine awaited something real, as async middleware under a sync client.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    except RuntimeError as error:
        if not any(text in str(error) for text in _AWAITED):
            raise
    coroutine.close()
    remedy = "use the Async client, or middleware that only awaits call_next"
    raise ConfigError(f"middleware awaited real I/O under a sync client; {remedy}")


def awaitable(
    method: Callable[Concatenate[Any, P], T],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Return the async counterpart of a sync method that hands its coroutine to `IO.run`.

    Args:
        method: The method, as of the sync class; with an async client it returns the coroutine.
    """

    @wraps(method)
    async def counterpart(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        work: Any = method(self, *args, **kwargs)
        result: T = await work
        return result

    return counterpart
