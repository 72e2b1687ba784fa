"""What every entity type has beside list, get, create, update and delete: links, mass actions.

Written once, as async methods; the sync ones drive them.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from crmkit.core.drive import driven
from crmkit.core.errors import ArgumentError, NotFoundError
from crmkit.core.options import mapping
from crmkit.core.resource import Resource
from crmkit.core.sender import decoded
from crmkit_generated.autocrm import operations
from crmkit_generated.autocrm.resources.records import AsyncRecords, Records

from .where import conditions, wire_tree

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from crmkit.core.operation import Operation
    from crmkit.core.options import Options
    from crmkit.core.sender import Sender
    from crmkit_generated.autocrm.models import MassActionResult

    from .where import Where

__all__ = ["AsyncEntity", "AsyncLinked", "Entity", "Linked", "Routes", "sent"]

P = ParamSpec("P")
T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_NO_ACTION = re.compile(r"Action .* does not exist")


def _name(name: str, argument: str) -> str:
    """Return the name of an entity type or link, which is part of a path.

    Raises:
        ArgumentError: It is none.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ArgumentError(argument, f"takes a name of letters and digits, not {name!r}")
    return name


def sent(operation: Operation, body: Any = None, **path: str) -> dict[str, Any]:
    """Return what a call sends.

    Args:
        operation: The operation.
        body: The body as JSON has it; None for none.
        path: Values of the path's parameters.

    Raises:
        ArgumentError: A value of the path is no text.
    """
    for name, value in path.items():
        if not isinstance(value, str):
            raise ArgumentError(name, f"takes a text, not {type(value).__name__}")
    url = operation.path.format(**{name: quote(value, safe="") for name, value in path.items()})
    return {"url": url} if body is None else {"url": url, "json": body}


def _chosen(ids: Any, where: Any) -> dict[str, Any]:
    """Return which records a call is for, as JSON has it."""
    if (ids is None) == (where is None):
        raise ArgumentError("ids", "pass either ids or where")
    if where is not None:
        return {"where": conditions(where)}
    found = [ids] if isinstance(ids, str) else ids
    if not isinstance(found, list | tuple) or not found:
        raise ArgumentError("ids", "takes ids, at least one")
    for index, id in enumerate(found):
        if not isinstance(id, str) or not id:
            raise ArgumentError(f"ids[{index}]", f"is no id: {id!r}")
    return {"ids": list(found)}


class Routes(Resource):
    """What sync and async methods share.

    Attributes:
        entity_type: Name of the entity type.
    """

    entity_type = ""

    def _linked(self, operation: Operation, id: str, link: str, body: Any) -> dict[str, Any]:
        path = {"entityType": self.entity_type, "id": id, "link": _name(link, "link")}
        if len(body.get("ids", ())) == 1:
            body = {"id": body["ids"][0]}  # the page knows no other form
        return sent(operation, body, **path)

    async def _mass(
        self, page: Operation, body: Any, own: Any, options: Options | None, *, idle: object
    ) -> MassActionResult:
        """Run a mass action.

        Args:
            page: The operation of AutoCRM's page.
            body: What it takes.
            own: What EspoCRM's MassAction takes.
            options: What the calls do differently.
            idle: Whether the server is to work in the background.
        """
        from crmkit_generated.autocrm.codec.mass_action_result import decode

        async def call(operation: Operation, kwargs: dict[str, Any]) -> MassActionResult:
            reply = await self._sender.reply(operation, kwargs, options)
            # AutoCRM's page shows no reply, and shows an empty one to deletions.
            tree = {} if reply.data is None or reply.data is True else reply.data
            return decoded(operation, reply, decode, tree)

        run = operations.MASS_ACTIONS_RUN
        own = {"entityType": self.entity_type, **own}
        if idle:  # AutoCRM's page knows nothing of it
            return await call(run, sent(run, {**own, "idle": True}))
        if "where" in body:
            body = {**body, "byWhere": True}
        by_page = sent(page, body, entityType=self.entity_type)
        return await self._either(call, (page, by_page), (run, sent(run, own)), _has_no_action)

    async def _either(
        self,
        call: Callable[[Operation, dict[str, Any]], Awaitable[T]],
        page: tuple[Operation, dict[str, Any]],
        own: tuple[Operation, dict[str, Any]],
        is_missing: Callable[[NotFoundError], bool],
    ) -> T:
        """Take the route of AutoCRM's page, or EspoCRM's own where the server has not got that."""
        vendor: Any = self._sender.vendor
        if vendor.name in page[0].profiles and page[0].name not in vendor.missing:
            try:
                return await call(*page)
            except NotFoundError as error:
                if not is_missing(error):
                    raise
                vendor.missing.add(page[0].name)
        return await call(*own)


def _has_no_action(error: NotFoundError) -> bool:
    return _NO_ACTION.search(error.message) is not None


def _bound(
    method: Callable[Concatenate[Any, str, P], T],
) -> Callable[Concatenate[Any, P], T]:
    """Return a method of `records` for one entity type."""

    @wraps(method)
    def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return method(self, self.entity_type, *args, **kwargs)

    return call


class AsyncLinked(Routes):
    """Links and mass actions of an entity type, for async clients."""

    related = _bound(AsyncRecords.related)

    async def link(
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
            options: What this call does differently: timeout, max_retries, headers, query.

        Raises:
            ArgumentError: A value cannot be carried by the wire; nothing was sent.
            BadRequestError: The server has done nothing.
            NotFoundError: There is no such record or link.
            CRMError: The call failed in another way.
        """
        body = _chosen(ids, where)
        if where is not None:
            body["massRelate"] = True
        kwargs = self._linked(operations.RECORDS_LINK, id, link, body)
        await self._sender.reply(operations.RECORDS_LINK, kwargs, options)

    async def unlink(
        self, id: str, link: str, ids: str | Sequence[str], *, options: Options | None = None
    ) -> None:
        """Unlink records from a record. Those that are not linked are no error.

        An id goes into the body, as EspoCRM wants it, and into the query, as AutoCRM's page has it.
        The page knows only one id, so AutoCRM is asked once for each.

        Args:
            id: Id of the record.
            link: Name of the link, such as `contacts`.
            ids: Id of the record to unlink, or ids.
            options: What this call does differently: timeout, max_retries, headers, query.

        Raises:
            ArgumentError: A value cannot be carried by the wire; nothing was sent.
            BadRequestError: The server has done nothing.
            NotFoundError: There is no such record or link.
            CRMError: The call failed in another way.
        """
        found = _chosen(ids, None)["ids"]
        by_page = self._sender.vendor.name == "autocrm"
        for group in [[one] for one in found] if by_page else [found]:
            kwargs = self._linked(operations.RECORDS_UNLINK, id, link, {"ids": group})
            if len(group) == 1:
                kwargs["params"] = {"id": group[0]}
            await self._sender.reply(operations.RECORDS_UNLINK, kwargs, options)

    async def mass_update(
        self,
        *,
        ids: Sequence[str] | None = None,
        where: Sequence[Where] | None = None,
        attributes: Mapping[str, Any],
        idle: bool = False,
        options: Options | None = None,
    ) -> MassActionResult:
        """Change many records alike.

        Records that are missing, or that the change would make invalid, are skipped without a word:
        compare the count.

        Args:
            ids: Ids of the records.
            where: Conditions that choose the records, in place of ids; an empty list chooses all.
            attributes: What to change, by the wire's names.
            idle: Whether the server is to work in the background; `mass_actions.status` tells how
                far it is.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The count of changed records, and their ids where ids were given; with idle the id of
            the work.

        Raises:
            ArgumentError: Neither or both of ids and where are given, or a value cannot be carried
                by the wire; nothing was sent.
            PermissionDeniedError: The user may not.
            CRMError: The call failed in another way.
        """
        chosen = _chosen(ids, where)
        values = wire_tree(mapping(attributes, "attributes"), "attributes")
        own = {"action": "update", "params": chosen, "data": {"values": values}}
        page = {**chosen, "attributes": values}
        return await self._mass(operations.RECORDS_MASS_UPDATE, page, own, options, idle=idle)

    async def mass_delete(
        self,
        *,
        ids: Sequence[str] | None = None,
        where: Sequence[Where] | None = None,
        idle: bool = False,
        options: Options | None = None,
    ) -> MassActionResult:
        """Delete many records.

        Args:
            ids: Ids of the records; those that are missing are skipped without a word.
            where: Conditions that choose the records, in place of ids; an empty list chooses all.
            idle: Whether the server is to work in the background; `mass_actions.status` tells how
                far it is.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The count of deleted records, and their ids where ids were given; with idle the id of
            the work.

        Raises:
            ArgumentError: Neither or both of ids and where are given, or a value cannot be carried
                by the wire; nothing was sent.
            PermissionDeniedError: The user may not.
            CRMError: The call failed in another way.
        """
        chosen = _chosen(ids, where)
        own = {"action": "delete", "params": chosen}
        return await self._mass(operations.RECORDS_MASS_DELETE, chosen, own, options, idle=idle)


class Linked(Routes):
    """Links and mass actions of an entity type."""

    related = _bound(Records.related)
    link = driven(AsyncLinked.link)
    unlink = driven(AsyncLinked.unlink)
    mass_update = driven(AsyncLinked.mass_update)
    mass_delete = driven(AsyncLinked.mass_delete)


class _OfType(Routes):
    def __init__(self, sender: Sender, entity_type: str) -> None:
        super().__init__(sender)
        self.entity_type = _name(entity_type, "entity_type")


class Entity(_OfType, Linked):
    """The records of one entity type, custom ones included.

    Args:
        sender: The client's sender.
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is none.
    """

    list = _bound(Records.list)
    get = _bound(Records.get)
    create = _bound(Records.create)
    update = _bound(Records.update)
    delete = _bound(Records.delete)


class AsyncEntity(_OfType, AsyncLinked):
    """The records of one entity type, for async clients; see `Entity`.

    Args:
        sender: The client's sender.
        entity_type: Name of the entity type, such as `CGadget`.

    Raises:
        ArgumentError: The name is none.
    """

    list = _bound(AsyncRecords.list)
    get = _bound(AsyncRecords.get)
    create = _bound(AsyncRecords.create)
    update = _bound(AsyncRecords.update)
    delete = _bound(AsyncRecords.delete)
