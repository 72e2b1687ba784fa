"""Arguments of a call from `field=value`, JSON and the names of fields."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import CommandError, InputError
from .resources import find_field, nearest
from .values import parse_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .custom import Rows
    from .resources import Field, Method, Resource

__all__ = ["assignments", "list_arguments", "read_json", "selected", "write_arguments"]


def assignments(texts: Iterable[str], option: str = "") -> dict[str, str]:
    """Return `field=value` arguments by field.

    Args:
        texts: The arguments.
        option: The option that they belong to, for errors.

    Raises:
        CommandError: One has no `=`, or a field stands twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name.strip():
            raise CommandError(f"{option or 'a field'} must be field=value, got {text!r}")
        if name.strip() in found:
            raise InputError(name.strip(), "stands twice; items of a list go into one: a;b")
        found[name.strip()] = value
    return found


def read_json(source: str) -> dict[str, Any]:
    """Return the object of a JSON file.

    Args:
        source: Its path; `-` is stdin.

    Raises:
        CommandError: It cannot be read, or is not an object in JSON.
    """
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8-sig")
        tree = json.loads(text, parse_float=Decimal)
    except OSError as error:
        raise CommandError(f"--json {source}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise CommandError(f"--json {source}: expected an object in JSON") from None
    if not isinstance(tree, dict):
        raise CommandError(f"--json {source}: expected one object in JSON")
    return tree


def write_arguments(
    resource: Resource,
    method: Method,
    values: Mapping[str, Any],
    parse: Callable[[Any, Any, str], Any],
    rows: Callable[[], Rows],
) -> dict[str, Any]:
    """Return the arguments of a write.

    Args:
        resource: The resource.
        method: The method that writes.
        values: Values by the names of fields, in Python or on the wire.
        parse: `parse_text`, or `parse_json` for values out of JSON.
        rows: Returns how rows are read; called only for custom fields.

    Raises:
        InputError: There is no such field, or a value is not of its type.
        CRMError: The custom fields cannot be read.
    """
    arguments: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    custom: list[Field] = []
    for name, value in values.items():
        field = find_field(name, method.fields)
        if field is not None:
            arguments[field.name] = _parsed(parse, value, field, name)
            continue
        custom = custom or (rows().custom if method.takes_extra else [])
        field = find_field(name, custom)
        if field is None:
            known = [each.name for each in [*method.fields, *custom]]
            raise InputError(name, f"{resource.name} have no such field{nearest(name, known)}")
        extra[field.name] = _parsed(parse, value, field, name)
    if extra:
        arguments["extra"] = rows().write(extra)
    return arguments


def _parsed(parse: Callable[[Any, Any, str], Any], value: Any, field: Field, name: str) -> Any:
    if value == "" and parse is parse_text and field.type.kind not in {"str", "list"}:
        raise InputError(name, f"expected {field.type}, got ''; --clear {name} removes it")
    return parse(value, field.type, name)


def selected(names: Sequence[str], rows: Callable[[], Rows], known: list[Field]) -> list[Field]:
    """Return the columns that are selected.

    Args:
        names: Their names, in Python or on the wire.
        rows: Returns how rows are read; called only for custom fields.
        known: The columns that the document names.

    Raises:
        CommandError: There is no such column.
    """
    found: list[Field] = []
    for name in names:
        field = find_field(name, known) or find_field(name, rows().columns)
        if field is None:
            columns = [each.name for each in rows().columns]
            raise CommandError(f"--select: no column {name!r}{nearest(name, columns)}")
        found.append(field)
    return found


def list_arguments(
    resource: Resource, method: Method, where: Mapping[str, str], rows: Callable[[], Rows]
) -> dict[str, Any]:
    """Return the arguments of a list that filter.

    Args:
        resource: The resource.
        method: The method that lists.
        where: Texts by the names of fields: of EspoCRM those of its records, and the list's own
            arguments; of the others these alone.
        rows: Returns how rows are read; called only for custom fields.

    Raises:
        CommandError: The API cannot filter by a field, or lists only what belongs to a record
            that is not named.
    """
    arguments: dict[str, Any] = {}
    conditions: list[Any] = []
    for name, text in where.items():
        field = find_field(name, method.fields)
        column = find_field(name, resource.columns) if method.takes_where else None
        if column is None and field is None and method.takes_where:
            column = find_field(name, rows().custom)
        if column is not None:
            conditions.append(_condition(column, text, name))
        elif field is not None:
            arguments[field.name] = parse_text(text, field.type, name)
        else:
            can = [each.name for each in method.fields]
            if method.takes_where:
                can = [each.name for each in [*rows().columns, *method.fields]]
            raise CommandError(
                f"--where: {resource.crm} cannot filter {resource.name} by {name!r}"
                f"{nearest(name, can) or '; its API has no filters there'}"
            )
    missing = [name for name in method.required if name not in arguments]
    if missing:
        needed = " ".join(f"--where {name}=…" for name in missing)
        raise CommandError(f"{resource.crm} lists {resource.name} of one record only: add {needed}")
    return arguments | ({"where": conditions} if conditions else {})


def _condition(column: Field, text: str, name: str) -> Any:
    from crmkit.espocrm import where

    if text == "":
        is_list = column.type.kind == "list"
        return where.array_is_empty(column.name) if is_list else where.is_null(column.name)
    value = parse_text(text, column.type, name)
    if column.type.kind == "list":
        return where.array_any_of(column.name, value)
    return where.equals(column.name, value)
