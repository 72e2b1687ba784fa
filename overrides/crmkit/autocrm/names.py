"""Names of attributes: Python's, as callers may write them, and those of the wire."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit.core.errors import ArgumentError
from crmkit_generated.autocrm import codec

if TYPE_CHECKING:
    from collections.abc import Iterable

_MODELS = ("Account", "Call", "Case", "Contact", "Email", "Lead", "Meeting", "Opportunity", "Task")


def camel_case(name: str) -> str:
    """Return a Python name as the wire has it: `parent_id` as `parentId`."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(map(str.capitalize, rest))


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the end of a message that names the nearest of several names."""
    from difflib import get_close_matches  # seldom needed, and slow to load

    return "".join(f"; did you mean {other!r}?" for other in get_close_matches(name, names, 1, 0))


class Renamer:
    """Gives the wire's name for the name of an attribute.

    Args:
        models: Names of the models that document the attributes.
    """

    def __init__(self, *models: str) -> None:
        self._names: dict[str, str] = {}
        for model in models:
            for wire, attribute in getattr(codec, model).MEMBERS.items():
                self._names[attribute] = wire
                # Lists are sorted and filtered by links as well, whose ids are attributes.
                for id in ("_ids", "_id"):
                    if attribute.endswith(id):
                        link = attribute.removesuffix(id)
                        self._names.setdefault(link, wire.removesuffix(id.title().replace("_", "")))

    def __call__(self, name: Any, place: str) -> Any:
        """Return the wire's name.

        Args:
            name: A documented attribute by its Python name, or any name on the wire.
            place: Where it stands, for errors.

        Raises:
            ArgumentError: It is neither: no name on the wire has an underscore.
        """
        if not isinstance(name, str) or "_" not in name:
            return name
        wire = self._names.get(name)
        if wire is None:
            raise ArgumentError(place, f"unknown attribute {name!r}{nearest(name, self._names)}")
        return wire


@cache
def renamer(entity_type: str, suffix: str = "") -> Renamer:
    """Return what renames attributes of an entity type.

    Args:
        entity_type: Its name. Of one that is not documented, records may have the attributes of
            any other; so they may where it is empty, as nobody knows where a link leads.
        suffix: `Input` for what is written.
    """
    own = entity_type + suffix
    if entity_type and getattr(getattr(codec, own, None), "MEMBERS", None):
        return Renamer(own)
    return Renamer("Record" + suffix, *(model + suffix for model in _MODELS))
