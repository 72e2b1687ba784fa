"""Emit the models, and the modules that hand out crmkit's own types and client."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .grouping import ALIASES
from .imports import CORE, STANDARD, module
from .kinds import FORMS
from .prose import section, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .derive import Derived
    from .generator import GeneratedClass

__all__ = ["emit_models", "emit_shims"]

_WIDTH = 92


def emit_models(derived: Derived) -> dict[str, str]:
    """Return the modules of all classes, by path in the package."""
    homes: dict[str, list[GeneratedClass]] = {}
    for class_ in derived.classes.values():
        homes.setdefault(class_.module, []).append(class_)
    return {f"models/{home}.py": _emit(derived, homes[home]) for home in homes}


def _emit(derived: Derived, classes: list[GeneratedClass]) -> str:
    names = [class_.name for class_ in classes]
    if names[0] in FORMS.values():
        home = "decimal" if names[0] == "Decimal" else "crmkit.core.codec.labeled"
        line = f"from {home} import {names[0]} as {names[0]}"
        return f'"""The class `{names[0]}`."""\n\n{line}\n'
    imports = derived.class_imports(".", *names)
    if classes[0].module == ALIASES:
        lines = [f"{name} = {derived.schemas.aliases[name]}" for name in sorted(names)]
        text = "What names stand for in annotations."
        return module(text, lines, (*STANDARD, *CORE, *imports), future=False)
    lines = [line for class_ in classes for line in (*_class(derived, class_), "", "")]
    # Annotations are not evaluated: models may hold one another.
    return module("", lines, (*STANDARD, *CORE), imports)


def _class(derived: Derived, class_: GeneratedClass) -> list[str]:
    name = class_.name
    if name in derived.schemas.enums:
        head = [f"class {name}(StrEnum):", *_docstring(derived, name, "Values of one kind.")]
        return [*head, *(f"    {own} = {value!r}" for value, own in sorted(class_.names.items()))]
    fields = {class_.names[field.derived]: field for field in derived.schemas.models[name].fields}
    declared: list[str] = []
    for attribute in class_.attributes:
        argument = attribute
        if fields[attribute.name].secret:
            default = f"default={attribute.default}, " if attribute.default else ""
            argument = replace(attribute, default=f"_attrs_field({default}repr=False)")
        declared.append(f"    {argument.code}")
    declared.append(
        "    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)"
    )
    schemas = derived.schemas
    written = schemas.models[name].mode == "write"
    if reads := written and schemas.read_models(name):
        declared.append(f"    _read_models = {reads!r}")
    texts = [
        (attribute.name, fields[attribute.name].description) for attribute in class_.attributes
    ]
    attributes = section("Attributes", texts, _WIDTH + 4)
    docstring = _docstring(derived, name, f"{name} of the document.", attributes)
    return ["@_attrs_define", f"class {name}(Model):", *docstring, *declared]


def _docstring(derived: Derived, name: str, default: str, more: Iterable[str] = ()) -> list[str]:
    """Return the lines of a class's docstring, which is the schema's description."""
    text = derived.schemas.tree[name]["description"] or default
    first, *rest = [*wrapped(text, width=_WIDTH), *more]
    rest = [*rest, '"""'] if rest else []
    return [f'    """{first}' + ("" if rest else '"""'), *(f"    {line}" for line in rest), ""]


def emit_shims(derived: Derived) -> dict[str, str]:
    """Return the modules that hand out crmkit's own types and client, by path in the package."""
    title = derived.title
    homes = {name: class_.module for name, class_ in sorted(derived.classes.items())}
    imports = "\n".join(f"    from .{home} import {name} as {name}" for name, home in homes.items())
    return {
        "__init__.py": f'"""Generated for the {title}: models, operations and resources."""\n',
        "api/__init__.py": f'"""The operations of the {title} as functions."""\n',
        "types.py": (
            '"""The types that all generated packages share."""\n\n'
            "from crmkit.core.types import UNSET, File, Response, Unset\n\n"
            '__all__ = ["UNSET", "File", "Response", "Unset"]\n'
        ),
        "client.py": (
            '"""The client that generated functions take: `crm.generated`."""\n\n'
            "from crmkit.core.generated import AuthenticatedClient, Client\n\n"
            '__all__ = ["AuthenticatedClient", "Client"]\n'
        ),
        "py.typed": "",
        "models/__init__.py": (
            f'"""The models of the {title}, each loaded when it is first used."""\n\n'
            "from typing import TYPE_CHECKING\n\nfrom crmkit.core.lazy import lazily\n\n"
            f"if TYPE_CHECKING:\n{imports}\nelse:\n"
            f"    __all__, __getattr__, __dir__ = lazily(__name__, {homes!r})\n"
        ),
    }
