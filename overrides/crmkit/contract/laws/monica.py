"""Monica as laws see it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.contract.monica.resources import CONTACT, RESOURCES, SOURCES

from .resources import Listing, Member, Resource, listing_of, members_of, updates_of
from .scene import Query, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crmkit.contract.document import Document, Operation
    from crmkit.contract.exchange import Reply

__all__ = ["monica_scene"]


#: What records call their kind.
_OBJECTS = {
    "contacts": "contact", "notes": "note", "calls": "call", "activities": "activity",
    "activitytypes": "activityType", "activitytypecategories": "activityTypeCategory",
    "tasks": "task", "reminders": "reminder", "journal": "entry", "contactfields": "contactfield",
    "contactfieldtypes": "contactfieldtype", "addresses": "address", "places": "place",
    "companies": "company", "occupations": "occupation", "gifts": "gift", "debts": "debt",
    "pets": "pet", "lifeevents": "lifeevent", "conversations": "conversation",
    "genders": "gender", "tags": "tag", "relationships": "relationship", "photos": "photo",
}  # fmt: skip
_OWN_ORDERS = {
    "/notes": ("-created_at",),
    "/calls": ("-called_at",),
    "/contacts/{contact}/calls": ("-called_at",),
    "/contacts/{contact}/activities": ("-happened_at",),
    "/tags": ("name",),
}
_KEYS = {
    "relationships": (),
    "calls": ("created_at", "updated_at", "called_at"),
    "tasks": ("created_at", "updated_at", "completed_at"),
    "notes": ("created_at", "updated_at", "favorited_at"),
}
#: Resources that answer 404 for an id that is unknown; others answer 422 where they change one.
_GONE = frozenset(
    {"contacts", "tags", "lifeevents", "pets", "debts", "contactfieldtypes", "journal", "notes"}
)
_GONE_TOO = frozenset({("tasks", "DELETE"), ("calls", "DELETE")})
#: What contacts show of records that belong to them.
_EFFECTS: dict[str, tuple[str, ...]] = {
    "relationships": (r"(of_contact\.|contact_is\.)?information\.relationships\..*",),
    "addresses": ("addresses",),
    **{
        name: (rf"statistics\.number_of_{name}",)
        for name in ("debts", "gifts", "reminders", "tasks", "notes")
    },
    "activities": ("statistics.number_of_activities", "last_activity_together"),
    "calls": ("statistics.number_of_calls", "last_called"),
}
_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    "hgGAWjR9awAAAABJRU5ErkJggg=="
)
_IDS = frozenset({"contact_is", "of_contact"})
#: What schemas do not say of members: kind and values.
_MEMBERS: dict[str, dict[str, Any]] = {
    "notes.body": {"kind": "text"},
    # The database cuts what is longer than 255 characters.
    # Dates that belong together have laws of their own.
    **{
        f"contacts.{date}_{part}": {"kind": "other"}
        for date in ("birthdate", "deceased_date")
        for part in ("day", "month", "year", "is_age_based", "age", "add_reminder")
    },
    # The server writes as many digits of a double into its database.
    **{
        f"{resource}.{name}": {"digits": 14}
        for resource in ("addresses", "places")
        for name in ("latitude", "longitude")
    },
    **{name: {"kind": "line"} for name in ("activities.summary", "tasks.title", "reminders.title")},
    "tags.name": {"kind": "line"},
    "contacts.email": {"kind": "other"},
    "contacts.uuid": {"kind": "other"},
    "contacts.middle_name": {"kind": "other"},
    "contacts.is_partial": {"kind": "other"},
    "contacts.is_birthdate_known": {"kind": "other"},
    "contacts.is_deceased_date_known": {"kind": "other"},
    "addresses.country": {"kind": "choice", "choices": ("US", "FR", "DE", "CZ")},
    "places.country": {"kind": "choice", "choices": ("US", "FR", "DE", "CZ")},
    "photos.data": {"kind": "other"},
    "photos.extension": {"kind": "other"},
    "lifeevents.name": {"kind": "line"},
    "lifeevents.has_reminder": {"kind": "other"},
    "lifeevents.happened_at_month_unknown": {"kind": "other"},
    "lifeevents.happened_at_day_unknown": {"kind": "other"},
}

_NEEDS: dict[str, dict[str, Any]] = {
    "tasks": {"contact_id": "{contact}"},
    "photos": {"data": _PIXEL},
}
_COMPLETES: dict[str, dict[str, Any]] = {"tasks": {"completed": False}}
_AMOUNT = ("value", "amount_with_currency")
#: What flags are for which null is sent (live 4.1.2).
_OF_NULL = {"contact_called": False, "delible": True, "currently_works_here": False}
_NAME = ("complete_name", "initials")
#: What a member decides besides its own value.
_FOLLOWS: dict[str, tuple[str, ...]] = {
    "contacts.first_name": _NAME, "contacts.last_name": _NAME, "contacts.nickname": _NAME,
    "contacts.is_deceased": ("complete_name",), "notes.is_favorited": ("favorited_at",),
    "tasks.completed": ("completed_at",),
    "debts.amount": _AMOUNT, "gifts.amount": _AMOUNT, "tags.name": ("name_slug",),
}  # fmt: skip


def _adjusted(resource: str, member: Member) -> Member:
    if member.name.endswith("_id") or member.name in _IDS:
        return replace(member, kind="other")
    if member.kind == "text" and (member.longest or 0) and member.longest <= 255:
        member = replace(member, kind="line")
    return replace(member, **_MEMBERS.get(f"{resource}.{member.name}", {}))


def _sorts(document: Document, operation: Operation, name: str) -> tuple[str, ...]:
    params = map(document.resolve, operation.node.get("parameters", ()))
    if not any(param["name"] == "sort" for param in params):
        return ()
    return _KEYS.get(name, ("created_at", "updated_at"))


class MonicaScene(Scene):
    """Records in an account of Monica."""

    changed_at: ClassVar[str] = "updated_at"
    times: ClassVar[frozenset[str]] = frozenset({"updated_at", r"information\.avatar\.url"})
    own: ClassVar[frozenset[str]] = frozenset(
        {
            "id",
            "(created|updated|completed)_at",
            "date",
            "uuid",
            "hash_id",
            "url",
            r"information\.avatar\.(url|default_avatar_color)",
        }
    )
    unanswered: ClassVar[Mapping[str, frozenset[str]]] = {
        "notes": frozenset({"favorited_at"}),
        "calls": frozenset({"contact_called"}),
        "contactfieldtypes": frozenset({"delible"}),
    }

    trimmed: ClassVar[frozenset[str] | None] = frozenset({"text", "line"})
    lenient: ClassVar[frozenset[str]] = frozenset(
        {"country"}
    )  # which is looked up by its beginning
    searchable: ClassVar[frozenset[str]] = frozenset({"contacts"})
    owners: ClassVar[Mapping[str, str]] = {"{contact}": "contacts"}

    owned: ClassVar[frozenset[str]] = frozenset({"relationships"})
    outlives: ClassVar[frozenset[str]] = frozenset({"/contacts/{contact}/relationships"})
    effects: ClassVar[Mapping[str, Mapping[str, frozenset[str]]]] = {
        name: {
            "/contacts|contacts|/contacts/.*|relationships": frozenset(patterns),
            # An address brings a place along, which it may share with others.
            **({"/places": frozenset({"rows"})} if name == "addresses" else {}),
        }
        for name, patterns in _EFFECTS.items()
    }

    def is_gone(self, resource: Resource, method: str, reply: Reply) -> bool:
        """Return whether a reply says that there is no such record."""
        if method == "GET" or resource.name in _GONE or (resource.name, method) in _GONE_TOO:
            return reply.status == 404
        return reply.status == 422 and " id is invalid." in self.talk.crm.reason(reply)

    def orders(self, resource: Resource, listing: Listing) -> Iterator[tuple[Sequence[str], Query]]:
        """Yield the orders of a list: keys, and the parameters."""
        # The server's own order, where it has one, goes before the one that is asked for.
        own = _OWN_ORDERS.get(listing.path, ())
        if listing.sorts:
            yield (*own, "created_at"), ()
        for key in listing.sorts:
            for sort in (key, f"-{key}"):
                yield (*own, sort), (("sort", sort),)

    def sort_key(self, resource: Resource, key: str, value: Any) -> Any:
        """Return what the server sorts a value by."""
        return (isinstance(value, str), value.casefold() if isinstance(value, str) else 0)

    def searched(self, resource: Resource) -> list[dict[str, Any]]:
        """Return the bodies of records that searches look for."""
        word, last = self.word, {"last_name": "x"}
        return [
            {**CONTACT, **last, "first_name": f"{word}one"},
            {**CONTACT, **last, "last_name": f"{word}Tw\u00f6"},
            {**CONTACT, **last, "nickname": f"{word}three"},
            {**CONTACT, **last, "description": f"x {word}four y"},
            {**CONTACT, **last, "middle_name": f"{word}Five"},
        ]

    def searches(self, resource: Resource) -> Iterator[tuple[Listing, Query, Sequence[int]]]:
        """Yield searches: list, parameters, and the indexes of what they find."""
        word = self.word
        for text, found in (
            (word, (0, 1, 2, 3, 4)), (word.upper(), (0, 1, 2, 3, 4)), (f"{word}ONE", (0,)),
            (f"{word}two", (1,)), (f"{word[4:]}three", (2,)), (f"{word}four", (3,)),
            (f"{word}one {word}four", (0, 3)), (f"{word}five", (4,)), (f"{word}none", ()),
        ):  # fmt: skip
            yield resource.lists[0], (("query", text),), found

    def normal(self, member: Member, value: Any) -> Any:
        """Return the value that the server makes of one that it takes."""
        if value is None and member.name in _OF_NULL:
            return _OF_NULL[member.name]
        return None if value == "" else value

    def follows(self, resource: Resource, member: Member) -> Sequence[str]:
        """Return patterns of the places in a record that change with a member."""
        return _FOLLOWS.get(f"{resource.name}.{member.name}", ())

    def record_in(self, reply: Reply) -> Any:
        """Return the record that a reply carries; None if it carries none."""
        return reply.tree["data"] if reply.succeeded else None

    def make(self, name: str) -> Any:
        """Create or find what stands for an id."""
        if name == "{contact}":
            return self.create(self.resources["contacts"]).id
        path, body = SOURCES[name]
        if body is None:
            return self.talk.get(path).bind("data.0.id")
        return self.talk.post(path, self.fill(body)).id

    def mentions(self, tree: Any, resource: str, id: Any) -> bool:
        """Return whether a tree shows a record anywhere."""
        if isinstance(tree, dict):
            is_it = tree.get("id") == id and tree.get("object") == _OBJECTS.get(resource)
            return is_it or self.mentions(list(tree.values()), resource, id)
        return isinstance(tree, list) and any(self.mentions(item, resource, id) for item in tree)


@cache
def resources(document: Document) -> dict[str, Resource]:
    """Return the resources."""
    found: dict[str, Resource] = {}
    for name, known in RESOURCES.items():
        record = f"/{name}/{{id}}"
        described = members_of(document, document.operation("POST", f"/{name}"))
        changed = members_of(document, document.operation("PUT", record))
        updated = {key: replace(m, updated=True) for key, m in changed.items()}
        described = {**updated, **described, **{k: changed[k] for k in changed if k in described}}
        members = {m.name: _adjusted(name, m) for m in described.values()}
        lists: list[Listing] = []
        for path in (f"/{name}", f"/contacts/{{contact}}/{known.of_contact}"):
            operation = document.operation("GET", path.replace("{contact}", "1"))
            if operation is not None and "x-crmkit-paging" in operation.node:
                lists.append(
                    listing_of(document, operation, path, sorts=_sorts(document, operation, name),
                               is_own="{contact}" in path)
                )  # fmt: skip
        found[name] = Resource(
            name, f"/{name}", record if document.operation("GET", record) else "",
            {**known.body, **_NEEDS.get(name, {})},
            members, updates=updates_of(document, record), replaces=True, lists=tuple(lists),
            completes=_COMPLETES.get(name, {}),
        )  # fmt: skip
    return found


def monica_scene(document: Document) -> type[Scene]:
    """Return the class of scenes."""
    return type("Scene", (MonicaScene,), {"resources": resources(document)})
