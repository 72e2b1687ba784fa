"""A condition on rows: what is sent for it, and which rows fulfil it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Condition"]


@dataclass(frozen=True)
class Condition:
    """A condition on rows.

    Attributes:
        item: What is sent for it.
        fits: Returns whether a row fulfils it.
    """

    item: Any
    fits: Callable[[Any], bool]
