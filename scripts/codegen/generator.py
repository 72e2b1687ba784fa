"""Run the generator's parser on the derived document.

The parser is the one source of the names of classes, modules and attributes, and of their types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openapi_python_client import strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from .document import DocumentError

if TYPE_CHECKING:
    from .document import Document
    from .schemas import Schemas

__all__ = ["Argument", "GeneratedClass", "classes_of", "run_generator"]

MODEL_NAMES = {"additional_keys", "additional_properties", "from_dict", "to_dict"}
"""Names that every generated model has."""


@dataclass(frozen=True)
class Argument:
    """An argument of a generated function, or an attribute of a generated class.

    Args:
        name: Its Python name.
        annotation: Its type, as source code.
        default: Its default, as source code; None if it has no default.
    """

    name: str
    annotation: str
    default: str | None

    @property
    def code(self) -> str:
        """Source code of the argument or attribute."""
        default = f" = {self.default}" if self.default is not None else ""
        return f"{self.name}: {self.annotation}{default}"


@dataclass
class GeneratedClass:
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


def run_generator(document: Document, schemas: Schemas) -> GeneratorData:
    """Return what the generator makes of the derived document, which has schemas only.

    Raises:
        DocumentError: The generator warns of anything or fails.
    """
    _check_members(document, schemas)
    # The generator knows keywords apart from these: class would still become class_.
    builtins = strings.RESERVED_WORDS & schemas.chosen_names
    strings.RESERVED_WORDS.difference_update(builtins)
    file = ConfigFile(use_path_prefixes_for_title_model_names=False, post_hooks=[])
    config = Config.from_sources(
        file, MetaType.NONE, document.file, "utf-8", overwrite=False, output_path=None
    )
    tree = {
        "openapi": "3.1.0",
        "info": {key: document.tree["info"][key] for key in ("title", "version")},
        "paths": {},
        "components": {"schemas": dict(sorted(schemas.tree.items()))},
    }
    try:
        data = GeneratorData.from_dict(tree, config=config)
    finally:
        strings.RESERVED_WORDS.update(builtins)
    if isinstance(data, GeneratorError) or data.errors:
        error = data if isinstance(data, GeneratorError) else data.errors[0]
        message = " ".join(f"{error.header or ''} {error.detail or ''}".split())
        raise DocumentError(
            f"{document.file}: the generator: {message}; describe it in a form that it reads"
        )
    return data


def _check_members(document: Document, schemas: Schemas) -> None:
    """Refuse members whose attributes would have one name, or one that every model has."""
    for model in schemas.models.values():
        made: dict[str, str] = {}
        for member in model.fields:
            name = str(strings.PythonIdentifier(member.derived, "field_"))
            # Where two are the same in snake_case, the generator keeps upper case.
            exact = str(strings.PythonIdentifier(member.derived, "field_", skip_snake_case=True))
            if made.setdefault(exact, member.wire) != member.wire or name in MODEL_NAMES:
                problem = f"the attribute of {member.wire!r} cannot be called {name!r}"
                remedy = "call it differently by x-crmkit-name"
                document.refuse(f"components/schemas/{model.name}", problem, remedy)


def classes_of(document: Document, schemas: Schemas) -> dict[str, GeneratedClass]:
    """Return the classes that the generator makes of a derived document, by name.

    Raises:
        DocumentError: It makes other classes than the document has schemas.
    """
    classes: dict[str, GeneratedClass] = {}
    data = run_generator(document, schemas)
    for made in (*data.models, *data.enums):
        info = made.class_info
        class_ = classes[info.name] = GeneratedClass(info.name, info.module_name)
        if info.name in schemas.models and isinstance(made, ModelProperty):
            properties = [*(made.required_properties or ()), *(made.optional_properties or ())]
            # Those without a default first, as Python has it.
            for item in sorted(properties, key=lambda item: not item.required):
                type_ = item.get_type_string().as_unembedded_code()
                default = None if item.required else "UNSET"
                class_.attributes.append(Argument(item.python_name, type_, default))
                class_.names[item.name.get_untrusted_value()] = item.python_name
        elif isinstance(made, EnumProperty):
            class_.names = {str(value): name for name, value in made.values.items()}
    if schemas.tree.keys() != classes.keys():
        name = min(schemas.tree.keys() ^ classes.keys())
        raise DocumentError(f"{document.file}: the generator makes other classes: {name}")
    return classes
