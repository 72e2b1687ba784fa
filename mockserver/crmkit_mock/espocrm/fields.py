"""What an entity type is made of: fields, the attributes that each shows, and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Family = Literal[
    "varchar", "text", "url", "bool", "int", "float", "enum", "multiEnum", "array", "urlMultiple",
    "date", "datetime", "datetimeOptional", "currency", "currencyConverted", "link", "file",
    "linkParent", "linkMultiple", "attachmentMultiple", "email", "phone", "personName", "address",
    "number", "autoincrement", "jsonArray",
]  # fmt: skip

#: What is put behind a field's name to get its attributes, by family; others show their name alone.
_SUFFIXES: dict[str, tuple[str, ...]] = {
    "datetimeOptional": ("", "Date"),
    "currency": ("", "Currency", "Converted"),
    "currencyConverted": ("",),
    "link": ("Id", "Name"),
    "file": ("Id", "Name"),
    "linkParent": ("Id", "Type", "Name"),
    "linkMultiple": ("Ids", "Names"),
    "attachmentMultiple": ("Ids", "Names", "Types"),
    "email": ("", "Data", "IsInvalid", "IsOptedOut"),
    "phone": ("", "Data", "IsInvalid", "IsOptedOut"),
    "address": ("Street", "City", "State", "Country", "PostalCode"),
}
#: Attributes of a person's name; the last is made of the others.
PERSON_NAME = ("salutationName", "firstName", "middleName", "lastName", "name")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity type.

    Attributes:
        name: Name, as validation failures and metadata tell it.
        family: Kind of its values (observed).
        required: Whether it has to have a value.
        default: Value of a new record that was given none.
        options: Allowed values of an enum or a multiEnum; empty allows any.
        max_length: Longest text.
        minimum: Smallest number.
        maximum: Largest number.
        entity: Entity type that a link leads to.
        read_only: Whether what is sent for it is dropped.
        columns: Columns of the relation behind a linkMultiple.
        shown: Replies that carry it: "create", "read", "list".
        plain: Whether the name may hold `<` and `>`.
        accept: File name extensions that a file field takes; empty takes all.
    """

    name: str
    family: Family = "varchar"
    required: bool = False
    default: Any = None
    options: tuple[str, ...] = ()
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    entity: str = ""
    read_only: bool = False
    columns: tuple[str, ...] = ()
    shown: tuple[str, ...] = ("create", "read", "list")
    plain: bool = False
    accept: tuple[str, ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of a record that belong to the field."""
        if self.family == "personName":
            return PERSON_NAME
        suffixes = _SUFFIXES.get(self.family, ("",))
        if self.columns:
            suffixes = (*suffixes, "Columns")
        return tuple(self.name + suffix for suffix in suffixes)

    @property
    def link_name(self) -> str | None:
        """Name of the link that the field shows; None if it shows none."""
        if self.family in {"link", "file", "linkMultiple", "attachmentMultiple"}:
            return self.name
        return None


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an entity type.

    Attributes:
        name: Name, the last part of its path.
        entity: Entity type at the other end.
        kind: How the link is kept. "belongs_to": the id of the other record is an attribute here;
            "has_many": the other records carry the id of this one; "children": the same with
            parentId and parentType; "many_many": rows of a relation of their own.
        key: Attribute that holds the id, for "belongs_to" and "has_many".
        relation: Name of the relation, for "many_many".
        near: Which end of the relation's rows is this record, "left" or "right".
        columns: Attributes under which lists of this link show columns of the relation.
        bare: Whether its list without `select` shows ids alone (recorded: rel-list).
        takes_over: Whether a record that belongs to another may be linked.
    """

    name: str
    entity: str
    kind: Literal["belongs_to", "has_many", "children", "many_many"]
    key: str = ""
    relation: str = ""
    near: Literal["left", "right"] = "left"
    columns: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    takes_over: bool = True


@dataclass(frozen=True)
class EntityType:
    """An entity type.

    Attributes:
        name: Name, the first part of its paths.
        fields: Its fields, in the order in which they are validated.
        links: Its links beside those that belongs-to fields make.
        order: Attribute and direction of lists that are not told any.
        stream: Whether records have a stream and followers.
        stars: Whether lists and replies say whether a record is starred.
        versioned: Whether records have a version number.
        counted: Whether lists tell their total.
        duplicates: Whether new records are checked for duplicates.
        person: Whether records are people.
        custom: Whether an administrator made it.
        text_filter: Attributes that a text filter looks at.
        primary_filters: Names of the primary filters.
        selected: Attributes that lists show whatever is selected.
        with_name: Attributes that lists add when the name is selected (recorded: list-select).
        created: Attributes that only replies to a creation carry, with their values.
        uncreated: Attributes that come to be later, left out of replies to a creation.
    """

    name: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...] = ()
    order: tuple[str, str] = ("createdAt", "desc")
    stream: bool = False
    stars: bool = False
    versioned: bool = False
    counted: bool = True
    duplicates: bool = False
    person: bool = False
    custom: bool = False
    text_filter: tuple[str, ...] = ("name",)
    primary_filters: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    with_name: tuple[str, ...] = ()
    created: dict[str, Any] = field(default_factory=dict)
    uncreated: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by name."""
        return {one.name: one for one in self.fields}

    @cached_property
    def by_attribute(self) -> dict[str, Field]:
        """The field of each attribute."""
        return {name: one for one in self.fields for name in one.attributes}

    @cached_property
    def all_links(self) -> dict[str, Link]:
        """The links by name, those of belongs-to fields included."""
        made = {
            one.name: Link(one.name, one.entity or "", "belongs_to", key=f"{one.name}Id")
            for one in self.fields
            if one.family in {"link", "file"}
        }
        return {**made, **{one.name: one for one in self.links}}
