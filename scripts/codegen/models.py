"""Emit the models, and the modules that hand out crmkit's own types and client."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
    return {
        f"models/{class_.module}.py": _emit(derived, class_) for class_ in derived.classes.values()
    }


def _emit(derived: Derived, class_: GeneratedClass) -> str:
    name = class_.name
    if name in derived.schemas.models:
        return _model(derived, class_)
    if name in derived.schemas.enums:
        head = [f"class {name}(StrEnum):", *_docstring(derived, name, "Values of one kind.")]
        body = [f"    {member} = {value!r}" for value, member in sorted(class_.names.items())]
        return module("", [*head, *body], CORE, future=False)
    if name in FORMS.values():
        home = "decimal" if name == "Decimal" else "crmkit.core.codec.labeled"
        line = f"from {home} import {name} as {name}"
        return f'"""The class `{name}`."""\n\n{line}\n'
    imports = (*STANDARD, *CORE, *derived.class_imports(".", name))
    text = f"What `{name}` stands for in annotations."
    return module(text, [f"{name} = {derived.schemas.aliases[name]}"], imports, future=False)


def _model(derived: Derived, class_: GeneratedClass) -> str:
    fields = {
        class_.names[field.derived]: field for field in derived.schemas.models[class_.name].fields
    }
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
    written = schemas.models[class_.name].mode == "write"
    if reads := written and schemas.read_models(class_.name):
        declared.append(f"    _read_models = {reads!r}")
    texts = [
        (attribute.name, fields[attribute.name].description) for attribute in class_.attributes
    ]
    attributes = section("Attributes", texts, _WIDTH + 4)
    docstring = _docstring(derived, class_.name, f"{class_.name} of the document.", attributes)
    # Models may hold one another; annotations are not evaluated.
    lazy = derived.class_imports(".", class_.name, *derived.schemas.enums)
    enums = derived.class_imports(".", *(derived.classes.keys() - derived.schemas.enums))
    imports = (*STANDARD, *CORE, *enums)
    head = ["@_attrs_define", f"class {class_.name}(Model):"]
    return module("", [*head, *docstring, *declared], imports, lazy)


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
        "operations/__init__.py": f'"""The operations of the {title}, by resource."""\n',
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
