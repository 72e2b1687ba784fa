"""Validation of the attributes sent for a record: field by field, then links."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.addresses import write_addresses
from crmkit_mock.espocrm.datetimes import with_seconds
from crmkit_mock.espocrm.defaults import default_currencies, defaults
from crmkit_mock.espocrm.errors import invalid
from crmkit_mock.espocrm.foreign_records import check_links, foreign_values
from crmkit_mock.espocrm.linked_values import LINK_CHECKS
from crmkit_mock.espocrm.php_types import to_str
from crmkit_mock.espocrm.sanitizing import cast, fields_set, sanitize, settable
from crmkit_mock.espocrm.special_checks import SPECIAL_CHECKS, check_early
from crmkit_mock.espocrm.values import VALUE_CHECKS, FieldInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.fields import EntityType, Field
    from crmkit_mock.espocrm.session import Session
    from crmkit_mock.espocrm.values import Check

_CHECKS = {**VALUE_CHECKS, **LINK_CHECKS}
#: The field of a new record whose list of ids may not have one of them twice.
_STRICT = ("Contact", "accounts")
_MOMENTS = frozenset({"datetime", "datetimeOptional"})
_ADDRESSES = frozenset({"email", "phone"})
_IDS = frozenset({"link", "file", "foreignId"})
_ID_LENGTH = 17


@dataclass(slots=True)
class Accepted:
    """The result of validation.

    Attributes:
        values: Attributes as they are stored.
        echo: Attributes whose value in the response differs from the stored one.
    """

    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    echo: dict[str, Any] = dataclasses.field(default_factory=dict)


def accept(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
) -> Accepted:
    """Validate the attributes sent for a record, and convert them to stored ones.

    Unknown, read-only and hidden ones are ignored.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        stored: The record as it is stored; None for a new one.

    Raises:
        APIError: 400 for the first field that fails; 403 for the id of a record that does not
            exist.
    """
    values = validate(session, entity, sent, stored)
    check_links(session, entity, values, stored)
    return to_stored(session, entity, values, stored)


def validate(
    session: Session,
    entity: EntityType,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the attributes sent in the types of their fields, once every field is valid.

    Args:
        session: The request.
        entity: The entity type.
        sent: The attributes sent.
        stored: The record as it is stored; None for a new one.

    Raises:
        APIError: 400 for the first field that fails.
    """
    new = stored is None
    data = sanitize(session, entity, sent, new=new)
    values = cast(entity, data)
    if new:
        values |= default_currencies(entity, values)
    check_early(entity, values, new=new)
    record = {**(defaults(entity) if stored is None else stored), **values}
    always = _checked_when_new(entity) if new else frozenset()
    sent_fields = frozenset(fields_set(entity, record if new else data))
    for field in _checked(entity, session.release):
        if field in sent_fields or field in always:
            _check(FieldInput(session, entity, field, data, record, new))
    return values


@cache
def checks_of(entity: EntityType, field: Field) -> tuple[Check, ...]:
    """Return the checks of a field, that it is there only where it must be."""
    special = SPECIAL_CHECKS.get((entity.name, field.name), ())
    usual = (
        check
        for check in _CHECKS.get(field.family, ())
        if check[0] != "required" or field.required or check in special
    )
    return (*usual, *special)


@cache
def _checked(entity: EntityType, release: tuple[int, ...]) -> tuple[Field, ...]:
    """Return the fields of a release that a request can set."""
    fields = entity.fields
    return tuple(field for field in fields if not field.read_only and field.since <= release)


@cache
def _checked_when_new(entity: EntityType) -> frozenset[Field]:
    """Return the fields that are checked in new records though nothing sets them.

    All other checks pass a field without a value.
    """
    return frozenset(
        field
        for field in entity.fields
        if (entity.name, field.name) in SPECIAL_CHECKS
        or any(kind == "required" for kind, _ in checks_of(entity, field))
    )


def _check(sent: FieldInput) -> None:
    """Make the checks of a field.

    Raises:
        APIError: 400 for the first one that fails.
    """
    field, entity = sent.field, sent.entity
    for kind, is_valid in checks_of(entity, field):
        if kind == "required" and field.name == "closeDate" and sent.session.profile.lenient:
            continue
        if not is_valid(sent):
            raise invalid(entity.name, field.name, kind)


def to_stored(
    session: Session,
    entity: EntityType,
    values: Mapping[str, Any],
    stored: Mapping[str, Any] | None,
) -> Accepted:
    """Convert validated attributes to stored ones; addresses are stored with it.

    Args:
        session: The request.
        entity: The entity type.
        values: The attributes as `validate` returns them.
        stored: The record as it is stored; None for a new one.

    Raises:
        APIError: 500, or 400 in its place: the database of a real server rejects a value.
    """
    out = Accepted(dict(values), foreign_values(session, entity, values))
    # A new record gets its addresses even where there are none.
    names = values if stored is not None else (*values, *_addresses(entity))
    for field in fields_set(entity, names):
        if field.family == "linkMultiple":
            _complete_ids(session, entity, field, out, new=stored is None)
        sent = [(name, kind) for name, kind in settable(field) if name in values]
        if field.family not in _ADDRESSES:
            for name, kind in sent:
                _convert(session, field, name, kind, out)
        elif sent or stored is None:
            written = write_addresses(session, field, values, stored)
            for name, _ in sent:
                del out.values[name]
            out.values |= written.stored
            out.echo |= written.shown
    return out


@cache
def _addresses(entity: EntityType) -> tuple[str, ...]:
    return tuple(field.name for field in entity.fields if field.family in _ADDRESSES)


def _complete_ids(
    session: Session, entity: EntityType, field: Field, out: Accepted, *, new: bool
) -> None:
    """Add the ids that only columns name, and reject lists that crash a real server."""
    ids, columns = f"{field.name}Ids", out.values.get(f"{field.name}Columns")
    if new and columns and ids not in out.values:
        found = (session.data.find(field.entity, id) for id in columns)
        out.values[ids] = [record["id"] for record in found if record is not None]
    sent = out.values.get(ids)
    if new and sent and len(set(sent)) < len(sent) and (entity.name, field.name) == _STRICT:
        raise session.server_error_or(f"{ids} has an id twice.")


def _convert(session: Session, field: Field, name: str, kind: str, out: Accepted) -> None:
    value = out.values.get(name)
    if field.family == "autoincrement":
        # The database numbers records, whatever is sent.
        out.echo[name] = out.values.pop(name)
        return
    if field.family in _MOMENTS and not name.endswith("Date"):
        # Without seconds it is returned as it was sent; the next read has them.
        out.values[name] = with_seconds(value)
    elif field.family == "linkParent":
        # A real server shows what is no str as it was sent, which the document does not allow.
        out.values[name] = value = to_str(value)
        if name.endswith("Id") and value is not None and len(value) > _ID_LENGTH:
            raise session.server_error_or(f"{name} is too long.")
    elif field.family in _IDS:
        out.values[name] = to_str(value)
    elif kind == "bool" and value is None and field.stored and field.family == "bool":
        # The column cannot be null.
        raise session.server_error_or(f"{name} is null.")
    elif kind == "float" and value is not None and value - value != 0:
        raise session.server_error_or(f"{name} is not finite.")
    if out.values.get(name) != value:
        out.echo[name] = value
