"""Redocly and Spectral, the linters that users of OpenAPI know, accept the documents."""

from __future__ import annotations

import shutil
from pathlib import Path

import lint_documents
import pytest
from lint_documents import LINTERS, ROOT, lint, main, missing

CONFIGURATION = ("redocly.yaml", ".redocly.lint-ignore.yaml", ".spectral.yaml")

needs_node = pytest.mark.skipif(bool(missing()), reason=missing())
for_each_linter = pytest.mark.parametrize("name", LINTERS)


@pytest.mark.long
@needs_node
@for_each_linter
def test_linter_accepts_documents(name: str) -> None:
    """The documents pass the strictest set of rules without an error."""
    status, output = lint(name)

    assert status == 0, output


@pytest.mark.long
@needs_node
@for_each_linter
def test_linter_sees_fault(tmp_path: Path, name: str) -> None:
    """A fault in a document fails the linter, which names document and rule."""
    for file in CONFIGURATION:
        shutil.copy(ROOT / file, tmp_path)
    (tmp_path / "openapi").mkdir()
    small = (ROOT / "openapi" / "relenta.yaml").read_text("utf-8")
    for path in (ROOT / "openapi").glob("*.yaml"):  # small ones: it is about one fault
        (tmp_path / "openapi" / path.name).write_text(small, "utf-8")
    faulty = tmp_path / "openapi" / "relenta.yaml"
    faulty.write_text(small.replace("  /contact.list", "  /{unknown}/contact.list", 1), "utf-8")

    status, output = lint(name, tmp_path)

    assert status == 1
    assert "relenta.yaml" in output
    assert "path-param" in output


def test_reports_missing_node(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without node the script says so and does not pass for a success."""
    monkeypatch.setenv("PATH", "")

    assert main() == 2
    assert capsys.readouterr().err == "the documents were not linted: node is not installed\n"


def test_fails_with_linter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script fails and shows the output of the linter that failed, and runs the other too."""
    replies = {"redocly": (1, "no-ambiguous-paths"), "spectral": (0, "")}
    monkeypatch.setattr(lint_documents, "missing", lambda: "")
    monkeypatch.setattr(lint_documents, "lint", replies.__getitem__)

    assert main() == 1
    assert capsys.readouterr().out == "redocly: failed\nno-ambiguous-paths\nspectral: ok\n"
