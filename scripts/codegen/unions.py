"""Unions: their members are told apart by JSON type, or by a constant member of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .kinds import PLAIN, Kind, wire_types

if TYPE_CHECKING:
    from .document import Document

__all__ = ["is_empty_array", "is_nothing", "one_of"]

_JSON = {"dict": "objects", "list": "arrays", "str": "strings", "bool": "booleans"}


def is_nothing(schema: dict[str, Any]) -> bool:
    """Return whether a schema means null: null itself, or an empty string."""
    return schema.get("type") == "null" or schema.get("const") == ""


def is_empty_array(schema: dict[str, Any]) -> bool:
    """Return whether a schema takes an empty array and nothing else."""
    return schema.get("type") == "array" and schema.get("maxItems") == 0


def one_of(  # noqa: C901, PLR0911  # one case after the other, from the plainest on
    document: Document, place: str, kinds: list[Kind], *, lenient: bool = False
) -> Kind:
    """Return the kind that takes the values of all of several kinds.

    Args:
        document: The document, for its schemas and for refusals.
        place: Where the union stands.
        kinds: The kinds.
        lenient: Whether plain kinds after the first are other forms of its values that the server
            takes as well, so that Python has the first alone.

    Raises:
        DocumentError: They cannot be told apart.
    """
    names = {one.name for one in kinds}
    if len(kinds) == 1:
        return kinds[0]
    if "any" in names:
        return Kind("any")
    if "optional" in names:
        inner = [one.items[0] if one.name == "optional" else one for one in kinds]
        return Kind("optional", items=(one_of(document, place, inner),))
    if lenient and names <= PLAIN and kinds[0].name != "str":
        return Kind("lenient", items=tuple(kinds))
    kinds = [
        part
        for one in kinds
        for part in (one.items if one.name in {"scalars", "union"} else (one,))
    ]
    kinds = list(dict.fromkeys(kinds))
    for name, merge in (("list", _list_of), ("model", _discriminated)):
        some = [one for one in kinds if one.name == name]
        if len(some) > 1:
            first = kinds.index(some[0])
            kinds = [one for one in kinds if one not in some]
            kinds.insert(first, merge(document, place, some))
    names = {one.name for one in kinds}
    if "float" in names:
        kinds = [one for one in kinds if one.name != "int"]
    if len(kinds) == 1:
        return kinds[0]
    if names <= PLAIN:
        return Kind("scalars", items=tuple(kinds))
    if names <= {"date", "datetime", "str"}:
        return Kind("date_or_str", items=tuple(kinds))
    taken: set[str] = set()
    for one in kinds:
        twice = taken & {*wire_types(one)}
        if twice:
            document.refuse(
                place,
                f"two members of the union are {_JSON.get(min(twice), 'numbers')}",
                "leave one of them",
            )
        taken |= {*wire_types(one)}
    return Kind("union", items=tuple(kinds))


def _list_of(document: Document, place: str, lists: list[Kind]) -> Kind:
    """Return the list whose items may be those of each of several."""
    items = [item for one in lists for item in one.items]
    return Kind("list", items=(one_of(document, f"{place}/items", items),))


def _discriminated(document: Document, place: str, models: list[Kind]) -> Kind:
    """Return the kind of several models with a member that is another constant in each."""
    constants = [_constants(document, document.schemas[one.ref]) for one in models]
    for member in constants[0]:
        values = tuple(one[member] for one in constants if member in one)
        if len(set(values)) == len(models):
            return Kind("discriminated", items=tuple(models), member=member, values=values)
    return document.refuse(
        place,
        f"no constant member tells {' and '.join(model.ref for model in models)} apart",
        "give each a required member with another const",
    )


def _constants(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: document.resolve(node, name) for name, node in schema.get("properties", {}).items()
    }
    required = schema.get("required", [])
    return {
        name: node["const"]
        for name, node in properties.items()
        if name in required and isinstance(node.get("const"), bool | int | str)
    }
