"""Relenta's custom contact fields: their definitions and the values these allow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from crmkit_mock.messages import Refusal
from crmkit_mock.relenta.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Collection

CHOICE_TYPES = ("Single choice", "Multiple choice")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def definition(
    id: int,
    label: str,
    type: str,  # noqa: A002 - the vendor's name
    choices: list[str] | None,
    default_value: str,
) -> dict[str, Any]:
    """Build a definition as the list shows it; its key is the label with underscores for spaces."""
    field: dict[str, Any] = {
        "id": str(id),
        "type": type,
        "key": label.replace(" ", "_"),
        "label": label,
        "default_value": default_value,
    }
    if choices is not None:
        field["choices"] = choices
    return field


def require_definition(field: dict[str, Any], members: Collection[str]) -> None:
    """Check a definition that a test adds.

    Args:
        field: The definition in the form of the list.
        members: Names that no key may have.

    Raises:
        ValueError: its key is empty or taken, or its choices or default value do not fit its type.
    """
    read = CustomFieldDefinition.read(field)
    if not read.key or read.key in members:
        raise ValueError(f"label: {read.key!r} cannot be the key of a custom field")
    if read.type in CHOICE_TYPES and not read.choices:
        raise ValueError(f"choices must not be empty for the type {read.type}")
    try:
        read.check(read.default_value)
    except Refusal as refusal:
        raise ValueError(f"default_value: {refusal.message}") from None


@dataclass(frozen=True, slots=True)
class CustomFieldDefinition:
    """Definition of a custom field: what contacts may have under one key.

    Attributes:
        key: Member of the contact.
        type: The vendor's name of the type.
        choices: Allowed values, of the choice types.
        default_value: Value that a new contact gets; empty if there is none.
    """

    key: str
    type: str
    choices: tuple[str, ...]
    default_value: str

    @classmethod
    def read(cls, field: dict[str, Any]) -> CustomFieldDefinition:
        """Read a definition in the form of the list."""
        return cls(
            field["key"],
            field["type"],
            tuple(field.get("choices", ())),
            field.get("default_value") or "",
        )

    def check(self, value: str) -> None:
        """Check a value that is to be stored; an empty one clears the field and is always allowed.

        Assumption, all of it: the page names the types and no rules. A Number is a decimal
        number, a Date is YYYY-MM-DD, choices are among those of the definition, several of them
        separated by semicolons. Types that the page does not name take any str.

        Raises:
            Refusal: 400, naming the field.
        """
        if not value:
            return
        match self.type:
            case "Number":
                allowed = _NUMBER.fullmatch(value) is not None
                expected = "a decimal number"
            case "Date":
                allowed = _is_date(value)
                expected = "a date, YYYY-MM-DD"
            case "Single choice":
                allowed = value in self.choices
                expected = f"one of {', '.join(self.choices)}"
            case "Multiple choice":
                allowed = all(choice in self.choices for choice in value.split(";"))
                expected = f"some of {', '.join(self.choices)}, separated by semicolons"
            case _:
                return
        if not allowed:
            raise bad_request(f"{self.key} must be {expected}")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
