"""The garbage collector rests while a page is read, and never longer."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest

from crmkit.core.codec import json
from crmkit.core.codec.collector import uncollected
from crmkit.core.codec.nested import decode_rows


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Leave the collector as it was."""
    was = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was else gc.disable)()


def test_rests_during_a_page_only() -> None:
    """While a page is decoded it is off, afterwards it is on; for a short list it is left alone."""
    seen: list[bool] = []

    def decode(row: Any) -> Any:
        seen.append(gc.isenabled())
        return row

    assert decode_rows(decode)([*range(10)]) == [*range(10)]
    assert seen == [False] * 10
    assert gc.isenabled()
    assert decode_rows(decode)([*range(9)]) == [*range(9)]
    assert seen[10:] == [True] * 9


@pytest.mark.parametrize("content", [b"[1, 2", b"\xff", b"[" * 100_000])
def test_wakes_after_an_error(content: bytes) -> None:
    """What cannot be read leaves it on."""
    with pytest.raises((ValueError, RecursionError)):
        json.loads(content)
    with pytest.raises(KeyError):
        decode_rows(lambda row: row["a"])([{}] * 10)

    assert gc.isenabled()


def test_stays_off_where_the_program_has_it_off() -> None:
    """A program that has switched it off keeps it off."""
    gc.disable()
    assert json.loads(b"[1]") == [1]
    assert decode_rows(lambda row: row)([1] * 10) == [1] * 10

    assert not gc.isenabled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_is_awake_in_the_child_of_a_fork() -> None:
    """A process that is forked while a page is read has it on."""

    def fork() -> int:
        if pid := os.fork():
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os._exit(7 if gc.isenabled() else 1)

    assert uncollected(fork) == 7
    assert gc.isenabled()
