"""Put classes that are needed together into one module of the package's models.

A module for each class would take more room than what most of them hold. What one resource's reads
or writes need stands together, so that nothing is loaded that is not needed soon.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .kinds import parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .generator import GeneratedClass
    from .kinds import Kind
    from .schemas import Schemas

__all__ = ["ALIASES", "group"]

ALIASES = "aliases_"
"""The module of what stands for other types, which no class is called after."""


def group(
    classes: dict[str, GeneratedClass],
    schemas: Schemas,
    needs: Iterable[tuple[str, list[Kind], list[Kind]]],
) -> None:
    """Give classes that the same operations need one module, which is called after the first.

    What they need is told apart by resource, and by whether it is read or only written.

    Args:
        classes: All classes by name.
        schemas: Their schemas.
        needs: The resource of each operation, what it reads and what it writes.
    """
    reads: dict[str, set[str]] = defaultdict(set)
    writes: dict[str, set[str]] = defaultdict(set)
    for tag, read, written in needs:
        for uses, kinds in ((reads, read), (writes, written)):
            for name in _reached(kinds, schemas):
                uses[name].add(tag)
    homes: dict[tuple[bool, frozenset[str]], str] = {}
    for name in (*schemas.models, *sorted(schemas.enums)):
        class_, is_read = classes[name], name in reads
        key = is_read, frozenset(reads[name] if is_read else writes[name])
        class_.module = homes.setdefault(key, class_.module)
    for name in schemas.aliases:
        if name in classes:
            classes[name].module = ALIASES


def _reached(kinds: list[Kind], schemas: Schemas) -> set[str]:
    """Return the names of the models and enums in kinds, and in what these hold."""
    reached: set[str] = set()
    new = {part.ref for kind in kinds for part in parts(kind)}
    while new:
        reached |= new
        models = [schemas.models[name] for name in new if name in schemas.models]
        fields = [field for model in models for field in model.fields]
        new = {part.ref for field in fields for part in parts(field.kind)} - reached
    return reached
