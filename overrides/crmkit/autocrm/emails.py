"""Sending of e-mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.core.drive import driven
from crmkit.core.errors import ArgumentError
from crmkit.core.options import mapping
from crmkit_generated.autocrm import operations
from crmkit_generated.autocrm.codec import email
from crmkit_generated.autocrm.resources import emails as generated

from .records import AsyncLinked, Linked, sent
from .where import wire_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crmkit.core.options import Options
    from crmkit_generated.autocrm.models import Email

__all__ = ["AsyncEmails", "Emails"]


def _addresses(value: Any, argument: str) -> Any:
    """Join addresses by semicolons, the one form that servers take."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, list | tuple) or not value:
        raise ArgumentError(argument, "takes an address, or addresses, at least one")
    for index, one in enumerate(value):
        if not isinstance(one, str) or ";" in one:
            raise ArgumentError(f"{argument}[{index}]", "is no text without a ';'")
    return ";".join(value)


class AsyncEmails(AsyncLinked, generated.AsyncEmails):
    """E-mails, with links, mass actions and sending, for async clients."""

    entity_type = "Email"

    async def send(
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
            body: The text.
            from_: Address of the sender. EspoCRM refuses a message without; AutoCRM's page has one.
            cc: Addresses of those who get a copy.
            bcc: Addresses of those who get a hidden copy.
            reply_to: Address for answers.
            is_html: Whether the text is HTML.
            parent_type: Entity type of the record that the e-mail belongs to.
            parent_id: Id of that record.
            attachments_ids: Ids of attached files, as `attachments.upload` gives them.
            extra: Other attributes, by the wire's names.
            options: What this call does differently: timeout, max_retries, headers, query.

        Returns:
            The e-mail, with status `Sent`.

        Raises:
            ArgumentError: A value cannot be carried by the wire; nothing was sent.
            BadRequestError: An address is missing, or is none.
            ServerError: The mail server refuses it, or there is none; the server keeps a draft.
            CRMError: The call failed in another way.
        """
        message = {
            "status": "Sending",
            "from": from_,
            "to": _addresses(to, "to"),
            "cc": _addresses(cc, "cc"),
            "bcc": _addresses(bcc, "bcc"),
            "replyTo": reply_to,
            "subject": subject,
            "body": body,
            "isHtml": is_html,
            "parentType": parent_type,
            "parentId": parent_id,
            "attachmentsIds": attachments_ids,
        }
        others = mapping({} if extra is None else extra, "extra")
        for name in others:
            if name in message:
                raise ArgumentError(f"extra[{name!r}]", "goes by its own keyword")
        given = {name: value for name, value in message.items() if value is not None}
        kwargs = sent(operations.EMAILS_CREATE, wire_tree({**others, **given}, "message"))
        return await self._sender.call(operations.EMAILS_CREATE, kwargs, email.decode, options)


class Emails(Linked, generated.Emails):
    """E-mails, with links, mass actions and sending."""

    entity_type = "Email"
    send = driven(AsyncEmails.send)
