"""The mock answers conversations as real servers did when they were recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.recorded_conversations import FOLDER, Recording

#: The steps in which the mock differs from the recording, at most; a figure that only falls.
UNEQUAL = {"espocrm-10.0.0": 3, "espocrm-9.2.7": 3, "monica-4.1.2": 5}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_mock_answers_recorded_conversations(path: Path) -> None:
    """Each step is alike in status, reason, members, types, order and values, save some."""
    summary = Recording.read(path).replay()

    different = [
        f"{step.talk.name} {step.number} {step.request}: {difference}"
        for step in summary.unequal
        for difference in step.differences
        if not difference.accepted
    ]
    assert len(summary.steps) > 250
    assert len(summary.unequal) <= UNEQUAL[path.stem], "\n".join(different)


def test_each_recording_has_its_figure() -> None:
    """No figure is left over from a recording that is gone, and none is missing."""
    assert UNEQUAL.keys() == {path.stem for path in FOLDER.glob("*.jsonl")}
