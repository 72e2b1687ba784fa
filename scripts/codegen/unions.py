"""Unions: their members are told apart by JSON type, or by a constant member of objects."""

from __future__ import annotations

from collections import Counter
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


def one_of(  # noqa: PLR0911  # one case after the other, from the plainest on
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
    names = {kind.name for kind in kinds}
    if len(kinds) == 1:
        return kinds[0]
    if "any" in names:
        return Kind("any")
    if "optional" in names:
        inner = [kind.items[0] if kind.name == "optional" else kind for kind in kinds]
        return Kind("optional", items=(one_of(document, place, inner),))
    if lenient and names <= PLAIN and kinds[0].name != "str":
        return Kind("lenient", items=tuple(kinds))
    kinds = [
        part
        for kind in kinds
        for part in (kind.items if kind.name in {"scalars", "union"} else (kind,))
    ]
    kinds = list(dict.fromkeys(kinds))
    for name, merge in (("list", _list_of), ("model", _discriminated)):
        some = [kind for kind in kinds if kind.name == name]
        if len(some) > 1:
            first = kinds.index(some[0])
            kinds = [kind for kind in kinds if kind not in some]
            kinds.insert(first, merge(document, place, some))
    names = {kind.name for kind in kinds}
    if "float" in names:
        kinds = [kind for kind in kinds if kind.name != "int"]
    if len(kinds) == 1:
        return kinds[0]
    if names <= PLAIN:
        return Kind("scalars", items=tuple(kinds))
    if names <= {"date", "datetime", "str"}:
        return Kind("date_or_str", items=tuple(kinds))
    types = Counter(type_ for kind in kinds for type_ in wire_types(kind))
    if types.most_common(1)[0][1] > 1:
        form = _JSON.get(types.most_common(1)[0][0], "numbers")
        document.refuse(place, f"two members of the union are {form}", "leave one of them")
    return Kind("union", items=tuple(kinds))


def _list_of(document: Document, place: str, lists: list[Kind]) -> Kind:
    """Return the list whose items may be those of each of several."""
    items = [item for kind in lists for item in kind.items]
    return Kind("list", items=(one_of(document, f"{place}/items", items),))


def _discriminated(document: Document, place: str, models: list[Kind]) -> Kind:
    """Return the kind of several models with a member that is another constant in each."""
    constants = [_constants(document, document.schemas[model.ref]) for model in models]
    for member in constants[0]:
        values = tuple(known[member] for known in constants if member in known)
        if len(set(values)) == len(models):
            return Kind("discriminated", items=tuple(models), member=member, values=values)
    problem = f"no constant member tells {' and '.join(model.ref for model in models)} apart"
    return document.refuse(place, problem, "give each a required member with another const")


def _constants(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    members = {name: document.resolve(properties[name], name) for name in properties}
    return {
        name: node["const"]
        for name, node in members.items()
        if name in required and isinstance(node.get("const"), bool | int | str)
    }
