"""Labelled values and mailboxes, on the wire one string, and `;` lists of them.

Splitting and joining keep every character, whitespace and empty elements included, so that what was
read is written back as the same string.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crmkit.core.errors import ArgumentError, expected

from .decode_errors import reject
from .strings import check_list, join_elements

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


# -- labelled values ---------------------------------------------------------------------------


def split_labeled(text: str) -> list[LabeledValue]:
    """Split a `;` list of labelled values. The string is not empty, or one element."""
    if ";" in text:
        return _split_several(text)
    # As LabeledValue.parse, without its calls: most of the time to read a contact is spent here.
    value = _new(LabeledValue)
    if text and text[-1] == ")":
        value.value, separator, value.label = text[:-1].rpartition(" (")
        if separator:
            return [value]
    value.value = text
    value.label = None
    return [value]


def _split_several(text: str) -> list[LabeledValue]:
    values: list[LabeledValue] = []
    for part in text.split(";"):
        value = _new(LabeledValue)
        values.append(value)
        if part[-1:] == ")":
            value.value, separator, value.label = part[:-1].rpartition(" (")
            if separator:
                continue
        value.value = part
        value.label = None
    return values


def join_labeled(values: object, argument: str) -> str:
    """Join labelled values to a `;` list.

    Raises:
        ArgumentError: It is not a list of labelled values, an element holds `;`, or the server
            would read it with another label.
    """
    joined: str | None = None
    for item in values if type(values) is list else [None]:
        if type(item) is not LabeledValue or type(text := item.value) is not str or ";" in text:
            break
        # Reading cuts at the last " (" of a string that ends with ")".
        label = item.label
        if label is None:
            if ")" in text and text[-1] == ")":
                break
        elif type(label) is str and "(" not in label and ";" not in label:
            text = f"{text} ({label})"
        else:
            break
        joined = text if joined is None else joined + f";{text}"
    else:
        return joined or ""
    # Something is unusual: look at each element for itself.
    return join_elements(_labeled_elements(values, argument), argument)


def _labeled_elements(values: object, argument: str) -> list[str]:
    """Write labelled values one by one, to find which of them cannot be written."""
    items = check_list(values, argument, LabeledValue, "LabeledValue('value', 'label')")
    for index, item in enumerate(items):
        if not isinstance(item.value, str) or not isinstance(item.label, str | None):
            raise ArgumentError(f"{argument}[{index}]", "value and label must be str")
        parsed = LabeledValue.parse(str(item))
        if parsed != LabeledValue(item.value, item.label):
            read = f"the server would read '({parsed.label})' as its label"
            raise ArgumentError(f"{argument}[{index}]", f"cannot be encoded: {read}")
    return [str(item) for item in items]


# -- mailboxes ---------------------------------------------------------------------------------


def decode_mailbox(value: object) -> Mailbox:
    """Read one mailbox."""
    if type(value) is not str:
        reject(value, "str")
    return Mailbox.parse(value)


def encode_mailbox(value: object, argument: str) -> str:
    """Write one mailbox.

    Raises:
        ArgumentError: It is not a mailbox, or the server would read it as another one.
    """
    if not isinstance(value, Mailbox):
        raise expected(argument, "Mailbox such as Mailbox('a@b.c', 'A B')", value)
    if not isinstance(value.address, str) or not isinstance(value.name, str | None):
        raise ArgumentError(argument, "address and name must be str")
    text = str(value)
    parsed = Mailbox.parse(text)
    if parsed != value:
        read = f"the server would read '<{parsed.address}>' as its address"
        raise ArgumentError(argument, f"cannot be encoded: {read}")
    return text


def split_mailboxes(text: str) -> list[Mailbox]:
    """Split a `;` list of mailboxes. The string is not empty, or one element."""
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
