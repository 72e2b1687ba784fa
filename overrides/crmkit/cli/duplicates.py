"""Records that a row of an import would duplicate, by the value of one field."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from .arguments import list_arguments
from .errors import CommandError
from .resources import find_field
from .values import cell_text, json_value, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .custom import Rows
    from .resources import Field, Resource

__all__ = ["KeyField", "existing_id", "has_value"]


class KeyField:
    """Finds records by the value of a field.

    EspoCRM is asked for each; of the others the list is read once, and its values are held.

    Args:
        resource: The resource.
        client: The client, connected.
        rows: Returns how its rows are read.
        field: The field.

    Raises:
        CommandError: The resource has no list, or its rows do not have the field.
    """

    def __init__(
        self,
        resource: Resource,
        client: Any,
        rows: Callable[[], Rows],
        field: Field,
    ) -> None:
        from .lists import can_be_read

        self._resource, self._client, self._rows = resource, client, rows
        self.name = field.name
        self._method = resource.method("list")
        known = resource.columns if self._method.takes_where else []
        if not find_field(self.name, known) and not find_field(self.name, rows().columns):
            raise CommandError(f"--key: the list of {resource.name} does not show {self.name}")
        if not can_be_read(resource):
            raise CommandError(f"--key: {resource.crm} does not list all {resource.name}")

    def value(self, arguments: dict[str, Any]) -> Any:
        """Return the field's value among the arguments of a write, as JSON has it."""
        extra = arguments.get("extra", {})
        return json_value(plain(arguments.get(self.name, extra.get(self.name))))

    def find(self, value: Any) -> Any:
        """Return the id of a record with a value, or None.

        Raises:
            CRMError: A call failed.
        """
        if not has_value(value):
            return None
        if not self._method.takes_where:
            return next((self._ids[each] for each in _values(value) if each in self._ids), None)
        where = {self.name: cell_text(value)}
        arguments = list_arguments(self._resource, self._method, where, self._rows)
        call = getattr(self._resource.on(self._client), self._method.name)
        first = call(**arguments, select=["id"], page_size=1).first()
        return None if first is None else first.id

    def add(self, value: Any, id: Any) -> None:
        """Note the record that was created with a value."""
        if not self._method.takes_where:
            for each in _values(value):
                self._ids.setdefault(each, id)

    @cached_property
    def _ids(self) -> dict[str, Any]:
        from .lists import Listing

        listing = Listing(self._resource, self._client, self._rows())
        ids: dict[str, Any] = {}
        for chunk in listing.chunks():
            for each in chunk.rows:
                for value in _values(each.get(self.name)):
                    ids.setdefault(value, each.get("id"))
        return ids


def has_value(value: Any) -> bool:
    """Return whether a value can be looked up."""
    return next(_values(value), None) is not None


def _values(value: Any) -> Iterator[str]:
    """Yield what can be compared: the items of a list, an object's main member; without case."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif isinstance(value, dict):
        names = ("value", "address", "number", "url")
        yield from _values(next((value[name] for name in names if value.get(name)), None))
    else:
        text = cell_text(value).strip().casefold()
        if text:
            yield text


def existing_id(current: Any) -> Any:
    """Return the id of the first record that a refused duplicate is like, or None."""
    records = current if isinstance(current, list) else [current]
    ids = [each.get("id") for each in records if isinstance(each, dict)]
    return ids[0] if ids else None
