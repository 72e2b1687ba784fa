"""Which field each column of a file is, and the values of a row as a write takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import CommandError, InputError
from .resources import NOT_VALUES, find_field, nearest
from .values import json_value, parse_json, parse_text, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from .custom import Rows
    from .resources import Field, Method, Resource
    from .table_files import Row, Table

__all__ = ["ColumnMap", "map_columns"]


@dataclass(frozen=True)
class ColumnMap:
    """The fields that the columns of a file are.

    Args:
        fields: The fields by the headers of their columns.
        custom: The headers of those that are custom fields.
        zone: The time zone of datetimes without one; None refuses them.
        rows: Returns how custom fields are written.
        is_json: Whether cells are JSON.
        flags: Booleans that a new record needs and that no column is.
    """

    fields: dict[str, Field]
    custom: set[str]
    zone: tzinfo | None
    rows: Callable[[], Rows]
    is_json: bool
    flags: list[Field]

    def header(self, name: str) -> str:
        """Return the header of the column that a field or a header names.

        Raises:
            CommandError: No column is that field.
        """
        if name in self.fields:
            return name
        for header, field in self.fields.items():
            if find_field(name, [field]):
                return header
        known = [field.name for field in self.fields.values()]
        raise CommandError(f"--key: no column is the field {name!r}{nearest(name, known)}")

    def arguments(self, row: Row) -> dict[str, Any]:
        """Return the arguments of a write for a row. Empty cells are left out.

        Raises:
            InputError: A value is not of its field's type.
            CommandError: The row has no value.
        """
        if row.problem:
            raise CommandError(row.problem)
        arguments: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for header, value in row.cells.items():
            field = self.fields.get(header)
            if field is None or value is None or (isinstance(value, str) and not value.strip()):
                continue
            parse: Callable[..., Any] = parse_json if self.is_json else parse_text
            if isinstance(value, str) and "\0" in value:
                raise InputError(header, "has a NUL character")
            parsed = parse(value, field.type, header, self.zone)
            (extra if header in self.custom else arguments)[field.name] = parsed
        if not arguments and not extra:
            raise CommandError("has no value")
        return arguments | ({"extra": self.rows().write(extra)} if extra else {})

    def for_creation(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a creation: flags say that what has no column is not known."""
        return {**{flag.name: False for flag in self.flags}, **arguments}

    def shown(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a write by their names on the wire, as JSON has them."""
        wire = {field.name: field.wire for field in [*self.fields.values(), *self.flags]}
        extra = arguments.get("extra", {})
        named = {wire[name]: each for name, each in arguments.items() if name != "extra"}
        shown: dict[str, Any] = json_value(plain({**named, **extra}))
        return shown


def map_columns(
    table: Table,
    resource: Resource,
    method: Method,
    chosen: Mapping[str, str],
    rows: Callable[[], Rows],
    zone: tzinfo | None,
) -> ColumnMap:
    """Return the fields that the columns of a file are.

    Args:
        table: The file.
        resource: The resource.
        method: The method that creates.
        chosen: Fields by headers, as the caller wants them; an empty one leaves a column out.
        rows: Returns how custom fields are written; called only if there may be some.
        zone: The time zone of datetimes without one; None refuses them.

    Raises:
        CommandError: A header is no field, two are the same, or a field is missing.
    """
    documented = [
        each for each in method.fields if each.name not in NOT_VALUES and each.type.kind != "file"
    ]
    for header in chosen:
        if header not in table.header:
            raise CommandError(
                f"--map: {table.path} has no column {header!r}{nearest(header, table.header)}"
            )
    fields: dict[str, Field] = {}
    custom: set[str] = set()
    unknown: list[str] = []
    known = documented
    for header in table.header:
        wanted = chosen.get(header, header)
        if not wanted:
            continue
        field = _match(wanted, documented)
        if field is None and method.takes_extra:
            own = rows().custom
            known = [*documented, *own]
            field = _match(wanted, own)
            custom |= {header} if field else set()
        if field is None:
            unknown.append(header)
            continue
        for other, same in fields.items():
            if same.name == field.name:
                raise CommandError(
                    f"columns {other!r} and {header!r} are both {field.name}; --map {header}= "
                    "leaves one out"
                )
        fields[header] = field
    if unknown:
        names = [each.name for each in known]
        hints = ", ".join(f"{each!r}{_hint(chosen.get(each, each), names)}" for each in unknown)
        raise CommandError(
            f"{resource.name} have no field for {hints}; --map {unknown[0]}=FIELD names it, "
            f"--map {unknown[0]}= leaves the column out"
        )
    names = [field.name for field in fields.values()]
    missing = [name for name in method.required if name not in names]
    if missing:
        raise CommandError(f"{resource.name} need {', '.join(missing)}: no column is that")
    if not fields:
        raise CommandError(f"{table.path}: no column is left to import")
    flags = [each for each in resource.required_flags if each.name not in names]
    return ColumnMap(fields, custom, zone, rows, table.is_json, flags)


def _hint(header: str, names: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(re.sub(r"[^\w]+", "_", header.lower()), names, 1, 0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _match(header: str, fields: list[Field]) -> Field | None:
    exact = find_field(header, fields)
    if exact is not None:
        return exact
    plain_header = _plain(header)
    for key in ("name", "wire", "label"):
        for field in fields:
            if plain_header and _plain(getattr(field, key)) in {plain_header, f"{plain_header}s"}:
                return field  # Phone are the phones
    return None


def _plain(name: str) -> str:
    """Return a name without case, whitespace, underscores and hyphens."""
    return re.sub(r"[\s_\-]+", "", name.casefold())
