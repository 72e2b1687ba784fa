"""Put emitted modules together, each with the imports that it needs of all that there may be."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import isfunction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CLIENT", "CODEC", "CORE", "STANDARD", "TAKEN", "module", "needed"]

STANDARD = (
    "import builtins",
    "import datetime",
    "from typing import TYPE_CHECKING, Any",
    "from crmkit.core.lazy import resource",
    "from crmkit.core.types import UNSET, File, Response, Unset",
    "from crmkit.core.types import UNSET as U",
)
CORE = (
    "from crmkit.core.codec.values import encode_espo_json",
    "from attrs import define as _attrs_define, field as _attrs_field",
    "from collections.abc import Mapping, Sequence",
    "from dataclasses import replace",
    "from enum import StrEnum",
    "from pathlib import Path",
    "from typing import BinaryIO",
    "from crmkit.core.body import Stream as ByteStream",
    "from crmkit.core.call import refuse_beside",
    "from crmkit.core.codec.model import Model",
    "from crmkit.core.changes import AsyncChanges, Changes",
    "from crmkit.core.drive import drive",
    "from crmkit.core.lazy import lazily",
    "from crmkit.core.merge import Member, Merge",
    "from crmkit.core.operation import ChangeOrder, Operation, Paging, Param",
    "from crmkit.core.options import Options",
    "from crmkit.core.paging import AsyncPager, Pager",
    "from crmkit.core.resource import Resource, member_tree, plain_tree, request_tree",
    "from crmkit.core.sender import Sender",
)
CLIENT = (
    "from crmkit.core.client import Client",
    "from crmkit.core.generated import Client, encode_body, encode_espo_body",
)
"""The client with the resources, and the one that generated functions take."""
CODEC = tuple(
    f"from crmkit.core.codec.{name} import {function}"
    for name in (
        *("datetimes", "decode_errors", "files", "labeled", "nested", "numbers", "odd", "registry"),
        *("strings", "values"),
    )
    for function, value in vars(import_module(f"crmkit.core.codec.{name}")).items()
    # Functions of its own; classes come from the generated models.
    if function in {"Codec", "ODD_ERRORS", "new"}
    or (isfunction(value) and value.__module__.endswith(f".{name}") and function[0] != "_")
)
TAKEN = {
    *("AsyncResources", "Decimal", "FreeObject", "LabeledValue", "Mailbox", "Resources"),
    *re.findall(r"\b[A-Z]\w+", " ".join(line.partition("import")[2] for line in CORE + STANDARD)),
}
"""Names that emitted modules import or define, which no schema may have."""


def needed(lines: Iterable[str], text: str) -> list[str]:
    """Return imports without the names that a module does not use.

    ruff would do that as well, but it looks at a module again for each handful that it takes out.

    Args:
        lines: The imports, each on one line.
        text: The rest of the module. What docstrings say is no use.
    """
    words = set(re.findall(r"\w+", re.sub(r'"""[\s\S]*?"""', "", text)))
    kept: list[str] = []
    for line in lines:
        head, _, names = line.rpartition("import ")
        used = [name for name in names.split(", ") if name.split()[-1] in words]
        if used:
            kept.append(f"{head}import {', '.join(used)}")
    return kept


def module(
    doc: str,
    body: Iterable[str],
    imports: Iterable[str] = (),
    lazy: Iterable[str] = (),
    *,
    future: bool = True,
) -> str:
    """Return a module.

    Args:
        doc: Its docstring, escaped; empty for none.
        body: Its lines.
        imports: What it may import.
        lazy: What it may import for type checkers only.
        future: Whether its annotations are not evaluated.
    """
    text = "\n".join(body)
    block = [f"    {line}" for line in needed(lazy, text)]
    if block:
        block = ["from typing import TYPE_CHECKING", "if TYPE_CHECKING:", *block]
    head = [f'"""{doc}"""', ""] if doc else []
    head += ["from __future__ import annotations", ""] if future else []
    return "\n".join([*head, *needed(imports, text), *block, "", text]) + "\n"
