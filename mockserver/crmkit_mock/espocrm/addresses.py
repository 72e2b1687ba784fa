"""E-mail addresses and phone numbers of a record: a primary one, and the list of all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.fields import Field

_EMAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+")
#: E.164, which local forms are not (recorded: create-phone-local).
_PHONE = re.compile(r"\+[1-9]\d{5,14}", re.ASCII)
_DECORATION = re.compile(r"[\s()./-]+")


def is_email(text: str) -> bool:
    """Return whether a text is an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def read_emails(
    field: Field,
    sent: Mapping[str, Any],
    kept: Mapping[str, Any],
    invalid: Callable[[str], Exception],
) -> dict[str, Any]:
    """Return the e-mail attributes of a record after a write.

    Writing the address alone puts another one in the primary's place; null removes all.

    Args:
        field: The field.
        sent: What was sent.
        kept: The record as it is.
        invalid: Makes the error of a failed check.
    """

    def proper(text: object) -> str:
        if not isinstance(text, str) or not is_email(text.strip()):
            raise invalid("emailAddress")
        return text.strip()

    def entry(address: str, told: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "emailAddress": address,
            "lower": address.lower(),
            "primary": bool(told.get("primary", False)),
            "optOut": bool(told.get("optOut", False)),
            "invalid": bool(told.get("invalid", False)),
        }

    return _read(field, sent, kept, proper, entry)


def read_phones(
    field: Field,
    sent: Mapping[str, Any],
    kept: Mapping[str, Any],
    invalid: Callable[[str], Exception],
    usual: str,
) -> dict[str, Any]:
    """Return the phone attributes of a record after a write; numbers are kept in E.164.

    Args:
        field: The field.
        sent: What was sent.
        kept: The record as it is.
        invalid: Makes the error of a failed check.
        usual: Type of a number that is given none.
    """

    def proper(text: object) -> str:
        number = _DECORATION.sub("", text) if isinstance(text, str) else ""
        if not _PHONE.fullmatch(number):
            raise invalid("valid")
        return number

    def entry(number: str, told: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "phoneNumber": number,
            "type": str(told.get("type") or usual),
            "primary": bool(told.get("primary", False)),
            "optOut": bool(told.get("optOut", False)),
            "invalid": bool(told.get("invalid", False)),
        }

    return _read(field, sent, kept, proper, entry)


def _read(
    field: Field,
    sent: Mapping[str, Any],
    kept: Mapping[str, Any],
    proper: Callable[[object], str],
    entry: Callable[[str, Mapping[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    name, data_name = field.name, f"{field.name}Data"
    entries: list[dict[str, Any]] = [dict(one) for one in kept.get(data_name) or []]
    listed = sent.get(data_name)
    if isinstance(listed, list):
        told = [one for one in listed if isinstance(one, dict)]
        entries = [entry(proper(one.get(name)), one) for one in told]
        if entries and not any(one["primary"] for one in entries):
            entries[0]["primary"] = True
    if name in sent and not (isinstance(listed, list) and sent[name] is None):
        value = sent[name]
        if value is None or value == "":
            entries = []
        else:
            chosen = proper(value)
            known = [one for one in entries if one[name].lower() == chosen.lower()]
            others = [one for one in entries if one not in known and not one["primary"]]
            first = {**(known[0] if known else entry(chosen, {})), name: chosen, "primary": True}
            entries = [first, *({**one, "primary": False} for one in others)]
    primary = next((one for one in entries if one["primary"]), None)
    if primary is not None:
        for flag, attribute in (("optOut", "IsOptedOut"), ("invalid", "IsInvalid")):
            value = sent.get(f"{name}{attribute}")
            if isinstance(value, bool):
                primary[flag] = value
    return {name: None if primary is None else primary[name], data_name: entries}
