"""The records of any entity type: `crm.entity("CGadget")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.core.types import UNSET
from crmkit_generated.autocrm.resources.records import AsyncRecords, Records

from .records import AsyncLinked, Linked, checked_name

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from crmkit.core.options import Options
    from crmkit.core.paging import AsyncPager, Pager
    from crmkit.core.sender import Sender
    from crmkit.core.types import Unset
    from crmkit_generated.autocrm.models import Record, RecordInput

    from .where import Where

__all__ = ["AsyncEntity", "Entity"]


class Entity(Linked):
    """The records of one entity type, custom ones included.

    Args:
        sender: The client's sender.
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is not possible.
    """

    def __init__(self, sender: Sender, entity_type: str) -> None:
        super().__init__(sender)
        self.entity_type = checked_name(entity_type, "entity_type")
        self._records = Records(sender)

    def list(
        self,
        *,
        select: Sequence[str] | Unset = UNSET,
        where: Sequence[Where] | Unset = UNSET,
        order_by: str | Unset = UNSET,
        order: str | Unset = UNSET,
        primary_filter: str | Unset = UNSET,
        bool_filters: Sequence[str] | Unset = UNSET,
        text_filter: str | Unset = UNSET,
        q: str | Unset = UNSET,
        no_total: bool | Unset = UNSET,
        start: int | Unset = UNSET,
        page_size: int | Unset = UNSET,
        options: Options | None = None,
    ) -> Pager[Record]:
        """List records.

        Args:
            select: Names of the attributes to return; the id always comes along.
            where: Conditions from `crmkit.autocrm.where`, all of which must match.
            order_by: Attribute to sort by.
            order: `asc` or `desc`.
            primary_filter: Name of a filter that the entity type defines.
            bool_filters: Names of filters to join, such as `onlyMy`.
            text_filter: Beginning of a name, an e-mail address or the like; `*` is a wildcard.
            q: As text_filter; the server does not count the total.
            no_total: Whether the server leaves out counting the total.
            start: The offset of the first item to read, 0 by default.
            page_size: Items a page, 200 by default and at most.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            A lazy pager: no request is made before it is iterated.
        """
        return self._records.list(
            self.entity_type,
            select=select,
            where=where,
            order_by=order_by,
            order=order,
            primary_filter=primary_filter,
            bool_filters=bool_filters,
            text_filter=text_filter,
            q=q,
            no_total=no_total,
            start=start,
            page_size=page_size,
            options=options,
        )

    def get(self, id: str, *, options: Options | None = None) -> Record:
        """Read a record.

        Args:
            id: Id of the record.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The record.

        Raises:
            NotFoundError: The record does not exist.
        """
        return self._records.get(self.entity_type, id, options=options)

    def create(
        self,
        input_: RecordInput | None = None,
        *,
        skip_duplicate_check: bool | Unset = UNSET,
        name: str | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        assigned_user_id: str | Unset | None = UNSET,
        teams_ids: builtins.list[str] | Unset | None = UNSET,
        extra: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Record:
        """Create a record.

        Args:
            input_: The whole input as one RecordInput, in place of the keywords.
            skip_duplicate_check: Whether to create the record although there are others like it.
            name: Name.
            description: Free text.
            assigned_user_id: Id of the user who is responsible.
            teams_ids: Ids of the teams that the record belongs to.
            extra: All other attributes, by wire name.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The new record.

        Raises:
            ConflictError: There are records like it; see its `current`.
        """
        return self._records.create(
            self.entity_type,
            input_,
            skip_duplicate_check=skip_duplicate_check,
            name=name,
            description=description,
            assigned_user_id=assigned_user_id,
            teams_ids=teams_ids,
            extra=extra,
            options=options,
        )

    def update(
        self,
        id: str,
        input_: RecordInput | None = None,
        *,
        version_number: int | Unset = UNSET,
        name: str | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        assigned_user_id: str | Unset | None = UNSET,
        teams_ids: builtins.list[str] | Unset | None = UNSET,
        extra: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Record:
        """Change what is passed of a record; the rest stays.

        Args:
            id: Id of the record.
            input_: The whole input as one RecordInput, in place of the keywords.
            version_number: Version that the change was made from; where the server holds a later
                one, it refuses.
            name: Name.
            description: Free text.
            assigned_user_id: Id of the user who is responsible.
            teams_ids: Ids of the teams that the record belongs to.
            extra: All other attributes, by wire name.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The record as it is now.

        Raises:
            NotFoundError: The record does not exist.
            ConflictError: Somebody else changed it; see its `current`.
        """
        return self._records.update(
            self.entity_type,
            id,
            input_,
            version_number=version_number,
            name=name,
            description=description,
            assigned_user_id=assigned_user_id,
            teams_ids=teams_ids,
            extra=extra,
            options=options,
        )

    def delete(self, id: str, *, options: Options | None = None) -> None:
        """Delete a record.

        Args:
            id: Id of the record.
            options: What this call does differently: timeout, max_retries, headers, query.

        Raises:
            NotFoundError: The record does not exist.
        """
        self._records.delete(self.entity_type, id, options=options)


class AsyncEntity(AsyncLinked):
    """The records of one entity type, for async clients; see `Entity`.

    Args:
        sender: The client's sender.
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is not possible.
    """

    def __init__(self, sender: Sender, entity_type: str) -> None:
        super().__init__(sender)
        self.entity_type = checked_name(entity_type, "entity_type")
        self._records = AsyncRecords(sender)

    def list(
        self,
        *,
        select: Sequence[str] | Unset = UNSET,
        where: Sequence[Where] | Unset = UNSET,
        order_by: str | Unset = UNSET,
        order: str | Unset = UNSET,
        primary_filter: str | Unset = UNSET,
        bool_filters: Sequence[str] | Unset = UNSET,
        text_filter: str | Unset = UNSET,
        q: str | Unset = UNSET,
        no_total: bool | Unset = UNSET,
        start: int | Unset = UNSET,
        page_size: int | Unset = UNSET,
        options: Options | None = None,
    ) -> AsyncPager[Record]:
        """List records.

        Args:
            select: Names of the attributes to return; the id always comes along.
            where: Conditions from `crmkit.autocrm.where`, all of which must match.
            order_by: Attribute to sort by.
            order: `asc` or `desc`.
            primary_filter: Name of a filter that the entity type defines.
            bool_filters: Names of filters to join, such as `onlyMy`.
            text_filter: Beginning of a name, an e-mail address or the like; `*` is a wildcard.
            q: As text_filter; the server does not count the total.
            no_total: Whether the server leaves out counting the total.
            start: The offset of the first item to read, 0 by default.
            page_size: Items a page, 200 by default and at most.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            A lazy pager: no request is made before it is iterated.
        """
        return self._records.list(
            self.entity_type,
            select=select,
            where=where,
            order_by=order_by,
            order=order,
            primary_filter=primary_filter,
            bool_filters=bool_filters,
            text_filter=text_filter,
            q=q,
            no_total=no_total,
            start=start,
            page_size=page_size,
            options=options,
        )

    async def get(self, id: str, *, options: Options | None = None) -> Record:
        """Read a record.

        Args:
            id: Id of the record.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The record.

        Raises:
            NotFoundError: The record does not exist.
        """
        return await self._records.get(self.entity_type, id, options=options)

    async def create(
        self,
        input_: RecordInput | None = None,
        *,
        skip_duplicate_check: bool | Unset = UNSET,
        name: str | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        assigned_user_id: str | Unset | None = UNSET,
        teams_ids: builtins.list[str] | Unset | None = UNSET,
        extra: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Record:
        """Create a record.

        Args:
            input_: The whole input as one RecordInput, in place of the keywords.
            skip_duplicate_check: Whether to create the record although there are others like it.
            name: Name.
            description: Free text.
            assigned_user_id: Id of the user who is responsible.
            teams_ids: Ids of the teams that the record belongs to.
            extra: All other attributes, by wire name.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The new record.

        Raises:
            ConflictError: There are records like it; see its `current`.
        """
        return await self._records.create(
            self.entity_type,
            input_,
            skip_duplicate_check=skip_duplicate_check,
            name=name,
            description=description,
            assigned_user_id=assigned_user_id,
            teams_ids=teams_ids,
            extra=extra,
            options=options,
        )

    async def update(
        self,
        id: str,
        input_: RecordInput | None = None,
        *,
        version_number: int | Unset = UNSET,
        name: str | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        assigned_user_id: str | Unset | None = UNSET,
        teams_ids: builtins.list[str] | Unset | None = UNSET,
        extra: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Record:
        """Change what is passed of a record; the rest stays.

        Args:
            id: Id of the record.
            input_: The whole input as one RecordInput, in place of the keywords.
            version_number: Version that the change was made from; where the server holds a later
                one, it refuses.
            name: Name.
            description: Free text.
            assigned_user_id: Id of the user who is responsible.
            teams_ids: Ids of the teams that the record belongs to.
            extra: All other attributes, by wire name.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The record as it is now.

        Raises:
            NotFoundError: The record does not exist.
            ConflictError: Somebody else changed it; see its `current`.
        """
        return await self._records.update(
            self.entity_type,
            id,
            input_,
            version_number=version_number,
            name=name,
            description=description,
            assigned_user_id=assigned_user_id,
            teams_ids=teams_ids,
            extra=extra,
            options=options,
        )

    async def delete(self, id: str, *, options: Options | None = None) -> None:
        """Delete a record.

        Args:
            id: Id of the record.
            options: What this call does differently: timeout, max_retries, headers, query.

        Raises:
            NotFoundError: The record does not exist.
        """
        await self._records.delete(self.entity_type, id, options=options)
