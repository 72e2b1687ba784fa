"""Seeded faults: what each one breaks, and how it gets into the mock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.contract.faults.wire import WireExchange

#: The folder of the mock's package.
MOCK = Path(__file__).resolve().parents[3] / "mockserver" / "crmkit_mock"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one mock CRM, in its source or on the wire.

    Args:
        id: Name of the fault, unique.
        breaks: The statement of a page, a document or a recorded reply that is no longer true.
        file: Module of `crmkit_mock` that is patched, as a path below it; empty for the wire.
        old: Text of that module, which it has exactly once.
        new: Text in its place.
        wire: Changes an exchange between the mock and who checks it; None for a patch.
    """

    id: str
    breaks: str
    file: str = ""
    old: str = ""
    new: str = ""
    wire: Callable[[WireExchange], None] | None = None

    @property
    def module(self) -> str:
        """Name of the module that is patched."""
        name = self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return f"crmkit_mock.{name}"

    def patch(self, source: str) -> str:
        """Return a module's source with the fault in it.

        Raises:
            ValueError: the old text is not there exactly once.
        """
        count = source.count(self.old)
        if count != 1:
            raise ValueError(f"{self.id}: {self.file} has the old text {count} times")
        return source.replace(self.old, self.new)

    def patched(self) -> str:
        """Return the source of the module with the fault in it.

        Raises:
            ValueError: the old text is not there exactly once.
            OSError: there is no such file.
        """
        return self.patch((MOCK / self.file).read_text("utf-8"))
