"""The parts of an entity type: fields, the attributes of each, and links."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Family = Literal[
    "varchar", "text", "url", "bool", "int", "float", "enum", "multiEnum", "array", "urlMultiple",
    "date", "datetime", "datetimeOptional", "currency", "currencyConverted", "link", "file",
    "linkParent", "linkMultiple", "attachmentMultiple", "email", "phone", "personName", "address",
    "number", "autoincrement", "jsonArray", "jsonObject", "duration", "addressList", "foreignId",
]  # fmt: skip

#: Suffixes that make a field's name its attributes, by family; other fields have one, their name.
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
#: Attributes of a person's name; the last is composed of the others.
PERSON_NAME = ("salutationName", "firstName", "middleName", "lastName", "name")


# Compared by identity: there is one object for each, and what is computed from it is kept by it.
@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of an entity type.

    Attributes:
        name: Name, as in validation failures and metadata.
        family: Type of the field (observed).
        required: Whether it must have a value.
        default: Value in a new record where none was sent.
        options: Allowed values of an enum or a multiEnum; empty allows any. An empty string
            allows null too.
        max_length: Maximum length of a string.
        minimum: Minimum of a number.
        maximum: Maximum of a number.
        entity: Entity type at the other end of a link.
        read_only: Whether a value that is sent for it is ignored.
        columns: Columns of the relation behind a linkMultiple.
        responses: Responses that contain it: "create", "read", "list". Those to creations also
            have whatever the record was created with.
        no_markup: Whether the characters `<`, `>` and `=` are refused.
        accept: File name extensions that a file field accepts; empty accepts all.
        stored: Whether the value is kept; otherwise only the response to its write has it.
        final: Whether it can be set only on creation.
        types: Allowed types of phone numbers; empty allows any.
        default_type: Type of a phone number without one.
        max_count: Maximum number of linked records.
        parents: Entity types that a parent may have; empty allows any.
        full_url: Whether a URL must have its scheme.
        since: First release that has the field.
        attributes: The attributes of a record that belong to the field.
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
    responses: tuple[str, ...] = ("create", "read", "list")
    no_markup: bool = False
    accept: tuple[str, ...] = ()
    stored: bool = True
    final: bool = False
    types: tuple[str, ...] = ()
    default_type: str | None = None
    max_count: int | None = None
    parents: tuple[str, ...] = ()
    full_url: bool = False
    since: tuple[int, ...] = ()
    attributes: tuple[str, ...] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        suffixes = _SUFFIXES.get(self.family, ("",))
        if self.columns:
            suffixes = (*suffixes, "Columns")
        is_name = self.family == "personName"
        names = PERSON_NAME if is_name else tuple(self.name + suffix for suffix in suffixes)
        object.__setattr__(self, "attributes", names)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an entity type.

    Attributes:
        name: Name, the last segment of its path.
        entity: Entity type at the other end.
        kind: How the link is stored. "belongs_to": the id of the other record is an attribute
            here; "has_many": the other records have the id of this one; "children": the same with
            parentId and parentType; "many_many": rows of a relation; "has_one": one other record
            has the id of this one; "parent": attributes here hold type and id of the other record.
        key: Attribute that holds the id, for "belongs_to" and "has_many".
        relation: Name of the relation, for "many_many".
        near: Which end of the relation's rows this record is, "left" or "right".
        columns: Attributes in which lists of this link show columns of the relation.
        takes_over: Whether a record that is linked to another one may be linked.
        foreign: Name of the link at the other end, if there is one.
        audited: Whether links made are noted in the stream.
        foreign_access: Action that the user must be allowed at the other end to link a record.
        by_search: Whether all records that a search finds may be linked at once.
        always: Attributes that its list returns whatever is selected. If there are any, the list
            without `select` lacks most others (recorded: rel-list).
        writable: Who may add and remove links: "all", "admin" or "nobody".
        readable: Whether users other than administrators may list it.
        since: First release that has the link.
    """

    name: str
    entity: str
    kind: Literal["belongs_to", "has_many", "children", "many_many", "has_one", "parent"]
    key: str = ""
    relation: str = ""
    near: Literal["left", "right"] = "left"
    columns: tuple[tuple[str, str], ...] = ()
    takes_over: bool = True
    foreign: str = ""
    audited: bool = False
    foreign_access: Literal["read", "edit"] = "edit"
    by_search: bool = False
    always: tuple[str, ...] = ()
    writable: Literal["all", "admin", "nobody"] = "all"
    readable: bool = True
    since: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class EntityType:
    """An entity type.

    Attributes:
        name: Name, the first segment of its paths.
        fields: Its fields, in the order in which they are validated, of all releases.
        links: Its links beside those that belongs-to fields make.
        order: Default attribute and direction of lists.
        stream: Whether records have a stream and followers.
        stars: Whether responses say whether a record is starred.
        stars_since: First release in which they do.
        versioned: Whether records have a version number.
        counted: Whether lists return their total.
        duplicates: Whether new records are checked for duplicates.
        person: Whether records are people.
        custom: Whether it is a custom entity type.
        text_filter: Attributes that a text filter searches.
        selected: Attributes that lists return whatever is selected.
        with_name: Attributes that lists add when the name is selected (recorded: list-select).
        created: Attributes that only the response to a creation has, with their values.
        uncreated: Attributes that the response to a creation lacks because they are set later.
    """

    name: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...] = ()
    order: tuple[str, str] = ("createdAt", "desc")
    stream: bool = False
    stars: bool = False
    stars_since: tuple[int, ...] = ()
    versioned: bool = False
    counted: bool = True
    duplicates: bool = False
    person: bool = False
    custom: bool = False
    text_filter: tuple[str, ...] = ("name",)
    selected: tuple[str, ...] = ()
    with_name: tuple[str, ...] = ()
    created: dict[str, Any] = dataclasses.field(default_factory=dict)
    uncreated: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def computed(self) -> bool:
        """Whether reading a record computes attributes of its own type."""
        return self.name in {"Call", "Campaign", "Email", "Note", "TargetList", "User"}

    @cached_property
    def unstored(self) -> frozenset[str]:
        """Attributes that are not kept; those that are computed from others among them."""
        names = {
            name
            for field in self.fields
            for name in field.attributes
            if not field.stored or name.endswith("Converted") or field.family == "duration"
        }
        return frozenset(names | ({"name"} if self.person else set()))

    @cached_property
    def by_attribute(self) -> dict[str, Field]:
        """The field of each attribute."""
        return {name: field for field in self.fields for name in field.attributes}

    @cached_property
    def all_links(self) -> dict[str, Link]:
        """The links by name, those of belongs-to fields included."""
        belongs_to = {
            field.name: Link(field.name, field.entity or "", "belongs_to", key=f"{field.name}Id")
            for field in self.fields
            if field.family in {"link", "file"} and field.stored
        }
        return {**belongs_to, **{link.name: link for link in self.links}}
