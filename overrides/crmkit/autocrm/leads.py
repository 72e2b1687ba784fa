"""Conversion of leads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit.core.codec.values import encode_plain
from crmkit.core.errors import expected, in_operation
from crmkit.core.options import mapping
from crmkit_generated.autocrm import codec
from crmkit_generated.autocrm.operations import LEADS_CONVERT, LEADS_CONVERT_BY_ID
from crmkit_generated.autocrm.resources import leads as generated

from .records import AsyncLinked, EntityType, Linked
from .where import wire_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit.core.call import Call
    from crmkit.core.options import Options
    from crmkit_generated.autocrm.models import Lead

_CONVERT_BY_ID = replace(LEADS_CONVERT_BY_ID, name=LEADS_CONVERT.name)


class _Conversion(EntityType):
    entity_type = "Lead"

    async def _convert(self, id: str, records: Any, skip: object, options: Options | None) -> Lead:
        async def send(call: Call) -> Lead:
            return await self._sender.call(call, codec.Lead.decode)

        with in_operation(LEADS_CONVERT.name):
            if not isinstance(id, str):
                raise expected("id", "str", id)
            parts = mapping({} if records is None else records, "records").items()
            trees = {
                name: record.to_dict() if hasattr(record, "to_dict") else record
                for name, record in parts
            }
            body: dict[str, Any] = {"records": wire_tree(trees, "records")}
            if encode_plain(skip, bool, "skip_duplicate_check"):
                body["skipDuplicateCheck"] = True
        autocrm_call = self._call(_CONVERT_BY_ID, {"id": id}, options, body)
        espocrm_call = self._call(LEADS_CONVERT, {}, options, {"id": id, **body})
        return await self._with_fallback(send, autocrm_call, espocrm_call)


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
            records: What to create, by entity type: an input model, or attributes by wire name. The
                account goes into contact and opportunity by itself.
            skip_duplicate_check: Whether to create the records though there are others like them.
            options: What this call does differently; see `Options`.

        Returns:
            The lead, with the ids of what was created.

        Raises:
            ConflictError: There are records like those to create; see its `current`.
            NotFoundError: The lead does not exist.
        """
        return self._run(self._convert(id, records, skip_duplicate_check, options))


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
        """Convert a lead into an account, a contact and an opportunity.

        A lead may be converted again, which makes new records; without records it is converted all
        the same. Where one part is refused the lead stays as it was, but parts made before it
        remain, in the order account, contact, opportunity.

        Args:
            id: Id of the lead.
            records: What to create, by entity type: an input model, or attributes by wire name. The
                account goes into contact and opportunity by itself.
            skip_duplicate_check: Whether to create the records though there are others like them.
            options: What this call does differently; see `Options`.

        Returns:
            The lead, with the ids of what was created.

        Raises:
            ConflictError: There are records like those to create; see its `current`.
            NotFoundError: The lead does not exist.
        """
        return await self._convert(id, records, skip_duplicate_check, options)
