"""What a mock starts with: a seed by name, or records of one's own as a JSON file or tree.

The tree of such a seed has records by CRM and kind, which `MockCRM.add` takes:

    {
        "relenta": {"contacts": [{"id": "1", "full_name": "Ada Lovelace"}]},
        "espocrm": {
            "Account": [{"id": "acme", "name": "Acme"}],
            "Contact": [{"lastName": "Lovelace", "accountId": "acme"}]
        }
    }

They are added to the seed "empty" in the order of the file; a CRM that it lacks has that seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkit_mock.arguments import require_choice
from crmkit_mock.json_text import JSONTextError, parse

#: Names of the seeds: with sample records, or with accounts and credentials only.
SEEDS = ("demo", "empty")

#: Records by kind and CRM.
SeedTree = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
#: How a seed is chosen: by name, as a JSON file, or as the tree that such a file holds.
SeedSource = str | Path | SeedTree


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed.

    Attributes:
        name: Its name, or the path of its file.
        base: The named seed that its records are added to.
        records: Records by kind and CRM, in the order in which they are added.
    """

    name: str
    base: str
    records: SeedTree

    def of(self, crm: str) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Return the records of a CRM, in order: place in the seed, kind, record."""
        return [
            (f"{self._at(crm)}.{kind}[{index}]", kind, record)
            for kind, records in self.records.get(crm, {}).items()
            for index, record in enumerate(records)
        ]

    def _at(self, crm: str) -> str:
        return f"{self.name}: {crm}" if self.name else crm


def read_seed(source: SeedSource | Seed, crms: Sequence[str] | None = None) -> Seed:
    """Return a seed. Its records are only checked when they are added.

    Args:
        source: Name, path of a `.json` file, or the tree of one.
        crms: Names of the CRMs that there are; None: others are not noticed.

    Raises:
        ValueError: there is no such seed or file, or it is not records by CRM and kind.
    """
    if isinstance(source, Seed):
        return source
    if isinstance(source, Mapping):
        return Seed("", "empty", _checked("", source, crms))
    path = source if isinstance(source, Path) else None
    if path is None and isinstance(source, str) and source.lower().endswith(".json"):
        path = Path(source)
    if path is None:
        _require_name(source)
        return Seed(str(source), str(source), {})
    try:
        tree = parse(path.read_bytes())
    except OSError as error:
        raise ValueError(f"seed {path}: {error.strerror}") from None
    except JSONTextError as error:
        raise ValueError(f"seed {path}: not valid JSON: {error}") from None
    return Seed(f"seed {path}", "empty", _checked(f"seed {path}: ", tree, crms))


def _require_name(name: object) -> None:
    try:
        require_choice("seed", name, SEEDS)
    except ValueError as error:
        raise ValueError(f"{error}; records of your own come in a .json file") from None


def _checked(prefix: str, tree: object, crms: Sequence[str] | None) -> SeedTree:
    """Return a tree of records by CRM and kind.

    Raises:
        ValueError: it is not one; the message says where.
    """
    if not isinstance(tree, Mapping):
        raise ValueError(f"{prefix}expected an object of CRMs, got {_type(tree)}")  # noqa: TRY004 - one type for all mistakes
    for crm, kinds in tree.items():
        if crms is not None and crm not in crms:
            raise ValueError(f"{prefix}there is no CRM {crm!r}, only {', '.join(crms)}")
        if not isinstance(kinds, Mapping):
            raise ValueError(f"{prefix}{crm}: expected an object of records by kind")  # noqa: TRY004 - one type for all mistakes
        if {"schema", "settings"} <= kinds.keys():
            raise ValueError(f"{prefix}{crm}: is a snapshot, not a seed: use restore()")
        for kind, records in kinds.items():
            place = f"{prefix}{crm}.{kind}"
            if not isinstance(records, list | tuple):
                raise ValueError(f"{place}: expected a list of records, got {_type(records)}")  # noqa: TRY004 - one type for all mistakes
            for index, record in enumerate(records):
                if not isinstance(record, Mapping):
                    raise ValueError(  # noqa: TRY004 - as above
                        f"{place}[{index}]: expected an object, got {_type(record)}"
                    )
    return tree


def _type(value: object) -> str:
    """Return what a JSON value is, as Python calls it."""
    return "None" if value is None else type(value).__name__
