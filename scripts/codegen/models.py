"""Run the generator, and read from its output what the emitters build on.

The generator's own templates are used as they are. What it wrote is then changed in one way: the
bodies of the models' `from_dict` and `to_dict` become calls of the emitted decoders and encoders.
They are found by position, and a shape that is not as expected stops the generation.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2.bccache import Bucket, BytecodeCache
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData, openapi
from openapi_python_client.parser.errors import GeneratorError

from .document import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .derive import Derived

__all__ = [
    "Argument",
    "ModelSource",
    "doc",
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
    """A generated class.

    Args:
        name: Its name.
        module: Its module below `models`.
        path: Its file.
        attributes: Its attributes, in order.
        names: Python names by wire name.
    """

    name: str
    module: str
    path: Path
    attributes: list[Argument] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def run_generator(derived: Derived, folder: Path) -> None:
    """Write the package of a derived document to `folder`, which does not exist.

    Raises:
        DocumentError: The generator warns of anything or fails.
    """
    # The generator knows keywords apart from these: class would still become class_.
    builtins = strings.RESERVED_WORDS & set(_given_names(derived.document.tree))
    strings.RESERVED_WORDS.difference_update(builtins)
    try:
        _run(derived, folder)
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


def _run(derived: Derived, folder: Path) -> None:
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


def model_sources(derived: Derived, folder: Path) -> dict[str, ModelSource]:
    """Read the generated classes, enums included, and tie the models to their codecs.

    Raises:
        DocumentError: The generator's output has another shape than expected.
    """
    found: dict[str, ModelSource] = {}
    for path in sorted((folder / "models").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        source = _Source(text)
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                model = ModelSource(node.name, path.stem, path)
                if node.name in derived.models:
                    _read_class(source, node, model)
                    secrets = {
                        model.names[one.derived]
                        for one in derived.models[node.name].fields
                        if one.secret
                    }
                    _tie(text, node, model, secrets)
                found[node.name] = model
    named = derived.models.keys() | derived.enums | derived.forms | derived.aliases.keys()
    missing = named - found.keys()
    if missing:
        raise _expected(folder / "models", f"class {min(missing)}")
    for form in derived.forms:
        text = (
            f'"""The form `{form}`."""\n\nfrom crmkit.core.codec.labeled import {form} as {form}\n'
        )
        found[form].path.write_text(text, encoding="utf-8")
    for name, type_ in derived.aliases.items():
        found[name].path.write_text(_alias(name, type_, found), encoding="utf-8")
    return found


def _alias(name: str, type_: str, found: dict[str, ModelSource]) -> str:
    """Return the module of a name that stands for a type."""
    used = sorted({*re.findall(r"\b[A-Z]\w*", type_)} & found.keys())
    lines = [
        f'"""What `{name}` stands for in annotations."""',
        "import datetime",
        "from collections.abc import Mapping",
        "from typing import Any",
        *(f"from .{found[one].module} import {one}" for one in used),
        f"{name} = {type_}",
    ]
    return "\n".join(lines) + "\n"


def _read_class(source: _Source, node: ast.ClassDef, model: ModelSource) -> None:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            if item.target.id == "additional_properties":
                continue
            default = source.text(item.value) if item.value is not None else None
            model.attributes.append(Argument(item.target.id, source.text(item.annotation), default))
    to_dict = next(
        (
            item
            for item in node.body
            if isinstance(item, ast.FunctionDef) and item.name == "to_dict"
        ),
        None,
    )
    if to_dict is None:
        raise _expected(model.path, "to_dict")
    for part in ast.walk(to_dict):
        # field_dict.update({"wire": python_name}) and field_dict["wire"] = python_name
        if isinstance(part, ast.Dict):
            pairs = list(zip(part.keys, part.values, strict=True))
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Subscript):
            pairs = [(part.targets[0].slice, part.value)]
        else:
            continue
        for key, value in pairs:
            if isinstance(key, ast.Constant) and isinstance(value, ast.Name):
                model.names[str(key.value)] = value.id
    if sorted(model.names.values()) != sorted(one.name for one in model.attributes):
        raise _expected(model.path, "attribute for each member of to_dict")


def _tie(source: str, node: ast.ClassDef, model: ModelSource, secrets: set[str]) -> None:
    """Let the codec do the work of a model, and keep secrets out of its repr."""
    lines = source.splitlines(keepends=True)
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and getattr(item.target, "id", "") in secrets:
            declared, _, default = lines[item.lineno - 1].rstrip().partition(" = ")
            given = f"default={default}, " if default else ""
            lines[item.lineno - 1] = f"{declared} = _attrs_field({given}repr=False)\n"
    bodies = {
        "to_dict": (
            f"        from ..codec import {model.module} as codec\n\n"
            "        return codec.encode(self)\n"
        ),
        "from_dict": (
            "        from crmkit.core.codec.decode_errors import decode_model\n\n"
            f"        from ..codec import {model.module} as codec\n\n"
            "        return decode_model(codec.decode_all, src_dict, cls)\n"
        ),
    }
    methods = [
        item for item in node.body if isinstance(item, ast.FunctionDef) and item.name in bodies
    ]
    if [item.name for item in methods] != ["to_dict", "from_dict"]:
        raise _expected(model.path, "to_dict followed by from_dict")
    for item in reversed(methods):
        first, last = item.body[0].lineno, item.body[-1].end_lineno
        lines[first - 1 : last] = [bodies[item.name]]
    model.path.write_text("".join(lines), encoding="utf-8")


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
            "from crmkit.core.types import UNSET, File, Response, Unset\n\n"
            '__all__ = ["UNSET", "File", "Response", "Unset"]\n'
        ),
        "client.py": (
            '"""The client that generated functions take: `crm.generated`."""\n\n'
            "from crmkit.core.generated import AuthenticatedClient, Client\n\n"
            '__all__ = ["AuthenticatedClient", "Client"]\n'
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
    (folder / "errors.py").unlink()
    (folder / "py.typed").write_text("", encoding="utf-8")
