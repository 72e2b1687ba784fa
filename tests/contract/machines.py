"""State machines that act: what their rules really did is counted, and has to be enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class ActingMachine(RuleBasedStateMachine):
    """A state machine that counts what its rules did to what it tests.

    Attributes:
        effects: How often each thing was done since the machine was last held.
    """

    effects: ClassVar[Counter[str]] = Counter()

    def did(self, what: str) -> None:
        """Count that something was done, and not only tried."""
        type(self).effects[what] += 1


def held(machine: type[ActingMachine], usual: Mapping[str, int], settings: settings) -> None:
    """Run a machine, and require that it did what its rules say.

    What hypothesis draws depends on the modules that are loaded, whose constants it takes: a third
    of what is usual is required.

    Args:
        machine: The machine.
        usual: How often each thing is done in most runs, or more often.
        settings: How many runs there are, and of how many steps.

    Raises:
        AssertionError: Something was hardly ever done.
    """
    machine.effects = Counter()
    # Not shrunk, which takes minutes: a failure names its steps anyway.
    quick = type(settings)(settings, phases=[Phase.generate])
    run_state_machine_as_test(machine, settings=quick)
    few = {
        what: machine.effects[what] for what in usual if machine.effects[what] < usual[what] // 3
    }
    assert not few, f"hardly ever done, where {usual} are usual: {few}"
