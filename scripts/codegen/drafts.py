"""Drafts: documents that are checked like any other, but that no code is generated from yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from pathlib import Path

    from codegen.document import Document

__all__ = ["is_draft", "refuse_pending"]

PENDING: dict[str, Any] = {
    "x-crmkit-expand": False,
    "x-crmkit-profile": False,
    "x-crmkit-read-as": False,
    "x-crmkit-read-schema": False,
    "x-crmkit-replace": False,
    "x-crmkit-setting": False,
    "x-crmkit-side-elements": False,
    "x-crmkit-xml": False,
}
"""Of the extensions that only drafts may use: the forms that are generated from already.

Whoever makes the generator act on one takes it out of here.
"""


def is_draft(path: Path) -> bool:
    """Return whether a document bears the mark, however little of the rest can be read."""
    return re.search(rb"^x-crmkit-draft: true\s*$", path.read_bytes(), re.MULTILINE) is not None


def refuse_pending(document: Document) -> None:
    """Refuse what the generator would pass over in silence.

    Raises:
        DocumentError: The document uses an extension that is not generated from yet.
    """
    pending: list[tuple[str, Any]] = [("", document.tree)]
    while pending:
        place, node = pending.pop()
        if isinstance(node, list):
            pending += [(f"{place}/{index}", one) for index, one in enumerate(node)]
            continue
        if not isinstance(node, dict):
            continue
        for key, value in node.items():
            if key in PENDING and not jsonschema_rs.is_valid(PENDING[key], value):
                document.refuse(
                    place or "top",
                    f"{key}: no code is generated from this form yet",
                    "mark the document as a draft, see CONTRIBUTING.md",
                )
            if key not in {"example", "examples", "value", "default", "const", "enum"}:
                pending.append((f"{place}/{key}" if place else key, value))
