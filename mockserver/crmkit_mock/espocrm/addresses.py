"""E-mail addresses and phone numbers of a record: the primary one, and the list of all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crmkit_mock.espocrm.fields import Field

    #: Builds the error of a failed check.
    Invalid = Callable[[str], Exception]

_EMAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+")
#: E.164, which excludes numbers in local form (recorded: create-phone-local).
_PHONE = re.compile(r"\+[1-9]\d{5,14}", re.ASCII)
_SEPARATORS = re.compile(r"[\s()./-]+")


def is_email(text: str) -> bool:
    """Return whether a string is an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def email_entry(address: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored entry of an e-mail address.

    Args:
        address: The address.
        options: May hold `primary`, `optOut` and `invalid`.
    """
    return {"emailAddress": address, "lower": address.lower(), **_flags(options)}


def phone_entry(number: str, options: Mapping[str, Any], default_type: str) -> dict[str, Any]:
    """Return the stored entry of a phone number.

    Args:
        number: The number in E.164.
        options: May hold `type`, `primary`, `optOut` and `invalid`.
        default_type: Type of a number without one.
    """
    kind = str(options.get("type") or default_type)
    return {"phoneNumber": number, "type": kind, **_flags(options)}


def _flags(options: Mapping[str, Any]) -> dict[str, bool]:
    return {name: bool(options.get(name, False)) for name in ("primary", "optOut", "invalid")}


def parse_emails(
    field: Field, sent: Mapping[str, Any], stored: Mapping[str, Any], invalid: Invalid
) -> dict[str, Any]:
    """Return the e-mail attributes of a record after a write.

    Sending the address alone replaces the primary one; null removes all.

    Args:
        field: The field.
        sent: The attributes sent.
        stored: The record as it is stored.
        invalid: Builds the error of a failed check.
    """

    def parse(value: object) -> str:
        if not isinstance(value, str) or not is_email(value.strip()):
            raise invalid("emailAddress")
        return value.strip()

    return _parse(field, sent, stored, parse, email_entry)


def parse_phones(
    field: Field,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any],
    invalid: Invalid,
    default_type: str,
) -> dict[str, Any]:
    """Return the phone attributes of a record after a write; numbers are stored in E.164.

    Args:
        field: The field.
        sent: The attributes sent.
        stored: The record as it is stored.
        invalid: Builds the error of a failed check.
        default_type: Type of a number without one.
    """

    def parse(value: object) -> str:
        number = _SEPARATORS.sub("", value) if isinstance(value, str) else ""
        if not _PHONE.fullmatch(number):
            raise invalid("valid")
        return number

    def entry(number: str, options: Mapping[str, Any]) -> dict[str, Any]:
        return phone_entry(number, options, default_type)

    return _parse(field, sent, stored, parse, entry)


def _parse(
    field: Field,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any],
    parse: Callable[[object], str],
    new_entry: Callable[[str, Mapping[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    name, data_name = field.name, f"{field.name}Data"
    entries: list[dict[str, Any]] = [dict(entry) for entry in stored.get(data_name) or []]
    data = sent.get(data_name)
    if isinstance(data, list):
        sent_entries = [entry for entry in data if isinstance(entry, dict)]
        entries = [new_entry(parse(entry.get(name)), entry) for entry in sent_entries]
        if entries and not any(entry["primary"] for entry in entries):
            entries[0]["primary"] = True
    if name in sent and not (isinstance(data, list) and sent[name] is None):
        value = sent[name]
        entries = (
            []
            if value is None or value == ""
            else _with_primary(name, entries, parse(value), new_entry)
        )
    primary = next((entry for entry in entries if entry["primary"]), None)
    if primary is not None:
        for flag, suffix in (("optOut", "IsOptedOut"), ("invalid", "IsInvalid")):
            value = sent.get(f"{name}{suffix}")
            if isinstance(value, bool):
                primary[flag] = value
    return {name: None if primary is None else primary[name], data_name: entries}


def _with_primary(
    name: str,
    entries: list[dict[str, Any]],
    value: str,
    new_entry: Callable[[str, Mapping[str, Any]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return entries with an address or number in the place of the primary one."""
    known = [entry for entry in entries if entry[name].lower() == value.lower()]
    others = [entry for entry in entries if entry not in known and not entry["primary"]]
    first = {**(known[0] if known else new_entry(value, {})), name: value, "primary": True}
    return [first, *({**entry, "primary": False} for entry in others)]
