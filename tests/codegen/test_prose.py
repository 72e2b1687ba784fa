"""Docstrings use Python's names where documents use the wire's."""

from __future__ import annotations

import pytest
from codegen.prose import for_python


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Null if unknown; null clears.", "None if unknown; None clears."),
        ("Nullable, annulled.", "Nullable, annulled."),
        ("Required: `name`, `closeDate`.", "Required: `name`, `close_date`."),
        ("`teamsIds` and `isBeingUploaded`", "`teams_ids` and `is_being_uploaded`"),
        ("closeDate, `Done`, `x|y`, `contact_is`", "closeDate, `Done`, `x|y`, `contact_is`"),
        ("A date. On the wire dd.mm.yyyy.", "A date."),
        ("On the wire it is cleared. Always.", ""),
        ("What is on the wire", "What is on the wire"),
        ("One\nline.\n\nAnother. On the wire 1.\n", "One line.\n\nAnother."),
        ("", ""),
    ],
)
def test_translates_descriptions_to_python(text: str, expected: str) -> None:
    """Null becomes None, names in backticks snake_case, and sentences on the wire are removed."""
    assert for_python(text) == expected
