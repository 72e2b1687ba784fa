"""What an import does with one row: create a record, change the one that is there, or neither."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .duplicates import existing_id, has_value
from .errors import CommandError, concerns_record

if TYPE_CHECKING:
    from .duplicates import KeyField
    from .import_journal import Journal
    from .mapping import ColumnMap
    from .resources import Resource
    from .table_files import Row

__all__ = ["Importer", "Outcome"]

#: Entity types of EspoCRM that its servers check for duplicates, by name and e-mail address.
_CHECKED = {"Account", "Contact", "Lead"}
#: Rows that are refused in a row as forbidden or not found, after which no other is sent.
_ENOUGH = 20
_UNKNOWN = (
    "may have been created: look, and if it is not there, empty _status here and import this file"
)


@dataclass(frozen=True)
class Outcome:
    """What became of a row.

    Args:
        status: `created`, `updated`, `skipped`, `failed`, `unknown`, or `before` if an earlier run
            has done it.
        id: The record that it is about; None if there is none.
        error: What is wrong; empty if nothing is.
    """

    status: str
    id: Any = None
    error: str = ""


class Importer:
    """Sends rows, each at most once.

    Args:
        resource: The resource.
        client: The client, connected.
        columns: The fields that columns are.
        journal: What became of rows.
        by: The field by which records are looked up; None to leave that to the server.
        policy: What to do with a row whose record is there: `skip`, `update` or `fail`.
    """

    def __init__(
        self,
        resource: Resource,
        client: Any,
        columns: ColumnMap,
        journal: Journal,
        by: KeyField | None,
        policy: str,
    ) -> None:
        self._resource = resource
        self._calls = resource.on(client)
        self._columns = columns
        self._journal = journal
        self._by = by
        self._policy = policy
        self._seen: Counter[str] = Counter()
        self._refusals = 0  # since a row was taken

    def take(self, row: Row) -> Outcome:
        """Return what became of a row, after it was sent or left out.

        Raises:
            CRMError: The call failed for a reason that concerns all rows, or nobody knows whether
                it was done.
            OSError: The journal cannot be written; the row was not sent.
        """
        key = self._key(row)
        if key in self._journal.done:
            return Outcome("before", self._journal.done[key])
        try:
            arguments = self._columns.arguments(row)
        except CommandError as error:
            return Outcome("failed", None, str(error))
        in_flight = key in self._journal.sent or row.status == "unknown"
        looked = self._journal.sent.get(key, "")
        value = self._by.value(arguments) if self._by else None
        id = self._by.find(value) if self._by else None
        if id is not None:
            if in_flight and self._by and looked == self._by.name and self._policy != "update":
                self._journal.finish(key, id)  # it was not there before it was sent
                return Outcome("created", id)
            return self._duplicate(key, id, arguments)
        if in_flight and not self._can_repeat(value):
            return Outcome("unknown", None, _UNKNOWN)
        return self._create(row, key, arguments, value)

    def _key(self, row: Row) -> str:
        """Return what a row is known by: equal rows are told apart by their order."""
        fingerprint = row.fingerprint
        self._seen[fingerprint] += 1
        return f"{fingerprint}.{self._seen[fingerprint]}"

    def _can_repeat(self, value: Any) -> bool:
        """Return whether a row that may have been created cannot be created a second time."""
        # A key that has found nothing shows that it is not there.
        return has_value(value) or self._resource.entity_type in _CHECKED

    def _create(self, row: Row, key: str, arguments: dict[str, Any], value: Any) -> Outcome:
        from crmkit import ConflictError, CRMError

        call = getattr(self._calls, self._resource.method("create").name)
        self._journal.intend(key, row.number, self._by.name if self._by else "")
        try:
            made = call(**self._columns.for_creation(arguments))
        except ConflictError as error:
            id = existing_id(error.current)
            if id is None:
                return self._refused(key, error)
            return self._duplicate(key, id, arguments)
        except CRMError as error:
            return self._refused(key, error)
        self._refusals = 0
        id = made if isinstance(made, int | str) else getattr(made, "id", None)
        self._journal.finish(key, id)
        if self._by is not None:
            self._by.add(value, id)
        return Outcome("created", id)

    def _duplicate(self, key: str, id: Any, arguments: dict[str, Any]) -> Outcome:
        from crmkit import CRMError

        if self._policy == "fail":
            self._journal.withdraw(key)
            return Outcome("failed", id, f"is there already, as {id}")
        if self._policy == "skip":
            self._journal.finish(key, id, is_skipped=True)
            return Outcome("skipped", id)
        method = self._resource.method("update")
        names = {"extra", *(field.name for field in method.fields)}
        changes = {name: value for name, value in arguments.items() if name in names}
        try:
            getattr(self._calls, method.name)(
                **{method.id.name if method.id else "id": id}, **changes
            )
        except CRMError as error:
            return self._refused(key, error, id)
        self._journal.finish(key, id)
        return Outcome("updated", id)

    def _refused(self, key: str, error: Any, id: Any = None) -> Outcome:
        """Return the outcome of a row that the server refused, or raise what concerns all rows."""
        from crmkit import NotFoundError, PermissionDeniedError

        if id is None and error.maybe_processed:
            raise error
        self._journal.withdraw(key)
        self._refusals += 1
        # Rights and routes are mostly the same for all rows, though not always.
        is_of_all = isinstance(error, PermissionDeniedError | NotFoundError)
        if not concerns_record(error) or (is_of_all and self._refusals >= _ENOUGH):
            raise error
        return Outcome("failed", id, str(error))
