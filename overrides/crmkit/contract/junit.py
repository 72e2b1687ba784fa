"""A run as JUnit XML: each conversation is a test case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from .masking import Masker
    from .runner import Held, Summary

__all__ = ["junit"]

#: What XML 1.0 cannot carry.
_NO_CHARACTER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(summary: Summary, masker: Masker) -> str:
    """Return a run as JUnit XML.

    Args:
        summary: The run.
        masker: Masks it.
    """
    failures = sum(bool(held.unequal) and not held.refused for held in summary.held)
    suite = ET.Element(
        "testsuite",
        name=f"crmkit contract {summary.crm.name}",
        tests=str(len(summary.held)),
        failures=str(failures),
        errors=str(len(summary.broken)),
        skipped=str(len(summary.refused)),
        time=f"{sum(held.seconds for held in summary.held):.3f}",
    )
    for held in summary.held:
        _add_case(suite, held, summary, masker)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ET.Element, held: Held, summary: Summary, masker: Masker) -> None:
    group, _, name = held.conversation.name.partition(".")
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_xml(f"{summary.crm.name}.{group}"),
        name=_xml(name or group),
        time=f"{held.seconds:.3f}",
    )
    if held.refused:
        ET.SubElement(case, "skipped", message=_xml(masker.sentence(held.refused)))
        return
    if held.error:
        ET.SubElement(case, "error", message=_xml(masker.sentence(held.error)))
    if not held.unequal:
        return
    lines: list[str] = []
    for step in held.unequal:
        lines.append(f"{step.number}: {masker.request_line(step)}")
        lines += [f"  {masker.difference(d)}" for d in step.differences if not d.accepted]
    count = sum(not d.accepted for step in held.unequal for d in step.differences)
    failure = ET.SubElement(case, "failure", message=f"{count} differences")
    failure.text = _xml("\n".join(lines))


def _xml(text: str) -> str:
    return _NO_CHARACTER.sub("�", text)
