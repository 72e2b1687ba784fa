"""`crmkit list`, `get`, `create`, `update` and `delete`: quick looks and fixes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .complete import (
    complete_clear,
    complete_field,
    complete_resource,
    complete_select,
    complete_where,
    crm_argument,
)
from .errors import CommandError, InputError, concerns_record, say
from .output import Format, default_format, open_writer, write_record
from .resources import NOT_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from .custom import Rows
    from .resources import Method, Resource

__all__ = ["create", "delete", "get", "list_records", "update"]

_FORMAT_HELP = "Format of the output; by default a table on a terminal, jsonl elsewhere."

CRMArgument = Annotated[str, crm_argument()]
ResourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE",
        help="Name of the resource, such as contacts; of EspoCRM and AutoCRM also an entity type, "
        "such as CGadget.",
        autocompletion=complete_resource,
    ),
]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the record.")]
FieldsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FIELD=VALUE]...",
        help="Values. Separate the items of a list by semicolons; write objects as JSON; FIELD= "
        "sets an empty text.",
        autocompletion=complete_field,
    ),
]
JSONOption = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Also take values from the object in a JSON file; - is stdin.",
    ),
]
FormatOption = Annotated[Format | None, typer.Option("--format", help=_FORMAT_HELP)]


def list_records(
    crm: CRMArgument,
    resource: ResourceArgument,
    *,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUE",
            help="Only records with that value, as far as the API can filter; FIELD= means those "
            "without a value. May be given several times.",
            autocompletion=complete_where,
        ),
    ] = None,
    select: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,…",
            help="Only these columns, in this order.",
            autocompletion=complete_select,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="At most N records."),
    ] = None,
    format_: FormatOption = None,
) -> None:
    """List the records of a resource.

    crmkit list espocrm contacts --where last_name=Bond --select id,name

    crmkit list monica notes --where contact_id=5 --format csv > notes.csv

    Columns are named as the attributes of the Python client. CSV is UTF-8 without a byte order
    mark; cells are what the CRM has, also those that a spreadsheet would take for a formula.
    """
    from .arguments import assignments, list_arguments, selected

    found, method = _found(crm, resource, "list")
    filters = assignments(where or (), "--where")
    names = [name.strip() for name in (select or "").split(",") if name.strip()]
    with _connected(found) as (client, rows):
        arguments = list_arguments(found, method, filters, rows)
        columns = selected(names, rows, found.columns) if names else rows().columns
        if names and method.takes_select:
            arguments["select"] = [each.name for each in columns]
        listed = getattr(found.on(client), method.name)(**arguments)
        # Where only what is documented is selected, nobody needs to know the custom fields.
        values = rows().values if set(columns) - set(found.columns) else _documented(found)
        writer = open_writer(
            format_ or default_format(), [each.name for each in columns], are_chosen=bool(names)
        )
        try:
            for row in _rows(listed, limit):
                writer.write(values(row))
        finally:
            writer.close()  # what came before an error is worth seeing


def get(
    crm: CRMArgument, resource: ResourceArgument, id: IdArgument, *, format_: FormatOption = None
) -> None:
    """Read a record.

    crmkit get monica contacts 5
    """
    found, method = _found(crm, resource, "get")
    key = _id(method, id)
    with _connected(found) as (client, rows):
        row = getattr(found.on(client), method.name)(**key)
        write_record(format_ or default_format(), rows().values(row))


def create(
    crm: CRMArgument,
    resource: ResourceArgument,
    fields: FieldsArgument = None,
    *,
    json: JSONOption = None,
    format_: FormatOption = None,
) -> None:
    """Create a record, and show it.

    crmkit create relenta contacts "full_name=James Bond" "tags=agent;mi6"

    echo '{"last_name": "Bond"}' | crmkit create espocrm contacts --json -
    """
    found, method = _found(crm, resource, "create")
    _write(found, method, {}, fields, json, (), format_)


def update(
    crm: CRMArgument,
    resource: ResourceArgument,
    id: IdArgument,
    fields: FieldsArgument = None,
    *,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help="Remove the value of this field. May be given several times.",
            autocompletion=complete_clear,
        ),
    ] = None,
    json: JSONOption = None,
    format_: FormatOption = None,
) -> None:
    """Change a record, and show it.

    crmkit update espocrm opportunities 65a1b2 amount=1500.50 --clear stage
    """
    found, method = _found(crm, resource, "update")
    _write(found, method, _id(method, id), fields, json, clear or (), format_)


def delete(
    crm: CRMArgument,
    resource: ResourceArgument,
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Ids of the records."),
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete records.

    crmkit delete monica notes 17 18 --yes

    On a terminal it asks first.

    Exit codes: 0 all were deleted; 1 some of several could not be deleted, each with its reason; 3
    the server refused, or could not be reached.
    """
    found, method = _found(crm, resource, "delete")
    keys = [_id(method, id) for id in ids]
    question = f"Delete {', '.join(ids)} of {found.crm}'s {found.name}?"
    if not yes and sys.stdin.isatty() and not typer.confirm(question, err=True):
        raise CommandError("nothing was deleted", 1)
    from crmkit import CRMError

    failed = 0
    with _connected(found) as (client, _):
        call = getattr(found.on(client), method.name)
        for id, key in zip(ids, keys, strict=True):
            try:
                call(**key)
            except CRMError as error:
                if len(ids) == 1 or not concerns_record(error):
                    raise
                say(f"crmkit: {id}: {error}")
                failed += 1
    if failed:
        raise CommandError(f"{failed} of {len(ids)} could not be deleted", 1)


# -- what they share -------------------------------------------------------------------------------


def _found(crm: str, name: str, action: str) -> tuple[Resource, Method]:
    from .crms import resource

    found = resource(crm, name)
    return found, found.method(action)


@contextmanager
def _connected(resource: Resource) -> Generator[tuple[Any, Callable[[], Rows]]]:
    """Open the client of a resource: gives it, and what reads how its rows are read, once."""
    from .crms import connected
    from .custom import read_rows

    with connected(resource.crm) as client:
        yield client, cache(lambda: read_rows(resource, client))


def _documented(resource: Resource) -> Callable[[Any], dict[str, Any]]:
    from .custom import Rows

    return Rows(resource.columns).values


def _rows(listed: Any, limit: int | None) -> Iterable[Any]:
    if isinstance(listed, dict):  # of Monica's countries, which are keyed by their codes
        return islice(listed.values(), limit)
    rows: Iterable[Any] = listed if limit is None else listed.take(limit)
    return rows


def _id(method: Method, text: str) -> dict[str, Any]:
    from .values import parse_text

    return {method.id.name: parse_text(text, method.id.type, "ID")} if method.id else {}


def _write(
    found: Resource,
    method: Method,
    key: dict[str, Any],
    fields: Iterable[str] | None,
    json: str | None,
    clear: Iterable[str],
    format_: Format | None,
) -> None:
    from .arguments import assignments, read_json, write_arguments
    from .values import parse_json, parse_text

    texts = assignments(fields or ())
    tree: dict[str, Any] = (read_json(json) if json else {}) | dict.fromkeys(clear)
    for name in texts.keys() & tree.keys():
        raise InputError(name, "stands twice")
    with _connected(found) as (client, rows):
        arguments = write_arguments(found, method, texts, parse_text, rows)
        more = write_arguments(found, method, tree, parse_json, rows)
        extra = {**arguments.pop("extra", {}), **more.pop("extra", {})}
        arguments |= more | ({"extra": extra} if extra else {})
        missing = [name for name in method.required if name not in arguments]
        if missing:
            needed = " ".join(f"{name}=…" for name in missing)
            raise CommandError(f"{found.name} need {needed}")
        if not arguments:
            raise CommandError(f"nothing to write: pass FIELD=VALUE, such as {_example(method)}")
        written = getattr(found.on(client), method.name)(**key, **arguments)
        if method.row is not None:
            values = rows().values(written)
        else:
            values = {"id": written} if method.returns_id else key
    write_record(format_ or default_format(), values)


def _example(method: Method) -> str:
    names = [each.name for each in method.fields if each.name not in NOT_VALUES]
    return f"{names[0]}=…" if names else "--json FILE"
