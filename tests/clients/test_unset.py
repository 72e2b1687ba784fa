"""`UNSET`: one object, false, and the same after every copy."""

from __future__ import annotations

import copy
import multiprocessing
import pickle

from crmkit import UNSET
from crmkit.core import types
from crmkit.relenta import ContactInput
from crmkit_generated.relenta import types as generated_types


def test_copies_are_the_same_object() -> None:
    """Copies and pickles give the same object back."""
    assert copy.copy(UNSET) is UNSET
    assert copy.deepcopy(UNSET) is UNSET
    assert copy.deepcopy({"x": [UNSET]})["x"][0] is UNSET
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(UNSET, protocol)) is UNSET
    assert generated_types.UNSET is types.UNSET is UNSET


def test_is_false_and_has_a_repr() -> None:
    """`value or default` works, and the repr is the name."""
    assert not UNSET
    assert (UNSET or "default") == "default"
    assert repr(UNSET) == "UNSET"


def test_copied_input_model_sends_the_same() -> None:
    """A copied or pickled input model sends the same as the original, and no more."""
    model = ContactInput(full_name="James", title=None)
    model.additional_properties["Skills"] = "Spying"

    for duplicate in (
        copy.copy(model),
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
    ):
        assert duplicate == model
        assert duplicate.company is UNSET
        assert duplicate.to_dict() == {"full_name": "James", "title": None, "Skills": "Spying"}


def test_is_the_same_object_in_another_process() -> None:
    """An object that is pickled to another process and back stays the same."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert pool.apply(_is_unset, (UNSET,)) is True
        assert pool.apply(_echo, (UNSET,)) is UNSET


def _is_unset(value: object) -> bool:
    return value is UNSET


def _echo(value: object) -> object:
    return value
