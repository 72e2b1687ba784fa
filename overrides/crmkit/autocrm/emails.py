"""Sending of e-mails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmkit.core.body import RequestTree
from crmkit.core.drive import awaitable
from crmkit.core.errors import ArgumentError, expected, in_operation, shown
from crmkit.core.options import mapping
from crmkit_generated.autocrm import codec
from crmkit_generated.autocrm.operations import EMAILS_CREATE
from crmkit_generated.autocrm.resources import emails as generated

from .records import AsyncLinked, EntityType, Linked, wire_members
from .where import wire_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crmkit.core.options import Options
    from crmkit_generated.autocrm.models import Email

_SEND = replace(EMAILS_CREATE, name="emails.send")
_ADDRESSES = ("to", "cc", "bcc", "from_", "reply_to")
_CONTENT = ("subject", "body", "is_html", "parent_type", "parent_id", "attachments_ids")


def _addresses(value: Any, argument: str) -> str | None:
    """Return addresses as the wire has them, joined by semicolons."""
    if value is None and argument != "to":
        return None
    addresses = [value] if isinstance(value, str) else value
    if not isinstance(addresses, list | tuple):
        raise expected(argument, "an address or a list", value)
    if not addresses:
        raise ArgumentError(argument, "must not be empty")
    for index, address in enumerate(addresses):
        if not isinstance(address, str) or (address is not value and ";" in address):
            problem = f"must be a str without ';', got {shown(address)}"
            raise ArgumentError(f"{argument}[{index}]", problem)
    return ";".join(addresses)


class _Sending(EntityType):
    entity_type = "Email"

    async def _send(
        self, message: tuple[Any, ...], extra: Mapping[str, Any] | None, options: Options | None
    ) -> Email:
        with in_operation("emails.send"):
            arguments = dict(zip(_ADDRESSES + _CONTENT, message, strict=True))
            for argument in ("to", "cc", "bcc"):
                arguments[argument] = _addresses(arguments[argument], argument)
            others = mapping({} if extra is None else extra, "extra")
            for name in others.keys() & {"status", *wire_members(dict.fromkeys(arguments, True))}:
                problem = "is a documented member: pass it as a keyword argument"
                raise ArgumentError(f"extra[{name!r}]", problem)
            tree = RequestTree(codec.EmailInput.MEMBERS, others)
            tree.update(wire_tree({**others, "status": "Sending"}, "extra"))
            written = {name: wire_tree(value, name) for name, value in arguments.items()}
            tree.update(wire_members(written))
            call = self._call(_SEND, {}, options, tree)
        return await self._sender.call(call, codec.Email.decode)


class Emails(_Sending, Linked, generated.Emails):
    """E-mails, with links, mass actions and sending."""

    def send(
        self,
        *,
        to: str | Sequence[str],
        subject: str,
        body: str,
        from_: str | None = None,
        cc: str | Sequence[str] | None = None,
        bcc: str | Sequence[str] | None = None,
        reply_to: str | None = None,
        is_html: bool = True,
        parent_type: str | None = None,
        parent_id: str | None = None,
        attachments_ids: Sequence[str] | None = None,
        extra: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Email:
        """Send an e-mail, within the request. `create` only files it, unless its status says so.

        Args:
            to: Address of the recipient, or addresses.
            subject: Subject.
            body: The text of the message.
            from_: Address of the sender, which EspoCRM requires; AutoCRM's page sends none.
            cc: Addresses of those who get a copy.
            bcc: Addresses of those who get a hidden copy.
            reply_to: Address for answers.
            is_html: Whether the text is HTML.
            parent_type: Entity type of the record that the e-mail belongs to.
            parent_id: Id of that record.
            attachments_ids: Ids of attached files, as `attachments.upload` returns them.
            extra: Other attributes, by wire name.
            options: What this call does differently; see `Options`.

        Returns:
            The e-mail, with status `Sent`.

        Raises:
            BadRequestError: An address is missing or invalid.
            ServerError: The mail server refuses it, or there is none; the server keeps a draft.
        """
        addresses = (to, cc, bcc, from_, reply_to)
        content = (subject, body, is_html, parent_type, parent_id, attachments_ids)
        return self._run(self._send((*addresses, *content), extra, options))


class AsyncEmails(_Sending, AsyncLinked, generated.AsyncEmails):
    """E-mails, with links, mass actions and sending, for async clients."""

    send = awaitable(Emails.send)
