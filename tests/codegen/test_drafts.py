"""Drafts are documents without code: passed over by the generation, checked all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from codegen.document import EXTENSIONS, load
from codegen.drafts import PENDING, is_draft

from tests.codegen.checkout import ROOT, Checkout, base
from tests.codegen.spoiling import LIST, NOTE, TITLE, Case, Refused, for_each, put

DRAFTS = [path for path in sorted((ROOT / "openapi").glob("*.yaml")) if is_draft(path)]


def draft() -> dict[str, Any]:
    """Return a draft with a form that nothing is generated from."""
    return {"openapi": "3.1.0", "x-crmkit-draft": True, "x-crmkit-side-elements": "View"} | base()


def test_nothing_is_generated_from_a_draft(checkout: Checkout) -> None:
    """Beside a draft the other documents give what they give without it, and it is named."""
    assert checkout.generate().code == 0
    alone = checkout.files()
    checkout.write(draft(), "letters")

    done = checkout.generate()

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "generated notes: 0 files changed",
        "drafts, without code as yet: letters",
    ]
    assert {name: text for name, text in checkout.files().items() if "fingerprint" not in name} == {
        name: text for name, text in alone.items() if "fingerprint" not in name
    }


def test_a_draft_is_part_of_the_input(checkout: Checkout) -> None:
    """A draft that has changed is noticed like any other document."""
    checkout.write(draft(), "letters")
    assert checkout.generate().code == 0
    assert checkout.generate().out == "generated/ is up to date\n"
    checkout.write(draft() | {"info": {"title": "Letters API", "version": "2"}}, "letters")

    assert checkout.generate().out.startswith("generated notes: ")


def test_a_checkout_of_drafts_alone_is_left_as_it_is(checkout: Checkout) -> None:
    """Where every document is a draft there is nothing to generate, and nothing is taken away."""
    assert checkout.generate().code == 0
    before = checkout.files()
    checkout.write(draft())

    done = checkout.generate()

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert checkout.files() == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openapi: 3.1.0\nx-crmkit-draft: true\n", True),
        ("openapi: 3.1.0\r\nx-crmkit-draft: true\r\n", True),
        ("openapi: 3.1.0\ninfo:\n  x-crmkit-draft: true\n", False),
        ("openapi: 3.1.0\n# x-crmkit-draft: true\n", False),
        ("", False),
    ],
)
def test_the_mark_stands_at_the_top(tmp_path: Path, text: str, *, expected: bool) -> None:
    """The mark counts at the top of a document and nowhere else."""
    path = tmp_path / "notes.yaml"
    path.write_bytes(text.encode())

    assert is_draft(path) is expected


@for_each(
    Case("replace", put(*LIST, "x-crmkit-replace", value=True), "/notes/get", "replace.*draft"),
    Case("a profile", put(*LIST, "x-crmkit-profile", value=["espocrm"]), "/get", "profile.*draft"),
    Case("expand", put("paths", "/notes", "x-crmkit-expand", value={"A": "b"}), "/notes", "draft"),
    Case("read as", put(*TITLE, "x-crmkit-read-as", value="a.b"), "title", "read-as.*draft"),
    Case("a read schema", put(*NOTE, "x-crmkit-read-schema", value="Note"), "Note", "draft"),
    Case(
        "a setting", put(*LIST, "parameters", 0, "x-crmkit-setting", value="format"), "0", "draft"
    ),
    Case("side elements", put("x-crmkit-side-elements", value="View"), "top", "side.*draft"),
)
def test_a_form_without_code_is_for_drafts_only(case: Case, refused: Refused) -> None:
    """What the generator would pass over in silence is refused in a document that has code."""
    refused(case)


def test_pending_forms_are_forms_of_extensions() -> None:
    """What waits for the generator is described like everything else."""
    assert PENDING.keys() <= EXTENSIONS.keys()


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_a_draft_is_checked_like_any_other_document(path: Path) -> None:
    """A draft has known extensions in their forms, and public names that are each one's own."""
    assert load(path, path.name).operations
