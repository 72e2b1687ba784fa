"""Values in separated strings: read and written back without losing a character."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import ArgumentError
from crmkit.relenta import Activity, ActivityInput, Contact, ContactInput, LabeledValue, Mailbox

PIECES = st.sampled_from(
    [
        "a",
        "b",
        " ",
        "  ",
        "(",
        ")",
        " (",
        ";",
        "<",
        ">",
        " <",
        "\u00a0",
        "\t",
        "\n",
        "ü",
        "😀",
        "",
        "@",
    ]
)
STRINGS = st.lists(PIECES, max_size=10).map("".join) | st.text(max_size=12)
LABELED = ["phone", "url", "fax", "messenger", "twitter", "linkedin", "facebook"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("a", ["a"]),
        ("a;b", ["a", "b"]),
        ("a;;b", ["a", "", "b"]),
        ("a;", ["a", ""]),
        (";", ["", ""]),
        (";;a", ["", "", "a"]),
        (" a ; b ", [" a ", " b "]),
        ("\u00a0", ["\u00a0"]),
        ("a\nb", ["a\nb"]),
    ],
    ids=ascii,
)
def test_splits_strings_at_semicolons(text: str, values: list[str]) -> None:
    """Semicolons separate; spaces and empty elements are kept."""
    for member in ("emails", "groups", "tags"):
        contact = Contact.from_dict({"id": "1", member: text})
        assert getattr(contact, member) == values
        assert contact.to_dict().get(member, "") == text
        model: Any = ContactInput
        assert model(**{member: values}).to_dict() == {member: text}


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("703-123-4567 (Cell)", "703-123-4567", "Cell"),
        ("(x) y (z)", "(x) y", "z"),
        ("a (b) (c)", "a (b)", "c"),
        ("a", "a", None),
        ("(a)", "(a)", None),
        (" (a)", "", "a"),
        ("a(b)", "a(b)", None),
        ("a\u00a0(b)", "a\u00a0(b)", None),
        ("a ()", "a", ""),
        ("a (b", "a (b", None),
        ("a b)", "a b)", None),
        ("a (b) ", "a (b) ", None),
        ("a  (b)", "a ", "b"),
        ("a (b))", "a", "b)"),
        ("a (b (c))", "a (b", "c)"),
    ],
    ids=ascii,
)
def test_parses_labeled_value(text: str, value: str, label: str | None) -> None:
    """The label is in the last parentheses after a space."""
    assert LabeledValue.parse(text) == LabeledValue(value, label)
    assert str(LabeledValue(value, label)) == text
    for member in LABELED:
        contact = Contact.from_dict({"id": "1", member: f"{text};x"})
        assert getattr(contact, member) == [LabeledValue(value, label), LabeledValue("x")]
        assert contact.to_dict()[member] == f"{text};x"


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("Austin Powers <austin.powers@mi6.gov.uk>", "austin.powers@mi6.gov.uk", "Austin Powers"),
        ("a@b.c", "a@b.c", None),
        ("<a@b.c>", "<a@b.c>", None),
        (" <a@b.c>", "a@b.c", ""),
        ("A <B> <a@b.c>", "a@b.c", "A <B>"),
        ("A<a@b.c>", "A<a@b.c>", None),
        ("A <>", "", "A"),
        ("A <a@b.c> ", "A <a@b.c> ", None),
    ],
    ids=ascii,
)
def test_parses_mailbox(text: str, address: str, name: str | None) -> None:
    """The address is in the last angle brackets after a space."""
    mailbox = Mailbox(address, name)
    assert Mailbox.parse(text) == mailbox
    assert str(mailbox) == text
    activity = Activity.from_dict({"id": "1", "author": text, "users": f"{text};x@y"})
    assert activity.author == mailbox
    assert activity.users == [mailbox, Mailbox("x@y")]
    assert activity.to_dict()["author"] == text
    assert activity.to_dict()["users"] == f"{text};x@y"


def test_reads_empty_string_as_no_mailbox() -> None:
    """An empty string is read as None, or as an empty list of mailboxes."""
    activity = Activity.from_dict({"id": "1", "author": "", "users": "", "contacts": None})

    assert (activity.author, activity.users, activity.contacts) == (None, [], [])


@given(STRINGS)
def test_round_trips_any_string(text: str) -> None:
    """Any string on the wire is equal after a round trip, in every member and both models."""
    row = {"id": "1", "emails": text, "groups": text, "phone": text, "facebook": text}
    contact = Contact.from_dict(row)
    written = contact.to_dict()
    assert {name: written.get(name, "") for name in row} == row
    assert ContactInput.from_dict(row).to_dict() == row

    row = {"id": "1", "author": text, "users": text, "contacts": text}
    written = Activity.from_dict(row).to_dict()
    assert {name: written[name] or "" for name in row} == row
    written = ActivityInput.from_dict(row).to_dict()
    assert {name: written[name] or "" for name in row} == row


@given(st.lists(STRINGS, max_size=4))
def test_round_trips_or_rejects_any_strings(values: list[str]) -> None:
    """Strings are equal after a round trip; a string with a semicolon is rejected."""
    try:
        wire = ContactInput(emails=values).to_dict()
    except ArgumentError:
        assert any(";" in text for text in values)
        return
    assert not any(";" in text for text in values)
    # A list with one empty string and an empty list are both written as the empty string.
    assert ContactInput.from_dict(wire).emails == ([] if values == [""] else values)


@given(st.lists(st.builds(LabeledValue, STRINGS, st.none() | STRINGS), max_size=3))
def test_round_trips_or_rejects_any_labeled_values(values: list[LabeledValue]) -> None:
    """Labeled values are equal after a round trip; ambiguous ones are rejected by index."""
    try:
        wire = ContactInput(phone=values).to_dict()
    except ArgumentError as error:
        index = int(error.argument.removeprefix("phone[").removesuffix("]"))
        text = str(values[index])
        assert ";" in text or LabeledValue.parse(text) != values[index]
        return
    assert ContactInput.from_dict(wire).phone == ([] if values == [LabeledValue("")] else values)


@given(st.builds(Mailbox, STRINGS, st.none() | STRINGS))
def test_round_trips_or_rejects_any_mailbox(mailbox: Mailbox) -> None:
    """A mailbox is equal after a round trip; an ambiguous one is rejected."""
    for member in ("users", "contacts"):
        model: Any = ActivityInput
        try:
            wire = model(**{member: [mailbox]}).to_dict()
        except ArgumentError as error:
            assert error.argument == f"{member}[0]"
            text = str(mailbox)
            assert ";" in text or Mailbox.parse(text) != mailbox
        else:
            read = getattr(ActivityInput.from_dict(wire), member)
            assert read == ([] if mailbox == Mailbox("") else [mailbox])
