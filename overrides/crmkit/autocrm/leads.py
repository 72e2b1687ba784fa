"""Conversion of leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.core.drive import drive
from crmkit.core.options import mapping
from crmkit_generated.autocrm import operations
from crmkit_generated.autocrm.codec import lead
from crmkit_generated.autocrm.resources import leads as generated

from .records import AsyncLinked, Linked, Routes, sent
from .where import wire_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit.core.errors import NotFoundError
    from crmkit.core.operation import Operation
    from crmkit.core.options import Options
    from crmkit_generated.autocrm.models import Lead

__all__ = ["AsyncLeads", "Leads"]


def _has_no_route(error: NotFoundError) -> bool:
    """Tell a missing route, whose 404 is a page, from a missing lead, whose 404 is empty."""
    response: Any = error.response
    kind = response.headers.get("Content-Type", "")
    return bool(response.content) and "html" in kind and "X-Status-Reason" not in response.headers


class _Conversion(Routes):
    entity_type = "Lead"

    async def _convert(self, id: str, records: Any, skip: object, options: Options | None) -> Lead:
        parts = mapping({} if records is None else records, "records").items()
        made = {name: one.to_dict() if hasattr(one, "to_dict") else one for name, one in parts}
        body: dict[str, Any] = {"records": wire_tree(made, "records")}
        if skip:
            body["skipDuplicateCheck"] = True

        async def call(operation: Operation, kwargs: dict[str, Any]) -> Lead:
            return await self._sender.call(operation, kwargs, lead.decode, options)

        page = operations.LEADS_CONVERT_BY_ID, sent(operations.LEADS_CONVERT_BY_ID, body, id=id)
        own = operations.LEADS_CONVERT, sent(operations.LEADS_CONVERT, {"id": id, **body})
        return await self._either(call, page, own, _has_no_route)


class Leads(_Conversion, Linked, generated.Leads):
    """Leads, with links, mass actions and conversion."""

    def convert(  # type: ignore[override]  # one id for both routes
        self,
        id: str,
        *,
        records: Mapping[str, Any] | None = None,
        skip_duplicate_check: bool = False,
        options: Options | None = None,
    ) -> Lead:
        """Convert a lead into an account, a contact and an opportunity.

        A lead may be converted again, which makes new records; without records it is converted all
        the same. Where one part is refused the lead stays as it was, but parts made before it
        remain, in the order account, contact, opportunity.

        Args:
            id: Id of the lead.
            records: What to make, by entity type: an input model, or attributes by the wire's
                names. The account goes into contact and opportunity by itself.
            skip_duplicate_check: Whether to make the records though there are others like them.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The lead, with the ids of what was made.

        Raises:
            ArgumentError: A value cannot be carried by the wire; nothing was sent.
            ConflictError: There are records like those that would be made; see its `current`.
            NotFoundError: There is no such lead.
            CRMError: The call failed in another way.
        """
        return drive(self._convert(id, records, skip_duplicate_check, options))


class AsyncLeads(_Conversion, AsyncLinked, generated.AsyncLeads):
    """Leads, with links, mass actions and conversion, for async clients."""

    async def convert(  # type: ignore[override]  # one id for both routes
        self,
        id: str,
        *,
        records: Mapping[str, Any] | None = None,
        skip_duplicate_check: bool = False,
        options: Options | None = None,
    ) -> Lead:
        """Convert a lead into an account, a contact and an opportunity; see `Leads.convert`."""
        return await self._convert(id, records, skip_duplicate_check, options)
