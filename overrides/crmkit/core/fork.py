"""Forks: a child process gets connections and locks of its own."""

from __future__ import annotations

import os
import threading
from typing import Any
from weakref import WeakSet

_OWNERS = WeakSet[Any]()
renew_in_child = _OWNERS.add
"""Call an object's `renew` in the child of every fork from now on."""


def _renew() -> None:
    for owner in list(_OWNERS):
        owner.renew()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_renew)


class Lock:
    """A `threading.Lock` that is free in the child of a fork, whichever thread held it before."""

    def __init__(self) -> None:
        self.renew()
        renew_in_child(self)

    def renew(self) -> None:
        """Take a new lock: the thread that held the old one is not in the child."""
        lock = threading.Lock()
        self.acquire: Any = lock.acquire
        self.release = lock.release

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()
