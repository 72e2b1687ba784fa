"""Run the generator, and read from its output what the emitters build on.

The generator's own templates are used as they are. What it wrote is then changed in one way: the
bodies of the models' `from_dict` and `to_dict` become calls of the emitted decoders and encoders.
They are found by position, and a shape that is not as expected stops the generation.
"""

from __future__ import annotations

import ast
import contextlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from .document import DocumentError

if TYPE_CHECKING:
    from pathlib import Path

    from .derive import Derived

__all__ = [
    "Argument",
    "EndpointSource",
    "ModelSource",
    "endpoint_sources",
    "model_sources",
    "run_generator",
    "write_shims",
]


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


@dataclass
class EndpointSource:
    """A generated operation module.

    Args:
        positional: Arguments of `_get_kwargs` that may be positional: path parameters.
        keyword: Its keyword arguments, without the body.
        returns: Type that `_parse_response` gives, as text, without None.
    """

    positional: list[Argument]
    keyword: list[Argument]
    returns: str


def run_generator(derived: Derived, folder: Path) -> None:
    """Write the package of a derived document to `folder`, which does not exist.

    Raises:
        DocumentError: The generator warns of anything or fails.
    """
    # Only here: the import takes as long as all the rest, and unchanged input needs none of it.
    from openapi_python_client import Project
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.errors import GeneratorError

    file = ConfigFile(use_path_prefixes_for_title_model_names=False, post_hooks=[])
    config = Config.from_sources(
        file, MetaType.NONE, folder, "utf-8", overwrite=False, output_path=folder
    )
    data = GeneratorData.from_dict(derived.tree, config=config)
    if isinstance(data, GeneratorError):
        _refuse(derived, data)
    with contextlib.redirect_stdout(io.StringIO()):  # it prints the folder's name
        errors = Project(openapi=data, config=config).build()
    if errors:
        _refuse(derived, errors[0])


def _refuse(derived: Derived, error: Any) -> NoReturn:
    told = " ".join(f"{error.header or ''} {error.detail or ''}".split())
    raise DocumentError(
        f"{derived.document.file}: the generator: {told}; describe it in a form that it reads"
    )


def _text(source: str, node: ast.AST | None) -> str:
    # The text as it was written: ast.unparse differs between Python versions.
    return (
        " ".join((ast.get_source_segment(source, node) or "").split()) if node is not None else ""
    )


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
        source = path.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef):
                model = ModelSource(node.name, path.stem, path)
                if node.name in derived.models:
                    _read_class(source, node, model)
                    _tie(source, node, model)
                found[node.name] = model
    missing = (derived.models.keys() | derived.enums | derived.forms) - found.keys()
    if missing:
        raise _expected(folder / "models", f"class {min(missing)}")
    for form in derived.forms:
        text = f'"""The form `{form}`."""\n\nfrom crmkit.core.forms import {form} as {form}\n'
        found[form].path.write_text(text, encoding="utf-8")
    return found


def _read_class(source: str, node: ast.ClassDef, model: ModelSource) -> None:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            if item.target.id == "additional_properties":
                continue
            default = _text(source, item.value) if item.value is not None else None
            model.attributes.append(
                Argument(item.target.id, _text(source, item.annotation), default)
            )
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


def _tie(source: str, node: ast.ClassDef, model: ModelSource) -> None:
    lines = source.splitlines(keepends=True)
    bodies = {
        "to_dict": (
            f"        from ..codec import {model.module} as codec\n\n"
            "        return codec.encode(self)\n"
        ),
        "from_dict": (
            "        from crmkit.core.wire import from_wire\n\n"
            f"        from ..codec import {model.module} as codec\n\n"
            "        return from_wire(codec.decode_all, src_dict, cls)\n"
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
        source = path.read_text(encoding="utf-8")
        functions = {
            item.name: item for item in ast.parse(source).body if isinstance(item, ast.FunctionDef)
        }
        if not {"_get_kwargs", "_parse_response", "sync_detailed"} <= functions.keys():
            raise _expected(path, "_get_kwargs, _parse_response and sync_detailed")
        args = functions["_get_kwargs"].args
        keyword = [
            Argument(
                arg.arg, _text(source, arg.annotation), _text(source, default) if default else None
            )
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        returns = _text(source, functions["_parse_response"].returns).removesuffix(" | None")
        found[plan.source.id] = EndpointSource(
            [Argument(arg.arg, _text(source, arg.annotation), None) for arg in args.args],
            [one for one in keyword if one.name != "body"],
            returns,
        )
    return found


def write_shims(derived: Derived, models: dict[str, ModelSource], folder: Path) -> None:
    """Put crmkit's own types, client and lazy exports in place of the generator's."""
    title = derived.tree["info"]["title"]
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
            f"if TYPE_CHECKING:\n{imports}\n\n"
            f"__all__, __getattr__, __dir__ = lazily(__name__, {homes!r})\n"
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "py.typed").write_text("", encoding="utf-8")
