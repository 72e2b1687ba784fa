"""Run the generator's parser on the derived document, and emit the models from what it finds.

The parser is the one source of the names of classes, modules and attributes, and of their types.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from openapi_python_client import strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from .document import DocumentError
from .imports import only_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .derive import Derived

__all__ = [
    "Argument",
    "ModelSource",
    "doc",
    "emit_models",
    "emit_shims",
    "model_sources",
    "run_generator",
]


MODEL_NAMES = {"additional_keys", "additional_properties", "from_dict", "to_dict"}
"""Names that every generated model has."""


@dataclass(frozen=True)
class Argument:
    """An argument of a generated function, or an attribute of a generated class.

    Args:
        name: Its Python name.
        annotation: Its type, as text.
        default: Its default, as text; None if it has none.
    """

    name: str
    annotation: str
    default: str | None


@dataclass
class ModelSource:
    """A class of the package's models: model, enum, or name for a type.

    Args:
        name: Its name.
        module: Its module below `models`.
        attributes: Its attributes, in order.
        names: Python names by name in the derived document.
    """

    name: str
    module: str
    attributes: list[Argument] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def run_generator(derived: Derived) -> GeneratorData:
    """Return what the generator makes of a derived document.

    Raises:
        DocumentError: The generator warns of anything or fails.
    """
    # The generator knows keywords apart from these: class would still become class_.
    builtins = strings.RESERVED_WORDS & set(_given_names(derived.document.tree))
    strings.RESERVED_WORDS.difference_update(builtins)
    try:
        return _run(derived)
    finally:
        strings.RESERVED_WORDS.update(builtins)


def _given_names(node: Any) -> Iterator[str]:
    """Give the names that a document gives by x-crmkit-name, which are to stay as they are."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == "x-crmkit-name" and isinstance(value, str):
            yield value
        yield from _given_names(value)
    for value in node if isinstance(node, list) else ():
        yield from _given_names(value)


def _run(derived: Derived) -> GeneratorData:
    _check_members(derived)
    file = ConfigFile(use_path_prefixes_for_title_model_names=False, post_hooks=[])
    config = Config.from_sources(
        file, MetaType.NONE, derived.document.file, "utf-8", overwrite=False, output_path=None
    )
    data = GeneratorData.from_dict(derived.tree, config=config)
    if isinstance(data, GeneratorError):
        _refuse(derived, data)
    if data.errors:
        _refuse(derived, data.errors[0])
    return data


def _check_members(derived: Derived) -> None:
    """Refuse members whose attributes would have one name, or one that every model has."""
    for model in derived.models.values():
        made: dict[str, str] = {}
        for one in model.fields:
            name = str(strings.PythonIdentifier(one.derived, "field_"))
            # Where two are the same in snake_case, the generator leaves the capitals as they are.
            exact = str(strings.PythonIdentifier(one.derived, "field_", skip_snake_case=True))
            other = made.setdefault(exact, one.wire)
            if other != one.wire or name in MODEL_NAMES:
                derived.document.refuse(
                    f"components/schemas/{model.name}",
                    f"the attribute of {one.wire!r} cannot be called {name!r}",
                    "call it differently by x-crmkit-name",
                )


def _refuse(derived: Derived, error: Any) -> NoReturn:
    told = " ".join(f"{error.header or ''} {error.detail or ''}".split())
    raise DocumentError(
        f"{derived.document.file}: the generator: {told}; describe it in a form that it reads"
    )


def doc(text: str) -> str:
    """Return a text as it stands inside a docstring, on one line."""
    line = " ".join(text.split()).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'{line[:-1]}\\"' if line.endswith('"') else line


def model_sources(derived: Derived, data: GeneratorData) -> dict[str, ModelSource]:
    """Return the classes that the generator makes of a derived document, by name.

    Raises:
        DocumentError: It makes other classes than the document has schemas.
    """
    found: dict[str, ModelSource] = {}
    for made in (*data.models, *data.enums):
        info = made.class_info
        source = found[info.name] = ModelSource(info.name, info.module_name)
        if info.name in derived.models and isinstance(made, ModelProperty):
            properties = [*(made.required_properties or ()), *(made.optional_properties or ())]
            # Those without a default first, as Python has it.
            for one in sorted(properties, key=lambda one: not one.required):
                type_ = one.get_type_string().as_unembedded_code()
                default = None if one.required else "UNSET"
                source.attributes.append(Argument(one.python_name, type_, default))
                source.names[one.name.get_untrusted_value()] = one.python_name
        elif isinstance(made, EnumProperty):
            source.names = {str(value): name for name, value in made.values.items()}
    named = derived.models.keys() | derived.enums | derived.forms | derived.aliases.keys()
    if named != found.keys():
        other = min(named ^ found.keys())
        raise DocumentError(f"{derived.document.file}: the generator makes other classes: {other}")
    return found


def emit_models(derived: Derived, sources: dict[str, ModelSource]) -> dict[str, str]:
    """Return the modules of all classes, by path in the package."""
    texts: dict[str, str] = {}
    for name, source in sources.items():
        if name in derived.models:
            text = _model(derived, source, sources)
        elif name in derived.enums:
            text = _enum(derived, source)
        elif name in derived.forms:
            home = "crmkit.core.codec.labeled"
            text = f'"""The class `{name}`."""\n\nfrom {home} import {name} as {name}\n'
        else:
            text = _alias(name, derived.aliases[name], sources)
        texts[f"models/{source.module}.py"] = text
    return texts


def _model(derived: Derived, source: ModelSource, sources: dict[str, ModelSource]) -> str:
    model = derived.models[source.name]
    fields = {source.names[one.derived]: one for one in model.fields}
    described = derived.tree["components"]["schemas"][model.name]["description"]
    lines = _wrapped(described or f"{model.name} of the document.", "")
    if fields:
        lines += ["", "Attributes:"]
    declared: list[str] = []
    for one in source.attributes:
        text = fields[one.name].description or "See the vendor's page."
        lines += [f"    {line}" for line in _wrapped(f"{one.name}: {text}", "    ")]
        default = f" = {one.default}" if one.default else ""
        if fields[one.name].secret:
            given = f"default={one.default}, " if one.default else ""
            default = f" = _attrs_field({given}repr=False)"
        declared.append(f"    {one.name}: {one.annotation}{default}")
    used = sorted({*re.findall(r"\b[A-Z]\w*", " ".join(declared))} & sources.keys())
    imports = [
        "from __future__ import annotations",
        "",
        "import datetime",
        "from typing import TYPE_CHECKING, Any",
        "",
        "from attrs import define as _attrs_define, field as _attrs_field",
        "from crmkit.core.codec.model import Model",
        "from crmkit.core.types import UNSET, File, Unset",
        "",
        *(f"from .{sources[one].module} import {one}" for one in used if one in derived.enums),
    ]
    # Models may hold one another; annotations are text.
    lazy = [
        f"    from .{sources[one].module} import {one}"
        for one in used
        if one not in {*derived.enums, source.name}
    ]
    imports += ["if TYPE_CHECKING:", *lazy] if lazy else []
    module = [
        *imports,
        "",
        "@_attrs_define",
        f"class {source.name}(Model):",
        *_docstring(lines),
        "",
        *declared,
        "    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)",
    ]
    return only_needed("\n".join(module))


def _enum(derived: Derived, source: ModelSource) -> str:
    described = derived.tree["components"]["schemas"][source.name]["description"]
    lines = [
        "from enum import StrEnum",
        "",
        f"class {source.name}(StrEnum):",
        *_docstring(_wrapped(described or "Values of one kind.", "")),
        "",
        *(f"    {name} = {value!r}" for value, name in sorted(source.names.items())),
    ]
    return "\n".join(lines) + "\n"


def _docstring(lines: list[str]) -> list[str]:
    """Return the lines of a class's docstring."""
    if len(lines) == 1:
        return [f'    """{lines[0]}"""']
    return [f'    """{lines[0]}', *(f"    {line}".rstrip() for line in lines[1:]), '    """']


def _wrapped(text: str, indent: str) -> list[str]:
    """Return a text as lines of a class's docstring, all but the first indented."""
    return textwrap.wrap(doc(text), 92, subsequent_indent=indent, break_long_words=False)


def _alias(name: str, type_: str, sources: dict[str, ModelSource]) -> str:
    """Return the module of a name that stands for a type."""
    used = sorted({*re.findall(r"\b[A-Z]\w*", type_)} & sources.keys())
    lines = [
        f'"""What `{name}` stands for in annotations."""',
        "import datetime",
        "from collections.abc import Mapping",
        "from typing import Any",
        *(f"from .{sources[one].module} import {one}" for one in used),
        f"{name} = {type_}",
    ]
    return only_needed("\n".join(lines))


def emit_shims(derived: Derived, models: dict[str, ModelSource]) -> dict[str, str]:
    """Return the modules that hand out crmkit's own types and client, by path in the package."""
    title = doc(derived.tree["info"]["title"])
    homes = {name: model.module for name, model in sorted(models.items())}
    imports = "\n".join(
        f"    from .{module} import {name} as {name}" for name, module in homes.items()
    )
    return {
        "__init__.py": f'"""Generated for the {title}: models, operations and resources."""\n',
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
