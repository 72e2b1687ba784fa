"""Labelled values and mailboxes, on the wire one string, and `;` lists of them.

Splitting and joining keep every character, whitespace and empty elements included, so that what was
read is written back as the same string.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crmkit.core.errors import ArgumentError

from .decode_errors import reject
from .strings import check_list, join_elements

__all__ = [
    "LabeledValue",
    "Mailbox",
    "decode_mailbox",
    "encode_mailbox",
    "join_labeled",
    "join_mailboxes",
    "split_labeled",
    "split_mailboxes",
]

_new = object.__new__


@dataclass(slots=True)
class LabeledValue:
    """A value with an optional label, on the wire `value (label)`.

    Args:
        value: The value, such as a telephone number.
        label: Its label, such as `Cell`; None if it has no label.
    """

    value: str
    label: str | None = None

    @classmethod
    def parse(cls, text: str) -> LabeledValue:
        """Read one element; its label stands in parentheses at the end, after a space."""
        if text[-1:] == ")":
            value, separator, label = text[:-1].rpartition(" (")
            if separator:
                return cls(value, label)
        return cls(text)

    def __str__(self) -> str:
        return self.value if self.label is None else f"{self.value} ({self.label})"


@dataclass(slots=True)
class Mailbox:
    """A person's address with an optional name, on the wire `name <address>`.

    Args:
        address: The e-mail address.
        name: The person's name; None if it has no name.
    """

    address: str
    name: str | None = None

    @classmethod
    def parse(cls, text: str) -> Mailbox:
        """Read one element; its address stands in angle brackets at the end, after a space."""
        if text[-1:] == ">":
            name, separator, address = text[:-1].rpartition(" <")
            if separator:
                return cls(address, name)
        return cls(text)

    def __str__(self) -> str:
        return self.address if self.name is None else f"{self.name} <{self.address}>"


def _ambiguous(argument: str, value: object) -> ArgumentError:
    kind = type(value).__name__
    return ArgumentError(
        argument, f"this {kind} reads back as another one: the wire's form of it is ambiguous"
    )


# -- labelled values ---------------------------------------------------------------------------


def split_labeled(text: str) -> list[LabeledValue]:
    """Split a `;` list of labelled values. The string is not empty, or one element."""
    if ";" in text:
        return [split_labeled(part)[0] for part in text.split(";")]
    # As LabeledValue.parse, without its calls: most of the time to read a contact is spent here.
    value = _new(LabeledValue)
    if text[-1:] == ")":
        value.value, separator, value.label = text[:-1].rpartition(" (")
        if separator:
            return [value]
    value.value = text
    value.label = None
    return [value]


def join_labeled(values: object, argument: str) -> str:
    """Join labelled values to a `;` list.

    Raises:
        ArgumentError: It is not a list of labelled values, an element holds `;`, or the server
            would read it with another label.
    """
    elements: list[str] = []
    for item in values if type(values) is list else ():
        if type(item) is not LabeledValue or type(item.value) is not str:
            break
        label = item.label
        # Reading cuts at the last " (" of a string that ends with ")".
        if label is None:
            if item.value[-1:] == ")" and " (" in item.value:
                break
            elements.append(item.value)
        elif type(label) is str and " (" not in label:
            elements.append(f"{item.value} ({label})")
        else:
            break
    else:
        joined = ";".join(elements)
        if joined.count(";") < len(elements):
            return joined
    return join_elements(_labeled_elements(values, argument), argument)


def _labeled_elements(values: object, argument: str) -> list[str]:
    """Write labelled values one by one, to find which of them cannot be written."""
    items = check_list(values, argument, LabeledValue, "LabeledValue('value', 'label')")
    for index, item in enumerate(items):
        if not isinstance(item.value, str) or not isinstance(item.label, str | None):
            raise ArgumentError(f"{argument}[{index}]", "takes texts for value and label")
        if LabeledValue.parse(str(item)) != LabeledValue(item.value, item.label):
            raise _ambiguous(f"{argument}[{index}]", item)
    return [str(item) for item in items]


# -- mailboxes ---------------------------------------------------------------------------------


def decode_mailbox(value: object) -> Mailbox:
    """Read one mailbox."""
    if type(value) is not str:
        reject(value, "a text")
    return Mailbox.parse(value)


def encode_mailbox(value: object, argument: str) -> str:
    """Write one mailbox.

    Raises:
        ArgumentError: It is not a mailbox, or the server would read it as another one.
    """
    if not isinstance(value, Mailbox):
        raise ArgumentError(
            argument, f"takes a Mailbox, not {type(value).__name__}: Mailbox('a@b.c', 'A B')"
        )
    if not isinstance(value.address, str) or not isinstance(value.name, str | None):
        raise ArgumentError(argument, "takes texts for address and name")
    text = str(value)
    if Mailbox.parse(text) != value:
        raise _ambiguous(argument, value)
    return text


def split_mailboxes(text: str) -> list[Mailbox]:
    """Split a `;` list of mailboxes. The string is not empty."""
    return [Mailbox.parse(part) for part in text.split(";")]


def join_mailboxes(values: object, argument: str) -> str:
    """Join mailboxes to a `;` list.

    Raises:
        ArgumentError: It is not a list of mailboxes, an element holds `;`, or the server would
            read it as another mailbox.
    """
    items: list[Any] = check_list(values, argument, Mailbox, "Mailbox('a@b.c', 'A B')")
    elements = [encode_mailbox(item, f"{argument}[{index}]") for index, item in enumerate(items)]
    return join_elements(elements, argument)
