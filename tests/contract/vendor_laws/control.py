"""What laws of a mock may do beside sending requests: move its clock, and what only people set.

What judges a law's replies takes nothing from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from crmkit.contract import Server
    from crmkit.contract.laws.scene import Scene

__all__ = ["CONTROLS", "Control", "MovableClock", "control"]


class MovableClock(Protocol):
    """A clock that can be moved."""

    @property
    def now(self) -> datetime:
        """The time of the last request."""

    def move(self, time: datetime | timedelta) -> None:
        """Set the clock, or move it on."""


@dataclass(frozen=True)
class Control:
    """What stands behind a server.

    Attributes:
        mock: The mock.
        clock: Its clock.
    """

    mock: Any
    clock: MovableClock


#: By server.
CONTROLS: WeakKeyDictionary[Server, Control] = WeakKeyDictionary()


def control(scene: Scene) -> Control:
    """Return what stands behind the server of a scene."""
    return CONTROLS[scene.talk.servers[0]]
