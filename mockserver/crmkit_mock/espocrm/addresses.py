"""E-mail addresses and phone numbers of records.

An address is one for all records that have it: its spelling, its flags and the type of a number
are shared, and a record only knows which of its addresses is the primary one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.php_types import to_str, trim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Data, Record
    from crmkit_mock.espocrm.fields import Field
    from crmkit_mock.espocrm.session import Session

#: Entity types that hold the shared addresses, by the family of their field.
_SHARED = {"email": "EmailAddress", "phone": "PhoneNumber"}
_FLAGS = (("optOut", "IsOptedOut"), ("invalid", "IsInvalid"))
#: First release in which the response to a change of the primary address has the new list.
_RELOADED_SINCE = (10, 0)


@dataclass(frozen=True, slots=True)
class Written:
    """The result of a write.

    Attributes:
        stored: Attributes as they are stored.
        shown: Attributes as the response has them.
    """

    stored: dict[str, Any]
    shown: dict[str, Any]


def address_id(address: str) -> str:
    """Return the id of a shared e-mail address."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:17]


def email_entry(address: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored entry of an e-mail address.

    Args:
        address: The address.
        options: May hold `primary`, `optOut` and `invalid`.
    """
    return {"emailAddress": address, "lower": address.lower(), **_flags(options)}


def phone_entry(number: str, options: Mapping[str, Any], default_type: str | None) -> Record:
    """Return the stored entry of a phone number.

    Args:
        number: The number in E.164.
        options: May hold `type`, `primary`, `optOut` and `invalid`.
        default_type: Type of a number without one.
    """
    kind = options.get("type")
    kind = default_type if kind is None else kind
    return {"phoneNumber": number, "type": kind, **_flags(options)}


def _flags(options: Mapping[str, Any]) -> dict[str, bool]:
    return {name: bool(options.get(name, False)) for name in ("primary", "optOut", "invalid")}


def entries_of(data: Data, field: Field, record: Mapping[str, Any]) -> list[Record]:
    """Return the entries of a record's addresses, the primary one first."""
    stored: list[Record] = record.get(f"{field.name}Data") or []
    entries = [
        {**entry, **_shared(data, field, str(entry[field.name])), "primary": entry["primary"]}
        for entry in stored
    ]
    return sorted(entries, key=lambda entry: not entry["primary"])


def primary_of(entries: list[Record]) -> Record | None:
    """Return the primary one of some entries."""
    return next((entry for entry in entries if entry["primary"]), None)


def _shared(data: Data, field: Field, value: str) -> Record:
    found = data.find_any(_SHARED[field.family], _shared_id(field, value))
    return {} if found is None else {name: found[name] for name in _members(field)}


def _members(field: Field) -> tuple[str, ...]:
    kind = ("lower",) if field.family == "email" else ("type",)
    return (field.name, *kind, "optOut", "invalid")


def _shared_id(field: Field, value: str) -> str:
    return address_id(value if field.family == "email" else f"tel:{value}")


def share(data: Data, field: Field, entry: Mapping[str, Any]) -> None:
    """Store an entry's spelling, flags and type for all records that have the address."""
    id = _shared_id(field, entry[field.name])
    name = _SHARED[field.family]
    shared = {member: entry.get(member) for member in _members(field)}
    record = {"id": id, "name": entry[field.name], "deleted": False, **shared}
    if data.find_any(name, id) is None:
        data.insert(name, record)
    else:
        data.replace(name, record)


def write_addresses(
    session: Session,
    field: Field,
    sent: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> Written:
    """Store the addresses that a write sets.

    Args:
        session: The request.
        field: The field.
        sent: The attributes sent, cast.
        before: The record as it is stored; None for a new one.
    """
    names = {suffix: field.name + suffix for suffix in ("", "Data", "IsOptedOut", "IsInvalid")}
    if before is None and sent.keys().isdisjoint(names.values()):
        data: Record = {names["Data"]: []}
        flags = {names["IsOptedOut"]: False, names["IsInvalid"]: False}
        return Written({names[""]: None, **data}, {**data, **flags})
    current = [] if before is None else entries_of(session.data, field, before)
    loaded = _loaded(field, current, new=before is None)
    values = {**loaded, **{name: sent[name] for name in names.values() if name in sent}}
    rows = sent.get(names["Data"])
    if rows is not None and (before is None or rows != current):
        flagged = {
            flag: bool(values[field.name + suffix])
            for flag, suffix in _FLAGS
            if before is None or values[field.name + suffix] != loaded[field.name + suffix]
        }
        entries, shown = _store_list(session.data, field, values, flagged, current)
    else:
        entries = _store_primary(session, field, values, loaded, current)
        shown = values
        if session.release >= _RELOADED_SINCE:
            shown = {**values, names["Data"]: _reloaded(session.data, field, entries)}
    if before is None:
        shown = {**shown, names["Data"]: _reloaded(session.data, field, entries)}
    primary = primary_of(entries)
    if before is None and primary is None and names[""] not in sent:
        del shown[names[""]]
    stored = {
        names[""]: None if primary is None else primary[field.name],
        names["Data"]: entries,
    }
    return Written(stored, shown)


def _loaded(field: Field, current: list[Record], *, new: bool) -> dict[str, Any]:
    """Return the attributes of the field before the write."""
    primary = primary_of(current)
    loaded: dict[str, Any] = {
        field.name: None if primary is None else primary[field.name],
        f"{field.name}Data": current,
    }
    for flag, suffix in _FLAGS:
        value = False if new else None
        loaded[field.name + suffix] = value if primary is None else primary[flag]
    return loaded


def _reloaded(data: Data, field: Field, entries: list[Record]) -> list[Record]:
    return entries_of(data, field, {f"{field.name}Data": entries})


def _entry(field: Field, value: str, options: Mapping[str, Any]) -> Record:
    if field.family == "email":
        return email_entry(value, options)
    return phone_entry(value, options, field.default_type)


def _key(field: Field, value: str) -> str:
    return value.lower() if field.family == "email" else value


def _store_list(
    data: Data,
    field: Field,
    values: dict[str, Any],
    flags: Mapping[str, bool],
    current: list[Record],
) -> tuple[list[Record], dict[str, Any]]:
    """Store a whole list of addresses; return the entries, and the attributes of the response.

    Args:
        data: The records.
        field: The field.
        values: The attributes of the field.
        flags: Flags that the primary address gets by attributes of their own.
        current: The entries before.
    """
    sent = values[f"{field.name}Data"]
    rows = [dict(row) for row in sent]
    if rows and not any(row.get("primary") for row in rows):
        rows[0]["primary"] = True
    found: dict[str, Record] = {}
    for row in rows:
        value = trim(to_str(row.get(field.name)) or "")
        if value and value != "0":
            # Of several spellings of an address the last one counts, with its flags.
            found[_key(field, value)] = _entry(field, value, row)
    named = found.get(_key(field, values[field.name] or ""))
    if named is not None:
        named.update(flags)
    before = primary_of(current)
    kept = None if before is None else _key(field, before[field.name])
    primary = next((key for key in reversed(found) if found[key]["primary"]), None)
    for key, entry in found.items():
        # Without a new primary one the old one stays.
        entry["primary"] = key == (kept if primary is None else primary)
        share(data, field, entry)
    shown = {**values, f"{field.name}Data": [_coerced(row) for row in sent]}
    if primary not in (None, kept):
        shown[field.name] = primary
    return list(found.values()), shown


def _coerced(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as it was sent, with its values in the types of their members."""
    coerced = dict(row)
    for name, kind in (("primary", bool), ("optOut", bool), ("invalid", bool), ("type", str)):
        if coerced.get(name) is not None:
            coerced[name] = kind(coerced[name])
    return coerced


def _store_primary(
    session: Session,
    field: Field,
    values: Mapping[str, Any],
    loaded: Mapping[str, Any],
    current: list[Record],
) -> list[Record]:
    """Store the primary address alone; return the entries."""
    value: str = values[field.name] or ""
    fetched: str = loaded[field.name] or ""
    others = [entry for entry in current if entry[field.name] != fetched]
    if not value:
        if not fetched:
            return current
        if others and session.release >= _RELOADED_SINCE:
            others[0] = {**others[0], "primary": True}
        return others
    if value == fetched:
        changed = {
            flag: bool(values[field.name + suffix])
            for flag, suffix in _FLAGS
            if values[field.name + suffix] != loaded[field.name + suffix]
        }
        if changed:
            share(session.data, field, {**current[0], **changed})
        return current
    shared = _shared(session.data, field, value)
    entry = {**_entry(field, value, {}), **shared, "primary": True}
    for flag, suffix in _FLAGS:
        entry[flag] = bool(values[field.name + suffix])
    share(session.data, field, entry)
    key = _key(field, value)
    return [entry, *(other for other in others if _key(field, other[field.name]) != key)]
