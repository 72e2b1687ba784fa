"""Records that tests put into an account without a request."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit_mock.arguments import require_choice, require_record
from crmkit_mock.messages import Refusal
from crmkit_mock.onepagecrm.actions import add_action
from crmkit_mock.onepagecrm.contact_lists import VIP
from crmkit_mock.onepagecrm.contacts import EMPTY, add_contact, detailed, new_contact
from crmkit_mock.onepagecrm.tags import require_tags, require_unused
from crmkit_mock.onepagecrm.values import clean, format_date, require_date, unix_time
from crmkit_mock.schemas import first_error

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import jsonschema_rs

    from crmkit_mock.documents import Document
    from crmkit_mock.onepagecrm.account import Account, Record

#: Names of a reply's fields by those of a form, where they differ.
_READ_NAMES = {"job_title": "jobtitle", "zip_code": "zip"}
_TIMES = ("added", "edited", "viewed", "imported")
_DEAL: Record = {"status": "pending", "closed": None, "deal_stage": None, "exp_close": None}
_FILTER: Record = {"contacts": [], "tags": [], "deals": [], "address": {}}


#: An id of this CRM, as people may choose one too.
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)


def add_record(document: Document, account: Account, kind: str, record: Mapping[str, Any]) -> str:
    """Add a record to an account and return its id; of a tag its name.

    Args:
        document: The wire document.
        account: The account.
        kind: "contacts", "actions", "notes", "tags" or "filters".
        record: Its fields, by their names in replies or forms, and `id` if it is to have a
            certain one.

    Raises:
        ValueError: there is no such kind, or the record is invalid.
    """
    require_choice("kind", kind, _KINDS)
    require_record(kind, record)
    try:
        new = _new_record(document, account, _KINDS[kind], record)
        _KINDS[kind].add(account, new)
    except (Refusal, ValueError) as error:
        raise ValueError(f"{kind}: {error}") from None
    id: str = new["name"] if kind == "tags" else new["id"]
    return id


class _Kind(NamedTuple):
    """How records of one kind are added.

    Attributes:
        schema: Name of the schema of what `show` returns.
        fields: Names of the fields.
        required: Names of those that must have a value.
        build: Returns a record made of its fields.
        add: Adds it.
        show: Returns what a reply shows of it.
    """

    schema: str
    fields: Collection[str]
    required: tuple[str, ...]
    build: Callable[[Account, Record], Record]
    add: Callable[[Account, Record], None]
    show: Callable[[Account, Record], Record] = lambda _, record: record


def _new_record(
    document: Document, account: Account, kind: _Kind, record: Mapping[str, Any]
) -> Record:
    fields = {_READ_NAMES.get(name, name): _cleaned(value) for name, value in record.items()}
    id = fields.pop("id", None)
    for name in fields:
        if name not in kind.fields:
            raise ValueError(f"unknown field {name!r}; the fields are {', '.join(kind.fields)}")
    for name in kind.required:
        if fields.get(name) in (None, ""):
            raise ValueError(f"{name} is missing")
    new = kind.build(account, fields)
    if id is not None:
        if "id" not in new or not isinstance(id, str) or not _ID.fullmatch(id):
            raise ValueError(f"id must be 24 hexadecimal digits, got {id!r}")
        new["id"] = id
    validator, reply = _validator(document, kind.schema), kind.show(account, new)
    if not validator.is_valid(reply):
        raise ValueError(first_error(validator, reply))
    return new


def _contact(account: Account, fields: Record) -> Record:
    if not (fields.get("lastname") or fields.get("company")):
        raise ValueError("lastname or company is missing")
    for name in _TIMES:
        if type(fields.get(name, 0)) is not int:
            raise ValueError(f"{name} must be an int, got {fields[name]!r}")
    tags = fields.get("tags", [])
    if not isinstance(tags, list):
        raise ValueError(f"tags must be a list, got {type(tags).__name__}")  # noqa: TRY004 - add() raises one type
    for tag in tags:
        _require_tag_name("tags", tag)
    vip = VIP in tags or _flag(fields, "vip")
    tags = [tag for tag in dict.fromkeys(tags) if tag != VIP]
    return new_contact(account, {**fields, "vip": vip, "tags": tags})


def _action(account: Account, fields: Record) -> Record:
    account.contacts.require(str(fields["cid"]))
    next_, waiting, done = (_flag(fields, name) for name in ("next", "waiting", "done"))
    if next_ and waiting:
        raise ValueError("next and waiting exclude each other")
    date = _date(fields, "date")
    if date is None and not (next_ or waiting):
        raise ValueError("date, next or waiting is missing")
    closed = fields.get("closed")
    return {
        "id": account.new_id(),
        **fields,
        "date": None if next_ else date,
        "next": next_,
        "waiting": waiting,
        "done": done,
        "closed": (unix_time(account.now) if closed is None else closed) if done else None,
    }


def _note(account: Account, fields: Record) -> Record:
    account.contacts.require(str(fields["cid"]))
    note = {name: value for name, value in fields.items() if name not in ("amount", *_DEAL)}
    deal = {name: value for name, value in fields.items() if name not in note}
    if isinstance(fields.get("deal"), dict):
        deal |= fields["deal"]
    note |= {"id": account.new_id(), "date": _date(fields, "date")}
    note.setdefault("type", "deal" if deal else "note")
    if note["type"] != "deal":
        note.pop("deal", None)
        return note
    if "amount" not in deal:
        raise ValueError("amount is missing")
    if type(deal["amount"]) is int:
        deal["amount"] = float(deal["amount"])
    note["deal"] = {**_DEAL, **deal, "exp_close": _date(deal, "exp_close")}
    closed = None
    if note["deal"]["status"] != "pending":
        closed = _date(deal, "closed") or format_date(account.now.date())
    note["deal"]["closed"] = closed
    return note


def _tag(account: Account, fields: Record) -> Record:
    _require_tag_name("name", fields["name"])
    require_unused(account, fields["name"])
    return {"name": fields["name"]}


def _filter(account: Account, fields: Record) -> Record:
    return {"id": account.new_id(), **_FILTER, **fields}


_KINDS = {
    "contacts": _Kind("ContactDetail", EMPTY, (), _contact, add_contact, detailed),
    "actions": _Kind(
        "Action",
        ("cid", "name", "date", "next", "waiting", "done", "closed"),
        ("cid", "name"),
        _action,
        add_action,
    ),
    "notes": _Kind(
        "Note",
        ("cid", "body", "date", "type", "deal", "amount", *_DEAL),
        ("cid", "body", "date"),
        _note,
        lambda account, note: account.notes.add(note),
    ),
    "tags": _Kind(
        "Tag",
        ("name",),
        ("name",),
        _tag,
        lambda account, tag: require_tags(account, [tag["name"]]),
        lambda _, tag: {**tag, "count": 0},
    ),
    "filters": _Kind(
        "Filter",
        ("name", *_FILTER),
        ("name",),
        _filter,
        lambda account, filter_: account.filters.add(filter_),
    ),
}


def _require_tag_name(field: str, name: object) -> None:
    if not isinstance(name, str) or not name or "," in name:
        raise ValueError(f"{field}: expected a str without commas, got {name!r}")


def _flag(fields: Record, name: str) -> Any:
    """Return a flag, as bool where it is 0 or 1 as in forms."""
    value = fields.get(name, False)
    return bool(value) if value in (0, 1) else value


def _date(fields: Record, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: expected a str, dd.mm.yyyy, got {type(value).__name__}")
    return require_date(name, value)


def _cleaned(value: Any) -> Any:
    """Return a copy of a JSON value without characters that cannot be shown."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


@cache
def _validator(document: Document, schema: str) -> jsonschema_rs.Draft202012Validator:
    return document.validator({"$ref": f"#/components/schemas/{schema}"})
