"""Values of recorded replies that the mock gives equally stay equal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract import test_espocrm_replay, test_monica_replay
from tests.contract.replay import Replayed, lost_values

#: Replays by the name of the recording.
RECORDINGS: dict[str, Callable[[], Replayed]] = {
    "espocrm": test_espocrm_replay.replay_all,
    "monica": test_monica_replay.replay_all,
    "monica-live": test_monica_replay.replay_odd,
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_values_stay_those_of_the_server(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    """Each reply has as many of the recorded values as it ever had."""
    replayed = RECORDINGS[name]()
    record_property("figure", f"values of {name} that are the recorded ones: {replayed.share:.1%}")

    assert lost_values(name, replayed) == []
