"""Run the generator's parser on the derived document, and emit the models from what it finds.

The parser is the one source of the names of classes, modules and attributes, and of their types.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2.bccache import Bucket, BytecodeCache
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData, openapi
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from .document import DocumentError
from .imports import only_needed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .derive import Derived

__all__ = [
    "Argument",
    "EndpointSource",
    "ModelSource",
    "doc",
    "emit_models",
    "endpoint_sources",
    "model_sources",
    "run_generator",
    "write_shims",
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


@dataclass
class EndpointSource:
    """A generated operation module.

    Args:
        names: Python names of the parameters by their places and names on the wire.
        returns: Type that `_parse_response` gives, as text, without None.
    """

    names: dict[tuple[str, str], str]
    returns: str


def run_generator(derived: Derived, folder: Path) -> GeneratorData:
    """Write the package of a derived document to `folder`, which does not exist.

    Returns:
        What the generator has made of the document.

    Raises:
        DocumentError: The generator warns of anything or fails.
    """
    # The generator knows keywords apart from these: class would still become class_.
    builtins = strings.RESERVED_WORDS & set(_given_names(derived.document.tree))
    strings.RESERVED_WORDS.difference_update(builtins)
    try:
        return _run(derived, folder)
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


def _run(derived: Derived, folder: Path) -> GeneratorData:
    # It copies each operation three times with all models behind it, and drops what it copied.
    openapi.deepcopy = copy.copy  # type: ignore[assignment, attr-defined]  # shallow, as good

    _check_members(derived)
    file = ConfigFile(use_path_prefixes_for_title_model_names=False, post_hooks=[])
    config = Config.from_sources(
        file, MetaType.NONE, folder, "utf-8", overwrite=False, output_path=folder
    )
    data = GeneratorData.from_dict(derived.tree, config=config)
    if isinstance(data, GeneratorError):
        _refuse(derived, data)
    project = Project(openapi=data, config=config)
    project.env.bytecode_cache = _COMPILED
    with contextlib.redirect_stdout(io.StringIO()):  # it prints the folder's name
        errors = project.build()
    if errors:
        _refuse(derived, errors[0])
    return data


class _Memory(BytecodeCache):
    """Keeps compiled templates, which the generator would compile anew for each document."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code to jinja."""
        bucket.code = self._known.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        self._known[bucket.key] = bucket.code


_COMPILED = _Memory()


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


class _Source:
    """A generated module, and the text of its parts as it was written.

    `ast.unparse` differs between Python versions, and `ast.get_source_segment` is slow.
    """

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._lines = text.encode().splitlines(keepends=True)

    def text(self, node: ast.expr | None) -> str:
        """Return the text of a node, on one line; an empty one for no node."""
        if node is None or node.end_lineno is None:
            return ""
        lines = self._lines[node.lineno - 1 : node.end_lineno]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return " ".join(b"".join(lines).decode().split())


def _expected(path: Path, what: str) -> DocumentError:
    return DocumentError(
        f"{path.name}: the generator wrote no {what} where it used to; see codegen/models.py"
    )


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
    text = [
        *imports,
        "",
        "@_attrs_define",
        f"class {source.name}(Model):",
        *_docstring(lines),
        "",
        *declared,
        "    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)",
    ]
    return only_needed("\n".join(text))


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


def endpoint_sources(derived: Derived, folder: Path) -> dict[str, EndpointSource]:
    """Read the signatures of the generated operations, by operationId.

    Raises:
        DocumentError: The generator's output has another shape than expected.
    """
    found: dict[str, EndpointSource] = {}
    for plan in derived.operations:
        path = folder / "api" / plan.source.tag / f"{plan.source.id}.py"
        if not path.exists():
            raise _expected(path, "module")
        text, found_end, _ = path.read_text(encoding="utf-8").partition("def _build_response(")
        source = _Source(text)
        functions = {
            item.name: item for item in source.tree.body if isinstance(item, ast.FunctionDef)
        }
        if not found_end or not {"_get_kwargs", "_parse_response"} <= functions.keys():
            raise _expected(path, "_get_kwargs, _parse_response and _build_response")
        returns = source.text(functions["_parse_response"].returns).removesuffix(" | None")
        names = _parameter_names(functions["_get_kwargs"], plan.path)
        found[plan.source.id] = EndpointSource(names, returns)
    return found


def _parameter_names(function: ast.FunctionDef, path: str) -> dict[tuple[str, str], str]:
    """Return the Python names of a generated function's parameters by place and wire name."""
    arguments = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]}
    # Path parameters are positional, in the order of the path.
    positional = [one.arg for one in function.args.args]
    wire = [("path", name) for name in re.findall(r"\{([^}]*)\}", path)]
    names = dict(zip(wire, positional, strict=True))
    for node in ast.walk(function):
        # As in: params["pageSize"] = page_size, headers["X-Trace"] = str(x_trace)
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)):
            continue
        target, key = node.targets[0].value, node.targets[0].slice
        place = {"params": "query", "headers": "header"}.get(getattr(target, "id", ""))
        used = {
            one.id.removeprefix("json_")
            for one in ast.walk(node.value)
            if isinstance(one, ast.Name)
        }
        if place and isinstance(key, ast.Constant) and len(used & arguments) == 1:
            names[place, str(key.value)] = (used & arguments).pop()
    return names


def write_shims(derived: Derived, models: dict[str, ModelSource], folder: Path) -> None:
    """Put crmkit's own types, client and lazy exports in place of the generator's."""
    title = doc(derived.tree["info"]["title"])
    homes = {name: model.module for name, model in sorted(models.items())}
    imports = "\n".join(
        f"    from .{module} import {name} as {name}" for name, module in homes.items()
    )
    texts = {
        "__init__.py": f'"""Generated for the {title}: models, operations and resources."""\n',
        "types.py": (
            '"""The types that all generated packages share."""\n\n'
            "from crmkit.core.types import UNSET, File, FileTypes, RequestFiles, Response, Unset"
            "\n\n"
            '__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]\n'
        ),
        "client.py": (
            '"""The client that generated functions take: `crm.generated`."""\n\n'
            "from crmkit.core.generated import AuthenticatedClient, Client\n\n"
            '__all__ = ["AuthenticatedClient", "Client"]\n'
        ),
        "errors.py": (
            '"""An error that generated functions name."""\n\n'
            "from crmkit.core.generated import UnexpectedStatus\n\n"
            '__all__ = ["UnexpectedStatus"]\n'
        ),
        "models/__init__.py": (
            f'"""The models of the {title}, each loaded when it is first used."""\n\n'
            "from typing import TYPE_CHECKING\n\nfrom crmkit.core.lazy import lazily\n\n"
            f"if TYPE_CHECKING:\n{imports}\nelse:\n"
            f"    __all__, __getattr__, __dir__ = lazily(__name__, {homes!r})\n"
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "py.typed").write_text("", encoding="utf-8")
