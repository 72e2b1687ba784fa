"""What replies carry beside their data: the newest state of tags, statuses, sales and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit.core.fork import Lock
from crmkit.core.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crmkit_generated.onepagecrm.models import SalesState, StatusCount, TagCounts

SIDE_ELEMENTS = ("tags", "statuses", "sales", "notifications")


class _Part(NamedTuple):
    """What the reply of a number, made by the server at a second, carried."""

    number: int
    seconds: int
    value: Any


class View:
    """The newest state of the account that any reply carried; `crm.view`.

    Any reply may carry any part, also one without data and one that reports an error. A part it
    carries replaces the one before; a part that it does not carry stays (page: API 1.2, Response
    message format). Replies that overtake each other do no harm: of calls that were under way at
    the same time, the one that the server answered in the later second has the newer part. The
    object may be used from many threads and tasks.

    Attributes:
        seen: Number of replies so far.
    """

    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}
        self.seen = 0
        self._callbacks: list[Callable[[View], object]] = []
        self._lock = Lock()

    @property
    def timestamp(self) -> datetime | None:
        """The server's clock in the newest reply; None before the first."""
        timestamp: datetime | None = self._newest("timestamp")
        return timestamp

    @property
    def tags(self) -> TagCounts | None:
        """Tags of the system and of the user with their counts; None before the first."""
        tags: TagCounts | None = self._newest("tags")
        return tags

    @property
    def statuses(self) -> list[StatusCount]:
        """Contact statuses with their counts; empty before the first."""
        return self._newest("statuses") or []

    @property
    def sales(self) -> SalesState | None:
        """Sales of the current period; None before the first."""
        sales: SalesState | None = self._newest("sales")
        return sales

    @property
    def notifications(self) -> list[str]:
        """Limits that the account has reached, such as `contacts_list_full`.

        As in the last reply that had any; empty before the first. No reply says that a limit is
        lifted.
        """
        return self._newest("notifications") or []

    def __repr__(self) -> str:
        return f"<View of {self.timestamp}: {', '.join(self._parts) or 'nothing yet'}>"

    def watch(self, callback: Callable[[View], object]) -> Callable[[], None]:
        """Call a function after each reply that replaced tags, statuses, sales or notifications.

        It is called in the thread of the call that got the reply, before that call returns or
        raises. What it raises is logged and goes no further: the call itself has been made.

        Args:
            callback: Takes this view.

        Returns:
            A function that ends it.
        """
        with self._lock:
            self._callbacks = [*self._callbacks, callback]

        def end() -> None:
            with self._lock:
                self._callbacks = [other for other in self._callbacks if other is not callback]

        return end

    def renew(self, tree: dict[str, Any], seen: int) -> None:
        """Take over the parts that a reply carries; those of another form than documented are left.

        Args:
            tree: The reply.
            seen: What `seen` was when its request was made: what those replies carried is older,
                whatever became of the server's clock.
        """
        seconds = tree.get("timestamp")
        if type(seconds) is not int:
            return
        parts = side_elements(tree, "timestamp", *SIDE_ELEMENTS)
        with self._lock:
            self.seen += 1
            for name, last in self._parts.items():
                if last.number > seen and last.seconds > seconds:
                    parts.pop(name, None)
            renewed = {name: _Part(self.seen, seconds, value) for name, value in parts.items()}
            self._parts = {**self._parts, **renewed}
            callbacks = self._callbacks if parts.keys() - {"timestamp"} else []
        for callback in callbacks:
            try:
                callback(self)
            except Exception:  # noqa: BLE001  # the call has been made, and must return
                logger.exception("a callback of crm.view failed")

    def _newest(self, name: str) -> Any:
        return self._parts[name].value if name in self._parts else None


def side_elements(tree: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the side elements that a reply carries and that can be read, as objects.

    Args:
        tree: The reply.
        names: Those that are wanted.
    """
    present = {name: tree[name] for name in names if name in tree}
    if not present:
        return {}
    from crmkit_generated.onepagecrm.codec import SideElements

    if type(statuses := present.get("statuses")) is list:
        # API 2.x counts the statuses of each team in an element of another form (page: API 2.3).
        present["statuses"] = [row for row in statuses if type(row) is not dict or "name" in row]
    decoded = SideElements.decode(present)
    odd = decoded.additional_properties
    return {name: getattr(decoded, name) for name in present if name not in odd}
