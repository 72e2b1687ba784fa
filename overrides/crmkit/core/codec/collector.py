"""The cyclic garbage collector, which rests while a page is read.

What is being read cannot be garbage yet, but Python looks through it again and again as it grows:
for a page of 1,000 contacts of Monica that takes longer than reading it.
"""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

_resting: list[None] = []  # one for each call


def _wake() -> None:
    """Wake it in the child of a fork, where the thread is not that let it rest."""
    if _resting:
        _resting.clear()
        gc.enable()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_wake)


def uncollected(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function while the collector rests, and return what it returns.

    Where it rests already, for another thread or because the program has switched it off, it is
    left alone.
    """
    if not gc.isenabled():
        return function(*args, **kwargs)
    _resting.append(None)
    gc.disable()
    try:
        return function(*args, **kwargs)
    finally:
        gc.enable()
        _resting.pop()
