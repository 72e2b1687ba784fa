"""The documents are plain OpenAPI: the linters that other people use find no error in them."""

from __future__ import annotations

import shutil

import document_linters
import pytest

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("npx") is None, reason="needs Node.js for npx"),
]


@pytest.mark.parametrize("name", document_linters.LINTERS)
def test_linter_finds_no_error(name: str) -> None:
    """Redocly's strictest rules and Spectral's for OpenAPI pass."""
    status, output = document_linters.run(name)

    if status:
        pytest.fail(f"{name} found errors:\n{output}", pytrace=False)
