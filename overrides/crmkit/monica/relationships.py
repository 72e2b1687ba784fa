"""The reverse of a relationship and of its type, and types by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.core.errors import ArgumentError, DecodeError
from crmkit_generated.monica.resources import relationship_types as types
from crmkit_generated.monica.resources import relationships as generated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.core.options import Options
    from crmkit_generated.monica.models import Relationship, RelationshipType


def _reverse(relationship: Relationship, others: Iterable[Relationship]) -> Relationship | None:
    """Return the reverse; of several that with the nearest id, as a pair is created at once."""
    is_, type_ = relationship.contact_is, relationship.relationship_type
    reverses = [
        other
        for other in others
        if other.id != relationship.id
        and (other.of_contact and is_ and other.of_contact.id == is_.id)
        and (other.relationship_type and type_)
        and other.relationship_type.name == type_.name_reverse_relationship
    ]
    return min(reverses, key=lambda other: abs(other.id - relationship.id), default=None)


def _id_of(relationship: Relationship) -> int:
    """Return the id of the contact whose relationship it is."""
    if relationship.of_contact is None:
        raise DecodeError("cannot be read", path="of_contact", operation="relationships.reverse")
    return relationship.of_contact.id


def _checked(name: Any) -> str:
    if not isinstance(name, str):
        problem = f"expected str, got {type(name).__name__}"
        raise ArgumentError("name", problem, operation="relationship_types.find")
    return name


def _named(name: str | None, types: Iterable[RelationshipType]) -> RelationshipType | None:
    return next((type_ for type_ in types if type_.name == name), None)


class Relationships(generated.Relationships):
    """Links between two contacts: who is whose uncle, spouse, colleague."""

    def reverse(self, id: int, *, options: Options | None = None) -> Relationship | None:
        """Read the reverse of a relationship: the contacts swapped, of the reverse type.

        The server makes it together with the relationship and gives it an id of its own. Of exact
        copies, which the server does not distinguish either, it is any. Two reads.

        Args:
            id: Id of the relationship.
            options: What the calls do differently; see `Options`.

        Returns:
            The reverse; None if there is not one.

        Raises:
            NotFoundError: There is no such relationship.
        """
        # recorded: seq 88, the automatic reverse
        relationship = self.get(id, options=options)
        others = self.list(contact_id=_id_of(relationship), options=options)
        return _reverse(relationship, others)


class AsyncRelationships(generated.AsyncRelationships):
    """Links between two contacts: who is whose uncle, spouse, colleague."""

    async def reverse(self, id: int, *, options: Options | None = None) -> Relationship | None:
        """Read the reverse of a relationship: the contacts swapped, of the reverse type.

        The server makes it together with the relationship and gives it an id of its own. Of exact
        copies, which the server does not distinguish either, it is any. Two reads.

        Args:
            id: Id of the relationship.
            options: What the calls do differently; see `Options`.

        Returns:
            The reverse; None if there is not one.

        Raises:
            NotFoundError: There is no such relationship.
        """
        relationship = await self.get(id, options=options)
        others = self.list(contact_id=_id_of(relationship), options=options)
        return _reverse(relationship, await others.collect())


class RelationshipTypes(types.RelationshipTypes):
    """What a relationship can mean, with the type of its reverse."""

    def find(self, name: str, *, options: Options | None = None) -> RelationshipType | None:
        """Find a relationship type by its name, such as `uncle`.

        Args:
            name: The name, in the vendor's English words, whatever the user's language.
            options: What the call does differently; see `Options`.

        Returns:
            The type; None if no type has that name.
        """
        # recorded: seq 17, all built-in types
        return _named(_checked(name), self.list(options=options))

    def reverse(self, id: int, *, options: Options | None = None) -> RelationshipType | None:
        """Read the type that the reverse of a relationship has: of `uncle`, `nephew`. Two reads.

        Args:
            id: Id of the type.
            options: What the calls do differently; see `Options`.

        Returns:
            The type; None if no type has that name.

        Raises:
            NotFoundError: There is no such type.
        """
        # recorded: seq 17, all built-in types name that of their reverse
        type_ = self.get(id, options=options)
        return _named(type_.name_reverse_relationship, self.list(options=options))


class AsyncRelationshipTypes(types.AsyncRelationshipTypes):
    """What a relationship can mean, with the type of its reverse."""

    async def find(self, name: str, *, options: Options | None = None) -> RelationshipType | None:
        """Find a relationship type by its name, such as `uncle`.

        Args:
            name: The name, in the vendor's English words, whatever the user's language.
            options: What the call does differently; see `Options`.

        Returns:
            The type; None if no type has that name.
        """
        return _named(_checked(name), await self.list(options=options).collect())

    async def reverse(self, id: int, *, options: Options | None = None) -> RelationshipType | None:
        """Read the type that the reverse of a relationship has: of `uncle`, `nephew`. Two reads.

        Args:
            id: Id of the type.
            options: What the calls do differently; see `Options`.

        Returns:
            The type; None if no type has that name.

        Raises:
            NotFoundError: There is no such type.
        """
        type_ = await self.get(id, options=options)
        return _named(type_.name_reverse_relationship, await self.list(options=options).collect())
