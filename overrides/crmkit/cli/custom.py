"""Rows of a resource as columns, with custom fields: what a CRM's administrators have added."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .errors import CommandError
from .field_types import FieldType
from .resources import Field
from .values import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .resources import Resource

    Values = Mapping[str, Any]

__all__ = ["Rows", "read_rows"]

_STRS = FieldType("list", FieldType("str"))
_ESPOCRM = {"strs": _STRS, "json": FieldType("any")}
_RELENTA = {
    "Date": FieldType("date"),
    "Multiple choice": _STRS,
    "Number": FieldType("decimal"),
}


class Rows:
    """How rows of a resource are read as dicts, and custom fields are written.

    Args:
        columns: The columns that the document names.
        custom: The custom fields, which go by their names on the wire.
        read: Returns the typed values of custom fields for those on the wire.
        write: Returns the `extra=` of a write for the values of custom fields.
    """

    def __init__(
        self,
        columns: list[Field],
        custom: list[Field] | None = None,
        read: Callable[[Values], Values] = dict,
        write: Callable[[Values], Values] = dict,
    ) -> None:
        self.custom = custom or []
        self.columns = [*columns, *self.custom]
        self.write = write
        self._read = read

    def values(self, row: Any) -> dict[str, Any]:
        """Return a row's values: columns by their names, then what nobody has described.

        Models in it are dicts; datetimes, dates and Decimals stay what they are. A value that is
        not of its column's type stays as it came: so does one that cannot be read as documented,
        and a column of several types is a str, in which a datetime or a list may come.

        Args:
            row: An object that a client returned.
        """
        values: dict[str, Any] = plain(row)
        wire = {each.name: values.pop(each.name, None) for each in self.custom}
        return {**values, **self._typed(wire)}

    def _typed(self, wire: dict[str, Any]) -> Values:
        from crmkit.core.errors import DecodeError

        try:
            return self._read(wire)
        except DecodeError as error:
            if len(wire) > 1:
                each = [self._typed({name: value}) for name, value in wire.items()]
                return {name: value for typed in each for name, value in typed.items()}
            return wire if error.path in wire else {}


def read_rows(resource: Resource, client: Any) -> Rows:
    """Return how the rows of a resource are read, with the custom fields that the server has.

    It takes one request where the CRM has custom fields, none else.

    Args:
        resource: The resource.
        client: The client, connected.

    Raises:
        CommandError: There is no such entity type.
        CRMError: The call failed.
    """
    if resource.entity_type:
        return _espocrm(resource, client)
    if (resource.crm, resource.name) == ("relenta", "contacts"):
        return _relenta(resource, client)
    return Rows(resource.columns)


def _espocrm(resource: Resource, client: Any) -> Rows:
    from crmkit import NotFoundError, PermissionDeniedError
    from crmkit.espocrm import CustomFields

    known = {each.wire for each in resource.columns}
    is_open = resource.name == resource.entity_type  # most of its attributes are in no document
    try:
        definitions = client.metadata.get(key=f"entityDefs.{resource.entity_type}.fields")
    except (NotFoundError, PermissionDeniedError):
        return Rows(resource.columns)  # assumption: AutoCRM's servers may not have the route
    if not definitions and is_open:
        raise CommandError(f"{resource.crm} has no entity type {resource.entity_type!r}")
    if is_open:
        definitions = {name: {**each, "isCustom": True} for name, each in definitions.items()}
    fields = CustomFields(definitions or {})
    types: dict[str, Any] = fields.types
    custom = [
        Field(name, name, _ESPOCRM.get(kind) or FieldType(kind))
        for name, kind in types.items()
        if name not in known
    ]
    names = {each.name for each in custom}

    def read(wire: Values) -> Values:
        typed = fields.read(wire)
        return {name: typed[name] for name in wire if name in names}

    return Rows(resource.columns, custom, read, fields.write)


def _relenta(resource: Resource, client: Any) -> Rows:
    from crmkit.relenta import CustomFields

    definitions = client.custom_fields.list().collect()
    fields = CustomFields(definitions)
    labels = {each.key: each.label for each in definitions if each.key and each.label}
    custom = [
        Field(each.key, each.key, _RELENTA.get(each.type_) or FieldType("str"), title=each.label)
        for each in definitions
        if each.key in labels
    ]

    def read(wire: Values) -> Values:
        contact: Any = SimpleNamespace(additional_properties=wire)
        typed = fields.read(contact)
        return {key: typed[labels[key]] for key in wire}

    def write(values: Values) -> Values:
        return fields.write({labels[key]: value for key, value in values.items()})

    return Rows(resource.columns, custom, read, write)
