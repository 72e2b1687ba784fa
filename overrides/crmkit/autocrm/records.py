"""Links and mass actions, which every entity type has beside its own methods."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crmkit.core import errors
from crmkit.core.call import items_of
from crmkit.core.codec.values import encode_plain
from crmkit.core.drive import awaitable
from crmkit.core.errors import ArgumentError, NotFoundError, expected, in_operation
from crmkit.core.options import mapping
from crmkit.core.paging import AsyncPager, Pager
from crmkit.core.resource import Resource
from crmkit.core.sender import decoded
from crmkit.core.types import UNSET
from crmkit_generated.autocrm import codec, operations

from .names import camel_case, renamer
from .where import conditions, wire_tree

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from crmkit.core.call import Call
    from crmkit.core.operation import Operation
    from crmkit.core.options import Options
    from crmkit.core.paging import ListRequest
    from crmkit.core.types import Unset
    from crmkit_generated.autocrm.models import MassActionResult
    from crmkit_generated.autocrm.models import Record as Record  # noqa: PLC0414  # in strings

    from .where import Where

P = TypeVar("P")
T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_FILTERS = (
    *("select", "where", "order_by", "order"),
    *("primary_filter", "bool_filters", "text_filter", "q"),
)
_MASS_ACTIONS = {"update": operations.RECORDS_MASS_UPDATE, "delete": operations.RECORDS_MASS_DELETE}
_NO_ACTION = re.compile(r"Action .* does not exist")


def checked_name(name: str, argument: str) -> str:
    """Return the name of an entity type or link, which is part of a path.

    Raises:
        ArgumentError: It is not a name.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ArgumentError(
            argument, f"must be a name of letters and digits, got {errors.shown(name)}"
        )
    return name


def wire_members(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments that were passed by their names on the wire: `parent_id` as `parentId`."""
    return {camel_case(name): value for name, value in arguments.items() if value is not None}


def _selection(
    ids: Any, where: Any, *, entity_type: str = "", idle: object = False
) -> dict[str, Any]:
    """Return the part of a body that selects records of a type, by ids or conditions."""
    encode_plain(idle, bool, "idle")
    if (ids is None) == (where is None):
        raise ArgumentError("ids", "pass either ids or where")
    if where is not None:
        return {"where": conditions(where, rename=renamer(entity_type))}
    items = [ids] if isinstance(ids, str) else items_of(ids, "ids")
    if not items:
        raise ArgumentError("ids", "must not be empty")
    for index, id in enumerate(items):
        if not isinstance(id, str) or not id:
            raise ArgumentError(f"ids[{index}]", f"invalid id: {errors.shown(id)}")
    return {"ids": [*map(str.__str__, items)]}


@cache
def _named(operation: Operation, label: str, method: str) -> Operation:
    return replace(operation, name=f"{label}.{method}")


class EntityType(Resource):
    """The records of one entity type: what sync and async methods share.

    Attributes:
        entity_type: Name of the entity type.
    """

    entity_type = ""

    @property
    def _label(self) -> str:
        return type(self).__name__.removeprefix("Async").lower()

    def _operation(self, operation: Operation) -> Operation:
        """Return an operation on any records under the name that callers know it by."""
        method = operation.name.removeprefix("records.")
        return operation if method == operation.name else _named(operation, self._label, method)

    def _call(
        self, operation: Operation, arguments: Any, options: Any = None, body: Any = UNSET
    ) -> Call:
        return super()._call(self._operation(operation), arguments, options, body)

    def _related(
        self, id: str, link: str, filters: tuple[Any, ...], options: Any, *paging: Any
    ) -> ListRequest:
        operation = self._operation(operations.RECORDS_RELATED)
        with in_operation(operation.name):
            arguments = self._path(id, link) | dict(zip(_FILTERS, filters, strict=True))
        return self._list(operation, arguments, options, *paging)

    def _path(self, id: str, link: str) -> dict[str, str]:
        if not isinstance(id, str):
            raise expected("id", "str", id)
        return {"entity": self.entity_type, "id": id, "link": checked_name(link, "link")}

    def _link_call(
        self, operation: Operation, id: str, link: str, selection: dict[str, Any], options: Any
    ) -> Call:
        arguments = self._path(id, link)
        if len(selection.get("ids", ())) == 1:
            selection = {"id": selection["ids"][0]}  # the page knows no other form
            if operation.method == "DELETE":
                arguments["query_id"] = selection["id"]
        return self._call(operation, arguments, options, selection)

    async def _link(
        self, id: str, link: str, ids: Any, where: Any, options: Options | None
    ) -> None:
        operation = self._operation(operations.RECORDS_LINK)
        with in_operation(operation.name):
            selection = _selection(ids, where)
            if where is not None:
                selection["massRelate"] = True
            call = self._link_call(operation, id, link, selection, options)
        await self._sender.reply(call)

    async def _unlink(self, id: str, link: str, ids: Any, options: Options | None) -> None:
        operation = self._operation(operations.RECORDS_UNLINK)
        with in_operation(operation.name):
            selections = [_selection(ids, None)]
            if self._sender.vendor.name == "autocrm":
                selections = [{"ids": [item]} for item in selections[0]["ids"]]
            calls = [
                self._link_call(operation, id, link, selection, options) for selection in selections
            ]
        await self._sender.reply(calls[0])
        with errors.processed(True):
            for call in calls[1:]:
                await self._sender.reply(call)

    async def _mass(
        self,
        action: str,
        ids: Any,
        where: Any,
        idle: object,
        options: Options | None,
        attributes: Any = UNSET,
    ) -> MassActionResult:
        page, run = self._operation(_MASS_ACTIONS[action]), operations.MASS_ACTIONS_RUN
        with in_operation(page.name):
            selection = body = _selection(ids, where, entity_type=self.entity_type, idle=idle)
            own = {"entityType": self.entity_type, "action": action, "params": selection}
            if attributes is not UNSET:
                values = wire_tree(mapping(attributes, "attributes"), "attributes")
                rename = renamer(self.entity_type, "Input")
                values = {rename(name, f"attributes[{name!r}]"): values[name] for name in values}
                own["data"], body = {"values": values}, {**selection, "attributes": values}

        async def send(call: Call) -> MassActionResult:
            reply = await self._sender.reply(call)
            # AutoCRM's page shows no reply, and shows an empty one to deletions.
            tree = {} if reply.data is None or reply.data is True else reply.data
            return decoded(call.operation, reply, codec.MassActionResult.decode, tree)

        if idle:  # AutoCRM's page knows nothing of it
            return await send(self._call(run, {}, options, {**own, "idle": True}))
        if "where" in body:
            body = {**body, "byWhere": True}
        by_page = self._call(page, {"entity": self.entity_type}, options, body)
        return await self._with_fallback(send, by_page, self._call(run, {}, options, own))

    async def _with_fallback(
        self, send: Callable[[Call], Awaitable[T]], page: Call, own: Call
    ) -> T:
        """Take the route of AutoCRM's page, or EspoCRM's own where the server does not have it."""
        vendor: Any = self._sender.vendor
        name = page.operation.path
        if vendor.name in page.operation.profiles and name not in vendor.missing:
            try:
                return await send(page)
            except NotFoundError as error:
                if not _has_no_route(error):
                    raise
                vendor.missing.add(name)
        return await send(own)


def _has_no_route(error: NotFoundError) -> bool:
    """Tell a missing route from a missing record, whose 404 has a header for a reason and no body.

    The router writes its 404 as JSON, HTML, XML or plain text, whatever Accept asks for.
    """
    response: Any = error.response
    by_router = b"404 Not Found" in response.content and "X-Status-Reason" not in response.headers
    return by_router or _NO_ACTION.search(error.message) is not None


class _Related(EntityType, Generic[P]):
    _pager: type[Any]

    def related(
        self,
        id: str,
        link: str,
        *,
        select: Sequence[str] | Unset = UNSET,
        where: Sequence[Where] | Unset = UNSET,
        order_by: str | Unset = UNSET,
        order: str | Unset = UNSET,
        primary_filter: str | Unset = UNSET,
        bool_filters: Sequence[str] | Unset = UNSET,
        text_filter: str | Unset = UNSET,
        q: str | Unset = UNSET,
        start: int | Unset = UNSET,
        page_size: int | Unset = UNSET,
        options: Options | None = None,
    ) -> P:
        """List the records that a link connects with a record.

        Whatever is created, changed or deleted meanwhile, a record that stays and keeps its place
        in the order comes exactly once; one that a change moves may be missed.

        Args:
            id: Id of the record.
            link: Name of the link, such as `contacts`.
            select: Names of the attributes to return; the id always comes along.
            where: Conditions from `crmkit.autocrm.where`, all of which must match.
            order_by: Attribute to sort by.
            order: `asc` or `desc`.
            primary_filter: Name of a filter that the entity type defines.
            bool_filters: Names of filters to join, such as `onlyMy`.
            text_filter: Beginning of a name, an e-mail address or the like; `*` is a wildcard.
            q: As text_filter; the server does not count the total.
            start: The offset of the first item to read, 0 by default.
            page_size: Items a page, 200 by default.
            options: What this call does differently; see `Options`.

        Returns:
            A lazy pager: no request is made before it is iterated.

        Raises:
            NotFoundError: The record or the link does not exist.
        """
        filters = (select, where, order_by, order, primary_filter, bool_filters, text_filter, q)
        request = self._related(id, link, filters, options, start, page_size)
        pager: P = self._pager(request, codec.Record.decode_all)
        return pager


class Linked(_Related[Pager["Record"]]):
    """Links and mass actions of an entity type."""

    _pager = Pager

    def link(
        self,
        id: str,
        link: str,
        ids: str | Sequence[str] | None = None,
        *,
        where: Sequence[Where] | None = None,
        options: Options | None = None,
    ) -> None:
        """Link records to a record. Those that are linked already stay so.

        Args:
            id: Id of the record.
            link: Name of the link, such as `contacts`.
            ids: Id of the record to link, or ids.
            where: Conditions that choose the records, in place of ids.
            options: What this call does differently; see `Options`.

        Raises:
            BadRequestError: The server has done nothing.
            NotFoundError: The record or the link does not exist.
        """
        return self._run(self._link(id, link, ids, where, options))

    def unlink(
        self, id: str, link: str, ids: str | Sequence[str], *, options: Options | None = None
    ) -> None:
        """Unlink records from a record. Those that are not linked are not an error.

        An id goes into the body, as EspoCRM wants it, and into the query, as AutoCRM's page has it.
        The page knows only one id, so AutoCRM gets one call for each.

        Args:
            id: Id of the record.
            link: Name of the link, such as `contacts`.
            ids: Id of the record to unlink, or ids.
            options: What this call does differently; see `Options`.

        Raises:
            BadRequestError: The server has done nothing.
            NotFoundError: The record or the link does not exist.
        """
        return self._run(self._unlink(id, link, ids, options))

    def mass_update(
        self,
        *,
        ids: Sequence[str] | None = None,
        where: Sequence[Where] | None = None,
        attributes: Mapping[str, Any],
        idle: bool = False,
        options: Options | None = None,
    ) -> MassActionResult:
        """Change many records alike.

        Records that are missing, or that the change would make invalid, are skipped silently:
        compare the count.

        Args:
            ids: Ids of the records.
            where: Conditions that choose the records, in place of ids; an empty list chooses all.
            attributes: What to change, by Python or wire name.
            idle: Whether the server works in the background; `mass_actions.status` reports the
                progress.
            options: What this call does differently; see `Options`.

        Returns:
            The count of changed records, and their ids where ids were passed; with idle the id of
            the work.

        Raises:
            PermissionDeniedError: The user may not.
        """
        return self._run(self._mass("update", ids, where, idle, options, attributes))

    def mass_delete(
        self,
        *,
        ids: Sequence[str] | None = None,
        where: Sequence[Where] | None = None,
        idle: bool = False,
        options: Options | None = None,
    ) -> MassActionResult:
        """Delete many records.

        Args:
            ids: Ids of the records; those that are missing are skipped silently.
            where: Conditions that choose the records, in place of ids; an empty list chooses all.
            idle: Whether the server works in the background; `mass_actions.status` reports the
                progress.
            options: What this call does differently; see `Options`.

        Returns:
            The count of deleted records, and their ids where ids were passed; with idle the id of
            the work.

        Raises:
            PermissionDeniedError: The user may not.
        """
        return self._run(self._mass("delete", ids, where, idle, options))


class AsyncLinked(_Related[AsyncPager["Record"]]):
    """Links and mass actions of an entity type, for async clients."""

    _pager = AsyncPager
    link = awaitable(Linked.link)
    unlink = awaitable(Linked.unlink)
    mass_update = awaitable(Linked.mass_update)
    mass_delete = awaitable(Linked.mass_delete)
