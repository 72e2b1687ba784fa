"""Values that the wire writes as one text: labelled values, mailboxes, and lists of them.

Splitting and joining keep every character, blanks and empty elements included, so that what was
read is written back as the same text.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LabeledValue", "Mailbox"]


@dataclass(slots=True)
class LabeledValue:
    """A value with an optional label, on the wire `value (label)`.

    Args:
        value: The value, such as a telephone number.
        label: Its label, such as `Cell`; None for none.
    """

    value: str
    label: str | None = None

    @classmethod
    def parse(cls, text: str) -> LabeledValue:
        """Read one element; its label stands in parentheses at the end, after a blank."""
        if text[-1:] == ")":
            value, found, label = text[:-1].rpartition(" (")
            if found:
                return cls(value, label)
        return cls(text)

    def __str__(self) -> str:
        return self.value if self.label is None else f"{self.value} ({self.label})"


@dataclass(slots=True)
class Mailbox:
    """A person's address with an optional name, on the wire `name <address>`.

    Args:
        address: The e-mail address.
        name: The person's name; None for none.
    """

    address: str
    name: str | None = None

    @classmethod
    def parse(cls, text: str) -> Mailbox:
        """Read one element; its address stands in angle brackets at the end, after a blank."""
        if text[-1:] == ">":
            name, found, address = text[:-1].rpartition(" <")
            if found:
                return cls(address, name)
        return cls(text)

    def __str__(self) -> str:
        return self.address if self.name is None else f"{self.name} <{self.address}>"
