"""The text filter: what a search box finds in the fields that an entity type searches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crmkit_mock.espocrm.attribute_columns import column_of
from crmkit_mock.espocrm.full_text import full_text_test
from crmkit_mock.espocrm.php_types import to_int
from crmkit_mock.espocrm.type_filters import type_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmkit_mock.espocrm.columns import Test
    from crmkit_mock.espocrm.data import Record
    from crmkit_mock.espocrm.fields import EntityType
    from crmkit_mock.espocrm.session import Session

#: Attributes of the full-text index of entity types that have one.
_FULL_TEXT = {
    "Case": ("name", "description"),
    "Email": ("name", "bodyPlain", "body"),
    "Note": ("post",),
}
#: Shortest string that is looked up in that index, and within long texts.
_MIN_LENGTH = 4
_FORCED = "ft:"
_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def text_filter(session: Session, entity: EntityType, text: str) -> Test:
    """Return the test of a text filter: a prefix, in which `*` stands for anything.

    Args:
        session: The request.
        entity: The entity type.
        text: The string.
    """
    is_forced = text.startswith(_FORCED)
    text = text.removeprefix(_FORCED)
    indexed = _FULL_TEXT.get(entity.name, ())
    tests: list[Test] = []
    if indexed and (is_forced or not _is_too_short(text)):
        tests.append(full_text_test(indexed, text))
    if entity.name == "Email" and "@" in text and len(text) >= _MIN_LENGTH and not is_forced:
        return _address_test(session, entity, text, tests)
    if not is_forced:
        for name in entity.text_filter:
            if name not in indexed:
                tests += _attribute_tests(session, entity, name, text)
    return lambda record: any(test(record) for test in tests)


def _is_too_short(text: str) -> bool:
    return len(text.encode()) < _MIN_LENGTH and not set(text) & set('*"+-')


def _address_test(session: Session, entity: EntityType, text: str, indexed: list[Test]) -> Test:
    """Return the test of e-mails from and to an address; those with the words if none is known."""
    has_address = type_test(session, entity, "emailAddress", "equals", text)
    assert has_address is not None  # noqa: S101 - defined for e-mails
    if any(has_address(record) for record in session.data.all("Email")):
        return has_address
    return lambda record: any(test(record) for test in indexed)


def _attribute_tests(
    session: Session, entity: EntityType, name: str, text: str
) -> list[Callable[[Record], bool]]:
    field = entity.by_attribute.get(name)
    family = "varchar" if field is None else field.family
    column = column_of(session, entity, name)
    if column is None:
        return []
    if family in {"int", "autoincrement"}:
        return [column.test("=", to_int(text))] if _NUMERIC.fullmatch(text) else []
    if family == "email" and " " in text:
        return []
    if "*" in text:
        pattern = text.replace("*", "%")
    elif family == "text" and len(text) >= _MIN_LENGTH:
        pattern = f"%{text}%"
    else:
        pattern = f"{text}%"
    # Only the wildcards keep their meaning.
    return [column.test("LIKE", re.sub(r"([\\'\"])", r"\\\1", pattern))]
